"""Workbooks as other programs write them: parts, types and marks that the workflow itself never writes."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable

import openpyxl
from openpyxl.comments import Comment
from played import Place, named, right

TAB = "Title and abstract"
TABLE = "xl/worksheets/sheet2.xml"
NUMBERS = "read extraction"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"


def _edit(place: Place, *edits: Callable[[str, str], str]) -> None:
    """Rewrite the parts of a workbook: each edit gets the name of a part and its text."""
    with zipfile.ZipFile(place.anna) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    with zipfile.ZipFile(place.anna, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if name.endswith((".xml", ".rels")):
                text = content.decode()
                for edit in edits:
                    text = edit(name, text)
                archive.writestr(name, text)
            else:
                archive.writestr(name, content)


def _cell(address: str, content: str) -> Callable[[str, str], str]:
    """An edit that gives a cell of the table other attributes and content."""

    def edit(name: str, text: str) -> str:
        if name != TABLE:
            return text
        found = re.search(rf'<c r="{address}"(?: [^>]*)?(?:/>|>.*?</c>)', text)
        assert found
        return text.replace(found[0], f'<c r="{address}" {content}')

    return edit


@right()
def a_strict_workbook(place: Place) -> None:
    """“Strict Open XML Spreadsheet”: other namespaces for the same things."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

    def strict(_: str, text: str) -> str:
        return text.replace(_MAIN, _STRICT).replace(office, "http://purl.oclc.org/ooxml/officeDocument/relationships")

    _edit(place, strict)


@named("E4")
def an_error_that_only_new_versions_know(place: Place) -> None:
    _edit(place, _cell("E4", 't="e"><f>_xlfn.FILTER(A1:A2,FALSE)</f><v>#CALC!</v></c>'))
    place.meant[4]["decision"] = "?"


@right()
def a_new_error_in_a_column_of_ones_own(place: Place) -> None:
    def edit(name: str, text: str) -> str:
        if name != TABLE:
            return text
        return re.sub(r'(<row r="4".*?)</row>', r'\1<c r="T4" t="e"><v>#SPILL!</v></c></row>', text, count=1)

    _edit(place, edit)


@right()
def an_answer_with_its_pronunciation(place: Place) -> None:
    """Japanese and Chinese input leaves how a word is read beside it."""
    content = 't="inlineStr"><is><t>include</t><rPh sb="0" eb="7"><t>インクルード</t></rPh></is></c>'
    _edit(place, _cell("E4", content))
    place.meant[4]["decision"] = "include"


@right()
def an_answer_with_an_escaped_line_break(place: Place) -> None:
    _edit(place, _cell("E4", 't="inlineStr"><is><t>include_x000D_\n</t></is></c>'))
    place.meant[4]["decision"] = "include"


@right()
def an_answer_as_the_result_of_a_formula(place: Place) -> None:
    _edit(place, _cell("E4", 't="str"><f>IF(1,"include","")</f><v>include</v></c>'))
    place.meant[4]["decision"] = "include"


@named("E4")
def a_date_as_iso_text(place: Place) -> None:
    _edit(place, _cell("E4", 't="d"><v>2025-05-01T00:00:00</v></c>'))
    place.meant[4]["decision"] = "?"


@right()
def an_answer_in_pieces(place: Place) -> None:
    _edit(place, _cell("E4", 't="inlineStr"><is><r><t>in</t></r><r><t>clu</t></r><r><t>de</t></r></is></c>'))
    place.meant[4]["decision"] = "include"


@right()
def a_dimension_that_is_wrong(place: Place) -> None:
    _edit(place, lambda name, text: re.sub(r'<dimension ref="[^"]*"/>', '<dimension ref="A1"/>', text))


@right()
def another_beginning_of_time(place: Place) -> None:
    _edit(place, lambda _, text: text.replace("<sheets>", '<workbookPr date1904="1"/><sheets>'))


@named("E8", "comment", start="half")
def answers_in_a_thread_of_comments(place: Place) -> None:
    """What Excel writes for programs that know no threads."""
    book = openpyxl.load_workbook(place.anna)
    words = (
        "[Threaded comment]\n\nYour version of Excel allows you to read this threaded comment; however, any edits to "
        "it will get removed if the file is opened in a newer version of Excel.\n\nComment:\n    include\nReply:\n    ok"
    )
    for row in (8, 9):
        book[TAB].cell(row, 5).comment = Comment(words, "tc={0}")
    book.save(place.anna)


@right()
def bytes_behind_the_archive(place: Place) -> None:
    """A mail gateway has appended its signature."""
    place.anna.write_bytes(place.anna.read_bytes() + b"\0" * 512)


@right()
def bytes_before_the_archive(place: Place) -> None:
    place.anna.write_bytes(b"MIME-Version: 1.0\r\n\r\n" + place.anna.read_bytes())


@named("not a workbook")
def a_workbook_in_an_archive_of_that_name(place: Place) -> None:
    content = place.anna.read_bytes()
    with zipfile.ZipFile(place.anna, "w") as archive:
        archive.writestr("title_abstract.anna.xlsx", content)


@right()
def a_byte_order_mark_in_every_part(place: Place) -> None:
    _edit(place, lambda _, text: "\ufeff" + text)


@right()
def sharing_of_the_workbook(place: Place) -> None:
    """Legacy sharing adds parts that nobody here knows."""
    with zipfile.ZipFile(place.anna, "a") as archive:
        archive.writestr("xl/revisions/revisionHeaders.xml", "<headers/>")
        archive.writestr("docProps/custom.xml", "<Properties/>")


@named("F3", start=NUMBERS)
def a_decimal_that_became_the_first_of_may(place: Place) -> None:
    """“1,5” typed into a table in the cloud that is set to another country."""
    book = openpyxl.load_workbook(place.anna)
    cell = book.worksheets[1]["F3"]
    cell.value, cell.number_format = 45778, "d.m.yyyy"
    book.save(place.anna)
    place.meant[3]["events"] = "?"


@named("F3", start=NUMBERS)
def a_ratio_that_became_a_time(place: Place) -> None:
    book = openpyxl.load_workbook(place.anna)
    cell = book.worksheets[1]["F3"]
    cell.value, cell.number_format = 17 / 24, "h:mm"
    book.save(place.anna)
    place.meant[3]["events"] = "?"


@named("F3", start=NUMBERS)
def a_duration_for_a_count(place: Place) -> None:
    book = openpyxl.load_workbook(place.anna)
    cell = book.worksheets[1]["F3"]
    cell.value, cell.number_format = 17, "[h]:mm:ss"
    book.save(place.anna)
    place.meant[3]["events"] = "?"


@named("F3", start=NUMBERS)
def a_yes_for_a_count(place: Place) -> None:
    book = openpyxl.load_workbook(place.anna)
    book.worksheets[1]["F3"].value = True
    book.save(place.anna)
    place.meant[3]["events"] = "?"


@right(start=NUMBERS)
def a_count_with_a_currency(place: Place) -> None:
    """Only the format says so; the number is the number."""
    book = openpyxl.load_workbook(place.anna)
    cell = book.worksheets[1]["F3"]
    cell.value, cell.number_format = 18, '#,##0 "€"'
    book.save(place.anna)
    place.meant[3]["events"] = "18"


@named("F3", start=NUMBERS)
def a_count_whose_format_shows_another(place: Place) -> None:
    """A format in thousands: 17,000 is shown as 17."""
    book = openpyxl.load_workbook(place.anna)
    cell = book.worksheets[1]["F3"]
    cell.value, cell.number_format = 17000, "0,"
    book.save(place.anna)
    place.meant[3]["events"] = "?"


@named("F3", start=NUMBERS)
def a_count_hidden_by_its_format(place: Place) -> None:
    book = openpyxl.load_workbook(place.anna)
    cell = book.worksheets[1]["F3"]
    cell.value, cell.number_format = 18, ";;;"
    book.save(place.anna)
    place.meant[3]["events"] = "?"


@named("F3", start=NUMBERS)
def a_fraction_of_a_percent(place: Place) -> None:
    book = openpyxl.load_workbook(place.anna)
    cell = book.worksheets[1]["F3"]
    cell.value, cell.number_format = 0.17, "0 %"
    book.save(place.anna)
    place.meant[3]["events"] = "?"


@named("F3", start=NUMBERS)
def a_number_as_a_fraction(place: Place) -> None:
    """“17/2” typed as a number: 8 1/2."""
    book = openpyxl.load_workbook(place.anna)
    cell = book.worksheets[1]["F3"]
    cell.value, cell.number_format = 8.5, "# ?/?"
    book.save(place.anna)
    place.meant[3]["events"] = "?"
