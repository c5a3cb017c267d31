#!/usr/bin/env bash
# tests/test_mpi.sh ROOT PELLTER - `pellter report --mpi` with 1, 2, 4 and 7 ranks against the bytes of
# one process: samples, and a study made here whose people, quoted line breaks and file kinds lie
# across the ranks; faults; a rank that dies; two network namespaces as two hosts. What cannot be
# run here (namespaces need root) is said to be not run: exit status 77, which meson shows as
# skipped, where all else was well.
set -euo pipefail
export LC_ALL=C OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_btl_vader_single_copy_mechanism=none # containers forbid the other ones

if [ $# -ne 2 ]; then
    echo "usage: $0 ROOT PELLTER" >&2
    exit 2
fi
samples=$1/data-samples
pellter=$2
work=$(mktemp -d)
n_problems=0
n_same=0
n_not_run=0
space_a=pellter-a-$$ space_b=pellter-b-$$

finish() {
    local space
    for space in "$space_a" "$space_b"; do
        if [ -e "/run/netns/$space" ]; then ip netns delete "$space"; fi
    done
    rm -rf "$work"
}
trap finish EXIT

problem() {
    echo "$*"
    n_problems=$((n_problems + 1))
}

for tool in awk cmp diff gzip mkfifo mpirun timeout; do
    if ! command -v "$tool" > "$work/where"; then
        echo "$tool is missing: nothing was checked" >&2
        exit 2
    fi
done

ranks() { # ranks N ARGUMENT...
    local n=$1
    shift
    timeout 60 mpirun --oversubscribe -n "$n" "$pellter" report --mpi "$@"
}

# Leaves only what pellter wrote on standard error: mpirun has a few sentences of its own.
ours() {
    awk '/^-----/ { within = !within; next } !within && !/plm:rsh/' "$1"
}

# compare NAME STUDY: the folder, the warnings, once the terminal.
compare() {
    local name=$1 study=$2 n
    "$pellter" report "$study" > "$work/one.txt"
    rm -rf "$work/one"
    "$pellter" report "$study" -o "$work/one" 2> "$work/one.err"
    for n in 1 2 4 7; do
        rm -rf "$work/many"
        cp "$work/one.txt" "$work/many.txt"
        if { [ "$n" -eq 4 ] && ! ranks "$n" "$study" > "$work/many.txt" 2> "$work/many.err"; } ||
            ! ranks "$n" "$study" -o "$work/many" 2> "$work/many.err"; then
            problem "$name, $n ranks: failed"
            cat "$work/many.err"
        elif cmp "$work/one.txt" "$work/many.txt" && diff -r "$work/one" "$work/many" &&
            diff "$work/one.err" <(ours "$work/many.err"); then
            n_same=$((n_same + 1))
        else
            problem "$name, $n ranks: not the bytes of one process"
        fi
    done
}

# same_fault NAME STUDY: the line of one process, status 2, no output.
same_fault() {
    local name=$1 study=$2 n status
    if "$pellter" report "$study" -o "$work/fault" 2> "$work/one.err"; then
        problem "$name: no fault in one process"
    fi
    for n in 2 7; do
        status=0
        ranks "$n" "$study" -o "$work/fault" > "$work/many.txt" 2> "$work/many.err" || status=$?
        # mpirun's own sentences may come in between, but not within a line
        if [ "$status" -ne 2 ] || [ -s "$work/many.txt" ] ||
            [ "$(grep -cxF -- "$(cat "$work/one.err")" "$work/many.err")" != 1 ]; then
            problem "$name, $n ranks: status $status and:"
            cat "$work/many.err"
            echo "expected: $(cat "$work/one.err")"
        fi
        nothing_left "$name, $n ranks" "$work" fault
    done
}

nothing_left() { # nothing_left NAME FOLDER DIR
    local left
    left=$(find "$2" -maxdepth 1 \( -name '.pellter-*' -o -name "$3" \))
    if [ -n "$left" ]; then
        problem "$1: left behind: $left"
        rm -rf "${left:?}"
    fi
}

# ---- studies ------------------------------------------------------------------------------------------

# shellcheck disable=SC2016 # awk, not shell
forms='
function random(n) { seed = (seed * 69069 + 12345) % 4294967296; return int(seed / 65536) % n }
BEGIN {
    seed = part * 7919 + 1
    if (kind == "goals") print "person,stage,goal,level,weight,category,area" end
    else {
        printf "note,participant_id,area,year,stage"
        for (i = 1; i <= 14; i++) printf ",w%02d", i
        print end
    }
    for (row = 0; row < rows; row++) {
        person = random(2500)
        id = person % 50 == 0 ? "a respondent with a long name " person : "P" person
        area = person % 97 == 0 && random(2) ? "Elsewhere, \"part " part "\"" : "Area " person % 12
        gsub(/"/, "\"\"", area)
        stage = random(40) == 0 ? "later" : "S" random(3)
        note = random(3) ? "" : "said \"\"well\"\"," breaks "then left" breaks breaks "again, " row
        if (kind == "goals") {
            printf "%s,%s,\"Goal %d%sof %d\",%s,%d,%s,\"%s\"%s", id, stage, random(3), breaks, person % 9,
                random(30) ? random(5) - 2 : "x", 1 + person % 4, "Category " random(6), area, end "\n"
            continue
        }
        if (random(60) == 0) printf "%s", end "\n"
        printf "\"%s\",%s,\"%s\",%d,%s", note, id, area, 2010 + person % 3, stage
        blank = random(25) == 0
        for (i = 1; i <= 14; i++)
            printf ",%s", blank || random(90) == 0 ? "" : random(400) == 0 ? 9 : 1 + random(5)
        printf "%s", end "\n"
    }
}'

make_study() {
    mkdir "$work/study"
    awk -v kind=forms -v part=1 -v rows=5000 -v end='\r' -v breaks='\r\n' "$forms" \
        > "$work/study/first.csv"
    { printf '\357\273\277'
      awk -v kind=forms -v part=2 -v rows=2500 -v end='' -v breaks='\n' "$forms"; } \
        > "$work/study/second.csv"
    awk -v kind=forms -v part=3 -v rows=700 -v end='' -v breaks='\n' "$forms" | gzip \
        > "$work/study/third.csv.gz"
    awk -v kind=goals -v part=4 -v rows=6000 -v end='' -v breaks='\n' "$forms" \
        > "$work/study/goals.csv"
    awk -v kind=forms -v part=5 -v rows=900 -v end='' -v breaks=' ' "$forms" | tr '\n' '\r' \
        > "$work/study/cr.csv"
    {
        printf 'stages: [S0, S1, S2]\ncohorts: [area, year]\nsources:\n'
        for file in first.csv second.csv third.csv.gz cr.csv; do
            printf '  - {file: %s, instrument: wemwbs, participant: participant_id, ' "$file"
            printf 'items: "w{01..14}"}\n'
        done
        printf '  - {file: goals.csv, instrument: gas, participant: person, goal: goal, '
        printf 'level: level, weight: weight, category: category, constants: {year: 2010}}\n'
    } > "$work/study/study.yaml"
}

# ---- the same bytes -----------------------------------------------------------------------------------

make_study
compare 'a study made here' "$work/study/study.yaml"
for study in ifss-2014/study cardiff-vale-2018/study awkward/study awkward/dated; do
    compare "$study" "$samples/$study.yaml"
done

# ---- faults -------------------------------------------------------------------------------------------

# broken NAME AWK: the second file with one change
broken() {
    mkdir "$work/broken"
    cp "$work/study"/* "$work/broken"
    awk "$2" "$work/study/second.csv" > "$work/broken/second.csv"
    same_fault "$1" "$work/broken/study.yaml"
    rm -r "$work/broken"
}
# shellcheck disable=SC2016
broken 'a stray quote in the last share' '{ print } END { print ",P1,\"A\"x,2010,S0,1,2,3" }'
# shellcheck disable=SC2016
broken 'a stray quote in the middle' 'NR == 1500 { $0 = $0 "\n,P1,\"A\"x,2010,S0,1,2,3" } { print }'
# shellcheck disable=SC2016
broken 'a quote that is never closed' '{ print } END { print ",P1,\"A,2010,S0,1,2,3" }'
broken 'a column that is not there' 'NR == 1 { sub(/w07/, "seven") } { print }'
broken 'no rows' 'NR == 1 { print }'
broken 'an empty file' 'NR < 0 { print }'
broken 'blank lines only' '{ print "" }'
same_fault 'no study' "$work/no-such-study.yaml"

# ---- a rank that dies, and one that is stopped ---------------------------------------------------------

# A pipe in place of a file holds the run where it is wanted: a rank that reads it waits for rows.
rank_pid() { # rank_pid RANK: of our mpirun
    local pid
    for pid in $(pgrep -P "$mpirun"); do
        if tr '\0' '\n' < "/proc/$pid/environ" | grep -qx "OMPI_COMM_WORLD_RANK=$1"; then
            echo "$pid"
        fi
    done
}

# dies NAME SIGNAL WHO, while all read; WHO is a rank or mpirun
dies() {
    local name=$1 signal=$2 who=$3 status=0 pid everyone
    rm -rf "$work/dying"
    mkdir "$work/dying"
    mkfifo "$work/dying/pipe.csv"
    cp "$work/study/first.csv" "$work/dying"
    {
        printf 'stages: [S0, S1, S2]\ncohorts: [area]\nsources:\n'
        for file in first.csv pipe.csv; do
            printf '  - {file: %s, instrument: wemwbs, participant: participant_id, ' "$file"
            printf 'items: "w{01..14}"}\n'
        done
    } > "$work/dying/study.yaml"
    timeout -k 1 60 mpirun --oversubscribe -n 3 "$pellter" report --mpi "$work/dying/study.yaml" \
        -o "$work/dying/out" > "$work/many.txt" 2> "$work/many.err" &
    local shell=$!
    exec 5> "$work/dying/pipe.csv" # waits until the rank opens it
    mpirun=$(pgrep -P "$shell")
    head -n 1 "$work/study/first.csv" >&5
    everyone=$(pgrep -P "$mpirun")
    if [ "$who" = mpirun ]; then pid=$mpirun; else pid=$(rank_pid "$who"); fi
    kill "-$signal" "$pid" || problem "$name: nobody to kill"
    wait "$shell" || status=$?
    exec 5>&-
    for pid in $everyone; do # a stopped mpirun does not wait for them
        timeout 10 tail --pid="$pid" -f /dev/null || problem "$name: a rank goes on"
    done
    if [ "$status" -eq 0 ] || [ "$status" -eq 124 ]; then
        problem "$name: status $status"
        cat "$work/many.err"
    fi
    if [ "$who" != mpirun ] && ! grep -q "exited on signal 9" "$work/many.err"; then
        problem "$name: no clear error:"
        cat "$work/many.err"
    fi
    nothing_left "$name" "$work/dying" out
}
if command -v pgrep > "$work/where"; then
    for rank in 0 1 2; do
        dies "rank $rank dies while all read" KILL "$rank"
    done
    dies 'mpirun is stopped while all read' TERM mpirun
else
    echo 'not run: a rank that dies (pgrep is missing: apt-get install procps)'
    n_not_run=$((n_not_run + 1))
fi

# ---- two hosts ------------------------------------------------------------------------------------------

two_hosts() {
    ip netns add "$space_a" && ip netns add "$space_b" &&
        ip link add va netns "$space_a" type veth peer name vb netns "$space_b" &&
        ip -n "$space_a" address add 10.77.0.1/24 dev va &&
        ip -n "$space_b" address add 10.77.0.2/24 dev vb &&
        ip -n "$space_a" link set va up && ip -n "$space_b" link set vb up &&
        ip -n "$space_a" link set lo up && ip -n "$space_b" link set lo up &&
        ip netns exec "$space_a" unshare --uts hostname pellter-a
}
if command -v ip > "$work/where" && two_hosts 2> "$work/hosts.err"; then
    # what mpirun would ask ssh to do: HOST COMMAND
    # shellcheck disable=SC2016 # for the shell that runs it
    printf '#!/bin/sh\necho "$1" >> "%s"\nshift\n%s "hostname pellter-b; $*"\n' "$work/asked" \
        "exec ip netns exec $space_b unshare --uts sh -c" > "$work/agent"
    chmod +x "$work/agent"
    rm -rf "$work/one" "$work/many"
    "$pellter" report "$work/study/study.yaml" -o "$work/one" 2> "$work/one.err"
    if ! timeout 60 ip netns exec "$space_a" unshare --uts sh -c 'hostname pellter-a; exec "$@"' - \
        mpirun --host 10.77.0.1:2,10.77.0.2:2 -n 4 --mca plm_rsh_agent "$work/agent" \
        --mca btl self,tcp --mca btl_tcp_if_include 10.77.0.0/24 \
        --mca oob_tcp_if_include 10.77.0.0/24 \
        "$pellter" report --mpi "$work/study/study.yaml" -o "$work/many" 2> "$work/many.err"; then
        problem 'two hosts: failed'
        cat "$work/many.err"
    elif [ "$(cat "$work/asked")" != 10.77.0.2 ]; then
        problem 'two hosts: the second was not asked'
    elif diff -r "$work/one" "$work/many" && diff "$work/one.err" <(ours "$work/many.err"); then
        n_same=$((n_same + 1))
        echo "two network namespaces as two hosts, two ranks each: the same bytes"
    else
        problem 'two hosts: not the bytes of one process'
    fi
else
    echo 'not run: two network namespaces as two hosts (needs root, ip and unshare)'
    n_not_run=$((n_not_run + 1))
fi

echo "$n_same runs with the bytes of one process, $n_problems problems, $n_not_run parts not run"
[ "$n_problems" -eq 0 ] || exit 1
[ "$n_not_run" -eq 0 ] || exit 77
