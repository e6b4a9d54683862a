"""The result of an analysis, without its displays (`pooled`)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

NAN = math.nan


@dataclass(frozen=True, eq=False, repr=False)
class Estimate:
    """A pooled estimate, on the scale of the effects. NaN stands for "not defined".

    ``beta se stat pval ci_lb ci_ub`` are numbers for a pooled mean and arrays (p,) when there are moderators, in the
    order of ``coef_names``. ``test`` is the test actually done and ``adhoc`` the variant of Hartung-Knapp that was
    asked for. ``I2`` and ``weights_pct`` (k,) are percentages. ``pi_lb pi_ub`` is the prediction interval by
    ``pi_method`` (see `prediction`; empty where there is none); beside it ``pi_hts_*`` and ``pi_riley_*``, both t with
    k - p - 1 df, the first with the classic standard error, the second with that of the test. ``dropped`` counts
    incomplete rows; ``gradient`` and ``iterations`` certify the search for tau², ``maxima`` counts the local maxima
    found. ``Q`` tests residual heterogeneity, ``QM`` the moderators (all coefficients when there is no intercept);
    ``QM_df`` is (m, denominator or NaN). ``warnings`` says what was left out and where the analysis deviates from what
    was asked.
    """

    method: str
    test: str
    level: float
    k: int
    p: int
    beta: Any
    se: Any
    stat: Any
    ddf: float
    pval: Any
    ci_lb: Any
    ci_ub: Any
    vcov: np.ndarray
    tau2: float
    se_tau2: float
    I2: float
    H2: float
    R2: float
    Q: float
    Q_df: int
    Q_p: float
    QM: float
    QM_df: tuple[float, float]
    QM_p: float
    loglik: float
    weights_pct: np.ndarray
    pi_lb: float = NAN
    pi_ub: float = NAN
    pi_riley_lb: float = NAN
    pi_riley_ub: float = NAN
    pi_hts_lb: float = NAN
    pi_hts_ub: float = NAN
    pi_method: str = ""
    coef_names: tuple[str, ...] = ("intercept",)
    dropped: int = 0
    gradient: float = 0.0
    iterations: int = 0
    maxima: int = 1
    warnings: tuple[str, ...] = ()
    adhoc: str = "none"
    scale: float = 1.0
    """Factor of the classic covariance: that of Hartung-Knapp, otherwise one."""
    root: np.ndarray | None = None
    """L with LL' the classic covariance, from which `predict` takes its standard errors; None for mixed models."""
    measure: str = ""
    labels: tuple[str, ...] = ()
    """Names of the studies pooled, or empty."""
    yi: np.ndarray | None = None
    vi: np.ndarray | None = None
    ni: np.ndarray | None = None
    """Effects and variances of the studies pooled, (k,); sizes where the back-transformation needs them (PFT, IRFT)."""
    extra: dict[str, Any] = field(default_factory=dict)
    """Fields of one model alone, e.g. ``Q_lrt`` of the generalised linear mixed models."""

    @property
    def tau(self) -> float:
        """Square root of tau²."""
        return math.sqrt(self.tau2)
