"""The parts of which the report of an outcome consists, whatever its kind: a section, a pooled number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

Result = Mapping[str, Any]
Spec = Mapping[str, Any]


@dataclass(frozen=True)
class Section:
    """A part of the results of an outcome: a heading, sentences, a figure, a table; each may be empty.

    ``name`` is the same on every run and unique within the outcome. ``figure`` is its name without the outcome
    (``league``). ``items`` are those of PRISMA 2020. A ``folded`` table is closed on the page until it is opened, and
    left to the supplement by the manuscript; ``table`` is what it is called there, if it is not ``legend``.
    """

    name: str
    title: str
    sentences: tuple[str, ...] = ()
    figure: str = ""
    legend: str = ""
    wide: bool = True
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    folded: bool = False
    items: tuple[str, ...] = ("20b",)
    table: str = ""


class Estimate(NamedTuple):
    """A pooled result for the supplement: which analysis it belongs to, its name, and its unrounded values."""

    analysis: str
    name: str
    values: Mapping[str, Any]
