"""Included studies that may share participants although nobody has said so: signs, never decisions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from prismake.core.labels import join, surname_of
from prismake.core.missing import is_missing
from prismake.core.names import ITEM_ID, REPORT_ID, STUDY_ID
from prismake.core.phrases import normal_word

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("first", "second", "why")
SIGNS = (REPORT_ID, "authors", "year", "trial_ids")
"""What is read of reports: all of them, with abstracts, may be gigabytes."""
_AUTHORS = 3  # authors in common; fewer are colleagues who publish together
_YEARS = 5  # years between the reports; later reports are usually about other people


class Enrolment(NamedTuple):
    """Where and when a study enrolled: centres by their words in normal form, first and last year (None if unknown)."""

    centres: Mapping[str, str] = MappingProxyType({})
    start: int | None = None
    end: int | None = None

    @property
    def years(self) -> str:
        """``2010–2013``, or ``2010`` if only one year is known; empty if none is."""
        return "–".join(dict.fromkeys(str(year) for year in (self.start, self.end) if year is not None))


def enrolments(decisions: pd.DataFrame, columns: Mapping[str, str]) -> dict[str, Enrolment]:
    """By study, where and when it enrolled, from the settled extraction.

    Args:
        columns: ``centre``, ``start`` and ``end``, as far as the protocol names columns for them.
    """
    texts: dict[str, dict[str, str]] = {}
    for row in decisions.to_dict("records") if columns else ():
        own = texts.setdefault(str(row[ITEM_ID]).partition("|")[0], {})
        for sign, column in columns.items():
            if not is_missing(row.get(column)):
                own.setdefault(sign, str(row[column]))
    return {
        study: Enrolment(
            {
                word: name.strip()
                for name in re.split(r"[;,/\n]|\band\b", own.get("centre", ""))
                if (word := normal_word(name))
            },
            _year(own.get("start", "")),
            _year(own.get("end", "")),
        )
        for study, own in texts.items()
    }


def _year(text: str) -> int | None:
    year = re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", text)
    return int(year[0]) if year else None


def overlap_hints(
    studies: pd.DataFrame,
    reports: pd.DataFrame,
    families: Iterable[Iterable[str]],
    enrolled: Mapping[str, Enrolment] = MappingProxyType({}),
) -> pd.DataFrame:
    """One row per pair of studies with a sign of shared participants: first, second (their labels), why.

    The signs are a shared trial number, three or more authors in common within five years, and a centre in common
    unless the years of enrolment are apart.

    Args:
        studies: ``full_text/studies.csv``.
        reports: ``duplicates/reports.parquet``, of which the columns ``SIGNS`` are enough.
        families: ids of studies that people have already named as having the same participants.
        enrolled: ``enrolments``.
    """
    import pandas as pd

    report_ids = {name for names in studies["report_ids"] for name in names.split("; ")}
    report_of = {row[REPORT_ID]: row for row in reports[reports[REPORT_ID].isin(report_ids)].to_dict("records")}
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
        if text := _shared_centre(enrolled.get(study, Enrolment()), enrolled.get(other, Enrolment())):
            why.append(text)
        if why:
            rows.append((first, second, "; ".join(why)))
    return pd.DataFrame(rows, columns=COLUMNS, dtype=str)


def _shared_centre(first: Enrolment, second: Enrolment) -> str:
    """``centre Philadelphia, enrolment 2010–2013 and 2012–2014``; empty if nothing is shared."""
    shared = [name for word, name in first.centres.items() if word in second.centres]
    if not shared:
        return ""
    place = f"centre {join(shared)}"
    if not first.years or not second.years:
        return f"{place}, years of enrolment unknown"
    starts = [study.start or study.end or 0 for study in (first, second)]
    ends = [study.end or study.start or 0 for study in (first, second)]
    return f"{place}, enrolment {first.years} and {second.years}" if max(starts) <= min(ends) else ""


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
