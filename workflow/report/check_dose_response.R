# @TITLE@: the dose-response curve made again by R. Made by @MADE_BY@.
# Rscript @NAME@   needs the packages metafor and jsonlite. It reads the results beside it, finds the covariance of each
# study's contrasts from its extracted numbers, fits the curve with rma.mv, prints each number beside its counterpart, and
# stops with an error when one differs by more than its tolerance.
suppressPackageStartupMessages(library(metafor))
library(jsonlite)

arguments <- commandArgs(FALSE)
folder <- dirname(sub("^--file=", "", grep("^--file=", arguments, value = TRUE)[1]))
result <- fromJSON(file.path(folder, "@STEM@.json"), simplifyDataFrame = FALSE, simplifyMatrix = FALSE)
@CHECK@

own <- result$dose_response
if (!isTRUE(result$pooled)) { cat("No curve was fitted:", result$sentence, "\n"); quit(status = 0) }
ratio <- result$measure %in% c("OR", "RR", "IRR")
back <- if (ratio) exp else identity
z <- qnorm(0.5 + result$level / 200); z95 <- qnorm(0.975)
number <- function(rows, key) sapply(rows, function(g) { v <- g[[key]]; if (is.null(v)) NA else as.numeric(v) })

# ---- contrasts and covariance of each study -------------------------------------------------------------------------

effective <- function(cases, size, ratios, v, design) {  # cases and others (or person-time) that agree with the ratios
  if (own$covariance == "greenland_longnecker") {
    if (design == "incidence_rate") return(list(sum(cases) * size * ratios / sum(size * ratios), size))
    fitted <- function(a) size * plogis(a + log(ratios))
    a <- uniroot(function(a) sum(fitted(a)) - sum(cases), c(-40, 40), tol = 1e-15, maxiter = 1e4)$root
    return(list(fitted(a), if (design == "case_control") size - fitted(a) else size))
  }
  others <- if (design == "case_control") size - cases else size  # Hamling: two shares, by nested roots
  counts <- function(w, t) {
    odds <- ratios * w; u <- c(t, v - t)
    if (design == "case_control") list((1 + odds) / u, (1 + 1 / odds) / u)
    else if (design == "cumulative_incidence") list((1 - odds) / u, (1 / odds - 1) / u)
    else list(1 / u, 1 / (odds * u))
  }
  at <- function(w) {
    off <- function(t) { b <- counts(w, t)[[2]]; b[1] / sum(b) - others[1] / sum(others) }
    counts(w, uniroot(off, c(1e-12, 1 - 1e-12) * min(v), tol = 1e-16, maxiter = 1e4)$root)
  }
  if (design == "incidence_rate") return(at(1))
  top <- if (design == "cumulative_incidence") -log(max(ratios)) - 1e-9 else log(cases[1] / others[1]) + 30
  off <- function(w) { c <- at(exp(w)); log(sum(c[[2]]) / sum(c[[1]])) - log(sum(others) / sum(cases)) }
  at(exp(uniroot(off, c(min(log(cases[1] / others[1]), top) - 30, top), tol = 1e-15, maxiter = 1e4)$root))
}
spread <- function(counts, design) switch(design,
  case_control = 1 / counts[[1]] + 1 / counts[[2]], cumulative_incidence = 1 / counts[[1]] - 1 / counts[[2]], 1 / counts[[1]])

contrasts_of <- function(s) {
  g <- s$groups; dose <- number(g, "assigned"); o <- c(which(dose == s$reference), which(dose != s$reference)); g <- g[o]
  if (!ratio) {
    m <- number(g, "mean"); sd <- number(g, "sd"); n <- number(g, "n"); d <- m[-1] - m[1]
    pooled <- sum((n - 1) * sd^2) / (sum(n) - length(n))
    if (result$measure == "SMD") {
      d <- d / sqrt(pooled)
      return(list(dose[o], d, 1 / n[1] + diag(1 / n[-1], length(d)) + outer(d, d) / (2 * sum(n))))
    }
    v <- (if (own$variances == "pooled") pooled else sd^2) / n
    return(list(dose[o], d, v[1] + diag(v[-1], length(d))))
  }
  design <- if (nzchar(s$design)) s$design else c(OR = "case_control", RR = "cumulative_incidence", IRR = "incidence_rate")[[result$measure]]
  cases <- number(g, "events"); size <- number(g, if (is.null(g[[1]]$total)) "time" else "total")
  if (isTRUE(s$crude)) {
    others <- if (design == "case_control") size - cases else size; y <- log(cases / others)
    v <- spread(list(cases, others), design)
    return(list(dose[o], y[-1] - y[1], v[1] + diag(v[-1], length(y) - 1)))
  }
  r <- number(g, "effect"); r[1] <- 1
  se <- ((log(number(g, "upper")) - log(number(g, "lower"))) / (2 * z95))[-1]
  n <- length(se)
  if (n == 1) return(list(dose[o], log(r[-1]), matrix(se^2)))
  if (anyNA(cases) || anyNA(size)) {
    p <- own$correlation_assumed
    return(list(dose[o], log(r[-1]), outer(se, se) * (p + (1 - p) * diag(n))))
  }
  v <- spread(effective(cases, size, r, se^2, design), design)
  if (own$covariance == "hamling") S <- v[1] + diag(se^2 - v[1]) else {
    R <- v[1] / outer(sqrt(v[1] + v[-1]), sqrt(v[1] + v[-1])); diag(R) <- 1; S <- R * outer(se, se)
  }
  list(dose[o], log(r[-1]), S)
}

cube <- function(x) pmax(x, 0)^3
terms_at <- function(x, model = own$model, t = unlist(own$knots)) {
  if (model == "linear") return(cbind(x))
  if (model == "quadratic") return(cbind(x, x^2))
  m <- length(t)
  cbind(x, sapply(1:(m - 2), function(j) (cube(x - t[j]) - cube(x - t[m - 1]) * (t[m] - t[j]) / (t[m] - t[m - 1]) +
    cube(x - t[m]) * (t[m - 1] - t[j]) / (t[m] - t[m - 1])) / (t[m] - t[1])^2))
}
contrast <- function(x, reference, model = own$model) {
  at <- terms_at(c(reference, x), model); sweep(at[-1, , drop = FALSE], 2, at[1, ])
}

studies <- lapply(result$studies, contrasts_of)
for (i in seq_along(studies)) {
  s <- result$studies[[i]]; g <- s$groups[sapply(s$groups, function(g) !is.null(g$yi))]
  o <- order(studies[[i]][[1]][-1])
  check(paste(s$label, "contrasts"), number(g, "yi"), studies[[i]][[2]][o])
  check(paste(s$label, "covariance"), unlist(s$covariance), c(t(studies[[i]][[3]][o, o])), 1e-6)
}

# ---- the curve ------------------------------------------------------------------------------------------------------

tight <- list(list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-16, maxit = 5000), list(optimizer = "nlminb", rel.tol = 1e-15, iter.max = 5000, eval.max = 5000))
best <- function(call) {
  fits <- Filter(Negate(is.null), lapply(tight, function(control) tryCatch(suppressWarnings(call(control)), error = function(e) NULL)))
  if (length(fits)) fits[[which.max(sapply(fits, function(f) c(logLik(f))))]]
}
fit_curve <- function(used, model, unit) {
  # Coefficients are sought in units of their own standard errors, where the search of rma.mv has one scale.
  parts <- lapply(studies[used], function(s) list(y = s[[2]], S = s[[3]], X = contrast(s[[1]][-1], s[[1]][1], model) %*% diag(unit, length(unit))))
  p <- ncol(parts[[1]]$X)
  if (own$stage == "two") parts <- lapply(parts, function(s) {
    W <- solve(s$S); V <- solve(t(s$X) %*% W %*% s$X); list(y = c(V %*% t(s$X) %*% W %*% s$y), S = V, X = diag(p))
  })
  data <- data.frame(y = unlist(lapply(parts, `[[`, "y")), study = rep(seq_along(parts), sapply(parts, function(s) length(s$y))))
  X <- do.call(rbind, lapply(parts, `[[`, "X")); colnames(X) <- paste0("x", 1:p); data <- cbind(data, X)
  S <- bldiag(lapply(parts, `[[`, "S")); mods <- as.formula(paste("~ 0 +", paste(colnames(X), collapse = " + ")))
  common <- suppressWarnings(rma.mv(y, S, mods = mods, data = data, method = "FE"))
  random <- NULL
  if (own$method_used %in% c("REML", "ML")) {
    slopes <- as.formula(paste("~ 0 +", paste(colnames(X), collapse = " + "), "| study"))
    phi <- if (own$structure == "diagonal" && p > 1) 0 else NULL
    random <- best(function(control) if (p == 1 && own$stage == "two") rma.mv(y, S, random = ~ 1 | study, data = data, method = own$method_used, control = control)
                   else if (is.null(phi)) rma.mv(y, S, mods = mods, random = slopes, struct = "GEN", data = data, method = own$method_used, control = control)
                   else rma.mv(y, S, mods = mods, random = slopes, struct = "GEN", rho = rep(0, p * (p - 1) / 2), data = data, method = own$method_used, control = control))
  }
  list(common = common, random = random, X = X, S = S, data = data, df = nrow(data) - p)
}
used <- which(sapply(result$studies, function(s) !is.null(s$weight_pct)))
coefficient <- function(key) number(own$coefficients, key)
unit <- coefficient("se"); T <- matrix(unlist(own$T), length(unit), byrow = TRUE)
f <- fit_curve(used, own$model, unit)
h <- own$heterogeneity
check("Q", h$Q, f$common$QE); check("df", h$df, f$df)
if (f$df > 0) { check("Q, p", h$p, pchisq(f$common$QE, f$df, lower.tail = FALSE)); check("I2", h$I2, max(0, 100 * (f$common$QE - f$df) / f$common$QE)) }
if (own$method_used == "fixed") {
  b <- c(f$common$beta) * unit; V <- f$common$vb * outer(unit, unit)
} else {
  if (!is.null(f$random)) {
    ours <- T / outer(unit, unit); theirs <- if (isTRUE(f$random$withS)) f$random$sigma2 else as.matrix(f$random$G)
    height <- c(logLik(f$random))  # of coefficients in their own units, where two stages pool them
    if (own$stage == "two") height <- height - (length(used) - (own$method_used == "REML")) * sum(log(unit))
    # At the bound of T the search of R stops beside the maximum: the heights are compared, not the places.
    if (isTRUE(own$bound)) check("log-likelihood (at most R's less 0.01)", min(0, own$loglik - height + 0.01), 0)
    else { check("log-likelihood", own$loglik, height); check("covariance between studies", c(ours), c(theirs), 1e-4) }
  }
  same <- outer(f$data$study, f$data$study, "==")  # at our T, which was just compared
  exact <- suppressWarnings(rma.mv(y, f$S + same * (f$X %*% (T / outer(unit, unit)) %*% t(f$X)), mods = f$X, intercept = FALSE, data = f$data, method = "FE"))
  b <- c(exact$beta) * unit; V <- exact$vb * outer(unit, unit)
}
check("coefficients", coefficient("beta"), b, 1e-6); check("standard errors", coefficient("se"), sqrt(diag(V)))
check("p-values", coefficient("pval"), 2 * pnorm(-abs(b / sqrt(diag(V)))))
wald <- function(i) { x <- c(t(b[i]) %*% solve(V[i, i]) %*% b[i]); c(x, pchisq(x, length(i), lower.tail = FALSE)) }
check("any association", own$tests$overall[c("statistic", "p")], wald(seq_along(b)))
if (length(b) > 1) check("non-linearity", own$tests$nonlinearity[c("statistic", "p")], wald(seq_along(b)[-1]))
for (row in c(own$predictions, own$curve[c(1, 26, 51, 76, 101)])) {
  c <- contrast(row$dose, own$reference); e <- c(c %*% b); s <- sqrt(c(c %*% V %*% t(c))); n <- sqrt(s^2 + c(c %*% T %*% t(c)))
  check(paste("effect at", row$dose), row[c("estimate", "ci_lb", "ci_ub", "pi_lb", "pi_ub")], back(e + c(0, -z * s, z * s, -z * n, z * n)))
}

# ---- the line -------------------------------------------------------------------------------------------------------

line <- own$line
if (!nzchar(line$error) && own$method_used != "MM") {
  lined <- if (own$stage == "one") seq_along(studies) else which(sapply(studies, function(s) any(s[[1]][-1] != s[[1]][1])))
  f <- fit_curve(lined, "linear", line$se / line$increment)
  m <- if (own$method_used == "fixed") f$common else f$random
  k <- line$increment * line$se / line$increment
  if (is.null(m)) cat("line: R found no estimate\n")
  else if (length(lined) == line$k) check("line", c(line$beta, line$se), c(m$beta * k, m$se * k), 1e-5)
}

if (failed > 0) stop(paste(failed, "of", checked, "numbers above differ"))
cat("all", checked, "numbers agree\n")
