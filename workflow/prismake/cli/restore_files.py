"""``prismake restore``: unusable sheets and kept files, put back from what is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from prismake.core.errors import PrismakeError, SheetError
from prismake.core.names import CONSENSUS
from prismake.core.names import STAGES as PANEL_STAGES
from prismake.core.paths import results_parent
from prismake.kept import repair
from prismake.kept.sheet_copies import copies
from prismake.kept.sheet_files import SHEETS, SUFFIXES, sheet_path
from prismake.kept.sheet_state import left, read_book
from prismake.protocol.team import VERSIONS, reviewers

_COPIES_SHOWN = 5


def restore(path: Path | None, copy: Path | None, config: Callable[[], dict[str, Any]], *, only_show: bool) -> None:
    """Say what would change, then do it; without a path, list what can be restored.

    Args:
        path: a sheet, or a kept file in ``config/sheets/history/``.
        copy: for a sheet, the copy to go back to instead of the one with the answers read last.
        config: reads the validated protocol; kept files are restored without it.
        only_show: describe the changes without making them.
    """
    if path is None:
        _list(config())
    elif path.parent.name == "history" or path.parent == VERSIONS:
        _restore_kept_file(path, only_show=only_show)
    else:
        _restore_sheet(path, copy, config(), only_show=only_show)


def _list(protocol: dict[str, Any]) -> None:
    broken = repair.damaged_files()
    for error in broken:
        print(f"! {error}")
    for stage in PANEL_STAGES:
        for who in _owners(stage, protocol, readable=not broken):
            sheet = sheet_path(stage, who)
            saved_copies = copies(sheet)
            if sheet.exists() or saved_copies:
                print(f"{sheet.as_posix()}: " + (f"{len(saved_copies)} copies" if saved_copies else "no copy yet"))
                for each in saved_copies[:_COPIES_SHOWN]:
                    print(f"    {each.path.as_posix()}")
    print("To go back to the answers read last: prismake restore SHEET (--copy FILE for another copy).")


def _owners(stage: str, protocol: dict[str, Any], *, readable: bool) -> list[str]:
    team = reviewers(protocol, stage)
    return [*team, *(left(read_book(stage), stage, team) if readable else ()), CONSENSUS]


def _restore_sheet(path: Path, copy: Path | None, protocol: dict[str, Any], *, only_show: bool) -> None:
    from prismake.protocol.settings import for_offering
    from prismake.sheets import restore as sheets
    from prismake.sheets.queue import QueueFile

    stage, _, who = path.name.removesuffix(path.suffix).partition(".")
    owners = _owners(stage, protocol, readable=True) if stage in PANEL_STAGES else []
    if who not in owners or path.suffix not in SUFFIXES:
        names = ", ".join(file.name for file in sorted(SHEETS.glob("*.xlsx"))) or "none yet"
        raise SheetError("this is no sheet of this review.", where=str(path), remedy=f"There are: {names}.")
    queue = results_parent() / f"results/{stage}/queue.parquet"
    if not queue.is_file():
        raise PrismakeError(
            "the rows of this stage have not been made yet.",
            where=str(queue),
            remedy=f"Type: snakemake {queue.as_posix()} and then this command again.",
        )
    if copy is not None and not copy.is_file():
        raise SheetError("there is no such copy.", where=str(copy), remedy="“prismake restore” lists them.")
    notes = sheets.notes_read_last(queue.with_name("notes.csv"), who)
    sheet = sheets.SheetOf(stage, who, for_offering(stage, protocol), QueueFile(queue), notes)
    planned = sheets.plan(sheet, copy)
    print(f"{planned.target.as_posix()} from {sheets.source_words(planned)}:")
    for line in planned.changes:
        print(f"  {line}")
    if only_show:
        return
    aside = sheets.carry_out(planned)
    for file in aside:
        print(f"What was there is kept as {file.as_posix()}.")
    print(
        "Done. Next: snakemake" if aside or not planned.present else "It is already as it was read; nothing was done."
    )


def _restore_kept_file(path: Path, *, only_show: bool) -> None:
    planned = repair.plan(path)
    print(f"{path.as_posix()}: {planned.problem}")
    for line in planned.lines:
        print(f"  {line}")
    if planned.act and not only_show:
        print(f"The damaged file is kept as {repair.carry_out(planned).as_posix()}.\nDone. Next: snakemake")
