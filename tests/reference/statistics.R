# tests/reference/statistics.R - reference values for the statistics of a change, by R itself.
#
#   Rscript tests/reference/statistics.R        (from the root; R 4.2.2 made the files in git)
#
# writes tests/reference/statistics_data.csv   case, units_per_point, before, after, count
#        tests/reference/statistics.csv        case, statistics...: empty = undefined
#        tests/reference/student.csv           df, t, p, log_p: two-sided tails
#        tests/reference/student_quantile.csv  df, quantile at 0.975
# Scores are whole units; R gets points. Base R and stats only.

set.seed(20180331, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
folder <- "tests/reference"
number <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))

# ---- cases -----------------------------------------------------------------------------------
# One case: scores in units before and after, one of each a person, or `count` of them.
cases <- list()
add_case <- function(name, units, before, after, count = rep(1, length(before))) {
    stopifnot(!(name %in% names(cases)), before == round(before), after == round(after))
    data <- aggregate(count ~ before + after, data.frame(before, after, count), sum)
    cases[[name]] <<- list(units = units, data = data[order(data$before, data$after), ])
}
clamp <- function(x, low, high) pmin(pmax(round(x), low), high)

add_case("n 1", 1, 41, 47)
add_case("n 1 no change", 1, 41, 41)
add_case("n 2", 1, c(41, 38), c(47, 39))
add_case("n 2 opposite", 100, c(2000, 2105), c(2105, 2000))
add_case("n 3", 858, c(41, 38, 52) * 858, c(47 * 858 + 66, 38 * 858, 50 * 858 + 429))
add_case("n 5", 1, c(31, 45, 38, 52, 40), c(40, 44, 47, 55, 38))
add_case("n 5 all up equally", 1, c(31, 45, 38, 52, 40), c(31, 45, 38, 52, 40) + 3)
add_case("n 5 no change", 1, c(31, 45, 38, 52, 40), c(31, 45, 38, 52, 40))
add_case("n 5 one change", 1, c(31, 45, 38, 52, 40), c(31, 45, 38, 49, 40))
add_case("n 5 one before", 1, rep(31, 5), c(35, 31, 28, 44, 35))
add_case("n 5 one after", 1, c(35, 31, 28, 44, 35), rep(44, 5))
add_case("n 6 exact line", 1, c(10, 12, 15, 19, 24, 30), 2 * c(10, 12, 15, 19, 24, 30) - 20)
add_case("n 6 exact line down", 1, c(10, 12, 15, 19, 24, 30), 60 - c(10, 12, 15, 19, 24, 30))
b <- clamp(rnorm(14, 42, 9), 14, 70)
add_case("n 14", 1, b, clamp(b + rnorm(14, 4, 8), 14, 70))
swemwbs <- c(700, 951, 1123, 1233, 1313, 1375, 1425, 1467, 1504, 1538, 1571, 1602, 1633, 1664, 1696,
             1729, 1765, 1803, 1843, 1886, 1931, 1979, 2028, 2080, 2135, 2192, 2255, 2325, 2403,
             2508, 3031, 3301, 3500)
i <- sample(5:25, 39, TRUE)
add_case("n 39 metric", 100, swemwbs[i], swemwbs[i + sample(-4:7, 39, TRUE)])
b <- clamp(rnorm(60, 5, 2.5), 0, 10)
add_case("n 60 heavy ties", 1, b, clamp(b - sample(0:2, 60, TRUE), 0, 10))
add_case("n 120 floor and ceiling", 1, sample(c(rep(0, 40), rep(10, 30), 1:9), 120, TRUE),
         sample(c(rep(0, 30), rep(10, 45), 1:9), 120, TRUE))
b <- clamp(rnorm(260, 43 * 858, 9 * 858), 14 * 858, 70 * 858)
d <- clamp(rnorm(260, 2 * 858, 8 * 858), -20 * 858, 30 * 858)
d[d == 0] <- 858
add_case("200 changes", 858, b[1:230], (b + d * (seq_along(b) <= 200))[1:230])
add_case("201 changes", 858, b[1:231], (b + d * (seq_along(b) <= 201))[1:231])
d <- sample(c(-2, -1, 1, 2, 3), 260, TRUE)
add_case("200 changes tied", 1, clamp(b / 858, 14, 70)[1:210],
         (clamp(b / 858, 14, 70) + d * (seq_along(b) <= 200))[1:210])
add_case("201 changes tied", 1, clamp(b / 858, 14, 70)[1:211],
         (clamp(b / 858, 14, 70) + d * (seq_along(b) <= 201))[1:211])
add_case("200 all up", 1, rep(20, 200), 20 + 1:200)
add_case("250 all down", 1, rep(300, 250), 300 - 1:250)
b <- clamp(rnorm(1000, 43 * 858, 9 * 858), 14 * 858, 70 * 858)
add_case("n 1000 prorated", 858, b, clamp(b + rnorm(1000, 1200, 6000), 14 * 858, 70 * 858))
b <- clamp(rnorm(1000, 15, 7), 0, 40)
add_case("n 1000 sdq", 1, b, clamp(b - rnorm(1000, 2.5, 5), 0, 40))
b <- round(rnorm(200, 36, 6) * 1e4) * 1e6
add_case("n 200 t scores", 1e10, b, round((b / 1e10 + rnorm(200, 10, 9)) * 1e3) * 1e7)
grid <- expand.grid(before = 14:70, shift = -12:16)
w <- 1e6 * dnorm(grid$before, 42, 8) * dnorm(grid$shift, 2, 4)
grid$after <- clamp(grid$before + grid$shift, 14, 70)
w <- round(w)
w[which.max(w)] <- w[which.max(w)] + 1e6 - sum(w)
add_case("n 1000000", 1, grid$before[w > 0], grid$after[w > 0], w[w > 0])
w <- round(1e6 * dnorm(grid$before, 42, 8) * dnorm(grid$shift, 0.02, 3))
w[which.max(w)] <- w[which.max(w)] + 1e6 - sum(w)
add_case("n 1000000 small effect", 1, grid$before[w > 0], grid$after[w > 0], w[w > 0])

# ---- statistics ------------------------------------------------------------------------------
describe <- function(x) {
    n <- length(x)
    q <- unname(quantile(x, c(0.25, 0.5, 0.75), type = 7))
    ci <- if (n > 1 && min(x) < max(x)) t.test(x)$conf.int else c(NA, NA)
    c(n = n, mean = mean(x), sd = if (n > 1) sd(x) else NA,
      se = if (n > 1) sd(x) / sqrt(n) else NA, ci_low = ci[1], ci_high = ci[2], q1 = q[1],
      median = q[2], q3 = q[3], min = min(x), max = max(x))
}

# P(V2 <= s) for s = 0, 1, ... where V2 sums the doubled ranks that a fair coin makes positive.
null_cdf <- function(doubled_ranks) {
    p <- 1
    for (r in doubled_ranks) {
        p <- 0.5 * c(p, rep(0, r)) + 0.5 * c(rep(0, r), p)
    }
    cumsum(p)
}

# The same over all 2^m sign patterns one by one, as a whole number of patterns.
brute_force <- function(doubled_ranks, v2) {
    m <- length(doubled_ranks)
    patterns <- as.matrix(expand.grid(rep(list(0:1), m)))
    sums <- as.vector(patterns %*% doubled_ranks)
    c(sum(sums <= v2), sum(sums >= v2)) / 2^m
}

wilcoxon <- function(units) { # changes in units
    change <- units[units != 0]
    m <- length(change)
    ranks <- rank(abs(change)) # whole numbers: ties are exact
    v <- sum(ranks[change > 0])
    if (m == 0) {
        return(c(v = v, p_wilcoxon = NA, wilcoxon_exact = 1, rank_biserial = NA))
    }
    if (m <= 200) {
        doubled <- as.integer(round(2 * ranks))
        stopifnot(doubled == 2 * ranks)
        lower <- null_cdf(doubled)
        upper <- rev(null_cdf(doubled)) # symmetric: P(V2 >= v2) = P(V2 <= total - v2)
        p <- min(1, 2 * min(lower[2 * v + 1], upper[2 * v + 1]))
        if (m <= 12) {
            stopifnot(all.equal(p, min(1, 2 * min(brute_force(doubled, 2 * v))), tolerance = 1e-14))
        }
        if (!anyDuplicated(abs(change))) {
            stopifnot(all.equal(p, min(1, 2 * min(psignrank(v, m), psignrank(v - 1, m, FALSE))),
                                tolerance = 1e-10))
        }
    } else {
        r <- suppressWarnings(wilcox.test(units, exact = FALSE, correct = TRUE))
        stopifnot(r$statistic == v)
        p <- r$p.value
    }
    c(v = v, p_wilcoxon = p, wilcoxon_exact = as.numeric(m <= 200),
      rank_biserial = 2 * v / (m * (m + 1) / 2) - 1)
}

# log of the two-sided p: for where p itself is too small for a double, or nearly
log_p_sign <- function(up, down) {
    if (up + down == 0) NA else min(0, log(2) + pbinom(min(up, down), up + down, 0.5, log.p = TRUE))
}

statistics <- function(case) {
    data <- case$data
    units <- rep(data$after - data$before, data$count)
    before <- rep(data$before, data$count) / case$units
    after <- rep(data$after, data$count) / case$units
    change <- units / case$units
    n <- length(change)
    varies <- n > 1 && min(units) < max(units)
    t <- if (varies) unname(t.test(change)$statistic) else NA
    variances <- if (n > 1) c(var(before), var(after)) else c(0, 0)
    up <- sum(units > 0)
    down <- sum(units < 0)
    result <- c(before = describe(before), after = describe(after), change = describe(change),
                t = t, df = n - 1, p_t = 2 * pt(-abs(t), n - 1),
                log_p_t = log(2) + pt(-abs(t), n - 1, log.p = TRUE),
                n_up = up, n_same = sum(units == 0), n_down = down, wilcoxon(units),
                p_sign = exp(log_p_sign(up, down)), log_p_sign = log_p_sign(up, down),
                dz = if (varies) mean(change) / sd(change) else NA,
                dav = if (sum(variances) > 0) mean(change) / sqrt(mean(variances)) else NA,
                r = if (min(variances) > 0) cor(before, after) else NA)
    # reliable change with the WEMWBS figures, and exceeded strictly on a whole threshold
    for (threshold in c(1.96 * sqrt(2) * 8.71 * sqrt(1 - 0.91), 3)) {
        name <- if (threshold == 3) "beyond_3" else "beyond_rci"
        result[paste0(name, "_up")] <- sum(change > threshold)
        result[paste0(name, "_down")] <- sum(change < -threshold)
    }
    c(result, rci_threshold = 1.96 * sqrt(2) * 8.71 * sqrt(1 - 0.91))
}

data_lines <- "case,units_per_point,before,after,count"
value_lines <- character()
for (name in names(cases)) {
    case <- cases[[name]]
    value <- statistics(case)
    data_lines <- c(data_lines, sprintf("%s,%.0f,%.0f,%.0f,%.0f", name, case$units,
                                        case$data$before, case$data$after, case$data$count))
    value_lines <- c(value_lines, paste(c(name, number(value)), collapse = ","))
}
writeLines(data_lines, file.path(folder, "statistics_data.csv"))
writeLines(c(paste(c("case", names(value)), collapse = ","), value_lines),
           file.path(folder, "statistics.csv"))

# ---- Student's t -----------------------------------------------------------------------------
df <- c(1, 1.5, 2, 3, 4.7, 7, 13, 38, 47, 48, 49, 99, 199, 500.25, 999, 9999, 123456.7, 999999, 1e7)
t <- c(0, 1e-9, 0.001, 0.1, 0.7, 1, 1.3, 1.7, 1.74, 1.96, 2.3, 3, 5, 8, 13, 20, 30, 36.5, 100, 1e4,
       1e10, 1e40)
grid <- expand.grid(t = t, df = df)
grid$log_p <- log(2) + pt(-grid$t, grid$df, log.p = TRUE)
grid <- grid[grid$log_p > log(1e-300), ]
writeLines(c("df,t,p,log_p", sprintf("%.17g,%.17g,%.17g,%.17g", grid$df, grid$t,
                                     2 * pt(-grid$t, grid$df), grid$log_p)),
           file.path(folder, "student.csv"))
df <- c(1, 1.3, 1.5, 2, 2.5, 3:60, 70.7, 99, 199, 500.25, 999, 9999, 123456.7, 999999, 1e7)
writeLines(c("df,quantile", sprintf("%.17g,%.17g", df, qt(0.975, df))),
           file.path(folder, "student_quantile.csv"))
