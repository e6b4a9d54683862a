"""Snakemake's command in a process of its own: wall, CPU, memory, and what it takes with nothing to do."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "e2e"))

import psutil
from review import IDLE, environment, snakemake_command

TIMES, PAUSE = 3, 0.1


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
