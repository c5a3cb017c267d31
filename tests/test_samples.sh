#!/usr/bin/env bash
# tests/test_samples.sh SOURCE_ROOT PELLTER - the samples print what the published evaluations printed,
# and what they printed before (tests/golden/, rewritten with REWRITE=1 and read in the diff).
set -euo pipefail

root=$1
pellter=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

fail() {
    printf 'FAILED: %s\n' "$*"
    failed=1
}

# A figure of results.csv by the row's other columns.
figure() { # STUDY ROW-WITHOUT-VALUE
    awk -v key="$2," 'index($0, key) == 1 { print substr($0, length(key) + 1); found = 1 }
        END { if (!found) print "no such row" }' "$work/$1/internal/results.csv"
}

expect_count() { # STUDY ROW EXPECTED
    local got
    got=$(figure "$1" "$2")
    [ "$got" = "$3" ] || fail "$1: $2 is $got, published: $3"
}

# The published figure is the exact one rounded half away from zero.
expect_rounded() { # STUDY ROW DECIMALS EXPECTED
    local got
    got=$(figure "$1" "$2")
    awk -v got="$got" -v want="$4" -v decimals="$3" 'BEGIN {
        half = 0.5 / 10 ^ decimals
        exit !(got - want <= half + 1e-12 && want - got <= half + 1e-12)
    }' || fail "$1: $2 is $got, published: $4"
}

# improved: the change of a scale over all is in the better direction (1 up, -1 down).
expect_direction() { # STUDY ROW SIGN
    local got
    got=$(figure "$1" "$2")
    awk -v got="$got" -v sign="$3" 'BEGIN { exit !(got * sign > 0) }' ||
        fail "$1: $2 is $got, expected the other direction"
}

for study in ifss-2014 cardiff-vale-2018; do
    "$pellter" report "$root/data-samples/$study/study.yaml" -o "$work/$study" 2> "$work/stderr" ||
        fail "$study: exit status $?"
done

# Table 6-1 of the 2014 evaluation: respondents kept and discounted.
while read -r by site viable discounted; do
    site=${site//_/ }
    expect_count ifss-2014 "before_after,$by,$site,wemwbs,total,,viable" "$viable"
    expect_count ifss-2014 "before_after,$by,$site,wemwbs,total,,discounted" "$discounted"
done << 'TABLE'
site Site_1 4 1
site Site_2 21 3
site Site_3 14 3
TABLE
expect_count ifss-2014 "before_after,,All,wemwbs,total,,viable" 39
expect_count ifss-2014 "before_after,,All,wemwbs,total,,discounted" 7
expect_count ifss-2014 "before_after,,All,wemwbs,total,,respondents" 46

# Its paragraphs 6.11 to 6.17.
expect_rounded ifss-2014 "before_after,,All,wemwbs,total,before,mean" 2 45.13
expect_rounded ifss-2014 "before_after,,All,wemwbs,total,after,mean" 2 51.44
for site in 1 2 3; do
    expect_direction ifss-2014 "before_after,site,Site $site,wemwbs,total,change,mean" 1
done
expect_count ifss-2014 "before_after,,All,sdq-self,total,,respondents" 47
expect_count ifss-2014 "before_after,,All,sdq-self,total,,viable" 33
expect_count ifss-2014 "before_after,site,Site 1,sdq-self,total,,viable" 4
expect_count ifss-2014 "before_after,site,Site 2,sdq-self,total,,viable" 14
expect_count ifss-2014 "before_after,site,Site 3,sdq-self,total,,viable" 15
expect_rounded ifss-2014 "before_after,,All,sdq-self,hyperactivity,before,mean" 1 4.9
expect_rounded ifss-2014 "before_after,,All,sdq-self,hyperactivity,after,mean" 1 4.1
expect_rounded ifss-2014 "before_after,,All,sdq-self,total,before,mean" 1 13.2
expect_rounded ifss-2014 "before_after,,All,sdq-self,total,after,mean" 1 10.5
expect_rounded ifss-2014 "before_after,site,Site 2,sdq-self,total,change,mean" 1 -6.9
for scale in emotional conduct hyperactivity peer; do
    expect_direction ifss-2014 "before_after,,All,sdq-self,$scale,change,mean" -1
done
expect_direction ifss-2014 "before_after,,All,sdq-self,prosocial,change,mean" 1

# Paragraphs 6.18 to 6.22: a jump over the intensive phase, slow change, a jump from 6 to 12 months,
# among families rated at every stage.
for site in 1 3; do
    same="trajectory,site,Site $site,gas,family_level"
    awk -v a="$(figure ifss-2014 "$same,start,same_mean")" \
        -v b="$(figure ifss-2014 "$same,end of phase 1,same_mean")" \
        -v c="$(figure ifss-2014 "$same,6 months,same_mean")" \
        -v d="$(figure ifss-2014 "$same,12 months,same_mean")" \
        'BEGIN { exit !(b - a > 2 * (c - b) && d - c > (c - b)) }' ||
        fail "ifss-2014: no two spikes in the same-people line of Site $site"
done
expect_count ifss-2014 "trajectory,site,Site 2,gas,level,12 months,n" 0

# The mixed model, by R from the output of `pellter score`: fisher(), kenward_roger() and kr_df() of
# tests/reference/reml.R; log-likelihood and means by nlme::gls, too.
for line in 'wemwbs,total,|model_reml_loglik|5|-297.95458' 'wemwbs,total,12 months|model_mean|6|51.904012' \
    'wemwbs,total,12 months|model_change|7|6.1588173' 'wemwbs,total,12 months|model_change_se|7|1.5132439' \
    'wemwbs,total,12 months|model_change_df|6|40.787569' \
    'wemwbs,total,12 months|model_change_p|12|0.000210257288' \
    'sdq-self,total,|model_reml_loglik|5|-232.15739' 'sdq-self,total,12 months|model_change|7|-2.7519972' \
    'sdq-self,total,12 months|model_change_se|8|0.89181921' \
    'sdq-self,total,12 months|model_change_df|6|37.127524'; do
    IFS='|' read -r row statistic decimals expected <<< "$line"
    expect_rounded ifss-2014 "trajectory,,All,$row,$statistic" "$decimals" "$expected"
done

# Section 7.6 of the Cardiff and Vale report for 2017-18.
while read -r by cohort goals attained percent; do
    row="attainment,$by,${cohort//_/ },gas,level,latest"
    expect_count cardiff-vale-2018 "$row,goals" "$goals"
    expect_count cardiff-vale-2018 "$row,attained" "$attained"
    expect_rounded cardiff-vale-2018 "$row,percent" 0 "$percent"
done << 'TABLE'
area Cardiff 270 239 89
area Vale 184 156 85
"area,substance" Cardiff_/_yes 126 109 87
"area,substance" Vale_/_yes 75 63 84
substance yes 201 172 86
TABLE
expect_rounded cardiff-vale-2018 "attainment,,All,gas,level,latest,percent" 0 87

# Golden files: the reports as a user reads them.
for study in ifss-2014 cardiff-vale-2018; do
    for kind in txt md; do
        golden="$root/tests/golden/$study.$kind"
        if [ "${REWRITE:-0}" = 1 ]; then
            cp "$work/$study/report.$kind" "$golden"
        fi
        diff -u "$golden" "$work/$study/report.$kind" > "$work/diff" ||
            { fail "$study: report.$kind differs from tests/golden/"; head -n 40 "$work/diff"; }
    done
done

# To the terminal the same report: what only results.csv has is not computed then, and no table may miss
# it.
for study in "$root"/data-samples/*/study.yaml "$root"/tests/reference/*/study.yaml; do
    "$pellter" report "$study" > "$work/terminal" 2> "$work/stderr" || fail "$study: exit status $?"
    rm -rf "$work/whole"
    "$pellter" report "$study" -o "$work/whole" > "$work/stdout" 2> "$work/stderr" || fail "$study: exit status $?"
    diff "$work/terminal" "$work/whole/report.txt" > "$work/diff" ||
        { fail "$study: the terminal has another report"; head -n 20 "$work/diff"; }
done

# At most 80 columns, unless one word is longer; and no identifier outside internal/.
awk 'length($0) > 80 { print FILENAME ": " $0; bad = 1 } END { exit bad }' \
    "$work"/*/report.txt || fail "lines of over 80 columns"
if grep -rlE '\b[AFC]-[0-9]{3}\b' "$work"/*/report.* "$work"/*/tables "$work"/*/manifest.json; then
    fail "an identifier outside internal/"
fi
exit $failed
