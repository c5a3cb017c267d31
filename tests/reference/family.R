# tests/reference/family.R - reference values for means of members of families, by clubSandwich.
#
#   Rscript tests/reference/family.R    (from the root; R 4.2.2, clubSandwich 0.5.8 made the files in git)
#
# writes tests/reference/family_data.csv   case, units_per_point, count, scores: so many families whose
#                                          members have these scores, in units
#        tests/reference/family.csv        case, statistics: empty = undefined
# Up to 1,000 members the standard error and df are clubSandwich's, and its formulas recomputed here must
# agree with it; beyond that they are the recomputed ones. Sign flips: all 2^k patterns one by one up to
# k = 16, the distribution shifted flip by flip beyond. ICC from the mean squares of aov().

source("tests/reference/family_means.R")
set.seed(20180331, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
folder <- "tests/reference"
number <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))

cases <- list()
add_case <- function(name, units, families, count = rep(1, length(families)), target = 0) {
    stopifnot(!(name %in% names(cases)), unlist(families) == round(unlist(families)))
    cases[[name]] <<- list(units = units, families = families, count = count, target = target)
}
# Families of these sizes whose members share something.
draw <- function(sizes, mean = 3, between = 4, within = 6, to = round) {
    lapply(sizes, function(m) to(mean + rnorm(1, 0, between) + rnorm(m, 0, within)))
}

add_case("one family of one", 1, list(4))
add_case("one family of five", 1, list(c(4, -1, 3, 0, 2)))
add_case("n 2", 1, list(4, 7))
add_case("n 2 opposite", 1, list(-6, 6))
add_case("n 3 singletons", 100, list(431, -112, 77))
add_case("n 3", 1, list(c(4, 9), -1))
add_case("n 5 singletons", 1, list(9, -1, 9, 3, -2))
add_case("n 5", 1, list(c(9, -1, 9), c(3, -2)))
add_case("n 5 one large", 1, list(c(9, -1, 9, 4), 3))
add_case("n 5 all alike", 1, list(c(3, 3), 3, c(3, 3)))
add_case("n 6 equal sums", 1, list(c(1, 3), c(4, 0), c(2, 2)))
add_case("n 6 equal sums off a whole", 1, list(c(1, 0, 0), c(0, 1, 0)))
add_case("n 4 no changes", 1, list(c(0, 0), 0, 0))
add_case("n 6 unlike within", 1, list(c(5, -5), c(-4, 4), c(3, -2)))
add_case("n 6 alike within", 1, list(c(5, 5), c(-4, -4), c(3, 3)))
add_case("n 39 singletons", 1, draw(rep(1, 39)))
sizes <- c(8, 1, 2, 3, 1, 2, 4, 5, 7, 1, 2, 3)
add_case("n 39", 1, draw(sizes))
add_case("n 39 T scores", 1e10, draw(sizes, 5e10, 8e10, 9e10))
add_case("n 39 T scores tied", 1e10,
         lapply(draw(sizes, 0, 1, 1.4), function(x) x * 4564354645 + sample(-1:1, length(x), TRUE)))
add_case("n 39 metric", 100, draw(sizes, 120, 250, 300))
add_case("n 39 prorated", 858, draw(sizes, 3 * 858, 5 * 858, 6 * 858))
add_case("n 39 strong", 1, draw(sizes, 30, 1, 1))
add_case("families of 1 to 8", 1, draw(rep(1:8, 3), 2))
add_case("one of 40 among 60 singletons", 1, draw(c(40, rep(1, 60))))
add_case("one of 60 among 40 singletons", 1, draw(c(60, rep(1, 40))))
add_case("one of 999 and one", 1, draw(c(999, 1)))
add_case("heavy ties", 1, draw(rep(2:3, 30), 0.3, 0.4, 0.6))
add_case("floor and ceiling", 1, draw(rep(1:4, 15), 0, 8, 8, function(x) pmin(pmax(round(x), -10), 10)))
add_case("28 of T scores", 1e10, draw(rep(1:2, 14), 4e10, 5e10, 5e10))
add_case("29 of T scores", 1e10, draw(c(rep(1:2, 14), 3), 4e10, 5e10, 5e10))
add_case("200 families", 1, draw(rep(1:4, 50), 1))
f <- draw(rep(1:4, 60), 1); f <- f[sapply(f, sum) != 0]
add_case("200 families other than 0", 1, c(f[1:200], list(0, c(0, 0), c(1, -1))))
add_case("201 families other than 0", 1, f[1:201])
add_case("200 families all up", 1, lapply(draw(rep(1:4, 50), 9, 1, 1), function(x) pmax(abs(x), 1)))
add_case("n 1000", 1, draw(rep(1:8, length.out = 222)[cumsum(rep(1:8, length.out = 222)) <= 1000]))
add_case("n 1000 singletons", 1, draw(rep(1, 1000)))
add_case("n 1000 p below 1e-100", 1, draw(rep(c(1, 2, 4, 3), 100), 12, 2, 3))
share <- function(sizes, p) lapply(sizes, function(m) 100 * rbinom(m, 1, rbeta(1, 3 * p, 3 - 3 * p)))
add_case("goals of 20", 1, share(c(3, 2, 4, 1, 3, 3, 2, 5, 3, 1, 2, 4, 3, 3, 2, 2, 1, 3, 4, 3), 0.75),
         target = 75)
add_case("goals of 3", 1, share(c(3, 2, 4), 0.5), target = 75)
add_case("goals all attained", 1, lapply(c(3, 2, 4), function(m) rep(100, m)), target = 75)
patterns <- c(draw(rep(1, 40)), draw(rep(2, 60)), draw(rep(3, 50)), draw(rep(4, 20)), draw(rep(8, 3)))
counts <- rmultinom(1, 450000, rep(1:7, length.out = length(patterns)))[, 1]
add_case("n 1e6", 1, patterns, counts)
add_case("n 1e6 singletons", 1, as.list(-30:30), rpois(61, 1e6 * dnorm(-30:30, 0.01, 8)) + 1)
add_case("n 1e6 and one of 2e6", 1, c(as.list(-9:9), list(rep(c(-2, 4, 1, 0), 500))),
         c(rep(1000, 19), 1))

data <- do.call(rbind, lapply(names(cases), function(name) {
    case <- cases[[name]]
    data.frame(case = name, units = sprintf("%.0f", case$units), count = sprintf("%.0f", case$count),
               target = case$target,
               scores = sapply(case$families, function(x) paste(sprintf("%.0f", x), collapse = " ")))
}))
names(data)[2] <- "units_per_point"
write.csv(data, file.path(folder, "family_data.csv"), quote = FALSE, row.names = FALSE)
values <- t(sapply(cases, function(case) number(statistics(case))))
colnames(values) <- names(statistics(cases[[1]]))
write.csv(cbind(case = names(cases), values), file.path(folder, "family.csv"), quote = FALSE,
          row.names = FALSE)
