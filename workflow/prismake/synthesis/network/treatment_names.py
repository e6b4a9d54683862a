"""Which treatment an arm was given: spellings of one treatment, and spellings that must be asked back.

Case, blanks, hyphens and the order of combined treatments make no difference. Spellings that differ by one letter of a
long word could be one treatment or two, and nobody but the reviewers can tell.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import combinations
from typing import Any

from prismake.core.labels import arms_and_comparator
from prismake.core.missing import is_missing
from prismake.core.phrases import normal_word

_LONG = 5  # letters of a word from which one of them may be a slip
NO_NAME = (
    "Nothing says what this arm was given: name the arms in full text (A; B v C), or fill in the column of "
    "“network.treatment”."
)
NO_PAIR = "“{text}” does not name two treatments: write A v B, where the effect is that of A against B."


@dataclass(frozen=True)
class Named:
    """The treatments of each row (one of an arm, two of a comparison; () if they are not known), and the reasons."""

    names: tuple[tuple[str, ...], ...]
    reasons: Mapping[int, str]


def named_treatments(texts: Sequence[str], settings: Mapping[str, Any], *, pairs: bool) -> Named:
    """The treatments of rows by the names that figures show.

    Args:
        texts: what people wrote of each row.
        settings: ``outcomes.<name>.network``: ``treatments``, each with further spellings.
        pairs: whether a row compares two treatments (“A v B”).
    """
    sides: list[tuple[str, ...]] = []
    reasons: dict[int, str] = {}
    for row, text in enumerate(texts):
        arms, comparator = arms_and_comparator(str(text).replace(";", ","))
        if is_missing(text):
            reasons[row] = NO_NAME
        elif pairs and not (len(arms) == 1 and comparator):
            reasons[row] = NO_PAIR.format(text=text)
        elif not pairs and comparator:
            reasons[row] = f"“{text}” names two treatments, but the row has the numbers of one arm. Name one of them."
        sides.append(() if row in reasons else (arms[0], comparator) if pairs else (" ".join(str(text).split()),))
    listed = settings.get("treatments") or {}
    one = _among(listed) if listed else _alone([text for texts in sides for text in texts])
    names = []
    for row, own in enumerate(sides):
        answers = [one(text) for text in own]
        doubt = next((reason for _, reason in answers if reason), "")
        if doubt:
            reasons[row] = doubt
        names.append(() if doubt else tuple(name for name, _ in answers))
    return Named(tuple(names), dict(sorted(reasons.items())))


def spelling(text: str) -> str:
    """A name without what makes no difference: case, blanks, hyphens, the order of combined treatments."""
    parts = (re.sub(r"[\s\-‐-―_]+", " ", normal_word(part)).strip() for part in text.split("+"))
    return " + ".join(sorted(part for part in parts if part))


def _among(listed: Mapping[str, Sequence[str]]) -> Any:
    """Looks names up in the treatments of the protocol."""
    owner = {spelling(text): label for label, others in listed.items() for text in (label, *others)}

    def look_up(text: str) -> tuple[str, str]:
        if name := owner.get(spelling(text)):
            return name, ""
        near = get_close_matches(spelling(text), owner, n=1, cutoff=0.75)
        hint = f" Did you mean {owner[near[0]]}?" if near else ""
        where = "Correct it, or add it to “network.treatments” in config.yaml"
        return "", f"“{text}” is none of the treatments of this outcome.{hint} {where}: {', '.join(listed)}."

    return look_up


def _alone(texts: Sequence[str]) -> Any:
    """Takes every spelling as a treatment; of two that look alike, the rarer one is asked back."""
    written: dict[str, Counter[str]] = {}
    for text in texts:
        written.setdefault(spelling(text), Counter())[text] += 1
    shown = {key: max(sorted(forms), key=lambda form: forms[form]) for key, forms in written.items()}
    doubtful: dict[str, str] = {}
    for first, second in combinations(sorted(written, key=lambda key: (-written[key].total(), key)), 2):
        if look_alike(first, second):
            doubtful.setdefault(second, first)

    def look_up(text: str) -> tuple[str, str]:
        key = spelling(text)
        if key not in doubtful:
            return shown[key], ""
        other = shown[doubtful[key]]
        return "", (
            f"“{text}” looks like “{other}”. If they are one treatment, write it alike; if they are two, list both "
            "under “network.treatments” in config.yaml."
        )

    return look_up


def look_alike(first: str, second: str) -> bool:
    """Whether two spellings differ by so little that one could be a slip: by a blank, or by one letter of a long word.

    Digits and short words (1a, XR) are never slips.
    """
    if first.replace(" ", "") == second.replace(" ", ""):
        return first != second
    one, two = first.split(), second.split()
    differing = [(a, b) for a, b in zip(one, two, strict=False) if a != b]
    if len(one) != len(two) or len(differing) != 1:
        return False
    a, b = differing[0]
    if min(len(a), len(b)) < _LONG or re.sub(r"\D", "", a) != re.sub(r"\D", "", b):
        return False
    return _one_slip(a, b)


def _one_slip(a: str, b: str) -> bool:
    """Whether two different words are one letter apart: changed, added, left out, or swapped with the next one."""
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    if len(a) == len(b):
        swapped = a[start + 1 : start + 2] + a[start : start + 1] + a[start + 2 :]
        return a[start + 1 :] == b[start + 1 :] or swapped == b[start:]
    longer, shorter = (a, b) if len(a) > len(b) else (b, a)
    return len(longer) == len(shorter) + 1 and longer[start + 1 :] == shorter[start:]
