"""Killed at any moment while sheets are offered and read, or out of disk: no decision lost, no half-written workbook.

By default a handful of moments; the whole campaign is `pytest -m slow tests/sheets/test_kills.py`.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest
from prismake.kept.answers import read_changes

SEED = 50
FEW, MANY = 4, 50
ROWS, MORE = 60, 30
SCRIPTS = Path(__file__).parents[2] / "scripts"
# What the two rules of the panel do, in the folder of a review; it says when it starts, so that moments can be chosen.
PROGRAM = f"""
import sys
sys.path.insert(0, {str(SCRIPTS)!r})
from pathlib import Path
from prismake.protocol.schema import with_defaults
from prismake.core.jobs import job
import read_sheets, openpyxl, python_calamine, pyarrow.parquet, prismake.sheets.growing
protocol = with_defaults(dict(title="t", question="q", reviewers=["anna", "ben"], title_abstract=dict(order="id")))
outputs = {{name: Path(f"results/{{name}}") for name in ("decisions", "notes", "agreement", "status", "undecided")}}
print("ready", flush=True)
with job("run.log"):
    read_sheets.offer_rows("title_abstract", protocol, Path("queue.parquet"), Path("results/offered"))
    read_sheets.read_answers("title_abstract", protocol, Path("queue.parquet"), outputs)
"""


def write_queue(folder: Path, rows: int) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    blank = dict.fromkeys(("authors", "year", "journal", "types", "doi", "pmid", "trials", "sources", "members"), "")
    table = [
        {**blank, "item_id": f"pubmed:{n:04d}", "title": f"Title {n}", "abstract": f"Word {n}. " * 200}
        for n in range(rows)
    ]
    pq.write_table(pa.Table.from_pylist(table), folder / "queue.parquet")


def start(folder: Path, **more) -> subprocess.Popen:
    running = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **more,
    )
    assert running.stdout.readline() == "ready\n", running.stderr.read()
    return running


def finish(folder: Path) -> None:
    done = start(folder)
    _, told = done.communicate(timeout=300)
    assert done.returncode == 0, told


def answer(folder: Path, who: str, change) -> None:
    path = folder / f"config/sheets/title_abstract.{who}.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    column = next(cell.column for cell in sheet[1] if cell.value == "Decision")
    for number in range(ROWS):
        sheet.cell(number + 2, column).value = change(number)
    book.save(path)


def first_answers(number: int) -> str:
    return ("include", "exclude", "maybe")[number % 3]


def second_answers(number: int) -> str:
    return "exclude" if number % 10 == 0 else first_answers(number)


@pytest.fixture(scope="module")
def before(tmp_path_factory) -> tuple[Path, dict[str, bytes], list[dict], float]:
    """A review in which minds were changed and records were found since the last run; and what the next run makes."""
    folder = tmp_path_factory.mktemp("kills") / "review"
    (folder / "results").mkdir(parents=True)
    write_queue(folder, ROWS)
    finish(folder)
    for who in ("anna", "ben"):
        answer(folder, who, first_answers)
    finish(folder)
    for who in ("anna", "ben"):
        answer(folder, who, second_answers)
    write_queue(folder, ROWS + MORE)
    undisturbed = folder.with_name("undisturbed")
    shutil.copytree(folder, undisturbed)
    running, began = start(undisturbed), time.monotonic()
    running.communicate(timeout=300)
    assert running.returncode == 0
    return folder, results(undisturbed), changes(undisturbed), time.monotonic() - began


def results(folder: Path) -> dict[str, bytes]:
    """The tables; of the status all but the digests of workbooks, in which openpyxl writes the time of day."""
    made = {name: (folder / "results" / name).read_bytes() for name in ("decisions", "notes", "agreement", "offered")}
    status = json.loads((folder / "results" / "status").read_text(encoding="utf-8"))
    return {**made, "status": json.dumps({key: value for key, value in status.items() if key != "state"}).encode()}


def changes(folder: Path) -> list[dict]:
    log = read_changes(folder / "config/sheets")
    return sorted(({k: v for k, v in one.items() if k != "time"} for one in log), key=str)


def cells(path: Path) -> list[tuple]:
    return [row[:5] for row in openpyxl.load_workbook(path).worksheets[1].iter_rows(values_only=True)]


def check_nothing_lost(folder: Path, source: Path) -> None:
    """Each workbook is whole and has every row and answer that people had saved."""
    for who in ("anna", "ben"):
        name = f"config/sheets/title_abstract.{who}.xlsx"
        old, now = cells(source / name), cells(folder / name)
        assert now[: len(old)] == old
        assert len(now) in (ROWS + 1, ROWS + MORE + 1)
    json.loads((folder / "config/sheets/history/title_abstract.answers.json").read_text(encoding="utf-8"))
    json.loads((folder / "config/sheets/history/title_abstract.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("number", [*range(FEW), *(pytest.param(n, marks=pytest.mark.slow) for n in range(FEW, MANY))])
def test_killed_and_run_again(before, tmp_path, number):
    source, wanted, told, seconds = before
    folder = tmp_path / "review"
    shutil.copytree(source, folder)
    running = start(folder)
    time.sleep(random.Random(SEED + number).uniform(0, seconds))
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    check_nothing_lost(folder, source)
    finish(folder)
    check_nothing_lost(folder, source)
    assert results(folder) == wanted
    assert changes(folder) == told, "every changed decision is in the history, once"
    assert not list((folder / "config").rglob("*.tmp"))
    finish(folder)
    assert results(folder) == wanted


@pytest.mark.parametrize("size", [0, 1_000, 4_000])
def test_a_full_disk_keeps_what_was_there(before, tmp_path, size):
    """No file may grow beyond a few thousand bytes: what a full disk does to a program that writes."""
    source, wanted, told, _ = before
    folder = tmp_path / "review"
    shutil.copytree(source, folder)
    (folder / "run.log").unlink()
    sheets = {path.name: path.read_bytes() for path in (folder / "config/sheets").glob("*.xlsx")}
    running = start(folder, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
    _, words = running.communicate(timeout=300)
    assert running.returncode != 0
    if size:  # there is room for the sentence itself
        assert "larger than this disk or account allows" in words and "What was there is as it was" in words
    assert {path.name: path.read_bytes() for path in (folder / "config/sheets").glob("*.xlsx")} == sheets
    assert not list((folder / "config").rglob("*.tmp"))
    finish(folder)
    assert results(folder) == wanted
    assert changes(folder) == told


def test_two_runs_at_once_lose_nothing(before, tmp_path):
    """What `--nolock` allows: both work on the same sheets at the same time."""
    source, wanted, _, _ = before
    folder = tmp_path / "review"
    shutil.copytree(source, folder)
    both = [start(folder), start(folder)]
    for one in both:
        one.communicate(timeout=300)
    check_nothing_lost(folder, source)
    finish(folder)
    check_nothing_lost(folder, source)
    assert results(folder) == wanted
    kinds = {json.dumps(one, sort_keys=True) for one in changes(folder)}
    assert len(kinds) == len([n for n in range(ROWS) if first_answers(n) != second_answers(n)]) * 3
