#!/usr/bin/env bash
# tests/structure.sh ROOT COMPILER [FLAG...] - keeps the house in order. Fails, naming file and line,
# when an #include points up, when modules form a cycle, when a header does not compile alone, and
# when a module keeps mutable state. Flags after the compiler (-I of generated headers) are used in
# every compilation.
set -euo pipefail
export LC_ALL=C

if [ $# -lt 2 ]; then
    echo "usage: $0 ROOT COMPILER [FLAG...]" >&2
    exit 2
fi
cd "$1"
shift
compiler=("$@")

# The commands of io/cli: only main.c knows their headers. All else in io/cli may be shared.
commands=' report score check scales init tally merge verify '

# What ISO C offers to pure computation: without threads, signals and locales, which are the
# business of io/ or of nobody.
pure_libc=' assert.h complex.h ctype.h errno.h fenv.h float.h inttypes.h iso646.h limits.h math.h
 setjmp.h stdalign.h stdarg.h stdatomic.h stdbool.h stddef.h stdint.h stdio.h stdlib.h stdnoreturn.h
 string.h tgmath.h time.h uchar.h wchar.h wctype.h '
pure_libc=${pure_libc//$'\n'/}

# What the compiler offers of the processor: pure, and behind an #if where it is used.
processor=' emmintrin.h immintrin.h '

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n_problems=0

problem() {
    echo "$*"
    n_problems=$((n_problems + 1))
}

for tool in nm pkg-config "${compiler[0]}"; do
    if ! command -v "$tool" > "$work/where"; then
        echo "$tool is missing: nothing was checked" >&2
        exit 2
    fi
done
for floor in scales engine io; do
    if [ ! -d "$floor" ]; then
        echo "$PWD has no $floor/: nothing was checked" >&2
        exit 2
    fi
done
find scales engine io \( -name '*.c' -o -name '*.h' \) | sort > "$work/files"
if [ ! -s "$work/files" ]; then
    echo "no .c or .h below $PWD: nothing was checked" >&2
    exit 2
fi

# ---- a: includes point down ------------------------------------------------------------------

# Prints why the file $1 may not include the system header $2, or nothing.
system_reason() {
    case $2 in
        scales/* | engine/* | io/*) echo 'headers of ours are included with quotes' ;;
        *) case $1 in
            scales/*)
                [[ $pure_libc == *" $2 "* || $processor == *" $2 "* ]] ||
                    echo 'scales/ includes only the pure part of libc, and the processor'
                ;;
            engine/*)
                [[ $2 == gsl/* || $pure_libc$processor == *" $2 "* ]] ||
                    echo 'engine/ includes only the pure part of libc, gsl, and the processor'
                ;;
        esac ;;
    esac
}

# Prints why the file $1 may not include our own header $2, or nothing. The first match decides.
own_reason() {
    local from=$1 to=$2 command
    case $to in
        *..*) echo 'includes are written from the root'; return ;;
        scales/* | engine/* | io/*) ;;
        *) echo 'includes are written from the root: scales/, engine/ or io/'; return ;;
    esac
    case "$from -> $to" in
        *' -> '*.c) echo 'a source file is not included' ;;

        # floors
        'scales/'*' -> engine/'* | 'scales/'*' -> io/'*) echo 'scales/ includes only scales/' ;;
        'engine/'*' -> io/'*) echo 'engine/ does not know io/' ;;

        # within engine: tables -> figure, text, table -> stats -> tally -> respondents. A tally may
        # know the counts that stats take; stats never know where counts come from.
        'engine/tables/'*) ;;
        'engine/'*' -> engine/tables/'*) echo 'only engine/tables/ and io/ know the tables' ;;
        'engine/stats/'*' -> engine/tally'[._/]* | 'engine/stats/'*' -> engine/respondents'[._/]*)
            echo 'a statistic takes counts and knows no tally and no respondent' ;;
        'engine/stats/'*' -> engine/text'[._]* | 'engine/stats/'*' -> engine/table'[._]* | \
        'engine/stats/'*' -> engine/disclosure'[._]*)
            echo 'a statistic knows no text, no table and no disclosure' ;;
        'engine/tally'[._/]*' -> engine/text'[._]* | 'engine/tally'[._/]*' -> engine/table'[._]* | \
        'engine/tally'[._/]*' -> engine/disclosure'[._]*)
            echo 'a tally knows no text, no table and no disclosure' ;;
        'engine/respondents'[._/]*' -> engine/tally'[._/]* | \
        'engine/respondents'[._/]*' -> engine/stats/'* | \
        'engine/respondents'[._/]*' -> engine/figure'[._]* | \
        'engine/respondents'[._/]*' -> engine/text'[._]* | \
        'engine/respondents'[._/]*' -> engine/table'[._]* | \
        'engine/respondents'[._/]*' -> engine/disclosure'[._]*)
            echo 'the join of respondents is below the tally and all that is made from it' ;;

        # within io: cli -> run, write -> read; words and other helpers below all of them
        'io/cli/main.'*) ;;
        'io/cli/'*' -> io/cli/'*)
            command=${to#io/cli/}
            command=${command%.h}
            if [[ $commands == *" $command "* && $from != "io/cli/$command".[ch] ]]; then
                echo "commands know nothing of each other: only main.c includes $to"
            fi
            ;;
        'io/cli/'*) ;;
        'io/'*' -> io/cli/'*) echo 'only io/cli/ knows the command line' ;;
        'io/read/'*' -> io/write/'* | 'io/write/'*' -> io/read/'*)
            echo 'readers and writers do not know each other' ;;
        'io/read/'*' -> io/run'[._/]* | 'io/write/'*' -> io/run'[._/]*)
            echo 'readers and writers do not know the run' ;;
        'io/run'[._/]*' -> io/write/'*) echo 'the run ends at the tally and writes nothing' ;;
        'io/run'[._/]* | 'io/read/'* | 'io/write/'*) ;;
        'io/'*' -> io/run'[._/]* | 'io/'*' -> io/read/'* | 'io/'*' -> io/write/'*)
            echo 'helpers in io/ lie below run, read/ and write/' ;;
    esac
}

# file:line:target of every include; the target keeps its quotes or angle brackets
{ xargs grep -HnE '^[[:space:]]*#[[:space:]]*include' < "$work/files" || [ $? -eq 123 ]; } |
    sed -E 's|^([^:]*:[0-9]+:)[[:space:]]*#[[:space:]]*include(_next)?[[:space:]]*|\1|
        s|(:"[^"]*").*|\1|
        s|(:<[^>]*>).*|\1|' > "$work/includes"

while IFS=: read -r file line target; do
    name=${target:1:${#target}-2}
    case $target in
        '<'*'>') reason=$(system_reason "$file" "$name") ;;
        '"'*'"')
            reason=$(own_reason "$file" "$name")
            echo "$file $line $name" >> "$work/edges"
            ;;
        *) reason='this include cannot be followed' ;;
    esac
    [ -z "$reason" ] || problem "$file:$line: includes $target: $reason"
done < "$work/includes"

# A feature macro would let the outside world in without a header of its own.
{
    xargs grep -HnE '_(POSIX(_C)?|XOPEN|GNU|DEFAULT|BSD)_SOURCE' < "$work/files" || [ $? -eq 123 ]
} > "$work/macros"
while IFS=: read -r file line _; do
    case $file in
        io/*) ;;
        *) problem "$file:$line: only io/ asks for more than ISO C" ;;
    esac
done < "$work/macros"

# ---- b: no cycles among modules -----------------------------------------------------------------

# A .c and its .h are one module. Depth-first: an edge to a module on the current path closes a cycle.
touch "$work/edges"
awk '
function visit(module, depth,    i, j, next_module, path) {
    state[module] = 1
    stack[depth] = module
    for (i = 1; i <= n[module]; i++) {
        next_module = edge[module, i]
        if (state[next_module] == 1) {
            for (j = depth; stack[j] != next_module; j--) path = " -> " stack[j] " (" via[j] ")" path
            print where[module, i] ": closes a cycle: " next_module path " -> " next_module
            path = ""
        } else if (!state[next_module]) {
            via[depth + 1] = where[module, i]
            visit(next_module, depth + 1)
        }
    }
    state[module] = 2
}
{
    from = $1; to = $3
    sub(/\.[ch]$/, "", from); sub(/\.[ch]$/, "", to)
    if (from != to && !seen[from, to]++) {
        edge[from, ++n[from]] = to
        where[from, n[from]] = $1 ":" $2
        if (!known[from]++) modules[++n_modules] = from
    }
}
END { for (m = 1; m <= n_modules; m++) if (!state[modules[m]]) visit(modules[m], 1) }
' "$work/edges" > "$work/cycles"
while IFS= read -r line; do problem "$line"; done < "$work/cycles"

# ---- c: each header compiles alone ----------------------------------------------------------------

# Include directories of every library that a meson.build asks for.
flags=(-std=c17 -I .)
find . -path ./.git -prune -o -name meson.build -exec \
    sed -nE "s/^[^#]*dependency\('([^']+)'.*/\1/p" {} + | sort -u > "$work/packages"
while IFS= read -r package; do
    [ "$package" != threads ] || continue # meson's own name for what the compiler brings
    if pkg-config --exists "$package"; then
        read -r -a found <<< "$(pkg-config --cflags "$package")"
        flags+=(${found[@]+"${found[@]}"})
    else
        echo "note: pkg-config does not know $package; the compiler looks for its headers by itself"
    fi
done < "$work/packages"

# Compiles $2 (a file or, with -x c, standard input) as the floor of the file $1 is compiled.
compile() {
    local file=$1 floor=()
    shift
    case $file in
        scales/* | engine/*) ;;
        *) floor=(-D_POSIX_C_SOURCE=200809L) ;;
    esac
    "${compiler[@]}" "${flags[@]}" ${floor[@]+"${floor[@]}"} "$@"
}

{
    grep '\.h$' "$work/files" || [ $? -eq 1 ]
    for folder in tests bench; do
        if [ -d "$folder" ]; then find "$folder" -name '*.h' | sort; fi
    done
} > "$work/headers"
n_headers=0
while IFS= read -r header; do
    n_headers=$((n_headers + 1))
    # the declaration after it: a header of macros alone would be an empty translation unit
    if ! printf '#include "%s"\nextern int after_the_header;\n' "$header" |
        compile "$header" -Wall -Wextra -Wpedantic -Werror -fsyntax-only -x c - 2> "$work/errors"; then
        problem "$header: does not compile alone:"
        cat "$work/errors"
    fi
done < "$work/headers"

# ---- d: no mutable state ----------------------------------------------------------------------------

# Without position-independent code, constant tables of pointers are read-only data for nm too.
n_sources=0
while IFS= read -r source; do
    case $source in
        io/cli/main.c | *.h) continue ;; # main may hold the flag that Ctrl-C sets
    esac
    if [ "$source" = io/run/mpi.c ] && ! pkg-config --exists mpi; then
        echo "note: $source is not looked at without libopenmpi-dev"
        continue
    fi
    n_sources=$((n_sources + 1))
    if ! compile "$source" -w -O0 -g -fno-pic -fno-pie -fno-common -c "$source" \
        -o "$work/object.o" 2> "$work/errors"; then
        problem "$source: does not compile:"
        cat "$work/errors"
        continue
    fi
    nm -l --defined-only "$work/object.o" > "$work/symbols"
    while IFS=$'\t' read -r symbol place; do
        read -r _ kind name <<< "$symbol"
        case $kind in
            [dDbBCgGsSV]) ;;
            *) continue ;;
        esac
        # compilers call a static in a function count.0 or function.count
        variable=$(tr . '\n' <<< "$name" | grep -v '^[0-9]*$' | tail -n 1)
        if [ -n "$place" ]; then
            place=${place#"$PWD"/}
            place=${place#./}
        else
            line=$(grep -nw -- "$variable" "$source" | head -n 1 | cut -d: -f1) || line=
            place=$source:${line:-1}
        fi
        problem "$place: $variable is mutable state; only io/cli/main.c may have any (in $source)"
    done < "$work/symbols"
done < "$work/files"

# -----------------------------------------------------------------------------------------------------

n_files=$(wc -l < "$work/files")
n_includes=$(wc -l < "$work/includes")
echo "$n_files files, $n_includes includes, $n_headers headers alone," \
    "$n_sources sources without main.c: $n_problems problems"
[ "$n_problems" -eq 0 ]
