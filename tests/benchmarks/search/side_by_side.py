"""How much sooner a live search ends with several connections, and how many requests the server sees meanwhile.

    python tests/benchmarks/search/side_by_side.py [SECONDS] [BATCHES]

A local server takes SECONDS (default 1) for each answer. BATCHES (default 20) of 200 records are fetched by one, two, three
and five connections, without a key (3 requests a second are permitted) and with one (10). Prints the wall time, its
ratio to that of one connection, and the most requests that arrived within any one second; and checks that archives are the
same bytes.
"""

from __future__ import annotations

import bisect
import os
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parents[3]
sys.path[:0] = [str(HERE / "tests" / "search"), str(HERE / "workflow")]

from eutils_server import Server, pmids, running  # noqa: E402
from prismake.search import entrez, eutils  # noqa: E402

PERMITTED = {False: 3, True: 10}
"""Requests a second and address without and with a key (www.ncbi.nlm.nih.gov/books/NBK25497)."""


def busiest(times: list[float]) -> int:
    """The most requests within any window of one second."""
    times = sorted(times)
    return max(bisect.bisect_left(times, start + 1) - number for number, start in enumerate(times))


def measured(seconds: float, batches: int, connections: int, key: bool) -> tuple[float, int, dict[str, bytes]]:
    with tempfile.TemporaryDirectory() as name, running(Server(pmids(200 * batches), delay=seconds)) as server:
        os.environ[eutils.ADDRESS] = server.url
        folder, began = Path(name) / "pubmed", time.monotonic()
        log = entrez.search(
            "example[Title]",
            folder,
            email="a@example.org",
            api_key="k" * 36 if key else None,
            date="2024-05-01",
            connections=connections,
        )
        wall = time.monotonic() - began
        assert log.records == 200 * batches
        return wall, busiest(server.times), {path.name: path.read_bytes() for path in folder.iterdir()}


def main(seconds: float, batches: int) -> None:
    print(f"{batches} batches of 200 records, {seconds:g} s for each answer")
    print(f"{'key':5}{'connections':>12}{'wall s':>9}{'ratio':>8}{'most requests in a second':>28}{'permitted':>11}")
    for key, permitted in PERMITTED.items():
        alone, first = 0.0, None
        for connections in (1, 2, 3, 5):
            wall, most, archive = measured(seconds, batches, connections, key)
            alone, first = alone or wall, first or archive
            assert archive == first, "the archive depends on the number of connections"
            assert most <= permitted, "more requests than NCBI permits"
            print(
                f"{'yes' if key else 'no':5}{connections:>12}{wall:>9.1f}{alone / wall:>8.1f}{most:>28}{permitted:>11}"
            )
    print("The archives are the same bytes.")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0, int(sys.argv[2]) if len(sys.argv) > 2 else 20)
