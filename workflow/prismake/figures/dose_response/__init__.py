"""Figures of dose-response outcomes, by the names that ``protocol.dose_outcomes`` gives them.

curve         the pooled curve with its bands, and the dose groups of the studies
study_curves  the curves of single studies around it
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from matplotlib.figure import Figure

from prismake.figures.dose_response.dose_curve import dose_curve
from prismake.figures.dose_response.study_curves import study_curves
from prismake.figures.forest_plot import empty_panel, unfinished

NO_CURVE = "No curve was fitted"
_DRAW: dict[str, Callable[[Mapping[str, Any]], Figure]] = {"curve": dose_curve, "study_curves": study_curves}


def dose_figure(result: Mapping[str, Any], name: str) -> Figure:
    """A figure of a result whose kind is dose_response; a panel with the reason where there is no curve."""
    if not result["pooled"]:
        why = "\n".join(filter(None, [result["sentence"], result["counts"]["statement"]]))
        return empty_panel(result["title"], NO_CURVE, why, unfinished(result))
    return _DRAW[name](result)
