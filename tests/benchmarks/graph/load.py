"""What each step of a review costs as it grows, from exports to sheets, and with which exponent.

    python tests/benchmarks/graph/load.py [--sizes 500 8000 32000] [--sources 6] [--batch 0] [--divide PARTS]

Invented records of the length of real ones, one in four of them in two sources, are spread over RIS exports. Snakemake
makes everything as far as sheets, status and flow of title and abstract, one step after the other, each in a process of
its own. The table has CPU seconds and peak memory of each step, and the exponent of what it takes beyond its fixed cost
(``growth.py``; the smallest size must be below a thousand): 1 is proportional. Then the same run with nothing to do,
beside Snakemake's command with nothing to do and its floor (``real_runs.py``), and after one decision in one sheet. With ``--batch`` sheets are handed out so many rows at a time,
which is how a million records are screened; with ``--divide`` records and their pairs are shared out among so many jobs
of a step, of which the table has the CPU seconds together and the highest peak. Steps are told on the error stream as
they end.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
import traceback
import zipfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2] / "e2e"))

import quick
from growth import growth
from reach import keep, show
from real_runs import floor, quickest, rules_of
from review import config

SEED, MILLION = 20, 1_000_000
SYLLABLES = "ba co di fu ga he ki lo mu na pe ri so tu va we xi yo za".split()
TARGETS = ("results/title_abstract/status.json", "results/flow/flow.csv")
RUNS = ("first run", "nothing to do", "one decision")


def exports(folder: Path, size: int, sources: int) -> None:
    """RIS files with so many records in all."""
    dice = random.Random(SEED)
    words = ["".join(dice.choices(SYLLABLES, k=dice.choice((2, 3, 4)))) for _ in range(20_000)]
    files = [(folder / f"source{number}.ris").open("w", encoding="utf-8") for number in range(sources)]
    written = 0
    while written < size:
        text = {
            "TI": " ".join(dice.choices(words, k=14)),
            "AU": f"{dice.choice(words).capitalize()}, {dice.choice('ABCDEFGH')}.",
            "PY": str(dice.randrange(1980, 2026)),
            "JO": f"Journal of {dice.choice(words)}",
            "VL": str(dice.randrange(1, 90)),
            "SP": str(dice.randrange(1, 2000)),
            "AB": " ".join(dice.choices(words, k=210)),
            "DO": f"10.5555/{dice.randrange(10**9)}",
        }
        record = "TY  - JOUR\n" + "".join(f"{tag}  - {value}\n" for tag, value in text.items()) + "ER  - \n\n"
        for file in dice.sample(files, 2 if dice.random() < 0.25 else 1):
            file.write(record)
            written += 1
    for file in files:
        file.close()


def edit(sheet: Path) -> None:
    """Somebody excludes the first row of a sheet and saves it."""
    draft = sheet.with_suffix(".draft")
    with zipfile.ZipFile(sheet) as before, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "xl/worksheets/sheet2.xml":
                answer = rb'<c r="E2"\1 t="inlineStr"><is><t>exclude</t></is></c>'
                content, changed = re.subn(rb'<c r="E2"( s="\d+")?/>', answer, content, count=1)
                if not changed:
                    raise ValueError(f"{sheet} has no open decision in its first row")
            after.writestr(name, content)
    draft.replace(sheet)


class Meter:
    """Runs the scripts of steps in processes of their own; adds up CPU seconds and notes the highest peak of memory."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.peaks: dict[str, float] = defaultdict(float)
        self.in_process: Callable[..., None] = quick._run_here

    def hook(self) -> Callable[..., None]:
        """A function, which unlike a bound method is handed the script when it is put into a class."""

        def hook(script: Any, *given: object, **named: object) -> None:
            self.run(script, *given, **named)

        return hook

    def run(self, script: Any, *given: object, **named: object) -> None:
        """Run one script and wait for it."""
        sys.stdout.flush()
        child = os.fork()
        if not child:
            status = 1
            try:
                self.in_process(script, *given, **named)
                status = 0
            except BaseException:  # whatever it is, this process ends here
                traceback.print_exc(file=sys.__stderr__)
            finally:
                os._exit(status)
        _, status, used = os.wait4(child, 0)
        if status:
            raise RuntimeError(f"{script.rulename} failed")
        self.seconds[script.rulename] += used.ru_utime + used.ru_stime
        self.peaks[script.rulename] = max(self.peaks[script.rulename], used.ru_maxrss / 1024)
        line = f"{script.rulename:24}{used.ru_utime + used.ru_stime:10,.1f} CPU s {used.ru_maxrss / 1024:9,.0f} MiB"
        print(line, file=sys.__stderr__, flush=True)


def _used() -> float:
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def measured(size: int, sources: int, settings: dict[str, Any]) -> dict[str, Any]:
    """For each of ``RUNS``: CPU seconds and MiB by step, CPU seconds of all (*all*) and of Snakemake (*graph*), wall."""
    found = {}
    with tempfile.TemporaryDirectory() as scratch:
        review = quick.QuickReview(Path(scratch) / "review", config(**settings), {})
        exports(review.folder / "config/searches", size, sources)
        for name in RUNS:
            if name == "one decision":
                edit(review.sheet("title_abstract", "anna"))
            meter = Meter()
            quick._run_here = meter.hook()
            began, wall = _used(), time.monotonic()
            review.run(*TARGETS)
            total = _used() - began
            quick._run_here = meter.in_process
            own = {"all": total, "graph": total - sum(meter.seconds.values()), "wall": time.monotonic() - wall}
            found[name] = {"seconds": {**meter.seconds, **own}, "peaks": dict(meter.peaks)}
            if name == "nothing to do":
                command = quickest(review.folder, 2, TARGETS)["wall"]
                least = floor(Path(scratch) / "floor", rules_of(review.folder), 2)["wall"]
                found[name]["seconds"] |= {"command, wall": command, "floor, wall": least}
    return found


def table(name: str, columns: dict[int, dict[str, Any]]) -> None:
    """Print one run: CPU seconds and peak memory of each step at each size."""
    print(f"\n{name}: CPU s, MiB of".ljust(34) + "".join(f"{size:>20,}" for size in columns) + "  exponent")
    last = ("graph", "all", "wall", "command, wall", "floor, wall")
    steps = columns[max(columns)]["seconds"]
    for step in sorted(steps, key=lambda each: (each in last, last.index(each) if each in last else -steps[each])):
        values = {size: column["seconds"].get(step, 0.0) for size, column in columns.items()}
        peaks = [column["peaks"].get(step) for column in columns.values()]
        cells = "".join(
            f"{value:>11,.1f}" + (f"{peak:>9,.0f}" if peak else " " * 9)
            for value, peak in zip(values.values(), peaks, strict=True)
        )
        grows = growth(values) if "wall" not in step else None
        print(step.ljust(34) + cells + (f"  {grows.words}" if grows else ""), flush=True)


def rows(size: int, found: dict[str, Any]) -> None:
    """Print the rows of the load table of a million records, one step after the other."""
    if size < MILLION:
        return  # ``large_review.py`` measures what users wait for
    first, nothing = (found[name]["seconds"] for name in RUNS[:2])
    memory = max(found[RUNS[0]]["peaks"].values())
    show(f"{size:,} records from 6 sources, sheets in batches", first["wall"], cpu=first["all"], mebibytes=memory)
    over = nothing["command, wall"] - nothing["floor, wall"]
    show(f"{size:,} records, everything up to date, over Snakemake's floor", over)


def main() -> None:
    parser = argparse.ArgumentParser(description="What each step of a review costs as it grows.")
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 8_000, 32_000])
    parser.add_argument("--sources", type=int, default=6)
    parser.add_argument("--batch", type=int, default=0, help="rows handed out at a time; 0: everything at once")
    parser.add_argument("--divide", type=int, default=1, metavar="PARTS", help="jobs that share out records and pairs")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    settings = {"title_abstract": {"batch": chosen.batch}, "divide": {"parts": chosen.divide, "above": 0}}
    if chosen.one:
        print(json.dumps(measured(chosen.sizes[0], chosen.sources, settings)))
        return
    columns: dict[int, dict[str, Any]] = {}
    for size in sorted(chosen.sizes):
        # a process of its own, fresh and small, from which those of the steps are forked
        command = [sys.executable, __file__, "--one", "--sizes", str(size), "--sources", str(chosen.sources)]
        command += ["--batch", str(chosen.batch), "--divide", str(chosen.divide)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        columns[size] = json.loads(done.stdout.splitlines()[-1])
    for name in RUNS:
        table(name, {size: column[name] for size, column in columns.items()})
    for size, column in columns.items():
        rows(size, column)
    keep({"batch": chosen.batch, "divide": chosen.divide, "sources": chosen.sources, "sizes": columns})


if __name__ == "__main__":
    main()
