# tests/reference/proportions.R - reference values for shares and rates, by R itself.
#
#   Rscript tests/reference/proportions.R        (from the root; R 4.2.2 made the files in git)
#
# writes tests/reference/binomial.csv      successes, n, share, p, less, greater
#        tests/reference/newcombe.csv      first, n_first, second, n_second, low, high
#        tests/reference/paired_shares.csv gained, lost, n, low, high
#        tests/reference/trend.csv         case, successes, n, score, chi2, p: a row for each group
#        tests/reference/rate_ratio.csv    first, exposure, second, exposure, ratio, low, high, p

set.seed(20261122, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
folder <- "tests/reference"
number <- function(x) ifelse(is.na(x) | is.infinite(x), "", sprintf("%.17g", x))
put <- function(name, data) {
    cells <- lapply(data, function(x) if (is.character(x)) x else number(x))
    writeLines(c(paste(names(data), collapse = ","), do.call(paste, c(cells, sep = ","))),
               file.path(folder, name))
}

# ---- exact binomial
seen <- rbind(expand.grid(k = 0:2, n = 2, share = c(0, 0.3, 0.5, 0.75, 1)),
              expand.grid(k = 0:5, n = 5, share = c(0.2, 0.75)),
              data.frame(k = c(20, 29, 30, 39), n = 39, share = 0.75),
              data.frame(k = c(0, 700, 736, 749, 750, 751, 790, 850, 1000), n = 1000, share = 0.75),
              data.frame(k = c(0, 3, 12), n = 1000, share = 0.001),
              data.frame(k = c(745000, 749000, 749999, 750000, 750001, 751200, 760000), n = 1e6, share = 0.75),
              data.frame(k = c(10, 100, 101, 160), n = 1e6, share = 1e-4))
p <- function(alternative) mapply(function(k, n, s) binom.test(k, n, s, alternative)$p.value, seen$k, seen$n, seen$share)
put("binomial.csv", data.frame(successes = seen$k, n = seen$n, share = seen$share, p = p("two.sided"),
                               less = p("less"), greater = p("greater")))

# ---- Newcombe's method 10, from prop.test's Wilson intervals
pairs <- rbind(c(56, 70, 48, 80), c(9, 10, 3, 10), c(6, 7, 2, 7), c(5, 56, 0, 29), c(0, 10, 0, 20), c(0, 10, 0, 10),
               c(10, 10, 0, 20), c(10, 10, 0, 10), c(0, 1, 1, 1), c(1, 2, 2, 2), c(239, 270, 156, 184),
               c(300, 1000, 350, 1000), c(500000, 1e6, 500400, 1e6))
ends <- t(apply(pairs, 1, function(x) {
    a <- suppressWarnings(prop.test(x[1], x[2], correct = FALSE)$conf.int)
    b <- suppressWarnings(prop.test(x[3], x[4], correct = FALSE)$conf.int)
    p <- x[1] / x[2]; q <- x[3] / x[4]
    c(q - p - sqrt((q - b[1])^2 + (a[2] - p)^2), q - p + sqrt((b[2] - q)^2 + (p - a[1])^2))
}))
put("newcombe.csv", data.frame(first = pairs[, 1], n_first = pairs[, 2], second = pairs[, 3],
                               n_second = pairs[, 4], low = ends[, 1], high = ends[, 2]))

# ---- a difference of two shares of the same people (Bonett and Price 2012, their formula)
pairs <- rbind(c(0, 0, 1), c(1, 0, 1), c(2, 0, 2), c(1, 1, 2), c(0, 2, 2), c(1, 0, 3), c(2, 1, 5), c(19, 2, 39),
               c(7, 1, 33), c(0, 39, 39), c(13, 13, 39), c(300, 120, 1000), c(0, 1, 1000), c(999, 1, 1000),
               c(500000, 499000, 1e6), c(3, 0, 1e6))
ends <- t(apply(pairs, 1, function(x) {
    p <- (x[1] + 1) / (x[3] + 2); q <- (x[2] + 1) / (x[3] + 2)
    pmax(-1, pmin(1, p - q + c(-1, 1) * qnorm(0.975) * sqrt((p + q - (p - q)^2) / (x[3] + 2))))
}))
put("paired_shares.csv", data.frame(gained = pairs[, 1], lost = pairs[, 2], n = pairs[, 3], low = ends[, 1],
                                    high = ends[, 2]))

# ---- trend
trends <- list(two = list(c(3, 7), c(10, 12), c(2016, 2017)),
               three = list(c(30, 38, 51), c(60, 61, 70), c(2015, 2016, 2017)),
               gap = list(c(30, 38, 51, 44), c(60, 61, 70, 80), c(2012, 2015, 2016, 2019)),
               none_in_one = list(c(0, 4, 3), c(5, 9, 1), c(1, 2, 3)),
               empty_group = list(c(5, 0, 8), c(9, 0, 11), c(1, 2, 3)),
               flat = list(c(5, 10, 15), c(10, 20, 30), c(1, 2, 3)),
               million = list(c(500000, 503000, 506500), c(1e6, 1e6, 1e6), c(2015, 2016, 2017)),
               far = list(c(100, 500, 900), c(1000, 1000, 1000), c(1, 2, 3)))
rows <- do.call(rbind, lapply(names(trends), function(name) {
    x <- trends[[name]]
    use <- x[[2]] > 0
    t <- prop.trend.test(x[[1]][use], x[[2]][use], x[[3]][use])
    data.frame(case = name, successes = x[[1]], n = x[[2]], score = x[[3]], chi2 = t$statistic[[1]],
               log_p = pchisq(t$statistic[[1]], 1, lower.tail = FALSE, log.p = TRUE))
}))
put("trend.csv", rows)

# ---- rates
rates <- rbind(c(11, 800, 23, 900), c(0, 10, 5, 10), c(5, 10, 0, 10), c(1, 1, 1, 1), c(270, 91, 184, 62),
               c(1000, 350, 1100, 350), c(100000, 40000, 100500, 40100), c(3, 1e6, 9, 2e6), c(10, 100, 90, 100))
r <- apply(rates, 1, function(x) {
    t <- poisson.test(c(x[3], x[1]), c(x[4], x[2]))
    c(t$estimate, t$conf.int, t$p.value)
})
put("rate_ratio.csv", data.frame(first = rates[, 1], first_exposure = rates[, 2], second = rates[, 3],
                                 second_exposure = rates[, 4], ratio = r[1, ], low = r[2, ], high = r[3, ], p = r[4, ]))
