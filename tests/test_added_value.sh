#!/usr/bin/env bash
# tests/test_added_value.sh ROOT PELLTER - fails, naming the rows, when the added value scores (or the months between forms) of
# tests/reference/added_value/ are not what R computed from the same file (tests/reference/added_value.R; R
# is not needed here): relative 1e-9; when a report of the tally, of rows in another order or of several
# threads says anything else; or when a study that does not ask for them gets any.
set -euo pipefail
export LC_ALL=C

root=$1
folder=$root/tests/reference/added_value
pellter=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

run() {                                 # COMMAND...
    "$pellter" "$@" > "$work/stdout" 2> "$work/stderr" || { cat "$work/stderr"; exit 1; }
}

run report "$folder/study.yaml" -o "$work/report"
run tally "$folder/study.yaml" -o "$work/tally.csv"
run merge "$work/tally.csv" -o "$work/merged"
run report "$folder/study.yaml" --threads 3 -o "$work/threads"
mkdir "$work/data"
cp "$folder/study.yaml" "$work/data"
{ head -n 1 "$folder/sdq.csv"; tail -n +2 "$folder/sdq.csv" | sort -r; } > "$work/data/sdq.csv"
run report "$work/data/study.yaml" -o "$work/reversed"

# Two halves of the children, each counted by itself, are the whole.
for half in 0 1; do
    awk -F, -v half="$half" 'NR == 1 || substr($1, 4, 1) % 2 == half' "$folder/sdq.csv" > "$work/data/sdq.csv"
    run tally "$work/data/study.yaml" -o "$work/half$half.csv"
done
run merge "$work/half0.csv" "$work/half1.csv" -o "$work/halves"
for other in merged threads reversed halves; do
    for which in report "$other"; do
        grep -E '^added_value,|,months_' "$work/$which/internal/results.csv" > "$work/$which.rows"
    done
    cmp "$work/report.rows" "$work/$other.rows"
    cmp "$work/report/tables/added_value_sdq-parent.csv" "$work/$other/tables/added_value_sdq-parent.csv"
done

# Off unless it is asked for, and another study then.
grep -v '^added_value' "$folder/study.yaml" > "$work/data/study.yaml"
cp "$folder/sdq.csv" "$work/data/sdq.csv"
run report "$work/data/study.yaml" -o "$work/off"
if grep -i "added.value" "$work/off/internal/results.csv" "$work/off/report.txt"; then
    exit 1
fi
run tally "$work/data/study.yaml" -o "$work/off.csv"
if "$pellter" merge "$work/tally.csv" "$work/off.csv" -o "$work/both" > "$work/stdout" 2> "$work/stderr"; then
    echo "a tally with added value scores went together with one without"
    exit 1
fi
grep -q 'added_value' "$work/stderr"

# What no child can have is not read from a tally.
refused() {                             # SED_COMMAND WORDS
    sed -e "$1" -e '$d' "$work/tally.csv" > "$work/bad.csv"
    echo "sha256,$(sha256sum "$work/bad.csv" | cut -d ' ' -f 1)" >> "$work/bad.csv"
    if cmp -s "$work/tally.csv" "$work/bad.csv"; then
        echo "$1 changes nothing"
        exit 1
    fi
    if "$pellter" merge "$work/bad.csv" -o "$work/both" > "$work/stdout" 2> "$work/stderr"; then
        echo "a tally was not refused: $1"
        exit 1
    fi
    grep -q "$2" "$work/stderr" || { cat "$work/stderr"; exit 1; }
}
refused 's/^\(added_value,Alone,sdq-parent,[0-9]*\),[0-9]*,/\1,4001,/' 'bad.csv:[0-9]*:5: '
refused 's/^\(added_value,Alone,sdq-parent,[0-9]*\),[0-9]*,/\1,conflicting,/' 'bad.csv:[0-9]*:5: '
refused 's/^\(added_value,Alone,sdq-parent\),[0-9]*,/\1,175,/' 'bad.csv:[0-9]*:4: found a score that the scale cannot'
refused 's/^\(added_value,Alone,sdq-parent,.*\),1$/\1,500/' 'added values of more than all respondents'

# A study without the impact items cannot have it.
{ grep -v '^added_value\|impact:' "$folder/study.yaml"; echo "added_value: yes"; } > "$work/data/study.yaml"
if "$pellter" report "$work/data/study.yaml" -o "$work/none" > "$work/stdout" 2> "$work/stderr"; then
    echo "an added value score without impact was not refused"
    exit 1
fi
grep -q 'study.yaml:.*: an added value score needs' "$work/stderr"

awk -v least=80 -v only='^added_value,|,total,,months_' -f "$root/tests/compare_figures.awk" \
    "$folder/expected.csv" "$work/report/internal/results.csv"
