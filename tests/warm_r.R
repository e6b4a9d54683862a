# Runs scripts for tests/warm_r.py: each in a copy of this process (a fork) that has read the packages, and is as fresh as a
# new R otherwise. Nothing is attached here, so that a script which forgets `library()` fails as it would on its own.
local({
  for (name in c("metafor", "jsonlite", "lme4", "numDeriv")) requireNamespace(name, quietly = TRUE)
  attached <- search()
  run <- function(script, folder, out, err) {
    setwd(folder)
    sink(file(out, "w"))
    sink(file(err, "w"), type = "message")
    stopifnot(identical(search(), attached))
    assign("commandArgs", function(trailingOnly = FALSE) if (trailingOnly) character() else c("R", paste0("--file=", script)), globalenv())
    assign("quit", function(save = "default", status = 0, runLast = TRUE) {
      stop(structure(list(message = "quit", call = NULL, status = status), class = c("quit", "condition")))
    }, globalenv())
    status <- tryCatch({ source(script, print.eval = TRUE); 0 },
      quit = function(q) q$status,
      error = function(e) { message("Error: ", conditionMessage(e), "\nExecution halted"); 1 })
    sink(type = "message")
    sink()
    status
  }
  input <- file("stdin", "r")
  while (length(line <- readLines(input, 1))) {
    asked <- strsplit(line, "\t", fixed = TRUE)[[1]]
    job <- parallel::mcparallel(run(asked[1], asked[2], asked[3], asked[4]), silent = FALSE)
    status <- parallel::mccollect(job)[[1]]
    cat(if (is.numeric(status)) status else 70, "\n")
    flush(stdout())
  }
})
