# tests/reference/family_means.R - the mean of members of families: errors, degrees of freedom, sign flips and ICC,
# by clubSandwich and by formula. For family.R and studies.R, which source it. R 4.2.2, clubSandwich 0.5.8.

suppressMessages(library(clubSandwich))

flips <- function(sums, tolerance) {
    sums <- sums[sums != 0]
    k <- length(sums)
    if (k == 0) return(c(NA, 1))
    if (k <= 16) {
        signs <- as.matrix(expand.grid(rep(list(c(-1, 1)), k)))
        return(c(mean(abs(signs %*% sums) >= abs(sum(sums)) - tolerance), 1))
    }
    step <- 0                                           # greatest common divisor
    for (s in abs(sums)) { a <- s; while (a != 0) { b <- step %% a; step <- a; a <- b } }
    size <- abs(sums) / step
    lesser <- (sum(abs(sums)) - abs(sum(sums))) / 2 + tolerance / 2
    limit <- floor(lesser / step)
    if (k <= 200 && limit <= 40000) {
        ways <- c(1, numeric(limit))
        for (s in size) ways <- ways + c(numeric(min(s, limit + 1)), ways)[seq_along(ways)]
        return(c(min(1, sum(ways) * 2^(1 - k)), 1))
    }
    if (k <= 28) {                                      # one half against the other
        sums_of <- function(x) { all <- 0; for (s in x) all <- c(all, all + s); sort(all) }
        first <- sums_of(abs(sums)[seq_len(k %/% 2)])
        second <- sums_of(abs(sums)[-seq_len(k %/% 2)])
        return(c(min(1, sum(findInterval(lesser - first, second)) * 2^(1 - k)), 1))
    }
    c(2 * pnorm(-abs(sum(sums)) / sqrt(sum(sums^2))), 0)
}

# case: units (of a point), families (a list of the scores of members, in units), count (of each such family), target
statistics <- function(case) {
    m <- lengths(case$families); S <- sapply(case$families, sum); k <- case$count
    n <- sum(k * m); F <- sum(k); d <- sum(k * S) / n; u <- case$units
    out <- c(n = n, families = F, mean = d / u, se = NA, df = NA, ci_low = NA, ci_high = NA, log_p = NA,
             icc = NA, p_sign_flip = NA, sign_flip_exact = 1, log_p_target = NA)
    rounded <- if (u == 1e10) 2 * n else 0
    if (F <= 5000) {
        out[c("p_sign_flip", "sign_flip_exact")] <- flips(rep(S, k), rounded)
    } else {
        out[c("p_sign_flip", "sign_flip_exact")] <- c(2 * pnorm(-abs(sum(k * S)) / sqrt(sum(k * S^2))), 0)
    }
    if (F < 2) return(out)
    e <- S - m * d
    w <- 1 / (n * sqrt(1 - m / n))
    se <- sqrt(sum(k * e^2 / (1 - m / n))) / n
    trace <- sum(k * (m * w^2 - (w * m)^2 / n))
    trace2 <- sum(k * ((m * w^2)^2 - 2 * m * w^2 * (w * m)^2 / n)) + (sum(k * (w * m)^2) / n)^2
    df <- trace^2 / trace2
    if (all(abs(n * S - m * sum(k * S)) < 1e-9)) se <- 0
    if (n <= 1000 && se > 0) {
        data <- data.frame(y = unlist(rep(case$families, k)) / u,
                           family = rep(seq_len(F), rep(m, k)))
        fit <- lm(y ~ 1, data)
        test <- coef_test(fit, vcov = "CR2", cluster = data$family, test = "Satterthwaite")
        stopifnot(abs(test$SE / (se / u) - 1) < 1e-9, abs(test$df / df - 1) < 1e-7)
    }
    out["se"] <- se / u
    out["df"] <- df
    y2 <- sum(k * sapply(case$families, function(x) sum((x - d)^2)))
    if (F < n && y2 > 0) {
        if (n <= 1000 && n > F) {
            squares <- anova(aov(y ~ factor(family), data.frame(y = unlist(rep(case$families, k)),
                                                                family = rep(seq_len(F), rep(m, k)))))
            msb <- squares[1, "Mean Sq"]; msw <- squares[2, "Mean Sq"]
        } else {
            msb <- sum(k * e^2 / m) / (F - 1)
            msw <- (y2 - sum(k * e^2 / m)) / (n - F)
        }
        n0 <- (n - sum(k * m^2) / n) / (F - 1)
        out["icc"] <- (msb - msw) / (msb + (n0 - 1) * msw)
    }
    if (se == 0) return(out)
    out["ci_low"] <- (d - qt(0.975, df) * se) / u
    out["ci_high"] <- (d + qt(0.975, df) * se) / u
    out["log_p"] <- log(2) + pt(-abs(d / se), df, log.p = TRUE)
    out["log_p_target"] <- log(2) + pt(-abs((d / u - case$target) / (se / u)), df, log.p = TRUE)
    # families of one: the paired t test
    if (all(m == 1) && n <= 1000) {
        t <- t.test(rep(S, k) / u)
        stopifnot(abs(t$stderr / (se / u) - 1) < 1e-12, abs(t$parameter - df) < 1e-8)
    }
    out
}
