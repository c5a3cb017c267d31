# tests/reference/between.R - reference values for comparisons between cohorts, by R itself.
#
#   Rscript tests/reference/between.R        (from the root; R 4.2.2 and metafor 3.8-1 made the files in git)
#
# writes tests/reference/between_data.csv      case, units_per_point, cohort, before, after, count
#        tests/reference/between.csv           case, statistics of all cohorts...: empty = undefined
#        tests/reference/between_adjusted.csv  case, cohort, adjusted mean, se, interval
#        tests/reference/f_tail.csv            f, df1, df2, log_p: upper tails
# Scores are whole units; R gets points. Cohorts are numbered from 0; one without rows has nobody.

suppressMessages(library(metafor))
set.seed(20261122, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
folder <- "tests/reference"
number <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))
clamp <- function(x, low, high) pmin(pmax(round(x), low), high)

# ---- cases -----------------------------------------------------------------------------------
cases <- list()
add_case <- function(name, units, cohort, before, after, count = rep(1, length(before))) {
    stopifnot(!(name %in% names(cases)), before == round(before), after == round(after))
    data <- aggregate(count ~ cohort + before + after, data.frame(cohort, before, after, count), sum)
    cases[[name]] <<- list(units = units, data = data[order(data$cohort, data$before, data$after), ])
}
draw <- function(cohort, mean = 4, sd = 8, low = 14, high = 70) {
    b <- clamp(rnorm(length(cohort), 42, 9), low, high)
    list(b = b, a = clamp(b + rnorm(length(cohort), mean, sd), low, high))
}

add_case("n 2 of two", 1, 0:1, c(41, 38), c(47, 39))
add_case("n 3", 1, c(0, 0, 1), c(41, 38, 50), c(47, 39, 48))
add_case("n 4 of two", 1, c(0, 0, 1, 1), c(41, 38, 50, 44), c(47, 39, 55, 52))
add_case("n 5", 858, c(0, 0, 1, 1, 1), c(31, 45, 38, 52, 40) * 858,
         c(40 * 858 + 66, 44 * 858, 47 * 858, 55 * 858 + 429, 38 * 858))
add_case("one cohort", 1, rep(0, 5), c(31, 45, 38, 52, 40), c(40, 44, 47, 55, 38))
g <- rep(0:2, c(4, 21, 14))
x <- draw(g)
add_case("n 39", 1, g, x$b, x$a)
g <- rep(c(0, 2, 3), c(12, 1, 9))
x <- draw(g)
add_case("one person, nobody", 1, g, x$b, x$a)
add_case("one cohort all equal", 1, rep(0:1, each = 5), c(30:34, 40, 44, 41, 43, 39),
         c(30:34 + 2, 45, 44, 40, 50, 42))
add_case("all changes equal", 1, rep(0:1, each = 5), c(30:34, 40, 44, 41, 43, 39),
         c(30:34, 40, 44, 41, 43, 39) + 3)
add_case("exact lines", 1, rep(0:1, each = 5), c(30:34, 40, 44, 41, 43, 39),
         c(2 * 30:34, 2 * c(40, 44, 41, 43, 39) + 7))
add_case("nearly exact lines", 1e10, rep(0:1, each = 5), c(30:34, 40, 44, 41, 43, 39) * 1e10,
         c(2 * 30:34, 2 * c(40, 44, 41, 43, 39) + 7) * 1e10 + 1e6 * c(1, -2, 3, 1, 0, 2, 5, -3, 1, 2))
add_case("before alike", 1, rep(0:1, each = 4), rep(20, 8), c(21, 25, 19, 22, 30, 28, 33, 25))
swemwbs <- c(700, 951, 1123, 1233, 1313, 1375, 1425, 1467, 1504, 1538, 1571, 1602, 1633, 1664, 1696,
             1729, 1765, 1803, 1843, 1886, 1931, 1979, 2028, 2080, 2135, 2192, 2255, 2325, 2403,
             2508, 3031, 3301, 3500)
i <- sample(5:25, 120, TRUE)
add_case("metric, six sites", 100, rep(0:5, 20), swemwbs[i], swemwbs[i + sample(-4:7, 120, TRUE)])
g <- rep(0:6, 40)
b <- sample(0:3, 280, TRUE)
add_case("heavy ties", 1, g, b, clamp(b - sample(0:2, 280, TRUE), 0, 10))
g <- sample(0:4, 300, TRUE)
add_case("floor and ceiling", 1, g, sample(c(rep(0, 40), rep(10, 30), 1:9), 300, TRUE),
         sample(c(rep(0, 30), rep(10, 45), 1:9), 300, TRUE))
g <- sample(0:21, 400, TRUE, prob = 22:1)
x <- draw(g, 3 + g / 4)
add_case("22 sites", 1, g, x$b, x$a)
g <- rep(0:21, c(rep(12, 18), 5, 4, 3, 2))
x <- draw(g, 3)
add_case("22 sites alike", 1, g, x$b, x$a)
g <- rep(0:4, c(5, 5, 6, 60, 200))
x <- draw(g, c(-2, 8, 3, 5, 4)[g + 1], 5)
add_case("five sites", 1, g, x$b, x$a)
g <- sample(0:5, 1000, TRUE)
b <- clamp(rnorm(1000, 43 * 858, 9 * 858), 14 * 858, 70 * 858)
add_case("n 1000 prorated", 858, g, b, clamp(b + rnorm(1000, 1200 + 300 * g, 6000), 14 * 858, 70 * 858))
g <- sample(0:7, 400, TRUE)
b <- round(rnorm(400, 36, 6) * 1e4) * 1e6
add_case("t scores", 1e10, g, b, round((b / 1e10 + rnorm(400, 10, 9)) * 1e3) * 1e7)
grid <- expand.grid(before = seq(14, 70, 2), shift = -12:16, cohort = 0:5)
grid$after <- clamp(grid$before + grid$shift, 14, 70)
w <- round(2e6 * c(.3, .3, .2, .1, .06, .04)[grid$cohort + 1] * dnorm(grid$before, 42, 8) *
           dnorm(grid$shift, 2 + c(0, .01, 0, -.01, .02, 0)[grid$cohort + 1], 4))
w[which.max(w)] <- w[which.max(w)] + 1e6 - sum(w)
add_case("n 1000000", 1, grid$cohort[w > 0], grid$before[w > 0], grid$after[w > 0], w[w > 0])
w <- round(4e3 * c(.3, .3, .2, .1, .06, .04)[grid$cohort + 1] * dnorm(grid$before, 42, 8) *
           dnorm(grid$shift, 2 + c(0, 3, 1, -2, 4, 0)[grid$cohort + 1] -
                     c(0, .02, 0, .01, 0, .03)[grid$cohort + 1] * (grid$before - 42), 4))
add_case("far apart", 1, grid$cohort[w > 0], grid$before[w > 0], grid$after[w > 0], w[w > 0])

# ---- statistics ------------------------------------------------------------------------------
# Nested least squares fits. anova() takes sums of squares from the rotated data, where the
# difference of two residual sums would lose digits.
after_fits <- function(d) {
    k <- length(unique(d$cohort))
    same <- if (k > 1) lm(after ~ before + cohort, d) else lm(after ~ before, d)
    list(same = same, own = if (k > 1) lm(after ~ before * cohort, d) else same)
}
ancova <- function(d, exact) {
    r <- list(slope = NA, ancova_f = NA, ancova_df1 = NA, ancova_df2 = NA, p = NA, log_p_ancova = NA,
              slopes_f = NA, slopes_df1 = NA, slopes_df2 = NA, log_p_slopes = NA, adjusted = NULL)
    d$cohort <- droplevels(factor(d$cohort))
    varies <- tapply(d$before, d$cohort, function(x) length(unique(x)) > 1)
    if (!any(varies)) return(r)
    m <- after_fits(d)
    k <- nlevels(d$cohort)
    q <- sum(varies)
    r$slope <- coef(m$same)[["before"]]
    r$ancova_df1 <- k - 1
    r$ancova_df2 <- nrow(d) - k - 1
    r$slopes_df1 <- q - 1
    r$slopes_df2 <- nrow(d) - k - q
    if (r$ancova_df2 >= 1 && !exact) {
        if (k > 1) {
            r$ancova_f <- anova(m$same)["cohort", "F value"]
            r$log_p_ancova <- pf(r$ancova_f, k - 1, r$ancova_df2, lower.tail = FALSE, log.p = TRUE)
        }
        at <- data.frame(before = mean(d$before), cohort = levels(d$cohort))
        p <- predict(m$same, at, se.fit = TRUE, interval = "confidence")
        r$adjusted <- data.frame(cohort = at$cohort, mean = p$fit[, "fit"], se = p$se.fit,
                                 ci_low = p$fit[, "lwr"], ci_high = p$fit[, "upr"])
    }
    if (q > 1 && r$slopes_df2 >= 1 && !exact) {
        # anova(m$own) is 1e-9 off at n = 1000000: the slopes' own sum of squares, written out
        xx <- tapply(d$before, d$cohort, function(x) sum((x - mean(x))^2))[varies]
        xy <- unsplit(lapply(split(d, d$cohort), function(c) (c$before - mean(c$before)) * (c$after - mean(c$after))), d$cohort)
        slopes <- tapply(xy, d$cohort, sum)[varies] / xx
        r$slopes_f <- sum(xx * (slopes - sum(xx * slopes) / sum(xx))^2) / (q - 1) / (sum(resid(m$own)^2) / r$slopes_df2)
        stopifnot(abs(r$slopes_f - anova(m$own)["before:cohort", "F value"]) < 1e-4 * r$slopes_f)
        r$log_p_slopes <- pf(r$slopes_f, q - 1, r$slopes_df2, lower.tail = FALSE, log.p = TRUE)
    }
    r
}
welch <- function(d) {
    d <- d[d$cohort %in% names(which(table(d$cohort) >= 2)), ]
    k <- length(unique(d$cohort))
    r <- list(welch_cohorts = k, welch_f = NA, welch_df1 = NA, welch_df2 = NA, log_p_welch = NA)
    if (k < 2 || any(tapply(d$change, as.character(d$cohort), var) == 0)) return(r)
    t <- oneway.test(change ~ cohort, d)
    r$welch_f <- t$statistic[[1]]
    r$welch_df1 <- t$parameter[[1]]
    r$welch_df2 <- t$parameter[[2]]
    r$log_p_welch <- pf(r$welch_f, r$welch_df1, r$welch_df2, lower.tail = FALSE, log.p = TRUE)
    r
}
kruskal <- function(d) {
    r <- list(kruskal_h = NA, kruskal_df = NA, log_p_kruskal = NA)
    if (length(unique(d$cohort)) < 2 || length(unique(d$change)) < 2) return(r)
    t <- kruskal.test(d$change, factor(d$cohort))
    r$kruskal_h <- t$statistic[[1]]
    r$kruskal_df <- t$parameter[[1]]
    r$log_p_kruskal <- pchisq(r$kruskal_h, r$kruskal_df, lower.tail = FALSE, log.p = TRUE)
    r
}
pooled <- function(d) {
    n <- tapply(d$change, d$cohort, length)
    y <- tapply(d$change, d$cohort, mean)
    v <- tapply(d$change, d$cohort, var) / n
    y <- as.numeric(y)
    v <- as.numeric(v)
    use <- as.numeric(n) >= 5 & !is.na(v) & v > 0
    r <- list(sites = length(n), sites_pooled = sum(use), mean_over_people = mean(d$change),
              mean_over_sites = mean(y), pooled_mean = NA, pooled_se = NA, pooled_ci_low = NA,
              pooled_ci_high = NA, log_p_pooled = NA, tau2 = NA, i2 = NA, prediction_ci_low = NA,
              prediction_ci_high = NA)
    if (sum(use) < 5) return(r)
    m <- rma(y[use], v[use], method = "REML", test = "knha",
             control = list(threshold = 1e-11, maxiter = 10000))
    p <- predict(m)
    # metafor stops where tau2 moves by less than the threshold; what it calls 1e-16 is 0
    if (m$tau2 < 1e-9) {
        m <- rma(y[use], v[use], tau2 = 0, test = "knha")
        p <- predict(m)
    }
    r$pooled_mean <- m$beta[[1]]
    r$pooled_se <- m$se
    r$pooled_ci_low <- m$ci.lb
    r$pooled_ci_high <- m$ci.ub
    r$log_p_pooled <- log(2) + pt(-abs(m$zval), sum(use) - 1, log.p = TRUE)
    r$tau2 <- m$tau2
    r$i2 <- m$I2
    r$prediction_ci_low <- p$pi.lb
    r$prediction_ci_high <- p$pi.ub
    r
}

all <- list()
adjusted <- list()
for (name in names(cases)) {
    case <- cases[[name]]
    d <- case$data[rep(seq_len(nrow(case$data)), case$data$count), ]
    d$change <- (d$after - d$before) / case$units
    d$before <- d$before / case$units
    d$after <- d$after / case$units
    fit <- ancova(d, name %in% c("all changes equal", "exact lines"))
    if (!is.null(fit$adjusted)) adjusted[[name]] <- data.frame(case = name, fit$adjusted)
    fit$adjusted <- NULL
    fit$p <- NULL
    all[[name]] <- c(welch(d), kruskal(d), fit, pooled(d))
}

data <- do.call(rbind, lapply(names(cases), function(name) {
    x <- cases[[name]]$data
    sprintf("%s,%.0f,%d,%.0f,%.0f,%.0f", gsub(",", ";", name), cases[[name]]$units, as.integer(x$cohort),
            x$before, x$after, x$count)
}) |> lapply(as.matrix))
writeLines(c("case,units_per_point,cohort,before,after,count", data), file.path(folder, "between_data.csv"))
table <- do.call(rbind, lapply(all, function(x) number(unlist(lapply(x, function(y) if (is.null(y)) NA else y)))))
writeLines(c(paste(c("case", names(all[[1]])), collapse = ","),
             paste(gsub(",", ";", names(all)), apply(table, 1, paste, collapse = ","), sep = ",")),
           file.path(folder, "between.csv"))
a <- do.call(rbind, adjusted)
writeLines(c("case,cohort,mean,se,ci_low,ci_high",
             paste(gsub(",", ";", a$case), a$cohort, number(a$mean), number(a$se), number(a$ci_low),
                   number(a$ci_high), sep = ",")),
           file.path(folder, "between_adjusted.csv"))

# ---- tails of F ------------------------------------------------------------------------------
tail <- expand.grid(f = c(0.01, 0.5, 0.9, 1, 1.1, 2, 5, 20, 100, 1000), df1 = c(1, 2, 5, 21, 199, 19999),
                    df2 = c(1, 2.5, 10, 35.3, 1000, 999978.2))
tail$log_p <- suppressWarnings(pf(tail$f, tail$df1, tail$df2, lower.tail = FALSE, log.p = TRUE))
tail <- tail[tail$log_p > -690 & is.finite(tail$log_p), ] # R gives up before a double does
writeLines(c("f,df1,df2,log_p", paste(number(tail$f), number(tail$df1), number(tail$df2),
                                      number(tail$log_p), sep = ",")),
           file.path(folder, "f_tail.csv"))
