"""Included studies that may share participants although nobody has said so: signs, never decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Any

from prismake.core.labels import join, surname_of
from prismake.core.names import REPORT_ID, STUDY_ID

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("first", "second", "why")
_AUTHORS = 3  # authors in common; fewer are colleagues who publish together
_YEARS = 5  # years between the reports; later reports are usually about other people


def overlap_hints(studies: pd.DataFrame, reports: pd.DataFrame, families: Iterable[Iterable[str]]) -> pd.DataFrame:
    """One row per pair of studies with a sign of shared participants: first, second (their labels), why.

    The signs are a shared trial number, and three or more authors in common within five years.

    Args:
        studies: ``full_text/studies.csv``.
        reports: ``duplicates/reports.parquet`` (report_id, authors, year, trial_ids).
        families: ids of studies that people have already named as having the same participants.
    """
    import pandas as pd

    report_of = {row[REPORT_ID]: row for row in reports.to_dict("records")}
    named = [set(family) for family in families]
    signs = {}
    for row in studies.to_dict("records"):
        own = (report_of[name] for name in row["report_ids"].split("; ") if name in report_of)
        signs[row[STUDY_ID]] = (row["label"], *_signs(own))
    rows = []
    for study, other in combinations(sorted(signs, key=lambda name: signs[name][0]), 2):
        if any({study, other} <= family for family in named):
            continue
        first, trials, people, years = signs[study]
        second, other_trials, others, other_years = signs[other]
        why = [f"trial number {join(sorted(trials & other_trials))}"] if trials & other_trials else []
        apart = min((abs(year - later) for year in years for later in other_years), default=0)
        if len(people & others) >= _AUTHORS and apart <= _YEARS:
            why.append(f"{len(people & others)} authors in common, {apart} years apart")
        if why:
            rows.append((first, second, "; ".join(why)))
    return pd.DataFrame(rows, columns=COLUMNS, dtype=str)


def _signs(reports: Iterable[Mapping[str, Any]]) -> tuple[set[str], set[str], set[int]]:
    """Trial numbers, authors (surname and first initial) and years of the reports of a study."""
    import pandas as pd

    trials: set[str] = set()
    people: set[str] = set()
    years: set[int] = set()
    for row in reports:
        trials.update(str(trial).upper() for trial in row["trial_ids"])
        people.update(filter(None, map(_person, row["authors"])))
        years.update([] if pd.isna(row["year"]) else [int(row["year"])])
    return trials, people, years


def _person(author: Any) -> str:
    """``maude s`` for the ways in which databases write a name; empty if there is no initial."""
    surname = surname_of(str(author))
    initials = str(author).removeprefix(surname).strip(" ,.")
    return f"{surname} {initials[0]}".casefold() if surname and initials else ""
