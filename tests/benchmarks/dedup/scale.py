"""Growth: CPU seconds, wall seconds and peak memory for 20,000, 80,000 and 1,000,000 records.

    python tests/benchmarks/dedup/scale.py [sizes ...] [--workers 2]

The tables are made from the records of the shared set ``depression``, perturbed as real exports are: pages
cut or turned into dates, authors glued or abbreviated, issue in the volume, DOI with a prefix or gone,
title with a language behind or a letter lost, abstract gone. Each base record gets a title, authors, place
and abstract of its own by swapping words, so that the share of duplicates stays that of the real set.
Every size runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from shared_sets import load

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def _variant(row: dict, words: list[str], rng: random.Random, number: int) -> dict:
    """Another paper: words of the title and abstract exchanged, another place, other authors."""
    title = row["title"].split()
    for _ in range(2 + len(title) // 4):
        if title:
            title[rng.randrange(len(title))] = rng.choice(words)
    first = rng.randrange(1, 3000)
    names = row["authors"].split(".")
    rng.shuffle(names)
    return {
        **row,
        "title": " ".join(title),
        "authors": ".".join(n for n in names if n) + ".",
        "year": str(rng.randrange(1970, 2024)),
        "volume": str(rng.randrange(1, 400)),
        "issue": str(rng.randrange(1, 13)),
        "pages": f"{first}-{first + rng.randrange(1, 20)}",
        "doi": f"10.{1000 + number % 9000}/x.{number}" if row["doi"] else "",
        "abstract": f"{rng.choice(words)} {rng.choice(words)} {rng.choice(words)} {number} {row['abstract']}"
        if row["abstract"]
        else "",
    }


def _perturbed(row: dict, rng: random.Random) -> dict:
    """The same paper from another export."""
    out = dict(row)
    first, _, last = row["pages"].partition("-")
    change = rng.randrange(6)
    if change == 0 and last:
        short = last[len(last) - 2 :] if len(last) == len(first) and len(last) > 2 else last
        out["pages"] = f"{first}-{short}"
    elif change == 1 and last.isdigit() and first.isdigit() and int(first) <= 12 and int(last) <= 31:
        out["pages"] = f"{last}-{_MONTHS[int(first) - 1]}"
    elif change == 2:
        out["volume"], out["issue"] = f"{row['volume']} ({row['issue']})", ""
    elif change == 3:
        out["title"] = row["title"] + rng.choice([". [Russian]", " [Review] [34 refs]", " - REVIEW", "."])
    elif change == 4 and len(row["title"]) > 30:
        at = rng.randrange(5, len(row["title"]) - 5)
        out["title"] = row["title"][:at] + row["title"][at + 1 :]
    if row["doi"]:
        out["doi"] = rng.choice(["", f"http://dx.doi.org/{row['doi']}", f"{row['doi']} [doi]", row["doi"].upper()])
    if rng.random() < 0.3:
        out["abstract"] = ""
    return out


def make(size: int, seed: int = 0) -> pd.DataFrame:
    """A table of about ``size`` records, one in eight of them a duplicate of another."""
    rng = random.Random(seed)
    base = load("depression").drop(columns=["record_id"]).to_dict("records")
    words = sorted({w for row in base[:20000] for w in row["title"].split() if w.isalpha()})
    rows: list[dict] = []
    number = 0
    while len(rows) < size:
        row = _variant(base[number % len(base)], words, rng, number)
        number += 1
        rows.append(row)
        if rng.random() < 0.14:
            rows.append(_perturbed(row, rng))
    table = pd.DataFrame(rows[:size])
    table.insert(0, "record_id", [f"r{k}" for k in range(len(table))])
    return table


def one(file: str, workers: int) -> None:
    """Deduplicate one table and print its figures."""
    table = pd.read_parquet(file)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    from prismake.dedup import find_duplicates

    wall, cpu = time.perf_counter(), time.process_time()
    found = find_duplicates(table, workers=workers)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{len(table):>10,} records: {cpu:8.1f} CPU s {wall:8.1f} s wall {1e6 * cpu / len(table):6.0f} us a record  "
        f"peak {peak:,} MiB ({before:,} after reading)  duplicates {found.summary['duplicates']:,}  "
        f"queue {len(found.queue):,}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("sizes", nargs="*", type=int, default=[20_000, 80_000, 1_000_000])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--make", help=argparse.SUPPRESS)
    parser.add_argument("--run", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        one(options.run, options.workers)
    elif options.make:
        make(options.sizes[0]).to_parquet(options.make)
    else:
        for size in options.sizes:
            with tempfile.TemporaryDirectory() as temporary:
                file = str(Path(temporary) / "records.parquet")
                for step in ([str(size), "--make", file], ["--run", file, "--workers", str(options.workers)]):
                    subprocess.run([sys.executable, __file__, *step], check=True)


if __name__ == "__main__":
    main()
