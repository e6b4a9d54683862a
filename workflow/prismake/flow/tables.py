"""The tables of a review as the flow needs them, after checking that nothing was lost between two of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from prismake.core.errors import FlowError, collect
from prismake.core.names import ITEM_ID, RECORD_ID, REPORT_ID
from prismake.core.states import SettledBy, State
from prismake.flow.identities import REMEDY

if TYPE_CHECKING:
    import pandas as pd

DATABASE_KINDS = ("database", "register")
NO_REASON = "No reason given"

Decided = Mapping[str, Mapping[str, str]]
"""report_id -> {"decision", "reason"}, settled decisions only."""


@dataclass(frozen=True)
class Identification:
    """The records and reports identified by the searches.

    ``sources``: search by source name. ``records``: source by record id. ``report_of``: report by record id, including
    records that are not counted. ``direct``: reports assessed in full text without screening, because another method
    found them first. ``removed``: why a report was removed before screening, by report id. ``reopened``: reports
    excluded at title and abstract that are sought nevertheless.
    """

    sources: Mapping[str, Mapping[str, Any]]
    records: Mapping[str, str]
    report_of: Mapping[str, str]
    direct: frozenset[str]
    removed: Mapping[str, str]
    reopened: frozenset[str] = frozenset()

    @cached_property
    def databases(self) -> frozenset[str]:
        """The sources that are databases or registers."""
        return frozenset(name for name, source in self.sources.items() if source["kind"] in DATABASE_KINDS)

    def from_database(self, record: str) -> bool:
        return self.records[record] in self.databases

    def columns(self, records: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
        """The reports of the given records: those of the left column, and those found by other methods only."""
        databases: set[str] = set()
        others: set[str] = set()
        for record in records:
            (databases if self.records[record] in self.databases else others).add(self.report_of[record])
        right = frozenset(others - (databases - self.direct))
        return frozenset((databases | others) - right), right


def identification_of(tables: Mapping[str, Any]) -> Identification:
    """The searches, records and reports of the tables of ``prisma_flow``. Raises FlowError."""
    sources = _sources(tables["searches"])
    records = dict(zip(*_cells(tables["records"], RECORD_ID, "source"), strict=True))
    report_of = {**(tables.get("uncounted") or {}), **_report_of(tables, records, sources)}
    direct = frozenset(tables.get("direct") or ())
    reopened = frozenset(report_of.get(report, report) for report in tables.get("reopened") or ())
    removed = _removed(tables.get("removed"), report_of)
    removed = {report: why for report, why in removed.items() if report not in reopened}
    return Identification(sources, records, report_of, direct, removed, reopened)


def _cells(frame: pd.DataFrame, *columns: str) -> list[list[Any]]:
    """Columns as lists, over which loops run many times faster than over columns."""
    return [frame[column].tolist() for column in columns]


def _sources(searches: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The searches by source name, with unique labels."""
    rows = [dict(search) for search in searches]
    labels = Counter(row["label"] for row in rows)
    sources: dict[str, dict[str, Any]] = {}
    problems = []
    for row in rows:
        if row["source"] in sources:
            problems.append(f"Source '{row['source']}' is listed twice among the searches.")
        if row["kind"] not in (*DATABASE_KINDS, "other"):
            problems.append(f"Source '{row['source']}' is of kind '{row['kind']}', not database, register or other.")
        if labels[row["label"]] > 1:
            row["label"] = f"{row['label']} ({row['source']})"
        sources[row["source"]] = row
    collect(problems, FlowError, where="PRISMA flow", remedy="Give each source one name and one of these kinds.")
    return sources


def _report_of(
    tables: Mapping[str, Any], records: Mapping[str, str], sources: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    """The report of each record, after checking that no record was lost between two tables."""
    duplicates = tables["duplicates"]
    report_of = dict(zip(*_cells(duplicates, RECORD_ID, REPORT_ID), strict=True))
    problems = []
    if len(records) != len(tables["records"]):
        problems.append(f"{len(tables['records']) - len(records):,} record ids occur twice in the record table.")
    if len(report_of) != len(duplicates):
        problems.append(f"{len(duplicates) - len(report_of):,} records occur twice in the table of duplicates.")
    for name, missing in (
        ("have no row in the table of duplicates", records.keys() - report_of.keys()),
        ("of the table of duplicates are not in the record table", report_of.keys() - records.keys()),
    ):
        if missing:
            problems.append(f"{len(missing):,} records {name}, the first being {min(missing)}.")
    counted = Counter(records.values())
    for source in sorted(counted.keys() - sources.keys()):
        problems.append(f"{counted[source]:,} records come from '{source}', which is not among the searches.")
    for source, search in sources.items():
        stated = search.get("records")
        if stated is not None and int(stated) != counted[source]:
            problems.append(
                f"Records retrieved from {search['label']} = its rows in the record table: "
                f"{int(stated):,} is not {counted[source]:,}."
            )
    collect(problems, FlowError, where="PRISMA flow", remedy=REMEDY)
    return report_of


def _removed(frame: pd.DataFrame | None, report_of: Mapping[str, str]) -> dict[str, str]:
    """Why each report was removed before screening, by report id: "automation" or "other"."""
    if frame is None:
        return {}
    return {
        report_of.get(report, report): "automation" if why == SettledBy.AUTOMATION else "other"
        for report, why in zip(*_cells(frame, REPORT_ID, "why"), strict=True)
    }


def decisions(
    frame: pd.DataFrame, stage: str, report_of: Mapping[str, str], notes: list[str]
) -> dict[str, dict[str, str]]:
    """The settled decisions by report; a report whose records were settled differently is undecided."""
    settled: dict[str, dict[str, str]] = {}
    differing = set()
    unmatched = 0
    reasons = frame["reason"].tolist() if "reason" in frame else [""] * len(frame)
    for item, state, decision, reason in zip(*_cells(frame, ITEM_ID, "state", "decision"), reasons, strict=True):
        if state != State.SETTLED:
            continue
        if item not in report_of:
            unmatched += 1
            continue
        report = report_of[item]
        row = {"decision": decision, "reason": (reason if isinstance(reason, str) else "").strip() or NO_REASON}
        if settled.setdefault(report, row)["decision"] != decision:
            differing.add(report)
    for report in differing:
        del settled[report]
    if unmatched:
        notes.append(f"Decided at {stage} but no longer among the records found, not counted: {unmatched:,}.")
    if differing:
        notes.append(
            f"{len(differing):,} reports hold records that were decided differently at {stage}; "
            "they count as undecided."
        )
    return settled
