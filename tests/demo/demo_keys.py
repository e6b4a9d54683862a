"""Which citation a record of the demonstration is: the bridge from record ids to the judgements.

``keys.csv`` numbers the records of each export; reading the export again gives the record id of each number.
"""

from __future__ import annotations

import csv
from pathlib import Path

from demo_citations import HERE


def keys_by_record(searches: Path) -> dict[str, str]:
    """Citation key by record id, for every record of the exports in ``searches``.

    Raises:
        ValueError: the exports and ``keys.csv`` do not belong together; run ``make_searches.py`` again.
    """
    from prismake.search import read_records

    numbered: dict[str, list[str]] = {}
    with (HERE / "keys.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            numbered.setdefault(row["source"], []).append(row["key"])
    found: dict[str, str] = {}
    for source, keys in numbered.items():
        files = sorted((searches / source).glob("efetch-*.xml.gz")) or sorted(searches.glob(f"{source}.*"))
        ids = [record for path in files for record in read_records(path, source=source)["record_id"]]
        if len(ids) != len(keys):
            raise ValueError(f"{source}: {len(ids)} records but {len(keys)} keys. Run make_searches.py again.")
        found.update(zip(ids, keys, strict=True))
    return found
