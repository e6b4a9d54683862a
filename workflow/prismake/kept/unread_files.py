"""Files beside the sheets that nobody reads: copies, other formats, cloud placeholders, folders, other names.

Such files may hold answers. Each is reported with what to do; lock files of open programs and files that systems leave
everywhere are ignored.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from prismake.kept.sheet_copies import edited_copies, is_copy
from prismake.kept.sheet_files import SHEETS, SUFFIXES
from prismake.protocol.team import SEARCHES

_TABLES = (
    *SUFFIXES, ".xlsb", ".xlt", ".xltx", ".xltm", ".csv", ".tsv", ".fods", ".ots", ".numbers", ".et", ".ett", ".wps",
    ".gsheet", ".gnumeric", ".sxc", ".dif", ".slk", ".parquet",
)  # fmt: skip
_DOCUMENTS = (
    ".zip", ".7z", ".rar", ".gz", ".tgz", ".tar", ".eml", ".msg", ".mht", ".doc", ".docx", ".odt", ".rtf", ".pages",
    ".pdf", ".txt", ".htm", ".html", ".xml", ".json", ".rds", ".rda", ".sav", ".dta", ".jpg", ".jpeg", ".png", ".heic",
    ".tif", ".tiff",
)  # fmt: skip
_POINTERS = (".gsheet", ".url", ".webloc", ".lnk", ".desktop")
_PLACEHOLDER = ".icloud"  # what iCloud leaves in place of a file that is not downloaded
_OF_PROGRAMS = ("~$", ".~lock.", "._", ".")  # beginnings of the names of lock files and hidden files
_OF_SYSTEMS = ("thumbs.db", "desktop.ini", "icon\r")
_DRAFTS = (".tmp", ".swp")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how zip archives and compound files begin
_FURTHEST = 3  # folders below that of the sheets that are searched


class UnreadFile(NamedTuple):
    """A file that is not read: the sheet for which it may be meant (its name, or empty), and what to do."""

    path: Path
    meant: str
    what: str


def unread_files(sheets: Iterable[Path], folder: Path = SHEETS) -> list[UnreadFile]:
    """Files that are never read and may hold answers, by path.

    Args:
        sheets: the workbooks that were offered, or will be.
    """
    names = sorted({sheet.stem for sheet in sheets}, key=len, reverse=True)
    read = {name + suffix for name in names for suffix in SUFFIXES}
    edited = (_edited_copy(path, names) for path in edited_copies(folder / "history"))
    return sorted([*_unread(folder, names, read, _FURTHEST), *edited, *_astray(folder, names)])


def _astray(sheets: Path, names: Sequence[str]) -> Iterator[UnreadFile]:
    """Workbooks with the name of a sheet that somebody has saved beside the folder of the sheets."""
    config = sheets.parent
    linked = {os.path.realpath(path) for path in sheets.glob("*") if path.is_symlink()}
    folders = [
        config,
        config.parent,
        *(path for path in config.glob("*") if path.is_dir() and path.name != SHEETS.name),
    ]
    for path in (path for folder in folders for path in folder.glob("*")):
        meant = next((f"{name}.xlsx" for name in names if path.name.casefold().startswith(f"{name}.")), "")
        if meant and path.suffix.casefold() in _TABLES and not is_copy(path) and os.path.realpath(path) not in linked:
            yield UnreadFile(path, meant, _sentence(path, meant))


def _edited_copy(path: Path, names: Sequence[str]) -> UnreadFile:
    meant = next((f"{name}.xlsx" for name in names if path.name.startswith(f"{name}.")), "")
    way = f": prismake restore {path.parent.parent.as_posix()}/{meant} --copy {path.as_posix()}" if meant else ""
    what = "was edited where only copies are kept, and is not read. If the answers in it are to count, type"
    return UnreadFile(path, meant, f"{what}{way}" if way else _sentence(path, meant))


def _unread(folder: Path, names: Sequence[str], read: set[str], depth: int) -> Iterator[UnreadFile]:
    for path in folder.iterdir() if folder.is_dir() else ():
        placeholder = path.suffix == _PLACEHOLDER
        if path.name == "history" or path.name.casefold() in _OF_SYSTEMS or path.suffix in _DRAFTS:
            continue
        if path.name.startswith(_OF_PROGRAMS) and not placeholder:
            continue
        plain = unicodedata.normalize("NFC", path.name).casefold()
        meant = next((f"{name}.xlsx" for name in names if name in plain), "")
        if path.is_dir():
            if meant and path.name not in read:  # one with exactly the name of a sheet is refused where it is read
                yield UnreadFile(path, meant, _sentence(path, meant))
            elif depth:
                yield from _unread(path, names, set(), depth - 1)
        elif path.name not in read and (meant or _holds_table(path)) and not _is_read(path, plain, read):
            yield UnreadFile(path, meant, _sentence(path, meant))


def _holds_table(path: Path) -> bool:
    """Whether answers may be in it: a table, archive or document by its ending or, without one, by its first bytes."""
    if path.suffix:
        return path.suffix.casefold() in (*_TABLES, *_DOCUMENTS, *_POINTERS)
    try:
        with path.open("rb") as file:
            return file.read(8).startswith(_WORKBOOKS)
    except OSError:
        return True  # nobody knows what is in it


def _is_read(path: Path, plain: str, read: set[str]) -> bool:
    """Whether it is a sheet whose name differs only in spelling that this disk ignores, such as case."""
    twin = path.with_name(plain)
    return plain in read and twin.exists() and twin.samefile(path)


def _sentence(path: Path, meant: str) -> str:
    name = f"under the name {meant}" if meant else "under the name of a sheet of this folder"
    where = f"in config/sheets/ {name}" if path.parent.name != SHEETS.name else name
    if path.parent.name == SEARCHES.name:
        return (
            "stands among the exports of searches: its rows are read as records found there, and its answers are not "
            f"read. Move it into config/sheets/, {name}, or elsewhere."
        )
    if path.suffix == _PLACEHOLDER:
        return (
            f"is only the place of a file that is in the cloud. Let it be downloaded: {meant} is not read until then."
        )
    if path.suffix.casefold() in _POINTERS:
        return (
            "is only a pointer to a table in the cloud: nothing of it is read. If the answers are there, download it "
            f"as a workbook (.xlsx) {where}; if not, move it elsewhere."
        )
    if path.is_dir():
        return f"is a folder and is not read. If the answers are in it, save them as a workbook {where}."
    return f"is not read. If it contains answers, save it as a workbook {where}; if not, move it elsewhere."
