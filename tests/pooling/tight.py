"""Figures to more digits than R's, for questions of the battery where R's digits end early.

``figures`` asks a question anew of `extended` and `extended_mixed`. The package's own estimate is used as the place to
begin a search, never as a figure.
"""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from typing import Any

import battery
import extended
import extended_mixed as mixed
import numpy as np
from prismake import pooling as pl
from prismake.pooling.design import design_matrix
from scipy import stats

CLOSED = ("EE", "DL", "HE", "HS", "SJ")
METHODS = (*CLOSED, "ML", "REML", "EB", "PM")


def figures(case: battery.Case, result: dict) -> dict[str, Any]:
    """Fields of the answer, as far as they are known here; empty for questions that cannot be asked here."""
    kind = "glmm" if "GLMM" in result["name"] else result["kind"]
    ask = KINDS.get(kind)
    o = result["options"]
    if ask is None or (kind != "glmm" and o.get("method", "REML") not in METHODS):
        return {}
    return ask(case, result)


def rows(case: battery.Case, result: dict, X: np.ndarray | None = None):
    """Complete rows as floats."""
    y, v = (np.asarray(a, float) for a in case.effects(result))
    keep = ~(np.isnan(y) | np.isnan(v))
    if X is not None:
        keep &= ~np.isnan(X).any(axis=1)
    return y[keep], v[keep], None if X is None else X[keep], keep


def begin(method: str):
    """tau² of some effects to begin at."""
    return lambda y, v, X=None: 0.0 if len(y) < 2 else pl.pool(y, v, method, "z", X, intercept=X is None).tau2


def fit(case: battery.Case, result: dict) -> dict[str, Any]:
    o = result["options"]
    y, v, _, _ = rows(case, result)
    return extended.pooled(y, v, o["method"], o.get("test", "z"), o.get("level", 95), begin(o["method"])(y, v))


def moderated(case: battery.Case, result: dict):
    mods, intercept = battery.design(battery.model_formula(result), case.data)
    y, v, X, _ = rows(case, result, design_matrix(mods, intercept=intercept)[0])
    return y, v, X, intercept, begin(result["options"]["method"])(y, v, X)


def metareg(case: battery.Case, result: dict) -> dict[str, Any]:
    o = result["options"]
    y, v, X, intercept, near = moderated(case, result)
    null = begin(o["method"])(y, v)
    return extended.pooled(y, v, o["method"], o.get("test", "z"), o.get("level", 95), near, X, intercept, null)


def predict(case: battery.Case, result: dict) -> dict[str, Any]:
    o = result["options"]
    y, v, X, _, near = moderated(case, result)
    new = [[1.0, *row] for row in battery.new_rows(o["newmods"])]
    return extended.predicted(y, v, new, o["method"], o.get("test", "z"), o.get("level", 95), near, X)


def trimfill(case: battery.Case, result: dict) -> dict[str, Any]:
    o = result["options"]
    y, v, _, _ = rows(case, result)
    side = result["values"]["side"]
    near, level = begin(o["method"]), o.get("level", 95)
    found = extended.trim_and_fill(y, v, o["method"], o["estimator"], side, near, "z", level)
    if len(result["values"]["yi"]) != len(found["yi"]):  # R shows the incomplete rows too
        return {name: value for name, value in found.items() if name not in ("yi", "vi")}
    return found


def regtest(case: battery.Case, result: dict) -> dict[str, Any]:
    o = result["options"]
    if o["model"] == "lm" or o["predictor"] not in ("sei", "vi"):
        return {}
    y, v, _, _ = rows(case, result)
    X = np.column_stack([np.ones(y.size), np.sqrt(v) if o["predictor"] == "sei" else v])
    test = o.get("test", "z")
    found = extended.pooled(y, v, o["method"], test, o.get("level", 95), begin(o["method"])(y, v, X), X)
    limits = {f"limit_{end}": found[name][0] for end, name in (("est", "beta"), ("lb", "ci_lb"), ("ub", "ci_ub"))}
    return {"stat": found["stat"][1], "pval": found["pval"][1]} | limits


def series(case: battery.Case, result: dict) -> dict[str, Any]:
    o = result["options"]
    y, v, _, keep = rows(case, result)
    if not keep.all():
        return {}
    subsets = [np.arange(y.size) != i for i in range(y.size)]
    if result["kind"] == "cumulative":
        subsets = [np.arange(y.size) <= i for i in range(y.size)]
    near = begin(o["method"])
    each = [extended.pooled(y[s], v[s], o["method"], o.get("test", "z"), 95, near(y[s], v[s])) for s in subsets]
    names = {"estimate": "beta", "Qp": "Q_p"} | {
        n: n for n in ("se", "stat", "pval", "ci_lb", "ci_ub", "Q", "I2", "H2")
    }
    found = {theirs: [first(one[own]) for one in each] for theirs, own in names.items()}
    return found | {"tau2": [one["tau2"] for one in each]}


def first(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value


def influence(case: battery.Case, result: dict) -> dict[str, Any]:
    o = result["options"]
    y, v, _, keep = rows(case, result)
    if not keep.all() or o.get("test", "z") != "z":
        return {}
    near = begin(o["method"])
    starts = [near(y, v), *(near(np.delete(y, i), np.delete(v, i)) for i in range(y.size))]
    return extended.left_out(y, v, o["method"], starts)


# ---- mixed models --------------------------------------------------------------------------------------------


def glmm(case: battery.Case, result: dict) -> dict[str, Any]:
    """A mixed model as R approximates it: with as many nodes as R was told, or takes by default."""
    o = result["options"]
    answer = battery.fit_glmm(case, result)
    measure, model, b, sd = o.get("measure", "PLO"), o.get("model"), np.atleast_1d(answer.beta), [answer.tau]
    nodes = 1 if model == "UM.RS" else o.get("nAGQ", 7)
    if measure in ("PLO", "IRLN"):
        studies = one_arm(case, result, measure)
    elif model == "CM.EL" and measure == "OR":
        return {}
    else:
        name = battery.TWO_ARMS[model]
        columns, X = arms(case, result, measure)
        studies = mixed.two_arms(columns, name, X, rates=measure == "IRR")
        centres = mixed.smoothed(studies)
        if name == "fixed-study":
            b = [*b, *centres]
        if name == "random-study":
            b, sd = [float(np.mean(centres)), *b], [max(0.3, float(np.std(centres))), answer.tau]
    report = [1] if model == "UM.RS" else list(range(answer.p))
    best = mixed.maximum(*without_zero(studies, b, sd), nodes) if any(sd) else mixed.logistic(studies, b)
    return described(best, report, answer, o) | tests_of(studies, b, model, answer)


def without_zero(studies: list, b: list, sd: list) -> tuple[list, list, list]:
    """Where the last standard deviation is zero its random effect does not exist."""
    if sd[-1]:
        return studies, b, sd
    return [[replace(row, z=row.z[:-1]) for row in rows] for rows in studies], b, sd[:-1]


def one_arm(case: battery.Case, result: dict, measure: str) -> list:
    o = result["options"]
    args = case.call_columns(result["call"]) or case.data
    x, size = (np.asarray(args[n], float) for n in ("xi", "ti" if measure == "IRLN" else "ni"))
    X = np.ones((x.size, 1)) if not o.get("mods") else design_matrix(battery.design(o["mods"], case.data)[0])[0]
    keep = ~(np.isnan(x) | np.isnan(size) | np.isnan(X).any(axis=1))
    return mixed.one_arm(x[keep], size[keep], X[keep], rates=measure == "IRLN")


def arms(case: battery.Case, result: dict, measure: str) -> tuple[np.ndarray, np.ndarray]:
    """Events and sizes of both arms and the design, for studies that say something."""
    args = case.call_columns(result["call"])
    if measure == "IRR":
        x1, t1, x2, t2 = (np.asarray(args[n], float) for n in ("x1i", "t1i", "x2i", "t2i"))
        columns, use = np.array([x1, t1, x2, t2]), x1 + x2 > 0
    else:
        a, b, c, d = (np.asarray(args[n], float) for n in ("ai", "bi", "ci", "di"))
        columns, use = np.array([a, a + b, c, c + d]), (a + c > 0) & (b + d > 0)
    X, mods = np.ones((use.size, 1)), result["options"].get("mods")
    if mods:
        X = design_matrix(battery.design(mods, case.data)[0])[0]
    use &= ~np.isnan(columns).any(axis=0) & ~np.isnan(X).any(axis=1)
    return columns[:, use], X[use]


def described(best: mixed.Maximum, report: list[int], answer: pl.Pooled, o: dict) -> dict[str, Any]:
    df = None if math.isnan(answer.ddf) else int(answer.ddf)
    V = [[best.V[i][j] for j in report] for i in report]
    found = extended.exactly(extended.wald_table)([best.b[i] for i in report], V, df, o.get("level", 95))
    tau2 = best.s[-1] ** 2 if answer.tau2 else Decimal(0)
    if len(report) > 1:
        QM = extended.exactly(extended.wald_test)([best.b[i] for i in report[1:]], [row[1:] for row in V[1:]])
        m = len(report) - 1
        p = stats.chi2.sf(float(QM), m) if df is None else stats.f.sf(float(QM) / m, m, df)
        found |= {"QM": QM if df is None else QM / m, "QM_p": float(p)}
    found |= {"tau2": tau2, "I2": 0.0, "H2": 1.0}
    if answer.tau2:  # both rest on the studies' own variances too, which are no part of the search
        typical = answer.tau2 / (answer.H2 - 1.0)
        found |= {"I2": 100.0 * float(tau2) / (typical + float(tau2)), "H2": float(tau2) / typical + 1.0}
    return found | meta_names(found, answer)


def meta_names(found: dict, answer: pl.Pooled) -> dict[str, Any]:
    """The same for the package meta."""
    beta, tau2 = found["beta"][0], found["tau2"]
    df = answer.k - 2 if answer.k > 2 else None
    half = extended.exactly(lambda: extended.quantile(95, df) * (found["se"][0] ** 2 + tau2).sqrt())()
    return {
        "TE_random": beta,
        "seTE_random": found["se"][0],
        "stat_random": found["stat"][0],
        "lower_random": found["ci_lb"][0],
        "upper_random": found["ci_ub"][0],
        "lower_predict": beta - half,
        "upper_predict": beta + half,
    }


def tests_of(studies: list, b: list, model: str | None, answer: pl.Pooled) -> dict[str, Any]:
    """Heterogeneity by likelihood ratio and by Wald, against one parameter per study; with random study effects against a
    ratio per study as fixed effects."""
    if model == "UM.RS":
        return with_p(mixed.interaction_tests(studies), answer.Q_df)
    wald = mixed.wald_heterogeneity(studies, answer.p)
    ratio = 2 * (mixed.saturated(studies) - mixed.logistic(studies, b).loglik)
    return with_p({"Q_lrt": ratio, "Q_wald": wald}, answer.Q_df)


def with_p(tests: dict[str, Any], df: int) -> dict[str, Any]:
    return tests | {f"{name}_p": float(stats.chi2.sf(float(Q), df)) for name, Q in tests.items()}


def tau2_interval(case: battery.Case, result: dict) -> dict[str, Any]:
    o = result["options"]
    if o.get("formula"):
        return {}
    y, v, _, _ = rows(case, result)
    return extended.q_profile(y, v, o["method"], begin(o["method"])(y, v), o.get("level", 95))


def baujat(case: battery.Case, result: dict) -> dict[str, Any]:
    found = influence(case, result)
    return {name: found[f"baujat_{name}"] for name in ("x", "y")} if found else {}


KINDS = {
    "tau2_ci_qprofile": tau2_interval,
    "baujat": baujat,
    "fit": fit,
    "fit_default_control": fit,
    "metareg": metareg,
    "predict": predict,
    "trimfill": trimfill,
    "regtest": regtest,
    "leave1out": series,
    "cumulative": series,
    "influence": influence,
    "glmm": glmm,
}
