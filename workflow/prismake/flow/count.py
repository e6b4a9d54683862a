"""The boxes of the flow, counted from the tables of a review."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prismake.core.errors import FlowError, collect
from prismake.core.names import STUDY_ID
from prismake.flow.boxes import Flow
from prismake.flow.identities import REMEDY, check
from prismake.flow.tables import DATABASE_KINDS, Decided, Identification, decisions, identification_of
from prismake.kept.versions import Carried, Version, carried

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Columns:
    """The reports counted. ``records``: the records of these reports; ``finished``: reports counted as duplicates."""

    records: tuple[str, ...]
    left: frozenset[str]
    right: frozenset[str]
    finished: frozenset[str]
    removed: frozenset[str]

    @property
    def queue(self) -> frozenset[str]:
        """Reports screened on title and abstract."""
        return self.left - self.removed

    @property
    def direct(self) -> frozenset[str]:
        """Reports sought without screening."""
        return self.right - self.removed


@dataclass(frozen=True)
class Gathered:
    """The review as the flow counts it. ``columns``: all reports; ``counted``: those that are new since the version."""

    identification: Identification
    screening: Decided
    reading: Decided
    columns: Columns
    counted: Columns
    before: Carried
    notes: tuple[str, ...]


def prisma_flow(tables: Mapping[str, Any], review: Gathered | None = None) -> Flow:
    """Count the boxes of the flow from the tables of a review.

    ``tables``: "searches", a list of {"source", "label", "kind" ("database", "register" or "other"), "records"
    (int or None)}; frames "records" (record_id, source), "duplicates" (record_id, report_id; every record once),
    "title_abstract" and "full_text" (item_id, state, decision, and reason at full text; item_id is any record of
    the report), "studies" (study_id, report_ids joined by "; "). Optional: "removed", a frame (report_id, why:
    "automation" or "other") of records removed before screening; "direct", ids of reports first found by other methods,
    which are not screened even if a database finds them later; "reopened", ids of reports excluded at title and
    abstract that are sought nevertheless, because they belong to an included report; "possible_duplicates", the number
    of pairs that await the panel; "uncounted", report by record id of records that are not counted but by which
    decisions may be recorded. For an updated review, either "previous", {"studies", "reports"} (of a review done
    elsewhere), or "version", a ``Version`` frozen by this workflow.

    A report stands in the left column when any of its records came from a database or a register. Reports found
    by other methods only are not screened on title and abstract but sought directly. A record of another method that
    duplicates a database report is removed as a duplicate in the right column.

    With a version, both columns count what is new since then: records that the version did not contain, and reports
    whose outcome has changed since. A new record of a report that was finished in the version is removed as a
    duplicate.

    ``review``: what is counted of these tables (``gathered``), if that is known already.

    Raises FlowError, naming each identity that fails.
    """
    review = review or gathered(tables)
    identification, screening, reading, columns = (
        review.identification,
        review.screening,
        review.reading,
        review.columns,
    )
    notes = list(review.notes)
    boxes = _left_boxes(identification, review.counted, screening, reading)
    if any(source["kind"] == "other" for source in identification.sources.values()):
        boxes["other"] = _right_boxes(identification, review.counted, reading)
    reports = _included_at(reading, {*_included_at(screening, columns.queue), *columns.direct})
    included = _included(tables["studies"], reports, identification.report_of)
    boxes |= _included_boxes(tables, included, review.before, notes)
    boxes["possible_duplicates"] = int(tables.get("possible_duplicates") or 0)
    check(boxes)
    return Flow(boxes, tuple(notes))


def outcomes(tables: Mapping[str, Any]) -> dict[str, str]:
    """The final outcome of each report, by report id; reports that await a decision are left out.

    ``tables`` as for ``prisma_flow``. The values are those of ``OUTCOMES``.
    """
    identification = identification_of(tables)
    screening = _screened(tables, identification, [])
    reading = decisions(tables["full_text"], "full text", identification.report_of, [])
    return _outcomes(_columns(identification, identification.records, frozenset()), screening, reading)


def gathered(tables: Mapping[str, Any]) -> Gathered:
    """What is counted, and the decisions on it. ``tables`` as for ``prisma_flow``."""
    identification = identification_of(tables)
    notes: list[str] = []
    screening = _screened(tables, identification, notes)
    reading = decisions(tables["full_text"], "full text", identification.report_of, notes)
    columns = _columns(identification, identification.records, frozenset())
    _note_strays(screening, columns.queue, "title and abstract", notes)
    _note_strays(reading, {*_included_at(screening, columns.queue), *columns.direct}, "full text", notes)
    before = _before(tables.get("version"), identification, columns, screening, reading)
    counted = columns
    if before.version is not None:
        new = before.counted(identification.records, identification.report_of)
        counted = _columns(identification, new, before.finished)
    return Gathered(identification, screening, reading, columns, counted, before, tuple(notes))


SCREENED_OUT, READ_OUT, NOT_RETRIEVED, INCLUDED, REMOVED = OUTCOMES = (
    "excluded at title and abstract",
    "excluded at full text",
    "not retrieved",
    "included",
    "removed before screening",
)


def _columns(identification: Identification, records: Iterable[str], finished: frozenset[str]) -> Columns:
    records = tuple(records)
    left, right = identification.columns(records)
    return Columns(records, left - finished, right - finished, finished, frozenset(identification.removed))


def _screened(tables: Mapping[str, Any], identification: Identification, notes: list[str]) -> Decided:
    """The decisions on title and abstract; a reopened report counts as screened and sought."""
    screening = decisions(tables["title_abstract"], "title and abstract", identification.report_of, notes)
    if identification.reopened:
        notes.append(
            "Excluded at title and abstract but sought in full text, because they belong to an included report: "
            f"{len(identification.reopened):,}."
        )
    return {
        **screening,
        **{report: {"decision": "include", "reason": ""} for report in sorted(identification.reopened)},
    }


def _before(
    version: Version | None, identification: Identification, columns: Columns, screening: Decided, reading: Decided
) -> Carried:
    """The reports finished in the previous version and unchanged since."""
    if version is None:
        return Carried()
    return carried(version, identification.report_of, _outcomes(columns, screening, reading))


def _outcomes(columns: Columns, screening: Decided, reading: Decided) -> dict[str, str]:
    at_full_text = {"include": INCLUDED, "exclude": READ_OUT, "not retrieved": NOT_RETRIEVED}
    ended = dict.fromkeys((columns.left | columns.right) & columns.removed, REMOVED)
    for report in columns.queue | columns.direct:
        screened = screening.get(report, {}).get("decision") if report in columns.queue else "include"
        read = reading.get(report, {}).get("decision")
        if screened == "exclude":
            ended[report] = SCREENED_OUT
        elif screened == "include" and read in at_full_text:
            ended[report] = at_full_text[read]
    return ended


def _note_strays(decided: Decided, expected: Collection[str], stage: str, notes: list[str]) -> None:
    strays = len(decided.keys() - set(expected))
    if strays:
        notes.append(f"Decided at {stage} but no longer part of that stage, not counted: {strays:,}.")


def _identified(identification: Identification, columns: Columns, kind: str) -> dict[str, int]:
    """Records by label of the sources of one kind."""
    counted = Counter(identification.records[record] for record in columns.records)
    return {row["label"]: counted[name] for name, row in identification.sources.items() if row["kind"] == kind}


def _left_boxes(
    identification: Identification, columns: Columns, screening: Decided, reading: Decided
) -> dict[str, Any]:
    databases, registers = (_identified(identification, columns, kind) for kind in DATABASE_KINDS)
    total = sum(databases.values()) + sum(registers.values())
    queue = sorted(columns.queue)
    decided = [screening[report]["decision"] for report in queue if report in screening]
    return {
        "identified": {"databases": databases, "registers": registers, "total": total},
        "removed": _removed_box(total - len(columns.left), columns.left, identification.removed),
        "screened": len(decided),
        "excluded_title_abstract": sum(decision == "exclude" for decision in decided),
        "undecided_title_abstract": sum(report not in screening for report in queue),
        **_reading_boxes(_included_at(screening, queue), reading),
    }


def _right_boxes(identification: Identification, columns: Columns, reading: Decided) -> dict[str, Any]:
    identified = _identified(identification, columns, "other")
    total = sum(identified.values())
    return {
        "identified": {"sources": identified, "total": total},
        "removed": _removed_box(total - len(columns.right), columns.right, identification.removed),
        **_reading_boxes(sorted(columns.direct), reading),
    }


def _removed_box(duplicates: int, reports: frozenset[str], removed: Mapping[str, str]) -> dict[str, int]:
    why = Counter(removed[report] for report in reports & removed.keys())
    box = {"duplicates": duplicates, "automation": why["automation"], "other": why["other"]}
    return box | {"total": sum(box.values())}


def _reading_boxes(sought: list[str], reading: Decided) -> dict[str, Any]:
    decided = [reading[report] for report in sought if report in reading]
    reasons = Counter(row["reason"] for row in decided if row["decision"] == "exclude")
    return {
        "sought": len(sought),
        "not_retrieved": sum(row["decision"] == "not retrieved" for row in decided),
        "undecided_full_text": sum(report not in reading for report in sought),
        "assessed": sum(row["decision"] in ("include", "exclude") for row in decided),
        "excluded_full_text": dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
    }


def _included_at(decided: Decided, reports: Iterable[str]) -> list[str]:
    return sorted(report for report in reports if decided.get(report, {}).get("decision") == "include")


def _included(studies: pd.DataFrame, reports: list[str], report_of: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """The reports of each included study, after checking that both tables name the same reports."""
    included = set(reports)
    grouped = {
        study: frozenset(
            report_of.get(member.strip(), member.strip()) for member in str(joined).split(";") if member.strip()
        )
        for study, joined in zip(studies[STUDY_ID], studies["report_ids"], strict=True)
    }
    grouped_reports = set().union(*grouped.values())
    problems = []
    if missing := included - grouped_reports:
        problems.append(f"{len(missing):,} included reports belong to no study, the first being {min(missing)}.")
    if foreign := grouped_reports - included:
        problems.append(f"{len(foreign):,} reports of studies are not included, the first being {min(foreign)}.")
    if len(grouped) != len(studies):
        problems.append("A study is listed twice in the table of studies.")
    collect(problems, FlowError, where="PRISMA flow", remedy=REMEDY)
    return grouped


def _included_boxes(
    tables: Mapping[str, Any], included: Mapping[str, frozenset[str]], before: Carried, notes: list[str]
) -> dict[str, dict[str, int]]:
    """The boxes of included studies, of this version and, in an updated review, of the previous one."""
    reports = frozenset().union(*included.values())
    total = {"studies": len(included), "reports": len(reports)}
    if before.version is None:
        previous = tables.get("previous")
        if not previous:
            return {"included": total}
        previous = {name: int(previous[name]) for name in ("studies", "reports")}
        both = {name: previous[name] + total[name] for name in previous}
        return {"included": total, "previous": previous, "no_longer": dict.fromkeys(previous, 0), "total": both}
    previous = {"studies": len(before.version.studies), "reports": len(before.version.included)}
    unchanged = {"studies": before.studies_kept(included), "reports": len(reports & before.finished)}
    notes += before.sentences(included)
    return {
        "included": {name: total[name] - unchanged[name] for name in total},
        "previous": previous,
        "no_longer": {name: previous[name] - unchanged[name] for name in previous},
        "total": total,
    }
