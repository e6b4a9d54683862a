"""Killed at drawn moments (SIGKILL): while everything is made, while sheets are read, versions kept, records exported.

Children are forked from a process that has everything imported, so that every moment of a child's life is work:
Snakemake's own command line, its graph, its scheduling and its jobs, all in the one process that is killed. ``orphans``
starts the programs themselves, and kills Snakemake alone, so that its job goes on while the next run begins.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from outcome import Outcome, answers_of, half_filled
from prismake.core.files import sweep_all_drafts
from prismake.flow.inputs import freeze_version
from prismake.report.record_export import export
from prismake.search import entrez
from quick import QuickReview, inside
from review import environment, snakemake_command

ROOT = Path(__file__).parents[2]
Work = Callable[[Path], None]
_IN_CHAINS = "SIGKILL at drawn moments, again and again until a run ends by itself"


def in_child(work: Work, folder: Path, seconds: float | None, *, may_fail: bool = False) -> tuple[bool, float]:
    """Do the work in a forked process; (whether it was killed after so many seconds, how long it lived).

    Raises AssertionError if work that was not to be killed does not succeed (unless it ``may_fail``): two failures would
    leave the same results.
    """
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setsid()
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            work(folder)
            status = 0
        finally:
            os._exit(status)
    while seconds is None or time.monotonic() - began < seconds:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            assert status == 0 or may_fail or seconds is not None, f"the work in {folder} failed"
            return False, time.monotonic() - began
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True, time.monotonic() - began


def campaign(
    source: Path, scratch: Path, dice: random.Random, times: int, work: Work, check: Callable[[Path, Path], list[str]]
) -> tuple[int, list[str]]:
    """(kills, what was lost): each on a copy of ``source``, and then the same work undisturbed.

    Args:
        check: compares a folder with the one in which nobody was killed; a line for each thing that is lost.
    """
    wanted = scratch / "undisturbed"
    shutil.copytree(source, wanted, symlinks=True)
    _, seconds = in_child(work, wanted, None)
    kills, lost = 0, []
    for number in range(times * 2):
        if kills == times:
            break
        folder = scratch / f"killed-{number}"
        shutil.copytree(source, folder, symlinks=True)
        killed, _ = in_child(work, folder, dice.uniform(0, seconds))
        kills += killed
        lost += [f"kill {number}, at once: {line}" for line in _answers_lost(source, folder)]
        in_child(work, folder, None)
        lost += [f"kill {number}, run again: {line}" for line in check(wanted, folder)]
        shutil.rmtree(folder)
    return kills, lost


def chains(source: Path, scratch: Path, dice: random.Random, times: int) -> tuple[int, list[str]]:
    """(kills, what was lost): Snakemake is killed and started again in one folder, until a run ends by itself.

    A run lives at most a third of the time that everything takes, so that each chain has some ten kills, spread over
    the whole graph, and what one leaves behind meets the next. Then a new chain begins.
    """
    wanted = scratch / "undisturbed"
    shutil.copytree(source, wanted, symlinks=True)
    _, seconds = in_child(_run, wanted, None)
    kills, chain, lost = 0, 0, []
    while kills < times:
        folder = scratch / f"chain-{chain}"
        shutil.copytree(source, folder, symlinks=True)
        killed = True
        while killed and kills < times:
            killed, _ = in_child(_run, folder, dice.uniform(0, seconds / 3))
            kills += killed
            lost += [f"chain {chain}, kill {kills}, at once: {line}" for line in _answers_lost(source, folder)]
        in_child(_run, folder, None)
        lost += [f"chain {chain}, run again: {line}" for line in _same_results(wanted, folder)]
        shutil.rmtree(folder)
        chain += 1
    return kills, lost


def whole_runs(scratch: Path, dice: random.Random, times: int) -> Outcome:
    """Snakemake over a half-filled review."""
    source = half_filled(scratch / "source")
    kills, lost = chains(source, scratch, dice, times)
    return Outcome("killed while snakemake runs a half-filled review", _IN_CHAINS, kills, tuple(lost))


def panel(scratch: Path, dice: random.Random, times: int) -> Outcome:
    """The two scripts that write sheets and history, on a stage with open edits."""
    source = half_filled(scratch / "source")
    kills, lost = campaign(source, scratch, dice, times, _panel, _same_decisions)
    return Outcome("killed while sheets are offered and read", "SIGKILL at drawn moments", kills, tuple(lost))


def freezing(scratch: Path, dice: random.Random, times: int) -> Outcome:
    source = half_filled(scratch / "source", finished=True)
    kills, lost = campaign(source, scratch, dice, times, _freeze, _same_version)
    return Outcome("killed while a version is frozen", "SIGKILL at drawn moments", kills, tuple(lost))


def exporting(scratch: Path, dice: random.Random, times: int) -> Outcome:
    source = half_filled(scratch / "source", finished=True)
    kills, lost = campaign(source, scratch, dice, times, _export, _same_export)
    return Outcome("killed while records are exported", "SIGKILL at drawn moments", kills, tuple(lost))


def searching(scratch: Path, dice: random.Random, times: int) -> Outcome:
    """A live search of PubMed against a local server, resumed after each kill."""
    from eutils_server import Server, pmids, running

    kills, lost = 0, []
    with running(Server(pmids(400))) as server:
        os.environ["PRISMAKE_EUTILS_URL"] = server.url
        try:
            _, seconds = in_child(_search, scratch / "whole", None)
            whole = {path.name: path.read_bytes() for path in (scratch / "whole").iterdir()}
            number = 0
            while kills < times:
                number += 1
                folder = scratch / f"search-{number}"
                killed, _ = in_child(_search, folder, dice.uniform(0, seconds))
                kills += killed
                in_child(_search, folder, None)
                if {path.name: path.read_bytes() for path in folder.iterdir()} != whole:
                    lost.append(f"kill {number}: the archive is not the bytes of an undisturbed one")
                if _stored(folder) != sorted(server.dates):
                    lost.append(f"kill {number}: {len(_stored(folder))} of {len(server.dates)} records are there")
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            del os.environ["PRISMAKE_EUTILS_URL"]
    return Outcome("killed during a live search", "SIGKILL at drawn moments, local server", kills, tuple(lost))


def demonstration(scratch: Path, dice: random.Random, times: int) -> Outcome:
    """Snakemake over the demonstration, from nothing."""
    source = scratch / "source"
    source.mkdir(parents=True)
    for name in ("config", "profiles"):
        shutil.copytree(ROOT / name, source / name)
    shutil.copy(ROOT / "workflow/report/new/Snakefile", source)
    kills, lost = chains(source, scratch, dice, times)
    return Outcome("killed while the demonstration is made", _IN_CHAINS, kills, tuple(lost))


def orphans(scratch: Path, dice: random.Random, times: int) -> Outcome:
    """The program snakemake is killed, its job is not, and the next run begins while that job still writes."""
    source = half_filled(scratch / "source")
    wanted = scratch / "wanted"
    shutil.copytree(source, wanted, symlinks=True)
    began = time.monotonic()
    assert _start(wanted).wait() == 0
    seconds = time.monotonic() - began
    kills, lost = 0, []
    for number in range(times):
        folder = scratch / f"orphan-{number}"
        shutil.copytree(source, folder, symlinks=True)
        running = _start(folder)
        time.sleep(dice.uniform(0, seconds))
        kills += running.poll() is None
        running.kill()
        running.wait()
        lost += [f"kill {number}, at once: {line}" for line in _answers_lost(source, folder)]
        _start(folder, "--unlock").wait()
        _start(folder).wait()  # it may stop where the job that goes on has just put a file
        if _start(folder).wait():
            lost.append(f"kill {number}: does not run again")
            continue
        lost += [f"kill {number}, run again: {line}" for line in _same_decisions(wanted, folder)]
        shutil.rmtree(folder)
    return Outcome("snakemake is killed and its job goes on", "SIGKILL to the one process", kills, tuple(lost))


def _start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Snakemake as a program of its own, up to the decisions on titles and abstracts."""
    command = [
        snakemake_command(),
        "--cores",
        "1",
        "--rerun-incomplete",
        *arguments,
        "results/title_abstract/status.json",
    ]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=folder, env=environment(), stdout=quiet, stderr=quiet, start_new_session=True)


def _review(folder: Path) -> QuickReview:
    review = QuickReview.__new__(QuickReview)
    review.folder = folder
    return review


def _run(folder: Path) -> None:
    review = _review(folder)
    review.run("--unlock")
    review.run("--rerun-incomplete", "--keep-going")


def _panel(folder: Path) -> None:
    sys.path.insert(0, str(ROOT / "scripts"))
    import read_sheets
    from prismake.protocol.config import validated
    from prismake.protocol.config_file import read_config_file

    with inside(folder):
        sweep_all_drafts(Path("results"), Path("config"))
        config = validated(read_config_file(Path("config/config.yaml")))
        place = Path("results/title_abstract")
        names = ("decisions.csv", "notes.csv", "agreement.json", "status.json", "undecided.json")
        read_sheets.offer_rows("title_abstract", config, place / "queue.parquet", place / "offered.json")
        outputs = {name.partition(".")[0]: place / name for name in names}
        read_sheets.read_answers("title_abstract", config, place / "queue.parquet", outputs)


def _freeze(folder: Path) -> None:
    with inside(folder):
        if not Path("config/versions/2025.json").exists():
            freeze_version("2025", ["embase"])


def _export(folder: Path) -> None:
    with inside(folder):
        if not Path("out.ris").exists():
            export("reports", "all", "ris", Path("out.ris"))


def _search(folder: Path) -> None:
    entrez.search("example[Title]", folder, email="a@example.org", api_key="k" * 36, date="2024-05-01", batch=20)


def _stored(folder: Path) -> list[str]:
    import gzip

    from prismake.search import pubmed_xml

    found: list[str] = []
    for path in entrez.archive_files(folder):
        found += pubmed_xml.pmids(gzip.decompress(path.read_bytes()))
    return sorted(found)


def _answers_lost(before: Path, after: Path) -> list[str]:
    now = answers_of(after)
    return [f"{key} was {value!r}" for key, value in answers_of(before).items() if now.get(key) != value]


def _same_results(wanted: Path, folder: Path) -> list[str]:
    first, second = _review(wanted).digests(), _review(folder).digests()
    assert first, "nothing was made, so nothing is compared"
    names = [name for name in sorted({*first, *second}) if first.get(name) != second.get(name)]
    # of the status only what is not the digest of a workbook, in which openpyxl writes the time of day
    names = [name for name in names if not name.endswith(("status.json", "offered.json"))]
    return [*(f"{name} differs" for name in names), *_answers_lost(wanted, folder), *_drafts(folder)]


def _same_decisions(wanted: Path, folder: Path) -> list[str]:
    name = "results/title_abstract/decisions.csv"
    same = (wanted / name).read_bytes() == (folder / name).read_bytes()
    return [*([] if same else [f"{name} differs"]), *_answers_lost(wanted, folder), *_drafts(folder)]


def _same_version(wanted: Path, folder: Path) -> list[str]:
    return _same_file("config/versions/2025.json", wanted, folder)


def _same_export(wanted: Path, folder: Path) -> list[str]:
    return _same_file("out.ris", wanted, folder)


def _same_file(name: str, wanted: Path, folder: Path) -> list[str]:
    if not (folder / name).exists():
        return [f"{name} is missing"]
    return [] if (wanted / name).read_bytes() == (folder / name).read_bytes() else [f"{name} differs"]


def _drafts(folder: Path) -> list[str]:
    with inside(folder):
        sweep_all_drafts(Path("results"), Path("config"))  # as the next start does
    return [f"{path} is left over" for path in folder.rglob(".*.tmp")]
