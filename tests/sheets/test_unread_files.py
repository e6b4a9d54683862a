"""Files that reviewers leave beside their sheets: reported with what to do, never read, never in the way."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from prismake.kept.sheet_files import sheet_path
from prismake.kept.sheet_state import accept, state
from prismake.kept.unread_files import unread_files
from prismake.report.status import not_read


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Copy of title_abstract.anna.xlsx", "title_abstract.anna.xlsx"),
        ("title_abstract.anna (1).xlsx", "title_abstract.anna.xlsx"),
        ("title_abstract.anna - Kopie.ods", "title_abstract.anna.xlsx"),
        ("title_abstract.Anna.xlsx", "title_abstract.anna.xlsx"),
        ("title_abstract.anna-Title and abstract.csv", "title_abstract.anna.xlsx"),
        ("title_abstract.anna.csv", "title_abstract.anna.xlsx"),
        ("title_abstract.annabel.XLSX", "title_abstract.annabel.xlsx"),
        ("my thoughts.xlsx", "a sheet of this folder"),
    ],
)
def test_a_copy_is_told_and_harms_nothing(stage, name, meant):
    stage.decide("anna", "include")
    shutil.copy(stage.path("anna"), stage.folder / name)
    known = [sheet_path("title_abstract", who, stage.folder) for who in ("anna", "annabel", "ben", "consensus")]
    (told,) = unread_files(known, stage.folder)
    assert told.path.name == name
    assert told.what.endswith(f"under the name {'of ' if ' ' in meant else ''}{meant}; if not, move it elsewhere.")
    assert stage.read().decisions["decision.anna"][0] == "include"
    stage.offer()
    assert (stage.folder / name).exists()


def test_marks_of_open_programs_and_other_files_are_no_sheets(stage):
    for name in ("~$title_abstract.anna.xlsx", ".~lock.title_abstract.anna.xlsx#", "README.md", ".DS_Store"):
        (stage.folder / name).write_bytes(b"x")
    shutil.copy(stage.path("anna"), stage.folder / "title_abstract.anna.ods")
    assert unread_files([stage.path("anna"), stage.path("ben")], stage.folder) == []


def test_sheets_that_were_swapped_are_refused_until_they_are_put_right(stage):
    stage.decide("anna", *["include"] * 8)
    stage.decide("ben", *["exclude"] * 7)
    before = stage.read().decisions
    anna, ben = stage.path("anna").read_bytes(), stage.path("ben").read_bytes()
    stage.path("anna").write_bytes(ben)
    stage.path("ben").write_bytes(anna)
    stage.items.append("pubmed:100")
    for _ in range(2):
        reading = stage.read()
        assert [row[:-1] for row in reading.decisions.rows[:8]] == [row[:-1] for row in before.rows]
        told = [one["what"] for one in reading.status["problems"]]
        assert told[0].startswith(
            "by its first page this is the sheet of ben, not of anna. Give each file its own name"
        )
        assert told[1].startswith("by its first page this is the sheet of anna, not of ben. ") and len(told) == 2
        stage.offer()
    assert stage.path("anna").read_bytes() == ben, "nothing is written to them"
    stage.path("anna").write_bytes(anna)
    stage.path("ben").write_bytes(ben)
    stage.offer()
    reading = stage.read()
    assert not reading.status["problems"] and len(stage.cells("anna")) == 10
    assert reading.decisions["decision.ben"] == [*["exclude"] * 7, "", ""]


def test_a_sheet_that_is_handed_over_is_accepted(stage):
    stage.decide("anna", *["include"] * 8)
    shutil.copy(stage.path("anna"), stage.path("ben"))
    assert "the sheet of anna, not of ben" in stage.read().status["problems"][0]["what"]
    accept(stage.path("ben"))
    assert not stage.read().status["problems"]
    assert stage.read().decisions["decision.ben"] == ["include"] * 8


def test_the_closing_table_tells_them_at_every_stage(stage, monkeypatch):
    folder = stage.folder.parent / "config/sheets"
    shutil.copytree(stage.folder, folder)
    for name in ("full_text.consensus.xls", "extraction.ben.xlsx", "full_text.carl.xlsx"):
        (folder / name).write_bytes(b"x")
    monkeypatch.chdir(stage.folder.parent)
    config = {**stage.config, "reviewers": ["anna", "ben"]}
    assert [Path(where).name for where, _ in not_read(config)] == ["full_text.carl.xlsx"]
    for number in range(20):
        (folder / f"copy {number}.csv").write_bytes(b"x")
    assert len(not_read(config)) == 13 and not_read(config)[-1] == ("config/sheets", "9 more files are not read.")


def test_a_sheet_that_another_program_locks_is_told_and_the_others_are_read(stage, monkeypatch):
    stage.decide("anna", *["include"] * 8)
    stage.read()
    stage.decide("ben", *["exclude"] * 8)
    plain = Path.open

    def locked(path, *given, **how):
        if path == stage.path("anna"):
            raise PermissionError(13, "Permission denied", str(path))
        return plain(path, *given, **how)

    monkeypatch.setattr(Path, "open", locked)
    reading = stage.read()
    assert reading.decisions["decision.anna"] == ["include"] * 8, "the answers read last stay in force"
    assert reading.decisions["decision.ben"] == ["exclude"] * 8
    (problem,) = reading.status["problems"]
    assert "title_abstract.anna.xlsx" in problem["where"] and "stay in force" in problem["what"]


def test_other_content_of_the_same_size_and_time_is_an_edit(stage):
    stage.decide("anna", "include")
    stage.read()
    path, before = stage.path("anna"), state("title_abstract", ["anna", "ben"], stage.folder)
    about = path.stat()
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert path.stat().st_size == about.st_size and path.stat().st_mtime_ns == about.st_mtime_ns
    assert state("title_abstract", ["anna", "ben"], stage.folder) != before
