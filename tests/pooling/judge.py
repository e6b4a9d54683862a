"""Compares an answer with a reference result: tolerances, and what is set aside because it is no target.

Nothing is set aside by name: each reason is a rule that the numbers themselves must satisfy. Tolerances are those that
the battery suggests, wider only where R's own digits end earlier:

| rule | allows | because |
| --- | --- | --- |
| `tolerance`, default stopping rule | 5e-2 | metafor stops at a change of 1e-5 (PM: 1e-4); no target, by the battery |
| `tolerance`, trim and fill | 1e-4; PM 1e-3 | metafor refits inside the trimming with that rule; EE, DL, HE, HS, SJ 1e-12 |
| `mixed_tolerance`, exact quadrature | 1e-6, 2e-5 | the second where lme4 differentiates numerically (se and the like) |
| `mixed_tolerance`, few nodes | 1e-5, 1e-2 | 7 nodes; 1 node (Laplace), which lme4 evaluates at modes found loosely |
| `mixed_tolerance`, default stopping | 1e-3 | lme4's default optimiser leaves 3 to 6 digits |
| `rounding` | measured | 100 times the error of R's coefficients and Q, found in rational arithmetic |
| `stopping` | measured | the distance of R's tau² from the root of its own equation, as it shows in weights and I² |
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import battery
import numpy as np
from prismake import pooling as pl
from prismake.errors import EstimateDoesNotExist, PoolingError
from prismake.pooling.kernel import Problem, scan
from prismake.pooling.tau2 import _curvature, _score

CLOSED, ITERATED, MIXED_MODEL, DEFAULT_RULE = 1e-12, 1e-9, 1e-6, 5e-2
STEPS = (1.0000001e-12, 1.0000001e-9, 1.0000001e-6, 1e-3, 5e-2, np.inf)  # classes of tolerance in the summary
LIKELIHOOD = {"ML", "REML"}
LOOSE = {"REML": 1e-4, "ML": 1e-4, "EB": 1e-4, "PM": 1e-3, "PMM": 1e-3}  # at metafor's default stopping rule
DIRECT = {"beta", "tau2", "k", "Q_df"}  # of a mixed model: what needs no derivative of its likelihood
NOT_COMPARED = {"coef_names", "grad", "nodes"}


@dataclass
class Verdict:
    """Whether ``answered``; ``worst`` deviation and its ``limit``; ``problems`` beyond it; what is set ``aside``."""

    answered: bool = True
    worst: float = 0.0
    limit: float = 0.0
    problems: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)


def flatten(value: Any) -> list:
    if isinstance(value, (list, tuple, np.ndarray)):
        return [x for item in value for x in flatten(item)]
    if value is None:
        return [math.nan]
    if isinstance(value, str) and value not in {"Infinity", "-Infinity"}:
        return [value]
    return [float(value)]


def deviation(expected: list, got: list) -> np.ndarray:
    """Absolute or relative difference, whichever is smaller, element by element; 1e6 where only one is defined."""
    if any(isinstance(x, str) for x in (*expected, *got)):
        return np.array([0.0 if e == g else 1e6 for e, g in zip(expected, got, strict=True)])
    e, g = np.array(expected, float), np.array(got, float)
    with np.errstate(all="ignore"):
        d = np.abs(e - g) / np.maximum(1.0, np.abs(e))
    d[(e == g) | (np.isnan(e) & np.isnan(g))] = 0.0
    d[np.isnan(d) | np.isinf(d)] = 1e6
    return d


def tolerance(result: dict) -> float:
    """By the method of the question."""
    kind, o = result["kind"], result["options"]
    if kind == "glmm" or "GLMM" in result["name"]:
        return mixed_tolerance(result)
    special = {
        "fit_default_control": DEFAULT_RULE,  # metafor's loose stopping rule: no target by the battery's own account
        "glmm_exact": MIXED_MODEL,
        "ranktest": CLOSED,
    } | dict.fromkeys(("tau2_ci_qprofile", "meta_prop", "meta_hk", "meta_subgroup", "baujat"), ITERATED)
    if kind in special:
        return special[kind]
    if kind == "trimfill" and o["method"] in LOOSE:
        return LOOSE[o["method"]]
    iterated = o.get("method") in LOOSE and not (kind == "regtest" and o["model"] == "lm")
    return ITERATED if iterated else CLOSED


def mixed_tolerance(result: dict) -> float:
    o = result["options"]
    if o.get("nAGQ") == 1 or o.get("model") == "UM.RS":  # R has Laplace alone for two random effects
        return 1e-2
    if "rhoend" not in result["call"]:
        return 1e-3
    return MIXED_MODEL if o["nAGQ"] >= 25 else 1e-5


def judge(case: battery.Case, result: dict) -> Verdict:
    expected, verdict = result["values"], Verdict()
    ask = battery.KINDS.get(result["kind"])
    if ask is None:
        return Verdict(answered=False)
    try:
        answer = ask(case, result, expected)
    except PoolingError as error:
        reason = expected_error(case, result, error)
        if reason:
            return Verdict(aside=[reason])
        return Verdict(answered=False, problems=[f"{type(error).__name__}: {error}"])
    verdict.limit = limit = max(tolerance(result), rounding(case, result), stopping(case, result))
    for name, value in expected.items():
        if name in NOT_COMPARED:
            continue
        reason = no_target(result, name, expected, answer)
        if reason:
            verdict.aside.append(reason)
            continue
        if name not in answer:
            verdict.problems.append(f"{name} is not answered")
            continue
        numerical = result["kind"] == "glmm" and name not in DIRECT
        compare(case, result, name, value, answer, max(limit, 2e-5) if numerical else limit, verdict)
    return verdict


def compare(case, result: dict, name: str, value: Any, answer: dict, limit: float, verdict: Verdict) -> None:
    e, g = flatten(value), flatten(answer[name])
    if len(e) != len(g):
        verdict.problems.append(f"{name}: {len(g)} values for {len(e)}")
        return
    d = deviation(e, g)
    beyond = d > limit
    if beyond.any():
        lower = lower_maximum(case, result, answer, d.size)
        if lower[beyond].all():
            verdict.aside.append("R stands on a lower maximum of the likelihood")
            d = np.where(lower, 0.0, d)
        else:
            i = int(np.argmax(np.where(lower, 0.0, d)))
            verdict.problems.append(f"{name}: {g[i]!r} for {e[i]!r} (off by {d[i]:.1e}, allowed {limit:.0e})")
    verdict.worst = max(verdict.worst, float(d.max(initial=0.0)))


# ---- what is no target ---------------------------------------------------------------------------------------


def expected_error(case: battery.Case, result: dict, error: PoolingError) -> str:
    """The reason where a typed error is the right answer, else nothing."""
    data = case.data
    if isinstance(error, EstimateDoesNotExist) and "xi" in data:
        x, n = np.array(data["xi"], float), np.array(data["ni"], float)
        full = n[~np.isnan(x)].size and np.nansum(x) == np.nansum(n[~np.isnan(x)])
        if np.nansum(x) == 0 or full:
            return "no events, or only events, anywhere: the estimate does not exist, and we say so"
        if np.all((x == 0) | (x == n) | np.isnan(x + n)):
            return "every study all or nothing: the likelihood rises with tau² without end, and we say so"
    if isinstance(error, EstimateDoesNotExist) and "ai" in data:
        cells = np.array([data[name] for name in ("ai", "bi", "ci", "di")], float)
        if 0.0 in np.nansum(cells, axis=1):
            return "a ratio without events in one arm: the estimate does not exist, and we say so"
    if "sampling variance" in str(error) and 0.0 in case.effects(result)[1]:
        return "a sampling variance of zero among the inputs: a clear error"
    return ""


def no_target(result: dict, name: str, expected: dict, answer: dict) -> str:
    """The reason why one field is no target, else nothing."""
    kind, o = result["kind"], result["options"]
    random_study = kind == "glmm" and o.get("model") == "UM.RS" and name.startswith("Q_wald")
    no_r2 = name == "R2" and answer.get("R2") == 0.0 and float(expected["tau2"] or 0.0) < 1e-8
    undefined = kind == "regtest" and name in {"stat", "pval"} and math.isnan(answer[name])
    gaps = kind == "escalc" and None in (*expected["yi"], *expected["vi"])
    last = kind == "trimfill" and name == "se_k0" and expected["k0"] == expected["k"] - expected["k0"] - 1
    last = last and float(deviation(flatten(expected[name]), flatten(answer[name])).max()) > CLOSED
    rules = (
        (gaps and beyond_gaps(expected, name, answer), "an effect without variance, or the other way round"),
        (last, "trimmed to one study, R ranks the rounding of a zero"),
        (kind.startswith("meta_") and name in {"lower_tau2", "upper_tau2"},
         "meta's tau² interval stops at R's default tolerance"),
        (kind == "glmm" and name == "loglik", "R's log-likelihood of mixed models is conditional on the modes"),
        (random_study and same_ratio(expected, answer), "R's Wald test with random study effects rests on lme4's Hessian"),
        (no_r2, "R² as the ratio of two tau² that are both zero"),
        (undefined, "asymmetry statistic of identical effects: 0/0"),
        (kind == "study_ci" and beyond_rounding(expected[name], answer.get(name)),
         "a limit of 1, on the logit scale infinite or some 36 by rounding"),
    )  # fmt: skip
    return next((reason for applies, reason in rules if applies), "")


def beyond_rounding(expected: Any, got: Any) -> bool:
    e, g = flatten(expected), flatten(got)
    if len(e) != len(g) or isinstance(e[0], str):
        return False
    odd = [abs(x) > 30.0 and math.isfinite(x) and math.isinf(y) for x, y in zip(e, g, strict=True)]
    return any(odd) and max(deviation([x for x, o in zip(e, odd, strict=True) if not o],
                                      [y for y, o in zip(g, odd, strict=True) if not o])) < CLOSED  # fmt: skip


def same_ratio(expected: dict, answer: dict) -> bool:
    """Whether the likelihood ratios agree to what the Laplace approximation leaves: the same models were fitted."""
    theirs, ours = expected["Q_lrt"], answer["Q_lrt"]
    return theirs is not None and abs(theirs - ours) < 0.01 * max(1.0, theirs)


def beyond_gaps(expected: dict, name: str, answer: dict) -> bool:
    """Whether values differ, and only in rows where R has an effect without a variance or the other way round."""
    e, g = np.array(flatten(expected[name])), np.array(flatten(answer[name]))
    gap = np.isnan(np.array([flatten(expected[n]) for n in ("yi", "vi")])).any(axis=0) & ~np.isnan(e) & np.isnan(g)
    return bool(gap.any()) and float(deviation(list(e[~gap]), list(g[~gap])).max(initial=0.0)) < CLOSED


def lower_maximum(case: battery.Case, result: dict, answer: dict, size: int) -> np.ndarray:
    """Where R's tau² has a clearly lower (restricted) likelihood than ours; one value an element of the answer."""
    method = result["options"].get("method", "REML")
    kind, nowhere = result["kind"], np.zeros(size, bool)
    if method not in LIKELIHOOD or "vi" not in case.data:
        return nowhere
    y, v = (np.array(case.data[n], float) for n in ("yi", "vi"))
    keep = ~(np.isnan(y) | np.isnan(v))
    y, v = y[keep], v[keep]
    if kind == "fit":
        return np.full(size, worse(y, v, result["values"]["tau2"], answer["tau2"], method))
    subsets = {"cumulative": lambda i: slice(0, i + 1)}.get(kind, lambda i: np.arange(y.size) != i)
    theirs = sibling_tau2(case, result)
    if theirs is None or len(theirs) != y.size or size % y.size:
        return nowhere
    series = pl.cumulative(y, v, method) if kind == "cumulative" else pl.leave_one_out(y, v, method)
    lower = np.array([worse(y[subsets(i)], v[subsets(i)], theirs[i], series.tau2[i], method) for i in range(y.size)])
    return np.repeat(lower, size // y.size)


def sibling_tau2(case: battery.Case, result: dict) -> list | None:
    """tau² of each subset as R has it: in the result, or in the leave-one-out of the same method."""
    values = result["values"]
    for name in ("tau2", "tau2_del"):
        if isinstance(values.get(name), list):
            return values[name]
    name = f"leave1out.{result['options'].get('method', 'REML')}"
    for other in case.document["results"]:
        if other["name"] == name and other["values"]:
            return other["values"]["tau2"]
    return None


def worse(y: np.ndarray, v: np.ndarray, theirs: float, ours: float, method: str) -> bool:
    low, high = scan(Problem(y, v), np.array([float(theirs), float(ours)]))[method]
    return bool(high > low + 1e-7)


# ---- R's own rounding ----------------------------------------------------------------------------------------


def rounding(case: battery.Case, result: dict) -> float:
    """A hundred times the rounding error of R's coefficients and Q, measured in exact rational arithmetic.

    R's coefficients and Q are recomputed from the double-precision inputs at R's own tau². The error is far below any
    tolerance unless moderators are far from zero (a year) or variances span many orders of magnitude.
    """
    if result["kind"] in {"fit", "metareg"}:
        return 100.0 * own_rounding(case, result)
    if "yi" not in case.data or result["kind"] in {"escalc", "failsafe_n", "ranktest", "funnel"}:
        return 0.0
    if result["kind"] == "predict":
        return 100.0 * own_rounding(case, result["name"].replace("predict", "metareg", 1))
    return 100.0 * own_rounding(case, "fit.DL.z")


def stopping(case: battery.Case, result: dict) -> float:
    """Ten times the distance of R's tau² from the root of its own equation (one Newton step), relative to the total
    variance of the most precise study: what its stopping rule leaves in weights and, in percent, in I²."""
    method, tau2 = result["options"].get("method"), result["values"].get("tau2")
    if result["kind"] != "fit" or method not in {"REML", "ML", "EB", "PM"} or not tau2:
        return 0.0
    y, v = case.effects(result)
    keep = ~(np.isnan(y) | np.isnan(v))
    y, v = y[keep], v[keep]
    if v.size < 2 or v.min() + tau2 <= 0.0:
        return 0.0
    fit = Problem(y, v).at(float(tau2))
    if method in LIKELIHOOD:
        step = abs(_score(fit, method == "REML") / _curvature(fit, method == "REML"))
    else:
        step = abs(fit.yPy - fit.problem.df) / fit.yPPy
    share = 10.0 * step / (float(v.min()) + tau2)
    if v.min() > 0.0:
        typical = (v.size - 1) / Problem(v, v).at(0.0).trP
        share = max(share, 1000.0 * step / (typical + tau2))
    return min(share, 1e-6)


def own_rounding(case: battery.Case, which: dict | str) -> float:
    cache = case.__dict__.setdefault("rounding", {})
    if isinstance(which, str):
        found = [r for r in case.document["results"] if r["name"] == which and r["values"]]
        if not found:
            return 0.0
        which = found[0]
    if which["name"] not in cache:
        cache[which["name"]] = measure_rounding(case, which)
    return cache[which["name"]]


def measure_rounding(case: battery.Case, result: dict) -> float:
    values = result["values"]
    y, v = case.effects(result)
    X = np.ones((y.size, 1))
    if result["kind"] == "metareg":
        from prismake.pooling.design import design_matrix

        mods, intercept = battery.design(battery.model_formula(result), case.data)
        X = design_matrix(mods, intercept=intercept)[0]
    keep = ~(np.isnan(y) | np.isnan(v) | np.isnan(X).any(axis=1))
    y, v, X = y[keep], v[keep], X[keep]
    if v.min() <= 0.0 or y.size > 40:
        return 0.0
    beta, _ = exact_wls(y, v, X, float(values["tau2"]))
    error = max(float(abs(Fraction(r) - b) / max(1, abs(b))) for r, b in zip(values["beta"], beta, strict=True))
    if values.get("Q") is not None and y.size > X.shape[1]:
        _, Q = exact_wls(y, v, X, 0.0)
        error = max(error, float(abs(Fraction(values["Q"]) - Q) / max(1, Q)))
    return error


def exact_wls(y: np.ndarray, v: np.ndarray, X: np.ndarray, tau2: float) -> tuple[list[Fraction], Fraction]:
    """Weighted least squares in rational arithmetic: (coefficients, weighted residual sum of squares)."""
    rows = [[Fraction(float(x)) for x in row] for row in X]
    w = [1 / (Fraction(float(s)) + Fraction(tau2)) for s in v]
    target = [Fraction(float(t)) for t in y]
    p = X.shape[1]
    A = [[sum(wi * r[i] * r[j] for wi, r in zip(w, rows, strict=True)) for j in range(p)] for i in range(p)]
    b = [sum(wi * r[i] * t for wi, r, t in zip(w, rows, target, strict=True)) for i in range(p)]
    for i in range(p):  # Gauss-Jordan; exact, so any nonzero pivot will do
        pivot = next(r for r in range(i, p) if A[r][i] != 0)
        A[i], A[pivot], b[i], b[pivot] = A[pivot], A[i], b[pivot], b[i]
        for r in range(p):
            if r != i and A[r][i] != 0:
                factor = A[r][i] / A[i][i]
                A[r] = [x - factor * z for x, z in zip(A[r], A[i], strict=True)]
                b[r] -= factor * b[i]
    beta = [b[i] / A[i][i] for i in range(p)]
    fitted = (sum(x * c for x, c in zip(row, beta, strict=True)) for row in rows)
    return beta, sum(wi * (t - f) ** 2 for wi, t, f in zip(w, target, fitted, strict=True))


def questions(case: battery.Case) -> Iterator[dict]:
    """Results that R answered (those where R stopped with an error have no values to compare with)."""
    return (result for result in case.document["results"] if result["values"] is not None)
