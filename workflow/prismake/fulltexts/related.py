"""Reports that may be of the same study, for the people who read full texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prismake.core.labels import study_label

if TYPE_CHECKING:
    import pandas as pd

_MOST_OF_A_TRIAL = 10  # reports; a number named by more is that of a platform trial or a mistake


def related_reports(reports: pd.DataFrame, links: pd.DataFrame) -> dict[str, str]:
    """By report, one line for each report that may be of the same study: the reason, its label, its id.

    Reports belong together when they are linked (a preprint, conference abstract, registry entry, correction, another
    version) or when they name the same trial registration, unless more than ten do.
    """
    of_record = {record: row["report_id"] for row in reports.to_dict("records") for record in row["record_ids"]}
    why: dict[tuple[str, str], str] = {}
    for row in links.to_dict("records"):
        first, second = of_record[row["first"]], of_record[row["second"]]
        why.setdefault((first, second), row["kind"])
        why.setdefault((second, first), row["kind"])
    registered: dict[str, list[str]] = {}
    for report, trials in zip(reports["report_id"], reports["trial_ids"], strict=True):
        for trial in trials:
            registered.setdefault(trial, []).append(report)
    for trial, members in registered.items():
        for first in members if len(members) <= _MOST_OF_A_TRIAL else ():
            for second in members:
                why.setdefault((first, second), trial)
    by_id = reports.set_index("report_id")
    lines: dict[str, list[str]] = {}
    for first, second in sorted(pair for pair in why if pair[0] != pair[1]):
        row = by_id.loc[second]
        label = f"{study_label(row['authors'], row['year'], row['title'])}, " if len(row["authors"]) else ""
        lines.setdefault(first, []).append(f"{why[first, second]}: {label}{row['title']} [{second}]")
    return {report: "\n".join(texts) for report, texts in lines.items()}
