#!/usr/bin/env bash
# tests/test_rubbish.sh ROOT PELLTER - what pellter says of rubbish. Every case has an exit status and
# a part of its message that are fixed here; for status 2 the message must be one line on standard
# error, nothing may be on standard output, and nothing may be left in the case's folder. The ids and
# answers in the files made here (all with SECRET in them) may not be in any message. Also: help,
# version, and that the option table, --help and the man page name the same options and commands.
# VALGRIND=1 runs every case under valgrind, which must find neither an error nor a leak.
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
n_cases=0
runner=()
if [ "${VALGRIND:-0}" = 1 ]; then
    runner=(valgrind -q --error-exitcode=99 --leak-check=full)
fi
for tool in grep sed seq comm mkfifo "${runner[@]:0:1}"; do
    if ! command -v "$tool" > "$work/where"; then
        echo "$tool is missing: nothing was checked" >&2
        exit 2
    fi
done

problem() {
    echo "$*"
    n_problems=$((n_problems + 1))
}

# run NAME WORD... : one run among the files in $work/files
run() {
    name=$1
    shift
    n_cases=$((n_cases + 1))
    status=0
    (cd "$work/files" && exec env LC_ALL="${locale:-C}" "${runner[@]}" "$pellter" "$@") \
        > "$work/out" 2> "$work/err" < /dev/null || status=$?
    if [ "$status" -gt 2 ]; then
        problem "$name: exit status $status, a crash: $(tail -n 3 "$work/err")"
    fi
    if grep -q SECRET "$work/err" || { [ "${show:-0}" = 0 ] && grep -q SECRET "$work/out"; }; then
        problem "$name: cell text in a message"
    fi
    (cd "$work/files" && find . | LC_ALL=C sort) > "$work/after"
    if ! cmp -s "$work/before" "$work/after"; then
        problem "$name: left behind: $(comm -3 "$work/before" "$work/after" | tr '\n' ' ')"
        (cd "$work/files" && comm -13 "$work/before" "$work/after" | while read -r left; do
            rm -rf "$left"
        done)
    fi
}

# bad 'NAME' 'PART OF THE MESSAGE' WORD... : status 2 and one line
bad() {
    local part=$2
    local name=$1
    shift 2
    run "$name" "$@"
    if [ "$status" -ne 2 ]; then
        problem "$name: exit status $status, expected 2: $(head -n 1 "$work/out")"
    elif [ "$(wc -l < "$work/err")" -ne 1 ] || [ -s "$work/out" ]; then
        problem "$name: expected one line on standard error and nothing on standard output, found" \
            "$(wc -l < "$work/err") and $(wc -c < "$work/out") bytes"
    elif ! grep -qF -- "$part" "$work/err"; then
        problem "$name: expected \"$part\", found: $(cat "$work/err")"
    fi
}

# found 'NAME' STATUS 'PART OF THE OUTPUT' WORD...
found() {
    local name=$1 expected=$2 part=$3
    shift 3
    run "$name" "$@"
    if [ "$status" -ne "$expected" ]; then
        problem "$name: exit status $status, expected $expected: $(cat "$work/err")"
    elif ! grep -qF -- "$part" "$work/out"; then
        problem "$name: expected \"$part\" in the output"
    fi
}

mkdir "$work/files"
cd "$work/files"

# --- files ---

items=$(printf ',wemwbs_%02d' $(seq 14))
answers=',3,3,3,3,3,3,3,3,3,3,3,3,3,3'
header=participant,site,stage$items
{
    echo "$header"
    for i in 1 2 3; do
        echo "SECRET$i,North,start$answers"
        echo "SECRET$i,North,12 months$answers"
    done
} > ok.csv
cat > ok.yaml << 'END'
stages: [start, 12 months]
cohorts: [site]
sources:
  - file: ok.csv
    instrument: wemwbs
    items: "wemwbs_{01..14}"
END
cat > goals.yaml << 'END'
stages: [start, 12 months]
sources:
  - {file: goals.csv, instrument: gas}
END
# study NAME SED-EXPRESSION : ok.yaml with a slip
study() {
    sed -e "$2" ok.yaml > "$1.yaml"
    if cmp -s ok.yaml "$1.yaml"; then
        problem "$1: the expression changes nothing"
    fi
}

: > empty.csv
: > empty.yaml
echo "$header" > header.csv
sed 's/ok\.csv/header.csv/' ok.yaml > header.yaml
{ cat ok.csv; echo '"SECRET9'; } > late.csv
printf '\037\213\010\000\000\000\000\000\000\003' > torn.csv.gz
{ cat ok.yaml; sed -n '4,$p' ok.yaml | sed 's/ok\.csv/torn.csv.gz/'; } > torn.yaml
printf 'SECRET1,North\nSECRET2,South\n' > rows.yaml
{ printf 'participant,stage'; printf ',sdq_parent_impact_%d' 1 2 3 4 5 6; echo; echo 'SECRET1,start,0,0,0,0,0,0'; } > impact.csv
printf 'PK\003\004\000\000SECRET' > workbook.csv
printf '%s\n"SECRET,2\n3,4\n' "$header" > quote.csv
printf '%s\nSE"CRET,North,start%s\n' "$header" "$answers" > inner.csv
printf '\n\n  \n' > blank.csv
{ echo "$header"; head -c 1100000 /dev/zero | tr '\0' x; } > cell.csv
{ echo "$header"; head -c 70000 /dev/zero | tr '\0' ,; } > cells.csv
printf '%s,participant\nSECRET1,N,start%s,1\n' "$header" "$answers" > twice.csv
printf '%s\nSECRET1,N,start%s\n' "${header/_14/_13}" "$answers" > item_twice.csv
printf '%s\nSECRET1,N,start%s\n' "${header/_14/_15}" "$answers" > item_gap.csv
printf '%s\nSECRET1,N,start%s\n' "${header/,wemwbs_14/}" "$answers" > item_less.csv
printf '%s\nSECRET1,N,SECRETSTAGE%s\n' "$header" "$answers" > stage.csv
printf '%s\nSECRET1,N,start%s\nSECRET1,N,baseline%s\n' "$header" "$answers" "$answers" > order.csv
printf '%s\n' "$header" > stages.csv
for i in $(seq 65); do echo "SECRET1,N,$i$answers"; done >> stages.csv
printf 'participant,site%s\nSECRET1,N%s\n' "$items" "$answers" > stageless.csv
printf 'participant,stage,sdq_1,sdq_2\nSECRET1,start,1,1\n' > versions.csv
printf 'name,stage\nSECRET1,start\n' > nothing.csv
printf 'participant,stage,goal,level,weight\nSECRET1,start,SECRETG,SECRETL,1e9\nSECRET1,12 months,g2,1.5,0.00005\n' > goals.csv
printf '%s,date\nSECRET1,N,start%s,0000-00-00\nSECRET2,N,start%s,SECRETDATE\n' "$header" \
    "${answers/3/SECRETA}" "${answers/3/9}" > values.csv
cp ok.csv 'with space.csv'
cp ok.csv ./-dash.csv
cp ok.csv "$(printf 'no\377utf8.csv')"
mkdir folder.csv users && echo SECRET > users/mine.txt
mkfifo pipe.csv
ln -s users link
for i in $(seq 200); do printf '['; done > nested.yaml
printf 'stages: &a [x]\nsources: *a\n' > alias.yaml
printf 'title: Caf\351\nstages: [a]\n' > latin.yaml
printf 'stages: [a]\n---\nstages: [b]\n' > documents.yaml
printf 'stages: [start\nsources: [' > broken.yaml
printf 'stages: [start, 12 months]\n' > sourceless.yaml
{ cat ok.yaml; head -c 1100000 /dev/zero | tr '\0' '#'; } > long.yaml
cat > mood.yaml << 'END'
name: mood
title: A mood scale
unit: people
licence: Free.
source: here
confidence: G
groups:
  items: {count: 6, answers: [0, 3]}
scales:
  low:
    title: Low
    items: [1..6]
    better: lower
    decimals: 1
    bands:
      halves: {confidence: U, edges: {good: [0, 9], bad: [10, 18]}}
band_sets:
  halves: {source: me}
rules:
  discount: {text: Complete., source: x, confidence: G, complete_groups: yes}
  published: {text: Complete., source: x, confidence: G}
END
# A sum of two scales that share items.
cat > shared.yaml << 'END'
name: shared
title: Parts that share items
unit: people
licence: Free.
source: here
confidence: G
groups:
  items: {count: 3, answers: [1, 5]}
scales:
  low: {title: Low, items: [1, 2, 3], better: lower, decimals: 1}
  high: {title: High, items: [1, 2], better: lower, decimals: 1}
  both: {title: Both, sum: [low, high], better: lower, decimals: 1}
rules:
  discount: {text: Complete., source: x, confidence: G}
END
study shared_items 's/: wemwbs$/: shared/;s/{01..14}/{01..03}/'
study typo_key 's/cohorts:/cohotrs:/'
study typo_source_key 's/items:/itmes:/'
study typo_instrument_key 's/instrument:/instrumnt:/'
study typo_instrument 's/: wemwbs$/: wemwsb/'
study typo_file 's/ok.csv/ko.csv/'
sed -E '2,$s/,(start|12 months),/,intake,/' ok.csv > other_stage.csv
study other_stage 's/ok.csv/other_stage.csv/'
study typo_cohort 's/\[site\]/[sit]/'
study typo_column 's/wemwbs_{/wmewbs_{/'
study ids_as_cohort 's/\[site\]/[participant]/'
study cohort_twice 's/\[site\]/[site, site]/'
study breakdown_twice 's/\[site\]/[[site], [site]]/'
study stage_twice 's/12 months/START/'
study no_stages 's/^stages.*/stages: []/'
study window 's/12 months\]/{name: 12 months, window: [9, 1]}]/'
study after 's/^cohorts.*/after: strat/'
study as_of 's/^cohorts.*/as_of: 0000-00-00/'
study items_none 's/items: .*/items: []/'
study items_more 's/{01..14}/{01..15}/'
study items_down 's/{01..14}/{14..01}/'
study items_same "s/items: .*/items: [$(printf 'wemwbs_01,%.0s' $(seq 14))]/"
study separator 's/^    items.*/&\n    separator: x/'
study wrong_separator 's/^    items.*/&\n    separator: ";"/'
study goal_key 's/^    items.*/&\n    goal: x/'
study rule 's/^    items.*/&\n    incomplete: publishd/'
study bands 's/^    items.*/&\n    bands: thre/'
study source_binary 's/ok.csv/workbook.csv/'
study source_folder 's/ok.csv/folder.csv/'
study source_pipe 's/ok.csv/pipe.csv/'
n_moods=0
for slip in 's/count: 6/count: 200/' 's/\[1..6\]/[1..6]\n    reversed: [9]/' 's/\[0, 9\]/[0, 8]/' \
    's#name: mood#name: ../../mood#' 's/1\.\.6/1..1/;s/\[1..1\]/[1, 1]/' 's/better: lower/better: up/'; do
    sed -e "$slip" mood.yaml > "mood$n_moods.yaml"
    n_moods=$((n_moods + 1))
done
find . | LC_ALL=C sort > "$work/before"

# --- data files ---

for command in report score check init; do
    bad "$command: a missing file" 'none.csv: cannot be read' "$command" none.csv
    bad "$command: an empty file" 'empty.csv: an empty file' "$command" empty.csv
    bad "$command: column names only" 'header.csv: found column names only' "$command" header.csv
    bad "$command: a workbook" 'workbook.csv:1:1: a binary file' "$command" workbook.csv
    bad "$command: no file named" "pellter $command needs" "$command"
done
bad 'a study of a file without rows' 'no row below them' report header.yaml
bad 'scores of a file that breaks off' 'late.csv' score late.csv
bad 'a second file without any text' 'torn.csv.gz: found a gzip file that ends early' report torn.yaml
bad 'impact columns alone' 'expected those of its items as well' report impact.csv
bad 'data given as a study' 'found a plain text' report rows.yaml
bad 'a folder for a file' 'folder.csv: cannot be read' report folder.csv
bad 'a path through a file' 'ok.csv/x.csv: cannot be read' report ok.csv/x.csv
bad 'a pipe' 'pipe.csv: a pipe, which cannot be read twice' report pipe.csv
bad 'a name that is not UTF-8' 'is not UTF-8; give the file another name' report "$(printf 'no\377utf8.csv')"
bad 'a line break in a name' 'x.csv: cannot be read' report "$(printf 'no\nx.csv')"
bad 'blank lines only' 'blank.csv: blank lines only' report blank.csv
bad 'a quote that stays open' 'quote.csv:2:1: a cell that begins with a double quote' report quote.csv
bad 'a quote inside a cell' 'inner.csv:2:1: a double quote inside a cell' report inner.csv
bad 'a cell without end' 'cell.csv:2:1: a cell longer than 1 MiB' report cell.csv
bad 'a row without end' 'cells.csv:2:65537: a row with more than 65,536 cells' report cells.csv
bad 'a column twice' 'twice.csv:1:1: found the column "participant" more than once' report twice.csv
bad 'an item twice' 'item_twice.csv:1: found the columns of "wemwbs" (items) with a number left out or twice' report item_twice.csv
bad 'an item number left out' 'with a number left out or twice' report item_gap.csv
bad 'an item less' 'item_less.csv:1: found 13 columns of "wemwbs" (items), expected 14; without "wemwbs_14"' report item_less.csv
bad 'an unknown stage' 'stage.csv:2:3: found a stage whose place' report stage.csv
bad 'two names of one stage' 'order.csv: found stages whose order cannot be told' report order.csv
bad 'too many stages' 'stages.csv:66:3: found more than 64 stages' report stages.csv
bad 'no stage column' 'stageless.csv:1: found no column "stage"' report stageless.csv
bad 'sdq alone' 'versions.csv:1:3: found items of an instrument that has several versions' report versions.csv
bad 'no items' 'nothing.csv:1: found no items of an instrument' report nothing.csv

# --- study files ---

bad 'a missing study' 'none.yaml: ' report none.yaml
bad 'an empty study' 'empty.yaml:1:1: there is nothing' report empty.yaml
bad 'a study for a folder' 'ok.yaml/x.yaml: ' report ok.yaml/x.yaml
bad 'nested brackets' 'levels deep' report nested.yaml
bad 'an alias' 'alias.yaml:1:9: an anchor (&name) is not read' report alias.yaml
bad 'a study in Latin-1' 'a byte that is not text; save the file as UTF-8' report latin.yaml
bad 'two documents' 'documents.yaml:2:1: a second document' report documents.yaml
bad 'broken YAML' 'broken.yaml:2:8: not valid YAML' report broken.yaml
bad 'a long study' 'the file is longer than 1 MiB' report long.yaml
bad 'no sources' 'sourceless.yaml:1:1: expected "sources"' report sourceless.yaml
bad 'a study and data' 'found a study file among other files' report ok.yaml ok.csv
bad 'init of a study' 'ok.yaml: found a study file, expected data files' init ok.yaml
bad 'a slip in a key' 'typo_key.yaml:2:1: the key "cohotrs" is not known here; did you mean "cohorts"?' check typo_key.yaml
bad 'a slip in a source key' 'typo_source_key.yaml:6:5: the key "itmes" is not known here; did you mean "items"?' check typo_source_key.yaml
bad 'a slip in instrument:' 'typo_instrument_key.yaml:5:5: the key "instrumnt" is not known here; did you mean "instrument"?' check typo_instrument_key.yaml
bad 'a slip in the instrument' 'typo_instrument.yaml:5:17: the instrument "wemwsb" is not known; did you mean "wemwbs"?' check typo_instrument.yaml
bad 'a slip in the file' 'typo_file.yaml:4:11: the file "ko.csv" cannot be read' check typo_file.yaml
# A report of nobody says so where it is seen, and what stages there could have been.
if "$pellter" report other_stage.yaml > "$work/out" 2> "$work/err"; then
    grep -q 'no stage of the study (.*) and .* set aside' "$work/err" ||
        problem "no form of a known stage: nothing on standard error: $(cat "$work/err")"
else
    problem "no form of a known stage: $(cat "$work/err")"
fi
bad 'a slip in the cohort' 'did you mean "site"?' check typo_cohort.yaml
bad 'a slip in a column' 'typo_column.yaml:6:12: there is no column "wmewbs_01" in ok.csv; did you mean "wemwbs_01"?' check typo_column.yaml
bad 'ids as cohort' 'ok.csv:1:1: found ids in the column "participant"' report ids_as_cohort.yaml
bad 'a cohort twice' 'the cohort column "site" stands here twice' check cohort_twice.yaml
bad 'a breakdown twice' 'this breakdown stands here twice' check breakdown_twice.yaml
bad 'a stage twice' 'stage_twice.yaml:1:17: the stage "START" stands here twice' check stage_twice.yaml
bad 'no stages' 'no_stages.yaml:1:9: expected "stages"' check no_stages.yaml
bad 'a window the wrong way' 'window.yaml:1:' check window.yaml
bad 'a slip in a stage' 'after.yaml:2:8: the word "strat" is not known here; did you mean "start"?' check after.yaml
bad 'no date' 'as_of.yaml:2:8: expected a date' check as_of.yaml
bad 'no items' 'items_none.yaml:6:12: found an empty list' check items_none.yaml
bad 'too many items' 'found 15 columns, but "wemwbs" has 14' check items_more.yaml
bad 'items downwards' 'items_down.yaml:6:12: a range that runs downwards' check items_down.yaml
bad 'one column for all items' 'the column "wemwbs_01" is read twice' check items_same.yaml
bad 'an unknown separator' 'expected a separator' check separator.yaml
bad 'the wrong separator' 'ok.csv:1: ' check wrong_separator.yaml
bad 'a key of goals' '"goal" does not go with the instrument "wemwbs"' check goal_key.yaml
bad 'a slip in a rule' 'no missing-items rule "publishd"' check rule.yaml
bad 'a slip in a band set' 'no band set "thre"' check bands.yaml
for command in report score check; do
    bad "$command: a workbook as source" 'workbook.csv:1:1: a binary file' "$command" source_binary.yaml
    bad "$command: a folder as source" 'folder.csv: cannot be read' "$command" source_folder.yaml
done

# A pipe as a source is read once, whatever is written; then its writer has ended.
from_pipe() {
    local writer
    cat "$work/files/ok.csv" > "$work/files/pipe.csv" &
    writer=$!
    "$@"
    kill "$writer" 2> "$work/where" || true
    wait "$writer" || true
}
from_pipe found 'a report from a pipe' 0 'Respondents' report source_pipe.yaml
from_pipe found 'a check of a pipe' 0 '0 findings' check source_pipe.yaml
show=1 from_pipe found 'scores from a pipe' 0 'SECRET1' score source_pipe.yaml
from_pipe run 'a report from a pipe, written' report source_pipe.yaml -o "$work/from_pipe"
if ! cmp -s "$work/from_pipe/internal/results.csv" <(
    cd "$work/files" && "$pellter" report ok.yaml -o "$work/from_file" > "$work/out" 2>&1 &&
        cat "$work/from_file/internal/results.csv"
); then
    problem 'a report from a pipe: other results than from the file'
fi

# --- instruments of one's own ---

bad 'items 200' 'mood0.yaml:8:18: found "200", expected a whole number' scales mood --scale mood0.yaml
bad 'reversed out of range' 'mood1.yaml:13:16: found "9", expected a whole number from 1 to 6' report ok.yaml --scale mood1.yaml
bad 'bands with a gap' 'mood2.yaml:16:' scales --scale mood2.yaml
bad 'a name that is a path' 'mood3.yaml:1:7: a name is made of' scales --scale mood3.yaml
bad 'an item twice in a scale' 'item 1 stands twice' scales --scale mood4.yaml
run 'a sum whose parts share items' report shared_items.yaml --scale shared.yaml -o "$work/shared"
if ! grep -q ',low,.*,item_rest_' "$work/shared/internal/results.csv" ||
    [ -n "$(cut -d , -f 1-7 "$work/shared/internal/results.csv" | sort | uniq -d)" ]; then
    problem 'a sum whose parts share items: a figure twice, or no item analysis of a part'
fi
bad 'neither higher nor lower' 'the word "up" is not known here' scales --scale mood5.yaml
bad 'data for an instrument' 'ok.csv:1:1: ' report ok.yaml --scale ok.csv
bad 'a missing instrument file' 'none.yaml: ' scales wemwbs --scale none.yaml
bad 'an unknown instrument' 'the instrument "wemwsb" is not known; did you mean "wemwbs"?' scales wemwsb

# --- the command line ---

bad 'an unknown command' 'pellter: unknown command "reprot"; did you mean "report"?' reprot ok.csv
bad 'an unknown option' 'unknown option "--formt"; did you mean "format"?' report ok.csv --formt text
bad 'an option shortened' 'unknown option "--form"' report ok.csv --form text
bad 'an option of another command' 'unknown option "--by"' check ok.csv --by site
bad 'a dash in front of a file' 'unknown option "-dash.csv"' report -dash.csv
bad 'an unknown format' 'did you mean "text"?' report ok.csv --format tex
bad 'two formats at once' 'found several formats' report ok.csv --format text,csv
bad 'no value' '--by needs a value' report ok.csv --by
bad 'an option for a value' '--output needs a value' report ok.csv -o --by site
bad 'an empty value' '--output needs a value' report ok.csv -o ''
bad '--output twice' 'found --output twice' report ok.csv -o a -o b
bad '--by: an unknown column' 'ok.csv:1: found no column "sit"' report ok.csv --by sit
bad '--by: a column twice' 'pellter: --by: the cohort column "site" stands here twice' report ok.csv --by site,site
bad '--by: twice the same' 'pellter: found --by site twice' report ok.csv --by site --by site
bad '--by: two spellings' 'found one column for both "Site" and "site"' report ok.csv --by Site,site
bad '--by: a comma too many' '--by expects column names' report ok.csv --by site,
bad '--by: ids' 'found ids in the column "participant"' report ok.csv --by participant

# --- output ---

for place in . .. / ./; do
    bad "-o $place" 'a report needs a folder of its own' report ok.csv -o "$place"
done
bad '-o a file' 'ok.csv: this is a file' report ok.csv -o ok.csv
bad '-o below a file' 'a part of this path is a file' report ok.csv -o ok.csv/x
bad '-o where nothing is' 'does not exist' report ok.csv -o none/x
bad '-o a folder of the user' 'this folder holds files that are not a report' report ok.csv -o users
bad '-o a link' 'link: this is a link' report ok.csv -o link
bad 'init onto a file' 'this exists already' init ok.csv -o ok.yaml
for command in report score check init; do
    name="$command: a full disk"
    n_cases=$((n_cases + 1))
    status=0
    "${runner[@]}" "$pellter" "$command" ok.csv > /dev/full 2> "$work/err" || status=$?
    if [ "$status" -ne 2 ] || [ "$(wc -l < "$work/err")" -ne 1 ]; then
        problem "$name: exit status $status, $(wc -l < "$work/err") lines"
    fi
done
n_cases=$((n_cases + 1))
status=0
"${runner[@]}" "$pellter" report ok.csv >&- 2> "$work/err" <&- || status=$?
if [ "$status" -ne 2 ] || [ "$(wc -l < "$work/err")" -ne 1 ]; then
    problem "standard output closed: exit status $status, $(wc -l < "$work/err") lines"
fi

# a disk that fills up half-way, and a stop at any moment: a whole report or nothing
mkdir "$work/reports"
n_cases=$((n_cases + 1))
status=0
(
    trap '' XFSZ
    ulimit -f 2
    exec "${runner[@]}" "$pellter" report ok.csv -o "$work/reports/full"
) > "$work/out" 2> "$work/err" || status=$?
if [ "$status" -ne 2 ] || [ "$(wc -l < "$work/err")" -ne 1 ] || [ -n "$(ls -A "$work/reports")" ]; then
    problem "-o: a file too large: exit status $status, left $(ls -A "$work/reports"): $(cat "$work/err")"
    rm -rf "$work/reports" && mkdir "$work/reports"
fi
{
    echo "$header"
    for i in $(seq 15000); do
        echo "SECRET$i,Site $((i % 500)),start$answers"
        echo "SECRET$i,Site $((i % 500)),12 months$answers"
    done
} > "$work/many.csv"
for delay in 0 0.02 0.05 0.08 0.12; do # INT is ignored in what a script starts in the background
    n_cases=$((n_cases + 1))
    status=0
    "${runner[@]}" "$pellter" report "$work/many.csv" -o "$work/reports/many" 2> "$work/err" &
    sleep "$delay"
    kill -TERM $! 2> "$work/where" || true
    wait $! || status=$?
    if [ "$status" -eq 0 ] && [ -f "$work/reports/many/manifest.json" ]; then
        rm -r "$work/reports/many"
    fi
    if [ -n "$(ls -A "$work/reports")" ]; then
        problem "stopped after $delay s: exit status $status, left $(ls -A "$work/reports")"
        rm -rf "$work/reports" && mkdir "$work/reports"
    fi
done
many=()
for i in $(seq 40); do many+=("$work/many.csv"); done
n_cases=$((n_cases + 1))
status=0
"${runner[@]}" "$pellter" report "${many[@]}" -o "$work/reports/many" 2> "$work/err" &
if [ "${VALGRIND:-0}" = 1 ]; then sleep 6; else sleep 0.6; fi
kill -TERM $! 2> "$work/where" || true
wait $! || status=$?
if [ -n "$(ls -A "$work/reports")" ]; then
    problem "stopped while reading: left $(ls -A "$work/reports")"
elif [ "$status" -ne 2 ] || ! grep -q '^pellter: stopped; nothing was written$' "$work/err"; then
    problem "stopped while reading: exit status $status: $(cat "$work/err")"
fi

# --- what is no fault ---

found 'a clean file' 0 '0 findings' check ok.csv
found 'findings' 1 'values.csv:2:18: found no date' check values.csv
found 'findings of goals' 1 'goals.csv:2:4: found ' check goals.yaml
show=1 found 'findings with their text' 1 '"SECRETDATE"' check values.csv --show-values
found 'a report' 0 'Respondents' report ok.csv
found 'a space in a name' 0 'Respondents' report 'with space.csv'
found 'a dash behind --' 0 'Respondents' report -- -dash.csv
found 'one file twice' 0 'Respondents' report ok.csv ok.csv
locale=tr_TR.UTF-8 found 'another locale' 0 'Respondents' report ok.csv
show=1 found 'scores' 0 'SECRET1' score ok.csv
found 'init' 0 'sources:' init ok.csv
status=0
"${runner[@]}" "$pellter" report ok.csv -o "$work/reports/new" > "$work/out" 2> "$work/err" || status=$?
if [ "$status" -ne 0 ] || [ -s "$work/out" ] || [ "$(ls -A "$work/reports")" != new ]; then
    problem "-o: exit status $status, made $(ls -A "$work/reports")"
elif grep -rlq SECRET "$work/reports/new/"report.* "$work/reports/new/tables" \
    "$work/reports/new/manifest.json"; then
    problem '-o: ids in the report'
fi
mkdir -p "$work/reports/new/tables"
touch "$work/reports/new/tables/mine.xlsx"
bad '-o onto a report with a file of the user in it' 'files that pellter did not write' \
    report ok.csv -o "$work/reports/new"

# --- help, version and man page ---

man=$root/docs/pellter.1
run 'version' --version
if [ "$status" -ne 0 ] || ! head -n 1 "$work/out" | grep -qE '^pellter [0-9]+\.[0-9]+\.[0-9]+$'; then
    problem "--version: exit status $status, first line $(head -n 1 "$work/out")"
fi
# told FILE COMMAND : the long options that a help text names
told() {
    sed -n '/^Options:/,$p' "$1" | sed -n 's/^  *\(-[a-z], \)\{0,1\}--\([a-z-]*\).*/\2/p' | LC_ALL=C sort -u
}
# documented COMMAND : the options in the command's part of the man page's synopsis
documented() {
    sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/p' "$man" |
        sed -n "/^\.Cm $1\$/,/^\.Nm\$/p" | sed -n 's/^\.Op Fl \(-*[a-z-]*\).*/\1/p' |
        sed 's/^o$/output/; s/^-//' | LC_ALL=C sort -u
}
run 'help' --help
if [ "$status" -ne 0 ] || [ "$(head -n 1 "$work/out")" != 'Example:' ]; then
    problem "--help: exit status $status, first line $(head -n 1 "$work/out")"
fi
sed -n '/^Commands:/,/^$/p' "$work/out" | sed -n 's/^  \([a-z]*\) .*/\1/p' | LC_ALL=C sort > "$work/commands"
sed -n '/^The commands are:/,/^\.El/p' "$man" | sed -n 's/^\.It Cm //p' | LC_ALL=C sort > "$work/in_man"
sed -n '/^const struct command commands\[\]/,/^};/p' "$root/io/cli/commands.c" |
    sed -n 's/^    {"\([a-z]*\)".*/\1/p' | LC_ALL=C sort > "$work/in_table"
for other in in_man in_table; do
    if ! cmp -s "$work/commands" "$work/$other"; then
        problem "--help and $other differ in commands: $(comm -3 "$work/commands" "$work/$other" | tr '\n' ' ')"
    fi
done
if [ ! -s "$work/commands" ]; then
    problem '--help lists no commands'
fi
printf 'help\nversion\n' > "$work/all_told"
while read -r command; do
    run "$command --help" "$command" --help
    if [ "$status" -ne 0 ] || [ "$(head -n 1 "$work/out")" != 'Example:' ] ||
        ! sed -n 2p "$work/out" | grep -q "^  pellter $command "; then
        problem "$command --help: exit status $status, and it should begin with an example"
    fi
    told "$work/out" > "$work/told"
    cat "$work/told" >> "$work/all_told"
    { documented "$command"; echo help; } | LC_ALL=C sort -u > "$work/documented"
    if ! cmp -s "$work/told" "$work/documented"; then
        problem "$command: --help and the man page's synopsis differ in:" \
            "$(comm -3 "$work/told" "$work/documented" | tr '\n\t' '  ')"
    fi
done < "$work/commands"
LC_ALL=C sort -u -o "$work/all_told" "$work/all_told"
sed -n '/^const struct option_entry option_entries\[\]/,/^};/p' "$root/io/cli/options.c" |
    sed -n "s/^    {OPTION_[A-Z_]*, '[^']*', \"\([a-z-]*\)\".*/\1/p" | LC_ALL=C sort > "$work/in_table"
sed -n '/^The options are:/,/^\.El/p' "$man" | grep '^\.It' | grep -oE 'Fl -[a-z-]+' | sed 's/Fl -//' |
    LC_ALL=C sort > "$work/in_man"
for other in in_man in_table; do
    if ! cmp -s "$work/all_told" "$work/$other"; then
        problem "--help and $other differ in options: $(comm -3 "$work/all_told" "$work/$other" | tr '\n\t' '  ')"
    fi
done

# As many stages as there may be, with a form without a score at the last of them, which is listed.
{
    printf 'stages: [%s]\nbefore: t1\nafter: t64\n' "$(seq -f 't%g' -s ', ' 64)"
    printf 'sources:\n  - {file: stages.csv, instrument: wemwbs, participant: id, items: "w{1..14}"}\n'
} > "$work/stages.yaml"
{
    printf 'id,stage,%s\n' "$(seq -f 'w%g' -s , 14)"
    printf 'P1,t1,%s\nP1,t64,%s,\n' "$(yes 3 | head -n 14 | paste -sd,)" "$(yes 3 | head -n 13 | paste -sd,)"
} > "$work/stages.csv"
run '64 stages' report "$work/stages.yaml" -o "$work/stages"
if [ "$status" -ne 0 ] ||
    [ "$(grep -c '^stages.csv,3,P1,t64,wemwbs,,too_few_items$' "$work/stages/internal/discounted.csv")" -ne 1 ]; then
    problem "64 stages: exit status $status, or the form at the last of them is not listed once"
fi

echo "$n_cases cases, $n_problems problems"
[ "$n_problems" -eq 0 ]
