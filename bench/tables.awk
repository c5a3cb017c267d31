# tables.awk: prints the records of bench/run, one flat JSON object a line, as tables of text.
# Ratios are medians of paired ratios, with the smallest and the largest behind them.

function get(key,    at, rest) {
    at = index($0, "\"" key "\":")
    if (at == 0) {
        return ""
    }
    rest = substr($0, at + length(key) + 3)
    if (substr(rest, 1, 1) == "\"") {
        rest = substr(rest, 2)
        return substr(rest, 1, index(rest, "\"") - 1)
    }
    sub(/[,}].*/, "", rest)
    return rest
}

function thousands(n,    text) {
    text = sprintf("%d", n)
    while (text ~ /[0-9][0-9][0-9][0-9]/) {
        match(text, /[0-9][0-9][0-9](,|$)/)
        text = substr(text, 1, RSTART - 1) "," substr(text, RSTART)
    }
    return text
}

function heading(text) {
    if (text != last_heading) {
        print "\n" text "\n"
        last_heading = text
        return 1
    }
    return 0
}

function columns(first) {
    printf "%-27s %9s %9s %9s %8s  %-26s %s\n", first, "wall s", "cpu s", "peak MiB", "MB/s", \
        "ratio (low to high)", "figures compared"
}

function ratio_text() {
    return get("ratio") == "" ? "-" : \
        sprintf("%.3g (%.3g to %.3g)", get("ratio"), get("ratio_min"), get("ratio_max"))
}

function compared() {
    return get("agrees") == "false" ? "THEY DIFFER" : get("compared")
}

function line(name, side) {
    printf "%-27s %9.4f %9.4f %9.1f %8s  %-26s %s\n", name, get(side "_wall"), get(side "_cpu"),
        get(side "_peak_kib") / 1024,
        get("bytes") == "" ? "-" : sprintf("%.0f", get("bytes") / get(side "_wall") / 1e6),
        ratio_text(), compared()
}

function side() {
    return get("b_wall") == "" ? "a" : "b"
}

{
    table = get("table")
}

table == "peers" || table == "big" {
    if (heading(sprintf("%s, %s respondents, %s rows, %.1f MB, %s", get("kind"),
            thousands(get("size")), thousands(get("rows")), get("bytes") / 1e6, get("order")))) {
        columns("program (ratio: / pellter)")
    }
    line(get("who"), side())
    if (get("who") == "pellter") {
        key = get("kind") SUBSEP get("order")
        growth[key] = growth[key] sprintf("  %10s rows %8.1f ns a row %9.1f MiB\n",
            thousands(get("rows")), get("a_wall") * 1e9 / get("rows"), get("a_peak_kib") / 1024)
        if (!(key in first_size)) {
            first_size[key] = get("size")
            first_peak[key] = get("a_peak_kib")
            keys[++n_keys] = key
        } else if (get("size") > first_size[key]) {
            slope[key] = (get("a_peak_kib") - first_peak[key]) * 1024 / \
                (get("size") - first_size[key])
        }
    }
}

table == "variant" {
    if (heading("pellter otherwise: " get("kind") ", " thousands(get("size")) " respondents, " \
            get("order") " (ratio: / pellter report)")) {
        columns("")
    }
    line(get("who"), "b")
}

table == "order" || table == "cohorts" {
    more[++n_more] = sprintf("  %-42s %.3g (%.3g to %.3g)", get("who"), get("ratio"),
        get("ratio_min"), get("ratio_max"))
}

table == "shape" {
    if (heading("other shapes: wemwbs, " thousands(get("size")) \
            " respondents, shuffled (ratio: DuckDB / pellter)")) {
        printf "%-27s %9s %9s %9s %9s  %-26s %s\n", "", "pellter s", "ns a row", "MB/s", "peak MiB",
            "ratio (low to high)", "figures compared"
    }
    printf "%-27s %9.4f %9.1f %9.0f %9.1f  %-26s %s\n", get("shape"), get("a_wall"),
        get("a_wall") * 1e9 / get("rows"), get("bytes") / get("a_wall") / 1e6,
        get("a_peak_kib") / 1024, ratio_text(), compared()
}

table == "limit" {
    if (heading("limits: the same file from the page cache, " get("file") \
            " (ratio: / pellter; a share of pellter's time)")) {
        columns("")
    }
    line(get("who"), "b")
}

table == "start-up" {
    if (heading("start-up alone, nothing read")) {
        columns("")
    }
    line(get("who"), "a")
}

END {
    if (n_keys > 0) {
        print "\ngrowth of pellter\n"
    }
    for (i = 1; i <= n_keys; i++) {
        split(keys[i], part, SUBSEP)
        print part[1] ", " part[2]
        printf "%s", growth[keys[i]]
        if (keys[i] in slope) {
            printf "  %10s a respondent %.1f bytes\n", "memory", slope[keys[i]]
        }
    }
    for (i = 1; i <= n_more; i++) {
        print more[i]
    }
}
