"""Effects on the wrong side: against the study's own words, with arms exchanged, or far from every other study."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from prismake.core.missing import is_missing
from prismake.core.phrases import normal_word
from prismake.extraction.checks.arithmetic import effect, of_many, residuals, shown
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import TWO_ARM_COUNTS, TWO_ARM_MEANS, Extraction, Outcome, Row

FAR = 3.5  # standard errors from the prediction of the other studies
FIRST_LOOK = 2.0  # standard errors from which the slips below are tried
BETTER = {
    "arms exchanged": 4.0,
    "percentage typed as a count": 6.0,
    "doubled digit": 4.0,
}  # how much smaller a squared distance must become
NEAR = 1.5  # the distance that may remain without the slip
OF_EFFECTS = (*BETTER, "far from the others")  # one wrong number is enough
_TWO_ARMS = TWO_ARM_COUNTS | TWO_ARM_MEANS | {"IRR"}


def check(extraction: Extraction) -> Iterator[Finding]:
    """Compare each sign with the words of the study, then each effect with the others."""
    for outcome in extraction.outcomes:
        rows = []
        for row in extraction.rows:
            values = outcome.values(row)
            own = effect(outcome, values, extraction.level) if values else None
            if values is not None and own is not None and own[1] > 0:
                rows.append((row, values, own))
        for row, _, (yi, _) in rows:
            yield from _sign(outcome, row, yi)
        distances = residuals([own for _, _, own in rows])
        for place, (distance, (row, values, _)) in enumerate(zip(distances, rows, strict=True)):
            others = [own for at, (_, _, own) in enumerate(rows) if at != place]
            yield from _far(extraction, outcome, row, values, distance, others)


def _sign(outcome: Outcome, row: Row, yi: float) -> Iterator[Finding]:
    column = outcome.checks.get("favours", "")
    answer = row.texts.get(column, "")
    if is_missing(answer) or len(outcome.favours) != 2 or yi == 0:
        return
    sides = [_side(text) for text in outcome.favours]
    side = _side(answer)
    if side in sides and (sides.index(side) == 0) != (yi < 0):
        named = outcome.favours[0 if yi < 0 else 1]
        why = f"the study favours {side}, and its numbers lie on the side “{named}”"
        yield Finding(Grade.ASK, "sign", row.item, (*outcome.columns.values(), column), why)


def _side(text: str) -> str:
    return normal_word(text).removeprefix("favours ").removeprefix("favors ")


def _far(
    extraction: Extraction,
    outcome: Outcome,
    row: Row,
    values: Mapping[str, float],
    distance: float,
    others: list[tuple[float, float]],
) -> Iterator[Finding]:
    columns = tuple(outcome.columns.values())
    outcomes = len(extraction.outcomes)
    if abs(distance) > FIRST_LOOK:
        tried = []
        for name, undone, cells, why in _slips(extraction, outcome, values):
            other = effect(outcome, undone, extraction.level)
            if other is not None and other[1] > 0:
                left = abs(residuals([*others, other])[-1])
                if left < NEAR and distance**2 - left**2 > BETTER[name] + 2 * math.log(outcomes):
                    tried.append((left, name, cells or columns, why))
        if tried:
            _, name, cells, why = min(tried)
            yield Finding(Grade.ASK, name, row.item, cells, why)
            return
    if abs(distance) > of_many(FAR, outcomes):
        side = "above" if distance > 0 else "below"
        why = f"the effect lies {abs(distance):.1f} standard errors {side} what the other studies foretell"
        yield Finding(Grade.ASK, "far from the others", row.item, columns, why)


def _slips(
    extraction: Extraction, outcome: Outcome, values: Mapping[str, float]
) -> Iterator[tuple[str, dict[str, float], tuple[str, ...], str]]:
    """(name, the values without the slip, the cells, a sentence) of the slips that are easily made."""
    if outcome.measure in _TWO_ARMS:
        swapped = {f"{role[:-1]}{3 - int(role[-1])}": value for role, value in values.items()}
        why = "the effect lies far from those of the other studies and would not with the arms exchanged"
        yield "arms exchanged", swapped, (), why
    for arm in ("", "1", "2") if outcome.pairs else ():
        events, total = values.get(f"events{arm}"), values.get(f"total{arm}")
        if events and total and events <= 100 and (count := float(round(events * total / 100))) not in (events, 0.0):
            cell = outcome.columns[f"events{arm}"]
            why = (
                f"“{extraction.label(cell)}” is {shown(events)} of {shown(total)}, far from the other studies; as a "
                f"percentage ({shown(count)} of {shown(total)}) it would not be: is it a count?"
            )
            cells = (cell, outcome.columns[f"total{arm}"])
            yield "percentage typed as a count", {**values, f"events{arm}": count}, cells, why
    for role, value in values.items():
        for single in _without_doubled(value) if role[:2] in ("ev", "to", "me", "n1", "n2", "n") else ():
            cell = outcome.columns[role]
            why = (
                f"“{extraction.label(cell)}” is {shown(value)}, with which the effect lies far from the other studies; "
                f"with {shown(single)} it would not: a digit typed twice?"
            )
            yield "doubled digit", {**values, role: single}, (cell,), why


def _without_doubled(value: float) -> list[float]:
    """The numbers that are left if one of two equal digits beside each other is taken out."""
    text = shown(value)
    singles = {
        text[:place] + text[place + 1 :]
        for place in range(len(text) - 1)
        if text[place] == text[place + 1] and text[place].isdigit()
    }
    return sorted(float(single) for single in singles if float(single) > 0 or value < 0)
