"""The looks of a forest plot: the order of its columns, how numbers are set, colours.

What is known of each look, and from where:

- ``revman``: columns and colours of Review Manager 5 (Cochrane Handbook 5.1, 11.3.2.1 and box 11.3.a: data of both
  groups, weight, estimate, plot; squares blue for events, green for means, red for other effects; black diamonds).
- ``jama``: as in articles of the JAMA Network: estimate and interval left of the plot, weight right of it, the labels
  of both sides above the plot. Ranges with a hyphen in parentheses are a setting of "JAMA" in the R package meta
  (settings.meta), the colours those of its layout "JAMA"; that P has no zero before its point is a rule of the AMA
  Manual of Style (11th edition). The instructions to authors that could be read prescribe no layout.
- ``bmj``: as in figure 3 of Goldenberg et al., BMJ 2021;372:m4743, which the metafor project rebuilds
  (plots:forest_plot_bmj): events over total in one column, weight and estimate right of the plot, intervals with "to";
  colours of the layout "BMJ" of meta. The guidance for authors that could be read prescribes no layout.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from prismake.core.errors import PrismakeError
from prismake.core.measures import MEANS, measure_of
from prismake.core.numbers import Format, percent

from .canvas import BLUE, INK, MID_BLUE, PALE_BLUE, RULE
from .forest_rows import WORDS, Row

CELLS, PLOT, ESTIMATE, WEIGHT = "cells", "plot", "estimate", "weight"
JOINED = {("events", "total"): "{}/{}", ("mean", "sd"): "{} ({})", ("events", "time"): "{}/{}"}
_P = re.compile(r"\bp (?=[=<>–])")


def _same(text: str) -> str:
    return text


def _closed_up(text: str) -> str:
    """``95% CI``, ``P = 0.03``: as most English journals set them."""
    return _P.sub("P ", text.replace(" %", "%"))


def _ama(text: str) -> str:
    """``P = .03`` (AMA Manual of Style: no zero before the point of a value that cannot exceed one)."""
    return re.sub(r"\bP ([=<>]) 0\.", r"P \1 .", _closed_up(text))


def _bmj(text: str) -> str:
    """``P=0.03``, ``τ²=0.52``: no spaces around signs."""
    return re.sub(r" ([=<>]) ", r"\1", _closed_up(text))


@dataclass(frozen=True)
class Style:
    """One look.

    Attributes:
        order: the parts right of the names of the studies, from left to right; lights follow.
        interval: the interval of a row; its arguments are the lower and the upper bound as text.
        total: how pooled rows are called, "" for the name of their model, which otherwise follows below.
        typeset: sets p-values, per cent and equals signs in lines of statistics.
        joined: whether events and total, mean and SD stand in one column.
        square, diamond, edge: colours of studies, pooled results and the outlines of these.
        centre: colour of the line at the pooled estimate, "" for none.
        band: colour behind the pooled row, "" for none.
    """

    name: str
    order: tuple[str, ...] = (CELLS, PLOT, ESTIMATE, WEIGHT)
    study: str = "Study"
    weight: str = "Weight"
    weight_unit: bool = True
    total: str = ""
    brackets: str = "[{}]"
    interval: Callable[[str, str], str] = "{}, {}".format
    typeset: Callable[[str], str] = _same
    joined: bool = False
    plot_heading: bool = False
    favours_above: bool = False
    grid: bool = True
    square: str = BLUE
    lesser: str = MID_BLUE  # diamonds of subgroups
    diamond: str = BLUE
    edge: str = "none"
    centre: str = BLUE
    band: str = PALE_BLUE
    rule: str = INK
    grid_colour: str = RULE

    def printed(self, row: Row, show: Format) -> str:
        """The result of a row: ``0.41 [0.28, 0.55]`` in the default look; of a prediction interval only its bounds."""
        if self.name == DEFAULT or row.kind in WORDS:
            return row.printed(show)
        own: dict[str, Any] = {"ci_lb": row.lower, "ci_ub": row.upper}
        bounds = ""
        if row.lower is not None and row.upper is not None:
            bounds = self.brackets.format(self.interval(show.value(row.lower, own), show.value(row.upper, own)))
        if row.kind == "prediction":
            return bounds
        return f"{show.value(row.estimate, own)} {bounds}".strip()

    def weight_of(self, row: Row) -> str:
        """The weight of a row with or without its per cent sign."""
        text = percent(row.weight, 1)
        return self.typeset(text) if self.weight_unit else text.removesuffix(" %")

    def bracket(self, level: float) -> str:
        """``[95 % CI]``, as it stands in headings."""
        return self.typeset(self.brackets.format(f"{level:g} % CI"))


def _range(low: str, high: str) -> str:
    """``0.28-0.55``, and ``−0.55 to 0.12`` where a hyphen could be taken for a minus sign."""
    return f"{low} to {high}" if "−" in low + high else f"{low}-{high}"


DEFAULT = "default"
STYLES = {
    style.name: style
    for style in (
        Style(DEFAULT),
        Style(
            "revman",
            order=(CELLS, WEIGHT, ESTIMATE, PLOT),
            study="Study or subgroup",
            total="Total",
            typeset=_closed_up,
            plot_heading=True,
            grid=False,
            square="#0000e0",
            lesser="#000000",
            diamond="#000000",
            centre="",
            band="",
        ),
        Style(
            "jama",
            order=(CELLS, ESTIMATE, PLOT, WEIGHT),
            study="Source",
            weight="Weight, %",
            weight_unit=False,
            brackets="({})",
            interval=_range,
            typeset=_ama,
            joined=True,
            favours_above=True,
            grid=False,
            square="#00008b",
            lesser="#add8e6",
            diamond="#add8e6",
            edge="#000000",
            centre="#000000",
            band="",
        ),
        Style(
            "bmj",
            order=(CELLS, PLOT, WEIGHT, ESTIMATE),
            weight="Weight (%)",
            weight_unit=False,
            brackets="({})",
            interval="{} to {}".format,
            typeset=_bmj,
            joined=True,
            plot_heading=True,
            grid=False,
            square="#6b58a6",
            lesser="#a79bca",
            diamond="#6b58a6",
            centre="#6b58a6",
            band="",
            rule="#a7a9ac",
        ),
    )
}
GREEN, RED = "#00a000", "#d00000"


def style_of(name: str, result: Mapping[str, Any]) -> Style:
    """The look of this name for a result; in that of RevMan the squares tell the kind of data.

    Raises PrismakeError if there is no such look.
    """
    if name not in STYLES:
        raise PrismakeError(f"There is no style '{name}' of figures.", remedy=f"Styles are {', '.join(STYLES)}.")
    style = STYLES[name]
    if name == "revman" and not any(key.startswith("events") for key in result.get("columns") or {}):
        continuous = measure_of(result) in {"MD", "SMD", "ROM", *MEANS}
        return replace(style, square=GREEN if continuous else RED)
    return style


def joined_columns(keys: list[str], style: Style) -> list[tuple[int, ...]]:
    """The positions of the columns that stand in one: events and total, mean and SD, or each alone."""
    groups: list[tuple[int, ...]] = []
    if not style.joined:
        return [(index,) for index in range(len(keys))]
    for index, key in enumerate(keys):
        arm, stem = key[-1:] if key[-1:] in ("1", "2") else "", key.rstrip("12")
        before = groups[-1] if groups else ()
        if len(before) == 1 and (keys[before[0]].rstrip("12"), stem) in JOINED and keys[before[0]].endswith(arm):
            groups[-1] = (*before, index)
        else:
            groups.append((index,))
    return groups


def joined_heading(headings: list[str], keys: list[str]) -> str:
    """The heading of a joined column: “Events/Total”, “Mean (SD)”."""
    if len(headings) == 1:
        return headings[0]
    return JOINED[keys[0].rstrip("12"), keys[1].rstrip("12")].format(*headings)


def joined_cells(cells: tuple[str, ...], keys: list[str], groups: list[tuple[int, ...]]) -> tuple[str, ...]:
    """The cells of a row with those of a group in one: ``12/120``, ``3.1 (0.8)``; empty where all of them are."""
    if not cells:
        return cells
    texts = []
    for group in groups:
        parts = [cells[index] for index in group]
        if len(parts) == 1 or not any(parts):
            texts.append(parts[0])
        else:
            stems = (keys[group[0]].rstrip("12"), keys[group[1]].rstrip("12"))
            texts.append(JOINED[stems].format(*(part or "–" for part in parts)))
    return tuple(texts)
