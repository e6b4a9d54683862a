"""One model fitted to the studies of an outcome, its numbers on the natural scale."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prismake.core.errors import PoolingError
from prismake.core.numbers import Format
from prismake.synthesis import sentences
from prismake.synthesis.data import SCALES, Data, plain, whole
from prismake.synthesis.fields import BACK, TAU2_INTERVAL, chosen, fit_values

# Fields of ``Pooled`` that page and figures read, on the scale of the analysis; ``values`` holds all of them.
_POOLED = ("beta", "se", "tau2", "I2", "H2", "Q", "Q_p")
_NUMBERS = (*_POOLED, *BACK, "tau2_lb", "tau2_ub", "Q_df")
_RECORD = ("values", "back_transformed", "tau2_interval")
if TYPE_CHECKING:
    import numpy as np

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
    found: dict[str, dict[str, Any]] = {}
    for name, plan in plans.items():
        found[name] = analysis(data, plan, level, title, data.show.fitted(found["main"]) if found else None)
    return found


def analysis(data: Data, plan: Plan, level: float, title: str, show: Format | None = None) -> dict[str, Any]:
    """The result of one model; one that does not exist has its reason in ``warnings`` and no numbers.

    ``show`` prints its numbers; without it, the result is the main one, whose digits all others follow.
    """
    from prismake.pooling import FREEMAN_TUKEY_WARNING

    model, method, test = plan
    row: dict[str, Any] = {
        "name": model_name(data, plan),
        "kind": "glmm" if model == "glmm" else "fit",
        "options": {"measure": data.measure, "method": method, "test": test, "level": level},
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
        empty = dict.fromkeys((*_NUMBERS, *_RECORD))
        return {
            **row,
            **empty,
            "warnings": [*row["warnings"], str(error)],
            "sentence": sentences.no_estimate(title, str(error)),
        }
    row.update(numbers(pooled, data))
    row["tau2_interval"] = _tau2_interval(data, plan, level)
    limits = row["tau2_interval"] or {}
    row |= {name: plain(limits[name]) if limits.get(name) is not None else None for name in ("tau2_lb", "tau2_ub")}
    show = show or data.show.fitted(row)
    row["sentence"] = sentences.analysis(title, row, level, proportion=data.proportion, show=show, name=data.name)
    row["warnings"] += list(pooled.warnings)
    if narrow(pooled, data.vi):
        wald = numbers(fit(data, (model, method, "z"), level), data)
        warning = sentences.narrow(wald, show)
        row["warnings"].append(warning)
        row["sentence"] += f" {warning}"
    return row


def fit(data: Data, plan: Plan, level: float) -> Any:
    """The pooled result of one model (``prismake.pooling.Pooled``)."""
    from prismake.pooling import pool, pool_proportions

    model, method, test = plan
    if model == "glmm":
        return pool_proportions(data.columns["events"], data.columns["total"], "glmm", level, prediction="metafor")
    return pool(data.yi, data.vi, method, test, level=level, adhoc="none", prediction="metafor")


def numbers(pooled: Any, data: Data) -> dict[str, Any]:
    """The fields of a result: estimates on the natural scale, and ``values`` on that of the analysis."""
    from prismake.pooling import natural_scale

    natural = natural_scale(data.measure, pooled, ni=data.columns["total"] if data.measure == "PFT" else None)
    back = chosen(natural, BACK)
    return {
        **{name: plain(getattr(natural, name)) for name in BACK},
        **{name: plain(getattr(pooled, name)) for name in _POOLED},
        "Q_df": whole(pooled.Q_df),
        "values": fit_values(pooled),
        "back_transformed": {"pred": back.pop("estimate"), **back},
    }


def narrow(pooled: Any, vi: np.ndarray) -> bool:
    """Whether a Hartung-Knapp interval is narrower than the classic one (Jackson et al. 2017 warn of it)."""
    from prismake.pooling.distributions import critical

    if pooled.test != "knha":
        return False
    classic = 1.0 / math.sqrt((1.0 / (vi + pooled.tau2)).sum())
    return bool(critical(pooled.level, pooled.ddf) * pooled.se < critical(pooled.level) * classic * (1.0 - 1e-9))


def _tau2_interval(data: Data, plan: Plan, level: float) -> dict[str, Any] | None:
    """tau² with its interval on the scale of the analysis: profile likelihood for a GLMM, else Q-profile."""
    from prismake.pooling import tau2_interval, tau2_interval_proportions

    model, method, _ = plan
    try:
        if model == "glmm":
            found = tau2_interval_proportions(data.columns["events"], data.columns["total"], level)
        else:
            found = tau2_interval(data.yi, data.vi, method, level)
    except PoolingError:  # one study, a common effect
        return None
    return {"kind": "profile likelihood" if model == "glmm" else "Q-profile", **chosen(found, TAU2_INTERVAL)}


def model_name(data: Data, plan: Plan) -> str:
    """“Random effects, REML, Hartung–Knapp interval, logit scale”."""
    model, method, test = plan
    if model == "glmm":
        return "Random effects, binomial–normal GLMM"
    common = method == "EE"
    kind = "Common effect" if common else f"Random effects, {method}"
    interval = "Hartung–Knapp" if test == "knha" and not common else "Wald"
    return f"{kind}, {interval} interval, {SCALES[data.measure]} scale"
