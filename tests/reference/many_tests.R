# tests/reference/many_tests.R RESULTS.CSV - the largest relative difference between the p after Holm's method
# in a results.csv and p.adjust() of the p of the same file, and how many there are. By hand; tests/test_many_tests.sh
# asks the same without R.
r <- read.csv(commandArgs(TRUE)[1], colClasses = "character")
r$value <- suppressWarnings(as.numeric(r$value))
kinds <- c("band_change/p_stuart_maxwell" = "p_holm_stuart_maxwell", "band_change/p_mcnemar" = "p_holm_mcnemar",
  "trajectory/model_change_p" = "p_holm_model", "years/p_difference" = "p_holm_difference",
  "years/p_rate_ratio" = "p_holm_rate_ratio", "paired_shares/p_mcnemar" = "p_holm_attained",
  "attainment/p_target" = "p_holm_target", "item_analysis/p_from_50" = "p_holm_from_50",
  "between_cohorts/p_welch" = "p_holm_welch", "between_cohorts/p_ancova" = "p_holm_ancova",
  "pooled/p_pooled" = "p_holm_pooled", "trend/p_trend" = "p_holm_trend", "comparison_group/p_did" = "p_holm_did",
  "band_change/p_raised_family" = "p_holm_mcnemar", "trajectory/change_family_p" = "p_holm",
  "comparison_group/p_did_family" = "p_holm_did", "years/p_difference_family" = "p_holm_difference",
  "comparison_group/p_ancova_difference" = "p_holm_ancova_difference", "trajectory/change_p" = "p_holm",
  "before_after/p_t" = "p_holm", "before_after/p_family" = "p_holm")
r$holm <- kinds[paste(r$table, r$statistic, sep = "/")]
row <- function(d) paste(d$by, d$cohort, d$instrument, d$scale, d$stage, sep = "|")
p <- r[!is.na(r$holm), ]
# The stage where goals are set comes first; T is low there by design, which is no test.
set <- r$stage[match("from_50", r$statistic)]
p <- p[!(p$statistic == "p_from_50" & p$stage == set), ]
# The p of families is printed where some family of All has two members or more.
all <- r[r$table == "before_after" & r$by == "" & r$stage == "change", ]
count <- function(d, what) { k <- all[all$statistic == what, ]; k$value[match(paste(d$instrument, d$scale), paste(k$instrument, k$scale))] }
by_family <- p$scale == "level" | (!is.na(count(p, "families")) & count(p, "families") < count(p, "n"))
gives_way <- paste(p$table, p$statistic) %in% c("before_after p_t", "trajectory change_p", "band_change p_mcnemar",
                                                "years p_difference", "comparison_group p_did")
p <- p[!is.na(p$value) & !(by_family & gives_way) & !(!by_family & grepl("_family", p$statistic)), ]
of_stages <- p$statistic %in% c("change_p", "change_family_p")
if (length(unique(p$stage[of_stages])) < 2) p <- p[!of_stages, ]         # of two stages
class <- ifelse(p$holm == "p_holm_trend" | p$stage %in% c("change", "latest"), "",
                ifelse(p$holm == "p_holm_target", "after", "stages"))
p$adjusted <- ave(p$value, p$by, p$holm, class, FUN = function(x) p.adjust(x, "holm"))
got <- r[grepl("^p_holm", r$statistic) & !is.na(r$value), ]
both <- merge(data.frame(row = row(p), holm = p$holm, want = p$adjusted),
              data.frame(row = row(got), holm = got$statistic, got = got$value), all = TRUE)
stopifnot(!anyNA(both))
cat(nrow(both), "tests; largest relative difference", max(abs(both$got / both$want - 1)),
    "; without the model's", max(with(both[both$holm != "p_holm_model", ], abs(got / want - 1))), "\n")
