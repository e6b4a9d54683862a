"""Results of `prismake.pooling` on diagnostic accuracy as plain numbers (JSON types only)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from prismake.core.errors import EstimateDoesNotExist
from prismake.synthesis.fields import json_ready

if TYPE_CHECKING:
    from prismake.pooling import Accuracy, AccuracyRegression, Hsroc, SummaryPoint

POINTS = 91  # of the outline of a region and of the curve
HSROC = ("accuracy", "threshold", "shape", "accuracy_variance", "threshold_variance")


def interval(limits: Sequence[float], predicted: Sequence[float] = ()) -> dict[str, float | None]:
    """Estimate and limits, with those of a new study where they are given."""
    names = ("estimate", "ci_lb", "ci_ub")
    row = {name: json_ready(float(value)) for name, value in zip(names, limits, strict=True)}
    if predicted:
        row |= {"pi_lb": json_ready(float(predicted[1])), "pi_ub": json_ready(float(predicted[2]))}
    return row


def summary(point: SummaryPoint, prevalences: Iterable[float]) -> dict[str, Any]:
    """Sensitivity, specificity and what follows from them; predictive values at the given prevalences."""
    return {
        "sensitivity": interval(point.sensitivity, point.predicted_sensitivity),
        "specificity": interval(point.specificity, point.predicted_specificity),
        "positive_likelihood_ratio": interval(point.positive_likelihood_ratio),
        "negative_likelihood_ratio": interval(point.negative_likelihood_ratio),
        "diagnostic_odds_ratio": interval(point.diagnostic_odds_ratio),
        "predictive_values": [
            {"prevalence": at.prevalence, "ppv": interval(at.ppv), "npv": interval(at.npv)}
            for at in point.predictive_values(prevalences)
        ],
    }


def fit_values(fit: Accuracy) -> dict[str, Any]:
    """The fit itself on the logit scale, sensitivity first, with its certificate."""
    V = fit.components.vcov
    return {
        "k": fit.k,
        "logits": json_ready(fit.logits),
        "vcov": json_ready(fit.vcov),
        "tau2": json_ready(fit.tau2),
        "se_tau2": [None if math.isnan(x) else json_ready(float(math.sqrt(x))) for x in (V[-3, -3], V[-2, -2])],
        "covariance": json_ready(float(fit.T[0, 1])),
        "correlation": json_ready(fit.correlation),
        "loglik": fit.loglik,
        "decrement": fit.components.decrement,
        "iterations": fit.components.iterations,
        "nodes": fit.components.nodes,
    }


def hsroc_of(fit: Accuracy) -> Hsroc | None:
    """The hierarchical parameters, or None where a variance of zero leaves the curve undetermined."""
    try:
        return fit.hsroc
    except EstimateDoesNotExist:
        return None


def hsroc_values(parameters: Hsroc | None) -> dict[str, Any] | None:
    """The five parameters with their standard errors; None where a variance is zero."""
    if parameters is None:
        return None
    return {name: float(getattr(parameters, name)) for name in HSROC} | {
        "se": dict(zip(HSROC, json_ready(parameters.se), strict=True))
    }


def drawn(fit: Accuracy) -> dict[str, Any]:
    """Curve and regions in ROC space: pairs of false positive rate and sensitivity."""

    def region(kind: str) -> list[list[float]]:
        return [[round(float(x), 6), round(float(y), 6)] for x, y in fit.region(kind, points=POINTS)]

    curve = [] if hsroc_of(fit) is None else fit.curve(points=POINTS)
    return {
        "curve": [[round(float(x), 6), round(float(y), 6)] for x, y in curve],
        "confidence_region": region("confidence"),
        "prediction_region": region("prediction") if fit.tau2.max() > 0.0 else [],
    }


def regression_values(fit: AccuracyRegression) -> dict[str, Any]:
    """Coefficients on the logit scale, the likelihood-ratio test, and summaries at the covariate's values."""
    return {
        "k": fit.k,
        "structure": fit.structure,
        "coefficients": [dict(zip(c._fields, c, strict=True)) for c in fit.coefficients],
        "LRT": fit.statistic,
        "LRT_df": fit.df,
        "LRT_p": fit.p,
        "loglik": fit.loglik,
        "loglik_without": fit.loglik_without,
        "points": [{"value": value, **summary(point, ())} for value, point in fit.points],
    }
