# tests/reference/families.R - the family-robust figures of tests/reference/families/, by clubSandwich.
#
#   Rscript tests/reference/families.R     (from the root; R 4.2.2, clubSandwich 0.5.8 made the file in git)
#
# writes tests/reference/families/expected.csv: the columns of results.csv. The data are synthetic: 59
# families of one to eight, a fifth of whose members are at another site than the rest; some forms name
# no family, some another one than the forms before them.

suppressMessages(library(clubSandwich))
folder <- "tests/reference/families"
rows <- character(0)
add <- function(table, cohort, instrument, scale, stage, statistic, value) {
    by <- if (cohort == "All") "" else "site"
    rows <<- c(rows, sprintf("%s,%s,%s,%s,%s,%s,%s,%.17g", table, by, cohort, instrument, scale, stage, statistic,
                             value))
}
# Before (start) first, then the other stages in their order: cohort_from.
rank_of <- c("start" = 0, "6 months" = 2, "12 months" = 3)
first_of <- function(data, id, column) {
    data <- data[!is.na(data[[column]]), ]
    data <- data[order(rank_of[data$stage]), ]
    data <- data[!duplicated(data[[id]]), ]
    setNames(data[[column]], data[[id]])
}
fit <- function(y, family) {
    test <- coef_test(lm(y ~ 1), vcov = "CR2", cluster = family, test = "Satterthwaite")
    list(mean = mean(y), se = test$SE, df = test$df)
}
# The exact sign-flip p by shifting; sums are whole numbers of a common unit.
flips <- function(sums) {
    size <- abs(sums[sums != 0])
    lesser <- (sum(size) - abs(sum(sums))) / 2
    ways <- c(1, numeric(lesser))
    for (s in size) ways <- ways + c(numeric(min(s, lesser + 1)), ways)[seq_along(ways)]
    min(1, sum(ways) * 2^(1 - length(size)))
}
change <- function(y, family, site, instrument, scale, unit) {
    for (cohort in c("All", sort(unique(site)))) {
        k <- cohort == "All" | site == cohort
        f <- fit(y[k], family[k])
        n <- sum(k); m <- table(family[k])
        at <- function(statistic, value)
            add("before_after", cohort, instrument, scale, "change", statistic, value)
        at("families", length(m))
        at("se_family", f$se)
        at("df_family", f$df)
        at("ci_family_low", f$mean - qt(0.975, f$df) * f$se)
        at("ci_family_high", f$mean + qt(0.975, f$df) * f$se)
        at("p_family", 2 * pt(-abs(f$mean / f$se), f$df))
        ms <- anova(aov(y[k] ~ factor(family[k])))[, "Mean Sq"]
        n0 <- (n - sum(m^2) / n) / (length(m) - 1)
        at("icc", (ms[1] - ms[2]) / (ms[1] + (n0 - 1) * ms[2]))
        if (!is.na(unit)) {
            at("p_sign_flip", flips(tapply(round(y[k] * unit), family[k], sum)))
            at("sign_flip_exact", 1)
        }
    }
}
own <- function(family, id) ifelse(is.na(family[id]), paste0("alone:", id), family[id])

w <- read.csv(file.path(folder, "wemwbs.csv"), na.strings = "")
w$score <- rowSums(w[, grep("^wemwbs_", names(w))])
family <- first_of(w, "participant", "family")
site <- first_of(w, "participant", "site")
p <- merge(w[w$stage == "start", ], w[w$stage == "12 months", ], by = "participant")
change(p$score.y - p$score.x, own(family, p$participant), site[p$participant], "wemwbs", "total", 1)

g <- read.csv(file.path(folder, "goals.csv"), na.strings = "")
family <- first_of(g, "child", "family")
site <- first_of(g, "child", "site")
p <- merge(g[g$stage == "start", ], g[g$stage == "12 months", ], by = c("child", "goal"))
change(p$level.y - p$level.x, own(family, p$child), site[p$child], "gas", "level", 1)
t_score <- function(x) 50 + 10 * sum(x) / sqrt(0.7 * length(x) + 0.3 * length(x)^2)
by_child <- split(p, p$child)
id <- names(by_child)
change(sapply(by_child, function(f) round(t_score(f$level.y), 10) - round(t_score(f$level.x), 10)), own(family, id),
       site[id], "gas", "t_score", NA)

a <- g[g$stage == "12 months", ]
for (cohort in c("All", sort(unique(site)))) {
    for (category in c("", sort(unique(na.omit(a$category))))) {
        k <- (cohort == "All" | site[a$child] == cohort) & (category == "" | (a$category %in% category))
        f <- fit(100 * (a$level[k] >= 0), own(family, a$child[k]))
        for (stage in c("latest", "after")) {
            by <- paste(c(if (cohort != "All") "site", if (category != "") "category"), collapse = ",")
            who <- paste(c(if (cohort != "All" || category == "") cohort, if (category != "") category),
                         collapse = " / ")
            if (by == "site,category") by <- "\"site,category\""
            at <- function(statistic, value)
                rows <<- c(rows, sprintf("attainment,%s,%s,gas,level,%s,%s,%.17g", by, who, stage, statistic, value))
            at("families", length(unique(own(family, a$child[k]))))
            at("percent_ci_low", f$mean - qt(0.975, f$df) * f$se)
            at("percent_ci_high", f$mean + qt(0.975, f$df) * f$se)
            at("p_target", 2 * pt(-abs((f$mean - 75) / f$se), f$df))
        }
    }
}
writeLines(c("table,by,cohort,instrument,scale,stage,statistic,value", rows), file.path(folder, "expected.csv"))
