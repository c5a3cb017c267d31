# tests/reference/reml.R - reference values for the mixed model, by residuals of every respondent.
#
#   Rscript tests/reference/reml.R        (from the root; R 4.2.2, nlme 3.1-162 made the files in git)
#
# writes tests/reference/reml_data.csv  case, units, s1...s6, count: scores in units, empty = none
#        tests/reference/reml.csv       case, structure, errors, statistic, stage, value: by the code
#                                       below, which knows nothing of sums over patterns
#        tests/reference/reml_peers.csv the same by nlme::gls, clubSandwich::vcovCR (CR2) and
#                                       pbkrtest::vcovAdj: their optimisers end some 5e-6 away
# Changes are from the first stage.

suppressPackageStartupMessages({library(nlme); library(clubSandwich); library(lme4); library(pbkrtest)})
set.seed(20180331, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
folder <- "tests/reference"
number <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))

# ---- cases -----------------------------------------------------------------------------------
cases <- list()
add_case <- function(name, units, scores, count = rep(1, nrow(scores)))
{
    stopifnot(all(scores == round(scores), na.rm = TRUE))
    cases[[name]] <<- list(units = units, scores = scores, count = count)
}
people <- function(n, mean, sd, r)
{
    k <- length(mean)
    v <- outer(rep(sd, length.out = k), rep(sd, length.out = k)) *
        r^abs(outer(seq_len(k), seq_len(k), "-"))
    sweep(matrix(rnorm(n * k), n) %*% chol(v), 2, mean, "+")
}
clamp <- function(x, low, high) { x[] <- pmin(pmax(round(x), low), high); x }
# Leaves for good with a chance that depends on the score seen last.
leave <- function(x, share, low)
{
    for (i in seq_len(nrow(x))) for (s in 2:ncol(x)) {
        if (runif(1) < share * (1 + (x[i, s - 1] < low))) { x[i, s:ncol(x)] <- NA; break }
    }
    x
}
gaps <- function(x, share)
{
    x[matrix(runif(length(x)) < share, nrow(x))] <- NA
    x[rowSums(!is.na(x)) > 0, , drop = FALSE]
}
add_case("n 10 complete", 1, clamp(people(10, c(42, 47), 9, 0.6), 14, 70))
add_case("n 10 heavy drop-out", 1, leave(clamp(people(10, c(42, 45, 47), 9, 0.7), 14, 70), 0.3, 40))
add_case("n 39 complete", 1, clamp(people(39, c(42, 45, 51), c(8, 9, 11), 0.6), 14, 70))
add_case("n 39 two stages", 100, leave(clamp(people(39, c(2100, 2300), c(350, 420), 0.5), 700, 3500), 0.2, 2000))
add_case("n 39 three stages", 1, leave(clamp(people(39, c(42, 46, 47), 9, 0.7), 14, 70), 0.1, 40))
add_case("n 39 later only", 858, gaps(clamp(people(39, c(42, 46, 47) * 858, 9 * 858, 0.7), 14 * 858, 70 * 858), 0.2))
add_case("n 200 leaving", 1, leave(clamp(people(200, c(42, 44, 46, 47, 48, 48), 9, 0.8), 14, 70), 0.15, 40))
add_case("n 200 gaps, floor", 1, gaps(clamp(people(200, c(3, 2, 2, 1, 1, 1), 2.5, 0.8), 0, 10), 0.3))
add_case("n 1000 T", 1e10, leave(clamp(people(1000, c(37, 46, 50), c(3, 9, 10), 0.5) * 1e10, 0, 1e12), 0.2, 36e10))
add_case("n 1000 six stages", 1, gaps(clamp(people(1000, c(20, 18, 17, 16, 16, 15), 6, 0.85), 0, 40), 0.4))
x <- leave(clamp(people(40, c(42, 46, 47), 9, 0.7), 14, 70), 0.25, 40)
add_case("n 1e6", 1, x, rep(25000, 40))
x <- gaps(clamp(people(200, c(20, 18, 17, 16, 16, 15), 6, 0.85), 0, 40), 0.3)
add_case("n 2e7", 1, x, rep(100000, nrow(x)))
x <- clamp(people(60, c(42, 46, 47), 9, 0.7), 14, 70)
x[1:45, 3] <- NA; x[46:60, 1:2] <- NA
add_case("n 60 a stage apart", 1, x)
x <- clamp(people(30, c(42, 46, 47, 47), 9, 0.7), 14, 70)
x[c(1:20), 3] <- NA; x[c(1:10, 21:28), 4] <- NA; x[29:30, 1] <- NA
add_case("n 30 few late", 1, x)

source("tests/reference/reml_book.R")

rows <- peers <- list()
put <- function(list, ...) { list[[length(list) + 1]] <- data.frame(...); list }
estimates <- function(case, structure, errors, mu, v, df)
{
    k <- length(mu)
    for (s in 1:k) {
        rows <<- put(rows, case, structure, errors, statistic = "model_mean", stage = s, value = mu[s])
        rows <<- put(rows, case, structure, errors, statistic = "model_se", stage = s, value = sqrt(v[s, s]))
        if (s == 1) next
        c <- numeric(k); c[1] <- -1; c[s] <- 1
        d <- sum(c * mu); se <- sqrt(c(t(c) %*% v %*% c)); m <- df(c)
        values <- c(model_change = d, model_change_se = se, model_change_df = m,
                    model_change_ci_low = d - qt(0.975, m) * se, model_change_ci_high = d + qt(0.975, m) * se,
                    log_model_change_p = log(2) + pt(-abs(d / se), m, log.p = TRUE))
        for (x in names(values)) rows <<- put(rows, case, structure, errors, statistic = x, stage = s, value = values[[x]])
    }
}

# ---- the packages ----------------------------------------------------------------------------
tight <- glsControl(maxIter = 100, msMaxIter = 500, tolerance = 1e-9, msTol = 1e-11)
by_packages <- function(case, structure, y)
{
    k <- ncol(y)
    d <- data.frame(id = factor(rep(seq_len(nrow(y)), k)), s = rep(seq_len(k), each = nrow(y)), y = c(y))
    d <- d[!is.na(d$y), ]; d <- d[order(d$id, d$s), ]; d$stage <- factor(d$s)
    correlation <- if (structure == "un") corSymm(form = ~ s | id) else corCompSymm(form = ~ s | id)
    weights <- if (structure == "cs") NULL else varIdent(form = ~ 1 | stage)
    g <- tryCatch(gls(y ~ 0 + stage, d, correlation, weights, method = "REML", control = tight), error = function(e) NULL)
    if (is.null(g)) return()
    peers <<- put(peers, case, structure, errors = "", statistic = "model_reml_loglik", stage = 0, value = c(logLik(g)))
    for (s in 1:k) peers <<- put(peers, case, structure, errors = "", statistic = "model_mean", stage = s, value = coef(g)[[s]])
    if (structure != "un") {
        v <- vcovCR(g, cluster = d$id, type = "CR2")
        for (s in 2:k) {
            c <- matrix(0, 1, k); c[1] <- -1; c[s] <- 1
            t <- linear_contrast(g, v, c, test = "Satterthwaite")
            peers <<- put(peers, case, structure, errors = "robust", statistic = "model_change_se", stage = s, value = t$SE)
            peers <<- put(peers, case, structure, errors = "robust", statistic = "model_change_df", stage = s, value = t$df)
        }
    }
    if (structure == "cs") {
        m <- suppressWarnings(suppressMessages(lmer(y ~ 0 + stage + (1 | id), d, REML = TRUE, control = lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-14)))))
        if (isSingular(m)) return()
        adjusted <- vcovAdj(m)  # its attributes are what Lb_ddf() goes by
        v <- as.matrix(adjusted)
        for (s in 2:k) {
            c <- numeric(k); c[1] <- -1; c[s] <- 1
            peers <<- put(peers, case, structure, errors = "kenward-roger", statistic = "model_change_se", stage = s, value = sqrt(c(t(c) %*% v %*% c)))
            peers <<- put(peers, case, structure, errors = "kenward-roger", statistic = "model_change_df", stage = s, value = Lb_ddf(c, vcov(m), adjusted))
        }
    }
}

# ---- all -------------------------------------------------------------------------------------
for (name in names(cases)) {
    case <- cases[[name]]; y <- case$scores / case$units; k <- ncol(y)
    for (structure in c("un", "csh", "cs")) {
        if (structure == "un" && any(crossprod(!is.na(y)) == 0)) next
        f <- tryCatch(fisher(y, case$count, structure), error = function(e) { message(name, " ", structure, ": ", conditionMessage(e)); NULL })
        if (is.null(f)) next
        message(name, " ", structure, " ", f$scaled)
        rows <- put(rows, case = name, structure, errors = "", statistic = "model_reml_loglik", stage = 0, value = f$loglik)
        for (a in 1:k) for (b in 1:a)
            rows <- put(rows, case = name, structure, errors = "", statistic = paste0("v", a), stage = b, value = f$v[a, b])
        if (structure != "csh") {
            df <- function(c) kr_df(f, c)
            estimates(name, structure, "satterthwaite", f$mu, f$Phi, df)
            estimates(name, structure, "kenward-roger", f$mu, kenward_roger(f), df)
        }
        if (sum(case$count) <= 1000) {
            robust <- cr2(f, y, case$count)
            estimates(name, structure, "robust", f$mu, robust$v, function(c) cr2_df(f, robust, c))
        }
    }
}
write_rows <- function(rows, file)
{
    all <- do.call(rbind, lapply(rows, function(r) { names(r)[1:6] <- c("case", "structure", "errors", "statistic", "stage", "value"); r }))
    all$value <- number(all$value)
    all$case <- paste0('"', all$case, '"')
    write.table(all, file.path(folder, file), sep = ",", quote = FALSE, row.names = FALSE)
}
data <- do.call(rbind, lapply(names(cases), function(name) {
    case <- cases[[name]]; s <- matrix("", nrow(case$scores), 6)
    s[, seq_len(ncol(case$scores))] <- ifelse(is.na(case$scores), "", sprintf("%.0f", case$scores))
    data.frame(case = paste0('"', name, '"'), units = sprintf("%.0f", case$units), s, count = sprintf("%.0f", case$count)) }))
names(data) <- c("case", "units", paste0("s", 1:6), "count")
write.table(data, file.path(folder, "reml_data.csv"), sep = ",", quote = FALSE, row.names = FALSE)
write_rows(rows, "reml.csv")
for (name in names(cases)) {
    case <- cases[[name]]; y <- case$scores / case$units
    for (structure in c("un", "csh", "cs")) {
        if (sum(case$count) > 1000 || (structure == "un" && any(crossprod(!is.na(y)) == 0))) next
        message(name, " ", structure, " by packages ", date())
        by_packages(name, structure, y)
    }
}
write_rows(peers, "reml_peers.csv")
