"""The campaigns of faults, all or some, and the ledger that they write.

    python tests/faults/campaign.py                 all, the long form: an hour of processor time
    python tests/faults/campaign.py --short         all, as CI runs them
    python tests/faults/campaign.py panel exporting --times 500
    python tests/faults/campaign.py --freeze        keep a small review as this version leaves it, at a release

Writes ``tests/faults/README.md``. What a campaign has tried before stays in ``ledger.json`` until it is run again.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), *(str(HERE.parent / room) for room in ("e2e", "search"))]

import fault_files  # noqa: E402
import fault_input  # noqa: E402
import fault_kills  # noqa: E402
import fault_upgrades  # noqa: E402
from outcome import Outcome  # noqa: E402
from prismake import __version__  # noqa: E402

SEED = 17
Campaign = Callable[[Path, random.Random, int], Outcome]
# name: (campaign, how often in the short form, in the long one)
CAMPAIGNS: dict[str, tuple[Campaign, int, int]] = {
    "whole_runs": (fault_kills.whole_runs, 0, 100),
    "panel": (fault_kills.panel, 3, 100),
    "freezing": (fault_kills.freezing, 3, 30),
    "exporting": (fault_kills.exporting, 3, 30),
    "searching": (fault_kills.searching, 2, 30),
    "demonstration": (fault_kills.demonstration, 0, 100),
    "orphans": (fault_kills.orphans, 0, 20),
    "full_disk": (fault_files.full_disk, 3, 60),
    "saved_meanwhile": (fault_files.saved_meanwhile, 2, 40),
    "clocks": (fault_files.clocks, 1, 10),
    "hostile_text": (fault_input.hostile_text, 0, 1),
    "odd_files": (fault_input.odd_files, 2, 500),
    "upgrades": (fault_upgrades.upgrades, 1, 1),
    "cloud_folders": (fault_upgrades.cloud_folders, 1, 1),
}
_HEAD = f"""# Faults

What was done to reviews, how often, and what was lost. Written by `python tests/faults/campaign.py`, which says how to run
one campaign or all of them; a short form of each runs with the tests (`test_campaigns.py`). Moments are drawn with the
seed {SEED}, so a campaign can be repeated; a moment of a killed process never falls on the same instruction twice.

| fault | how it is made | tried | lost | last run |
| --- | --- | --- | --- | --- |
"""
_FOOT = """
*Tried* counts kills, saves, full disks, attacks or files. *Lost* counts answers, decisions, records, bytes of results that
differ, and files that were passed over without a word; each would be listed below. The moments of `whole_runs` and
`demonstration` fall on Snakemake itself: its graph, its scheduling and its jobs, which here run in the process that is
killed; in `orphans` they are programs of their own.
"""


def run(name: str, times: int) -> Outcome:
    """One campaign in a scratch folder."""
    with tempfile.TemporaryDirectory(prefix="faults-") as scratch:
        return CAMPAIGNS[name][0](Path(scratch) / "work", random.Random(f"{SEED} {name}"), times)


def _record(name: str, outcome: Outcome) -> None:
    """Put the outcome into the ledger."""
    file = HERE / "ledger.json"
    entries: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    entries[name] = {
        "fault": outcome.fault,
        "made": outcome.made,
        "tried": outcome.tried,
        "lost": list(outcome.lost),
        "last": dt.datetime.now(dt.UTC).date().isoformat(),
        "prismake": __version__,
    }
    ordered = {key: entries[key] for key in CAMPAIGNS if key in entries}
    file.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    lines = [
        f"| {each['fault']} (`{key}`) | {each['made']} | {each['tried']:,} | {len(each['lost']) or 'nothing'} "
        f"| {each['last']}, {each['prismake']} |"
        for key, each in ordered.items()
    ]
    losses = [f"- {each['fault']}: {line}" for each in ordered.values() for line in each["lost"]]
    text = _HEAD + "\n".join(lines) + "\n" + _FOOT + ("\n" + "\n".join(losses) + "\n" if losses else "")
    (HERE / "README.md").write_text(text, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="CAMPAIGN", help=", ".join(CAMPAIGNS))
    parser.add_argument("--short", action="store_true", help="as often as CI does")
    parser.add_argument("--times", type=int, help="how often")
    parser.add_argument("--freeze", action="store_true", help="keep a small review as this version leaves it")
    chosen = parser.parse_args()
    if chosen.freeze:
        print(f"Made {fault_upgrades.freeze()}")
        return 0
    if unknown := set(chosen.names) - set(CAMPAIGNS):
        parser.error(f"there is no campaign {', '.join(sorted(unknown))}")
    failed = False
    for name in chosen.names or CAMPAIGNS:
        _, short, long = CAMPAIGNS[name]
        times = chosen.times if chosen.times is not None else short if chosen.short else long
        if not times:
            continue
        outcome = run(name, times)
        failed |= bool(outcome.lost)
        print(f"{name}: tried {outcome.tried}, lost {len(outcome.lost) or 'nothing'}", flush=True)
        for line in outcome.lost:
            print(f"  {line}")
        _record(name, outcome)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
