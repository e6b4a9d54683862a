"""Which file belongs to whom, and whether a spreadsheet program has it open."""

from __future__ import annotations

from pathlib import Path

from prismake.errors import SheetError
from prismake.files import digest

SHEETS = Path("config/sheets")
HISTORY = SHEETS / "history"
CONSENSUS = "consensus"
# What spreadsheet programs save: the first is what is offered.
SUFFIXES = (".xlsx", ".ods", ".xlsm", ".xls")


def sheet_path(stage: str, who: str, folder: Path = SHEETS) -> Path:
    """The workbook that is offered to a reviewer (or ``consensus``)."""
    return folder / f"{stage}.{who}.xlsx"


def current(path: Path, written: str | None) -> Path | None:
    """The file that holds a sheet now: the offered workbook, or the copy that was saved in another format.

    Args:
        path: the offered workbook.
        written: its digest as the workflow last wrote it.

    Raises:
        SheetError: two files were edited, so that nobody but their owner can say which counts.
    """
    there = [path.with_suffix(suffix) for suffix in SUFFIXES if path.with_suffix(suffix).is_file()]
    edited = [one for one in there if one != path or digest(one) != written]
    if len(edited) > 1:
        names = " and ".join(one.name for one in edited)
        raise SheetError(
            f"{names} were both edited, and only one can count.",
            where=str(path.parent),
            remedy="Keep the one with the right answers and move the other out of this folder.",
        )
    return edited[0] if edited else (there[0] if there else None)


def unread(path: Path) -> list[Path]:
    """Files beside a sheet that carry its name in a format that is not read, such as CSV."""
    return sorted(
        one
        for one in path.parent.glob(f"{path.stem}.*")
        if one.stem == path.stem and one.suffix.lower() not in SUFFIXES and one.is_file()
    )


def open_in_program(path: Path) -> bool:
    """Whether Excel (``~$name``) or LibreOffice (``.~lock.name#``) has left its mark beside the file."""
    # Excel cuts the first two letters of long names in its owner file
    marks = (f"~${path.name}", f"~${path.name[2:]}", f".~lock.{path.name}#")
    return any((path.parent / mark).exists() for mark in marks)
