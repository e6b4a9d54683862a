"""Hand-written records for the tests of deduplication."""

from __future__ import annotations

from typing import Any

import pandas as pd
from prismake.core.records import table
from prismake.dedup import Duplicates, find_duplicates

# The abstracts of two papers.
LONG = (
    "Plasmodium vivax relapses from dormant liver stages, and primaquine needs fourteen days. We compared single doses "
    "of tafenoquine with chloroquine alone in a randomised dose-ranging trial of adults in four countries over a year."
)
OTHER = (
    "Hepatic hypnozoites were cultured for three weeks under several oxygen tensions; drug assays by image analysis "
    "gave concentrations at which half of the parasites died; a pharmacological model linked these with human plasma."
)


def record(record_id: str, **fields: Any) -> dict[str, Any]:
    """An article; ``fields`` replace its own."""
    base = {
        "record_id": record_id,
        "source": record_id.split(":", maxsplit=1)[0],
        "title": "Tafenoquine for the radical cure of relapsing vivax malaria in adults",
        "authors": ["Llanos-Cuentas A", "Lacerda MV", "Rueangweerayut R"],
        "year": 2014,
        "journal": "Lancet",
        "volume": "383",
        "issue": "9922",
        "pages": "1049-1058",
    }
    return {**base, **fields}


def pair(first: dict[str, Any], second: dict[str, Any], **options: Any) -> Duplicates:
    """What is found in a table of two records that differ from the article as given."""
    return find_duplicates(table([record("a:1", **first), record("b:1", **second)]), **options)


def same(found: Duplicates) -> bool:
    """Whether the table became one report."""
    return found.clusters["report_id"].nunique() == 1


def rule(found: Duplicates) -> str:
    """The rule that merged the first record."""
    return str(found.clusters["matched_on"].iloc[0])


def partition(clusters: pd.DataFrame) -> set[frozenset[str]]:
    """The clusters as sets of record ids."""
    return {frozenset(g) for g in clusters.groupby("report_id")["record_id"].agg(list)}
