"""The arrows of the flow as identities, which are checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prismake.core.errors import FlowError, collect

REMEDY = "No counts are shown until this adds up. Run the workflow again; if it persists, check the tables named."


def check(boxes: Mapping[str, Any]) -> None:
    """Check all arrows of the flow. Raises FlowError, naming each identity that fails with its numbers."""
    problems = [f"{name}: {left:,} is not {right:,}." for name, left, right in identities(boxes) if left != right]
    collect(problems, FlowError, where="PRISMA flow", remedy=REMEDY)


def identities(boxes: Mapping[str, Any]) -> list[tuple[str, int, int]]:
    """Every arrow as (sentence, left side, right side); the two sides are equal in a valid flow."""
    rows = [
        (
            "Records identified − records removed before screening = records screened + undecided",
            boxes["identified"]["total"] - boxes["removed"]["total"],
            boxes["screened"] + boxes["undecided_title_abstract"],
        ),
        (
            "Records screened − records excluded = reports sought for retrieval",
            boxes["screened"] - boxes["excluded_title_abstract"],
            boxes["sought"],
        ),
        *_shared_identities(boxes, ""),
    ]
    reports = boxes["assessed"] - sum(boxes["excluded_full_text"].values())
    if other := boxes.get("other"):
        rows.append(
            (
                "Other methods: records identified − duplicates and others removed = reports sought for retrieval",
                other["identified"]["total"] - other["removed"]["total"],
                other["sought"],
            )
        )
        rows += _shared_identities(other, "Other methods: ")
        reports += other["assessed"] - sum(other["excluded_full_text"].values())
    rows.append(
        (
            "Reports assessed − reports excluded = reports of included studies (full_text/studies.csv)",
            reports,
            boxes["included"]["reports"],
        )
    )
    if "previous" in boxes:
        rows += [
            (
                f"Previous {name} − those no longer included + new {name} = total {name}",
                boxes["previous"][name] - boxes["no_longer"][name] + boxes["included"][name],
                boxes["total"][name],
            )
            for name in ("studies", "reports")
        ]
    return rows


def _shared_identities(boxes: Mapping[str, Any], column: str) -> list[tuple[str, int, int]]:
    removed, identified = boxes["removed"], boxes["identified"]
    by_source = sum(sum(counts.values()) for name, counts in identified.items() if name != "total")
    return [
        (f"{column}Records of each source together = records identified", by_source, identified["total"]),
        (
            f"{column}Duplicates + removed by automation + removed for other reasons = records removed",
            removed["duplicates"] + removed["automation"] + removed["other"],
            removed["total"],
        ),
        (
            f"{column}Reports sought − reports not retrieved − undecided = reports assessed",
            boxes["sought"] - boxes["not_retrieved"] - boxes["undecided_full_text"],
            boxes["assessed"],
        ),
    ]
