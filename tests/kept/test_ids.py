"""Ids on which decisions depend: two runs at once lose none."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from prismake.kept import ids, store

ROUNDS = 40
# One run of two: it adds ids one after the other, as fast as it can.
PROGRAM = """
import sys
from pathlib import Path
from prismake.kept.ids import REPORTS, save_ids
folder, who, rounds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
for number in range(rounds):
    save_ids(REPORTS, {f"{who}:{number}": f"{who}:{number}"}, folder)
"""


def test_two_runs_at_once_lose_no_id(tmp_path):
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, tmp_path, who, str(ROUNDS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for who in ("first", "second")
    ]
    for run in running:
        assert run.stdout.readline() == "ready\n"
    for run in running:  # both at the same moment
        run.stdin.write("go\n")
        run.stdin.flush()
    for run in running:
        run.communicate(timeout=120)
        assert run.returncode == 0
    wanted = {f"{who}:{number}" for who in ("first", "second") for number in range(ROUNDS)}
    assert ids.load_ids(ids.REPORTS, tmp_path).keys() == wanted
    assert [path.name for path in tmp_path.iterdir()] == ["reports.json"], "nothing is left behind"


def test_without_the_lock_ids_would_be_lost(tmp_path, monkeypatch):
    """What the lock is for: another run writes between reading and writing, and only a second reading sees it."""
    ids.save_ids(ids.REPORTS, {"a": "a"}, tmp_path)
    seen = []
    write = store.write

    def slowly(path, content, **more):
        with pytest.raises(BlockingIOError):
            _try_to_lock(tmp_path)
        seen.append(path.name)
        write(path, content, **more)

    monkeypatch.setattr(store, "write", slowly)
    ids.save_ids(ids.REPORTS, {"b": "b"}, tmp_path)
    assert seen == ["reports.json"]
    assert ids.load_ids(ids.REPORTS, tmp_path) == {"a": "a", "b": "b"}
    _try_to_lock(tmp_path)


def _try_to_lock(folder):
    import fcntl
    import os

    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(handle)


def test_a_drive_that_cannot_lock_folders_gets_a_file_and_one_without_locks_a_warning(tmp_path, monkeypatch, caplog):
    import fcntl
    import os

    real = fcntl.flock

    def no_folders(handle, how):
        if os.path.isdir(f"/proc/self/fd/{handle}"):
            raise OSError(9, "Bad file descriptor")
        real(handle, how)

    monkeypatch.setattr(fcntl, "flock", no_folders)
    ids.save_ids(ids.REPORTS, {"a": "a"}, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "reports.json"]

    def nowhere(handle, how):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", nowhere)
    ids.save_ids(ids.REPORTS, {"b": "b"}, tmp_path)
    assert ids.load_ids(ids.REPORTS, tmp_path) == {"a": "a", "b": "b"}
    assert "does not support locks" in caplog.text


def test_the_same_ids_are_not_written_again(tmp_path):
    ids.save_ids(ids.REPORTS, {"a": "a"}, tmp_path)
    path = tmp_path / "reports.json"
    old = path.stat().st_mtime_ns
    ids.save_ids(ids.REPORTS, {"a": "a"}, tmp_path)
    assert path.stat().st_mtime_ns == old
    path.write_text(json.dumps({"a": "a"}), encoding="utf-8")  # format 0
    ids.save_ids(ids.REPORTS, {"a": "a"}, tmp_path)
    assert json.loads(path.read_text(encoding="utf-8")) == {"a": "a"}, "a newer prismake changes no file by itself"
