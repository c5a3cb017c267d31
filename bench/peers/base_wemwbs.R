# WEMWBS, start to m12, by site and of All, with base R. Rscript base_wemwbs.R CSV OUT
source(file.path(Sys.getenv("BENCH_PEERS", "."), "table.R"))
args <- commandArgs(TRUE)
items <- sprintf("w%02d", 1:14)
d <- read.csv(args[1], colClasses = c("character", "NULL", "integer", "NULL", "character", "NULL",
                                      rep("integer", 14)))
d <- d[d$stage %in% c("start", "m12"), ]
m <- as.matrix(d[, items])
m[m < 1L | m > 5L] <- NA
d$score <- rowSums(m)
first <- d[d$stage == "start", ]
last <- d[d$stage == "m12", ]
id <- unique(d$participant_id)
i <- match(id, first$participant_id)
j <- match(id, last$participant_id)
p <- data.frame(site = ifelse(is.na(i), last$site[j], first$site[i]), b = first$score[i],
                a = last$score[j])
r <- lapply(c(split(p, p$site), list(All = p)), function(x) as.data.frame(table_row(x$b, x$a)))
r <- cbind(instrument = "wemwbs", scale = "total", cohort = names(r), do.call(rbind, r))
write.csv(r, args[2], row.names = FALSE, quote = FALSE, na = "")
