"""A script in R that makes an outcome's results again with metafor and stops where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

# metafor stops its iterations early by default (a change of tau² below 1e-5); tightened, both sides meet at these.
# Within trimfill() the default stays, so that the centre around which studies are mirrored is less exact.
TOLERANCE = {"inverse_variance": 1e-6, "glmm": 1e-4, "trim_and_fill": 1e-5}
_HEAD = """\
# {title}: the results of prismake made again by R.
# Rscript {name}   needs the package metafor{more}; it prints each number beside its counterpart and stops
# with an error when one differs by more than its tolerance (absolute, or relative for numbers above 1).
suppressPackageStartupMessages(library(metafor))

failed <- 0
check <- function(what, ours, theirs, tolerance) {{
  off <- abs(ours - theirs) / max(1, abs(theirs))
  bad <- is.na(off) || off > tolerance
  cat(sprintf("%-44s prismake %.10f  R %.10f%s\\n", what, ours, theirs, if (bad) "  DIFFERS" else ""))
  if (bad) failed <<- failed + 1
}}
"""
_FOOT = """
if (failed > 0) stop(paste(failed, "of the numbers above differ"))
cat("all numbers agree\\n")
"""
_CONTROL = "control = list(threshold = 1e-12, maxiter = 10000, tol = 1e-14)"


def check_script(result: Mapping[str, Any], columns: Mapping[str, Sequence[float]], name: str) -> str:
    """The script of one outcome.

    Args:
        result: what ``prismake.analysis.analyse`` returned.
        columns: the studies' numbers by part (``events``, ``total``, ...), in the order of ``result["studies"]``.
        name: file name of the script.

    Proportions by binomial-normal GLMM are checked with ``rma.glmm``, which needs the package lme4.
    """
    models = {row["model"] for row in result["analyses"].values()}
    more = " and lme4" if "glmm" in models else ""
    title = " ".join(str(result["title"]).split())
    lines = [_HEAD.format(title=title, name=name, more=more)]
    if not result["analyses"]:
        return "\n".join([*lines, 'cat("there is nothing to check: fewer than two studies are pooled\\n")']) + "\n"
    lines += [
        "dat <- data.frame(",
        ",\n".join(f"  {role} = {_vector(values)}" for role, values in columns.items()),
        ")",
    ]
    lines += [_effects(result["measure"], result), ""]
    for key, row in result["analyses"].items():
        lines += _analysis(key, row, result)
    lines += [line for key, group in result["subgroups"].items() for line in _subgroups(key, group, result)]
    lines += [line for key, row in result["moderators"].items() for line in _moderator(key, row, result)]
    lines += _sensitivity(result)
    return "\n".join(lines) + _FOOT


def _vector(values: Sequence[Any]) -> str:
    return f"c({', '.join('NA' if value is None else repr(value) for value in values)})"


def _texts(values: Sequence[str | None]) -> str:
    quoted = (
        "NA" if value is None else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values
    )
    return f"c({', '.join(quoted)})"


def _effects(measure: str, result: Mapping[str, Any]) -> str:
    """The line that makes yi and vi, as R names its columns."""
    if measure in ("PLO", "PR", "PAS", "PFT"):
        return f'es <- escalc(measure = "{measure}", xi = events, ni = total, data = dat)'
    if measure in ("RR", "OR", "RD"):
        cells = "ai = events1, n1i = total1, ci = events2, n2i = total2"
        return f'es <- escalc(measure = "{measure}", {cells}, data = dat)'
    if measure == "GEN":
        z = f"(2 * qnorm({0.5 + result['level'] / 200!r}))"
        log = "log" if result["ratio_scale"] else ""
        return f"es <- data.frame(yi = {log}(dat$effect), vi = (({log}(dat$upper) - {log}(dat$lower)) / {z})^2)"
    means = "m1i = mean1, sd1i = sd1, n1i = n1, m2i = mean2, sd2i = sd2, n2i = n2"
    return f'es <- escalc(measure = "{measure}", {means}, data = dat)'


def _analysis(key: str, row: Mapping[str, Any], result: Mapping[str, Any]) -> Iterator[str]:
    level = f"level = {result['level']!r}"
    tolerance = TOLERANCE[row["model"]]
    if row["estimate"] is None:
        yield f'cat("{key}: no estimate exists\\n")'
        return
    if row["model"] == "glmm":
        yield f'fit <- rma.glmm(measure = "PLO", xi = events, ni = total, data = dat, nAGQ = 25, {level})'
    else:
        yield f"fit <- {_rma(row['method'], row['test'], level)}"
    yield _predicted(result)
    pairs = {
        "beta": "c(fit$beta)",
        "se": "fit$se",
        "tau2": "fit$tau2",
        "estimate": "p[1]",
        "ci_lb": "p[2]",
        "ci_ub": "p[3]",
    }
    if row["model"] != "glmm":
        pairs |= {"I2": "fit$I2", "Q": "fit$QE"}
    for name, expression in pairs.items():
        if row[name] is not None:
            yield f'check("{key}, {name}", {row[name]!r}, {expression}, {tolerance!r})'
    yield ""


def _rma(method: str, test: str, more: str, data: str = "es") -> str:
    control = f", {_CONTROL}" if method in ("REML", "ML", "EB", "PM") else ""
    return f'rma(yi, vi, data = {data}, method = "{method}", test = "{test}", {more}{control})'


def _predicted(result: Mapping[str, Any]) -> str:
    """The estimate and its interval on the natural scale, as ``p``."""
    measure = result["measure"]
    if measure == "PFT":
        return "p <- with(predict(fit, transf = transf.ipft.hm, targs = list(ni = dat$total)), c(pred, ci.lb, ci.ub))"
    log = measure in ("RR", "OR", "ROM") or (measure == "GEN" and result["ratio_scale"])
    back = "exp" if log else {"PLO": "transf.ilogit", "PAS": "transf.iarcsin"}.get(measure, "identity")
    return f"p <- {back}(c(c(fit$beta), fit$ci.lb, fit$ci.ub))"


def _subgroups(key: str, group: Mapping[str, Any], result: Mapping[str, Any]) -> Iterator[str]:
    """The test between subgroups with a common tau²."""
    if group["Q"] is None or not group["method"].startswith("common"):
        return
    labels = [study["subgroups"][key] or "not stated" for study in result["studies"]]
    method = group["method"].split(", ")[1]
    yield f"group <- factor({_texts(labels)})"
    yield f"fit <- {_rma(method, 'z', 'mods = ~ group')}"
    yield f'check("{key}, Q between", {group["Q"]!r}, fit$QM, {TOLERANCE["inverse_variance"]!r})'
    yield f'check("{key}, p between", {group["p"]!r}, fit$QMp, {TOLERANCE["inverse_variance"]!r})'
    yield ""


def _moderator(key: str, row: Mapping[str, Any], result: Mapping[str, Any]) -> Iterator[str]:
    """A meta-regression: coefficients, standard errors, the test of the moderator and what is left of tau²."""
    if not row["coefficients"]:
        yield f'cat("{key}: no meta-regression\\n")'
        return
    values = [study["moderators"][key] for study in result["studies"]]
    if row["kind"] == "number":
        yield f"moderator <- {_vector(values)}"
    else:
        levels = _texts(sorted({value for value in values if value is not None}))
        yield f"moderator <- factor({_texts(values)}, levels = {levels})"
    yield f"fit <- suppressWarnings({_rma(row['method'], row['test'], 'mods = ~ moderator')})"
    pairs = {"QM": "fit$QM", "QM_p": "fit$QMp", "tau2": "fit$tau2", "Q": "fit$QE"}
    if row["R2"]:  # of no use to compare where tau² was zero without the moderator: R gives no number
        pairs["R2"] = "fit$R2"
    ours: dict[str, float] = {expression: row[name] for name, expression in pairs.items()}
    for index, one in enumerate(row["coefficients"], start=1):
        ours |= {f"fit$beta[{index}]": one["beta"], f"fit$se[{index}]": one["se"], f"fit$pval[{index}]": one["p"]}
    for expression, value in ours.items():
        if value is not None:
            tolerance = TOLERANCE["inverse_variance"]
            yield f'check("{key}, {expression.removeprefix("fit$")}", {value!r}, {expression}, {tolerance!r})'
    yield ""


def _sensitivity(result: Mapping[str, Any]) -> Iterator[str]:
    """Sensitivity analyses that R can make again; the other scales of proportions last, as they replace ``es``."""
    found = result["sensitivity"]
    tolerance = TOLERANCE["inverse_variance"]
    if rows := found.get("influence", {}).get("studies"):
        yield f"fit <- {_rma(found['influence']['method'], 'z', 'level = 95')}"
        yield "inf <- influence(fit)$inf"
        for name, column in {"rstudent": "rstudent", "cook_d": "cook.d", "dffits": "dffits", "hat": "hat"}.items():
            ours = _vector([row[name] for row in rows])
            yield f"off <- max(abs({ours} - inf${column}), na.rm = TRUE)"
            yield f'check("influence, {name} (largest difference)", 0, off, {tolerance!r})'
    if (row := found.get("trim_and_fill", {})).get("beta") is not None:
        yield f'filled <- trimfill({_rma(row["method"], "z", "level = 95")}, estimator = "{row["estimator"]}")'
        yield f'check("trim and fill, k0", {row["k0"]!r}, filled$k0, 0)'
        yield "filled <- data.frame(yi = c(filled$yi), vi = filled$vi)"
        yield f"fit <- {_rma(row['method'], row['test'], 'level = 95', 'filled')}"
        for name, expression in {"beta": "c(fit$beta)", "se": "fit$se", "tau2": "fit$tau2"}.items():
            yield f'check("trim and fill, {name}", {row[name]!r}, {expression}, {TOLERANCE["trim_and_fill"]!r})'
    for kind in ("Rosenthal", "Rosenberg"):
        if number := found.get("failsafe_n", {}).get(kind.lower()):
            ours = f'{number["n"]!r}, fsn(es$yi, es$vi, type = "{kind}")$fsnum'
            yield f'check("fail-safe number, {kind}", {ours}, {tolerance!r})'
    for name, measure in {"fixed_effect": result["measure"], "freeman_tukey": "PFT", "arcsine": "PAS"}.items():
        if name in found:
            there = {**result, "measure": measure}
            yield _effects(measure, there)
            yield from _analysis(name, found[name], there)
