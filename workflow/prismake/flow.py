"""The counts of the PRISMA 2020 flow, and the identities that hold between them.

Page MJ, McKenzie JE, Bossuyt PM, et al. The PRISMA 2020 statement. BMJ 2021;372:n71, figure 1 and its
variants for other methods and for updated reviews. The template has no place for what people have not
decided yet; here *undecided* is a term of its own at both screening stages, so that every arrow is an
identity at every moment of a review.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .errors import FlowError, collect

if TYPE_CHECKING:
    import pandas as pd

DATABASE_KINDS = ("database", "register")
NO_REASON = "No reason given"
REMEDY = "No count is shown until this adds up; run the workflow again, and look at the tables named if it stays."


@dataclass(frozen=True)
class Flow:
    """The boxes of the flow. All counts are non-negative integers.

    ``boxes`` holds, for reports found by databases and registers (the left column):

    ========================== =======================================================================
    identified                 {"databases": {label: records}, "registers": {label: records}, "total"}
    removed                    {"duplicates", "automation", "other", "total"} (records before screening)
    screened                   records with a settled decision at title/abstract
    excluded_title_abstract    of these, excluded
    undecided_title_abstract   records that wait for a decision at title/abstract
    sought                     reports sought for retrieval
    not_retrieved              of these, not retrieved
    undecided_full_text        of these, waiting for a decision at full text
    assessed                   reports with a settled decision at full text
    excluded_full_text         {reason: reports}, most frequent first, then by name
    ========================== =======================================================================

    ``boxes["other"]`` holds the same for reports found by other methods only, without the three title/abstract
    boxes; ``identified`` there is {"sources": {label: records}, "total"}. It is there when a source of kind
    "other" is. ``boxes["included"]`` is {"studies", "reports"} of both columns; ``boxes["previous"]`` and
    ``boxes["total"]`` ({"studies", "reports"}) are there in an updated review. ``boxes["possible_duplicates"]``
    is the number of pairs of records that wait for the panel (they are counted as different until then).

    ``notes`` are sentences on rows that could not be counted.
    """

    boxes: Mapping[str, Any]
    notes: tuple[str, ...] = field(default=())

    @property
    def undecided(self) -> int:
        """Records, reports and pairs that wait for a decision, both columns together."""
        other = self.boxes.get("other", {})
        return (
            self.boxes["undecided_title_abstract"]
            + self.boxes["undecided_full_text"]
            + other.get("undecided_full_text", 0)
            + self.boxes["possible_duplicates"]
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain nested dictionaries, fit for JSON: {"boxes": ..., "notes": [...], "undecided": n}."""
        return {"boxes": _plain(self.boxes), "notes": list(self.notes), "undecided": self.undecided}

    def rows(self) -> list[dict[str, Any]]:
        """One row a count: column ("databases", "other methods", "review"), box, item, count."""
        rows = []
        for name, value in self.boxes.items():
            if name == "other":
                for inner, count in value.items():
                    rows += _rows("other methods", inner, count)
            else:
                whole = name in ("included", "previous", "total", "possible_duplicates")
                rows += _rows("review" if whole else "databases", name, value)
        return rows


# report_id -> {"decision", "reason"}, settled decisions only
_Decided = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class _Found:
    """What the searches gave: records by source, their reports, and the column of each report."""

    sources: Mapping[str, Mapping[str, Any]]
    records: Mapping[str, str]
    report_of: Mapping[str, str]
    left: frozenset[str]
    right: frozenset[str]
    removed: Mapping[str, str]

    def identified(self, kind: str) -> dict[str, int]:
        """Records by label of the sources of one kind."""
        counted = Counter(self.records.values())
        return {row["label"]: counted[name] for name, row in self.sources.items() if row["kind"] == kind}


def prisma_flow(tables: Mapping[str, Any]) -> Flow:
    """Count the boxes of the flow from the tables of a review.

    ``tables``: "searches", a list of {"source", "label", "kind" ("database", "register" or "other"), "records"
    (int or None)}; frames "records" (record_id, source), "duplicates" (record_id, report_id; every record once),
    "title_abstract" and "full_text" (item_id, state, decision, and reason at full text; item_id is any record of
    the report), "studies" (study_id, report_ids joined by "; "). Optional: "removed", a frame (report_id, why:
    "automation" or "other") of records taken out before screening; "previous", {"studies", "reports"} of the
    review that is updated; "possible_duplicates", the number of pairs that wait for the panel.

    A report stands in the left column when any of its records came from a database or a register. Reports found
    by other methods alone are not screened on title and abstract: they are sought at once. A record of another
    method that duplicates a database report is removed as a duplicate in the right column.

    Raises FlowError, naming each identity that fails.
    """
    found = _found(tables)
    notes: list[str] = []
    screening = _decisions(tables["title_abstract"], "title and abstract", found.report_of, notes)
    reading = _decisions(tables["full_text"], "full text", found.report_of, notes)
    queue = found.left - found.removed.keys()
    sought = {*_included_at(screening, queue), *(found.right - found.removed.keys())}
    _note_strays(screening, queue, "title and abstract", notes)
    _note_strays(reading, sought, "full text", notes)

    boxes = _left_boxes(found, screening, reading)
    if any(source["kind"] == "other" for source in found.sources.values()):
        boxes["other"] = _right_boxes(found, reading)
    boxes["included"] = _included(tables["studies"], _included_at(reading, sought), found.report_of)
    if previous := tables.get("previous"):
        boxes["previous"] = {name: int(previous[name]) for name in ("studies", "reports")}
        boxes["total"] = {name: boxes["previous"][name] + boxes["included"][name] for name in ("studies", "reports")}
    boxes["possible_duplicates"] = int(tables.get("possible_duplicates") or 0)
    check(boxes)
    return Flow(boxes, tuple(notes))


def check(boxes: Mapping[str, Any]) -> None:
    """Check every arrow of the flow. Raises FlowError that names each identity which fails, with its numbers."""
    problems = [f"{name}: {left:,} is not {right:,}." for name, left, right in identities(boxes) if left != right]
    collect(problems, FlowError, where="PRISMA flow", remedy=REMEDY)


def identities(boxes: Mapping[str, Any]) -> list[tuple[str, int, int]]:
    """Every arrow as (sentence, left side, right side); the sides are equal in a sound flow."""
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
                f"Previous + new {name} = total {name}",
                boxes["previous"][name] + boxes["included"][name],
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


def _sources(searches: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The searches by source name, with labels that are told apart."""
    rows = [dict(search) for search in searches]
    labels = Counter(row["label"] for row in rows)
    sources: dict[str, dict[str, Any]] = {}
    problems = []
    for row in rows:
        if row["source"] in sources:
            problems.append(f"Source '{row['source']}' stands twice among the searches.")
        if row["kind"] not in (*DATABASE_KINDS, "other"):
            problems.append(f"Source '{row['source']}' is of kind '{row['kind']}', not database, register or other.")
        if labels[row["label"]] > 1:
            row["label"] = f"{row['label']} ({row['source']})"
        sources[row["source"]] = row
    collect(problems, FlowError, where="PRISMA flow", remedy="Give each source one name and one of these kinds.")
    return sources


def _found(tables: Mapping[str, Any]) -> _Found:
    sources = _sources(tables["searches"])
    records = dict(zip(tables["records"]["record_id"], tables["records"]["source"], strict=True))
    report_of = _report_of(tables, records, sources)
    left = frozenset(report_of[record] for record, name in records.items() if sources[name]["kind"] in DATABASE_KINDS)
    right = frozenset(report_of.values()) - left
    return _Found(sources, records, report_of, left, right, _removed(tables.get("removed"), report_of))


def _report_of(
    tables: Mapping[str, Any], records: Mapping[str, str], sources: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    """The report of each record, after the checks that no record vanished between two tables."""
    duplicates = tables["duplicates"]
    report_of = dict(zip(duplicates["record_id"], duplicates["report_id"], strict=True))
    problems = []
    if len(records) != len(tables["records"]):
        problems.append(f"{len(tables['records']) - len(records):,} record ids stand twice in the record table.")
    if len(report_of) != len(duplicates):
        problems.append(f"{len(duplicates) - len(report_of):,} records stand twice in the table of duplicates.")
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
        said = search.get("records")
        if said is not None and int(said) != counted[source]:
            problems.append(
                f"Records retrieved from {search['label']} = its rows in the record table: "
                f"{int(said):,} is not {counted[source]:,}."
            )
    collect(problems, FlowError, where="PRISMA flow", remedy=REMEDY)
    return report_of


def _removed(frame: pd.DataFrame | None, report_of: Mapping[str, str]) -> dict[str, str]:
    """Why each report that was taken out before screening was taken out: "automation" or "other"."""
    if frame is None:
        return {}
    return {
        report_of.get(report, report): "automation" if why == "automation" else "other"
        for report, why in zip(frame["report_id"], frame["why"], strict=True)
    }


def _decisions(
    frame: pd.DataFrame, stage: str, report_of: Mapping[str, str], notes: list[str]
) -> dict[str, dict[str, str]]:
    """The settled decisions by report; a report whose members were settled differently is undecided."""
    settled: dict[str, dict[str, str]] = {}
    differing = set()
    gone = 0
    reasons = frame["reason"] if "reason" in frame else [""] * len(frame)
    for item, state, decision, reason in zip(frame["item_id"], frame["state"], frame["decision"], reasons, strict=True):
        if state != "settled":
            continue
        if item not in report_of:
            gone += 1
            continue
        report = report_of[item]
        row = {"decision": decision, "reason": (reason if isinstance(reason, str) else "").strip() or NO_REASON}
        if settled.setdefault(report, row)["decision"] != decision:
            differing.add(report)
    for report in differing:
        del settled[report]
    if gone:
        notes.append(f"Decided at {stage} and no longer among the records found, not counted: {gone:,}.")
    if differing:
        notes.append(
            f"{len(differing):,} reports hold records that were decided differently at {stage}; "
            "they count as undecided."
        )
    return settled


def _note_strays(decisions: _Decided, expected: frozenset[str] | set[str], stage: str, notes: list[str]) -> None:
    strays = len(decisions.keys() - expected)
    if strays:
        notes.append(f"Decided at {stage} and no longer put to that stage, not counted: {strays:,}.")


def _left_boxes(found: _Found, screening: _Decided, reading: _Decided) -> dict[str, Any]:
    databases, registers = (found.identified(kind) for kind in DATABASE_KINDS)
    seen: set[str] = set()
    duplicates = 0
    for record, source in found.records.items():
        if found.sources[source]["kind"] in DATABASE_KINDS:
            duplicates += found.report_of[record] in seen
            seen.add(found.report_of[record])
    queue = sorted(found.left - found.removed.keys())
    decided = [screening[report]["decision"] for report in queue if report in screening]
    total = sum(databases.values()) + sum(registers.values())
    return {
        "identified": {"databases": databases, "registers": registers, "total": total},
        "removed": _removed_box(duplicates, found.left, found.removed),
        "screened": len(decided),
        "excluded_title_abstract": sum(decision == "exclude" for decision in decided),
        "undecided_title_abstract": sum(report not in screening for report in queue),
        **_reading_boxes(_included_at(screening, queue), reading),
    }


def _right_boxes(found: _Found, reading: _Decided) -> dict[str, Any]:
    identified = found.identified("other")
    total = sum(identified.values())
    return {
        "identified": {"sources": identified, "total": total},
        "removed": _removed_box(total - len(found.right), found.right, found.removed),
        **_reading_boxes(sorted(found.right - found.removed.keys()), reading),
    }


def _removed_box(duplicates: int, reports: frozenset[str], removed: Mapping[str, str]) -> dict[str, int]:
    why = Counter(removed[report] for report in reports & removed.keys())
    box = {"duplicates": duplicates, "automation": why["automation"], "other": why["other"]}
    return box | {"total": sum(box.values())}


def _reading_boxes(sought: list[str], reading: _Decided) -> dict[str, Any]:
    decided = [reading[report] for report in sought if report in reading]
    reasons = Counter(row["reason"] for row in decided if row["decision"] == "exclude")
    return {
        "sought": len(sought),
        "not_retrieved": sum(row["decision"] == "not retrieved" for row in decided),
        "undecided_full_text": sum(report not in reading for report in sought),
        "assessed": sum(row["decision"] in ("include", "exclude") for row in decided),
        "excluded_full_text": dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
    }


def _included_at(decided: _Decided, reports: Iterable[str]) -> list[str]:
    return sorted(report for report in reports if decided.get(report, {}).get("decision") == "include")


def _included(studies: pd.DataFrame, reports: list[str], report_of: Mapping[str, str]) -> dict[str, int]:
    """Included studies and their reports, after the check that both tables name the same reports."""
    included = set(reports)
    named = {
        report_of.get(report.strip(), report.strip())
        for joined in studies["report_ids"]
        for report in str(joined).split(";")
        if report.strip()
    }
    problems = []
    if missing := included - named:
        problems.append(f"{len(missing):,} included reports belong to no study, the first being {min(missing)}.")
    if foreign := named - included:
        problems.append(f"{len(foreign):,} reports of studies are not included, the first being {min(foreign)}.")
    if studies["study_id"].duplicated().any():
        problems.append("A study stands twice in the table of studies.")
    collect(problems, FlowError, where="PRISMA flow", remedy=REMEDY)
    return {"studies": len(studies), "reports": len(named)}


def _rows(column: str, box: str, value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, Mapping):
        return [{"column": column, "box": box, "item": "", "count": value}]
    rows = []
    for item, count in value.items():
        if isinstance(count, Mapping):
            rows += [{"column": column, "box": box, "item": f"{item}: {name}", "count": n} for name, n in count.items()]
        else:
            rows.append({"column": column, "box": box, "item": str(item), "count": count})
    return rows


def _plain(value: Any) -> Any:
    return {key: _plain(inner) for key, inner in value.items()} if isinstance(value, Mapping) else value
