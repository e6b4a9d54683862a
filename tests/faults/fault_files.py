"""A disk that fills up, a save in the middle of reading, and clocks that go backwards."""

from __future__ import annotations

import os
import random
import resource
import shutil
import subprocess
import threading
import time
from pathlib import Path

import openpyxl
from fault_kills import _answers_lost, _panel, _review, _same_decisions, in_child
from outcome import Outcome, answers_of, half_filled

_YEAR = 365 * 24 * 3600


def full_disk(scratch: Path, dice: random.Random, times: int) -> Outcome:
    """A file system in memory with a few KiB left (as root), else a limit on the size of every file."""
    fault = "disk full while sheets are offered and read"
    source = half_filled(scratch / "source")
    wanted = scratch / "wanted"
    shutil.copytree(source, wanted)
    in_child(_panel, wanted, None)
    mounted = _mounted(scratch / "disk")
    made = "tmpfs with 0 to 60 KiB left" if mounted else "RLIMIT_FSIZE of 0 to 60 KiB"
    lost: list[str] = []
    try:
        for number in range(times):
            room = dice.randrange(0, 60) * 1024
            folder = scratch / "disk" / f"review-{number}" if mounted else scratch / f"full-{number}"
            shutil.copytree(source, folder)
            filler = scratch / "disk" / "filler"
            if mounted:
                _fill(filler, room)
                in_child(_panel, folder, None, may_fail=True)
                filler.unlink()
            else:
                in_child(lambda place, room=room: _limited(place, room), folder, None, may_fail=True)
            lost += [f"{room} bytes: {line}" for line in _answers_lost(source, folder)]
            in_child(_panel, folder, None)
            lost += [f"{room} bytes, with room again: {line}" for line in _same_decisions(wanted, folder)]
            shutil.rmtree(folder)
    finally:
        if mounted:
            subprocess.run(["umount", str(scratch / "disk")], check=False)
    return Outcome(fault, made, times, tuple(lost))


def _mounted(place: Path) -> bool:
    place.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)]
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def _fill(filler: Path, room: int) -> None:
    """Fill the disk up to so many bytes."""
    free = shutil.disk_usage(filler.parent).free
    filler.write_bytes(b"\0" * max(0, free - room))


def _limited(folder: Path, room: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    _panel(folder)


def saved_meanwhile(scratch: Path, dice: random.Random, times: int) -> Outcome:
    """A reviewer saves the sheet at a drawn moment of the reading; the last save counts, at the latest a run later."""
    source = half_filled(scratch / "source")
    whole = scratch / "whole"
    shutil.copytree(source, whole)
    _, seconds = in_child(_panel, whole, None)
    lost: list[str] = []
    for number in range(times):
        folder = scratch / f"saved-{number}"
        shutil.copytree(source, folder)
        path = folder / "config/sheets/title_abstract.anna.xlsx"
        book, item = _answered(path, "exclude")
        saving = threading.Timer(dice.uniform(0, seconds), lambda book=book, path=path: _save(book, path))
        saving.start()
        in_child(_panel, folder, None, may_fail=True)
        saving.join()
        in_child(_panel, folder, None)
        if answers_of(folder).get((path.name, item, "Decision")) != "exclude":
            lost.append(f"save {number}: the answer is not in the sheet")
        table = (folder / "results/title_abstract/decisions.csv").read_text(encoding="utf-8")
        line = next(line for line in table.splitlines() if line.startswith(item))
        if "exclude" not in line:
            lost.append(f"save {number}: the answer was not read ({line})")
        shutil.rmtree(folder)
    return Outcome("a sheet is saved while it is read", "saved at drawn moments", times, tuple(lost))


def _answered(path: Path, answer: str) -> tuple[openpyxl.Workbook, str]:
    """The workbook with the first decision changed, not saved yet, and the item it is about."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    columns = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, columns["Decision"]).value = answer
    return book, str(sheet.cell(2, columns["Item"]).value)


def _save(book: openpyxl.Workbook, path: Path) -> None:
    """As spreadsheet programs save: a new file put in the place of the old one."""
    draft = path.with_name(f".~{path.name}")
    book.save(draft)
    draft.replace(path)


def clocks(scratch: Path, dice: random.Random, times: int) -> Outcome:
    """Sheets edited on a computer whose clock is years behind, results made on one that is years ahead."""
    lost: list[str] = []
    for number in range(times):
        folder = half_filled(scratch / f"clock-{number}", finished=True)
        review = _review(folder)
        path = folder / "config/sheets/title_abstract.anna.xlsx"
        book, item = _answered(path, "exclude")
        book.save(path)
        then = time.time() - dice.randrange(1, 30) * _YEAR
        os.utime(path, (then, then))
        ahead = time.time() + dice.randrange(1, 10) * _YEAR
        for result in (folder / "results").rglob("*"):
            os.utime(result, (ahead, ahead))
        review.run("results/title_abstract/status.json")
        table = (folder / "results/title_abstract/decisions.csv").read_text(encoding="utf-8")
        if "exclude" not in next(line for line in table.splitlines() if line.startswith(item)):
            lost.append(f"clock {number}: the answer was not read")
        shutil.rmtree(folder)
    return Outcome("time goes backwards", "sheets of years ago, results of years to come", times, tuple(lost))
