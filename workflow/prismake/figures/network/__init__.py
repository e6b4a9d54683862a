"""Figures of a network of treatments, by the names that ``protocol.network_outcomes`` gives them.

network            treatments and the comparisons between them
reference_forest   every treatment against the reference
league             every treatment against every other
net_heat           which designs drive the estimates, and which disagree
comparison_funnel  small-study effects
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from matplotlib.figure import Figure

from prismake.figures.forest_plot import empty_panel, unfinished
from prismake.figures.network.adjusted_funnel import adjusted_funnel
from prismake.figures.network.league_table import league_table
from prismake.figures.network.net_heat_plot import net_heat_plot
from prismake.figures.network.network_plot import network_plot
from prismake.figures.network.reference_forest import reference_forest

NO_STUDIES = "No studies yet"
NOT_FITTED = "No network was fitted"
_DRAW: dict[str, Callable[[Mapping[str, Any]], Figure]] = {
    "network": network_plot,
    "reference_forest": reference_forest,
    "league": league_table,
    "net_heat": net_heat_plot,
    "comparison_funnel": adjusted_funnel,
}


def network_figure(result: Mapping[str, Any], name: str) -> Figure:
    """A figure of a result whose kind is network; a panel with the reason where there is nothing to draw.

    The network itself is drawn as soon as there are studies, also when it falls apart.
    """
    if not result["network"]["comparisons"]:
        return empty_panel(result["title"], NO_STUDIES, result["counts"]["statement"], unfinished(result))
    if not result["pooled"] and name != "network":
        return empty_panel(result["title"], NOT_FITTED, result["sentence"], unfinished(result))
    return _DRAW[name](result)
