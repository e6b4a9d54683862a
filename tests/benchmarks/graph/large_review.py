"""What a large review costs whoever types `snakemake`: the first run, one with nothing to do, one after one decision.

    python tests/benchmarks/graph/large_review.py [--records 100000] [--batch 0] [--cores 2]

The invented records of ``load.py`` in six RIS exports are made into sheets, status and flow of title and abstract, by
Snakemake's command in a process of its own. Printed: wall and CPU seconds of Snakemake and all jobs, the largest
process, and the most memory that all of them held at one time (resident, looked at ten times a second).

*Floor* is Snakemake itself with nothing to do: as many rules as a review has, each a file made from the one before.
Above it lies what this project adds: reading the config and telling whether code or sheets have changed.
"""

from __future__ import annotations

import argparse
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2] / "e2e"))

import psutil
from load import TARGETS, edit, exports
from reach import show
from review import IDLE, Review, config, environment, snakemake_command

SOURCES, TIMES, PAUSE = 6, 3, 0.1


class Watch(threading.Thread):
    """The most memory (MiB) that this process's children held at one time, and the most that one of them held."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.together = self.largest = 0.0
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(PAUSE):
            sizes = [0.0]
            for child in psutil.Process().children(recursive=True):
                try:
                    sizes.append(child.memory_info().rss / 2**20)
                except psutil.Error:  # it has just ended
                    continue
            self.together, self.largest = max(self.together, sum(sizes)), max(self.largest, *sizes)


def snakemake(folder: Path, cores: int, targets: tuple[str, ...], idle: bool = False) -> dict[str, float]:
    """Run Snakemake's command and return what it took; raises RuntimeError if it fails or is not *idle* as expected."""
    watch = Watch()
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    watch.start()
    command = [snakemake_command(), "--cores", str(cores), *targets]
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    watch.ended.set()
    watch.join()
    if done.returncode or (idle and IDLE not in done.stdout + done.stderr):
        raise RuntimeError((done.stdout + done.stderr)[-3000:])
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": wall, "cpu": cpu, "largest": watch.largest, "together": watch.together}


def quickest(folder: Path, cores: int, targets: tuple[str, ...]) -> dict[str, float]:
    """The quickest of some runs with nothing to do."""
    return min((snakemake(folder, cores, targets, idle=True) for _ in range(TIMES)), key=lambda each: each["wall"])


def floor(folder: Path, rules: int, cores: int) -> dict[str, float]:
    """Snakemake with nothing to do in a chain of so many rules."""
    folder.mkdir()
    text = "".join(
        f"rule r{number}:\n    input: 'f{number - 1}'\n    output: 'f{number}'\n    shell: 'touch {{output}}'\n"
        for number in range(1, rules + 1)
    )
    (folder / "Snakefile").write_text(text, encoding="utf-8")
    (folder / "f0").touch()
    snakemake(folder, cores, ("--touch", f"f{rules}"))
    for number in range(1, rules + 1):
        (folder / f"f{number}").touch()
    snakemake(folder, cores, ("--touch", f"f{rules}"))
    return quickest(folder, cores, (f"f{rules}",))


def rules_of(folder: Path) -> int:
    """How many rules a review has."""
    command = [snakemake_command(), "--list-rules"]
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=True)
    return len(re.findall(r"^\w+\b", done.stdout, re.M))


def line(name: str, figures: dict[str, float]) -> None:
    print(name.ljust(34) + "".join(f"{value:>12,.1f}" for value in figures.values()), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="What a large review costs whoever types snakemake.")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--batch", type=int, default=0, help="rows handed out at a time; 0: everything at once")
    parser.add_argument("--cores", type=int, default=2)
    chosen = parser.parse_args()
    words = f"{chosen.records:,} records"
    with tempfile.TemporaryDirectory() as scratch:
        review = Review(Path(scratch) / "review", config(title_abstract={"batch": chosen.batch}), {})
        exports(review.folder / "config/searches", chosen.records, SOURCES)
        print(
            f"{words}: run".ljust(34) + "".join(f"{head:>12}" for head in ("wall s", "CPU s", "MiB of one", "of all"))
        )
        first = snakemake(review.folder, chosen.cores, TARGETS)
        line("first run", first)
        nothing = quickest(review.folder, chosen.cores, TARGETS)
        line("nothing to do", nothing)
        rules = rules_of(review.folder)
        least = floor(Path(scratch) / "floor", rules, chosen.cores)
        line(f"floor: Snakemake, {rules} other rules", least)
        edit(review.sheet("title_abstract", "anna"))
        decision = snakemake(review.folder, chosen.cores, TARGETS)
        line("one decision", decision)
    begins = f"{words} from {SOURCES} sources, "
    for ending in ("first run to sheets, status and flow", "sheets in batches"):
        show(begins + ending, first["wall"], cpu=first["cpu"], mebibytes=first["together"])
    show(f"{words}, everything up to date, over Snakemake's floor", nothing["wall"] - least["wall"])
    show(
        f"{words}, one reviewer's sheet edited, to status and flow", decision["wall"],
        cpu=decision["cpu"], mebibytes=decision["together"],
    )  # fmt: skip


if __name__ == "__main__":
    main()
