# tests/reference/between_study.R - a small study of sites, years and two arms, and what R says of it.
#
#   Rscript tests/reference/between_study.R        (from the root; R 4.2.2 and metafor 3.8-1 made the files in git)
#
# writes tests/reference/between/wemwbs.csv, goals.csv   the data
#        tests/reference/between/expected.csv            key of results.csv, value, log_p: empty = undefined
# (study.yaml beside them is written by hand.) Scores are made here from the answers, not by pellter.

suppressMessages(library(metafor))
set.seed(20261122, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
folder <- "tests/reference/between"
number <- function(x) ifelse(is.na(x) | is.infinite(x), "", sprintf("%.17g", x))

# ---- data
people <- 150
p <- data.frame(participant = sprintf("p%03d", seq_len(people)),
                family = sprintf("f%03d", sample(80, people, TRUE)),
                site = sample(c("A", "B", "C", "D", "E", "F", ""), people, TRUE, c(9, 8, 7, 6, 3, 3, 1)),
                year = sample(c(2015, 2016, 2018), people, TRUE),
                arm = sample(c("control", "group 1", "group 2"), people, TRUE))
p$site[1] <- "G" # alone there
level <- rnorm(people, 3, 0.5)
forms <- do.call(rbind, lapply(c("start", "6 months", "12 months"), function(stage) {
    gain <- c(start = 0, "6 months" = 0.2, "12 months" = 0.3)[[stage]] * ifelse(p$arm == "control", 0.3, 1)
    items <- matrix(pmin(5, pmax(1, round(rnorm(people * 14, rep(level + gain, 14), 0.9)))), people)
    keep <- stage == "start" | runif(people) < 0.85
    colnames(items) <- paste0("wemwbs_", 1:14)
    cbind(p, stage = stage, items)[keep, ]
}))
forms$wemwbs_3[sample(nrow(forms), 12)] <- NA # incomplete: no score
write.csv(forms, file.path(folder, "wemwbs.csv"), row.names = FALSE, quote = FALSE, na = "")

families <- data.frame(family = sprintf("g%02d", 1:60), site = sample(c("A", "B", "C", "D"), 60, TRUE),
                       year = sample(c(2015, 2016, 2018), 60, TRUE), arm = sample(c("control", "group 1"), 60, TRUE))
goals <- families[rep(1:60, sample(1:5, 60, TRUE)), ]
goals$goal <- ave(seq_len(nrow(goals)), goals$family, FUN = seq_along)
ratings <- do.call(rbind, lapply(c("start", "6 months", "12 months"), function(stage) {
    x <- sample(-2:2, nrow(goals), TRUE, switch(stage, start = c(5, 4, 0, 0, 0), "6 months" = c(2, 4, 4, 1, 0), c(1, 3, 5, 3, 1)))
    cbind(goals, stage = stage, level = x)[stage == "start" | runif(nrow(goals)) < 0.85, ]
}))
write.csv(ratings, file.path(folder, "goals.csv"), row.names = FALSE, quote = FALSE)

# ---- expectations
out <- character(0)
expect <- function(table, by, cohort, instrument, scale, stage, statistic, value, log_p = NA) {
    out <<- c(out, paste(table, by, cohort, instrument, scale, stage, statistic, number(value), number(log_p), sep = ","))
}
forms$score <- rowSums(forms[paste0("wemwbs_", 1:14)])
b <- forms[forms$stage == "start" & !is.na(forms$score), ]
a <- forms[forms$stage == "12 months" & !is.na(forms$score), ]
d <- merge(b, a[c("participant", "score")], by = "participant")
d$before <- d$score.x
d$after <- d$score.y
d$change <- d$after - d$before

f_log <- function(f, df1, df2) pf(f, df1, df2, lower.tail = FALSE, log.p = TRUE)
between <- function(by) {
    at <- function(statistic, value, log_p = NA) expect("between_cohorts", by, "All", "wemwbs", "total", "change", statistic, value, log_p)
    x <- d[d[[by]] != "", ]
    x$cohort <- factor(x[[by]])
    two <- x[x$cohort %in% names(which(table(x$cohort) >= 2)), ]
    w <- oneway.test(change ~ droplevels(cohort), two)
    k <- kruskal.test(change ~ cohort, x)
    one <- lm(after ~ before, x); same <- lm(after ~ before + cohort, x); own <- lm(after ~ before * cohort, x)
    f <- anova(one, same); s <- anova(same, own)
    at("n", nrow(x)); at("groups", nlevels(x$cohort)); at("not_recorded", nrow(d) - nrow(x))
    at("welch_groups", length(unique(two$cohort))); at("welch_f", w$statistic); at("welch_df1", w$parameter[1])
    at("welch_df2", w$parameter[2]); at("p_welch", w$p.value, log(w$p.value))
    at("kruskal_h", k$statistic); at("kruskal_df", k$parameter); at("p_kruskal", k$p.value, log(k$p.value))
    at("ancova_f", f$F[2]); at("ancova_df1", f$Df[2]); at("ancova_df2", f$Res.Df[2])
    at("p_ancova", f$`Pr(>F)`[2], log(f$`Pr(>F)`[2])); at("slope", coef(same)[["before"]])
    at("slopes_f", s$F[2]); at("slopes_df1", s$Df[2]); at("slopes_df2", s$Res.Df[2]); at("p_slopes", s$`Pr(>F)`[2])
    for (level in levels(x$cohort)) {
        fit <- predict(same, data.frame(before = mean(x$before), cohort = level), se.fit = TRUE, interval = "confidence")
        for (i in 1:4) {
            expect("between_cohorts", by, level, "wemwbs", "total", "after",
                   c("adjusted_mean", "adjusted_se", "adjusted_ci_low", "adjusted_ci_high")[i],
                   c(fit$fit[1], fit$se.fit, fit$fit[2], fit$fit[3])[i])
        }
    }
}
for (by in c("site", "year", "arm")) between(by)

x <- d[d$site != "", ]
n <- tapply(x$change, x$site, length); y <- tapply(x$change, x$site, mean); v <- tapply(x$change, x$site, var) / n
use <- n >= 5
m <- rma(as.numeric(y[use]), as.numeric(v[use]), test = "knha", control = list(threshold = 1e-11, maxiter = 10000))
if (m$tau2 < 1e-9) m <- rma(as.numeric(y[use]), as.numeric(v[use]), test = "knha", tau2 = 0)
pooled <- list(sites = length(n), sites_pooled = sum(use), mean_over_people = mean(x$change), mean_over_sites = mean(y),
               pooled_mean = m$beta[[1]], pooled_se = m$se, pooled_ci_low = m$ci.lb, pooled_ci_high = m$ci.ub, p_pooled = m$pval,
               tau2 = m$tau2, i2 = m$I2, prediction_ci_low = predict(m)$pi.lb, prediction_ci_high = predict(m)$pi.ub)
for (name in names(pooled)) expect("pooled", "site", "All", "wemwbs", "total", "change", name, pooled[[name]])

goal <- reshape(ratings[c("family", "year", "goal", "stage", "level")], direction = "wide", timevar = "stage",
                idvar = c("family", "year", "goal"))
names(goal)[4:6] <- c("start", "six", "twelve")
goal$latest <- ifelse(is.na(goal$twelve), goal$six, goal$twelve)
newcombe <- function(x0, n0, x1, n1) {
    a <- prop.test(x0, n0, correct = FALSE)$conf.int; b <- prop.test(x1, n1, correct = FALSE)$conf.int
    p <- x0 / n0; q <- x1 / n1
    100 * c(q - p - sqrt((q - b[1])^2 + (a[2] - p)^2), q - p + sqrt((b[2] - q)^2 + (p - a[1])^2))
}
years <- c(2015, 2016, 2018)
for (i in 2:3) {
    at <- function(statistic, value) expect("years", "year", years[i], "wemwbs", "total", "change", statistic, value)
    d1 <- d$change[d$year == years[i]]; d0 <- d$change[d$year == years[i - 1]]
    t <- t.test(d1, d0)
    at("n", length(d1)); at("mean", mean(d1)); at("n_previous", length(d0)); at("mean_previous", mean(d0))
    at("difference", mean(d1) - mean(d0)); at("difference_se", t$stderr); at("difference_df", t$parameter)
    at("difference_ci_low", t$conf.int[1]); at("difference_ci_high", t$conf.int[2]); at("p_difference", t$p.value)
    at <- function(statistic, value) expect("years", "year", years[i], "gas", "level", "latest", statistic, value)
    g1 <- goal[goal$year == years[i], ]; g0 <- goal[goal$year == years[i - 1], ]
    n1 <- sum(!is.na(g1$latest)); n0 <- sum(!is.na(g0$latest)); x1 <- sum(g1$latest >= 0, na.rm = TRUE); x0 <- sum(g0$latest >= 0, na.rm = TRUE)
    ends <- newcombe(x0, n0, x1, n1)
    at("goals", n1); at("percent", 100 * x1 / n1); at("goals_previous", n0); at("percent_previous", 100 * x0 / n0)
    at("percent_difference", 100 * (x1 / n1 - x0 / n0)); at("percent_difference_ci_low", ends[1]); at("percent_difference_ci_high", ends[2])
    f1 <- length(unique(g1$family)); f0 <- length(unique(g0$family))
    r <- poisson.test(c(nrow(g1), nrow(g0)), c(f1, f0))
    at("families_with_goals", f1); at("goals_per_family", nrow(g1) / f1); at("goals_per_family_previous", nrow(g0) / f0)
    at("rate_ratio", r$estimate); at("rate_ratio_ci_low", r$conf.int[1]); at("rate_ratio_ci_high", r$conf.int[2]); at("p_rate_ratio", r$p.value)
}
threshold <- 1.96 * sqrt(2) * 8.7 * sqrt(1 - 0.91)
for (share in 1:2) {
    k <- if (share == 1) tapply(d$change > threshold, d$year, sum) else tapply(goal$latest >= 0, goal$year, sum, na.rm = TRUE)
    n <- if (share == 1) tapply(d$change, d$year, length) else tapply(!is.na(goal$latest), goal$year, sum)
    t <- prop.trend.test(k, n, years)
    at <- function(statistic, value) expect("trend", "year", "All", c("wemwbs", "gas")[share], c("total", "level")[share], c("change", "latest")[share], statistic, value)
    sign <- sign(sum((k - n * sum(k) / sum(n)) * years))
    at("trend_groups", 3); at("trend_z", sign * sqrt(t$statistic)); at("p_trend", t$p.value)
}
n <- sum(!is.na(goal$latest)); k <- sum(goal$latest >= 0, na.rm = TRUE)
w <- 100 * prop.test(k, n, correct = FALSE)$conf.int
at <- function(statistic, value) expect("attainment", "", "All", "gas", "level", "latest", statistic, value)
at("wilson_ci_low", w[1]); at("wilson_ci_high", w[2]); at("p_binomial", binom.test(k, n, 0.75, "less")$p.value)
steps <- list(change = c("start", "twelve"), "12 months" = c("six", "twelve"))
for (name in names(steps)) {
    first <- goal[[steps[[name]][1]]] >= 0; then <- goal[[steps[[name]][2]]] >= 0
    both <- !is.na(first) & !is.na(then); first <- first[both]; then <- then[both]
    at <- function(statistic, value) expect("paired_shares", "", "All", "gas", "level", name, statistic, value)
    at("n", sum(both)); at("attained_first", sum(first)); at("attained_then", sum(then)); at("gained", sum(!first & then)); at("lost", sum(first & !then))
    at("p_mcnemar", binom.test(sum(!first & then), sum(first != then))$p.value)
}
arm <- as.numeric(d$arm != "control")
at <- function(statistic, value, log_p = NA) expect("comparison_group", "arm", "All", "wemwbs", "total", "change", statistic, value, log_p)
t <- t.test(d$change[arm == 1], d$change[arm == 0])
d$with <- arm
fit <- lm(after ~ before + with, d); s <- summary(fit)$coefficients["with", ]; ci <- confint(fit)["with", ]
k <- d$change > threshold
ends <- newcombe(sum(k[arm == 0]), sum(arm == 0), sum(k[arm == 1]), sum(arm == 1))
at("n_programme", sum(arm)); at("n_comparison", sum(1 - arm)); at("mean_programme", mean(d$change[arm == 1])); at("mean_comparison", mean(d$change[arm == 0]))
at("did", mean(d$change[arm == 1]) - mean(d$change[arm == 0])); at("did_se", t$stderr); at("did_df", t$parameter); at("did_ci_low", t$conf.int[1]); at("did_ci_high", t$conf.int[2])
at("p_did", t$p.value, log(t$p.value)); at("ancova_difference", s[1]); at("ancova_difference_se", s[2]); at("ancova_difference_df", fit$df.residual)
at("ancova_difference_ci_low", ci[1]); at("ancova_difference_ci_high", ci[2]); at("p_ancova_difference", s[4], log(s[4]))
at("improved_programme", sum(k[arm == 1])); at("improved_comparison", sum(k[arm == 0])); at("improved_difference", 100 * (mean(k[arm == 1]) - mean(k[arm == 0])))
at("improved_difference_ci_low", ends[1]); at("improved_difference_ci_high", ends[2])
both <- sqrt(sum((d$change - ave(d$change, arm))^2) / (nrow(d) - 2))
h <- sqrt(1 / sum(arm) + 1 / sum(1 - arm))
ncp <- function(p) uniroot(function(x) pt((mean(d$change[arm == 1]) - mean(d$change[arm == 0])) / both / h, nrow(d) - 2, x) - p, c(-40, 40), tol = 1e-14)$root
J <- exp(lgamma((nrow(d) - 2) / 2) - lgamma((nrow(d) - 3) / 2)) / sqrt((nrow(d) - 2) / 2)
g <- J * c((mean(d$change[arm == 1]) - mean(d$change[arm == 0])) / both, ncp(0.975) * h, ncp(0.025) * h)
check <- effectsize::hedges_g(d$change, factor(1 - arm))
stopifnot(abs(unlist(check[c("Hedges_g", "CI_low", "CI_high")]) - g) < c(1e-10, 1e-4, 1e-4))
at("hedges_g", g[1]); at("hedges_g_ci_low", g[2]); at("hedges_g_ci_high", g[3])
writeLines(c("table,by,cohort,instrument,scale,stage,statistic,value,log_p", out), file.path(folder, "expected.csv"))
