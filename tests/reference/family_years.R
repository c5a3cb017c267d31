# tests/reference/family_years.R - figures of tests/reference/family_years/ that allow for families, by clubSandwich.
#
#   Rscript tests/reference/family_years.R     (from the root; R 4.2.2, clubSandwich 0.5.8 made the files in git)
#
# writes tests/reference/family_years/wemwbs.csv, goals.csv, sdq.csv   the data, made up: families of one to eight,
#                                                                      whose members may have begun in different years
#        tests/reference/family_years/expected.csv                     columns of results.csv
# (study.yaml beside them is written by hand.) Scores are made here from the answers, not by pellter.

suppressMessages(library(clubSandwich))
set.seed(20261122, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
folder <- "tests/reference/family_years"

# ---- data
make <- function(sizes, prefix) {
    n <- sum(sizes); k <- rep(seq_along(sizes), sizes)
    year <- sample(2015:2017, length(sizes), TRUE)[k]
    other <- runif(n) < 0.3
    year[other] <- sample(2015:2017, sum(other), TRUE)
    arm <- sample(c("control", "group 1", "group 2"), length(sizes), TRUE)[k]
    other <- runif(n) < 0.2
    arm[other] <- sample(c("control", "group 1", ""), sum(other), TRUE)
    data.frame(id = sprintf("%s%03d", prefix, sample(n)), family = ifelse(sizes[k] == 1 & runif(n) < 0.5, NA, sprintf("F%02d", k)),
               site = sample(c("North", "South"), n, TRUE, c(2, 1)), year = year, arm = arm, shared = rnorm(length(sizes), 0, 0.5)[k])
}
p <- make(c(8, 7, 6, 5, 5, sample(1:4, 35, TRUE, c(4, 3, 2, 1))), "p")
p$site[1:2] <- "East"; p$year[1:2] <- 2016:2017       # alone there
p$year[3] <- NA
forms <- do.call(rbind, lapply(c("start", "6 months", "12 months"), function(stage) {
    gain <- c(start = 0, "6 months" = 0.2, "12 months" = 0.4)[[stage]]
    level <- 2.8 + gain + (stage != "start") * p$shared + (stage == "12 months") * ifelse(p$arm == "control", -0.3, 0) + rnorm(nrow(p), 0, 0.35)
    items <- matrix(pmin(5, pmax(1, round(rnorm(nrow(p) * 14, rep(level, 14), 0.8)))), nrow(p))
    colnames(items) <- sprintf("wemwbs_%02d", 1:14)
    cbind(participant = p$id, p[c("family", "site", "year", "arm")], stage = stage, items)[stage == "start" | runif(nrow(p)) < 0.85, ]
}))
forms[sample(nrow(forms), 9), "wemwbs_05"] <- NA      # incomplete: no score
write.csv(forms[sample(nrow(forms)), ], file.path(folder, "wemwbs.csv"), row.names = FALSE, quote = FALSE, na = "")

g <- make(sample(1:3, 40, TRUE), "c")
goals <- g[rep(seq_len(nrow(g)), sample(1:4, nrow(g), TRUE)), ]
goals$goal <- paste0("G", ave(seq_len(nrow(goals)), goals$id, FUN = seq_along))
ratings <- do.call(rbind, lapply(c("start", "6 months", "12 months"), function(stage) {
    level <- round(c(start = -1.3, "6 months" = -0.5, "12 months" = 0.1)[[stage]] + (stage != "start") * goals$shared + rnorm(nrow(goals), 0, 0.8))
    cbind(child = goals$id, goals[c("family", "site", "year", "arm", "goal")], stage = stage,
          level = pmin(2, pmax(-2, level)))[stage == "start" | runif(nrow(goals)) < 0.8, ]
}))
write.csv(ratings[sample(nrow(ratings)), ], file.path(folder, "goals.csv"), row.names = FALSE, quote = FALSE, na = "")

s <- make(sample(1:4, 22, TRUE), "s")
s$start <- as.Date("2016-01-10") + sample(300, nrow(s), TRUE)
children <- do.call(rbind, lapply(c("start", "12 months"), function(stage) { # five months, in fact: the added value asks
    items <- matrix(pmin(2, pmax(0, round(rnorm(nrow(s) * 25, 1 + 0.4 * s$shared * (stage != "start") - 0.2 * (stage != "start"), 0.7)))), nrow(s))
    impact <- matrix(sample(0:3, nrow(s) * 6, TRUE), nrow(s))
    colnames(items) <- paste0("q", 1:25); colnames(impact) <- paste0("i", 0:5)
    cbind(participant = s$id, s[c("family", "site", "year", "arm")], stage = stage,
          date = format(s$start + ifelse(stage == "start", 0, 150)), items, impact)[stage == "start" | runif(nrow(s)) < 0.9, ]
}))
write.csv(children[sample(nrow(children)), ], file.path(folder, "sdq.csv"), row.names = FALSE, quote = FALSE, na = "")

# ---- expectations
rows <- character(0)
add <- function(table, by, cohort, instrument, scale, stage, statistic, value) {
    rows <<- c(rows, sprintf("%s,%s,%s,%s,%s,%s,%s,%s", table, by, cohort, instrument, scale, stage, statistic,
                             ifelse(is.na(value), "", sprintf("%.17g", value))))
}
# Second less first. Undefined where a group has fewer than two families.
apart <- function(y, second, family) {
    both <- table(family, factor(second, c(FALSE, TRUE))) > 0
    out <- list(families = colSums(both), both = sum(both[, 1] & both[, 2]), test = list(SE = NA, df_Satt = NA, p_Satt = NA), ends = c(NA, NA))
    if (all(out$families >= 2)) {
        out$test <- coef_test(lm(y ~ second), vcov = "CR2", cluster = family, test = "Satterthwaite")[2, ]
        out$ends <- out$test$beta + c(-1, 1) * qt(0.975, out$test$df_Satt) * out$test$SE
    }
    out
}
add_apart <- function(at, prefix, p_name, a) {
    at(paste0(prefix, "_se"), a$test$SE); at(paste0(prefix, "_df"), a$test$df_Satt)
    at(paste0(prefix, "_ci_low"), a$ends[1]); at(paste0(prefix, "_ci_high"), a$ends[2]); at(p_name, a$test$p_Satt)
}
own <- function(d, id) ifelse(is.na(d$family), paste0("alone:", d[[id]]), d$family)
natural <- function(x) sort(unique(x))

forms$score <- rowSums(forms[grep("^wemwbs_", names(forms))])
pair_of <- function(first, then) {
    x <- merge(forms[forms$stage == first & !is.na(forms$score), ], forms[forms$stage == then & !is.na(forms$score), c("participant", "score")], by = "participant")
    x$d <- x$score.y - x$score.x
    x$cluster <- own(x, "participant")
    x
}
d <- pair_of("start", "12 months")

a <- ratings[ratings$stage != "start", ]
a <- a[order(a$stage == "12 months", decreasing = TRUE), ]
a <- a[!duplicated(a[c("child", "goal")]), ]           # the latest review
a$y <- 100 * (a$level >= 0)
a$cluster <- own(a, "child")
t_score <- function(x) round(50 + 10 * sum(x) / sqrt(0.7 * length(x) + 0.3 * length(x)^2), 10)
t_pairs <- merge(ratings[ratings$stage == "start", ], ratings[ratings$stage == "12 months", c("child", "goal", "level")], by = c("child", "goal"))
t_pairs <- do.call(rbind, lapply(split(t_pairs, t_pairs$child), function(f) cbind(f[1, ], d = t_score(f$level.y) - t_score(f$level.x))))
t_pairs$cluster <- own(t_pairs, "child")

years <- function(x, all, by, site, instrument, scale, stage, table_of) {
    present <- natural(all$year[(is.na(site) | all$site == site) & !is.na(all$year)])
    for (i in seq_along(present)[-1]) {
        k <- x[(is.na(site) | x$site == site) & x$year %in% present[c(i - 1, i)], ]
        at <- function(statistic, value) add("years", by, if (is.na(site)) present[i] else paste(site, "/", present[i]), instrument, scale, stage, statistic, value)
        r <- apart(table_of(k), k$year == present[i], k$cluster)
        if (stage == "change") at("people_in_both", length(intersect(k$participant[k$year == present[i]], k$participant[k$year != present[i]])))
        at("families", r$families[[2]]); at("families_previous", r$families[[1]]); at("families_in_both", r$both)
        prefix <- if (stage == "change") "difference_family" else "percent_difference_family"
        add_apart(at, prefix, paste0("p_", prefix), r)
    }
}
for (site in c(NA, natural(p$site))) {
    by <- if (is.na(site)) "year" else "\"site,year\""
    years(d, forms[forms$stage == "start", ], by, site, "wemwbs", "total", "change", function(x) x$d)
    years(t_pairs, ratings, by, site, "gas", "t_score", "change", function(x) x$d)
    years(a, ratings, by, site, "gas", "level", "latest", function(x) x$y)
}
# A mean, in percent or points. Undefined of one family; without an interval where every family has the same mean.
mean_of <- function(y, family) {
    out <- list(families = length(unique(family)), SE = NA, df = NA, p = NA, ends = c(NA, NA))
    if (out$families >= 2) {
        test <- coef_test(lm(y ~ 1), vcov = "CR2", cluster = family, test = "Satterthwaite")
        out$SE <- if (test$SE < 1e-12) 0 else test$SE; out$df <- test$df_Satt
        if (out$SE > 0) { out$p <- test$p_Satt; out$ends <- test$beta + c(-1, 1) * qt(0.975, test$df_Satt) * test$SE }
    }
    out
}
# The exact sign-flip p of whole numbers, by shifting.
flips <- function(sums) {
    size <- abs(sums[sums != 0])
    if (length(size) == 0) return(NA)
    lesser <- (sum(size) - abs(sum(sums))) / 2
    ways <- c(1, numeric(lesser))
    for (s in size) ways <- ways + c(numeric(min(s, lesser + 1)), ways)[seq_along(ways)]
    min(1, sum(ways) * 2^(1 - length(size)))
}
add_mean <- function(at, prefix, r) {
    at(paste0(prefix, "_families"), r$families); prefix <- paste0(prefix, "_family")
    at(paste0(prefix, "_se"), r$SE); at(paste0(prefix, "_df"), r$df); at(paste0(prefix, "_p"), r$p)
    at(paste0(prefix, "_ci_low"), r$ends[1]); at(paste0(prefix, "_ci_high"), r$ends[2])
}
add_ends <- function(at, statistic, r) { at(paste0(statistic, "_ci_low"), r$ends[1]); at(paste0(statistic, "_ci_high"), r$ends[2]) }
cohorts <- function(x, f) {
    f(x, "", "All")
    for (year in natural(x$year)) f(x[x$year %in% year, ], "year", year)
    for (site in natural(x$site)) for (year in natural(x$year[x$site == site]))
        f(x[x$site == site & x$year %in% year, ], "\"site,year\"", paste(site, "/", year))
}
cohorts(forms[forms$stage == "start", ], function(x, by, who) {
    at_stage <- function(prefix, first, then, stage) {
        k <- pair_of(first, then); k <- k[k$participant %in% x$participant, ]
        add_mean(function(statistic, value) add("trajectory", by, who, "wemwbs", "total", stage, statistic, value), prefix, mean_of(k$d, k$cluster))
    }
    at_stage("change", "start", "6 months", "6 months"); at_stage("change", "start", "12 months", "12 months")
    at_stage("step", "6 months", "12 months", "12 months")
})
# WEMWBS: what is reliable, bands (bottom and top 15%, raised: low), and the cut-off c.
threshold <- 1.96 * sqrt(2) * 8.7 * sqrt(1 - 0.91)
band <- function(x) (x >= 43) + (x >= 60)
cut_off <- (8.7 * 46 + 8.7 * 38) / (8.7 + 8.7)
d$improved <- d$d > threshold
cohorts(d, function(x, by, who) {
    at <- function(table) function(statistic, value) add(table, by, who, "wemwbs", "total", "change", statistic, value)
    share <- function(y) mean_of(100 * y, x$cluster)
    add_ends(at("reliable_change"), "percent_improved_family", share(x$improved))
    add_ends(at("reliable_change"), "percent_deteriorated_family", share(x$d < -threshold))
    add_ends(at("reliable_change"), "percent_net_improved_family", share(x$improved - (x$d < -threshold)))
    add_ends(at("clinical_change"), "percent_into_usual_range_family", share(x$improved & x$score.x < cut_off & x$score.y > cut_off))
    add_ends(at("band_change"), "percent_better_family", share(band(x$score.y) > band(x$score.x)))
    at("band_change")("p_raised_family", flips(tapply((band(x$score.y) == 0) - (band(x$score.x) == 0), x$cluster, sum)))
})
for (i in c(7, 11, 14, 21, 25)) children[[paste0("q", i)]] <- 2 - children[[paste0("q", i)]]
children$total <- rowSums(children[paste0("q", setdiff(1:25, c(1, 4, 9, 17, 20)))])
children$emotional <- rowSums(children[paste0("q", c(3, 8, 13, 16, 24))])
children$impact <- ifelse(children$i0 == 0, 0, rowSums(sapply(paste0("i", 1:5), function(i) c(0, 0, 1, 2)[children[[i]] + 1])))
v <- merge(children[children$stage == "start", ], children[children$stage == "12 months", c("participant", "total")], by = "participant")
v$y <- 2.3 + 0.8 * v$total.x + 0.2 * v$impact - 0.3 * v$emotional - v$total.y
v$cluster <- own(v, "participant")
cohorts(v, function(x, by, who) {
    at <- function(statistic, value) add("added_value", by, who, "sdq-parent", "total", "change", statistic, value)
    r <- mean_of(x$y, x$cluster)
    at("families", r$families); at("se_family", r$SE); at("df_family", r$df); at("ci_family_low", r$ends[1]); at("ci_family_high", r$ends[2])
    at("effect_size_family_ci_low", r$ends[1] / 5); at("effect_size_family_ci_high", r$ends[2] / 5)
})
compare <- function(x, instrument, scale) {
    k <- x[x$arm != "" & !is.na(x$arm), ]
    at <- function(statistic, value) add("comparison_group", "arm", "All", instrument, scale, "change", statistic, value)
    r <- apart(k$d, k$arm != "control", k$cluster)
    at("families_programme", r$families[[2]]); at("families_comparison", r$families[[1]]); at("families_in_both", r$both)
    add_apart(at, "did_family", "p_did_family", r)
}
compare(d, "wemwbs", "total")
k <- d[d$arm != "" & !is.na(d$arm), ]
add_ends(function(statistic, value) add("comparison_group", "arm", "All", "wemwbs", "total", "change", statistic, value),
         "improved_difference_family", apart(100 * k$improved, k$arm != "control", k$cluster))
compare(t_pairs, "gas", "t_score")
writeLines(c("table,by,cohort,instrument,scale,stage,statistic,value", rows), file.path(folder, "expected.csv"))
