"""Tables as a workbook: typed cells, no formulas, the same bytes for the same tables."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from prismake.core.missing import is_missing
from prismake.core.names import ITEM_ID, RECORD_ID, REPORT_ID, STUDY_ID
from prismake.core.progress import tracked
from prismake.report.manuscript.controls import clean
from prismake.report.tables import UNDECIDED

_MOST_LETTERS = 32_767  # characters of a cell
_WIDEST, _TALLEST = 54, 400.0  # letters of a line, and points of a row
_CUT = " … [cut: the cell cannot hold more]"
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d+)?(?:[eE][+-]?\d+)?")
# numbers that are identifiers: nobody adds them up
_NAMES = frozenset(
    {RECORD_ID, REPORT_ID, STUDY_ID, ITEM_ID, "pmid", "pmcid", "doi", "volume", "issue", "pages", "accession", "item"}
)
_NEVER = (1980, 1, 1, 0, 0, 0)  # the first date that a zip archive can hold


@dataclass(frozen=True)
class Sheet:
    """A table of the supplement. ``rows`` hold text, numbers and None; ``meanings`` explains its columns."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    meanings: dict[str, str] = field(default_factory=dict)

    def kind(self, column: int) -> str:
        """``number``, ``text``, or ``number or text``, by the content of a column."""
        kinds = {"text" if isinstance(row[column], str) else "number" for row in self.rows if row[column] is not None}
        return " or ".join(sorted(kinds)) or "empty"


def typed(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> tuple[tuple[Any, ...], ...]:
    """Rows of text, with numbers if the cells of a column are numbers or say that there is none (NR)."""
    rows = [tuple(row) for row in rows]
    numeric = {
        index for index, name in enumerate(columns) if name not in _NAMES and all(_numeric(row[index]) for row in rows)
    }
    return tuple(
        tuple(_number(cell) if index in numeric else cell or None for index, cell in enumerate(row)) for row in rows
    )


def _numeric(text: str) -> bool:
    return not text or text == UNDECIDED or is_missing(text) or bool(_NUMBER.fullmatch(text))


def _number(text: str) -> int | float | str | None:
    if not _NUMBER.fullmatch(text):
        return text or None
    return int(text) if re.fullmatch(r"-?\d+", text) else float(text)


def workbook_bytes(sheets: Sequence[Sheet], title: str) -> bytes:
    """The sheets in order as the bytes of an .xlsx file. Text stays text, even if it begins with “=”."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    book.properties.title, book.properties.creator = clean(title)[:255], "prismake"
    for sheet in sheets:
        _write(book.create_sheet(sheet.name), sheet)
    raw = io.BytesIO()
    book.save(raw)
    return _undated(raw)


def _write(page: Any, sheet: Sheet) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    bold, wrapped = Font(bold=True), Alignment(wrap_text=True, vertical="top")

    def text_cell(text: str, font: Font | None = None) -> Any:
        cell = WriteOnlyCell(page, None)
        text = clean(text)
        cell.value = text if len(text) <= _MOST_LETTERS else text[: _MOST_LETTERS - len(_CUT)] + _CUT
        cell.data_type = "s"  # never a formula
        cell.alignment = wrapped
        if font:
            cell.font = font
        return cell

    for index, name in enumerate(sheet.columns):
        longest = max([len(name), *(len(str(row[index])) for row in sheet.rows if row[index] is not None)])
        page.column_dimensions[get_column_letter(index + 1)].width = min(max(longest + 2, 8), _WIDEST + 6)
    page.freeze_panes = "A2"
    page.append([text_cell(name, bold) for name in sheet.columns])
    for number, row in enumerate(tracked(sheet.rows, len(sheet.rows), "writing the supplement", "rows"), start=2):
        # not every program adjusts row heights to wrapped lines by itself
        lines = max((len(cell) // _WIDEST + 1 for cell in row if isinstance(cell, str)), default=1)
        if lines > 1:
            page.row_dimensions[number].height = min(13.5 * lines, _TALLEST)
        page.append([text_cell(cell) if isinstance(cell, str) else cell for cell in row])
    if sheet.rows:
        page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{len(sheet.rows) + 1}"


def _undated(raw: io.BytesIO) -> bytes:
    """The archive without the time at which it was written."""
    out = io.BytesIO()
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _NEVER)
            entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            data = old.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"1980-01-01T00:00:00Z", data)
            new.writestr(entry, data)
    return out.getvalue()
