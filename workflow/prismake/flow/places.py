"""Where each record ends up in the flow: the records behind every box, so that each count can be checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from prismake.core.names import RECORD_ID, REPORT_ID
from prismake.flow.count import Columns, Gathered, gathered
from prismake.flow.tables import Decided

if TYPE_CHECKING:
    import pandas as pd

DATABASES, OTHER = "databases", "other methods"
DUPLICATE = "duplicate"
REMOVED = {"automation": "removed by automation", "other": "removed for other reasons"}
SCREENED_OUT, UNSCREENED = "excluded at title and abstract", "undecided at title and abstract"
NOT_RETRIEVED, UNREAD, READ_OUT, INCLUDED = (
    *("not retrieved", "undecided at full text"),
    *("excluded at full text", "included"),
)
ENDED = (DUPLICATE, *REMOVED.values(), SCREENED_OUT, UNSCREENED, NOT_RETRIEVED, UNREAD, READ_OUT, INCLUDED)
_ASSESSED = (READ_OUT, INCLUDED)
_SOUGHT = (NOT_RETRIEVED, UNREAD, *_ASSESSED)
BOXES = {  # box of the flow: where the records behind it have ended
    "identified": ENDED,
    "removed": (DUPLICATE, *REMOVED.values()),
    "screened": (SCREENED_OUT, *_SOUGHT),
    "excluded_title_abstract": (SCREENED_OUT,),
    "undecided_title_abstract": (UNSCREENED,),
    "sought": _SOUGHT,
    "not_retrieved": (NOT_RETRIEVED,),
    "undecided_full_text": (UNREAD,),
    "assessed": _ASSESSED,
    "excluded_full_text": (READ_OUT,),
    "included": (INCLUDED,),
}
COLUMNS = [RECORD_ID, REPORT_ID, "source", "column", "ended", "reason"]


def anchor_of(column: str, box: str) -> str:
    """The name of a box by which figure and page find the records behind it: ``records-databases-screened``."""
    return f"records-{column.split(maxsplit=1)[0]}-{box.replace('_', '-')}"


def places(tables: Mapping[str, Any], review: Gathered | None = None) -> pd.DataFrame:
    """One row for each record that the flow counts, by id: its report, its source, its column and where it ended.

    One record stands for its report in each column; the others are its duplicates, so that the rows of a box add up to
    its count (``counted``). ``tables`` as for ``prisma_flow``; ``review``: what is counted, if that is known already.
    """
    import pandas as pd

    return pd.DataFrame(sorted(_rows(review or gathered(tables))), columns=COLUMNS, dtype=str)


def counted(table: pd.DataFrame, column: str, box: str) -> int:
    """The number of rows of ``places`` behind a box of one column."""
    return int(((table["column"] == column) & table["ended"].isin(BOXES[box])).sum())


def _rows(review: Gathered) -> Iterator[tuple[str, ...]]:
    identification, new = review.identification, review.counted
    report_of = identification.report_of
    labels = {name: source["label"] for name, source in identification.sources.items()}
    seen: dict[str, set[str]] = {DATABASES: set(), OTHER: set()}
    # a record by which its report is named stands for it, if there is one
    naming = [record for record in new.records if record == report_of[record]]
    for record in (*sorted(naming), *sorted(set(new.records).difference(naming))):
        report, source = report_of[record], identification.records[record]
        column, reports = (DATABASES, new.left) if source in identification.databases else (OTHER, new.right)
        if report in seen[column] or report not in reports:
            yield record, report, labels[source], column, DUPLICATE, ""
            continue
        seen[column].add(report)
        yield record, report, labels[source], column, *_ended(report, review, new)


def _ended(report: str, review: Gathered, new: Columns) -> tuple[str, str]:
    """Where a report has ended, and its reason for exclusion at full text."""
    if report in new.removed:
        return REMOVED[review.identification.removed[report]], ""
    if report in new.left:
        screened = _decision(review.screening, report)
        if screened != "include":
            return (SCREENED_OUT if screened == "exclude" else UNSCREENED), ""
    read = _decision(review.reading, report)
    if read == "exclude":
        return READ_OUT, review.reading[report]["reason"]
    return {"include": INCLUDED, "not retrieved": NOT_RETRIEVED}.get(read, UNREAD), ""


def _decision(decided: Decided, report: str) -> str:
    return decided.get(report, {}).get("decision", "")
