"""Relative recall: which sources found each study known before the search, and what became of it.

It is a librarian's first check of a search (Sampson M, Zhang L, Morrison A, et al. An alternative to the hand searching
gold standard: validating methodological search filters using relative recall. BMC Med Res Methodol 2006;6:33).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from prismake.core.names import FULL_TEXT, ITEM_ID, RECORD_ID, REPORT_ID, TITLE_ABSTRACT
from prismake.core.records import normal_title
from prismake.core.states import State
from prismake.search.known_studies import KnownStudy

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("known", "place", "pmid", "doi", "found_by", "records", REPORT_ID, "stage", "outcome", "reason", "study")
NOT_FOUND, EXCLUDED, NOT_RETRIEVED, INCLUDED, OPEN = "not found", "excluded", "not retrieved", "included", "open"
_STAGES = {TITLE_ABSTRACT: "at title and abstract", FULL_TEXT: "at full text"}
_IDENTIFIERS = ("pmid", "doi", "pmcid")
_YEARS_APART = 1
"""Difference in years within which titles match: articles may be printed the year after they appear online."""


def recall_table(
    known_studies: Sequence[KnownStudy],
    records: pd.DataFrame,
    report_of: Mapping[str, str],
    decisions: Mapping[str, pd.DataFrame],
    studies: pd.DataFrame,
    labels: Mapping[str, str],
) -> pd.DataFrame:
    """One row per known study: the sources that found it, and its current stage and outcome.

    Args:
        records: record_id, source, pmid, doi, pmcid, trial_ids, title and year of all records.
        report_of: report by record.
        decisions: decisions of title_abstract and full_text.
        studies: included studies, with ``report_ids``.
        labels: label by source.
    """
    import pandas as pd

    index = _Index(records)
    by_report: dict[str, list[str]] = {}
    for record, report in report_of.items():
        by_report.setdefault(report, []).append(record)
    source_of = dict(zip(records[RECORD_ID], records["source"], strict=True))
    decided = {stage: table.set_index(ITEM_ID).to_dict("index") for stage, table in decisions.items()}
    study_of = {
        report: row["label"] for row in studies.to_dict("records") for report in row["report_ids"].split("; ") if report
    }
    rows = []
    for study in known_studies:
        reports = sorted({report_of[record] for record in index.records_of(study) if record in report_of})
        ends = [(report, *_end(report, decided)) for report in reports]
        report, stage, outcome, reason = max(ends, key=_how_far, default=("", "search", NOT_FOUND, ""))
        members = sorted(record for report in reports for record in by_report[report])
        sources = sorted({source_of[record] for record in members if record in source_of})
        rows.append(
            {
                "known": study.named,
                "place": study.place,
                "pmid": study.pmid,
                "doi": study.doi,
                "found_by": "; ".join(labels.get(source, source) for source in sources),
                "records": "; ".join(members),
                REPORT_ID: report,
                "stage": stage,
                "outcome": outcome,
                "reason": reason,
                "study": study_of.get(report, ""),
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=str)


class _Index:
    """Records by identifier and by title, in the forms in which known studies are listed."""

    def __init__(self, records: pd.DataFrame) -> None:
        import pandas as pd

        self._by: dict[tuple[str, str], list[str]] = {}
        self._titles: dict[str, list[tuple[str, int | None]]] = {}
        for row in records.to_dict("records"):
            for name in _IDENTIFIERS:
                if row[name]:
                    self._by.setdefault((name, row[name]), []).append(row[RECORD_ID])
            for number in row["trial_ids"]:
                self._by.setdefault(("trial", number.upper()), []).append(row[RECORD_ID])
            if title := normal_title(row["title"]):
                year = None if pd.isna(row["year"]) else int(row["year"])
                self._titles.setdefault(title, []).append((row[RECORD_ID], year))

    def records_of(self, study: KnownStudy) -> list[str]:
        """The records of a study by its identifiers; by title and year only if no identifier matches."""
        keys = [(name, getattr(study, name)) for name in _IDENTIFIERS] + [("trial", study.trial.upper())]
        records = [record for key in keys if key[1] for record in self._by.get(key, ())]
        if records or not study.title:
            return records
        return [
            record
            for record, year in self._titles.get(normal_title(study.title), ())
            if study.year is None or year is None or abs(year - study.year) <= _YEARS_APART
        ]


def _end(report: str, decided: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> tuple[str, str, str]:
    """The current (stage, outcome, reason) of a report."""
    for stage in (FULL_TEXT, TITLE_ABSTRACT):
        row = decided[stage].get(report)
        if row is None:
            continue
        if row["state"] != State.SETTLED:
            return stage, OPEN, row["state"]
        decision = row["decision"]
        if stage == FULL_TEXT:
            outcome = {"include": INCLUDED, "exclude": EXCLUDED, NOT_RETRIEVED: NOT_RETRIEVED}.get(decision, OPEN)
            return stage, outcome, row.get("reason", "") if outcome == EXCLUDED else ""
        return (stage, EXCLUDED, "") if decision == "exclude" else (FULL_TEXT, OPEN, "waits for full text")
    return TITLE_ABSTRACT, OPEN, "waits for screening"


def _how_far(end: tuple[str, str, str, str]) -> tuple[int, int]:
    """Sort key: of several reports of a trial, the one that reached the latest stage counts."""
    _, stage, outcome, _ = end
    return (NOT_FOUND, EXCLUDED, NOT_RETRIEVED, OPEN, INCLUDED).index(outcome), int(stage == FULL_TEXT)


def recall_summary(table: pd.DataFrame, problems: Sequence[str]) -> dict[str, Any]:
    """The content of ``flow/known_studies.json``, shown in the closing table and on the page.

    ``summary``: a sentence (empty without known studies). ``lost``: a sentence for each study that no search found or
    that was excluded. ``problems``: lines from which no study could be identified.
    """
    lost = []
    for row in table.to_dict("records"):
        why = f" ({row['reason']})" if row["reason"] else ""
        subject = f"The known study {row['known'][:120]} ({row['place']})"
        if row["outcome"] == NOT_FOUND:
            lost.append(f"{subject} was not found by any search.")
        elif row["outcome"] in {EXCLUDED, NOT_RETRIEVED}:
            lost.append(f"{subject} was {row['outcome']} {_STAGES[row['stage']]}{why}: {row[REPORT_ID]}.")
    counted = {outcome: int((table["outcome"] == outcome).sum()) for outcome in (NOT_FOUND, INCLUDED)}
    summary = (
        f"Of {len(table):,} known studies the searches found {len(table) - counted[NOT_FOUND]:,}; included so far: "
        f"{counted[INCLUDED]:,}."
    )
    return {"summary": summary if len(table) else "", "lost": lost, "problems": list(problems)}
