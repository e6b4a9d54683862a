"""The Bayesian analysis beside the frequentist one, with the prior of tau that the protocol names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prismake.core.errors import PoolingError
from prismake.core.measures import RATIOS
from prismake.protocol.priors import EMPIRICAL, FORMS, SCALE, SCALED, prior_text
from prismake.synthesis.data import Data, natural_interval
from prismake.synthesis.fields import json_ready

TITLE = "Bayesian random effects"
UNITLESS = RATIOS | {"PLO", "IRLN", "SMD", "ZCOR"}
SUMMARY = ("mean", "median", "sd", "ci_lb", "ci_ub")


def bayesian(
    data: Data, studies: Sequence[Mapping[str, Any]], spec: Mapping[str, Any], level: float, seed: int
) -> dict[str, Any]:
    """Posterior by integration, with a flat prior of the effect; the estimate is the posterior median.

    Raises PoolingError where the prior does not fit: a scale that nobody gave for a measure with units, a uniform
    prior with fewer than three studies.
    """
    from prismake.pooling import bayes

    prior = spec.get("prior") or {}
    kind = prior.get("kind", "half_normal")
    if kind in SCALED and "scale" not in prior and data.measure not in UNITLESS:
        raise PoolingError(
            "the prior of tau needs a scale in the units of this measure.", remedy="Write it as prior: {scale: …}."
        )
    fit = bayes(data.yi, data.vi, _density(prior, kind), level=level)
    values = {key: {field: json_ready(getattr(getattr(fit, key), field)) for field in SUMMARY} for key in _QUANTITIES}
    row = natural_interval(data, fit.mu.median, fit.mu.ci_lb, fit.mu.ci_ub)
    low, high = data.natural(fit.prediction.ci_lb), data.natural(fit.prediction.ci_ub)
    show = data.show
    sentence = (
        f"{TITLE}: posterior median {show.value(row['estimate'], row, unit=True)} ({level:g} % credible interval "
        f"{show.bounds(row)}), of a new study {show.bounds({'ci_lb': low, 'ci_ub': high})}; tau "
        f"{show.variance(fit.tau.median)} ({show.variance(fit.tau.ci_lb)} to {show.variance(fit.tau.ci_ub)}); "
        f"{prior_text(prior)}, flat prior of the effect."
    )
    options = {"measure": data.measure, "prior": kind, "level": level, **_parameters(prior, kind)}
    return {**row, "options": options, "pi_lb": low, "pi_ub": high, "values": values, "sentence": sentence}


_QUANTITIES = ("mu", "tau", "prediction")


def _density(prior: Mapping[str, Any], kind: str) -> Any:
    """The prior as ``prismake.pooling.bayes`` takes it: a word, or a function from tau to its log density."""
    from prismake import pooling

    if kind == "uniform":
        return kind
    function = getattr(pooling, kind)
    if kind in SCALED:
        return function(prior.get("scale", SCALE))
    if kind in FORMS:
        return function(prior["location"], prior["scale"])
    return function(prior.get("outcome", ""), prior.get("comparison", ""))


def _parameters(prior: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """What the density is made of; of an empirical prior the location and scale of log tau² too."""
    if kind in SCALED:
        return {"scale": prior.get("scale", SCALE)}
    if kind in EMPIRICAL:
        from prismake.pooling import empirical_prior

        named = {key: prior.get(key, "") for key in ("outcome", "comparison")}
        location, scale = empirical_prior(kind, **named)
        return {**named, "location": location, "scale": scale}
    return {key: prior[key] for key in ("location", "scale")} if kind in FORMS else {}
