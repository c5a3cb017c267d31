# agree.awk: compares pellter's internal/results.csv with a peer's table, figure by figure, and
# names those that differ.
# usage: awk -f agree.awk RESULTS.CSV PEER.CSV
# Prints how many figures were compared; exit status 1 where any differs.
#
# A peer's columns are instrument, scale, cohort, and figures called as in the table before_after,
# with the stage before the dot: viable, change.mean. Figures must be equal to 1e-9, relative; p
# values to 1e-6, for the peers' tails are rougher than that; below 1e-280 they only have to be so
# both. Undefined is empty, NA or NaN, and must be so on both sides.
BEGIN {
    FS = ","
}

function undefined(value) {
    return value == "" || value == "NA" || value == "NaN" || value == "nan"
}

function equal(x, y, tolerance,    size) {
    if (undefined(x) || undefined(y)) {
        return undefined(x) && undefined(y)
    }
    x += 0
    y += 0
    size = (x < 0 ? -x : x) > (y < 0 ? -y : y) ? (x < 0 ? -x : x) : (y < 0 ? -y : y)
    return (x > y ? x - y : y - x) <= tolerance * size
}

function differ(text) {
    if (++n_different <= 10) {
        print "    " text
    }
}

function compare(key, name, value,    ours, label) {
    if (name == "change.p_wilcoxon" && figure[key, "change.wilcoxon_exact"] != "0") {
        return # pellter counted it out in full, the peer has the normal approximation
    }
    label = key
    gsub(SUBSEP, " / ", label)
    if (!((key, name) in figure)) {
        differ(label ": pellter has no " name)
        return
    }
    ours = figure[key, name]
    n_compared++
    if (name ~ /\.p_/) {
        if (!equal(ours, value, 1e-6) &&
            (undefined(ours) || undefined(value) || ours > 1e-280 || value > 1e-280)) {
            differ(label ": " name " is " value ", pellter has " ours)
        }
    } else if (!equal(ours, value, 1e-9)) {
        differ(label ": " name " is " value ", pellter has " ours)
    }
}

{
    sub(/\r$/, "")
}

FILENAME == ARGV[1] {
    if ($1 == "before_after") {
        figure[$4, $5, $3, ($6 == "" ? "" : $6 ".") $7] = $8
        if ($7 == "respondents" && $8 > 0) {
            expected[$4, $5, $3] = $4 SUBSEP $5
        }
    }
    next
}

FNR == 1 {
    gsub(/"/, "")
    n_columns = split($0, name)
    next
}

{
    gsub(/"/, "")
    for (i = 1; i <= n_columns; i++) {
        cell[name[i]] = $i
    }
    key = cell["instrument"] SUBSEP cell["scale"] SUBSEP cell["cohort"]
    scales[cell["instrument"], cell["scale"]] = 1
    rows[key] = 1
    for (i = 1; i <= n_columns; i++) {
        if (name[i] !~ /^(instrument|scale|cohort)$/) {
            compare(key, name[i], $i)
        }
    }
}

END {
    for (key in expected) {
        if ((expected[key] in scales) && !(key in rows)) {
            gsub(SUBSEP, " / ", key)
            differ(key ": the peer has no such row")
        }
    }
    if (n_different > 10) {
        print "    and " n_different - 10 " more"
    }
    if (n_compared == 0) {
        print "    there was nothing to compare"
    }
    if (n_different > 0 || n_compared == 0) {
        exit 1
    }
    print n_compared
}
