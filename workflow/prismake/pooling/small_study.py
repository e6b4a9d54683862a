"""The tests of small-study effects that suit a measure, and all of them at once: `small_study_tests`.

These tests look for effects that depend on the size of a study. Where the standard error depends on the effect itself,
as for proportions and for odds ratios far from one, Egger's test detects that dependence rather than bias. Each measure
therefore has its own tests (Sterne et al. 2011, BMJ 343:d4002; Cochrane Handbook 13.3.5):

| measure | tests | because |
| --- | --- | --- |
| MD MN ZCOR GEN GENLN | Egger | the standard error does not depend on the effect, or nothing else is known |
| OR PETO | Peters; Harbord where tau² is 0.1 or less | size and score in place of effect and standard error |
| RR | Peters | no test is recommended for risk ratios; Peters' test asks the same question of the same tables |
| RD | none | no test is recommended |
| AS | Rücker: Egger on arcsine differences | their standard error depends on the sizes alone |
| SMD SMDH ROM | Pustejovsky and Rodgers | uses the part of the standard error that does not depend on the effect |
| PR PLN PLO PAS PFT, IR IRLN IRS IRFT | Peters' predictor, 1/n or 1/time, in the mixed model | the exact likelihood |
| IRR IRD | Peters' predictor, 1/time, in the conditional mixed model | the same |
| MNLN SDLN CVLN IRSD COR UCOR | none | no test is known to keep its level |

tests/benchmarks/pooling/small_study.py measures the type I error of each test, and of those not chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from prismake.core.errors import PoolingError

from . import bias, bias_tables
from .bias import AsymmetryTest
from .effects import effect_columns, effect_sizes
from .fit import pool
from .frame import columns

LEAST = 10
MOST_TAU2 = 0.1  # of log odds ratios, up to which Harbord's test is recommended (Sterne et al. 2011)


@dataclass(frozen=True)
class Fitting:
    """A test that suits a measure: its usual ``name`` (empty: there is none), and ``why`` it was chosen."""

    name: str
    why: str


@dataclass(frozen=True)
class SmallStudyTest:
    """One test: its ``result``, or the ``reason`` for not having one; ``why`` it was chosen for the measure."""

    name: str
    why: str
    result: AsymmetryTest | None
    reason: str = ""


_PLAIN = "The standard error does not depend on the effect, as Egger's test requires (Cochrane Handbook 13.3.5)."
_EFFECTS_ONLY = (
    "Only effects and standard errors are known. Where they depend on each other, as for ratios of rare events, a \
small p-value can come from that alone."
)
_PETERS = "Standard errors of proportions and rates depend on the effect, so that Egger's and Begg's tests find \
asymmetry where there is none; the inverse of the size takes their place (Peters et al. 2006), in the mixed model, \
which needs no continuity correction."
_SCORE = "The standard error of a log odds ratio depends on it; the score and its variance do not (Harbord, Egger & \
Sterne 2006). Recommended where tau² is 0.1 or less (Sterne et al. 2011)."
_SIZE = "The standard error of a log odds ratio depends on it; the inverse of the size does not (Peters et al. 2006; \
Sterne et al. 2011)."
_RR = "No test is recommended for risk ratios themselves (Sterne et al. 2011; Cochrane Handbook 13.3.5). Peters' test \
asks the same of the same tables, with the size as predictor, and holds its level where risk ratios differ; Harbord's \
does not."
_RD = "No test is recommended for risk differences (Sterne et al. 2011; Cochrane Handbook 13.3.5): their standard \
errors depend on the risks, and a funnel of them is seldom of interest."
_ARCSINE = (
    "The standard error of an arcsine difference depends on the sizes alone (Rücker, Schwarzer & Carpenter 2008)."
)
_SMD = "The standard error of a standardised mean difference or a ratio of means depends on it; the part that comes \
from the sizes alone takes its place (Pustejovsky & Rodgers 2019)."
_UNKNOWN = "No test is known to hold its level for this measure: its standard error depends on the effect."
_COR = "The standard error of a correlation depends on it: pool Fisher's z (ZCOR), for which Egger's test holds."

_EGGER, _HARBORD, _SIZES = "Egger", "Harbord", "Pustejovsky-Rodgers"
_MIXED = "Peters (mixed model)"
_FITTING: dict[str, tuple[Fitting, ...]] = {
    **dict.fromkeys(("MD", "MN", "ZCOR"), (Fitting(_EGGER, _PLAIN),)),
    **dict.fromkeys(("GEN", "GENLN"), (Fitting(_EGGER, _EFFECTS_ONLY),)),
    **dict.fromkeys(("OR", "PETO"), (Fitting("Peters", _SIZE), Fitting(_HARBORD, _SCORE))),
    "RR": (Fitting("Peters", _RR),),
    "RD": (Fitting("", _RD),),
    "AS": (Fitting("Rücker", _ARCSINE),),
    **dict.fromkeys(("SMD", "SMDH", "ROM"), (Fitting(_SIZES, _SMD),)),
    **dict.fromkeys(("PR", "PLN", "PLO", "PAS", "PFT"), (Fitting(_MIXED, _PETERS),)),
    **dict.fromkeys(("IR", "IRLN", "IRS", "IRFT", "IRR", "IRD"), (Fitting(_MIXED, _PETERS),)),
    **dict.fromkeys(("MNLN", "SDLN", "CVLN", "IRSD"), (Fitting("", _UNKNOWN),)),
    **dict.fromkeys(("COR", "UCOR"), (Fitting("", _COR),)),
}


def fitting_tests(measure: str) -> tuple[Fitting, ...]:
    """The tests that suit a measure, the preferred one first; if there is none, one without a name, with the reason.

    Raises PoolingError for an unknown measure.
    """
    effect_columns(measure)
    return _FITTING[measure.upper()]


def small_study_tests(
    measure: str, data: Any, *, least: int = LEAST, level: float = 95.0
) -> tuple[SmallStudyTest, ...]:
    """Every test that suits ``measure``, with its result or the reason why it could not be done.

    ``data`` holds the columns of `effect_sizes` for the measure. With fewer than ``least`` studies no test is done,
    because the power is too low (Sterne et al. 2011; Cochrane Handbook 13.3.5.4).
    """
    name = measure.upper()
    tests = []
    for choice in fitting_tests(name):
        if not choice.name:
            tests.append(SmallStudyTest("", choice.why, None, choice.why))
            continue
        try:
            result = _DO[choice.name](name, data, level)
            short = result.k < least
            reason = f"Not done: {result.k} studies, and it needs {least} to mean anything." if short else ""
            tests.append(SmallStudyTest(choice.name, choice.why, None if short else result, reason))
        except PoolingError as error:
            tests.append(SmallStudyTest(choice.name, choice.why, None, f"Not done: {error}"))
    return tuple(tests)


def _egger(measure: str, data: Any, level: float) -> AsymmetryTest:
    return bias.egger(*effect_sizes(measure, data, level=level), level=level)


def _harbord(measure: str, data: Any, level: float) -> AsymmetryTest:
    tau2 = pool(*effect_sizes("OR", data), "REML", "z").tau2
    if tau2 > MOST_TAU2:
        raise PoolingError(
            f"tau² of the log odds ratios is {tau2:.2g}, and above {MOST_TAU2} this test finds asymmetry too often "
            "(Sterne et al. 2011)."
        )
    return bias_tables.harbord(data)


def _sizes(measure: str, data: Any, level: float) -> AsymmetryTest:
    return bias_tables.pustejovsky(*effect_sizes(measure, data), *columns(data, ["n1i", "n2i"]))


_DO: dict[str, Callable[[str, Any, float], AsymmetryTest]] = {
    _EGGER: _egger,
    "Rücker": _egger,
    _HARBORD: _harbord,
    "Peters": lambda measure, data, level: bias_tables.peters(data),
    _SIZES: _sizes,
    _MIXED: lambda measure, data, level: peters_mixed(data, level),
}


def peters_mixed(data: Any, level: float = 95.0) -> AsymmetryTest:
    """Peters' predictor, the inverse of the size, as moderator of the exact binomial or Poisson likelihood.

    ``data`` holds ``xi ni`` (proportions: 1/n, binomial-normal model of logits), ``xi ti`` (rates: 1/time,
    Poisson-normal model of log rates) or ``x1i t1i x2i t2i`` (rate ratios: 1/(sum of both times), conditional model).
    The slope is tested by t with k - 2 degrees of freedom; ``tau2`` is the residual heterogeneity.

    Raises
    ------
    PoolingError
        Fewer than three studies, sizes that do not differ, or a model that has no estimate.
    """
    from .proportions import pool_proportions, pool_rates
    from .two_arms import pool_two_arms

    present = set(getattr(data, "columns", data))
    if "x1i" in present:
        x1, t1, x2, t2 = columns(data, ["x1i", "t1i", "x2i", "t2i"])
        size, use = t1 + t2, x1 + x2 > 0
    elif "ni" in present:
        x, size = columns(data, ["xi", "ni"])
        use = ~np.isnan(x)
    else:
        x, size = columns(data, ["xi", "ti"])
        use = ~np.isnan(x)
    use = use & ~np.isnan(size)
    if use.sum() < 3:
        raise PoolingError("The test needs at least three studies.")
    if np.ptp(size[use]) == 0.0:
        raise PoolingError("All studies have the same size, so there is no slope to test.")
    if (size[use] <= 0).any():
        raise PoolingError("A size or a time at risk is not above zero.")
    # A predictor with mean and spread of one keeps the search well scaled; the slope is reported on 1 / size.
    inverse = 1.0 / size
    centre, spread = float(inverse[use].mean()), float(inverse[use].std())
    mods = {"inverse size": (inverse - centre) / spread}
    if "x1i" in present:
        fit = pool_two_arms(data, "IRR", test="t", level=level, mods=mods)
    elif "ni" in present:
        fit = pool_proportions(x, size, test="t", level=level, mods=mods)
    else:
        fit = pool_rates(x, size, test="t", level=level, mods=mods)
    slope, se = float(fit.beta[1]) / spread, float(fit.se[1]) / spread
    return AsymmetryTest(_MIXED, fit.k, slope, se, float(fit.stat[1]), fit.ddf, float(fit.pval[1]), tau2=fit.tau2)
