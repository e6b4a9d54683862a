"""How to get the answers of a sheet back: the closing sentence of messages. The files it names exist."""

from __future__ import annotations

from pathlib import Path

from prismake.kept.answers import answers_file, read_snapshot
from prismake.kept.sheet_copies import copies
from prismake.kept.sheet_files import SUFFIXES


def way_back(sheet: Path) -> str:
    """A sentence on how to restore the answers of an unusable workbook, and from which file.

    Args:
        sheet: the workbook in the folder of the sheets, ``<stage>.<reviewer>`` and any suffix; it may be missing.

    Raises:
        KeptFileError: the list of the answers read last is damaged, or a newer prismake wrote it.
    """
    command = f"type: prismake restore {sheet.with_suffix(SUFFIXES[0]).as_posix()}"
    dated = [copy for copy in copies(sheet) if copy.when]
    if dated:
        return f"To go back to {dated[0].path.as_posix()}, {command}."
    stage, _, who = sheet.stem.partition(".")
    if read_snapshot(stage, sheet.parent).get(who):
        file = answers_file(stage, sheet.parent).as_posix()
        return f"To get a new sheet with the answers read last, which are in {file}, {command}."
    return f"No answers had been read from it. To create it again, {command}."
