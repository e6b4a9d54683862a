"""``prismake doctor``: problems are named with what to do, and nothing that is in order is questioned."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections import namedtuple
from pathlib import Path

import openpyxl
import pytest
from prismake.cli import doctor as examination
from prismake.cli import main as prismake
from prismake.core.jobs import keep_problem
from prismake.kept import store
from prismake.kept.sheet_state import state_file
from prismake.protocol.new_review import make_review


@pytest.fixture
def review(tmp_path, monkeypatch):
    """A new review, on a computer whose other programs answer at once."""
    make_review(tmp_path / "review")
    monkeypatch.chdir(tmp_path / "review")
    Path("config/config.yaml").write_text("title: t\nquestion: q\nreviewers: [anna, ben]\n", encoding="utf-8")
    Path("config/sheets/history").mkdir(parents=True, exist_ok=True)
    answers = {"--version": "LibreOffice 7.4", "-e": "R version 4.2.2 \nmetafor 3.8.1 \nlme4 1.1.31 \njsonlite 1.8.4 "}
    monkeypatch.setattr(examination, "_answer", lambda command: next(v for k, v in answers.items() if k in command))
    monkeypatch.setattr(examination.shutil, "which", lambda name: str(Path(sys.executable).with_name(name)))
    return tmp_path / "review"


def findings(capsys) -> tuple[int, dict[str, str]]:
    """The exit status, and the lines that say more than that all is well, by what they are about."""
    capsys.readouterr()
    status = prismake(["doctor"])
    lines = [line for line in capsys.readouterr().out.splitlines() if line[:1] in (examination.NOTE, examination.WRONG)]
    return status, {line[3:17].strip(): line[17:] for line in lines}


def test_a_new_review_has_no_fault(review, capsys):
    status, lines = findings(capsys)
    assert status == 0 and not {*lines} - {"fonts", "libraries"}, lines


def test_nothing_is_changed(review, capsys):
    before = sorted(path for path in review.rglob("*"))
    findings(capsys)
    assert sorted(path for path in review.rglob("*")) == before


def cut_off_history() -> str:
    Path("config/sheets/history/title_abstract.json").write_text("{", encoding="utf-8")
    return "prismake restore config/sheets/history/title_abstract.json"


def damaged_sheet() -> str:
    Path("config/sheets/title_abstract.anna.xlsx").write_bytes(b"PK\x03\x04 cut off")
    return "prismake restore config/sheets/title_abstract.anna.xlsx"


def twice_in_the_protocol() -> str:
    Path("config/config.yaml").write_text("title: t\nquestion: q\ntitle: u\n", encoding="utf-8")
    return "'title' occurs twice, in lines 1 and 3"


def stopped_job() -> str:
    Path("results/logs").mkdir(parents=True)
    keep_problem("results/logs/pool_outcome.cure.log", "no estimate exists.")
    return "no estimate exists."


def history_left_behind() -> str:
    openpyxl.Workbook().save("config/sheets/title_abstract.anna.xlsx")
    shutil.rmtree("config/sheets/history")
    return "title_abstract.json: not there, although there are sheets. Was the folder left behind"


def link_in_place_of_a_sheet() -> str:
    offered("title_abstract.anna.xlsx")
    Path("config/sheets/title_abstract.anna.xlsx").symlink_to("/nonexistent/a.xlsx")
    return "title_abstract.anna.xlsx is a folder, or a link to nothing"


def profile_in_another_encoding() -> str:
    Path("profiles/default/config.yaml").write_bytes("# für uns\ncores: 2\n".encode("cp1252"))
    return "profiles/default/config.yaml: line 1 is not text in UTF-8"


def no_snakefile() -> str:
    Path("Snakefile").unlink()
    return "copy that of a new review here"


def offered(name: str) -> None:
    sheets = {name: {"bytes": "0" * 64, "people": "", "waiting": 0, "waits": 0}}
    store.write(state_file("title_abstract"), {"review": "a", "sheets": sheets})


@pytest.mark.parametrize(
    "break_it",
    [
        cut_off_history,
        damaged_sheet,
        twice_in_the_protocol,
        stopped_job,
        history_left_behind,
        link_in_place_of_a_sheet,
        profile_in_another_encoding,
        no_snakefile,
    ],
)
def test_a_fault_is_named_with_its_remedy(review, capsys, break_it):
    words = break_it()
    status, lines = findings(capsys)
    assert status == 1
    assert any(words in line for line in lines.values()), lines


def lock() -> tuple[str, str]:
    Path(".snakemake/locks").mkdir(parents=True)
    Path(".snakemake/locks/0.input.lock").touch()
    return "lock", "snakemake --unlock"


def conflicting_copy() -> tuple[str, str]:
    Path("config/config (1).yaml").write_text("title: other", encoding="utf-8")
    return "copy", "keep one of the two"


def tomorrow() -> tuple[str, str]:
    Path("config/searches/a.ris").touch()
    ahead = time.time() + 3 * 24 * 3600
    os.utime("config/searches/a.ris", (ahead, ahead))
    return "clock", "1 file from the future, for instance config/searches/a.ris"


def open_sheet() -> tuple[str, str]:
    offered("title_abstract.anna.xlsx")
    openpyxl.Workbook().save("config/sheets/title_abstract.anna.xlsx")
    Path("config/sheets/.~lock.title_abstract.anna.xlsx#").touch()
    return "sheet", "new rows wait until it is closed"


def sheet_gone() -> tuple[str, str]:
    offered("title_abstract.anna.xlsx")
    return (
        "sheet",
        "is not there; what was read from it last stays in force. To have it back with its answers: prismake re",
    )


def log_cut_off() -> tuple[str, str]:
    log = Path("config/sheets/history/title_abstract.events.jsonl")
    log.write_text('{"format": 1, "prismake": "0.2.0"}\n{"item": "a', encoding="utf-8")
    return "history", "title_abstract.events.jsonl, line 2 is cut off and was skipped"


def no_profile() -> tuple[str, str]:
    Path("profiles/default/config.yaml").unlink()
    return "profile", "copy that of a new review here"


@pytest.mark.parametrize("prepare", [lock, conflicting_copy, tomorrow, open_sheet, sheet_gone, log_cut_off, no_profile])
def test_what_may_be_meant_is_a_remark(review, capsys, prepare):
    about, words = prepare()
    status, lines = findings(capsys)
    assert status == 0
    assert words in lines[about]


def test_a_full_disk_is_a_fault(review, capsys, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(examination.shutil, "disk_usage", lambda place: usage(10, 10, 0))
    status, lines = findings(capsys)
    assert status == 1 and "make room" in lines["disk"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("R version 4.2.2\nmetafor -\nlme4 1.1.31\njsonlite 1.8.4", "metafor is missing"),
        ("R version 4.2.2\nmetafor 2.0.0\nlme4 1.1.31\njsonlite 1.8.4", "metafor is 2.0.0, tested is 3.8 and later"),
        ("", "does not answer"),
    ],
)
def test_what_r_lacks_is_a_remark(review, capsys, monkeypatch, answer, words):
    monkeypatch.setattr(examination, "_answer", lambda command: answer if "-e" in command else "LibreOffice 7.4")
    status, lines = findings(capsys)
    assert status == 0 and words in lines["R"]


def test_a_library_that_is_too_old_is_a_fault(review, capsys, monkeypatch):
    monkeypatch.setattr(examination, "_requirements", lambda: ["python-calamine>=0.4", "x; extra == 'test'"])
    monkeypatch.setattr(examination.metadata, "version", lambda name: "0.3.2")
    status, lines = findings(capsys)
    assert status == 1 and "python-calamine is 0.3.2, needed is >=0.4" in lines["libraries"]


def test_a_checkout_is_requirements_what_it_needs_now():
    assert any(text.startswith("snakemake>=") for text in examination._requirements())


def test_the_snakemake_of_another_environment_is_a_fault(review, capsys, monkeypatch):
    monkeypatch.setattr(examination.shutil, "which", lambda name: f"/opt/other/bin/{name}")
    status, lines = findings(capsys)
    assert status == 1 and "is that of another environment, /opt/other/bin/snakemake" in lines["snakemake"]
    monkeypatch.setattr(examination.shutil, "which", lambda name: None)
    status, lines = findings(capsys)
    assert status == 0 and "activate the environment of prismake" in lines["snakemake"]


def test_a_cache_that_cannot_be_written_matters_only_to_the_profiles_of_earlier_versions(review, capsys, monkeypatch):
    (review / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(review / "file"))
    assert findings(capsys)[0] == 0
    Path("profiles/default/config.yaml").write_text("cores: all\n", encoding="utf-8")
    status, lines = findings(capsys)
    assert status == 1 and "copy the line shared-fs-usage" in lines["cache"]


def test_a_disk_on_which_no_more_files_fit_is_a_fault(review, capsys, monkeypatch):
    usage, disk = namedtuple("usage", "total used free"), namedtuple("disk", "f_files f_favail")
    monkeypatch.setattr(examination.shutil, "disk_usage", lambda place: usage(10**12, 0, 10**12))
    monkeypatch.setattr(examination.os, "statvfs", lambda place: disk(1_000_000, 3))
    status, lines = findings(capsys)
    assert status == 1 and "room for 3 more files only" in lines["scratch disk"]


def test_a_check_that_fails_does_not_hide_the_others(review, capsys, monkeypatch):
    def fail() -> None:
        raise KeyError("x")

    monkeypatch.setattr(examination, "_fonts", fail)
    status, lines = findings(capsys)
    assert status == 1 and "fault of prismake itself" in lines["doctor"]
