"""A fitted generalised linear mixed model, independent of how its likelihood was maximised."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Mixed:
    """Estimate of a mixed model: coefficients, their covariance (from the observed information of (b, tau)), tau²,
    log-likelihoods with all constants, and the certificate: gradient in (b, tau), iterations, nodes per study."""

    b: np.ndarray
    vcov: np.ndarray
    tau2: float
    se_tau2: float
    loglik: float
    loglik_fixed: float
    b_fixed: np.ndarray
    information_fixed: np.ndarray
    gradient: float
    iterations: int
    nodes: int
