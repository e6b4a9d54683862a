"""`--reference DIR`: ask every question of a folder of reference results and report how many come out right."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--reference", default=None, metavar="DIR", help="folder in the schema pooling-reference/1")


def shared_folder() -> Path:
    return Path(os.environ.get("PRISMAKE_SHARED") or Path(__file__).parents[2].parent / "shared")


@pytest.fixture
def shared() -> Path:
    """The folder of shared material, or a skip where there is none."""
    folder = shared_folder()
    if not (folder / "reference").is_dir():
        pytest.skip("no shared reference material: set PRISMAKE_SHARED to its folder")
    return folder


def reference_folder(config: pytest.Config) -> Path | None:
    """The folder asked for, else the one among the shared material, else None."""
    asked = config.getoption("--reference", default=None)
    if asked:
        return Path(asked)
    folder = shared_folder() / "reference" / "pooling"
    return folder if folder.is_dir() else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "reference_case" not in metafunc.fixturenames:
        return
    folder = reference_folder(metafunc.config)
    paths = [] if folder is None else sorted(folder.glob("*.json"))
    if folder is not None and not paths:
        raise pytest.UsageError(f"{folder} holds no reference results (*.json).")
    if paths:
        metafunc.parametrize("reference_case", paths, ids=[path.stem for path in paths])
    else:
        reason = "no reference results: give --reference DIR, or put them into shared/reference/pooling"
        metafunc.parametrize("reference_case", [pytest.param(None, marks=pytest.mark.skip(reason=reason))])


def tallies(terminalreporter) -> list[dict]:
    """What each test of a reference file recorded; it travels in the reports, so that parallel workers add up too."""
    reports = [r for outcome in ("passed", "failed") for r in terminalreporter.stats.get(outcome, [])]
    pairs = [pair for report in reports for pair in getattr(report, "user_properties", [])]
    return [json.loads(value) for name, value in pairs if name == "reference"]


def pytest_terminal_summary(terminalreporter, exitstatus: int, config: pytest.Config) -> None:
    """One line a kind over all files, one a tolerance, then what is unanswered and what was set aside and why."""
    found = tallies(terminalreporter)
    if not found:
        return
    write = terminalreporter.write_line
    terminalreporter.section("pooling against the reference")
    names = ("asked", "answered", "within", "set_aside")
    write(f"{'kind':<26}{'asked':>7}{'answered':>10}{'within':>8}{'worst':>11}{'set aside':>11}")
    everything = Counter()
    for kind in sorted({kind for tally in found for kind in tally["kinds"]}):
        rows = [tally["kinds"][kind] for tally in found if kind in tally["kinds"]]
        total = {name: sum(row[name] for row in rows) for name in names}
        everything.update(total)
        counts = f"{kind:<26}{total['asked']:>7}{total['answered']:>10}{total['within']:>8}"
        write(f"{counts}{max(row['worst'] for row in rows):>11.1e}{total['set_aside']:>11}")
    share = 100.0 * everything["answered"] / max(everything["asked"], 1)
    counts = f"{'all':<26}{everything['asked']:>7}{everything['answered']:>10}{everything['within']:>8}"
    write(f"{counts}   answered {share:.2f} %")
    for limit in sorted({limit for tally in found for limit in tally["limits"]}, key=float):
        steps = [tally["limits"][limit] for tally in found if limit in tally["limits"]]
        write(f"held to {limit}: {sum(s[0] for s in steps)} results, worst deviation {max(s[1] for s in steps):.1e}")
    for reason in sorted({reason for tally in found for reason in tally["finer"]}):
        steps = [tally["finer"][reason] for tally in found if reason in tally["finer"]]
        theirs, ours = max(s[1] for s in steps), max(s[2] for s in steps)
        write(f"R ends early in {sum(s[0] for s in steps)} results ({reason}): off by {theirs:.1e} from ours,")
        write(f"    which are within {ours:.1e} of the finer figure")
    for line in (line for tally in found for line in tally["unanswered"]):
        write(f"unanswered: {line}")
    reasons = sum((Counter(tally["aside"]) for tally in found), Counter())
    for reason in sorted(reasons):
        write(f"set aside, wholly or in a field, in {reasons[reason]} results: {reason}")
