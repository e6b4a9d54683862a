"""Rows that were handed out in another language than the team's present one: the workflow's own texts in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prismake.core.names import CONSENSUS
from prismake.extraction.result_rows import BETWEEN
from prismake.protocol.forms import Field, allowed, as_typed
from prismake.protocol.languages import Language, in_every_language, language_codes, load_language
from prismake.protocol.outcome_columns import PER
from prismake.sheets.layout import Column, cell_text, row_choices
from prismake.sheets.merged_answers import first_of
from prismake.sheets.reading import SheetTable, read_sheet
from prismake.sheets.shown_texts import headings_in, texts_in
from prismake.sheets.stage import StageSheets

Rows = Mapping[str, Mapping[str, Any]]
_OF_QUESTIONS = ("field", "allowed")  # columns of the consensus sheet


def in_present_language(
    sheets: StageSheets,
    who: str,
    table: SheetTable,
    columns: Sequence[Column],
    row_numbers: Mapping[str, Sequence[int]],
    rows: Rows,
) -> dict[int, dict[str, str]]:
    """By row number, texts that are written once with their row and that are now in another language.

    Texts that the workflow has not written in any language are somebody's own, and stay.
    """
    own = [
        column
        for column in columns
        if column.header in table.headers
        and (column.key in _OF_QUESTIONS or (column.ours and column.role == "context"))
    ]
    if not own or not language_has_changed(table, columns):
        return {}
    offered = sheets.kept_stage.headings(sheets.path(who))
    values = dict(read_sheet(table.path, columns, everything=True, offered=offered).rows)
    changes: dict[int, dict[str, str]] = {}
    for key, numbers in row_numbers.items():
        if (row := rows.get(key)) is None:
            continue
        for column in own:
            new, written = cell_text(row.get(column.key)), _written(sheets, who, key, column.key)
            for number in numbers:
                present = as_typed(values.get(number, {}).get(column.header)).strip()
                if present != new and present in written:
                    changes.setdefault(number, {})[column.key] = new
    return changes


def language_has_changed(table: SheetTable, columns: Sequence[Column]) -> bool:
    """Whether a heading of ours stands there in another language."""
    return any(
        column.header in table.former and table.former[column.header] in column.elsewhere
        for column in columns
        if column.role != "progress"
    )


def reworded_formulas(table: SheetTable, columns: Sequence[Column]) -> dict[str, str]:
    """What the colours of a sheet look for under *Fill in*, and what takes its place after a change of language."""
    if not language_has_changed(table, columns) or not any(column.kinds for column in columns):
        return {}
    words = next(column.words for column in columns if column.kinds)
    kinds = {f'="{text}"': f'="{now}"' for kind, now in zip(PER.values(), words, strict=True) for text in _kind(kind)}
    former = ((table.former.get(column.header), column.heading) for column in columns if column.role == "answer")
    return kinds | {f'"{BETWEEN}{old}{BETWEEN}"': f'"{BETWEEN}{now}{BETWEEN}"' for old, now in former if old}


def _kind(kind: str) -> list[str]:
    return in_every_language(f"headings.{kind}")


def _written(sheets: StageSheets, who: str, key: str, name: str) -> frozenset[str]:
    """What the workflow may have written into a cell, in every language."""
    form = sheets.setup.form
    item, _, label = key.rpartition("/") if who == CONSENSUS else (key, "", "")
    row = sheets.queue.get(first_of(item), {})
    question = next((field for field in form.fields if field.label == label), None)
    english = str(row.get(name) or "")

    def text(language: Language) -> str:
        if name == "field" and question is not None:
            return _heading(sheets, question, language)
        if name == "allowed" and question is not None:
            return _allowed(question, row, language)
        return texts_in(form, language)(name, english)

    return frozenset(cell_text(text(load_language(code))).strip() for code in language_codes())


def _heading(sheets: StageSheets, question: Field, language: Language) -> str:
    own = headings_in(sheets.setup.form, language)[question.label]
    return own if question.shown else language.heading(question.label)


def _allowed(question: Field, row: Mapping[str, Any], language: Language) -> str:
    if question.kind != "choice":
        return allowed(question, (), language)
    choices = row_choices(row) if question.by_row else [choice.value for choice in question.choices]
    return ", ".join(map(language.answer, choices))
