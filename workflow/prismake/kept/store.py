"""Reading and writing of kept files: whole or not at all, in a known format, one writer at a time.

Whatever is wrong with a kept file ends in a ``KeptFileError`` that says what it is and how to go on. Nothing that
cannot be read is ever written over: ``prismake restore FILE`` puts it aside and makes it again from what else is there.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from prismake import __version__
from prismake.core.errors import KeptFileError
from prismake.core.files import replacing, write_json
from prismake.kept.formats import FORMAT, MARKS, Kind, mismatch
from prismake.kept.migrations import format_of, migrated

logger = logging.getLogger(__name__)

_CONFLICT = re.compile(rb"^(<{7}|={7}|>{7}|\|{7})( |$|\r)", re.MULTILINE)
_UPDATE = "Update prismake to that version or a newer one, then run the same command again. Nothing was changed."
_LOCK = ".lock"  # where the file system cannot lock a folder


def marks() -> dict[str, Any]:
    """The two keys by which a file says its format and which prismake wrote it."""
    return dict(zip(MARKS, (FORMAT, __version__), strict=True))


def read(path: Path, kind: Kind) -> dict[str, Any] | None:
    """The content of a kept JSON file in the format of today, without its marks; None when there is no such file.

    Raises:
        KeptFileError: it is damaged, or a newer prismake wrote it.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    return content_of(data, kind, path)


def content_of(data: bytes, kind: Kind, path: Path) -> dict[str, Any]:
    """The same from the bytes of the file."""
    content = unmarked(_parsed(data, kind, path), kind, path)
    what, unknown = mismatch(content, kind.shape)
    if unknown:
        raise KeptFileError(
            f"{what} to prismake {__version__}: a newer version wrote this {kind.name}, or it was changed by hand.",
            where=str(path),
            remedy=f"Update prismake if somebody in the team uses a newer one. If nobody does, {way_out(path, kind)}",
        )
    if what:
        raise damaged(what, kind, path)
    return content


def unmarked(parsed: Any, kind: Kind, path: Path) -> Any:
    """What a JSON file holds, in the format of today and without its marks. Raises KeptFileError at a newer format."""
    number = _format(parsed, path)
    content = {key: value for key, value in parsed.items() if key not in MARKS} if number else parsed
    return migrated(content, kind, number)


def write(path: Path, content: Mapping[str, Any], *, sort_keys: bool = True) -> None:
    """Write a kept JSON file in the format of today."""
    write_json(path, {**marks(), **content}, sort_keys=sort_keys)


def update(
    path: Path, kind: Kind, change: Callable[[dict[str, Any] | None], dict[str, Any]], *, sort_keys: bool = True
) -> None:
    """Read, change and write a kept JSON file while nobody else does; the same content is not written again.

    Args:
        change: makes the new content out of the present one, which is None when there is no file, without altering it.
    """
    with locked(path.parent):
        before = read(path, kind)
        after = change(before)
        if after != before:
            write(path, after, sort_keys=sort_keys)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Wait until no other process on this file system writes in the folder, and keep the others waiting meanwhile.

    The folder itself is locked, so that nothing is left behind; where a network drive refuses that, a file in it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = _lock(folder)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)  # which also unlocks


def _lock(folder: Path) -> int | None:
    try:
        import fcntl
    except ImportError:  # Windows: a lock file that only one process can open for writing would stay after a crash
        return None
    for place, how in ((folder, os.O_RDONLY), (folder / _LOCK, os.O_RDWR | os.O_CREAT)):
        handle = None
        try:
            handle = os.open(place, how, 0o666)
            fcntl.flock(handle, fcntl.LOCK_EX)
            return handle
        except OSError:
            if handle is not None:
                os.close(handle)
    logger.warning("%s: this drive knows no locks; let only one run write there at a time", folder)
    return None


def read_lines(path: Path, kind: Kind) -> Iterator[dict[str, Any]]:
    """The lines of a log, oldest first, each as the format of today has it.

    A line that a full disk has cut off is passed over, and the log of the run says so: the same reading wrote it again.

    Raises:
        KeptFileError: a line is damaged, or a newer prismake wrote the log.
    """
    return iter(_lines(path.read_bytes(), kind, path)) if path.exists() else iter(())


def _lines(data: bytes, kind: Kind, path: Path) -> list[dict[str, Any]]:
    rows = list(numbered(data))
    if not rows:
        raise damaged("the file is empty", kind, path)
    log: list[dict[str, Any]] = []
    number_of_format = 0
    for number, line in rows:
        parsed = parsed_line(line)
        if parsed is None and line.startswith(b'{"') and not line.endswith(b"}"):
            logger.warning("%s, line %d is cut off and was passed over", path, number)
            continue
        if number == 1 and isinstance(parsed, dict) and parsed.keys() == set(MARKS):
            number_of_format = _format(parsed, path)
            continue
        if not isinstance(parsed, dict):
            why = "a conflict mark of git" if is_conflict_mark(line) else "no line of this log"
            raise damaged(f"line {number} is {why}", kind, path)
        parsed = migrated(parsed, kind, number_of_format)
        what, unknown = mismatch(parsed, kind.shape)
        if what:
            more = f"; a newer prismake than {__version__} may have written it" if unknown else ""
            raise damaged(f"line {number}: {what}{more}", kind, path)
        log.append(parsed)
    return log


def numbered(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(number, line) of a log. Only line feeds end a line: what people type may hold any other separator."""
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip(b"\r \t"):
            yield number, line.strip(b"\r")


def is_conflict_mark(line: bytes) -> bool:
    """Whether git has written a line, to part the sides of a conflict."""
    return bool(_CONFLICT.match(line))


def parsed_line(line: bytes) -> Any:
    """What a line of JSON holds, or None."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def append(path: Path, kind: Kind, lines: Callable[[Sequence[Mapping[str, Any]]], Iterable[Mapping[str, Any]]]) -> None:
    """Add lines to a log, which begins with its marks; in a log of an older format these are put in front first.

    Args:
        lines: makes the new lines out of those that are there.
    """
    with locked(path.parent):
        present = list(read_lines(path, kind))
        text = "".join(line_of(line) for line in lines(present))
        if not text:
            return
        head = path.read_bytes() if path.exists() else b""
        first = next((line for _, line in numbered(head)), b"")
        if format_of(parsed_line(first)) < FORMAT:
            with replacing(path) as draft:
                draft.write_bytes((line_of(marks()) + "".join(map(line_of, present))).encode())
        with path.open("ab+", buffering=0) as file:  # one write: a run that is killed leaves a line or a part of one
            file.seek(-1, os.SEEK_END)
            text = text if file.read(1) == b"\n" else "\n" + text  # the line before was cut off
            file.write(text.encode())


def line_of(line: Mapping[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n"


def _parsed(data: bytes, kind: Kind, path: Path) -> dict[str, Any]:
    if not data.strip():
        raise damaged("the file is empty", kind, path)
    if not data.strip(b"\0"):
        raise damaged("the file holds nothing but zeros, as after a crash of the computer", kind, path)
    if mark := _CONFLICT.search(data):
        line = data.count(b"\n", 0, mark.start()) + 1
        raise damaged(f"git has left both sides of a conflict in it (line {line})", kind, path)
    try:
        parsed = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise damaged("it is not in UTF-8", kind, path) from None
    except RecursionError:
        raise damaged("it is nested without end", kind, path) from None
    except json.JSONDecodeError as error:
        cut = not data.rstrip().endswith((b"}", b"]")) or error.pos >= len(error.doc.rstrip())
        what = "it is cut off" if cut else f"it cannot be read from line {error.lineno} on"
        raise damaged(what, kind, path) from None
    except ValueError:  # a number of more digits than Python takes
        raise damaged("it holds a number without end", kind, path) from None
    if not isinstance(parsed, dict):
        raise damaged(mismatch(parsed, {})[0], kind, path)
    return parsed


def _format(parsed: Any, path: Path) -> int:
    number = format_of(parsed)
    refuse_newer(number, str(parsed.get(MARKS[1], "")) if number else "", path)
    return number


def refuse_newer(number: int, version: str, path: Path) -> None:
    """Stop at a file of a format that this version does not know yet."""
    if number > FORMAT:
        writer = f"prismake {version}" if version else "a newer prismake"
        raise KeptFileError(
            f"this file was written by {writer}; this is prismake {__version__}.", where=str(path), remedy=_UPDATE
        )


def damaged(what: str, kind: Kind, path: Path) -> KeptFileError:
    """The error for a file that cannot be used as it is, with the way out."""
    return KeptFileError(
        f"this {kind.name} cannot be read: {what}.",
        where=str(path),
        remedy=f"Nothing was changed. To go on, {way_out(path, kind)}",
    )


def way_out(path: Path, kind: Kind) -> str:
    """What to do about a damaged file, as the end of a sentence."""
    backup = "put a good copy back from a backup or from git"
    if not kind.rebuilt:
        return f"{backup}."
    return f"{backup}, or type: prismake restore {path.as_posix()} (it says first what it will bring back)."
