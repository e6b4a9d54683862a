"""The records behind the boxes of the flow, as data in which the page looks them up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from prismake.core.names import RECORD_ID, REPORT_ID
from prismake.core.numbers import count
from prismake.flow.places import BOXES, DATABASES, OTHER, anchor_of

if TYPE_CHECKING:
    import pandas as pd

TITLES = {
    "identified": "Records identified",
    "removed": "Records removed before screening",
    "screened": "Records screened",
    "excluded_title_abstract": "Records excluded",
    "undecided_title_abstract": "Records awaiting a decision",
    "sought": "Reports sought for retrieval",
    "not_retrieved": "Reports not retrieved",
    "undecided_full_text": "Reports awaiting a decision",
    "assessed": "Reports assessed for eligibility",
    "excluded_full_text": "Reports excluded",
    "included": "Reports of included studies",
}
NOT_IN_OTHER = ("screened", "excluded_title_abstract", "undecided_title_abstract")
_COLUMNS = {DATABASES: "databases and registers", OTHER: "other methods"}
_LONGEST = 300  # letters of a title, so that fifty thousand records stay within 20 MB


def records_part(places: pd.DataFrame, reports: pd.DataFrame, *, other: bool) -> dict[str, Any]:
    """The records in the form that the page needs.

    Args:
        places: ``flow/records.csv``.
        reports: ``duplicates/reports.parquet``.
        other: whether the flow has a column of other methods.

    Returns:
        dict: ``boxes``, a list of (anchor, title with count) of the boxes; ``data``, JSON for a data
        block of the page, without anything that could end it.
    """
    numbers: dict[str, dict[str, int]] = {}
    for name in ("source", "ended", "reason", REPORT_ID):
        numbers[name] = {text: place for place, text in enumerate(dict.fromkeys(filter(None, places[name])))}
    cited = reports.set_index(REPORT_ID)[["title", "authors", "year", "doi"]].loc[list(numbers[REPORT_ID])]
    columns = [DATABASES, OTHER] if other else [DATABASES]
    counts = {
        anchor_of(column, box): (column, box, int(((places["column"] == column) & places["ended"].isin(ended)).sum()))
        for column in columns
        for box, ended in BOXES.items()
        if column == DATABASES or box not in NOT_IN_OTHER
    }
    data = {
        "sources": list(numbers["source"]),
        "ended": list(numbers["ended"]),
        "reasons": list(numbers["reason"]),
        "boxes": {
            anchor: {
                "column": list(_COLUMNS).index(column),
                "ended": [numbers["ended"][word] for word in BOXES[box] if word in numbers["ended"]],
            }
            for anchor, (column, box, _) in counts.items()
        },
        "reports": [
            [(title or "")[:_LONGEST], _who(authors, year), doi or ""]
            for title, authors, year, doi in cited.itertuples(index=False)
        ],
        "records": [
            [
                record,
                numbers["source"][source],
                list(_COLUMNS).index(column),
                numbers[REPORT_ID][report],
                numbers["ended"][ended],
                numbers["reason"].get(reason, -1),
            ]
            for record, report, source, column, ended, reason in places[
                [RECORD_ID, REPORT_ID, "source", "column", "ended", "reason"]
            ].itertuples(index=False)
        ],
    }
    return {"boxes": [(anchor, _title(*entry)) for anchor, entry in counts.items()], "data": data_block(data)}


def _title(column: str, box: str, number: int) -> str:
    return f"{TITLES[box]}, {_COLUMNS[column]} ({count(number)})"


def _who(authors: Any, year: Any) -> str:
    """``Maude 2018``: the surname of the first author and the year."""
    first = str(authors[0]).partition(",")[0].strip() if len(authors) else ""
    date = str(year) if str(year).isdigit() else ""
    return f"{first} {date}".strip() or "–"


def data_block(data: Mapping[str, Any]) -> Markup:
    """JSON that cannot end the block that contains it, whatever a title says."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)
