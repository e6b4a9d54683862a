"""A script in R that makes an outcome's results again with metafor and stops where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from prismake.core.missing import is_missing

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
  off <- abs(ours - theirs) / pmax(1, abs(theirs))
  at <- if (anyNA(off)) which(is.na(off))[1] else which.max(off)
  bad <- length(ours) != length(theirs) || is.na(off[at]) || off[at] > tolerance
  more <- if (length(ours) > 1) sprintf(" (worst of %d)", length(ours)) else ""
  cat(sprintf("%-44s prismake %.10f  R %.10f%s%s\\n", what, ours[at], theirs[at], more, if (bad) "  DIFFERS" else ""))
  if (bad) failed <<- failed + 1
}}
"""
_FOOT = """
if (failed > 0) stop(paste(failed, "of the numbers above differ"))
cat("all numbers agree\\n")
"""
_CONTROL = "control = list(threshold = 1e-12, maxiter = 10000, tol = 1e-14)"
_CONFINT = "control = list(tol = 1e-14, maxiter = 10000, tau2.max = 1e7)"
# Fields of ``values`` and what R calls them.
FIT = {
    **{"beta": "c(fit$beta)", "se": "fit$se", "stat": "fit$zval", "pval": "fit$pval", "vcov": "c(fit$vb)"},
    **{"tau2": "fit$tau2", "se_tau2": "fit$se.tau2", "I2": "fit$I2", "H2": "fit$H2", "Q": "fit$QE", "Q_p": "fit$QEp"},
    **{"loglik": "c(logLik(fit))", "weights_pct": "weights(fit)", "QM": "fit$QM", "QM_p": "fit$QMp"},
    **{"pi_lb": "predict(fit)$pi.lb", "pi_ub": "predict(fit)$pi.ub"},
}
GLMM = {
    **{"beta": "c(fit$beta)", "se": "fit$se", "stat": "fit$zval", "pval": "fit$pval", "tau2": "fit$tau2"},
    **{"I2": "fit$I2", "H2": "fit$H2", "Q_wald": "fit$QE.Wld", "Q_lrt": "fit$QE.LRT"},
}


def check_script(result: Mapping[str, Any], columns: Mapping[str, Sequence[float]], name: str) -> str:
    """The script of one outcome.

    Args:
        result: what ``prismake.synthesis.analyse`` returned.
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
    lines += _bias(result["bias"]["tests"])
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
    for name, place in {"estimate": 1, "ci_lb": 2, "ci_ub": 3}.items():
        yield f'check("{key}, {name}", {row[name]!r}, p[{place}], {tolerance!r})'
    for name, expression in (GLMM if row["model"] == "glmm" else FIT).items():
        ours = row["values"].get(name)
        if ours is not None:
            yield f'check("{key}, {name}", {_numbers(ours)}, {expression}, {tolerance!r})'
    limits = row["tau2_interval"]
    if limits and row["model"] != "glmm":
        yield f"limits <- confint(fit, {_CONFINT})$random[1, 2:3]"
        ours = _numbers([limits["tau2_lb"], limits["tau2_ub"]])
        yield f'check("{key}, interval of tau2", {ours}, limits, {tolerance!r})'
    yield ""


def _numbers(value: Any) -> str:
    """A number, or the numbers of a nested list row by row."""
    if not isinstance(value, list):
        return repr(value)
    return _vector([number for row in value for number in (row if isinstance(row, list) else [row])])


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
    """The test between subgroups, with a common tau² or one in each."""
    if group["Q"] is None:
        return
    labels = [study["subgroups"][key] for study in result["studies"]]
    known = [not is_missing(label) for label in labels]
    method = group["options"]["method"]
    yield f"group <- factor({_texts([label if there else None for label, there in zip(labels, known, strict=True)])})"
    if group["options"]["tau2"] == "common":
        subset = "" if all(known) else ", subset = !is.na(group)"
        yield f"fit <- {_rma(method, 'z', f'mods = ~ group{subset}')}"
    else:
        model = _rma(method, "z", "subset = group == name")
        yield f"each <- sapply(levels(group), function(name) {{ m <- {model}; c(m$beta, m$se) }})"
        yield 'fit <- rma(each[1, ], sei = each[2, ], mods = ~ factor(levels(group)), method = "EE")'
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
    for index, slope in enumerate(row["coefficients"], start=1):
        ours |= {
            f"fit$beta[{index}]": slope["beta"],
            f"fit$se[{index}]": slope["se"],
            f"fit$pval[{index}]": slope["p"],
        }
    for expression, value in ours.items():
        if value is not None:
            tolerance = TOLERANCE["inverse_variance"]
            yield f'check("{key}, {expression.removeprefix("fit$")}", {value!r}, {expression}, {tolerance!r})'
    yield ""


def _bias(tests: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Egger's and Begg's tests of small-study effects."""
    calls = {"egger": 'regtest(es$yi, es$vi, model = "lm")', "begg": "ranktest(es$yi, es$vi)"}
    fields = {"egger": {"stat": "zval", "pval": "pval"}, "begg": {"tau": "tau", "pval": "pval"}}
    for name in (name for name in calls if name in tests):
        yield f"found <- {calls[name]}"
        for field, theirs in fields[name].items():
            ours = tests[name]["values"][field]
            if ours is not None:
                yield f'check("{name}, {field}", {ours!r}, found${theirs}, {TOLERANCE["inverse_variance"]!r})'


def _series(found: Mapping[str, Any], tolerance: float) -> Iterator[str]:
    """Each study left out, and studies added by year."""
    for name, call in {"leave_one_out": "leave1out(fit)", "cumulative": "cumul(fit, order = years)"}.items():
        row = found.get(name, {})
        if not row.get("values"):
            continue
        options = row["options"]
        level = f"level = {options['level']!r}"
        yield f"fit <- {_rma(options['method'], options['test'], level)}"
        if name == "cumulative":
            yield f"years <- {_vector(row['positions'])}"
        yield f"series <- suppressWarnings({call})"
        for field, column in {"estimate": "estimate", "se": "se", "tau2": "tau2", "Q": "Q"}.items():
            if field == "tau2" and options["method"] == "EE":
                continue
            yield f'check("{name}, {field}", {_vector(row["values"][field])}, series${column}, {tolerance!r})'


def _sensitivity(result: Mapping[str, Any]) -> Iterator[str]:
    """Sensitivity analyses that R can make again; the other scales of proportions last, as they replace ``es``."""
    found = result["sensitivity"]
    tolerance = TOLERANCE["inverse_variance"]
    yield from _series(found, tolerance)
    if values := found.get("influence", {}).get("values"):
        yield f"fit <- {_rma(found['influence']['method'], 'z', 'level = 95')}"
        yield "inf <- influence(fit)$inf"
        for name, column in {"rstudent": "rstudent", "cook_d": "cook.d", "dffits": "dffits", "hat": "hat"}.items():
            yield f'check("influence, {name}", {_vector(values[name])}, inf${column}, {tolerance!r})'
    if values := found.get("baujat", {}).get("values"):
        yield f"fit <- {_rma(found['baujat']['method'], 'z', 'level = 95')}"
        yield "pdf(NULL); points <- baujat(fit)"
        for name in ("x", "y"):
            yield f'check("baujat, {name}", {_vector(values[name])}, points${name}, {tolerance!r})'
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
