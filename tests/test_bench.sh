#!/usr/bin/env bash
# tests/test_bench.sh ROOT BUILD PELLTER - the measuring programs: the data are the same bytes every
# time and readable, bench/run agrees on the figures with those peers that are installed, finds a
# figure that differs, and names the peers that are missing. No time is looked at.
set -euo pipefail
export LC_ALL=C

if [ $# -ne 3 ]; then
    echo "usage: $0 ROOT BUILD PELLTER" >&2
    exit 2
fi
root=$(cd "$1" && pwd)
build=$(cd "$2" && pwd)
pellter=$(cd "$(dirname "$3")" && pwd)/$(basename "$3")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
n_problems=0

problem() {
    echo "$*"
    n_problems=$((n_problems + 1))
}

# Data of a shape must be these bytes, and have rows that pellter uses: CHECKSUM WORD...
data() {
    local sum=$1
    shift
    "$build/bench/make_data" "$@" 200 data > counts
    if [ "$(cksum < data.csv)" != "$sum $(cut -d ' ' -f 2 counts)" ]; then
        problem "make_data $*: other bytes than before: $(cksum < data.csv)"
    fi
    if [ "$(cut -d ' ' -f 1 counts)" -ne $(($(wc -l < data.csv) - 1)) ]; then
        problem "make_data $*: other rows than it says: $(cat counts)"
    fi
    if ! "$pellter" report data.yaml -o report > out 2> err; then
        problem "make_data $*: $(head -n 1 err)"
    elif ! grep -q "^forms,,All,[^,]*,,,rows,[1-9]" report/internal/results.csv; then
        problem "make_data $*: no form was read"
    fi
}

data 3184515152 wemwbs
data 596436280 --order clustered wemwbs
data 2568308348 sdq
data 2993812061 goals
data 3954404833 --columns reversed --crlf --long-ids --comments --bad-cells --sites 50 --years 3 wemwbs
data 3428304363 --bad-cells goals

# The same rows in both orders.
"$build/bench/make_data" --order clustered sdq 200 clustered > counts
"$build/bench/make_data" --order shuffled sdq 200 shuffled > counts
if [ "$(sort clustered.csv | cksum)" != "$(sort shuffled.csv | cksum)" ] ||
    cmp -s clustered.csv shuffled.csv; then
    problem 'clustered and shuffled are not the same rows in another order'
fi

# What bench/run does in the rest of this test: WORD...
measure() {
    "$root/bench/run" --build "$build" --no-build --sizes 1000 --runs 1 --warm-ups 0 --no-extras \
        --orders shuffled --work "$work/run" --json json "$@" > out 2> err
}

if ! measure --kinds wemwbs --peers 'duckdb base-r'; then
    problem "bench/run, wemwbs: $(head -n 3 err)"
fi
cat out
if ! measure --kinds sdq --peers 'duckdb data.table'; then
    problem "bench/run, sdq: $(head -n 3 err)"
fi

mkdir nothing
measure --kinds wemwbs --peers 'duckdb polars' --modules nothing ||
    problem 'a missing peer is a fault'
for peer in duckdb polars; do
    grep -q "^  $peer is missing: npm install" out || problem "$peer: not said to be missing"
    grep -q "\"missing\":.*\"$peer\"" json || problem "$peer: not missing in the JSON"
done

# agree.awk finds a figure that is off by 1e-8, one that is not there, and a row that is not.
{
    echo 'table,by,cohort,instrument,scale,stage,statistic,value'
    printf 'before_after,,All,a,b,,%s\n' respondents,3 viable,3
    printf 'before_after,,All,a,b,change,%s\n' mean,2.5 sd,
    printf 'before_after,site,1,a,b,,%s\n' respondents,3 viable,3
} > ours
header=instrument,scale,cohort,viable,change.mean
agrees() { awk -f "$root/bench/agree.awk" ours theirs > agreed; }
printf '%s\n' "$header,change.sd" a,b,All,3,2.5000000001,NA a,b,1,3,, > theirs
sed -i 's/$/\r/' theirs
grep -v ',1,3' theirs > fewer
printf 'before_after,site,1,a,b,change,%s\n' mean, sd, >> ours
agrees || problem "agree.awk: $(cat agreed)"
printf '%s\n' "$header" a,b,All,3,2.50000001 a,b,1,3, > theirs
if agrees; then problem 'agree.awk: a wrong mean is not seen'; fi
printf '%s\n' "$header,change.v" a,b,All,3,2.5,1 a,b,1,3,, > theirs
if agrees; then problem 'agree.awk: a figure that pellter lacks is not seen'; fi
mv fewer theirs
if agrees; then problem 'agree.awk: a row that the peer lacks is not seen'; fi
: > theirs
if agrees; then problem 'agree.awk: nothing agrees with everything'; fi

echo "$n_problems problems"
[ "$n_problems" -eq 0 ]
