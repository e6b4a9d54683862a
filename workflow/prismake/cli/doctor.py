"""``prismake doctor``: is everything in order, with this review and with the computer that it lies on?

Nothing is changed and no stage is run. Each check says in one line that something is in order, or what is wrong and
what to do.
"""

from __future__ import annotations

import logging
import logging.handlers
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from prismake.core.errors import PrismakeError
from prismake.core.jobs import LOGS, problems, sentence_of
from prismake.core.names import CONSENSUS, STAGES
from prismake.core.paths import graph_root, results_parent
from prismake.core.refusals import refuse_unwritable, refused
from prismake.core.software import versions, with_build
from prismake.kept.cloud_copies import cloud_copies
from prismake.kept.formats import SHEET_STATE
from prismake.kept.repair import damaged_files, problem_of
from prismake.kept.sheet_files import HISTORY, SHEETS, SUFFIXES, open_in_program, sheet_path, written_folders
from prismake.kept.sheet_state import left, read_book, state_file
from prismake.kept.unread_files import unread_files
from prismake.protocol.config_file import read_config_file
from prismake.protocol.team import reviewers

WELL, NOTE, WRONG = "ok", "!", "x"
_NAME_WIDTH = 14
_FEWEST_FILES = 2_000  # a run of the demonstration makes some hundred
_LEAST_ROOM = 1024**3  # bytes; a large review with figures needs about half of it
_OLDEST_R = {"metafor": "3.8", "lme4": "1.1", "jsonlite": "1.8"}  # those of Debian 12, with which the tests run
_PATIENCE = 60  # seconds for the answer of another program
_FIRST_LINES = 1_000  # bytes of a script that name the Python which runs it
_FUTURE = 24 * 3600  # seconds that a file may be ahead of this computer's clock: time zones of memory cards
_LOST_SHEET = (
    "is not there; what was read from it last stays in force. To have it back with its answers: prismake restore {}"
)
_CLOUD = re.compile(r"onedrive|dropbox|google ?drive|mobile documents|icloud|nextcloud", re.IGNORECASE)


@dataclass(frozen=True)
class Finding:
    """One line of the answer."""

    mark: str
    about: str
    words: str

    def __str__(self) -> str:
        return f"{self.mark:<3}{self.about:<{_NAME_WIDTH}}{self.words}"


def examine(read: Callable[[], Mapping[str, Any]]) -> Iterator[Finding]:
    """Every finding, those about the computer first.

    Args:
        read: gives the configuration of the review; raises ``PrismakeError`` where it cannot be used.
    """
    for check in (_software, _libraries, _programs, _fonts, _room, _clock):
        yield from _guarded(check)
    config: Mapping[str, Any] | None = None
    try:
        config = read()
        yield Finding(WELL, "protocol", "config/config.yaml can be read")
    except PrismakeError as error:
        yield Finding(WRONG, "protocol", str(error))
    for check in (_folders, _started, _locks, _history, _copies, _last_run):
        yield from _guarded(check)
    if config:
        yield from _guarded(lambda: _sheets(config))


def doctor(read: Callable[[], Mapping[str, Any]]) -> bool:
    """Print all findings; True when nothing is wrong."""
    marks = []
    for finding in examine(read):
        print(finding)
        marks.append(finding.mark)
    wrong, notes = marks.count(WRONG), marks.count(NOTE)
    print(f"\n{_counted(wrong, 'fault')}, {_counted(notes, 'remark')}.")
    return not wrong


def _counted(count: int, what: str) -> str:
    return f"{count or 'no'} {what}{'' if count == 1 else 's'}"


def _guarded(check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """The findings of a check; what ends it is a finding, so that the others are passed_over too."""
    try:
        yield from check()
    except Exception as error:
        yield Finding(WRONG, "doctor", sentence_of(error))


def _software() -> Iterator[Finding]:
    numbers = ", ".join(f"{name} {number}" for name, number in with_build(versions()).items())
    yield Finding(WELL, "versions", f"{numbers}; {platform.platform()}")


def _libraries() -> Iterator[Finding]:
    """What pyproject.toml asks for, against what is installed."""
    from packaging.requirements import Requirement

    try:
        asked = [Requirement(text) for text in _requirements()]
    except metadata.PackageNotFoundError:
        yield Finding(NOTE, "libraries", "prismake itself is not installed here: which it needs cannot be compared")
        return
    asked = [each for each in asked if not each.marker or each.marker.evaluate({"extra": ""})]
    wrong = []
    for requirement in asked:
        try:
            number = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        if not requirement.specifier.contains(number, prereleases=True):
            wrong.append(f"{requirement.name} is {number}, needed is {requirement.specifier}")
    if wrong:
        yield Finding(WRONG, "libraries", f"{'; '.join(wrong)}. Install prismake again: pip install --upgrade prismake")
    else:
        yield Finding(WELL, "libraries", f"{len(asked)} as needed")


def _requirements() -> Sequence[str]:
    """What pyproject.toml asks for: that of a checkout may be newer than what was noted when it was installed."""
    project = graph_root() / "pyproject.toml"
    if project.is_file():
        return tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"]
    return metadata.requires("prismake") or ()


def _programs() -> Iterator[Finding]:
    yield from _snakemake()
    yield from _r()
    office = next(filter(None, map(shutil.which, ("soffice", "libreoffice"))), None)
    if office and (words := _answer([office, "--version"])):
        yield Finding(WELL, "LibreOffice", words.splitlines()[0])
    else:
        yield Finding(NOTE, "LibreOffice", "is not there, or does not answer: Excel does as well for filling in sheets")


def _snakemake() -> Iterator[Finding]:
    """Whether the ``snakemake`` that is typed belongs to the environment in which prismake is installed."""
    typed, programs = shutil.which("snakemake"), Path(sys.executable).parent
    if typed is None:
        yield Finding(
            NOTE, "snakemake", f"is not found by its name: activate the environment of prismake, {programs.parent}"
        )
    elif not _runs_in(programs, Path(typed).resolve()):
        yield Finding(
            WRONG, "snakemake", f"is that of another environment, {typed}. Activate that of prismake, {programs.parent}"
        )


def _runs_in(folder: Path, script: Path) -> bool:
    """Whether a command lies in the folder of a Python, or names that Python in its first lines."""
    try:
        with script.open("rb") as file:
            return script.parent == folder.resolve() or os.fsencode(folder) in file.read(_FIRST_LINES)
    except OSError:
        return False


def _r() -> Iterator[Finding]:
    """R and its packages, which ``check.R`` needs and nothing else."""
    script = shutil.which("Rscript")
    if script is None:
        scripts = (results_parent() / "results/pooling/*.check.R").as_posix()
        yield Finding(NOTE, "R", f"is not there: {scripts} needs it, nothing else does")
        return
    names = ", ".join(f'"{name}"' for name in _OLDEST_R)
    code = f'for (n in c({names})) cat(n, tryCatch(as.character(packageVersion(n)), error=function(e) "-"), "\\n")'
    answer = _answer([script, "--vanilla", "-e", f"cat(R.version.string, '\\n'); {code}"])
    if not answer:
        yield Finding(NOTE, "R", f"{script} does not answer")
        return
    first, *lines = answer.splitlines()
    installed = dict(line.split()[:2] for line in lines if len(line.split()) > 1)
    lacking = [f"{name} is missing" for name in _OLDEST_R if installed.get(name, "-") == "-"]
    lacking += [
        f"{name} is {number}, tested is {_OLDEST_R[name]} and later"
        for name, number in installed.items()
        if name in _OLDEST_R and number != "-" and _numbers(number) < _numbers(_OLDEST_R[name])
    ]
    if lacking:
        yield Finding(NOTE, "R", f"{first.strip()}; {'; '.join(lacking)}. In R: install.packages(c({names}))")
    else:
        yield Finding(WELL, "R", f"{first.strip()}; " + ", ".join(f"{name} {installed[name]}" for name in _OLDEST_R))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _answer(command: Sequence[str]) -> str:
    """What a program prints, "" where it fails or does not end."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _fonts() -> Iterator[Finding]:
    from prismake.figures.canvas import families

    names = families()
    if len(names) > 1:
        yield Finding(WELL, "fonts", ", ".join(names))
    else:
        yield Finding(
            NOTE,
            "fonts",
            f"{names[0]} only: Chinese, Japanese, Korean or Thai names become boxes in PNG and PDF figures. "
            "Install Noto Sans CJK (on Debian: apt install fonts-noto-cjk)",
        )


def _room() -> Iterator[Finding]:
    for about, place in (("disk", Path.cwd()), ("scratch disk", Path(tempfile.gettempdir()))):
        free = shutil.disk_usage(place).free
        words = f"{free / 1024**3:,.1f} GiB free where {place} lies"
        enough = free >= _LEAST_ROOM
        yield Finding(WELL if enough else WRONG, about, words if enough else f"{words}: make room")
        if hasattr(os, "statvfs") and (disk := os.statvfs(place)).f_files and disk.f_favail < _FEWEST_FILES:
            words = f"room for {_counted(disk.f_favail, 'more file')} only where {place} lies: delete files there"
            yield Finding(WRONG, about, words)


def _clock() -> Iterator[Finding]:
    """Files of tomorrow: this computer's clock, or another's, is wrong, and Snakemake asks which file is newer."""
    limit = time.time() + _FUTURE
    ahead: list[Path] = []
    for place in (Path("config"), results_parent() / "results"):
        for parent, _, names in os.walk(place):
            files = (Path(parent) / name for name in names)
            ahead += [file for file in files if file.exists() and file.stat().st_mtime > limit]
    if ahead:
        words = f"{_counted(len(ahead), 'file')} from the future, for instance {min(ahead).as_posix()}"
        yield Finding(NOTE, "clock", f"{words}: set the clock right and save such files again")
    else:
        yield Finding(WELL, "clock", f"{time.strftime('%Y-%m-%d %H:%M')} on this computer, no file is ahead of it")


def _folders() -> Iterator[Finding]:
    try:
        refuse_unwritable(written_folders(results_parent() / "results"))
        yield Finding(WELL, "folders", "config/sheets, results and .snakemake can be written")
    except PrismakeError as error:
        yield Finding(WRONG, "folders", str(error))
    if _CLOUD.search(str(Path.cwd())):
        yield Finding(
            NOTE,
            "cloud folder",
            "this review lies in a folder that other computers share: run snakemake on one "
            "of them at a time, and let it finish before the folder is synchronised",
        )
    if not sys.executable:
        yield Finding(WRONG, "Python", "this Python does not know its own location: make a new environment")


def _started() -> Iterator[Finding]:
    """What Snakemake needs in this folder before prismake has its turn."""
    if not any(Path(name).is_file() for name in ("Snakefile", "workflow/Snakefile")):
        yield Finding(WRONG, "Snakefile", "is not there: copy that of a new review here (prismake new elsewhere)")
    profile = Path("profiles/default/config.yaml")
    if not profile.is_file():
        words = f"{profile.as_posix()} is not there: copy that of a new review here (prismake new elsewhere)"
        yield Finding(NOTE, "profile", words)
        return
    try:
        settings = read_config_file(profile)
    except PrismakeError as error:
        yield Finding(WRONG, "profile", str(error))
        return
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    try:
        if "shared-fs-usage" not in settings:  # in a review of an earlier version
            refuse_unwritable([cache / "snakemake"])
    except PrismakeError as error:
        own = graph_root() / profile
        yield Finding(WRONG, "cache", f"{error} Or copy the line shared-fs-usage from {own} into {profile.as_posix()}")


def _locks() -> Iterator[Finding]:
    locks = Path(".snakemake/locks")
    if locks.is_dir() and any(locks.iterdir()):
        yield Finding(
            NOTE, "lock", "a run is active in this folder, or one was killed. If none is active: snakemake --unlock"
        )
    else:
        yield Finding(WELL, "lock", "no run is at work")
    begun = Path(".snakemake/incomplete")
    if begun.is_dir() and any(begun.iterdir()):
        yield Finding(NOTE, "last run", "was interrupted, or is still running. To continue, type: snakemake")


def _history() -> Iterator[Finding]:
    passed_over = logging.handlers.BufferingHandler(
        capacity=1_000
    )  # what is passed over in reading, such as a line cut off
    logging.getLogger("prismake").addHandler(passed_over)
    try:
        damaged = damaged_files()
    finally:
        logging.getLogger("prismake").removeHandler(passed_over)
    yield from (Finding(WRONG, "history", str(error)) for error in damaged)
    yield from (Finding(NOTE, "history", record.getMessage()) for record in passed_over.buffer)
    alone = [stage for stage in STAGES if any(SHEETS.glob(f"{stage}.*.xlsx")) and not state_file(stage).exists()]
    if alone:
        names = ", ".join(state_file(stage).as_posix() for stage in alone)
        yield Finding(
            WRONG,
            "history",
            f"{names}: not there, although there are sheets. Was the folder left behind when the review was copied? "
            f"Put {HISTORY.as_posix()} back from where the review was, a backup or git, before you type snakemake",
        )
    elif not damaged:
        yield Finding(WELL, "history", "every file that is kept beside the sheets is intact")


def _copies() -> Iterator[Finding]:
    yield from (Finding(NOTE, "copy", f"{path} {words}") for path, words in cloud_copies())


def _last_run() -> Iterator[Finding]:
    yield from (Finding(WRONG, "last run", text) for text in problems(results_parent() / LOGS))


def _sheets(config: Mapping[str, Any]) -> Iterator[Finding]:
    """Workbooks that cannot be opened, that are open, that are gone, that nobody reads."""
    import python_calamine

    paths, faults = [], 0
    for stage in STAGES:
        damaged = state_file(stage).exists() and problem_of(state_file(stage), SHEET_STATE)  # told with the history
        team, book = reviewers(dict(config), stage), {"sheets": {}} if damaged else read_book(stage)
        paths += [sheet_path(stage, who) for who in (*team, *left(book, stage, team), CONSENSUS)]
        for path in (SHEETS / name for name, offered in book["sheets"].items() if offered.get("bytes")):
            if path.is_symlink() or path.is_dir():
                if not path.is_file():
                    faults += 1
                    yield Finding(WRONG, "sheet", f"{path.as_posix()} is a folder, or a link to nothing. Move it away")
            elif not any(path.with_suffix(suffix).is_file() for suffix in SUFFIXES):
                faults += 1
                yield Finding(NOTE, "sheet", f"{path.as_posix()} {_LOST_SHEET.format(path.as_posix())}")
    present = [file for path in paths for suffix in SUFFIXES if (file := path.with_suffix(suffix)).is_file()]
    for path in present:
        if open_in_program(path):
            yield Finding(NOTE, "sheet", f"{path.as_posix()} is open in a program: new rows wait until it is closed")
        try:
            with path.open("rb"):
                pass
            python_calamine.CalamineWorkbook.from_path(path).close()
        except python_calamine.CalamineError:
            faults += 1
            back = path.with_suffix(SUFFIXES[0]).as_posix()
            yield Finding(WRONG, "sheet", f"{path.as_posix()} cannot be read as a workbook: prismake restore {back}")
        except OSError as error:
            faults += 1
            yield Finding(WRONG, "sheet", str(refused(error, path)))
    if not faults:
        yield Finding(WELL, "sheets", f"{_counted(len(present), 'workbook')} in {SHEETS.as_posix()} can be opened")
    yield from (Finding(NOTE, "sheets", f"{file.path.as_posix()} {file.what}") for file in unread_files(paths))
