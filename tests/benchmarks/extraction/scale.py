"""CPU seconds of 60 studies with 3 arms and 10 outcomes: offered, filled in, read and checked.

python tests/benchmarks/extraction/scale.py
"""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

import openpyxl
from prismake.protocol.guide import guide_lines
from prismake.protocol.schema import with_defaults
from prismake.sheets.batches import plan
from prismake.sheets.loop import read_back
from prismake.sheets.offering import offer
from prismake.sheets.stage import load_stage

STUDIES, ARMS, OUTCOMES, SEED = 60, 3, 10, 60
LIMITS = {"offered": 5.0, "read and checked": 3.0}  # CPU seconds
PROTOCOL = with_defaults(
    {
        "title": "t",
        "question": "q",
        "reviewers": ["anna"],
        "extraction": {
            "fields": [
                {"name": f"{part}_{number}", "type": "count", "label": f"{part.capitalize()} {number}"}
                for number in range(OUTCOMES)
                for part in ("events", "total")
            ]
        },
        "outcomes": {
            f"outcome_{number}": {"columns": {"events": f"events_{number}", "total": f"total_{number}"}}
            for number in range(OUTCOMES)
        },
    }
)


def queue() -> dict[str, dict[str, str]]:
    blank = dict.fromkeys(("report", "doi", "notices", "members", "choices"), "")
    return {
        f"s{study:02d}|arm {arm}": {"item_id": f"s{study:02d}|arm {arm}", "title": f"Study {study}, arm {arm}", **blank}
        for study in range(STUDIES)
        for arm in range(ARMS)
    }


def fill(path: Path) -> None:
    rng = random.Random(SEED)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    headings = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        total = rng.randint(15, 90)
        for cell, heading in zip(row, headings, strict=True):
            if str(heading).startswith("Total"):
                cell.value = total
            elif str(heading).startswith("Events"):
                cell.value = sum(rng.random() < 0.3 for _ in range(total))
    book.save(path)


def main() -> None:
    rows = queue()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        started = time.process_time()
        planned = plan(load_stage("extraction", PROTOCOL, rows, folder))
        offer(planned, guide_lines(planned.sheets.setup.form, PROTOCOL), list(rows))
        took = {"offered": time.process_time() - started}
        fill(folder / "extraction.anna.xlsx")
        started = time.process_time()
        sheets = load_stage("extraction", PROTOCOL, rows, folder)
        status = read_back(sheets, sheets.decisions()).status
        took["read and checked"] = time.process_time() - started
    print(f"{len(rows)} rows, {status['settled']} settled, {status['problem']} asked about")
    for step, seconds in took.items():
        print(f"{step:18} {seconds:5.2f} s (limit {LIMITS[step]:g} s)")


if __name__ == "__main__":
    main()
