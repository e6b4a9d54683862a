"""The shared labelled sets as record tables, and their labels."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

SETS = ("cytology_screening", "haematology", "digital_work", "cardiac", "depression")
OTHER_SETS = ("special_cases", "copper")


def shared() -> Path:
    """The folder of shared material: ``PRISMAKE_SHARED``, or ``shared`` beside the checkout."""
    return Path(os.environ.get("PRISMAKE_SHARED") or Path(__file__).resolve().parents[3].parent / "shared")


def folder(name: str) -> Path:
    """The folder of one labelled set."""
    return shared() / "benchmarks" / "dedup" / name


def load(name: str) -> pd.DataFrame:
    """One set as a record table: its own columns under the names that the package uses, nothing cleaned."""
    raw = pd.read_csv(folder(name) / "records.csv.gz", dtype=str, keep_default_na=False)
    table = raw.rename(columns={"ID": "record_id", "author": "authors", "number": "issue"})
    if "booktitle" in table.columns:
        table["journal"] = table["journal"].where(table["journal"] != "", table["booktitle"])
    wanted = ["record_id", "title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "abstract", "url"]
    return table[[c for c in wanted if c in table.columns]]


def groups(name: str) -> list[list[str]]:
    """The true clusters of two records or more."""
    merged = pd.read_csv(folder(name) / "duplicates.csv", dtype=str)["merged_ids"]
    return [[r.strip() for r in row.split(";") if r.strip()] for row in merged]
