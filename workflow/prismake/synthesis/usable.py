"""Which extracted rows a measure can use: the table of outcomes says so before anything is pooled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prismake.core.names import STUDY_ID
from prismake.extraction.outcomes import USED
from prismake.synthesis.data import effects
from prismake.synthesis.shared_comparators import count_people_once

if TYPE_CHECKING:
    import pandas as pd

UNUSABLE, NO_EVENTS = "not usable", "no events"
EXTRACTED = (USED, UNUSABLE, NO_EVENTS)  # rows with complete numbers, which an analysis looks at
TAKES_NO_EVENTS = "beta_binomial"  # the model that includes studies without an event in either arm
TAKEN_IN = "No event in either arm: pooled by the beta–binomial model, and left out of every other one."
LEVEL = 95.0  # of published intervals; the level changes no row's usability


def unusable(rows: pd.DataFrame, spec: Mapping[str, Any]) -> dict[Any, tuple[str, str]]:
    """Status and remark of the rows that the measure of their outcome cannot use, by their index.

    Args:
        rows: the rows of one outcome with complete numbers.
        spec: ``measure``, ``columns``, ``model`` and the like of the config, and ``labels``: headings of the columns.

    ``not usable``: a number that the measure has no use for, such as a limit of zero of a ratio. ``no events``: a
    comparison without an event in either arm, for which no ratio can be known. Arms with one comparator are judged in
    the form in which they are pooled.
    """
    marks: dict[Any, tuple[str, str]] = {}
    settled = count_people_once(rows, spec).rows
    usable = effects(settled, spec, LEVEL, _headings(spec))
    cells = settled.to_dict("records")
    for position, reason in usable.reasons.items():
        no_events = position in usable.double_zero
        pooled = no_events and spec.get("model") == TAKES_NO_EVENTS
        status = USED if pooled else NO_EVENTS if no_events else UNUSABLE
        same = rows.index[_rows_of(cells[position], rows)]
        marks |= dict.fromkeys(same, (status, TAKEN_IN if pooled else reason))
    return marks


def _headings(spec: Mapping[str, Any]) -> dict[str, str]:
    labels = spec.get("labels") or {}
    return {role: labels.get(column) or column for role, column in spec["columns"].items()}


def _rows_of(row: Mapping[str, Any], rows: pd.DataFrame) -> Any:
    """The extracted rows behind a row that is pooled: itself, or the arms that were combined in it."""
    arms = {row["arm"], *str(row["arm"]).split(" + ")}
    return (rows[STUDY_ID] == row[STUDY_ID]) & rows["arm"].isin(arms)
