"""One model fitted to the studies of an outcome, its numbers on the natural scale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prismake import sentences
from prismake.analysis.data import SCALES, Data, plain, whole
from prismake.errors import PoolingError

# Fields of ``Pooled`` that go into the results as they are, on the scale of the analysis; the last two certify the fit.
_POOLED = (
    "beta", "se", "stat", "ddf", "pval", "tau2", "se_tau2", "I2", "H2", "Q", "Q_p", "loglik", "gradient", "iterations",
)  # fmt: skip
_NATURAL = ("estimate", "ci_lb", "ci_ub", "pi_lb", "pi_ub")
_NUMBERS = (*_POOLED, *_NATURAL, "tau2_lb", "tau2_ub", "Q_df")
Plan = tuple[str, str, str]  # model, method, test


def main_plan(data: Data, spec: Mapping[str, Any]) -> Plan:
    """The main model of an outcome: a GLMM for logit proportions unless told otherwise."""
    return ("glmm", "ML", "z") if data.measure == "PLO" and spec["model"] == "glmm" else inverse_variance(spec)


def inverse_variance(spec: Mapping[str, Any]) -> Plan:
    return "inverse_variance", spec["method"], spec["test"]


def analyses(data: Data, spec: Mapping[str, Any], level: float, title: str) -> dict[str, dict[str, Any]]:
    """The main model first, then the inverse-variance model beside a GLMM."""
    plans = {"main": main_plan(data, spec)}
    if plans["main"][0] == "glmm" and spec["also_inverse_variance"]:
        plans["inverse_variance"] = inverse_variance(spec)
    return {name: analysis(data, plan, level, title) for name, plan in plans.items()}


def analysis(data: Data, plan: Plan, level: float, title: str) -> dict[str, Any]:
    """The result of one model; one that does not exist has its reason in ``warnings`` and no numbers."""
    from prismake.pooling import FREEMAN_TUKEY_WARNING

    model, method, test = plan
    row: dict[str, Any] = {
        "name": model_name(data, plan),
        "model": model,
        "method": method,
        "test": test,
        "k": len(data.yi),
        "events": whole(data.columns["events"].sum()) if data.proportion else None,
        "total": whole(data.columns["total"].sum()) if data.proportion else None,
        "warnings": [FREEMAN_TUKEY_WARNING] if data.measure == "PFT" else [],
    }
    try:
        pooled = fit(data, plan, level)
    except PoolingError as error:
        empty = dict.fromkeys(_NUMBERS)
        return {**row, **empty, "warnings": [*row["warnings"], str(error)], "sentence": f"{title}: {error}"}
    row.update(numbers(pooled, data))
    row["tau2_lb"], row["tau2_ub"] = _tau2_limits(data, plan, level)
    row["warnings"] += list(pooled.warnings)
    row["sentence"] = sentences.analysis(title, row, level, proportion=data.proportion)
    return row


def fit(data: Data, plan: Plan, level: float) -> Any:
    """The pooled result of one model (``prismake.pooling.Pooled``)."""
    from prismake.pooling import pool, pool_proportions

    model, method, test = plan
    if model == "glmm":
        return pool_proportions(data.columns["events"], data.columns["total"], "glmm", level)
    return pool(data.yi, data.vi, method, test, level=level)


def numbers(pooled: Any, data: Data) -> dict[str, Any]:
    """The fields of a result, estimates on the natural scale."""
    from prismake.pooling import natural_scale

    natural = natural_scale(pooled, data.measure, ni=data.columns["total"] if data.measure == "PFT" else None)
    return {
        **{name: plain(getattr(natural, name)) for name in _NATURAL},
        **{name: plain(getattr(pooled, name)) for name in _POOLED},
        "Q_df": whole(pooled.Q_df),
    }


def _tau2_limits(data: Data, plan: Plan, level: float) -> tuple[float | None, float | None]:
    """The interval of tau² on the scale of the analysis: profile likelihood for a GLMM, else Q-profile."""
    from prismake.pooling import tau2_interval, tau2_interval_proportions

    model, method, _ = plan
    try:
        if model == "glmm":
            limits = tau2_interval_proportions(data.columns["events"], data.columns["total"], level)
        else:
            limits = tau2_interval(data.yi, data.vi, "REML" if method in ("ML", "EE") else method, level)
    except PoolingError:
        return None, None
    return plain(limits.tau2_lb), plain(limits.tau2_ub)


def model_name(data: Data, plan: Plan) -> str:
    """“Random effects, REML, Hartung–Knapp interval, logit scale”."""
    model, method, test = plan
    if model == "glmm":
        return "Random effects, binomial–normal GLMM"
    common = method == "EE"
    kind = "Common effect" if common else f"Random effects, {method}"
    interval = "Hartung–Knapp" if test == "knha" and not common else "Wald"
    return f"{kind}, {interval} interval, {SCALES[data.measure]} scale"
