#!/usr/bin/env bash
# tests/test_same_bytes.sh ROOT PELLTER - the same forms give the same report, byte for byte: with any
# number of threads, in little memory, and (the report and its figures) from the rows in another
# order. For the sample studies, and for three studies of a few thousand participants made here, with
# whatever may stand in a file: long ids, CRLF, comments with line breaks, bad cells, forms twice and
# in conflict, several files, families, 150 cohorts. Only those made here are large enough for several
# threads, to read and to compute.
set -euo pipefail
export LC_ALL=C

if [ $# -ne 2 ]; then
    echo "usage: $0 ROOT PELLTER" >&2
    exit 2
fi
root=$(cd "$1" && pwd)
pellter=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n_problems=0
n_compared=0

problem() {
    echo "$*"
    n_problems=$((n_problems + 1))
}

for tool in awk cmp diff tac tr wc; do
    if ! command -v "$tool" > "$work/where"; then
        echo "$tool is missing: nothing was checked" >&2
        exit 2
    fi
done

# report NAME STUDY OPTION... : what it prints into $work/NAME.txt, what it writes into $work/NAME
report() {
    local name=$1 study=$2
    shift 2
    if ! "$pellter" report "$study" "$@" > "$work/$name.txt" 2>> "$work/said" ||
        ! "$pellter" report "$study" -o "$work/$name" "$@" > "$work/out" 2>> "$work/said"; then
        problem "$study $*: $(tail -n 1 "$work/said")"
        return 1
    fi
}

# same NAME STUDY OPTION... : everything as in $work/first
same() {
    local name=$1
    shift
    rm -rf "${work:?}/$name"
    report "$name" "$@" || return 0
    n_compared=$((n_compared + 1))
    cmp "$work/first.txt" "$work/$name.txt" > "$work/differs" ||
        problem "$*: prints other bytes: $(cat "$work/differs")"
    diff -rq "$work/first" "$work/$name" > "$work/differs" ||
        problem "$*: writes other bytes: $(tr '\n' ' ' < "$work/differs")"
}

# same_but_lists NAME STUDY OPTION... : all but what speaks of rows and files
same_but_lists() {
    local name=$1
    shift
    rm -rf "${work:?}/$name"
    report "$name" "$@" || return 0
    n_compared=$((n_compared + 1))
    cmp "$work/first.txt" "$work/$name.txt" > "$work/differs" ||
        problem "$*: prints other bytes: $(cat "$work/differs")"
    diff -rq -x discounted.csv -x manifest.json "$work/first" "$work/$name" > "$work/differs" ||
        problem "$*: writes other bytes: $(tr '\n' ' ' < "$work/differs")"
}

# --- the samples ------------------------------------------------------------------------------

n_samples=0
for study in "$root"/data-samples/*/*.yaml; do
    n_samples=$((n_samples + 1))
    rm -rf "$work/first"
    report first "$study" --threads 1 || continue
    same other "$study" --threads 3
    same other "$study" --threads 7 --memory 64M
    same other "$study"
done
if [ "$n_samples" -lt 3 ]; then
    problem "only $n_samples sample studies"
fi

# --- studies made here ------------------------------------------------------------------------

# Writes the bodies of the files, one record a line; \001 stands for a line break in a cell.
# shellcheck disable=SC2016 # awk, not shell
make='
function draw(n) { seed = (seed * 1103515245 + 12345) % 2147483648; return int(seed / 65536) % n }
function id(who) {
    if (who % 5 == 0) return sprintf("participant-%06d-of-a-service-with-long-ids", who)
    if (who % 5 == 1) return sprintf("%016d", who)
    if (who % 5 == 2) return "\"K" who ", " who % 7 "\""
    if (who % 50 == 3) return "k" who - 1 ".0"
    return "K" who
}
function day(stage) {
    return draw(25) == 0 ? "31/31/2018" : sprintf("%d-%02d-%02d", 2015 + stage, 1 + draw(12), 1 + draw(28))
}
function comment() {
    return draw(3) == 0 ? "\"she said \"\"better\"\"\001and then, at length: " filler "\"" : filler
}
function answers(separator, n, highest,    i, text, a) {
    for (i = 0; i < n; i++) {
        a = draw(40) == 0 ? "" : draw(400) == 0 ? "x" : draw(400) == 0 ? "9" : draw(200) == 0 ? " 2 " \
            : draw(100) == 0 ? "\"3\"" : 1 + draw(highest)
        text = text separator a
    }
    return text
}
function wemwbs(who, stage, file, separator,    a, row) {
    a = draw(60) == 0 ? ",,,,,,,,,,,,,," : draw(80) == 0 ? ",3,,2,,4,,,,,,,,," : answers(",", 14, 5)
    if (separator != ",") gsub(/,/, separator, a)
    row = (draw(150) == 0 ? "" : id(who)) separator "Site " (draw(200) == 0 ? draw(9) : who % 9) separator \
        (draw(300) == 0 ? "someday" : stages[stage]) separator day(stage) separator comment() a
    print row > file
    if (draw(40) == 0) print row > file
    if (draw(40) == 0) print id(who) separator "Site 1" separator stages[stage] separator day(stage) \
        separator filler separator "5,5,5,5,5,5,5,5,5,5,5,5,5,5" > (file ~ /one/ ? file : "/dev/null")
}
BEGIN {
    seed = 7
    split("start,mid,end", stages, ",")
    filler = "words that nobody reads, "
    for (i = 0; i < 4; i++) filler = filler filler
    gsub(/,/, ";", filler)
    filler1 = filler
    for (who = 0; who < 5000; who++) {
        for (stage = 1; stage <= 3; stage++) {
            filler = filler1
            if (draw(6) > 0) wemwbs(who, stage, out "/one.body", ",")
            gsub(/;/, ".", filler)
            if (draw(6) == 0) wemwbs(who + 2000, stage, out "/two.body", "\t")
            for (goal = 0; goal < 2 && who % 3 == 0; goal++) {
                if (draw(5) > 0) {
                    row = id(who) ",Site " who % 9 "," stages[stage] "," day(stage) ",goal " goal "," \
                        (draw(90) == 0 ? "7" : draw(5) - 2) "," (draw(40) == 0 ? "much" : draw(4)) "," \
                        (draw(2) ? "Home" : "School")
                    print row > (out "/goals.body")
                    if (draw(50) == 0) print row > (out "/goals.body")
                }
            }
        }
    }
}'
items=$(seq -f 'w%g' 14 | tr '\n' ',')

# finish FOLDER ORDER : the files of the bodies, their records in the order that `cat` or `tac` gives
finish() {
    local folder=$1 order=$2
    mkdir "$folder"
    {
        echo "participant,site,stage,date,comment,${items%,}"
        "$order" "$work/bodies/one.body"
    } | awk '{ printf "%s\r\n", $0 }' | tr '\001' '\n' > "$folder/one.csv"
    {
        echo "participant,site,stage,date,comment,${items%,}" | tr ',' '\t'
        "$order" "$work/bodies/two.body"
    } | tr '\001' '\n' > "$folder/two.csv"
    {
        echo 'participant,site,stage,date,goal,level,weight,category'
        "$order" "$work/bodies/goals.body"
    } > "$folder/goals.csv"
    {
        echo "participant,site,stage,date,comment,${items%,},class,family"
        # shellcheck disable=SC2016 # awk, not shell
        "$order" "$work/bodies/one.body" | awk '{
            match($0, /[0-9]+/)
            who = substr($0, RSTART, RLENGTH) + 0
            print $0 ",Class " who % 150 ",F" int(who / 3) (who % 2 ? "-of-a-large-family" : "")
        }'
    } | tr '\001' '\n' > "$folder/classes.csv"
    cat > "$folder/classes.yaml" << 'END'
stages: [start, mid, end]
cohorts: [class]
sources:
  - {file: classes.csv, instrument: wemwbs, items: "w{1..14}", family: family, incomplete: published}
END
    cat > "$folder/stages.yaml" << 'END'
stages: [start, mid, end]
cohorts: [site]
sources:
  - {file: one.csv, instrument: wemwbs, items: "w{1..14}", incomplete: published}
  - {file: two.csv, instrument: wemwbs, items: "w{1..14}", incomplete: published}
  - {file: goals.csv, instrument: gas, weight: weight, category: category, target: 60}
END
    cat > "$folder/windows.yaml" << 'END'
stages: [start, {name: mid, window: [100, 399], pick: nearest}, {name: end, window: [400, 900], after: start, pick: last}]
as_of: 2018-01-31
duplicates: first
cohorts: [[site]]
sources:
  - {file: one.csv, instrument: wemwbs, items: "w{1..14}"}
  - {file: two.csv, instrument: wemwbs, items: "w{1..14}"}
  - {file: goals.csv, instrument: gas}
END
}

mkdir "$work/bodies"
awk -v out="$work/bodies" "$make"
finish "$work/made" cat
finish "$work/turned" tac
n_bytes=$(cat "$work"/made/*.csv | wc -c)
if [ "$n_bytes" -lt $((6 * 1024 * 1024)) ]; then
    problem "the made files have only $n_bytes bytes: too few for 7 threads"
fi
for study in stages windows classes; do
    rm -rf "$work/first"
    report first "$work/made/$study.yaml" --threads 1 || continue
    for reason in duplicate_same conflicting too_few_items blank no_id; do
        if ! grep -q ",$reason\$" "$work/first/internal/discounted.csv"; then
            problem "$study: no form is $reason: the study says too little"
        fi
    done
    for threads in 2 3 7; do
        same other "$work/made/$study.yaml" --threads "$threads"
    done
    same other "$work/made/$study.yaml"
    same other "$work/made/$study.yaml" --threads 1 --memory 64M
    same other "$work/made/$study.yaml" --threads 7 --memory 64M
    same_but_lists other "$work/turned/$study.yaml" --threads 1
    same_but_lists other "$work/turned/$study.yaml" --threads 3
    # `check` lists every cell and form; `score` prints every form
    for command in check score; do
        for options in '--threads 1' '--threads 2' '--threads 7 --memory 64M'; do
            status=0
            # shellcheck disable=SC2086 # words
            "$pellter" "$command" "$work/made/$study.yaml" $options > "$work/$command.out" \
                2>> "$work/said" || status=$?
            if [ "$status" -gt 1 ]; then
                problem "$command $study $options: $(tail -n 1 "$work/said")"
            fi
            n_compared=$((n_compared + 1))
            if [ "$options" = '--threads 1' ]; then
                mv "$work/$command.out" "$work/$command.first"
            elif ! cmp "$work/$command.first" "$work/$command.out" > "$work/differs"; then
                problem "$command $study $options: prints other bytes: $(cat "$work/differs")"
            fi
        done
    done
done

echo "$n_samples samples, $n_bytes bytes made, $n_compared comparisons, $n_problems problems"
[ "$n_problems" -eq 0 ]
