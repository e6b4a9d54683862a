"""Headings that are renewed in sheets that people have."""

from __future__ import annotations

import io

import openpyxl
from prismake.sheets.renewal import Renewal
from prismake.sheets.renewing import renew_headings


def test_a_heading_that_begins_like_a_formula_stays_a_heading():
    book = openpyxl.Workbook()
    book.active.append(["Item", "Route"])
    renew_headings(book.active, 1, {"Item": 1, "Route": 2}, Renewal(headings={"Route": "=Route"}))
    file = io.BytesIO()
    book.save(file)
    cell = openpyxl.load_workbook(file).active["B1"]
    assert (cell.value, cell.data_type) == ("=Route", "s")
