# Trim and fill, and the fits behind it, with every search of metafor taken to its end.
#
#     Rscript tight_reference.R > tight_reference.json
#
# metafor::trimfill() fits the trimmed and the filled data with rma() at its default stopping rules, whatever rules the
# model it is given had. Here the loop of Duval & Tweedie (2000) is written out, with tight rules in every fit.
# Data: metadat::dat.bcg, log risk ratios, trimmed on the right; the first eight of metadat::dat.hackshaw1998, log odds
# ratios, on the left.
suppressPackageStartupMessages(library(metafor))
TIGHT <- list(threshold = 1e-14, tol = 1e-15, maxiter = 100000)

centre <- function(y, v, method) rma(y, v, method = method, control = TIGHT)

trimmed <- function(y, v, method, estimator, side) {
  flip <- if (side == "right") -1 else 1
  o <- order(flip * y); x <- flip * y[o]; s <- v[o]; k <- length(x); k0 <- 0
  repeat {
    b <- as.vector(centre(x[seq_len(k - k0)], s[seq_len(k - k0)], method)$beta)
    d <- x - b; r <- rank(abs(d), ties.method = "first"); above <- sum(r[d > 0])
    raw <- switch(estimator, R0 = k - max(r[d < 0]) - 1, L0 = (4 * above - k * (k + 1)) / (2 * k - 1),
                  Q0 = k - 1 / 2 - sqrt(2 * k^2 - 4 * above + 1 / 4))
    new <- min(k - 1, max(0, round(raw)))
    if (new == k0) break
    k0 <- new
  }
  tail <- if (k0) seq(k - k0 + 1, k) else integer()
  m <- centre(c(y, flip * (2 * b - x[tail])), c(v, s[tail]), method)
  list(k0 = k0, k = m$k, beta = as.vector(m$beta), se = m$se, pval = m$pval, ci_lb = m$ci.lb, ci_ub = m$ci.ub,
       tau2 = m$tau2, Q = m$QE)
}

field <- function(x) if (is.character(x)) sprintf('"%s"', x) else
  if (length(x) > 1) sprintf("[%s]", paste(sprintf("%.17g", x), collapse = ", ")) else sprintf("%.17g", x)
object <- function(x) sprintf("{%s}", paste(sprintf('"%s": %s', names(x), vapply(x, field, "")), collapse = ", "))

bcg <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
smoke <- dat.hackshaw1998[1:8, ]
sets <- list(list("bcg", bcg$yi, bcg$vi, "right"), list("smoke", smoke$yi, smoke$vi, "left"))
rows <- character()
for (d in sets) for (method in c("REML", "ML", "EB", "PM")) for (estimator in c("L0", "R0", "Q0")) {
  y <- as.vector(d[[2]]); v <- as.vector(d[[3]])
  found <- try(trimmed(y, v, method, estimator, d[[4]]), silent = TRUE)
  if (inherits(found, "try-error")) next
  asked <- list(data = d[[1]], method = method, estimator = estimator, side = d[[4]], yi = y, vi = v)
  rows <- c(rows, object(c(asked, found)))
}
cat(sprintf("[\n%s\n]\n", paste(rows, collapse = ",\n")))
