"""The result of an analysis: `Pooled`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import display, plots
from .estimate import Estimate

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class Pooled(Estimate):
    """A pooled estimate with its displays; the fields are those of `Estimate`.

    ``print`` gives a table on the natural scale where ``measure`` is known, else on the scale of the effects;
    `summary` adds the studies, `to_frame` is both as a data frame, `forest` and `funnel` draw.
    """

    def __repr__(self) -> str:
        return display.one_line(self)

    def __str__(self) -> str:
        return display.table(self)

    def _repr_html_(self) -> str:
        return display.html(self)

    def summary(self) -> str:
        """The printed table with heterogeneity, the interval of tau², the studies, and deviations from the settings."""
        return display.summary(self)

    def to_frame(self) -> pd.DataFrame:
        """One row per study, then ``pooled`` and ``prediction`` (with moderators: one per coefficient), natural scale.

        Columns: ``estimate``, ``ci_lb``, ``ci_ub``, ``weight_pct`` and ``se`` (on the scale of the effects).
        """
        return display.frame(self)

    def forest(self, ax: Any = None) -> Any:
        """A plain forest plot on matplotlib's ``ax`` (a new figure without one); returns the axes.

        The figures of a review, with arms and counts, are those of the workflow.
        """
        return plots.forest(self, ax)

    def funnel(self, ax: Any = None) -> Any:
        """A plain funnel plot, effects against standard errors; as `forest`."""
        return plots.funnel(self, ax)
