"""The command ``prismake restore`` in the demonstration: what it lists, what it shows first, what it does."""

from __future__ import annotations

from pathlib import Path

import pytest
from prismake.cli import main
from prismake.kept.answers import read_events
from prismake.kept.ids import load_ids
from prismake.kept.sheet_copies import keep_copy

ROOT = Path(__file__).parents[2]
SHEET = Path("config/sheets/title_abstract.anna.xlsx")


def test_a_damaged_sheet_is_shown_first_and_then_put_back(demo, capsys):
    kept, good = keep_copy(SHEET), SHEET.read_bytes()
    SHEET.write_bytes(good[: len(good) // 2])
    assert main(["restore", str(SHEET), "--show"]) == 0
    shown = capsys.readouterr().out
    assert f"{SHEET} from {kept.as_posix()}:" in shown and "cannot be used" in shown and "answers come back" in shown
    assert SHEET.read_bytes() == good[: len(good) // 2]
    assert main(["restore", str(SHEET)]) == 0
    assert ".replaced.xlsx" in capsys.readouterr().out
    assert SHEET.read_bytes() == good
    assert main(["restore", str(SHEET)]) == 0
    assert "nothing was done" in capsys.readouterr().out


def test_without_a_copy_a_new_sheet_has_the_answers_read_last(demo, capsys):
    SHEET.write_bytes(b"")
    assert main(["restore", str(SHEET)]) == 0
    assert "title_abstract.answers.json" in capsys.readouterr().out
    assert main(["restore", str(SHEET), "--show"]) == 0
    assert "no answer changes" in capsys.readouterr().out


def test_the_list_names_copies_and_damaged_files(demo, capsys):
    kept = keep_copy(SHEET)
    Path("config/sheets/history/reports.json").write_text("null", encoding="utf-8")
    assert main(["restore"]) == 0
    shown = capsys.readouterr().out
    assert kept.as_posix() in shown and "title_abstract.ben.xlsx: no copy yet" in shown
    assert "! config/sheets/history/reports.json: this list of ids cannot be read" in shown


def test_a_damaged_kept_file_is_made_again_without_the_protocol(demo, capsys):
    path = Path("config/sheets/history/reports.json")
    whole = load_ids("reports")
    path.write_text("null", encoding="utf-8")
    Path("config/config.yaml").unlink()
    assert main(["restore", str(path), "--show"]) == 0
    assert path.read_text(encoding="utf-8") == "null"
    assert main(["restore", str(path)]) == 0
    assert "kept as config/sheets/history/reports.json.damaged-" in capsys.readouterr().out
    now = load_ids("reports")
    offered = {
        item
        for stage in ("title_abstract", "full_text")
        for event in read_events(stage)
        if event["event"] == "offered"
        for item in event["items"]
    }
    assert now == {report: whole[report] for report in offered}, "each is the first of its records"


@pytest.mark.parametrize("name", ["config/sheets/diary.xlsx", "config/sheets/title_abstract.zoe.xlsx", "notes.txt"])
def test_what_is_no_sheet_is_said(demo, capsys, name):
    assert main(["restore", name]) == 1
    assert "There are: appraisal.anna.xlsx" in capsys.readouterr().err


def test_a_stage_that_has_not_run_says_what_to_type(demo, capsys):
    assert main(["restore", "config/sheets/full_text.anna.xlsx"]) == 1
    assert "Type: snakemake results/full_text/queue.parquet" in capsys.readouterr().err
