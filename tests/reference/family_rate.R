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

# The same of engine/stats/family_difference.h: two groups of members, in which a family is as a whole, or
# whose members each belong to either, whichever family they are of. Beside it Welch's t test of members.
for (apart in c(TRUE, FALSE)) for (F in c(10, 20, 40)) {
    rejected <- t(replicate(10000, {
        m <- sample(2:4, F, TRUE)
        family <- rep(seq_len(F), m)
        n <- sum(m)
        second <- if (apart) family > F / 2 else sample(rep(c(TRUE, FALSE), length.out = n))
        y <- round(rnorm(F, 0, 4)[family] + rnorm(n, 0, sqrt(48)))
        M <- unname(cbind(table(factor(family[!second], seq_len(F))), table(factor(family[second], seq_len(F)))))
        S <- cbind(rowsum(y * !second, family), rowsum(y * second, family))
        N <- colSums(M)
        d <- colSums(S) / N
        w <- 1 / (rep(N, each = F) * sqrt(1 - M / rep(N, each = F)))
        e <- (S - M * rep(d, each = F)) * w
        se <- sqrt(sum((e[, 2] - e[, 1])^2))
        G <- diag(rowSums(M * w^2)) - outer(M[, 1] * w[, 1], M[, 1] * w[, 1]) / N[1] - outer(M[, 2] * w[, 2], M[, 2] * w[, 2]) / N[2]
        df <- sum(diag(G))^2 / sum(G^2)
        c(2 * pt(-abs((d[2] - d[1]) / se), df) < 0.05, t.test(y[second], y[!second])$p.value < 0.05)
    }))
    cat(sprintf("two groups, %d families %s: CR2 %.2f%%, Welch's t test of members %.2f%%\n", F,
                if (apart) "apart" else "in both", 100 * mean(rejected[, 1]), 100 * mean(rejected[, 2])))
}
