# Models of sensitivity and specificity by lme4 and metafor, with every search taken to its end.
#
#     python diagnostic_tables.py | Rscript diagnostic_reference.R > diagnostic_reference.json
#
# laplace: glmer by the Laplace approximation, the only one that lme4 has for two random effects. exact: the likelihood by
# the trapezoidal rule on a fixed grid of both random effects, maximised by optim. reml, ml: rma.mv of logits, 0.5 added to
# the cells of studies with an empty one. exact_covariate: repeat cytology against HC2, the studies of both
# taken as different ones.
suppressPackageStartupMessages({library(lme4); library(metafor); library(jsonlite)})
examples <- fromJSON(file("stdin"))

long <- function(d) {
  k <- length(d$tp)
  data.frame(study = factor(rep(seq_len(k), 2)), se = rep(1:0, each = k), sp = rep(0:1, each = k),
             x = c(d$tp, d$tn), n = c(d$tp + d$fn, d$tn + d$fp))
}
fitted <- function(formula, data) {
  for (tol in 10^-(14:9)) {  # the tightest with which its inner search still ends
    m <- try(suppressWarnings(glmer(formula, data, binomial, nAGQ = 1, control = glmerControl(
      optimizer = "bobyqa", tolPwrss = tol, check.conv.singular = "ignore",
      optCtrl = list(maxfun = 1e5, rhobeg = 1e-2, rhoend = 1e-9)))), silent = TRUE)
    if (!inherits(m, "try-error")) return(m)
  }
}
heights <- function(x, n, eta) x * eta - n * (pmax(eta, 0) + log1p(exp(-abs(eta)))) + lchoose(n, x)
loglik <- function(theta, d, z) {
  eta1 <- theta[1] + theta[3] * z$z1
  eta2 <- theta[2] + theta[4] * z$z1 + theta[5] * z$z2
  sum(sapply(seq_along(d$tp), function(i) {
    h <- heights(d$tp[i], d$tp[i] + d$fn[i], eta1) + heights(d$tn[i], d$tn[i] + d$fp[i], eta2) + z$weight
    max(h) + log(sum(exp(h - max(h))))
  }))
}
exact <- function(d, start) {
  l11 <- sqrt(start$T[1]); l21 <- start$T[3] / l11
  theta <- c(start$b, l11, l21, sqrt(max(start$T[2] - l21^2, 1e-4)))
  grid <- seq(-7.5, 7.5, length.out = if (max(d$tn + d$fp) > 2000) 251 else 151)
  z <- expand.grid(z1 = grid, z2 = grid)
  z$weight <- -(z$z1^2 + z$z2^2) / 2 - log(2 * pi) + 2 * log(grid[2] - grid[1])
  for (i in 1:3) {
    o <- optim(theta, loglik, d = d, z = z, method = "BFGS", control = list(fnscale = -1, reltol = 1e-15, maxit = 500,
               ndeps = rep(1e-4, 5)))
    theta <- o$par
  }
  list(b = theta[1:2], T = c(theta[3]^2, theta[4]^2 + theta[5]^2, theta[3] * theta[4]), loglik = o$value)
}
laplace <- function(d) {
  m <- fitted(cbind(x, n - x) ~ 0 + se + sp + (0 + se + sp | study), long(d))
  v <- VarCorr(m)$study
  list(b = fixef(m), se = sqrt(diag(as.matrix(vcov(m)))), T = c(v[1, 1], v[2, 2], v[1, 2]), loglik = c(logLik(m)))
}
normal <- function(d, method) {
  empty <- d$tp == 0 | d$fp == 0 | d$fn == 0 | d$tn == 0
  cells <- lapply(d, function(x) x + ifelse(empty, 0.5, 0))
  k <- length(empty)
  rows <- data.frame(y = c(log(cells$tp / cells$fn), log(cells$tn / cells$fp)),
                     v = c(1 / cells$tp + 1 / cells$fn, 1 / cells$tn + 1 / cells$fp),
                     side = factor(rep(1:2, each = k)), study = rep(seq_len(k), 2))
  m <- rma.mv(y, v, mods = ~ side - 1, random = ~ side | study, struct = "UN", data = rows, method = method,
              control = list(optimizer = "bobyqa", rhobeg = 1e-2, rhoend = 1e-10, maxfun = 1e5))
  list(b = c(m$beta), se = m$se, T = c(m$tau2, m$rho * sqrt(prod(m$tau2))), loglik = c(logLik(m)))
}
result <- lapply(examples, function(d) {
  first <- laplace(d)
  list(laplace = first, exact = exact(d, first), reml = normal(d, "REML"), ml = normal(d, "ML"))
})
both <- Map(c, examples[["repeat cytology"]], examples$HC2)
data <- cbind(long(both), test = rep(rep(1:0, each = 10), 2))
m <- fitted(cbind(x, n - x) ~ 0 + se + sp + se:test + sp:test + (0 + se + sp | study), data)
null <- fitted(cbind(x, n - x) ~ 0 + se + sp + (0 + se + sp | study), data)
result$exact_covariate <- list(b = unname(fixef(m)), loglik = c(logLik(m)), loglik_without = c(logLik(null)))
cat(toJSON(result, digits = 12, auto_unbox = TRUE, null = "null", pretty = TRUE), "\n")
