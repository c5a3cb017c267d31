#!/usr/bin/env bash
# tests/test_many_tests.sh ROOT PELLTER - fails, naming the rows, when a p after Holm's method in
# results.csv is not what the p of its family make (the definition, counted out here; by R: tests/reference/many_tests.R), when
# one is there without its test, or a test without its adjusted p.
set -euo pipefail
export LC_ALL=C

root=$1
pellter=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for study in "$root"/data-samples/{ifss-2014,cardiff-vale-2018}/study.yaml \
    "$root"/tests/reference/{between,families,family_years}/study.yaml "$root"/tests/reference/studies/*/study*.yaml; do
    "$pellter" report "$study" -o "$work/report" 2> "$work/stderr" ||
        { cat "$work/stderr"; exit 1; }
    sed "s|^|${study#"$root/"},|" "$work/report/internal/results.csv" >> "$work/all.csv"
    rm -rf "$work/report"
done

awk '
BEGIN {
    # The statistic of each kind of test, behind the table that it stands in.
    split("band_change/p_stuart_maxwell=stuart_maxwell band_change/p_mcnemar=mcnemar " \
          "trajectory/model_change_p=model years/p_difference=difference " \
          "years/p_rate_ratio=rate_ratio paired_shares/p_mcnemar=attained " \
          "attainment/p_target=target item_analysis/p_from_50=from_50 " \
          "between_cohorts/p_welch=welch between_cohorts/p_ancova=ancova pooled/p_pooled=pooled " \
          "trend/p_trend=trend comparison_group/p_did=did " \
          "comparison_group/p_did_family=did years/p_difference_family=difference " \
          "band_change/p_raised_family=mcnemar trajectory/change_family_p= " \
          "comparison_group/p_ancova_difference=ancova_difference " \
          "trajectory/change_p= before_after/p_t= before_after/p_family=", pairs, " ")
    for (i in pairs) {
        split(pairs[i], both, "=")
        kind[both[1]] = both[2]; is_kind[both[1]]
    }
    # These take the place of those where some family of All has two members or more on the scale.
    split("before_after/p_t trajectory/change_p band_change/p_mcnemar years/p_difference " \
          "comparison_group/p_did", pairs, " ")
    for (i in pairs) gives_way[pairs[i]]
}
# Cells that hold a comma are quoted; none of them is looked into.
function cells(line,    n, i, quoted, c) {
    if (line !~ /"/) return split(line, cell, ",")
    n = 1; delete cell
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        if (c == "\"") quoted = !quoted
        else if (c == "," && !quoted) cell[++n] = ""
        else cell[n] = cell[n] c
    }
    return n
}
function name(statistic, kind) { return kind == "" ? statistic : statistic "_" kind }
function stage_class(kind, stage) {
    if (kind == "trend" || stage == "change" || stage == "latest") return ""
    return kind == "target" ? "after" : "stages"
}
{
    if ($0 !~ /p_|_p,|holm|,families,|,n,|,from_50,/) next
    cells($0)
    # The stage where goals are set comes first; T is low there by design, which is no test.
    if (cell[8] == "from_50" && !((cell[1], cell[3], cell[4], cell[5]) in set_at))
        set_at[cell[1], cell[3], cell[4], cell[5]] = cell[7]
    if (cell[8] == "p_from_50" && cell[7] == set_at[cell[1], cell[3], cell[4], cell[5]]) next
    # 1 study, 2 table, 3 by, 4 cohort, 5 instrument, 6 scale, 7 stage, 8 statistic, 9 value
    row = cell[1] SUBSEP cell[3] SUBSEP cell[4] SUBSEP cell[5] SUBSEP cell[6] SUBSEP cell[7]
    if (cell[2] == "tests" || cell[2] == "tests_between") {
        if (cell[8] ~ /^p_holm/ && cell[9] != "") got[row, cell[8]] = cell[9]
        if (cell[8] ~ /^holm_tests/) size_of[row, cell[8]] = cell[9]
    } else if ((cell[2] "/" cell[8]) in is_kind) {
        raw[row, cell[2] "/" cell[8]] = cell[9]
        if (cell[8] ~ /^change_.*p$/ && cell[9] != "") stage_names[cell[1], cell[7]]
    } else if (cell[2] == "before_after" && cell[3] == "" && cell[7] == "change") {
        count[cell[1], cell[5], cell[6], cell[8]] = cell[9]
    }
}
END {
    for (s in stage_names) { split(s, part, SUBSEP); n_stages[part[1]]++ }
    for (r in raw) {
        split(r, part, SUBSEP)
        scale = part[1] SUBSEP part[4] SUBSEP part[5]
        by_family = part[5] == "level" ||
            ((scale, "families") in count && count[scale, "families"] + 0 < count[scale, "n"] + 0)
        if (raw[r] == "" || (by_family && (part[7] in gives_way)) ||
            (!by_family && part[7] ~ /_family/)) continue
        # Of two stages, the trajectory is before and after once more.
        if (part[7] ~ /change_(family_)?p$/ && part[7] !~ /model/ && n_stages[part[1]] < 2) continue
        k = kind[part[7]]
        sub(SUBSEP part[7] "$", "", r)
        t = r SUBSEP name("p_holm", k)
        p[t] = raw[r SUBSEP part[7]]
        family[t] = part[1] SUBSEP part[2] SUBSEP k SUBSEP stage_class(k, part[6])
    }
    for (t in p) {
        members[family[t]] = members[family[t]] "\n" t; m[family[t]]++
    }
    for (f in members) {
        n = split(substr(members[f], 2), of, "\n")
        for (i = 1; i <= n; i++) {
            # p_holm: the greatest, over the p that are no larger, of how many are not smaller times it.
            highest = 0
            for (j = 1; j <= n; j++) {
                if (p[of[j]] + 0 > p[of[i]] + 0) continue
                smaller = 0
                for (k = 1; k <= n; k++) smaller += p[of[k]] + 0 < p[of[j]] + 0
                if ((n - smaller) * p[of[j]] > highest) highest = (n - smaller) * p[of[j]]
            }
            highest = highest > 1 ? 1 : highest
            found = (of[i] in got) ? got[of[i]] : "none"
            sizes = of[i]; sub(/p_holm/, "holm_tests", sizes)
            away = found - highest; away = away < 0 ? -away : away
            # A model has 9 digits, other p have 12.
            if (found == "none" || away > (of[i] ~ /model$/ ? 1e-8 : 1e-11) * highest ||
                size_of[sizes] != n) {
                t = of[i]; gsub(SUBSEP, ",", t); n_bad++
                print t ": expected " highest " of " n ", got " found " of " size_of[sizes]
            }
            n_checked++; delete got[of[i]]
        }
    }
    for (t in got) { gsub(SUBSEP, ",", t); print "no such test: " t; n_bad++ }
    print n_checked " tests, " n_bad + 0 " problems"
    exit n_bad > 0 || n_checked < 500
}' "$work/all.csv"
