# tests/reference/tails.R - reference values for tails and intervals that several statistics share,
# by R itself.
#
#   Rscript tests/reference/tails.R        (from the root; R 4.2.2 made the files in git)
#
# writes tests/reference/chi_square.csv   df, x, log_p: upper tails
#        tests/reference/sign_test.csv    up, down, log_p: binom.test(up, up + down)
#        tests/reference/wilson.csv       successes, n, low, high: prop.test(correct = FALSE)
# Base R and stats only.

folder <- "tests/reference"
number <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))
write <- function(data, name) {
    lines <- do.call(paste, c(lapply(data, number), sep = ","))
    writeLines(c(paste(names(data), collapse = ","), lines), file.path(folder, name))
}

# ---- chi-square ------------------------------------------------------------------------------
grid <- expand.grid(x = c(1e-12, 1e-3, 0.1, 0.5, 1, 2, 3.84, 5, 9.999, 17.3, 40, 101.5, 400, 1000,
                          1300), df = c(1:8, 15, 16, 39, 100, 401, 1000))
grid <- rbind(grid, data.frame(x = c(99000, 1e5, 101234.5, 104000), df = 1e5))
grid$log_p <- pchisq(grid$x, grid$df, lower.tail = FALSE, log.p = TRUE)
grid <- grid[grid$log_p > log(1e-300), ]
write(grid[c("df", "x", "log_p")], "chi_square.csv")

# ---- the sign test ---------------------------------------------------------------------------
pairs <- rbind(c(0, 1), c(1, 0), c(1, 1), c(0, 2), c(3, 2), c(0, 5), c(5, 12), c(12, 5), c(28, 10),
               c(1, 38), c(480, 520), c(400, 600), c(10, 990), c(0, 990), c(499500, 500500),
               c(490000, 510000), c(482000, 518000))
log_p <- apply(pairs, 1, function(x) {
    p <- min(0, log(2) + pbinom(min(x), sum(x), 0.5, log.p = TRUE))
    stopifnot(all.equal(exp(p), binom.test(x[1], sum(x))$p.value, tolerance = 1e-10))
    p
})
write(data.frame(up = pairs[, 1], down = pairs[, 2], log_p), "sign_test.csv")

# ---- Wilson ----------------------------------------------------------------------------------
shares <- rbind(c(0, 0), c(0, 1), c(1, 1), c(0, 2), c(1, 2), c(2, 3), c(1, 5), c(5, 5), c(0, 39),
                c(19, 39), c(38, 39), c(39, 39), c(1, 1000), c(333, 1000), c(999, 1000),
                c(0, 1e6), c(1, 1e6), c(12, 1e6), c(500000, 1e6), c(999999, 1e6), c(1e6, 1e6))
ends <- t(apply(shares, 1, function(x) {
    if (x[2] == 0) c(NA, NA)
    else suppressWarnings(prop.test(x[1], x[2], correct = FALSE))$conf.int
}))
write(data.frame(successes = shares[, 1], n = shares[, 2], low = ends[, 1], high = ends[, 2]),
      "wilson.csv")
