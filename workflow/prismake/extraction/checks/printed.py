"""A number that is printed twice: a percentage beside its count, or an effect beside the numbers behind it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from prismake.extraction.checks.arithmetic import BOUNDS, critical, effect, half_unit, shown, two_sided
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.conversions import nearest_counts, possible_counts
from prismake.extraction.extracted import Extraction, Outcome, Row

_ALLOWED = 0.10  # of the computed standard error: reports print adjusted and rounded effects
_P_ALLOWED = 0.25  # of z: a report may use another test (chi-squared, exact, with or without correction)
_Z_ALLOWED = 0.15  # of z
_WIDTH_ALLOWED = 1.25  # of the interval: reports use other variances and quantiles
_LOG = frozenset({"RR", "OR", "PETO", "IRR", "ROM", "HR", "GENLN"})


def check(extraction: Extraction) -> Iterator[Finding]:
    """Columns listed in the protocol as checks of an outcome whose numbers contradict the outcome's own."""
    for outcome in extraction.outcomes:
        for row in extraction.rows:
            yield from _percentages(extraction, outcome, row)
            yield from _effect(extraction, outcome, row)


def confirmed(extraction: Extraction) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """The cells (row and column) whose numbers agree with what the report prints about them a second time.

    The first set are counts and totals with the percentage beside them, which cannot say whose arm it is; the second
    are all numbers of outcomes with their effect and its interval.
    """
    by_percentage, by_effect = set(), set()
    for outcome in extraction.outcomes:
        for row in extraction.rows if outcome.checks else ():
            for pair, arm in zip(outcome.pairs, ("",) if len(outcome.pairs) == 1 else ("1", "2"), strict=False):
                if outcome.checks.get(f"percent{arm}") in row.values and not [*_percentages(extraction, outcome, row)]:
                    by_percentage |= {(row.item, column) for column in pair}
            three = (outcome.checks.get(name, "") for name in ("effect", "lower", "upper"))
            if all(name in row.values for name in three) and not [*_effect(extraction, outcome, row)]:
                by_effect |= {(row.item, column) for column in outcome.columns.values()}
    return by_percentage, by_effect


def _percentages(extraction: Extraction, outcome: Outcome, row: Row) -> Iterator[Finding]:
    for (events, total), arm in zip(outcome.pairs, ("",) if len(outcome.pairs) == 1 else ("1", "2"), strict=False):
        column = outcome.checks.get(f"percent{arm}", "")
        if not {total, column} <= row.values.keys() or row.values[total] <= 0:
            continue
        if events not in row.values:
            yield from _without_count(extraction, row, events, total, column)
            continue
        printed, computed = row.values[column], 100 * row.values[events] / row.values[total]
        if abs(printed - computed) > half_unit(printed) + 1e-9:
            why = (
                f"“{extraction.label(events)}” {shown(row.values[events])} of {shown(row.values[total])} is "
                f"{computed:.1f} %, and the report prints {shown(printed)} %"
            )
            yield Finding(Grade.ASK, "printed percentage", row.item, (events, total, column), why)


def _without_count(extraction: Extraction, row: Row, events: str, total: str, column: str) -> Iterator[Finding]:
    """A printed percentage whose count is not reported: either it gives the count, or no number of people gives it."""
    printed, people = row.values[column], int(row.values[total])
    decimals = round(-math.log10(2 * half_unit(printed)))
    if not row.texts.get(events) or not 0 <= printed <= 100:
        return
    counts = possible_counts(printed, decimals, people)
    if not counts:
        low, high = nearest_counts(printed, people)
        nearest = f"{low} gives {100 * low / people:.1f} %, {high} gives {100 * high / people:.1f} %"
        why = f"no number of {people} gives {shown(printed)} % (“{extraction.label(column)}”); {nearest}"
        yield Finding(Grade.STOP, "percentage of no count", row.item, (column, total), why)
    elif len(counts) == 1:
        why = (
            f"“{extraction.label(events)}” is not reported, and {shown(printed)} % of {people} is {counts[0]}: type "
            f"“{shown(printed)} %” there to use it"
        )
        yield Finding(Grade.NOTE, "percentage without count", row.item, (events, column), why)


def _effect(extraction: Extraction, outcome: Outcome, row: Row) -> Iterator[Finding]:
    """An effect, or its p-value, that does not match the counts or means of the row."""
    values = outcome.values(row)
    column = outcome.checks.get("effect", "")
    own = effect(outcome, values, extraction.level) if values else None
    if own is None or "effect" in outcome.columns or not math.isfinite(own[0]):
        return
    yi, vi = own
    columns = tuple(outcome.columns.values())
    if column in row.values:
        printed, log = row.values[column], outcome.measure in _LOG
        low, high = printed - half_unit(printed), printed + half_unit(printed)
        if not log or low > 0:
            low, high = (math.log(low), math.log(high)) if log else (low, high)
            slack = _ALLOWED * math.sqrt(vi)
            if not low - slack <= yi <= high + slack:
                number = math.exp(yi) if log else yi
                why = f"the numbers of the row give {number:.3g}, and “{extraction.label(column)}” is {shown(printed)}"
                yield Finding(Grade.ASK, "printed effect", row.item, (*columns, column), why)
                return
    if why := _against_interval(extraction, outcome, row, math.sqrt(vi)):
        bounds = (outcome.checks["lower"], outcome.checks["upper"])
        yield Finding(Grade.ASK, "printed interval", row.item, (*columns, *bounds), why)
        return
    p = outcome.checks.get("p", "")
    if p in row.values and column not in row.values and 0 < row.values[p] < 1 and "1" in "".join(outcome.columns):
        z, printed = abs(yi) / math.sqrt(vi), row.values[p]
        smallest = two_sided(z * (1 + _P_ALLOWED) + _Z_ALLOWED)
        largest = two_sided(max(z * (1 - _P_ALLOWED) - _Z_ALLOWED, 0.0))
        too_large = printed - half_unit(printed) > largest and printed not in BOUNDS  # “<0.05” is kept as 0.05
        if printed + half_unit(printed) < smallest or too_large:
            why = (
                f"the numbers of the row give p = {two_sided(z):.2g} (z = {z:.2f}), and “{extraction.label(p)}” is "
                f"{shown(printed)}"
            )
            yield Finding(Grade.ASK, "printed p-value", row.item, (*columns, p), why)


def _against_interval(extraction: Extraction, outcome: Outcome, row: Row, se: float) -> str:
    """Why a printed interval does not match the numbers of the row, or the empty string."""
    lower, upper = (row.values.get(outcome.checks.get(name, "")) for name in ("lower", "upper"))
    if lower is None or upper is None or not lower < upper or se <= 0:
        return ""
    log = outcome.measure in _LOG
    ends = [(lower - half_unit(lower), upper + half_unit(upper)), (lower + half_unit(lower), upper - half_unit(upper))]
    if log and min(low for low, _ in ends) <= 0:
        return ""
    widest, narrowest = (math.log(high / low) if log else high - low for low, high in ends)
    own = 2 * critical(extraction.level) * se
    if narrowest / _WIDTH_ALLOWED <= own <= widest * _WIDTH_ALLOWED:
        return ""
    times = own / ((widest + narrowest) / 2)
    size = f"{times:.1f} times wider" if times > 1 else f"{1 / times:.1f} times narrower"
    return f"the numbers of the row give an interval that is {size} than {shown(lower)} to {shown(upper)}, as printed"
