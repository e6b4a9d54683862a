"""Rows of another sheet: of another reviewer, stage or review, pasted or saved over one's own."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from prismake.core.errors import SheetError
from prismake.kept.way_back import way_back
from prismake.sheets.checks.checked_sheet import listed
from prismake.sheets.layout import CHECK
from prismake.sheets.marks import sheet_in_words
from prismake.sheets.reading import SheetTable


def refuse_foreign(
    table: SheetTable, owner: str, own_marks: Collection[str], team: Collection[str], former: Iterable[str] = ()
) -> None:
    """Raise SheetError if the first page or the rows show that this is not the sheet of its owner.

    Args:
        own_marks: names and marks that the sheet may carry (``prismake.sheets.marks``), including its own; the empty
            mark if rows were handed out before rows had marks.
        team: everyone who has a sheet at this stage.
        former: everyone who used to have one.
    """
    if table.owner and table.owner.casefold() not in {name.casefold() for name in (*own_marks, owner)}:
        what = f"by its first page this is the sheet of {table.owner}, not of {owner}."
        renamed = f"If {table.owner} is called {owner} now, type: prismake rename-reviewer {table.owner} {owner}. "
        raise _refusal(table, what, str(table.path), "" if table.owner in team else renamed)
    for mark, rows in table.marks.items():
        if mark not in own_marks:
            whose = sheet_in_words(mark, [*team, *former], Path(table.path).parent)
            count = "one row comes" if len(rows) == 1 else f"{len(rows):,} of its rows come"
            cells = listed([table.address(row, CHECK).rpartition(" ")[2] for row in rows])
            what = f"{count} from {whose}, by the column “{CHECK}” ({cells})."
            raise _refusal(table, what, table.address(rows[0], CHECK))


def bears(table: SheetTable, own_marks: Collection[str]) -> list[str]:
    """The names and marks of other sheets that a sheet carries."""
    names = [table.owner] if table.owner and table.owner not in own_marks else []
    return [*names, *(mark for mark in table.marks if mark not in own_marks)]


def _refusal(table: SheetTable, what: str, where: str, way: str = "") -> SheetError:
    return SheetError(
        what,
        where=where,
        remedy=f"Give each file its own name and its own rows back. {way_back(table.path)} {way}Until then the answers "
        f"read last stay in force. If it is meant as it is, type: prismake accept {table.path.as_posix()}",
    )
