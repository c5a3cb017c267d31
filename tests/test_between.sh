#!/usr/bin/env bash
# tests/test_between.sh ROOT PELLTER - fails, naming the rows, when what pellter says of cohorts, years,
# shares and a comparison group in tests/reference/between/ is not what R computed from the same files
# (tests/reference/between_study.R; R is not needed here): relative 1e-9, logarithms of p 1e-8; or when a
# report of the tally says anything else.
set -euo pipefail
export LC_ALL=C

root=$1
pellter=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$pellter" report "$root/tests/reference/between/study.yaml" -o "$work/report" 2> "$work/stderr" ||
    { cat "$work/stderr"; exit 1; }
"$pellter" tally "$root/tests/reference/between/study.yaml" -o "$work/tally.csv" 2>> "$work/stderr"
"$pellter" merge "$work/tally.csv" -o "$work/merged" 2>> "$work/stderr"
for of in report merged; do
    grep -E "^(between_cohorts|pooled|attainment|years|trend|paired_shares|comparison_group)," "$work/$of/internal/results.csv" > "$work/$of.csv"
done
cmp "$work/report.csv" "$work/merged.csv"

awk -v least=100 -v logs=1 -v zero=1e-9 -f "$root/tests/compare_figures.awk" \
    "$root/tests/reference/between/expected.csv" "$work/report/internal/results.csv"
