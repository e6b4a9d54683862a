"""The extraction as numbers by row and column, as the checks read it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from prismake.core.measures import PROPORTIONS
from prismake.core.missing import is_missing
from prismake.protocol.outcome_kinds import checked_as, kind_of
from prismake.protocol.outcome_names import WITHOUT_POOLING, kind_name
from prismake.protocol.unpooled_outcomes import RATIOS

TWO_ARM_COUNTS = frozenset({"RR", "OR", "RD", "PETO", "AS"})
TWO_ARM_MEANS = frozenset({"MD", "SMD", "ROM"})


class Column(NamedTuple):
    """A question of the extraction: its name, heading and kind (count, number, choice, text)."""

    name: str
    label: str
    kind: str


@dataclass(frozen=True)
class Row:
    """A study, or an arm of one.

    ``texts``: the answers in normal form, by column; ``values``: those that are numbers; ``year``: the year of
    publication, None if unknown.
    """

    item: str
    label: str
    texts: Mapping[str, str]
    values: Mapping[str, float]
    year: int | None = None

    @property
    def study(self) -> str:
        return self.item.partition("|")[0]


@dataclass(frozen=True)
class Outcome:
    """The protocol's definition of an outcome.

    ``columns``: the column of each part of the measure. ``checks``: columns with redundant information (a printed
    percentage, a p-value, who is favoured). ``scale``: the bounds and the number of items of a questionnaire.
    ``favours``: who is favoured to the left and right of no effect. ``analysis_set``: the population whose totals agree
    between outcomes. ``converted_from``: columns from which unreported numbers may be converted. ``printed``: those of
    ``checks`` that the form has because of the outcome. ``sum_of``: names of outcomes that add up to it. ``own_rows``:
    whether each row of a sheet with a row for each result is a row of its own (``protocol.outcome_kinds``).
    ``effect_measure``: the measure of the protocol, where ``measure`` only names the checks. ``doses``: the unit of
    doses, and the rule for groups that are open above.
    """

    name: str
    measure: str
    columns: Mapping[str, str]
    checks: Mapping[str, str] = field(default_factory=dict)
    scale: Mapping[str, float] = field(default_factory=dict)
    favours: Sequence[str] = ()
    ratio: bool = True
    analysis_set: str = ""
    converted_from: Mapping[str, str] = field(default_factory=dict)
    printed: Mapping[str, str] = field(default_factory=dict)
    sum_of: Sequence[str] = ()
    own_rows: bool = False
    doses: Mapping[str, str] = field(default_factory=dict)
    effect_measure: str = ""

    @property
    def asked_columns(self) -> dict[str, str]:
        """Every column that the sheet has because of the outcome, by role."""
        return {**self.columns, **self.converted_from, **self.printed}

    @property
    def ratio_scale(self) -> bool:
        """Whether published effects are ratios."""
        return self.measure in ("GENLN", "HR") or (self.measure == "GEN" and self.ratio)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Columns of events and of their total: one pair, two for two arms, none for other measures."""
        if self.measure in PROPORTIONS:
            return [(self.columns["events"], self.columns["total"])]
        if self.measure in TWO_ARM_COUNTS:
            return [(self.columns[f"events{arm}"], self.columns[f"total{arm}"]) for arm in (1, 2)]
        return []

    @property
    def counted_together(self) -> list[tuple[str, str]]:
        """Columns of cases and people of a dose group, which a report may print as one: 12/30."""
        roles = ("events", "total")
        return [(self.columns["events"], self.columns["total"])] if self.doses and {*roles} <= {*self.columns} else []

    def values(self, row: Row) -> dict[str, float] | None:
        """The parts of the measure in a row; None unless all of them are numbers."""
        values = {role: row.values[column] for role, column in self.columns.items() if column in row.values}
        return values if len(values) == len(self.columns) else None

    def check_values(self, row: Row) -> dict[str, float]:
        """The further numbers that a row has for the checks."""
        return {role: row.values[column] for role, column in self.checks.items() if column in row.values}


@dataclass(frozen=True)
class Extraction:
    """The rows of one sheet, or those that the panel settled."""

    rows: Sequence[Row]
    labels: Mapping[str, str]
    kinds: Mapping[str, str]
    outcomes: Sequence[Outcome]
    overlap: str = ""
    timing: Mapping[str, str] = field(default_factory=dict)  # columns of start, end and follow_up, as far as there are
    level: float = 95.0  # of the intervals that reports print

    def label(self, column: str) -> str:
        """The heading of a column."""
        return self.labels.get(column) or column

    def numbers(self, column: str) -> list[tuple[Row, float]]:
        """The rows that have a number in a column, with that number."""
        return self._numbers.get(column, [])

    @cached_property
    def _numbers(self) -> dict[str, list[tuple[Row, float]]]:
        by_column: dict[str, list[tuple[Row, float]]] = {}
        for row in self.rows:
            for column, value in row.values.items():
                by_column.setdefault(column, []).append((row, value))
        return by_column

    @cached_property
    def totals(self) -> list[str]:
        """Columns that count people: totals and group sizes of any outcome."""
        names = ("total", "total1", "total2", "n1", "n2", "n")
        outcomes = [outcome for outcome in self.outcomes if not outcome.doses]  # whose groups differ in size by design
        columns = (outcome.columns[name] for outcome in outcomes for name in names if name in outcome.columns)
        return list(dict.fromkeys(columns))


def outcomes_of(config: Mapping[str, Mapping[str, Any]]) -> list[Outcome]:
    """The outcomes of the protocol (``outcomes``)."""
    return [
        Outcome(
            name=name,
            measure=checked_as(spec),
            columns=spec["columns"],
            checks=spec.get("checks", {}),
            scale=spec.get("scale", {}),
            favours=spec.get("favours", ()),
            ratio=is_ratio(spec),
            analysis_set=spec.get("analysis_set", ""),
            converted_from=spec.get("converted_from", {}),
            printed=spec.get("printed_columns", {}),
            sum_of=spec.get("sum_of", ()),
            own_rows=bool(kind_of(spec).rows(spec)),
            doses=spec.get("dose_response", {}),
            effect_measure=spec["measure"],
        )
        for name, spec in config.items()
    ]


def timing_columns(signs: Mapping[str, str], follow_up: str) -> dict[str, str]:
    """Columns by ``start``, ``end``, ``follow_up``, from the settings ``overlap_signs`` and ``overlap_follow_up``."""
    columns = {"start": signs.get("start", ""), "end": signs.get("end", ""), "follow_up": follow_up}
    return {name: column for name, column in columns.items() if column}


def is_ratio(spec: Mapping[str, Any]) -> bool:
    """Whether the published effects of an outcome are ratios."""
    if kind_name(spec) == WITHOUT_POOLING and spec["measure"] != "GEN":
        return spec["measure"] in RATIOS
    return bool(spec.get("ratio_scale", True))


def extraction_of(
    columns: Iterable[Column],
    answers: Mapping[str, Mapping[str, str]],
    labels: Mapping[str, str],
    outcomes: Sequence[Outcome],
    items: Iterable[str] | None = None,
    overlap: str = "",
    timing: Mapping[str, str] = MappingProxyType({}),
) -> Extraction:
    """Convert answers in normal form to numbers.

    Args:
        columns: the questions, in order.
        answers: item to column to answer.
        labels: item to the name of the study; a year in it is taken as the year of publication.
        items: the rows to include; all rows with an answer if omitted.
        overlap: the column that names the study with the same participants.
        timing: the columns with start and end of enrolment, and with the length of follow-up.
    """
    columns = list(columns)
    kinds = {column.name: column.kind for column in columns}
    numeric = {name for name, kind in kinds.items() if kind in ("count", "number")}
    rows = []
    for item in answers if items is None else items:
        texts = {name: text for name, text in answers.get(item, {}).items() if text}
        values = {name: value for name in texts.keys() & numeric if (value := number(texts[name])) is not None}
        ordered = {name: values[name] for name in kinds if name in values}
        rows.append(Row(item, labels.get(item) or item, texts, ordered, _year(labels.get(item) or item)))
    headings = {column.name: column.label for column in columns}
    return Extraction(rows, headings, kinds, outcomes, overlap, timing)


def number(text: str) -> float | None:
    """The value of an answer in normal form; None if the number was not reported."""
    if is_missing(text):
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _year(label: str) -> int | None:
    years = re.findall(r"\b(?:19|20)\d\d\b", label)
    return int(years[-1]) if years else None
