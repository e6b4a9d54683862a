"""The first page of a workbook in use, brought up to date in its own part: our lines change, everything else stays."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from lxml import etree

from prismake.core.phrases import normal_word
from prismake.sheets.layout import cell_text, page_height
from prismake.sheets.package import Package, local
from prismake.sheets.reading import is_owner_line
from prismake.sheets.renewal import Renewal
from prismake.sheets.shared_texts import SharedTexts, rows_of, small_page
from prismake.sheets.styles import Styles
from prismake.sheets.worksheet_xml import column_number
from prismake.sheets.xlsx import Cell, Look, content_of

_SEARCH = 8  # rows of a page in which its owner is looked for
_LABEL, _TEXT = Look(bold=True, wrap=True), Look(wrap=True)
_ADDRESS = re.compile(r"(\$?[A-Z]{1,3}\$?)(\d+)")
_OWN_ADDRESS = re.compile(r"(?<![\w!'.$])(\$?[A-Z]{1,3}\$?)(\d+)(?![\w(])")  # in a formula, of the same page
_AREAS = ("ref", "sqref", "activeCell", "topLeftCell")  # attributes that hold addresses
_REMARKS = ("comments", "threadedComment")


def renew_first_page(
    package: Package, parts: Sequence[str], strings: SharedTexts, styles: Styles, renewed: Renewal
) -> None:
    """Write the present lines on the first page, from the owner's line to our last; nothing if the page is gone.

    Args:
        parts: the worksheets apart from the table.
    """
    for part in parts if renewed.guide else ():
        root = small_page(package, part)
        if root is None:
            continue
        page = _Page(root, strings, styles)
        if start := page.owner_row():
            moved = page.renew(start, renewed)
            package.put(part, page.root)
            if moved:
                _move_comments(package, part, *moved)
            return


class _Page:
    def __init__(self, root: Any, strings: SharedTexts, styles: Styles) -> None:
        self.root, self._rows, self._styles = root, rows_of(root), styles
        self._namespace = etree.QName(root).namespace
        cells = (cell for row in self._rows.values() for cell in row if column_of(cell) <= 2)
        self._texts = strings.of_cells(cells)

    def owner_row(self) -> int:
        return next((row for row in sorted(self._rows)[:_SEARCH] if is_owner_line(self._texts.get(f"A{row}"))), 0)

    def renew(self, start: int, renewed: Renewal) -> tuple[int, int] | None:
        """Write the lines below row ``start``; returns (row, number) if what is below the row has moved that far."""
        for row in range(1, start + 1):
            label = self._texts.get(f"A{row}", "")
            self._write(row, 1, renewed.labels.get(normal_word(label), label), _LABEL)
        guide, end = renewed.guide, self._last_line(start, renewed.guide[-1][0])
        added = len(guide) - (end - start)
        if added:
            self._move(end, added)
        for row, (label, text) in enumerate(guide, start=start + 1):
            changed = self._write(row, 1, label, _LABEL)
            if self._write(row, 2, cell_text(text), _TEXT) or changed:
                self._row(row).set("ht", f"{page_height(text):g}")
                self._row(row).set("customHeight", "1")
        return (end, added) if added else None

    def _last_line(self, start: int, last_label: str) -> int:
        """The last of our lines: the one with the label that ours end with, or the one above an empty label."""
        end = start
        while label := normal_word(self._texts.get(f"A{end + 1}", "")):
            end += 1
            if label == normal_word(last_label):
                break
        return end

    def _row(self, number: int) -> Any:
        """The row with this number, which is made if there is none."""
        if number not in self._rows:
            row = etree.Element(f"{{{self._namespace}}}row", {"r": str(number)}, nsmap=self.root.nsmap)
            later = min((other for other in self._rows if other > number), default=None)
            if later is None:
                next(group for group in self.root if local(group) == "sheetData").append(row)
            else:
                self._rows[later].addprevious(row)
            self._rows[number] = row
        return self._rows[number]

    def _write(self, number: int, column: int, text: str, look: Look) -> bool:
        """Set the text of a cell, which keeps its look if it has one; returns whether the text is another."""
        address = f"{'AB'[column - 1]}{number}"
        if self._texts.get(address, "") == text:
            return False
        row = self._row(number)
        row.attrib.pop("spans", None)
        old = next((cell for cell in row if column_of(cell) == column), None)
        style = old.get("s", "0") if old is not None else str(self._styles.number(look))
        content = content_of(Cell(text)) if text else ""
        cell = etree.fromstring(f'<c xmlns="{self._namespace}" r="{address}" s="{style}">{content}</c>')
        if text:
            cell.set("t", "inlineStr")
        if old is not None:
            row.replace(old, cell)
        else:
            later = next((other for other in row if column_of(other) > column), None)
            row.append(cell) if later is None else later.addprevious(cell)
        self._texts[address] = text
        return True

    def _move(self, end: int, by: int) -> None:
        """Move everything below row ``end`` down, or up over lines that we no longer have."""
        for number in sorted(self._rows):
            if end + by < number <= end:
                row = self._rows.pop(number)
                row.getparent().remove(row)
        for address in [text for text in self._texts if end + by < int(text[1:]) <= end]:
            del self._texts[address]
        moved = {(number + by if number > end else number): row for number, row in self._rows.items()}
        self._rows = moved
        self._texts = {_further(address, end, by): text for address, text in self._texts.items()}
        for element in self.root.iter():
            name = local(element)
            if name == "row":
                number = int(element.get("r", 0))
                element.set("r", str(number + by if number > end else number))
            elif name == "c":
                element.set("r", _further(element.get("r", ""), end, by))
            elif name == "f" and element.text:
                element.text = _OWN_ADDRESS.sub(lambda match: _moved(match, end, by), element.text)
            elif name == "brk" and local(element.getparent()) == "rowBreaks" and int(element.get("id", 0)) > end:
                element.set("id", str(int(element.get("id")) + by))
            for key in (key for key in _AREAS if element.get(key)):
                element.set(key, _further(element.get(key), end, by))


def column_of(cell: Any) -> int:
    """The column of a cell element, from 1."""
    return column_number((cell.get("r") or "").rstrip("0123456789").encode())


def _further(text: str, end: int, by: int) -> str:
    """Addresses and areas, those below row ``end`` moved."""
    return _ADDRESS.sub(lambda match: _moved(match, end, by), text)


def _moved(match: re.Match[str], end: int, by: int) -> str:
    return f"{match[1]}{int(match[2]) + by}" if int(match[2]) > end else match[0]


def _move_comments(package: Package, part: str, end: int, by: int) -> None:
    """Comments on lines that have moved go with them."""
    for relation in package.relations(part):
        if relation.target not in package.names:
            continue
        if relation.kind in _REMARKS:
            root = package.tree(relation.target)
            for element in root.iter():
                if isinstance(element.tag, str) and element.get("ref"):
                    element.set("ref", _further(element.get("ref"), end, by))
            package.put(relation.target, root)
        elif relation.kind == "vmlDrawing":
            content = package.read(relation.target)
            package.changed[relation.target] = re.sub(
                rb"(<x:Row>\s*)(\d+)(?=\s*</x:Row>)",
                lambda match: match[1] + str(int(match[2]) + (by if int(match[2]) >= end else 0)).encode(),
                content,
            )
