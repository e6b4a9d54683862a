"""Errors of the file system as one sentence each: what, where, and what to do.

Error numbers differ between systems although their meaning is the same; Windows and network drives have some of their
own. All of them are in one table, and no other module of the package reads an ``errno``.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from prismake.core.errors import FileRefused, collect

_AGAIN = "Then type snakemake again."
_RIGHTS = "Ask who owns the file and its folder for the right to read and write both."
_ROOM = "Make room on the disk."
_DRIVE = "See that the drive is connected and can be opened in the file manager."
_CLOSE = "Close the program that has it open (Excel, a virus scanner, the synchronisation of a cloud folder)."


_NO_ROOM = 1024**2  # bytes left on a disk that is as good as full


class Refusal(NamedTuple):
    """The meaning of an error in words, and what people can do about it."""

    what: str
    remedy: str


NO_ROOM = Refusal("there is no room left on the disk", _ROOM)
_NO_RIGHT = Refusal("the right to read or write it is missing", _RIGHTS)
_OPEN_ELSEWHERE = Refusal("another program has it open and lets nobody else have it", _CLOSE)
_LOST_DRIVE = Refusal("the network drive is gone, or what was open on it is no longer valid", _DRIVE)
_BROKEN = Refusal(
    "the disk or the drive gave an error",
    "Is the disk or the network drive in order? Copy the review to another disk before anything else.",
)
_MISSING = Refusal("it is not there", "Was it moved, renamed or deleted while this ran? Put it back.")
_TOO_MANY = Refusal("too many files are open on this computer", "Close other programs.")
_TOO_LONG = Refusal("the name or the path is too long for this drive", "Move the review to a folder with a short path.")
_UNKNOWN_CALL = Refusal(
    "this drive cannot do what is needed", "Move the review to a disk of this computer, or to another drive."
)

# Names rather than numbers: a system that does not know a name has no such error.
REFUSALS: dict[str, Refusal] = {
    "ENOSPC": NO_ROOM,
    "EDQUOT": Refusal("the quota of this disk is used up", _ROOM),
    "EFBIG": Refusal("the file would be larger than this disk or account allows", _ROOM),
    "EACCES": _NO_RIGHT,
    "EPERM": _NO_RIGHT,
    "EROFS": Refusal("the disk can only be read, not written", "Put the review on a disk that can be written."),
    "EIO": _BROKEN,
    "EREMOTEIO": _BROKEN,
    "ENXIO": _BROKEN,
    "ENODEV": _LOST_DRIVE,
    "ESTALE": _LOST_DRIVE,
    "ENOTCONN": _LOST_DRIVE,
    "EHOSTDOWN": _LOST_DRIVE,
    "EHOSTUNREACH": _LOST_DRIVE,
    "ENETDOWN": _LOST_DRIVE,
    "ENETUNREACH": _LOST_DRIVE,
    "ETIMEDOUT": _LOST_DRIVE,
    "ECONNABORTED": _LOST_DRIVE,
    "ECONNRESET": _LOST_DRIVE,
    "EBUSY": _OPEN_ELSEWHERE,
    "ETXTBSY": _OPEN_ELSEWHERE,
    "EAGAIN": _OPEN_ELSEWHERE,
    "EDEADLK": _OPEN_ELSEWHERE,
    "ENOLCK": Refusal("the drive has no locks left to give", _DRIVE),
    "ENOENT": _MISSING,
    "ENOTDIR": Refusal("a file stands where a folder is needed", "Move that file elsewhere."),
    "EISDIR": Refusal("a folder stands where a file is needed", "Move that folder elsewhere."),
    "EEXIST": Refusal("something of this name is there already", "Move it elsewhere."),
    "ELOOP": Refusal("symbolic links lead in a circle", "Replace the link by the file itself."),
    "ENAMETOOLONG": _TOO_LONG,
    "EMFILE": _TOO_MANY,
    "ENFILE": _TOO_MANY,
    "ENOMEM": Refusal("this computer has too little memory left", "Close other programs."),
    "EINVAL": _UNKNOWN_CALL,
    "EOPNOTSUPP": _UNKNOWN_CALL,
    "ENOSYS": _UNKNOWN_CALL,
    "EXDEV": _UNKNOWN_CALL,
}
# Windows error numbers, which Python maps to EACCES, EINVAL or ENOENT and therefore to the wrong sentence
# (System Error Codes, learn.microsoft.com/windows/win32/debug/system-error-codes).
SHARING_VIOLATION, LOCK_VIOLATION = 32, 33
_OF_WINDOWS: dict[int, Refusal] = {
    19: REFUSALS["EROFS"],  # ERROR_WRITE_PROTECT
    SHARING_VIOLATION: _OPEN_ELSEWHERE,
    LOCK_VIOLATION: _OPEN_ELSEWHERE,
    53: _LOST_DRIVE,  # ERROR_BAD_NETPATH
    55: _LOST_DRIVE,  # ERROR_DEV_NOT_EXIST
    59: _LOST_DRIVE,  # ERROR_UNEXP_NET_ERR
    64: _LOST_DRIVE,  # ERROR_NETNAME_DELETED
    67: _LOST_DRIVE,  # ERROR_BAD_NET_NAME
    112: NO_ROOM,  # ERROR_DISK_FULL
    121: _LOST_DRIVE,  # ERROR_SEM_TIMEOUT
    206: _TOO_LONG,  # ERROR_FILENAME_EXCED_RANGE
    224: _OPEN_ELSEWHERE,  # ERROR_SHARING_BUFFER_EXCEEDED
    362: Refusal("the cloud drive does not answer", "Start its program, or make the file available offline."),
    426: Refusal("the cloud drive took too long to answer", "Make the file available offline."),
    1117: _BROKEN,  # ERROR_IO_DEVICE
    1231: _LOST_DRIVE,  # ERROR_NETWORK_UNREACHABLE
    1816: REFUSALS["EDQUOT"],  # ERROR_NOT_ENOUGH_QUOTA
}
_BY_NUMBER = {getattr(errno, name): refusal for name, refusal in REFUSALS.items() if hasattr(errno, name)}
_IN_RUST = re.compile(r"\(os error (\d+)\)")
_IN_TRACEBACK = re.compile(
    r"^\w*Error: \[(Errno|WinError) (\d+)\] ([^:\n]*)(?:: '(.*?)')?(?: -> '(.*)')?$", re.MULTILINE
)


def comes_from_the_system(error: OSError) -> bool:
    """Whether the system refused something: libraries raise ``OSError`` without a number for damaged content."""
    return any(_numbers(error))


def _numbers(error: OSError) -> tuple[int, int]:
    """(errno, Windows error number), 0 for what is missing; libraries in Rust write the number into the text."""
    of_windows = getattr(error, "winerror", None) or 0
    if not error.errno and not of_windows and (match := _IN_RUST.search(str(error))):
        return (0, int(match[1])) if os.name == "nt" else (int(match[1]), 0)
    return error.errno or 0, of_windows


def cannot_be_asked(error: OSError) -> bool:
    """Whether a drive does not support what was asked of it (network drives and ``fsync``), which does no harm."""
    return error.errno in (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)


def is_held_by_another(error: OSError) -> bool:
    """Whether Windows denies access only as long as another program holds the file; a moment later it may not."""
    return getattr(error, "winerror", None) in (5, SHARING_VIOLATION, LOCK_VIOLATION)


def refused(error: OSError, path: Path | str | None = None) -> FileRefused:
    """The error for people: what the system refused, where, and what to do.

    Args:
        path: the file that was to be read or written; if omitted, the one that the system names.
    """
    named = error.filename2 or error.filename
    where = os.fsdecode(path or named) if isinstance(path or named, (str, bytes, os.PathLike)) else ""
    number, of_windows = _numbers(error)
    refusal = _OF_WINDOWS.get(of_windows) or _BY_NUMBER.get(number)
    if refusal is NO_ROOM and not where:  # writing into an open file fails without its name
        where = _full_place()
    reason = error.strerror or str(error) or type(error).__name__
    if refusal is None:
        refusal = Refusal("the system refused this", "Is the disk or the network drive in order?")
    return FileRefused(f"{refusal.what} ({reason}).", where=where, remedy=f"{refusal.remedy} {_AGAIN}")


def _full_place() -> str:
    """The first of the places that a run writes to on whose disk there is no room left; "" if there is on all."""
    for place in (Path.cwd(), Path(".snakemake"), Path("results"), Path("config"), Path(tempfile.gettempdir())):
        with contextlib.suppress(OSError):
            if shutil.disk_usage(place).free < _NO_ROOM:
                return place.as_posix()
    return ""


def in_traceback(text: str) -> FileRefused | None:
    """The file system error at the end of another program's traceback, if there is one."""
    lines = list(_IN_TRACEBACK.finditer(text))
    if not lines:
        return None
    kind, number, reason, path, target = lines[-1].groups()
    error = OSError(int(number) if kind == "Errno" else errno.EACCES, reason)
    error.filename = target or path
    if kind == "WinError":
        error.winerror = int(number)  # type: ignore[attr-defined]
    return refused(error)


def pass_on_refusal(error: Exception, path: Path | str) -> None:
    """Raise file system errors; return for any other error, which is about the content of the file."""
    if isinstance(error, OSError) and comes_from_the_system(error):
        raise refused(error, path) from error


def refuse_names_in_other_encodings(paths: Iterable[Path]) -> None:
    """Raise one error for names that are not text, as old archives may leave them: nothing can print them."""
    problems = []
    for path in paths:
        name = str(path)
        if name != name.encode("utf-8", "replace").decode("utf-8"):
            shown = os.fsencode(name).decode("cp1252", "replace")
            problems.append(f"{shown}: the name of this file or its folder is not in UTF-8.")
    collect(problems, FileRefused, remedy="Rename it, with letters from a to z.")


def refuse_unwritable(folders: Iterable[Path]) -> None:
    """Raise one error that names every folder that is not writable; for a missing folder, its parent is tested.

    A file is created and removed in each, because the permissions of a folder do not show what a network drive allows.
    """
    present = dict.fromkeys(next(each for each in (folder, *folder.parents) if each.exists()) for folder in folders)
    problems: dict[Path, str] = {}
    for folder in sorted(present):
        try:
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            if problems.keys().isdisjoint(folder.parents):
                problems[folder] = str(refused(error, folder))
    collect([*problems.values()], FileRefused)
