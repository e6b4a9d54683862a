"""Whole reviews in the process of the test: Snakemake's own graph, its own scheduling and its own idea of what is old.

A run of Snakemake costs a second to start, and a second for each job, most of it imports. Here Snakemake's command
line is called as a function, and a job's script runs as a function too. Nothing of the graph is written down a second
time, so nothing can drift. What only processes can show, being killed, resuming, two at once, no state left over from
the job before, is tested with processes (``Review``).
"""

from __future__ import annotations

import atexit
import contextlib
import io
import json
import logging
import os
import pickle
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prismake.core.files import read_csv
from review import Review, environment
from snakemake.cli import main as snakemake
from snakemake.exceptions import WorkflowError
from snakemake.iocontainers import Snakemake
from snakemake.parser import parse
from snakemake.script import PythonScript
from snakemake.sourcecache import SourceFile


@contextlib.contextmanager
def inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _run_here(script: PythonScript, *_: object, **__: object) -> None:
    """Run the script of a job in this process, with what it would be handed through a pickle in its own."""
    handed = Snakemake(
        script.input,
        script.output,
        script.params,
        script.wildcards,
        script.threads,
        script.resources,
        script.log,
        script.config,
        script.rulename,
        script.bench_iteration,
        None,
    )
    names = {"__name__": "__main__", "snakemake": pickle.loads(pickle.dumps(handed, protocol=4))}
    try:
        exec(compile(script.source, script.path.get_filename(), "exec"), names)
    except SystemExit as stopped:
        if stopped.code:
            raise WorkflowError(f"the script of {script.rulename} stopped") from None


_TRANSLATED: dict[tuple[str, bytes, int], tuple[str, dict[int, int], int]] = {}


def _translate_once(path: SourceFile, workflow: object, linemap: dict[int, int], rulecount: int = 0) -> tuple[str, int]:
    """Snakemake's translation of a file of rules to Python, made once as long as the file is the same."""
    place = path.get_path_or_uri(secret_free=True)
    key = place, Path(place).read_bytes(), rulecount
    if key not in _TRANSLATED:
        lines: dict[int, int] = {}
        code, count = parse(path, workflow, lines, rulecount=rulecount)
        _TRANSLATED[key] = code, lines, count
    code, lines, count = _TRANSLATED[key]
    linemap |= lines
    return code, count


@contextlib.contextmanager
def _one_process() -> Iterator[list[Callable[[], object]]]:
    """Scripts run in this process; what was registered for the end of the process is returned instead."""
    last: list[Callable[[], object]] = []
    root, variables, terminal = logging.getLogger(), dict(os.environ), environment()
    handlers, level = root.handlers[:], root.level
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PythonScript, "execute_script", _run_here)
        patch.setattr("snakemake.workflow.parse", _translate_once)
        patch.setattr(atexit, "register", lambda call, *given, **named: last.append(lambda: call(*given, **named)))
        os.environ.clear()
        os.environ.update(terminal)
        try:
            yield last
        finally:
            os.environ.clear()
            os.environ.update(variables)
            logging.captureWarnings(False)
            root.handlers[:] = handlers
            root.setLevel(level)


class QuickReview(Review):
    """A review that is run by Snakemake in this process."""

    targets: tuple[str, ...] = ()  # of a run that names none; none at all: everything

    def run(self, *arguments: str, check: bool = True) -> str:
        """Run Snakemake; what it printed. Fails the test when it stops and should not."""
        printed = io.StringIO()
        with (
            inside(self.folder),
            _one_process() as last,
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
        ):
            try:
                snakemake(["--cores", "1", "--scheduler", "greedy", *(arguments or self.targets)])
            except SystemExit as ended:
                self.status = int(ended.code or 0)
            for call in reversed(last):
                call()
        output = printed.getvalue()
        if check:
            assert self.status == 0, output[-6000:]
        return output

    def flow(self) -> dict:
        return json.loads((self.folder / "results/flow/flow.json").read_text(encoding="utf-8"))

    def log(self, source: str) -> dict:
        return json.loads((self.folder / f"results/search/{source}.json").read_text(encoding="utf-8"))

    def agreement(self, stage: str) -> dict:
        return json.loads((self.folder / f"results/{stage}/agreement.json").read_text(encoding="utf-8"))

    def came_along(self) -> dict[str, int]:
        """What has become of the decisions that came along, without those that follow from others."""
        return dict(Counter(row["became"] for row in self.table("flow/carried.csv") if not row["implied"]))

    def words(self) -> list[str]:
        return json.loads((self.folder / "results/flow/carried.json").read_text(encoding="utf-8"))

    def table(self, path: str) -> list[dict[str, str]]:
        return read_csv(self.folder / "results" / path).to_dict("records")


class UpToFlow(QuickReview):
    """A review that is run as far as the flow and the queues of what follows: neither pooling, figures nor page."""

    targets = tuple(f"results/flow/{name}" for name in ("flow.csv", "vanished.csv", "carried.csv", "known_studies.csv"))
