"""A workbook written row by row: whatever its length, only the current row is in memory.

Knows the file format (ECMA-376 SpreadsheetML) and nothing about reviews. Text is always an inline string, escaped here
and nowhere else: whatever a title contains, it is never a formula and never markup.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path
from typing import IO

from prismake.sheets.package import copy_compressed

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PART = "xl/worksheets/sheet{}.xml"
_LEVEL = 4  # compression level; 6 takes twice the time for 3 % of the size
_CHUNK = 1 << 18  # bytes gathered before they are compressed
_UNDERSCORE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # what Excel would read as one character
INK, EMPHASIS = "1F2933", "8A3B00"  # colours of plain text and of emphasised terms, which are also bold


@dataclass(frozen=True)
class Look:
    """The format of a cell. Colours are RRGGBB; ``quoted`` marks text that begins like a formula."""

    size: int = 11
    colour: str = INK
    bold: bool = False
    fill: str = ""
    wrap: bool = False
    centred: bool = False
    underlined: bool = False
    plain_text: bool = False
    quoted: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell: text, or ``runs`` of (text, emphasised), or a formula of the workflow's own."""

    text: str = ""
    look: Look = Look()
    formula: bool = False
    runs: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True)
class Dropdown:
    """A list of choices for cells; ``source`` is a range, or the choices themselves in quotation marks."""

    area: str
    source: str


@dataclass(frozen=True)
class Tint:
    """A fill that a cell takes while a formula holds; if several do, the first wins."""

    area: str
    formula: str
    fill: str


@dataclass
class Page:
    """A sheet of the workbook. ``rows`` gives (height in points or 0, cells) and is iterated once.

    ``links`` gives (cell, address) in any order and is iterated twice. ``area`` can be filtered; with ``headers``, the
    texts of its first row, it is an Excel table, in which sorting moves whole rows.
    """

    name: str
    rows: Iterable[tuple[float, Sequence[Cell | None]]]
    widths: Sequence[float] = ()
    frozen: str = ""
    area: str = ""
    headers: Sequence[str] = ()
    dropdowns: Sequence[Dropdown] = ()
    tints: Sequence[Tint] = ()
    links: Callable[[], Iterable[tuple[str, str]]] = tuple
    hidden: bool = False
    printed: str = ""
    repeated: str = ""


@dataclass
class _Styles:
    """The cell formats of a workbook as numbers, in the order of their first use; 0 is a plain cell."""

    looks: dict[Look, int] = field(default_factory=lambda: {Look(): 0})
    fills: dict[str, int] = field(default_factory=dict)

    def number(self, look: Look) -> int:
        return self.looks.setdefault(look, len(self.looks))

    def tint(self, fill: str) -> int:
        return self.fills.setdefault(fill, len(self.fills))

    def xml(self) -> str:
        fonts = [_font(look) for look in self.looks]
        fills = [_fill(look.fill) for look in self.looks if look.fill]
        fill_ids = {look: 2 + i for i, look in enumerate(look for look in self.looks if look.fill)}
        formats = "".join(_format(look, number, fill_ids.get(look, 0)) for look, number in self.looks.items())
        tints = "".join(f"<dxf><fill>{_pattern(colour)}</fill></dxf>" for colour in self.fills)
        line = '<border><left/><right/><top/><bottom style="thin"><color rgb="FFCBD2D9"/></bottom><diagonal/></border>'
        return (
            f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="{len(fonts)}">{"".join(fonts)}</fonts>'
            f'<fills count="{2 + len(fills)}"><fill><patternFill patternType="none"/></fill>'
            f'<fill><patternFill patternType="gray125"/></fill>{"".join(fills)}</fills>'
            f'<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>{line}</borders>'
            '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
            f'<cellXfs count="{len(self.looks)}">{formats}</cellXfs>'
            '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
            f'<dxfs count="{len(self.fills)}">{tints}</dxfs></styleSheet>'
        )


def write_workbook(path: Path, pages: Sequence[Page], shown: int) -> None:
    """Write a workbook in which page ``shown`` (from 0) is open."""
    styles = _Styles()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as package:
        for number, page in enumerate(pages, start=1):
            _put(package, _PART.format(number), _sheet(page, styles, chosen=number - 1 == shown))
            if page.headers:
                _put(package, f"xl/tables/table{number}.xml", [_table(page, number)])
            if page.headers or any(True for _ in page.links()):
                _put(package, f"xl/worksheets/_rels/sheet{number}.xml.rels", _targets(page, number))
        _put(package, "xl/styles.xml", [styles.xml()])
        _put(package, "xl/workbook.xml", [_workbook(pages, shown)])
        parts = [(f"worksheets/sheet{n}.xml", "worksheet") for n in range(1, len(pages) + 1)]
        _put(package, "xl/_rels/workbook.xml.rels", [_relations([*parts, ("styles.xml", "styles")])])
        _put(package, "_rels/.rels", [_relations([("xl/workbook.xml", "officeDocument")])])
        _put(package, "[Content_Types].xml", [_content_types(pages)])


def copy_workbook(source: Path, path: Path, first_page: Page, beginnings: tuple[str, str]) -> None:
    """A workbook as ``write_workbook`` makes it whose second page is that of ``source``, apart from some beginnings.

    Args:
        first_page: its first page, in the formats of the first page of ``source`` and no others.
        beginnings: with which texts of cells begin there, and with which they begin here.
    """
    before, after = (f">{_escaped(text)}-".encode() for text in beginnings)
    with (
        zipfile.ZipFile(source) as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as package,
    ):
        for info in old.infolist():
            if info.filename == _PART.format(1):
                _put(package, info.filename, _sheet(first_page, _Styles(), chosen=False))
            elif info.filename == _PART.format(2):
                with old.open(info) as rows, package.open(info.filename, "w") as out:
                    for piece in _replaced(rows, before, after):
                        out.write(piece)
            else:
                copy_compressed(old, info, package)


def _replaced(stream: IO[bytes], before: bytes, after: bytes) -> Iterator[bytes]:
    """The bytes of a stream in pieces, with every ``before`` replaced; a row ends before the next piece begins."""
    rest = b""
    while piece := stream.read(_CHUNK):
        text = rest + piece
        end = text.rfind(b"<") + 1 or len(text)
        yield text[:end].replace(before, after)
        rest = text[end:]
    yield rest.replace(before, after)


def column_letter(index: int) -> str:
    """The letters of a column, from 1: A, …, Z, AA, …"""
    letters = ""
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _put(package: zipfile.ZipFile, name: str, chunks: Iterable[str]) -> None:
    """One part of the package. Opened by name it is dated 1980, so that the same content gives the same bytes."""
    gathered, size = [], 0
    with package.open(name, "w") as out:
        for chunk in chunks:
            gathered.append(chunk)
            size += len(chunk)
            if size >= _CHUNK:
                out.write("".join(gathered).encode())
                gathered, size = [], 0
        out.write("".join(gathered).encode())


def _sheet(page: Page, styles: _Styles, *, chosen: bool) -> Iterator[str]:
    selected = ' tabSelected="1"' if chosen else ""
    yield (
        f'{_HEAD}<worksheet xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<sheetViews><sheetView workbookViewId="0"{selected}>{_pane(page.frozen)}'
        '</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
    )
    if page.widths:
        cols = (f'<col min="{n}" max="{n}" width="{w}" customWidth="1"/>' for n, w in enumerate(page.widths, start=1))
        yield f"<cols>{''.join(cols)}</cols>"
    yield "<sheetData>"
    number_of = cache(styles.number)
    letters = [column_letter(index) for index in range(1, 1 + max(len(page.widths), 64))]
    for number, (height, cells) in enumerate(page.rows, start=1):
        tall = f' ht="{height:g}" customHeight="1"' if height else ""
        body = "".join(
            _cell(cell, f"{letters[place]}{number}", number_of(cell.look))
            for place, cell in enumerate(cells)
            if cell is not None
        )
        yield f'<row r="{number}"{tall}>{body}</row>'
    yield "</sheetData>"
    if page.area and not page.headers:
        yield f'<autoFilter ref="{page.area}"/>'
    for priority, tint in enumerate(page.tints, start=1):
        yield (
            f'<conditionalFormatting sqref="{tint.area}"><cfRule type="expression" dxfId="{styles.tint(tint.fill)}" '
            f'priority="{priority}"><formula>{_escaped(tint.formula)}</formula></cfRule></conditionalFormatting>'
        )
    if page.dropdowns:
        yield f'<dataValidations count="{len(page.dropdowns)}">'
        for dropdown in page.dropdowns:  # no error message: synonyms may be typed, the reader judges them
            yield (
                f'<dataValidation type="list" allowBlank="1" sqref="{dropdown.area}">'
                f"<formula1>{_escaped(dropdown.source)}</formula1></dataValidation>"
            )
        yield "</dataValidations>"
    opened = False
    for index, (cell, _) in enumerate(page.links(), start=1):
        yield ("" if opened else "<hyperlinks>") + f'<hyperlink ref="{cell}" r:id="rId{index}"/>'
        opened = True
    yield "</hyperlinks>" if opened else ""
    yield '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>'
    yield "<headerFooter><oddFooter>&amp;C&amp;P / &amp;N</oddFooter></headerFooter>"
    yield '<tableParts count="1"><tablePart r:id="table"/></tableParts></worksheet>' if page.headers else "</worksheet>"


def _table(page: Page, number: int) -> str:
    columns = "".join(f'<tableColumn id="{n}" name="{_attribute(h)}"/>' for n, h in enumerate(page.headers, start=1))
    return (
        f'{_HEAD}<table xmlns="{_MAIN}" id="{number}" name="Answers{number}" displayName="Answers{number}" '
        f'ref="{page.area}" totalsRowShown="0"><autoFilter ref="{page.area}"/>'
        f'<tableColumns count="{len(page.headers)}">{columns}</tableColumns></table>'
    )


def _cell(cell: Cell, address: str, style: int) -> str:
    if cell.formula:
        return f'<c r="{address}" s="{style}" t="str"><f>{_escaped(cell.text)}</f></c>'
    if not cell.text and not cell.runs:
        return f'<c r="{address}" s="{style}"/>'
    return f'<c r="{address}" s="{style}" t="inlineStr">{content_of(cell)}</c>'


def content_of(cell: Cell) -> str:
    """The XML between the tags of a cell with text, which has the type ``inlineStr``."""
    return f"<is>{_runs(cell) if cell.runs else _text(cell.text)}</is>"


def _runs(cell: Cell) -> str:
    plain, strong = _run_look(cell.look), _run_look(cell.look, bold=True)
    return "".join(f"<r>{strong if emphasised else plain}{_text(text)}</r>" for text, emphasised in cell.runs)


@cache
def _run_look(look: Look, *, bold: bool = False) -> str:
    colour = EMPHASIS if bold else look.colour
    return (
        f'<rPr>{"<b/>" if bold else ""}<sz val="{look.size}"/><color rgb="FF{colour}"/>'
        '<rFont val="Calibri"/><family val="2"/></rPr>'
    )


def _text(text: str) -> str:
    return f'<t xml:space="preserve">{_escaped(_UNDERSCORE.sub("_x005F_", text))}</t>'


def _pane(frozen: str) -> str:
    """Panes frozen above and to the left of a cell in the columns A to Z."""
    if not frozen:
        return ""
    left, top = ord(frozen[0]) - 65, int(frozen[1:]) - 1
    return f'<pane xSplit="{left}" ySplit="{top}" topLeftCell="{frozen}" activePane="bottomRight" state="frozen"/>'


def _targets(page: Page, number: int) -> Iterator[str]:
    yield f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    for index, (_, address) in enumerate(page.links(), start=1):
        target = _attribute(address)
        yield f'<Relationship Id="rId{index}" Type="{_OFFICE}/hyperlink" Target="{target}" TargetMode="External"/>'
    if page.headers:
        yield f'<Relationship Id="table" Type="{_OFFICE}/table" Target="../tables/table{number}.xml"/>'
    yield "</Relationships>"


def _workbook(pages: Sequence[Page], shown: int) -> str:
    sheets, names = [], []
    for index, page in enumerate(pages):
        hidden = ' state="hidden"' if page.hidden else ""
        name = _attribute(page.name)
        sheets.append(f'<sheet name="{name}" sheetId="{index + 1}"{hidden} r:id="rId{index + 1}"/>')
        quoted = _escaped("'" + page.name.replace("'", "''") + "'")
        for defined, area, extra in (
            ("_FilterDatabase", "" if page.headers else _fixed(page.area), ' hidden="1"'),
            ("Print_Area", page.printed, ""),
            ("Print_Titles", page.repeated, ""),
        ):
            if area:
                names.append(
                    f'<definedName name="_xlnm.{defined}" localSheetId="{index}"{extra}>{quoted}!{area}</definedName>'
                )
    defined = f"<definedNames>{''.join(names)}</definedNames>" if names else ""
    return (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f'<bookViews><workbookView activeTab="{shown}"/></bookViews>'
        f'<sheets>{"".join(sheets)}</sheets>{defined}<calcPr calcId="191029" fullCalcOnLoad="1"/></workbook>'
    )


def _fixed(area: str) -> str:
    return re.sub(r"([A-Z]+)(\d+)", r"$\1$\2", area)


def _relations(parts: Sequence[tuple[str, str]]) -> str:
    lines = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (target, kind) in enumerate(parts, start=1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'


def _content_types(pages: Sequence[Page]) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>'
        for n in range(1, len(pages) + 1)
    )
    tables = "".join(
        f'<Override PartName="/xl/tables/table{n}.xml" ContentType="{kind}.table+xml"/>'
        for n, page in enumerate(pages, start=1)
        if page.headers
    )
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>{sheets}{tables}</Types>'
    )


def _font(look: Look) -> str:
    bold, line = "<b/>" if look.bold else "", "<u/>" if look.underlined else ""
    return (
        f'<font>{bold}{line}<sz val="{look.size}"/><color rgb="FF{look.colour}"/>'
        '<name val="Calibri"/><family val="2"/></font>'
    )


def _fill(colour: str) -> str:
    return f'<fill><patternFill patternType="solid"><fgColor rgb="FF{colour}"/></patternFill></fill>'


def _pattern(colour: str) -> str:
    # a conditional fill is drawn in its background colour, a fixed one in its foreground colour
    return f'<patternFill patternType="solid"><fgColor rgb="FF{colour}"/><bgColor rgb="FF{colour}"/></patternFill>'


def _format(look: Look, number: int, fill: int) -> str:
    ruled = 1 if look.plain_text and not look.fill else 0
    quoted = ' quotePrefix="1"' if look.quoted else ""
    wrapped = ' wrapText="1"' if look.wrap else ""
    return (
        f'<xf numFmtId="{49 if look.plain_text else 0}" fontId="{number}" fillId="{fill}" borderId="{ruled}" xfId="0" '
        f'applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"{quoted}>'
        f'<alignment vertical="{"center" if look.centred else "top"}"{wrapped}/></xf>'
    )


def _escaped(text: str) -> str:
    return escape(text, quote=False)


def _attribute(text: str) -> str:
    return _escaped(text).replace('"', "&quot;")
