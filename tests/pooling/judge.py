"""Compares an answer with a reference result: tolerances, finer figures, and what is set aside as no target.

Tolerances are those that the battery suggests: 1e-12 for closed forms, 1e-9 for what iterates, 1e-6 for mixed models.
Where R's figure lies further off, the question is asked once more of `tight`, in decimal arithmetic with searches taken
to their end; then our answer must meet the finer figure within the same tolerance, and R's must lie near it (`SAME`),
so that all three have answered one question. R's digits end early where metafor or lme4 stop at their default rules
(inside trim and fill always), where lme4 evaluates at modes found loosely or differentiates numerically, and where
sums cancel. Nothing is set aside by name: each reason is a rule that the numbers themselves must satisfy.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import battery
import numpy as np
import rcall
import tight
from prismake import pooling as pl
from prismake.core.errors import EstimateDoesNotExist, PoolingError
from prismake.pooling.kernel import Problem, scan

CLOSED, ITERATED, MIXED_MODEL = 1e-12, 1e-9, 1e-6
SAME = 5e-2  # how far R's figure may lie from the finer one: its loosest rule, Laplace by lme4, leaves 1e-2
LIKELIHOOD = {"ML", "REML"}
SEARCHED = {"REML", "ML", "EB", "PM", "PMM"}
NOT_COMPARED = {"coef_names", "grad", "nodes"}


@dataclass
class Verdict:
    """Whether ``answered``; ``worst`` deviation and its ``limit``; ``problems`` beyond it; what is set ``aside``;
    where R's digits end early, its deviation from ours and ours from the ``finer`` figure."""

    answered: bool = True
    worst: float = 0.0
    limit: float = 0.0
    finer: tuple[float, float] | None = None
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
    if kind in ("glmm", "glmm_exact") or "GLMM" in result["name"]:
        return MIXED_MODEL
    if kind in ("tau2_ci_qprofile", "meta_prop", "meta_hk", "meta_subgroup", "baujat"):
        return ITERATED
    iterated = o.get("method") in SEARCHED and not (kind == "regtest" and o["model"] == "lm")
    return ITERATED if iterated and kind != "ranktest" else CLOSED


def judge(case: battery.Case, result: dict) -> Verdict:
    expected, verdict = result["values"], Verdict()
    ask = battery.KINDS.get(result["kind"])
    if ask is None:
        return Verdict(answered=False)
    try:
        rcall.refuse_unheeded(result["kind"], result["call"])
        result = result | {"options": rcall.spoken(result["call"]) | result["options"]}
        answer = ask(case, result, expected)
    except PoolingError as error:
        reason = expected_error(case, result, error)
        if reason:
            return Verdict(aside=[reason])
        return Verdict(answered=False, problems=[f"{type(error).__name__}: {error}"])
    except KeyError as error:  # a column, or a word of the question, that is not there
        return Verdict(answered=False, problems=[f"cannot be asked here: there is no {error}"])
    verdict.limit = tolerance(result)
    for name, value in expected.items():
        if name in NOT_COMPARED:
            continue
        reason = no_target(case, result, name, expected, answer)
        if reason:
            verdict.aside.append(reason)
            continue
        if name not in answer:
            verdict.problems.append(f"{name} is not answered")
            continue
        compare(case, result, name, value, answer, verdict)
    return verdict


def compare(case: battery.Case, result: dict, name: str, value: Any, answer: dict, verdict: Verdict) -> None:
    e, g = flatten(value), flatten(answer[name])
    if len(e) != len(g):
        verdict.problems.append(f"{name}: {len(g)} values for {len(e)}")
        return
    d, limit = deviation(e, g), verdict.limit
    if (d > limit).any():
        lower = lower_maximum(case, result, answer, d.size)
        if lower.any():
            verdict.aside.append("R stands on a lower maximum of the likelihood")
            d = np.where(lower, 0.0, d)
        fine = finer(case, result, name, e, g) if (d > limit).any() else None
        if fine is not None and fine.max() <= limit:
            seen = verdict.finer or (0.0, 0.0)
            verdict.finer = max(seen[0], float(d.max())), max(seen[1], float(fine.max()))
            d = fine
        elif (d > limit).any():
            i = int(np.argmax(d))
            verdict.problems.append(f"{name}: {g[i]!r} for {e[i]!r} (off by {d[i]:.1e}, allowed {limit:.0e})")
    verdict.worst = max(verdict.worst, float(d.max(initial=0.0)))


def finer(case: battery.Case, result: dict, name: str, theirs: list, ours: list) -> np.ndarray | None:
    """Deviation of ours from the finer figure, if there is one and R's lies near it."""
    known = case.__dict__.setdefault("finer", {})
    if result["name"] not in known:
        try:
            known[result["name"]] = tight.figures(case, result)
        except ArithmeticError:  # a search that found nothing: no finer figure
            known[result["name"]] = {}
    if name not in known[result["name"]]:
        return None
    figures = known[result["name"]]
    figure = flatten(figures[name])
    anchors = {} if result["kind"] == "fit_default_control" else {name: theirs}
    if tolerance(result) == MIXED_MODEL and "beta" in result["values"]:  # lme4's second derivatives can be far off
        anchors = {anchor: flatten(result["values"][anchor]) for anchor in ("beta", "tau2")}
    same = all(float(deviation(flatten(figures[a]), values).max()) <= SAME for a, values in anchors.items())
    return deviation(figure, ours) if same and len(figure) == len(ours) else None


def why(result: dict) -> str:
    """What ends R's digits in a question with a finer figure."""
    kind, o = result["kind"], result["options"]
    if kind == "fit_default_control":
        return "metafor's default stopping rule"
    if kind == "trimfill" and o["method"] in SEARCHED:
        return "trim and fill, refitted at the default stopping rule"
    if kind == "glmm" or "GLMM" in result["name"]:
        if o.get("nAGQ") == 1 or o.get("model") == "UM.RS":
            return "mixed model by Laplace, lme4's modes and derivatives"
        return "mixed model, lme4's optimiser and derivatives"
    return "rounding of R's sums, or its stopping where tau² is small"


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


def no_target(case: battery.Case, result: dict, name: str, expected: dict, answer: dict) -> str:
    """The reason why one field is no target, else nothing."""
    kind = result["kind"]
    no_r2 = name == "R2" and answer.get("R2") == 0.0 and float(expected["tau2"] or 0.0) < 1e-8
    undefined = kind == "regtest" and name in {"stat", "pval"} and math.isnan(answer[name])
    gaps = kind == "escalc" and None in (*expected["yi"], *expected["vi"])
    bound = result["values"].get("tau2_ub") == case.document["software"].get("confint_control", {}).get("tau2.max")
    last = kind == "trimfill" and name == "se_k0" and expected["k0"] == expected["k"] - expected["k0"] - 1
    last = last and float(deviation(flatten(expected[name]), flatten(answer[name])).max()) > CLOSED
    rules = (
        (gaps and beyond_gaps(expected, name, answer), "an effect without variance, or the other way round"),
        (last, "trimmed to one study, R ranks the rounding of a zero"),
        (kind.startswith("meta_") and name in {"lower_tau2", "upper_tau2"},
         "meta's tau² interval stops at R's default tolerance"),
        (kind == "glmm" and name == "loglik", "R's log-likelihood of mixed models is conditional on the modes"),
        (no_r2, "R² as the ratio of two tau² that are both zero"),
        (kind == "tau2_ci_qprofile" and bound, "R's search for the limits of tau² ended at its bound"),
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


def questions(case: battery.Case) -> Iterator[dict]:
    """Results that R answered (those where R stopped with an error have no values to compare with)."""
    return (result for result in case.document["results"] if result["values"] is not None)
