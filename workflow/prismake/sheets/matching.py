"""Which item a row is about: its identifier, compared with its check and its title."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from prismake.core.errors import SheetError
from prismake.core.phrases import normal_word
from prismake.core.records import normal_title
from prismake.kept.way_back import way_back
from prismake.sheets.layout import CHECK, ITEM, Column, cell_text, check_of
from prismake.sheets.reading import SheetTable

NO_IDENTIFIER = "is not an identifier"
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\\s]")


def match_rows(
    table: SheetTable,
    titles: Mapping[str, str],
    title: Column,
    key_of: Callable[[str, Mapping[str, Any]], str] = lambda item, row: item,
    first_of: Callable[[str], str] = lambda item: item,
) -> list[tuple[str, str]]:
    """Check the identity of every row; identifiers that differ only in case or blanks are corrected in the table.

    Args:
        titles: of every item that is asked about.
        title: the column that shows the title.
        key_of: gives the key that a row's check was computed from, given its item and cells.
        first_of: the id under which an item's title is known.

    Returns:
        (place, sentence) for rows whose identifier was changed to one that is not in the queue.

    Raises:
        SheetError: a row carries the check or title of another row: a column was sorted without the others.
    """
    rows = _Rows(table, titles, key_of, first_of)
    strange = []
    for number, row in table.rows:
        item = text_of(row[ITEM])
        if item and first_of(item) not in titles:
            item = _put_right(rows, row, item)
        own = titles.get(first_of(item))
        if own is not None:
            _refuse_other_check(rows, number, row, item, own)
            _refuse_other_title(rows, number, row, item, own, title.header)
        elif item and (owner := rows.by_check().get(text_of(row[CHECK]))):
            place = table.address(number, ITEM)
            strange.append(
                (place, f"“{item[:60]}” {NO_IDENTIFIER}; by its check the row is {owner}. Restore the cell.")
            )
    return strange


def text_of(value: Any) -> str:
    return "" if value is None else str(value).strip()


class _Rows:
    """What is known about the rows; the tables over all rows are built only when something does not match."""

    def __init__(
        self, table: SheetTable, titles: Mapping[str, str], key_of: Callable[..., str], first_of: Callable[[str], str]
    ) -> None:
        self.table, self.titles, self.key_of, self.first_of = table, titles, key_of, first_of
        self._by_check: dict[str, str] | None = None
        self._by_title: dict[str, str] | None = None
        self._by_plain_id: dict[str, str] | None = None

    def title(self, item: str) -> str:
        return self.titles[self.first_of(item)]

    def check(self, item: str, row: Mapping[str, Any]) -> str:
        return check_of(self.key_of(item, row), self.title(item))

    def _asked_rows(self) -> list[tuple[str, Mapping[str, Any]]]:
        rows = ((text_of(row[ITEM]), row) for _, row in self.table.rows)
        return [(item, row) for item, row in rows if self.first_of(item) in self.titles]

    def by_check(self) -> dict[str, str]:
        """Check to item: for everything in the queue, and for the rows as they are."""
        if self._by_check is None:
            asked = {check_of(item, title): item for item, title in self.titles.items()}
            self._by_check = {**asked, **{self.check(item, row): item for item, row in self._asked_rows()}}
        return self._by_check

    def by_title(self) -> dict[str, str]:
        if self._by_title is None:
            self._by_title = {normal_title(self.title(item)): item for item, _ in self._asked_rows()}
        return self._by_title

    def by_plain_id(self) -> dict[str, str]:
        if self._by_plain_id is None:
            self._by_plain_id = {_plain(item): item for item in self.titles}
        return self._by_plain_id


def _plain(item: str) -> str:
    return normal_word(_INVISIBLE.sub("", item))


def _put_right(rows: _Rows, row: dict[str, Any], item: str) -> str:
    """Correct an identifier that lost its case or gained blanks, if the row's check confirms which one is meant."""
    meant = rows.by_plain_id().get(_plain(item))
    if meant and text_of(row[CHECK]) == rows.check(meant, row):
        row[ITEM] = meant
        return meant
    return item


def _refuse_other_check(rows: _Rows, number: int, row: Mapping[str, Any], item: str, own: str) -> None:
    check = text_of(row[CHECK])
    if check and check != check_of(rows.key_of(item, row), own) and rows.by_check().get(check, item) != item:
        raise _sorted_alone(rows.table, number, CHECK, item, rows.by_check()[check])


def _refuse_other_title(rows: _Rows, number: int, row: Mapping[str, Any], item: str, own: str, header: str) -> None:
    shown = text_of(row.get(header))
    if not shown or shown == own or shown == cell_text(own):
        return
    words = normal_title(shown)
    if text_of(row[CHECK]) == check_of(rows.key_of(item, row), shown):
        return  # identifier, title and check are as they were offered: it is the record that has another title now
    if words and words != normal_title(own) and rows.by_title().get(words, item) != item:
        raise _sorted_alone(rows.table, number, header, item, rows.by_title()[words])


def _sorted_alone(table: SheetTable, number: int, header: str, item: str, other: str) -> SheetError:
    return SheetError(
        f"the row of {item} carries the {header.lower()} of {other}: a column was sorted without the others.",
        where=table.address(number, header),
        remedy=f"Undo the sorting. {way_back(table.path)} Until then the answers read last stay in force.",
    )
