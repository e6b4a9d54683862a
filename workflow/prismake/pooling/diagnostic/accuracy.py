"""The result of `pool_accuracy`: `Accuracy`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .components import UNCORRELATED, Components
from .hsroc import Hsroc, hsroc
from .summary import SummaryPoint


@dataclass(frozen=True, eq=False, repr=False)
class Accuracy(SummaryPoint):
    """A summary of sensitivity and specificity; what follows from them is in `SummaryPoint`.

    ``model`` binomial or normal, ``method`` ML or REML; ``structure`` that was fitted (bivariate, uncorrelated, common)
    and ``asked``, the one asked for; ``bound`` names what lies on its bound (``correlation``, ``sensitivity``,
    ``specificity``: the variance between studies is zero). ``notes`` says in sentences whatever differs from what was
    asked, ``left_out`` names studies that could not be used, ``corrected`` those to which ``correction`` was added.

    ``correct`` and ``size`` (k, 2) are the counts of the sides, of the diseased first; a size of zero is a side that is
    not used. ``components`` holds the fit itself, with its certificate.
    """

    model: str
    method: str
    structure: str
    asked: str
    bound: tuple[str, ...]
    notes: tuple[str, ...]
    labels: tuple[str, ...]
    correct: np.ndarray
    size: np.ndarray
    left_out: tuple[str, ...]
    corrected: tuple[str, ...]
    correction: float | None
    components: Components

    @property
    def tau2(self) -> np.ndarray:
        """Variances (2,) of logit sensitivity and logit specificity between studies."""
        return np.diagonal(self.T)

    @property
    def se_tau2(self) -> np.ndarray:
        return np.sqrt(np.diagonal(self.components.vcov)[-3:-1])

    @property
    def correlation(self) -> float:
        """Of both logits between studies; NaN where none was fitted or a variance is zero."""
        return self.components.correlation

    @property
    def loglik(self) -> float:
        return self.components.loglik

    @cached_property
    def hsroc(self) -> Hsroc:
        """The equivalent hierarchical summary ROC parameters; raises EstimateDoesNotExist where a variance is zero."""
        V = self.components.vcov
        if self.structure == UNCORRELATED:  # the covariance is zero by decision, not by estimate
            V = V.copy()
            V[-1, :] = V[:, -1] = 0.0
        return hsroc(self.logits, self.T, V)

    def curve(self, false_positive_rate: np.ndarray | None = None, *, points: int = 101) -> np.ndarray:
        """The summary ROC curve (points, 2): false positive rate and sensitivity.

        Drawn over the false positive rates that studies have, unless others are given: beyond them it is extrapolated.

        Raises EstimateDoesNotExist where a variance between studies is zero.
        """
        if false_positive_rate is None:
            with np.errstate(invalid="ignore"):
                observed = 1.0 - self.correct[:, 1] / self.size[:, 1]
            low, high = np.nanmin(observed), np.nanmax(observed)
            false_positive_rate = np.linspace(max(low, 1e-4), min(max(high, low + 1e-3), 1.0 - 1e-4), points)
        return np.column_stack((false_positive_rate, self.hsroc.sensitivity_at(false_positive_rate)))

    def __repr__(self) -> str:
        sens, spec = self.sensitivity, self.specificity
        return (
            f"Accuracy({self.k} studies; sensitivity {sens.value:.3f} [{sens.lb:.3f}, {sens.ub:.3f}], "
            f"specificity {spec.value:.3f} [{spec.lb:.3f}, {spec.ub:.3f}]; {self.model}, {self.structure})"
        )
