#!/usr/bin/env bash
# tests/test_individual.sh ROOT PELLTER - fails, naming the rows, when who changed reliably, who moved into the
# usual range, or what to keep in mind of a change is not what R computed from the same files, in any study of
# tests/reference/individual/ (tests/reference/individual_study.R; R is not needed here): relative 1e-9, and
# no row more or less; or when a report of the tally, or of rows in another order, says anything else.
set -euo pipefail
export LC_ALL=C

root=$1
folder=$root/tests/reference/individual
pellter=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
n_studies=0

run() {                                 # COMMAND...
    "$pellter" "$@" > "$work/stdout" 2> "$work/stderr" || { cat "$work/stderr"; exit 1; }
}

mkdir "$work/data"
for file in wemwbs sdq goals; do
    { head -n 1 "$folder/$file.csv"; tail -n +2 "$folder/$file.csv" | sort -r; } > "$work/data/$file.csv"
done

for study in "$folder"/*.yaml; do
    name=$(basename "$study" .yaml)
    n_studies=$((n_studies + 1))
    run report "$study" -o "$work/$name"
    run tally "$study" -o "$work/$name.tally"
    run merge "$work/$name.tally" -o "$work/$name-merged"
    cp "$study" "$work/data"
    run report "$work/data/$name.yaml" -o "$work/$name-reversed"
    for other in merged reversed; do
        for which in "$name" "$name-$other"; do
            grep -E '^(reliable_change|clinical_change|cautions),' "$work/$which/internal/results.csv" > "$work/$which.rows"
        done
        cmp "$work/$name.rows" "$work/$name-$other.rows" || failed=1
    done
    # On the page, beside the change: what the figures are, rounded.
    awk -F, 'FNR == 1 { file++ }
        file == 1 && /^cautions,,All,wemwbs,total,,regression_expected,/ { expected = $NF }
        file == 1 && /^cautions,,All,wemwbs,total,,norm_mean,/ { norm = $NF }
        file == 1 && /^before_after,,All,wemwbs,total,change,mean,/ { change = $NF }
        file == 2 && $1 == "Total" { found = $4 " " $6 " " $7 }
        END { exit expected != "" && found != sprintf("%.2f %.2f %.2f", norm, expected, change) }' \
        "$work/$name/internal/results.csv" <(cat "$work/$name"/tables/regression_to_the_mean_wemwbs.csv 2> "$work/none") ||
        { echo "$name: another expected change is printed"; failed=1; }
    echo "$name:"
    awk -v least=60 -v only='^(reliable_change|clinical_change|cautions),' -f "$root/tests/compare_figures.awk" \
        "$folder/$name.csv" "$work/$name/internal/results.csv" > "$work/found" || failed=1
    tail -n 20 "$work/found"
done
[ "$n_studies" -ge 6 ] || failed=1

# Whose norm it is, and how sure the figures are.
said() {                                # STUDY WORDS
    tr '\n' ' ' < "$work/$1/report.txt" | tr -s ' ' | grep -qF "$2" || { echo "$1: does not say $2"; failed=1; }
}
said due 'Norm: adults in Scotland, 2012. Source: Scottish Health Survey 2012, volume 1, chapter 1.'
said jacobson_truax 'Norm: parents of boys aged 5-15 in Great Britain, 1999, n = 5153. Source: UK survey 1999, Meltzer et al. (2000).'
said jacobson_truax 'Total difficulties: the norm is of parents of children aged 5-15 in Great Britain, 1999; UK survey 1999, Meltzer et al. (2000), at second hand.'
said jacobson_truax 'Second hand: the figures were not seen in the source that is named, and are unverified.'
said jacobson_truax 'Between the two ratings of a goal lay 1'

exit "$failed"
