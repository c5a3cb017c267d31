# tests/reference/family_difference.R - reference values for two groups whose families may be in both, by
# clubSandwich.
#
#   Rscript tests/reference/family_difference.R    (from the root; R 4.2.2, clubSandwich 0.5.8 made the files in git)
#
# writes tests/reference/family_difference_data.csv  case, units_per_point, count, scores of members in group 0, in
#                                                    group 1: so many families, in units
#        tests/reference/family_difference.csv       case, statistics: empty = undefined
# Up to 1,500 members se and df are clubSandwich's, and the traces recomputed here must agree with it; beyond
# that they are the recomputed ones. With one member in every family they must be HC2's.

suppressMessages(library(clubSandwich))
set.seed(20261122, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
folder <- "tests/reference"
number <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))
cases <- list()
add_case <- function(name, units, families, count = rep(1, length(families))) {
    stopifnot(!(name %in% names(cases)), unlist(families) == round(unlist(families)))
    cases[[name]] <<- list(units = units, families = families, count = count)
}
none <- numeric(0)
f <- function(a = none, b = none) list(a, b)
# Families with so many members in group 0 and in group 1, who share something.
draw <- function(m0, m1, mean = c(3, 4.5), between = 4, within = 6, to = round) {
    Map(function(a, b) { s <- rnorm(1, 0, between); f(to(mean[1] + s + rnorm(a, 0, within)), to(mean[2] + s + rnorm(b, 0, within))) },
        m0, m1)
}
add_case("nobody in one", 1, list(f(c(3, 1)), f(2)))
add_case("nobody in the other", 1, list(f(b = c(3, 1)), f(b = 2)))
add_case("one person in one", 1, list(f(4), f(b = c(1, 2)), f(b = 7)))
add_case("one family in one", 1, list(f(c(4, 1)), f(b = c(1, 2)), f(b = 7), f(b = 3)))
add_case("one family in both, alone in one", 1, list(f(c(4, 1), 3), f(b = c(1, 2)), f(b = 7), f(b = 3)))
add_case("n 2 and 2", 1, list(f(4), f(7), f(b = 1), f(b = -6)))
add_case("n 2 and 3, one in both", 1, list(f(4), f(7, 5), f(b = 1), f(b = -6)))
add_case("n 3 and 5 metric", 100, list(f(431), f(c(-112, 77)), f(b = c(12, 80)), f(b = 300), f(b = c(-55, 41))))
add_case("n 5 and 3, two in both", 1, list(f(c(9, -1), 9), f(3), f(c(-2, 4), -7), f(b = 3)))
add_case("all alike", 1, list(f(c(3, 3)), f(3), f(b = c(5, 5)), f(b = 5)))
add_case("the same in both", 1, list(f(c(3, 1), c(3, 1)), f(c(7, 2), c(9, 0)), f(c(0, 0), c(1, -1))))
add_case("one group alike", 1, list(f(c(3, 3)), f(3), f(b = c(5, 4)), f(b = -2)))
add_case("singletons 39", 1, draw(rep(1:0, c(20, 19)), rep(0:1, c(20, 19))))
add_case("singletons 39, pairs over both", 1, draw(rep(1, 20), rep(1, 20)))
size <- c(8, 1, 2, 3, 1, 2, 4, 5, 7, 1, 2, 3)
apart <- function(m) list(c(m, 0 * m), c(0 * m, m))
s <- apart(size)
add_case("n 39 apart", 1, draw(s[[1]], s[[2]]))
add_case("n 39 in both", 1, draw(size, rev(size)))
add_case("n 39 T scores", 1e10, draw(size, sample(c(0:3), 12, TRUE), c(3e10, 5e10), 8e10, 9e10))
add_case("n 39 prorated", 858, draw(size, sample(c(0:3), 12, TRUE), c(3, 4) * 858, 5 * 858, 6 * 858))
add_case("families of 1 to 8", 1, draw(rep(1:8, 3), rep(c(0, 2, 0), 8)))
add_case("40 in one among 60 singletons", 1, draw(c(40, rep(1, 60), rep(0, 30)), c(0, rep(0, 60), rep(1, 30))))
add_case("60 in both among 40 singletons", 1, draw(c(60, rep(1, 40), rep(0, 30)), c(70, rep(0, 40), rep(1, 30))))
add_case("all but one of each in one family", 1, draw(c(400, 1, 0), c(300, 0, 1)))
add_case("heavy ties", 1, draw(rep(2:3, 30), rep(0:1, 30), c(0.3, 0.6), 0.4, 0.6))
add_case("floor and ceiling", 1, draw(rep(1:4, 15), rep(c(2, 0, 1, 0), 15), c(0, 1), 8, 8, function(x) pmin(pmax(round(x), -10), 10)))
add_case("attained", 1, draw(rep(1:5, 8), rep(c(0, 3, 0, 2), 10), c(0.7, 0.5), 0.1, 0.5, function(x) 100 * (x > 0.4)))
add_case("attained by all then", 1, lapply(draw(rep(1:5, 4), rep(c(0, 3), 10), c(0.7, 0.5), 0.1, 0.5, function(x) 100 * (x > 0.4)),
                                         function(x) { x[[1]][] <- 100; x }))
add_case("n 1000", 1, draw(rep(1:8, length.out = 150), rep(c(0, 0, 1, 2, 5), length.out = 150)))
add_case("p below 1e-100", 1, draw(rep(c(1, 2, 4, 3), 60), rep(c(2, 0, 1, 3), 60), c(-12, 12), 1, 3))
patterns <- c(draw(rep(1, 40), rep(0, 40)), draw(rep(0, 40), rep(1, 40)), draw(rep(1:4, 10), rep(0:2, length.out = 40)),
              draw(rep(0, 20), rep(2:5, 5)), draw(rep(8, 3), rep(8, 3)))
add_case("n 1e6", 1, patterns, rmultinom(1, 450000, rep(1:7, length.out = length(patterns)))[, 1])
add_case("n 1e6 and one of 2e3 in both", 1, c(lapply(-9:9, f), lapply(-9:9, function(x) f(b = x + 1)), list(f(rep(c(-2, 4), 500), rep(c(1, 0), 500)))),
         c(rep(25000, 38), 1))

statistics <- function(case) {
    k <- case$count; u <- case$units
    m <- sapply(1:2, function(g) sapply(case$families, function(x) length(x[[g]])))
    S <- sapply(1:2, function(g) sapply(case$families, function(x) sum(x[[g]])))
    n <- colSums(k * m); F <- colSums(k * (m > 0)); d <- colSums(k * S) / n
    out <- c(n0 = n[1], n1 = n[2], families0 = F[1], families1 = F[2], in_both = sum(k[m[, 1] > 0 & m[, 2] > 0]), difference = NA,
             se = NA, df = NA, ci_low = NA, ci_high = NA, log_p = NA)
    if (any(n == 0)) return(out)
    out["difference"] <- (d[2] - d[1]) / u
    if (any(F < 2)) return(out)
    w <- sapply(1:2, function(g) 1 / (n[g] * sqrt(1 - m[, g] / n[g])))
    e <- sapply(1:2, function(g) (S[, g] - m[, g] * d[g]) * w[, g])
    se <- sqrt(sum(k * (e[, 2] - e[, 1])^2))
    if (max(abs(e[, 2] - e[, 1])) < 1e-12 * max(abs(S), 1)) se <- 0
    D <- rowSums(m * w^2); v <- m * w
    trace <- sum(k * (D - v[, 1]^2 / n[1] - v[, 2]^2 / n[2]))
    trace2 <- sum(k * (D^2 - 2 * D * (v[, 1]^2 / n[1] + v[, 2]^2 / n[2]))) + (sum(k * v[, 1]^2) / n[1])^2 + (sum(k * v[, 2]^2) / n[2])^2 +
        2 * sum(k * v[, 1] * v[, 2])^2 / (n[1] * n[2])
    df <- trace^2 / trace2
    if (sum(n) <= 1500 && se > 0) {
        data <- do.call(rbind, lapply(seq_along(case$families), function(i) {
            x <- case$families[[i]]
            data.frame(y = unlist(x) / u, group = rep(0:1, lengths(x)), family = i)
        }))
        fit <- lm(y ~ group, data)
        test <- coef_test(fit, vcov = "CR2", cluster = data$family, test = "Satterthwaite")[2, ]
        stopifnot(abs(test$beta - out["difference"]) < 1e-9 * max(abs(data$y)), abs(test$SE / (se / u) - 1) < 1e-9, abs(test$df / df - 1) < 1e-6)
        if (all(rowSums(m) == 1)) {
            h <- hatvalues(fit)
            X <- model.matrix(fit)
            hc2 <- solve(crossprod(X)) %*% crossprod(X * (resid(fit) / sqrt(1 - h))) %*% solve(crossprod(X))
            stopifnot(abs(hc2[2, 2] / (se / u)^2 - 1) < 1e-9)
        }
    }
    out["se"] <- se / u
    out["df"] <- df
    if (se > 0) {
        half <- qt(0.975, df) * se
        out[c("ci_low", "ci_high")] <- (d[2] - d[1] + c(-1, 1) * half) / u
        out["log_p"] <- log(2) + pt(-abs((d[2] - d[1]) / se), df, log.p = TRUE)
    }
    out
}
text <- function(x) paste(sprintf("%.0f", x), collapse = " ")
data <- unlist(lapply(names(cases), function(name) {
    case <- cases[[name]]
    mapply(function(x, k) paste(name, sprintf("%.0f", case$units), k, text(x[[1]]), text(x[[2]]), sep = ";"), case$families, case$count)
}))
writeLines(gsub(",", "", c("case;units_per_point;count;scores0;scores1", data)), file.path(folder, "family_difference_data.csv"))
all <- sapply(cases, statistics)
writeLines(c(paste(c("case", rownames(all)), collapse = ","), paste(gsub(",", "", colnames(all)), apply(all, 2, function(x) paste(number(x), collapse = ",")), sep = ",")),
           file.path(folder, "family_difference.csv"))
