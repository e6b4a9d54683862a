"""What the reader of values misses in the cells of an OpenDocument sheet: errors, merged cells, formatting.

Identical rows and columns are written once with a repeat count, so cells have no addresses of their own.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from prismake.sheets.package import UnknownStructure

Place = tuple[int, int]  # row and column, from 1
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_OWN_COLOURS = ("#ffe8a3", "#e4e7eb", "#ffffff", "transparent")
_MOST = 1_000  # repeated cells to expand: longer repeats only fill a sheet to its edge and are looked at once
_HINTS = (b'value-type="error"', b"covered-table-cell", b"table:formula")


def odd_in_opendocument(package: zipfile.ZipFile, sheet_name: str) -> dict[Place, str]:
    """(row, column), from 1, to what is odd about a cell that reads as empty: an error, a merge, a formula."""
    content = package.read("content.xml")
    if not any(hint in content for hint in _HINTS):
        return {}
    odd: dict[Place, str] = {}
    for row, column, cell in _cells(package, sheet_name):
        if cell.get(f"{_CALC}value-type") == "error":
            odd[row, column] = "it holds an error"
        elif cell.tag == f"{_TABLE}covered-table-cell":
            odd[row, column] = "it is merged with the cell above or beside it"
        elif cell.get(f"{_TABLE}formula") and not _text(cell) and not cell.get(f"{_OFFICE}value"):
            odd[row, column] = "it holds a formula that comes to nothing"
    return odd


def looks_of_opendocument(
    package: zipfile.ZipFile, sheet_name: str
) -> tuple[dict[Place, str], set[Place], dict[Place, str], set[Place], set[Place]]:
    """Coloured cells with their colours, cells struck through, comments, percentages, numbers shown in thousands."""
    fills, strikes, thousands = _styles(package)
    coloured: dict[Place, str] = {}
    struck: set[Place] = set()
    comments: dict[Place, str] = {}
    percent: set[Place] = set()
    disguised: set[Place] = set()
    content = package.read("content.xml")
    hints = (b"office:annotation", b'value-type="percentage"')
    if not (fills or strikes or thousands or any(hint in content for hint in hints)):
        return coloured, struck, comments, percent, disguised
    for row, column, cell in _cells(package, sheet_name):
        style = cell.get(f"{_TABLE}style-name")
        if style in fills:
            coloured[row, column] = fills[style]
        if style in strikes:
            struck.add((row, column))
        if cell.get(f"{_OFFICE}value-type") == "percentage":
            percent.add((row, column))
        if style in thousands:
            disguised.add((row, column))
        for comment in cell.findall(f"{_OFFICE}annotation"):
            comments[row, column] = "\n".join("".join(part.itertext()) for part in comment.findall(f"{_TEXT}p"))
    return coloured, struck, comments, percent, disguised


def _styles(package: zipfile.ZipFile) -> tuple[dict[str, str], set[str], set[str]]:
    """Names of the styles of cells with a colour chosen by people, of those that strike through, of thousands."""
    fills, strikes, thousands, divided = {}, set(), set(), _divided(package)
    with package.open("content.xml") as file:
        for _, style in etree.iterparse(file, tag=f"{_STYLE}style", resolve_entities=False, no_network=True):
            name = style.get(f"{_STYLE}name")
            if style.get(f"{_STYLE}data-style-name") in divided:
                thousands.add(name)
            for part in style:
                colour = part.get(f"{_FO}background-color", "transparent").casefold()
                if part.tag == f"{_STYLE}table-cell-properties" and colour not in _OWN_COLOURS:
                    fills[name] = colour
                if part.get(f"{_STYLE}text-line-through-style", "none") != "none":
                    strikes.add(name)
    return fills, strikes, thousands


def _divided(package: zipfile.ZipFile) -> set[str]:
    """Names of the number formats that show a number divided by a thousand or more."""
    divided = set()
    for part in ("styles.xml", "content.xml"):
        content = package.read(part) if part in package.namelist() else b""
        for match in re.finditer(rb"<number:number-style\b.*?</number:number-style>", content, re.DOTALL):
            if b"display-factor=" in match[0] and (name := re.search(rb'style:name="([^"]*)"', match[0])):
                divided.add(name[1].decode())
    return divided


def _cells(package: zipfile.ZipFile, sheet_name: str) -> Iterator[tuple[int, int, Any]]:
    """(row, column, cell) of a sheet; each row is released after it has been visited."""
    number, inside = 1, False
    tags = (f"{_TABLE}table", f"{_TABLE}table-row")
    with package.open("content.xml") as file:
        for event, element in etree.iterparse(
            file, events=("start", "end"), tag=tags, resolve_entities=False, no_network=True, huge_tree=True
        ):
            if element.tag == tags[0]:
                if event == "start":
                    inside, number = element.get(f"{_TABLE}name") == sheet_name, 1
                elif inside:
                    return
            elif event == "end":
                repeated = _count(element.attrib, "rows")
                if inside:
                    for row in range(number, number + min(repeated, _MOST)):
                        yield from _of_row(row, element)
                    number += repeated
                element.clear()


def _of_row(row: int, element: Any) -> Iterator[tuple[int, int, Any]]:
    column = 1
    for cell in element:
        if cell.tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            repeated = _count(cell.attrib, "columns")
            for place in range(column, column + min(repeated, _MOST)):
                yield row, place, cell
            column += repeated


def _count(attributes: Mapping[str, str], of: str) -> int:
    text = attributes.get(f"{_TABLE}number-{of}-repeated", "1")
    if not text.isdecimal():
        raise UnknownStructure(f"a number of repeated {of} is “{text[:20]}”")
    return int(text)


def _text(cell: Any) -> str:
    return "".join("".join(part.itertext()) for part in cell.findall(f"{_TEXT}p"))
