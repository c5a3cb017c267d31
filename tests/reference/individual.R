# tests/reference/individual.R - reference values for the change of individuals and for movement
# between bands, by R itself.
#
#   Rscript tests/reference/individual.R        (from the root; R 4.2.2 made the files in git)
#
# reads  tests/reference/statistics_data.csv   the cases of statistics.R
# writes tests/reference/individual.csv        case, constants, counts of every class
#        tests/reference/band_moves_data.csv   case, from, to, count: bands from the best, 1
#        tests/reference/band_moves.csv        case, n_bands, n_usual, statistics...
# Base R and stats only. The methods are written as their papers have them, person by person.

set.seed(1955, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
folder <- "tests/reference"
number <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))

# ---- reliable and clinical change --------------------------------------------------------------
class_counts <- function(index, critical) {
    if (anyNA(index)) return(c(improved = NA, unchanged = NA, deteriorated = NA))
    c(improved = sum(index > critical), unchanged = sum(abs(index) <= critical),
      deteriorated = sum(index < -critical))
}

individual <- function(before, after, higher) {
    d <- if (higher) 1 else -1
    n <- length(before)
    sd_norm <- 8.71
    r <- 0.83
    m1 <- mean(before)
    m2 <- mean(after)
    se <- sd_norm * sqrt(1 - r)
    jt <- d * (after - before) / (sqrt(2) * se)
    en <- d * (after - (r * (before - m1) + m1)) / se
    gln <- d * ((after - m1) - r * (before - m1)) / (sd_norm * sqrt(1 - r^2))
    # as in the paper, from the reliability of each occasion
    r_dd <- ha <- NA
    if (n > 1 && var(after - before) > 0) {
        v1 <- var(before)
        v2 <- var(after)
        both <- if (v1 > 0 && v2 > 0) 2 * sqrt(v1) * sqrt(v2) * cor(before, after) else 0
        r_dd <- ((v1 - se^2) + (v2 - se^2) - both) / (v1 + v2 - both)
        if (r_dd > 0) {
            ha <- d * ((after - before) * r_dd + (m2 - m1) * (1 - r_dd)) /
                (sqrt(r_dd) * sqrt(2) * se)
        }
    }
    clinical <- c(mean = round(m1 - d * 1, 2), sd = 7.5)
    functional <- c(mean = round(m1 + d * 9, 2), sd = 8.2)
    a <- clinical["mean"] + d * 2 * clinical["sd"]
    b <- functional["mean"] - d * 2 * functional["sd"]
    c <- (clinical["sd"] * functional["mean"] + functional["sd"] * clinical["mean"]) /
        (clinical["sd"] + functional["sd"])
    beyond <- 1.96 * sqrt(2) * se
    classes <- function(cut) {
        better <- d * (after - before) > beyond
        into <- better & d * before < d * cut & d * after > d * cut
        c(into = sum(into), improved = sum(better & !into),
          unchanged = sum(abs(after - before) <= beyond),
          deteriorated = sum(-d * (after - before) > beyond), usual_before = sum(d * before > d * cut),
          usual_after = sum(d * after > d * cut))
    }
    values <- c(n = n, sd = sd_norm, reliability = r, mean_before = m1, mean_after = m2,
                sd_change = if (n > 1) sd(after - before) else NA, r_dd = r_dd,
                jt = class_counts(jt, 1.96), en = class_counts(en, 1.96),
                gln = class_counts(gln, 1.96), ha = class_counts(ha, 1.65),
                clinical = clinical, functional = functional, cut_a = unname(a),
                cut_b = unname(b), cut_c = unname(c), in_a = classes(a), in_b = classes(b),
                in_c = classes(c))
    values
}

data <- read.csv(file.path(folder, "statistics_data.csv"), stringsAsFactors = FALSE)
lines <- character()
for (name in unique(data$case)) {
    one <- data[data$case == name, ]
    for (higher in c(TRUE, FALSE)) {
        value <- individual(rep(one$before, one$count) / one$units_per_point[1],
                            rep(one$after, one$count) / one$units_per_point[1], higher)
        lines <- c(lines, paste(c(name, as.integer(higher), number(value)), collapse = ","))
    }
}
writeLines(c(paste(c("case", "higher", names(value)), collapse = ","), lines),
           file.path(folder, "individual.csv"))

# ---- movement between bands --------------------------------------------------------------------
# Stuart-Maxwell by the formula. Bands that people moved between, directly or through others, are
# one group; each group gives d' solve(S) d without its last band, on its number less 1.
stuart_maxwell <- function(x) {
    k <- nrow(x)
    linked <- (x + t(x) > 0) | diag(k) == 1
    for (i in seq_len(k)) linked <- (linked %*% linked) > 0
    chi2 <- 0
    df <- 0
    for (group in unique(apply(linked, 1, function(row) paste(which(row), collapse = " ")))) {
        i <- as.integer(strsplit(group, " ")[[1]])
        if (length(i) < 2) next
        y <- x[i, i]
        keep <- seq_len(length(i) - 1)
        d <- (rowSums(y) - colSums(y))[keep]
        s <- -(y + t(y))
        diag(s) <- rowSums(y) + colSums(y) - 2 * diag(y)
        chi2 <- chi2 + sum(d * solve(s[keep, keep, drop = FALSE], d, tol = 1e-30))
        df <- df + length(keep)
    }
    if (df == 0) c(chi2 = NA, df = 0, log_p = NA)
    else c(chi2 = chi2, df = df, log_p = pchisq(chi2, df, lower.tail = FALSE, log.p = TRUE))
}

tables <- list()
add <- function(name, counts, usual = 1) {
    k <- sqrt(length(counts))
    tables[[name]] <<- list(x = matrix(counts, k, k, byrow = TRUE), usual = usual)
}
add("nobody", rep(0, 9))
add("one person stays", c(0, 0, 0, 0, 1, 0, 0, 0, 0))
add("one person moves", c(0, 0, 0, 0, 0, 0, 1, 0, 0))
add("n 2", c(0, 1, 0, 1, 0, 0, 0, 0, 0))
add("n 3", c(1, 0, 0, 1, 0, 0, 1, 0, 0))
add("n 5", c(1, 0, 1, 1, 0, 0, 1, 1, 0), 2)
add("n 39", c(3, 0, 0, 6, 12, 2, 0, 11, 5), 2)
add("all in one band", c(0, 0, 0, 0, 39, 0, 0, 0, 0), 2)
add("an empty band", c(5, 0, 2, 0, 0, 0, 9, 0, 12))
add("nobody left one band", c(5, 0, 2, 0, 7, 0, 9, 0, 12))
add("two groups of bands", c(5, 3, 0, 0, 9, 4, 0, 0, 0, 0, 6, 2, 0, 0, 11, 8), 2)
add("two bands", c(20, 5, 14, 9))
add("two bands, one way", c(20, 0, 14, 9))
add("one band", 12)
# Stuart (1955): unaided vision of 7477 women, right eye by left eye; chi2 = 11.96 in the paper
add("vision", c(1520, 266, 124, 66, 234, 1512, 432, 78, 117, 362, 1772, 205, 36, 82, 179, 492), 3)
add("n 1000", round(1000 * c(.30, .04, .02, .01, .08, .10, .03, .01, .06, .05, .08, .02, .04, .04,
                             .04, .08)), 1)
add("n 1000000", c(412345, 23456, 8765, 1234, 54321, 101234, 23123, 4567, 30123, 45678, 81234, 20111,
                   23456, 34567, 45678, 90108), 1)
add("n 1000000, few move", c(999000, 1, 0, 2, 400, 0, 0, 7, 590), 1)
add("twelve bands", rpois(144, 3), 4)
p_mcnemar <- function(x, usual) {
    k <- nrow(x)
    good <- seq_len(k) <= usual
    up <- sum(x[good, !good])
    down <- sum(x[!good, good])
    if (up + down == 0) return(NA)
    log_p <- min(0, log(2) + pbinom(min(up, down), up + down, 0.5, log.p = TRUE))
    if (up + down < 1e5) {
        stopifnot(all.equal(exp(log_p), binom.test(up, up + down)$p.value, tolerance = 1e-9))
    }
    log_p
}
data_lines <- "case,from,to,count"
lines <- character()
for (name in names(tables)) {
    x <- tables[[name]]$x
    usual <- tables[[name]]$usual
    k <- nrow(x)
    from <- row(x)
    to <- col(x)
    data_lines <- c(data_lines, sprintf("%s,%d,%d,%.0f", gsub(",", "", name), from, to, x))
    value <- c(n_bands = k, n_usual = usual, better = sum(x[to < from]), same = sum(diag(x)),
               worse = sum(x[to > from]), raised_before = sum(x[from > usual]),
               raised_after = sum(x[to > usual]), log_p_mcnemar = p_mcnemar(x, usual),
               stuart_maxwell(x))
    lines <- c(lines, paste(c(gsub(",", "", name), number(value)), collapse = ","))
}
stopifnot(round(stuart_maxwell(tables$vision$x)["chi2"], 2) == 11.96)
writeLines(data_lines, file.path(folder, "band_moves_data.csv"))
writeLines(c(paste(c("case", names(value)), collapse = ","), lines),
           file.path(folder, "band_moves.csv"))
