"""The parts of a workbook that refer to the extent of a table, brought up to its new last row."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import count
from typing import Any

from lxml import etree

from prismake.sheets.package import OFFICE, UnknownStructure, local, parsed
from prismake.sheets.worksheet_xml import Extent, column_number
from prismake.sheets.xlsx import Dropdown, column_letter

MOST_LINKS = 65_530  # links per sheet, Excel's limit
# Elements of a worksheet that come after its rows, in their order (ECMA-376, part 1, 18.3.1.99).
_ORDER = (
    "sheetCalcPr sheetProtection protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews "
    "mergeCells phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins pageSetup "
    "headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing legacyDrawing "
    "legacyDrawingHF drawingHF picture oleObjects controls webPublishItems tableParts extLst"
).split()
_HYPERLINKS = re.compile(rb"<((?:\w+:)?)hyperlinks\b[^>/]*>(.*?)</\1hyperlinks>", re.DOTALL)
_HYPERLINK = re.compile(rb"<((?:\w+:)?)hyperlink\b[^>]*?(?:/>|>.*?</\1hyperlink>)", re.DOTALL)
_REF = re.compile(rb'\sref="([^"]*)"')
_PLACE = "the links come here"
_AREA = re.compile(r"\$?([A-Z]+)\$?(\d+):\$?([A-Z]+)\$?(\d+)")
_END = re.compile(r"(\$?[A-Z]+\$?\d+:\$?[A-Z]+\$?)(\d+)$")


class TailEdit:
    """What follows the rows of a worksheet, with areas extended, dropdowns added and links renewed."""

    def __init__(self, sheet: Extent) -> None:
        start = re.search(rb"<(?:\w+:)?worksheet\b[^>]*>", sheet.head)
        end = re.match(rb"</(?:\w+:)?sheetData>", sheet.tail)
        if start is None or end is None:
            raise UnknownStructure("no worksheet")
        self._end, self._rest = end[0], sheet.tail[end.end() :]
        hyperlinks = _HYPERLINKS.search(self._rest)  # often tens of thousands, so they are edited as text
        self._old_links = hyperlinks[2] if hyperlinks else b""
        if hyperlinks:
            self._rest = self._rest[: hyperlinks.start(2)] + self._rest[hyperlinks.end(2) :]
        self._root = parsed(start[0] + self._rest)
        self._links: dict[str, str] = {}
        self._new_links: list[str] = []

    def link(self, cell: str, address: str) -> None:
        """Link a cell to an address, or remove its link if the address is empty."""
        self._links[cell] = address

    def add_dropdowns(self, dropdowns: Sequence[Dropdown]) -> None:
        if not dropdowns:
            return
        group = self._group("dataValidations")
        for dropdown in dropdowns:
            rule = self._new("dataValidation", type="list", allowBlank="1", sqref=dropdown.area)
            formula = self._new("formula1")
            formula.text = dropdown.source
            rule.append(formula)
            group.append(rule)
        group.set("count", str(len(group)))

    def offer_list(self, letter: str, rows: tuple[int, int], source: str, page: str) -> None:
        """Let a column offer a list, instead of another one on the same page that it has offered so far."""
        for rule in [element for element in self._root.iter() if local(element) == "dataValidation"]:
            present = "".join(child_text.strip() for child_text in rule.itertext() if "!" in child_text).lstrip("=")
            if rule.get("type") != "list" or not present.startswith(f"{page}!"):
                continue
            if present == source and rule.get("sqref") == f"{letter}{rows[0]}:{letter}{rows[1]}":
                return
            _take_off(rule, letter)
        self.add_dropdowns([Dropdown(f"{letter}{rows[0]}:{letter}{rows[1]}", source)])

    def reword(self, texts: Mapping[str, str]) -> None:
        """Replace texts in the formulas of colours, the longest first."""
        for rule in (element for element in self._root.iter() if texts and local(element) == "cfRule"):
            for formula in rule:
                for old in sorted(texts, key=len, reverse=True):
                    formula.text = (formula.text or "").replace(old, texts[old])

    def reach(self, first: int, last: int, spare: int) -> None:
        """Extend filters, dropdowns and colours that begin in row ``first`` to row ``last``."""
        for element in self._root.iter():
            name = local(element)
            if name == "autoFilter" and element.getparent() is self._root:
                element.set("ref", reaching_area(element.get("ref", ""), last))
            elif name in ("dataValidation", "conditionalFormatting") and element.get("sqref"):
                element.set("sqref", _reaching(element.get("sqref"), first, last, spare))
            elif name == "sqref" and element.text:
                element.text = _reaching(element.text, first, last, spare)

    def new_links(self, used: Collection[bytes]) -> Mapping[str, str]:
        """Write the links into the worksheet; returns their addresses by relation id, none of which is in ``used``."""
        if any(_ref(entry[0]) in self._links for entry in _HYPERLINK.finditer(self._old_links)):
            self._old_links = _HYPERLINK.sub(
                lambda entry: b"" if _ref(entry[0]) in self._links else entry[0], self._old_links
            )
        addresses_by_cell = {cell: address for cell, address in self._links.items() if address}
        if len(addresses_by_cell) + self._old_links.count(b"hyperlink ") > MOST_LINKS:
            return {}
        free = (name for number in count(1) if (name := f"link{number}").encode() not in used)
        relations = dict(zip(addresses_by_cell, free, strict=False))
        prefix = f"{self._root.prefix}:" if self._root.prefix else ""
        self._new_links = [
            f'<{prefix}hyperlink xmlns:r="{OFFICE}" ref="{cell}" r:id="{relation}"/>'
            for cell, relation in relations.items()
        ]
        return {relations[cell]: address for cell, address in addresses_by_cell.items()}

    def xml(self) -> bytes:
        """The tail of the worksheet with all edits so far."""
        links = self._old_links + "".join(self._new_links).encode()
        if links:
            self._group("hyperlinks").text = _PLACE
        elif (group := next((child for child in self._root if local(child) == "hyperlinks"), None)) is not None:
            self._root.remove(group)
        if not len(self._root):
            return self._end + self._rest
        text = etree.tostring(self._root, encoding="UTF-8", xml_declaration=False)
        return self._end + text[text.index(b">") + 1 :].replace(_PLACE.encode(), links, 1)

    def _group(self, name: str) -> Any:
        group = next((child for child in self._root if local(child) == name), None)
        if group is None:
            group = self._new(name)
            later = _ORDER[_ORDER.index(name) + 1 :]
            before = next((child for child in self._root if local(child) in later), None)
            if before is None:
                self._root.append(group)
            else:
                before.addprevious(group)
        return group

    def _new(self, name: str, **attributes: str) -> Any:
        return etree.Element(etree.QName(etree.QName(self._root).namespace, name), attributes, nsmap=self._root.nsmap)


def _take_off(rule: Any, letter: str) -> None:
    """Remove a column from the areas of a dropdown, and whatever is empty after that."""
    own = next((child for child in rule if local(child) == "sqref"), None)  # in the extension of Excel 2010
    areas = (rule.get("sqref") or (own.text if own is not None else "") or "").split()
    left = [area for area in areas if not re.fullmatch(rf"\$?{letter}\$?\d+(:\$?{letter}\$?\d+)?", area)]
    if len(left) == len(areas):
        return
    if left and own is not None:
        own.text = " ".join(left)
    elif left:
        rule.set("sqref", " ".join(left))
    empty = None if left else rule
    while empty is not None and local(empty) in ("dataValidation", "dataValidations", "ext", "extLst"):
        above = empty.getparent()
        above.remove(empty)
        if above.get("count"):
            above.set("count", str(len(above)))
        empty = None if len(above) else above


def rename_columns(root: Any, header_row: int, headings: Mapping[int, str]) -> bool:
    """Give columns of an Excel table (its root element) other headings, by their place; returns whether any is its."""
    match = _AREA.fullmatch(root.get("ref", ""))
    if not match or int(match[2]) != header_row:
        return False
    left, changed = column_number(match[1].encode()), False
    columns = [column for group in root if local(group) == "tableColumns" for column in group]
    for place, heading in headings.items():
        if 0 <= place - left < len(columns) and columns[place - left].get("name") != heading:
            columns[place - left].set("name", heading)
            changed = True
    return changed


def reach_table(root: Any, header_row: int, last: int, added: Sequence[tuple[int, str]]) -> bool:
    """Extend an Excel table (its root element) to its new last row and to the (column, header) added beside it.

    Returns whether it changed; a table with a totals row stays as it is.
    """
    match = _AREA.fullmatch(root.get("ref", ""))
    if not match or int(match[2]) != header_row or int(root.get("totalsRowCount", 0)):
        return False
    right, bottom = column_number(match[3].encode()), max(int(match[4]), last)
    group = next((child for child in root if local(child) == "tableColumns"), None)
    for column, header in added:
        if group is not None and column == right + 1:
            number = max(int(entry.get("id", 0)) for entry in group) + 1
            entry = etree.SubElement(group, etree.QName(etree.QName(root).namespace, "tableColumn"))
            entry.set("id", str(number))
            entry.set("name", header)
            group.set("count", str(len(group)))
            right = column
    ref = f"{match[1]}{match[2]}:{column_letter(right)}{bottom}"
    if ref == root.get("ref"):
        return False
    root.set("ref", ref)
    for child in root:
        if local(child) == "autoFilter":
            child.set("ref", ref)
    return True


def reaching_area(area: str, last: int) -> str:
    """An area that ends above row ``last``, extended to end there."""
    return _END.sub(lambda end: end[0] if int(end[2]) >= last else f"{end[1]}{last}", area)


def _reaching(areas: str, first: int, last: int, spare: int) -> str:
    """Areas separated by blanks; those from row ``first`` that end above ``last`` now end ``spare`` rows below it."""

    def widened(area: str) -> str:
        match = _AREA.fullmatch(area)
        if not match or int(match[2]) != first or not first < int(match[4]) < last:
            return area
        return f"{match[1]}{first}:{match[3]}{last + spare}"

    return " ".join(map(widened, areas.split()))


def _ref(link: bytes) -> str:
    match = _REF.search(link)
    return match[1].decode() if match else ""
