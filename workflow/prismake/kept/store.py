"""Reading and writing of kept files: atomically, in a known format, with one writer at a time.

Any fault in a kept file raises a ``KeptFileError`` that says what is wrong and how to continue. A file that cannot be
read is never overwritten: ``prismake restore FILE`` puts it aside and rebuilds it from other sources.
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
from prismake.core.files import parsed_json, replacing, write_json
from prismake.kept.formats import FORMAT, MARKS, Kind, mismatch
from prismake.kept.migrations import format_of, migrated

logger = logging.getLogger(__name__)

_CONFLICT = re.compile(rb"^(<{7}|={7}|>{7}|\|{7})( |$|\r)", re.MULTILINE)
_UPDATE = "Update prismake to that version or a newer one, then run the same command again. Nothing was changed."
_LOCK = ".lock"  # used where the file system cannot lock a folder


def marks() -> dict[str, Any]:
    """The two keys that state the format of a file and the version of prismake that wrote it."""
    return dict(zip(MARKS, (FORMAT, __version__), strict=True))


def read(path: Path, kind: Kind) -> dict[str, Any] | None:
    """The content of a kept JSON file in the current format, without its marks; None if the file does not exist.

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
    """The content of a JSON file in the current format, without its marks. Raises KeptFileError for a newer format."""
    number = _format(parsed, path)
    content = {key: value for key, value in parsed.items() if key not in MARKS} if number else parsed
    return migrated(content, kind, number)


def write(path: Path, content: Mapping[str, Any], *, sort_keys: bool = True) -> None:
    """Write a kept JSON file in the current format."""
    write_json(path, {**marks(), **content}, sort_keys=sort_keys)


def update(
    path: Path, kind: Kind, change: Callable[[dict[str, Any] | None], dict[str, Any]], *, sort_keys: bool = True
) -> None:
    """Read, change and write a kept JSON file under a lock; unchanged content is not written again.

    Args:
        change: returns the new content from the present one (None if there is no file), without modifying it.
    """
    with locked(path.parent):
        before = read(path, kind)
        after = change(before)
        if after != before:
            write(path, after, sort_keys=sort_keys)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, so that only one process writes in it at a time; the others wait.

    The folder itself is locked, so that nothing is left behind; if a network drive refuses that, a file in it.
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
    logger.warning("%s: this drive does not support locks; let only one run write there at a time", folder)
    return None


def read_lines(path: Path, kind: Kind) -> Iterator[dict[str, Any]]:
    """The lines of a log in the current format, oldest first.

    A line that was cut off by a full disk is skipped with a warning: the same reading wrote it again.

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
            logger.warning("%s, line %d is cut off and was skipped", path, number)
            continue
        if number == 1 and isinstance(parsed, dict) and parsed.keys() == set(MARKS):
            number_of_format = _format(parsed, path)
            continue
        if not isinstance(parsed, dict):
            why = "a conflict marker of git" if is_conflict_mark(line) else "not a line of this log"
            raise damaged(f"line {number} is {why}", kind, path)
        parsed = migrated(parsed, kind, number_of_format)
        what, unknown = mismatch(parsed, kind.shape)
        if what:
            more = f"; a newer prismake than {__version__} may have written it" if unknown else ""
            raise damaged(f"line {number}: {what}{more}", kind, path)
        log.append(parsed)
    return log


def numbered(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(number, line) of a log. Only line feeds end a line, since text typed by people may contain other separators."""
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip(b"\r \t"):
            yield number, line.strip(b"\r")


def is_conflict_mark(line: bytes) -> bool:
    """Whether a line is a conflict marker of git."""
    return bool(_CONFLICT.match(line))


def parsed_line(line: bytes) -> Any:
    """The content of a line of JSON, or None."""
    try:
        return parsed_json(line)
    except ValueError:
        return None


def append(path: Path, kind: Kind, lines: Callable[[Sequence[Mapping[str, Any]]], Iterable[Mapping[str, Any]]]) -> None:
    """Append lines to a log, which begins with its marks; a log of an older format gets these marks first.

    Args:
        lines: returns the new lines, given the present ones.
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
        with path.open("ab+", buffering=0) as file:  # a single write: a killed run leaves a whole line or a part of one
            file.seek(-1, os.SEEK_END)
            text = text if file.read(1) == b"\n" else "\n" + text  # the line before was cut off
            file.write(text.encode())


def line_of(line: Mapping[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n"


def _parsed(data: bytes, kind: Kind, path: Path) -> dict[str, Any]:
    if not data.strip():
        raise damaged("the file is empty", kind, path)
    if not data.strip(b"\0"):
        raise damaged("the file contains only zeros, as after a crash of the computer", kind, path)
    if mark := _CONFLICT.search(data):
        line = data.count(b"\n", 0, mark.start()) + 1
        raise damaged(f"it contains both sides of a git conflict (line {line})", kind, path)
    try:
        parsed = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise damaged("it is not in UTF-8", kind, path) from None
    except RecursionError:
        raise damaged("it is nested too deeply", kind, path) from None
    except json.JSONDecodeError as error:
        cut = not data.rstrip().endswith((b"}", b"]")) or error.pos >= len(error.doc.rstrip())
        what = "it is cut off" if cut else f"it cannot be read from line {error.lineno} on"
        raise damaged(what, kind, path) from None
    except ValueError:  # a number of more digits than Python takes
        raise damaged("it contains a number with too many digits", kind, path) from None
    if not isinstance(parsed, dict):
        raise damaged(mismatch(parsed, {})[0], kind, path)
    return parsed


def _format(parsed: Any, path: Path) -> int:
    number = format_of(parsed)
    refuse_newer(number, str(parsed.get(MARKS[1], "")) if number else "", path)
    return number


def refuse_newer(number: int, version: str, path: Path) -> None:
    """Stop at a file whose format is newer than this version."""
    if number > FORMAT:
        writer = f"prismake {version}" if version else "a newer prismake"
        raise KeptFileError(
            f"this file was written by {writer}; this is prismake {__version__}.", where=str(path), remedy=_UPDATE
        )


def damaged(what: str, kind: Kind, path: Path) -> KeptFileError:
    """The error for a damaged file, with what to do."""
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
    return f"{backup}, or type: prismake restore {path.as_posix()} (it first says what it will restore)."
