"""Answers that moved to other rows: a column sorted, cut or pasted without the others.

Identifiers, titles and checks all fit then, and only the answers read last tell that something is wrong: a team that
reconsiders changes some answers, it does not deal the same ones out anew. A sheet is refused when at least
``_FEWEST`` answers that had been given changed and one of these holds for a column, from the first to the last of them:

- the same answers are there, now sorted or in one block for each answer;
- they are those of the rows a little above or below, as after “delete cells, shift up”;
- at least ``_MANY_VALUES`` changed, and the same answers, of four or more kinds, are there in another order;
- at least ``_MANY`` changed, hardly an answer was lost, and the new ones agree with the old ones no better than chance
  would have it (agreement beyond chance, as in Cohen's kappa, below ``_CHANCE``).

The first reading has nothing to compare with: a column that was sorted before a sheet was ever read is taken as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby, pairwise

from prismake.core.errors import SheetError
from prismake.core.names import SETTLED
from prismake.kept.way_back import way_back
from prismake.sheets.answers import SheetAnswers
from prismake.sheets.checks.checked_sheet import CheckedSheet, Problem
from prismake.sheets.layout import Column
from prismake.sheets.reading import SheetTable

_FEWEST, _MANY_VALUES, _MANY = 4, 8, 20
_CHANCE = 0.25
_FURTHEST = 3  # rows that a column may have slipped up or down
_SHOWN = 6  # cells in the message


def check(sheet: CheckedSheet) -> list[Problem]:
    """Nothing, or SheetError when the answers of a column are those of the last good reading in other rows."""
    for header, rows in _by_column(sheet.answers, sheet.columns).items():
        cells = [
            (number, sheet.last_good.get(item, {}).get(name, ""), sheet.given(item).get(name, ""))
            for number, item, name in rows
            if name not in sheet.answers.broken.get(item, ())
        ]
        old, new = [cell[1] for cell in cells], [cell[2] for cell in cells]
        if is_rearranged(old, new):
            raise _refusal(sheet.table, header, [cell for cell in cells if cell[1] and cell[1] != cell[2]])
    return []


def is_rearranged(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether the answers of a column, in the order of its rows, are the old ones in other rows."""
    changed = [place for place, value in enumerate(old) if value and new[place] != value]
    if len(changed) < _FEWEST:
        return False
    differ = [place for place, value in enumerate(old) if new[place] != value]
    # new answers further down are no part of what was moved; answers that moved into empty rows are
    for first, last in {(changed[0], changed[-1]), (differ[0], differ[-1])}:
        before, after = old[first : last + 1], new[first : last + 1]
        if _same_in_other_rows(before, after, {old[place] for place in changed}, len(changed)):
            return True
    return False


def _same_in_other_rows(before: Sequence[str], after: Sequence[str], kinds: set[str], changed: int) -> bool:
    if Counter(before) == Counter(after) and (_sorted(after) or (changed >= _MANY_VALUES and len(kinds) >= 4)):
        return True
    return _slipped(before, after) or (changed >= _MANY and _dealt_out_anew(before, after, changed))


def _by_column(answers: SheetAnswers, columns: Sequence[Column]) -> dict[str, list[tuple[int, str, str]]]:
    """By header, (row, item, field) of its cells from top to bottom."""
    by_header: dict[str, list[tuple[int, str, str]]] = {}
    for column in columns:
        if column.role == "answer" and column.header != SETTLED:
            by_header[column.header] = [
                (row, item, column.key) for item, rows in answers.places.items() for row in rows
            ]
        elif column.role == "answer":  # rows of the consensus sheet are known by item and question
            keys = ((key.rpartition("/"), rows) for key, rows in answers.places.items())
            by_header[column.header] = [(row, item, name) for (item, _, name), rows in keys for row in rows]
    return {header: sorted(cells) for header, cells in by_header.items()}


def _sorted(values: Sequence[str]) -> bool:
    """Whether the answers, empty cells aside, are in order, or each kind in one block."""
    given = [value for value in values if value]
    kinds = len(set(given))
    if kinds > 1 and 2 * kinds <= len(given) and sum(1 for _ in groupby(given)) == kinds:
        return True
    keys = [_key(value) for value in given]
    return all(a <= b for a, b in pairwise(keys)) or all(a >= b for a, b in pairwise(keys))


def _key(value: str) -> tuple[float, str]:
    try:
        return float(value), ""
    except ValueError:
        return float("inf"), value.casefold()


def _slipped(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether each answer now stands a few rows further up or down; the rows at the end may have got new ones."""
    for rows in range(1, _FURTHEST + 1):
        if len(before) > 2 * rows + 1 and (before[rows:] == after[:-rows] or before[:-rows] == after[rows:]):
            return True
    return False


def _dealt_out_anew(before: Sequence[str], after: Sequence[str], changed: int) -> bool:
    """Whether hardly an answer was lost, and those who had one have it again no more often than by chance."""
    lost = Counter(filter(None, before)) - Counter(filter(None, after))
    if lost.total() > changed // 10:
        return False
    answered = [(old, new) for old, new in zip(before, after, strict=True) if old]
    agreed = sum(old == new for old, new in answered) / len(answered)
    now = Counter(after)
    by_chance = sum(now[old] for old, _ in answered) / len(answered) / len(after)
    return by_chance < 1 and (agreed - by_chance) / (1 - by_chance) < _CHANCE


def _refusal(table: SheetTable, header: str, cells: Sequence[tuple[int, str, str]]) -> SheetError:
    shown = [
        f"{table.address(number, header).rpartition(' ')[2]} was “{old}” and is {f'“{new}”' if new else 'empty'}"
        for number, old, new in cells[:_SHOWN]
    ]
    more = f", and {len(cells) - _SHOWN} more" if len(cells) > _SHOWN else ""
    return SheetError(
        f"the answers in the column “{header}” are those read last, but in other rows ({', '.join(shown)}{more}): "
        "the column seems to have been sorted or moved without the others.",
        where=table.address(cells[0][0], header),
        remedy=f"Undo that. {way_back(table.path)} Until then the answers read last stay in force. "
        f"If every change was meant, type: prismake accept {table.path.as_posix()}",
    )
