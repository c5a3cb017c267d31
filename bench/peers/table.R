# One row of the table: counts, means, SDs, change, t and Wilcoxon of one cohort's pairs. For *.R.
table_row <- function(b, a) {
  both <- !is.na(b) & !is.na(a)
  n <- sum(both)
  b <- b[both]
  d <- round(a[both] - b, 9)
  t <- if (n > 1 && sd(d) > 0) t.test(d) else list(statistic = NA, p.value = NA)
  w <- if (any(d != 0)) suppressWarnings(wilcox.test(d, exact = FALSE)) else
    list(statistic = if (n > 0) 0 else NA, p.value = NA)
  list(viable = n, discounted = length(both) - n, before.mean = mean(b), before.sd = sd(b),
       after.mean = mean(a[both]), after.sd = sd(a[both]), change.mean = mean(d),
       change.sd = sd(d), change.t = as.numeric(t$statistic), change.p_t = as.numeric(t$p.value),
       change.v = as.numeric(w$statistic), change.p_wilcoxon = as.numeric(w$p.value))
}
