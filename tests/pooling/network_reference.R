# Networks of the package metadat, fitted with metafor's rma.mv: prints JSON of the arms or effects and of R's answers.
#
# A trial of k arms gives k - 1 effects against its first treatment; their heterogeneity has correlation 1/2. What metafor
# has no function for (tau² by moments, Q between designs) is computed here by matrix algebra from its definition.
suppressPackageStartupMessages({library(metafor); library(metadat); library(jsonlite)})

long <- function(d, study, from, to) {
  parts <- lapply(1:3, function(i) {
    cols <- sub("#", i, from)
    if (!all(cols %in% names(d))) return(NULL)
    x <- setNames(d[cols], to); x$study <- as.character(d[[study]]); x })
  x <- do.call(rbind, parts)
  x <- x[!is.na(x$treatment) & x$treatment != "", ]
  x[complete.cases(x), ]
}
counts <- function(study, treatment, events, total) {
  d <- data.frame(study = as.character(study), treatment = as.character(treatment), events = events, total = total)
  d[complete.cases(d), ]
}
means <- function(study, treatment, mean, sd, n) {
  d <- data.frame(study = as.character(study), treatment = as.character(treatment), mean = mean, sd = sd, n = n)
  d[complete.cases(d), ]
}
sets <- list(
  senn2013 = list("MD", with(dat.senn2013, means(study, treatment, mi, sdi, ni))),
  hasselblad1998 = list("OR", with(dat.hasselblad1998, counts(study, trt, xi, ni))),
  dong2013 = list("OR", with(dat.dong2013, counts(id, treatment, death, randomized))),
  franchini2012 = list("MD", long(dat.franchini2012, "Study", c("Treatment#", "y#", "sd#", "n#"), c("treatment", "mean", "sd", "n"))),
  gurusamy2011 = list("OR", with(dat.gurusamy2011, counts(study, treatment, death, n))),
  pagliaro1992 = list("OR", with(dat.pagliaro1992, counts(study, trt, xi, ni))),
  pagliaro1992_RR = list("RR", with(dat.pagliaro1992, counts(study, trt, xi, ni))),
  pagliaro1992_RD = list("RD", with(dat.pagliaro1992, counts(study, trt, xi, ni))),
  stowe2010 = list("MD", long(dat.stowe2010, "study", c("t#", "y#", "sd#", "n#"), c("treatment", "mean", "sd", "n"))),
  dogliotti2014 = list("OR", with(dat.dogliotti2014, counts(id, treatment, stroke, total))),
  baker2009 = list("OR", with(dat.baker2009, counts(id, treatment, exac, total))),
  baker2009_RR = list("RR", with(dat.baker2009, counts(id, treatment, exac, total))),
  linde2015 = list("OR", long(dat.linde2015, "id", c("treatment#", "resp#", "n#"), c("treatment", "events", "total"))),
  senn2013_SMD = list("SMD", with(dat.senn2013, means(study, treatment, mi, sdi, ni)))
)

arms <- function(measure, d) {  # value and covariance of the arms of one trial
  if (measure == "MD") return(list(d$mean, diag(d$sd^2 / d$n)))
  if (measure == "SMD") {
    df <- sum(d$n) - nrow(d)
    J <- exp(lgamma(df / 2) - log(sqrt(df / 2)) - lgamma((df - 1) / 2))
    g <- J * (d$mean - d$mean[1]) / sqrt(sum((d$n - 1) * d$sd^2) / df)
    return(list(g, diag(1 / d$n) + outer(g, g) / (2 * sum(d$n))))
  }
  if (!any(d$events > 0) && measure != "RD") return(NULL)
  if (measure == "OR" && all(d$events == d$total)) return(NULL)
  empty <- any(d$events == 0) || any(d$events == d$total)
  e <- escalc(measure = c(OR = "PLO", RR = "PLN", RD = "PR")[[measure]], xi = d$events, ni = d$total,
              add = 0.5, to = if (empty) "all" else "none")
  list(as.numeric(e$yi), diag(e$vi))
}

reference <- function(measure, d) {
  usable <- function(t) nrow(t) > 1 && !anyDuplicated(t$treatment) && !is.null(arms(measure, t))
  d <- do.call(rbind, Filter(usable, split(d, factor(d$study, unique(d$study)))))
  treatments <- sort(unique(d$treatment), method = "radix")
  y <- c(); V <- list(); X <- c(); study <- c(); contrast <- c(); design <- c(); used <- c()
  for (s in unique(d$study)) {
    t <- d[d$study == s, ]
    t <- t[order(match(t$treatment, treatments)), ]
    a <- arms(measure, t)
    used <- c(used, s)
    k <- nrow(t)
    D <- cbind(-1, diag(k - 1))
    y <- c(y, D %*% a[[1]])
    V <- c(V, list(D %*% a[[2]] %*% t(D)))
    rows <- matrix(0, k - 1, length(treatments))
    for (j in 2:k) { rows[j - 1, match(t$treatment[j], treatments)] <- 1; rows[j - 1, match(t$treatment[1], treatments)] <- -1 }
    X <- rbind(X, rows)
    study <- c(study, rep(s, k - 1)); contrast <- c(contrast, 2:k)
    design <- c(design, rep(paste(t$treatment, collapse = " | "), k - 1))
  }
  V <- bldiag(V)
  X <- X[, -1, drop = FALSE]
  P <- outer(study, study, "==") * (0.5 + 0.5 * diag(length(y)))
  own <- function(X, tau2) {
    W <- solve(V + tau2 * P); A <- solve(t(X) %*% W %*% X); b <- A %*% t(X) %*% W %*% y
    list(b = as.numeric(b), V = A, Q = as.numeric(t(y - X %*% b) %*% W %*% (y - X %*% b)), M = W - W %*% X %*% A %*% t(X) %*% W)
  }
  cell <- paste(design, contrast); cells <- outer(cell, unique(cell), "==") + 0
  zero <- own(X, 0); full <- own(cells, 0)
  df <- length(y) - ncol(X); df_within <- length(y) - ncol(cells)
  dl <- max(0, (zero$Q - df) / sum(diag(zero$M %*% P)))
  within <- if (df_within > 0) max(0, (full$Q - df_within) / sum(diag(full$M %*% P))) else 0
  at_dl <- own(X, dl)
  effect <- factor(contrast)
  fit <- function(method) {
    call <- function(control) rma.mv(y, V, mods = X, intercept = FALSE, random = ~ effect | study, struct = "CS",
                                     rho = 0.5, method = method, control = control)
    tryCatch(call(list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-15, maxit = 1000)), error = function(e) call(list()))
  }
  fe <- suppressWarnings(rma.mv(y, V, mods = X, intercept = FALSE))
  reml <- suppressWarnings(fit("REML")); ml <- suppressWarnings(fit("ML"))
  list(treatments = treatments, used = used, Q = fe$QE, df = df, common = as.numeric(fe$beta), common_vcov = fe$vb,
       Q_within = full$Q, df_within = df_within, Q_between = zero$Q - full$Q,
       Q_interaction = own(X, within)$Q - own(cells, within)$Q, tau2_within = within,
       tau2_DL = dl, DL = at_dl$b, DL_vcov = at_dl$V,
       tau2_REML = reml$tau2, REML = as.numeric(reml$beta), REML_vcov = reml$vb, REML_loglik = as.numeric(logLik(reml)),
       tau2_ML = ml$tau2)
}
chosen <- commandArgs(trailingOnly = TRUE)
if (length(chosen)) sets <- sets[chosen]
answer <- lapply(sets, function(s) list(measure = s[[1]], rows = s[[2]], R = reference(s[[1]], s[[2]])))
cat(toJSON(answer, digits = NA, auto_unbox = TRUE, dataframe = "columns"))
