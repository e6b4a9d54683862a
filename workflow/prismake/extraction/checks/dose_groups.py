"""Dose groups of a study: doses that can be read and differ, one reference group, ratios and counts that fit them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prismake.extraction.checks.arithmetic import shown
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.doses import Assigned, assigned_doses
from prismake.extraction.extracted import Extraction, Outcome, Row

MEASURE = "DOSE"
_FAR = 4.0  # times by which an adjusted ratio may differ from that of the counts


def check(extraction: Extraction) -> Iterator[Finding]:
    """Check each group by itself, then the groups of each study together."""
    for outcome in extraction.outcomes:
        if outcome.measure != MEASURE:
            continue
        studies: dict[str, list[Row]] = {}
        for row in extraction.rows:
            if any(row.texts.get(column) for column in outcome.columns.values()):
                studies.setdefault(row.study, []).append(row)
        for rows in studies.values():
            for row in rows:
                yield from _of_group(extraction, outcome, row)
            yield from _doses(extraction, outcome, rows)
            if {"effect", "lower", "upper"} <= outcome.columns.keys():
                yield from _references(extraction, outcome, rows)
                if {"events", "total"} <= outcome.columns.keys() or {"events", "time"} <= outcome.columns.keys():
                    yield from _against_counts(extraction, outcome, rows)


def _of_group(extraction: Extraction, outcome: Outcome, row: Row) -> Iterator[Finding]:
    """Impossible numbers of one group."""
    value = {role: row.values[column] for role, column in outcome.columns.items() if column in row.values}
    name = {role: f"“{extraction.label(column)}”" for role, column in outcome.columns.items()}

    def finding(roles: Sequence[str], what: str) -> Finding:
        return Finding(Grade.STOP, "dose group", row.item, tuple(outcome.columns[role] for role in roles), what)

    if value.keys() >= {"events", "total"} and value["events"] > value["total"]:
        roles = ("events", "total")
        yield finding(
            roles, f"{shown(value['events'])} cases are more than the {shown(value['total'])} of {name['total']}"
        )
    for role in ("events", "total", "time", "n", "sd"):
        if value.get(role, 1.0) < 0 or (role in ("total", "time", "sd") and value.get(role) == 0):
            yield finding((role,), f"{name[role]} is {shown(value[role])} and must be above 0")
    if value.get("effect", 1.0) <= 0.0:
        yield finding(("effect",), f"{name['effect']} is {shown(value['effect'])}; a ratio must be above 0")
    elif len({"lower", "upper"} & value.keys()) == 1:
        given, missing = ("lower", "upper") if "lower" in value else ("upper", "lower")
        yield finding((missing,), f"{name[given]} is {shown(value[given])}, and {name[missing]} is not reported")


def _doses(extraction: Extraction, outcome: Outcome, rows: Sequence[Row]) -> Iterator[Finding]:
    """Doses that are none, and groups of one dose."""
    column = outcome.columns["dose"]
    settings = outcome.doses
    texts = [row.texts.get(column, "") for row in rows]
    doses = assigned_doses(texts, settings.get("open_ended", "neighbour"), settings.get("unit", ""))
    seen: dict[float, tuple[Row, Assigned]] = {}
    for row, text, dose in zip(rows, texts, doses, strict=True):
        if not text:
            continue
        if dose.value is None:
            yield Finding(Grade.STOP, "dose", row.item, (column,), f"“{extraction.label(column)}”: {dose.wrong}")
        elif dose.value in seen:
            other = seen[dose.value][0]
            what = (
                f"“{text}” and “{other.texts.get(column, '')}” of {other.label} are both the dose {shown(dose.value)}"
            )
            yield Finding(Grade.STOP, "doses of a study", row.item, (column,), what)
        else:
            seen[dose.value] = (row, dose)
    if len(rows) == 1 and texts[0]:
        what = (
            "the study has a single dose group, and nothing to compare it with: name its groups in “Separate arms” of "
            "the full-text sheet"
        )
        yield Finding(Grade.NOTE, "doses of a study", rows[0].item, (column,), what)


def _references(extraction: Extraction, outcome: Outcome, rows: Sequence[Row]) -> Iterator[Finding]:
    """Exactly one group of a study that reports ratios has none with an interval."""
    column, bounds = outcome.columns["effect"], (outcome.columns["lower"], outcome.columns["upper"])
    if not any(column in row.values for row in rows) or len(rows) < 2:
        return
    without = [row for row in rows if not _has_interval(row, *bounds)]
    odd = [row for row in without if row.values.get(column, 1.0) != 1.0]
    label = extraction.label(column)
    for row in odd:
        what = (
            f"“{label}” is {shown(row.values[column])} without an interval; only the reference group, with 1, has none"
        )
        yield Finding(Grade.STOP, "reference group", row.item, (column, *bounds), what)
    if odd:
        return
    if not without:
        what = (
            "every group has a ratio with an interval, and none is the reference: enter the group with the ratio 1, "
            "without an interval"
        )
        yield Finding(Grade.STOP, "reference group", rows[0].item, (column,), what)
    elif len(without) > 1:
        names = ", ".join(f"“{row.texts.get(outcome.columns['dose'], row.label)}”" for row in without)
        what = f"{names} have no ratio with an interval; only one group can be the reference"
        for row in without:
            yield Finding(Grade.STOP, "reference group", row.item, (column, *bounds), what)


def _has_interval(row: Row, lower: str, upper: str) -> bool:
    return lower in row.values and upper in row.values and row.values[lower] < row.values[upper]


def _against_counts(extraction: Extraction, outcome: Outcome, rows: Sequence[Row]) -> Iterator[Finding]:
    """An adjusted ratio that the counts contradict: turned round, or of another group."""
    columns = outcome.columns
    size = columns.get("total") or columns.get("time", "")
    needed = (columns["events"], size)
    lower, upper = columns["lower"], columns["upper"]
    references = [row for row in rows if not _has_interval(row, lower, upper)]
    if len(references) != 1 or not all(references[0].values.get(name) for name in needed):
        return
    start = references[0].values[needed[0]] / references[0].values[size]
    if start <= 0:  # a number of cases or people that cannot be, which is named by itself
        return
    for row in rows:
        ratio = row.values.get(columns["effect"])
        if row is references[0] or not ratio or ratio <= 0 or not all(row.values.get(name) for name in needed):
            continue
        crude = row.values[needed[0]] / row.values[size] / start
        if crude > 0 and max(crude / ratio, ratio / crude) > _FAR and (crude - 1.0) * (ratio - 1.0) < 0.0:
            what = (
                f"“{extraction.label(columns['effect'])}” is {shown(ratio)}, and the counts give {crude:.2g} against "
                "the reference group; is the ratio the other way round?"
            )
            yield Finding(Grade.ASK, "ratio and counts", row.item, (columns["effect"], *needed), what)
