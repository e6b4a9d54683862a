"""Numbers as people type them. A text that could be two different numbers is not accepted: the reviewer is asked.

One rule for all sheets: both point and comma may be a decimal sign or separate thousands. ``1.5``, ``1,5``, ``0,125``,
``1234,5``, ``1,234.5`` and ``1.234.567`` have a single reading. ``1.234`` and ``1,000`` have two, unless the protocol
names the decimal sign with ``decimal_sign``.
"""

from __future__ import annotations

import re
from typing import Any

_PLAIN = re.compile(r"(?P<whole>\d+)(?:(?P<sign>[.,])(?P<decimals>\d+))?(?P<power>[eE][-+]?\d+)?")
_GROUPED = re.compile(
    r"(?P<whole>[1-9]\d{0,2}(?:(?P<group>[.,])\d{3})(?:(?P=group)\d{3})*)(?:(?P<sign>[.,])(?P<decimals>\d+))?"
)
_MINUS = str.maketrans("−–", "--")


def parse_number(text: str, decimal_sign: str = "") -> float | None:
    """The number in a text; None if it is not a number, or could be two.

    Args:
        decimal_sign: the decimal sign of the team, ``.`` or ``,``, so that the other sign only separates thousands;
            empty if the protocol does not name it.
    """
    values = readings(text, decimal_sign)
    return values[0] if len(values) == 1 else None


def readings(text: str, decimal_sign: str = "") -> list[float]:
    """The possible readings of a text as a number: none, one or two, the one with decimals first."""
    plain = text.strip().translate(_MINUS)
    negative, digits = (
        plain.startswith("-"),
        plain.removeprefix("-") if plain.startswith("-") else plain.removeprefix("+"),
    )
    values = [
        value for value in (_with_decimals(digits, decimal_sign), _grouped(digits, decimal_sign)) if value is not None
    ]
    return [-value if negative else value for value in dict.fromkeys(values)]


def parse_count(text: str, decimal_sign: str = "") -> int | None:
    """The non-negative whole number in a text; None if it is not one, or could be two."""
    value = parse_number(text, decimal_sign) if text[:1].isdigit() and "e" not in text.casefold() else None
    return int(value) if value is not None and value.is_integer() and value < 1e9 else None


def typed_number(value: float, decimal_sign: str = "") -> str:
    """A number as text that can be typed into a sheet and is read back as the same number.

    Three decimals after a short number look like thousands; a fourth decimal, 0, makes the reading unique.
    """
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = repr(value)
    padded = text if "e" in text or len(text.partition(".")[2]) != 3 else f"{text}0"
    return padded.replace(".", decimal_sign or ".")


def question_back(text: Any, decimal_sign: str = "") -> str:
    """The question to the reviewer if a text could be two numbers, as a sentence; otherwise empty."""
    values = readings(str(text), decimal_sign)
    if len(values) < 2:
        return ""
    with_decimals, whole = map(typed_number, values)
    return (
        f"“{str(text).strip()}” can be {values[0]:g} or {whole}. Write {with_decimals} or {whole}; or set decimal_sign "
        "in config/config.yaml to the decimal sign that the team uses, point or comma."
    )


def normal_dose(text: str, decimal_sign: str = "") -> str:
    """A printed dose with its signs as one writes them in print, so that “10 - 20” and “10–20” are one answer.

    Numbers that could be two are written as the one that the team's ``decimal_sign`` makes them.

    >>> normal_dose("10 to 20"), normal_dose(">= 40 g"), normal_dose("< 1.250", ".")
    ('10–20', '≥40 g', '<1.25')
    """

    def one_reading(match: re.Match[str]) -> str:
        number = parse_number(match.group(), decimal_sign)
        return match.group() if number is None or parse_number(match.group()) is not None else typed_number(number)

    plain = text.replace(">=", "≥").replace("<=", "≤")
    plain = re.sub(r"(?<=\d)\s*(?:[-–—−]|to)\s*(?=[<≤]?\s*\d)", "–", plain)
    plain = re.sub(r"([<>≤≥])\s+", r"\1", plain)
    return re.sub(r"\d[\d.,]*\d", one_reading, plain) if decimal_sign else plain


def _with_decimals(digits: str, decimal_sign: str) -> float | None:
    """The number if its sign, if it has one, is a decimal sign."""
    match = _PLAIN.fullmatch(digits)
    if not match or (match["sign"] and decimal_sign not in ("", match["sign"])):
        return None
    return float(digits.replace(",", "."))


def _grouped(digits: str, decimal_sign: str) -> float | None:
    """The number if its first sign separates thousands."""
    match = _GROUPED.fullmatch(digits)
    if not match or match["group"] in (decimal_sign, match["sign"]):
        return None
    return float(re.sub("[.,]", "", match["whole"]) + "." + (match["decimals"] or "0"))
