"""What was read from a workbook is used again for the same bytes and the same question, and for nothing else."""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prismake.core.reuse import ANEW
from prismake.protocol.guide import guide_lines
from prismake.sheets import kept_tables
from prismake.sheets.batches import plan
from prismake.sheets.kept_tables import KeptTables
from prismake.sheets.offering import offer
from prismake.sheets.outside import Outside, TabCell
from prismake.sheets.reading import SheetTable, read_sheet
from prismake.sheets.stage import load_stage
from sheet_stage import Stage

TEXTS = st.text(st.characters(exclude_categories=()), max_size=5)
CELLS = st.one_of(
    TEXTS, st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.datetimes(), st.dates(), st.times(),
    st.timedeltas(),
)  # fmt: skip
PLACES = st.tuples(st.integers(1, 99), st.integers(1, 99))
COUNTS = st.integers(1, 2**20)
OUTSIDE = st.builds(
    Outside,
    st.dictionaries(PLACES, CELLS),
    st.dictionaries(COUNTS, TEXTS),
    st.dictionaries(COUNTS, TEXTS),
    st.lists(st.builds(TabCell, TEXTS, COUNTS, COUNTS, TEXTS, st.lists(TEXTS, max_size=2).map(tuple)), max_size=2),
    st.lists(st.tuples(COUNTS, st.lists(TEXTS, max_size=2).map(tuple)), max_size=2),
)


@st.composite
def tables(draw):
    headers = draw(st.lists(TEXTS, unique=True, min_size=1, max_size=3))
    rows = draw(st.lists(st.tuples(COUNTS, st.tuples(*[CELLS] * len(headers))), min_size=1, max_size=3))
    return SheetTable(
        Path("sheet.xlsx"), draw(TEXTS), draw(COUNTS), draw(st.dictionaries(TEXTS, COUNTS)),
        [(number, dict(zip(headers, values, strict=True))) for number, values in rows],
        draw(st.dictionaries(TEXTS, COUNTS)), draw(st.dictionaries(st.tuples(COUNTS, TEXTS), TEXTS)), "digest",
        draw(st.dictionaries(PLACES, CELLS)), draw(st.lists(COUNTS, max_size=2).map(tuple)), draw(TEXTS),
        draw(st.dictionaries(TEXTS, st.lists(COUNTS, max_size=2))), draw(st.dictionaries(TEXTS, TEXTS)),
        draw(st.lists(TEXTS, max_size=2).map(tuple)), draw(OUTSIDE),
        draw(st.dictionaries(COUNTS, st.dictionaries(TEXTS, TEXTS))),
    )  # fmt: skip


@given(tables())
def test_a_table_is_kept_as_it_is(table):
    text = KeptTables("stage", "code")._text(table)
    again = kept_tables.as_table(json.loads(text, object_hook=kept_tables._time), table.path, table.digest)
    assert again == table
    assert [list(map(type, row.values())) for _, row in again.rows] == [
        list(map(type, row.values())) for _, row in table.rows
    ]


def test_a_cell_of_an_unknown_type_is_not_kept(tmp_path):
    table = SheetTable(Path("sheet.xlsx"), "", 1, {}, [(2, {"a": 1j})], {})
    with pytest.raises(TypeError):
        KeptTables("stage", "code", tmp_path)._text(table)


@pytest.fixture(autouse=True)
def every_size(monkeypatch):
    monkeypatch.setattr(kept_tables, "LEAST", 1)


@pytest.fixture
def opened(monkeypatch):
    """The names of the workbooks that have been opened."""
    names = []

    def counted(path, *given, **named):
        names.append(path.name)
        return read_sheet(path, *given, **named)

    monkeypatch.setattr(kept_tables, "read_sheet", counted)
    return names


TEAM = ["anna", "ben", "chloe"]


@pytest.fixture
def team(tmp_path):
    made = Stage(tmp_path / "sheets", reviewers=TEAM)
    made.guided = True
    return made


def run(stage: Stage, folder: Path, code: str = "code"):
    """A run of the stage: sheets are loaded, offered, and loaded again."""
    kept = KeptTables(stage.name, code, folder)
    queue = {row["item_id"]: row for row in stage.queue().to_dict("records")}
    before = load_stage(stage.name, stage.config, queue, stage.folder, kept_tables=kept)
    copies = offer(plan(before), guide_lines(before.setup.form, stage.config), list(queue))
    now = load_stage(stage.name, stage.config, queue, stage.folder, None, replace(before, copies=copies), kept)
    kept.sweep()
    return now


def test_only_the_sheet_that_was_saved_is_opened(team, tmp_path, opened):
    run(team, tmp_path)
    opened.clear()
    team.decide("ben", "include", "exclude")
    sheets = run(team, tmp_path)
    assert set(opened) <= {team.path("ben").name, team.path("consensus").name}
    plain = team.load()
    assert sheets.tables == plain.tables and sheets.answers == plain.answers
    opened.clear()
    run(team, tmp_path)
    assert opened == []


def test_what_is_known_of_a_copy_is_kept_as_it_would_be_read(team, tmp_path, opened):
    run(team, tmp_path)
    again = KeptTables(team.name, "code", tmp_path)
    opened.clear()
    for who in TEAM:
        columns, offered = _question(team, who)
        assert again.read(team.path(who), columns, offered) == read_sheet(team.path(who), columns, offered=offered)
    assert opened == []


def _question(stage: Stage, who: str):
    sheets = stage.load()
    return sheets.columns(who), sheets.kept_stage.headings(stage.path(who))


def test_other_bytes_columns_headings_or_code_are_read(stage, tmp_path, opened, monkeypatch):
    path = stage.path("anna")
    columns, offered = _question(stage, "anna")

    def read(*question, code="code"):
        opened.clear()
        KeptTables("stage", code, tmp_path).read(*(question or (path, columns, offered)))
        return len(opened)

    assert (read(), read()) == (1, 0)
    assert read(code="other") == 1
    assert read(path, columns[1:], offered) == 1
    assert read(path, columns, {**offered, "title": ["Another heading"]}) == 1
    monkeypatch.setenv(ANEW, "1")
    assert read() == 1
    monkeypatch.delenv(ANEW)
    before = path.read_bytes()
    stage.decide("anna", "include")
    assert (read(), read()) == (1, 0)
    path.write_bytes(before)  # an older copy is put back
    assert read() == 0
    moved = path.with_name("elsewhere.xlsx")
    moved.write_bytes(before)
    assert read(moved, columns, offered) == 1


def test_a_damaged_or_forged_file_is_not_used(stage, tmp_path, opened):
    question = stage.path("anna"), *_question(stage, "anna")
    KeptTables("stage", "code", tmp_path).read(*question)
    [kept] = (tmp_path / "read_sheets.stage.tables").iterdir()
    whole = kept.read_bytes()
    right = read_sheet(question[0], question[1], offered=question[2])
    forged = zlib.compress(b'[["a", {"eval": "1"}], []]')
    for content in (
        b"",
        whole[:40],
        whole[:-1],
        whole[:40] + bytes([whole[40] ^ 1]) + whole[41:],
        hashlib.sha256(forged).digest() + forged,
    ):
        kept.write_bytes(content)
        opened.clear()
        assert KeptTables("stage", "code", tmp_path).read(*question) == right
        assert opened == [question[0].name]
        assert kept.read_bytes() == whole  # made whole for the next run


def test_a_sheet_that_is_saved_while_it_is_read_is_not_kept(stage, tmp_path, monkeypatch):
    columns, offered = _question(stage, "anna")

    def saved_meanwhile(path, *given, **named):
        table = read_sheet(path, *given, **named)
        stage.decide("anna", "include")
        return table

    monkeypatch.setattr(kept_tables, "read_sheet", saved_meanwhile)
    KeptTables("stage", "code", tmp_path).read(stage.path("anna"), columns, offered)
    assert not (tmp_path / "read_sheets.stage.tables").exists()


def test_what_a_run_does_not_use_is_removed(team, tmp_path):
    run(team, tmp_path)
    folder = tmp_path / f"read_sheets.{team.name}.tables"
    count = len(list(folder.iterdir()))
    for answer in ("include", "exclude", "maybe"):
        team.decide("anna", answer)
        run(team, tmp_path)
    assert len(list(folder.iterdir())) == count


def test_small_sheets_are_read_as_before(stage, tmp_path, monkeypatch):
    monkeypatch.setattr(kept_tables, "LEAST", len(stage.items) + 1)
    KeptTables("stage", "code", tmp_path).read(stage.path("anna"), *_question(stage, "anna"))
    assert not (tmp_path / "read_sheets.stage.tables").exists()
