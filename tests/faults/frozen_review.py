"""A small review at work that leaves much of what is kept: batches, consensus, linked reports, a frozen version.

Runs in a checkout of any version (with its ``tests/e2e/review.py``), so that reviews of earlier ones can be frozen too.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import openpyxl
from prismake.flow.inputs import freeze_version
from quick import QuickReview, inside
from review import FILLERS, config, fill_stage, ris

STAGES = ("title_abstract", "full_text", "appraisal", "extraction")
_HEADINGS = ("Decision", "Study name", "Study design", "Note", "Answer", "Settled", "Events", "Participants", "Region")


def at_work(folder: Path) -> QuickReview:
    """Ten records of which one is disputed still, one settled; nine studied and pooled; an update half read."""
    exports = {"embase.ris": "".join(ris(number) for number in range(10))}
    review = QuickReview(folder, config(title_abstract={"batch": 6}), exports)
    review.run()
    review.fill("title_abstract", "anna", _included_with_notes)
    review.fill("title_abstract", "ben", lambda n, _: {"Decision": "exclude" if n in (1, 4) else "include"})
    review.run()
    review.fill(
        "title_abstract", "consensus", lambda n, _: {"Settled": "include", "Note": "Read together"} if not n else {}
    )
    review.run()
    fill_stage(review, "title_abstract")  # the next batch
    review.run()
    for who in ("anna", "ben"):
        review.fill("full_text", who, _two_reports_of_a_study)
    review.run()
    fill_stage(review, "appraisal", "extraction")
    review.fill("extraction", "ben", lambda n, _: {"Events": "9"} if n == 0 else {}, again=True)
    review.run()
    review.fill("extraction", "consensus", lambda n, _: {"Settled": "9"})
    review.run()
    with inside(folder):
        freeze_version("2025", ["embase"])
    later = "".join(ris(number) for number in range(8, 14))
    (folder / "config/searches/scopus.ris").write_text(later, encoding="utf-8")
    review.run()
    review.fill("title_abstract", "anna", FILLERS["title_abstract"])  # nobody has run it since
    return review


def _included_with_notes(number: int, _: Mapping[str, str]) -> dict[str, str]:
    note = {"Note": f"= Größe? Ask the authors, {number}"} if number % 4 == 1 else {}
    return {"Decision": "include", **note}


def _two_reports_of_a_study(number: int, row: Mapping[str, str]) -> dict[str, str]:
    return {**FILLERS["full_text"](number, row), **({"Study name": "Cohort of Basel"} if number in (1, 2) else {})}


def keep(review: QuickReview, folder: Path) -> None:
    """Copy what cannot be rebuilt, and note what people answered and what is in force."""
    shutil.copytree(review.folder / "config", folder / "config")
    shutil.copy(review.folder / "Snakefile", folder)
    cells = {"\x1f".join(key): value for key, value in answers_of(review.folder).items()}
    content = {"cells": cells, "decisions": decisions_of(review.folder)}
    (folder / "answers.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def answers_of(folder: Path) -> dict[tuple[str, str, str], str]:
    """Every cell that people filled in, by sheet, item and heading."""
    return {
        (path.name, item, heading): value
        for path in sorted((folder / "config/sheets").glob("*.xlsx"))
        for (item, heading), value in _answers_in(path).items()
    }


def _answers_in(path: Path) -> dict[tuple[str, str], str]:
    answers = {}
    rows = openpyxl.load_workbook(path).worksheets[1].iter_rows(values_only=True)
    head = [str(cell or "") for cell in next(rows)]
    for row in rows:
        cells = dict(zip(head, row, strict=False))
        for name in _HEADINGS:
            if cells.get(name):
                answers[(str(cells.get("Item")), name)] = str(cells[name])
    return answers


def decisions_of(folder: Path) -> list[str]:
    """Stage, item, state and decision (or answer, or events) of every item, as lines."""
    lines = []
    for stage in STAGES:
        path = folder / "results" / stage / "decisions.csv"
        if not path.exists():  # in those frozen first, nobody had come so far
            continue
        with path.open(encoding="utf-8", newline="") as file:
            lines += [f"{stage} {row['item_id']} {row['state']} {_what(row)}" for row in csv.DictReader(file)]
    return lines


def _what(row: Mapping[str, str]) -> str:
    return next((row[name] for name in ("decision", "answer", "events") if name in row), "")
