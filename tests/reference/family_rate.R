# tests/reference/family_rate.R - how often the test of engine/stats/family.h finds a change where there is
# none, at the nominal 5%: 10,000 studies each of 10, 20 and 40 families of two to four members, whose whole
# changes share a quarter of their variance.
#
#   Rscript tests/reference/family_rate.R
set.seed(20180331, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
for (F in c(10, 20, 40)) {
    rejected <- t(replicate(10000, {
        m <- sample(2:4, F, TRUE)
        family <- rep(seq_len(F), m)
        n <- sum(m)
        y <- round(rnorm(F, 0, 4)[family] + rnorm(n, 0, sqrt(48)))
        d <- mean(y)
        e <- rowsum(y, family)[, 1] - m * d
        se <- sqrt(sum(e^2 / (1 - m / n))) / n
        w <- 1 / (n * sqrt(1 - m / n))
        G <- diag(m * w^2) - outer(w * m, w * m) / n
        df <- sum(diag(G))^2 / sum(G^2)
        c(2 * pt(-abs(d / se), df) < 0.05, 2 * pt(-abs(d / (sd(y) / sqrt(n))), n - 1) < 0.05)
    }))
    cat(sprintf("%d families: CR2 %.2f%%, t test of members %.2f%%\n", F, 100 * mean(rejected[, 1]),
                100 * mean(rejected[, 2])))
}
