# tests/reference/item_analysis.R - reference values for how well items go together, by R and psych.
#
#   Rscript tests/reference/item_analysis.R     (from the root; R 4.2.2, psych 2.2.9 or later)
#
# writes tests/reference/item_analysis_data.csv  case, n, k, sums, products (row by row)
#        tests/reference/item_analysis.csv       case, alpha, its interval, omega, heywood, r_1 ...
#        tests/reference/f_quantile.csv          p, df1, df2, quantile
# Items are whole points from 0. omega is found by another way than pellter's: principal axes,
# repeated until the communalities stand still, from several starts of which the best is kept. (For
# omega psych itself is no reference: fa(covar = TRUE) bounds the uniquenesses as if items had variance
# 1, and omega() takes correlations.)

set.seed(20180331, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
folder <- "tests/reference"
number <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))

# ---- cases -----------------------------------------------------------------------------------
cases <- list()
add_case <- function(name, x) cases[[name]] <<- x
# n forms of k items from 0 to most: one factor with these loadings, cut into codes
forms <- function(n, k, most, loading = 0.7, middle = most / 2, spread = most / 4) {
    loading <- rep_len(loading, k)
    f <- rnorm(n)
    sapply(loading, function(l) {
        y <- middle + spread * (l * f + sqrt(1 - l^2) * rnorm(n))
        pmin(pmax(round(y), 0), most)
    })
}
wemwbs <- seq(0.55, 0.85, length.out = 14)
add_case("n 2", forms(2, 14, 4, wemwbs))
add_case("n 3", forms(3, 14, 4, wemwbs))
add_case("n 5", forms(5, 14, 4, wemwbs))
add_case("n 39", forms(39, 14, 4, wemwbs))
add_case("n 39 five items", forms(39, 5, 2, seq(0.5, 0.8, length.out = 5)))
add_case("n 39 three items", forms(39, 3, 4, 0.8))
add_case("n 39 two items", forms(39, 2, 4, 0.8))
add_case("n 39 one item", forms(39, 1, 4, 0.8))
add_case("n 200 floor", forms(200, 14, 4, wemwbs, middle = 0.3))
add_case("n 200 ceiling", forms(200, 5, 2, 0.6, middle = 1.9, spread = 0.8))
x <- forms(100, 14, 4, wemwbs); x[, 4] <- 3
add_case("n 100 an item without variance", x)
x <- forms(100, 14, 4, wemwbs); x[, 9] <- 4 - x[, 9]
add_case("n 100 an item turned round", x)
x <- forms(100, 3, 4, 0.7); x[, 3] <- 2
add_case("n 100 two of three items vary", x)
x <- forms(60, 5, 4, 0.7); x[, 2] <- x[, 1]
add_case("n 60 an item twice", x)
add_case("n 40 all alike", matrix(3, 40, 5))
add_case("n 40 equal items", matrix(rep(sample(0:4, 40, TRUE), 5), 40))
add_case("n 500 unrelated", forms(500, 5, 4, 0))
add_case("n 1000 sdq total", forms(1000, 20, 2, seq(0.3, 0.6, length.out = 20), 0.6, 0.9))
add_case("n 1000", forms(1000, 14, 4, wemwbs))
add_case("n 1000 forty items", forms(1000, 40, 1, 0.45, 0.5, 0.5))
add_case("n 1000000", forms(1e6, 14, 4, wemwbs))

# qf() of R 4.2 is right to four digits only where df are large; Newton's steps make it as good as pf()
f_quantile <- function(p, df1, df2) {
    q <- qf(p, df1, df2)
    for (i in 1:6) q <- q - (pf(q, df1, df2) - p) / df(q, df1, df2)
    q
}

# ---- statistics ------------------------------------------------------------------------------
# one factor by unweighted least squares: at its end the first principal axis of the covariances
# with l^2 on the diagonal is l itself
principal_axes <- function(S, h) {
    for (i in 1:20000) {
        diag(S) <- h
        e <- eigen(S, symmetric = TRUE)
        if (e$values[1] <= 0) return(NULL)
        l <- e$vectors[, 1] * sqrt(e$values[1])
        if (max(abs(l^2 - h)) < 1e-15 * max(l^2)) break
        h <- l^2
    }
    # a loading that runs away has no end: the least squares are at infinity
    if (max(abs(l^2 - h)) < 1e-11 * max(l^2)) l else l * NA
}
misfit <- function(S, l) { R <- S - outer(l, l); sum(R[lower.tri(R)]^2) }
one_factor <- function(S, starts) {
    best <- NULL
    for (s in seq_len(starts)) {
        l <- principal_axes(S, if (s == 1) diag(S) / 2 else diag(S) * runif(nrow(S)))
        if (!is.null(l) && anyNA(l)) return(l)
        if (!is.null(l) && (is.null(best) || misfit(S, l) < misfit(S, best) * (1 - 1e-9))) best <- l
    }
    best
}
analyse <- function(name, x) {
    n <- nrow(x); k <- ncol(x)
    S <- if (n > 1) cov(x) else matrix(NA, k, k)
    alpha <- low <- high <- omega <- heywood <- NA
    r <- rep(NA_real_, k)
    if (k > 1 && sum(S) > 0) {
        alpha <- k / (k - 1) * (1 - sum(diag(S)) / sum(S))
        if (alpha < 1 - 1e-12) {
            low <- 1 - (1 - alpha) * f_quantile(0.975, n - 1, (n - 1) * (k - 1))
            high <- 1 - (1 - alpha) * f_quantile(0.025, n - 1, (n - 1) * (k - 1))
        }
        for (i in 1:k) {
            rest <- rowSums(x[, -i, drop = FALSE])
            if (var(x[, i]) > 0 && var(rest) > 0) r[i] <- cor(x[, i], rest)
        }
    }
    if (sum(diag(S) > 0) >= 3) {
        l <- one_factor(S, if (k > 20 || n < 10) 1 else 5)
        u <- diag(S) - l^2
        heywood <- sum(ifelse(diag(S) > 0, u < -1e-9 * diag(S), 0 * u))
        if (!is.na(heywood) && heywood == 0) omega <- sum(l)^2 / (sum(l)^2 + sum(u))
    }
    # psych says the same, where it can: it leaves out items without variance
    if (n > 20 && n <= 1000 && k > 2 && k < 100 && all(diag(S) > 0) && qr(S)$rank == k) {
        p <- suppressWarnings(psych::alpha(as.data.frame(x)))
        stopifnot(abs(p$total$raw_alpha - alpha) < 1e-9,
                  all(abs(p$item.stats$r.drop - r) < 1e-9))
        if (!is.null(p$feldt)) stopifnot(abs(p$feldt$lower.ci - low) < 1e-9,
                                         abs(p$feldt$upper.ci - high) < 1e-9)
    }
    list(alpha = alpha, alpha_ci_low = low, alpha_ci_high = high, omega = omega, heywood = heywood,
         r = c(r, rep(NA, 20))[1:20])
}

data <- "case,n,k,sums,products"
lines <- paste(c("case,alpha,alpha_ci_low,alpha_ci_high,omega,heywood", paste0("r_", 1:20)),
               collapse = ",")
for (name in names(cases)) {
    x <- cases[[name]]
    data <- c(data, paste(name, nrow(x), ncol(x), paste(sprintf("%.0f", colSums(x)), collapse = " "),
                          paste(sprintf("%.0f", crossprod(x)), collapse = " "), sep = ","))
    a <- analyse(name, x)
    lines <- c(lines, paste(c(name, number(unlist(a))), collapse = ","))
}
writeLines(data, file.path(folder, "item_analysis_data.csv"))
writeLines(lines, file.path(folder, "item_analysis.csv"))

# ---- F ---------------------------------------------------------------------------------------
grid <- expand.grid(p = c(0.01, 0.025, 0.5, 0.975, 0.99),
                    df1 = c(1, 2, 3, 7.5, 38, 999, 999999), df2 = c(1, 4, 38, 494, 12987, 12999987))
grid$quantile <- with(grid, f_quantile(p, df1, df2))
writeLines(c("p,df1,df2,quantile",
             with(grid, paste(number(p), number(df1), number(df2), number(quantile), sep = ","))),
           file.path(folder, "f_quantile.csv"))
