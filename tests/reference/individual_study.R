# tests/reference/individual_study.R - forms and goals at sites: who changed reliably, who moved into the usual
# range, and what to keep in mind of a change, under each method.
#
#   Rscript tests/reference/individual_study.R       (from the root; R 4.2.2 made the files in git)
#
# writes tests/reference/individual/{wemwbs,sdq,goals}.csv      the data
#        tests/reference/individual/NAME.yaml, NAME.csv         studies, and key of results.csv, value: empty = undefined
# Scores are made here from the answers as written, not by pellter.

set.seed(20261124, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
folder <- "tests/reference/individual"
sites <- c("Alone", "Few", "Gone", "North", "South")

# ---- data
people <- 180
id <- sprintf("p%03d", seq_len(people))
site <- sample(c("North", "South"), people, TRUE)
site[1] <- "Alone"         # one person
site[2:5] <- "Few"
site[6:8] <- "Gone"        # nobody with both forms
start <- as.Date("2019-01-10") + sample(0:400, people, TRUE)
days <- 365 + sample(-90:90, people, TRUE)
days[10:13] <- c(299, 300, 430, 431)    # the ends of the window
level <- rnorm(people, 2.9, 0.5)
forms <- function(n, low, high, mean, sd) {
    x <- matrix(pmin(high, pmax(low, round(rnorm(people * n, rep(mean, n), sd)))), people)
    for (i in seq_len(n)) x[runif(people) < 0.008, i] <- NA
    x
}
write_forms <- function(file, first, second, prefix) {
    colnames(first) <- colnames(second) <- paste0(prefix, seq_len(ncol(first)))
    gone <- c(6:8, sample(20:people, 30))
    never <- sample(20:people, 8)       # no first form
    date <- c(format(start), format(start + days))
    date[c(sample(20:people, 5), people + sample(20:people, 5))] <- ""
    d <- data.frame(participant = rep(id, 2), site = rep(site, 2), stage = rep(c("start", "12 months"), each = people),
                    date = date, rbind(first, second))
    d <- d[-c(people + gone, never), ]
    d <- d[rowSums(!is.na(d[, -(1:4)])) > 0, ]
    write.csv(d[sample(nrow(d)), ], file.path(folder, file), row.names = FALSE, quote = FALSE, na = "")
}
write_forms("wemwbs.csv", forms(14, 1, 5, level, 0.8), forms(14, 1, 5, level + rnorm(people, 0.4, 0.5), 0.8), "w")
trouble <- pmin(1.9, pmax(0.1, (4 - level) / 1.6))
turned <- c(7, 11, 14, 21, 25)
keyed <- function(x) { x[, turned] <- 2 - x[, turned]; x }
write_forms("sdq.csv", keyed(forms(25, 0, 2, trouble, 0.6)),
            keyed(forms(25, 0, 2, trouble - rnorm(people, 0.15, 0.25), 0.6)), "q")
families <- 70
goals <- do.call(rbind, lapply(seq_len(families), function(f) data.frame(
    family = sprintf("f%02d", f), site = site[f], goal = paste0("g", seq_len(sample(1:4, 1))))))
at_start <- as.Date("2019-01-10") + sample(0:400, nrow(goals), TRUE)
rate <- function(stage, date, p) {
    d <- cbind(goals, stage = stage, level = sample(-2:2, nrow(goals), TRUE, p), date = format(date))
    d$date[sample(nrow(d), 8)] <- ""
    d
}
ratings <- rbind(rate("start", at_start, c(5, 4, 0, 0, 0))[-sample(nrow(goals), 6), ],
                 rate("12 months", at_start + sample(200:500, nrow(goals), TRUE), c(1, 3, 5, 3, 1))[-c(which(goals$site == "Gone"), sample(nrow(goals), 40)), ])
write.csv(ratings[sample(nrow(ratings)), ], file.path(folder, "goals.csv"), row.names = FALSE, quote = FALSE)

# ---- scores
read <- function(file) read.csv(file.path(folder, file), colClasses = "character", na.strings = "")
numbers <- function(d, prefix, n) { x <- as.matrix(d[, paste0(prefix, seq_len(n))]); storage.mode(x) <- "double"; x }
w <- read("wemwbs.csv")
w$total <- rowSums(numbers(w, "w", 14))        # NA where an item is missing
s <- read("sdq.csv")
q <- numbers(s, "q", 25); q[, turned] <- 2 - q[, turned]
five <- function(places) {
    n <- rowSums(!is.na(q[, places]))
    ifelse(n >= 3, floor(rowSums(q[, places], na.rm = TRUE) * 5 / n + 0.5), NA)
}
s$emotional <- five(c(3, 8, 13, 16, 24)); s$conduct <- five(c(5, 7, 12, 18, 22)); s$hyperactivity <- five(c(2, 10, 15, 21, 25))
s$peer <- five(c(6, 11, 14, 19, 23)); s$prosocial <- five(c(1, 4, 9, 17, 20))
s$total <- s$emotional + s$conduct + s$hyperactivity + s$peer
s$externalising <- s$conduct + s$hyperactivity; s$internalising <- s$emotional + s$peer
g <- read("goals.csv"); g$level <- as.numeric(g$level)

# scale: d 1 where higher is better, sd and reliability of the instrument, best band's worst score
scales <- list(
    wemwbs = list(total = list(d = 1, sd = 8.7, r = 0.91, usual = 43)),
    "sdq-parent" = list(
        emotional = list(d = -1, sd = 2.0, r = 0.67, usual = 3), conduct = list(d = -1, sd = 1.7, r = 0.63, usual = 2),
        hyperactivity = list(d = -1, sd = 2.6, r = 0.77, usual = 5), peer = list(d = -1, sd = 1.7, r = 0.57, usual = 2),
        prosocial = list(d = 1, sd = 1.6, r = 0.65, usual = 6), total = list(d = -1, sd = 5.8, r = 0.82, usual = 13),
        externalising = list(d = -1, sd = NA, r = NA, usual = NA), internalising = list(d = -1, sd = NA, r = NA, usual = NA)))
published <- list(     # /norms of the instrument files, from tests/reference/*_norms*.csv
    wemwbs = local({
        n <- read.csv("tests/reference/wemwbs_norms.csv")
        pick <- function(p, y, g) { r <- n[n$population == p & n$year == y & n$group == g & n$instrument == "wemwbs", ]; list(total = c(r$mean, r$sd)) }
        list("scotland-2012" = pick("Scottish Health Survey", "2012", "all adults"), "england-2011" = pick("Health Survey for England", "2011", "all adults"))
    }),
    "sdq-parent" = local({
        n <- read.csv("tests/reference/sdq_norms_uk.csv")
        pick <- function(sex) { r <- n[n$informant == "parent" & n$age == "5-15" & n$sex == sex, ]; setNames(Map(c, r$mean, r$sd), r$scale) }
        list("gb-1999" = pick("all"), "gb-1999-boys" = pick("male"),
             "gb-1999-ages-5-10" = list(total = c(8.6, 5.7)))
    }))

# ---- figures
number <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))
rows <- character(0)
add <- function(table, by, cohort, instrument, scale, stage, values)
    rows <<- c(rows, sprintf("%s,%s,%s,%s,%s,%s,%s,%s", table, by, cohort, instrument, scale, stage, names(values), number(unlist(values))))
share <- function(name, part, whole) {
    ci <- if (is.na(part) || whole == 0) c(NA, NA) else 100 * suppressWarnings(prop.test(part, whole, correct = FALSE))$conf.int
    setNames(c(if (is.na(part) || whole == 0) NA else 100 * part / whole, ci), paste0("percent_", name, c("", "_ci_low", "_ci_high")))
}

# Those who improved less those who got worse, with the interval of Bonett and Price (2012).
net <- function(name, gained, lost, n) {
    p <- (gained + 1) / (n + 2); q <- (lost + 1) / (n + 2)
    ends <- p - q + c(-1, 1) * qnorm(0.975) * sqrt((p + q - (p - q)^2) / (n + 2))
    v <- if (is.na(gained) || n == 0) rep(NA, 3) else 100 * c((gained - lost) / n, max(-1, ends[1]), min(1, ends[2]))
    setNames(v, paste0("percent_", name, c("", "_ci_low", "_ci_high")))
}

# The pairs of a scale: everybody of the instrument, scores and dates at both stages.
wide <- function(d, scale, window = NULL, as_of = NULL) {
    who <- sort(unique(d$participant))
    b <- d[d$stage == "start", ]; a <- d[d$stage == "12 months", ]
    i <- match(who, b$participant); j <- match(who, a$participant)
    first <- as.Date(b$date[i]); last <- as.Date(a$date[j])
    if (!is.null(window)) {
        out <- !is.na(j) & !is.na(first) & !is.na(last) & (last - first < window[1] | last - first > window[2])
        j[out] <- NA; last[out] <- NA
    }
    due <- if (is.null(as_of)) rep(TRUE, length(who)) else !is.na(j) | is.na(first) | first + window[1] <= as_of
    p <- data.frame(site = ifelse(is.na(i), a$site[j], b$site[i]), form = !is.na(i), due = due,
                    before = b[[scale]][i], after = a[[scale]][j], days = as.numeric(last - first))
    p[!is.na(i) | !is.na(j), ]
}

# before_all: the scores that the SD of the study is of; goals say no months but of the scale level, and there nothing else
say_scale <- function(instrument, scale, p, study, rules, before_all = p$before, k = scales[[instrument]][[scale]]) {
    viable <- !is.na(p$before) & !is.na(p$after)
    all <- p[viable, ]
    sd_used <- if (is.null(study$sd)) k$sd else if (study$sd == "study") sd(before_all, na.rm = TRUE) else study$sd
    r <- if (is.null(study$reliability)) k$r else study$reliability
    threshold <- study$thresholds[[paste(instrument, scale)]]
    method <- if (is.null(study$method)) "jacobson_truax" else study$method
    se <- sd_used * sqrt(1 - r)
    m1 <- mean(all$before); m2 <- mean(all$after)
    rdd <- 1 - 2 * se^2 / var(all$after - all$before)
    known <- !is.null(threshold) || (!is.na(r) && !is.na(sd_used))
    judged <- known && (!is.null(threshold) || r >= 0.7 || isTRUE(study$low_reliability)) &&
        (method != "hageman_arrindell" || !is.null(threshold) || rdd > 0)
    index <- function(x, y) k$d * if (!is.null(threshold)) (y - x) / threshold else switch(method,
        jacobson_truax = (y - x) / (sqrt(2) * se) / 1.96,
        edwards_nunnally = (y - m1 - r * (x - m1)) / se / 1.96,
        gulliksen_lord_novick = (y - m1 - r * (x - m1)) / (sd_used * sqrt(1 - r^2)) / 1.96,
        hageman_arrindell = ((y - x) * rdd + (m2 - m1) * (1 - rdd)) / (sqrt(rdd) * sqrt(2) * se) / 1.65)
    said <- rules$clinical[[paste(instrument, scale)]]
    cut_off <- NA
    if (!is.null(said)) {
        mc <- said$clinical[1]; sc <- said$clinical[2]; mf <- said$functional[1]; sf <- said$functional[2]
        if (is.null(mc)) mc <- sc <- NA
        if (is.null(mf)) mf <- sf <- NA
        cuts <- c(cut_a = mc + 2 * k$d * sc, cut_b = mf - 2 * k$d * sf, cut_c = (sc * mf + sf * mc) / (sc + sf))
        used <- if (!is.null(said$cut_off)) said$cut_off else if (is.na(mc)) "b" else if (is.na(mf)) "a" else "c"
        cut_off <- cuts[[paste0("cut_", used)]]
    }
    norm <- if (!is.null(said) && !is.null(said$functional)) said$functional[1] else rules$norms[[instrument]][[scale]][1]
    for (cohort in c("All", sites)) {
        by <- if (cohort == "All") "" else "site"
        in_it <- if (cohort == "All") rep(TRUE, nrow(p)) else p$site == cohort
        x <- p$before[viable & in_it]; y <- p$after[viable & in_it]; n <- length(x)
        i <- if (judged && n > 0) index(x, y) else NULL
        better <- if (is.null(i)) NA else sum(i > 1)
        worse <- if (is.null(i)) NA else sum(i < -1)
        same <- if (is.null(i)) NA else sum(abs(i) <= 1)
        if (known) {
            v <- c(threshold = if (!is.null(threshold)) threshold else if (method == "jacobson_truax") 1.96 * sqrt(2) * se else NA,
                   rci_sd = if (is.null(threshold)) sd_used else NA, rci_reliability = if (is.null(threshold)) r else NA)
            if (is.null(threshold) && method != "jacobson_truax") v <- c(v, rci_mean_before = m1)
            if (is.null(threshold) && method == "hageman_arrindell")
                v <- c(v, rci_mean_after = m2, rci_sd_change = sd(all$after - all$before), rci_change_reliability = rdd)
            v <- c(v, improved = better, unchanged = same, deteriorated = worse, net_improved = better - worse, net("net_improved", better, worse, n),
                   share("improved", better, n), share("unchanged", same, n), share("deteriorated", worse, n))
            add("reliable_change", by, cohort, instrument, scale, "change", v)
        }
        if (!is.na(cut_off)) {
            four <- judged && n > 0 && !is.null(said$clinical) && !is.null(said$functional)
            into <- if (four) sum(i > 1 & k$d * x < k$d * cut_off & k$d * y > k$d * cut_off) else NA
            b <- if (four) better - into else NA; e <- if (four) same else NA; z <- if (four) worse else NA
            add("clinical_change", by, cohort, instrument, scale, "change",
                c(cuts, cut_off = cut_off, usual_before = if (n > 0) sum(k$d * x > k$d * cut_off) else NA,
                  usual_after = if (n > 0) sum(k$d * y > k$d * cut_off) else NA, into_usual_range = into, improved = b, unchanged = e,
                  deteriorated = z, share("into_usual_range", into, n), share("improved", b, n), share("unchanged", e, n),
                  share("deteriorated", z, n)))
        }
        if (scale == "level") { add("cautions", by, cohort, instrument, scale, "", months_of(p$days[viable & in_it])); next }
        started <- sum(p$form & in_it); due <- sum(p$form & p$due & in_it)
        v <- c(started = started, due = due, percent_of_started = if (started > 0) 100 * n / started else NA,
               percent_of_due = if (due > 0) 100 * n / due else NA)
        usual <- if (!is.na(k$usual)) sum(k$d * x >= k$d * k$usual) else sum(k$d * x > k$d * cut_off)
        if (!is.na(k$usual) || !is.na(cut_off))
            v <- c(v, usual_range_before = usual, percent_usual_range_before = if (n > 0) 100 * usual / n else NA)
        if (!is.null(norm)) v <- c(v, norm_mean = norm, norm_r = r, regression_expected = if (n > 0) (1 - r) * (norm - mean(x)) else NA)
        add("cautions", by, cohort, instrument, scale, "", c(v, if (instrument != "gas") months_of(p$days[viable & in_it])))
    }
}
months_of <- function(days) {
    days <- days[!is.na(days)]
    some <- length(days) > 0
    c(months_n = length(days), months_mean = if (some) mean(days) / 30.4375 else NA,
      months_min = if (some) min(days) / 30.4375 else NA, months_max = if (some) max(days) / 30.4375 else NA)
}

t_of <- function(x) 50 + 10 * sum(x) / sqrt(0.7 * length(x) + 0.3 * length(x)^2)
say_goals <- function(rules) {
    k <- list(d = 1, sd = NA, r = NA, usual = NA)
    b <- g[g$stage == "start", ]; a <- g[g$stage == "12 months", ]
    every <- merge(b, a, by = c("family", "goal", "site"), all = TRUE)
    p <- data.frame(site = every$site, form = !is.na(every$level.x), due = TRUE, before = every$level.x, after = every$level.y,
                    days = as.numeric(as.Date(every$date.y) - as.Date(every$date.x)))
    say_scale("gas", "level", p, rules, rules, k = k)
    both <- every[!is.na(every$level.x) & !is.na(every$level.y), ]
    who <- sort(unique(g$family))
    for (scale in c("family_level", "t_score")) {
        score <- if (scale == "t_score") t_of else mean
        of <- function(levels, families) as.numeric(tapply(levels, factor(families, who), score))
        p <- data.frame(site = g$site[match(who, g$family)], form = who %in% b$family, due = TRUE,
                        before = of(both$level.x, both$family), after = of(both$level.y, both$family), days = NA)
        say_scale("gas", scale, p, rules, rules, of(b$level, b$family), k)
    }
}

# ---- studies
head <- "stages: [start, 12 months]\ncohorts: [site]\nmonths: yes\n"
wemwbs <- "  - {file: wemwbs.csv, instrument: wemwbs, items: \"w{1..14}\"}\n"
sdq <- "  - {file: sdq.csv, instrument: sdq-parent, items: \"q{1..25}\", incomplete: published}\n"
gas <- "  - {file: goals.csv, instrument: gas, participant: family}\n"
study <- function(name, text, rules, sources = paste0(wemwbs, sdq, gas), top = head, window = NULL, as_of = NULL) {
    writeLines(paste0("# Made by tests/reference/individual_study.R. Nobody gave these answers.\n", top, text, "sources:\n", sub("\n$", "", sources)),
               file.path(folder, paste0(name, ".yaml")))
    rows <<- character(0)
    for (scale in names(scales$wemwbs)) say_scale("wemwbs", scale, wide(w, scale, window, as_of), rules, rules)
    if (grepl("sdq", sources))
        for (scale in names(scales$`sdq-parent`)) say_scale("sdq-parent", scale, wide(s, scale), rules, rules)
    if (grepl("gas", sources)) say_goals(rules)
    writeLines(c("table,by,cohort,instrument,scale,stage,statistic,value", rows), file.path(folder, paste0(name, ".csv")))
}
clinical <- "clinical_change:
  - {instrument: wemwbs, clinical: {mean: 38, sd: 8.7}, functional: england-2011}
  - {instrument: sdq-parent, clinical: {mean: 17, sd: 6.5}, functional: gb-1999, cut_off: a}
  - {instrument: sdq-parent, scale: conduct, functional: {mean: 1.8, sd: 1.1}}
  - {instrument: sdq-parent, scale: externalising, clinical: {mean: 9, sd: 4}, functional: {mean: 5.1, sd: 3.7}}
  - {instrument: sdq-parent, scale: peer, clinical: {mean: 3.5, sd: 2.1}}
norms: {wemwbs: scotland-2012, sdq-parent: gb-1999-boys}\n"
norms <- list(
    clinical = list("wemwbs total" = list(clinical = c(38, 8.7), functional = published$wemwbs$`england-2011`$total),
                    "sdq-parent total" = list(clinical = c(17, 6.5), functional = published$`sdq-parent`$`gb-1999`$total, cut_off = "a"),
                    "sdq-parent conduct" = list(functional = c(1.8, 1.1)),
                    "sdq-parent externalising" = list(clinical = c(9, 4), functional = c(5.1, 3.7)),
                    "sdq-parent peer" = list(clinical = c(3.5, 2.1))),
    norms = list(wemwbs = published$wemwbs$`scotland-2012`, "sdq-parent" = published$`sdq-parent`$`gb-1999-boys`))
study("jacobson_truax", clinical, norms)
study("edwards_nunnally", paste0("reliable_change: {method: edwards_nunnally, sd: study, reliability: 0.83}\n", clinical),
      c(norms, list(method = "edwards_nunnally", sd = "study", reliability = 0.83)))
study("gulliksen_lord_novick", paste0("reliable_change: {method: gulliksen_lord_novick, low_reliability: yes}\n", clinical),
      c(norms, list(method = "gulliksen_lord_novick", low_reliability = TRUE)))
study("hageman_arrindell", paste0("reliable_change: {method: hageman_arrindell, low_reliability: yes}\n", clinical),
      c(norms, list(method = "hageman_arrindell", low_reliability = TRUE)))
study("thresholds", "reliable_change: {sd: 6.25, threshold: [{instrument: wemwbs, points: 6}, {instrument: sdq-parent, scale: peer, points: 1}]}
clinical_change: {instrument: wemwbs, clinical: {mean: 38, sd: 8.7}, functional: {mean: 51, sd: 9}, cut_off: b}
norms: {sdq-parent: gb-1999-ages-5-10}\n",
      list(sd = 6.25, thresholds = list("wemwbs total" = 6, "sdq-parent peer" = 1),
           clinical = list("wemwbs total" = list(clinical = c(38, 8.7), functional = c(51, 9), cut_off = "b")),
           norms = list("sdq-parent" = published$`sdq-parent`$`gb-1999-ages-5-10`)))
study("due", "as_of: 2020-10-15\nnorms: {wemwbs: scotland-2012}\n", list(norms = list(wemwbs = published$wemwbs$`scotland-2012`)), wemwbs,
      "stages: [start, {name: 12 months, window: [300, 430]}]\ncohorts: [site]\n", c(300, 430), as.Date("2020-10-15"))
