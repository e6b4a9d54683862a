# Dose-response curves by metafor, from the printed numbers on.
#
#     PYTHONPATH=../../workflow python dose_examples.py | Rscript dose_reference.R > dose_reference.json
#
# Covariances: effective counts of Greenland and Longnecker by uniroot. two: the coefficients of each study by generalised
# least squares, pooled by rma.mv (struct="UN"); studies with fewer contrasts than coefficients are left out. one: rma.mv
# of all contrasts with random slopes (struct="GEN"). A search that compares heights ends within 1e-6 of the maximum at
# best: where T is not singular, Fisher scoring of its elements takes it to a score of zero.
suppressPackageStartupMessages({library(metafor); library(jsonlite)})
sets <- fromJSON(file("stdin"), simplifyDataFrame = FALSE, simplifyMatrix = FALSE)
number <- function(x) sapply(x, function(v) if (is.null(v)) NA else as.numeric(v))

within <- function(s) {
  cases <- number(s$cases); size <- number(s$size); ratio <- exp(number(s$logs)); se <- number(s$se)[-1]
  if (s$design == "incidence_rate") {
    v <- 1 / (sum(cases) * size * ratio / sum(size * ratio))
  } else {
    fitted <- function(a) size * plogis(a + log(ratio))
    a <- uniroot(function(a) sum(fitted(a)) - sum(cases), c(-30, 30), tol = 1e-15, maxiter = 1e4)$root
    v <- 1 / fitted(a) + if (s$design == "case_control") 1 / (size - fitted(a)) else -1 / size
  }
  R <- v[1] / outer(sqrt(v[1] + v[-1]), sqrt(v[1] + v[-1])); diag(R) <- 1
  R * outer(se, se)
}
cube <- function(x) pmax(x, 0)^3
terms <- function(x, model, t) {
  if (model == "linear") return(cbind(x))
  if (model == "quadratic") return(cbind(x, x^2))
  m <- length(t)
  cbind(x, sapply(1:(m - 2), function(j) (cube(x - t[j]) - cube(x - t[m - 1]) * (t[m] - t[j]) / (t[m] - t[m - 1]) +
    cube(x - t[m]) * (t[m - 1] - t[j]) / (t[m] - t[m - 1])) / (t[m] - t[1])^2))
}
# Two searches from different starts; the higher end counts.
best <- function(call) {
  tight <- list(list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-16, maxit = 5000),
                list(optimizer = "nlminb", rel.tol = 1e-15, iter.max = 5000, eval.max = 5000),
                list(optimizer = "bobyqa", rhobeg = 0.1, rhoend = 1e-10, maxfun = 1e5))
  fits <- lapply(tight, function(control) tryCatch(suppressWarnings(call(control)), error = function(e) NULL))
  fits <- Filter(Negate(is.null), fits)
  fits[[which.max(sapply(fits, function(f) c(logLik(f))))]]
}
polished <- function(m, T, y, X, Z, S, study, method) {
  T <- as.matrix(T); p <- nrow(T); same <- outer(study, study, "==")
  if (min(eigen(cov2cor(T))$values) < 1e-4) return(shown(m, T))
  at <- which(upper.tri(T, diag = TRUE), arr.ind = TRUE)
  units <- lapply(seq_len(nrow(at)), function(a) { E <- matrix(0, p, p); E[at[a, 1], at[a, 2]] <- E[at[a, 2], at[a, 1]] <- 1; (Z %*% E %*% t(Z)) * same })
  for (i in 1:200) {
    W <- solve(S + (Z %*% T %*% t(Z)) * same); C <- solve(t(X) %*% W %*% X); P <- W - W %*% X %*% C %*% t(X) %*% W
    M <- if (method == "REML") P else W
    MD <- lapply(units, function(D) M %*% D); Py <- P %*% y
    score <- sapply(seq_along(units), function(a) -sum(diag(MD[[a]])) + sum(Py * (units[[a]] %*% Py))) / 2
    info <- outer(seq_along(units), seq_along(units), Vectorize(function(a, b) sum(MD[[a]] * t(MD[[b]])) / 2))
    step <- solve(info, score); T[at] <- T[at] + step; T[at[, 2:1]] <- T[at]
    if (max(abs(step)) < 1e-14) break
  }
  list(b = c(C %*% t(X) %*% W %*% y), se = sqrt(diag(C)), T = T, loglik = c(logLik(m)), Q = m$QE)
}
shown <- function(m, T) list(b = unname(c(m$beta)), se = unname(m$se), T = T, loglik = c(logLik(m)), Q = m$QE)
result <- lapply(sets, function(set) {
  knots <- number(set$knots)
  parts <- lapply(set$studies, function(s) {
    X <- terms(number(s$doses), set$model, knots); S <- within(s); y <- number(s$logs)[-1]
    X <- sweep(X[-1, , drop = FALSE], 2, X[1, ])
    list(X = X, S = S, y = y)
  })
  p <- ncol(parts[[1]]$X)
  enough <- Filter(function(s) nrow(s$X) >= p && qr(s$X)$rank == p, parts)
  own <- lapply(enough, function(s) { W <- solve(s$S); V <- solve(t(s$X) %*% W %*% s$X); list(b = c(V %*% t(s$X) %*% W %*% s$y), V = V) })
  long <- data.frame(b = unlist(lapply(own, `[[`, "b")), term = factor(rep(1:p, length(own))), study = rep(seq_along(own), each = p))
  V <- bldiag(lapply(own, `[[`, "V")); unit <- diag(p)[rep(1:p, length(own)), , drop = FALSE]
  two <- function(method) {
    if (method == "EE") {
      m <- if (p > 1) rma.mv(b, V, mods = ~ term - 1, data = long, method = "FE") else rma.mv(b, V, data = long, method = "FE")
      return(shown(m, 0))
    }
    if (p == 1) {
      m <- best(function(control) rma.mv(b, V, random = ~ 1 | study, data = long, method = method, control = control))
      return(polished(m, m$sigma2, long$b, unit, unit, V, long$study, method))
    }
    m <- best(function(control) rma.mv(b, V, mods = ~ term - 1, random = ~ term | study, struct = "UN", data = long, method = method, control = control))
    polished(m, unname(as.matrix(m$G)), long$b, unit, unit, V, long$study, method)
  }
  data <- data.frame(y = unlist(lapply(parts, `[[`, "y")), study = rep(seq_along(parts), sapply(parts, function(s) length(s$y))))
  X <- do.call(rbind, lapply(parts, `[[`, "X")); colnames(X) <- paste0("x", 1:p); data <- cbind(data, X)
  S <- bldiag(lapply(parts, `[[`, "S"))
  slopes <- as.formula(paste("~ 0 +", paste(colnames(X), collapse = " + "), "| study"))
  m <- if (p == 1) {
    data$slope <- data$study
    best(function(control) rma.mv(y, S, mods = ~ 0 + x1, random = ~ 0 + x1 | study, struct = "GEN", data = data, control = control))
  } else best(function(control) rma.mv(y, S, mods = as.formula(paste("~ 0 +", paste(colnames(X), collapse = " + "))), random = slopes, struct = "GEN", data = data, control = control))
  list(S = parts[[1]]$S, fixed = two("EE"), REML = two("REML"), ML = two("ML"), one = polished(m, unname(as.matrix(m$G)), data$y, X, X, S, data$study, "REML"), left_out = length(parts) - length(enough))
})
cat(toJSON(result, digits = 12, auto_unbox = TRUE, null = "null"), "\n")
