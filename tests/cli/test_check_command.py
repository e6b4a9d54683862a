"""``prismake check`` and ``prismake status --watch``: what a reviewer is told, and that nothing is written."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from prismake.cli import check_sheet, main
from prismake.cli.check_sheet import saves, watch
from prismake.core.files import digest, read_json

SHEET = Path("config/sheets/title_abstract.anna.xlsx")


def edit(path: Path, **cells: str | None) -> None:
    book = openpyxl.load_workbook(path)
    for place, text in cells.items():
        book.worksheets[1][place] = text
    book.save(path)


def content(folder: Path) -> dict[str, str | None]:
    return {path.as_posix(): digest(path) for path in folder.rglob("*") if path.is_file()}


def told(capsys, *arguments: str) -> str:
    assert main(arguments) == 0
    return capsys.readouterr().out


def decisions() -> tuple[Counter, str]:
    """The decisions in the sheet, and the letter of their column."""
    sheet = openpyxl.load_workbook(SHEET).worksheets[1]
    cell = next(cell for cell in sheet[1] if cell.value == "Decision")
    values = (row[0].value for row in sheet.iter_rows(min_row=2, min_col=cell.column, max_col=cell.column))
    return Counter(filter(None, values)), cell.column_letter


def test_counts_open_rows_and_other_words_are_told_and_nothing_is_written(demo, capsys):
    counts, column = decisions()
    before = content(demo)
    said = told(capsys, "check", str(SHEET))
    assert content(demo) == before
    for answer, number in counts.items():
        assert f"{answer} {number}" in said
    assert f"Done: {counts.total()} of {counts.total()} rows" in said
    assert "no answer has changed" in said
    rows = [n for n in (2, 3, 4) if openpyxl.load_workbook(SHEET).worksheets[1][f"{column}{n}"].value]
    edit(SHEET, **{f"{column}{rows[0]}": "ja", f"{column}{rows[1]}": None, f"{column}{rows[2]}": "perhaps not"})
    said = told(capsys, "check", SHEET.name)
    assert "“ja” as include (1)" in said
    assert f"Done: {counts.total() - 2} of {counts.total()} rows; 2 open" in said
    assert "2 taken back" in said or "1 taken back" in said
    assert f"cell {column}{rows[2]}" in said and "perhaps not" in said


def test_the_numbers_are_those_of_the_next_run(demo, capsys):
    from prismake.protocol.config import validated
    from prismake.protocol.config_file import read_config_file
    from prismake.sheets.loop import read_back
    from prismake.sheets.queue import QueueFile
    from prismake.sheets.stage import load_stage

    _, column = decisions()
    edit(SHEET, **{f"{column}2": None})
    config = validated(read_config_file(Path("config/config.yaml")))
    sheets = load_stage("title_abstract", config, QueueFile(Path("results/title_abstract/queue.parquet")))
    share = read_back(sheets, sheets.decisions()).status["reviewers"]["anna"]
    assert f"Done: {share['decided']} of {share['of']} rows" in told(capsys, "check", str(SHEET))


def test_a_copy_elsewhere_is_looked_at_under_its_name(demo, capsys, tmp_path_factory):
    copy = tmp_path_factory.mktemp("downloads") / SHEET.name
    shutil.copy(SHEET, copy)
    _, column = decisions()
    edit(copy, **{f"{column}2": "unclear whether"})
    assert "unclear whether" in told(capsys, "check", str(copy))
    assert "unclear whether" not in told(capsys, "check", str(SHEET))


def test_a_refused_sheet_is_an_error_with_the_way_out(demo, capsys):
    SHEET.write_bytes(SHEET.read_bytes()[:2000])
    assert main(["check", str(SHEET)]) == 1
    said = capsys.readouterr().err
    assert "cannot be read:" in said and "stay in force" in said


@pytest.mark.parametrize(
    "path, sentence",
    [
        ("config/sheets/title_abstract.zoe.xlsx", "not the name of a sheet of this review"),
        ("config/config.yaml", "Sheets have names like these"),
        ("config/sheets/full_text.anna.xlsx", "this stage has no rows yet"),
        ("elsewhere/title_abstract.anna.ods", "there is no such file"),
    ],
)
def test_what_is_no_sheet_is_told(demo, capsys, path, sentence):
    assert main(["check", path]) == 1
    assert sentence in capsys.readouterr().err


def test_a_saved_sheet_is_answered_at_once(demo, capsys, monkeypatch):
    _, column = decisions()
    looks = []

    def look(_: float) -> None:
        looks.append(1)
        if len(looks) == 2:
            edit(SHEET, **{f"{column}2": "kann sein"})
        if len(looks) == 5:
            SHEET.write_bytes(b"PK broken")

    monkeypatch.setattr(check_sheet.time, "sleep", look)
    from prismake.cli import read_config

    before = content(demo)
    watch(read_config, looks=8)
    said = capsys.readouterr().out
    assert said.count("was saved:") == 2
    assert "kann sein" in said and "! It cannot be read:" in said
    after = content(demo)
    assert [name for name in before if before[name] != after[name]] == [(demo / SHEET).as_posix()]


def test_a_file_counts_once_it_rests_and_by_its_content(tmp_path, monkeypatch):
    """A program that is still writing is waited for; a touched file is not a saved one; equal time and size are not
    equal content."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"one")
    steps = iter(
        [
            lambda: path.write_bytes(b"two and"),
            lambda: path.write_bytes(b"two and three"),
            lambda: None,  # at rest: told
            lambda: os.utime(path, (1, 1)),
            lambda: None,
        ]
    )
    monkeypatch.setattr(check_sheet.time, "sleep", lambda _: next(steps, lambda: None)())
    assert list(saves(lambda: [path], looks=5)) == [path]
    status = path.stat()

    def same_size_and_time(_: float) -> None:
        with path.open("r+b") as file:
            file.write(b"TWO")
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    monkeypatch.setattr(check_sheet.time, "sleep", same_size_and_time)
    assert list(saves(lambda: [path], looks=10)) == [path]


def test_the_state_that_is_kept_stays_as_it_is(demo, capsys):
    _, column = decisions()
    state = read_json(demo / "config/sheets/history/title_abstract.json")
    edit(SHEET, **{f"{column}2": None})
    told(capsys, "check", str(SHEET))
    assert read_json(demo / "config/sheets/history/title_abstract.json") == state
