# tests/reference/effects.R - reference values for the sizes of a change and their intervals, by R.
#
#   Rscript tests/reference/effects.R     (from the root; R 4.2.2, effectsize 0.8.3 and metafor 3.8.1
#                                          made the files in git)
#
# reads  tests/reference/statistics_data.csv, and takes higher scores for better
# writes tests/reference/effects.csv            case, statistics...: empty = undefined
#        tests/reference/noncentral_t.csv       t, df, low, high, p: P(T <= t) at ncp = (t + high) / 2
#        tests/reference/signed_rank_quantile.csv   n, qsignrank(0.025, n)

folder <- "tests/reference"
number <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))
source("tests/reference/effect_sizes.R")

# ---- noncentral t ----------------------------------------------------------------------------
grid <- expand.grid(t = c(0, 0.01, 0.7, 2, 5, 12, 25, 36.9, 36.9999), df = c(1, 2, 3, 4, 7, 38, 200, 999, 999999))
grid <- rbind(grid, data.frame(t = c(-1.3, -20), df = c(4, 38)))
ends <- mapply(noncentral, grid$t, grid$df)
p <- mapply(lower, abs(grid$t), grid$df, (abs(grid$t) + abs(ends[2, ])) / 2)
p <- ifelse(grid$t < 0, NA, p)
writeLines(c("t,df,low,high,p", sprintf("%.17g,%.17g,%.17g,%.17g,%s", grid$t, grid$df, ends[1, ],
                                         ends[2, ], number(p))),
           file.path(folder, "noncentral_t.csv"))

n <- c(1:300, 400, 500, 600, 750, 1000) # beyond 1,023 qsignrank() never ends: 2^-n is 0
writeLines(c("n,quantile", sprintf("%d,%.0f", n, qsignrank(0.025, n))),
           file.path(folder, "signed_rank_quantile.csv"))

# ---- all cases -------------------------------------------------------------------------------
data <- read.csv(file.path(folder, "statistics_data.csv"))
data$count <- as.numeric(data$count)
lines <- character()
for (name in unique(data$case)) {

    one <- data[data$case == name, ]
    change <- aggregate(count ~ change, data.frame(change = one$after - one$before, count = one$count), sum)
    units <- one$units_per_point[1]
    value <- c(setNames(standardised(one$before / units, one$after / units, one$count)[1:17], names_standardised),
               setNames(biserial(change$change, change$count, 0), c("rank_biserial", "rank_biserial_ci_low", "rank_biserial_ci_high")),
               setNames(superior(change$change, change$count), c("superiority", "superiority_ci_low", "superiority_ci_high")),
               setNames(hodges_lehmann(change$change, change$count, units),
                        c("hodges_lehmann", "hodges_lehmann_ci_low", "hodges_lehmann_ci_high")),
               setNames(pratt(change$change, change$count),
                        c("pratt_v", "pratt_p", "pratt_log_p", "pratt_exact", "pratt_rank_biserial",
                          "pratt_rank_biserial_ci_low", "pratt_rank_biserial_ci_high")))
    lines <- c(lines, paste(c(name, number(value)), collapse = ","))
}
writeLines(c(paste(c("case", names(value)), collapse = ","), lines), file.path(folder, "effects.csv"))
