"""Texts to read that stand in other rows than they were offered in: abstracts sorted, cut or pasted without the others.

Identifier, title, check and answer all fit in such a row; only what the reviewer reads is about another record. The
texts are compared with the queue by their beginnings, and count as moved only if they are those of exactly one other
row: an abstract that somebody has replaced, or that a later search brings in other words, moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from prismake.core.names import CONSENSUS
from prismake.core.records import normal_title
from prismake.sheets.checks.checked_sheet import CheckedSheet, Problem, listed
from prismake.sheets.layout import ITEM, cell_text
from prismake.sheets.matching import text_of
from prismake.sheets.queue import column_of, texts_of

_FEWEST = 2  # texts in other rows
_SHORTEST = 6  # letters and digits that could be of no other row
_COMPARED = 40  # letters and digits


def check(sheet: CheckedSheet) -> list[Problem]:
    """One problem for each column of context whose texts belong to other rows."""
    if sheet.owner == CONSENSUS or not sheet.table.context:
        return []
    items = {number: text_of(row[ITEM]) for number, row in sheet.table.rows if number in sheet.table.context}
    problems = []
    for column in sheet.columns:
        if column.role == "context" and column.header in sheet.table.headers and column.key != "title":
            moved = list(_moved(sheet, column.key, items))
            if len(moved) >= _FEWEST:
                cells = listed([f"{sheet.cell(number, column.header)} is that of {item}" for number, item in moved])
                heading = sheet.table.former.get(column.header, column.header)
                text = (
                    f"texts of the column “{heading}” stand in other rows than they were offered in ({cells}): it "
                    "seems to have been sorted or moved without the others, so that these rows are judged by the "
                    "texts of others. Undo that and look at the answers given since: they count as they stand."
                )
                problems.append(Problem(sheet.place, text))
    return problems


def _moved(sheet: CheckedSheet, key: str, items: dict[int, str]) -> Iterator[tuple[int, str]]:
    """(row, the item whose text it shows) for texts that are those of exactly one other item."""
    own = texts_of(sheet.queue, key, set(items.values()))
    differ = []
    for number, item in items.items():
        shown = sheet.table.context[number].get(key, "")
        if not shown or item not in own or own[item].startswith(shown):
            continue
        offered = cell_text(own[item])
        if not offered.startswith(shown) and _plain(shown) != _plain(offered):
            differ.append((number, _plain(shown)))
    if len(differ) < _FEWEST:
        return
    texts = {text for _, text in differ if len(text) >= _SHORTEST}
    homes: dict[str, list[str]] = {}
    for item, text in column_of(sheet.queue, key):
        if (plain := _plain(text)) in texts:
            homes.setdefault(plain, []).append(item)
    for number, text in differ:
        if len(homes.get(text, ())) == 1:
            yield number, homes[text][0]


def _plain(text: str) -> str:
    return normal_title(text[: 2 * _COMPARED])[:_COMPARED]
