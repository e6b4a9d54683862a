failed <- 0
checked <- 0
check <- function(what, ours, theirs, tolerance = 1e-6) {
  ours <- sapply(ours, function(x) if (is.null(x)) NA else as.numeric(x)); theirs <- as.numeric(theirs)
  if (all(is.na(ours)) && all(is.na(theirs))) return(invisible())
  off <- ifelse(is.na(ours) & is.na(theirs), 0, abs(ours - theirs) / pmax(1, abs(theirs)))
  off[is.na(off)] <- Inf
  at <- which.max(off); bad <- length(ours) != length(theirs) || off[at] > tolerance
  checked <<- checked + 1
  if (bad) failed <<- failed + 1
  more <- if (length(ours) > 1) sprintf(" (worst of %d)", length(ours)) else ""
  cat(sprintf("%-52s prismake %.10g  R %.10g%s%s\n", what, ours[at], theirs[at], more, if (bad) "  DIFFERS" else ""))
}
