"""The hidden page of answers that dropdowns offer, brought up to date in its own part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lxml import etree

from prismake.sheets.first_page import column_of
from prismake.sheets.package import OFFICE, Package, local
from prismake.sheets.shared_texts import SharedTexts, rows_of
from prismake.sheets.workbook import LISTS
from prismake.sheets.xlsx import Cell, column_letter, content_of

_WORKSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_TYPES = "[Content_Types].xml"


class AnswerLists:
    """The lists on the hidden page; those that it lacks are added to it, and the page itself if it is gone.

    Args:
        book_root: the root of the workbook's own part, which gets an entry for a new page.
        part: the page; empty if there is none.
    """

    def __init__(self, package: Package, book: str, book_root: Any, part: str, strings: SharedTexts) -> None:
        self._package, self._book, self._book_root, self._part = package, book, book_root, part
        self._root = package.tree(part) if part else self._new_root()
        self._namespace = etree.QName(self._root).namespace
        self._columns: dict[int, dict[int, str]] = {}
        cells = (cell for row in rows_of(self._root).values() for cell in row)
        for address, text in strings.of_cells(cells).items():
            letters = address.rstrip("0123456789")
            place = sum(26**power * (ord(letter) - 64) for power, letter in enumerate(reversed(letters)))
            self._columns.setdefault(place, {})[int(address[len(letters) :])] = text
        self.changed_book = False

    def source(self, answers: Sequence[str]) -> str:
        """The cells that hold these answers, in the notation of a dropdown."""
        listed = dict(enumerate(answers, start=1))
        number = next((place for place, column in self._columns.items() if column == listed), 0)
        if not number:
            number = max(self._columns, default=0) + 1
            self._add(number, answers)
            self._columns[number] = listed
        letter = column_letter(number)
        return f"{LISTS}!${letter}$1:${letter}${len(answers)}"

    def _add(self, column: int, answers: Sequence[str]) -> None:
        rows = rows_of(self._root)
        data = next(group for group in self._root if local(group) == "sheetData")
        for number, answer in enumerate(answers, start=1):
            row = rows.get(number)
            if row is None:
                row = etree.Element(f"{{{self._namespace}}}row", {"r": str(number)})
                later = min((other for other in rows if other > number), default=None)
                data.append(row) if later is None else rows[later].addprevious(row)
                rows[number] = row
            row.attrib.pop("spans", None)
            for empty in [cell for cell in row if column_of(cell) == column]:
                row.remove(empty)
            address = f"{column_letter(column)}{number}"
            cell = f'<c xmlns="{self._namespace}" r="{address}" t="inlineStr">{content_of(Cell(answer))}</c>'
            later = next((other for other in row if column_of(other) > column), None)
            new = etree.fromstring(cell)
            row.append(new) if later is None else later.addprevious(new)
        for extent in [group for group in self._root if local(group) == "dimension"]:
            self._root.remove(extent)  # it is optional, and would be wrong
        if not self._part:
            self._part = self._enter_page()
        self._package.put(self._part, self._root)

    def _new_root(self) -> Any:
        namespace = etree.QName(self._book_root).namespace
        root = etree.Element(f"{{{namespace}}}worksheet", nsmap={None: namespace})
        etree.SubElement(root, f"{{{namespace}}}sheetData")
        return root

    def _enter_page(self) -> str:
        """Make the page known to the workbook; returns the name of its part."""
        package, book = self._package, self._book
        number = next(n for n in range(1, 10_000) if f"xl/worksheets/sheet{n}.xml" not in package.names)
        part = f"xl/worksheets/sheet{number}.xml"
        used = package.relation_ids(book)
        relation = next(name for n in range(1, 10_000) if (name := f"lists{n}").encode() not in used)
        package.relate(book, "worksheet", {relation: f"/{part}"}, outside=False)
        types = package.tree(_TYPES)
        override = etree.SubElement(types, etree.QName(etree.QName(types).namespace, "Override"))
        override.set("PartName", f"/{part}")
        override.set("ContentType", _WORKSHEET)
        package.put(_TYPES, types)
        group = next(group for group in self._book_root if local(group) == "sheets")
        attribute = next((name for name in group[0].attrib if name.endswith("}id")), f"{{{OFFICE}}}id")
        entry = etree.SubElement(group, etree.QName(etree.QName(group).namespace, "sheet"))
        entry.set("name", LISTS)
        entry.set("sheetId", str(1 + max(int(other.get("sheetId", 0)) for other in group if other is not entry)))
        entry.set("state", "hidden")
        entry.set(attribute, relation)
        self.changed_book = True
        return part
