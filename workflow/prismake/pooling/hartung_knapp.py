"""Ad hoc rules for Hartung-Knapp intervals that are not reliable: narrower than the Wald-type interval, or k = 2.

Where effects vary less than expected by chance (tau² = 0), the Hartung-Knapp standard error falls below the classic
one, to zero for identical effects: the interval that should be the more conservative one is then the narrower. The
rules, by name:

| adhoc | rule |
| --- | --- |
| ``cochrane`` | Wald's interval where tau² is estimated as zero or only two studies are pooled, as Cochrane advises for its random-effects methods (methods.cochrane.org, update of 2025; Handbook, chapter 10); in a regression, where Wald's quantile would be too small for few studies, ``se`` where the residual tau² is zero |
| ``none`` | plain Hartung-Knapp, as metafor's ``test="knha"`` |
| ``se`` | never below the classic standard error, t quantile (Knapp & Hartung 2003, page 2697; metafor's ``test="adhoc"``; the mKH of Röver, Knapp & Friede 2015) |
| ``ci`` | the classic interval where it is the wider (Jackson et al. 2017, hybrid 2; meta's ``adhoc.hakn.ci="ci"``) |
| ``iqwig6`` | ``se`` where the interval is narrower than DerSimonian and Laird's (IQWiG General Methods 6.0) |
"""  # noqa: E501 - a table row is one line

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from prismake.core.errors import PoolingError

from . import distributions as dist
from .kernel import Fit
from .tau2 import estimate

ADHOC = ("cochrane", "none", "se", "ci", "iqwig6")
DEFAULT = "cochrane"


@dataclass(frozen=True)
class Scale:
    """``factor`` of the classic covariance, ``df`` of the t quantile (None: normal), and a note on what was done."""

    factor: float
    df: int | None
    note: str = ""


def adhoc_name(adhoc: str) -> str:
    """The canonical name of a rule (an empty text is ``none``); raises PoolingError for an unknown one."""
    name = adhoc.lower() or "none"
    if name not in ADHOC:
        raise PoolingError(f"There is no Hartung-Knapp variant '{adhoc}'.", remedy=f"Use one of: {', '.join(ADHOC)}.")
    return name


def hartung_knapp(fit: Fit, tau2: float, adhoc: str, level: float) -> Scale:
    """The scale of the coefficients' covariance of ``fit``, a weighted fit with at least one residual df."""
    df = fit.problem.df
    scale = fit.yPy / df
    moderated = fit.problem.X is not None
    if adhoc == "cochrane":
        if moderated:
            return _never_below(scale, df) if tau2 == 0.0 else Scale(scale, df, _narrow(scale, df, level))
        if tau2 == 0.0 or fit.problem.k == 2:
            return Scale(1.0, None, WALD_TAU2 if tau2 == 0.0 else WALD_TWO)
    narrower = dist.critical(level, df) * math.sqrt(scale) < dist.critical(level)
    if adhoc == "ci" and narrower:
        return Scale(1.0, None, "A Wald-type interval replaces the Hartung-Knapp one, which would be narrower.")
    if adhoc == "se" or (adhoc == "iqwig6" and _narrower_than_dl(fit, scale, level)):
        return _never_below(scale, df)
    return Scale(scale, df, _narrow(scale, df, level))


WALD_TAU2 = "A Wald-type interval replaces the Hartung-Knapp one, as Cochrane advises where tau² is estimated as zero."
WALD_TWO = "A Wald-type interval replaces the Hartung-Knapp one, as Cochrane advises for two studies."


def _never_below(scale: float, df: int) -> Scale:
    if scale >= 1.0:
        return Scale(scale, df)
    return Scale(1.0, df, "The Hartung-Knapp standard error was below the classic one, which is used instead.")


def _narrow(scale: float, df: int, level: float) -> str:
    if dist.critical(level, df) * math.sqrt(scale) >= dist.critical(level):
        return ""
    return "The Hartung-Knapp interval is narrower than the Wald-type one: effects vary less than expected by chance."


def _narrower_than_dl(fit: Fit, scale: float, level: float) -> bool:
    dl = fit.problem.at(estimate(fit.problem, "DL").value)
    half = dist.critical(level, fit.problem.df) * math.sqrt(scale * fit.covariance()[0, 0])
    return half < dist.critical(level) * math.sqrt(dl.covariance()[0, 0])


def of_columns(
    classic: np.ndarray,
    quadratic: np.ndarray,
    tau2: np.ndarray,
    count: np.ndarray,
    ddf: np.ndarray,
    q: np.ndarray,
    adhoc: str,
    level: float,
) -> tuple[np.ndarray, ...]:
    """Standard error, df and critical value of each column; as `hartung_knapp` for one."""
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(count > 1, quadratic / (count - 1.0), 1.0)
    wald = np.zeros(count.size, bool)
    normal = dist.critical(level)
    if adhoc == "cochrane":
        wald = (tau2 == 0.0) | (count == 2)
    elif adhoc == "ci":
        wald = q * np.sqrt(factor) < normal
    elif adhoc == "se":
        factor = np.maximum(factor, 1.0)
    if wald.any():
        factor, ddf, q = np.where(wald, 1.0, factor), np.where(wald, np.nan, ddf), np.where(wald, normal, q)
    return classic * np.sqrt(factor), ddf, q
