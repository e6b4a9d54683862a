"""Numbers as people type them. What can be read as two different numbers is none, and is asked back.

One rule for every sheet: a point and a comma are both decimal signs, and both are used between thousands. ``1.5``,
``1,5``, ``0,125``, ``1234,5``, ``1,234.5`` and ``1.234.567`` can be read in one way only. ``1.234`` and ``1,000``
cannot, unless the protocol says with ``decimal_sign`` which of the two signs stands before decimals.
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
    """The number that a text stands for; None where it is no number, or could be two.

    Args:
        decimal_sign: the sign that the team writes before decimals, ``.`` or ``,``; empty where the protocol does not
            say. The other sign then stands between thousands only.
    """
    values = readings(text, decimal_sign)
    return values[0] if len(values) == 1 else None


def readings(text: str, decimal_sign: str = "") -> list[float]:
    """The numbers that a text can stand for: none, one or two, that with decimals first."""
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
    """The whole number from 0 that a text stands for; None where it is none, or could be two."""
    value = parse_number(text, decimal_sign) if text[:1].isdigit() and "e" not in text.casefold() else None
    return int(value) if value is not None and value.is_integer() and value < 1e9 else None


def typed_number(value: float, decimal_sign: str = "") -> str:
    """A number in the form in which it can be typed into a sheet and read back.

    Three decimals behind a short number look like thousands; a fourth, 0, says that they are none.
    """
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = repr(value)
    padded = text if "e" in text or len(text.partition(".")[2]) != 3 else f"{text}0"
    return padded.replace(".", decimal_sign or ".")


def question_back(text: Any, decimal_sign: str = "") -> str:
    """What to ask where a text could be two numbers, as a sentence; empty where it could not."""
    values = readings(str(text), decimal_sign)
    if len(values) < 2:
        return ""
    with_decimals, whole = map(typed_number, values)
    return (
        f"“{str(text).strip()}” can be {values[0]:g} or {whole}. Write {with_decimals} or {whole}; or say in "
        "config/config.yaml, with decimal_sign, whether the team writes decimals behind a point or a comma."
    )


def _with_decimals(digits: str, decimal_sign: str) -> float | None:
    """The number if its one sign, where it has one, stands before decimals."""
    match = _PLAIN.fullmatch(digits)
    if not match or (match["sign"] and decimal_sign not in ("", match["sign"])):
        return None
    return float(digits.replace(",", "."))


def _grouped(digits: str, decimal_sign: str) -> float | None:
    """The number if its first sign stands between thousands."""
    match = _GROUPED.fullmatch(digits)
    if not match or match["group"] in (decimal_sign, match["sign"]):
        return None
    return float(re.sub("[.,]", "", match["whole"]) + "." + (match["decimals"] or "0"))
