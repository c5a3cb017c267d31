#!/usr/bin/env bash
# tests/test_studies.sh ROOT PELLTER - the held-out studies. Fails, naming the rows, when the
# results.csv of a study in tests/reference/studies/ is not what R computed from the same files
# (tests/reference/studies.R; R is not needed here), when the awkward sample does not give its
# ledger, or when the order of the rows of the data shows in results.csv, tables/ or report.*.
set -euo pipefail
export LC_ALL=C

if [ $# -ne 2 ]; then
    echo "usage: $0 ROOT PELLTER" >&2
    exit 2
fi
studies=$1/tests/reference/studies
awkward=$1/data-samples/awkward
pellter=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n_problems=0
n_studies=0

problem() {
    echo "$*"
    n_problems=$((n_problems + 1))
}

for tool in awk cmp gzip iconv; do
    if ! command -v "$tool" > "$work/where"; then
        echo "$tool is missing: nothing was checked" >&2
        exit 2
    fi
done

# Compares a results.csv with an expectation, key by key: all but the value is the key, taken as it
# is written, since both sides quote in the same way. Prints each row that differs.
# Relative 1e-9; where the expectation has log_p, the logarithm of the value to relative 1e-8.
# Keys that only results.csv has are problems in the tables that the expectations cover, but for
# what it leaves out: the mixed model where none is fitted, the tipping point, and omega (item_analysis.R).
# shellcheck disable=SC2016 # awk, not shell
compare='
function cut_last(line) {               # sets rest and last
    match(line, /,[^,]*$/)
    rest = substr(line, 1, RSTART - 1)
    last = substr(line, RSTART + 1)
}
function is_number(text) { return text ~ /^-?[0-9]+([.][0-9]+)?(e[-+]?[0-9]+)?$/ }
function size(x) { return x < 0 ? -x : x }
function bad(what) { print "  " what; n_bad++ }
BEGIN {
    covered["forms"]; covered["before_after"]; covered["bands"]; covered["reliable_change"]; covered["band_change"]
    covered["trajectory"]; covered["attainment"]; covered["drop_out"]; covered["item_analysis"]; covered["goal_levels"]; covered["band_movement"]
}
FNR == 1 {
    file++
    want = "table,by,cohort,instrument,scale,stage,statistic,value" (file == 1 ? ",log_p" : "")
    if ($0 != want) bad("the head is not " want)
    next
}
file == 1 {
    cut_last($0); log_p = last
    cut_last(rest)
    if (rest in expected) bad("expected twice: " rest)
    expected[rest] = last
    if (log_p != "") logs[rest] = log_p
    n_expected++
    next
}
{
    cut_last($0)
    if (rest in seen) { bad("twice: " rest); next }
    seen[rest]
    if (!(rest in expected)) {
        table = substr(rest, 1, index(rest, ",") - 1)
        statistic = rest
        sub(/.*,/, "", statistic)
        if (table in covered && statistic !~ /^(model_.*|tipping_point|omega|omega_heywood)$/)
            bad("not expected: " $0)
        next
    }
    value = expected[rest]
    if (value == last) next
    if (!is_number(value) || !is_number(last)) { bad(rest ": expected \"" value "\", got \"" last "\""); next }
    if (rest in logs) {
        if (last <= 0 || size(log(last) - logs[rest]) > 1e-8 * size(logs[rest]))
            bad(rest ": expected " value " (log " logs[rest] "), got " last)
    } else {
        scale = size(value) > size(last) ? size(value) : size(last)
        # The model is printed to 9 digits, and solved until it no longer moves.
        if (size(value - last) > (rest ~ /,model_[a-z_]*$/ ? 1e-8 : 1e-9) * scale) bad(rest ": expected " value ", got " last)
    }
}
END {
    for (key in expected) if (!(key in seen)) bad("missing: " key "," expected[key])
    if (n_expected == 0) bad("nothing was expected")
    exit n_bad > 0
}'

# The ledger of the awkward sample has no by, cohort and stage: they are empty, All and empty.
# shellcheck disable=SC2016 # awk, not shell
ledger='
FNR == 1 { file++; next }
file == 1 && split($0, cell, ",") == 5 {
    expected[cell[1] ",,All," cell[2] "," cell[3] ",," cell[4]] = cell[5]
    n++
    next
}
{ value = $0; sub(/.*,/, "", value); key = substr($0, 1, length($0) - length(value) - 1); got[key] = value }
END {
    for (key in expected) if (!(key in got) || got[key] != expected[key]) {
        print "  " key ": expected " expected[key] ", got " (key in got ? got[key] : "nothing")
        n_bad++
    }
    if (n == 0) print "  the ledger is empty"
    exit n == 0 || n_bad > 0
}'

# Rewrites a delimited file with its rows reversed or rotated by a third; line breaks in quotes stay.
# shellcheck disable=SC2016 # awk, not shell
reorder='
{ record = held $0; n_quotes = gsub(/"/, "\"", record) }
n_quotes % 2 { held = record RS; next }
{ held = ""; row[n++] = record }
END {
    if (held != "") { print "a quote is open at the end" > "/dev/stderr"; exit 2 }
    print row[0]
    turn = n > 3 ? int((n - 1) / 3) : 1
    for (i = 0; i < n - 1; i++)
        print row[how == "reversed" ? n - 1 - i : 1 + (i + turn) % (n - 1)]
}'
reorder_file() {                        # FROM TO reversed|rotated
    local end='\n'
    if [ "$(head -c 2 "$1" | od -An -tx1)" = ' ff fe' ]; then
        iconv -f UTF-16 -t UTF-8 "$1" > "$work/utf8"
        reorder_file "$work/utf8" "$work/reordered" "$3"
        printf '\377\376' > "$2"
        iconv -f UTF-8 -t UTF-16LE "$work/reordered" >> "$2"
        return
    fi
    if [ "$(tr -dc '\n' < "$1" | wc -c)" -eq 0 ]; then
        end='\r'
    fi
    awk -v RS="$end" -v ORS="$end" -v how="$3" "$reorder" "$1" > "$2"
    if cmp -s "$1" "$2"; then
        problem "$1: is the same when $3, so this checks nothing"
    fi
}

run() {                                 # STUDY OUT
    if ! "$pellter" report "$1" -o "$2" > "$work/stdout" 2> "$work/stderr"; then
        problem "$1: pellter report failed:"
        cat "$work/stderr"
        return 1
    fi
}

# The study $1, whose first report lies in $2, from data with the rows in another order.
check_order() {
    local how folder name file other
    folder=$(dirname "$1")
    for how in reversed rotated; do
        rm -rf "$work/data" "$work/other"
        mkdir "$work/data"
        cp "$1" "$work/data"
        for file in "$folder"/*; do
            name=$(basename "$file")
            case $name in
                expected*.csv | ledger*.csv) ;;
                *.csv)
                    if grep -q "file: $name\$" "$1"; then
                        reorder_file "$file" "$work/data/$name" "$how"
                    fi
                    ;;
            esac
        done
        run "$work/data/$(basename "$1")" "$work/other" || continue
        (cd "$2" && find internal/results.csv tables report.* -type f | sort) > "$work/list"
        (cd "$work/other" && find internal/results.csv tables report.* -type f | sort) > "$work/other_list"
        if ! cmp -s "$work/list" "$work/other_list"; then
            problem "$1: other files are written when the rows are $how"
        fi
        while read -r name; do
            other=$work/other/$name
            if [ -e "$other" ] && ! cmp -s "$2/$name" "$other"; then
                problem "$1: $name differs when the rows are $how"
                diff "$2/$name" "$other" | head -n 10 || true
            fi
        done < "$work/list"
    done
}

check_study() {                         # STUDY PROGRAM EXPECTATION
    n_studies=$((n_studies + 1))
    rm -rf "$work/first"
    run "$1" "$work/first" || return 0
    if ! awk "$2" "$3" "$work/first/internal/results.csv" > "$work/differences"; then
        problem "$1: $(wc -l < "$work/differences") rows of results.csv differ"
        head -n "${ROWS_SHOWN:-40}" "$work/differences"
    fi
    check_order "$1" "$work/first"
}

for study in "$studies"/*/study*.yaml; do
    expectation=${study%.yaml}.csv
    expectation=${expectation%/*}/expected${expectation##*/study}
    if [ -e "$expectation.gz" ]; then
        gzip -dc "$expectation.gz" > "$work/expected.csv"
    elif [ -e "$expectation" ]; then
        cp "$expectation" "$work/expected.csv"
    else
        problem "$study: has no $(basename "$expectation")"
        continue
    fi
    check_study "$study" "$compare" "$work/expected.csv"
done
check_study "$awkward/study.yaml" "$ledger" "$awkward/ledger.csv"
check_study "$awkward/dated.yaml" "$ledger" "$awkward/ledger-dated.csv"

echo "$n_studies studies, $n_problems problems"
[ "$n_problems" -eq 0 ] && [ "$n_studies" -gt 2 ]
