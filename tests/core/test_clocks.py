"""Files from the future get earlier dates: inputs the present time, results earlier than every input, in their order."""

from __future__ import annotations

import os
import time
from pathlib import Path

from prismake.core.clocks import date_back

YEAR = 365 * 24 * 3600


def made(path: Path, ahead: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(path.name, encoding="utf-8")
    moment = time.time() + ahead
    os.utime(path, (moment, moment))
    return path


def test_results_of_years_to_come_become_older_than_every_input_and_keep_their_order(tmp_path):
    export = made(tmp_path / "config/a.ris", -3600)
    first, second = made(tmp_path / "results/search/a.json", YEAR), made(tmp_path / "results/flow.json", YEAR + 50)
    (words,) = date_back([export], tmp_path / "results")
    assert "dated back" in words
    assert first.stat().st_mtime < second.stat().st_mtime < export.stat().st_mtime
    assert 49 < second.stat().st_mtime - first.stat().st_mtime < 51
    assert first.read_text(encoding="utf-8") == "a.json"


def test_an_export_of_years_to_come_is_of_today(tmp_path):
    export, other = made(tmp_path / "a.ris", YEAR), made(tmp_path / "b.ris", -YEAR)
    before = other.stat().st_mtime
    (words,) = date_back([export, other], tmp_path / "results")
    assert words.startswith(f"{export.as_posix()} was dated in the future")
    assert abs(export.stat().st_mtime - time.time()) < 5 and other.stat().st_mtime == before


def test_nothing_is_touched_while_clocks_are_right(tmp_path):
    export, result = made(tmp_path / "a.ris", -10), made(tmp_path / "results/a.json", 20)
    before = [path.stat().st_mtime for path in (export, result)]
    assert date_back([export, tmp_path / "gone.ris"], tmp_path / "results") == []
    assert [path.stat().st_mtime for path in (export, result)] == before
