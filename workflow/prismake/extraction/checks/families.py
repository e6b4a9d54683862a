"""A cell that should name the study with the same participants must name an existing one."""

from __future__ import annotations

from collections.abc import Iterator

from prismake.core.missing import is_missing
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.cohorts import named_rows, unknown_names
from prismake.extraction.extracted import Extraction


def check(extraction: Extraction) -> Iterator[Finding]:
    """Names that match no study of the review, and studies that name themselves."""
    column = extraction.overlap
    labels = {row.item: row.label for row in extraction.rows}
    for row in extraction.rows:
        text = row.texts.get(column, "")
        if is_missing(text):
            continue
        heading = extraction.label(column)
        if named_rows(text, labels) == [row.item]:
            why = f"“{heading}” names the study itself"
            yield Finding(Grade.STOP, "same participants", row.item, (column,), why)
        elif unknown := unknown_names(text, labels):
            names = " and ".join(f"“{name}”" for name in unknown)
            why = f"“{heading}” names {names}, which is no study of this review"
            yield Finding(Grade.STOP, "same participants", row.item, (column,), why)
