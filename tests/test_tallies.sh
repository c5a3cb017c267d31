#!/usr/bin/env bash
# tests/test_tallies.sh ROOT PELLTER - tallies. Fails when a report merged from tallies is not, byte for
# byte, the report of one run over all the forms; when a tally of another study, a damaged one or the
# same one twice is taken; when a small cohort or an identifier can be read in one; or when the recipe of
# docs/scale.md does not give what it says.
set -euo pipefail
export LC_ALL=C

if [ $# -ne 2 ]; then
    echo "usage: $0 ROOT PELLTER" >&2
    exit 2
fi
root=$(cd "$1" && pwd)
pellter=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
samples=$root/data-samples
studies=$root/tests/reference/studies
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n_problems=0
n_checks=0

problem() {
    echo "$*"
    n_problems=$((n_problems + 1))
}

# The rows of file $1 (separator $2) by the column $3: with $5 parts by a number made of its text, with
# $5 "values" a part for each text. Part n goes to $4/n/NAME, with the header row.
# shellcheck disable=SC2016 # awk, not shell
split='
BEGIN { for (i = 1; i < 256; i++) code[sprintf("%c", i)] = i }
NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i; head = $0; if (!at) exit 2; next }
{
    if (parts == "values") {
        if (!($at in number)) number[$at] = n_values++
        part = number[$at]
    } else {
        part = 0
        for (i = 1; i <= length($at); i++) part = (part * 31 + code[substr($at, i, 1)]) % 1000003
        part %= parts
    }
    file = folder "/" part "/" name
    if (!seen[part]++) { system("mkdir -p " folder "/" part); print head > file }
    print > file
}'
split_file() { # FILE SEPARATOR COLUMN FOLDER PARTS
    # some lines of the studies end in CR
    # shellcheck disable=SC2094 # only the name is used twice
    tr -s '\r\n' '\n' < "$1" |
        awk -F "$2" -v column="$3" -v folder="$4" -v parts="$5" -v name="$(basename "$1")" "$split"
}

# What results.csv says of items together may be empty in a merge, since a tally does not tell the sums
# of so few forms: such a line is made empty in the other, too. What is not empty has to agree.
as_merged() { # EXPECTED GOT
    awk -F , -v OFS=, 'NR == FNR { if ($1 == "item_analysis" && $NF == "") empty[$0] = 1; next }
        $1 == "item_analysis" && /,(alpha|alpha_ci_low|alpha_ci_high|omega|omega_heywood|item_rest_[0-9]*),[^,]*$/ {
            line = $0; sub(/[^,]*$/, "", line); if (line in empty) $0 = line
        } { print }' "$2" "$1"
}

# The figures of a merge without the one that only a merge has, of which all that is empty must be of forms
# that are withheld.
figures_of() { # MERGED
    grep -v ',forms_withheld,' "$1/internal/results.csv"
}

# Everything that a report and a merge both write, but for the manifest; and where a tally leaves out
# sums of items, but for the warnings that rest on them.
same_report() { # NAME EXPECTED GOT
    local each out=(-x manifest.json -x discounted.csv -x results.csv)
    n_checks=$((n_checks + 1))
    as_merged "$2/internal/results.csv" "$3/internal/results.csv" > "$work/as_merged"
    figures_of "$3" | diff "$work/as_merged" - > "$work/diff" || problem "$1: other figures"
    # what is empty in the merge is so on its page
    if ! cmp -s "$work/as_merged" "$2/internal/results.csv"; then
        out+=(-x report.txt -x report.md -x 'items_*')
        grep -q '^item_analysis,.*,forms_withheld,[1-9]' "$3/internal/results.csv" || problem "$1: nothing says why figures are empty"
    fi
    if grep -q 'leaves out sums of items' "$work/err"; then
        out+=(-x report.txt -x report.md -x warnings.csv)
        for each in "$2" "$3"; do
            awk '/^## /{ items = /the form itself/ } !items && !/runs against the rest/' "$each/report.md" > "$each/without.md"
        done
    fi
    diff -r "${out[@]}" "$2" "$3" >> "$work/diff" || problem "$1: differs from one run over all forms:"
    head -n 20 "$work/diff"
    rm -f "$2/without.md" "$3/without.md"
}

# A tally of each folder of $work/parts that has the study, and the report merged from them.
merge_parts() { # NAME STUDY EXPECTED
    local name=$1 study=$2 expected=$3 part
    rm -rf "$work/merged" "$work"/*.tally
    for part in "$work"/parts/*; do
        cp "$study" "$part/study.yaml"
        "$pellter" tally "$part/study.yaml" -o "$work/$(basename "$part").tally" 2> "$work/err" ||
            { problem "$name: $(cat "$work/err")"; return; }
    done
    "$pellter" merge "$work"/*.tally -o "$work/merged" 2> "$work/err" ||
        { problem "$name: $(cat "$work/err")"; return; }
    same_report "$name" "$expected" "$work/merged"
}

# check_study STUDY (FILE SEPARATOR RESPONDENT COHORT)...: split in several ways
check_study() {
    local study=$1 folder parts files
    shift
    folder=$(dirname "$study")
    files=("$@")
    rm -rf "$work/pooled"
    "$pellter" report "$study" -o "$work/pooled" 2> "$work/err" || problem "$study: $(cat "$work/err")"
    for parts in 1 2 5 values; do
        rm -rf "$work/parts"
        set -- "${files[@]}"
        # where respondents move, a part for each cohort has some of them twice
        [ "$parts$4" != values- ] || continue
        while [ $# -gt 0 ]; do
            split_file "$folder/$1" "$2" "$([ $parts = values ] && echo "$4" || echo "$3")" \
                "$work/parts" "$parts"
            shift 4
        done
        merge_parts "$study in parts: $parts" "$study" "$work/pooled"
    done
}

# ---- the same bytes ----------------------------------------------------------------------------------

# Families are kept together: one that two tallies know members of would be two.
check_study "$samples/ifss-2014/study.yaml" wemwbs.csv , family site sdq.csv ';' family site \
    goals.csv , family site
check_study "$samples/cardiff-vale-2018/study.yaml" goals.csv , family area
check_study "$studies/sdq_three_sites/study.yaml" sdq.csv ';' ref site
check_study "$studies/dated/study-nearest.yaml" dated.csv , participant -
check_study "$studies/short_forms/study-swemwbs.yaml" swemwbs.csv , participant site
check_study "$studies/short_forms/study-score15.yaml" score15.csv $'\t' participant site

# One tally is the study that it was made of, whatever is wrong with the data.
for study in "$samples"/awkward/study.yaml "$samples"/awkward/dated.yaml "$studies"/*/study*.yaml; do
    rm -rf "$work/pooled" "$work/merged"
    "$pellter" report "$study" -o "$work/pooled" 2> "$work/report_err"
    "$pellter" tally "$study" 2> "$work/err" | "$pellter" merge - -o "$work/merged" 2> "$work/merge_err" ||
        problem "$study: $(cat "$work/err" "$work/merge_err")"
    cp "$work/merge_err" "$work/err"
    same_report "$study" "$work/pooled" "$work/merged"
    if grep -q 'leaves out sums of items' "$work/merge_err"; then
        sed -i '/runs against the rest/d' "$work/report_err" "$work/merge_err"
    fi
    grep -v '^note: \|leaves out sums of items' "$work/merge_err" > "$work/err" || true
    cmp -s "$work/report_err" "$work/err" || problem "$study: other warnings from its tally"
done

# Nobody knows in which order rows are met: the tally is the same.
(head -n 1 "$samples/ifss-2014/goals.csv"; tail -n +2 "$samples/ifss-2014/goals.csv" | sort -r) \
    > "$work/goals.csv"
cp "$samples/ifss-2014/study.yaml" "$samples"/ifss-2014/{wemwbs,sdq}.csv "$work"
"$pellter" tally "$work/study.yaml" > "$work/reversed"
"$pellter" tally "$samples/ifss-2014/study.yaml" > "$work/ifss"
cmp "$work/reversed" "$work/ifss" || problem "the order of rows shows in a tally"

# What the terminal shows, and a packed tally.
"$pellter" report "$samples/ifss-2014/study.yaml" > "$work/expected" 2> "$work/err"
gzip -c "$work/ifss" > "$work/ifss.gz"
"$pellter" merge "$work/ifss.gz" > "$work/got" 2> "$work/err"
cmp "$work/expected" "$work/got" || problem "a merge prints another report"

# Two sites that name their files, columns and separators each in its own way.
mkdir -p "$work/a" "$work/b"
awk -F , 'NR == 1 || $2 == "East"' "$studies/short_forms/swemwbs.csv" > "$work/a/a.csv"
awk -F , -v OFS=';' 'NR == 1 { $1 = "ref" } NR == 1 || $2 != "East" { $1 = $1; print }' \
    "$studies/short_forms/swemwbs.csv" > "$work/b/b.csv"
cat > "$work/a/a.yaml" << 'YAML'
# the first site's own remarks
title: Both sites
stages: [before, after]
cohorts: [site]
sources: [{file: a.csv, instrument: swemwbs, items: "swemwbs_{1..14}"}]
YAML
sed -e 's/a.csv/b.csv, participant: ref, separator: ";"/' -e 's/Both sites/Second/' \
    -e 's/first/second/' "$work/a/a.yaml" > "$work/b/b.yaml"
sed -e "s|a.csv|$studies/short_forms/swemwbs.csv|" "$work/a/a.yaml" > "$work/both.yaml"
"$pellter" report "$work/both.yaml" -o "$work/both" 2> "$work/err" || cat "$work/err"
"$pellter" tally "$work/a/a.yaml" -o "$work/a.tally" || problem "no tally of the first site"
"$pellter" tally "$work/b/b.yaml" -o "$work/b.tally" || problem "no tally of the second site"
"$pellter" merge "$work/a.tally" "$work/b.tally" -o "$work/both_merged" 2> "$work/err" ||
    problem "two sites: $(cat "$work/err")"
same_report "two sites with their own files" "$work/both" "$work/both_merged"
grep -q 'assumed that nobody has forms in two' "$work/err" || problem "the assumption is not stated"
grep -q 'the report has the title of' "$work/err" || problem "another title is not told"
grep -q '"assumed": "nobody has forms in two' "$work/both_merged/manifest.json" ||
    problem "the manifest does not state what was assumed"
grep -q '"pooled": true' "$work/both_merged/manifest.json" || problem "the manifest does not say pooled"
if grep -qE 'remarks|separator|ref' "$work/b.tally"; then
    problem "a tally holds what the study file says of files"
fi

# ---- what a tally holds -------------------------------------------------------------------------------

if grep -qE '\b[AFC]-[0-9]{3}\b' "$work/ifss"; then
    problem "an identifier in a tally"
fi
n_checks=$((n_checks + 1))
[ "$(stat -c %a "$work/a.tally")" = 600 ] || problem "others may read a tally"

# No sums of items of fewer than 10 forms: one form's would be its answers.
head -n 4 "$work/a/a.csv" > "$work/a/few.csv"
sed 's/a.csv/few.csv/' "$work/a/a.yaml" > "$work/a/few.yaml"
"$pellter" tally "$work/a/few.yaml" -o "$work/few.tally"
if grep -q '^item,\|^items_rest' "$work/few.tally" || grep -q '^items,.*[^,]$' "$work/few.tally" || ! grep -q '^unchecked,swemwbs' "$work/few.tally"; then
    problem "sums of items of three forms"
fi
grep -q '^scoring,swemwbs,raw,.*,,,$' "$work/few.tally" || problem "sums of scales of three forms"
"$pellter" merge "$work/few.tally" "$work/b.tally" > "$work/got" 2> "$work/err" || cat "$work/err"
grep -q 'few.tally leaves out sums of items of swemwbs' "$work/err" ||
    problem "sums left out are not told"
# Where that leaves a scale without alpha, the page and the figures say why.
"$pellter" merge "$work/few.tally" -o "$work/few" 2> "$work/err" || cat "$work/err"
grep -q '^item_analysis,,All,swemwbs,raw,before,forms_withheld,[1-9]$' "$work/few/internal/results.csv" ||
    problem "results.csv does not say how many forms are withheld"
grep -q '^item_analysis,,All,swemwbs,raw,before,alpha,$' "$work/few/internal/results.csv" || problem "alpha of withheld forms"
tr '\n' ' ' < "$work/few/report.txt" | tr -s ' ' | grep -q 'Alpha and omega are not known: this report is made of tallies' ||
    problem "the report does not say why there is no alpha"

# ---- thresholds ---------------------------------------------------------------------------------------

# Site 1 of the sample has 5 respondents; what is left is the report without it.
mkdir -p "$work/large"
for file in wemwbs goals; do
    awk -F , 'NR == 1 || !/,Site 1,/' "$samples/ifss-2014/$file.csv" > "$work/large/$file.csv"
done
awk -F ';' 'NR == 1 || !/;Site 1;/' "$samples/ifss-2014/sdq.csv" > "$work/large/sdq.csv"
cp "$samples/ifss-2014/study.yaml" "$work/large"
"$pellter" tally "$samples/ifss-2014/study.yaml" --threshold 10 -o "$work/10.tally"
if grep -q 'Site 1' "$work/10.tally"; then
    problem "a cohort of 5 is in a tally of at least 10"
fi
n_checks=$((n_checks + 1))
"$pellter" merge "$work/10.tally" -o "$work/withheld" 2> "$work/err"
"$pellter" report "$work/large/study.yaml" -o "$work/without" 2> "$work/report_err"
figures_of "$work/withheld" | grep -v '^forms,\|^scoring,' > "$work/got"
as_merged "$work/without/internal/results.csv" "$work/withheld/internal/results.csv" |
    grep -v '^forms,\|^scoring,' > "$work/expected"
cmp "$work/got" "$work/expected" || problem "a threshold leaves other figures than those of the rest"
sentence='10.tally withholds 1 cohort of fewer than 10 respondents (wemwbs 5, sdq-self [0-9]*, gas [0-9]*)'
grep -q "^not pooled: .*$sentence" "$work/err" || problem "what is withheld is not told: $(cat "$work/err")"
tr '\n' ' ' < "$work/withheld/report.txt" | tr -s ' ' | grep -q "Not pooled:.*$sentence" ||
    problem "the report does not say what is withheld"
grep -q '"pooled": false' "$work/withheld/manifest.json" || problem "the manifest calls it pooled"
if grep -q '^item,' "$work/10.tally"; then
    problem "sums of items with those of a withheld cohort in them"
fi

# ---- what is refused ----------------------------------------------------------------------------------

# refused 'NAME' 'PART OF THE MESSAGE' WORD...: status 2, one line, nothing written
refused() {
    local name=$1 part=$2 status=0
    shift 2
    n_checks=$((n_checks + 1))
    "$pellter" "$@" > "$work/out" 2> "$work/err" || status=$?
    [ "$status" -eq 2 ] || problem "$name: exit status $status"
    [ "$(wc -l < "$work/err")" -eq 1 ] || problem "$name: not one line: $(cat "$work/err")"
    [ ! -s "$work/out" ] || problem "$name: something was printed"
    grep -qF -- "$part" "$work/err" || problem "$name: expected \"$part\", got $(cat "$work/err")"
}

# What is computed from the counts and not counted by goes along: norms, methods, thresholds.
sed -e "s|file: |file: $root/data-samples/ifss-2014/|" "$root/data-samples/ifss-2014/study.yaml" > "$work/change.yaml"
cat >> "$work/change.yaml" << 'STUDY'
reliable_change:
  method: gulliksen_lord_novick
  low_reliability: yes
  threshold: {instrument: wemwbs, points: 5.5}
important_change: [{instrument: sdq-self, points: 2}, {instrument: sdq-self, scale: peer, points: 0.5}]
clinical_change:
  - {instrument: wemwbs, clinical: {mean: 38, sd: 8.7}, functional: {mean: 51.6, sd: 8.7}, cut_off: b}
  - {instrument: sdq-self, scale: conduct, functional: {mean: 2.2, sd: 1.7}}
  - {instrument: sdq-self, scale: peer, clinical: {mean: 3.5, sd: 2}, functional: gb-1999}
norms: {wemwbs: scotland-2012-women, sdq-self: gb-1999}
STUDY
"$pellter" report "$work/change.yaml" -o "$work/change" 2> "$work/stderr"
"$pellter" tally "$work/change.yaml" > "$work/change.tally"
"$pellter" merge "$work/change.tally" -o "$work/change-merged" 2> "$work/stderr"
as_merged "$work/change/internal/results.csv" "$work/change-merged/internal/results.csv" > "$work/as_merged"
cp "$work/as_merged" "$work/change/internal/results.csv"
figures_of "$work/change-merged" > "$work/figures"
mv "$work/figures" "$work/change-merged/internal/results.csv"
for file in internal/results.csv report.txt; do
    cmp "$work/change/$file" "$work/change-merged/$file" || problem "declared change is lost in a tally: $file"
done
# A norm is what its figures are, and not its name alone.
grep -q '^line,.*# norm gb-1999 of sdq-self peer: mean 1.5, sd 1.4' "$work/change.tally" || problem "a tally does not say the figures of its norms"
sed -e 's/gb-1999: {mean: 1.5, sd: 1.4/gb-1999: {mean: 1.6, sd: 1.4/' "$root/scales/sdq-self.yaml" > "$work/sdq-self.yaml"
refused 'a norm of other figures' 'found # norm gb-1999 of sdq-self peer: mean 1.5, sd 1.4, expected # norm gb-1999 of sdq-self peer: mean 1.6' \
    merge --scale "$work/sdq-self.yaml" "$work/change.tally"

other() { # SED-SCRIPT: the study of the first site, changed
    sed -e "$1" "$work/a/a.yaml" > "$work/a/other.yaml"
    "$pellter" tally "$work/a/other.yaml" > "$work/other.tally"
}
other 's/before, after/before, {name: after, window: [1, 90]}/'
refused 'another window' "found stages: ['before', {name: 'after', window: [1, 90], after: 'before'}], \
expected stages: ['before', 'after']" merge "$work/b.tally" "$work/other.tally"
refused 'names both' 'b.tally: a tally of another study than' merge "$work/other.tally" "$work/b.tally"
other 's/cohorts: .site./cohorts: []/'
refused 'no cohorts' "found cohorts: [], expected cohorts: [['site']]" merge "$work/b.tally" "$work/other.tally"
other 's/^cohorts/as_of: 2020-02-29\ncohorts/'
refused 'as_of' 'found as_of: 2020-02-29, expected no such line' merge "$work/b.tally" "$work/other.tally"
other 's/items/incomplete: published, items/'
refused 'another rule' "incomplete: 'published'" merge "$work/b.tally" "$work/other.tally"
other 's/^cohorts/reliable_change: {sd: 4.25, reliability: 0.83}\nduplicates: last\ncohorts/'
refused 'two differences' '(and 1 more difference)' merge "$work/b.tally" "$work/other.tally"
refused 'the same twice' 'the same tally as' merge "$work/a.tally" "$work/b.tally" "$work/a.tally"
refused 'no tally' 'a file that is no tally' merge "$work/a/a.csv"
refused 'no file' 'cannot be read' merge "$work/nowhere"
refused 'nothing' 'needs TALLY' merge

# A checksum of one's own makes an honest file of a changed one.
sign() { # FILE: to $work/signed
    sed '$d' "$1" > "$work/signed"
    printf 'sha256,%s\n' "$(sha256sum < "$work/signed" | cut -d ' ' -f 1)" >> "$work/signed"
}
sign "$work/a.tally"
cmp "$work/a.tally" "$work/signed" || problem "the last line is not the SHA-256 of all before it"
sed -e '1s/3$/2/' "$work/a.tally" > "$work/changed"
refused 'another version' 'another version of the format, expected version 3' merge "$work/changed"
sed -e 's/^score,.*,before,\(.*\),1$/&/;0,/,1$/s/,1$/,2/' "$work/a.tally" > "$work/changed"
refused 'a changed count' 'changed or cut off' merge "$work/changed"
head -c 1000 "$work/a.tally" > "$work/changed"
refused 'cut off' 'changed or cut off' merge "$work/changed"
sed '$d' "$work/a.tally" > "$work/changed"
refused 'cut off before its last line' 'changed or cut off' merge "$work/changed"
sed 's/$/\r/' "$work/a.tally" > "$work/changed"
refused 'other ends of lines' 'expected version 3' merge "$work/changed"

signed() { # NAME SED-SCRIPT MESSAGE
    sed -E -e "$2" "$work/a.tally" > "$work/changed"
    if cmp -s "$work/a.tally" "$work/changed"; then
        problem "$1: nothing was changed"
    fi
    sign "$work/changed"
    refused "$1" "$3" merge "$work/signed"
}
signed 'rules of another version' '/rules of swemwbs/s/256 ./256 g/;s/^study,.*/study,x/' 'SHA-256'
signed 'an unknown kind' 's/^unknown_inf.*/unknown,0/' ':1: found a line of a kind that is not known'
signed 'too few cells' 's/^(ids,.*),0$/\1/' 'found 2 cells in this line, expected 3'
signed 'rows that do not add up' 's/^(measure,swemwbs),[0-9]+/\1,9999/' 'used + set aside'
signed 'no measure' '/^measure/d' 'no line "measure"'
signed 'a measure twice' 's/^measure.*/&\n&/' 'twice'
signed 'cells that are missing' '0,/^score/{/^score/d}' 'not those of all respondents'
signed 'pairs that are missing' '0,/^pair/{/^pair/d}' 'not those of all respondents'
signed 'a score that is none' 's/^(score,[^,]*,swemwbs,raw,before),[0-9]+/\1,36/' \
    'a score that the scale cannot have'
signed 'a negative count' '0,/^score/s/^(score.*),[0-9]+$/\1,-1/' 'expected a whole one from 1'
signed 'a huge count' '0,/^score/s/^(score.*),[0-9]+$/\1,99999999999999999999/' 'whole one'
signed 'a zero before a number' 's/^(unknown_informants),0/\1,00/' 'whole one'
signed 'another reason' 's/no_form/no_from/' 'expected one such as "no_form"'
signed 'an unknown stage' '0,/^pair/s/^(pair,.*),after,/\1,later,/' 'no stage of the study'
signed 'an unknown instrument' 's/^ids,swemwbs/ids,wemwbs/' 'no instrument of the study'
signed 'patterns that are missing' '0,/^pattern/{/^pattern/d}' 'patterns that are not those of all scores'
signed 'a pattern of no stage' '0,/^pattern/s/^(pattern,[^,]*,[^,]*,[^,]*),[x.]+/\1,../' 'no set of stages'
signed 'a pattern of more stages' '0,/^pattern/s/^(pattern,[^,]*,[^,]*,[^,]*),[x.]+/\1,xxx/' 'no set of stages'
signed 'a sum too large' '0,/^pattern/s/^(pattern,.*),[0-9]+( [0-9]+)?,/\1,999999999\2,/' 'sums that are expected'
signed 'a sum too many' '0,/^pattern/s/^(pattern,.*)$/\1 1/' 'sums that are expected'
signed 'a sum of another kind' '0,/^pattern/s/^(pattern,.*)[0-9]$/\1x/' 'sums that are expected'
# shellcheck disable=SC2016 # sed, not shell
signed 'a line of the head at the end' '$s/^/title,x\n/' 'behind it'
signed 'a NUL' 's/^title/\x00/' 'NUL'

# Instruments of one's own are compared by their rules, and the file is needed to merge.
"$pellter" scales swemwbs > "$work/out"
sed -e 's/^name: .*/name: my-scale/' -e '/^aliases/,/^[^ -]/{/^aliases\|^ *-/d}' "$root/scales/swemwbs.yaml" \
    > "$work/my-scale.yaml"
sed -e 's/instrument: swemwbs/instrument: my-scale/' "$work/a/a.yaml" > "$work/a/own.yaml"
"$pellter" tally "$work/a/own.yaml" --scale "$work/my-scale.yaml" -o "$work/own.tally"
refused 'an instrument that is not known' 'my-scale' merge "$work/own.tally"
"$pellter" merge "$work/own.tally" --scale "$work/my-scale.yaml" > "$work/own" 2> "$work/err" ||
    problem "an instrument of one's own: $(cat "$work/err")"
sed -e 's/value: 0.931/value: 0.5/' "$work/my-scale.yaml" > "$work/changed.yaml"
if cmp -s "$work/my-scale.yaml" "$work/changed.yaml"; then
    problem "other rules: nothing was changed, so this checks nothing"
fi
refused 'other rules of an instrument' 'by other rules than those of this version of pellter: found # rules of' \
    merge "$work/own.tally" --scale "$work/changed.yaml"
(cat "$work/my-scale.yaml"; echo '# a remark is no rule') > "$work/remark.yaml"
"$pellter" merge "$work/own.tally" --scale "$work/remark.yaml" > "$work/got" 2> "$work/err" ||
    problem "a remark in an instrument file: $(cat "$work/err")"
cmp "$work/own" "$work/got" || problem "a remark in an instrument file changes the report"

# ---- standard input, and the command line ---------------------------------------------------------------

"$pellter" tally "$work/a/a.yaml" --stdin < "$work/a/a.csv" > "$work/stdin.tally"
cmp "$work/a.tally" "$work/stdin.tally" || problem "standard input gives another tally than the file"
refused 'several sources' 'found 3 sources, expected one' tally "$samples/ifss-2014/study.yaml" --stdin
refused 'no study file' 'without a study file' tally "$work/a/a.csv" --stdin
refused 'data from standard input' 'cannot be read twice' tally -
refused 'a threshold of 1' 'from 2 to 1000000' tally "$work/a/a.yaml" --threshold 1
refused 'a threshold of many' 'from 2 to 1000000' tally "$work/a/a.yaml" --threshold many
refused 'a file that is there' 'not overwritten' tally "$work/a/a.yaml" -o "$work/a.tally"

# The recipe of docs/scale.md.
cd "$work"
cp "$studies/short_forms/swemwbs.csv" all.csv
sed 's/a.csv/all.csv/' a/a.yaml > all.yaml
mkdir shards
awk -F , -v column=participant -v n=8 '
    BEGIN { for (i = 1; i < 256; i++) code[sprintf("%c", i)] = i }
    NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i; head = $0; next }
    {
        part = 0
        for (i = 1; i <= length($at); i++) part = (part * 31 + code[substr($at, i, 1)]) % 1000003
        file = "shards/" part % n ".csv"
        if (!(file in seen)) { seen[file]; print head > file }
        print > file
    }' all.csv
how=parallel
if command -v parallel > "$work/where"; then
    parallel "'$pellter' tally all.yaml --stdin < {} > {}.tally" ::: shards/*.csv 2> "$work/err"
else
    how='xargs -P'
    printf '%s\n' shards/*.csv |
        xargs -P 4 -I {} sh -c "'$pellter' tally all.yaml --stdin < {} > {}.tally"
fi
"$pellter" merge shards/*.tally -o "$work/recipe" 2> "$work/err" || problem "$(cat "$work/err")"
"$pellter" report all.yaml -o "$work/pooled_recipe" 2> "$work/err"
[ "$(find shards -name '*.tally' | wc -l)" -gt 3 ] || problem "the recipe made too few shards"
same_report "the recipe with $how" "$work/pooled_recipe" "$work/recipe"

echo "$n_checks checks (shards by $how), $n_problems problems"
[ "$n_problems" -eq 0 ] && [ "$n_checks" -gt 80 ]
