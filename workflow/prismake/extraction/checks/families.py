"""A cell that should name the study with the same participants must name an existing one."""

from __future__ import annotations

from collections.abc import Iterator

from prismake.core.missing import is_missing
from prismake.core.phrases import normal_word
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.cohorts import named_rows
from prismake.extraction.extracted import Extraction


def check(extraction: Extraction) -> Iterator[Finding]:
    """Names that match no study of the review, and studies that name themselves."""
    column = extraction.overlap
    labels = {row.item: row.label for row in extraction.rows}
    names = {normal_word(name) for pair in labels.items() for name in pair}
    for row in extraction.rows:
        text = row.texts.get(column, "")
        if is_missing(text):
            continue
        heading = extraction.label(column)
        if normal_word(text) in (normal_word(row.item), normal_word(row.label)):
            why = f"“{heading}” names the study itself"
            yield Finding(Grade.STOP, "same participants", row.item, (column,), why)
        elif normal_word(text) not in names and not named_rows(text, labels):
            why = f"“{heading}” names “{text}”, which is no study of this review"
            yield Finding(Grade.STOP, "same participants", row.item, (column,), why)
