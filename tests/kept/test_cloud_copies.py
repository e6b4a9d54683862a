"""Conflicts of synchronised folders: whatever a program calls the second copy, the closing words name it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from prismake.kept.cloud_copies import cloud_copies
from prismake.kept.unread_files import unread_files
from prismake.protocol.schema import with_defaults
from prismake.report.status import closing_words

SHEET, STATE = "config/sheets/title_abstract.anna.xlsx", "config/sheets/history/title_abstract.json"
OF_A_SHEET = {
    "OneDrive": "title_abstract.anna-DESKTOP-A1B2C3.xlsx",
    "OneDrive on a Mac": "title_abstract.anna-Annas-MacBook-Pro.xlsx",
    "OneDrive in the browser": "title_abstract.anna (1).xlsx",
    "Dropbox": "title_abstract.anna (Anna Berg's conflicted copy 2025-03-01).xlsx",
    "Dropbox in German": "title_abstract.anna (In Konflikt stehende Kopie von Anna 2025-03-01).xlsx",
    "Google Drive": "title_abstract.anna [Conflict].xlsx",
    "Google Drive, opened as a sheet of its own": "title_abstract.anna.gsheet",
    "iCloud": "title_abstract.anna 2.xlsx",
    "Nextcloud": "title_abstract.anna (conflicted copy 2025-03-01 101010).xlsx",
    "Syncthing": "title_abstract.anna.sync-conflict-20250301-101010-ABCDEFG.xlsx",
}
OF_ANOTHER = {
    "OneDrive": "config/config-DESKTOP-A1B2C3.yaml",
    "Dropbox": "config/sheets/history/title_abstract (Anna Berg's conflicted copy 2025-03-01).json",
    "Google Drive": "config/versions/2025-08-31 (1).json",
    "iCloud": "config/known_studies 2.txt",
    "Syncthing": "config/sheets/history/title_abstract.sync-conflict-20250301-101010-ABCDEFG.json",
    "Nextcloud": "config/instruments/own (conflicted copy 2025-03-01 101010).yaml",
    "Dropbox, of an export": "config/searches/embase (Ben's conflicted copy 2025-03-01).ris",
    "a second download": "config/searches/embase (1).ris",
}
PRESENT = (
    SHEET,
    STATE,
    "config/config.yaml",
    "config/versions/2025-08-31.json",
    "config/known_studies.txt",
    "config/instruments/own.yaml",
    "config/searches/embase.ris",
    "config/searches/scopus.ris",
    "config/fulltexts/10.1000_x.pdf",
)


@pytest.fixture
def review(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in PRESENT:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("the same", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", OF_A_SHEET.values(), ids=OF_A_SHEET)
def test_a_second_copy_of_a_sheet_is_told(review, name):
    (review / "config/sheets" / name).write_text("other answers", encoding="utf-8")
    (file,) = unread_files([Path(SHEET)])
    assert file.path.name == name and "title_abstract.anna.xlsx" in file.what


@pytest.mark.parametrize("name", OF_ANOTHER.values(), ids=OF_ANOTHER)
def test_a_second_copy_of_anything_else_is_told(review, name):
    Path(name).write_text("the same", encoding="utf-8")
    ((path, words),) = cloud_copies()
    assert path == name and "copy of" in words


def test_a_file_that_icloud_took_away_is_told(review):
    Path(SHEET).rename("config/sheets/.title_abstract.anna.xlsx.icloud")
    ((path, words),) = cloud_copies()
    assert path.endswith(".icloud") and "downloaded" in words


def test_names_that_people_give_are_no_copies(review):
    for name in ("config/searches/scopus 2.ris", "config/searches/scopus-2.ris", "config/searches/scopus (1).ris"):
        Path(name).write_text("another part of the search", encoding="utf-8")
    Path("config/fulltexts/10.1000_x (1).pdf").write_text("the supplement", encoding="utf-8")
    Path("config/versions/2025-08-31-update.txt").write_text("a note", encoding="utf-8")
    assert cloud_copies() == []


def test_the_closing_words_name_them(review):
    Path("config/config-DESKTOP-A1B2C3.yaml").write_text("title: other", encoding="utf-8")
    Path(STATE).unlink()
    printed = io.StringIO()
    closing_words(with_defaults({"title": "t", "question": "q", "reviewers": ["anna", "ben"]}), stream=printed)
    assert "config/config-DESKTOP-A1B2C3.yaml is a copy of config.yaml" in printed.getvalue()
