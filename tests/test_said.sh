#!/usr/bin/env bash
# tests/test_said.sh ROOT PELLTER - what reports say in words under options that the samples do not have:
# fails where a sentence that should be there is not, or one is that should not.
set -euo pipefail
export LC_ALL=C

root=$1
pellter=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# A report, its lines joined, of a study and more lines for it, its files edited by sed.
report() { # STUDY-FOLDER LINES [EDIT]
    rm -rf "$work/study"
    cp -r "$root/$1" "$work/study"
    sed -i "${3:-}" "$work"/study/*.csv "$work/study/study.yaml"
    printf '%s\n' "$2" >> "$work/study/study.yaml"
    "$pellter" report "$work/study/study.yaml" 2> "$work/stderr" > "$work/text" ||
        { echo "FAILED: $1 with $2:"; cat "$work/stderr"; failed=1; }
    tr -s '\n ' ' ' < "$work/text" > "$work/report"
}
says() { grep -qF -- "$1" "$work/report" || { echo "FAILED: nowhere: $1"; failed=1; }; }
says_not() { ! grep -qF -- "$1" "$work/report" || { echo "FAILED: said: $1"; failed=1; }; }

ifss=data-samples/ifss-2014
between=tests/reference/between

# A method without a number of points that serves everybody is named.
report $ifss 'reliable_change: {method: edwards_nunnally}'
says 'improved reliably (by the method of Edwards and Nunnally), '
says_not 'by more than - points'
report $ifss 'reliable_change: {method: gulliksen_lord_novick}'
says 'improved reliably (by the method of Gulliksen, Lord and Novick), '
says_not 'by more than - points'
report $ifss 'reliable_change: {method: hageman_arrindell}'
says 'improved reliably (by the method of Hageman and Arrindell), '
says_not 'by more than - points'
report $ifss ''
says 'improved reliably (by more than '

# The test that decides is nobody's check.
report $ifss 'primary: {instrument: wemwbs, scale: total, test: wilcoxon}'
says 'Of All, it is the one that decides, and the test of the means checks it.'
says 'It is a check of the test of the means' # of scales that are not primary
report $ifss 'primary: {instrument: wemwbs, scale: total}'
says_not 'is the one that decides'
report $between 'primary: {instrument: wemwbs, scale: total, test: wilcoxon}' '1s/participant,family/participant,kin/'
says 'Of All, Wilcoxon p is the one that decides; the other, and the test of the means, check it'

# Another stage than `after`.
report $ifss 'primary: {instrument: wemwbs, scale: total, stage: 6 months}'
says 'but behind the words "From start to 6 months:" they are those of start and 6 months.'

# A comparison group that nobody is in; and one that somebody is in.
typed='s/value: control/value: contrl/'
report $between '' "$typed"
says 'comparison_group: nobody has "contrl" in the column "arm", so that there is no comparison group.'
says 'Found there: "control", "group 1", "group 2".'
says_not 'Programme and comparison group'
says_not 'Programme less comparison group'
says 'Before and after without a comparison group is not proof of effect.'
"$pellter" check "$work/study/study.yaml" > "$work/check" && { echo 'FAILED: check finds nothing'; failed=1; }
grep -q 'warning: comparison_group: nobody has "contrl"' "$work/check" || { cat "$work/check"; failed=1; }
report $between ''
says 'Primary result, of the programme and its comparison group together'
says_not 'Primary result. Among'
says 'All is the programme and its comparison group together'
says_not 'without a comparison group'
says_not 'comparison_group: nobody'
report $between '' 's/,group [12],/,control,/'
says 'nobody has anything but "control" in the column "arm"'

# Of few: of groups, the smallest counts (one site has 9 people, no year so few); of families, families.
report $between ''
says 'few: fewer than 10 in the smallest of the groups compared, too few'
says 'Does the mean change differ by year? '
says 'wemwbs: Total 122 6 few few few few few few'
report $ifss ''
says 'few: fewer than 10 (families, where a test allows for these), too few'
says '12 of All and 33 by site, whether or not their p is printed.'
# Where no p is printed, nothing is adjusted.
report $ifss 'small_numbers: {too_few_below: 1000, caution_below: 1000}'
says_not "Holm's method"
says_not ' such tests'

exit $failed
