"""A review on a real Slurm cluster of one node: the bytes of a local run, and small steps in one submission.

Skipped where the packages are missing; `.ci/slurm` installs them and runs it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from quick import QuickReview
from review import Review, config, environment, fill_stage, ris, snakemake_command
from slurm_node import lacking, slurm_node

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("slurm"),
    pytest.mark.skipif(bool(lacking()), reason=lacking() or "no Slurm"),
]
ROOT = Path(__file__).parents[2]
HERE = ["--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "2"]
HERE += ["--seconds-between-status-checks", "2", "--latency-wait", "20"]
HERE += ["--default-resources", "slurm_partition=debug", "slurm_account=root", "runtime=5", "mem_mb=1500"]


def started(folder: Path) -> str:
    """What a run through the profile prints and logs; its own time limit, because the plugin does not end on SIGTERM."""
    done = subprocess.run(
        [
            "timeout",
            "--kill-after=10",
            "400",
            snakemake_command(),
            "--workflow-profile",
            str(ROOT / "profiles/slurm"),
            *HERE,
        ],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    log = max((folder / ".snakemake/log").glob("*.log")).read_text(encoding="utf-8")
    assert done.returncode == 0, done.stderr[-3000:] + log[-3000:]
    return done.stderr + log


def test_the_bytes_of_a_local_run_in_a_few_submissions(tmp_path):
    local = QuickReview(tmp_path / "local", config(), {"embase.ris": "".join(ris(n) for n in range(5))})
    local.run()
    for stages in (["title_abstract"], ["full_text"], ["appraisal", "extraction"]):
        fill_stage(local, *stages)
        local.run()
    far = Review.__new__(Review)
    far.folder = tmp_path / "far"
    shutil.copytree(local.folder, far.folder, ignore=shutil.ignore_patterns("results", ".snakemake"))
    (far.folder / "results").mkdir()
    with slurm_node(tmp_path / "slurm"):
        text = started(far.folder)
    assert far.digests() == local.digests()
    submissions = re.findall(r"has been submitted with SLURM jobid (\d+)", text)
    assert 1 < len(submissions) <= 6, "small steps go together"
    assert all((far.folder / f"results/logs/{name}.log").exists() for name in ("read_sheets.full_text", "write_report"))
    logs = " ".join(path.name for path in (far.folder / ".snakemake/slurm_logs").rglob("*"))
    for rule in ("read_sheets", "import_records", "search_source"):
        assert rule not in logs, "whatever touches config/ runs where snakemake was started"
