#!/usr/bin/env bash
# tests/test_families.sh ROOT PELLTER - the family-robust figures are those of R (tests/reference/families.R and
# family_years.R), and the same bytes come from rows in another order, in little memory, with threads, and from
# a tally.
set -euo pipefail
export LC_ALL=C

root=$1
pellter=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

same() { # WHAT DIRECTORY
    cmp -s "$work/all/internal/results.csv" "$2/internal/results.csv" || { echo "$1: other results"; failed=1; }
}

check() { # STUDY
    local data=$1
    rm -rf "${work:?}"/*
    # The key is all but the last cell. Relative 1e-9: what is printed has 12 digits at least.
    "$pellter" report "$data/study.yaml" -o "$work/all"
    awk -v least=1 -f "$root/tests/compare_figures.awk" "$data/expected.csv" "$work/all/internal/results.csv" || failed=1

    mkdir "$work/turned"
    for file in "$data"/*.csv; do
        { head -n 1 "$file"; tail -n +2 "$file" | tac; } > "$work/turned/${file##*/}"
    done
    cp "$data/study.yaml" "$work/turned/"
    "$pellter" report "$work/turned/study.yaml" -o "$work/turned/out"
    same "rows turned round" "$work/turned/out"
    "$pellter" report "$data/study.yaml" -o "$work/small" --memory 64M --threads 3
    same "little memory" "$work/small"
    "$pellter" tally "$data/study.yaml" -o "$work/tally.csv"
    "$pellter" merge "$work/tally.csv" -o "$work/merged"
    # Of few forms a tally does not tell how their items go together.
    for of in all merged; do
        grep -v '^item_analysis,' "$work/$of/internal/results.csv" > "$work/$of.csv"
    done
    cmp -s "$work/all.csv" "$work/merged.csv" || { echo "from a tally: other results"; failed=1; }
}

check "$1/tests/reference/family_years"
check "$1/tests/reference/families"

# A site that names families and one that does not, whose people are each a family by themselves.
data=$1/tests/reference/family_years
mkdir "$work/north" "$work/south" "$work/both"
for file in wemwbs goals sdq; do
    awk -F, -v OFS=, -v north="$work/north/$file.csv" -v south="$work/south/$file.csv" -v both="$work/both/$file.csv" '
    {
        key = $2 != "" ? $2 : $1
        is_north = substr(key, length(key)) % 2
        family = is_north || NR == 1 ? $2 : ""
        rest = $0
        sub(/^[^,]*,[^,]*,/, "", rest)
        print $1, family, rest > both
        if (NR == 1 || is_north) print > north
        if (NR == 1 || !is_north) print $1, rest > south
    }' "$data/$file.csv"
done
for site in north south both; do
    sed "$(if [ $site = south ]; then echo '/family: family/d'; fi)" "$data/study.yaml" > "$work/$site/study.yaml"
    "$pellter" tally "$work/$site/study.yaml" -o "$work/$site.csv" 2> "$work/stderr"
done
"$pellter" merge "$work/north.csv" "$work/south.csv" -o "$work/sites" > "$work/stdout" 2>&1
"$pellter" report "$work/both/study.yaml" -o "$work/pooled" > "$work/stdout" 2>&1
for of in sites pooled; do
    grep -v '^item_analysis,' "$work/$of/internal/results.csv" > "$work/$of.csv"
done
cmp -s "$work/sites.csv" "$work/pooled.csv" || { echo "a site without families: other results than pooled"; failed=1; }

# A tally whose families are not those of its scores, under a checksum that is right, is refused.
sed '$d; s/^\(family,[^,]*,wemwbs,total,start,12 months,1,[-0-9]*\),1$/\1,2/' "$work/tally.csv" > "$work/odd.csv"
printf 'sha256,%s\n' "$(sha256sum < "$work/odd.csv" | cut -d " " -f 1)" >> "$work/odd.csv"
if "$pellter" merge "$work/odd.csv" -o "$work/odd" 2> "$work/stderr"; then
    echo "families that do not add up: no fault"
    failed=1
fi
grep -q 'found families' "$work/stderr" || { echo "another fault: $(cat "$work/stderr")"; failed=1; }
exit $failed
