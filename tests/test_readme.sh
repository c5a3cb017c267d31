#!/usr/bin/env bash
# tests/test_readme.sh SOURCE_ROOT PELLTER - fails, naming the block, when README.md or
# docs/tally-file.md show as printed what the command above it does not print.
set -euo pipefail

root=$1
pellter=$2
readme=$root/README.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

study=$(grep -oE 'report data-samples/[a-z0-9-]+/study.yaml' "$readme" | head -n 1)
[ -n "$study" ] || { echo "FAILED: README.md names no study to report on"; exit 1; }
"$pellter" report "$root/${study#report }" -o "$work/report" 2> "$work/stderr" ||
    { cat "$work/stderr"; exit 1; }
report=$(cat "$work/report/report.txt")

# Blocks up to the next heading: those that the report printed.
awk -v work="$work" '
    /^## / { exit }
    /^```/ { n += !inside; inside = !inside; next }
    inside { print > (work "/block-" n) }' "$readme"

failed=0 checked=0
for block in "$work"/block-*; do
    checked=$((checked + 1))
    if [[ $report != *$'\n'"$(cat "$block")"$'\n'* ]]; then
        echo "FAILED: README.md shows what the report does not say:"
        cat "$block"
        failed=1
    fi
done
[ "$checked" -ge 3 ] || { echo "FAILED: $checked blocks of README.md were found"; failed=1; }

# Of a tally, single lines: "..." stands between them.
doc=$root/docs/tally-file.md
study=$(grep -oE '`tally data-samples/[a-z0-9-]+/study.yaml`' "$doc" | tr -d '`')
"$pellter" tally "$root/${study#tally }" -o "$work/tally.csv" 2> "$work/stderr" ||
    { cat "$work/stderr"; exit 1; }
awk '/^```/ { n += !inside; inside = !inside; next } inside && $0 != "..."' "$doc" > "$work/lines"
[ -s "$work/lines" ] || { echo "FAILED: no lines of a tally in docs/tally-file.md"; failed=1; }
while read -r line; do
    grep -qxF -- "$line" "$work/tally.csv" ||
        { echo "FAILED: docs/tally-file.md shows what the tally does not have: $line"; failed=1; }
done < "$work/lines"
exit $failed
