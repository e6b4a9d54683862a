"""Included reports grouped into studies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prismake.core.labels import arm_names, study_label
from prismake.core.names import ITEM_ID, REPORT_ID, STUDY_ID
from prismake.core.states import State
from prismake.kept.ids import steady_id

DESCRIBED = (REPORT_ID, "authors", "year", "title", "doi", "pmid")
"""What is read of reports: all of them, with abstracts, may be gigabytes."""

if TYPE_CHECKING:
    import pandas as pd


def included_studies(reports: pd.DataFrame, assessed: pd.DataFrame, earlier: Mapping[str, str]) -> pd.DataFrame:
    """Included studies: reports with one study name are one study; without a name a report is its own.

    Columns study_id, label, year, design, report_ids, arms, report, doi; ``study_id`` is the report under which the
    study was first recorded (``earlier``: report to study of earlier runs). Reports of one study with different designs
    keep the design of the first, and ``problem`` says so.
    """
    import pandas as pd

    reports_by_id = reports.set_index(REPORT_ID)
    included = assessed[(assessed["decision"] == "include") & (assessed["state"] == State.SETTLED)]
    groups: dict[str, list[dict[str, str]]] = {}
    for row in included.sort_values(ITEM_ID, kind="stable").to_dict("records"):
        name = " ".join(row["study"].casefold().split())
        groups.setdefault(f"name:{name}" if name else f"report:{row[ITEM_ID]}", []).append(row)
    rows = [_study(members, reports_by_id, earlier) for members in groups.values()]
    columns = [STUDY_ID, "label", "year", "design", "report_ids", "arms", "report", "doi", "problem"]
    table = pd.DataFrame(rows, columns=columns, dtype=str).sort_values(STUDY_ID, kind="stable")
    return table.assign(label=_distinct(list(table["label"])))


def study_of_report(table: pd.DataFrame) -> dict[str, str]:
    """report_id to study_id."""
    return {report: study[STUDY_ID] for study in table.to_dict("records") for report in study["report_ids"].split("; ")}


def _study(members: list[dict[str, str]], reports_by_id: pd.DataFrame, earlier: Mapping[str, str]) -> dict[str, str]:
    first = members[0]
    report = reports_by_id.loc[
        min((row[ITEM_ID] for row in members), key=lambda item: _standing(reports_by_id.loc[item]))
    ]
    designs = list(dict.fromkeys(row["design"] for row in members if row["design"]))
    names = list(dict.fromkeys(arm for row in members for arm in arm_names(row["arms"])))
    problem = f"its reports were given different designs: {', '.join(designs)}" if len(designs) > 1 else ""
    return {
        STUDY_ID: steady_id((row[ITEM_ID] for row in members), earlier),
        "label": study_label(report["authors"], report["year"], report["title"], first["study"]),
        "year": _year(report["year"]),
        "design": designs[0] if designs else "",
        "report_ids": "; ".join(row[ITEM_ID] for row in members),
        "arms": "; ".join(names),
        "report": report["title"],
        "doi": report["doi"],
        "problem": problem,
    }


def _year(year: Any) -> str:
    import pandas as pd

    return "" if pd.isna(year) else str(int(year))


def _standing(report: Any) -> tuple[Any, ...]:
    """Sort key for the main report of a study: an article before a registry entry, then the earliest."""
    import pandas as pd

    year = 9999 if pd.isna(report["year"]) else int(report["year"])
    return (not report["pmid"] and not report["doi"], year, str(report["title"]))


def _distinct(labels: list[str]) -> list[str]:
    """Labels made unique by letters, as in reference lists: Shah 2020a, Shah 2020b."""
    return [
        f"{label}{chr(97 + labels[:index].count(label))}" if labels.count(label) > 1 else label
        for index, label in enumerate(labels)
    ]
