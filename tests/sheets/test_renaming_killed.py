"""A renaming that is killed at any of its steps is finished by the next run: everything is old or new, never half."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from prismake.sheets.renaming import finish_renaming, rename_reviewer

STEPS = ("rename", "replace", "unlink")  # what changes names on the disk
KILLED_FOR_GOOD = """
import os, pathlib, signal, sys
left = [int(sys.argv[2])]
plain = {name: getattr(pathlib.Path, name) for name in ("rename", "replace")}
def counting(name):
    def step(path, *more, **how):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return plain[name](path, *more, **how)
    return step
for name in plain:
    setattr(pathlib.Path, name, counting(name))
from prismake.sheets.renaming import rename_reviewer
rename_reviewer("anna", "annika", pathlib.Path(sys.argv[1]))
"""


class Killed(BaseException):
    """Not an Exception: nothing may catch it."""


@pytest.fixture
def judged(stage):
    """A folder with answers, notes, events, copies and a log of changes of Anna."""
    stage.decide("anna", *["include", "exclude"] * 4)
    stage.decide("anna", "a note", header="Note")
    stage.read()
    stage.decide("anna", "exclude")
    stage.items.append("pubmed:100")
    stage.offer()
    stage.read()
    return stage.folder


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".lock" and not path.name.startswith(".")
    }


def test_killed_at_every_step_in_turn(judged, tmp_path, monkeypatch):
    whole = tmp_path / "whole"
    shutil.copytree(judged, whole)
    rename_reviewer("anna", "annika", whole)
    new = content(whole)
    assert not [name for name in new if "anna" in name] and b'"anna"' not in new["history/title_abstract.answers.json"]

    for step in range(100):
        folder = tmp_path / f"killed-{step}"
        shutil.copytree(judged, folder)
        left = [step]

        def counting(plain, left=left):
            def killing(*given, **how):
                left[0] -= 1
                if left[0] < 0:
                    raise Killed
                return plain(*given, **how)

            return killing

        with monkeypatch.context() as patch:
            for name in STEPS:
                patch.setattr(Path, name, counting(getattr(Path, name)))
            try:
                rename_reviewer("anna", "annika", folder)
            except Killed:
                pass
            else:
                break
        began = (folder / "history/renaming.json").exists()
        assert bool(finish_renaming(folder)) == began
        assert content(folder) == (new if began else content(judged)), f"killed at step {step}"
        assert not finish_renaming(folder)
    assert step > 8, "there are that many steps to be killed at"


@pytest.mark.parametrize("steps", [2, 6])
def test_kill_9(judged, steps):
    done = subprocess.run([sys.executable, "-c", KILLED_FOR_GOOD, str(judged), str(steps)], check=False)
    assert done.returncode == -signal.SIGKILL
    rename_reviewer("ben", "benno", judged)  # the next command finishes what was begun
    names = [path.name for path in judged.glob("*.xlsx")]
    assert sorted(names) == ["title_abstract.annika.xlsx", "title_abstract.benno.xlsx"]
