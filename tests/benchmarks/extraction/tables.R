# The published tables of the R package metadat that have raw numbers, as CSV: Rscript tables.R FOLDER
suppressMessages(library(metadat))
folder <- commandArgs(TRUE)[1]
out <- function(name, d) write.csv(d[complete.cases(d), ], file.path(folder, paste0(name, ".csv")), row.names = FALSE)
two <- function(name, d) out(name, data.frame(study = seq_len(nrow(d)), events1 = d$ai, total1 = d$n1i, events2 = d$ci, total2 = d$n2i))
for (n in c("egger2001", "graves2010", "hahn2001", "hine1989", "laopaiboon2015", "lau1992", "lee2004", "li2007", "linde2005", "nielweise2007"))
  two(n, get(paste0("dat.", n)))
y <- dat.yusuf1985
for (t in unique(y$table)) { d <- y[y$table == t, ]; if (nrow(d) >= 8) two(paste0("yusuf1985_", gsub("[^0-9a-z]", "", t)), d) }
d <- dat.bcg; two("bcg", data.frame(ai = d$tpos, n1i = d$tpos + d$tneg, ci = d$cpos, n2i = d$cpos + d$cneg))
d <- dat.gibson2002; two("gibson2002_counts", data.frame(ai = d$ai, n1i = d$ai + d$bi, ci = d$ci, n2i = d$ci + d$di))
means <- function(name, d) out(name, data.frame(study = seq_len(nrow(d)), mean1 = d$m1i, sd1 = d$sd1i, n1 = d$n1i, mean2 = d$m2i, sd2 = d$sd2i, n2 = d$n2i))
means("normand1999", dat.normand1999); means("gibson2002_means", dat.gibson2002)
d <- dat.curtis1998; for (t in c("PN")) means(paste0("curtis1998_", t), head(d[d$pot > 0 & d$time > 0, ], 20))
one <- function(name, d) out(name, data.frame(study = seq_len(nrow(d)), events = d$xi, total = d$ni))
one("debruin2009", dat.debruin2009); one("hannum2020", dat.hannum2020); one("pritz1997", dat.pritz1997)
