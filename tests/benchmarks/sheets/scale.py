"""CPU seconds and memory of a sheet with twenty thousand records: offered, read, with rows added, and renewed.

    python tests/benchmarks/sheets/scale.py [--rows 20000]
    python tests/benchmarks/sheets/scale.py --reviewers 20 --rows 50000

With several reviewers: the sheets of all of them, offered and read by one job; then the same after one of them has
answered a row. Every step is the script of its rule in a process of its own. Memory is the peak of resident memory of the whole
process, Python and Arrow included (VmHWM of Linux: unlike ru_maxrss it knows nothing of the parent); *base* is a
process that has only imported what the step imports.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from reach import show

ROOT = Path(__file__).parents[3]
SEED = 20_000
ROWS = 20_000
MORE = 500  # rows added to a sheet that has all the others
LIMITS = {  # CPU seconds, MiB
    "offer": (6.0, 120),
    "read, half answered": (1.5, 200),
    "read": (1.5, 200),
    f"add {MORE} rows": (3.0, 200),
    "criteria amended": (3.0, 200),
    "language changed": (3.0, 200),
}
CRITERIA = {"criteria": {"include": ["children", "adults with relapse"], "exclude": ["case reports"]}}
CHANGES = {"criteria amended": CRITERIA, "language changed": {**CRITERIA, "language": "de"}}
ANSWERED = {"read, half answered": 0.5, "read": 1}
WORDS = (
    "relapse remission chimeric antigen receptor cell therapy leukaemia patients children adults trial outcome "
    "cytokine release syndrome neurotoxicity cohort median follow-up months response complete rate treatment dose"
).split()

STEP = """
import sys, time
NAMES = ("decisions", "notes", "agreement", "status", "undecided")
sys.path[:0] = [{scripts!r}, {package!r}]
from pathlib import Path
began = time.monotonic()
from prismake.protocol.schema import with_defaults
import read_sheets
if "read" in {step!r}:
    import python_calamine
import prismake.sheets.queue, pyarrow.parquet  # in this order: the first says how the second gets its memory
changes = {changes!r}
protocol = with_defaults(dict(title="t", question="q", reviewers={reviewers!r}, title_abstract=dict(order="id"), **changes))
queue, outputs = Path({queue!r}), {{name: Path(name) for name in NAMES}}
if {step!r} == "offer":
    read_sheets.offer_rows("title_abstract", protocol, queue, Path("offered.json"))
elif {step!r} == "read":
    read_sheets.read_answers("title_abstract", protocol, queue, outputs)
elif {step!r} == "both":
    from prismake.sheets.kept_tables import KeptTables
    kept = KeptTables("title_abstract", "the same code", Path("kept"))
    earlier = read_sheets.offer_rows("title_abstract", protocol, queue, Path("offered.json"), kept)
    offered = time.process_time()
    read_sheets.read_answers("title_abstract", protocol, queue, outputs, earlier, kept)
    kept.sweep()
    print(f"  offered in {{offered:.1f}} CPU s, read in {{time.process_time() - offered:.1f}}", file=sys.stderr)
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(time.process_time(), time.monotonic() - began, int(status["VmHWM"].split()[0]) / 1024)
"""


def text(source: random.Random, words: int) -> str:
    return " ".join(source.choices(WORDS, k=words))


def write_queue(path: Path, rows: int) -> None:
    """Invented records with abstracts of some 1,500 characters."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    source = random.Random(SEED)
    table = [
        {
            "item_id": f"pubmed:{30_000_000 + number}",
            "title": text(source, 12),
            "abstract": text(source, 200)[:1500],
            "journal": text(source, 3),
            "doi": f"10.5555/example.{number}",
            "pmid": str(30_000_000 + number),
            "authors": "; ".join(f"Name{source.randrange(999)} AB" for _ in range(6)),
            "year": str(1990 + number % 35),
            "types": "Journal Article",
            "trials": f"NCT{number:08d}" if number % 3 == 0 else "",
            "sources": "pubmed, embase",
            "members": f"pubmed:{30_000_000 + number}\nembase:{number}",
        }
        for number in range(rows)
    ]
    pq.write_table(pa.Table.from_pylist(table), path)


def run(
    step: str, queue: Path, folder: Path, changes: Mapping[str, Any], reviewers: Sequence[str] = ("anna",)
) -> tuple[float, float, float]:
    """CPU seconds, wall seconds and MiB of one step, after these changes of the protocol."""
    places = {"scripts": str(ROOT / "scripts"), "package": str(ROOT / "workflow")}
    program = STEP.format(step=step, queue=str(queue), changes=dict(changes), reviewers=list(reviewers), **places)
    # modules are compiled once and then loaded, as in an installation
    settings = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "compiled"), "PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, check=True, stdout=subprocess.PIPE, text=True, env=settings
    )
    seconds, wall, peak = map(float, done.stdout.split())
    return seconds, wall, peak


def fill(folder: Path, rows: int) -> None:
    """Answers as a person has typed and saved them: with openpyxl, which writes shared strings as Excel does."""
    import openpyxl

    path = folder / "config/sheets/title_abstract.anna.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    column = next(cell.column for cell in sheet[1] if cell.value == "Decision")
    source = random.Random(SEED)
    for row in range(2, rows + 2):
        sheet.cell(row, column).value = source.choice(["include", "exclude", "exclude", "maybe"])
    book.save(path)


def team(rows: int, people: int) -> None:
    """Sheets of a whole team, each with all rows."""
    reviewers = [f"reader{number:02d}" for number in range(1, people + 1)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        queue = folder / "queue.parquet"
        write_queue(queue, rows)
        print(f"{people} reviewers, {rows:,} rows each\n{'step':<34}{'CPU s':>8}{'wall':>8}{'MiB':>8}")
        for label in ("first run, sheets offered and read", "one answer of one reviewer"):
            if label.startswith("one"):
                answer(folder / f"config/sheets/title_abstract.{reviewers[0]}.xlsx")
            seconds, wall, peak = run("both", queue, folder, {}, reviewers)
            print(f"{label:<34}{seconds:>8.1f}{wall:>8.1f}{peak:>8.0f}", flush=True)
            done = "offered and read" if label.startswith("first") else "one answer of one of them"
            show(f"{people} reviewers, {rows:,} rows, {done}", wall, cpu=seconds, mebibytes=peak)


def answer(sheet: Path) -> None:
    """Somebody excludes the first row of a sheet and saves it."""
    draft = sheet.with_suffix(".draft")
    with zipfile.ZipFile(sheet) as before, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "xl/worksheets/sheet2.xml":
                given = rb'<c r="\1"\2 t="inlineStr"><is><t>exclude</t></is></c>'
                content, changed = re.subn(rb'<c r="([A-Z]2)"( s="\d+")?/>', given, content, count=1)
                if not changed:
                    raise ValueError(f"{sheet} has no open decision in its first row")
            after.writestr(name, content)
    draft.replace(sheet)


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first, second = folder / "queue.parquet", folder / "more.parquet"
        write_queue(first, rows)
        write_queue(second, rows + MORE)
        steps = [
            ("base of offer", "base", first),
            ("offer", "offer", first),
            ("base of read", "base of read", first),
            ("read, nothing answered", "read", first),
            ("read, half answered", "read", first),
            ("read", "read", first),
            (f"add {MORE} rows", "offer", second),
            ("criteria amended", "offer", second),
            ("language changed", "offer", second),
        ]
        print(f"{rows:,} rows, 12 columns\n{'step':<26}{'CPU s':>8}{'MiB':>8}   limit")
        for label, step, queue in steps:
            if label in ANSWERED:
                fill(folder, round(ANSWERED[label] * rows))
            seconds, _, peak = run(step, queue, folder, CHANGES.get(label, {}))
            limit = LIMITS.get(label)
            told = f"{limit[0]:g} s, {limit[1]} MiB" if limit else ""
            print(f"{label:<26}{seconds:>8.2f}{peak:>8.0f}   {told}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="CPU seconds and memory of large sheets.")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--reviewers", type=int, default=1)
    chosen = parser.parse_args()
    if chosen.reviewers > 1:
        team(chosen.rows, chosen.reviewers)
    else:
        main(chosen.rows)
