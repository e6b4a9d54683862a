"""What a run of the demonstration costs: everything, nothing to do, one changed decision, one instrument's file.

    python tests/benchmarks/graph/demo_runs.py [--cores 2] [--short]

A line a run: jobs that Snakemake started, how many of them put back results that they had made from the same before
(``prismake.core.reuse``), wall time, and CPU time of Snakemake and all jobs. The demonstration is copied first; the
copy is thrown away. Wall times need an idle machine, CPU times do not. Then what the
clean run was spent on: jobs of each rule, their CPU seconds from the start of Python to its end, and the longest of
them; the rest is Snakemake itself.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import openpyxl

sys.path.insert(0, str(Path(__file__).parents[1]))

from reach import show

ROOT = Path(__file__).parents[3]
# Python runs a module of this name at its start: each process notes at its end what it has used, with its children
AT_THE_END = """
import atexit, os, sys

def note():
    with open(os.environ["PRISMAKE_TIMES"], "a") as file:
        file.write(f"{sys.argv[0]}\\t{sum(os.times()[:4])}\\n")

atexit.register(note)
"""
PARTS = ("Snakefile", "rules", "scripts", "profiles", "workflow", "config")


def copied_demo(folder: Path) -> Path:
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, folder / part)
    return folder


def run(name: str, folder: Path, cores: int) -> dict[str, list[float]]:
    """Run Snakemake and print the line of the run; the CPU seconds of each job by rule, and those of Snakemake."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    began = time.time()
    command = [sys.executable, "-m", "snakemake", "--cores", str(cores), "--verbose"]
    times = folder / "times/used"
    times.unlink(missing_ok=True)
    paths = [str(folder / "workflow"), str(times.parent)]
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PRISMAKE_TIMES": str(times)}
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(done.stderr[-4000:])
    jobs = len(re.findall(r"^Finished jobid", done.stderr, re.M))
    logs = [path for path in (folder / "results/logs").glob("*.log") if path.stat().st_mtime >= began]
    again = sum(path.read_text(encoding="utf-8").startswith("INFO given the same") for path in logs)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{name:28s} {jobs:5d} {again:9d} {wall:8.1f} {cpu:8.1f}", flush=True)
    used: dict[str, list[float]] = defaultdict(list)
    for line in times.read_text(encoding="utf-8").splitlines():
        script, seconds = line.split("\t")
        if job := re.fullmatch(r"tmp\w+\.(\w+)\.py", Path(script).name):
            used[job[1]].append(float(seconds))
    if name == "clean":
        show("the demonstration, everything made", wall, cpu=cpu)
    return {**used, "Snakemake itself": [cpu - sum(map(sum, used.values()))]}


def table(used: dict[str, list[float]]) -> None:
    """Print what the jobs of each rule have used."""
    print(f"\n{'rule':28s} {'jobs':>5s} {'CPU s':>8s} {'longest':>8s}")
    for rule, seconds in sorted(used.items(), key=lambda each: -sum(each[1])):
        print(f"{rule:28s} {len(seconds):5d} {sum(seconds):8.2f} {max(seconds):8.2f}")


def change_one_decision(folder: Path, stage: str, before: str, after: str) -> None:
    """Change the first answer ``before`` in the first reviewer's sheet of a stage."""
    path = folder / f"config/sheets/{stage}.anna.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    column = next(cell.column for cell in sheet[1] if cell.value == "Decision")
    cell = next(row[0] for row in sheet.iter_rows(2, min_col=column, max_col=column) if row[0].value == before)
    cell.value = after
    book.save(path)


def others(folder: Path, cores: int) -> None:
    """Runs after the first one, in which only a part has changed."""
    change_one_decision(folder, "title_abstract", "include", "maybe")
    run("one edit", folder, cores)
    instrument = folder / "workflow/forms/instruments/nos_cohort.yaml"
    instrument.write_text(instrument.read_text(encoding="utf-8") + "\n# a remark\n", encoding="utf-8")
    run("an instrument's file", folder, cores)
    shutil.rmtree(folder / "results")
    run("results deleted", folder, cores)


def main() -> None:
    parser = argparse.ArgumentParser(description="What a run of the demonstration costs.")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--short", action="store_true", help="only everything and nothing to do")
    chosen = parser.parse_args()
    cores = chosen.cores
    with tempfile.TemporaryDirectory() as temporary:
        folder = copied_demo(Path(temporary))
        (folder / "times").mkdir()
        (folder / "times/sitecustomize.py").write_text(AT_THE_END, encoding="utf-8")
        print(f"{'run':28s} {'jobs':>5s} {'put back':>9s} {'wall s':>8s} {'CPU s':>8s}")
        used = run("clean", folder, cores)
        run("nothing", folder, cores)
        if not chosen.short:
            others(folder, cores)
    table(used)


if __name__ == "__main__":
    main()
