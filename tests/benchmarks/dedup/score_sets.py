"""Score the deduplication on all shared labelled sets and print it beside the peers' figures.

    python tests/benchmarks/dedup/score_sets.py [set ...] [--misses FILE] [--peers PYTHON]

Needs the shared material (environment variable ``PRISMAKE_SHARED``, or the folder ``shared`` beside the
checkout). The figures of the peers and the scorer are those of ``benchmarks/dedup`` there. CPU seconds
include everything from the record table to clusters, queue, links and audit, in one process; the peak
memory is that of the whole process so far, so that sets are scored from small to large. Where bib-dedupe is installed for
the interpreter of ``--peers`` (or PRISMAKE_PEERS; the running one unless said), it is timed on the smaller sets beside.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from prismake.dedup import Duplicates, find_duplicates
from shared_sets import OTHER_SETS, SETS, folder, groups, load


def evaluate(found: Duplicates, name: str) -> dict:
    """What the shared scorer prints for the clusters."""
    with tempfile.TemporaryDirectory() as temporary:
        file = Path(temporary) / "clusters.csv"
        renamed = found.clusters.rename(columns={"record_id": "ID", "report_id": "cluster"})
        renamed[["ID", "cluster"]].to_csv(file, index=False)
        scorer = folder(name).parent / "evaluate.py"
        done = subprocess.run(
            [sys.executable, str(scorer), str(file), str(folder(name))], capture_output=True, text=True, check=True
        )
    return json.loads(done.stdout)


def queue_score(found: Duplicates, name: str, records: pd.DataFrame) -> dict[str, float]:
    """Length of the queue, its true pairs, and the recall of rules and queue together, then with the typed links."""
    truth = groups(name)
    label = {record: members[0] for members in truth for record in members}
    true = sum(
        label.get(a, a) == label.get(b, b) for a, b in zip(found.queue["first"], found.queue["second"], strict=True)
    )
    return {
        "queue": len(found.queue),
        "true": true,
        "share": len(found.queue) / len(records),
        **{
            key: 1 - sum(k for _, k in misses(found, name, records, tables)) / sum(len(g) - 1 for g in truth)
            for key, tables in (("recall", [found.queue]), ("linked", [found.queue, found.links]))
        },
    }


def misses(
    found: Duplicates, name: str, records: pd.DataFrame, brought_together: Sequence[pd.DataFrame]
) -> list[tuple[list[str], int]]:
    """Per true group that stays in parts: one record of each part, and how many duplicates are left over.

    ``brought_together``: tables of pairs (``first``, ``second``) that count as found.
    """
    report = found.clusters.set_index("record_id")["report_id"].to_dict()
    asked = {
        frozenset((report[a], report[b]))
        for table in brought_together
        for a, b in zip(table["first"], table["second"], strict=True)
    }
    title = records.set_index("record_id")["title"]
    out = []
    for members in groups(name):
        kept = [r for r in members if title[r].strip() not in ("", "#NAME?")]
        parts = sorted({report[r] for r in kept})
        root = {part: part for part in parts}

        def find(part: str, root: dict[str, str] = root) -> str:
            while root[part] != part:
                part = root[part]
            return part

        for a, b in itertools.combinations(parts, 2):
            if frozenset((a, b)) in asked:
                root[find(a)] = find(b)
        left = len({find(part) for part in parts}) - 1
        if left > 0:
            out.append(([next(r for r in kept if report[r] == part) for part in parts], left))
    return out


def peers() -> dict[str, list[str]]:
    """The rows of the peers' table in the shared README, by set."""
    rows: dict[str, list[str]] = {}
    name = ""
    text = (folder("") / "README.md").read_text(encoding="utf-8").partition("## Peers, measured")[2]
    for line in text.splitlines():
        cells = [c.strip() for c in line.strip().strip("|").split("|")]
        if len(cells) == 8 and re.fullmatch(r"[\d,]+", cells[2]):
            name = cells[0].split(" ")[0] or name
            tool, tp, fp, fn, *_, f1 = cells[1:]
            rows.setdefault(name, []).append(f"{tool:24} TP {tp:>7}  FP {fp:>3}  FN {fn:>6}  F1 {f1}")
    return rows


_BIB_DEDUPE = """
import sys, time, pandas as pd
from bib_dedupe.bib_dedupe import block, cluster, match, prep
raw = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
start = time.process_time()
found = cluster(match(block(prep(raw, cpu=1), cpu=1), cpu=1))
print(time.process_time() - start)
"""
_MOST = 10_000  # records: it takes ten minutes and 7 GiB for the largest set


def time_of_peer(python: str, name: str) -> str:
    """What bib-dedupe takes for a set, from the table to clusters, in one process of the interpreter given."""
    file = folder(name) / "records.csv.gz"
    done = subprocess.run([python, "-c", _BIB_DEDUPE, str(file)], capture_output=True, text=True, check=False)
    if not done.returncode:
        return done.stdout.splitlines()[-1]
    words = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
    return "not installed" if words.startswith("ModuleNotFoundError") else f"stops: {words}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("sets", nargs="*", default=["special_cases", "copper", *SETS])
    parser.add_argument("--misses", help="write the groups that stay in parts to this file")
    parser.add_argument("--peers", metavar="PYTHON", default=os.environ.get("PRISMAKE_PEERS") or sys.executable)
    options = parser.parse_args()
    others, missed, total = peers(), [], dict.fromkeys(("FP", "FN", "queue", "true", "duplicates", "left"), 0)
    for name in options.sets:
        records = load(name)
        start = time.process_time()
        found = find_duplicates(records)
        seconds = time.process_time() - start
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        score = evaluate(found, name)
        print(f"\n{name}: {len(records):,} records, {seconds:.1f} CPU s, peak {memory:,} MiB")
        print(f"  {'prismake':24} TP {score['TP']:>7,}  FP {score['FP']:>3}  FN {score['FN']:>6,}  F1 {score['f1']}")
        for row in others.get(name, []):
            print(f"  {row}")
        if name in SETS and len(records) <= _MOST:
            took = time_of_peer(options.peers, name)
            ratio = f" CPU s, {float(took) / seconds:.0f} times as long" if took[0].isdigit() else ""
            print(f"  {'bib-dedupe now':24} {took[:8] if ratio else took}{ratio}")
        if name not in OTHER_SETS or name == "special_cases":
            asked = queue_score(found, name, records)
            print(
                f"  queue {asked['queue']} pairs ({asked['share']:.2%} of the records), {asked['true']} true; "
                f"rules and queue find {asked['recall']:.4f}, with {len(found.links)} links {asked['linked']:.4f}"
            )
            if name in SETS:
                total["FN"] += score["FN"]
                total["queue"] += asked["queue"]
                total["true"] += asked["true"]
                total["duplicates"] += score["TP"] + score["FN"]
                total["left"] += sum(left for _, left in misses(found, name, records, [found.queue]))
            missed += [(name, *m) for m in misses(found, name, records, [])]
        total["FP"] += score["FP"]
    print(
        f"\nAll sets: {total['FP']} false positives; five cluster sets: {total['FN']} false negatives (best peer 122);"
    )
    found_share = 1 - total["left"] / total["duplicates"] if total["duplicates"] else float("nan")
    print(
        f"queues: {total['queue']} pairs, {total['true']} true; rules and queues find {found_share:.4f} "
        f"of {total['duplicates']:,} duplicates"
    )
    if options.misses:
        lines = [f"{name},{left},{';'.join(parts)}" for name, parts, left in missed]
        Path(options.misses).write_text(
            "set,left_over,one_record_of_each_part\n" + "\n".join(lines) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
