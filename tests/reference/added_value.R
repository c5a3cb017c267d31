# tests/reference/added_value.R - parent SDQ forms of children at sites, their added value scores, and the months between.
#
#   Rscript tests/reference/added_value.R          (from the root; R 4.2.2 made the files in git)
#
# writes tests/reference/added_value/sdq.csv         the data
#        tests/reference/added_value/expected.csv    key of results.csv, value: empty = undefined
# (study.yaml beside them is written by hand.) Scores are made here from the answers, not by pellter.

set.seed(20261123, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
folder <- "tests/reference/added_value"

# ---- data
children <- 160
child <- sprintf("c%03d", seq_len(children))
site <- sample(c("North", "South", "West"), children, TRUE, c(6, 5, 2))
site[1] <- "Alone"         # one child: no spread
site[2] <- "Too soon"      # one child, left out
site[3:7] <- "Few"
start <- as.Date("2019-03-01") + sample(0:300, children, TRUE)
days <- sample(100:260, children, TRUE)
days[c(10, 11, 12, 13)] <- c(121, 122, 243, 244) # the ends of four to eight months
days[1] <- 180; days[2] <- 30; days[3:7] <- 150
level <- rnorm(children, 1.1, 0.25)
answers <- function(shift) {
    items <- matrix(pmin(2, pmax(0, round(rnorm(children * 25, rep(level + shift, 25), 0.7)))), children)
    for (i in c(7, 11, 14, 21, 25)) items[, i] <- 2 - items[, i]
    for (i in 1:25) items[runif(children) < 0.01, i] <- NA # 3 of 5 are enough for a subscale
    impact <- matrix(pmin(3, pmax(0, round(rnorm(children * 6, rep(level + shift + 0.4, 6), 0.9)))), children)
    for (i in 1:6) impact[runif(children) < 0.03, i] <- NA
    colnames(items) <- paste0("q", 1:25)
    colnames(impact) <- paste0("i", 0:5)
    cbind(items, impact)
}
first <- answers(0)
second <- answers(-0.25)
first[sample(20:children, 15), paste0("i", 0:5)] <- NA   # no impact before: left out
first[sample(20:children, 4), paste0("q", c(3, 8, 13))] <- NA # no emotional score, so no total
second[sample(20:children, 20), paste0("i", 0:5)] <- NA  # none after: does not matter
gone <- c(sample(20:children, 20))                       # no second form
dates <- rbind(data.frame(x = format(start)), data.frame(x = format(start + days)))$x
dates[sample(20:children, 5)] <- ""                      # no date: counted
dates[children + sample(20:children, 4)] <- ""
forms <- data.frame(ref = rep(child, 2), site = rep(site, 2), stage = rep(c("start", "follow-up"), each = children),
                    date = dates, rbind(first, second))
forms <- forms[-(children + gone), ]
forms <- forms[sample(nrow(forms)), ]
write.csv(forms, file.path(folder, "sdq.csv"), row.names = FALSE, quote = FALSE, na = "")

# ---- scores: sdqinfo.org, and the rule "published"
read <- read.csv(file.path(folder, "sdq.csv"), colClasses = "character")
item <- function(names) { x <- as.matrix(read[, names]); storage.mode(x) <- "double"; x }
q <- item(paste0("q", 1:25))
for (i in c(7, 11, 14, 21, 25)) q[, i] <- 2 - q[, i]
sub <- function(places) {
    n <- rowSums(!is.na(q[, places]))
    ifelse(n >= 3, floor(rowSums(q[, places], na.rm = TRUE) * 5 / n + 0.5), NA)
}
read$emotional <- sub(c(3, 8, 13, 16, 24))
read$total <- read$emotional + sub(c(5, 7, 12, 18, 22)) + sub(c(2, 10, 15, 21, 25)) + sub(c(6, 11, 14, 19, 23))
i <- item(paste0("i", 0:5))
points <- matrix(c(0, 0, 1, 2)[i[, -1] + 1], nrow(i))
read$impact <- ifelse(rowSums(!is.na(points)) == 0, NA, rowSums(points, na.rm = TRUE))
read$impact[!is.na(i[, 1]) & i[, 1] == 0] <- 0
at <- function(stage, column) read[[column]][match(paste(child, stage), paste(read$ref, read$stage))]
T1 <- at("start", "total"); I1 <- at("start", "impact"); E1 <- at("start", "emotional"); T2 <- at("follow-up", "total")
between <- as.numeric(as.Date(at("follow-up", "date"), "%Y-%m-%d") - as.Date(at("start", "date"), "%Y-%m-%d"))

# ---- expected
added <- 2.3 + 0.8 * T1 + 0.2 * I1 - 0.3 * E1 - T2
both <- !is.na(T1) & !is.na(T2)
whole <- both & !is.na(I1) & !is.na(E1)
late <- whole & !is.na(between) & (between < 4 * 365.25 / 12 | between > 8 * 365.25 / 12)
used <- whole & !late
number <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))
rows <- character(0)
say <- function(by, cohort, chosen) {
    a <- added[used & chosen]
    n <- length(a)
    ci <- if (n > 1) t.test(a)$conf.int else c(NA, NA)
    mean <- if (n > 0) mean(a) else NA
    values <- c(n = n, mean = mean, sd = if (n > 1) sd(a) else NA, se = if (n > 1) sd(a) / sqrt(n) else NA, ci_low = ci[1],
                ci_high = ci[2], effect_size = mean / 5, effect_size_ci_low = ci[1] / 5, effect_size_ci_high = ci[2] / 5,
                excluded_no_impact = sum(both & !whole & chosen), excluded_not_in_time = sum(late & chosen),
                no_dates = sum(used & is.na(between) & chosen))
    rows <<- c(rows, sprintf("added_value,%s,%s,sdq-parent,total,change,%s,%s", by, cohort, names(values), number(values)))
    months <- between[both & chosen & !is.na(between)] / 30.4375
    some <- length(months) > 0
    values <- c(months_n = length(months), months_mean = if (some) mean(months) else NA,
                months_min = if (some) min(months) else NA, months_max = if (some) max(months) else NA)
    rows <<- c(rows, sprintf("cautions,%s,%s,sdq-parent,total,,%s,%s", by, cohort, names(values), number(values)))
}
say("", "All", TRUE)
for (s in sort(unique(site))) say("site", s, site == s)
stopifnot(sum(used) > 60, sum(late) > 10, sum(both & !whole) > 5, sum(used & is.na(between)) > 3, between[10:13] == c(121, 122, 243, 244))
writeLines(c("table,by,cohort,instrument,scale,stage,statistic,value", rows), file.path(folder, "expected.csv"))
