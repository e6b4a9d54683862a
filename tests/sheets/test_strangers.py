"""Files that reviewers leave beside their sheets: told with what to do, never read, never in the way."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from prismake.sheets.paths import sheet_path, strangers
from prismake.status import not_read


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
    (told,) = strangers(known, stage.folder)
    assert told[0].endswith(f"/{name}")
    assert told[1].endswith(f"under the name {'of ' if ' ' in meant else ''}{meant}; if not, move it elsewhere.")
    assert stage.read().decisions["decision.anna"][0] == "include"
    stage.offer()
    assert (stage.folder / name).exists()


def test_marks_of_open_programs_and_other_files_are_no_sheets(stage):
    for name in ("~$title_abstract.anna.xlsx", ".~lock.title_abstract.anna.xlsx#", "README.md", ".DS_Store"):
        (stage.folder / name).write_bytes(b"x")
    shutil.copy(stage.path("anna"), stage.folder / "title_abstract.anna.ods")
    assert strangers([stage.path("anna"), stage.path("ben")], stage.folder) == []


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
