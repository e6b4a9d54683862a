"""A cell far outside the table of a sheet is reported at once, because nothing could hold the cells between."""

from __future__ import annotations

import openpyxl
import pytest
from prismake.core.errors import SheetError
from prismake.sheets.layout import CHECK, ITEM
from prismake.sheets.reading import read_sheet


def test_a_stray_cell_is_named_and_not_read(tmp_path):
    book = openpyxl.Workbook()
    book.active.append([ITEM, CHECK])
    book.active["XFD60000"] = "x"
    book.save(tmp_path / "title_abstract.anna.xlsx")
    with pytest.raises(SheetError, match=r"row 60,000 and column XFD") as error:
        read_sheet(tmp_path / "title_abstract.anna.xlsx", [])
    assert "Delete the rows below the table" in error.value.remedy


def test_parts_that_would_fill_the_memory_are_not_unpacked(tmp_path, monkeypatch):
    book = openpyxl.Workbook()
    book.active.append([ITEM, CHECK, "x" * 30_000])
    book.save(tmp_path / "title_abstract.anna.xlsx")
    monkeypatch.setattr("prismake.sheets.no_workbook._MOST", 30_000)
    with pytest.raises(SheetError, match=r"part xl/\S+ would unpack to 0 MiB, which no sheet does") as error:
        read_sheet(tmp_path / "title_abstract.anna.xlsx", [])
    assert "prismake restore" in error.value.remedy


def test_a_fault_of_our_own_is_not_blamed_on_a_sheet(tmp_path, monkeypatch):
    book = openpyxl.Workbook()
    book.active.append([ITEM, CHECK])
    book.save(tmp_path / "title_abstract.anna.xlsx")
    monkeypatch.setattr("prismake.sheets.reading._only_table", lambda *_: [].missing)
    with pytest.raises(AttributeError):
        read_sheet(tmp_path / "title_abstract.anna.xlsx", [])
