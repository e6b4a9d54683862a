"""The tables for readers: characteristics of the studies, and excluded reports with the reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from prismake.core.names import ITEM_ID, REPORT_ID, STUDY_ID
from prismake.core.notes import NOT_REPORTED
from prismake.core.states import State
from prismake.extraction.result_rows import ARM

if TYPE_CHECKING:
    import pandas as pd

UNDECIDED = "undecided"
# Separates the reports of a study in one cell; every shorter separator occurs in titles.
BETWEEN = " | "


def study_table(
    studies: pd.DataFrame,
    scores: pd.DataFrame,
    extraction: pd.DataFrame,
    fields: Sequence[Mapping[str, Any]],
    reports: Mapping[str, str] | None = None,
    outcomes: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """One row per study or arm: characteristics and outcomes as extracted, appraisal; text only.

    Args:
        studies: ``full_text/studies.csv`` (study_id, label, design, report_ids joined by "; ").
        scores: ``appraisal/scores.csv`` (study_id, total, maximum, overall, result): several rows where results are
            judged.
        extraction: ``extraction/decisions.csv`` (item_id = study_id or ``study_id|arm``, state, one column per field;
            with rows of results, ``study_id|arm|arm`` for what is asked of an arm).
        fields: ``extraction.fields`` of the config (name, label, per), in order.
        reports: citation by report_id; a report without one is given by its id.
        outcomes: title by name of the outcomes, for results that are judged one by one.

    Columns: Study, Arm (only when a study has arms), Design, the labels of the fields, Stars (only when an instrument
    gives stars), Overall, Reports (joined by " | "). A value that is not settled is "undecided", never empty.
    """
    import pandas as pd

    marks: dict[str, list[Mapping[str, Any]]] = {}
    for row in scores.to_dict("records"):
        marks.setdefault(row[STUDY_ID], []).append(row)
    wholes, arms = _by_arm(extraction)
    labels = {str(field["name"]): str(field.get("label") or field["name"]) for field in fields}
    of_arm = {str(field["name"]) for field in fields if field.get("per") == ARM}
    with_arms = any(arm for of_study in arms.values() for arm in of_study)
    starred = any(row["maximum"] for row in scores.to_dict("records"))
    columns = ["Study", *(["Arm"] if with_arms else []), "Design", *labels.values()]
    columns += [*(["Stars"] if starred else []), "Overall", "Reports"]
    rows = []
    for study in studies.sort_values(["label", STUDY_ID], kind="stable").to_dict("records"):
        judged = marks.get(study[STUDY_ID], [])
        own, whole_study = arms.get(study[STUDY_ID], {}), wholes.get(study[STUDY_ID], {})
        for arm, values in sorted(own.items()) or [("", whole_study)]:
            whole = whole_study or values  # what is asked of the study, where arms are asked apart
            source = {name: values if name in of_arm else whole for name in labels}
            rows.append(
                [
                    study["label"],
                    *([arm] if with_arms else []),
                    str(study.get("design") or "").replace("_", " "),
                    *(_settled(source[name], name) for name in labels),
                    *([_stars(judged)] if starred else []),
                    _overall(judged, outcomes or {}),
                    BETWEEN.join(_named(str(study["report_ids"]), reports or {})),
                ]
            )
    return pd.DataFrame(rows, columns=columns, dtype=str)


def _by_arm(
    extraction: pd.DataFrame,
) -> tuple[dict[str, Mapping[str, Any]], dict[str, dict[str, Mapping[str, Any]]]]:
    """By study what was asked about it as a whole, and by arm; results are listed with their outcomes.

    A study of one group that is asked about its arms has a row of each kind, and an arm without a name.
    """
    wholes: dict[str, Mapping[str, Any]] = {}
    arms: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in extraction.to_dict("records"):
        study, bar, rest = str(row[ITEM_ID]).partition("|")
        arm, _, asked = rest.partition("|")
        if not bar:
            wholes[study] = row
        elif asked in ("", ARM):
            arms.setdefault(study, {})[arm] = row
    return wholes, arms


def _settled(values: Mapping[str, Any], name: str) -> str:
    return str(values.get(name) or "") if values.get("state") == State.SETTLED else UNDECIDED


def _stars(judged: Sequence[Mapping[str, Any]]) -> str:
    """Stars out of the maximum, "–" for an instrument without stars."""
    if not judged:
        return UNDECIDED
    return f"{judged[0]['total']}/{judged[0]['maximum']}" if judged[0]["maximum"] else "–"


def _overall(judged: Sequence[Mapping[str, Any]], outcomes: Mapping[str, str]) -> str:
    """The overall rating of the study, or of each result that it reports."""
    reported = [row for row in judged if row["overall"] != NOT_REPORTED] or judged[:1]
    words = []
    for row in reported:
        word, name = str(row["overall"] or UNDECIDED), row.get("result") or ""
        words.append(f"{outcomes.get(name) or name}: {word}" if name and word != NOT_REPORTED else word)
    return BETWEEN.join(words) or UNDECIDED


def _named(report_ids: str, reports: Mapping[str, str]) -> list[str]:
    ids = [report_id.strip() for report_id in report_ids.split(";") if report_id.strip()]
    return [reports.get(report_id, report_id).replace(BETWEEN, " / ") for report_id in ids]


CITED = (REPORT_ID, "title", "authors", "year", "journal", "volume", "pages", "doi")
"""Columns of reports from which ``citation`` and the page are made."""


def citation(report: Mapping[str, Any]) -> str:
    """``Maude SL et al. Tisagenlecleucel in children ... N Engl J Med 2018;378:439-448``: what is known, in order."""
    authors = list(report["authors"]) if report.get("authors") is not None else []
    names = f"{authors[0]} et al" if len(authors) > 2 else " and ".join(authors)
    year = report.get("year")
    year = "" if year is None or str(year) in ("<NA>", "nan") else str(int(year))
    place = " ".join(part for part in (report.get("journal") or "", year) if part)
    volume, pages = report.get("volume") or "", report.get("pages") or ""
    if volume:
        place += (";" if place else "") + volume + (f":{pages}" if pages else "")
    parts = [names.rstrip(". "), str(report.get("title") or "").rstrip(". "), place]
    return ". ".join(part for part in parts if part)


def left_out_reports(decisions: pd.DataFrame, reports: pd.DataFrame) -> list[dict[str, str]]:
    """Reports excluded at full text or not retrieved: report_id, citation, doi, decision, reason.

    Args:
        decisions: ``full_text/decisions.csv``.
        reports: a table with item_id or report_id and the record fields (title, authors, year, journal, ..., doi).

    Sorted by reason, then citation. Reports that are not settled are not listed; the flow counts them.
    """
    key = ITEM_ID if ITEM_ID in reports else REPORT_ID
    records = {str(row[key]): row for row in reports.to_dict("records")}
    rows = []
    for row in decisions.to_dict("records"):
        if row["state"] != State.SETTLED or row["decision"] == "include":
            continue
        report = records.get(str(row[ITEM_ID]), {})
        rows.append(
            {
                REPORT_ID: str(row[ITEM_ID]),
                "citation": citation(report) if report else str(row[ITEM_ID]),
                "doi": str(report.get("doi") or ""),
                "decision": str(row["decision"]),
                "reason": str(row.get("reason") or "") if row["decision"] == "exclude" else "Not retrieved",
            }
        )
    return sorted(
        rows,
        key=lambda row: (row["decision"] != "exclude", row["reason"], row["citation"], row[REPORT_ID]),
    )
