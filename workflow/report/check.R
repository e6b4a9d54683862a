# @TITLE@: the published results made again by R. Made by @MADE_BY@.
# Rscript @NAME@   needs the packages metafor and jsonlite, and lme4 for mixed models. It reads the results beside it,
# prints each number beside its counterpart, and stops with an error when one differs by more than its tolerance.
suppressPackageStartupMessages(library(metafor))
library(jsonlite)

arguments <- commandArgs(FALSE)
folder <- dirname(sub("^--file=", "", grep("^--file=", arguments, value = TRUE)[1]))
name <- "@STEM@"
result <- fromJSON(file.path(folder, paste0(name, ".json")), simplifyDataFrame = FALSE, simplifyMatrix = FALSE)
failed <- 0
checked <- 0

# ---- comparing ------------------------------------------------------------------------------------------------

numbers <- function(x) {  # a JSON value as numbers, nested lists row by row
  x <- lapply(unlist(lapply(as.list(x), function(e) if (is.null(e)) NA else e)), identity)
  vapply(x, function(e) switch(as.character(e), "Infinity" = Inf, "-Infinity" = -Inf, as.numeric(e)), 0)
}
report <- function(what, ours, theirs, bad, more = "") {
  checked <<- checked + 1
  if (bad) failed <<- failed + 1
  cat(sprintf("%-52s prismake %s  R %s%s%s\n", what, ours, theirs, more, if (bad) "  DIFFERS" else ""))
}
# Absolute, or relative for numbers above `size`; `size` is 1 or what the data make of one (see `unit`).
check <- function(what, ours, theirs, tolerance = 1e-6, size = 1) {
  ours <- numbers(ours); theirs <- as.numeric(theirs)
  none <- function(x) length(x) == 0 || all(is.na(x))
  if (none(ours) && none(theirs)) return(invisible())
  if (length(ours) != length(theirs)) return(report(what, paste(length(ours), "values"), paste(length(theirs), "values"), TRUE))
  off <- ifelse(is.na(ours) & is.na(theirs) | ours == theirs, 0, abs(ours - theirs) / pmax(size, abs(theirs)))
  off[is.na(off)] <- Inf
  at <- which.max(off)
  more <- if (length(ours) > 1) sprintf(" (worst of %d)", length(ours)) else ""
  report(what, sprintf("%.10g", ours[at]), sprintf("%.10g", theirs[at]), off[at] > tolerance, more)
}
same <- function(what, ours, theirs) {  # texts, lists and parts of documents
  sorted <- function(x) if (is.list(x)) lapply(if (is.null(names(x))) x else x[order(names(x))], sorted) else x
  equal <- isTRUE(all.equal(sorted(ours), sorted(theirs), tolerance = 1e-12, check.attributes = FALSE))
  report(what, if (equal) "as" else "not as", "there", !equal)
}
skipped <- 0
skip <- function(what, why) {
  skipped <<- skipped + 1
  cat(sprintf("%-52s not made again: %s\n", what, why))
}

# ---- the data -------------------------------------------------------------------------------------------------

column <- function(key, rows = result$studies) sapply(rows, function(row) if (is.null(row[[key]])) NA else row[[key]])
measure_of <- function(row) if (row$measure == "GEN" && isTRUE(result$ratio_scale)) "GENLN" else row$measure
MEASURE <- measure_of(result)
level <- result$level
parts <- names(result$columns)
dat <- as.data.frame(setNames(lapply(parts, column), parts))
every <- dat  # with the studies that have no event in either arm, which some models take in
for (row in result$without_events) every[nrow(every) + 1, parts] <- unlist(row[parts])
ONE <- c("PLO", "PR", "PLN", "PAS", "PFT"); TWO <- c("RR", "OR", "RD", "AS"); RATES <- c("IRLN", "IR", "IRS", "IRFT")
effects <- function(measure, dat) {
  if (measure %in% ONE) return(escalc(measure, xi = events, ni = total, data = dat))
  if (measure %in% RATES) return(escalc(measure, xi = events, ti = time, data = dat))
  if (measure %in% TWO) return(escalc(measure, ai = events1, n1i = total1, ci = events2, n2i = total2, data = dat))
  if (measure %in% c("IRR", "IRD", "IRSD"))
    return(escalc(measure, x1i = events1, t1i = time1, x2i = events2, t2i = time2, data = dat))
  if (measure == "UCOR") {  # Olkin and Pratt's series; metafor needs the package gsl for it
    unbiased <- with(dat, mapply(function(r, n) { i <- 0:400; c <- (n - 2) / 2
      r * sum(exp(2 * (lgamma(i + 0.5) - lgamma(0.5)) + lgamma(c) - lgamma(c + i) - lgamma(i + 1) + i * log(1 - r^2))) }, correlation, n))
    return(data.frame(yi = unbiased, vi = (1 - unbiased^2)^2 / (dat$n - 1)))
  }
  if (measure %in% c("COR", "ZCOR")) return(escalc(measure, ri = correlation, ni = n, data = dat))
  if (measure %in% c("GEN", "GENLN")) {
    f <- if (measure == "GENLN") log else identity
    return(data.frame(yi = f(dat$effect), vi = ((f(dat$upper) - f(dat$lower)) / (2 * qnorm(0.5 + level / 200)))^2))
  }
  if (measure == "SDLN") return(escalc(measure, sdi = sd, ni = n, data = dat))
  if (measure %in% c("MN", "MNLN", "CVLN")) return(escalc(measure, mi = mean, sdi = sd, ni = n, data = dat))
  escalc(measure, m1i = mean1, sd1i = sd1, n1i = n1, m2i = mean2, sd2i = sd2, n2i = n2, data = dat)
}
# The natural scale; `size` is the natural size of one standard error, on which small or large units are judged.
LOG <- c("RR", "OR", "IRR", "ROM", "GENLN", "IRLN", "PLN", "MNLN", "CVLN", "SDLN")
back <- function(measure, x, ni = NULL) {
  if (measure %in% LOG) return(exp(x))
  if (measure == "PFT") return(sapply(x, function(v) if (is.na(v)) NA else transf.ipft.hm(v, targs = list(ni = ni))))
  if (measure == "IRFT") return(sapply(x, function(v) if (is.na(v)) NA else transf.iirft(v, ti = 1 / mean(1 / ni))))
  switch(measure, IRS = transf.isqrt(x), PLO = transf.ilogit(x), PAS = sapply(x, transf.iarcsin), ZCOR = transf.ztor(x), x)
}
SIZES <- if (MEASURE == "IRFT") dat$time else dat$total  # of Freeman and Tukey's back-transformations
curved <- function(measure) measure %in% c(LOG, "PLO", "PAS", "PFT", "IRS", "IRFT", "ZCOR")

# ---- inverse variance -----------------------------------------------------------------------------------------

CONTROL <- list(threshold = 1e-13, maxiter = 10000, tol = 1e-14)
# metafor's thresholds are absolute: effects are divided by their typical standard error, and the results multiplied.
rma1 <- function(yi, vi, method, test, mods = NULL, level = result$level) {
  control <- if (method %in% c("REML", "ML", "EB", "PM")) CONTROL else list()
  suppressWarnings(if (is.null(mods)) rma(yi, vi, method = method, test = test, level = level, control = control)
    else rma(yi, vi, mods = mods, method = method, test = test, level = level, control = control))
}
iv <- function(yi, vi, method, test, adhoc = "none", mods = NULL, prediction = "hts", level = result$level) {
  unit <- sqrt(median(vi)); y <- yi / unit; v <- vi / unit^2
  if (length(y) == 1) method <- "EE"
  classic <- rma1(y, v, method, "z", mods, level)
  used <- if (method == "EE" || length(y) == 1) "z" else test
  zero <- classic$tau2 < 1e-9; p <- classic$p; k <- classic$k
  if (used == "knha") {
    plain <- rma1(y, v, method, "knha", mods, level)
    scale <- (plain$se[1] / classic$se[1])^2; narrow <- qt(0.5 + level / 200, k - p) * sqrt(scale) < qnorm(0.5 + level / 200)
    dl <- rma1(y, v, "DL", "z", mods, level)
    smaller <- qt(0.5 + level / 200, k - p) * sqrt(scale * classic$vb[1]) < qnorm(0.5 + level / 200) * sqrt(dl$vb[1])
    used <- switch(adhoc, none = "knha", se = "adhoc", ci = if (narrow) "z" else "knha",
      iqwig6 = if (smaller) "adhoc" else "knha",
      cochrane = if (p > 1) { if (zero) "adhoc" else "knha" } else if (zero || k == 2) "z" else "knha")
  }
  fit <- rma1(y, v, method, used, mods, level)
  limits <- c(NA, NA)
  if (p == 1 && method != "EE") {
    se <- classic$se
    half <- switch(prediction, hts = quantile_t(k - 2, level) * sqrt(se^2 + fit$tau2), v = quantile_t(k - 1, level) * sqrt(se^2 + fit$tau2),
      riley = quantile_t(k - 2, level) * sqrt(fit$se^2 + fit$tau2), normal = qnorm(0.5 + level / 200) * sqrt(se^2 + fit$tau2),
      metafor = (if (used == "z") qnorm(0.5 + level / 200) else quantile_t(k - 1, level)) * sqrt(fit$se^2 + fit$tau2), cd = NA)
    if (prediction == "cd" && k > 2) limits <- prediction_cd(y, v, level)
    else if (k > 2) limits <- c(fit$beta) + c(-half, half)
  }
  list(fit = fit, unit = unit, used = if (used == "adhoc") "knha" else used, beta = c(fit$beta) * unit, se = fit$se * unit,
    ci.lb = fit$ci.lb * unit, ci.ub = fit$ci.ub * unit, tau2 = fit$tau2 * unit^2, pi = limits * unit, y = y, v = v)
}
quantile_t <- function(df, level) if (df > 0) qt(0.5 + level / 200, df) else NA
prediction_cd <- function(yi, vi, level = 95, centre = NULL) {
  Q <- function(t) { w <- 1 / (vi + t); sum(w * (yi - sum(w * yi) / sum(w))^2) }
  moments <- function(t) {
    w <- 1 / (vi + t)
    c(if (is.null(centre)) sum(w * yi) / sum(w) else centre, sqrt(1 / sum(w) + t))
  }
  density <- function(s, x) sapply(s, function(s) {
    t <- exp(s); m <- moments(t)
    dchisq(Q(t), length(yi) - 1) * (Q(t * exp(-1e-5)) - Q(t * exp(1e-5))) / 2e-5 * pnorm((x - m[1]) / m[2])
  })
  ends <- log(c(1e-9 * min(vi), 1e9 * (max(vi) + diff(range(yi))^2)))
  cdf <- function(x) {
    m <- moments(0)
    pchisq(Q(0), length(yi) - 1, lower.tail = FALSE) * pnorm((x - m[1]) / m[2]) +
      integrate(density, ends[1], ends[2], x = x, subdivisions = 2000, rel.tol = 1e-9)$value
  }
  far <- 20 * (diff(range(yi)) + max(sqrt(vi)))
  sapply(c(0.5 - level / 200, 0.5 + level / 200),
         function(p) uniroot(function(x) cdf(x) - p, range(yi) + c(-far, far), tol = 1e-10)$root)
}

# Every number of a fit by inverse variance on the scale of the analysis; `u` is its unit.
check_values <- function(what, values, m) {
  fit <- m$fit; u <- m$unit; n <- fit$k - if (fit$method == "REML") fit$p else 0
  theirs <- list(beta = m$beta, se = m$se, stat = fit$zval, pval = fit$pval, ci_lb = m$ci.lb, ci_ub = m$ci.ub, vcov = c(fit$vb) * u^2,
    tau2 = m$tau2, se_tau2 = if (fit$method == "EE") NA else fit$se.tau2 * u^2, I2 = fit$I2, H2 = fit$H2, Q = fit$QE, Q_p = fit$QEp,
    Q_df = fit$k - fit$p, k = fit$k, p = fit$p, ddf = if (m$used == "z") NA else fit$k - fit$p, QM = fit$QM, QM_p = fit$QMp,
    loglik = if (!fit$method %in% c("ML", "REML")) NULL else c(logLik(fit)) - n * log(u), weights_pct = weights(fit))
  power <- c(beta = 1, se = 1, ci_lb = 1, ci_ub = 1, vcov = 2, tau2 = 2, se_tau2 = 2)
  for (key in intersect(names(theirs), names(values))) {
    if (is.null(theirs[[key]])) next
    if (key == "se_tau2" && is.null(values[[key]])) next
    size <- if (key %in% names(power)) u^power[[key]] else 1
    check(paste0(what, ", ", key), values[[key]], theirs[[key]], size = size)
  }
  check(paste0(what, ", QM_df"), values$QM_df, c(max(fit$p - 1, 1), if (m$used == "z") NA else fit$k - fit$p), 0)
  if (fit$p == 1 && !is.null(values$pi_riley_lb)) {
    half <- quantile_t(fit$k - 2, level) * sqrt(fit$se^2 + fit$tau2) * u
    check(paste0(what, ", pi_riley"), c(values$pi_riley_lb, values$pi_riley_ub), m$beta + c(-half, half), size = u)
  }
  if (fit$p == 1 && !is.null(values$pi_method)) check(paste0(what, ", prediction interval"), c(values$pi_lb %||% NA, values$pi_ub %||% NA), m$pi, size = u)
}
`%||%` <- function(a, b) if (is.null(a)) b else a

# The printed numbers of a row: estimate and intervals on the natural scale, heterogeneity.
check_row <- function(what, row, m, measure, ni = NULL, tolerance = 1e-6) {
  natural <- back(measure, c(m$beta, m$ci.lb, m$ci.ub, m$pi), ni)
  size <- if (curved(measure)) min(1, abs(natural[3] - natural[2])) else m$unit
  keys <- c("estimate", "ci_lb", "ci_ub", "pi_lb", "pi_ub")
  for (i in seq_along(keys)) {
    check(paste0(what, ", ", keys[i]), row[[keys[i]]], natural[i], tolerance, size)
    if (!is.null(row$back_transformed)) check(paste0(what, ", back_transformed ", keys[i]), row$back_transformed[[c("pred", keys[-1])[i]]], natural[i], tolerance, size)
  }
}

# ---- other models ---------------------------------------------------------------------------------------------

# Profile likelihood of tau² in the binomial–normal (or Poisson–normal) model, by the trapezoidal rule around each
# study's mode, which is exact to about 1e-12 for such integrands.
profile <- function(x, n, poisson = FALSE) {
  log_term <- function(eta, i) if (poisson) x[i] * (eta + log(n[i])) - n[i] * exp(eta) - lgamma(x[i] + 1)
    else lchoose(n[i], x[i]) + x[i] * plogis(eta, log.p = TRUE) + (n[i] - x[i]) * plogis(-eta, log.p = TRUE)
  loglik <- function(mu, tau) sum(sapply(seq_along(x), function(i) {
    if (tau < 1e-10) return(log_term(mu, i))
    f <- function(u) log_term(mu + tau * u, i) - u^2 / 2 - log(2 * pi) / 2
    top <- optimize(f, c(-12, 12), maximum = TRUE, tol = 1e-8)$maximum
    h <- 1e-3; width <- 1 / sqrt(max(-(f(top + h) - 2 * f(top) + f(top - h)) / h^2, 1e-6))
    u <- top + width * seq(-10, 10, length.out = 241); values <- f(u)
    max(values) + log(sum(exp(values - max(values))) * (u[2] - u[1]))
  }))
  function(tau2) {
    best <- optimize(function(mu) loglik(mu, sqrt(tau2)), c(-12, 12), maximum = TRUE, tol = 1e-9)
    best$objective
  }
}
# The conditional model with its exact likelihood: given the events of both arms, those of the first have Fisher's
# noncentral hypergeometric distribution, whose log odds ratio varies between studies. metafor needs numDeriv for it.
exact <- function(data, level) {
  data <- data[with(data, events1 + events2 > 0 & events1 + events2 < total1 + total2), ]
  log_p <- function(i, theta) with(data[i, ], {
    all <- max(0, events1 + events2 - total2):min(total1, events1 + events2)
    terms <- outer(all, theta) + lchoose(total1, all) + lchoose(total2, events1 + events2 - all)
    top <- apply(terms, 2, max); terms[match(events1, all), ] - top - log(colSums(exp(sweep(terms, 2, top))))
  })
  u <- seq(-9, 9, length.out = 361)
  loglik <- function(mu, tau) sum(sapply(seq_len(nrow(data)), function(i) {
    if (tau < 1e-8) return(log_p(i, mu))
    values <- log_p(i, mu + tau * u) + dnorm(u, log = TRUE); max(values) + log(sum(exp(values - max(values))) * (u[2] - u[1]))
  }))
  ends <- optimize(function(mu) loglik(mu, 0), c(-15, 15), maximum = TRUE, tol = 1e-10)
  best <- optim(c(ends$maximum, log(0.5)), function(t) -loglik(t[1], exp(t[2])), control = list(reltol = 1e-14, maxit = 2000))
  if (-best$value > ends$objective + 1e-9) { mu <- best$par[1]; tau <- exp(best$par[2]); value <- -best$value }
  else { mu <- ends$maximum; tau <- 0; value <- ends$objective }
  at <- function(m, s) loglik(mu + m, tau + s); h <- 1e-3; s <- min(h, tau / 4)
  D <- matrix((at(h, 0) - 2 * value + at(-h, 0)) / h^2, 1, 1)
  if (tau > 0) {
    both <- (at(h, s) - at(h, -s) - at(-h, s) + at(-h, -s)) / (4 * h * s)
    D <- rbind(c(D, both), c(both, (at(0, s) - 2 * value + at(0, -s)) / s^2))
  }
  each <- sapply(seq_len(nrow(data)), function(i) optimize(function(t) log_p(i, t), c(-15, 15), maximum = TRUE)$objective)
  list(beta = mu, se = sqrt(solve(-D)[1, 1]), tau2 = tau^2, loglik = value, k = nrow(data), Q = 2 * (sum(each) - ends$objective))
}
mixed <- function(row, data) {  # metafor's rma.glmm as the same list as `iv`
  o <- row$options; arms <- c(conditional = "CM.AL", exact_conditional = "CM.EL", fixed_study = "UM.FS", random_study = "UM.RS")
  more <- list(measure = o$measure, level = level)
  if (o$model == "glmm") more <- c(more, list(xi = data$events), if (o$measure == "PLO") list(ni = data$total) else list(ti = data$time), list(nAGQ = 25))
  else {
    more <- c(more, if (o$measure == "OR") list(ai = data$events1, n1i = data$total1, ci = data$events2, n2i = data$total2)
      else list(x1i = data$events1, t1i = data$time1, x2i = data$events2, t2i = data$time2), list(model = arms[[o$model]]))
    if (o$model != "exact_conditional") more$nAGQ <- if (o$model == "random_study") 1 else 25
  }
  if (o$model == "exact_conditional") { own <- exact(data, level); fit <- NULL } else {
    fit <- suppressWarnings(do.call(rma.glmm, more))
    own <- list(beta = c(fit$beta), se = fit$se, tau2 = fit$tau2, k = fit$k, Q = fit$QE.LRT, Q_wald = fit$QE.Wld, Q_wald_p = fit$QEp.Wld)
  }
  k <- own$k; se <- own$se; z <- qnorm(0.5 + level / 200)
  half <- switch(o$prediction, hts = , riley = quantile_t(k - 2, level), v = quantile_t(k - 1, level), z) * sqrt(se^2 + own$tau2)
  limits <- if (k > 2) own$beta + c(-half, half) else c(NA, NA)
  if (o$prediction == "cd" && k > 2) { es <- effects(o$measure, data); limits <- prediction_cd(es$yi, es$vi, level, own$beta) }
  wide <- if (k > 2) own$beta + c(-1, 1) * quantile_t(k - 2, level) * sqrt(se^2 + own$tau2) else NULL
  c(own, list(fit = fit, ci.lb = own$beta - z * se, ci.ub = own$beta + z * se, pi = limits, riley = wide, Q_df = k - 1,
    Q_p = pchisq(own$Q, k - 1, lower.tail = FALSE), unit = 1))
}
common <- function(row, data) {  # Mantel–Haenszel and Peto
  o <- row$options
  fit <- suppressWarnings(if (o$model == "peto") rma.peto(ai = data$events1, n1i = data$total1, ci = data$events2, n2i = data$total2, level = level)
    else if (o$measure %in% TWO) rma.mh(measure = o$measure, ai = data$events1, n1i = data$total1, ci = data$events2, n2i = data$total2, level = level)
    else rma.mh(measure = o$measure, x1i = data$events1, t1i = data$time1, x2i = data$events2, t2i = data$time2, level = level))
  list(fit = fit, beta = c(fit$beta), se = fit$se, ci.lb = fit$ci.lb, ci.ub = fit$ci.ub, tau2 = 0, pi = c(NA, NA), unit = 1,
    I2 = fit$I2, H2 = fit$H2, Q = fit$QE, Q_p = fit$QEp, weights = if (o$model == "peto") Filter(function(w) w > 0, weights(fit)))
}
beta_binomial <- function(row, data) {
  o <- row$options; one <- o$measure == "PLO"
  x <- if (one) data$events else c(data$events1, data$events2); n <- if (one) data$total else c(data$total1, data$total2)
  g <- if (one) rep(1, length(x)) else rep(1:2, each = nrow(data))
  density <- function(theta) { p <- plogis(theta[g]); s <- exp(-theta[max(g) + 1]); -sum(lchoose(n, x) + lbeta(x + p * s, n - x + (1 - p) * s) - lbeta(p * s, (1 - p) * s)) }
  start <- c(qlogis(tapply(x, g, sum) / tapply(n, g, sum)), log(0.1))
  best <- optim(start, density, method = "BFGS", hessian = TRUE, control = list(reltol = 1e-15, maxit = 1000))
  best <- optim(best$par, density, method = "BFGS", hessian = TRUE, control = list(reltol = 1e-15, maxit = 1000))
  theta <- best$par[seq_len(max(g))]
  V <- tryCatch(solve(best$hessian), error = function(e) solve(best$hessian[seq_along(theta), seq_along(theta)]))[seq_along(theta), seq_along(theta), drop = FALSE]
  p <- plogis(theta); d <- p * (1 - p)
  value <- if (one) theta else switch(o$measure, OR = theta[1] - theta[2], RR = log(p[1] / p[2]), RD = p[1] - p[2])
  slope <- if (one) 1 else switch(o$measure, OR = c(1, -1), RR = c(d[1] / p[1], -d[2] / p[2]), RD = c(d[1], -d[2]))
  se <- sqrt(drop(slope %*% V %*% slope)); z <- qnorm(0.5 + level / 200); s <- exp(best$par[max(g) + 1])
  plain <- sum(dbinom(x, n, (tapply(x, g, sum) / tapply(n, g, sum))[g], log = TRUE)); gain <- max(0, 2 * (-best$value - plain))
  list(beta = c(value), se = se, ci.lb = value - z * se, ci.ub = value + z * se, tau2 = NA, pi = c(NA, NA), unit = 1, rho = s / (1 + s),
    loglik = -best$value, Q = gain, Q_df = 1, Q_p = 0.5 * pchisq(gain, 1, lower.tail = FALSE), k = nrow(data))
}
again <- function(model, row, data) (if (model %in% c("mantel_haenszel", "peto")) common else if (model == "beta_binomial") beta_binomial else mixed)(row, data)
# Every number of another model than inverse variance: `row` as it is printed, `values` on the scale of the analysis.
check_model <- function(what, row, m, model, vi, tolerance) {
  values <- row$values; w <- 1 / (vi + if (is.na(m$tau2)) 0 else m$tau2)
  typical <- (length(vi) - 1) / (sum(1 / vi) - sum(1 / vi^2) / sum(1 / vi))
  p <- 2 * pnorm(-abs(m$beta / m$se)); common <- model %in% c("mantel_haenszel", "peto")
  theirs <- c(m[intersect(names(m), c("I2", "H2", "Q", "Q_p", "Q_df", "loglik", "beta", "se", "Q_wald", "Q_wald_p"))], list(tau2 = if (is.na(m$tau2)) NULL else m$tau2,
    stat = m$beta / m$se, pval = p, vcov = m$se^2, QM = (m$beta / m$se)^2, QM_p = p, ci_lb = m$ci.lb, ci_ub = m$ci.ub, p = 1, k = row$k,
    pi_lb = m$pi[1], pi_ub = m$pi[2], pi_riley_lb = m$riley[1], pi_riley_ub = m$riley[2], Q_lrt = if (!common) m$Q, Q_lrt_p = if (!common) m$Q_p))
  if (!common && model != "beta_binomial") theirs <- c(theirs, list(I2 = 100 * m$tau2 / (m$tau2 + typical), H2 = 1 + m$tau2 / typical))
  loose <- function(key) if (key %in% c("I2", "tau2", "H2", "QM", "Q", "Q_lrt", "Q_wald", "loglik")) 10 * tolerance else if (key == "k") 0 else tolerance
  for (key in names(theirs)) {
    if (is.null(theirs[[key]])) next
    if (!is.null(values[[key]])) check(paste0(what, ", ", key), values[[key]], theirs[[key]], loose(key))
    if (key %in% c("beta", "se", "tau2", "I2", "H2", "Q", "Q_p", "Q_df", "k") && !is.null(row[[key]])) check(paste0(what, ", row ", key), row[[key]], theirs[[key]], loose(key))
  }
  if (length(numbers(values$weights_pct)) == length(w)) check(paste0(what, ", weights_pct"), values$weights_pct, if (model == "beta_binomial") NA * w else m$weights %||% (100 * w / sum(w)), 10 * tolerance)
}

analysis <- function(what, row, dat, every, yi, vi, measure) {
  if (is.null(row$estimate)) return(skip(what, "it has no estimate"))
  o <- row$options; ni <- switch(measure, PFT = dat$total, IRFT = dat$time, NULL)
  if (o$model == "inverse_variance") {
    m <- iv(yi, vi, o$method, o$test, o$adhoc, prediction = o$prediction)
    check_row(what, row, m, measure, ni)
    check_values(what, row$values, m)
    same(paste0(what, ", test"), row$test, m$used)
    theirs <- list(beta = m$beta, se = m$se, tau2 = m$tau2, I2 = m$fit$I2, H2 = m$fit$H2, Q = m$fit$QE, Q_p = m$fit$QEp, Q_df = m$fit$k - 1, k = m$fit$k)
    for (key in names(theirs)) check(paste0(what, ", row ", key), row[[key]], theirs[[key]], size = switch(key, beta = , se = m$unit, tau2 = m$unit^2, 1))
    if (!is.null(row$tau2_interval)) {
      wide <- list(tol = 1e-14, maxiter = 10000, tau2.max = 1e7 * max(1, diff(range(m$y))^2))
      r <- confint(rma1(m$y, m$v, o$method, "z"), control = wide)$random
      r[1:2, ] <- r[1:2, ] * c(m$unit^2, m$unit)
      ours <- row$tau2_interval
      rows <- c(tau2 = 1, tau = 2, I2 = 3, H2 = 4)
      for (key in names(rows)) for (end in c("lb", "ub")) {
        theirs <- r[rows[[key]], if (end == "lb") 2 else 3]
        if (is.null(ours[[paste0(key, "_", end)]]) && theirs > 1e6) next
        check(paste0(what, ", interval of ", key, " ", end), ours[[paste0(key, "_", end)]], theirs, size = switch(key, tau2 = m$unit^2, tau = m$unit, 1))
      }
      check(paste0(what, ", row interval of tau2"), c(row$tau2_lb %||% NA, row$tau2_ub %||% NA), c(ours$tau2_lb %||% NA, ours$tau2_ub %||% NA))
      check(paste0(what, ", tau2 beside its interval"), ours$tau2, m$tau2, size = m$unit^2)
      check(paste0(what, ", I2 and H2 beside their intervals"), c(ours$I2, ours$H2), c(m$fit$I2, m$fit$H2))
    }
  } else {
    m <- tryCatch(again(o$model, row, every), error = function(e) conditionMessage(e))
    if (is.character(m)) return(skip(what, m))
    tolerance <- if (o$model %in% c("mantel_haenszel", "peto")) 1e-8 else if (o$model == "random_study") 2e-2 else 2e-4
    check_row(what, row, m, measure, ni, tolerance)
    if (!is.null(m$rho)) check(paste0(what, ", intraclass correlation"), row$rho, m$rho, tolerance)
    check_model(what, row, m, o$model, vi, tolerance)
    ours <- row$tau2_interval
    if (!is.null(ours)) {
      f <- profile(every$events, every$total); drop <- qchisq(level / 100, 1) / 2
      best <- optimize(f, c(0, max(25, 4 * m$tau2)), maximum = TRUE, tol = 1e-8)
      top <- max(best$objective, f(0)); g <- function(t) f(t) - top + drop
      low <- if (g(0) >= 0) 0 else uniroot(g, c(0, best$maximum), tol = 1e-9)$root
      far <- best$maximum + 1; while (g(far) > 0 && far < 1e4) far <- 2 * far
      high <- if (g(far) > 0) NA else uniroot(g, c(best$maximum, far), tol = 1e-9)$root
      noise <- (length(vi) - 1) / (sum(1 / vi) - sum(1 / vi^2) / sum(1 / vi)); ends <- c(low, m$tau2, high)
      theirs <- list(tau2 = ends, tau = sqrt(ends), I2 = 100 * ends / (ends + noise), H2 = 1 + ends / noise)
      for (key in names(theirs)) for (i in 1:3) { field <- paste0(key, c("_lb", "", "_ub")[i])
        if (!is.null(ours[[field]])) check(paste0(what, ", beside the interval of tau2, ", field), ours[[field]], theirs[[key]][i], if (i == 2) 2e-3 else 2e-4) }
      if (!is.null(row$values$loglik)) check(paste0(what, ", loglik"), row$values$loglik, top, 1e-5)
      check(paste0(what, ", interval of tau2"), c(ours$tau2_lb %||% NA, ours$tau2_ub %||% NA), c(low, high), 1e-4)
      check(paste0(what, ", row interval of tau2"), c(row$tau2_lb %||% NA, row$tau2_ub %||% NA), c(low, high), 1e-4)
    }
  }
  check(paste0(what, ", level"), o$level, level, 0)
  if (!is.null(row$events)) { check(paste0(what, ", events"), row$events, sum(dat$events), 0); check(paste0(what, ", total"), row$total, sum(dat$total), 0) }
}

# ---- the outcome ----------------------------------------------------------------------------------------------

if (!length(result$analyses)) {
  cat("there is nothing to check: fewer than two studies are pooled\n")
  quit(status = 0)
}
es <- effects(MEASURE, dat); yi <- c(es$yi); vi <- c(es$vi); typical <- sqrt(median(vi))
check("studies, yi", column("yi"), yi, 1e-10, typical)
check("studies, vi", column("vi"), vi, 1e-10, typical^2)
if (MEASURE %in% ONE) {
  low <- ifelse(dat$events == 0, 0, qbeta(0.5 - level / 200, dat$events, dat$total - dat$events + 1))
  high <- ifelse(dat$events == dat$total, 1, qbeta(0.5 + level / 200, dat$events + 1, dat$total - dat$events))
  own <- cbind(dat$events / dat$total, low, high)
} else {
  z <- qnorm(0.5 + level / 200)
  own <- sapply(c(0, -1, 1), function(side) { end <- yi + side * z * sqrt(vi)
    if (MEASURE == "IRFT") mapply(function(v, t) transf.iirft(v, ti = t), end, dat$time) else back(MEASURE, end) })
  if (MEASURE == "IRLN") own[, 1] <- back(MEASURE, yi)
}
own <- matrix(own, ncol = 3)
for (i in 1:3) check(paste("studies,", c("estimate", "ci_lb", "ci_ub")[i]), column(c("estimate", "ci_lb", "ci_ub")[i]), own[, i], 1e-8, if (curved(MEASURE) || MEASURE %in% ONE) 1e-3 else typical)
check("small-study effects, studies", result$bias$k, nrow(dat), 0)
if (length(result$proposal$studies)) {
  zero <- cbind(every$events1 == 0, every$events2 == 0)
  if (MEASURE == "OR") zero <- zero | cbind(every$events1 == every$total1, every$events2 == every$total2)
  check("proposal, counts", result$proposal[c("studies", "single_zero", "double_zero", "events")],
    c(nrow(every), sum(rowSums(zero) == 1), sum(rowSums(zero) == 2), sum(every$events1, every$events2)), 0)
}
main <- result$analyses$main
weighting <- result$weighting
check("studies, weight_pct", column("weight_pct"), weights(iv(yi, vi, weighting, "z")$fit), 1e-6)
check("studies pooled", result$counts$studies_pooled, length(unique(column("study_id"))), 0)
no_events <- unlist(lapply(result$without_events, function(s) s$study_id))
for (key in names(result$analyses)) {
  row <- result$analyses[[key]]
  analysis(key, row, dat, every, yi, vi, MEASURE)
  check(paste0(key, ", studies"), row$studies, length(unique(c(column("study_id"), if (row$k > nrow(dat)) no_events))), 0)
}

for (key in names(result$subgroups)) {
  group <- result$subgroups[[key]]
  labels <- sapply(result$studies, function(s) as.character(s$subgroups[[key]]))
  known <- unlist(lapply(group$levels, function(l) if (!isTRUE(l$missing)) l$level))
  for (l in group$levels) {
    inside <- if (isTRUE(l$missing)) !(labels %in% known) else labels == l$level
    what <- paste0(key, " ", l$level)
    check(paste0(what, ", k"), l$k, sum(inside), 0)
    check(paste0(what, ", studies"), l$studies, length(unique(column("study_id")[inside])), 0)
    if (!is.null(l$events)) { check(paste0(what, ", events"), l$events, sum(dat$events[inside]), 0); check(paste0(what, ", total"), l$total, sum(dat$total[inside]), 0) }
    if (is.null(l$estimate)) next
    if (sum(inside) == 1) { check(paste0(what, ", study"), c(l$estimate, l$ci_lb, l$ci_ub), own[inside, ], 1e-8, if (curved(MEASURE)) 1e-3 else typical); next }
    row <- list(options = main$options); o <- main$options
    part <- dat[inside, , drop = FALSE]
    m <- if (o$model == "inverse_variance") iv(yi[inside], vi[inside], o$method, o$test, o$adhoc, prediction = o$prediction)
      else tryCatch(again(o$model, row, part), error = function(e) conditionMessage(e))
    if (is.character(m)) { skip(what, m); next }
    tolerance <- if (o$model == "inverse_variance") 1e-6 else if (o$model == "random_study") 2e-2 else 5e-4
    check_row(what, l, m, MEASURE, part$total, tolerance)
    if (!is.na(m$tau2)) check(paste0(what, ", tau2"), l$tau2, m$tau2, 10 * tolerance, m$unit^2)
    if (!is.null(m$fit)) check(paste0(what, ", I2"), l$I2, m$fit$I2, 100 * tolerance)
    if (o$model == "inverse_variance") check_values(what, l$values, m)
    else check_model(what, l, m, o$model, vi[inside], tolerance)
  }
  if (!is.null(group$options$level)) check(paste0(key, ", level"), group$options$level, level, 0)
  if (is.null(group$Q)) next
  inside <- labels %in% known; f <- factor(labels[inside]); y <- yi[inside] / typical; v <- vi[inside] / typical^2
  if (group$options$tau2 == "common") { fit <- rma1(y, v, group$options$method, "z", model.matrix(~ f)[, -1, drop = FALSE]) }
  else {
    each <- sapply(levels(f), function(n) { m <- rma1(y[f == n], v[f == n], if (sum(f == n) == 1) "EE" else group$options$method, "z"); c(m$beta, m$se) })
    fit <- rma(each[1, ], sei = each[2, ], mods = ~ factor(levels(f)), method = "EE")
  }
  if (group$options$tau2 == "common") {
    nothing <- rma1(y, v, group$options$method, "z")$tau2
    check(paste0(key, ", tau2 within"), group$values$tau2, fit$tau2 * typical^2, size = typical^2)
    if (nothing > 0 && !is.null(group$values$R2)) check(paste0(key, ", R2 between"), group$values$R2, max(0, 100 * (nothing - fit$tau2) / nothing), 1e-5)
  }
  check(paste0(key, ", Q between"), c(group$Q, group$values$Q_between), rep(fit$QM, 2))
  check(paste0(key, ", df between"), c(group$df, group$values$df), rep(nlevels(f) - 1, 2), 0)
  check(paste0(key, ", p between"), c(group$p, group$values$pval), rep(fit$QMp, 2))
}

design <- function(kind, values) if (kind == "number") matrix(as.numeric(values)) else model.matrix(~ factor(values))[, -1, drop = FALSE]
for (key in names(result$moderators)) {
  row <- result$moderators[[key]]
  check(paste0(key, ", studies"), row$k + row$dropped, nrow(dat), 0)
  if (!length(row$coefficients)) { skip(key, "no meta-regression"); next }
  columns <- if (length(row$columns)) row$columns else key
  kinds <- if (length(row$kinds)) row$kinds else row$kind
  cells <- lapply(columns, function(column) sapply(result$studies, function(s) { v <- s$moderators[[column]]; if (is.null(v)) NA else v }))
  there <- Reduce(`&`, lapply(cells, function(v) !is.na(v)))
  X <- do.call(cbind, Map(function(kind, v) design(kind, v[there]), kinds, cells))
  o <- row$options
  m <- iv(yi[there], vi[there], o$method, o$test, o$adhoc, X); fit <- m$fit; u <- m$unit
  for (i in seq_along(row$coefficients)) {
    one <- row$coefficients[[i]]; what <- paste0(key, ", coefficient ", i)
    check(paste0(what, " and interval"), c(one$beta, one$se, one$ci_lb, one$ci_ub), c(m$beta[i], m$se[i], m$ci.lb[i], m$ci.ub[i]), 1e-6, abs(m$se[i]))
    check(paste0(what, " p"), one$p, fit$pval[i])
  }
  check(paste0(key, ", QM"), row$QM, fit$QM); check(paste0(key, ", QM_p"), row$QM_p, fit$QMp)
  check(paste0(key, ", QM_df"), row$QM_df, c(fit$p - 1, if (m$used == "z") NA else fit$k - fit$p), 0)
  check(paste0(key, ", tau2"), row$tau2, m$tau2, size = u^2); check(paste0(key, ", Q"), row$Q, fit$QE); check(paste0(key, ", Q_df"), row$Q_df, fit$k - fit$p, 0)
  check(paste0(key, ", k"), row$k, fit$k, 0)
  check(paste0(key, ", studies"), row$studies, length(unique(column("study_id")[there])), 0)
  if (!is.null(row$R2)) {
    whole <- iv(yi[there], vi[there], o$method, "z")
    if (whole$tau2 > 0) check(paste0(key, ", R2"), row$R2, max(0, 100 * (whole$tau2 - m$tau2) / whole$tau2), 1e-5)
  }
  check_values(key, row$values, m)
  for (line in row$bubbles) {  # the line of each bubble plot: its grid, and the model's values there
    place <- if (length(row$columns)) match(line$column, columns) else 1
    x <- as.numeric(cells[[place]][there]); at <- seq(min(x), max(x), length.out = length(line$at))
    check(paste0(key, ", bubbles over ", columns[place], ", at"), line$at, at, 1e-9, diff(range(x)))
    widths <- mapply(function(kind, v) ncol(design(kind, v[there])), kinds, cells)
    own <- sum(widths[seq_len(place)]) - widths[place] + 1
    new <- matrix(colMeans(X), length(at), ncol(X), byrow = TRUE); new[, own] <- at
    p <- predict(fit, newmods = new)
    ni <- switch(MEASURE, PFT = dat$total[there], IRFT = dat$time[there], NULL)
    for (field in c("estimate", "ci_lb", "ci_ub")) {
      theirs <- back(MEASURE, p[[switch(field, estimate = "pred", ci_lb = "ci.lb", ci_ub = "ci.ub")]] * u, ni)
      check(paste0(key, ", bubbles over ", columns[place], ", ", field), line[[field]], theirs, 1e-6, if (curved(MEASURE)) 1 else u)
    }
    if (length(line$held)) check(paste0(key, ", bubbles over ", columns[place], ", held"), sort(numbers(line$held)), sort(colMeans(X)[-own]), 1e-9)
  }
  check(paste0(key, ", values R2"), row$values$R2, if (is.null(row$R2)) row$values$R2 else row$R2)
  check(paste0(key, ", level"), o$level, level, 0)
}

# ---- small-study effects --------------------------------------------------------------------------------------

slope_of <- function(y, x, variance) {
  all <- summary(lm(y ~ x, weights = 1 / variance)); fit <- all$coefficients; df <- length(y) - 2
  half <- qt(0.5 + level / 200, df) * fit[1, 2]
  list(bias = fit[2, 1], se_bias = fit[2, 2], stat = fit[2, 3], pval = fit[2, 4], df = df, tau2 = all$sigma^2,
    limit_est = fit[1, 1], limit_lb = fit[1, 1] - half, limit_ub = fit[1, 1] + half)
}
half <- function(d) { e <- with(d, 0.5 * (events1 == 0 | events2 == 0 | events1 == total1 | events2 == total2)); list(a = d$events1 + e, b = d$total1 - d$events1 + e, c = d$events2 + e, d = d$total2 - d$events2 + e) }
tests <- list(
  egger = function() {
    e <- slope_of(yi / typical, sqrt(vi) / typical, vi / typical^2)
    for (key in c("limit_est", "limit_lb", "limit_ub")) e[[key]] <- e[[key]] * typical
    e
  },
  ruecker = function() slope_of(yi, sqrt(vi), vi),
  peters = function() { t <- half(dat); with(dat, slope_of(log(t$a * t$d / (t$b * t$c)), 1 / (total1 + total2), 1 / (events1 + events2) + 1 / (total1 + total2 - events1 - events2))) },
  harbord = function() with(dat, { n <- total1 + total2; e <- events1 + events2; V <- total1 * total2 * e * (n - e) / (n^2 * (n - 1)); ok <- V > 0
    slope_of(((events1 - e * total1 / n) / V)[ok], (1 / sqrt(V))[ok], (1 / V)[ok]) }),
  pustejovsky_rodgers = function() slope_of(yi, sqrt(1 / dat$n1 + 1 / dat$n2), vi),
  peters_mixed_model = function() {
    size <- if (MEASURE %in% ONE) dat$total else if (MEASURE %in% RATES) dat$time else dat$time1 + dat$time2
    x <- c(scale(1 / size)); s <- sd(1 / size)
    fit <- suppressWarnings(if (MEASURE %in% ONE) rma.glmm(measure = "PLO", xi = dat$events, ni = dat$total, mods = ~ x, test = "t", nAGQ = 25)
      else if (MEASURE %in% RATES) rma.glmm(measure = "IRLN", xi = dat$events, ti = dat$time, mods = ~ x, test = "t", nAGQ = 25)
      else rma.glmm(measure = "IRR", x1i = dat$events1, t1i = dat$time1, x2i = dat$events2, t2i = dat$time2, mods = ~ x, test = "t", model = "CM.EL", nAGQ = 25))
    list(bias = fit$beta[2] / s, se_bias = fit$se[2] / s, stat = fit$zval[2], pval = fit$pval[2], df = fit$k - 2, tau2 = fit$tau2)
  })
for (key in names(result$bias$tests)) {
  row <- result$bias$tests[[key]]
  if (is.null(row$pval)) { skip(key, row$reason); next }
  found <- tryCatch(tests[[key]](), error = function(e) conditionMessage(e))
  if (is.character(found)) { skip(key, found); next }
  tolerance <- if (key == "peters_mixed_model") 2e-3 else 1e-6
  for (field in names(found)) {
    size <- if (startsWith(field, "limit")) typical else 1
    if (field %in% names(row)) check(paste0(key, ", ", field), row[[field]], found[[field]], tolerance)
    if (!is.null(row$values[[field]])) check(paste0(key, ", values ", field), row$values[[field]], found[[field]], if (field == "tau2") 10 * tolerance else tolerance, size)
  }
}

# ---- sensitivity ----------------------------------------------------------------------------------------------

more <- result$sensitivity
for (key in names(more)) if (!is.null(more[[key]]$options$level)) check(paste0(key, ", level"), more[[key]]$options$level, level, 0)
series <- function(what, row, subsets) {
  o <- row$options
  fits <- lapply(subsets, function(rows) iv(yi[rows], vi[rows], o$method, o$test, o$adhoc))
  for (i in seq_along(subsets)) {
    m <- fits[[i]]; r <- row$studies[[i]]; label <- paste0(what, " ", i)
    natural <- back(MEASURE, c(m$beta, m$ci.lb, m$ci.ub), SIZES)
    check(paste0(label, ", estimate and interval"), c(r$estimate, r$ci_lb, r$ci_ub), natural, 1e-6, if (curved(MEASURE)) min(1, diff(natural[2:3])) else m$unit)
    check(paste0(label, ", tau2"), r$tau2, m$tau2, 1e-6, m$unit^2); check(paste0(label, ", I2"), r$I2, m$fit$I2, 1e-5)
    check(paste0(label, ", k"), r$k, length(subsets[[i]]), 0); same(paste0(label, ", test"), r$test, m$used)
  }
  pick <- function(f) sapply(fits, f)
  theirs <- list(estimate = pick(function(m) m$beta), se = pick(function(m) m$se), ci_lb = pick(function(m) m$ci.lb), ci_ub = pick(function(m) m$ci.ub),
    tau2 = pick(function(m) m$tau2), stat = pick(function(m) m$fit$zval), pval = pick(function(m) m$fit$pval), Q = pick(function(m) m$fit$QE), Qp = pick(function(m) m$fit$QEp), I2 = pick(function(m) m$fit$I2), H2 = pick(function(m) m$fit$H2))
  for (key in names(theirs)) check(paste0(what, ", ", key), row$values[[key]], theirs[[key]], 1e-5, switch(key, estimate = , se = , ci_lb = , ci_ub = typical, tau2 = typical^2, 1))
}
if (!is.null(more$leave_one_out$values)) series("leave_one_out", more$leave_one_out, lapply(seq_along(yi), function(i) seq_along(yi)[-i]))
if (!is.null(more$cumulative$values)) {
  order <- order(more$cumulative$positions)
  same("cumulative, order", more$cumulative$values$order, column("study_id")[order])
  series("cumulative", more$cumulative, lapply(seq_along(yi), function(i) order[seq_len(i)]))
}
if (!is.null(more$influence$values)) {
  inf <- influence(iv(yi, vi, more$influence$method, "z")$fit); theirs <- inf$inf
  flags <- inf$is.infl
  names <- c(rstudent = "rstudent", dffits = "dffits", cook_d = "cook.d", cov_r = "cov.r", hat = "hat", weight_pct = "weight")
  for (key in names(names)) {
    check(paste0("influence, ", key), more$influence$values[[key]], theirs[[names[[key]]]], 1e-5)
    check(paste0("influence, row ", key), column(key, more$influence$studies), theirs[[names[[key]]]], 1e-5)
  }
  check("influence, row tau2_del", column("tau2_del", more$influence$studies), theirs$tau2.del * typical^2, 1e-5, typical^2)
  check("influence, row Q_del", column("Q_del", more$influence$studies), theirs$QE.del, 1e-5)
  check("influence, tau2_del", more$influence$values$tau2_del, theirs$tau2.del * typical^2, 1e-5, typical^2)
  check("influence, Q_del", more$influence$values$Q_del, theirs$QE.del, 1e-5)
  check("influence, dfbs", more$influence$values$dfbs, inf$dfbs[[1]], 1e-5); check("influence, row dfbs", column("dfbs", more$influence$studies), inf$dfbs[[1]], 1e-5)
  check("influence, beyond a cut-off", as.numeric(column("is_influential", more$influence$studies)), as.numeric(flags), 0)
}
if (!is.null(more$baujat$values)) {
  pdf(NULL); points <- baujat(iv(yi, vi, more$baujat$method, "z")$fit)
  for (key in c("x", "y")) {
    check(paste0("baujat, ", key), more$baujat$values[[key]], points[[key]], 1e-5)
    check(paste0("baujat, row ", key), column(key, more$baujat$studies), points[[key]], 1e-5)
  }
}
if (!is.null(more$gosh$values)) {
  g <- more$gosh; natural <- back(MEASURE, numbers(g$values$estimate), SIZES)
  check("gosh, quantiles", g$quantiles, quantile(natural, c(0, 0.25, 0.5, 0.75, 1)), 1e-4, if (curved(MEASURE)) 1 else typical)
  check("gosh, subsets", g$subsets, length(natural), 0)
  if (isTRUE(g$exhaustive) && g$subsets < 1100) {
    k <- length(yi); masks <- Filter(function(s) length(s) > 1, lapply(seq_len(2^k - 1), function(i) which(bitwAnd(i, 2^(seq_len(k) - 1)) > 0)))
    each <- sapply(masks, function(s) { m <- iv(yi[s], vi[s], g$options$method, "z"); c(m$beta, m$fit$I2) })
    check("gosh, estimates", sort(numbers(g$values$estimate)), sort(each[1, ]), 1e-5, typical)
    check("gosh, I2", sort(numbers(g$values$I2)), sort(each[2, ]), 1e-4)
  } else skip("gosh, estimates", "too many subsets; their quantiles are")
}
row <- more$trim_and_fill
if (!is.null(row$values)) {
  y <- yi / typical; v <- vi / typical^2
  filled <- trimfill(rma1(y, v, row$method, "z"), estimator = row$estimator)
  check("trim and fill, k0", c(row$k0, row$values$k0), rep(filled$k0, 2), 0); check("trim and fill, se_k0", row$se_k0, filled$se.k0)
  same("trim and fill, side", row$side, filled$side)
  m <- iv(c(filled$yi) * typical, filled$vi * typical^2, row$method, row$options$test, row$options$adhoc)
  natural <- back(MEASURE, c(m$beta, m$ci.lb, m$ci.ub), SIZES)
  check("trim and fill, estimate and interval", c(row$estimate, row$ci_lb, row$ci_ub), natural, 1e-5, if (curved(MEASURE)) 1 else typical)
  theirs <- list(beta = m$beta, se = m$se, tau2 = m$tau2)
  for (key in names(theirs)) check(paste0("trim and fill, ", key), row[[key]], theirs[[key]], 1e-5, if (key == "tau2") typical^2 else typical)
  check("trim and fill, values", c(row$values$beta, row$values$se, row$values$tau2, row$values$ci_lb, row$values$ci_ub), c(m$beta, m$se, m$tau2, m$ci.lb, m$ci.ub), 1e-5, typical)
  check("trim and fill, values se_k0, pval, Q", c(row$values$se_k0, row$values$pval, row$values$Q, row$values$k), c(filled$se.k0, m$fit$pval, m$fit$QE, m$fit$k), 1e-5)
  check("trim and fill, values yi", row$values$yi, c(filled$yi) * typical, 1e-6, typical); check("trim and fill, values vi", row$values$vi, filled$vi * typical^2, 1e-6, typical^2)
  if (filled$k0 > 0) for (key in c("yi", "vi")) check(paste0("trim and fill, filled ", key), column(key, row$filled), c(filled[[key]])[filled$fill] * typical^(if (key == "vi") 2 else 1), 1e-6, typical)
  check("trim and fill, I2", row$I2, m$fit$I2, 1e-4)
}
for (kind in c("Rosenthal", "Rosenberg")) {
  row <- more$failsafe_n[[tolower(kind)]]
  if (!is.null(row)) check(paste("fail-safe number,", kind), c(row$n, more$failsafe_n$values[[tolower(kind)]]$n), rep(fsn(yi, vi, type = kind)$fsnum, 2), 0)
}
for (key in c("fixed_effect", "freeman_tukey", "arcsine")) if (!is.null(more[[key]])) {
  measure <- switch(key, freeman_tukey = "PFT", arcsine = "PAS", MEASURE)
  other <- effects(measure, dat)
  analysis(key, more[[key]], dat, every, c(other$yi), c(other$vi), measure)
}
row <- more$selection_model
if (!is.null(row$estimate)) {
  y <- yi / typical; v <- vi / typical^2
  bare <- !requireNamespace("numDeriv", quietly = TRUE)  # without it R gives no standard errors here
  s <- tryCatch(suppressWarnings(selmodel(rma1(y, v, "ML", "z"), type = "stepfun", steps = 0.025, alternative = row$options$alternative, skiphes = bare)), error = function(e) conditionMessage(e))
  if (is.character(s)) skip("selection_model", s) else {
    limits <- c(s$beta, if (bare) s$beta + c(-1, 1) * qnorm(0.5 + level / 200) * row$values$se[[1]] / typical else c(s$ci.lb, s$ci.ub)) * typical
    check("selection_model, estimate and interval", c(row$estimate, row$ci_lb, row$ci_ub), back(MEASURE, limits, SIZES), 1e-3, if (curved(MEASURE)) 1 else typical)
    check("selection_model, values", c(row$values$beta, row$values$ci_lb, row$values$ci_ub), limits, 1e-3, typical)
    if (bare) skip("selection_model, se", "the package numDeriv is not installed")
    check("selection_model, delta", row$values$delta, s$delta, 1e-2); check("selection_model, p", row$values$lrt_p, s$LRTp, 1e-3)
  }
}
row <- more$three_level
if (!is.null(row$estimate)) {
  y <- yi / typical; v <- vi / typical^2; study <- column("study_id"); each <- seq_along(y)
  m <- rma.mv(y, v, random = ~ 1 | study/each, method = row$options$method)
  check("three_level, estimate", row$estimate, back(MEASURE, c(m$beta) * typical, SIZES), 1e-4, if (curved(MEASURE)) 1 else typical)
  check("three_level, variances", c(row$values$sigma2_between, row$values$sigma2_within), m$sigma2 * typical^2, 1e-4, typical^2)
  M <- m$M; W <- solve(M); bread <- 1 / sum(W); B <- lapply(split(each, study), function(i) i)
  # Bell and McCaffrey's adjustment for an intercept, with the working covariance M
  lifts <- lapply(B, function(i) {  # from residuals to the part of the estimate's error that a study has
    D <- chol(M[i, i, drop = FALSE]); H <- matrix(1, length(i), 1) %*% (bread * colSums(W)); R <- diag(length(y))[i, , drop = FALSE] - H
    G <- D %*% (R %*% M %*% t(R)) %*% t(D); e <- eigen((G + t(G)) / 2)
    A <- t(D) %*% e$vectors %*% diag(ifelse(e$values > 1e-12, 1 / sqrt(pmax(e$values, 1e-12)), 0), length(i)) %*% t(e$vectors) %*% D
    list(rows = i, weights = bread * colSums(solve(M[i, i, drop = FALSE]) %*% A), R = R)
  })
  se <- sqrt(sum(sapply(lifts, function(l) sum(l$weights * (y[l$rows] - c(m$beta)))^2)))
  G <- sapply(lifts, function(l) c(l$weights %*% l$R)); P <- t(G) %*% M %*% G; df <- sum(diag(P))^2 / sum(P^2)
  stat <- c(m$beta) / se; limits <- c(m$beta) + c(-1, 1) * qt(0.5 + level / 200, df) * se; s2 <- m$sigma2
  noise <- (length(v) - 1) / (sum(1 / v) - sum(1 / v^2) / sum(1 / v))
  theirs <- list(beta = c(m$beta) * typical, se = se * typical, stat = stat, ddf = df, pval = 2 * pt(-abs(stat), df), ci_lb = limits[1] * typical,
    ci_ub = limits[2] * typical, I2_between = 100 * s2[1] / (sum(s2) + noise), I2_within = 100 * s2[2] / (sum(s2) + noise), Q = m$QE, Q_p = m$QEp, k = m$k, clusters = length(B))
  for (key in names(theirs)) check(paste0("three_level, ", key), row$values[[key]], theirs[[key]], 1e-4, if (key %in% c("beta", "se", "ci_lb", "ci_ub")) typical else 1)
  check("three_level, interval", c(row$ci_lb, row$ci_ub), back(MEASURE, limits * typical, SIZES), 1e-4, if (curved(MEASURE)) 1 else typical)
  check("three_level, level", row$options$level, level, 0)
}
row <- more$jointly
if (!is.null(row$estimate)) {  # effects of the other outcomes as they are in the results
  x <- row$values; d <- data.frame(study = unlist(x$study), outcome = match(unlist(x$outcome), unique(unlist(x$outcome))), y = unlist(x$yi), v = unlist(x$vi), rho = unlist(x$rho))
  size <- sqrt(ave(d$v, d$outcome)); d$y <- d$y / size; d$v <- d$v / size^2
  V <- outer(sqrt(d$v), sqrt(d$v)) * d$rho * outer(d$study, d$study, "=="); diag(V) <- d$v
  m <- tryCatch(rma.mv(d$y, V, mods = ~ 0 + factor(d$outcome), random = ~ factor(outcome) | study, struct = "UN", data = d, method = row$options$method, level = level), error = function(e) conditionMessage(e))
  if (is.character(m)) skip("jointly", m) else {
    first <- match(sort(unique(d$outcome)), d$outcome); unit <- size[first]
    for (key in c("beta", "se", "ci_lb", "ci_ub")) check(paste0("jointly, ", key), unlist(x[[key]]), c(m[[c(beta = "beta", se = "se", ci_lb = "ci.lb", ci_ub = "ci.ub")[[key]]]]) * unit, 1e-4, max(unit))
    check("jointly, estimate", c(row$estimate, row$ci_lb, row$ci_ub), back(MEASURE, c(m$beta[1], m$ci.lb[1], m$ci.ub[1]) * unit[1], SIZES), 1e-4, if (curved(MEASURE)) 1 else unit[1])
    mine <- match(column("study_id"), d$study[d$outcome == 1]); check("jointly, effects of this outcome", (d$y * size)[d$outcome == 1][mine], yi, 1e-8, typical)
  }
}
row <- more$bayesian
if (!is.null(row$estimate)) {  # the posterior of tau on a grid, that of the effect as a mixture of normals over it
  z <- seq(log(1e-9 * typical), log(1e6 * typical), length.out = 20001); tau <- exp(z); o <- row$options
  prior <- switch(o$prior, half_normal = -tau^2 / (2 * o$scale^2), half_cauchy = -log1p((tau / o$scale)^2), uniform = 0 * tau,
    turner = , log_normal = dnorm(2 * z, o$location, o$scale, log = TRUE) - z,
    rhodes = , log_t = dt((2 * z - o$location) / o$scale, 5, log = TRUE) - z)
  parts <- sapply(tau, function(t) { w <- 1 / (vi + t^2); m <- sum(w * yi) / sum(w)
    c(m, 1 / sqrt(sum(w)), sum(log(w)) / 2 - log(sum(w)) / 2 - sum(w * (yi - m)^2) / 2) })
  log_weight <- parts[3, ] + prior + z; weight <- exp(log_weight - max(log_weight)); weight <- weight / sum(weight)
  ends <- c(min(yi), max(yi)) + c(-1, 1) * 1e7 * typical
  at <- function(p, sd) uniroot(function(x) sum(weight * pnorm(x, parts[1, ], sd)) - p, ends, tol = 1e-10)$root
  p <- c(0.5, 0.5 - level / 200, 0.5 + level / 200); size <- if (curved(MEASURE)) 1 else typical
  new <- sqrt(parts[2, ]^2 + tau^2)
  moments <- function(sd) { m <- sum(weight * parts[1, ]); c(m, sqrt(sum(weight * (sd^2 + parts[1, ]^2)) - m^2)) }
  theirs <- list(mu = c(sapply(p, at, sd = parts[2, ]), moments(parts[2, ])), prediction = c(sapply(p, at, sd = new), moments(new)),
    tau = c(exp(approx(cumsum(weight) - weight / 2, z, p, ties = "ordered")$y), sum(weight * tau), sqrt(sum(weight * tau^2) - sum(weight * tau)^2)))
  check("bayesian, estimate and interval", c(row$estimate, row$ci_lb, row$ci_ub), back(MEASURE, theirs$mu[1:3], SIZES), 1e-4, size)
  check("bayesian, of a new study", c(row$pi_lb, row$pi_ub), back(MEASURE, theirs$prediction[2:3], SIZES), 1e-4, size)
  heavy <- o$prior != "half_normal"  # a grid has no moments of heavy tails
  for (part in names(theirs)) for (i in seq_len(if (heavy) 3 else 5))
    check(paste0("bayesian, ", part, " ", c("median", "ci_lb", "ci_ub", "mean", "sd")[i]),
      row$values[[part]][[c("median", "ci_lb", "ci_ub", "mean", "sd")[i]]], theirs[[part]][i], 1e-4, typical)
}
row <- more$permutation
if (!is.null(row$values)) skip("permutation", "the permutations are drawn at random")
for (kind in c("without_high_risk", "without_converted")) {
  row <- more[[kind]]
  if (is.null(row$estimate)) next
  kept <- !(column("label") %in% row$without)
  analysis(kind, row, dat[kept, , drop = FALSE], dat[kept, , drop = FALSE], yi[kept], vi[kept], MEASURE)
}
for (kind in c("lower_correlation", "higher_correlation")) {
  row <- more[[kind]]
  if (!is.null(row$estimate)) analysis(kind, row, dat, dat, unlist(row$yi), unlist(row$vi), MEASURE)
}

# ---- the documents of single analyses -------------------------------------------------------------------------

part <- function(key) {
  if (key %in% names(result$analyses)) return(result$analyses[[key]])
  if (startsWith(key, "subgroups.")) return(result$subgroups[[sub("^subgroups\\.", "", key)]])
  if (startsWith(key, "moderators.")) return(result$moderators[[sub("^moderators\\.", "", key)]])
  if (key %in% names(more)) return(more[[key]])
  result$bias$tests[[key]]
}
for (file in sort(list.files(file.path(folder, name), pattern = "\\.json$", full.names = TRUE))) {
  key <- sub("\\.json$", "", basename(file)); source <- part(key)
  document <- fromJSON(file, simplifyDataFrame = FALSE, simplifyMatrix = FALSE)
  for (field in c("values", "back_transformed", "tau2_interval", "options"))
    if (!is.null(document[[field]]) || !is.null(source[[field]])) if (field %in% names(document) && field %in% names(source)) same(paste0(key, ".json, ", field), document[[field]], source[[field]])
  if (length(document$subgroups)) for (l in source$levels) same(paste0(key, ".json, ", l$level), document$subgroups[[l$level]], l$values)
  for (field in intersect(names(document$input), c("study_id", "yi", "vi", parts))) same(paste0(key, ".json, input ", field), unlist(document$input[[field]]), unlist(column(field)))
  if (!is.null(source$sentence) && !is.null(document$sentence)) same(paste0(key, ".json, sentence"), document$sentence, source$sentence)
}

if (failed > 0) stop(paste(failed, "of", checked, "numbers above differ"))
cat("all", checked, "numbers agree", if (skipped) paste0("(", skipped, " results were not made again, see above)"), "\n")
