"""Pooling: effect sizes, meta-analysis and its diagnostics on numpy and scipy alone.

| to get | call |
| --- | --- |
| effect sizes and variances; the columns they need | `effect_sizes`, `effect_columns` |
| the same, with a reason for every row that cannot be used | `effect_rows` |
| a standard error from a published interval | `standard_error_from_ci` |
| the natural scale: one value, or estimate with both intervals | `back_transform`, `natural_scale`, `harmonic_mean` |
| the interval of a single proportion | `study_interval` |
| common effect, random effects, meta-regression | `pool` |
| predictions at new values of moderators; the bubble plot over one of them | `predict`, `bubble` |
| thousands of analyses at once | `pool_batch` |
| proportions, rates, two arms: mixed models | `pool_proportions`, `pool_rates`, `pool_two_arms` |
| the beta-binomial model of rare events | `beta_binomial` |
| any model by name; the models of a measure; one for sparse data | `pool_model`, `models_for`, `propose_model` |
| whether published estimates lie in the middle of their intervals, and on which scale | `off_centre`, `scale_of` |
| Mantel-Haenszel, Peto; random effects around them | `mantel_haenszel`, `peto`, `around` |
| either of them as a `Pooled` result | `as_pooled` |
| interval of tau² (Q-profile, profile likelihood); I² and H from Q | `tau2_interval`, `i2_interval` |
| interval of tau² in the mixed model of proportions | `tau2_interval_proportions` |
| subgroups and the test between them | `subgroups` |
| permutation tests, cluster-robust variance (CR2) | `permutation_test`, `robust` |
| several effects of one study | `three_level` |
| leave-one-out, cumulative | `leave_one_out`, `cumulative` |
| influence, Baujat, funnel coordinates | `influence`, `baujat`, `funnel` |
| every subset of studies (GOSH) | `gosh` |
| the tests of small-study effects that fit a measure, and why | `small_study_tests`, `fitting_tests` |
| asymmetry of any effects | `egger`, `begg`, `thompson_sharp`, `macaskill`, `pustejovsky` |
| sensitivity and specificity of a test, likelihood ratios, predictive values, summary ROC curve | `pool_accuracy` |
| the same with one covariate | `accuracy_regression` |
| several outcomes of a study with known within-study covariances | `multivariate` |
| votes by direction of effect, also of a study with several results | `direction_votes`, `study_direction` |
| median, quartiles and range of effects | `effect_summary` |
| p-values as one-sided ones; their combination (Fisher, Stouffer) | `one_sided_p`, `combine_p` |
| contours of the albatross plot | `albatross_size` |
| a study of several doses: contrasts with their covariance | `dose_study` |
| dose-response curves, pooled in one stage or two | `pool_dose_response` |
| asymmetry of proportions and rates | `peters_mixed` |
| asymmetry of 2x2 tables | `peters`, `harbord`, `deeks`, `schwarzer` |
| trim and fill, fail-safe numbers | `trim_and_fill`, `failsafe_n` |
| selection by p-value (step function), with weights fitted or assumed | `selection_model` |
| Bayesian random effects | `bayes` |
| priors of tau | `half_normal`, `half_cauchy`, `log_normal`, `log_t` |
| empirical priors of tau by outcome and comparison | `turner`, `rhodes`, `empirical_prior` |

Results are frozen dataclasses on the scale of the effects. Errors: `prismake.core.errors.PoolingError`, and below it
`EstimateDoesNotExist` and `NotConverged`; a result that did not reach its tolerance is never returned.

Each name loads its module on first use, so that importing the package is cheap.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME = {
    "effects": ["effect_sizes", "effect_rows", "effect_columns", "standard_error_from_ci"],
    "rows": ["Effects", "LeftOut"],
    "transforms": [
        "back_transform",
        "natural_scale",
        "NaturalScale",
        "harmonic_mean",
        "study_interval",
        "FREEMAN_TUKEY_WARNING",
    ],
    "fit": ["pool"],
    "pooled": ["Pooled"],
    "batch": ["pool_batch", "PooledBatch"],
    "proportions": ["pool_proportions", "pool_rates"],
    "mixed_interval": ["tau2_interval_proportions"],
    "two_arms": ["pool_two_arms"],
    "overdispersed": ["beta_binomial"],
    "models": ["models_for", "pool_model", "propose_model", "as_pooled", "Proposal"],
    "published": ["off_centre", "scale_of", "OffCentre"],
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
    "bubbles": ["bubble", "Bubble"],
    "multilevel": ["three_level", "ThreeLevel"],
    "joint_outcomes": ["multivariate", "Multivariate"],
    "dose_response.groups": ["dose_study", "DoseStudy"],
    "dose_response.pooled_curve": ["pool_dose_response"],
    "dose_response.curve": ["DoseResponse", "CurveValues"],
    "diagnostic.structure": ["pool_accuracy"],
    "diagnostic.accuracy": ["Accuracy"],
    "diagnostic.covariate": ["accuracy_regression", "AccuracyRegression"],
    "diagnostic.hsroc": ["Hsroc"],
    "diagnostic.summary": ["SummaryPoint", "PredictiveValue"],
    "vote_counting": ["direction_votes", "study_direction", "effect_summary", "DirectionVotes", "EffectSummary"],
    "combined_p": ["combine_p", "one_sided_p", "CombinedP"],
    "albatross": ["albatross_size"],
    "selection": ["selection_model", "Selection"],
    "subsets": ["gosh", "Gosh"],
    "bayesian": ["bayes", "Posterior"],
    "priors": ["empirical_prior", "half_normal", "half_cauchy", "log_normal", "log_t", "turner", "rhodes"],
    "bias_tables": ["peters", "harbord", "macaskill", "deeks", "pustejovsky", "schwarzer"],
    "small_study": ["small_study_tests", "fitting_tests", "peters_mixed", "SmallStudyTest", "Fitting"],
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
