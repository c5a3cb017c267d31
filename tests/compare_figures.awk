# tests/compare_figures.awk - figures of internal/results.csv against those from outside, line by line:
#     awk -v least=N -f compare_figures.awk EXPECTED.csv RESULTS.csv
# A line is a figure: its key, and in the last cell its value, equal to 1e-9 of it. Every one of EXPECTED is
# to be there, and there are to be N of them at least. Prints what differs and how many there are.
#   -v only=REGEX   RESULTS may have no other lines of this kind
#   -v zero=X       a figure of 0 may be so far from it
#   -v logs=1       EXPECTED has one cell more, the logarithm of a p: where it is there, it is what is compared,
#                   to 1e-8 of it
function size(x) { return x < 0 ? -x : x }
# Takes the last cell off `line`.
function last_cell(    cell) {
    cell = line
    sub(/.*,/, "", cell)
    sub(/,[^,]*$/, "", line)
    return cell
}
FNR == 1 { file++; next }
{ line = $0 }
file == 1 {
    log_of = logs ? last_cell() : ""
    number = last_cell()
    value[line] = number
    log_p[line] = log_of
    n_expected++
    next
}
{ number = last_cell() }
!(line in value) {
    if (only != "" && $0 ~ only) { print "not expected: " $0; n_bad++ }
    next
}
{
    seen[line]
    if (value[line] == "" || number == "") bad = value[line] != number
    else if (log_p[line] != "") bad = size(log(number) - log_p[line]) > 1e-8 * size(log_p[line])
    else bad = size(number - value[line]) > (value[line] == 0 ? zero + 0 : 1e-9 * size(value[line]))
    if (bad) { print line ": expected " value[line] ", got " number; n_bad++ }
}
END {
    for (key in value) if (!(key in seen)) { print "missing: " key; n_bad++ }
    print n_expected " figures, " n_bad + 0 " problems"
    exit n_bad > 0 || n_expected < least
}
