"""``prismake open`` and the ends of a command: the right sheet, a sentence, no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from prismake.cli import main
from prismake.cli.open_sheet import next_sheet
from prismake.core.errors import PrismakeError
from prismake.core.files import write_json
from prismake.core.names import STAGES
from prismake.protocol.export_files import exports, files_passed_over


def status(stage: str, **left: int) -> dict:
    people = {who: {"decided": 9 - n, "of": 9, "file": f"config/sheets/{stage}.{who}.xlsx"} for who, n in left.items()}
    return {"stage": stage, "title": stage, "of": 9, "open": max(left.values()), "reviewers": people, "consensus": None}


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for stage, left in zip(STAGES[2:4], ({"anna": 0, "ben": 3}, {"anna": 2, "ben": 5}), strict=True):
        write_json(tmp_path / f"results/{stage}/status.json", status(stage, **left))
    return tmp_path


def test_the_next_sheet_is_that_of_the_first_stage_with_open_rows(here):
    assert next_sheet("ben") == Path(f"config/sheets/{STAGES[2]}.ben.xlsx")
    assert next_sheet("anna") == Path(f"config/sheets/{STAGES[3]}.anna.xlsx")


def test_who_is_meant_is_asked_back(here, capsys):
    with pytest.raises(PrismakeError, match="several have open rows: ben, anna"):
        next_sheet()
    assert main(["open", "carla"]) == 1
    assert "carla has no open rows. With open rows: ben, anna." in capsys.readouterr().err


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path):
    """As ``prismake --help | head`` with a pipe that is closed before anything is written."""
    reader, writer = os.pipe()
    os.close(reader)
    code = "import sys; from prismake.cli import main; sys.exit(main(['new', 'review']))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, stdout=writer, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "review/config/config.yaml").is_file()


def test_files_among_the_exports_that_nobody_reads_are_found(tmp_path):
    for name in (
        "embase.ris",
        "notes.txt",
        "README.md",
        "paper.pdf",
        "wos/a.ris",
        "wos/more/b.ris",
        "wos/x.part",
        ".z",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    over = [path.relative_to(tmp_path).as_posix() for path in files_passed_over(tmp_path)]
    assert over == ["notes.txt", "paper.pdf", "wos/more", "wos/x.part"]
    read = {path.relative_to(tmp_path).as_posix() for paths in exports(tmp_path).values() for path in paths}
    assert read == {"embase.ris", "wos/a.ris"}
