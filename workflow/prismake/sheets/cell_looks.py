"""The formatting of cells where it may stand for answers: coloured, struck through, commented.

The reader of values does not see formatting. Only formatting applied by people is reported: header colours are the
workflow's own, and colours that follow the answers are conditional formats, which no cell stores.
"""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from prismake.core.refusals import pass_on_refusal
from prismake.core.sheet_extent import DAMAGED, opened
from prismake.sheets.binary_looks import binary_looks
from prismake.sheets.opendocument import looks_of_opendocument
from prismake.sheets.package import UnknownStructure, without_addresses

Place = tuple[int, int]  # row and column, from 1
OWN_COLOURS = ("FFE8A3", "E4E7EB", "FFFFFF")  # header colours; white does not count as a colour
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
_ADDRESS = re.compile(rb'\br="([A-Z]+)(\d+)"')
_CHUNK = 1 << 20
_LONGEST_CELL = 400  # bytes from the beginning of a cell to the number of its text
_STRINGS, _STYLES = "xl/sharedStrings.xml", "xl/styles.xml"
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].')  # what a number format shows as it stands, colours, blanks
_THOUSANDS = re.compile(r"[0#?.],+(?![0#?,])")
_PERCENT = frozenset({9, 10})  # formats of numbers that every workbook has: 0% and 0.00%


@dataclass
class Looks:
    """By place, from 1: the fill of coloured cells, cells struck through, the text of comments.

    ``percent``: cells that show a percentage. ``disguised``: cells whose number format shows thousands, or nothing.
    ``boxes``: the texts of text boxes. ``unread``: why nothing is known of all this; "" if it could be read.
    """

    coloured: dict[Place, str] = field(default_factory=dict)
    struck: set[Place] = field(default_factory=set)
    comments: dict[Place, str] = field(default_factory=dict)
    percent: set[Place] = field(default_factory=set)
    disguised: set[Place] = field(default_factory=set)
    boxes: list[str] = field(default_factory=list)
    unread: str = ""


def looks_of(path: Path, sheet_name: str) -> Looks:
    """The formatting of a sheet's cells; ``unread`` if it cannot be parsed.

    Raises:
        FileRefused: the system does not allow the file to be read.
    """
    if path.suffix == ".xls":
        return _of_binary_workbook(path, sheet_name)
    try:
        with zipfile.ZipFile(path) as package:
            if "content.xml" in package.namelist():
                return Looks(*looks_of_opendocument(package, sheet_name))
            return _of_workbook(package, sheet_name)
    except (*DAMAGED, OSError, etree.XMLSyntaxError, UnknownStructure) as error:
        pass_on_refusal(error, path)
        return Looks(unread=str(error) or type(error).__name__)


def _of_workbook(package: zipfile.ZipFile, sheet_name: str) -> Looks:
    part = _part(package, sheet_name)
    fills, struck, percent, disguised = _formats(package)
    looks = Looks(comments=_comments(package, part), struck=_struck_texts(package, part), boxes=_boxes(package, part))
    for place, number in _dressed(package, part, {*fills, *struck, *percent, *disguised}):
        if number in percent:
            looks.percent.add(place)
        if number in disguised:
            looks.disguised.add(place)
        if number in fills:
            looks.coloured[place] = fills[number]
        if number in struck:
            looks.struck.add(place)
    return looks


def _of_binary_workbook(path: Path, sheet_name: str) -> Looks:
    try:
        formats, cells, comments = binary_looks(path, sheet_name)
    except (OSError, KeyError, struct.error, IndexError) as error:
        pass_on_refusal(error, path)
        return Looks(unread=str(error) or type(error).__name__)
    looks = Looks(comments=comments)
    for place, number in cells.items():
        if colour := formats.colour(number):
            looks.coloured[place] = colour
        if formats.is_struck(number):
            looks.struck.add(place)
        pattern = formats.patterns.get(formats.pattern(number), "")
        if formats.pattern(number) in _PERCENT or "%" in pattern:
            looks.percent.add(place)
        elif _disguises(pattern):
            looks.disguised.add(place)
    return looks


def _tree(package: zipfile.ZipFile, part: str) -> Any:
    with opened(package, part) as file:
        return etree.fromstring(file.read(), _PARSER)


def _named(element: Any, name: str) -> list[Any]:
    """Descendants with a local name, in whichever namespace a program writes."""
    return element.xpath(f".//*[local-name()='{name}']")


def _part(package: zipfile.ZipFile, sheet_name: str) -> str:
    sheets = _named(_tree(package, "xl/workbook.xml"), "sheet")
    relations = _named(_tree(package, "xl/_rels/workbook.xml.rels"), "Relationship")
    targets = {entry.get("Id"): entry.get("Target") for entry in relations}
    ids = {sheet.get("name"): next(iter(sheet.xpath("@*[local-name()='id']")), "") for sheet in sheets}
    target = targets.get(ids.get(sheet_name, ""))
    if not target:
        raise UnknownStructure(f"no worksheet “{sheet_name}”")
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _formats(package: zipfile.ZipFile) -> tuple[dict[int, str], set[int], set[int], set[int]]:
    """The cell formats, by number: coloured by people, struck through, percentages, and those that show no number."""
    if _STYLES not in package.namelist():
        return {}, set(), set(), set()
    styles = _tree(package, _STYLES)
    fonts = [_strikes(font) for group in _named(styles, "fonts") for font in group]
    fills = [_colour(fill) for group in _named(styles, "fills") for fill in group]
    formats = [form for group in _named(styles, "cellXfs") for form in group]
    patterns = {_number(own, "numFmtId"): own.get("formatCode", "") for own in _named(styles, "numFmt")}
    percentages = _PERCENT | {number for number, pattern in patterns.items() if "%" in pattern}
    disguises = {number for number, pattern in patterns.items() if _disguises(pattern)}
    coloured: dict[int, str] = {}
    struck, percent, disguised = set(), set(), set()
    for number, form in enumerate(formats):
        fill, font, pattern = (_number(form, name) for name in ("fillId", "fontId", "numFmtId"))
        if fill < len(fills) and fills[fill]:
            coloured[number] = fills[fill]
        if font < len(fonts) and fonts[font]:
            struck.add(number)
        if pattern in percentages:
            percent.add(number)
        if pattern in disguises:
            disguised.add(number)
    return coloured, struck, percent, disguised


def _number(element: Any, name: str) -> int:
    text = element.get(name, "0")
    if not text.isdecimal():
        raise UnknownStructure(f"a format has the {name} “{text[:20]}”")
    return int(text)


def _disguises(pattern: str) -> bool:
    """Whether a number format shows a number in thousands (``0,``) or shows none (``;;;``) (ECMA-376, 18.8.31)."""
    first = _LITERAL.sub("", pattern).partition(";")
    return bool(_THOUSANDS.search(first[0])) or (bool(first[1]) and not first[0].strip())


def _strikes(font: Any) -> bool:
    return any(mark.get("val", "1") not in ("0", "false") for mark in _named(font, "strike"))


def _colour(fill: Any) -> str:
    """A solid fill's colour as text by which colours can be compared; empty for none or for one of ours."""
    pattern = next(iter(_named(fill, "patternFill")), None)
    if pattern is None or pattern.get("patternType", "none") in ("none", "gray125"):
        return ""
    colour = next(iter(_named(pattern, "fgColor")), None)
    if colour is None or (colour.get("indexed") == "64"):
        return ""
    text = (colour.get("rgb") or "")[-6:].upper()
    return "" if text in OWN_COLOURS else text or str(sorted(colour.attrib.items()))


def _dressed(package: zipfile.ZipFile, part: str, formats: set[int]) -> Iterator[tuple[Place, int]]:
    """(place, format) of the cells with one of these formats; the rows are not read if there are no such formats."""
    if not formats:
        return
    numbers = b"|".join(str(number).encode() for number in sorted(formats))
    tag = re.compile(rb"<(?:\w+:)?c\b[^>]*\bs=\"(" + numbers + rb")\"[^>]*>")
    rest = b""
    with opened(package, part) as file:
        while chunk := file.read(_CHUNK):
            text = rest + chunk
            for match in tag.finditer(text):
                if address := _ADDRESS.search(match[0]):
                    yield (int(address[2]), _column(address[1].decode())), int(match[1])
            rest = text[text.rfind(b"<") :]


def _struck_texts(package: zipfile.ZipFile, part: str) -> set[Place]:
    """Cells whose text is struck through letter by letter: a property of shared strings, not of the cell."""
    if _STRINGS not in package.namelist():
        return set()
    numbers = _struck_strings(package)
    if not numbers:
        return set()
    cell = re.compile(rb"<(?:\w+:)?c\b([^>]*\bt=\"s\"[^>]*)>\s*<(?:\w+:)?v>(\d+)<")
    places: set[Place] = set()
    rest = b""
    with opened(package, part) as file:
        while chunk := file.read(_CHUNK):
            text = rest + chunk
            for match in cell.finditer(text):
                address = _ADDRESS.search(match[1]) if int(match[2]) in numbers else None
                if address:
                    places.add((int(address[2]), _column(address[1].decode())))
            rest = text[max(0, len(text) - _LONGEST_CELL) :]
    return places


def _struck_strings(package: zipfile.ZipFile) -> set[int]:
    """The shared strings, by number, of which every letter is struck through."""
    rest, mentioned = b"", False
    with opened(package, _STRINGS) as file:  # looking for the word is many times faster than parsing
        while not mentioned and (chunk := file.read(_CHUNK)):
            mentioned = b"strike" in rest + chunk
            rest = chunk[-8:]
    if not mentioned:
        return set()
    numbers = set()
    with opened(package, _STRINGS) as file:
        entries = etree.iterparse(file, tag="{*}si", resolve_entities=False, no_network=True, load_dtd=False)
        for number, (_, entry) in enumerate(entries):
            runs = [run for run in _named(entry, "r") if "".join(run.itertext()).strip()]
            if runs and all(_strikes(run) for run in runs):
                numbers.add(number)
            entry.clear()
    return numbers


def _comments(package: zipfile.ZipFile, part: str) -> dict[Place, str]:
    comments = {}
    for target in _related(package, part, "comments"):
        for comment in _named(_tree(package, target), "comment"):
            match = re.fullmatch(r"([A-Z]+)(\d+)", comment.get("ref", ""))
            if match:
                comments[int(match[2]), _column(match[1])] = "".join(text.text or "" for text in _named(comment, "t"))
    return comments


def _boxes(package: zipfile.ZipFile, part: str) -> list[str]:
    """The texts of text boxes and other shapes on a sheet."""
    shapes = (shape for target in _related(package, part, "drawing") for shape in _named(_tree(package, target), "sp"))
    texts = (" ".join(text.text or "" for text in _named(shape, "t")) for shape in shapes)
    return [text for text in texts if text.strip()]


def _related(package: zipfile.ZipFile, part: str, kind: str) -> list[str]:
    """The parts of a kind that a sheet refers to."""
    folder, name = posixpath.split(part)
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in package.namelist():
        return []
    with opened(package, relations) as file:
        entries = _named(etree.fromstring(without_addresses(file.read()), _PARSER), "Relationship")
    targets = [entry.get("Target") for entry in entries if entry.get("Type", "").endswith(f"/{kind}")]
    return [t.lstrip("/") if t.startswith("/") else posixpath.normpath(f"{folder}/{t}") for t in targets]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number
