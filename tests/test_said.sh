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

# A share that rises or falls over the years is said; one that is 0 % every year, as nobody changes, is not.
report $between ''
says 'In words, Total: the share went from 25% of 40 in the first year to 9% of 47 in the last; test for a trend over 3 years, p = .038.'
report $between '' 's/^\(p[0-9].*[a-z0-9]\)\(,[0-9]*\)\{14\}$/\1,3,3,3,3,3,3,3,3,3,3,3,3,3,3/'
says 'In words, Level of each goal: the share went from 72% of 58'
says_not 'In words, Total: the share went from'

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

# N people of a year, of whom K gain a point on the first item; with families of two.
forms() { # YEAR N K
    awk -v year="$1" -v n="$2" -v k="$3" 'BEGIN {
        if (year == 2016) print "participant,family,year,stage,wemwbs_1,wemwbs_2,wemwbs_3,wemwbs_4,wemwbs_5," \
            "wemwbs_6,wemwbs_7,wemwbs_8,wemwbs_9,wemwbs_10,wemwbs_11,wemwbs_12,wemwbs_13,wemwbs_14"
        for (i = 0; i < n; i++) for (after = 0; after < 2; after++) {
            printf "p%d-%d,f%d-%d,%d,%s,%d,%d", year, i, year, i / 2, year, after ? "after" : "before",
                3 + (after && i < k), 2 + i % 3
            for (item = 3; item <= 14; item++) printf ",%d", 1 + (i + item) % 5
            print ""
        }
    }'
}
made() { # EDIT
    sed -i "$1" "$work/forms.csv"
    "$pellter" report "$work/forms.csv" 2> "$work/stderr" | tr -s '\n ' ' ' > "$work/report"
}

# Two changes of 0.67 and 0.33 points are 0.33 apart, which their printed difference is not.
{ forms 2016 12 8; forms 2017 12 4; } > "$work/forms.csv"
made '1s/family/kin/'
says '0.67 points in 2016 and 0.33 points in 2017.'
says 'The difference is -0.33 points'
says '(The difference was rounded by itself, not taken from the rounded changes.)'
# 12 people are enough, and their 6 families are not.
made '1s/kin/family/'
says 'fewer than 10 families are too few for a test.'
says 'fewer than 10 families in one of the two are too few for a test.'
says 'fewer than 10 (families, where a test allows for these) in the smallest of the groups compared'
{ forms 2016 12 8; forms 2017 3 1; } > "$work/forms.csv"
made '1s/family/kin/'
says 'fewer than 10 people in one of the two are too few for a test.'
# One person's change reaches no line for groups.
forms 2016 1 1 > "$work/forms.csv"
made ''
says 'It is a line for the mean of a group, and not for one person.'
says_not 'The mean change of All'
forms 2016 10 10 > "$work/forms.csv"
made ''
says 'The mean change of All, 1.00, does not reach it.'

exit $failed
