"""Cells as reports print them: ``12/30``, ``40 %``, ``1 234``, ``3.2 ± 1.1``, ``12 (4–33)``, ``<0.001``.

A cell is read if it has a single meaning in the context of its row: a percentage becomes the only count of the total
that rounds to it. If there are several meanings, or none, the question goes back to the person together with the values
that would fit. How a number was obtained is kept with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from prismake.core.missing import is_missing
from prismake.extraction.conversions import nearest_counts, possible_counts
from prismake.extraction.extracted import Outcome
from prismake.protocol.parsing import parse_count, parse_number

_N = r"[-+−–]?\d+(?:[.,]\d+)*(?:[eE][-+]?\d+)?"
_BLANKS = "\u00a0\u2007\u2009\u202f "
_GROUPED = re.compile(rf"\d{{1,3}}(?:[{_BLANKS}]\d{{3}})+")
_FRACTION = re.compile(rf"({_N})\s*(?:/|of|out of)\s*({_N})(?:\s*[(\[]\s*({_N})\s*%\s*[)\]])?")
_SIGN = r"(?:%|per\s?cent|pct\.?)"
_PERCENT = re.compile(rf"({_N})\s*{_SIGN}", re.IGNORECASE)
_WITH_PERCENT = re.compile(rf"({_N})\s*(?:[(\[]\s*({_N})\s*{_SIGN}\s*[)\]]|[;,]\s+({_N})\s*{_SIGN})", re.IGNORECASE)
_PERCENT_FIRST = re.compile(rf"({_N})\s*{_SIGN}\s*[(\[]\s*(?:n\s*=\s*)?({_N})\s*[)\]]", re.IGNORECASE)
_PLUS_MINUS = re.compile(rf"({_N})\s*(?:±|\+/[-−–])\s*({_N})")
_BRACKET = re.compile(rf"({_N})\s*[(\[]\s*(?:SD\s*)?({_N})\s*[)\]]", re.IGNORECASE)
_RANGE = re.compile(
    rf"({_N})\s*[(\[]\s*(?P<kind>[A-Za-z0-9 %.]*?[A-Za-z%][:,]?\s+)?({_N})\s*(?:to|–|—|-|−|;|,\s)\s*({_N})\s*[)\]]"
)
_BOUND = re.compile(rf"([<>≤≥])\s*({_N})")
_ORIGIN = re.compile(
    r"[,;(\[]?\s*(?:read\s+)?(?:from|off)\s+(?:the\s+|a\s+)?(figure|fig\.?|authors?)\s*[)\]]?$", re.IGNORECASE
)
_REFERENCE = re.compile(
    r"(?:1(?:[.,]0+)?)?\s*[(\[]?\s*ref(?:\.|erence|erent)?(?:\s+(?:group|category))?\s*[)\]]?", re.IGNORECASE
)
_COMPOSITE = re.compile(r"[/%±()\[\]<>≤≥.,;]|\d\s+\S|[A-Za-z]{2}")
_ALL = 100  # per cent
_QUARTILES = re.compile(r"iqr|interquartile|quartile|q1", re.IGNORECASE)
_EXTREMES = re.compile(r"range|min", re.IGNORECASE)
_PARTNERS = (("median", "q1", "q3"), ("median", "minimum", "maximum"), ("effect", "lower", "upper"))


class Part(NamedTuple):
    """The content of a cell: the number as text and how it was obtained, or what to ask instead."""

    text: str = ""
    how: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Sheet:
    """The context for reading the cells of a row: kinds and headings of the columns, outcomes, the decimal sign."""

    kinds: Mapping[str, str]
    labels: Mapping[str, str]
    outcomes: Sequence[Outcome] = ()
    decimal_sign: str = ""
    pairs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, kinds: Mapping[str, str], labels: Mapping[str, str], outcomes: Sequence[Outcome], sign: str) -> Sheet:
        """Build it, with the columns of totals by column of events."""
        pairs: dict[str, tuple[str, ...]] = {}
        for outcome in outcomes:
            for events, total in outcome.pairs or outcome.counted_together:
                pairs[events] = tuple(dict.fromkeys((*pairs.get(events, ()), total)))
        return cls(kinds, labels, outcomes, sign, pairs)

    def roles(self, column: str) -> list[tuple[Outcome, str]]:
        """The roles that a column has in the outcomes."""
        return [
            (outcome, role)
            for outcome in self.outcomes
            for role, name in (*outcome.columns.items(), *outcome.checks.items(), *outcome.converted_from.items())
            if name == column
        ]

    def number(self, text: str) -> float | None:
        """The number of a part; None if it could be two."""
        return parse_number(text.replace("−", "-").replace("–", "-"), self.decimal_sign)


def read_row(cells: Mapping[str, str], sheet: Sheet) -> dict[str, Part]:
    """Read the columns of a row that are not plain numbers, or return what has to be asked about them.

    Args:
        cells: by column, the text of the cell; only columns of the kinds count and number are considered.
    """
    parts: dict[str, Part] = {}
    texts = {name: text.strip() for name, text in cells.items() if sheet.kinds.get(name) in ("count", "number")}
    # totals first: a percentage needs the total beside it, however that was typed
    for name in sorted(texts, key=lambda column: column in sheet.pairs):
        text = texts[name]
        if not text or is_missing(text) or not _COMPOSITE.search(text):
            continue
        origin = _ORIGIN.search(text)
        rest = text[: origin.start()].strip() if origin else text
        how = "" if origin is None else "from the authors" if origin[1].lower().startswith("a") else "from a figure"
        if _REFERENCE.fullmatch(text) and _is_ratio_of_doses(name, sheet):
            parts[name] = Part("1", "1 in the reference group")
            continue
        for column, part in _parts(name, rest, texts, parts, sheet):
            earlier = parts.get(column)
            if earlier and earlier.text and part.text and earlier.text != part.text:
                parts[column] = Part(problem=f"“{text}” and another cell of the row give two numbers for it.")
            else:
                parts[column] = part._replace(how="; ".join(filter(None, (part.how, how)))) if part.text else part
        if origin and name not in parts and sheet.number(rest) is not None:
            parts[name] = Part(rest, how)
    return parts


def _is_ratio_of_doses(name: str, sheet: Sheet) -> bool:
    return any(role == "effect" and outcome.doses for outcome, role in sheet.roles(name))


def _parts(
    name: str, text: str, texts: Mapping[str, str], parts: Mapping[str, Part], sheet: Sheet
) -> Iterator[tuple[str, Part]]:
    """(column, part) for everything in one cell."""
    if match := _GROUPED.fullmatch(text):
        yield name, Part(re.sub(f"[{_BLANKS}]", "", match[0]))
    elif match := _FRACTION.fullmatch(text):
        yield from _fraction(name, match, texts, sheet)
    elif match := _PERCENT.fullmatch(text):
        yield name, _percentage(name, match[1], text, texts, parts, sheet)
    elif match := _WITH_PERCENT.fullmatch(text):
        yield name, _count_with_percentage(name, text, (match[1], match[2] or match[3]), texts, parts, sheet)
    elif (match := _PERCENT_FIRST.fullmatch(text)) and sheet.kinds[name] == "count":
        yield name, _count_with_percentage(name, text, (match[2], match[1]), texts, parts, sheet)
    elif (match := _BRACKET.fullmatch(text)) and name in sheet.pairs:
        yield name, _count_with_bracket(name, text, (match[1], match[2]), texts, parts, sheet)
    elif match := (_PLUS_MINUS.fullmatch(text) or _BRACKET.fullmatch(text)):
        yield from _mean_and_sd(name, match, texts, sheet)
    elif match := _RANGE.fullmatch(text):
        yield from _interval(name, match, texts, sheet)
    elif match := _BOUND.fullmatch(text):
        if any(role == "p" for _, role in sheet.roles(name)) and match[1] in "<≤":
            yield name, Part(match[2], f"printed as {match[1]}{match[2]}")
        else:
            side = "below" if match[1] in "<≤" else "above"
            why = f"“{text}” says only that the number is {side} {match[2]}. Type the number, or NR."
            yield name, Part(problem=why)
    elif name in sheet.pairs and (share := sheet.number(text)) is not None and not share.is_integer():
        yield name, Part(problem=f"“{text}” is no count. {_as_a_share(text, share)}")


def _as_a_share(text: str, share: float) -> str:
    """What to type instead of a number with decimals among counts."""
    if not 0 < share < _ALL:
        return "Type the count, or NR."
    percentage = text if share >= 1 else f"{100 * share:g}"
    return f"If it is a share, write {percentage} %; otherwise type the count."


def _fraction(name: str, match: re.Match[str], texts: Mapping[str, str], sheet: Sheet) -> Iterator[tuple[str, Part]]:
    """``12/30`` in the column of the events or of the total."""
    first, second = parse_count(match[1], sheet.decimal_sign), parse_count(match[2], sheet.decimal_sign)
    pairs = [(name, total) for total in sheet.pairs.get(name, ())]
    pairs += [(events, name) for events, totals in sheet.pairs.items() if name in totals]
    if first is None or second is None or not pairs:
        return
    fitting = [
        pair for pair in pairs if _same(texts.get(_other(pair, name), ""), (first, second)[pair[0] == name], sheet)
    ]
    if not fitting:
        fitting = [pair for pair in pairs if not texts.get(_other(pair, name))]
    if len(fitting) != 1:
        others = " or ".join(f"“{sheet.labels[_other(pair, name)]}”" for pair in pairs)
        what = "say different numbers" if not fitting else "are open, and either may be meant"
        yield (
            name,
            Part(problem=f"“{match[0]}” has two numbers, and the cells of {others} {what}. Type each in its cell."),
        )
        return
    events, total = fitting[0]
    if match[3] and not _printed_so(first, second, match[3], sheet):
        share = 100 * first / second if second else 0.0
        yield name, Part(problem=f"“{match[0]}”: {first} of {second} is {share:.1f} %. Which number is wrong?")
        return
    yield events, Part(str(first), f"from {match[0]}")
    yield total, Part(str(second), f"from {match[0]}")


def _other(pair: tuple[str, str], name: str) -> str:
    return pair[1] if pair[0] == name else pair[0]


def _same(text: str, number: int, sheet: Sheet) -> bool:
    return (bool(text) and parse_count(text, sheet.decimal_sign) == number) or _FRACTION.fullmatch(text) is not None


def _total(name: str, texts: Mapping[str, str], parts: Mapping[str, Part], sheet: Sheet) -> tuple[str, int | None]:
    """The column of the total for a count, and its number; None if it is open or there are several."""
    totals = sheet.pairs.get(name, ())
    numbers = {
        column: parse_count(parts[column].text if column in parts else texts.get(column, ""), sheet.decimal_sign)
        for column in totals
    }
    if len(totals) == 1:
        return totals[0], numbers[totals[0]]
    return ", ".join(sheet.labels[column] for column in totals), None


def _percentage(
    name: str, number: str, text: str, texts: Mapping[str, str], parts: Mapping[str, Part], sheet: Sheet
) -> Part:
    """``40 %`` in the column of a count, or in that of a printed percentage."""
    percent = sheet.number(number)
    if percent is None:
        return Part(problem=f"“{text}” can be two numbers. Type it without separators.")
    if any(role.startswith("percent") for _, role in sheet.roles(name)):
        return Part(number)
    if name not in sheet.pairs:
        if sheet.kinds[name] == "count":
            return Part(problem=f"“{text}” is no count, and the form has no total for it. Type the count, or NR.")
        return Part(problem=f"“{text}” can be {percent:g} or {percent / 100:g}. Type the number that is meant.")
    column, total = _total(name, texts, parts, sheet)
    if total is None:
        heading = sheet.labels.get(column, column)
        return Part(problem=f"“{text}” of how many? Type the total into “{heading}”, or the count here.")
    decimals = len(re.split("[.,]", number)[1]) if re.search("[.,]", number) else 0
    counts = possible_counts(percent, decimals, total) if 0 <= percent <= 100 else range(0)
    if len(counts) == 1:
        return Part(str(counts[0]), f"from {text} of {total}")
    if not counts:
        if not 0 <= percent <= 100 or total == 0:
            return Part(problem=f"“{text}” of {total} is no count.")
        low, high = nearest_counts(percent, total)
        shown = f"{low} gives {100 * low / total:.1f} %, {high} gives {100 * high / total:.1f} %"
        why = f"no number of {total} gives {percent:.{decimals}f} %; {shown}. Correct the percentage or the total."
        return Part(problem=why)
    which = (
        f"{', '.join(map(str, counts[:-1]))} or {counts[-1]}" if len(counts) <= 6 else f"{counts[0]} to {counts[-1]}"
    )
    return Part(problem=f"“{text}” of {total} can be {which}: which? Type the count.")


def _count_with_percentage(
    name: str,
    text: str,
    numbers: tuple[str, str],
    texts: Mapping[str, str],
    parts: Mapping[str, Part],
    sheet: Sheet,
) -> Part:
    """``12 (40 %)`` and ``40 % (12)``: the count (``numbers[0]``), checked against the total if there is one."""
    count = parse_count(numbers[0], sheet.decimal_sign)
    if count is None:
        return Part(problem=f"“{text}”: {numbers[0]} is no count. Type the count.")
    _, total = _total(name, texts, parts, sheet)
    if total and not _printed_so(count, total, numbers[1], sheet):
        why = f"“{text}”: {count} of {total} is {100 * count / total:.1f} %. Which number is wrong?"
        return Part(problem=why)
    return Part(str(count), f"from {text}")


def _count_with_bracket(
    name: str,
    text: str,
    numbers: tuple[str, str],
    texts: Mapping[str, str],
    parts: Mapping[str, Part],
    sheet: Sheet,
) -> Part:
    """``12 (40.0)`` beside 30 people, as tables headed n (%) print it: read if that is what the bracket must mean."""
    count, (_, total) = parse_count(numbers[0], sheet.decimal_sign), _total(name, texts, parts, sheet)
    if count is not None and total and _printed_so(count, total, numbers[1], sheet):
        return Part(str(count), f"from {text}")
    return Part(
        problem=f"“{text}” has two numbers. If the second is a percentage, write {numbers[0]} ({numbers[1]} %)."
    )


def _printed_so(count: int, total: int, number: str, sheet: Sheet) -> bool:
    percent = sheet.number(number)
    decimals = len(re.split("[.,]", number)[1]) if re.search("[.,]", number) else 0
    return percent is not None and count in possible_counts(percent, decimals, total)


def _mean_and_sd(name: str, match: re.Match[str], texts: Mapping[str, str], sheet: Sheet) -> Iterator[tuple[str, Part]]:
    """``3.2 ± 1.1`` and ``3.2 (1.1)`` in the column of a mean beside that of its standard deviation."""
    columns = {
        outcome.columns[f"sd{role[4:]}"]
        for outcome, role in sheet.roles(name)
        if role.startswith("mean") and f"sd{role[4:]}" in outcome.columns
    }
    if len(columns) != 1 or sheet.number(match[1]) is None or sheet.number(match[2]) is None:
        return
    (sd,) = columns
    other = texts.get(sd, "")
    if other and sheet.number(other) != sheet.number(match[2]):
        why = f"“{match[0]}” and “{sheet.labels[sd]}” {other} differ. Type each number in its cell."
        yield name, Part(problem=why)
        return
    yield name, Part(match[1], f"from {match[0]}")
    yield sd, Part(match[2], f"from {match[0]}")


def _interval(name: str, match: re.Match[str], texts: Mapping[str, str], sheet: Sheet) -> Iterator[tuple[str, Part]]:
    """``12 (4–33)`` beside quartiles, extremes or bounds of an interval: read if only one of them can be meant."""
    first, low, high = match[1], match[3], match[4]
    if any(sheet.number(number) is None for number in (first, low, high)):
        return
    kind = match["kind"] or ""
    pairs: dict[tuple[str, str], str] = {}
    for outcome, role in sheet.roles(name):
        columns = {**outcome.converted_from, **outcome.checks, **outcome.columns}
        arm = role[-1] if role[-1] in "12" else ""
        for middle, below, above in _PARTNERS:
            if role == f"{middle}{arm}" and f"{below}{arm}" in columns and f"{above}{arm}" in columns:
                pairs[columns[f"{below}{arm}"], columns[f"{above}{arm}"]] = below
    if _QUARTILES.search(kind):
        pairs = {pair: below for pair, below in pairs.items() if below == "q1"}
    elif _EXTREMES.search(kind):
        pairs = {pair: below for pair, below in pairs.items() if below == "minimum"}
    if len(pairs) == 2 and set(pairs.values()) == {"q1", "minimum"}:
        choices = f"Write {first} (IQR {low}–{high}) or {first} (range {low}–{high})."
        yield name, Part(problem=f"“{match[0]}”: are {low} and {high} quartiles or the range? {choices}")
    elif len(pairs) == 1:
        ((below, above),) = pairs
        for column, number in ((name, first), (below, low), (above, high)):
            typed = texts.get(column, "")
            if column != name and typed and sheet.number(typed) != sheet.number(number):
                why = f"“{match[0]}” and “{sheet.labels[column]}” {typed} differ. Type each number in its cell."
                yield name, Part(problem=why)
                return
        yield name, Part(first, f"from {match[0]}")
        yield below, Part(low, f"from {match[0]}")
        yield above, Part(high, f"from {match[0]}")
