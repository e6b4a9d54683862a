"""The extent of a sheet, found before anything loads it as a dense array."""

from __future__ import annotations

import errno
import io
import os
import zipfile

import openpyxl
import pytest
from openpyxl.styles import PatternFill
from prismake.core.errors import FileRefused, SheetError
from prismake.core.sheet_extent import extents
from prismake.sheets.reading import read_sheet

CONTENT = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table>
<table:table-row><table:table-cell><text:p>Title</text:p></table:table-cell><table:table-cell table:number-columns-repeated="{wide}"/>{last}</table:table-row>
<table:table-row table:number-rows-repeated="{high}"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>
{below}</table:table></office:spreadsheet></office:body></office:document-content>"""


def archive(data: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(data))


def workbook(**cells) -> bytes:
    book = openpyxl.Workbook()
    for address, value in cells.items():
        if value is None:
            book.active[address].fill = PatternFill("solid", fgColor="FFFF00")
        else:
            book.active[address] = value
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def ods(wide: int = 1022, high: int = 1_000_000, last: str = "", below: str = "") -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr("content.xml", CONTENT.format(wide=wide, high=high, last=last, below=below))
    return data.getvalue()


def test_a_stray_cell_is_seen():
    with archive(workbook(A1="Title", XFD60000="x")) as file:
        assert extents(file) == [(60_000, 16_384)]


def test_a_cell_that_is_only_coloured_holds_nothing():
    with archive(workbook(A1="Title", B2="One", XFD60000=None)) as file:
        assert extents(file) == [(2, 2)]


def test_cells_are_seen_across_the_pieces_of_a_large_sheet():
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in range(30_000):
        sheet.append([f"title {row}", "x" * 40, row])
    data = io.BytesIO()
    book.save(data)
    with archive(data.getvalue()) as file:
        assert extents(file) == [(30_000, 26)]  # of a small sheet, no more columns are told apart


def as_written(sheet: str, declared: str = "") -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns:x="urn:x">{declared}<sheetData>{sheet}</sheetData></worksheet>',
        )
    return data.getvalue()


FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
WITHOUT_ADDRESSES = f'<row>{"<c><v>1</v></c>" * 9}</row><row r="999999"><c t="n"><v>1</v></c></row>'


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (as_written(FAR), (1_048_576, 16_384)),
        (as_written(FAR, '<dimension ref="A1:F20"/>'), (1_048_576, 16_384)),
        (as_written(FAR.replace('"', "'")), (1_048_576, 16_384)),
        (as_written(FAR.replace("<", "<x:").replace("<x:/", "</x:")), (1_048_576, 16_384)),
        (as_written(FAR.replace(' r="XFD', ' s="1" r="XFD')), (1_048_576, 16_384)),
        (as_written(WITHOUT_ADDRESSES), (999_999, 9)),
        (as_written('<row r="1048576"><c r="A1048576"><v>1</v></c></row><row r="2"><c r="XFD2"><v>1</v></c></row>'), (1_048_576, 16_384)),
        (as_written('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="1"/></row>'), (1, 1)),
        (as_written(FAR.replace("XFD1048576", "A1048576") + "x" * 2_000_000 + '<row r="3"><c r="ZZ3"><v>1</v></c></row>'), (1_048_576, 702)),
    ],
    ids=["none", "false", "quotes", "prefix", "order", "addresses", "corners", "format", "pieces"],
)  # fmt: skip
def test_no_program_has_to_declare_how_far_its_sheet_reaches(data, wanted):
    with archive(data) as file:
        assert extents(file) == [wanted]


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (ods(), (1, 1)),
        (ods(last="<table:table-cell><text:p>x</text:p></table:table-cell>"), (1, 1_024)),
        (
            ods(below="<table:table-row><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row>"),
            (1_000_002, 1),
        ),
    ],
    ids=["none", "last", "below"],  # the bytes hold the time, and workers have to collect the same names
)
def test_empty_rows_of_opendocument_count_only_before_something(data, wanted):
    with archive(data) as file:
        assert extents(file) == [wanted]


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES, errno.ESTALE], ids=errno.errorcode.get)
def test_a_disk_that_fails_is_not_taken_for_a_damaged_workbook(tmp_path, monkeypatch, number):
    sheet = tmp_path / "title_abstract.anna.xlsx"
    sheet.write_bytes(workbook(A1="Item"))

    def fails(*_):
        raise OSError(number, os.strerror(number), str(sheet))

    monkeypatch.setattr(zipfile.ZipFile, "namelist", fails)
    with pytest.raises(FileRefused, match=os.strerror(number)):
        read_sheet(sheet, [])


def test_damaged_content_is_not_taken_for_a_failing_disk(tmp_path):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_BZIP2) as file:
        file.writestr("xl/worksheets/sheet1.xml", "<c/>" * 500)
    broken = bytearray(data.getvalue())
    start = broken.find(b"BZh")
    broken[start + 12 : start + 30] = bytes(18)
    sheet = tmp_path / "title_abstract.anna.xlsx"
    sheet.write_bytes(broken)
    with pytest.raises(OSError, match="Invalid data stream") as raised, zipfile.ZipFile(sheet) as file:
        extents(file)
    assert raised.value.errno is None
    with pytest.raises(SheetError, match="not a workbook that can be read"):
        read_sheet(sheet, [])
