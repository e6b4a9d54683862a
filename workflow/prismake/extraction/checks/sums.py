"""Numbers of subgroups against those of everybody, and of both arms against the people who were assigned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prismake.extraction.checks.arithmetic import shown
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import Extraction, Outcome, Row

_ADDED = ("events", "total", "time", "n")


def check(extraction: Extraction) -> Iterator[Finding]:
    """Outcomes that the protocol calls the sum of others (``sum_of``), and totals of two arms beside ``assigned``."""
    by_name = {outcome.name: outcome for outcome in extraction.outcomes}
    for outcome in extraction.outcomes:
        parts = [by_name[name] for name in outcome.sum_of if name in by_name]
        for role, column in outcome.columns.items():
            if parts and role.rstrip("12") in _ADDED:
                columns = [part.columns[role] for part in parts if role in part.columns]
                yield from _subgroups(extraction, column, columns, whole=len(columns) == len(outcome.sum_of))
        yield from _arms(extraction, outcome)


def _subgroups(extraction: Extraction, column: str, parts: Sequence[str], *, whole: bool) -> Iterator[Finding]:
    for row in extraction.rows:
        given = [part for part in parts if part in row.values]
        if column not in row.values or not given or column in parts:
            continue
        total, everybody = sum(row.values[part] for part in given), row.values[column]
        each = _each(extraction, row, given)
        cells = (column, *given)
        if total > everybody:
            why = f"{each} are {shown(total)} together, more than “{extraction.label(column)}” {shown(everybody)}"
            yield Finding(Grade.STOP, "sum of subgroups", row.item, cells, why)
        elif total < everybody and whole and len(given) == len(parts):
            why = f"{each} are {shown(total)} together, and “{extraction.label(column)}” is {shown(everybody)}"
            yield Finding(Grade.ASK, "sum of subgroups", row.item, cells, why)


def _arms(extraction: Extraction, outcome: Outcome) -> Iterator[Finding]:
    assigned = outcome.checks.get("assigned", "")
    for part in ("total", "n"):
        columns = [outcome.columns[f"{part}{arm}"] for arm in (1, 2) if f"{part}{arm}" in outcome.columns]
        for row in extraction.rows if len(columns) == 2 and assigned else ():
            if not {assigned, *columns} <= row.values.keys():
                continue
            total, everybody = sum(row.values[column] for column in columns), row.values[assigned]
            if total > everybody:
                why = (
                    f"{_each(extraction, row, columns)} are {shown(total)} together, more than "
                    f"“{extraction.label(assigned)}” {shown(everybody)}"
                )
                yield Finding(Grade.STOP, "sum of arms", row.item, (*columns, assigned), why)


def _each(extraction: Extraction, row: Row, columns: Sequence[str]) -> str:
    """``“Children” 5 and “Adults” 7``."""
    each = [f"“{extraction.label(column)}” {shown(row.values[column])}" for column in columns]
    return " and ".join(filter(None, (", ".join(each[:-1]), each[-1])))
