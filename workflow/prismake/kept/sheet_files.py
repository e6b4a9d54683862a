"""The files of the sheets: which belongs to whom, and whether a spreadsheet program has it open."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from prismake.core.errors import SheetError
from prismake.core.files import digest

SHEETS = Path("config/sheets")
HISTORY = SHEETS / "history"
# What spreadsheet programs save: the first is what is offered.
SUFFIXES = (".xlsx", ".ods", ".xlsm", ".xls")
_TABLES = (*SUFFIXES, ".xlsb", ".csv", ".tsv", ".fods", ".numbers", ".gsheet")  # what reviewers may take for a sheet


def written_folders(results: Path) -> list[Path]:
    """The folders that a run writes into: those of the sheets, of Snakemake, and of the results, each that is there."""
    inner = sorted(path for path in results.glob("*") if path.is_dir()) if results.is_dir() else []
    return [SHEETS, HISTORY, Path(".snakemake"), results, *inner]


def sheet_path(stage: str, who: str, folder: Path = SHEETS) -> Path:
    """The workbook offered to a reviewer (or ``consensus``)."""
    return folder / f"{stage}.{who}.xlsx"


def current(path: Path, written: str | None) -> Path | None:
    """The current file of a sheet: the offered workbook, or a copy saved in another format.

    Args:
        path: the offered workbook.
        written: its digest as the workflow last wrote it.

    Raises:
        SheetError: two files were edited, so that only their owner can say which one counts.
    """
    files = [path.with_suffix(suffix) for suffix in SUFFIXES if path.with_suffix(suffix).is_file()]
    edited = [file for file in files if file != path or digest(file) != written]
    if len(edited) > 1:
        names = " and ".join(file.name for file in edited)
        raise SheetError(
            f"{names} were both edited, and only one can count.",
            where=str(path.parent),
            remedy="Keep the one with the right answers and move the other out of this folder.",
        )
    return edited[0] if edited else (files[0] if files else None)


def unread_files(sheets: Iterable[Path], folder: Path = SHEETS) -> list[tuple[str, str]]:
    """Spreadsheets in the folder that are not read, each with what to do: copies, other formats, other names.

    Args:
        sheets: the workbooks that have been or will be offered.
    """
    names = sorted({sheet.stem for sheet in sheets}, key=len, reverse=True)
    read = {name + suffix for name in names for suffix in SUFFIXES}
    unread = []
    for path in sorted(folder.glob("*")):
        if path.name in read or path.suffix.lower() not in _TABLES or path.name.startswith(("~$", ".")):
            continue
        meant = next((f"{name}.xlsx" for name in names if name.casefold() in path.name.casefold()), "")
        name = f"under the name {meant}" if meant else "under the name of a sheet of this folder"
        what = f"is not read. If it contains answers, save it as a workbook {name}; if not, move it elsewhere."
        unread.append((path.as_posix(), what))
    return unread


def open_in_program(path: Path) -> bool:
    """Whether Excel (``~$name``) or LibreOffice (``.~lock.name#``) has left its lock file beside the workbook."""
    # Excel drops the first two letters of long names in its owner file
    marks = (f"~${path.name}", f"~${path.name[2:]}", f".~lock.{path.name}#")
    return any((path.parent / mark).exists() for mark in marks)
