"""Two or three answers found in each other's rows: too few for a pattern, yet more than chance would produce.

Answers that a reviewer reconsiders are scattered over a sheet. Answers that moved are side by side: a few cells were
sorted, one was cut and pasted a row further on, or two were swapped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

_NEAR = 3  # rows across which a cell that was cut is pasted by mistake


def how_few_moved(old: Sequence[str], new: Sequence[str], most: int) -> str:
    """How a few answers of a column, in the order of its rows, came to other rows, in words; empty if they did not.

    Args:
        most: number of changes from which the patterns of a whole column are looked for instead.
    """
    differ = [place for place, value in enumerate(old) if new[place] != value]
    changed = [place for place in differ if old[place]]
    if not changed or len(changed) >= most:
        return ""
    first, last = differ[0], differ[-1]
    among_themselves = Counter(old[first : last + 1]) == Counter(new[first : last + 1])
    if len(changed) > 1 and among_themselves and last - first <= len(differ):
        return "neighbouring cells seem to have been sorted or moved without their rows"
    words = {new[place] for place in changed}
    kinds = {old[place] for place in changed}
    if len(changed) > 2 and len(words) == 1 < len(kinds) and all(words) and last - first <= len(differ) + 1:
        return f"“{words.pop()}” seems to have been filled down over other answers"
    for place in changed:
        if not new[place] and (other := _pasted(old, new, place)) is not None:
            where = "up" if other < place else "down"
            return f"a cell seems to have been sorted or moved without its row, {abs(other - place)} {where}"
    return ""


def _pasted(old: Sequence[str], new: Sequence[str], place: int) -> int | None:
    """The new place of an answer that is gone from its row and replaced another one nearby."""
    near = (place + step * sign for step in range(1, _NEAR + 1) for sign in (-1, 1))
    return next(
        (other for other in near if 0 <= other < len(old) and old[other] and old[other] != new[other] == old[place]),
        None,
    )
