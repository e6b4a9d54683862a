"""Figures of a review: each takes results and returns a matplotlib figure, independent of any display.

    forest(result, subgroup=None)          one outcome, optionally in blocks of a subgroup
    funnel(result, y=None)                 small-study effects
    sensitivity_figure(result, name)       studies left out or added, influence, Baujat, subsets
    bubble_plot(result, name)              a meta-regression: studies over a moderator, and the line through them
    labbe(result)                          the risk in one arm against that in the other
    outcome_figure(result, name)           one of the five, by the name of its file
    flow_diagram(flow)                     PRISMA 2020
    source_overlap(reports, labels)        UpSet plot of the sources
    reading_curve(rounds)                  included records by records read
    star_table(scores, appraisal)          Newcastle–Ottawa stars
    traffic_light(appraisal)               judgements by item
    star_pages(…), light_pages(…)          the last two in pages, for print
    summary(result)                        risk of bias by domain, weighted as in the forest plot
    outcome_pages(result, name)            the same in pages, for print
    save(figure, path), svg_text(figure)   the same bytes on every run
    save_all(figure, paths, pages)         in several formats

matplotlib is imported when the first of them is used.
"""

from __future__ import annotations

import importlib
from typing import Any

# No module has the name of a function, since importing it would hide the function.
_HOME = {
    "bubble_plot": "bubble_plots",
    "flow_diagram": "flow_chart",
    "forest": "forest_plot",
    "funnel": "funnel_plot",
    "labbe": "labbe_plots",
    "light_pages": "lights",
    "outcome_figure": "outcome_figures",
    "outcome_pages": "outcome_figures",
    "reading_curve": "reading_curves",
    "save": "saving",
    "save_all": "saving",
    "sensitivity_figure": "sensitivity_plots",
    "source_overlap": "source_overlaps",
    "star_pages": "stars",
    "star_table": "stars",
    "svg_text": "saving",
    "summary": "risk_of_bias",
    "traffic_light": "lights",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'prismake.figures' has no attribute '{name}'")
    return getattr(importlib.import_module(f"prismake.figures.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
