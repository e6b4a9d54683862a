"""``prismake check`` and ``prismake status --watch``: how a sheet would be read. Nothing is run or written."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from prismake.core.errors import PrismakeError
from prismake.core.files import digest
from prismake.core.names import CONSENSUS
from prismake.core.names import STAGES as PANEL_STAGES
from prismake.core.paths import results_parent
from prismake.kept.sheet_files import SHEETS, SUFFIXES
from prismake.kept.sheet_state import left, read_book
from prismake.protocol.settings import for_reading
from prismake.protocol.team import reviewers
from prismake.sheets.queue import QueueFile
from prismake.sheets.stage import load_stage
from prismake.sheets.understood import STAYS, Understood, in_words, understood

_INTERVAL = 1.0  # seconds between two looks at the folder
_LOOKS_BETWEEN_DIGESTS = 10  # compare contents too: a save may leave size and time unchanged, as in some cloud folders
Signature = tuple[int, int, int] | None
Read = Callable[[], Mapping[str, Any]]


def check(path: Path, config: Mapping[str, Any], folder: Path = SHEETS) -> Understood:
    """How a sheet would be read now.

    Args:
        path: a sheet of this review, or a copy with the same name elsewhere.

    Raises:
        PrismakeError: the name is not that of a sheet, the file does not exist, or its stage has no rows yet.
    """
    if not path.exists() and (folder / path.name).exists():
        path = folder / path.name
    stage, who = _owner(path, config, folder)
    if not path.is_file():
        raise PrismakeError("there is no such file.", where=str(path), remedy="Type snakemake, which offers sheets.")
    queue = results_parent() / "results" / stage / "queue.parquet"
    if not queue.is_file():
        raise PrismakeError("this stage has no rows yet.", where=str(path), remedy="Type snakemake first.")
    own_folder = path.resolve().parent == folder.resolve()
    files = {} if own_folder else {who: path}
    return understood(load_stage(stage, for_reading(stage, config), QueueFile(queue), folder, files), who)


def _owner(path: Path, config: Mapping[str, Any], folder: Path) -> tuple[str, str]:
    """Stage and owner of a sheet, from its name."""
    names = {f"{stage}.{who}": (stage, who) for stage in PANEL_STAGES for who in _owners(stage, config, folder)}
    if path.suffix.lower() not in SUFFIXES or path.stem not in names:
        offered = sorted(name for name in names if (folder / f"{name}.xlsx").exists())
        raise PrismakeError(
            "this is not the name of a sheet of this review.",
            where=str(path),
            remedy=f"Sheets have names like these: {', '.join(f'{name}.xlsx' for name in offered[:8]) or 'none yet'}.",
        )
    return names[path.stem]


def _owners(stage: str, config: Mapping[str, Any], folder: Path) -> list[str]:
    team = reviewers(dict(config), stage)
    return [*team, *left(read_book(stage, folder), stage, team), CONSENSUS]


def print_check(path: Path, config: Mapping[str, Any]) -> None:
    """Print how a sheet would be read; raises ``PrismakeError`` if it would be refused."""
    sheet = check(path, config)
    if sheet.refused:
        raise PrismakeError(f"{sheet.path.as_posix()} cannot be read: {sheet.refused} {STAYS}")
    print(f"{sheet.path.as_posix()} would be read like this:")
    for line in in_words(sheet):
        print(line if line.startswith("!") else f"  {line}")
    print("Nothing was run or written. Next: snakemake")


def watch(config: Read, folder: Path = SHEETS, seconds: float = _INTERVAL, looks: int | None = None) -> None:
    """Print after each save of a sheet what was understood, until the command is interrupted.

    Args:
        config: reads the validated protocol, which may change meanwhile.
        looks: how many times to look at the folder; endless if None.
    """
    print(f"Watching {folder.as_posix()}/: save a sheet to see how it is read. Ctrl-C ends this.", flush=True)
    for path in saves(lambda: _sheets(config(), folder), seconds, looks):
        print(f"\n{time.strftime('%H:%M:%S')} {path.as_posix()} was saved:", flush=True)
        try:
            lines = list(in_words(check(path, config(), folder)))
        except PrismakeError as error:
            lines = [f"! {error}"]
        for line in lines:
            print(line if line.startswith("!") else f"  {line}", flush=True)


def _sheets(config: Mapping[str, Any], folder: Path) -> list[Path]:
    stems = [f"{stage}.{who}" for stage in PANEL_STAGES for who in _owners(stage, config, folder)]
    return [path for stem in stems for suffix in SUFFIXES if (path := folder / f"{stem}{suffix}").is_file()]


def saves(paths: Callable[[], list[Path]], seconds: float = _INTERVAL, looks: int | None = None) -> Iterator[Path]:
    """Files that were saved with new content, each as soon as it has been left alone for one look.

    Later looks are compared with the state at the first.
    """
    contents = {path: (_signature(path), digest(path)) for path in paths()}
    restless: dict[Path, Signature] = {}
    look = 0
    while looks is None or look < looks:
        look += 1
        time.sleep(seconds)
        for path in paths():
            signature = _signature(path)
            last, content = contents.get(path, (None, None))
            if signature == last and path not in restless and look % _LOOKS_BETWEEN_DIGESTS:
                continue
            if signature != last and restless.get(path) != signature:
                restless[path] = signature  # a program may still be writing
                continue
            restless.pop(path, None)
            now = digest(path)
            contents[path] = (signature, now)
            if now and now != content:
                yield path


def _signature(path: Path) -> Signature:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
