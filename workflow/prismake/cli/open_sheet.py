"""``prismake open``: the caller's next sheet, opened in this computer's program for workbooks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from prismake.core.errors import PrismakeError
from prismake.core.paths import results_parent
from prismake.report.status import rows, stage_statuses


def open_next(who: str = "") -> Path:
    """Open the first sheet, in the order of the stages, in which a reviewer has rows left; returns its path.

    Args:
        who: name of the reviewer, or ``consensus``; may be empty where only one has rows left.

    Raises:
        PrismakeError: nobody of that name has rows left, several people have and none is named, or no program opens
            workbooks.
    """
    path = next_sheet(who)
    if not path.is_file():
        raise PrismakeError("the sheet is not there.", where=str(path), remedy="Type snakemake, which offers sheets.")
    if sys.platform == "win32":
        os.startfile(path)
        return path
    program = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    if not program:
        raise PrismakeError(
            "no program for workbooks is known here (xdg-open is not installed).",
            where=str(path),
            remedy="Open this file in a spreadsheet program.",
        )
    subprocess.run([program, str(path.resolve())], check=False)
    return path


def next_sheet(who: str = "") -> Path:
    """The path of the sheet that ``open_next`` opens."""
    waiting = [line for line in rows(stage_statuses(results_parent())) if line["file"]]
    names = list(dict.fromkeys(line["who"] for line in waiting))
    if not waiting:
        raise PrismakeError("no sheet has open rows.", remedy="Type snakemake if something was added.")
    if who and who not in names:
        raise PrismakeError(f"{who} has no open rows. With open rows: {', '.join(names)}.")
    if not who and len(names) > 1:
        raise PrismakeError(f"several have open rows: {', '.join(names)}.", remedy="Add your name: prismake open NAME.")
    return Path(next(line["file"] for line in waiting if line["who"] == (who or names[0])))
