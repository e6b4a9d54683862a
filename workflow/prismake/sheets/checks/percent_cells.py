"""Numbers that a spreadsheet shows as others: 25 % is stored as 0.25, 17 thousand as 17000, and either may be meant."""

from __future__ import annotations

from collections.abc import Sequence

from prismake.sheets.answers import SheetAnswers
from prismake.sheets.cell_looks import Looks, looks_of
from prismake.sheets.layout import ITEM, Column
from prismake.sheets.matching import text_of
from prismake.sheets.reading import SheetTable

_NUMBERS = ("count", "number")


def ask_back_percentages(answers: SheetAnswers, table: SheetTable, columns: Sequence[Column]) -> None:
    """Remove answers whose cells show a percentage, thousands or nothing, and ask which number is meant."""
    numbers = [
        column
        for column in columns
        if column.answer and column.answer.kind in _NUMBERS and column.header in table.headers
    ]
    typed = {
        (number, table.headers[column.header]): (text_of(row[ITEM]), column, row[column.header])
        for number, row in table.rows
        for column in numbers
        if isinstance(row[column.header], int | float)
    }
    looks = looks_of(table.path, table.name) if typed else Looks()
    for place in sorted((looks.percent | looks.disguised) & typed.keys()):
        item, column, value = typed[place]
        if not item or not answers.answers.get(item, {}).pop(column.key, None):
            continue
        answers.broken.setdefault(item, set()).add(column.key)
        shows = f"shows {100 * value:g} %" if place in looks.percent else "shows another number, or none"
        question = (
            f"“{column.header}” for {item} {shows}, which is kept as {value:g}: a number format does that. Write the "
            "number that is meant as text, without a sign for per cent."
        )
        answers.problems.append((table.address(place[0], column.header), question))
