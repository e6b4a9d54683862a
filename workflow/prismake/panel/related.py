"""Reports that may be of the same study, for the people who screen them and read their full texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prismake.core.labels import study_label
from prismake.core.names import REPORT_ID

if TYPE_CHECKING:
    import pandas as pd

_MOST_OF_A_TRIAL = 10  # reports; a number that more of them name is that of a platform or a slip


def linked_pairs(reports: pd.DataFrame, links: pd.DataFrame) -> dict[tuple[str, str], str]:
    """The kind of link between two reports, in both directions.

    Args:
        reports: ``report_id`` and ``record_ids`` of each report.
        links: ``duplicates/links.csv``, between records.
    """
    if links.empty:
        return {}
    named = {*links["first"], *links["second"]}
    of_record = {
        record: report
        for report, records in zip(reports[REPORT_ID].tolist(), reports["record_ids"], strict=True)
        for record in records
        if record in named
    }
    kinds: dict[tuple[str, str], str] = {}
    for row in links.to_dict("records"):
        first, second = of_record[row["first"]], of_record[row["second"]]
        if first != second:
            kinds.setdefault((first, second), row["kind"])
            kinds.setdefault((second, first), row["kind"])
    return kinds


def related_reports(reports: pd.DataFrame, links: pd.DataFrame) -> dict[str, str]:
    """By report, a line for each report that may be of the same study: why, what it is called, its id.

    Reports belong together when they are linked (a preprint, conference abstract, registry entry, correction, another
    version) or when they name the same trial registration, unless more than ten do.
    """
    why = linked_pairs(reports, links)
    registered: dict[str, list[str]] = {}
    for report, trials in zip(reports[REPORT_ID].tolist(), reports["trial_ids"], strict=True):
        for trial in trials:
            registered.setdefault(trial, []).append(report)
    for trial, members in registered.items():
        for first in members if len(members) <= _MOST_OF_A_TRIAL else ():
            for second in members:
                why.setdefault((first, second), trial)
    pairs = sorted(pair for pair in why if pair[0] != pair[1])
    second_ids = {second for _, second in pairs}
    named = reports[reports[REPORT_ID].isin(second_ids)]
    names = {row[REPORT_ID]: _name(row) for row in named.to_dict("records")}
    lines: dict[str, list[str]] = {}
    for first, second in pairs:
        lines.setdefault(first, []).append(f"{why[first, second]}: {names[second]} [{second}]")
    return {report: "\n".join(texts) for report, texts in lines.items()}


def _name(row: dict[str, Any]) -> str:
    """Author, year and title of a report."""
    label = f"{study_label(row['authors'], row['year'], row['title'])}, " if len(row["authors"]) else ""
    return f"{label}{row['title']}"
