# tests/reference/studies.R - held-out studies, and every figure that they must give, by R itself.
#
#   Rscript tests/reference/studies.R           (from the root; R 4.2.2 made the files in git)
#
# writes tests/reference/studies/NAME/   data and study*.yaml, synthetic: nobody gave these answers
#        and for each study*.yaml an expected*.csv(.gz): the columns of results.csv, and log_p,
#        the natural logarithm of a p below 1e-12, which is too small to be compared by itself.
#
# Written from the contract (the design, chapters 3 to 5) and from the scoring rules, before any C
# was read; the figures are computed from the files as written, not from what made them. Scores are
# whole units, so that ties are ties; the statistics are R's own (t.test, quantile, wilcox.test,
# pbinom), but the exact signed-rank p, which R has only without ties. Base R and stats only, but for the
# sizes of a change (effect_sizes.R; effectsize and metafor), families (family_means.R; clubSandwich) and the mixed
# model (reml_book.R). Takes some minutes.

sizes <- new.env()
sys.source("tests/reference/effect_sizes.R", sizes)
kin <- new.env()
sys.source("tests/reference/family_means.R", kin)
book <- new.env()
sys.source("tests/reference/reml_book.R", book)
set.seed(20261122, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
stopifnot(identical(RNGkind(), c("Mersenne-Twister", "Inversion", "Rejection")))
root <- "tests/reference/studies"
# Decided by the letter of the contract; to be changed here if the contract is:
EXACT_WITHOUT_CHANGES <- 1               # wilcoxon_exact at m = 0; NA: empty, as in docs/methods.md
CONFLICT_BESIDE_RATINGS <- TRUE          # a goal in conflict makes a family that is not viable
                                         # conflicting_forms even beside other ratings at that stage
PLAIN_LIMIT <- 20000                     # expectations of more bytes are written gzipped
unlink(list.files(root, full.names = TRUE), recursive = TRUE)

# ---- reading ---------------------------------------------------------------------------------
# A delimited file as a character matrix with column names. Blank lines are no rows.
read_cells <- function(path, separator = ",") {
    bytes <- readBin(path, "raw", file.size(path))
    if (length(bytes) >= 3 && identical(bytes[1:3], as.raw(c(0xef, 0xbb, 0xbf)))) bytes <- bytes[-(1:3)]
    text <- rawToChar(bytes)
    Encoding(text) <- "UTF-8"
    marks <- strsplit(gsub("\r\n|\r", "\n", text), "")[[1]]
    rows <- list(); row <- character(0); cell <- character(0); quoted <- FALSE
    end_cell <- function() { row[length(row) + 1] <<- paste(cell, collapse = ""); cell <<- character(0) }
    end_row <- function() {
        end_cell()
        if (length(row) > 1 || row != "") rows[[length(rows) + 1]] <<- row
        row <<- character(0)
    }
    at <- 1
    while (at <= length(marks)) {
        mark <- marks[at]
        if (quoted) {
            if (mark == "\"" && at < length(marks) && marks[at + 1] == "\"") {
                cell[length(cell) + 1] <- "\""; at <- at + 1
            } else if (mark == "\"") quoted <- FALSE
            else cell[length(cell) + 1] <- mark
        } else if (mark == "\"") quoted <- TRUE
        else if (mark == separator) end_cell()
        else if (mark == "\n") end_row()
        else cell[length(cell) + 1] <- mark
        at <- at + 1
    }
    if (length(row) > 0 || length(cell) > 0) end_row()
    stopifnot(lengths(rows) == length(rows[[1]]))
    cells <- do.call(rbind, rows[-1])
    colnames(cells) <- rows[[1]]
    cells
}
absent <- c("", "NA", "-9")                 # as every study file here says
text_of <- function(cells) { cells <- trimws(cells); ifelse(cells %in% absent, "", cells) }
# Answers as whole numbers; all that is no answer is NA.
answers_of <- function(cells, low, high, words = NULL) {
    value <- trimws(cells)
    if (!is.null(words)) value[value %in% names(words)] <- words[value[value %in% names(words)]]
    whole <- grepl("^[+-]?[0-9]+([.]0*)?$", value) & !(trimws(cells) %in% absent)
    number <- rep(NA_real_, length(value))
    number[whole] <- as.numeric(value[whole])
    number[!is.na(number) & (number < low | number > high)] <- NA
    matrix(number, nrow(cells))
}

# ---- scoring: whole units, NA = no score -------------------------------------------------------
half_up <- function(s, n, k) floor((2 * k * s + n) / (2 * n))
sums <- function(items) list(s = rowSums(items, na.rm = TRUE), n = rowSums(!is.na(items)))

wemwbs <- function(rule) list(
    name = "wemwbs", scales = "total", units = c(total = if (rule == "published") 858 else 1),
    better = c(total = 1), rci = list(total = c(sd = 8.7, r = 0.91)),
    bands = list(total = list(
        benchmark_cesd = list(probable_depression = c(14, 40), possible_depression = c(41, 44), average = c(45, 59), high = c(60, 70)),
        statistical_15pct = list(low = c(14, 42), average = c(43, 59), high = c(60, 70)))),
    score = function(groups) {
        a <- sums(groups$items)
        if (rule == "discount") cbind(total = ifelse(a$n == 14, a$s, NA))
        else cbind(total = ifelse(a$n >= 11, 14 * a$s * 858 / pmax(a$n, 1), NA))
    })

metric <- c(7.00, 9.51, 11.25, 12.40, 13.33, 14.08, 14.75, 15.32, 15.84, 16.36, 16.88, 17.43, 17.98, 18.59, 19.25,
            19.98, 20.73, 21.54, 22.35, 23.21, 24.11, 25.03, 26.02, 27.03, 28.13, 29.31, 30.70, 32.55, 35.00)
swemwbs <- function() list(
    name = "swemwbs", scales = c("raw", "metric"), units = c(raw = 1, metric = 100), better = c(raw = 1, metric = 1),
    rci = list(metric = c(sd = 3.921, r = 0.931)),
    bands = list(
        raw = list(
            statistical_1sd = list(low = c(7, 21), medium = c(22, 30), high = c(31, 35)),
            benchmark_phq_gad = list(probable_depression_anxiety = c(7, 20), possible_depression_anxiety = c(21, 23),
                                     average = c(24, 30), high = c(31, 35))),
        metric = list(
            statistical_1sd = list(low = c(7, 19.5), medium = c(19.51, 27.49), high = c(27.5, 35)),
            benchmark_phq_gad = list(probable_depression_anxiety = c(7, 18.59), possible_depression_anxiety = c(18.6, 20.73),
                                     average = c(20.74, 27.49), high = c(27.5, 35)))),
    pick = c(1, 2, 3, 6, 7, 9, 11),
    score = function(groups) {
        a <- sums(groups$items)
        raw <- ifelse(a$n == 7, a$s, NA)
        cbind(raw = raw, metric = round(100 * metric[raw - 6]))
    })

score15 <- function() {
    reversed <- c(2, 4, 5, 7, 8, 9, 11, 12, 13, 14)
    parts <- list(total = 1:15, strengths = c(1, 3, 6, 10, 15), difficulties = c(5, 7, 9, 11, 14), communication = c(2, 4, 8, 12, 13))
    list(name = "score-15", scales = names(parts), units = c(total = 364, strengths = 4, difficulties = 4, communication = 4),
         better = c(total = -1, strengths = -1, difficulties = -1, communication = -1), rci = list(total = c(sd = NA, r = 0.90)), bands = list(),
         score = function(groups) {
             items <- groups$items
             items[, reversed] <- 6 - items[, reversed]
             sapply(names(parts), function(p) {
                 k <- length(parts[[p]]); least <- if (k == 15) 12 else 4; unit <- if (k == 15) 364 else 4
                 a <- sums(items[, parts[[p]], drop = FALSE])
                 ifelse(a$n >= least, k * a$s * unit / pmax(a$n, 1), NA)
             })
         })
}

sdq <- function(name, rule, with_impact) {
    keys <- list(emotional = c(3, 8, 13, 16, 24), conduct = c(5, 7, 12, 18, 22), hyperactivity = c(2, 10, 15, 21, 25),
                 peer = c(6, 11, 14, 19, 23), prosocial = c(1, 4, 9, 17, 20))
    scales <- c(names(keys), "total", "externalising", "internalising", "impact")
    down <- function(three, four) list(
        three = list(normal = three[[1]], borderline = three[[2]], abnormal = three[[3]]),
        four = list(close_to_average = four[[1]], slightly_raised = four[[2]], high = four[[3]], very_high = four[[4]]))
    up <- function(three, four) list(
        three = list(normal = three[[1]], borderline = three[[2]], abnormal = three[[3]]),
        four = list(close_to_average = four[[1]], slightly_lowered = four[[2]], low = four[[3]], very_low = four[[4]]))
    i <- function(...) { e <- c(...); lapply(seq(1, length(e), 2), function(at) e[at + 0:1]) }
    if (name == "sdq-parent") {
        rci <- list(emotional = c(2.0, .67), conduct = c(1.7, .63), hyperactivity = c(2.6, .77), peer = c(1.7, .57),
                    prosocial = c(1.6, .65), total = c(5.8, .82), impact = c(1.1, .85))
        bands <- list(emotional = down(i(0,3, 4,4, 5,10), i(0,3, 4,4, 5,6, 7,10)), conduct = down(i(0,2, 3,3, 4,10), i(0,2, 3,3, 4,5, 6,10)),
                      hyperactivity = down(i(0,5, 6,6, 7,10), i(0,5, 6,7, 8,8, 9,10)), peer = down(i(0,2, 3,3, 4,10), i(0,2, 3,3, 4,4, 5,10)),
                      prosocial = up(i(6,10, 5,5, 0,4), i(8,10, 7,7, 6,6, 0,5)), total = down(i(0,13, 14,16, 17,40), i(0,13, 14,16, 17,19, 20,40)),
                      impact = down(i(0,0, 1,1, 2,10), i(0,0, 1,1, 2,2, 3,10)))
    } else {
        rci <- list(emotional = c(2.1, .66), conduct = c(1.7, .60), hyperactivity = c(2.2, .67), peer = c(1.4, .41),
                    prosocial = c(1.7, .66), total = c(5.2, .80), impact = c(.8, .81))
        bands <- list(emotional = down(i(0,5, 6,6, 7,10), i(0,4, 5,5, 6,6, 7,10)), conduct = down(i(0,3, 4,4, 5,10), i(0,3, 4,4, 5,5, 6,10)),
                      hyperactivity = down(i(0,5, 6,6, 7,10), i(0,5, 6,6, 7,7, 8,10)), peer = down(i(0,3, 4,5, 6,10), i(0,2, 3,3, 4,4, 5,10)),
                      prosocial = up(i(6,10, 5,5, 0,4), i(7,10, 6,6, 5,5, 0,4)), total = down(i(0,15, 16,19, 20,40), i(0,14, 15,17, 18,19, 20,40)),
                      impact = down(i(0,0, 1,1, 2,10), i(0,0, 1,1, 2,2, 3,10)))
    }
    rci <- lapply(rci, setNames, c("sd", "r"))
    if (!with_impact) scales <- setdiff(scales, "impact")
    list(name = name, scales = scales, units = setNames(rep(1, length(scales)), scales),
         better = setNames(ifelse(scales == "prosocial", 1, -1), scales), rci = rci[names(rci) %in% scales], bands = bands[names(bands) %in% scales],
         score = function(groups) {
             items <- groups$items
             for (item in c(7, 11, 14, 21, 25)) items[, item] <- 2 - items[, item]
             sub <- sapply(keys, function(k) {
                 a <- sums(items[, k, drop = FALSE])
                 if (rule == "discount") ifelse(rowSums(!is.na(items)) == 25, a$s, NA)
                 else ifelse(a$n >= 3, half_up(a$s, pmax(a$n, 1), 5), NA)
             })
             sub <- matrix(sub, nrow(items), dimnames = list(NULL, names(keys)))
             all <- cbind(sub, total = sub[, "emotional"] + sub[, "conduct"] + sub[, "hyperactivity"] + sub[, "peer"],
                          externalising = sub[, "conduct"] + sub[, "hyperactivity"], internalising = sub[, "emotional"] + sub[, "peer"])
             if (with_impact) {
                 screen <- groups$impact[, 1]
                 points <- groups$impact[, -1, drop = FALSE]
                 scored <- matrix(c(0, 0, 1, 2)[points + 1], nrow(points))
                 impact <- ifelse(rowSums(!is.na(points)) == 0, NA, rowSums(scored, na.rm = TRUE))
                 impact[!is.na(screen) & screen == 0] <- 0
                 all <- cbind(all, impact = impact)
             }
             all[, scales, drop = FALSE]
         })
}

# ---- statistics ------------------------------------------------------------------------------
# P(V <= v) and P(V >= v) over all sign patterns of the mid-ranks of `sizes` (non-zero, whole).
signed_rank_tails <- function(sizes, v2) {              # v2: twice v
    ranks2 <- round(2 * rank(sizes))                    # twice the mid-ranks: whole
    p <- 1
    for (r in ranks2) p <- (c(p, numeric(r)) + c(numeric(r), p)) / 2
    at <- 0:(length(p) - 1)
    c(sum(p[at <= v2]), sum(p[at >= v2]))
}
brute_tails <- function(sizes, v2) {
    ranks2 <- round(2 * rank(sizes))
    signs <- as.matrix(expand.grid(rep(list(0:1), length(sizes))))
    v <- signs %*% ranks2
    c(mean(v <= v2), mean(v >= v2))
}
wilcoxon <- function(d) {                               # d: changes in whole units
    d <- d[d != 0]
    m <- length(d)
    if (m == 0) return(list(v = 0, p = NA, log_p = NA, exact = EXACT_WITHOUT_CHANGES))
    v <- sum(rank(abs(d))[d > 0])
    if (m <= 200) {
        tails <- signed_rank_tails(abs(d), round(2 * v))
        if (m <= 12) stopifnot(all.equal(tails, brute_tails(abs(d), round(2 * v)), tolerance = 1e-12))
        p <- min(1, 2 * min(tails))
        return(list(v = v, p = p, log_p = log(p), exact = 1))
    }
    test <- suppressWarnings(wilcox.test(d, exact = FALSE, correct = TRUE))
    stopifnot(test$statistic == v)
    ties <- table(rank(abs(d)))
    z <- v - m * (m + 1) / 4
    z <- (z - sign(z) * 0.5) / sqrt(m * (m + 1) * (2 * m + 1) / 24 - sum(ties^3 - ties) / 48)
    log_p <- min(0, log(2) + pnorm(-abs(z), log.p = TRUE))
    if (test$p.value > 1e-280) stopifnot(abs(log_p - log(test$p.value)) < 1e-9 * max(1, abs(log_p)))
    list(v = v, p = test$p.value, log_p = log_p, exact = 0)
}
one_mean <- function(x) {                               # x in points
    n <- length(x)
    out <- list(n = n, mean = NA, sd = NA, se = NA, low = NA, high = NA, t = NA, df = NA, p = NA, log_p = NA)
    if (n == 0) return(out)
    out$mean <- mean(x)
    out$df <- n - 1
    if (n == 1) return(out)
    out$sd <- if (all(x == x[1])) 0 else sd(x)
    out$se <- out$sd / sqrt(n)
    if (out$sd > 0) {
        test <- t.test(x)
        out$low <- test$conf.int[1]; out$high <- test$conf.int[2]
        out$t <- unname(test$statistic); out$p <- test$p.value
        out$log_p <- log(2) + pt(-abs(out$t), n - 1, log.p = TRUE)
    }
    out
}

# ---- rows ------------------------------------------------------------------------------------
rows <- new.env()
start_rows <- function() { rows$list <- list(); rows$key <- NULL }
row_key <- function(table, by, cohort, instrument, scale) rows$key <- list(table, by, cohort, instrument, scale)
add <- function(stage, statistic, value, log_p = NA) {
    rows$list[[length(rows$list) + 1]] <- c(rows$key, list(stage, statistic, as.numeric(value), as.numeric(log_p)))
}
add_p <- function(stage, statistic, p, log_p) add(stage, statistic, p, if (!is.na(p) && p < 1e-12) log_p else NA)
quoted <- function(cell) ifelse(grepl("[\",\r\n]", cell), paste0("\"", gsub("\"", "\"\"", cell), "\""), cell)
write_rows <- function(path) {
    column <- function(i) sapply(rows$list, `[[`, i)
    number <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))
    parts <- c(lapply(1:7, function(i) quoted(enc2utf8(column(i)))), list(number(column(8)), number(column(9))))
    lines <- c("table,by,cohort,instrument,scale,stage,statistic,value,log_p", do.call(paste, c(parts, sep = ",")))
    stopifnot(!anyDuplicated(do.call(paste, c(parts[1:7], sep = "\t"))))
    small <- sum(nchar(lines, "bytes") + 1) < PLAIN_LIMIT
    out <- if (small) file(path, "wb") else gzfile(paste0(path, ".gz"), "wb", compression = 9)
    writeLines(lines, out, sep = "\n", useBytes = TRUE)
    close(out)
    message(sprintf("%-46s %6d figures", sub(root, "", path), length(rows$list)))
    rows$total <- (if (is.null(rows$total)) 0 else rows$total) + length(rows$list)
}

# The sizes of a change, in whole units: d, before and after of n people.
SIZES <- c(sizes$names_standardised, "rank_biserial_ci_low", "rank_biserial_ci_high", "superiority", "superiority_ci_low",
           "superiority_ci_high", "hodges_lehmann", "hodges_lehmann_ci_low", "hodges_lehmann_ci_high")
sizes_of <- function(before, after, unit, better) {
    d <- after - before
    n <- length(d)
    if (n == 0) return(rep(NA, length(SIZES)))
    distinct <- sort(unique(d))
    count <- as.numeric(table(factor(d, distinct)))
    one_each <- rep(1, n)
    c(sizes$standardised(before, after, one_each)[1:17], sizes$biserial(distinct, count, 0)[2:3],
      sizes$superior(better * d, one_each), sizes$hodges_lehmann(distinct, count, unit))
}
add_paired <- function(before, after, unit, better) {   # whole units
    d <- after - before
    b <- before / unit; a <- after / unit; change <- d / unit
    n <- length(d)
    for (side in c("before", "after")) {
        x <- if (side == "before") b else a
        q <- if (n > 0) quantile(x, c(.5, .25, .75), type = 7, names = FALSE) else rep(NA, 3)
        add(side, "n", n)
        add(side, "mean", if (n > 0) mean(x) else NA)
        add(side, "sd", if (n > 1) one_mean(x)$sd else NA)
        for (k in 1:3) add(side, c("median", "q1", "q3")[k], q[k])
        add(side, "min", if (n > 0) min(x) else NA)
        add(side, "max", if (n > 0) max(x) else NA)
    }
    m <- one_mean(change)
    add("change", "n", n); add("change", "mean", m$mean); add("change", "sd", m$sd); add("change", "se", m$se)
    add("change", "ci_low", m$low); add("change", "ci_high", m$high); add("change", "t", m$t); add("change", "df", m$df)
    add_p("change", "p_t", m$p, m$log_p)
    defined <- function(x) if (n > 0) x else NA
    up <- sum(d > 0); down <- sum(d < 0)
    add("change", "n_up", defined(up)); add("change", "n_same", defined(sum(d == 0))); add("change", "n_down", defined(down))
    w <- wilcoxon(d)
    add("change", "v", defined(w$v)); add_p("change", "p_wilcoxon", w$p, w$log_p); add("change", "wilcoxon_exact", defined(w$exact))
    size <- up + down
    log_sign <- if (size > 0) min(0, log(2) + pbinom(min(up, down), size, .5, log.p = TRUE)) else NA
    if (size > 0) stopifnot(all.equal(exp(log_sign), binom.test(up, size, .5)$p.value))
    add_p("change", "p_sign", exp(log_sign), log_sign)
    add("change", "dz", if (!is.na(m$sd) && m$sd > 0) m$mean / m$sd else NA)
    vb <- if (n > 1) one_mean(b)$sd^2 else NA
    va <- if (n > 1) one_mean(a)$sd^2 else NA
    add("change", "dav", if (n > 1 && vb + va > 0) m$mean / sqrt((vb + va) / 2) else NA)
    add("change", "rank_biserial", if (size > 0) 2 * w$v / (size * (size + 1) / 2) - 1 else NA)
    add("change", "r", if (n > 1 && vb > 0 && va > 0) cor(b, a) else NA)
    value <- sizes_of(before, after, unit, better)
    for (i in seq_along(SIZES)) add("change", SIZES[i], value[i])
}
REASONS <- c("conflicting_forms", "no_before_form", "after_not_yet_due", "no_after_form", "before_incomplete",
             "after_incomplete", "not_comparable", "no_common_goal")
add_sample <- function(reason) {                        # "" = viable
    add("", "respondents", length(reason)); add("", "viable", sum(reason == "")); add("", "discounted", sum(reason != ""))
    for (r in REASONS) add("", paste0("discounted_", r), sum(reason == r))
    stopifnot(reason %in% c("", REASONS))
}
add_bands <- function(side, units_score, unit, sets) {
    step <- if (unit == 100) 1 else unit                # metric scores: hundredths of a point; else points
    stepped <- floor(units_score / step + 0.5)          # half up: to whole steps
    for (set in names(sets)) {
        found <- 0
        for (band in names(sets[[set]])) {
            edge <- round(sets[[set]][[band]] * unit / step)
            count <- sum(stepped >= edge[1] & stepped <= edge[2])
            found <- found + count
            add(side, paste0(set, ".", band), count)
        }
        stopifnot(found == length(units_score))
    }
}
add_share <- function(statistic, part, whole) {         # in percent, with Wilson's interval
    ends <- if (is.na(part) || whole == 0) c(NA, NA) else suppressWarnings(prop.test(part, whole, correct = FALSE))$conf.int
    add("change", statistic, if (is.na(part) || whole == 0) NA else 100 * part / whole)
    add("change", paste0(statistic, "_ci_low"), 100 * ends[1]); add("change", paste0(statistic, "_ci_high"), 100 * ends[2])
}
add_net <- function(up, down, n) {                      # Bonett and Price (2012): two shares of the same people
    p <- (up + 1) / (n + 2); q <- (down + 1) / (n + 2)
    ends <- p - q + c(-1, 1) * qnorm(.975) * sqrt((p + q - (p - q)^2) / (n + 2))
    add("change", "percent_net_improved", if (is.na(up) || n == 0) NA else 100 * (up - down) / n)
    add("change", "percent_net_improved_ci_low", 100 * max(-1, ends[1])); add("change", "percent_net_improved_ci_high", 100 * min(1, ends[2]))
}
# Movement between the bands of the set that tables print; `usual` is the last band that is not raised.
PRINTED <- c("statistical_15pct", "statistical_1sd", "three")
USUAL <- c(statistical_15pct = "average", statistical_1sd = "medium", three = "normal", four = "close_to_average")
add_band_change <- function(before, after, unit, sets, better, printed) {
    name <- if (!is.null(printed) && printed %in% names(sets)) printed else intersect(PRINTED, names(sets))[1]
    set <- sets[[name]]
    set <- set[order(better * sapply(set, `[`, 1), decreasing = TRUE)]              # best first
    step <- if (unit == 100) 1 else unit
    lows <- sapply(set, function(e) round(e[1] * unit / step)); highs <- sapply(set, function(e) round(e[2] * unit / step))
    band <- function(x) { x <- floor(x / step + 0.5); sapply(x, function(v) which(v >= lows & v <= highs)) }
    k <- length(set)
    x <- table(factor(as.integer(band(before)), 1:k), factor(as.integer(band(after)), 1:k))
    x <- matrix(as.numeric(x), k, k)
    raised <- seq_len(k) > match(USUAL[[name]], names(set))
    add("change", "raised_before", sum(x[raised, ])); add("change", "raised_after", sum(x[, raised]))
    u <- sum(x[!raised, raised]); v <- sum(x[raised, !raised])
    log_p <- if (u + v == 0) NA else min(0, log(2) + pbinom(min(u, v), u + v, .5, log.p = TRUE))
    add_p("change", "p_mcnemar", exp(log_p), log_p)
    moved <- rowSums(x) + colSums(x) > 2 * diag(x)
    y <- x[moved, moved, drop = FALSE]
    chi2 <- df <- log_p <- NA
    if (nrow(y) > 0) {
        s <- -(y + t(y)); diag(s) <- rowSums(y) + colSums(y) - 2 * diag(y)
        e <- eigen(s, symmetric = TRUE)                 # the generalised inverse, whatever the rank
        keep <- e$values > 1e-9 * max(e$values)
        d <- rowSums(y) - colSums(y)
        df <- sum(keep)
        chi2 <- sum(crossprod(e$vectors[, keep, drop = FALSE], d)^2 / e$values[keep])
        log_p <- pchisq(chi2, df, lower.tail = FALSE, log.p = TRUE)
    }
    add("change", "stuart_maxwell_chi2", chi2); add("change", "stuart_maxwell_df", df)
    add_p("change", "p_stuart_maxwell", exp(log_p), log_p)
    better <- sum(x[lower.tri(x)])
    add("change", "better", better); add("change", "same", sum(diag(x))); add("change", "worse", sum(x[upper.tri(x)]))
    add_share("percent_better", better, sum(x))
    rows$key[[1]] <- "band_movement"
    for (i in 1:k) for (j in 1:k) add("change", paste0(name, ".", names(set)[i], ".to.", names(set)[j]), x[i, j])
}
TARGET <- 75                                            # percent of goals
RELIABLE_ENOUGH <- 0.7                                  # below it reliable change is not given
IMPORTANT <- c("wemwbs total" = 3, "swemwbs metric" = 1)
add_stage <- function(stage, x) {
    m <- one_mean(x)
    add(stage, "n", m$n); add(stage, "mean", m$mean); add(stage, "sd", m$sd); add(stage, "ci_low", m$low); add(stage, "ci_high", m$high)
}
add_change <- function(stage, first) {
    for (s in c("change_n", "change_first_mean", "change_this_mean", "change_mean", "change_ci_low", "change_ci_high", "change_p")) {
        value <- if (is.null(first)) NA else switch(s,
            change_n = first$m$n, change_first_mean = first$b, change_this_mean = first$a, change_mean = first$m$mean,
            change_ci_low = first$m$low, change_ci_high = first$m$high, change_p = first$m$p)
        if (s == "change_p" && !is.null(first)) add_p(stage, s, value, first$m$log_p) else add(stage, s, value)
    }
}
add_step <- function(stage, m) {
    add(stage, "step_n", if (is.null(m)) NA else m$n); add(stage, "step_mean", if (is.null(m)) NA else m$mean)
    add(stage, "step_ci_low", if (is.null(m)) NA else m$low); add(stage, "step_ci_high", if (is.null(m)) NA else m$high)
    if (is.null(m)) add(stage, "step_p", NA) else add_p(stage, "step_p", m$p, m$log_p)
}
mean_of <- function(x) if (length(x) > 0) mean(x) else NA

# Who left: scores before, in points, of those who stayed and of those who left. Then what became of everyone's form at
# each stage that the instrument is used at: code "score", "unscored", "none" or "not due", a matrix [person, stage].
add_drop_out <- function(stay, left) {
    for (who in c("stayers", "leavers")) {
        m <- one_mean(if (who == "stayers") stay else left)
        add("", who, m$n); add("", paste0(who, "_mean"), m$mean); add("", paste0(who, "_sd"), m$sd)
    }
    spread <- if (length(stay) > 1 && length(left) > 1) sqrt((one_mean(stay)$sd^2 + one_mean(left)$sd^2) / 2) else 0
    add("", "standardised_difference", if (spread > 0) (mean(stay) - mean(left)) / spread else NA)
}
add_flow <- function(stage, code, paired) {             # paired: NULL at the first stage
    scored <- sum(code == "score"); unscored <- sum(code == "unscored"); not_due <- sum(code == "not due")
    add(stage, "started", length(code)); add(stage, "not_yet_due", not_due); add(stage, "due", length(code) - not_due)
    add(stage, "not_received", sum(code == "none")); add(stage, "received", scored + unscored)
    add(stage, "not_scoreable", unscored); add(stage, "scoreable", scored)
    if (!is.null(paired)) { add(stage, "not_paired", scored - paired); add(stage, "paired", paired) }
}

# The means had nobody left, of y: points [person, stage]. Nothing is said where there is no model, or where the
# fit by residuals finds no way on.
models <- c(un = 0, csh = 0, cs = 0, none = 0)
add_model <- function(y, stages) {
    at <- which(colSums(!is.na(y)) >= 2)                # the stages that take part
    z <- y[, at, drop = FALSE]
    z <- z[rowSums(!is.na(z)) > 0, , drop = FALSE]
    k <- length(at)
    repeated <- sum(rowSums(!is.na(z)) > 1)
    add("", "model_people", nrow(z)); add("", "model_repeated", repeated)
    if (nrow(z) < 10 || k < 2 || any(apply(z, 2, function(v) length(unique(v[!is.na(v)]))) < 2)) return()
    structure <- if (repeated >= 10 * k && all(crossprod(!is.na(z)) > 0)) "un" else if (repeated >= 5 * k) "csh" else "cs"
    found <- tryCatch({
        f <- book$fisher(z, rep(1, nrow(z)), structure)
        robust <- if (structure != "un") book$cr2(f, z, rep(1, nrow(z)))
        v <- if (structure == "un") book$kenward_roger(f) else robust$v
        df <- function(c) if (structure == "un") book$kr_df(f, c) else book$cr2_df(f, robust, c)
        contrasts <- lapply(seq_len(k)[-1], function(i) { c <- numeric(k); c[1] <- -1; c[i] <- 1; list(c = c, df = df(c)) })
        TRUE
    }, error = function(e) FALSE)
    models[[if (found) structure else "none"]] <<- models[[if (found) structure else "none"]] + 1
    if (!found) return()
    add("", "model_outcome", 0); add("", "model_structure", match(structure, c("un", "csh", "cs")))
    add("", "model_reml_loglik", f$loglik)
    for (i in seq_len(k)) {
        name <- stages[at[i]]
        add(name, "model_mean", f$mu[i]); add(name, "model_se", sqrt(v[i, i]))
        if (i == 1 || at[1] != 1) next
        it <- contrasts[[i - 1]]
        d <- sum(it$c * f$mu); se <- sqrt(c(t(it$c) %*% v %*% it$c))
        add(name, "model_change", d); add(name, "model_change_se", se); add(name, "model_change_df", it$df)
        add(name, "model_change_ci_low", d - qt(.975, it$df) * se); add(name, "model_change_ci_high", d + qt(.975, it$df) * se)
        log_p <- log(2) + pt(-abs(d / se), it$df, log.p = TRUE)
        add(name, "model_change_p", exp(log_p), if (log_p < -2) log_p else NA)
    }
}

# How the items of a scale go together: x of complete forms, turned round where the scale does so; at = their numbers.
f_quantile <- function(p, df1, df2) {                   # R 4.2's qf() has four digits only at large degrees of freedom
    q <- qf(p, df1, df2)
    for (i in 1:20) q <- q - (pf(q, df1, df2) - p) / df(q, df1, df2)
    q
}
add_items <- function(stage, x, at) {
    n <- nrow(x); k <- ncol(x)
    total <- rowSums(x)
    alpha <- if (n > 1 && var(total) > 0) k / (k - 1) * (1 - sum(apply(x, 2, var)) / var(total)) else NA
    f <- if (is.na(alpha) || alpha == 1) c(NA, NA) else f_quantile(c(.975, .025), n - 1, (n - 1) * (k - 1))
    add(stage, "forms", n); add(stage, "alpha", alpha)
    add(stage, "alpha_ci_low", 1 - (1 - alpha) * f[1]); add(stage, "alpha_ci_high", 1 - (1 - alpha) * f[2])
    for (i in order(at)) {
        rest <- total - x[, i]
        add(stage, paste0("item_rest_", at[i]), if (n > 1 && var(x[, i]) > 0 && var(rest) > 0) round(cor(x[, i], rest), 15) else NA)
    }
}
SDQ <- list(emotional = c(3, 8, 13, 16, 24), conduct = c(5, 7, 12, 18, 22), hyperactivity = c(2, 10, 15, 21, 25),
            peer = c(6, 11, 14, 19, 23), prosocial = c(1, 4, 9, 17, 20))
SDQ <- c(SDQ, list(total = unlist(SDQ[1:4], use.names = FALSE), externalising = c(SDQ$conduct, SDQ$hyperactivity), internalising = c(SDQ$emotional, SDQ$peer)))
ITEMS <- list(wemwbs = list(total = 1:14), swemwbs = list(raw = 1:7), "sdq-parent" = SDQ, "sdq-self" = SDQ,
              "score-15" = list(total = 1:15, strengths = c(1, 3, 6, 10, 15), difficulties = c(5, 7, 9, 11, 14), communication = c(2, 4, 8, 12, 13)))
TURNED <- list(wemwbs = c(), swemwbs = c(), "sdq-parent" = c(7, 11, 14, 21, 25), "sdq-self" = c(7, 11, 14, 21, 25), "score-15" = c(2, 4, 5, 7, 8, 9, 11, 12, 13, 14))
TURN <- c("sdq-parent" = 2, "sdq-self" = 2, "score-15" = 6)
ENDS <- list(wemwbs = list(total = c(14, 70)), swemwbs = list(raw = c(7, 35), metric = c(7, 35)),
             "score-15" = list(total = c(15, 75), strengths = c(5, 25), difficulties = c(5, 25), communication = c(5, 25)))
ENDS$`sdq-parent` <- ENDS$`sdq-self` <- c(setNames(rep(list(c(0, 10)), 6), c(names(SDQ)[1:5], "impact")),
                                          list(total = c(0, 40), externalising = c(0, 20), internalising = c(0, 20)))
add_ends <- function(stage, x, ends) {                  # x in points
    for (i in 1:2) {
        there <- sum(x == ends[i])
        add(stage, c("floor", "ceiling")[i], there)
        add(stage, c("floor_percent", "ceiling_percent")[i], if (length(x) > 0) 100 * there / length(x) else NA)
    }
}

# ---- forms -----------------------------------------------------------------------------------
STATUS <- c("used", "blank", "no_id", "unknown_stage", "outside_window", "duplicate_same", "conflicting", "too_few_items")
add_forms <- function(status) {
    add("", "rows", length(status))
    for (s in STATUS) add("", s, sum(status == s))
    stopifnot(status %in% STATUS)
}
stage_of <- function(text, stages) {
    text <- trimws(text)
    found <- rep(NA_integer_, length(text))
    for (s in seq_along(stages)) found[text %in% c(names(stages)[s], stages[[s]]$values)] <- s
    found
}
# The status of each form; who = the thing that may have one form a stage. `alike` = what is compared.
# in_window: the forms of a stage with a window are tried in the order of their distance.
settle <- function(status, who, stage, alike, distance = rep(0, length(who))) {
    open <- which(status == "used")
    for (same in split(open, paste(who[open], stage[open], sep = "\t"))) {
        if (length(same) == 1) next
        near <- same[distance[same] == min(distance[same])]
        if (length(unique(alike[near])) > 1) { status[same] <- "conflicting"; next }
        keep <- near[1]
        rest <- setdiff(same, keep)
        status[rest] <- ifelse(alike[rest] == alike[keep], "duplicate_same", "conflicting")
    }
    status
}
# Which cohort column values count for each respondent: those of the form that cohort_from names,
# else of the first form there is.
cohorts_of <- function(study, cells, id, stage, ids) {
    columns <- unique(unlist(study$cohorts))
    if (length(columns) == 0) return(matrix("", length(ids), 0))
    wanted <- switch(study$cohort_from, before = study$before, after = study$after, first = 1)
    best <- sapply(ids, function(who) {
        at <- which(id == who & !is.na(stage))
        at[order(stage[at] != wanted, stage[at])][1]
    })
    value <- apply(cells[best, columns, drop = FALSE], 2, text_of)
    value <- matrix(value, length(ids))
    value[value == ""] <- "Not recorded"
    value
}
# A value in a crossing: quoted when " / " in it, or a quote before it, would make the crossing unclear.
crossed <- function(value) ifelse(grepl(" / ", value, fixed = TRUE) | startsWith(value, "\""), paste0("\"", gsub("\"", "\"\"", value), "\""), value)
# The breakdowns as lists of by, cohort, members.
breakdowns <- function(study, cohort) {
    out <- list(list(by = "", cohort = "All", of = rep(TRUE, nrow(cohort))))
    columns <- unique(unlist(study$cohorts))
    for (crossing in study$cohorts) {
        values <- cohort[, match(crossing, columns), drop = FALSE]
        label <- if (length(crossing) == 1) values[, 1]
                 else apply(values, 1, function(v) paste(crossed(v), collapse = " / "))
        stopifnot(length(unique(label)) == nrow(unique(values)))
        for (one in unique(label)) out[[length(out) + 1]] <- list(by = paste(crossing, collapse = ","), cohort = one, of = label == one)
    }
    out
}

# ---- a study of questionnaires -----------------------------------------------------------------
# forms: list(cells, id, stage_text, groups); for a wide file, the forms of all stages below each other.
questionnaire <- function(study, instrument, forms) {
    n <- length(forms$id)
    status <- rep("used", n)
    id <- text_of(forms$id)
    stage <- forms$stage
    blank <- Reduce(`&`, lapply(forms$groups, function(g) rowSums(!is.na(g)) == 0))
    scores <- instrument$score(forms$groups)
    distance <- rep(0, n)
    day <- if (is.null(forms$date)) NULL else as.Date(forms$date)
    lag_at <- function(s) {                              # days since the form that stage s counts from
        start <- which(!blank & id != "" & stage == study$stages[[s]]$after)
        as.integer(day - day[start][match(id, id[start])])
    }
    for (s in seq_along(study$stages)) if (!is.null(study$stages[[s]]$window)) {
        window <- study$stages[[s]]$window               # a form that names no stage is placed by its date
        lag <- lag_at(s)
        stage[forms$unnamed & !is.na(lag) & lag >= window[1] & lag <= window[2]] <- s
    }
    status[is.na(stage)] <- "unknown_stage"
    if (!is.null(day)) status[is.na(stage) & forms$unnamed & !is.na(day)] <- "outside_window"
    status[id == ""] <- "no_id"
    status[blank] <- "blank"
    due <- list()
    for (s in seq_along(study$stages)) {
        window <- study$stages[[s]]$window
        if (is.null(window)) next
        lag <- lag_at(s)
        here <- which(status == "used" & stage == s)
        # without a form to count from, a form stays at the stage that it names
        status[here[!is.na(lag[here]) & (lag[here] < window[1] | lag[here] > window[2])]] <- "outside_window"
        distance[here] <- switch(study$stages[[s]]$pick, nearest = abs(2 * lag[here] - sum(window)), first = lag[here], last = -lag[here])
        distance[is.na(distance)] <- 0
        due[[s]] <- setNames(day - lag + window[1], id)
    }
    status <- settle(status, id, stage, apply(scores, 1, paste, collapse = " "), distance)
    none <- rowSums(!is.na(scores)) == 0
    status[status == "used" & none] <- "too_few_items"
    row_key("forms", "", "All", instrument$name, "")
    add_forms(status)

    there <- !(status %in% c("blank", "no_id", "unknown_stage", "outside_window"))
    ids <- unique(id[there])
    stage_there <- ifelse(there, stage, NA)
    cohort <- cohorts_of(study, forms$cells, id, stage_there, ids)
    kept <- status %in% c("used", "too_few_items")
    n_stages <- length(study$stages)
    # what[[i, s]]: "" a form, "none", "conflict"; score[i, s]
    what <- matrix("none", length(ids), n_stages)
    for (s in 1:n_stages) {
        what[ids %in% id[there & stage == s & !is.na(stage)], s] <- "conflict"
        what[ids %in% id[kept & stage == s & !is.na(stage)], s] <- "form"
    }
    parts <- breakdowns(study, cohort)
    # As read: by the stage that the form names, or none where only a date says it; by the cohort that it names itself.
    named <- forms$stage
    unplaced <- if (is.null(day)) rep(FALSE, n) else is.na(named) & forms$unnamed
    complete_form <- rowSums(is.na(forms$groups$items)) == 0 & id != "" & (!is.na(named) | unplaced)
    keyed <- forms$groups$items
    for (i in TURNED[[instrument$name]]) keyed[, i] <- TURN[[instrument$name]] - keyed[, i]
    columns <- unique(unlist(study$cohorts))
    own <- matrix(text_of(forms$cells[, columns, drop = FALSE]), n)
    own[own == ""] <- "Not recorded"
    form_cohort <- list("(all)" = rep("All", n))
    for (crossing in study$cohorts) {
        mine <- own[, match(crossing, columns), drop = FALSE]
        form_cohort[[paste(crossing, collapse = ",")]] <- if (length(crossing) == 1) mine[, 1] else apply(mine, 1, function(v) paste(crossed(v), collapse = " / "))
    }
    not_due <- sapply(1:n_stages, function(s) {
        if (is.null(study$as_of) || length(due) < s || is.null(due[[s]])) return(rep(FALSE, length(ids)))
        when <- due[[s]]
        when <- when[!duplicated(names(when))][ids]
        !is.na(when) & when > as.Date(study$as_of)
    })
    not_due <- matrix(not_due, length(ids))
    per_scale <- lapply(instrument$scales, function(scale) {
        value <- matrix(NA_real_, length(ids), n_stages)
        for (s in 1:n_stages) { at <- which(kept & stage == s); value[match(id[at], ids), s] <- scores[at, scale] }
        b <- what[, study$before]; a <- what[, study$after]
        not_due <- rep(FALSE, length(ids))
        if (!is.null(study$as_of) && length(due) >= study$after && !is.null(due[[study$after]])) {
            when <- due[[study$after]]
            when <- when[!duplicated(names(when))][ids]
            not_due <- !is.na(when) & when > as.Date(study$as_of)
        }
        reason <- ifelse(b == "conflict" | a == "conflict", "conflicting_forms",
                  ifelse(b == "none", "no_before_form",
                  ifelse(a == "none" & not_due, "after_not_yet_due",
                  ifelse(a == "none", "no_after_form",
                  ifelse(is.na(value[, study$before]), "before_incomplete",
                  ifelse(is.na(value[, study$after]), "after_incomplete", ""))))))
        list(value = value, reason = reason)
    })
    names(per_scale) <- instrument$scales
    for (part in parts) for (scale in instrument$scales) {
        unit <- instrument$units[[scale]]
        value <- per_scale[[scale]]$value[part$of, , drop = FALSE]
        reason <- per_scale[[scale]]$reason[part$of]
        pair <- value[reason == "", , drop = FALSE]
        key <- function(table) row_key(table, part$by, part$cohort, instrument$name, scale)
        key("before_after")
        add_sample(reason)
        before <- pair[, study$before]; after <- pair[, study$after]
        add_paired(before, after, unit, instrument$better[[scale]])
        important <- IMPORTANT[paste(instrument$name, scale)]
        if (!is.na(important)) add("change", "important_change", important)
        if (!is.null(instrument$bands[[scale]])) {
            key("bands")
            add_bands("before", before, unit, instrument$bands[[scale]])
            add_bands("after", after, unit, instrument$bands[[scale]])
            key("band_change")
            add_band_change(before, after, unit, instrument$bands[[scale]], instrument$better[[scale]], instrument$printed)
        }
        if (!is.null(instrument$rci[[scale]])) {
            key("reliable_change")
            rci <- instrument$rci[[scale]]
            if (isTRUE(study$sd_of_study)) {             # every score before, of all respondents
                everyone <- per_scale[[scale]]$value[, study$before] / unit
                rci[["sd"]] <- one_mean(everyone[!is.na(everyone)])$sd
            }
            threshold <- 1.96 * sqrt(2) * rci[["sd"]] * sqrt(1 - rci[["r"]])
            gain <- instrument$better[[scale]] * (after - before) / unit
            add("change", "threshold", threshold); add("change", "rci_sd", rci[["sd"]]); add("change", "rci_reliability", rci[["r"]])
            given <- rci[["r"]] >= RELIABLE_ENOUGH && length(gain) > 0            # "everything but n at n = 0"
            some <- function(count) if (given) count else NA
            add("change", "improved", some(sum(gain > threshold))); add("change", "unchanged", some(sum(abs(gain) <= threshold)))
            add("change", "deteriorated", some(sum(gain < -threshold)))
            add("change", "net_improved", some(sum(gain > threshold) - sum(gain < -threshold)))
            add_net(some(sum(gain > threshold)), some(sum(gain < -threshold)), length(gain))
            add_share("percent_improved", some(sum(gain > threshold)), length(gain))
            add_share("percent_unchanged", some(sum(abs(gain) <= threshold)), length(gain))
            add_share("percent_deteriorated", some(sum(gain < -threshold)), length(gain))
        }
        key("trajectory")
        complete <- rowSums(is.na(value)) == 0
        for (s in 1:n_stages) {
            name <- names(study$stages)[s]
            add_stage(name, value[!is.na(value[, s]), s] / unit)
            versus <- function(from) { both <- !is.na(value[, from]) & !is.na(value[, s]); list(b = value[both, from], a = value[both, s]) }
            if (s == 1) { add_change(name, NULL); add_step(name, NULL) }
            else {
                p <- versus(1)
                add_change(name, list(m = one_mean((p$a - p$b) / unit), b = mean_of(p$b / unit), a = mean_of(p$a / unit)))
                p <- versus(s - 1)
                add_step(name, one_mean((p$a - p$b) / unit))
            }
            add(name, "same_n", sum(complete)); add(name, "same_mean", mean_of(value[complete, s] / unit))
        }
        add_model(value / unit, names(study$stages))
        key("drop_out")
        add_drop_out(before / unit, value[reason == "no_after_form" & !is.na(value[, study$before]), study$before] / unit)
        code <- ifelse(!is.na(per_scale[[scale]]$value), "score", ifelse(what != "none", "unscored", ifelse(not_due, "not due", "none")))
        for (s in 1:n_stages) if (any(code[, s] != "none"))
            add_flow(names(study$stages)[s], code[part$of, s], if (s > 1) sum(!is.na(value[, 1]) & !is.na(value[, s])))
        key("item_analysis")
        items <- ITEMS[[instrument$name]][[scale]]
        mine <- complete_form & form_cohort[[if (part$by == "") "(all)" else part$by]] == part$cohort
        if (!is.null(items) && any(complete_form & unplaced)) add_items("", keyed[mine & unplaced, items, drop = FALSE], items)
        for (s in 1:n_stages) {
            name <- names(study$stages)[s]
            if (!is.null(items)) add_items(name, keyed[mine & !unplaced & !is.na(named) & named == s, items, drop = FALSE], items)
            add_ends(name, value[!is.na(value[, s]), s] / unit, ENDS[[instrument$name]][[scale]])
        }
    }
}
long_forms <- function(study, cells, items, low, high, pick = NULL, dated = FALSE, separator = ",") {
    answers <- answers_of(cells[, items, drop = FALSE], low, high)
    if (!is.null(pick)) answers <- answers[, pick, drop = FALSE]
    list(cells = cells, id = cells[, "participant"], stage = stage_of(cells[, "stage"], study$stages),
         groups = list(items = answers), unnamed = trimws(cells[, "stage"]) == "",
         date = if (dated) sub("T.*", "", text_of(cells[, "date"])) else NULL)
}

# ---- a study of goals ----------------------------------------------------------------------------
FAMILY_UNIT <- 27720                                    # a mean of up to 12 goals is a whole number of these
t_units <- function(x, w) {                             # the T score in units of 1e-10
    if (all(w == 0)) w <- rep(1, length(w))
    round((50 + 10 * sum(w * x) / sqrt(0.7 * sum(w^2) + 0.3 * sum(w)^2)) * 1e10)
}
goals <- function(study, cells, weighted) {
    n <- nrow(cells)
    id <- text_of(cells[, "family"]); goal <- text_of(cells[, "goal"])
    stage <- stage_of(cells[, "stage"], study$stages)
    level_text <- trimws(cells[, "level"])
    level_text[level_text == "-0.5"] <- "-1"            # partly achieved counts as not achieved
    level <- answers_of(cbind(level_text), -2, 2)[, 1]
    weight <- if (weighted) as.numeric(cells[, "weight"]) else rep(1, n)
    status <- rep("used", n)
    status[is.na(stage)] <- "unknown_stage"
    status[id == ""] <- "no_id"
    status[is.na(level)] <- "blank"
    who <- paste(id, goal, sep = "\t")
    status <- settle(status, who, stage, as.character(level))
    row_key("forms", "", "All", "gas", "")
    add_forms(status)
    there <- status %in% c("used", "duplicate_same", "conflicting")
    ids <- unique(id[there])
    cohort <- cohorts_of(study, cells, id, ifelse(there, stage, NA), ids)
    n_stages <- length(study$stages)
    all_goals <- unique(who[there])                     # set: rated at a declared stage, even if in conflict
    owner <- match(sub("\t.*", "", all_goals), ids)
    x <- w <- matrix(NA_real_, length(all_goals), n_stages)
    used <- which(status == "used")
    x[cbind(match(who[used], all_goals), stage[used])] <- level[used]
    w[cbind(match(who[used], all_goals), stage[used])] <- weight[used]
    mean_units <- function(x) round(FAMILY_UNIT * sum(x) / length(x))
    at_stage <- function(s, score) sapply(seq_along(ids), function(i) {
        g <- which(owner == i & !is.na(x[, s])); if (length(g) == 0) NA else score(x[g, s], w[g, s]) })
    on_both <- function(from, to, score) t(sapply(seq_along(ids), function(i) {
        g <- which(owner == i & !is.na(x[, from]) & !is.na(x[, to]))
        if (length(g) == 0) c(NA, NA) else c(score(x[g, from], w[g, from]), score(x[g, to], w[g, from])) }))
    form_at <- function(s) ids %in% id[status == "used" & stage == s]
    conflict_at <- function(s)
        ids %in% id[status == "conflicting" & stage == s] & (CONFLICT_BESIDE_RATINGS | !form_at(s))
    scales <- list(family_level = list(unit = FAMILY_UNIT, score = function(x, w) mean_units(x)), t_score = list(unit = 1e10, score = t_units))
    b <- study$before; a <- study$after
    for (scale in names(scales)) {
        score <- scales[[scale]]$score
        scales[[scale]]$pair <- on_both(b, a, score)
        viable <- !is.na(scales[[scale]]$pair[, 1])
        scales[[scale]]$reason <- ifelse(viable, "", ifelse(conflict_at(b) | conflict_at(a), "conflicting_forms",
            ifelse(!form_at(b), "no_before_form", ifelse(!form_at(a), "no_after_form", "no_common_goal"))))
        scales[[scale]]$value <- sapply(1:n_stages, at_stage, score = score)
        scales[[scale]]$first <- lapply(1:n_stages, function(s) on_both(1, s, score))
        scales[[scale]]$step <- lapply(1:n_stages, function(s) on_both(max(1, s - 1), s, score))
    }
    facts <- c("category", study$flags)
    fact <- sapply(facts, function(f) { v <- text_of(cells[match(all_goals, who), f]); ifelse(v == "", "Not recorded", v) })
    fact <- matrix(fact, length(all_goals), dimnames = list(NULL, facts))
    # Of goals, families are the respondents. Levels and shares in halves of a point.
    families_of <- function(value, goal, target = 0)
        kin$statistics(list(units = 2, families = unname(split(2 * value, owner[goal])), count = rep(1, length(unique(owner[goal]))), target = target))
    add_families <- function(value, goal) {
        if (length(goal) == 0) {
            add("change", "families", 0)
            for (name in c("se_family", "df_family", "ci_family_low", "ci_family_high", "p_family", "icc", "p_sign_flip", "sign_flip_exact")) add("change", name, NA)
            return()
        }
        f <- families_of(value, goal)
        add("change", "families", f["families"]); add("change", "se_family", f["se"]); add("change", "df_family", f["df"])
        add("change", "ci_family_low", f["ci_low"]); add("change", "ci_family_high", f["ci_high"])
        add_p("change", "p_family", exp(f["log_p"]), f["log_p"]); add("change", "icc", f["icc"])
        add("change", "p_sign_flip", f["p_sign_flip"]); add("change", "sign_flip_exact", f["sign_flip_exact"])
    }
    attainment <- function(by, label, mine) {
        row_key("attainment", by, label, "gas", "level")
        for (kind in c("latest", "after")) {
            last <- if (kind == "after") x[mine, a]
                    else apply(x[mine, -1, drop = FALSE], 1, function(v) { v <- v[!is.na(v)]; if (length(v)) v[length(v)] else NA })
            last <- as.numeric(last)
            set <- sum(mine); seen <- sum(!is.na(last)); ok <- sum(last >= 0, na.rm = TRUE)
            add(kind, "goals_set", set); add(kind, "goals", seen); add(kind, "not_reviewed", set - seen)
            add(kind, "attained", ok); add(kind, "not_attained", seen - ok)
            add(kind, "percent", if (seen > 0) 100 * ok / seen else NA); add(kind, "percent_of_set", if (set > 0) 100 * ok / set else NA)
            ends <- if (seen == 0) c(NA, NA) else suppressWarnings(prop.test(ok, seen, correct = FALSE))$conf.int
            add(kind, "wilson_ci_low", 100 * ends[1]); add(kind, "wilson_ci_high", 100 * ends[2])
            goal <- which(mine)[!is.na(last)]
            f <- if (seen == 0) c(families = 0, ci_low = NA, ci_high = NA, log_p_target = NA)
                 else families_of(100 * (last[!is.na(last)] >= 0), goal, TARGET)
            add(kind, "families", f["families"]); add(kind, "percent_ci_low", f["ci_low"]); add(kind, "percent_ci_high", f["ci_high"])
            add_p(kind, "p_target", exp(f["log_p_target"]), f["log_p_target"])
            p <- if (seen == 0) NA else binom.test(ok, seen, TARGET / 100)$p.value
            add_p(kind, "p_binomial", p, log(p))
        }
    }
    for (part in breakdowns(study, cohort)) {
        mine <- part$of[owner]
        row_key("before_after", part$by, part$cohort, "gas", "level")
        both <- mine & !is.na(x[, b]) & !is.na(x[, a])
        for (side in c("before", "after", "change")) {
            v <- one_mean(switch(side, before = x[both, b], after = x[both, a], change = x[both, a] - x[both, b]))
            add(side, "n", v$n); add(side, "mean", v$mean); add(side, "sd", v$sd)
        }
        add_families(x[both, a] - x[both, b], which(both))
        row_key("trajectory", part$by, part$cohort, "gas", "level")
        for (s in 1:n_stages) {
            v <- one_mean(x[mine & !is.na(x[, s]), s]); name <- names(study$stages)[s]
            add(name, "n", v$n); add(name, "mean", v$mean); add(name, "sd", v$sd)
        }
        for (scale in names(scales)) {
            it <- scales[[scale]]
            row_key("before_after", part$by, part$cohort, "gas", scale)
            add_sample(it$reason[part$of])
            ok <- part$of & it$reason == ""
            add_paired(it$pair[ok, 1], it$pair[ok, 2], it$unit, 1)
            row_key("trajectory", part$by, part$cohort, "gas", scale)
            complete <- part$of & rowSums(is.na(it$value)) == 0
            for (s in 1:n_stages) {
                name <- names(study$stages)[s]
                add_stage(name, it$value[part$of & !is.na(it$value[, s]), s] / it$unit)
                if (s == 1) { add_change(name, NULL); add_step(name, NULL) }
                else {
                    p <- it$first[[s]][part$of, , drop = FALSE]; p <- p[!is.na(p[, 1]), , drop = FALSE]
                    add_change(name, list(m = one_mean((p[, 2] - p[, 1]) / it$unit), b = mean_of(p[, 1] / it$unit), a = mean_of(p[, 2] / it$unit)))
                    p <- it$step[[s]][part$of, , drop = FALSE]; p <- p[!is.na(p[, 1]), , drop = FALSE]
                    add_step(name, one_mean((p[, 2] - p[, 1]) / it$unit))
                }
                add(name, "same_n", sum(complete)); add(name, "same_mean", mean_of(it$value[complete, s] / it$unit))
            }
            add_model(it$value[part$of, , drop = FALSE] / it$unit, names(study$stages))
            row_key("drop_out", part$by, part$cohort, "gas", scale)
            gone <- part$of & it$reason == "no_after_form" & !is.na(it$value[, b])
            add_drop_out(it$pair[ok, 1] / it$unit, it$value[gone, b] / it$unit)
            code <- sapply(1:n_stages, function(s) ifelse(!is.na(it$value[, s]), "score", ifelse(form_at(s) | conflict_at(s), "unscored", "none")))
            code <- matrix(code, length(ids))
            for (s in 1:n_stages) if (any(code[, s] != "none"))
                add_flow(names(study$stages)[s], code[part$of, s], if (s > 1) sum(part$of & !is.na(it$first[[s]][, 1])))
            if (scale == "t_score") {
                row_key("item_analysis", part$by, part$cohort, "gas", scale)
                for (s in 1:n_stages) {
                    v <- one_mean(it$value[part$of & !is.na(it$value[, s]), s] / it$unit - 50)
                    name <- names(study$stages)[s]
                    add(name, "from_50", v$mean); add(name, "from_50_ci_low", v$low); add(name, "from_50_ci_high", v$high)
                    add_p(name, "p_from_50", v$p, v$log_p)
                }
            }
        }
        row_key("goal_levels", part$by, part$cohort, "gas", "level")
        for (s in 0:n_stages) {
            at <- if (s > 0) x[mine, s] else apply(x[mine, -1, drop = FALSE], 1, function(v) { v <- v[!is.na(v)]; if (length(v)) v[length(v)] else NA })
            for (v in -2:2) add(if (s > 0) names(study$stages)[s] else "latest", paste0("level_", v), sum(at == v, na.rm = TRUE))
        }
        attainment(part$by, part$cohort, mine)
        for (f in facts) for (v in unique(fact[mine, f])) {
            by <- if (part$by == "") f else paste(part$by, f, sep = ",")
            label <- if (part$by == "") v else paste(if (grepl(",", part$by)) part$cohort else crossed(part$cohort), crossed(v), sep = " / ")
            attainment(by, label, mine & fact[, f] == v)
        }
    }
}
stopifnot(t_units(c(-1, -2, -1), c(6, 2, 3)) / 1e10 - 34.5282 < 5e-5, t_units(c(-2, 0, -1, 2, 0, 1), c(3, 5, 1, 4, 2, 6)) == 55e10,
          t_units(c(0, 1), c(0, 0)) / 1e10 - 56.2017 < 5e-5)

# ---- making the data ---------------------------------------------------------------------------
folder <- function(name) { dir.create(file.path(root, name), recursive = TRUE, showWarnings = FALSE); file.path(root, name) }
write_text <- function(path, lines, end = "\n", bom = FALSE) {
    out <- file(path, "wb")
    if (bom) writeBin(as.raw(c(0xef, 0xbb, 0xbf)), out)
    writeBin(charToRaw(enc2utf8(paste0(paste(lines, collapse = end), end))), out)
    close(out)
}
# cells as lines; what needs quotes gets them
lines_of <- function(cells, separator = ",") {
    q <- function(v) ifelse(grepl(paste0("[\"\r\n", separator, "]"), v), paste0("\"", gsub("\"", "\"\"", v), "\""), v)
    apply(rbind(colnames(cells), cells), 1, function(v) paste(q(v), collapse = separator))
}
clamp <- function(x, low, high) pmin(pmax(round(x), low), high)
likert <- function(n, k, level, spread = 0.9, low = 1, high = 5)
    matrix(clamp(rep(level, k) + rnorm(n * k, 0, spread), low, high), n)
holes <- function(items, per_row) {                     # per_row[i] cells of row i become NA
    for (i in seq_len(nrow(items))) if (per_row[i] > 0) items[i, sample(ncol(items), per_row[i])] <- NA
    items
}
as_text <- function(items) { text <- matrix(as.character(items), nrow(items)); text[is.na(text)] <- ""; text }
shuffled <- function(cells) cells[sample(nrow(cells)), , drop = FALSE]
missing_line <- 'missing: ["", NA, "-9"]'

# (a) WEMWBS long: six stages, drop-out, every kind of bad cell and row; both rules --------------------
local({
    dir <- folder("wemwbs_long")
    stages <- list(start = list(values = "T1"), `end of phase 1` = list(values = c("T2", "End Phase 1")), `1 month` = list(), `3 months` = list(),
                   `6 months` = list(), `12 months` = list(values = "T6"))
    n <- 120
    person <- sprintf("P%03d", 1:n)
    site <- sample(c("Site 2", "Site 10", "M\u00f4n, Ynys", ""), n, TRUE, c(.4, .3, .25, .05))
    theta <- rnorm(n, 0, .6)
    last <- sample(1:6, n, TRUE, c(.06, .05, .06, .08, .1, .65))
    blocks <- list()
    for (s in 1:6) {
        here <- which(last >= s & (runif(n) < .95))
        items <- likert(length(here), 14, 3.1 + theta[here] + c(0, .35, .3, .32, .4, .55)[s] + rnorm(length(here), 0, .35))
        items <- holes(items, sample(c(0, 1, 2, 3, 4, 14), length(here), TRUE, c(.8, .06, .04, .03, .03, .04)))
        text <- as_text(items)
        bad <- which(runif(length(text)) < .004)
        text[bad] <- sample(c("x", "9", "2.5", "-9", "NA", "0", "6"), length(bad), TRUE)
        nice <- which(runif(length(text)) < .01 & text != "")
        text[nice] <- ifelse(grepl("^[1-5]$", text[nice]), paste0(text[nice], ".0"), text[nice])
        blocks[[s]] <- cbind(participant = person[here], site = site[here],
                             stage = sapply(here, function(i) sample(c(names(stages)[s], stages[[s]]$values), 1)), text)
    }
    cells <- do.call(rbind, blocks)
    items <- sprintf("wemwbs_%02d", 1:14)
    half <- c(rep("5", 5), rep("4", 5), "3", "3", "", "")      # 51 of 12 items is 59.5 of 14, in the band of 60
    cells <- rbind(cells, c("P801", "Site 2", "start", half), c("P801", "Site 2", "12 months", rev(half)),
                   c("P802", "Site 2", "start", half), c("P802", "Site 2", "12 months", rep("4", 14)))
    colnames(cells) <- c("participant", "site", "stage", items)
    is_start <- cells[, "stage"] %in% c("start", "T1")
    filled <- rowSums(cells[, items] != "") == 14
    # moved: another site at a later stage; two more have no site before and one after
    movers <- sample(person[person %in% cells[is_start & filled, "participant"]], 12)
    cells[cells[, "participant"] %in% movers & !is_start & runif(nrow(cells)) < .6, "site"] <- "Site 2"
    # conflicts, duplicates with the same and with other answers of the same total, no id, unknown stage
    pick <- function(k) sample(which(filled & !(cells[, "participant"] %in% movers)), k)
    same <- cells[pick(8), ]
    same_total <- cells[pick(6), ]; same_total[, items] <- t(apply(same_total[, items], 1, rev))
    other <- cells[pick(9), ]; other[, items[1]] <- ifelse(other[, items[1]] == "1", "2", "1")
    partial <- cells[pick(3), ]; partial[, items[3:9]] <- ""
    third <- rbind(other[1, ], same[1, ])
    nobody <- cells[pick(4), ]; nobody[, "participant"] <- c("", " ", "NA", "")
    strange <- cells[pick(5), ]; strange[, "stage"] <- c("someday", "", "T9", "Start?", "12")
    only_strange <- cells[pick(1), , drop = FALSE]; only_strange[, "participant"] <- "P900"; only_strange[, "stage"] <- "review"
    empty <- cells[pick(3), ]; empty[, items] <- ""
    bare <- cells[1:2, ]; bare[] <- ""
    spaced <- sample(nrow(cells), 10)
    cells[spaced, "participant"] <- paste0(" ", cells[spaced, "participant"], " ")
    cells <- shuffled(rbind(cells, same, same_total, other, partial, third, nobody, strange, only_strange, empty, bare))
    comment <- sample(c("", "", "", "line one\r\nline two", "a \"quote\", a comma", "\n\n", "x\r\n\r\ny;z"), nrow(cells), TRUE)
    cells <- cbind(cells, comment = comment, wemwbs_15 = "7")
    cells <- cells[, c("comment", rev(items)[1:5], "site", "wemwbs_15", "stage", items[1:4], "participant", items[5:9])]
    write_text(file.path(dir, "wemwbs.csv"), lines_of(cells), "\r\n", bom = TRUE)
    for (rule in c("discount", "published")) write_text(file.path(dir, sprintf("study-%s.yaml", rule)), c(
        sprintf("title: WEMWBS over six stages, %s (synthetic)", rule), "stages:", "  - {name: start, values: [T1]}",
        "  - {name: end of phase 1, values: [T2, End Phase 1]}", "  - 1 month", "  - 3 months", "  - 6 months",
        "  - {name: 12 months, values: [T6]}", "before: start", "after: 12 months", "cohorts: [site]", missing_line, "sources:",
        "  - file: wemwbs.csv", "    instrument: wemwbs", "    items: \"wemwbs_{01..14}\"", sprintf("    incomplete: %s", rule)))
    read <- read_cells(file.path(dir, "wemwbs.csv"))
    study <- list(stages = stages, before = 1, after = 6, cohorts = list("site"), cohort_from = "before")
    for (rule in c("discount", "published")) {
        start_rows()
        questionnaire(study, wemwbs(rule), long_forms(study, read, items, 1, 5))
        write_rows(file.path(dir, sprintf("expected-%s.csv", rule)))
    }
})

# (b) parent SDQ wide: worded answers, impact, a crossing, awkward names ---------------------------------
local({
    dir <- folder("sdq_wide")
    n <- 110
    area <- sample(c("All", "b / c", "x, \"y\"", "<b>", ""), n, TRUE, c(.3, .25, .25, .17, .03))
    year <- sample(c("2016", "a / b"), n, TRUE)
    severity <- rnorm(n, 0, .35)
    words <- c(`Not true` = "0", `Somewhat true` = "1", `Certainly true` = "2")
    page <- function(level) {
        items <- likert(n, 25, level, .75, 0, 2)
        items <- holes(items, sample(c(0, 1, 2, 5, 9, 14, 25), n, TRUE, c(.7, .1, .06, .05, .04, .02, .03)))
        text <- as_text(items)
        text[] <- ifelse(text == "" | runif(length(text)) < .4, text, names(words)[match(text, words)])
        bad <- which(runif(length(text)) < .004)
        text[bad] <- sample(c("maybe", "-9", "3", "1.5"), length(bad), TRUE)
        text
    }
    impact <- function(level) {
        items <- cbind(likert(n, 1, level, .9, 0, 3), likert(n, 5, level, .8, 0, 3))
        items <- holes(items, sample(c(0, 1, 3, 5, 6), n, TRUE, c(.75, .1, .05, .05, .05)))
        as_text(items)
    }
    gone <- runif(n) < .12
    t1 <- page(.75 + severity); i1 <- impact(1.3 + severity); t2 <- page(.6 + severity); i2 <- impact(.9 + severity)
    t2[gone, ] <- ""; i2[gone & runif(n) < .8, ] <- ""
    cells <- cbind(sprintf("K%03d", 1:n), area, year, t1, i1, t2, i2)
    colnames(cells) <- c("ref", "area", "year", paste0("T1_Q", 1:25), paste0("T1_I", 0:5), paste0("T2_Q", 1:25), paste0("T2_I", 0:5))
    twice <- cells[c(3, 4, 5), ]
    differ <- cells[c(6, 7, 8, 9), ]; differ[, "T2_Q1"] <- "0"; differ[, "T2_Q4"] <- "0"; differ[, "T2_Q9"] <- "0"; differ[, "T2_Q17"] <- "0"
    nobody <- cells[c(10, 11), ]; nobody[, "ref"] <- ""
    cells <- shuffled(rbind(cells, twice, differ, nobody))
    cells <- cells[, c("ref", paste0("T2_I", 5:0), paste0("T1_Q", 1:25), "year", paste0("T2_Q", 25:1), "area", paste0("T1_I", 0:5))]
    write_text(file.path(dir, "sdq.csv"), lines_of(cells, ";"))
    write_text(file.path(dir, "study.yaml"), c(
        "title: Parent SDQ by area and year (synthetic)", "stages: [start, 12 months]", "before: start", "after: 12 months",
        "cohorts: [[area], [year], [area, year]]", missing_line, "sources:", "  - file: sdq.csv", "    instrument: sdq-parent",
        "    layout: wide", "    separator: \";\"", "    participant: ref",
        "    items: {start: \"T1_Q{1..25}\", 12 months: \"T2_Q{1..25}\"}", "    impact: {start: \"T1_I{0..5}\", 12 months: \"T2_I{0..5}\"}",
        "    answers: {Not true: 0, Somewhat true: 1, Certainly true: 2}", "    incomplete: published"))
    read <- read_cells(file.path(dir, "sdq.csv"), ";")
    study <- list(stages = list(start = list(), `12 months` = list()), before = 1, after = 2,
                  cohorts = list("area", "year", c("area", "year")), cohort_from = "before")
    both <- function(columns, ...) rbind(answers_of(read[, sprintf("T1_%s", columns)], ...), answers_of(read[, sprintf("T2_%s", columns)], ...))
    start_rows()
    questionnaire(study, sdq("sdq-parent", "published", TRUE), list(
        cells = rbind(read, read), id = rep(read[, "ref"], 2), stage = rep(1:2, each = nrow(read)),
        groups = list(items = both(paste0("Q", 1:25), 0, 2, words), impact = both(paste0("I", 0:5), 0, 3))))
    write_rows(file.path(dir, "expected.csv"))
})

# (c) goals: weights, drop-out, goals lost and added, conflicts; (c2) the same without weights, cohort_from first
local({
    dir <- folder("goals")
    stages <- list(start = list(), `end of phase 1` = list(), `6 months` = list(), `12 months` = list())
    rows_out <- list()
    put <- function(...) rows_out[[length(rows_out) + 1]] <<- c(...)
    category <- c("Parenting", "Home \"routines\", meals", "Alcohol / drugs", "Health")
    for (f in 1:90) {
        family <- sprintf("F%03d", f)
        team <- sample(c("North", "South / West", "All"), 1)
        last <- sample(1:4, 1, TRUE, c(.08, .1, .15, .67))
        skill <- rnorm(1, 0, .5)
        for (g in seq_len(sample(1:6, 1, TRUE, c(.15, .2, .25, .2, .12, .08)))) {
            kind <- sample(category, 1); risk <- sample(c("yes", "no"), 1)
            weight <- sample(c("1", "2.385", "0.75", "0", "3", "9", "0.0001", "4"), 1, TRUE, c(.3, .15, .15, .08, .1, .1, .02, .1))
            from <- sample(c(1, 2, 4), 1, TRUE, c(.88, .06, .06)); to <- if (runif(1) < .1) sample(1:4, 1) else 4
            for (s in 1:4) if (s >= from && s <= min(to, last) && (s == from || runif(1) < .93)) {
                level <- clamp((if (s == 1) -1.3 else c(0, -.4, -.1, .4)[s]) + skill + rnorm(1, 0, .7), -2, if (s == 1) -1 else 2)
                text <- if (runif(1) < .03) sample(c("", "x", "3", "-0.5", "NA"), 1) else as.character(level)
                w <- if (runif(1) < .05) "2" else weight      # a weight that changes on the way
                put(family, team, names(stages)[s], paste0("g", g), kind, risk, text, w)
            }
        }
    }
    cells <- do.call(rbind, rows_out)
    colnames(cells) <- c("family", "team", "stage", "goal", "category", "risk", "level", "weight")
    valid <- which(cells[, "level"] %in% c("-2", "-1", "0", "1", "2"))
    same <- cells[sample(valid, 9), ]
    other <- cells[sample(valid, 12), ]; other[, "level"] <- ifelse(other[, "level"] == "1", "0", "1")
    third <- other[1, , drop = FALSE]
    nobody <- cells[sample(valid, 3), ]; nobody[, "family"] <- ""
    strange <- cells[sample(valid, 3), ]; strange[, "stage"] <- "someday"
    one <- function(family, stage, goal, level, weight = "1") c(family, "North", stage, goal, "Health", "no", level, weight)
    by_hand <- rbind(                                    # X1 no common goal; X2 the same beside a conflict; X3, X4 all weights 0
        one("X1", "start", "g1", "-1"), one("X1", "12 months", "g2", "0"),
        one("X2", "start", "g1", "-1"), one("X2", "12 months", "g1", "0"), one("X2", "12 months", "g1", "1"), one("X2", "12 months", "g2", "1"),
        one("X3", "start", "g1", "-1", "0"), one("X3", "start", "g2", "-2", "0"), one("X3", "12 months", "g1", "1", "0"), one("X3", "12 months", "g2", "0", "0"),
        one("X4", "start", "g1", "-1", "0"), one("X4", "start", "g2", "-1", "5"), one("X4", "12 months", "g1", "2", "0"), one("X4", "end of phase 1", "g2", "0", "5"),
        one("X5", "start", "g1", "-1"), one("X5", "6 months", "g1", "0"), one("X5", "6 months", "g1", "2"),
        one("X6", "12 months", "g1", "1"), one("X7", "start", "g1", "-1"), one("X7", "12 months", "g1", "-0.5"),
        one("X8", "start", "g1", "-1"), one("X8", "start", "g1", "-2"), one("X8", "start", "g2", "-1"), one("X8", "12 months", "g2", "0"))
    cells <- shuffled(rbind(cells, same, other, third, nobody, strange, by_hand))
    write_text(file.path(dir, "goals.csv"), lines_of(cells), "\r\n")
    head <- c("title: Goals of three teams (synthetic)", "stages: [start, end of phase 1, 6 months, 12 months]", "before: start",
              "after: 12 months", "cohorts: [team]", missing_line, "sources:", "  - file: goals.csv", "    instrument: gas",
              "    participant: family", "    goal: goal", "    level: level", "    category: category", "    flags: [risk]", paste("    target:", TARGET))
    write_text(file.path(dir, "study-weighted.yaml"), c(head, "    weight: weight"))
    write_text(file.path(dir, "study-unweighted.yaml"), sub("^after: .*", "after: 6 months", head))
    read <- read_cells(file.path(dir, "goals.csv"))
    study <- list(stages = stages, before = 1, after = 4, cohorts = list("team"), cohort_from = "before", flags = "risk")
    start_rows(); goals(study, read, TRUE); write_rows(file.path(dir, "expected-weighted.csv"))
    study$after <- 3
    start_rows(); goals(study, read, FALSE); write_rows(file.path(dir, "expected-unweighted.csv"))
})

# (d) SWEMWBS from the 14 items; SCORE-15 under its missing-items rule --------------------------------------
local({
    dir <- folder("short_forms")
    n <- 130
    person <- sprintf("S%03d", 1:n); site <- sample(c("East", "West"), n, TRUE)
    theta <- rnorm(n, 0, .6)
    block <- function(stage, shift, k, rate, prefix) {
        here <- which(runif(n) < rate)
        items <- likert(length(here), k, 3 + theta[here] + shift)
        items <- holes(items, sample(c(0, 1, 2, 3, 4, k), length(here), TRUE, c(.7, .1, .07, .06, .05, .02)))
        out <- cbind(person[here], site[here], stage, as_text(items))
        colnames(out) <- c("participant", "site", "stage", sprintf("%s_%d", prefix, 1:k))
        out
    }
    w <- shuffled(rbind(block("before", 0, 14, 1, "swemwbs"), block("after", .4, 14, .9, "swemwbs")))
    write_text(file.path(dir, "swemwbs.csv"), lines_of(w))
    s <- shuffled(rbind(block("before", 0, 15, 1, "score_15"), block("middle", .1, 15, .8, "score_15"), block("after", .2, 15, .9, "score_15")))
    write_text(file.path(dir, "score15.csv"), lines_of(s, "\t"))
    head <- c("before: before", "after: after", "cohorts: [site]", missing_line, "sources:")
    write_text(file.path(dir, "study-swemwbs.yaml"), c("title: SWEMWBS out of WEMWBS (synthetic)", "stages: [before, after]", head,
        "  - file: swemwbs.csv", "    instrument: swemwbs", "    items: \"swemwbs_{1..14}\"", "    incomplete: discount"))
    write_text(file.path(dir, "study-score15.yaml"), c("title: SCORE-15 (synthetic)", "stages: [before, middle, after]", "reliable_change: {sd: study}", head,
        "  - file: score15.csv", "    separator: \"\\t\"", "    instrument: score-15", "    items: \"score_15_{1..15}\"", "    incomplete: published"))
    study <- list(stages = list(before = list(), after = list()), before = 1, after = 2, cohorts = list("site"), cohort_from = "before")
    start_rows()
    questionnaire(study, swemwbs(), long_forms(study, read_cells(file.path(dir, "swemwbs.csv")), sprintf("swemwbs_%d", 1:14), 1, 5, pick = swemwbs()$pick))
    write_rows(file.path(dir, "expected-swemwbs.csv"))
    study$stages <- list(before = list(), middle = list(), after = list()); study$after <- 3; study$sd_of_study <- TRUE
    start_rows()
    questionnaire(study, score15(), long_forms(study, read_cells(file.path(dir, "score15.csv"), "\t"), sprintf("score_15_%d", 1:15), 1, 5))
    write_rows(file.path(dir, "expected-score15.csv"))
})

# (e) small studies, where most statistics are undefined ----------------------------------------------------
local({
    dir <- folder("small")
    to_items <- function(total) { base <- total %/% 14; rep(c(base + 1, base), c(total - 14 * base, 14 - total + 14 * base)) }
    cases <- list(one = list(40, 52), two = list(c(40, 45), c(52, 41)), two_equal = list(c(40, 45), c(47, 52)),
                  equal = list(c(30, 45, 38, 52), c(33, 48, 41, 55)), zero = list(c(30, 45, 38, 38), c(30, 45, 38, 38)),
                  constant = list(c(40, 40, 40), c(44, 50, 31)), one_up = list(c(40, 41, 42), c(40, 41, 49)),
                  opposite = list(c(40, 44), c(44, 40)), twelve = list(c(30, 41, 52, 33, 44, 55, 36, 47, 38, 49, 40, 51), c(35, 40, 57, 31, 50, 55, 39, 52, 44, 44, 47, 59)),
                  nobody = list(c(40, 45), c(NA, NA)))
    for (case in names(cases)) {
        b <- cases[[case]][[1]]; a <- cases[[case]][[2]]
        cells <- NULL
        for (i in seq_along(b)) {
            cells <- rbind(cells, c(sprintf("E%d", i), "before", to_items(b[i])))
            if (!is.na(a[i])) cells <- rbind(cells, c(sprintf("E%d", i), "after", to_items(a[i])))
        }
        colnames(cells) <- c("participant", "stage", sprintf("wemwbs_%d", 1:14))
        write_text(file.path(dir, paste0(case, ".csv")), lines_of(cells))
        write_text(file.path(dir, sprintf("study-%s.yaml", case)), c("title: A small study (synthetic)", "stages: [before, after]", "before: before",
            "after: after", missing_line, "sources:", sprintf("  - file: %s.csv", case), "    instrument: wemwbs", "    items: \"wemwbs_{1..14}\""))
        study <- list(stages = list(before = list(), after = list()), before = 1, after = 2, cohorts = list(), cohort_from = "before")
        start_rows()
        questionnaire(study, wemwbs("discount"), long_forms(study, read_cells(file.path(dir, paste0(case, ".csv"))), sprintf("wemwbs_%d", 1:14), 1, 5))
        write_rows(file.path(dir, sprintf("expected-%s.csv", case)))
    }
})

# (f) dated forms ----------------------------------------------------------------------------------------------
local({
    dir <- folder("dated")
    n <- 80
    person <- sprintf("D%03d", 1:n); site <- sample(c("East", "West"), n, TRUE)
    theta <- rnorm(n, 0, .6)
    begin <- as.Date("2016-06-01") + sample(0:500, n, TRUE)
    out <- NULL
    put <- function(i, stage, day, shift, missing = 0, where = site[i]) {
        items <- holes(likert(1, 14, 3 + theta[i] + shift), missing)
        out <<- rbind(out, c(person[i], where, stage, format(day), as_text(items)))
    }
    for (i in 1:n) {
        if (runif(1) < .97) put(i, "start", begin[i], 0, sample(c(0, 1), 1, TRUE, c(.95, .05)))
        for (window in list(list("6 months", 180, 40), list("12 months", 375, 55))) {
            k <- sample(0:3, 1, TRUE, c(.2, .5, .2, .1))
            lag <- unique(round(window[[2]] + runif(k, -1, 1) * window[[3]]))
            lag <- lag[!duplicated(abs(lag - window[[2]]))]       # no two at the same distance: the contract does not say which is nearest
            for (l in lag) put(i, window[[1]], begin[i] + l, .4, sample(c(0, 1, 14), 1, TRUE, c(.9, .06, .04)), if (runif(1) < .1) "West" else site[i])
        }
    }
    twice <- out[sample(which(out[, 3] == "12 months"), 4), ]
    differ <- out[sample(which(out[, 3] == "12 months"), 4), ]; differ[, 5] <- ifelse(differ[, 5] == "1", "2", "1")
    out <- rbind(out, twice, differ)
    edges <- function(i, day0, ...) { put(i, "start", as.Date(day0), 0); for (lag in c(...)) put(i, "12 months", as.Date(day0) + lag, .3) }
    person <- c(person, sprintf("E%d", 1:8)); site <- c(site, rep("East", 8)); theta <- c(theta, rep(0, 8))
    edges(81, "2016-02-29", 330); edges(82, "2016-02-28", 420); edges(83, "2015-12-31", 329); edges(84, "2016-01-01", 421)
    edges(85, "2017-05-05"); edges(86, "2017-05-06"); edges(87, "2017-05-06", 329); edges(88, "2017-12-31")
    out[out[, 1] %in% c("D010", "D020", "D030", "D040", "E1", "E2") & out[, 3] == "12 months", 3] <- ""
    colnames(out) <- c("participant", "site", "stage", "date", sprintf("wemwbs_%d", 1:14))
    write_text(file.path(dir, "dated.csv"), lines_of(shuffled(out)), "\r")
    read <- read_cells(file.path(dir, "dated.csv"))
    for (pick in c("nearest", "first", "last")) {
        write_text(file.path(dir, sprintf("study-%s.yaml", pick)), c("title: Forms with dates (synthetic)", "stages:", "  - start",
            sprintf("  - {name: 6 months, window: [150, 210], after: start, pick: %s}", pick),
            sprintf("  - {name: 12 months, window: [330, 420], after: start, pick: %s}", pick), "before: start", "after: 12 months",
            "as_of: 2018-03-31", "cohorts: [site]", "cohort_from: first", missing_line, "sources:", "  - file: dated.csv", "    instrument: wemwbs",
            "    items: \"wemwbs_{1..14}\"", "    incomplete: discount"))
        study <- list(stages = list(start = list(), `6 months` = list(window = c(150, 210), after = 1, pick = pick),
                                    `12 months` = list(window = c(330, 420), after = 1, pick = pick)),
                      before = 1, after = 3, as_of = "2018-03-31", cohorts = list("site"), cohort_from = "first")
        start_rows()
        questionnaire(study, wemwbs("discount"), long_forms(study, read, sprintf("wemwbs_%d", 1:14), 1, 5, dated = TRUE))
        write_rows(file.path(dir, sprintf("expected-%s.csv", pick)))
    }
})

# (g) self-report SDQ at three sites: the exact p up to 200 changes, the approximate one above ---------------
local({
    dir <- folder("sdq_three_sites")
    size <- c(`Site 1` = 208, `Site 2` = 226, `Site 11` = 262)
    n <- sum(size)
    site <- rep(names(size), size)
    severity <- rnorm(n, 0, .35)
    page <- function(level) {
        text <- as_text(holes(likert(n, 25, level, .75, 0, 2), sample(c(0, 1, 2, 12), n, TRUE, c(.95, .02, .02, .01))))
        text
    }
    t2 <- page(.6 + severity); t2[runif(n) < .02, ] <- ""
    cells <- cbind(sprintf("%03d", 1:n), site, page(.85 + severity), t2)
    colnames(cells) <- c("ref", "site", paste0("a", 1:25), paste0("b", 1:25))
    write_text(file.path(dir, "sdq.csv"), lines_of(shuffled(cells), ";"))
    write_text(file.path(dir, "study.yaml"), c("title: Self-report SDQ (synthetic)", "stages: [start, 12 months]", "before: start", "after: 12 months",
        "cohorts: [site]", missing_line, "sources:", "  - file: sdq.csv", "    instrument: sdq-self", "    layout: wide", "    separator: \";\"",
        "    participant: ref", "    items: {start: \"a{1..25}\", 12 months: \"b{1..25}\"}", "    incomplete: discount", "    bands: four"))
    read <- read_cells(file.path(dir, "sdq.csv"), ";")
    study <- list(stages = list(start = list(), `12 months` = list()), before = 1, after = 2, cohorts = list("site"), cohort_from = "before")
    start_rows()
    questionnaire(study, c(sdq("sdq-self", "discount", FALSE), printed = "four"), list(cells = rbind(read, read), id = rep(read[, "ref"], 2), stage = rep(1:2, each = nrow(read)),
        groups = list(items = rbind(answers_of(read[, paste0("a", 1:25)], 0, 2), answers_of(read[, paste0("b", 1:25)], 0, 2)))))
    exact <- sapply(rows$list, function(r) if (r[[7]] == "wilcoxon_exact" && r[[2]] == "site") r[[8]] else NA)
    stopifnot(c(0, 1) %in% exact)
    write_rows(file.path(dir, "expected.csv"))
})
size <- sum(file.size(list.files(root, recursive = TRUE, full.names = TRUE)))
message(sprintf("%d figures, %d bytes", rows$total, as.integer(size)))
message("models: ", paste(names(models), models, collapse = ", "))
