"""Studies that are not pooled: p-values that cannot be read, and directions that their own numbers contradict.

Their effects, intervals and the numbers of their arms are checked as those of any other outcome: ``with_numbers`` gives
these a definition of their own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from prismake.core.missing import is_missing
from prismake.extraction.checks.arithmetic import effect, shown, two_sided
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import Extraction, Outcome, Row
from prismake.extraction.p_values import p_value_of
from prismake.protocol.measure_parts import ROLES
from prismake.protocol.outcome_columns import part_of
from prismake.protocol.unpooled_outcomes import CONFLICTING, DIRECTION, EFFECT, NO_DIFFERENCE, P_VALUE

MEASURE = "DIRECTION"
_LIMIT = 0.05
_CLEAR = (0.04, 0.06)  # p-values of a study's own numbers that are on one side of the limit, rounded or not


class _Estimate(NamedTuple):
    """The effect of a row on the scale of its analysis, its variance if it is known, words for it, and its columns."""

    yi: float
    vi: float | None
    words: str
    columns: tuple[str, ...]


def with_numbers(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """The outcomes; one that is not pooled has its direction and p-value, and apart from it, under the same name, its
    effect with interval, and the numbers of its arms, so far as the sheet asks for them."""
    for outcome in outcomes:
        if outcome.measure != MEASURE:
            yield outcome
            continue
        columns = outcome.columns
        yield replace(outcome, columns=_some(columns, (DIRECTION, P_VALUE)))
        if set(EFFECT) <= columns.keys():
            yield replace(outcome, measure="GEN", columns=_some(columns, EFFECT))
        roles = ROLES.get(outcome.effect_measure, ())
        in_rows = tuple(dict.fromkeys(part_of(role) for role in roles))  # an arm in a row of results
        if not set(roles) <= set(EFFECT) and set(roles) <= columns.keys():
            yield replace(outcome, measure=outcome.effect_measure, columns=_some(columns, roles))
        elif in_rows == ("events", "total") and set(in_rows) <= columns.keys():
            yield replace(outcome, measure="PLO", columns=_some(columns, in_rows))


def _some(columns: Mapping[str, str], roles: Iterable[str]) -> dict[str, str]:
    return {role: columns[role] for role in roles if role in columns}


def check(extraction: Extraction) -> Iterator[Finding]:
    """Check p-value and direction of each row against each other and against the row's numbers."""
    for outcome in (outcome for outcome in extraction.outcomes if outcome.measure == MEASURE):
        numbers = [other for other in extraction.outcomes if other.name == outcome.name and other is not outcome]
        for row in extraction.rows:
            stops = [*_p_value(extraction, outcome, row), *_side_of_another(extraction, outcome, row)]
            yield from stops
            if not stops:
                yield from _direction(extraction, outcome, numbers, row)


def _p_value(extraction: Extraction, outcome: Outcome, row: Row) -> Iterator[Finding]:
    column = outcome.columns.get(P_VALUE, "")
    text = row.texts.get(column, "")
    if is_missing(text):
        return
    value, where = p_value_of(text), f"“{extraction.label(column)}” is “{text}”"
    if value is None:
        what = f"{where}, which is no p-value; 0.03, <0.001, >0.05, NS or 0.03 (one-sided) can be read"
    elif value.value == 0:
        what = f"{where}, which is rounded, because no p-value is 0; as a bound it is <0.001 or smaller"
    elif value.value > 1:
        what = f"{where}, and a p-value is at most 1"
    else:
        return
    yield Finding(Grade.STOP, "p-value", row.item, (column,), what)


def _side_of_another(extraction: Extraction, outcome: Outcome, row: Row) -> Iterator[Finding]:
    """A direction that is none of this outcome, where outcomes with other sides share the question."""
    column = outcome.columns.get(DIRECTION, "")
    answer, allowed = row.texts.get(column, ""), (*outcome.favours, NO_DIFFERENCE, CONFLICTING)
    if not is_missing(answer) and answer not in allowed:
        what = f"“{extraction.label(column)}” is “{answer}”, and this outcome has {', '.join(allowed)}"
        yield Finding(Grade.STOP, "direction", row.item, (column,), what)


def _direction(extraction: Extraction, outcome: Outcome, numbers: list[Outcome], row: Row) -> Iterator[Finding]:
    estimate = _estimate(extraction, numbers, row)
    if estimate is None:
        return
    yield from _against_p(extraction, outcome, row, estimate)
    column = outcome.columns.get(DIRECTION, "")
    if not column or len(outcome.favours) != 2:
        return
    answer, cells = row.texts.get(column, ""), (column, *estimate.columns)
    side = outcome.favours[0 if estimate.yi < 0 else 1] if estimate.yi else ""
    lies = f"{estimate.words} lies on the side “{side}”" if side else f"{estimate.words} is no effect"
    if is_missing(answer) and side:
        what = f"{lies}, and no direction is extracted; without one, the study has no vote"
        yield Finding(Grade.NOTE, "direction", row.item, cells, what)
    elif answer == NO_DIFFERENCE and side:
        what = f"the direction is “{answer}”, and {lies}; a direction is that of the effect, significant or not"
        yield Finding(Grade.ASK, "direction", row.item, cells, what)
    elif answer in outcome.favours and answer != side:
        yield Finding(Grade.ASK, "direction", row.item, cells, f"the direction is “{answer}”, and {lies}")


def _estimate(extraction: Extraction, numbers: list[Outcome], row: Row) -> _Estimate | None:
    """The published effect of a row, or else that of the numbers of its arms."""
    for outcome in numbers:
        values = outcome.values(row)
        own = effect(outcome, values, extraction.level) if values else None
        columns = tuple(outcome.columns.values())
        if own is not None:
            words = "the effect of its numbers"
            if "effect" in outcome.columns:
                words = f"the effect of {shown(row.values[outcome.columns['effect']])}"
            return _Estimate(*own, words, columns)
        value = row.values.get(outcome.columns.get("effect", ""))
        if value is not None and (value > 0 or not outcome.ratio):
            yi = math.log(value) if outcome.ratio else value
            return _Estimate(yi, None, f"the effect of {shown(value)}", columns[:1])
    return None


def _against_p(extraction: Extraction, outcome: Outcome, row: Row, estimate: _Estimate) -> Iterator[Finding]:
    """A two-sided p-value on the other side of 0.05 than that of the study's own interval or counts."""
    column = outcome.columns.get(P_VALUE, "")
    p = p_value_of(row.texts.get(column, ""))
    if p is None or p.sides != 2 or not estimate.vi:
        return
    own = two_sided(estimate.yi / math.sqrt(estimate.vi))
    below = p.relation != ">" and p.value <= _LIMIT
    above = p.relation != "<" and p.value >= _LIMIT
    if (below and own > _CLEAR[1]) or (above and not below and own < _CLEAR[0]):
        how = "include" if below else "exclude"
        what = f"“{extraction.label(column)}” is {row.texts[column]}, and the numbers behind {estimate.words} {how} no "
        what += "effect"
        yield Finding(Grade.ASK, "interval and p", row.item, (column, *estimate.columns), what)
