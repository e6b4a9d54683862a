"""2 x 2 tables of a test: impossible counts, sums that are not the totals, printed values, tests worse than chance."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from prismake.extraction.checks.arithmetic import half_unit, shown
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import Extraction, Outcome, Row

MEASURE = "ACCURACY"
_SUMS = {"diseased": ("tp", "fn"), "healthy": ("fp", "tn"), "participants": ("tp", "fp", "fn", "tn")}
_PRINTED = {"sensitivity": ("tp", "fn"), "specificity": ("tn", "fp")}
_OTHER = {"sensitivity": ("tp", "fp"), "specificity": ("tn", "fn")}  # what is printed if two cells are exchanged
_CHANCE = 2.0  # standard errors by which a test must be worse than chance


def check(extraction: Extraction) -> Iterator[Finding]:
    """Check the table of each row, and what the report prints beside it."""
    for outcome in extraction.outcomes:
        if outcome.measure != MEASURE:
            continue
        for row in extraction.rows:
            impossible = list(_impossible(extraction, outcome, row))
            yield from impossible
            values = outcome.values(row)
            if values is None or impossible:
                continue
            yield from _sums(extraction, outcome, row, values)
            yield from _printed(extraction, outcome, row, values)
            yield from _worse_than_chance(outcome, row, values)


def _impossible(extraction: Extraction, outcome: Outcome, row: Row) -> Iterator[Finding]:
    for column in outcome.columns.values():
        value = row.values.get(column)
        if value is None or (value >= 0 and value.is_integer()):
            continue
        why = "cannot be below 0" if value < 0 else "must be a whole number"
        what = f"“{extraction.label(column)}” is {shown(value)} and {why}"
        yield Finding(Grade.STOP, "counts", row.item, (column,), what)


def _sums(extraction: Extraction, outcome: Outcome, row: Row, values: Mapping[str, float]) -> Iterator[Finding]:
    totals = outcome.check_values(row)
    for name, parts in _SUMS.items():
        if name in totals and sum(values[part] for part in parts) != totals[name]:
            columns = (*(outcome.columns[part] for part in parts), outcome.checks[name])
            sum_of = " + ".join(shown(values[part]) for part in parts)
            cells = " + ".join(f"“{extraction.label(column)}”" for column in columns[:-1])
            what = (
                f"{cells} is {sum_of} = {shown(sum(values[part] for part in parts))}, and "
                f"“{extraction.label(columns[-1])}” is {shown(totals[name])}"
            )
            yield Finding(Grade.STOP, "sum of a table", row.item, columns, what)


def _printed(extraction: Extraction, outcome: Outcome, row: Row, values: Mapping[str, float]) -> Iterator[Finding]:
    """A printed sensitivity or specificity, in per cent or as a proportion, that the counts do not give."""
    for name, printed in outcome.check_values(row).items():
        if name not in _PRINTED:
            continue
        right, wrong = _PRINTED[name]
        size = values[right] + values[wrong]
        if not size or _is_printed_as(values[right] / size, printed):
            continue
        columns = (outcome.columns[right], outcome.columns[wrong], outcome.checks[name])
        what = f"{shown(values[right])} of {shown(size)} is not the {name} of {shown(printed)} that is printed"
        first, second = (values[part] for part in _OTHER[name])
        if first + second and _is_printed_as(first / (first + second), printed):
            what += "; it would be if false positives and false negatives were exchanged"
        yield Finding(Grade.ASK, "printed accuracy", row.item, columns, what)


def _is_printed_as(proportion: float, printed: float) -> bool:
    """Whether a proportion is printed so, rounded, in per cent or not."""
    scales = (1.0, 100.0) if printed <= 1.0 else (100.0,)
    return any(abs(scale * proportion - printed) <= half_unit(printed) * 1.02 + 1e-9 for scale in scales)


def _worse_than_chance(outcome: Outcome, row: Row, values: Mapping[str, float]) -> Iterator[Finding]:
    diseased, healthy = values["tp"] + values["fn"], values["fp"] + values["tn"]
    if not diseased or not healthy:
        return
    sens, spec = values["tp"] / diseased, values["tn"] / healthy
    se = math.sqrt(sens * (1 - sens) / diseased + spec * (1 - spec) / healthy)
    if sens + spec - 1 < -_CHANCE * max(se, 1e-9):
        columns = tuple(outcome.columns[part] for part in ("tp", "fp", "fn", "tn"))
        what = (
            f"sensitivity {sens:.0%} and specificity {spec:.0%} are worse than chance, as if test and disease, or "
            "positive and negative, were exchanged"
        )
        yield Finding(Grade.ASK, "worse than chance", row.item, columns, what)
