# SDQ, before to after, 5 subscales and total, by informant and site. data.table. ... CSV OUT
suppressMessages(library(data.table))
threads <- as.integer(Sys.getenv("BENCH_THREADS", "2"))
setDTthreads(threads)
source(file.path(Sys.getenv("BENCH_PEERS", "."), "table.R"))
args <- commandArgs(TRUE)
items <- sprintf("s%02d", 1:25)
reversed <- sprintf("s%02d", c(7, 11, 14, 21, 25))
subscales <- list(emotional = c(3, 8, 13, 16, 24), conduct = c(5, 7, 12, 18, 22),
                  hyperactivity = c(2, 10, 15, 21, 25), peer = c(6, 11, 14, 19, 23),
                  prosocial = c(1, 4, 9, 17, 20))
keys <- c("participant_id", "site", "informant")
d <- fread(args[1], select = c(keys, "stage", items), nThread = threads)
for (x in items) {
  v <- if (x %in% reversed) 2L - d[[x]] else d[[x]]
  set(d, j = x, value = fifelse(v >= 0L & v <= 2L, v, NA_integer_))
}
for (k in names(subscales)) {
  s <- 0L
  n <- 0L
  for (x in sprintf("s%02d", subscales[[k]])) {
    answered <- !is.na(d[[x]])
    n <- n + answered
    s <- s + fifelse(answered, d[[x]], 0L)
  }
  set(d, j = k, value = fifelse(n >= 3L, floor(5 * s / n + 0.5), NA_real_))
}
d[, total := emotional + conduct + hyperactivity + peer]
scales <- c(names(subscales), "total")
p <- merge(d[stage == "before", c(keys, scales), with = FALSE],
           d[stage == "after", c(keys, scales), with = FALSE],
           by = keys, all = TRUE, suffixes = c(".b", ".a"))
r <- rbindlist(lapply(scales, function(k) {
  q <- p[, .(instrument = paste0("sdq-", informant), cohort = as.character(site),
             b = get(paste0(k, ".b")), a = get(paste0(k, ".a")))]
  sites <- q[, table_row(b, a), keyby = .(instrument, cohort)]
  all <- q[, table_row(b, a), keyby = .(instrument)][, cohort := "All"]
  rbind(sites, all, use.names = TRUE)[, scale := k]
}))
fwrite(r, args[2])
