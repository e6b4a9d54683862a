"""The texts of cells in small parts of a workbook: kept in the cell itself, or in a list that all parts share."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from lxml import etree

from prismake.sheets.package import Package, local

_SMALL = 2 << 20  # bytes of a worksheet that may be a page of ours without rows to answer


class SharedTexts:
    """The list of strings that most programs keep beside the worksheets; read no further than asked for."""

    def __init__(self, package: Package, book: str) -> None:
        self._package = package
        self._part = next((part.target for part in package.relations(book) if part.kind == "sharedStrings"), "")

    def numbered(self, numbers: Collection[int]) -> Mapping[int, str]:
        """The strings with these numbers, without what is read aloud beside them."""
        pending = set(numbers)
        texts: dict[int, str] = {}
        if not pending or self._part not in self._package.names:
            return texts
        with self._package.open(self._part) as stream:
            entries = etree.iterparse(stream, tag="{*}si", resolve_entities=False, no_network=True, huge_tree=True)
            for number, (_, entry) in enumerate(entries):
                if number in pending:
                    texts[number] = _plain(entry)
                    if len(texts) == len(pending):
                        break
                entry.clear()
                while entry.getprevious() is not None:
                    del entry.getparent()[0]
        return texts

    def of_cells(self, cells: Iterable[Any]) -> dict[str, str]:
        """The text of each cell (its element) that has any, by address."""
        texts: dict[str, str] = {}
        shared: dict[str, int] = {}
        for cell in cells:
            value = "".join(child.text or "" for child in cell if local(child) == "v")
            if cell.get("t") == "s":
                if value.isdigit():
                    shared[cell.get("r", "")] = int(value)
            elif text := "".join(map(_plain, (child for child in cell if local(child) == "is"))) or value:
                texts[cell.get("r", "")] = text
        strings = self.numbered(shared.values())
        return texts | {address: strings[number] for address, number in shared.items() if number in strings}


def small_page(package: Package, part: str) -> Any:
    """The root element of a worksheet, or None if it is too large for a page without rows to answer."""
    if part not in package.names or not part.startswith("xl/worksheets/") or package.size(part) > _SMALL:
        return None
    return package.tree(part)


def rows_of(root: Any) -> dict[int, Any]:
    """The row elements of a worksheet by number."""
    data = next((group for group in root if local(group) == "sheetData"), ())
    return {int(row.get("r")): row for row in data if local(row) == "row" and (row.get("r") or "").isdigit()}


def _plain(entry: Any) -> str:
    """The text of a string, of one piece or of several, without phonetic hints."""
    parts = []
    for child in entry:
        if local(child) == "t":
            parts.append(child.text or "")
        elif local(child) == "r":
            parts += [piece.text or "" for piece in child if local(piece) == "t"]
    return "".join(parts)
