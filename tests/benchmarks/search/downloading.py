"""A large live search against a local server: who limits it, and what a killed run leaves behind.

    python tests/benchmarks/search/downloading.py [RECORDS] [KILLS]

Fetches RECORDS records (default 25,000, in slices by Entrez date) at ten requests a second and prints the share of
the time that the client computed. Then does it again with 40 ids per batch, killing the client (SIGKILL) at KILLS random
moments (default 20), and counts the batches that were fetched again after they had been stored.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parents[3]
sys.path[:0] = [str(HERE / "tests" / "search"), str(HERE / "workflow")]

from eutils_server import Server, running  # noqa: E402
from prismake.core.errors import SearchError  # noqa: E402
from prismake.search import entrez, pubmed_xml  # noqa: E402

CLIENT = """
import resource, sys, time
sys.path.insert(0, {path!r})
from prismake.search import entrez
started = time.perf_counter()
known = dict(email="a@example.org", api_key="k" * 36, date="2024-05-01", batch={batch})
log = entrez.search("example[Title]", {folder!r}, **known)
used = resource.getrusage(resource.RUSAGE_SELF)
print(log.records, time.perf_counter() - started, used.ru_utime + used.ru_stime)
"""


def client(folder: str, url: str, batch: int) -> subprocess.Popen:
    code = CLIENT.format(path=str(HERE / "workflow"), folder=folder, batch=batch)
    environment = os.environ | {"PRISMAKE_EUTILS_URL": url}
    return subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True)


def stored(folder: str) -> list[str]:
    found: list[str] = []
    for path in entrez.archive_files(folder):
        found += pubmed_xml.pmids(gzip.decompress(path.read_bytes()))
    return found


def dates(count: int) -> dict[str, str]:
    return {str(20_000_000 + n): f"{1990 + n % 30}/{1 + n % 12:02d}/{1 + n % 28:02d}" for n in range(count)}


def whole(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder, running(Server(dates(count))) as server:
        process = client(folder, server.url, 200)
        records, wall, cpu = (float(value) for value in process.communicate()[0].split())
        requests = len(server.asked)
        assert records == count and sorted(stored(folder)) == sorted(server.dates)
        print(f"{count:,} records, {requests} requests: {wall:.1f} s", end=", ")
        print(f"{requests / wall:.1f} requests/s, {count / wall:,.0f} records/s")
        print(f"  client CPU {100 * cpu / wall:.0f} % of the time ({cpu:.1f} s, the start of Python included)")


def killed(count: int, kills: int) -> None:
    dice = random.Random(7)
    with tempfile.TemporaryDirectory() as folder, running(Server(dates(count))) as server:
        done = 0
        while done < kills:
            process = client(folder, server.url, 40)
            time.sleep(dice.uniform(0.2, 2.0))
            if process.poll() is not None:
                break
            process.send_signal(signal.SIGKILL)
            process.wait()
            done += 1
            with contextlib.suppress(SearchError):
                entrez.archived(folder)
        process = client(folder, server.url, 40)
        process.communicate()
        kept = stored(folder)
        assert process.returncode == 0 and sorted(kept) == sorted(server.dates), "the set is not complete"
        again = len(server.handed) - len(kept)
        print(f"{done} kills: complete, every record once; {again} of {len(kept):,} records were sent again")
        print(
            "  (sent again: the batches that were on their way when the client was killed, never one that was stored)"
        )
        leftovers = [path.name for path in Path(folder).iterdir() if path.name.endswith(".tmp")]
        print(f"  temporary files left: {len(leftovers)}")


if __name__ == "__main__":
    whole(int(sys.argv[1]) if len(sys.argv) > 1 else 25_000)
    killed(4000, int(sys.argv[2]) if len(sys.argv) > 2 else 20)
