"""An OpenDocument workbook written by hand: what a program that is not LibreOffice makes of the cells of openpyxl."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

_SPACES = " ".join(
    f'xmlns:{short}="{name}"'
    for short, name in {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
        "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
        "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
        "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
    }.items()
)
_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_TYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
_STYLES = (
    '<style:style style:name="c" style:family="table-cell"><style:table-cell-properties fo:background-color="#00b050"/>'
    '</style:style><style:style style:name="s" style:family="table-cell">'
    '<style:text-properties style:text-line-through-style="solid"/></style:style>'
)


def write_ods(path: Path, book: Any) -> None:
    """Write the values of a workbook of openpyxl, its colours, strokes and comments; every formula has failed."""
    tables = "".join(_table(sheet) for sheet in book.worksheets)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES} office:version="1.3">'
        f"<office:automatic-styles>{_STYLES}</office:automatic-styles><office:body><office:spreadsheet>{tables}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", _TYPE, zipfile.ZIP_STORED)
        package.writestr("content.xml", content)
        package.writestr("META-INF/manifest.xml", _MANIFEST)


def _table(sheet: Any) -> str:
    rows = "".join(
        f"<table:table-row>{''.join(_cell(cell) for cell in row)}</table:table-row>" for row in sheet.iter_rows()
    )
    return f"<table:table table:name={quoteattr(sheet.title)}>{rows}</table:table>"


def _cell(cell: Any) -> str:
    style = ""
    if cell.row > 1:
        coloured = cell.fill.patternType == "solid"
        style = ' table:style-name="c"' if coloured else ' table:style-name="s"' if cell.font.strike else ""
    comment = ""
    if cell.comment:
        comment = f"<office:annotation><text:p>{escape(cell.comment.text)}</text:p></office:annotation>"
    if type(cell).__name__ == "MergedCell":
        return "<table:covered-table-cell/>"
    if cell.value is None:
        return f"<table:table-cell{style}>{comment}</table:table-cell>"
    if cell.data_type == "f":
        formula = quoteattr(f"of:{cell.value}")
        return (
            f'<table:table-cell{style} table:formula={formula} office:value-type="string" office:string-value="" '
            'calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell>'
        )
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(cell.value).split("\n"))
    return f'<table:table-cell{style} office:value-type="string">{comment}{lines}</table:table-cell>'
