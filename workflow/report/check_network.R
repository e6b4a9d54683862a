# @TITLE@: the network made again by R. Made by @MADE_BY@.
# Rscript @NAME@   needs the packages metafor and jsonlite. It reads the results beside it, computes the effects of each
# trial from its extracted numbers, fits the network with rma.mv, prints each number beside its counterpart, and stops with
# an error when one differs by more than its tolerance.
suppressPackageStartupMessages(library(metafor))
library(jsonlite)

arguments <- commandArgs(FALSE)
folder <- dirname(sub("^--file=", "", grep("^--file=", arguments, value = TRUE)[1]))
result <- fromJSON(file.path(folder, "@STEM@.json"), simplifyDataFrame = FALSE, simplifyMatrix = FALSE)
@CHECK@

own <- result$network
if (!isTRUE(result$pooled)) { cat("No network was fitted:", result$sentence, "\n"); quit(status = 0) }
measure <- if (result$measure == "GEN" && isTRUE(result$ratio_scale)) "GENLN" else result$measure
log_scale <- measure %in% c("OR", "RR", "IRR", "ROM", "GENLN")
back <- if (log_scale) exp else identity
z <- qnorm(0.5 + result$level / 200)
names <- sapply(own$treatments, function(x) x$name)

# ---- the effects of each trial against its first treatment, and their covariance ------------------------------------

number <- function(arms, key) sapply(arms, function(a) as.numeric(a[[key]]))
arm_values <- function(study) {
  arms <- study$arms
  if (measure %in% c("GEN", "GENLN")) {  # every pair of arms: values and covariance up to what differences do not see
    f <- if (log_scale) log else identity
    t <- unlist(study$treatments); k <- length(t)
    D <- matrix(0, k, k); V <- matrix(0, k, k)
    for (a in arms) {
      i <- match(a$treatments[[1]], t); j <- match(a$treatments[[2]], t)
      D[i, j] <- f(a$effect); D[j, i] <- -D[i, j]
      V[i, j] <- V[j, i] <- ((f(a$upper) - f(a$lower)) / (2 * z))^2
    }
    C <- diag(k) - 1 / k
    return(list(t, rowMeans(D), -0.5 * C %*% V %*% C))
  }
  t <- sapply(arms, function(a) a$treatments[[1]])
  if (measure %in% c("OR", "RR", "RD")) {
    x <- number(arms, "events"); n <- number(arms, "total")
    e <- escalc(c(OR = "PLO", RR = "PLN", RD = "PR")[[measure]], xi = x, ni = n, add = 0.5, to = if (any(x == 0 | x == n)) "all" else "none")
  } else if (measure %in% c("IRR", "IRD")) {
    x <- number(arms, "events")
    e <- escalc(c(IRR = "IRLN", IRD = "IR")[[measure]], xi = x, ti = number(arms, "time"), add = 0.5, to = if (any(x == 0)) "all" else "none")
  } else {
    m <- number(arms, "mean"); s <- number(arms, "sd"); n <- number(arms, "n")
    if (measure == "SMD") {
      df <- sum(n) - length(n)
      g <- exp(lgamma(df / 2) - log(sqrt(df / 2)) - lgamma((df - 1) / 2)) * (m - m[1]) / sqrt(sum((n - 1) * s^2) / df)
      return(list(t, g, diag(1 / n) + outer(g, g) / (2 * sum(n))))
    }
    e <- escalc(c(MD = "MN", ROM = "MNLN")[[measure]], mi = m, sdi = s, ni = n)
  }
  list(t, as.numeric(e$yi), diag(e$vi))
}
y <- c(); blocks <- list(); X <- c(); study <- c(); effect <- c(); design <- c()
for (i in seq_along(result$studies)) {
  a <- arm_values(result$studies[[i]])
  o <- order(match(a[[1]], names)); t <- match(a[[1]], names)[o]; k <- length(t)
  D <- cbind(-1, diag(k - 1))
  y <- c(y, D %*% a[[2]][o])
  blocks <- c(blocks, list(D %*% a[[3]][o, o] %*% t(D)))
  rows <- matrix(0, k - 1, length(names)); rows[cbind(1:(k - 1), t[-1])] <- 1; rows[, t[1]] <- -1
  X <- rbind(X, rows); study <- c(study, rep(i, k - 1)); effect <- c(effect, 2:k)
  design <- c(design, rep(paste(t, collapse = " "), k - 1))
}
V <- bldiag(blocks)
X <- X[, -1, drop = FALSE]

# ---- both models, heterogeneity, designs ----------------------------------------------------------------------------

P <- outer(study, study, "==") * (0.5 + 0.5 * diag(length(y)))
fit <- function(X, tau2) {
  W <- solve(V + tau2 * P); A <- solve(t(X) %*% W %*% X); b <- A %*% t(X) %*% W %*% y
  list(Q = as.numeric(t(y - X %*% b) %*% W %*% (y - X %*% b)), M = W - W %*% X %*% A %*% t(X) %*% W)
}
moments <- function(at, df) if (df > 0) max(0, (at$Q - df) / sum(diag(at$M %*% P))) else 0
common <- suppressWarnings(rma.mv(y, V, mods = X, intercept = FALSE))
df <- length(y) - ncol(X)
h <- own$heterogeneity
check("Q", h$Q, common$QE); check("df", h$df, df)
if (df > 0) check("I2", h$I2, max(0, 100 * (common$QE - df) / common$QE))
group <- factor(effect); trial <- factor(study)
if (own$method == "DL" || df == 0) {
  tau2 <- moments(fit(X, 0), df)
} else {
  call <- function(control) rma.mv(y, V, mods = X, intercept = FALSE, random = ~ group | trial, struct = "CS", rho = 0.5, method = own$method, control = control)
  tau2 <- suppressWarnings(tryCatch(call(list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-15, maxit = 1000)), error = function(e) call(list())))$tau2
}
check("tau2", h$tau2, tau2, 1e-5)
random <- suppressWarnings(rma.mv(y, V + h$tau2 * P, mods = X, intercept = FALSE))  # at our tau2, which was just compared
cell <- paste(design, effect); cells <- outer(cell, unique(cell), "==") + 0
full <- fit(cells, 0); df_within <- length(y) - ncol(cells); d <- own$designs
check("Q within designs", d$within$Q, full$Q); check("df within designs", d$within$df, df_within)
check("Q between designs", d$between$Q, common$QE - full$Q)
within <- moments(full, df_within)
check("tau2 within designs", d$tau2_within, within)
check("Q of the interaction", d$interaction$Q, fit(X, within)$Q - fit(cells, within)$Q)

# ---- every comparison -----------------------------------------------------------------------------------------------

rows_of <- function(model) {
  b <- c(0, as.numeric(model$beta)); S <- rbind(0, cbind(0, model$vb))
  function(i, j) { e <- b[i] - b[j]; s <- sqrt(S[i, i] + S[j, j] - 2 * S[i, j]); c(e, s, back(e), back(e - z * s), back(e + z * s)) }
}
models <- list(random = rows_of(random), common = rows_of(common))
of <- function(row) unlist(row[c("beta", "se", "estimate", "ci_lb", "ci_ub")])
for (row in own$against) for (m in names(models))
  check(paste(row$treatment, "v", own$reference, m), of(row[[m]]), models[[m]](match(row$treatment, names), match(own$reference, names)))
main <- models[[own$effects]]; used <- if (own$effects == "random") h$tau2 else 0
arms <- lapply(result$studies, arm_values)
for (row in own$league) {
  pair <- unlist(row$treatments); what <- paste(pair, collapse = " v ")
  theirs <- main(match(pair[1], names), match(pair[2], names))
  check(what, of(row), theirs)
  if (df >= 2) check(paste(what, "prediction"), c(row$pi_lb, row$pi_ub), back(theirs[1] + c(-1, 1) * qt(0.5 + result$level / 200, df - 1) * sqrt(theirs[2]^2 + used)))
  direct <- lapply(arms, function(a) {
    i <- match(pair, a[[1]])
    if (anyNA(i)) NULL else c(a[[2]][i[1]] - a[[2]][i[2]], a[[3]][i[1], i[1]] + a[[3]][i[2], i[2]] - 2 * a[[3]][i[1], i[2]])
  })
  direct <- do.call(rbind, direct)
  if (is.null(direct)) next
  pooled <- suppressWarnings(rma(direct[, 1], direct[, 2] + used, method = "EE"))
  check(paste(what, "direct"), c(row$direct$beta, row$direct$se), c(pooled$beta, pooled$se))
  check(paste(what, "share"), row$share, min(1, theirs[2]^2 / pooled$se^2))
  if (is.null(row$indirect)) next
  share <- theirs[2]^2 / pooled$se^2
  other <- c((theirs[1] - share * pooled$beta) / (1 - share), theirs[2] / sqrt(1 - share))
  check(paste(what, "indirect"), c(row$indirect$beta, row$indirect$se), other, 1e-5)
  check(paste(what, "p"), row$difference_p, 2 * pnorm(-abs(pooled$beta - other[1]) / sqrt(pooled$se^2 + other[2]^2)), 1e-5)
}
if (nzchar(own$small_values)) for (i in seq_along(names)) {
  sign <- if (own$small_values == "good") -1 else 1
  score <- mean(sapply(setdiff(seq_along(names), i), function(j) { r <- main(i, j); pnorm(sign * r[1] / r[2]) }))
  check(paste("P-score of", names[i]), own$treatments[[i]]$p_score, score)
}

if (failed > 0) stop(paste(failed, "of", checked, "numbers above differ"))
cat("all", checked, "numbers agree\n")
