"""Pooling: effect sizes, meta-analysis and its diagnostics on numpy and scipy alone.

| name | function |
| --- | --- |
| effect sizes and variances | `effect_sizes`, `standard_error_from_ci` |
| back to the natural scale | `back_transform`, `natural_scale`, `harmonic_mean` |
| interval of a single proportion | `study_interval` |
| common effect, random effects, meta-regression | `pool` |
| proportions, rates: mixed model or inverse variance | `pool_proportions`, `pool_rates` |
| interval of tau² (Q-profile, profile likelihood) | `tau2_interval` |
| subgroups and the test between them | `subgroups` |
| leave-one-out, cumulative | `leave_one_out`, `cumulative` |
| influence, Baujat, funnel coordinates | `influence`, `baujat`, `funnel` |
| funnel asymmetry | `egger`, `begg`, `peters`, `harbord`, `thompson_sharp` |

Each name loads its module when first used: importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME = {
    "effects": ["effect_sizes", "effect_columns", "standard_error_from_ci"],
    "transforms": [
        "back_transform",
        "natural_scale",
        "NaturalScale",
        "harmonic_mean",
        "study_interval",
        "FREEMAN_TUKEY_WARNING",
    ],
    "fit": ["pool", "Pooled"],
    "batch": ["pool_batch", "PooledBatch"],
    "proportions": ["pool_proportions", "pool_rates"],
    "two_arms": ["pool_two_arms"],
    "intervals": ["tau2_interval", "i2_interval", "Tau2Interval", "I2Interval"],
    "groups": ["subgroups", "Subgroups"],
    "diagnostics": [
        "leave_one_out",
        "cumulative",
        "influence",
        "baujat",
        "funnel",
        "Series",
        "Influence",
        "Points",
    ],
    "trim_fill": ["trim_and_fill", "failsafe_n", "TrimFill", "FailSafe"],
    "fixed": ["mantel_haenszel", "peto", "around", "TwoGroup"],
    "moderators": ["predict", "permutation_test", "robust", "Prediction", "PermutationTest", "Robust"],
    "multilevel": ["three_level", "ThreeLevel"],
    "selection": ["selection_model", "Selection"],
    "subsets": ["gosh", "Gosh"],
    "bayesian": ["bayes", "half_normal", "half_cauchy", "log_normal", "Posterior"],
    "bias_tables": ["peters", "harbord", "macaskill", "deeks", "pustejovsky", "schwarzer"],
    "bias": ["egger", "begg", "thompson_sharp", "AsymmetryTest"],
}
_MODULE = {name: module for module, names in _HOME.items() for name in names}

__all__ = list(_MODULE)


def __getattr__(name: str) -> Any:
    if name not in _MODULE:
        raise AttributeError(f"module 'prismake.pooling' has no attribute '{name}'")
    value = getattr(importlib.import_module(f".{_MODULE[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
