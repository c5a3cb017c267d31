# tests/reference/effect_sizes.R - the sizes of a change and their intervals, by their definitions. For
# effects.R and studies.R, which source it. R 4.2.2; effectsize 0.8.3 and metafor 3.8.1 are asked, too, where
# they can tell.

suppressMessages({library(effectsize); library(metafor)})
z <- qnorm(0.975)

# ---- noncentral t ----------------------------------------------------------------------------
# P(T <= t), by the definition: a normal over u = sqrt(chi^2 / df), by Gauss and Legendre's rule of ten
# points on each of 600 panels. R's own pt(ncp) does not reach beyond |ncp| 37.62, and is compared where
# it should be good.
gauss <- local({ # Golub & Welsch
    k <- 1:9
    jacobi <- matrix(0, 10, 10)
    jacobi[cbind(k, k + 1)] <- jacobi[cbind(k + 1, k)] <- k / sqrt(4 * k^2 - 1)
    e <- eigen(jacobi, symmetric = TRUE)
    list(at = e$values, weight = 2 * e$vectors[1, ]^2)
})
panels <- function(df) {
    ends <- sqrt(c(qchisq(1e-18, df), qchisq(1e-18, df, lower.tail = FALSE)) / df)
    cut <- seq(ends[1], ends[2], length.out = 601)
    half <- diff(cut) / 2
    u <- as.vector(outer(gauss$at, half) + rep(cut[-601] + half, each = 10))
    weight <- as.vector(outer(gauss$weight, half)) * 2 * df * u * dchisq(df * u^2, df)
    stopifnot(abs(sum(weight) - 1) < 1e-11)
    list(u = u, weight = weight / sum(weight)) # so that what is left of the rounding in dchisq() goes
}
lower <- function(t, df, ncp, p = panels(df)) sum(p$weight * pnorm(t * p$u - ncp))
noncentral <- function(t, df) {
    if (t < 0) {
        return(-rev(noncentral(-t, df)))
    }
    points <- panels(df)
    end <- function(p) uniroot(function(ncp) lower(t, df, ncp, points) - p, c(-3, 5 + 3 * t), tol = 1e-13)$root
    ends <- c(end(0.975), end(0.025))
    if (max(abs(ends)) < 37) {
        plain <- function(p) suppressWarnings(uniroot(function(ncp) pt(t, df, ncp) - p,
                                                      c(-3, min(37.5, 5 + 3 * t)), tol = 1e-12)$root)
        stopifnot(all.equal(c(plain(0.975), plain(0.025)), ends, tolerance = 1e-7))
    }
    ends
}
# ---- sizes -----------------------------------------------------------------------------------
factor_of <- function(df) if (df > 1) exp(lgamma(0.5) - lbeta((df - 1) / 2, 0.5)) / sqrt(df / 2) else NA

standardised <- function(b, a, w) { # points before and after, how many
    n <- sum(w)
    mean_of <- function(x) sum(w * x) / n
    sd_of <- function(x) sqrt(sum(w * (x - mean_of(x))^2) / (n - 1))
    d <- a - b
    if (n < 2) {
        return(rep(NA, 19))
    }
    varies <- min(d) < max(d)
    s <- if (varies) sd_of(d) else 0
    dz <- if (varies) mean_of(d) / s else NA
    small <- varies && abs(dz) * sqrt(n) < 37
    ends <- if (!varies) c(NA, NA)
            else if (small) noncentral(dz * sqrt(n), n - 1) / sqrt(n)
            else dz + c(-1, 1) * z * sqrt(1 / n + dz^2 / (2 * n))
    average <- sqrt((sd_of(b)^2 + sd_of(a)^2) / 2)
    J <- factor_of(n - 1)
    dav <- if (average > 0) c(mean_of(d) / average, ends * s / average) else rep(NA, 3)
    delta <- if (sd_of(b) > 0) c(mean_of(d) / sd_of(b), ends * s / sd_of(b)) else rep(NA, 3)
    if (n > 4 && n <= 1000 && varies && sd_of(b) > 0 && sd_of(a) > 0) {
        all_b <- rep(b, w)
        all_a <- rep(a, w)
        r <- cor(all_b, all_a)
        of <- function(measure) # metafor's change is the first less the second
            suppressWarnings(escalc(measure, m1i = mean(all_a), m2i = mean(all_b), sd1i = sd(all_b), sd2i = sd(all_a),
                   ni = n, ri = r)$yi[1])
        stopifnot(all.equal(as.numeric(of("SMCR")), J * delta[1], tolerance = 1e-10),
                  all.equal(as.numeric(of("SMCC")), J * dz, tolerance = 1e-8))
        plain <- cohens_d(rep(d, w)) # its ends are those of optim(): three digits or so
        stopifnot(all.equal(plain$Cohens_d, dz, tolerance = 1e-10))
        if (small && abs(dz * sqrt(n)) > 0.1) {
            stopifnot(max(abs(c(plain$CI_low, plain$CI_high) - ends)) < 0.02)
        }
    }
    c(ends, if (varies) as.numeric(small) else NA, J * dz, J * ends, dav[2:3], J * dav, delta, J * delta)
}
names_standardised <- c("dz_ci_low", "dz_ci_high", "dz_noncentral", "gz", "gz_ci_low", "gz_ci_high",
                        "dav_ci_low", "dav_ci_high", "gav", "gav_ci_low", "gav_ci_high", "glass_delta",
                        "glass_delta_ci_low", "glass_delta_ci_high", "g_glass", "g_glass_ci_low",
                        "g_glass_ci_high")

# Ranks of |change| of all changes other than 0; with `zeros` of them below.
ranks_of <- function(x, w, zeros) {
    keep <- x != 0
    size <- sort(unique(abs(x[keep])))
    m <- vapply(size, function(s) sum(w[abs(x) == s]), 0)
    rank <- zeros + cumsum(c(0, m))[seq_along(m)] + (m + 1) / 2
    list(v = sum(vapply(seq_along(size), function(i) rank[i] * sum(w[x == size[i]]), 0)), rank = rank, m = m)
}

biserial <- function(x, w, zeros) { # ends; zeros 0 = dropped
    r <- ranks_of(x, w, zeros)
    m <- sum(r$m)
    if (m == 0) {
        return(c(NA, NA, NA))
    }
    untied <- zeros + seq_len(m)
    size <- 2 * r$v / sum(untied) - 1
    if (abs(size) == 1) {
        return(c(size, NA, NA))
    }
    ends <- tanh(atanh(size) + c(-1, 1) * z * sqrt(sum(untied^2)) / sum(untied))
    if (zeros == 0 && sum(w) <= 1000) { # of changes: of two samples it counts the wrong zeros
        theirs <- suppressMessages(rank_biserial(rep(x, w)))
        stopifnot(all.equal(c(size, ends), c(theirs$r_rank_biserial, theirs$CI_low, theirs$CI_high),
                            tolerance = 1e-10))
    }
    c(size, ends)
}

pratt <- function(x, w) {
    zeros <- sum(w[x == 0])
    r <- ranks_of(x, w, zeros)
    m <- sum(r$m)
    n <- m + zeros
    if (m == 0) {
        return(c(v = 0, p = NA, log_p = NA, exact = as.numeric(n <= 200), biserial(x, w, zeros)))
    }
    if (n <= 200) {
        p <- 1
        for (d in rep(round(2 * r$rank), r$m)) {
            p <- 0.5 * c(p, rep(0, d)) + 0.5 * c(rep(0, d), p)
        }
        cdf <- cumsum(p)
        at <- 2 * r$v + 1
        p <- min(1, 2 * min(cdf[at], sum(p[at:length(p)])))
        log_p <- log(p)
    } else {
        middle <- (n * (n + 1) - zeros * (zeros + 1)) / 4
        variance <- (n * (n + 1) * (2 * n + 1) - zeros * (zeros + 1) * (2 * zeros + 1)) / 24 -
            sum(r$m^3 - r$m) / 48
        log_p <- min(0, log(2) + pnorm(-max(0, abs(r$v - middle) - 0.5) / sqrt(variance), log.p = TRUE))
        p <- exp(log_p)
    }
    c(v = r$v, p = p, log_p = log_p, exact = as.numeric(n <= 200), biserial(x, w, zeros))
}

superior <- function(x, w) {
    n <- sum(w)
    b <- sum(w[x > 0])
    c <- sum(w[x < 0])
    p <- (b + 1) / (n + 2)
    q <- (c + 1) / (n + 2)
    ends <- (1 + p - q + c(-1, 1) * z * sqrt((p + q - (p - q)^2) / (n + 2))) / 2
    c((b + (n - b - c) / 2) / n, max(0, ends[1]), min(1, ends[2]))
}

# The sums of a signed rank beyond R's reach: its normal approximation with the fourth cumulant. Scores
# are tied by the thousand there, and a few places more or less are the same sum.
quantile_of <- function(n) {
    if (n <= 1000) return(qsignrank(0.025, n))
    s2 <- n * (n + 1) * (2 * n + 1) / 24
    l4 <- -(3 * n^2 + 3 * n - 1) * n * (n + 1) * (2 * n + 1) / 30 / 8 / s2^2
    ceiling(n * (n + 1) / 4 - 0.5 + sqrt(s2) * (-z + l4 / 24 * (-z^3 + 3 * z)))
}

hodges_lehmann <- function(x, w, units) {
    n <- sum(w)
    i <- rep(seq_along(x), seq_along(x))
    j <- sequence(seq_along(x))
    count <- ifelse(i == j, w[i] * (w[i] + 1) / 2, w[i] * w[j])
    sums <- x[i] + x[j]
    order <- order(sums)
    sums <- sums[order]
    count <- cumsum(count[order])
    at <- function(place) sums[which(count >= place)[1]] / 2 / units
    total <- n * (n + 1) / 2
    middle <- (at(floor((total + 1) / 2)) + at(floor(total / 2) + 1)) / 2
    q <- quantile_of(n)
    ends <- if (n >= 6 && length(x) > 1) c(at(q), at(total - q + 1)) else c(NA, NA)
    if (n >= 6 && n < 1000 && all(x != 0) && !anyDuplicated(abs(x)) && all(w == 1)) {
        theirs <- wilcox.test(x / units, conf.int = TRUE, exact = TRUE)
        stopifnot(all.equal(c(middle, ends), c(unname(theirs$estimate), theirs$conf.int[1:2]),
                            tolerance = 1e-12))
    }
    c(middle, ends)
}
