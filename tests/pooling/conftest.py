"""`--reference DIR`: ask every question of a folder of reference results and report how many come out right."""

from __future__ import annotations

import json
import os
import sys
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


def pytest_terminal_summary(terminalreporter, exitstatus: int, config: pytest.Config) -> None:
    """One line a kind, over all files; travels in the reports, so that parallel workers add up too."""
    totals: dict[str, dict] = {}
    open_questions: list[str] = []
    reasons: dict[str, int] = {}
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            for name, value in getattr(report, "user_properties", []):
                if name != "reference":
                    continue
                tally = json.loads(value)
                open_questions += tally["unanswered"]
                for reason, count in tally["aside"].items():
                    reasons[reason] = reasons.get(reason, 0) + count
                for kind, row in tally["kinds"].items():
                    total = totals.setdefault(
                        kind, {"asked": 0, "answered": 0, "within": 0, "worst": 0.0, "set_aside": 0}
                    )
                    for key in ("asked", "answered", "within", "set_aside"):
                        total[key] += row[key]
                    total["worst"] = max(total["worst"], row["worst"])
    if not totals:
        return
    write = terminalreporter.write_line
    terminalreporter.section("pooling against the reference")
    write(f"{'kind':<26}{'asked':>7}{'answered':>10}{'within':>8}{'worst':>11}{'set aside':>11}")
    for kind in sorted(totals):
        row = totals[kind]
        write(
            f"{kind:<26}{row['asked']:>7}{row['answered']:>10}{row['within']:>8}{row['worst']:>11.1e}{row['set_aside']:>11}"
        )
    asked, answered = sum(r["asked"] for r in totals.values()), sum(r["answered"] for r in totals.values())
    within = sum(r["within"] for r in totals.values())
    write(f"{'all':<26}{asked:>7}{answered:>10}{within:>8}   answered {100.0 * answered / max(asked, 1):.2f} %")
    for line in open_questions:
        write(f"unanswered: {line}")
    for reason, count in sorted(reasons.items()):
        write(f"set aside in {count} results: {reason}")
