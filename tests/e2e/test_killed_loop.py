"""The real snakemake, killed at seeded moments while sheets are offered and read, and started twice at once.

The campaign of fifty moments is `pytest -m slow tests/e2e/test_killed_loop.py`; tests/sheets/test_kills.py plays the
same on the two scripts alone, where a moment costs a second.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from quick import QuickReview
from review import Review, config, environment, fill_stage, ris, snakemake_command

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("killed")]  # the fixture is made by one worker, once
SEED, MOMENTS, BY_DEFAULT = 50, 50, 1
RECORDS, LATER = 30, 20
WANTED = "results/title_abstract/status.json"


def start(folder: Path, *arguments: str) -> subprocess.Popen:
    return subprocess.Popen(
        [snakemake_command(), *arguments],
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def decisions(review: Review) -> bytes:
    return (review.folder / "results/title_abstract/decisions.csv").read_bytes()


@pytest.fixture(scope="module")
def screened(tmp_path_factory) -> tuple[Path, bytes, float]:
    """A review whose sheets are filled and that has new records to offer; what the next run makes; its seconds."""
    exports = {"embase.ris": "".join(ris(n) for n in range(RECORDS))}
    review = QuickReview(tmp_path_factory.mktemp("loop") / "review", config(), exports)
    review.run(WANTED)
    fill_stage(review, "title_abstract")
    more = "".join(ris(n) for n in range(RECORDS, RECORDS + LATER))
    (review.folder / "config/searches/scopus.ris").write_text(more, encoding="utf-8")
    source = review.folder.with_name("source")
    shutil.copytree(review.folder, source)
    began = time.monotonic()
    Review.run(review, WANTED)  # in processes, as the runs that are killed
    return source, decisions(review), time.monotonic() - began


def copied(source: Path, folder: Path) -> Review:
    review = Review.__new__(Review)
    review.folder = folder
    shutil.copytree(source, folder)
    return review


def check_answers(review: Review) -> None:
    """Every answer that people had saved is in their sheets."""
    for who in ("anna", "ben"):
        rows = review.rows("title_abstract", who)
        assert [row["Decision"] for row in rows[:RECORDS]] == ["include"] * RECORDS
        assert len(rows) in (RECORDS, RECORDS + LATER)


@pytest.mark.parametrize(
    "number", [*range(BY_DEFAULT), *(pytest.param(n, marks=pytest.mark.slow) for n in range(BY_DEFAULT, MOMENTS))]
)
def test_killed_and_run_again(screened, tmp_path, number):
    source, wanted, seconds = screened
    review = copied(source, tmp_path / "review")
    running = start(review.folder, WANTED)
    time.sleep(random.Random(SEED + number).uniform(0, seconds))
    if running.poll() is None:
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    check_answers(review)
    review.run("--unlock")
    review.run(WANTED)
    check_answers(review)
    assert decisions(review) == wanted
    assert not list((review.folder / "config").rglob("*.tmp"))


def test_two_runs_at_once_without_the_lock_lose_no_decision(screened, tmp_path):
    source, wanted, _ = screened
    review = copied(source, tmp_path / "review")
    for one in [start(review.folder, "--nolock", WANTED) for _ in range(2)]:
        one.wait(timeout=600)  # one of them may stop: the other took its files
    check_answers(review)
    review.run(WANTED)
    check_answers(review)
    assert decisions(review) == wanted
