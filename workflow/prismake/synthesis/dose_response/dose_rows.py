"""Rows of the outcome table as studies of several doses; every other row with the reason why it is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prismake.core.errors import PoolingError
from prismake.core.names import STUDY_ID
from prismake.extraction.doses import assigned_doses
from prismake.extraction.extracted import number
from prismake.protocol.dose_outcomes import DESIGN, DESIGNS, design_of
from prismake.synthesis.usable import LEVEL, UNUSABLE

if TYPE_CHECKING:
    import pandas as pd

    from prismake.pooling import DoseStudy


@dataclass(frozen=True)
class StudyGroups:
    """A study as it is pooled, and its groups in ascending order of dose.

    ``groups``: of each, ``dose`` as printed, ``assigned`` and how it was ``derived``, the numbers by part (None where
    not reported), and the position of its row.
    """

    study_id: str
    label: str
    design: str
    study: DoseStudy
    groups: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class DoseRows:
    """The studies of an outcome in the order of the rows, and by position why a row is not used."""

    studies: tuple[StudyGroups, ...]
    reasons: Mapping[int, str]


def dose_rows(rows: pd.DataFrame, spec: Mapping[str, Any], level: float = LEVEL) -> DoseRows:
    """Studies from the rows of one outcome, as ``extraction/outcomes.csv`` has them.

    Args:
        spec: ``measure``, ``columns`` and ``dose_response`` of the outcome.
        level: of published intervals, in percent.
    """
    by_study: dict[str, list[tuple[int, Mapping[str, Any]]]] = {}
    for position, row in enumerate(rows.to_dict("records")):
        by_study.setdefault(str(row[STUDY_ID]), []).append((position, row))
    studies: list[StudyGroups] = []
    reasons: dict[int, str] = {}
    for study_id, members in by_study.items():
        try:
            studies.append(_study(study_id, members, spec, level))
        except PoolingError as error:
            text = f"{error.what} {error.remedy}".strip()
            reasons |= dict.fromkeys((position for position, _ in members), text)
    return DoseRows(tuple(studies), reasons)


def _study(
    study_id: str, members: Sequence[tuple[int, Mapping[str, Any]]], spec: Mapping[str, Any], level: float
) -> StudyGroups:
    """One study; raises PoolingError with the reason why it cannot be used."""
    from prismake.pooling import dose_study

    own, first = spec["dose_response"], members[0][1]
    if len(members) == 1:
        raise PoolingError(
            "The study has a single dose group.",
            remedy="Name its groups in “Separate arms” of the full-text sheet: each gets a row.",
        )
    doses = []
    for dose in assigned_doses([str(row["dose"]) for _, row in members], own["open_ended"], own["unit"]):
        if dose.value is None:
            raise PoolingError(f"{dose.wrong[:1].upper()}{dose.wrong[1:]}.")
        doses.append((round(dose.value, 10), dose.derived))
    groups: list[dict[str, Any]] = [
        {
            "dose": str(row["dose"]),
            "assigned": assigned,
            "derived": derived,
            **{role: number(str(row[role])) for role in spec["columns"] if role != "dose"},
            "row": position,
        }
        for (position, row), (assigned, derived) in zip(members, doses, strict=True)
    ]
    groups.sort(key=lambda group: group["assigned"])
    if len({group["assigned"] for group in groups}) < len(groups):
        raise PoolingError("Two groups have the same dose.", remedy="Correct the doses, or combine the groups.")
    design = _design(members)
    columns = {role: [group[role] for group in groups] for role in spec["columns"] if role != "dose"}
    label = str(first["label"]).removesuffix(f", {first['arm']}")
    settings = {"design": design, "covariance": own["covariance"], "correlation": own["correlation"] or None}
    numbers: dict[str, Any]
    if "mean" in columns:
        numbers, settings = columns, {"variances": own["variances"]}
    else:
        absent = [None] * len(groups)
        sizes = columns.get("total") or columns.get("time") or absent
        lower, upper = (columns.get(role, absent) for role in ("lower", "upper"))
        ratios = columns.get("effect") if any(low is not None for low in lower) else None
        numbers = {"cases": columns.get("events", absent), "size": sizes, "ratios": ratios}
        numbers |= {"lower": lower, "upper": upper}
    study = dose_study(
        label, spec["measure"], [group["assigned"] for group in groups], level=level, **numbers, **settings
    )
    return StudyGroups(study_id, label, design, study, groups)


def _design(members: Sequence[tuple[int, Mapping[str, Any]]]) -> str:
    """The design that the column of designs names; "" if there is none, or it is blank."""
    words = {str(row.get(DESIGN, "") or "") for _, row in members} - {""}
    named = {word: design_of(word) for word in words}
    if odd := next((word for word, design in named.items() if design is None), ""):
        known = "; ".join(f"{name}: {', '.join(texts)}" for name, texts in DESIGNS.items())
        raise PoolingError(f"“{odd}” says not what the counts are.", remedy=f"Write one of {known}.")
    if len(set(named.values())) > 1:
        raise PoolingError(f"The groups name several designs: {', '.join(sorted(words))}.", remedy="A study has one.")
    return next(iter(named.values()), "") or ""


def unusable(rows: pd.DataFrame, spec: Mapping[str, Any]) -> dict[Any, tuple[str, str]]:
    """Status and remark of the rows of studies that have no curve, by their index."""
    return {rows.index[place]: (UNUSABLE, text) for place, text in dose_rows(rows, spec).reasons.items()}
