"""Results under the field names of R's metafor, on the scale of the analysis, as plain JSON types.

One tuple of names for each kind of analysis; every analysis of the workflow has its ``kind``, its ``options`` and these
``values``. Undefined numbers are ``None``, infinite ones the words Infinity and -Infinity.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

FIT = (
    *("k", "p", "coef_names", "beta", "se", "stat", "ddf", "pval", "ci_lb", "ci_ub", "vcov", "tau2", "se_tau2"),
    *("I2", "H2", "R2", "Q", "Q_df", "Q_p", "QM", "QM_df", "QM_p", "loglik", "weights_pct"),
)
PREDICTION = ("pi_lb", "pi_ub", "pi_riley_lb", "pi_riley_ub", "pi_method")
GLMM = ("Q_wald", "Q_wald_p", "Q_lrt", "Q_lrt_p")
CERTIFICATE = ("gradient", "iterations", "maxima")
BACK = ("estimate", "ci_lb", "ci_ub", "pi_lb", "pi_ub")  # of ``natural_scale``; the first is called pred
TAU2_INTERVAL = (*("tau2", "tau2_lb", "tau2_ub", "tau_lb", "tau_ub", "I2", "I2_lb", "I2_ub", "H2", "H2_lb", "H2_ub"),)
SERIES = ("estimate", "se", "stat", "pval", "ci_lb", "ci_ub", "Q", "tau2", "I2", "H2")
INFLUENCE = (
    *("rstudent", "dffits", "cook_d", "cov_r", "tau2_del", "Q_del", "hat", "weight_pct", "dfbs", "is_influential"),
)
TRIM_FILL = ("k0", "se_k0", "side", "filled", "yi", "vi")
TRIM_FILL_POOLED = ("k", "beta", "se", "pval", "ci_lb", "ci_ub", "tau2", "Q")
ASYMMETRY = ("stat", "df", "pval", "bias", "se_bias", "limit_est", "limit_lb", "limit_ub", "tau", "tau2")
_ARRAYS = frozenset({"beta", "se", "stat", "pval", "ci_lb", "ci_ub"})  # one value per coefficient, of a mean too


def chosen(result: Any, names: Iterable[str]) -> dict[str, Any]:
    """The named fields of a result as JSON."""
    return {name: json_ready(getattr(result, name)) for name in names}


def series_values(series: Any) -> dict[str, Any]:
    """``prismake.pooling.Series`` as the ``values`` of an analysis of kind leave1out or cumulative."""
    return chosen(series, SERIES) | {"Qp": json_ready(series.Q_p)}


def fit_values(pooled: Any) -> dict[str, Any]:
    """``prismake.pooling.Pooled`` as the ``values`` of an analysis of kind fit, metareg or glmm, with a certificate."""
    values = chosen(pooled, (*FIT, *PREDICTION, *CERTIFICATE))
    values |= {name: values[name] if isinstance(values[name], list) else [values[name]] for name in _ARRAYS}
    return values | {name: json_ready(pooled.extra[name]) for name in GLMM if name in pooled.extra}


def json_ready(value: Any) -> Any:
    """Numbers, words, arrays and (nested) sequences of them as JSON types."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [json_ready(item) for item in value]
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return None if isinstance(value, float) and math.isnan(value) else value
