#!/usr/bin/env bash
# tests/test_structure_itself.sh ROOT COMPILER [FLAG...] - structure.sh must find what it is there to
# find: a good tree passes, and each row below, one change to the good tree, fails with the file, the
# line and the reason that the row names.
set -euo pipefail
export LC_ALL=C

if [ $# -lt 2 ]; then
    echo "usage: $0 ROOT COMPILER [FLAG...]" >&2
    exit 2
fi
structure=$(cd "$1" && pwd)/tests/structure.sh
shift

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n_rows=0
n_wrong=0

# Writes the lines $2... to the file $1 of the tree.
file() {
    mkdir -p "$(dirname "$work/tree/$1")"
    printf '%s\n' "${@:2}" > "$work/tree/$1"
}

good_tree() {
    rm -rf "$work/tree"
    file gsl/gsl_math.h 'int gsl(void);'
    file scales/gas.h '#include <stddef.h>' 'double gas(size_t n);'
    file scales/gas.c '#include <math.h>' '#include "scales/gas.h"' \
        'static const char *const names[] = {"one", "two"};' \
        'double gas(size_t n) { static const int start = 2; return names[n % 2][0] + start; }'
    file engine/figure.h 'int figure(void);'
    file engine/text.h 'int text(void);'
    file engine/table.h '#include "engine/figure.h"'
    file engine/respondents.h 'int respondents(void);'
    file engine/tally.h '#include "engine/respondents.h"' '#include "engine/stats/counts.h"'
    file engine/stats/counts.h 'int counts(void);'
    file engine/stats/paired.h '#include "engine/figure.h"' '#include "engine/stats/counts.h"'
    file engine/stats/paired.c '#include "engine/stats/paired.h"' '#include "scales/gas.h"' \
        '#include <gsl/gsl_math.h>' 'int paired(void);' 'int paired(void) { return 3; }'
    file engine/tables/bands.h '#include "engine/table.h"' '#include "engine/tally.h"'
    file io/words.h '#include "engine/text.h"'
    file io/read/cells.h '#include <sys/types.h>' 'ssize_t cells(void);'
    file io/read/cells.c '#include "io/read/cells.h"' '#include <unistd.h>' '#include "io/words.h"' \
        'ssize_t cells(void) { return read(0, 0, 0); }'
    file io/write/csv.h '#include "engine/table.h"' '#include "io/words.h"'
    file io/run.h '#include "engine/tally.h"' '#include "io/read/cells.h"'
    file io/cli/options.h '#define OPTION 1'
    file io/cli/report.h '#include "io/cli/options.h"' '#include "io/run.h"' '#include "io/write/csv.h"'
    file io/cli/check.h '#include "io/cli/options.h"'
    file io/cli/main.c '#include <signal.h>' '#include "io/cli/check.h"' '#include "io/cli/report.h"' \
        'static volatile sig_atomic_t stopped;' 'int main(void) { return stopped; }'
}

run_structure() { "$structure" "$work/tree" "$@" > "$work/said" 2>&1; }

wrong() {
    n_wrong=$((n_wrong + 1))
    echo "not as expected: $*"
    sed 's/^/    /' "$work/said"
}

# The tree as it stands must fail and say $2, a fixed string; $1 names the row.
must_fail() {
    local name=$1 expected=$2 code=0
    shift 2
    n_rows=$((n_rows + 1))
    run_structure "$@" || code=$?
    if [ "$code" -ne 1 ] || ! grep -qF -- "$expected" "$work/said"; then
        wrong "$name: exit status $code; wanted 1 and: $expected"
    fi
}

good_tree
n_rows=$((n_rows + 1))
run_structure "$@" || wrong "a good tree passes: exit status $?"

# a: the file FROM, with one more line that includes TARGET, fails with REASON
while read -r from target reason; do
    good_tree
    mkdir -p "$(dirname "$work/tree/$from")"
    echo "#include $target" >> "$work/tree/$from"
    line=$(wc -l < "$work/tree/$from")
    must_fail "$from includes $target" "$from:$line: includes $target: $reason" "$@"
    [ "$(grep -c ': includes ' "$work/said")" -eq 1 ] || wrong "$from includes $target: one complaint"
done <<'ROWS'
scales/gas.c "engine/figure.h" scales/ includes only scales/
scales/gas.h "io/words.h" scales/ includes only scales/
scales/gas.c <unistd.h> scales/ includes only the pure part of libc, and the processor
scales/gas.c <gsl/gsl_math.h> scales/ includes only the pure part of libc, and the processor
scales/gas.c <locale.h> scales/ includes only the pure part of libc, and the processor
scales/gas.c "gas.h" includes are written from the root
scales/gas.h <scales/other.h> headers of ours are included with quotes
engine/figure.h "io/words.h" engine/ does not know io/
engine/stats/paired.c <sys/stat.h> engine/ includes only the pure part of libc, gsl, and the processor
engine/stats/paired.c <pthread.h> engine/ includes only the pure part of libc, gsl, and the processor
engine/stats/paired.c <fcntl.h> engine/ includes only the pure part of libc, gsl, and the processor
engine/stats/paired.c <dirent.h> engine/ includes only the pure part of libc, gsl, and the processor
engine/stats/paired.c <yaml.h> engine/ includes only the pure part of libc, gsl, and the processor
engine/stats/paired.c "engine/tally.h" a statistic takes counts
engine/stats/counts.c "engine/respondents.h" a statistic takes counts
engine/stats/paired.h "engine/table.h" a statistic knows no text
engine/stats/paired.h "engine/text.h" a statistic knows no text
engine/stats/paired.h "engine/tables/bands.h" only engine/tables/ and io/
engine/table.c "engine/tables/bands.h" only engine/tables/ and io/
engine/tally.c "engine/table.h" a tally knows no text
engine/respondents.c "engine/tally.h" the join of respondents is below
engine/respondents.c "engine/stats/counts.h" the join of respondents is below
io/read/cells.c "io/write/csv.h" readers and writers do not know each other
io/write/csv.h "io/read/cells.h" readers and writers do not know each other
io/write/csv.h "io/run.h" readers and writers do not know the run
io/read/cells.c "io/run.h" readers and writers do not know the run
io/run.c "io/write/csv.h" the run ends at the tally
io/run.c "io/cli/options.h" only io/cli/ knows the command line
io/words.c "io/read/cells.h" helpers in io/ lie below
io/cli/check.h "io/cli/report.h" commands know nothing of each other
io/cli/options.c "io/cli/report.h" commands know nothing of each other
io/words.c "io/../engine/text.h" includes are written from the root
io/words.c "engine/stats/paired.c" a source file is not included
ROWS

good_tree
printf '#define HEADER <stddef.h>\n  #  include HEADER\n' >> "$work/tree/scales/gas.c"
must_fail 'an include by macro' 'scales/gas.c:6: includes HEADER: this include cannot be followed' "$@"

good_tree
file engine/study.c '#define _GNU_SOURCE' 'extern int study;'
must_fail 'a feature macro' 'engine/study.c:1: only io/ asks for more than ISO C' "$@"

# b
good_tree
file engine/one.h '#ifndef ONE' '#define ONE' '#include "engine/two.h"' '#endif'
file engine/two.h 'int two(void);'
file engine/two.c '#include "engine/two.h"' '#include "engine/three.h"'
file engine/three.h '#include "engine/one.h"'
must_fail 'a cycle through a source' 'engine/three.h:1: closes a cycle:' "$@"
grep -qF 'engine/one -> engine/two (engine/one.h:3) -> engine/three (engine/two.c:2) -> engine/one' \
    "$work/said" ||
    wrong 'the cycle is printed whole'

# c
good_tree
file engine/lonely.h 'size_t lonely(void);'
must_fail 'a header that needs another' 'engine/lonely.h: does not compile alone' "$@"
grep -qF 'engine/lonely.h:1:' "$work/said" || wrong 'the line of the error is named'

good_tree
file scales/sloppy.h 'static inline int sloppy(int unused) { return 1; }'
must_fail 'a header with a warning' 'scales/sloppy.h: does not compile alone' "$@"

good_tree
file tests/check.h 'size_t count(void);'
must_fail 'a header of the tests' 'tests/check.h: does not compile alone' "$@"

good_tree
file engine/world.c '#include <stdio.h>' 'int world(FILE *f);' \
    'int world(FILE *f) { return fileno(f) + POSIX; }'
must_fail 'a source that does not compile' 'engine/world.c: does not compile' "$@"

# d: the file engine/state.c with this on its second line
while IFS='|' read -r name variable text; do
    good_tree
    file engine/state.c 'int state(void);' "$text" 'int state(void) { return 1; }'
    must_fail "$name" "engine/state.c:2: $variable is mutable state" "$@"
done <<'ROWS'
a global with a value|n_runs|int n_runs = 3;
a global without|n_runs|int n_runs;
a static of the file|last|static int last = 1; int *where(void); int *where(void) { return &last; }
a static of a function|count|int next(void); int next(void) { static int count; return ++count; }
one with a value|count|int next(void); int next(void) { static int count = 7; return ++count; }
a thread's own|mine|_Thread_local int mine;
names that can be pointed elsewhere|names|const char *names[] = {"one", "two"};
ROWS

good_tree
file io/cli/check.c '#include "io/cli/check.h"' 'int verbose;'
must_fail 'a global in a command' 'io/cli/check.c:2: verbose is mutable state' "$@"

# A tree in which nothing can be checked does not pass either.
good_tree
rm -r "$work/tree/scales"
n_rows=$((n_rows + 1))
if run_structure "$@"; then wrong 'a tree without scales/ passes'; fi

echo "$n_rows trees, $n_wrong not as expected"
[ "$n_wrong" -eq 0 ]
