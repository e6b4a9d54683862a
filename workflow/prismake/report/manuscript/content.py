"""The whole manuscript as a list of blocks, from the content of the page and the reports of included studies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prismake.core.names import REPORT_ID, STUDY_ID
from prismake.core.outcome_results import is_pooled
from prismake.report.manuscript.blocks import Block, Figure
from prismake.report.manuscript.closing_sections import discussion, other_information, references
from prismake.report.manuscript.method_sections import method_sections
from prismake.report.manuscript.opening import introduction, opening, title
from prismake.report.manuscript.references import reference
from prismake.report.manuscript.result_sections import result_sections

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Manuscript:
    """A manuscript before it becomes a file."""

    title: str
    authors: tuple[str, ...]
    date: str  # of the newest search, used as the date of the review: a date of the run would change the file
    blocks: tuple[Block, ...]


def manuscript(review: Mapping[str, Any]) -> Manuscript:
    """The manuscript of a review.

    Args:
        review: the context of ``prismake.report.page.render``, and

            scores             rows of ``appraisal/scores.csv``
            references         (number, reference in Vancouver style) of every report of an included study
            reference_numbers  by label of a study, the numbers of its reports: "3, 4"
            drawn              names of the figures that can be drawn (``drawings``)
            amendments         optional: what was changed after the protocol was kept, in words
    """
    config = review["config"]
    pooled = any(is_pooled(result) for result in review["results"])
    return Manuscript(
        title(config, pooled),
        tuple(config.get("authors") or ()),
        max((search["date"] for search in review["searches"] if search.get("date")), default=""),
        (
            *opening(review),
            *introduction(review),
            *method_sections(review),
            *result_sections(review),
            *discussion(review),
            *other_information(review),
            *references(review),
        ),
    )


def cited(studies: pd.DataFrame, reports: pd.DataFrame) -> tuple[list[tuple[int, str]], dict[str, str]]:
    """The references of the included studies in the order of their labels, and the numbers by label.

    Args:
        studies: ``full_text/studies.csv``.
        reports: ``duplicates/reports.parquet``.
    """
    by_id = {str(row[REPORT_ID]): row for row in reports.to_dict("records")}
    listed: list[tuple[int, str]] = []
    numbers: dict[str, str] = {}
    for study in studies.sort_values(["label", STUDY_ID], kind="stable").to_dict("records"):
        own = []
        for report in filter(None, map(str.strip, str(study["report_ids"]).split(";"))):
            listed.append((len(listed) + 1, reference(by_id[report]) if report in by_id else report))
            own.append(str(len(listed)))
        numbers[study["label"]] = ", ".join(own)
    return listed, numbers


def figure_names(blocks: Iterable[Block]) -> list[str]:
    """The drawings that a manuscript shows, each once."""
    return list(dict.fromkeys(block.drawing for block in blocks if isinstance(block, Figure)))


def drawable(scores: pd.DataFrame, results: Iterable[Mapping[str, Any]]) -> set[str]:
    """Names of the figures for which there are data."""
    names = {"flow"}
    if len(scores):
        names |= {"stars"} if scores["maximum"].astype(bool).any() else set()
        names |= {"traffic_light"} if not scores["maximum"].astype(bool).all() else set()
    return names | {f"{result['outcome']}.forest" for result in results if result["studies"]}
