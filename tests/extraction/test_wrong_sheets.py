"""A corpus of extraction sheets with one thing wrong each, and the exact sentence that follows."""

from __future__ import annotations

import pytest
from prismake.extraction.composite_cells import Sheet, read_row
from prismake.extraction.doubts import doubts_of
from prismake.extraction.extracted import extraction_of
from prismake.protocol.forms import Field, parse_answer
from wrong_sheets import TABLES, WRONG, Table, Wrong


def messages(table: Table, rows) -> list[tuple[str, str, str]]:
    """(study, grade, sentence) of everything that a sheet is told."""
    numeric = {column.name: column.kind for column in table.columns if column.kind in ("count", "number")}
    sheet = Sheet.of(numeric, {column.name: column.label for column in table.columns}, table.outcomes, ".")
    told, answers = [], {}
    for study, cells in rows.items():
        typed = dict(zip([column.name for column in table.columns], cells, strict=True))
        parts = read_row(typed, sheet)
        told += [(study, "cell", part.problem) for part in parts.values() if part.problem]
        texts = {**typed, **{name: part.text for name, part in parts.items()}}
        given = {
            column.name: parse_answer(
                Field(column.name, column.label, column.kind, decimal_sign="."), texts[column.name]
            )
            for column in table.columns
        }
        told += [(study, "cell", f"“{texts[name]}” is no {numeric[name]}") for name in given if given[name] is None]
        answers[study] = {name: answer or "" for name, answer in given.items()}
    extraction = extraction_of(table.columns, answers, {}, table.outcomes, list(rows), table.overlap)
    return told + [(finding.item, finding.grade.value, finding.what) for finding in doubts_of(extraction, {}).waiting]


@pytest.mark.parametrize("name", TABLES)
def test_no_sheet_that_is_right_is_asked_about(name):
    assert messages(TABLES[name], TABLES[name].rows) == []


def test_the_corpus_is_large_enough():
    assert len(TABLES) >= 12
    assert len({(wrong.table, wrong.study, *wrong.typed.items()) for wrong in WRONG}) == len(WRONG) >= 60


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: f"{wrong.table}-{wrong.study}-{wrong.typed}")
def test_each_wrong_sheet_is_told_what_is_wrong(wrong: Wrong):
    table = TABLES[wrong.table]
    names = [column.name for column in table.columns]
    rows = {
        study: [
            wrong.typed.get(name, cell) if study == wrong.study else cell
            for name, cell in zip(names, cells, strict=True)
        ]
        for study, cells in table.rows.items()
    }
    told = messages(table, rows)
    assert told[0] == (wrong.study, wrong.grade, wrong.sentence)
    assert {study for study, _, _ in told} == {wrong.study}
