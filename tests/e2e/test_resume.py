"""Killed at any moment: what the README says to type makes the same bytes as an undisturbed run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from quick import QuickReview
from review import Review, config, environment, fill_stage, ris, snakemake_command

# The log that a rule opens first thing: seen, the rule is at work.
POINTS = [
    "search_source.embase",
    pytest.param("find_duplicates", marks=pytest.mark.slow),
    "read_sheets.title_abstract",
    "read_sheets.full_text",
    pytest.param("pool_outcome.cure", marks=pytest.mark.slow),
    "write_report",
]
pytestmark = pytest.mark.e2e


def finish(folder: Path) -> None:
    review = QuickReview(folder, config(), {"embase.ris": "".join(ris(n) for n in range(5))})
    review.run()
    for stages in (["title_abstract"], ["full_text"], ["appraisal", "extraction"]):
        fill_stage(review, *stages)
        review.run()


@pytest.fixture(scope="module")
def finished(built_once, tmp_path_factory) -> tuple[Path, dict[str, str]]:
    """The configuration of a finished review, sheets and all, and the digests of its results."""
    review = QuickReview.at(built_once("finished", finish, tmp_path_factory.mktemp("finished") / "review"))
    return review.folder, review.digests()


def kill_at(folder: Path, point: str) -> None:
    """Start snakemake, wait until a rule is at work, and kill the whole process group."""
    log = folder / "results" / "logs" / f"{point}.log"
    running = subprocess.Popen(
        [snakemake_command()],
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 300
    while not log.exists() and running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert running.poll() is None, f"the run ended before {point}"
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()


@pytest.mark.parametrize("point", POINTS)
def test_killed_and_resumed(finished, tmp_path, point):
    source, digests = finished
    review = QuickReview.__new__(QuickReview)
    review.folder = tmp_path / "review"
    shutil.copytree(source, review.folder, ignore=shutil.ignore_patterns("results", ".snakemake"))
    (review.folder / "results").mkdir()
    kill_at(review.folder, point)
    # both ways of running see the same files; processes take four times as long
    resume = Review.run if point == "write_report" else QuickReview.run
    resume(review, "--unlock")
    resume(review)
    assert review.digests() == digests
    review.idle()


def test_killed_while_the_first_sheets_are_offered(tmp_path):
    exports = {"embase.ris": "".join(ris(n) for n in range(40))}
    review = QuickReview(tmp_path / "review", config(), exports)
    kill_at(review.folder, "read_sheets.title_abstract")
    review.run("--unlock")
    review.run()
    assert len(review.rows("title_abstract", "anna")) == len(review.rows("title_abstract", "ben")) == 40
    assert not list((review.folder / "config").rglob("*.tmp"))
    review.idle()


def test_a_second_run_at_the_same_time_is_kept_out(tmp_path):
    review = Review(tmp_path / "review", config(), {"embase.ris": "".join(ris(n) for n in range(3))})
    first = subprocess.Popen(
        [snakemake_command()],
        cwd=review.folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not (review.folder / ".snakemake" / "locks").exists() or not any(
        (review.folder / ".snakemake" / "locks").iterdir()
    ):
        assert first.poll() is None
        time.sleep(0.02)
    output = review.run(check=False)
    assert review.status != 0
    assert "LockException" in output
    assert first.wait(timeout=300) == 0
    assert len(review.rows("title_abstract", "anna")) == 3
    review.idle()
