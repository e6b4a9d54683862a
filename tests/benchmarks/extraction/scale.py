"""CPU seconds of 60 studies with 3 arms and 10 outcomes: offered, filled in, read and checked.

python tests/benchmarks/extraction/scale.py
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from prismake.extraction.extraction_rows import extraction_rows
from prismake.protocol.config import validated
from prismake.protocol.guide import guide_lines
from prismake.protocol.outcome_shapes import RESULTS, ROWS
from prismake.protocol.settings import for_extraction_rows, for_reading
from prismake.sheets.batches import plan
from prismake.sheets.loop import read_back
from prismake.sheets.offering import offer
from prismake.sheets.stage import load_stage

STUDIES, ARMS, OUTCOMES, SEED = 60, 3, 10, 60
LIMITS = {"offered": 5.0, "read and checked": 3.0}  # CPU seconds


def protocol(shape: str) -> dict[str, Any]:
    fields = [{"name": "country"}] if shape == RESULTS else []
    outcomes = {f"outcome_{number}": {} for number in range(OUTCOMES)}
    extraction = {"shape": shape, "fields": fields}
    return validated(
        {"title": "t", "question": "q", "reviewers": ["anna"], "extraction": extraction, "outcomes": outcomes}
    )


def queue(settings: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    arms = "; ".join(f"arm {number}" for number in range(ARMS))
    studies = pd.DataFrame(
        {
            "study_id": [f"s{number:02d}" for number in range(STUDIES)],
            "label": [f"Study {number}" for number in range(STUDIES)],
            "report_ids": [f"s{number:02d}" for number in range(STUDIES)],
            "arms": arms,
            "design": "single_arm",
            "report": "",
            "doi": "",
        }
    )
    return {row["item_id"]: row for row in extraction_rows(studies, {}, settings).to_dict("records")}


def fill(path: Path) -> None:
    rng = random.Random(SEED)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    headings = [str(cell.value) for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        total = rng.randint(15, 90)
        asked = row[headings.index("Fill in")].value if "Fill in" in headings else "Events; Participants"
        for cell, heading in zip(row, headings, strict=True):
            if heading == "Country" and asked == "Study":
                cell.value = "France"
            elif asked != "Study" and heading.casefold().endswith("participants"):
                cell.value = total
            elif asked != "Study" and heading.casefold().endswith("events"):
                cell.value = sum(rng.random() < 0.3 for _ in range(total))
    book.save(path)


def measure(shape: str) -> None:
    config = protocol(shape)
    rows, settings = queue(for_extraction_rows(config)), for_reading("extraction", config)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        started = time.process_time()
        planned = plan(load_stage("extraction", settings, rows, folder))
        offer(planned, guide_lines(planned.sheets.setup.form, config), list(rows))
        took = {"offered": time.process_time() - started}
        fill(folder / "extraction.anna.xlsx")
        started = time.process_time()
        sheets = load_stage("extraction", settings, rows, folder)
        status = read_back(sheets, sheets.decisions()).status
        took["read and checked"] = time.process_time() - started
    print(f"{shape}: {len(rows)} rows, {status['settled']} settled, {status['problem']} asked about")
    for step, seconds in took.items():
        print(f"  {step:18} {seconds:5.2f} s (limit {LIMITS[step]:g} s)")


if __name__ == "__main__":
    for shape in (ROWS, RESULTS):
        measure(shape)
