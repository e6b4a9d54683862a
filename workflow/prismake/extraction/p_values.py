"""P-values as reports print them: exact ones, bounds, and words for a result that was not significant."""

from __future__ import annotations

import re
from typing import NamedTuple

from prismake.core.missing import is_missing

_SIGNS = {"": "=", "=": "=", "<": "<", "≤": "<", "<=": "<", "=<": "<", "⩽": "<", ">": ">", "≥": ">", ">=": ">"}
_NOT_SIGNIFICANT = frozenset({"ns", "n.s.", "n.s", "not significant", "non-significant", "nonsignificant"})
_CUSTOMARY = 0.05
_SIDES = re.compile(r"[\s,;(]*(?P<sides>one|two|1|2)[\s-]*(?:sided|tailed|tail|side)\b\)?\.?$")
_VALUE = re.compile(
    r"^(?:p(?:[\s-]*value)?\s*:?\s*)?(?P<sign>[=<>≤≥⩽]{0,2})\s*"
    r"(?P<number>\d*[.,·]?\d+(?:\s*(?:e|[x×*]\s*10\s*\^?)\s*[-−–]\s*\d+)?)$"
)


class PValue(NamedTuple):
    """A p-value: the number, what it is (``=``, ``<`` or ``>`` it), and for how many sides it was reported."""

    value: float
    relation: str = "="
    sides: int = 2


def p_value_of(text: str) -> PValue | None:
    """A reported p-value; None if there is none or it cannot be read.

    >>> [tuple(p_value_of(text)) for text in ("P < 0.001", "0,03 (one-sided)", "NS")]
    [(0.001, '<', 2), (0.03, '=', 1), (0.05, '>', 2)]
    """
    if is_missing(text):
        return None
    plain = " ".join(text.casefold().split())
    sides = _SIDES.search(plain)
    tails = 1 if sides and sides["sides"] in ("one", "1") else 2
    plain = plain[: sides.start()].strip() if sides else plain
    if plain in _NOT_SIGNIFICANT:
        return PValue(_CUSTOMARY, ">", tails)
    parts = _VALUE.match(plain)
    if not parts or parts["sign"] not in _SIGNS:
        return None
    value = _number(parts["number"])
    return None if value is None else PValue(value, _SIGNS[parts["sign"]], tails)


def _number(text: str) -> float | None:
    plain = text.replace(",", ".").replace("·", ".").replace(" ", "").replace("−", "-").replace("–", "-")
    try:
        return float(re.sub(r"[x×*]10\^?", "e", plain))
    except ValueError:
        return None
