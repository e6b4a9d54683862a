"""The figure of an outcome by the name that it has among the files of an outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from prismake.figures.forest_plot import forest
from prismake.figures.funnel_plot import funnel
from prismake.figures.sensitivity_plots import sensitivity_figure


def outcome_figure(result: Mapping[str, Any], name: str) -> Figure:
    """The figure called "forest", "forest.<column>" (by subgroups), "funnel", or as a sensitivity analysis is."""
    kind, _, column = name.partition(".")
    if kind == "forest":
        return forest(result, subgroup=column or None)
    return funnel(result) if kind == "funnel" else sensitivity_figure(result, name)
