"""The page of a review of any size: the records behind the boxes of its flow are invented, their number is not."""

from __future__ import annotations

from typing import Any

import page_samples as samples
import pandas as pd
from prismake.flow.places import DATABASES, ENDED
from prismake.report.page import render
from prismake.report.records_part import records_part

SOURCES = ("PubMed", "Embase", "Cochrane Library", "Web of Science")
REASONS = ("Wrong population", "Wrong intervention", "Conference abstract only")
WORDS = "long-term remission after chimeric antigen receptor T cells in children with relapsed leukaemia".split()


def places_of(size: int) -> pd.DataFrame:
    rows = []
    for number in range(size):
        ended = ENDED[0 if number % 4 == 3 else 3 + (number % 3) * 2 if number % 40 == 0 else 3]
        report = f"pubmed:{number - number % 4}" if number % 4 == 3 else f"pubmed:{number}"
        reason = REASONS[number % 3] if ended == "excluded at full text" else ""
        rows.append((f"pubmed:{number}", report, SOURCES[number % 4], DATABASES, ended, reason))
    return pd.DataFrame(rows, columns=["record_id", "report_id", "source", "column", "ended", "reason"])


def reports_of(places: pd.DataFrame) -> pd.DataFrame:
    ids = list(dict.fromkeys(places["report_id"]))
    titles = [" ".join(WORDS[(number + step) % len(WORDS)] for step in range(14)) for number in range(len(ids))]
    return pd.DataFrame(
        {
            "report_id": ids,
            "title": titles,
            "authors": [[f"Author{number % 977}, A."] for number in range(len(ids))],
            "year": pd.array([1990 + number % 35 for number in range(len(ids))], dtype="Int64"),
            "doi": [f"10.1000/journal.{number}" for number in range(len(ids))],
        }
    )


def context(size: int, **changes: Any) -> dict[str, Any]:
    places = places_of(size)
    behind = records_part(places, reports_of(places), other=True)
    return {**samples.context(draw=True), "behind": behind, **changes}


def page_of(size: int) -> str:
    return render(context(size))
