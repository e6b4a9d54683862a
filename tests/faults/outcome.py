"""What a campaign says: the fault, how it was made, how often it was tried, what was lost; and the review it is tried on."""

from __future__ import annotations

import io
import shutil
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from tempfile import mkdtemp

import openpyxl
from quick import QuickReview
from review import config, fill_stage, ris

RECORDS, LATER = 8, 4


@dataclass(frozen=True)
class Outcome:
    """One line of the ledger. ``lost`` has a line for everything that was lost or wrong: it should be empty."""

    fault: str
    made: str
    tried: int
    lost: tuple[str, ...] = ()
    skipped: str = ""


@cache
def _half_filled(finished: bool) -> Path:
    """Made once a process: title and abstract answered, one mind changed, new records found; or all of it read."""
    scratch = Path(mkdtemp(prefix="faults-"))
    review = QuickReview(scratch / "review", config(), {"embase.ris": "".join(ris(n) for n in range(RECORDS))})
    review.run()
    fill_stage(review, "title_abstract")
    review.run()
    fill_stage(review, "full_text")
    if finished:
        review.run()
        return review.folder
    changed = {1: {"Decision": "maybe"}}  # one mind: a sheet in which most answers change is refused until accepted
    review.fill("title_abstract", "anna", lambda number, row: changed.get(number, {}), again=True)
    more = "".join(ris(n) for n in range(RECORDS, RECORDS + LATER))
    (review.folder / "config/searches/scopus.ris").write_text(more, encoding="utf-8")
    return review.folder


def half_filled(folder: Path, *, finished: bool = False) -> Path:
    """A copy of a small review with two reviewers, whose last edits are not read (``finished``: they are)."""
    shutil.copytree(_half_filled(finished), folder, symlinks=True)
    return folder


def answers_of(folder: Path) -> dict[tuple[str, str, str], str]:
    """Every cell that people filled in, by sheet, item and heading."""
    return {
        (path.name, item, heading): value
        for path in sorted((folder / "config/sheets").glob("*.xlsx"))
        for (item, heading), value in _answers_in(path.read_bytes()).items()
    }


@lru_cache(maxsize=256)  # most sheets are the same in every copy of a review
def _answers_in(workbook: bytes) -> dict[tuple[str, str], str]:
    answers = {}
    sheet = openpyxl.load_workbook(io.BytesIO(workbook)).worksheets[1]
    rows = sheet.iter_rows(values_only=True)
    head = [str(cell or "") for cell in next(rows)]
    for row in rows:
        cells = dict(zip(head, row, strict=False))
        for name in ("Decision", "Study design", "Note", "Answer", "Settled"):
            if cells.get(name):
                answers[(str(cells.get("Item")), name)] = str(cells[name])
    return answers
