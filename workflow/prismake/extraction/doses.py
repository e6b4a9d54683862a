"""The dose of a group as it is printed, and the dose that is assigned to it.

A group is printed as a number (its mean or median, a fixed dose) or as an interval: “10–20”, “10 to <20”, “<5”, “≥ 40”,
“40+”. An interval is given its middle. One that is open above is closed by a rule of the protocol: as wide as the
interval next to it (``neighbour``; Il'yasova et al. 2005, Cancer Causes Control 16:383-388), or given 1.2 times its
bound (``factor``; Berlin, Longnecker & Greenland 1993, Epidemiology 4:218-228), or asked back (``ask``). One that is
open below begins at zero.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from prismake.core.missing import is_missing
from prismake.protocol.parsing import question_back, readings

FACTOR = 1.2
_NUMBER = r"\d[\d.,]*"
_BETWEEN = re.compile(
    rf"(?:between\s+)?(?:>=|[>≥])?\s*({_NUMBER})\s*(?:-|–|—|−|to|and)\s*(?:<=|[<≤])?\s*({_NUMBER})", re.IGNORECASE
)
_BELOW = re.compile(rf"(?:<=|[<≤]|up to|under|less than|below)\s*({_NUMBER})", re.IGNORECASE)
_ABOVE = re.compile(
    rf"(?:>=|[>≥]|over|more than|at least|above)\s*({_NUMBER})|({_NUMBER})\s*(?:\+|or more|and over|and more)",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"none|placebo|no exposure|unexposed|abstainers|(?:never|non)(?:[- ]?[a-z]+)?", re.IGNORECASE)
_REFERENCE = re.compile(r"\s*[(\[]\s*ref(?:\.|erence|erent)?(?:\s+group)?\s*[)\]]$", re.IGNORECASE)


class Interval(NamedTuple):
    """What a group is printed as: ``low`` and ``high`` are equal for a number, and None where it is open."""

    low: float | None
    high: float | None

    @property
    def exact(self) -> bool:
        return self.low is not None and self.low == self.high


@dataclass(frozen=True)
class Assigned:
    """The dose of a group: ``value``, how it was ``derived`` ("" if it is printed so), or what is ``wrong`` with it."""

    value: float | None
    derived: str = ""
    wrong: str = ""


def read_interval(text: str, unit: str = "") -> Interval | str:
    """A printed dose as an interval, or why it is none, as a sentence without its full stop."""
    plain = _REFERENCE.sub("", " ".join(text.split()))
    if unit:
        plain = re.sub(rf"(?<=[\d\s+]){re.escape(unit)}(?=\s|-|–|$)", "", plain, flags=re.IGNORECASE)
        plain = " ".join(plain.split())
    if _NOTHING.fullmatch(plain):
        return Interval(0.0, 0.0)
    if match := _BETWEEN.fullmatch(plain):
        low, high = (_value(match.group(i)) for i in (1, 2))
        if low is not None and high is not None:
            return Interval(low, high) if low < high else f"“{text}” does not ascend"
    if (match := _BELOW.fullmatch(plain)) and (bound := _value(match.group(1))) is not None:
        return Interval(None, bound) if bound > 0.0 else f"“{text}” is below any dose"
    if (match := _ABOVE.fullmatch(plain)) and (bound := _value(match.group(1) or match.group(2))) is not None:
        return Interval(bound, None)
    if (number := _value(plain)) is not None:
        return Interval(number, number)
    for part in re.findall(_NUMBER, plain):
        if question := question_back(part):
            return question.removesuffix(".")
    return (
        f"“{text}” is no dose: write a number, or an interval such as 10–20, <5 or ≥ 40{f', in {unit}' if unit else ''}"
    )


def _value(text: str) -> float | None:
    """The only reading of a number from 0 on; None if it is no number, or could be two."""
    values = readings(text)
    return values[0] if len(values) == 1 and values[0] >= 0.0 else None


def assigned_doses(texts: Sequence[str], rule: str, unit: str = "") -> list[Assigned]:
    """The doses of the groups of one study, in their order.

    Args:
        texts: as extracted; groups without a dose may be blank.
        rule: what closes an interval that is open above: ``neighbour``, ``factor`` or ``ask``.
    """
    read = [None if is_missing(text) else read_interval(text, unit) for text in texts]
    intervals = [interval for interval in read if isinstance(interval, Interval)]
    doses = []
    for interval in read:
        if interval is None:
            doses.append(Assigned(None, wrong="the dose of the group is not reported"))
        elif isinstance(interval, str):
            doses.append(Assigned(None, wrong=interval))
        else:
            doses.append(_assigned(interval, intervals, rule))
    return doses


def _assigned(interval: Interval, every: Sequence[Interval], rule: str) -> Assigned:
    low, high = interval
    if high is None:
        return _closed(low or 0.0, every, rule)
    if interval.exact:
        return Assigned(high)
    start = 0.0 if low is None else low
    return Assigned((start + high) / 2.0, f"the middle of {start:g} to {high:g}")


def _closed(bound: float, every: Sequence[Interval], rule: str) -> Assigned:
    """The dose of a group that is open above from ``bound`` on."""
    if rule == "factor":
        return Assigned(FACTOR * bound, f"{FACTOR:g} times {bound:g}, where the group begins")
    below = [
        (other.high - (other.low or 0.0), other)
        for other in every
        if other.high is not None and not other.exact and other.high <= bound * (1.0 + 1e-9)
    ]
    if rule == "ask" or not below:
        why = "the protocol asks for a number" if rule == "ask" else "no interval below it says how wide it is"
        return Assigned(
            None, wrong=f"the group from {bound:g} on has no upper end, and {why}: write its mean or median"
        )
    width = max(below, key=lambda pair: pair[1].high or 0.0)[0]
    text = f"the middle of {bound:g} to {bound + width:g}, as wide as the group below it"
    return Assigned(bound + width / 2.0, text)
