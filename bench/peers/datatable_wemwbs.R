# WEMWBS, start to m12, by site and of All, with data.table. Rscript datatable_wemwbs.R CSV OUT
suppressMessages(library(data.table))
threads <- as.integer(Sys.getenv("BENCH_THREADS", "2"))
setDTthreads(threads)
source(file.path(Sys.getenv("BENCH_PEERS", "."), "table.R"))
args <- commandArgs(TRUE)
items <- sprintf("w%02d", 1:14)
d <- fread(args[1], select = c("participant_id", "site", "stage", items), nThread = threads)
d <- d[stage == "start" | stage == "m12"]
d[, score := 0L]
for (x in items) d[, score := score + fifelse(get(x) >= 1L & get(x) <= 5L, get(x), NA_integer_)]
p <- merge(d[stage == "start", .(participant_id, site, b = score)],
           d[stage == "m12", .(participant_id, site, a = score)],
           by = c("participant_id", "site"), all = TRUE)
r <- rbind(p[, table_row(b, a), keyby = .(cohort = as.character(site))],
           p[, c(cohort = "All", table_row(b, a))])
fwrite(cbind(instrument = "wemwbs", scale = "total", r), args[2])
