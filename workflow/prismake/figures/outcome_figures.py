"""The figure of an outcome, selected by its file name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from matplotlib.figure import Figure

from prismake.figures.bubble_plots import bubble_plot
from prismake.figures.forest_plot import forest
from prismake.figures.funnel_plot import funnel
from prismake.figures.interim import marked
from prismake.figures.network import network_figure
from prismake.figures.risk_of_bias import summary
from prismake.figures.sensitivity_plots import sensitivity_figure
from prismake.protocol.outcome_names import NETWORK, PAIRWISE, kind_name


def outcome_figure(result: Mapping[str, Any], name: str) -> Figure:
    """The figure of an outcome by its name; marked while decisions are open.

    Pairwise: "forest", "forest.<column>" (by subgroups), "funnel", "bubble.<column>" (of a moderator), "risk_of_bias"
    or that of an analysis. Other kinds: ``protocol.outcome_kinds`` has the names.
    """
    return marked(_drawn(result, name), sum(result["counts"]["undecided"].values()))


def _drawn(result: Mapping[str, Any], name: str) -> Figure:
    return DRAW[kind_name(result)](result, name)


def _pairwise(result: Mapping[str, Any], name: str) -> Figure:
    kind, _, column = name.partition(".")
    if kind == "bubble":
        return bubble_plot(result, column)
    if kind == "forest":
        return forest(result, subgroup=column or None)
    if kind == "funnel":
        return funnel(result)
    return summary(result) if kind == "risk_of_bias" else sensitivity_figure(result, name)


# By kind of synthesis: draws a figure of a result by its name (``protocol.outcome_kinds``).
DRAW: dict[str, Callable[[Mapping[str, Any], str], Figure]] = {PAIRWISE: _pairwise, NETWORK: network_figure}
