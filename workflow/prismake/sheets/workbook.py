"""A new workbook: the guide page, the table with its dropdowns and colours, the hidden lists behind them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from prismake.core.files import replacing
from prismake.core.progress import tracked
from prismake.extraction.result_rows import BETWEEN, FILL_IN
from prismake.protocol.forms import Choice, Form
from prismake.protocol.outcome_columns import RESULT_ROW
from prismake.sheets.counting import count_formula, is_needed, kind_shown
from prismake.sheets.emphasis import runs
from prismake.sheets.layout import ADDRESS, Column, cell_text, page_height, row_choices, shown_width
from prismake.sheets.xlsx import INK, Cell, Dropdown, Look, Page, Tint, column_letter, copy_workbook, write_workbook

LISTS = "Lists"  # hidden, and named in the formulas of dropdowns whatever the language
SPARE = 2_000  # rows below the last one that already have dropdowns and colours
FORMULA_STARTS = ("=", "+", "-", "@")
_LINKS = 65_530  # a sheet, Excel's limit
_TALLEST = (
    375.0  # points, about 2,200 characters; a longer abstract has to be read in the cell editor, as in any spreadsheet
)
_GREY, _BLUE = "7B8794", "0B5394"
_TO_DO = "FFFBE0"
_NOT_ASKED = "E4E7EB"

Rows = Collection[Mapping[str, Any]]  # values by column key


def new_workbook(
    path: Path,
    owner: str,
    form: Form,
    columns: Sequence[Column],
    rows: Rows,
    guide: Sequence[tuple[str, str]],
    made_from: tuple[Path, str] | None = None,
) -> None:
    """Write the sheet of ``owner`` with its guide page; text stays text, however it looks.

    ``made_from``: the workbook that is rebuilt, and its digest when it was read.

    Rows are iterated several times and never held, so memory does not grow with their number.
    """
    pages = _pages(owner, form, columns, rows, guide)
    with replacing(path, made_from, linked=True) as draft:
        write_workbook(draft, pages, shown=1)


def copied_workbook(
    path: Path,
    owner: str,
    form: Form,
    columns: Sequence[Column],
    rows: Rows,
    guide: Sequence[tuple[str, str]],
    like: Path,
    marks: tuple[str, str],
) -> None:
    """The same file as by ``new_workbook``, in a quarter of the time, from a sheet that was made for somebody else.

    Args:
        like: the other sheet, which has the same rows and columns.
        marks: how its checks begin, and how the checks of this one begin.
    """
    first_page = _pages(owner, form, columns, rows, guide)[0]
    with replacing(path, linked=True) as draft:
        copy_workbook(like, draft, first_page, marks)


def _pages(
    owner: str, form: Form, columns: Sequence[Column], rows: Rows, guide: Sequence[tuple[str, str]]
) -> list[Page]:
    lists = _lists(columns)
    last, letters = len(rows) + 1, [column_letter(index) for index in range(1, len(columns) + 1)]
    own_links = [(letters[i], column) for i, column in enumerate(columns) if column.link]
    if len(own_links) * len(rows) > _LINKS:
        own_links = []
    read_on_paper = [
        letter for letter, column in zip(letters, columns, strict=True) if column.role in ("answer", "note")
    ]
    table = Page(
        form.shown_title[:31],
        _table(columns, rows),
        widths=[column.width for column in columns],
        frozen="B2" if columns[0].role == "item" else "C2",
        area=f"{_item_letter(columns)}1:{letters[-1]}{max(last, 2)}",
        headers=_headers(columns),
        dropdowns=[*_dropdowns(columns, lists, last + SPARE), *row_dropdowns(columns, letters, rows, 2)],
        tints=list(_tints(columns, last + SPARE)),
        links=lambda: _links(own_links, rows),
        printed=f"$A$1:${read_on_paper[-1]}${last}" if read_on_paper else "",
        repeated="$1:$1",
    )
    pages = [_guide_page([(form.language["page.sheet_of"], owner), *guide], form, columns, last + SPARE), table]
    if lists:
        pages.append(_lists_page(lists))
    return pages


def _headers(columns: Sequence[Column]) -> tuple[str, ...]:
    """The headers of the table; none if a spreadsheet could not tell them apart, and the table stays plain cells."""
    headers = [column.heading for column in columns if column.role != "progress"]
    apart = len({header.casefold() for header in headers}) == len(headers)
    plain = all(header and len(header) < 256 and header == " ".join(header.split()) for header in headers)
    return tuple(headers) if apart and plain else ()


def _item_letter(columns: Sequence[Column]) -> str:
    return column_letter(1 + next(index for index, column in enumerate(columns) if column.role == "item"))


def look_of(column: Column, text: str = "") -> Look:
    """The format of a cell of a column with this text."""
    quiet = column.role in ("item", "check")
    colour = _GREY if quiet or column.role == "state" else _BLUE if column.link else INK
    # text format: spreadsheets then leave 1-2, 007 and 1E5 alone
    return Look(10 if quiet else 11, colour, wrap=column.wrap, plain_text=True, quoted=text[:1] in FORMULA_STARTS)


def head_cell(column: Column, columns: Sequence[Column], letters: Mapping[str, str], last: int) -> Cell:
    if column.role == "progress":
        return Cell(count_formula(columns, letters, 2, last), head_look(column), formula=True)
    return Cell(column.heading, head_look(column))


def head_look(column: Column) -> Look:
    return Look(bold=True, fill="FFE8A3" if column.role == "answer" else "E4E7EB", wrap=True, centred=True)


def height_of(columns: Sequence[Column], texts: Sequence[str]) -> float:
    """Height of a row in points: its longest wrapped cell, up to what fits on a screen."""
    lines = 1
    for column, text in zip(columns, texts, strict=True):
        if text and column.wrap:
            width = max(1, column.width)
            lines = max(lines, sum(-(-shown_width(part) // width) or 1 for part in text.split("\n")))
    return min(_TALLEST, 15.0 * lines + 3.0)


def link_to(column: Column, text: str) -> str:
    """The address behind a DOI, PMID, path or URL; only characters that a URL may contain."""
    if column.link == ADDRESS:
        return quote(text, safe="/().;:-_%?#=&+,~@!$'*[]") if text.startswith(("https://", "http://")) else ""
    return column.link + quote(text, safe="/().;:-_")


def row_dropdowns(
    columns: Sequence[Column], letters: Sequence[str], rows: Iterable[Mapping[str, Any]], start: int
) -> list[Dropdown]:
    """Dropdowns of rows that have choices of their own, from row ``start``: one for each distinct list."""
    areas: dict[tuple[str, str], list[str]] = {}
    own = [letter for letter, column in zip(letters, columns, strict=True) if _differs_by_row(column)]
    for number, row in enumerate(rows if own else (), start=start):
        choices = row_choices(row)
        text = ",".join(choices)
        if not choices or len(text) > 250 or any("," in choice or '"' in choice for choice in choices):
            continue  # the list does not fit into a dropdown; the allowed words are shown beside the cell
        for letter in own:
            areas.setdefault((letter, f'"{text}"'), []).append(f"{letter}{number}")
    return [Dropdown(" ".join(cells), source) for (_, source), cells in areas.items()]


def _differs_by_row(column: Column) -> bool:
    return column.role == "answer" and (column.answer is None or column.answer.by_row)


def _table(columns: Sequence[Column], rows: Rows) -> Iterator[tuple[float, list[Cell | None]]]:
    letters = {column.key: column_letter(index) for index, column in enumerate(columns, start=1)}
    lines = max(
        2, *(-(-shown_width(column.heading) // max(1, column.width - 2)) for column in columns)
    )  # bold, with an arrow
    yield 15.0 * lines + 3.0, [head_cell(column, columns, letters, len(rows) + 1 + SPARE) for column in columns]
    looks = [look_of(column) for column in columns]
    quoted = [look_of(column, "=") for column in columns]
    empty = [
        None if column.role in ("progress", "context", "live", "state") else Cell("", look_of(column))
        for column in columns
    ]
    for row in tracked(rows, len(rows), "writing a sheet", "rows"):
        texts = [cell_text(row.get(column.key)) for column in columns]
        cells = [
            Cell(text, quoted[i] if text[0] in FORMULA_STARTS else looks[i], runs=runs(text, columns[i].terms))
            if text
            else empty[i]
            for i, text in enumerate(texts)
        ]
        yield height_of(columns, texts), cells


def _links(own: Sequence[tuple[str, Column]], rows: Rows) -> Iterator[tuple[str, str]]:
    for number, row in enumerate(rows if own else (), start=2):
        for letter, column in own:
            if (text := cell_text(row.get(column.key))) and (address := link_to(column, text)):
                yield f"{letter}{number}", address


def _lists(columns: Sequence[Column]) -> list[tuple[str, ...]]:
    """The distinct lists of choices, each of which becomes a column of the hidden page."""
    lists: dict[tuple[str, ...], None] = {}
    for column in columns:
        if column.answer and column.answer.kind == "choice" and not column.answer.by_row:
            lists.setdefault(tuple(choice.word for choice in column.answer.choices))
    return list(lists)


def _lists_page(lists: Sequence[tuple[str, ...]]) -> Page:
    rows = (
        (0.0, [Cell(choices[index]) if index < len(choices) else None for choices in lists])
        for index in range(max(map(len, lists)))
    )
    return Page(LISTS, rows, hidden=True)


def _dropdowns(columns: Sequence[Column], lists: Sequence[tuple[str, ...]], last: int) -> Iterator[Dropdown]:
    for index, column in enumerate(columns, start=1):
        if column.answer and column.answer.kind == "choice" and not column.answer.by_row:
            values = tuple(choice.word for choice in column.answer.choices)
            source = column_letter(lists.index(values) + 1)
            letter = column_letter(index)
            yield Dropdown(f"{letter}2:{letter}{last}", f"{LISTS}!${source}$1:${source}${len(values)}")


def _tints(columns: Sequence[Column], last: int) -> Iterator[Tint]:
    """Colours of the answer columns: one for each choice, and one for cells still to be answered.

    The column of the count takes the colours of the first answer, which therefore stay in view. The colour of open
    cells, an invitation to fill them in, is used in the answer's own column only.
    """
    answers = [(index, column) for index, column in enumerate(columns, start=1) if column.role == "answer"]
    shown = [(index, *answers[0]) for index, column in enumerate(columns, start=1) if column.role == "progress"]
    for place, index, column in [*shown, *((index, index, column) for index, column in answers)]:
        cell, area = f"${column_letter(index)}2", f"{column_letter(place)}2:{column_letter(place)}{last}"
        for choice in column.answer.choices if column.answer else ():
            if choice.colour:
                yield Tint(area, _says(cell, choice), choice.colour)
        if place == index and is_needed(column):
            yield Tint(area, f'AND({_asked(column, columns)},{cell}="")', _TO_DO)
        if place == index and column.answer and column.answer.some_rows:
            yield Tint(area, f'AND(${_item_letter(columns)}2<>"",NOT({row_asks(column, columns)}))', _NOT_ASKED)


def _asked(column: Column, columns: Sequence[Column]) -> str:
    """A formula: whether the second row is asked a question."""
    if column.answer and column.answer.some_rows:
        row = row_asks(column, columns)
        return f"AND({row},{_follows(column, columns)})" if column.answer.when else row
    if column.answer is None or not column.answer.when:
        return f'${_item_letter(columns)}2<>""'
    return _follows(column, columns)


def row_asks(column: Column, columns: Sequence[Column]) -> str:
    """A formula: whether the second row is one of those that ask a question."""
    letter = column_letter(1 + next(i for i, other in enumerate(columns) if other.key == FILL_IN))
    assert column.answer is not None
    if column.answer.some_rows == RESULT_ROW:
        return f'ISNUMBER(FIND("{BETWEEN}{column.heading}{BETWEEN}","{BETWEEN}"&${letter}2&"{BETWEEN}"))'
    return f'${letter}2="{kind_shown(columns, column.answer.some_rows)}"'


def _follows(column: Column, columns: Sequence[Column]) -> str:
    """A formula: whether the earlier answer that a question depends on was given."""
    assert column.answer is not None and column.answer.when is not None
    name, answer = column.answer.when
    index, first = next((i, other) for i, other in enumerate(columns, start=1) if other.key == name and other.answer)
    choices = first.answer.choices if first.answer else ()
    return _says(f"${column_letter(index)}2", next(choice for choice in choices if choice.value == answer))


def _says(cell: str, choice: Choice) -> str:
    """A formula: whether a cell holds an answer or a synonym of it; spreadsheets ignore case when comparing."""
    words = [word.replace('"', '""') for word in (choice.value, *choice.synonyms)]
    same = ",".join(f'TRIM({cell})="{word}"' for word in words)
    return f"OR({same})"


def _guide_page(guide: Iterable[tuple[str, str]], form: Form, columns: Sequence[Column], last: int) -> Page:
    """The first page: question, criteria, how to answer, and a count that stays current by itself."""
    label, body = Look(bold=True, wrap=True), Look(wrap=True)
    lines: list[tuple[float, list[Cell | None]]] = [(26.0, [Cell(form.shown_title, Look(16, bold=True))])]
    if any(column.role == "progress" for column in columns):
        letters = {column.key: column_letter(index) for index, column in enumerate(columns, start=1)}
        formula = count_formula(columns, letters, 2, last, form.shown_title[:31])
        lines.append((0.0, [Cell(form.language["page.progress"], label), Cell(formula, body, formula=True)]))
    for name, text in guide:
        lines.append((page_height(text), [Cell(name, label), Cell(cell_text(text), body)]))
    return Page(form.language["page.tab"], lines, widths=(24, 110))
