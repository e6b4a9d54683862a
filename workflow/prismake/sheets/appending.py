"""Rows added to a workbook by editing its parts: everything outside the table stays as it is, to the byte.

The worksheet is read row by row (``prismake.sheets.worksheet_xml``). Whatever refers to its extent is brought up to
date as well: Excel tables, filters, dropdowns, colours, print areas and counts. Charts, text boxes, comments, macros
and other tabs are copied unchanged.
"""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lxml import etree

from prismake.core.files import replacing
from prismake.sheets.answer_lists import AnswerLists
from prismake.sheets.area_edits import TailEdit, reach_table, reaching_area, rename_columns
from prismake.sheets.counting import count_formula, is_count, is_count_formula, reaching
from prismake.sheets.emphasis import runs
from prismake.sheets.first_page import renew_first_page
from prismake.sheets.layout import JUDGED, REASON, Column, cell_text
from prismake.sheets.package import Package, UnknownStructure, local
from prismake.sheets.reading import SheetTable
from prismake.sheets.renewal import Renewal
from prismake.sheets.shared_texts import SharedTexts
from prismake.sheets.styles import Styles
from prismake.sheets.workbook import LISTS, SPARE, head_look, height_of, link_to, look_of, row_dropdowns
from prismake.sheets.worksheet_xml import (
    CellEdit,
    Extent,
    RowEdit,
    cell_of,
    column_number,
    extent,
    rewritten,
    with_dimension,
    with_widths,
)
from prismake.sheets.xlsx import Cell, Look, column_letter, content_of

_UNCHANGED = Renewal()
_WORKBOOKS = (".xlsx", ".xlsm")
_UNDRESSED = ("progress", "context", "live", "state")  # roles of columns whose empty cells are not written at all
_AFTER_CALCULATION = (
    "oleSize customWorkbookViews pivotCaches smartTagPr smartTagTypes webPublishing fileRecoveryPr webPublishObjects "
    "extLst"
).split()


def append_rows(
    table: SheetTable,
    path: Path,
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, Any]],
    changes: Mapping[int, Mapping[str, str]],
    renewed: Renewal = _UNCHANGED,
) -> None:
    """Add rows below the existing ones and set cells that the workflow owns; arguments as for ``growing.add_rows``.

    Raises:
        UnknownStructure: the workbook's structure does not allow editing part by part.
        PrismakeError, OSError: somebody saved the workbook after it was read, or the file cannot be written.
    """
    if table.path.suffix not in _WORKBOOKS:
        raise UnknownStructure("another format")
    with zipfile.ZipFile(table.path) as archive:
        edit = _SheetEdit(Package(archive), table, columns, [*changes.values(), *rows], renewed)
        edit.renew_headings()
        for number, texts in changes.items():
            edit.set_texts(number, texts)
        edit.add(rows)
        edit.finish()
        with replacing(path, (table.path, table.digest), linked=True) as draft:
            edit.package.write(draft)


def columns_to_add(
    columns: Sequence[Column], present: Mapping[str, Any], texts: Sequence[Mapping[str, Any]]
) -> list[Column]:
    """The workflow's own columns that a sheet lacks and that have text in one of the rows."""
    missing = []
    for column in columns:
        # the column for reasons is added with the first row that asks for a judgement
        needed = JUDGED if column.key == REASON else column.key if column.role == "live" else ""
        if needed and column.key not in present and any(row.get(needed) for row in texts):
            missing.append(column)
    return missing


class _SheetEdit:
    """The edits of one sheet, collected until ``finish`` writes them into the parts of its package."""

    def __init__(
        self,
        package: Package,
        table: SheetTable,
        columns: Sequence[Column],
        texts: Sequence[Mapping[str, Any]],
        renewed: Renewal,
    ) -> None:
        self.package, self._table, self._header, self._renewed = package, table, table.header_row, renewed
        self._book = _only_target(package.relations(""), "officeDocument")
        targets = {relation.id: relation.target for relation in package.relations(self._book)}
        self._book_root = package.tree(self._book)
        sheets = [entry for group in self._book_root if local(group) == "sheets" for entry in group]
        self._parts = {entry.get("name", ""): targets.get(_relation_id(entry), "") for entry in sheets}
        self._index = list(self._parts).index(table.name) if table.name in self._parts else -1
        self._part = self._parts.get(table.name, "")
        if self._part not in package.names or not self._part.startswith("xl/worksheets/"):
            raise UnknownStructure(f"no worksheet “{table.name}”")
        self._styles_part = _only_target(package.relations(self._book), "styles")
        self._styles = Styles(package.tree(self._styles_part))
        place = {column.key: table.headers[column.header] for column in columns if column.header in table.headers}
        self._new_columns = [*renewed.added, *columns_to_add(columns, place, texts)]
        self._extent = self._gone_through()
        self._tail = TailEdit(self._extent)
        for number, column in enumerate(self._new_columns, start=self._extent.last_column + 1):
            place[column.key] = number
        self._columns, self._place = columns, place
        self._edits: dict[int, RowEdit] = {}
        self._added: list[Mapping[str, Any]] = []
        self._book_changed = False
        self._start = self._last = max(self._extent.last_row, self._header) + 1

    def _gone_through(self) -> Extent:
        with self.package.open(self._part) as stream:
            top = frozenset(range(1, self._header + 2))
            return extent(stream, top, columns=bool(self._new_columns))

    def renew_headings(self) -> None:
        """Write the present headings of questions, and the looks of the cells of those that are new."""
        for header, heading in (self._renewed.headings or {}).items():
            self._head(self._table.headers[header], heading, Look())  # the cell keeps its own look
        for column in self._renewed.added:  # a width and a look of the whole column hold for cells that nobody has made
            blank, place = CellEdit("", "", self._styles.number(look_of(column))), self._place[column.key]
            for number, _ in self._table.rows:
                self._edits.setdefault(number, RowEdit()).cells[place] = blank

    def set_texts(self, number: int, texts: Mapping[str, str]) -> None:
        """Set new texts in cells of a row; the links of the old texts are removed."""
        for column in self._columns:
            if column.key in texts and column.key in self._place:
                self._set(number, column, cell_text(texts[column.key]))

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows below the last row that has any text."""
        present = [column for column in self._columns if column.key in self._place]
        for number, row in enumerate(rows, start=self._start):
            cells = [cell_text(row.get(column.key)) for column in present]
            for column, text in zip(present, cells, strict=True):
                if text or column.role not in _UNDRESSED:
                    self._set(number, column, text)
            self._edits[number].height = height_of(present, cells)
        letters = [column_letter(self._place[column.key]) for column in present]
        self._tail.add_dropdowns(row_dropdowns(present, letters, rows, self._start))
        self._last = self._start + len(rows) - 1

    def _set(self, number: int, column: Column, text: str) -> None:
        look, place = look_of(column, text), self._place[column.key]
        pieces = runs(text, column.terms) if column.role != "state" else ()
        content = content_of(Cell(text, look, runs=pieces)) if text else ""
        edit = CellEdit(content, "inlineStr" if text else "", self._styles.number(look))
        self._edits.setdefault(number, RowEdit()).cells[place] = edit
        self._tail.link(f"{column_letter(place)}{number}", link_to(column, text) if column.link and text else "")

    def finish(self) -> None:
        """Write every edit into the parts of the package."""
        for column in self._new_columns:
            self._head(self._place[column.key], column.heading, head_look(column))
        self._renew_first_page()
        self._count_on()
        first, last = self._header + 1, self._last
        self._renew_lists()
        self._tail.reword(self._renewed.formulas)
        self._tail.reach(first, last, SPARE)
        links = self._tail.new_links(self.package.relation_ids(self._part))
        if links:
            self.package.relate(self._part, "hyperlink", links)
        self._widen_tables(last)
        self._renew_book(last)
        head, tail = self._extent.head, self._tail.xml()
        if self._new_columns:
            widths = {
                self._place[column.key]: (float(column.width), self._styles.number(look_of(column)))
                for column in self._new_columns
            }
            head = with_widths(head, self._extent.prefix, widths)
        head = with_dimension(head, max(last, self._extent.last_row), max(self._place.values(), default=1))
        if self._styles.changed:
            self.package.put(self._styles_part, self._styles.root)
        part, edits = self._part, self._edits

        def worksheet() -> Any:
            with self.package.open(part) as stream:
                yield from rewritten(stream, edits, head, tail)

        self.package.changed[part] = worksheet

    def _head(self, place: int, heading: str, look: Look) -> None:
        edit = CellEdit(content_of(Cell(heading, look)), "inlineStr", self._styles.number(look))
        self._edits.setdefault(self._header, RowEdit()).cells[place] = edit

    def _renew_first_page(self) -> None:
        others = [part for name, part in self._parts.items() if name != self._table.name]
        strings = SharedTexts(self.package, self._book)
        renew_first_page(self.package, others, strings, self._styles, self._renewed)

    def _renew_lists(self) -> None:
        """Let the dropdown of each question offer the present answers."""
        choices = [c for c in self._columns if c.answer and c.answer.kind == "choice" and not c.answer.by_row]
        shown = [column for column in choices if column.key in self._place]
        if not shown or not (self._renewed.guide or self._renewed.added):
            return
        strings, page = SharedTexts(self.package, self._book), self._parts.get(LISTS, "")
        lists = AnswerLists(self.package, self._book, self._book_root, page, strings)
        rows = (self._header + 1, max(self._last, self._header + 1) + SPARE)
        for column in shown:
            assert column.answer is not None
            source = lists.source([choice.word for choice in column.answer.choices])
            self._tail.offer_list(column_letter(self._place[column.key]), rows, source, LISTS)
        self._book_changed = lists.changed_book

    def _count_on(self) -> None:
        """Extend the counts to the new last row and recalculate them; a count saved as a value is a formula again."""
        prefix = self._extent.prefix
        formulas = 0
        for number, row in self._extent.rows.items():
            for place, formula in _count_formulas(row, prefix):
                self._set_formula(number, place, self._counting(formula))
                formulas += 1
        if not formulas:
            self._count_again()
        for name, part in self._parts.items():
            if name != self._table.name and part in self.package.names and part.startswith("xl/worksheets/"):
                content = self.package.read(part)
                counted = _CELL.sub(lambda match: self._recounted(match[0]), content)
                if counted != content:
                    self.package.changed[part] = counted

    def _count_again(self) -> None:
        named = {*self._table.headers.values(), *self._table.extra.values()}
        row = self._extent.rows.get(self._header, b"")
        for match in re.finditer(rb'<(?:\w+:)?c\b[^>]*?\sr="([A-Z]+)\d+"', row):
            place = column_number(match[1])
            if place not in named and is_count(self._text_of(cell_of(row, self._extent.prefix, place))):
                self._set_formula(self._header, place, self._formula())

    def _formula(self, page: str = "") -> str:
        letters = {key: column_letter(column) for key, column in self._place.items()}
        return count_formula(self._columns, letters, self._header + 1, self._last + SPARE, page)

    def _counting(self, formula: str, page: str = "") -> str:
        """A count extended to the new last row, or a new one if other questions or remarks are counted by now."""
        new = self._formula(page)
        same = _ROWS.sub("", new) == _ROWS.sub("", formula.removeprefix("="))
        return reaching(formula, self._last, SPARE) if same else new

    def _recounted(self, cell: bytes) -> bytes:
        """A cell of another page; if it is a count, it is brought up to date and marked for recalculation."""
        formula = _FORMULA.search(cell)
        text = html.unescape(formula[2].decode()) if formula else ""
        if not formula or not is_count_formula(text):
            return cell
        new = html.escape(self._counting(text, self._table.name), quote=False).encode()
        return _VALUE.sub(b"", cell[: formula.start(2)] + new + cell[formula.end(2) :])

    def _set_formula(self, number: int, place: int, formula: str) -> None:
        text = html.escape(formula.removeprefix("="), quote=False)
        self._edits.setdefault(number, RowEdit()).cells[place] = CellEdit(f"<f>{text}</f>", "str")

    def _text_of(self, cell: bytes) -> str:
        """The text of a cell."""
        if b't="s"' not in cell:
            return "".join(
                html.unescape(part.decode()) for part in re.findall(rb"<(?:\w+:)?[tv]\b[^>]*>([^<]*)<", cell)
            )
        index = re.search(rb"<(?:\w+:)?v>(\d+)<", cell)
        number = int(index[1]) if index else -1
        return SharedTexts(self.package, self._book).numbered([number]).get(number, "")

    def _widen_tables(self, last: int) -> None:
        for relation in self.package.relations(self._part):
            if relation.kind != "table":
                continue
            root = self.package.tree(relation.target)
            added = [(self._place[column.key], column.heading) for column in self._new_columns]
            headings = {self._table.headers[name]: text for name, text in (self._renewed.headings or {}).items()}
            renamed = rename_columns(root, self._header, headings)
            if reach_table(root, self._header, last, added) or renamed:
                self.package.put(relation.target, root)

    def _renew_book(self, last: int) -> None:
        """Extend print area and filter to the last row, and have programs recalculate the counts on opening."""
        root, changed = self._book_root, self._book_changed
        groups = {local(group): group for group in root}
        for entry in groups.get("definedNames", ()):
            if entry.get("localSheetId") != str(self._index):
                continue
            if entry.get("name") in ("_xlnm.Print_Area", "_xlnm._FilterDatabase"):
                text = reaching_area(entry.text or "", last)
                changed, entry.text = changed or text != entry.text, text
        calculation = groups.get("calcPr")
        if calculation is None:
            name = etree.QName(etree.QName(root).namespace, "calcPr")
            calculation = etree.Element(name)
            later = next((group for group in root if local(group) in _AFTER_CALCULATION), None)
            root.append(calculation) if later is None else later.addprevious(calculation)
        if calculation.get("fullCalcOnLoad") not in ("1", "true"):
            calculation.set("fullCalcOnLoad", "1")
            changed = True
        if changed:
            self.package.put(self._book, root)


_ROWS = re.compile(r"(?<=\$)\d+")
_CELL = re.compile(rb"<((?:\w+:)?)c\b[^>]*>\s*<\1f\b[^>]*>.*?</\1c>", re.DOTALL)
_FORMULA = re.compile(rb"<((?:\w+:)?)f\b[^>]*>(.*?)</\1f>", re.DOTALL)
_VALUE = re.compile(rb"<((?:\w+:)?)v\b[^>]*>[^<]+</\1v>")


def _count_formulas(row: bytes, prefix: str) -> list[tuple[int, str]]:
    """(column, formula) of each count in a row."""
    counts = []
    for match in _CELL.finditer(row):
        formula, place = _FORMULA.search(match[0]), re.search(rb'\sr="([A-Z]+)\d+"', match[0])
        text = html.unescape(formula[2].decode()) if formula else ""
        if place and is_count_formula(text):
            counts.append((column_number(place[1]), text))
    return counts


def _only_target(relations: Sequence[Any], kind: str) -> str:
    targets = [relation.target for relation in relations if relation.kind == kind]
    if len(targets) != 1:
        raise UnknownStructure(f"{len(targets)} parts of the kind {kind}")
    return targets[0]


def _relation_id(entry: Any) -> str:
    return next((value for name, value in entry.attrib.items() if name.endswith("}id")), "")
