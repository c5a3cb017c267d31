# Rscript tests/reference/holm.R > tests/reference/holm.csv (R 4.2.2)
# Families of p values and what R makes of them: p.adjust(p, method = "holm"). NA: no test.
set.seed(20140731)
families <- list(
  one = 0.04,
  none = NA,
  two = c(0.03, 0.02),
  ties = c(0.01, 0.01, 0.01, 0.2, 0.2, 1),
  holes = c(NA, 0.001, NA, 0.04, 0.03, NA, 0.9),
  tiny = c(1e-300, 3e-200, 2.5e-16, 0.5, 1e-12, 0),
  ones = c(1, 1, 1, 0.99),
  cummax = c(0.01, 0.0101, 0.0102, 0.0103, 0.5),
  sites = c(runif(60), runif(20) / 1000, rep(NA, 7), rep(0.0125, 5))
)
digits <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))
cat("family,place,p,p_holm,tests\n")
for (name in names(families)) {
  p <- families[[name]]
  cat(sprintf("%s,%d,%s,%s,%d\n", name, seq_along(p), digits(p),
              digits(p.adjust(p, method = "holm")), sum(!is.na(p))), sep = "")
}
