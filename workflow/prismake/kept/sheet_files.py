"""The files of the sheets: which belongs to whom, and whether a spreadsheet program has it open."""

from __future__ import annotations

from pathlib import Path

from prismake.core.errors import FileRefused, SheetError
from prismake.core.files import digest
from prismake.core.names import STAGES

SHEETS = Path("config/sheets")
HISTORY = SHEETS / "history"
LOG_OF_CHANGES = "decisions.jsonl"  # in the history: every change of an answer or a settled decision, of all stages
# What spreadsheet programs save: the first is what is offered.
SUFFIXES = (".xlsx", ".ods", ".xlsm", ".xls")


def written_folders(results: Path) -> list[Path]:
    """The existing folders that a run writes to: those of the sheets, of Snakemake, and of the results."""
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
        SheetError: two files were edited, so that only their owner can say which counts; or there is a folder with the
            name of the sheet, or a broken link.
    """
    for file in map(path.with_suffix, SUFFIXES):
        _refuse_no_file(file)
    files = [path.with_suffix(suffix) for suffix in SUFFIXES if path.with_suffix(suffix).is_file()]
    edited = [file for file in files if file != path or file_digest(file) != written]
    if len(edited) > 1:
        names = " and ".join(file.name for file in edited)
        raise SheetError(
            f"{names} were both edited, and only one can count.",
            where=str(path.parent),
            remedy="Keep the one with the right answers and move the other out of this folder.",
        )
    return edited[0] if edited else (files[0] if files else None)


def files_beside(stage: str, folder: Path = SHEETS) -> list[Path]:
    """All files below the folder of the sheets, including history and lock files, but those of other stages.

    The log of decisions, to which every stage adds, is not among them: whatever adds to it changes other files too.
    """
    others = [name for name in STAGES if name != stage]
    files = [path for path in folder.rglob("*") if path.name != LOG_OF_CHANGES and not path.is_dir()]
    return sorted(path for path in files if stage in path.name or not any(name in path.name for name in others))


def file_digest(path: Path) -> str | None:
    """The digest of the file at the path of a sheet; None if there is none.

    A folder, or a file that cannot be read now, has a digest too: whatever replaces it counts as a change.
    """
    try:
        return digest(path)
    except FileRefused:
        return "a folder" if path.is_dir() else "cannot be read"


def _refuse_no_file(path: Path) -> None:
    """Raise SheetError if something other than a file has the name of a sheet."""
    if path.is_dir():
        raise SheetError(
            "this is a folder, not a workbook.",
            where=str(path),
            remedy=f"Move it elsewhere and put the workbook in its place, under the name {path.name}.",
        )
    if path.is_symlink() and not path.exists():
        raise SheetError(
            "this link leads to no file.",
            where=str(path),
            remedy="Is the shared folder there? Connect it, or put the workbook itself in the place of the link.",
        )


def open_in_program(path: Path) -> bool:
    """Whether Excel (``~$name``) or LibreOffice (``.~lock.name#``) has left its lock file beside the workbook."""
    # Excel drops the first two letters of long names in its owner file
    marks = (f"~${path.name}", f"~${path.name[2:]}", f".~lock.{path.name}#")
    return any((path.parent / mark).exists() for mark in marks)
