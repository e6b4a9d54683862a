# @TITLE@: votes, combined p-values and summary of effects made again by R. Made by @MADE_BY@.
# Rscript @NAME@   needs the package jsonlite, and metafor where effects are computed from the numbers of two arms. It reads
# the results beside it, prints each number beside its counterpart, and stops with an error when one differs by more than
# its tolerance.
library(jsonlite)

arguments <- commandArgs(FALSE)
folder <- dirname(sub("^--file=", "", grep("^--file=", arguments, value = TRUE)[1]))
result <- fromJSON(file.path(folder, "@STEM@.json"), simplifyDataFrame = FALSE, simplifyMatrix = FALSE)
own <- result$without_pooling
level <- result$level / 100
failed <- 0
checked <- 0
number <- function(x) if (is.null(x)) NA_real_ else as.numeric(x)
check <- function(what, ours, theirs, tolerance = 1e-12) {
  ours <- unlist(lapply(ours, number)); theirs <- as.numeric(theirs)
  off <- if (length(ours) != length(theirs)) Inf else ifelse(is.na(ours) & is.na(theirs), 0, abs(ours - theirs) / pmax(abs(theirs), 1e-8))
  off[is.na(off)] <- Inf
  at <- which.max(off)
  checked <<- checked + 1
  bad <- off[at] > tolerance
  if (bad) failed <<- failed + 1
  cat(sprintf("%-58s prismake %.10g  R %.10g%s\n", what, ours[at], theirs[at], if (bad) "  DIFFERS" else ""))
}
if (!length(result$studies)) { cat("Nothing to check:", result$sentence, "\n"); quit(status = 0) }

# ---- each row: effect, direction, one-sided p-value ---------------------------------------------------------------

ratio <- result$measure %in% c("RR", "OR", "IRR", "ROM") || isTRUE(result$ratio_scale)
f <- if (ratio) log else if (result$measure == "ZCOR") atanh else identity
back <- if (ratio) exp else if (result$measure == "ZCOR") tanh else identity
z <- qnorm(0.5 + level / 2)
arms <- function(row) {  # by metafor, from the numbers of both arms
  if (!requireNamespace("metafor", quietly = TRUE)) return(NULL)
  get <- function(key) number(row[[key]])
  e <- suppressWarnings(switch(result$measure,
    RR = , OR = , RD = metafor::escalc(result$measure, ai = get("events1"), n1i = get("total1"), ci = get("events2"), n2i = get("total2")),
    IRR = , IRD = metafor::escalc(result$measure, x1i = get("events1"), t1i = get("time1"), x2i = get("events2"), t2i = get("time2")),
    COR = , ZCOR = metafor::escalc(result$measure, ri = get("correlation"), ni = get("n")),
    metafor::escalc(result$measure, m1i = get("mean1"), sd1i = get("sd1"), n1i = get("n1"), m2i = get("mean2"), sd2i = get("sd2"), n2i = get("n2"))))
  c(e$yi, e$vi)
}
for (row in result$studies) {
  effect <- number(row[["effect"]]); limits <- c(number(row[["lower"]]), number(row[["upper"]]))
  theirs <- NULL
  if (identical(row$effect_from, "published")) theirs <- c(f(effect), ((f(limits[2]) - f(limits[1])) / (2 * z))^2)
  if (identical(row$effect_from, "computed")) theirs <- arms(row)
  if (!is.null(theirs)) {
    check(paste0(row$label, ": effect"), row["yi"], theirs[1], 1e-10)
    check(paste0(row$label, ": variance"), row["vi"], theirs[2], 1e-10)
  }
  if (identical(row$p_from, "computed")) check(paste0(row$label, ": p-value"), row["p"], 2 * pnorm(-abs(row[["yi"]]) / sqrt(row[["vi"]])))
  if (!own$asked && !is.null(row[["yi"]])) {  # the direction is that of the effect
    left <- result$display$favours[[1]] == own$towards
    state <- if (row[["yi"]] == 0) "no difference" else if ((row[["yi"]] < 0) == left) "towards" else "away"
    check(paste0(row$label, ": direction"), identical(state, row$state), 1)
  }
  side <- if (row$state == "towards") 1 else if (row$state == "away") -1 else 0
  if (!is.null(row[["p"]]) && side != 0) {
    half <- if (row$sides == 1) row[["p"]] else row[["p"]] / 2
    if (row$relation == ">" && side > 0) half <- 0.5
    check(paste0(row$label, ": one-sided p-value"), row["one_sided_p"], if (side > 0) half else 1 - half)
  }
}

# ---- each study once ------------------------------------------------------------------------------------------------

ids <- unique(sapply(result$studies, function(row) row$study_id))
each <- lapply(ids, function(id) {
  rows <- Filter(function(row) row$study_id == id, result$studies)
  states <- sapply(rows, function(row) row$state); states <- states[states != "not reported"]
  up <- mean(states == "towards"); down <- mean(states == "away")
  side <- if (!length(states) || max(up, down) < 0.7) 0 else if (up > down) 1 else -1
  p <- sapply(rows, function(row) number(row[["one_sided_p"]])); y <- sapply(rows, function(row) number(row[["yi"]]))
  n <- sapply(rows, function(row) number(row[["people"]])); worst <- which.max(p)
  list(side = side, p = if (all(is.na(p))) NA else max(p, na.rm = TRUE), y = if (all(is.na(y))) NA else median(y, na.rm = TRUE),
       n = if (all(is.na(n))) NA else max(n, na.rm = TRUE), bound = length(worst) && rows[[worst]]$relation != "=",
       high = isTRUE(rows[[1]]$appraisal$high_risk), groups = rows[[1]]$subgroups,
       one_group = function(key) length(unique(sapply(rows, function(row) row$subgroups[[key]]))) == 1)
})

# ---- votes, p-values, effects -----------------------------------------------------------------------------------------

votes <- function(what, ours, studies) {
  side <- sapply(studies, function(s) s$side); x <- sum(side == 1); n <- sum(side != 0)
  if (is.null(ours)) { check(paste0(what, "studies with a vote"), 0, n); return(invisible()) }
  check(paste0(what, "votes"), c(ours$favourable, ours$n), c(x, n))
  test <- binom.test(x, n, 0.5, conf.level = level)
  check(paste0(what, "proportion"), ours["proportion"], test$estimate)
  check(paste0(what, "interval of Clopper and Pearson"), ours[c("exact_lb", "exact_ub")], test$conf.int, 1e-10)
  check(paste0(what, "sign test"), ours["p"], test$p.value)
  wilson <- suppressWarnings(prop.test(x, n, conf.level = level, correct = FALSE)$conf.int)
  check(paste0(what, "interval of Wilson"), ours[c("ci_lb", "ci_ub")], wilson, 1e-10)
}
combined <- function(what, ours, studies) {
  studies <- Filter(function(s) !is.na(s$p), studies)
  p <- sapply(studies, function(s) s$p); n <- sapply(studies, function(s) s$n)
  if (is.null(ours)) { check(paste0(what, "fewer than two p-values"), 1, length(p) < 2); return(invisible()) }
  chi <- -2 * sum(log(p)); s <- qnorm(p, lower.tail = FALSE); k <- length(p)
  check(paste0(what, "Fisher's method"), ours[c("chi2", "df", "fisher_p")], c(chi, 2 * k, pchisq(chi, 2 * k, lower.tail = FALSE)))
  check(paste0(what, "Stouffer's method"), ours[c("z", "stouffer_p")], c(sum(s) / sqrt(k), pnorm(-sum(s) / sqrt(k))), 1e-11)
  if (!is.null(ours$weighted_z)) {
    w <- sqrt(n); total <- sum(w * s) / sqrt(sum(w^2))
    check(paste0(what, "Stouffer's method, weighted"), ours[c("weighted_z", "weighted_p")], c(total, pnorm(-total)), 1e-11)
  }
}
summary_of <- function(what, ours, studies) {
  y <- sapply(studies, function(s) s$y); y <- y[!is.na(y)]
  if (is.null(ours)) { check(paste0(what, "effects"), 0, length(y)); return(invisible()) }
  check(paste0(what, "median, quartiles and range"), ours[c("minimum", "q1", "median", "q3", "maximum")], back(quantile(y, names = FALSE)), 1e-10)
}
group <- function(what, ours, studies) {
  check(paste0(what, "studies"), ours["k"], length(studies))
  votes(what, ours$votes, studies); combined(what, ours$p_values, studies); summary_of(what, ours$estimates, studies)
}
votes("", own$votes, each)
combined("", own$p_values, each)
if (!is.null(own$exact_p_values)) combined("exact p-values alone: ", own$exact_p_values, Filter(function(s) !s$bound, each))
summary_of("", own$estimates, each)
for (key in base::names(own$groups)) for (row in own$groups[[key]]$levels) {
  group(paste0(row$level, ": "), row, Filter(function(s) s$one_group(key) && s$groups[[key]] == row$level, each))
}
if (!is.null(own$without_high_risk)) group("without high risk: ", own$without_high_risk, Filter(function(s) !s$high, each))

if (failed) stop(sprintf("%d of %d numbers differ.", failed, checked))
cat(sprintf("All %d numbers agree.\n", checked))
