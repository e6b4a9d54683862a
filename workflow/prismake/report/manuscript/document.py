"""The manuscript as a Word file, in the styles of the team's template if there is one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from prismake.core.blame import is_about_the_file
from prismake.core.errors import PrismakeError
from prismake.core.phrases import within_sentence
from prismake.core.progress import tracked
from prismake.core.refusals import pass_on_refusal
from prismake.report.manuscript.blocks import (
    Field,
    Figure,
    Gap,
    Heading,
    Paragraph,
    Part,
    Table,
    mark_of,
    mark_of_cells,
    mark_of_picture,
    plain,
)
from prismake.report.manuscript.content import Manuscript
from prismake.report.manuscript.controls import clean, control, element, run

if TYPE_CHECKING:
    from docx.document import Document

GAP, CAPTION = "prismake gap", "Caption"  # styles
_WIDE = 7  # columns above which a table gets a landscape page
_TOO_WIDE = 1.45  # times the width of the text: beyond this, letters of a figure would be too small to read
_NEVER = (1980, 1, 1, 0, 0, 0)  # the first date that a zip archive can hold
_INCH = 914_400  # in Word's units
_A4 = (7_560_000, 10_692_000)
_LETTER = 62_000  # width of an average letter in a cell


class Pictures(Protocol):
    """Draws the figures, by the names of their drawings."""

    def pages(self, name: str) -> list[str]:
        """The names of the pages of a figure: its own if it has one."""

    def size(self, name: str) -> tuple[float, float]:
        """Width and height in inches at which the figure is most legible."""

    def png(self, name: str, width: float) -> bytes:
        """The figure as PNG for a width in inches."""


def docx_bytes(paper: Manuscript, pictures: Pictures, template: Path | None = None) -> bytes:
    """The manuscript as the bytes of a .docx file: the same for the same blocks, pictures and template.

    Raises:
        PrismakeError: the template is not a Word document.
    """
    document = opened(template)
    _Writer(document, pictures).write(paper)
    _set_properties(document, paper, template is None)
    return packed(document)


def opened(template: Path | None) -> Document:
    """An empty document with the styles of the template, or with plain ones."""
    import docx

    if template is None:
        document = docx.Document()
        _plain_styles(document)
    else:
        remedy = "Save the template as .docx (not .dotx or .doc), or take the file away to get plain styles."
        document = read_document(template, remedy)
        body = document.element.body
        for child in list(body):
            if not child.tag.endswith("}sectPr"):
                body.remove(child)
    _complete_styles(document)
    return document


def read_document(path: Path, remedy: str) -> Document:
    """A Word document that a person made or has worked in.

    Raises:
        PrismakeError: it is none, or it is damaged; with this remedy.
        FileRefused: the system does not allow the file to be read.
    """
    import docx

    try:
        return docx.Document(str(path))
    except Exception as error:  # python-docx passes on what zipfile, lxml and its own dictionaries raise
        pass_on_refusal(error, path)
        if not is_about_the_file(error, docx.Document):
            raise
        raise PrismakeError("this is no document of Word that can be read.", where=str(path), remedy=remedy) from error


def packed(document: Document) -> bytes:
    """The document as a zip archive that contains no date of the run."""
    raw, out = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _NEVER)
            entry.external_attr = 0o644 << 16
            # pictures are compressed already
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return out.getvalue()


def _set_properties(document: Document, paper: Manuscript, plain: bool) -> None:
    """Title and authors; dates are those of the newest search, never that of the run."""
    properties = document.core_properties
    properties.title = clean(paper.title)[:255]
    properties.author = clean("; ".join(paper.authors))[:255]
    properties.comments, properties.last_modified_by, properties.revision = "", "prismake", 1
    day = datetime.fromisoformat(paper.date) if paper.date else datetime(*_NEVER)
    properties.created = properties.modified = day
    if plain:
        properties.language = "en-GB"


def _plain_styles(document: Document) -> None:
    """A4, a serif text of 11 points and quiet headings."""
    from docx.shared import Cm, Pt, RGBColor

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin = section.bottom_margin = Cm(2.2)
    styles = document.styles
    styles["Normal"].font.name, styles["Normal"].font.size = "Liberation Serif", Pt(11)
    styles["Normal"].paragraph_format.space_after = Pt(6)
    for name, size in (("Title", 20), ("Heading 1", 15), ("Heading 2", 12)):
        font = styles[name].font
        font.name, font.size, font.bold, font.color.rgb = "Liberation Sans", Pt(size), True, RGBColor(0x1F, 0x29, 0x33)
        fonts = styles[name].element.rPr.rFonts
        for attribute in [key for key in fonts.attrib if key.endswith("Theme")]:
            del fonts.attrib[attribute]  # a theme's font would override the one that is named
        for border in styles[name].element.xpath("w:pPr/w:pBdr"):
            border.getparent().remove(border)
    caption = styles[CAPTION].font
    caption.size, caption.bold, caption.italic, caption.color.rgb = Pt(10), False, False, RGBColor(0x1F, 0x29, 0x33)


def _complete_styles(document: Document) -> None:
    """Add styles that a template may lack, among them that of gaps, which has to be conspicuous."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt, RGBColor

    styles = document.styles
    names = {style.name for style in styles}
    for name in ("Title", "Heading 1", "Heading 2", CAPTION, GAP):
        if name not in names:
            style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            style.base_style = styles["Normal"] if "Normal" in names else None
            style.font.bold = name != GAP
    gap = styles[GAP]
    if GAP not in names:
        gap.font.italic, gap.font.size, gap.font.color.rgb = True, Pt(10), RGBColor(0x8A, 0x3B, 0x00)
        gap.paragraph_format.left_indent = Pt(8)
        gap.element.get_or_add_pPr().append(element("w:shd", val="clear", color="auto", fill="FDF3E1"))


class _Writer:
    """Writes blocks one after the other; tables and figures are numbered as they come."""

    def __init__(self, document: Document, pictures: Pictures) -> None:
        self.document, self.pictures = document, pictures
        self.body = document.element.body
        self.numbers = {"Table": 0, "Figure": 0}
        self.controls = 0
        section = document.sections[-1]
        page = (section.page_width or _A4[0], section.page_height or _A4[1])
        self.width = int(page[0]) - int(section.left_margin or 0) - int(section.right_margin or 0)
        self.height = int(page[1]) - int(section.top_margin or 0) - int(section.bottom_margin or 0)

    def write(self, paper: Manuscript) -> None:
        self.document.add_paragraph(clean(paper.title), style="Title")
        for block in tracked(paper.blocks, len(paper.blocks), "writing the manuscript", "parts"):
            if isinstance(block, Heading):
                self.document.add_paragraph(clean(block.text), style=f"Heading {block.level}")
            elif isinstance(block, Gap):
                self.document.add_paragraph(clean(gap_text(block)), style=GAP)
            elif isinstance(block, Paragraph):
                self._paragraph(block.parts, label=block.label)
            elif isinstance(block, Table):
                self._table(block)
            else:
                self._figure(block)

    def _paragraph(self, parts: Iterable[Part], style: str | None = None, label: str = "") -> Any:
        paragraph = self.document.add_paragraph(style=style)
        if label:
            paragraph._p.append(run(f"{label} ", bold=True))
        paragraph._p.extend(self._runs(parts))
        return paragraph

    def _runs(self, parts: Iterable[Part]) -> Iterator[Any]:
        for part in parts:
            if isinstance(part, Field):
                yield self._control(part.name, mark_of(clean(part.text)), [run(part.text)], wording=part.wording)
            else:
                yield run(part)

    def _control(self, name: str, mark: str, content: Sequence[Any], **more: Any) -> Any:
        self.controls += 1
        return control(name, mark, self.controls, content, **more)

    def _table(self, block: Table) -> None:
        wide = len(block.columns) > _WIDE
        if wide:
            self._section(landscape=True)
        self.numbers["Table"] += 1
        number = self.numbers["Table"]
        columns, rows = cleaned(block)
        mark = mark_of_cells([columns, *rows] if block.ruled else rows)
        caption = self.document.add_paragraph(style=CAPTION)
        caption.paragraph_format.keep_with_next = True
        caption._p.append(run(f"Table {number}. ", bold=True))
        caption._p.append(self._control(block.name, mark, [run(block.caption)]))
        width = self.height if wide else self.width
        self.body.insert(len(self.body) - 1, table_element(block, width))  # before the properties of the section
        if wide:
            self._section(landscape=False)
        else:
            self.document.add_paragraph()  # two tables without a paragraph between them become one

    def _section(self, landscape: bool) -> None:
        from docx.enum.section import WD_ORIENT, WD_SECTION
        from docx.shared import Emu

        before = self.document.sections[-1]
        sides = sorted((int(before.page_width or _A4[0]), int(before.page_height or _A4[1])), reverse=landscape)
        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        section.page_width, section.page_height = Emu(sides[0]), Emu(sides[1])
        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT

    def _figure(self, block: Figure) -> None:
        pages = self.pictures.pages(block.drawing)
        wide = self._turned(*self.pictures.size(pages[0]))
        if wide:
            self._section(landscape=True)
        for number, page in enumerate(pages, start=1):
            self._picture(block, page, block.name if number == 1 else f"{block.name}.page{number}", wide)
        self.numbers["Figure"] += 1
        label = f"Figure {self.numbers['Figure']}. {block.title}."
        self._paragraph(block.legend, CAPTION, label)
        if wide:
            self._section(landscape=False)

    def _picture(self, block: Figure, drawing: str, name: str, wide: bool) -> None:
        """A figure, or one page of it, within its control."""
        from docx.shared import Emu

        width, height = (self.height, self.width) if wide else (self.width, self.height)
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        holder = paragraph.add_run()
        image = self.pictures.png(drawing, width / _INCH)
        shape = holder.add_picture(io.BytesIO(image))
        scale = _scale(shape.width, shape.height, width, height)
        shape.width, shape.height = Emu(int(shape.width * scale)), Emu(int(shape.height * scale))
        properties = shape._inline.docPr
        properties.set("name", clean(name))
        properties.set("descr", clean(f"{block.title}. {plain(block.legend)}"))
        paragraph._p.append(self._control(name, mark_of_picture(image), [holder._r], kind="w:picture"))

    def _turned(self, width: float, height: float) -> bool:
        """Whether a figure would be too small on a portrait page and clearly larger on a landscape one."""
        upright = _scale(width * _INCH, height * _INCH, self.width, self.height)
        turned = _scale(width * _INCH, height * _INCH, self.height, self.width)
        return upright < 1 / _TOO_WIDE and turned > 1.25 * upright


def _scale(width: float, height: float, room: float, depth: float) -> float:
    """The factor by which a figure shrinks to fit on a page with its legend."""
    return min(room / width, 0.82 * depth / height, 1.0)


def gap_text(block: Gap) -> str:
    """The text shown where people have to write."""
    items = f" (PRISMA 2020 item {', '.join(block.items)})" if block.items and block.items[0][0] != "A" else ""
    if block.items and block.items[0][0] == "A":
        items = f" (PRISMA 2020 for Abstracts, item {', '.join(item[1:] for item in block.items)})"
    return f"[To write{items}: {within_sentence(block.hint)}]"


def cleaned(block: Table) -> tuple[list[str], list[list[str]]]:
    """Columns and cells as they are written."""
    return [clean(name) for name in block.columns], [[_held(clean(cell)) for cell in row] for row in block.rows]


def _held(cell: str) -> str:
    """A short cell with a number, with non-breaking blanks."""
    short_number = len(cell) <= 22 and any(letter.isdigit() for letter in cell)
    return cell.replace(" ", "\u00a0") if short_number else cell


def table_element(block: Table, width: int) -> Any:
    """A Word table with rules above, below and under its header, which is repeated on every page."""
    columns, rows = cleaned(block)
    made = element("w:tbl")
    made.append(_table_properties(block.ruled))
    widths = _widths(columns, rows, width)
    grid = element("w:tblGrid")
    grid.extend([element("w:gridCol", w=str(each)) for each in widths])
    made.append(grid)
    if block.ruled:
        made.append(_row(columns, widths, head=True))
    made.extend([_row(row, widths) for row in rows])
    return made


def _table_properties(ruled: bool) -> Any:
    properties = element("w:tblPr")
    properties.append(element("w:tblW", w="5000", type="pct"))
    if ruled:
        borders = element("w:tblBorders")
        for side, colour in (("top", "1F2933"), ("bottom", "1F2933"), ("insideH", "C9D1DA")):
            borders.append(
                element(f"w:{side}", val="single", sz="4" if colour == "C9D1DA" else "8", space="0", color=colour)
            )
        properties.append(borders)
    properties.append(element("w:tblLayout", type="fixed"))
    margins = element("w:tblCellMar")
    margins.extend([element(f"w:{side}", w="60", type="dxa") for side in ("left", "right")])
    properties.append(margins)
    return properties


def _row(cells: Sequence[str], widths: Sequence[int], head: bool = False) -> Any:
    row, properties = element("w:tr"), element("w:trPr")
    properties.append(element("w:cantSplit"))
    if head:
        properties.append(element("w:tblHeader"))
    row.append(properties)
    for text, width in zip(cells, widths, strict=True):
        row.append(_cell(text, width, head))
    return row


def _cell(text: str, width: int, head: bool) -> Any:
    cell, properties, paragraph = element("w:tc"), element("w:tcPr"), element("w:p")
    properties.append(element("w:tcW", w=str(width), type="dxa"))
    look = element("w:pPr")
    look.append(element("w:spacing", before="20", after="20"))
    paragraph.append(look)
    words = run(text, bold=head)
    size = words.find(element("w:rPr").tag)
    if size is None:
        size = element("w:rPr")
        words.insert(0, size)
    size.append(element("w:sz", val="17"))  # half points
    paragraph.append(words)
    cell.extend([properties, paragraph])
    return cell


def _widths(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """The width of each column in twentieths of a point: no word is broken as long as there is room.

    Every column gets room for its longest word; the rest is distributed by what the columns need to hold a cell on one
    line, or on few lines if cells are long.
    """
    room = width / _LETTER
    least, wished = [], []
    for index, name in enumerate(columns):
        cells = [name, *(row[index] for row in rows)]
        word = max((len(part) for cell in cells for part in cell.split(" ")), default=1)
        length = max(map(len, cells))
        least.append(min(word, 26) + 3.5)
        wished.append(max(least[-1], 3.5 + (length if length <= 24 else min(4.9 * length**0.5, 90))))
    spare, more = max(room - sum(least), 0.0), sum(wished) - sum(least)
    needs = [low + (spare * (high - low) / more if more else 0.0) for low, high in zip(least, wished, strict=True)]
    return [round(width / 635 * need / sum(needs)) for need in needs]
