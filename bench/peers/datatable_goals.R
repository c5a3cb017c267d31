# Goals: the change in the T-score of a family's common goals, by site. data.table. ... CSV OUT
suppressMessages(library(data.table))
threads <- as.integer(Sys.getenv("BENCH_THREADS", "2"))
setDTthreads(threads)
source(file.path(Sys.getenv("BENCH_PEERS", "."), "table.R"))
args <- commandArgs(TRUE)
d <- fread(args[1], select = c("family_id", "site", "goal_no", "weight", "stage", "level"),
           nThread = threads)
rated <- d[level >= -2 & level <= 2]
g <- merge(rated[stage == "before", .(family_id, goal_no, w = weight, b = level)],
           rated[stage == "after", .(family_id, goal_no, a = level)],
           by = c("family_id", "goal_no"))
g <- g[, .(wb = sum(w * b), wa = sum(w * a), sw = sum(w), sww = sum(w * w)), keyby = family_id]
g[, root := sqrt(0.7 * sww + 0.3 * sw^2)]
p <- merge(unique(d[, .(family_id, site)]),
           g[, .(family_id, b = 50 + 10 * wb / root, a = 50 + 10 * wa / root)],
           by = "family_id", all.x = TRUE)
r <- rbind(p[, table_row(b, a), keyby = .(cohort = as.character(site))],
           p[, c(cohort = "All", table_row(b, a))])
fwrite(cbind(instrument = "gas", scale = "t_score", r), args[2])
