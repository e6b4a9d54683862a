"""Versions, and the build: digits that change with any file of prismake and with nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from prismake import __version__
from prismake.cli import main as prismake
from prismake.core import paths, software
from prismake.core.paths import graph_root, package_root


@pytest.fixture
def copy(tmp_path, monkeypatch) -> Path:
    """A copy of the files of prismake, in which the build is counted."""
    leave = shutil.ignore_patterns("__pycache__", "_graph")
    shutil.copytree(package_root(), tmp_path / "workflow/prismake", ignore=leave)
    for name in ("rules", "scripts", "workflow/forms", "workflow/report", "workflow/schemas", "workflow/models"):
        shutil.copytree(graph_root() / name, tmp_path / name, ignore=leave)
    shutil.copy(graph_root() / "Snakefile", tmp_path)
    monkeypatch.setattr(paths, "package_root", lambda: tmp_path / "workflow/prismake")
    monkeypatch.setattr(paths, "graph_root", lambda: tmp_path)
    return tmp_path


def count() -> str:
    software.build.cache_clear()
    digits = software.build()
    software.build.cache_clear()
    return digits


def test_the_same_files_elsewhere_are_the_same_build(copy, monkeypatch):
    here = count()
    elsewhere = copy / "installed"  # as a wheel has them
    shutil.copytree(copy / "workflow/prismake", elsewhere / "prismake")
    for name in ("rules", "scripts", "workflow/forms", "workflow/report", "workflow/schemas", "workflow/models"):
        shutil.copytree(copy / name, elsewhere / "prismake/_graph" / name)
    shutil.copy(copy / "Snakefile", elsewhere / "prismake/_graph")
    monkeypatch.setattr(paths, "package_root", lambda: elsewhere / "prismake")
    monkeypatch.setattr(paths, "graph_root", lambda: elsewhere / "prismake/_graph")
    assert count() == here


@pytest.mark.parametrize(
    "name",
    [
        "workflow/prismake/core/numbers.py",
        "rules/flow.smk",
        "workflow/forms/instruments/nos_cohort.yaml",
        "workflow/report/page.css",
    ],
)
def test_any_changed_file_is_another_build(copy, name):
    before = count()
    with (copy / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert count() != before


def test_what_is_no_file_of_prismake_does_not_count(copy):
    before = count()
    (copy / "workflow/prismake/core/__pycache__").mkdir()
    (copy / "workflow/prismake/core/__pycache__/a.pyc").touch()
    (copy / "README.md").touch()
    assert count() == before


def test_the_version_is_said_with_its_build(capsys):
    with pytest.raises(SystemExit) as ended:
        prismake(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"prismake {__version__} (build {software.build()})\n"
    assert software.with_build({"prismake": "1", "Python": "3"}) == {
        "prismake": f"1 (build {software.build()})",
        "Python": "3",
    }
