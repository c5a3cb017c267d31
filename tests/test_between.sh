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

awk '
function size(x) { return x < 0 ? -x : x }
FNR == 1 { file++; next }
file == 1 {
    n = split($0, cell, ",")
    key = $0
    sub(/,[^,]*,[^,]*$/, "", key)
    value[key] = cell[n - 1]; log_p[key] = cell[n]; n_expected++
    next
}
{
    key = $0; sub(/,[^,]*$/, "", key)
    got = $0; sub(/.*,/, "", got)
    if (!(key in value)) next
    seen[key]
    if (value[key] == "" || got == "") bad = value[key] != got
    else if (log_p[key] != "") bad = size(log(got) - log_p[key]) > 1e-8 * size(log_p[key])
    else bad = size(got - value[key]) > 1e-9 * (size(value[key]) > 0 ? size(value[key]) : 1)
    if (bad) { print key ": expected " value[key] ", got " got; n_bad++ }
}
END {
    for (key in value) if (!(key in seen)) { print "missing: " key; n_bad++ }
    print n_expected " figures, " n_bad + 0 " problems"
    exit n_bad > 0 || n_expected < 100
}' "$root/tests/reference/between/expected.csv" "$work/report/internal/results.csv"
