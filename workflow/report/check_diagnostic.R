# @TITLE@: the published results made again by R. Made by @MADE_BY@.
# Rscript @NAME@   needs the package jsonlite, and metafor for the normal model. It reads the results beside it, prints
# each number beside its counterpart, and stops with an error when one differs by more than its tolerance.
library(jsonlite)

arguments <- commandArgs(FALSE)
folder <- dirname(sub("^--file=", "", grep("^--file=", arguments, value = TRUE)[1]))
result <- fromJSON(file.path(folder, "@STEM@.json"), simplifyDataFrame = FALSE, simplifyMatrix = FALSE)
own <- result$diagnostic
level <- result$level
failed <- 0
checked <- 0

# ---- comparing ------------------------------------------------------------------------------------------------

numbers <- function(x) as.numeric(unlist(lapply(as.list(x), function(e) if (is.null(e)) NA else e)))
check <- function(what, ours, theirs, tolerance = 1e-6) {
  ours <- numbers(ours); theirs <- as.numeric(theirs)
  if (all(is.na(ours)) && all(is.na(theirs))) return(invisible())
  off <- if (length(ours) != length(theirs)) Inf else abs(ours - theirs) / pmax(1, abs(theirs))
  off[is.na(off)] <- Inf
  at <- which.max(off)
  checked <<- checked + 1
  bad <- off[at] > tolerance
  if (bad) failed <<- failed + 1
  cat(sprintf("%-58s prismake %.8g  R %.8g%s\n", what, ours[at], theirs[at], if (bad) "  DIFFERS" else ""))
}
skip <- function(what, why) cat(sprintf("%-58s not made again: %s\n", what, why))

# ---- the data -------------------------------------------------------------------------------------------------

column <- function(key, rows = result$studies) sapply(rows, function(row) if (is.null(row[[key]])) NA else row[[key]])
tables <- function(rows) {  # a side with a cell that is not reported counts nobody
  d <- data.frame(tp = column("tp", rows), fp = column("fp", rows), fn = column("fn", rows), tn = column("tn", rows))
  d[is.na(d$tp + d$fn), c("tp", "fn")] <- 0
  d[is.na(d$fp + d$tn), c("fp", "tn")] <- 0
  d
}
exact <- function(x, n) if (n == 0) c(NA, NA, NA) else c(x / n, binom.test(x, n, conf.level = level / 100)$conf.int)
for (study in result$studies) {
  shown <- function(side) unlist(lapply(study[[side]][c("estimate", "ci_lb", "ci_ub")], function(e) if (is.null(e)) NA else e))
  d <- tables(list(study))
  check(paste0(study$label, ": sensitivity"), shown("sensitivity"), exact(d$tp, d$tp + d$fn))
  check(paste0(study$label, ": specificity"), shown("specificity"), exact(d$tn, d$tn + d$fp))
}

# ---- the exact likelihood -------------------------------------------------------------------------------------
# Binomial within studies, bivariate normal between them. The integral of a study is taken over both logits, on a grid
# that is as fine as the narrower of likelihood and random effects, by the trapezoidal rule.

binomial <- function(x, n, eta) x * eta - n * (pmax(eta, 0) + log1p(exp(-abs(eta)))) + lchoose(n, x)
axis <- function(x, n, b, tau, narrow) {  # deviations from b at which one side is evaluated
  low <- -8.5 * tau; high <- 8.5 * tau
  if (n > 0) {
    s <- sqrt(1 / (x + 0.5) + 1 / (n - x + 0.5)); middle <- log((x + 0.5) / (n - x + 0.5)) - b
    narrow <- min(narrow, s)
    if (x > 0) low <- max(low, min(middle, high) - 14 * s)
    if (x < n) high <- min(high, max(middle, low) + 14 * s)
  }
  seq(low, high, length.out = max(31, ceiling((high - low) / (0.9 * narrow))))
}
log_sum <- function(h) { top <- max(h); top + log(sum(exp(h - top))) }
one_side <- function(x, n, b, tau) {  # log-likelihood of one side of one study
  if (n == 0) return(0)
  if (tau < 1e-6) return(binomial(x, n, b))
  u <- axis(x, n, b, tau, tau)
  log_sum(binomial(x, n, b + u) + dnorm(u, 0, tau, log = TRUE)) + log(u[2] - u[1])
}
both_sides <- function(d, b1, b2, l11, l21, l22) {
  tau1 <- abs(l11); tau2 <- sqrt(l21^2 + l22^2)
  n1 <- d$tp + d$fn; n2 <- d$tn + d$fp
  if (abs(l22) < 1e-4 * tau2) {  # a correlation of one: a single random effect
    z <- seq(-8.5, 8.5, length.out = 2001)
    return(log_sum(binomial(d$tp, n1, b1 + l11 * z) + binomial(d$tn, n2, b2 + l21 * z) + dnorm(z, log = TRUE)) + log(z[2] - z[1]))
  }
  if (n1 == 0) return(one_side(d$tn, n2, b2, tau2))
  if (n2 == 0) return(one_side(d$tp, n1, b1, tau1))
  rest <- abs(l22) / tau2  # what the correlation leaves of either standard deviation
  u <- axis(d$tp, n1, b1, tau1, tau1 * rest); v <- axis(d$tn, n2, b2, tau2, tau2 * rest)
  z1 <- u / l11
  prior <- outer(z1, v, function(z, v) -0.5 * (z^2 + ((v - l21 * z) / l22)^2)) - log(2 * pi) - log(abs(l11 * l22))
  h <- prior + binomial(d$tp, n1, b1 + u) + rep(binomial(d$tn, n2, b2 + v), each = length(u))
  log_sum(h) + log(u[2] - u[1]) + log(v[2] - v[1])
}
designs <- function(values, k) {  # the covariate as a design for either side
  if (is.null(values)) return(matrix(1, k, 1))
  if (is.numeric(values)) return(cbind(1, (values - mean(values)) / sd(values)))
  model.matrix(~ factor(values))
}
loglik <- function(theta, d, X, structure) {
  p <- ncol(X)
  b1 <- X %*% theta[1:p]; b2 <- X %*% theta[p + 1:p]; rest <- theta[-(1:(2 * p))]
  sum(sapply(seq_len(nrow(d)), function(i) {
    row <- d[i, ]
    if (structure == "bivariate") return(both_sides(row, b1[i], b2[i], rest[1], rest[2], rest[3]))
    tau <- if (structure == "common") c(0, 0) else abs(rest)
    one_side(row$tp, row$tp + row$fn, b1[i], tau[1]) + one_side(row$tn, row$tn + row$fp, b2[i], tau[2])
  }))
}
climbed <- function(start, d, X, structure, hold = integer()) {  # the highest point near `start`
  free <- setdiff(seq_along(start), hold)
  f <- function(x) { theta <- start; theta[free] <- x; loglik(theta, d, X, structure) }
  best <- start[free]
  for (i in 1:2)
    best <- optim(best, f, method = "BFGS", control = list(fnscale = -1, reltol = 1e-14, maxit = 200, ndeps = rep(1e-4, length(free))))$par
  hessian <- optimHess(best, f, control = list(fnscale = -1, ndeps = rep(1e-3, length(free))))
  theta <- start; theta[free] <- best
  list(theta = theta, loglik = f(best), vcov = solve(-hessian))
}
factor_of <- function(values) {  # the random part from tau2 and covariance
  l11 <- sqrt(values$tau2[[1]]); l21 <- if (l11 > 0) values$covariance / l11 else 0
  c(l11, l21, sqrt(max(values$tau2[[2]] - l21^2, 0)))
}
random_part <- function(structure, values) {
  tau <- sqrt(numbers(values$tau2))
  switch(structure, bivariate = factor_of(values), uncorrelated = tau, numeric())
}
check_exact <- function(what, row, d) {
  values <- row$values; structure <- row$structure; X <- matrix(1, nrow(d), 1)
  start <- c(numbers(values$logits), random_part(structure, values))
  at_one <- structure == "bivariate" && start[5] < 1e-3 * abs(start[4])
  nothing <- which(structure == "uncorrelated" & seq_along(start) > 2 & start < 1e-6)
  if (at_one) start[5] <- 0
  fit <- climbed(start, d, X, structure, c(if (at_one) 5, nothing))
  for (j in nothing) {  # where nothing varies, more variance fits worse
    more <- fit$theta; more[j] <- 0.05
    check(paste(what, "no more variance"), as.numeric(loglik(more, d, X, structure) <= fit$loglik + 1e-9), 1)
  }
  rest <- fit$theta[-(1:2)]
  tau2 <- switch(structure, bivariate = c(rest[1]^2, rest[2]^2 + rest[3]^2), uncorrelated = rest^2, c(0, 0))
  check(paste(what, "log-likelihood"), values$loglik, fit$loglik, 1e-6)
  check(paste(what, "logits"), values$logits, fit$theta[1:2], 2e-5)
  check(paste(what, "tau2"), values$tau2, tau2, 1e-4)
  if (structure == "bivariate") check(paste(what, "covariance between studies"), values$covariance, rest[1] * rest[2], 1e-4)
  check(paste(what, "covariance of the logits"), unlist(values$vcov), c(fit$vcov[1:2, 1:2]), 1e-4)
  if (structure == "bivariate" && !at_one) {
    se1 <- 2 * abs(rest[1]) * sqrt(fit$vcov[3, 3]); g <- c(2 * rest[2], 2 * rest[3])
    check(paste(what, "standard errors of tau2"), values$se_tau2, c(se1, sqrt(g %*% fit$vcov[4:5, 4:5] %*% g)), 2e-3)
    check(paste(what, "correlation"), values$correlation, rest[1] * rest[2] / sqrt(prod(tau2)), 1e-4)
  }
}

# ---- the normal model -----------------------------------------------------------------------------------------

long <- function(d) {
  empty <- rowSums(d == 0 & cbind(d$tp + d$fn, d$fp + d$tn, d$tp + d$fn, d$fp + d$tn) > 0) > 0
  add <- own$options$correction; to <- own$options$correct
  added <- if (add == 0) rep(0, nrow(d)) else ifelse(empty | to == "all" | (to == "if0all" & any(empty)), add, 0)
  cells <- d + added; k <- nrow(d)
  rows <- data.frame(y = c(log(cells$tp / cells$fn), log(cells$tn / cells$fp)), v = c(1 / cells$tp + 1 / cells$fn, 1 / cells$tn + 1 / cells$fp),
                     side = factor(rep(1:2, each = k)), study = rep(seq_len(k), 2))
  rows[c(d$tp + d$fn, d$tn + d$fp) > 0, ]
}
normal_fit <- function(rows, structure, method, mods = ~ side - 1) suppressWarnings(metafor::rma.mv(
  y, v, mods = mods, random = if (structure == "common") NULL else ~ side | study, struct = if (structure == "bivariate") "UN" else "DIAG",
  data = rows, method = method, control = if (structure == "common") list() else list(optimizer = "nlminb", rel.tol = 1e-10, iter.max = 1000, eval.max = 1000)))
check_normal <- function(what, row, d) {
  fit <- normal_fit(long(d), row$structure, row$method); values <- row$values
  check(paste(what, "logits"), values$logits, fit$beta, 1e-5)
  check(paste(what, "covariance of the logits"), unlist(values$vcov), c(fit$vb), 1e-5)
  if (row$structure == "common") return(invisible())
  check(paste(what, "tau2"), values$tau2, fit$tau2, 1e-4)
  check(paste(what, "log-likelihood"), values$loglik, logLik(fit), 1e-5)
  if (row$structure == "bivariate") check(paste(what, "correlation"), values$correlation, fit$rho, 1e-4)
}

# ---- what follows from a fit ----------------------------------------------------------------------------------

z <- qnorm(0.5 + level / 200)
limits <- function(value, variance, f) f(value + c(0, -1, 1) * z * sqrt(variance))
shown <- function(row) row[c("estimate", "ci_lb", "ci_ub")]
check_point <- function(what, row, mu, V, tau2) {
  p <- plogis(mu)
  for (j in 1:2) {
    side <- c("sensitivity", "specificity")[j]
    check(paste(what, side), shown(row[[side]]), limits(mu[j], V[j, j], plogis), 1e-8)
    check(paste(what, side, "in a new study"), row[[side]][c("pi_lb", "pi_ub")], limits(mu[j], V[j, j] + tau2[j], plogis)[2:3], 1e-8)
  }
  ratio <- function(value, g) list(value = value, variance = c(g %*% V %*% g))
  plus <- ratio(log(p[1]) - log(1 - p[2]), c(1 - p[1], p[2])); minus <- ratio(log(1 - p[1]) - log(p[2]), c(-p[1], p[2] - 1))
  check(paste(what, "positive likelihood ratio"), shown(row$positive_likelihood_ratio), limits(plus$value, plus$variance, exp), 1e-8)
  check(paste(what, "negative likelihood ratio"), shown(row$negative_likelihood_ratio), limits(minus$value, minus$variance, exp), 1e-8)
  check(paste(what, "diagnostic odds ratio"), shown(row$diagnostic_odds_ratio), limits(sum(mu), sum(V), exp), 1e-8)
  for (at in row$predictive_values) {
    prior <- qlogis(at$prevalence)
    check(sprintf("%s predictive values at %g", what, at$prevalence), c(shown(at$ppv), shown(at$npv)),
          c(limits(prior + plus$value, plus$variance, plogis), limits(-prior - minus$value, minus$variance, plogis)), 1e-8)
  }
}
check_hsroc <- function(what, row, mu, tau2, covariance) {
  if (is.null(row$hsroc)) return(invisible())
  r <- sqrt(sqrt(tau2[2] / tau2[1])); product <- sqrt(prod(tau2))
  check(paste(what, "hierarchical parameters"), row$hsroc[c("accuracy", "threshold", "shape", "accuracy_variance", "threshold_variance")],
        c(r * mu[1] + mu[2] / r, (r * mu[1] - mu[2] / r) / 2, log(tau2[2] / tau2[1]) / 2, 2 * (product + covariance), (product - covariance) / 2), 1e-8)
}
check_analysis <- function(what, row, d) {
  if (is.null(row$values)) return(skip(what, row$error))
  if (row$model == "normal") check_normal(what, row, d) else check_exact(what, row, d)
  mu <- numbers(row$values$logits); V <- matrix(numbers(unlist(row$values$vcov)), 2); tau2 <- numbers(row$values$tau2)
  check_point(what, row, mu, V, tau2)
  check_hsroc(what, row, mu, tau2, row$values$covariance)
}

for (name in names(own$analyses)) {
  rows <- result$studies
  if (name == "without_high_risk") rows <- Filter(function(study) !isTRUE(study$high_risk), rows)
  check_analysis(own$analyses[[name]]$name, own$analyses[[name]], tables(rows))
}
if (!is.null(own$leave_one_out$studies) && length(own$leave_one_out$studies)) skip("each study left out in turn", "it repeats the main analysis")
for (name in names(own$moderators)) {
  row <- own$moderators[[name]]
  if (is.null(row$values)) { skip(row$title, row$error); next }
  values <- lapply(result$studies, function(study) study$moderators[[name]])
  has <- !sapply(values, is.null); cells <- unlist(values[has]); d <- tables(result$studies[has])
  X <- designs(cells, nrow(d)); structure <- row$values$structure; p <- ncol(X)
  if (own$options$model == "normal") {
    rows <- long(d); rows$x <- X[rows$study, -1, drop = FALSE]
    with_it <- normal_fit(rows, structure, "ML", ~ side - 1 + side:x); without <- normal_fit(rows, structure, "ML")
    lrt <- 2 * (logLik(with_it) - logLik(without))
    check(paste(row$title, "likelihood-ratio test"), row$values$LRT, lrt, 1e-4)
    check(paste(row$title, "p-value"), row$values$LRT_p, pchisq(lrt, 2 * (p - 1), lower.tail = FALSE), 1e-4)
    next
  }
  fit <- function(X, start) climbed(start, d, X, structure)
  main <- own$analyses$main
  start <- if (main$structure == structure) random_part(structure, main$values) else rep(0.3, c(bivariate = 3, uncorrelated = 2, common = 0)[[structure]])
  zero <- function(x) c(numbers(main$values$logits)[1], rep(0, x - 1), numbers(main$values$logits)[2], rep(0, x - 1), pmax(start, 0.01) * sign(start + 1e-9))
  with_it <- fit(X, zero(p)); without <- fit(X[, 1, drop = FALSE], zero(1))
  check(paste(row$title, "likelihood-ratio test"), row$values$LRT, 2 * (with_it$loglik - without$loglik), 1e-4)
  check(paste(row$title, "p-value"), row$values$LRT_p, pchisq(2 * (with_it$loglik - without$loglik), 2 * (p - 1), lower.tail = FALSE), 1e-4)
  b <- sapply(row$values$coefficients, function(c) c$beta)
  if (!is.numeric(cells)) check(paste(row$title, "coefficients"), b, with_it$theta[1:(2 * p)], 1e-4)
  else check(paste(row$title, "slopes"), b[c(2, 4)], with_it$theta[c(2, 4)] / sd(cells), 1e-4)
}
cat(sprintf("%d numbers compared, %d differ\n", checked, failed))
if (failed) quit(status = 1)
