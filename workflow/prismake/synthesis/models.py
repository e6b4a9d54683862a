"""One model fitted to the studies of an outcome, with results on the natural scale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from prismake.core.errors import PoolingError
from prismake.core.numbers import Format
from prismake.synthesis import sentences
from prismake.synthesis.data import SCALES, Data, plain, whole
from prismake.synthesis.fields import BACK, TAU2_INTERVAL, chosen, fit_values, json_ready

# Fields of ``Pooled`` used by page and figures, on the scale of the analysis; ``values`` holds all fields.
_POOLED = ("beta", "se", "tau2", "I2", "H2", "Q", "Q_p")
_NUMBERS = (*_POOLED, *BACK, "tau2_lb", "tau2_ub", "Q_df", "pi_method")
_RECORD = ("values", "back_transformed", "tau2_interval")
INVERSE = "inverse_variance"
MIXED = {
    "glmm": "binomial–normal GLMM",
    "conditional": "conditional GLMM (approximate likelihood)",
    "exact_conditional": "conditional GLMM (exact likelihood)",
    "fixed_study": "GLMM with fixed study effects",
    "random_study": "GLMM with random study effects",
}
COMMON = {
    "mantel_haenszel": "Common effect, Mantel–Haenszel",
    "peto": "Common effect, Peto",
}
PROPOSED = "proposed"  # the analysis suggested by the sparsity of the data


class Plan(NamedTuple):
    """A model with its options, in the words of the config."""

    model: str
    method: str
    test: str
    adhoc: str = "cochrane"
    prediction: str = "hts"


def main_plan(data: Data, spec: Mapping[str, Any]) -> Plan:
    """The main model of an outcome: that of the protocol, or inverse variance if the measure has no single-arm GLMM."""
    from prismake.pooling import models_for

    model = str(spec["model"])
    if model == INVERSE or engine_name(model) not in models_for(data.measure):
        return inverse_variance(spec)
    return likelihood(model, spec)


def likelihood(model: str, spec: Mapping[str, Any]) -> Plan:
    """A model with its own likelihood or weights, without a choice of estimator of tau²."""
    return Plan(model, "ML" if model not in COMMON else COMMON[model].rpartition(" ")[2], "z", *remedies(spec))


def inverse_variance(spec: Mapping[str, Any]) -> Plan:
    return Plan(INVERSE, spec["method"], spec["test"], *remedies(spec))


def remedies(spec: Mapping[str, Any]) -> tuple[str, str]:
    """The rule for Hartung-Knapp intervals that are too narrow, and the kind of prediction interval."""
    return str(spec.get("adhoc") or "cochrane"), str(spec.get("prediction") or "hts")


def engine_name(model: str) -> str:
    """The name of a model in ``prismake.pooling``."""
    return model.replace("_", "-")


def analyses(data: Data, spec: Mapping[str, Any], level: float, title: str) -> dict[str, dict[str, Any]]:
    """The main model first, then the inverse-variance model unless it is the main one, and a model for sparse data."""
    plans = {"main": main_plan(data, spec)}
    if plans["main"].model != INVERSE and spec["also_inverse_variance"]:
        plans["inverse_variance"] = inverse_variance(spec)
    asked = proposal(data)
    if asked["model"] and asked["model"] not in {plan.model for plan in plans.values()}:
        plans[PROPOSED] = likelihood(asked["model"], spec)
    results: dict[str, dict[str, Any]] = {}
    for name, plan in plans.items():
        results[name] = analysis(data, plan, level, title, data.show.fitted(results["main"]) if results else None)
    if PROPOSED in results:
        why = f"Proposed by the sparsity of the data: {asked['why']}"
        results[PROPOSED]["warnings"] = [why, *results[PROPOSED]["warnings"]]
        results[PROPOSED]["sentence"] += f" {why}"
    return results


def proposal(data: Data) -> dict[str, Any]:
    """The model suggested by the counts of two arms, in the words of the config, and why; empty if none is suitable.

    For measures without counts of two arms both fields are empty.
    """
    from prismake.pooling import propose_model

    if "events1" not in data.columns:
        return {"model": "", "why": ""}
    asked = propose_model(data.measure, _every(data))
    counts = {name: getattr(asked, name) for name in ("studies", "single_zero", "double_zero", "events")}
    return {"model": asked.model.replace("-", "_"), "why": asked.why, **counts}


def _every(data: Data) -> dict[str, Any]:
    """All complete studies, under the names of ``prismake.pooling``."""
    from prismake.synthesis.data import ENGINE

    return {ENGINE[data.measure][role]: values for role, values in (data.every or data.columns).items()}


def analysis(data: Data, plan: Plan, level: float, title: str, show: Format | None = None) -> dict[str, Any]:
    """The result of one model; if it does not exist, the reason is in ``warnings`` and there are no numbers.

    ``show`` is the number format; without it, the result is the main one, which sets the format of all others.
    ``warnings`` are deviations from what was asked; they are also appended to the sentence.
    """
    from prismake.pooling import FREEMAN_TUKEY_WARNING

    row: dict[str, Any] = {
        "name": model_name(data, plan),
        "kind": "fit" if plan.model in (INVERSE, *COMMON) else "glmm",
        "options": {"measure": data.measure, "level": level, **plan._asdict()},
        "model": plan.model,
        "method": plan.method,
        "test": plan.test,
        "k": len(data.yi),
        "studies": data.studies,
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
    row |= {
        "k": pooled.k,
        "studies": data.studies_among(pooled.k),
        "test": pooled.test,
        "name": model_name(data, plan, pooled),
    }
    row.update(numbers(pooled, data))
    row["tau2_interval"] = _tau2_interval(data, plan, level)
    limits = row["tau2_interval"] or {}
    row |= {name: plain(limits[name]) if limits.get(name) is not None else None for name in ("tau2_lb", "tau2_ub")}
    if "rho" in pooled.extra:
        row["rho"] = json_ready(pooled.extra["rho"])
    show = show or data.show.fitted(row)
    row["sentence"] = sentences.analysis(title, row, level, proportion=data.proportion, show=show, name=data.name)
    row["warnings"] += carried(pooled)
    if carried(pooled):
        row["sentence"] += f" {' '.join(carried(pooled))}"
    return row


def carried(result: Any) -> list[str]:
    """The warnings of a result of ``prismake.pooling``, worded for a sentence."""
    return [text.replace("Hartung-Knapp", "Hartung–Knapp") for text in result.warnings]


def fit(data: Data, plan: Plan, level: float) -> Any:
    """The pooled result of one model (``prismake.pooling.Pooled``)."""
    from prismake.pooling import pool, pool_model

    how = {"level": level, "adhoc": plan.adhoc, "prediction": plan.prediction}
    if plan.model == INVERSE:
        data.refuse_corrections_alone()
        return pool(data.yi, data.vi, plan.method, plan.test, **how)
    return pool_model(engine_name(plan.model), data.measure, _every(data), **how)


def numbers(pooled: Any, data: Data) -> dict[str, Any]:
    """The fields of a result: estimates on the natural scale, and ``values`` on that of the analysis."""
    from prismake.pooling import natural_scale

    natural = natural_scale(data.measure, pooled, ni=data.sizes)
    back = chosen(natural, BACK)
    return {
        **{name: plain(getattr(natural, name)) for name in BACK},
        **{name: plain(getattr(pooled, name)) for name in _POOLED},
        "pi_method": pooled.pi_method,
        "Q_df": whole(pooled.Q_df),
        "values": fit_values(pooled),
        "back_transformed": {"pred": back.pop("estimate"), **back},
    }


def _tau2_interval(data: Data, plan: Plan, level: float) -> dict[str, Any] | None:
    """tau² with its interval on the scale of the analysis: profile likelihood for a GLMM of proportions, else
    Q-profile; other models have none."""
    from prismake.pooling import tau2_interval, tau2_interval_proportions

    mixed = plan.model == "glmm" and data.proportion
    if not mixed and plan.model != INVERSE:
        return None
    try:
        if mixed:
            interval = tau2_interval_proportions(data.columns["events"], data.columns["total"], level)
        else:
            interval = tau2_interval(data.yi, data.vi, plan.method, level)
    except PoolingError:  # one study, a common effect
        return None
    return {"kind": "profile likelihood" if mixed else "Q-profile", **chosen(interval, TAU2_INTERVAL)}


def model_name(data: Data, plan: Plan, pooled: Any = None) -> str:
    """“Random effects, REML, Hartung–Knapp interval, logit scale”; the interval is that of ``pooled``."""
    if plan.model in COMMON:
        return COMMON[plan.model]
    if plan.model == "beta_binomial":
        return "Beta–binomial model"
    if plan.model in MIXED:
        name = MIXED[plan.model]
        return f"Random effects, {name.replace('binomial', 'Poisson') if data.measure == 'IRLN' else name}"
    common = plan.method == "EE"
    kind = "Common effect" if common else f"Random effects, {plan.method}"
    test = pooled.test if pooled is not None else plan.test
    interval = "Hartung–Knapp" if test == "knha" and not common else "Wald"
    return f"{kind}, {interval} interval, {SCALES[data.measure]} scale"
