"""The citations behind the demonstration: which exist, and which database is said to have returned which.

A citation is a dictionary of text (``title``, ``authors`` as ``Surname AB; Surname C``, ``journal``, ``year``
…) read from a CSV file. Facts that were found later stand in ``additions.csv``, each with where it was read.
Nothing here makes up or changes a fact: an assignment only says in which file a citation appears.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
CITATION_SEARCHING = ("frey2020", "grupp2013")

# Later than the search: 2026 in print, or a registration number that was given out after it.
LAST_YEAR = 2025
LATER = frozenset({"li2026_precision", "nct_NCT07328503"})
CUT = "[...]"


@dataclass(frozen=True)
class Entry:
    """One row of an export: the citation and the export it stands in."""

    source: str
    citation: dict[str, str]

    @property
    def key(self) -> str:
        return self.citation["key"]


def load(path: Path, additions: Path = HERE / "additions.csv") -> dict[str, dict[str, str]]:
    """Citations by key, without cut titles and without those later than the search."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        columns = list(reader.fieldnames or [])
        rows = {row["key"]: row for row in reader}
    with additions.open(encoding="utf-8", newline="") as file:
        for extra in csv.DictReader(file):
            row = rows.setdefault(extra["key"], {**dict.fromkeys(columns, ""), "key": extra["key"]})
            row[extra["field"]] = extra["value"]
    return {key: row for key, row in rows.items() if _usable(row)}


def share(key: str, purpose: str) -> float:
    """A number in [0, 1) that depends on the key and the purpose only: the coin that never changes."""
    return int(hashlib.sha256(f"{purpose}:{key}".encode()).hexdigest()[:12], 16) / 16**12


def works(citations: dict[str, dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    """Citations that are one and the same report, by the key of the first: ``same_work`` joins, nothing else does."""
    found: dict[str, list[dict[str, str]]] = {}
    for row in citations.values():
        same = row.get("relation") == "same_work" and row["related_to"] in citations
        found.setdefault(row["related_to"] if same else row["key"], []).append(row)
    return {key: sorted(rows, key=lambda row: row["key"] != key) for key, rows in found.items()}


def assign(citations: dict[str, dict[str, str]]) -> list[Entry]:
    """Every citation in at least one export; the rules are described in ``config/searches/README.md``."""
    entries: list[Entry] = []
    for key, rows in works(citations).items():
        if key in CITATION_SEARCHING:
            entries.append(Entry("citation_searching", rows[0]))
            continue
        left = list(rows)
        for source in _sources(key, rows):
            fit = [row for row in left if source != "pubmed" or _in_pubmed(row)]
            row = fit[0] if fit else rows[0]
            entries.append(Entry(source, row))
            left = [other for other in left if other is not row]
        home = "cochrane" if _registered(rows[0]) else "embase"
        entries.extend(Entry(home, row) for row in left)
    return sorted(entries, key=lambda entry: (entry.source, share(entry.key, f"order in {entry.source}")))


def errata(citations: Iterable[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    """Published corrections by the key of the corrected report."""
    found: dict[str, list[dict[str, str]]] = {}
    for row in citations:
        if row.get("relation") == "correction_of":
            found.setdefault(row["related_to"], []).append(row)
    return found


def _usable(row: dict[str, str]) -> bool:
    later = row["key"] in LATER or int(row["year"] or 0) > LAST_YEAR
    return bool(row["title"]) and not row["title"].endswith(CUT) and not later


def _registered(row: dict[str, str]) -> bool:
    return row["publication_type"] == "registry entry"


def _in_pubmed(row: dict[str, str]) -> bool:
    return bool(row["pmid"] and row["year"])


def _sources(key: str, rows: list[dict[str, str]]) -> list[str]:
    main = rows[0]
    if _registered(main):
        return ["cochrane"]
    found = ["pubmed"] if any(_in_pubmed(row) for row in rows) else []
    if not found or len(rows) > 1 or share(key, "embase") < 0.85:
        found.append("embase")
    if main["role"] == "primary_study" and share(key, "cochrane") < (0.8 if main["nct"] else 0.5):
        found.append("cochrane")
    return found


def authors(row: dict[str, str]) -> list[tuple[str, str]]:
    """(surname, initials) of each author; initials are empty where only a surname could be read."""
    found = []
    for name in filter(None, (part.strip() for part in row["authors"].split(";"))):
        match = re.fullmatch(r"(.+) ([A-ZÀ-Þ][A-ZÀ-Þ-]{0,3})", name)
        found.append((match.group(1), match.group(2)) if match else (name, ""))
    return found


def pages(row: dict[str, str]) -> tuple[str, str]:
    """First and last page as written; the last is empty for a single page or an article number."""
    first, _, last = row["pages"].partition("-")
    return first, last


def short_pages(first: str, last: str) -> str:
    """``439-48`` for 439-448: the last page without the digits that it shares with the first."""
    if not last:
        return first
    same = 0
    while len(first) == len(last) and same < len(last) - 1 and first[same] == last[same]:
        same += 1
    return f"{first}-{last[same:]}"
