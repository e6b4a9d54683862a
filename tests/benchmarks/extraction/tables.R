# The published tables of the R package metadat that have raw numbers, as CSV: Rscript tables.R FOLDER
# A table with several outcomes has a column outcome.part for each; a number that a study does not report is left empty.
suppressMessages(library(metadat))
folder <- commandArgs(TRUE)[1]
write <- function(name, d) write.csv(d, file.path(folder, paste0(name, ".csv")), row.names = FALSE, na = "")
out <- function(name, d) write(name, d[complete.cases(d), ])
of <- function(d) data.frame(study = seq_len(nrow(d)))
two <- function(name, d) out(name, cbind(of(d), events1 = d$ai, total1 = d$n1i, events2 = d$ci, total2 = d$n2i))
for (n in c("egger2001", "graves2010", "hahn2001", "hine1989", "laopaiboon2015", "lau1992", "lee2004", "li2007", "linde2005", "nielweise2007"))
  two(n, get(paste0("dat.", n)))
y <- dat.yusuf1985
for (t in unique(y$table)) { d <- y[y$table == t, ]; if (nrow(d) >= 8) two(paste0("yusuf1985_", gsub("[^0-9a-z]", "", t)), d) }
d <- dat.bcg; two("bcg", data.frame(ai = d$tpos, n1i = d$tpos + d$tneg, ci = d$cpos, n2i = d$cpos + d$cneg))
d <- dat.gibson2002; two("gibson2002_counts", data.frame(ai = d$ai, n1i = d$ai + d$bi, ci = d$ci, n2i = d$ci + d$di))
d <- dat.axfors2021; two("axfors2021", data.frame(ai = d$hcq_arm_event, n1i = d$hcq_arm_total, ci = d$control_arm_event, n2i = d$control_arm_total))
d <- dat.damico2009; two("damico2009", data.frame(ai = d$xt, n1i = d$nt, ci = d$xc, n2i = d$nc))
d <- dat.dorn2007; two("dorn2007", data.frame(ai = d$x.a, n1i = d$n.a, ci = d$x.p, n2i = d$n.p))
d <- dat.vanhowe1999; two("vanhowe1999", data.frame(ai = d$cir.pos, n1i = d$cir.pos + d$cir.neg, ci = d$non.pos, n2i = d$non.pos + d$non.neg))
for (t in c("gum", "patch")) { d <- dat.hartmannboyce2018; d <- d[d$treatment == t, ]
  two(paste0("hartmannboyce2018_", t), data.frame(ai = d$x.nrt, n1i = d$n.nrt, ci = d$x.ctrl, n2i = d$n.ctrl)) }
means <- function(name, d) out(name, cbind(of(d), mean1 = d$m1i, sd1 = d$sd1i, n1 = d$n1i, mean2 = d$m2i, sd2 = d$sd2i, n2 = d$n2i))
means("normand1999", dat.normand1999); means("gibson2002_means", dat.gibson2002)
d <- dat.curtis1998; means("curtis1998_PN", head(d[d$pot > 0 & d$time > 0, ], 20))
d <- dat.lehmann2018; d <- d[d$Design == "Between Subjects" & d$DV_Scale == "1-9", ]
means("lehmann2018", data.frame(m1i = d$Red_M, sd1i = d$Red_SD, n1i = d$Red_N, m2i = d$Control_M, sd2i = d$Control_SD, n2i = d$Control_N))
d <- dat.michael2013; means("michael2013", data.frame(m1i = d$Brain_m, sd1i = d$Brain_s, n1i = d$Brain_n, m2i = d$No_brain_m, sd2i = d$No_brain_s, n2i = d$No_brain_n))
d <- dat.stowe2010; d <- d[d$t2 == "Placebo", ]; means("stowe2010", data.frame(m1i = d$y1, sd1i = d$sd1, n1i = d$n1, m2i = d$y2, sd2i = d$sd2, n2i = d$n2))
d <- dat.senn2013; d <- d[d$comment == "change", ]; p <- d[d$treatment == "placebo", ]
for (t in c("metformin", "rosiglitazone")) { m <- merge(d[d$treatment == t, ], p, by = "study")
  means(paste0("senn2013_", t), data.frame(m1i = m$mi.x, sd1i = m$sdi.x, n1i = m$ni.x, m2i = m$mi.y, sd2i = m$sdi.y, n2i = m$ni.y)) }
one <- function(name, d) out(name, cbind(of(d), events = d$xi, total = d$ni))
one("debruin2009", dat.debruin2009); one("hannum2020", dat.hannum2020); one("pritz1997", dat.pritz1997)
d <- dat.linde2015; d <- d[d$treatment3 == "", ]; several <- list(of(d))
for (o in c("resp", "remi", "loss", "loss.ae", "ae")) several[[o]] <- setNames(
  data.frame(d[[paste0(o, 1)]], d$n1, d[[paste0(o, 2)]], d$n2), paste0(gsub(".", "_", o, fixed = TRUE), ".", c("events1", "total1", "events2", "total2")))
write("linde2015", do.call(cbind, unname(several)))
d <- dat.collins1985a; several <- list(of(d))
for (o in c("b", "o", "d")) several[[o]] <- setNames(data.frame(d[[paste0(o, ".xti")]], d$nti, d[[paste0(o, ".xci")]], d$nci), paste0(o, ".", c("events1", "total1", "events2", "total2")))
write("collins1985a", do.call(cbind, unname(several)))
d <- dat.collins1985b; several <- list(of(d))
for (o in c("ped", "stb", "ned")) several[[o]] <- setNames(data.frame(d[[paste0(o, ".xti")]], d$fup.nti, d[[paste0(o, ".xci")]], d$fup.nci), paste0(o, ".", c("events1", "total1", "events2", "total2")))
write("collins1985b", do.call(cbind, unname(several)))
d <- dat.dagostino1998; several <- list()
for (o in c("rnic1", "rnic2")) { e <- d[d$outcome == o, ]; several[[o]] <- setNames(data.frame(e$mt, e$sdt, e$nt, e$mc, e$sdc, e$nc), paste0(o, ".", c("mean1", "sd1", "n1", "mean2", "sd2", "n2"))) }
write("dagostino1998", cbind(of(several[[1]]), do.call(cbind, unname(several))))
