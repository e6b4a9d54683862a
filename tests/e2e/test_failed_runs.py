"""A run whose job is killed, by real processes: the last words are not those of a run that went well."""

from __future__ import annotations

import subprocess

import pytest
from prismake.cli import main as prismake
from review import Review, config, environment, ris, snakemake_command

TARGET = "results/records/records.parquet"
# as the kernel ends a process for which there is no memory: without a word, in the middle of its work
KILLED = """import os, signal, sys
if sys.orig_argv[-1].endswith("import_records.py"):
    os.kill(os.getpid(), signal.SIGKILL)
"""
pytestmark = pytest.mark.e2e


def test_a_job_that_is_killed_is_told_at_the_end_and_by_status(tmp_path, monkeypatch, capsys):
    review = Review(tmp_path / "review", config(), {"embase.ris": ris(1) + ris(2)})
    (tmp_path / "sitecustomize.py").write_text(KILLED, encoding="utf-8")
    variables = environment()
    path = ":".join(filter(None, [str(tmp_path), variables.get("PYTHONPATH", "")]))
    done = subprocess.run(
        [snakemake_command(), TARGET],
        cwd=review.folder,
        env={**variables, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    last = " ".join(done.stderr.split("Complete log")[1].split())
    assert done.returncode == 1
    assert "Stopped: the step import_records was killed (SIGKILL) by somebody, or by the system" in last
    assert "Not made yet: results/records/records.parquet" in last
    assert "decision" not in last and "Nothing has been read yet" not in last
    monkeypatch.chdir(review.folder)
    prismake(["status"])
    assert "the step import_records" in capsys.readouterr().out
    output = review.run(TARGET)
    assert "Stopped" not in output
    assert len(output.splitlines()) < 20, "what Snakemake says of a run that goes well is in its log file"
