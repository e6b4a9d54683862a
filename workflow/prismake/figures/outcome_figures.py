"""The figure of an outcome, selected by its file name."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from matplotlib.figure import Figure

from prismake.figures.bubble_plots import bubble_plot
from prismake.figures.canvas import PAGE
from prismake.figures.diagnostic.accuracy_forest import accuracy_forest
from prismake.figures.diagnostic.prevalence_curves import prevalence_curves
from prismake.figures.diagnostic.roc_plot import roc_plot
from prismake.figures.dose_response import dose_figure
from prismake.figures.forest_plot import forest_pages
from prismake.figures.forest_styles import DEFAULT
from prismake.figures.funnel_plot import funnel
from prismake.figures.interim import marked
from prismake.figures.labbe_plots import labbe
from prismake.figures.network import network_figure
from prismake.figures.risk_of_bias import summary
from prismake.figures.sensitivity_plots import IN_ROWS, row_pages, sensitivity_figure
from prismake.figures.unpooled.albatross_plot import albatross
from prismake.figures.unpooled.effect_direction_plot import effect_direction_pages
from prismake.protocol.outcome_names import DIAGNOSTIC, DOSE_RESPONSE, NETWORK, PAIRWISE, WITHOUT_POOLING, kind_name

Look = Mapping[str, Any]
Draw = Callable[[Mapping[str, Any], str, Look, float], list[Figure]]


def outcome_figure(result: Mapping[str, Any], name: str, look: Look | None = None) -> Figure:
    """The figure of an outcome by its name; marked while decisions are open.

    Pairwise: "forest", "forest.<column>" (by subgroups), "funnel", "labbe", "bubble.<column>" (of a moderator),
    "risk_of_bias" or that of an analysis. Other kinds: ``protocol.outcome_kinds`` has the names.

    ``look`` is the part ``figures`` of the config: the style of forest plots, whether funnel plots have contours.
    """
    return marked(_drawn(result, name, look or {}, math.inf)[0], _open(result))


def outcome_pages(result: Mapping[str, Any], name: str, look: Look | None = None) -> list[Figure]:
    """The same figure on as many pages as it needs in print; those with a row for each study can need several."""
    return [marked(page, _open(result)) for page in _drawn(result, name, look or {}, PAGE)]


def _open(result: Mapping[str, Any]) -> int:
    return sum(result["counts"]["undecided"].values())


def _drawn(result: Mapping[str, Any], name: str, look: Look, tall: float) -> list[Figure]:
    return DRAW[kind_name(result)](result, name, look, tall)


def _pairwise(result: Mapping[str, Any], name: str, look: Look, tall: float) -> list[Figure]:
    kind, _, column = name.partition(".")
    style = look.get("style", DEFAULT)
    if kind == "forest":
        return forest_pages(result, column or None, style, tall)
    if kind in IN_ROWS:
        return row_pages(result, kind, style, tall)
    if kind == "funnel":
        return [funnel(result, contours=look.get("contours", True))]
    if kind == "bubble":
        return [bubble_plot(result, column)]
    if kind == "labbe":
        return [labbe(result)]
    return [summary(result) if kind == "risk_of_bias" else sensitivity_figure(result, kind)]


def _on_one_page(draw: Callable[[Mapping[str, Any], str], Figure]) -> Draw:
    """A function that draws a figure by its name, as one of ``DRAW``: it has one page and one look."""
    return lambda result, name, look, tall: [draw(result, name)]


def _unpooled(result: Mapping[str, Any], name: str, look: Look, tall: float) -> list[Figure]:
    return effect_direction_pages(result, tall) if name == "effect_direction" else [albatross(result)]


_DIAGNOSTIC = {"forest": accuracy_forest, "sroc": roc_plot, "predictive_values": prevalence_curves}
# By kind of synthesis: draws a figure of a result by its name (``protocol.outcome_kinds``) in a look, on pages of a
# height in inches.
DRAW: dict[str, Draw] = {
    PAIRWISE: _pairwise,
    NETWORK: _on_one_page(network_figure),
    DIAGNOSTIC: _on_one_page(lambda result, name: _DIAGNOSTIC[name](result)),
    DOSE_RESPONSE: _on_one_page(dose_figure),
    WITHOUT_POOLING: _unpooled,
}
