"""Effects on the wrong side: against the study's own words, with arms exchanged, or far from every other study."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prismake.core.missing import is_missing
from prismake.core.phrases import normal_word
from prismake.extraction.checks.arithmetic import effect, residuals
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import TWO_ARM_COUNTS, TWO_ARM_MEANS, Extraction, Outcome, Row

EXCHANGED = (3.0, 2.0)  # standard errors from the other studies, as typed and with the arms exchanged
FAR = 3.5  # standard errors; both limits were chosen with tests/benchmarks/extraction
OF_EFFECTS = ("arms exchanged", "far from the others")  # findings for which a single wrong number is enough
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
    if outcome.measure in _TWO_ARMS and abs(distance) > EXCHANGED[0]:
        swapped = {f"{role[:-1]}{3 - int(role[-1])}": value for role, value in values.items()}
        other = effect(outcome, swapped, extraction.level)
        if other is not None and abs(residuals([*others, other])[-1]) < EXCHANGED[1]:
            why = "the effect lies far from those of the other studies and would not with the arms exchanged"
            yield Finding(Grade.ASK, "arms exchanged", row.item, columns, why)
            return
    if abs(distance) > FAR:
        side = "above" if distance > 0 else "below"
        why = f"the effect lies {abs(distance):.1f} standard errors {side} what the other studies foretell"
        yield Finding(Grade.ASK, "far from the others", row.item, columns, why)
