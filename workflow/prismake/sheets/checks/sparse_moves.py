"""Answers that moved in a column that is nearly all one word, so that few of them differ although all have moved.

Among 200 rows with three to include, a slip or a sort changes six answers: fewer than a team may reconsider. Here the
patterns of a whole column are looked for with an eye on its rarer answers, and one or two may be changed beside them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import comb

from prismake.sheets.checks.row_order import out_of_order

_FEWEST = 5  # changed answers
_BALANCED = 6  # changed answers that are each other's
_BESIDE = 2  # answers that were reconsidered as well
_FURTHEST = 12  # rows by which a column may have slipped up or down
_TO_THE_END = 3  # answers that one word replaced, up to the last row
_RARE = 1 / 1_000  # chance that reconsidered answers would be neighbours among those of their kind
_MOVED = "the column seems to have been sorted or moved without the others"


def how_sparse_moved(old: Sequence[str], new: Sequence[str]) -> str:
    """How the answers of a column, in the order of its rows, were rearranged or replaced, in words; empty if not."""
    changed = [place for place, value in enumerate(old) if value and new[place] != value]
    if filled := _filled_down(old, new, changed):
        return filled
    if len(changed) < _FEWEST:
        return ""
    before, after = old[changed[0] : changed[-1] + 1], new[changed[0] : changed[-1] + 1]
    surplus = Counter(before)
    surplus.subtract(Counter(after))
    beside = sum(map(abs, surplus.values())) // 2
    if beside <= 1 and len(changed) >= _BALANCED + beside:
        return f"{_MOVED}, or pasted in another order"
    if beside <= _BESIDE and _is_sorted(before, after):
        return _MOVED
    if rows := _slipped(before, after, len(changed)):
        return f"{_MOVED}, {abs(rows)} rows {'up' if rows > 0 else 'down'}"
    return ""


def _is_sorted(before: Sequence[str], after: Sequence[str]) -> bool:
    in_order = out_of_order([value for value in after if value], _BESIDE) < _BESIDE
    return in_order and out_of_order([value for value in before if value], _BESIDE) > _BESIDE


def _slipped(before: Sequence[str], after: Sequence[str], changed: int) -> int:
    """By how many rows all but a few answers moved up (down if negative)."""
    for rows in range(1, min(_FURTHEST, len(before) // 2) + 1):
        for sign, pairs in (
            (1, zip(before[rows:], after, strict=False)),
            (-1, zip(before, after[rows:], strict=False)),
        ):
            astray = 0
            for first, second in pairs:
                astray += first != second
                if astray > _BESIDE:
                    break
            if 3 * astray <= changed and astray <= _BESIDE:
                return sign * rows
    return 0


def _filled_down(old: Sequence[str], new: Sequence[str], changed: Sequence[int]) -> str:
    """In words, that one word replaced answers up to the last row, or more neighbours of a kind than by chance."""
    words = {new[place] for place in changed}
    if len(changed) < _TO_THE_END or len(words) > 1 or not (word := next(iter(words))):
        return ""
    text = f"“{word}” seems to have been filled down over other answers"
    rest = new[changed[0] :]
    if set(rest) == {word} and len(rest) > len(changed):
        return text
    others = [place for place, value in enumerate(old) if value and value != word]
    first = others.index(changed[0])
    if len(changed) < _FEWEST or others[first : first + len(changed)] != list(changed):
        return ""
    return text if (len(others) - len(changed) + 1) / comb(len(others), len(changed)) < _RARE else ""
