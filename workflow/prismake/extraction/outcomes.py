"""From the settled extraction to one table of outcomes: one row per study, arm and outcome, with its provenance."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from prismake.core.missing import is_missing
from prismake.core.names import ITEM_ID, STUDY_ID
from prismake.extraction.assumed_correlations import assumes_correlation, at_other_correlations
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.cohorts import Candidate, families, gives_way, named_rows
from prismake.extraction.derived_values import with_conversions
from prismake.extraction.doubts import Remark, doubts_of
from prismake.extraction.extracted import Column, extraction_of, number, outcomes_of, timing_columns
from prismake.extraction.unfinished import is_unfinished
from prismake.protocol.analyses import OTHER_CORRELATIONS
from prismake.protocol.joint_problems import joint_column
from prismake.protocol.outcome_kinds import KINDS, kind_of, parts_of

if TYPE_CHECKING:
    import pandas as pd

USED, MISSING, OVERLAP, OPEN, WRONG = "used", "not reported", "overlap", "undecided", "impossible"
_SIZES = ("total", "n", "n1", "n2", "total1", "total2")


@dataclass(frozen=True)
class Cohorts:
    """How studies with the same participants are identified and handled.

    ``overlap``: the column that names the other study; ``rule`` as in ``prismake.extraction.cohorts``; ``follow_up``:
    the column with the length of follow-up; ``signs``: the columns with centre, start and end of enrolment; ``fields``:
    what was asked (name, label, type, when: column and answer).
    """

    overlap: str
    rule: str = "named"
    follow_up: str = ""
    signs: Mapping[str, str] = field(default_factory=dict)
    fields: Sequence[Mapping[str, Any]] = field(default_factory=list)

    @property
    def timing(self) -> dict[str, str]:
        """The columns with start and end of enrolment and the length of follow-up, as far as there are."""
        return timing_columns(self.signs, self.follow_up)


def collect_outcomes(
    queue: pd.DataFrame,
    decisions: pd.DataFrame,
    notes: pd.DataFrame,
    studies: pd.DataFrame,
    outcomes: Mapping[str, Mapping[str, Any]],
    cohorts: Cohorts,
    unasked: Mapping[tuple[str, str], str] = MappingProxyType({}),
    absent: Collection[tuple[str, str]] = frozenset(),
) -> pd.DataFrame:
    """One row per study (or arm) and outcome.

    Args:
        unasked: by row and outcome, why a study was not asked for it.
        absent: rows and outcomes that have nothing to do with each other, such as a comparator and an outcome of which
            it is a part of every arm's row.

    Columns: study_id, arm, label, year (of the report that speaks for the study), outcome, one for each part a measure
    can have (text as extracted), ``treatment`` if there is a network, ``design`` if a curve over doses has one, one for
    each subgroup and moderator column, two
    for what changes with a lower or higher correlation if the protocol assumes one, status (used, not reported,
    overlap, undecided, impossible), remark, settled_by (agreement, or who adjudicated), source (people's notes on it),
    how (by part, how numbers were obtained unless simply printed). No row is left out: a study that cannot be pooled is
    listed with the reason.
    """
    import pandas as pd

    label = dict(zip(queue[ITEM_ID], queue["title"], strict=True))
    year = dict(zip(studies[STUDY_ID], studies["year"], strict=True))
    written = _remarks(notes)
    how = _origins(notes)
    parts = {role for spec in outcomes.values() for role in (*parts_of(spec), *spec["columns"])}
    roles = sorted(parts, key=_role_order)
    named = (
        column
        for spec in outcomes.values()
        for column in (*spec["subgroups"], *spec.get("moderators", ()), *joint_column(spec))
    )
    groups = list(dict.fromkeys(named))
    beside = list(dict.fromkeys(column for spec in outcomes.values() for column in kind_of(spec).beside(spec)))
    answers = {item[ITEM_ID]: item for item in decisions.to_dict("records")}
    derived = with_conversions(answers, outcomes)
    correlations = [*OTHER_CORRELATIONS] if assumes_correlation(outcomes) else []
    elsewhere = at_other_correlations(answers, derived.items, outcomes)
    items, how = derived.items, {**how, **derived.how}
    statuses = _statuses(items, label, written, outcomes, cohorts, unasked)
    for place, why in derived.refused.items():
        if statuses[place][0] == MISSING:
            statuses[place] = (MISSING, f"{statuses[place][1]} ({why})")
    rows = []
    for key, item in items.items():
        study, _, arm = key.partition("|")
        for name, spec in outcomes.items():
            if (key, name) in absent:
                continue
            values = {role: item.get(column, "") for role, column in spec["columns"].items()}
            status, remark = statuses[key, name]
            rows.append(
                {
                    STUDY_ID: study,
                    "arm": arm,
                    "label": label[key],
                    "year": year.get(study, ""),
                    "outcome": name,
                    **{role: values.get(role, "") for role in roles},
                    **_beside(item, spec, arm, beside),
                    **{column: item.get(column, "") for column in groups},
                    **{column: elsewhere.get((key, name), {}).get(column, "") for column in correlations},
                    "status": status,
                    "remark": remark,
                    "settled_by": item.get(f"settled_by|{name}") or item.get("settled_by", ""),
                    "source": _source(written.get(key, ()), spec["columns"].values()),
                    "how": "; ".join(f"{role} {how[key, c]}" for role, c in spec["columns"].items() if (key, c) in how),
                }
            )
    columns = [STUDY_ID, "arm", "label", "year", "outcome", *roles, *beside, *groups, *correlations]
    columns += ["status", "remark", "settled_by", "source", "how"]
    return pd.DataFrame(rows, columns=columns, dtype=str).sort_values(
        ["outcome", "label", STUDY_ID, "arm"], kind="stable"
    )


def _beside(item: Mapping[str, str], spec: Mapping[str, Any], arm: str, columns: Sequence[str]) -> dict[str, str]:
    """The columns that only some kinds have, such as what an arm was given; "" where the outcome has no such column."""
    own = kind_of(spec).beside(spec)
    named = {name: (item.get(column, "") if column else arm) for name, column in own.items()}
    return {name: named.get(name, "") for name in columns}


def _remarks(notes: pd.DataFrame) -> dict[str, list[Remark]]:
    """By row, people's notes, each once."""
    about = notes["columns"] if "columns" in notes else [""] * len(notes)
    remarks: dict[str, dict[Remark, None]] = {}
    for item, note, columns in zip(notes[ITEM_ID], notes["note"], about, strict=True):
        if note:
            remarks.setdefault(item, {}).setdefault(Remark(note, frozenset(columns.split())))
    return {item: list(own) for item, own in remarks.items()}


def _source(remarks: Sequence[Remark], columns: Iterable[str]) -> str:
    """People's notes on the numbers in these columns, or else on the row."""
    own = set(columns)
    about = [note.text for note in remarks if note.columns & own]
    return " / ".join(about or [note.text for note in remarks if not note.columns])


def _origins(notes: pd.DataFrame) -> dict[tuple[str, str], str]:
    """By row and column, how the number was obtained, unless it was simply printed."""
    origins: dict[tuple[str, str], str] = {}
    if "how" in notes:
        for item, text in zip(notes[ITEM_ID], notes["how"], strict=True):
            for line in filter(None, text.split("\n")):
                column, _, way = line.partition(": ")
                origins[item, column] = way
    return origins


def family_table(queue: pd.DataFrame, decisions: pd.DataFrame, table: pd.DataFrame, cohorts: Cohorts) -> pd.DataFrame:
    """One row per study (or arm) that shares participants with another: what it names, and what it contributes to.

    Columns: family (from 1), study_id, arm, label, names, and one per outcome: *pooled*, or why not.
    """
    import pandas as pd

    label = dict(zip(queue[ITEM_ID], queue["title"], strict=True))
    items = {item[ITEM_ID]: item for item in decisions.to_dict("records")}
    outcomes = list(dict.fromkeys(table["outcome"]))
    feeds = {
        (row[STUDY_ID] + (f"|{row['arm']}" if row["arm"] else ""), row["outcome"]): "pooled"
        if row["status"] == USED
        else row["remark"]
        for row in table.to_dict("records")
    }
    rows = []
    for place, family in enumerate(families(_named(items, label, cohorts)), start=1):
        for item in sorted(family, key=lambda member: (label[member], member)):
            study, _, arm = item.partition("|")
            rows.append(
                {
                    "family": str(place),
                    STUDY_ID: study,
                    "arm": arm,
                    "label": label[item],
                    "names": items[item].get(cohorts.overlap, ""),
                    **{outcome: feeds.get((item, outcome), "") for outcome in outcomes},
                }
            )
    return pd.DataFrame(rows, columns=["family", STUDY_ID, "arm", "label", "names", *outcomes], dtype=str)


def _role_order(role: str) -> tuple[int, str]:
    every = list(dict.fromkeys(name for kind in KINDS.values() for roles in kind.parts.values() for name in roles))
    return every.index(role), role


def _named(items: Mapping[str, Mapping[str, str]], label: Mapping[str, str], cohorts: Cohorts) -> dict[str, list[str]]:
    """By row, the rows that it names as having the same participants."""
    labels = {item: label[item] for item in items}
    names = {
        item: [other for other in named_rows(text, labels) if other != item]
        for item, given in items.items()
        if not is_missing(text := given.get(cohorts.overlap, ""))
    }
    return {item: others for item, others in names.items() if others}


def _statuses(
    items: Mapping[str, Mapping[str, str]],
    label: Mapping[str, str],
    remarks: Mapping[str, Sequence[Remark]],
    outcomes: Mapping[str, Mapping[str, Any]],
    cohorts: Cohorts,
    unasked: Mapping[tuple[str, str], str],
) -> dict[tuple[str, str], tuple[str, str]]:
    """Status and remark by row and outcome."""
    waiting = _waiting(items, label, remarks, outcomes, cohorts)
    own = {
        (key, name): (MISSING, unasked[key, name])
        if (key, name) in unasked
        else _own_status(item, spec, cohorts, waiting.get(key, ()))
        for key, item in items.items()
        for name, spec in outcomes.items()
    }
    _wait_together(own, outcomes)
    reported = {key: sum(own[key, name][0] == USED for name in outcomes) for key in items}
    named = _named(items, label, cohorts)
    for name, spec in outcomes.items():
        candidates = {
            key: Candidate(_size(item, spec), number(item.get(cohorts.follow_up, "")) or 0.0, reported[key])
            for key, item in items.items()
            if own[key, name][0] == USED
        }
        for key, other in gives_way(candidates, named, cohorts.rule).items():
            own[key, name] = (OVERLAP, f"same participants as {label[other]}, which is pooled instead")
    return own


def _wait_together(own: dict[tuple[str, str], tuple[str, str]], outcomes: Mapping[str, Mapping[str, Any]]) -> None:
    """Rows of a study that say something only together wait for one of them that is open."""
    together = {name for name, spec in outcomes.items() if kind_of(spec).together}
    waiting: dict[tuple[str, str], str] = {}
    for (key, name), (status, remark) in own.items():
        if name in together and status in (OPEN, WRONG):
            waiting.setdefault((key.partition("|")[0], name), remark)
    for (key, name), (status, _) in own.items():
        place = (key.partition("|")[0], name)
        if status == USED and place in waiting:
            own[key, name] = (OPEN, f"another group of this study waits: {waiting[place]}")


def _size(item: Mapping[str, str], spec: Mapping[str, Any]) -> float:
    sizes = (number(item.get(column, "")) for role, column in spec["columns"].items() if role in _SIZES)
    return sum(size for size in sizes if size is not None)


def _waiting(
    items: Mapping[str, Mapping[str, str]],
    label: Mapping[str, str],
    remarks: Mapping[str, Sequence[Remark]],
    outcomes: Mapping[str, Mapping[str, Any]],
    cohorts: Cohorts,
) -> dict[str, list[Finding]]:
    """By row, the findings of the checks of settled numbers that nobody has answered."""
    fields = {field["name"]: field for field in cohorts.fields}
    columns = [Column(name, field["label"], field["type"]) for name, field in fields.items()]
    values = {key: {column.name: item.get(column.name, "") for column in columns} for key, item in items.items()}
    # of an unfinished study, the fields that are settled
    agreed = {key: own for key, own in values.items() if any(own.values())}
    extraction = extraction_of(
        columns, agreed, label, outcomes_of(outcomes), list(items), cohorts.overlap, cohorts.timing
    )
    waiting: dict[str, list[Finding]] = {}
    for finding in doubts_of(extraction, remarks).waiting:
        waiting.setdefault(finding.item, []).append(finding)
    return waiting


def _own_status(
    item: Mapping[str, str], spec: Mapping[str, Any], cohorts: Cohorts, waiting: Sequence[Finding]
) -> tuple[str, str]:
    """Whether a row has a number for an outcome that can be pooled, apart from other studies."""
    columns = set(spec["columns"].values())
    own = [finding for finding in waiting if columns & set(finding.columns)]
    if wrong := next((finding for finding in own if finding.grade == Grade.STOP), None):
        return WRONG, f"{wrong.what}: correct the extraction sheet"
    if own:
        return OPEN, f"{own[0].what}: to be checked in the extraction sheet"
    if waiting:
        return (WRONG if waiting[0].grade == Grade.STOP else OPEN), f"{waiting[0].what}: this study waits for it"
    gaps = {role: column for role, column in spec["columns"].items() if not item.get(column)}
    why = _not_asked(item, {*gaps.values()}, cohorts, settled=True)
    if why and not kind_of(spec).enough(frozenset(gaps), spec):
        return MISSING, why
    if is_unfinished(item, spec, cohorts.overlap):
        return OPEN, f"the extraction of this study is not finished ({item['state']})"
    values = {role: item.get(column, "") for role, column in spec["columns"].items()}
    blank = [role for role, value in values.items() if is_missing(value)]
    if blank and kind_of(spec).enough(frozenset(blank), spec):
        return USED, f"not reported: {_headings(blank, spec)}; the rest is used"
    if blank and (why := _not_asked(item, {spec["columns"][role] for role in blank}, cohorts)):
        return MISSING, why
    if blank:
        return MISSING, f"not reported: {_headings(blank, spec)}"
    return USED, ""


def _headings(roles: Iterable[str], spec: Mapping[str, Any]) -> str:
    labels = spec.get("labels", {})
    return ", ".join(labels.get(spec["columns"][role]) or spec["columns"][role] for role in roles)


def _not_asked(item: Mapping[str, str], columns: set[str], cohorts: Cohorts, *, settled: bool = False) -> str:
    """Why a study was not asked for these columns, or the empty string; ``settled``: only by a settled answer."""
    headings = {field["name"]: field["label"] for field in cohorts.fields}
    for question in cohorts.fields:
        if question["name"] in columns and question.get("when"):
            column, answer = question["when"]
            if item.get(column, "") != answer and not (settled and not item.get(column)):
                return f"not asked: “{headings.get(column, column)}” is {item.get(column) or 'open'}, not {answer}"
    return ""
