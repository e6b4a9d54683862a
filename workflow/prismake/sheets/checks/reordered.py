"""Answers that moved relative to their rows: a column sorted, cut, filled or pasted without the others.

Identifiers, titles and checks all match in this case. Two things give it away: the order of the answers, and how they
differ from those read last. A sheet is held back if one of these holds for a column of answers or for the notes:

- new or changed answers are in alphabetical order although the rows are in an order of their own (of offering, of
  identifiers or of titles), and by chance this would happen in fewer than one of ``_RARE`` sheets;
- ``_FEWEST`` answers or more changed, and between the first and the last of them they are the former ones sorted,
  reversed, shifted a few rows, rearranged, or replaced by one and the same word;
- one word fills the column from the first changed answer on, or the rarer answers moved (``sparse_moves``);
- fewer changed, and they are side by side in each other's rows (``few_moves``);
- more than a few of the answers read last changed at once: ``_MANY``, or ``_SOME`` and a fifth of them;
- as many answered rows are gone;
- the sheet was held back for one of these reasons, and an answer still differs from before.

A team reconsiders less than this between two readings; such changes are reported in numbers at every reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import lgamma, log
from typing import NamedTuple

from prismake.core.names import SETTLED
from prismake.core.phrases import plural
from prismake.sheets.answers import SheetAnswers
from prismake.sheets.checks.checked_sheet import CheckedSheet, Problem, listed
from prismake.sheets.checks.few_moves import how_few_moved
from prismake.sheets.checks.held_back import HeldBack, held_back
from prismake.sheets.checks.row_order import out_of_order
from prismake.sheets.checks.sparse_moves import how_sparse_moved
from prismake.sheets.layout import ITEM, Column
from prismake.sheets.matching import NO_IDENTIFIER, text_of

_FEWEST = 4  # changed answers that are enough to show a pattern
_SOME, _MANY = 5, 10  # changed answers that are more than a few: in a short sheet, in any sheet
_SHARE = 5  # a fifth of the answers read last
_FURTHEST = 12  # rows by which a column may have slipped up or down
_RARE = 1_000  # sheets, of which at most one may be mistaken for sorted when it is not
_RARE_IF_RANKED = 1e12  # offered by relevance, includes come first without any sorting
_ASTRAY = 2  # answers that may be out of order in a column that was sorted
_MOVED_NOTES = 2
_SHORTEST = 4  # characters of a note that could be of no other row


class Cell(NamedTuple):
    """An answer: its row and item, the answer read last, the present one, and its text as typed."""

    number: int
    item: str
    old: str
    new: str
    typed: str


def check(sheet: CheckedSheet) -> list[Problem]:
    """Raise HeldBack if the answers or notes of a column seem to have moved."""
    words = _alike_in_all_rows(sheet)
    for header, rows in _by_column(sheet.answers, sheet.columns).items():
        cells = _cells(sheet, header, rows)
        changed = [cell for cell in cells if cell.old and cell.old != cell.new]
        before = sum(bool(cell.old) for cell in cells)
        old, new = [cell.old for cell in cells], [cell.new for cell in cells]
        cause = _pattern(old, new) if changed else ""
        if not cause and too_many(len(changed), before):
            cause = (
                f"{len(changed):,} of {before:,} were changed since, more than a team reconsiders between two readings"
            )
        if cause:
            raise _moved(sheet, header, changed, cause)
        anew = bool(changed) and out_of_order([value for value in old if value]) > 0  # then all of it may be in order
        fresh = [cell for cell in cells if cell.new and (anew or cell.old != cell.new)] if header in words else []
        if len(fresh) >= _FEWEST and _sorted_alone(sheet, header, cells, fresh):
            raise _sorted(sheet, header, fresh)
        if changed and sheet.held:
            raise _moved(sheet, header, changed, "the sheet was held back, and it has not been put right yet")
    problems = _moved_notes(sheet)
    _refuse_missing_rows(sheet)
    return problems


def _pattern(old: Sequence[str], new: Sequence[str]) -> str:
    return how_rearranged(old, new) or how_few_moved(old, new, _FEWEST) or how_sparse_moved(old, new)


def _alike_in_all_rows(sheet: CheckedSheet) -> set[str]:
    """Columns in which every row is asked the same, so that no order of the answers is to be expected.

    Numbers may be in order for reasons of their own (years, or participants by the size of trials), and so may answers
    to questions that differ from row to row.
    """
    alike = {field.label for field in sheet.form.fields if field.kind == "choice" and not field.by_row}
    return {*alike, SETTLED} if len(sheet.form.fields) == len(alike) == 1 else alike


def too_many(changed: int, before: int) -> bool:
    """Whether more than a few of the answers read before have changed."""
    return changed >= _MANY or (changed >= _SOME and _SHARE * changed >= before)


def how_rearranged(old: Sequence[str], new: Sequence[str]) -> str:
    """How a column's answers, in the order of its rows, were rearranged from the old ones, in words; empty if not."""
    changed = [place for place, value in enumerate(old) if value and new[place] != value]
    if len(changed) < _FEWEST:
        return ""
    differ = [place for place, value in enumerate(old) if new[place] != value]
    # new answers further down are not part of what was moved; answers that moved into empty rows are
    for first, last in sorted({(changed[0], changed[-1]), (differ[0], differ[-1])}):
        if cause := _cause(old[first : last + 1], new[first : last + 1], {old[place] for place in changed}):
            return cause
    return ""


def _cause(before: Sequence[str], after: Sequence[str], kinds: set[str]) -> str:
    same = Counter(before) == Counter(after)
    if same and out_of_order([value for value in after if value]) == 0:
        return "the column seems to have been sorted or moved without the others"
    if (rows := _slipped(before, after)) != 0:
        where = "up" if rows > 0 else "down"
        return f"the column seems to have been sorted or moved without the others, {abs(rows)} rows {where}"
    if len(set(before)) > 1 and list(after) == list(before)[::-1]:
        return "the column seems to have been sorted or moved without the others: it is in reverse order"
    if same and len(kinds) >= 4:
        return "the column seems to have been sorted or moved without the others, or pasted in another order"
    changed = [new for old, new in zip(before, after, strict=True) if old and old != new]
    # some programs fill hidden rows too, and some do not
    if len(set(changed)) == 1 and changed[0] and len(kinds) > 1 and len(before) < 2 * len(changed):
        return f"“{changed[0]}” seems to have been filled down over other answers"
    return ""


def _slipped(before: Sequence[str], after: Sequence[str]) -> int:
    """By how many rows each answer moved up (down if negative); the rows at the end may have received new ones."""
    for rows in range(1, _FURTHEST + 1):
        if len(before) > 2 * rows + 1 and len(set(before)) > 1:
            if before[rows:] == after[:-rows]:
                return rows
            if before[:-rows] == after[rows:]:
                return -rows
    return 0


def chance_of_order(values: Sequence[str], astray: int = 0) -> float:
    """The logarithm of how many arrangements of these answers there are for each one in order, or nearly so.

    Args:
        astray: how many of them are out of place; each could be any answer in any place.
    """
    kinds = Counter(values)
    arrangements = lgamma(len(values) + 1) - sum(lgamma(count + 1) for count in kinds.values())
    return arrangements - log(2) - astray * log(len(values) * max(1, len(kinds) - 1))


def _sorted_alone(sheet: CheckedSheet, header: str, cells: Sequence[Cell], fresh: Sequence[Cell]) -> bool:
    """Whether the new answers are in an order that only sorting produces while the rows are in another one."""
    typed = [cell.typed for cell in cells]
    last = max((place for place, text in enumerate(typed) if text), default=-1)
    given = typed[: last + 1]
    if not all(given) or len(set(given)) < 2:  # blanks are sorted to the end
        return False
    own = [cell.typed for cell in fresh]
    if chance_of_order(own) < log(_RARE) or (astray := out_of_order(given, _ASTRAY)) > _ASTRAY:
        return False
    if sheet.held:  # answers typed since then do not put it right
        return chance_of_order(own, astray) > 0 and sheet.orders.fit([cell.item for cell in cells])
    rare = _RARE_IF_RANKED if sheet.ranked and fresh[0].new != "exclude" else _RARE
    return chance_of_order(own, astray) >= log(rare) and sheet.orders.fit([cell.item for cell in cells])


def _by_column(answers: SheetAnswers, columns: Sequence[Column]) -> dict[str, list[tuple[int, str, str]]]:
    """By header, (row, item, field) of its cells from top to bottom."""
    by_header: dict[str, list[tuple[int, str, str]]] = {}
    for column in columns:
        if column.role == "answer" and column.header != SETTLED:
            by_header[column.header] = [
                (row, item, column.key) for item, rows in answers.places.items() for row in rows
            ]
        elif column.role == "answer":  # rows of the consensus sheet are identified by item and question
            keys = ((key.rpartition("/"), rows) for key, rows in answers.places.items())
            by_header[column.header] = [(row, item, name) for (item, _, name), rows in keys for row in rows]
    return {header: sorted(cells) for header, cells in by_header.items()}


def _cells(sheet: CheckedSheet, header: str, rows: Sequence[tuple[int, str, str]]) -> list[Cell]:
    """The cells of a column that were understood."""
    values = dict(sheet.table.rows)
    last_good, given, broken = sheet.last_good, sheet.answers.answers, sheet.answers.broken
    empty: Mapping[str, str] = {}
    return [
        Cell(
            number,
            item,
            last_good.get(item, empty).get(name, ""),
            given.get(item, empty).get(name, ""),
            text_of(values[number].get(header)).casefold(),
        )
        for number, item, name in rows
        if name not in broken.get(item, ())
    ]


def _moved_notes(sheet: CheckedSheet) -> list[Problem]:
    """Raise HeldBack for notes now found in other rows, or new and in alphabetical order; one alone is only named."""
    header, old, new = sheet.form.note, sheet.last_notes, sheet.answers.notes
    if header not in sheet.table.headers:
        return []
    own = {text: item for item, text in old.items() if len(text) >= _SHORTEST}
    moved = [
        item
        for item, text in new.items()
        if item in sheet.queue and own.get(text, item) != item and new.get(own[text]) != text != old.get(item)
    ]
    rows = {item: places[0] for item, places in sheet.answers.places.items()}
    moved = [item for item in moved if item in rows]
    if len(moved) >= _MOVED_NOTES:
        shown = listed([sheet.cell(rows[item], header) for item in moved])
        what = f"notes in the column “{header}” are those of other rows ({shown}): "
        raise held_back(
            sheet, f"{what}the column seems to have been sorted or moved without the others.", rows[moved[0]], header
        )
    if sheet.owner_is_reviewer and len(new) >= _FEWEST and any(old.get(item) != text for item, text in new.items()):
        cells = [Cell(row, item, "", new.get(item, ""), new.get(item, "").casefold()) for item, row in rows.items()]
        cells.sort()
        fresh = [cell for cell in cells if cell.new and old.get(cell.item) != cell.new]
        if len(fresh) >= _FEWEST and _sorted_alone(sheet, header, cells, fresh):
            raise _sorted(sheet, header, fresh)
    return [
        Problem(
            sheet.table.address(rows[item], header),
            f"the note “{new[item][:60]}” stood in the row of {own[new[item]]} and stands in that of {item} now. Is it "
            "about this one?",
        )
        for item in moved
    ]


def _refuse_missing_rows(sheet: CheckedSheet) -> None:
    """Raise HeldBack if so many answered rows are gone that it cannot be intended."""
    if not sheet.owner_is_reviewer:
        return
    answered = [item for item, given in sheet.last_good.items() if item in sheet.queue and any(given.values())]
    missing_items = [item for item in answered if item not in sheet.answers.places]
    if too_many(len(missing_items), len(answered)):
        what = f"{len(missing_items):,} rows whose answers had been read are gone ({listed(missing_items)})."
        overwritten = [words for _, words in sheet.answers.problems if NO_IDENTIFIER in words]
        if overwritten:
            number = plural(len(overwritten), "identifier")
            what = f"{what} {number} in the column “{ITEM}” were overwritten: {overwritten[0]}"
        row = sheet.table.header_row
        raise held_back(sheet, what, row, ITEM)


def _moved(sheet: CheckedSheet, header: str, changed: Sequence[Cell], cause: str) -> HeldBack:
    shown = [
        f"{sheet.cell(cell.number, header)} was “{cell.old}” and is {f'“{cell.new}”' if cell.new else 'empty'}"
        for cell in changed
    ]
    what = f"the answers in the column “{header}” are those read last, but in other rows ({listed(shown)}): {cause}."
    if "sorted or moved" not in cause:
        what = f"the answers in the column “{header}” are not those read last ({listed(shown)}): {cause}."
    return held_back(sheet, what, changed[0].number, header)


def _sorted(sheet: CheckedSheet, header: str, fresh: Sequence[Cell]) -> HeldBack:
    first, last = fresh[0], fresh[-1]
    what = (
        f"the {len(fresh):,} new entries in the column “{header}” stand in alphabetical order, from “{first.typed}” in "
        f"{sheet.cell(first.number, header)} to “{last.typed}” in {sheet.cell(last.number, header)}, and the rows do "
        "not: the column seems to have been sorted or moved without the others."
    )
    return held_back(sheet, what, first.number, header)
