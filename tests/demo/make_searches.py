"""Write the demonstration's search results: ``make_searches.py CITATIONS_CSV CONFIG_DIR``.

The same citations give the same bytes. Beside the exports, ``keys.csv`` (in this folder) says which citation
each record is: source, number of the record in its export, key.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
from collections import Counter
from pathlib import Path

import demo_dialects as dialects
from demo_citations import HERE, Entry, assign, errata, load, works

DATE = "2025-08-31"
BATCH = 200
SOURCES = ("pubmed", "embase", "cochrane", "citation_searching")
QUERY = (
    '("receptors, chimeric antigen"[MeSH Terms] OR "immunotherapy, adoptive"[MeSH Terms] '
    'OR "chimeric antigen receptor*"[Title/Abstract] OR "CAR T"[Title/Abstract] OR "CAR-T"[Title/Abstract] '
    'OR "CD19-CAR"[Title/Abstract] OR "CD22-CAR"[Title/Abstract] OR tisagenlecleucel[Title/Abstract] '
    'OR "KTE-X19"[Title/Abstract] OR "brexucabtagene autoleucel"[Title/Abstract] '
    'OR "obecabtagene autoleucel"[Title/Abstract] OR blinatumomab[Title/Abstract]) AND ("leukemia"[MeSH Terms] OR leukemia*[Title/Abstract] '
    'OR leukaemia*[Title/Abstract] OR "B-ALL"[Title/Abstract] OR "B-cell malignanc*"[Title/Abstract] '
    'OR "hematologic malignanc*"[Title/Abstract]) AND (relapse*[Title/Abstract] OR refractory[Title/Abstract] '
    'OR remission*[Title/Abstract] OR "cytokine release syndrome"[MeSH Terms] '
    'OR "cytokine release"[Title/Abstract] OR neurotoxic*[Title/Abstract] OR ICANS[Title/Abstract])'
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("citations", type=Path, help="CSV file of citations")
    parser.add_argument("config", type=Path, help="config folder of the demonstration")
    parser.add_argument("--keys", type=Path, default=HERE / "keys.csv", help="where to write keys.csv")
    options = parser.parse_args()
    citations = load(options.citations)
    entries = assign(citations)
    by_source = {source: [entry for entry in entries if entry.source == source] for source in SOURCES}
    folder = options.config / "searches"
    folder.mkdir(parents=True, exist_ok=True)
    write_pubmed(by_source["pubmed"], folder / "pubmed", errata(citations.values()))
    write_text(folder / "embase.ris", "".join(dialects.embase_ris(e.citation) for e in by_source["embase"]))
    write_cochrane(by_source["cochrane"], folder / "cochrane.csv")
    others = "".join(dialects.plain_ris(e.citation) for e in by_source["citation_searching"])
    write_text(folder / "citation_searching.ris", others)
    write_keys(by_source, options.keys)
    for line in summary(by_source, citations):
        print(line)


def write_pubmed(entries: list[Entry], folder: Path, corrections: dict[str, list[dict[str, str]]]) -> None:
    """The archive of a PubMed search: what ESearch said (JSON) and what EFetch sent (XML, compressed)."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for start in range(0, len(entries), BATCH):
        batch = entries[start : start + BATCH]
        body = "".join(dialects.pubmed_xml(e.citation, corrections.get(e.key, [])) for e in batch)
        data = gzip.compress(f"{dialects.XML_HEAD}{body}{dialects.XML_TAIL}".encode(), mtime=0)
        name = f"efetch-{DATE}-{start // BATCH + 1:04d}.xml.gz"
        (folder / name).write_bytes(data)
        files.append({"name": name, "records": len(batch), "sha256": hashlib.sha256(data).hexdigest()})
    search = {
        "complete": True,
        "count": len(entries),
        "database": "PubMed",
        "date": DATE,
        "files": files,
        "ids": [entry.citation["pmid"] for entry in entries],
        "interface": "NCBI E-utilities",
        "missing": [],
        "query": QUERY,
        "query_translation": QUERY,
        "since": "",
        "source": "pubmed",
        "until": DATE,
        "warnings": [],
    }
    text = json.dumps(search, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    write_text(folder / f"search-{DATE}.json", text)


def write_cochrane(entries: list[Entry], path: Path) -> None:
    """The Cochrane Library writes its header plain, every cell of its rows in quotation marks, and CRLF."""
    rows = (dialects.cochrane_row(entry.citation) for entry in entries)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(dialects.COCHRANE_COLUMNS) + "\r\n")
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerows([row.get(column, "") for column in dialects.COCHRANE_COLUMNS] for row in rows)


def write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def write_keys(by_source: dict[str, list[Entry]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["source", "number", "key"])
        for source, entries in by_source.items():
            writer.writerows((source, number, entry.key) for number, entry in enumerate(entries, 1))


def summary(by_source: dict[str, list[Entry]], citations: dict[str, dict[str, str]]) -> list[str]:
    """Counts for the README: records by source, and how many sources each work is in."""
    lines = [f"{source}: {len(entries)}" for source, entries in by_source.items()]
    member = {row["key"]: key for key, rows in works(citations).items() for row in rows}
    records = Counter(member[entry.key] for entries in by_source.values() for entry in entries)
    sets: dict[str, set[str]] = {}
    for source, entries in by_source.items():
        for entry in entries:
            sets.setdefault(member[entry.key], set()).add(source)
    pairs = Counter(" + ".join(sorted(found, key=SOURCES.index)) for found in sets.values())
    lines += [
        f"only {name}: {count}" if "+" not in name else f"{name}: {count}" for name, count in sorted(pairs.items())
    ]
    lines.append(
        f"records: {sum(records.values())}, works: {len(records)}, duplicates: {sum(records.values()) - len(records)}"
    )
    return lines


if __name__ == "__main__":
    main()
