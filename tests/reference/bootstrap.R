# tests/reference/bootstrap.R - the BCa interval of a mean change by R's boot package.
#
#   Rscript tests/reference/bootstrap.R     (from the root; R 4.2.2 and boot 1.3-28.1 made the file in git)
#
# reads  tests/reference/statistics_data.csv
# writes tests/reference/bootstrap.csv   case, replicates, low, high: the means over runs of boot.ci(type =
#        "bca"); sd_low, sd_high: between runs, which is what chance does to one end

suppressMessages(library(boot))
set.seed(20180331, kind = "Mersenne-Twister", sample.kind = "Rejection")
folder <- "tests/reference"
data <- read.csv(file.path(folder, "statistics_data.csv"))
replicates <- 4000
lines <- "case,replicates,low,high,sd_low,sd_high"
skewed <- data.frame(case = "skewed", units_per_point = 1, before = 0, after = c(0, 1, 2, 3, 5, 9, 14, 30),
                     count = c(12, 2, 1, 1, 1, 1, 1, 1)) # of which the test has a copy
data <- rbind(data, skewed)
for (name in unique(data$case)) {
    one <- data[data$case == name, ]
    d <- rep(one$after - one$before, one$count) / one$units_per_point[1]
    if (length(d) < 5 || length(d) > 1000 || min(d) == max(d)) next
    runs <- if (length(d) > 100) 5 else 20
    # A mean of whole units that equals the first has to be seen to: sums, not means of doubles.
    units <- round(d * one$units_per_point[1])
    ends <- replicate(runs, {
        b <- boot(units, function(x, w) sum(x * w), replicates, stype = "f")
        b$t0 <- b$t0 / length(units)
        b$t <- b$t / length(units)
        influence <- units - mean(units) # empinf() would want the statistic by weights
        # with the warning that the lowest or highest mean stands for an end, there is none
        tryCatch(boot.ci(b, type = "bca", L = influence)$bca[4:5] / one$units_per_point[1],
                 warning = function(w) c(NA, NA))
    })
    value <- c(rowMeans(ends), apply(ends, 1, sd))
    lines <- c(lines, paste(c(name, replicates, ifelse(is.na(value), "", sprintf("%.17g", value))),
                            collapse = ","))
}
writeLines(lines, file.path(folder, "bootstrap.csv"))
