"""Missing information that the review could use, as a table and as a letter to the authors of each study."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

from prismake.core.files import read_yaml
from prismake.core.missing import is_missing
from prismake.core.names import STUDY_ID
from prismake.core.paths import data_file
from prismake.extraction.extracted import number
from prismake.extraction.outcomes import MISSING, USED
from prismake.protocol.outcome_columns import question_of

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (STUDY_ID, "label", "arm", "outcome", "missing", "needed_for", "participants", "letter")


def missing_numbers(
    table: pd.DataFrame,
    outcomes: Mapping[str, Mapping[str, Any]],
    titles: Mapping[str, str],
    headings: Mapping[str, str],
) -> pd.DataFrame:
    """One row per study (or arm), outcome and analysis in which requested numbers were not reported.

    Columns: study_id, label, arm, outcome, missing (headings, one per line), needed_for, participants (the largest
    number in any outcome; empty if there is none), letter (its file). The studies with the most participants come
    first.

    Args:
        table: ``extraction/outcomes.csv``.
        outcomes: ``columns``, ``labels``, ``subgroups`` and ``moderators`` of each outcome.
        headings: of the columns of the extraction.
    """
    import pandas as pd

    records = table.to_dict("records")
    people = _participants(records, outcomes)
    files = _file_names({row[STUDY_ID]: _study_label(row) for row in records})
    rows = []
    for row in records:
        for names, why in _gaps(row, outcomes[row["outcome"]], titles[row["outcome"]], headings):
            size = people.get(row[STUDY_ID], 0.0)
            rows.append(
                {
                    STUDY_ID: row[STUDY_ID],
                    "label": row["label"],
                    "arm": row["arm"],
                    "outcome": row["outcome"],
                    "missing": "\n".join(names),
                    "needed_for": why,
                    "participants": f"{size:g}" if size else "",
                    "letter": files[row[STUDY_ID]],
                }
            )
    rows.sort(key=lambda row: (-people.get(row[STUDY_ID], 0.0), row["label"], row["outcome"], row["needed_for"]))
    return pd.DataFrame(rows, columns=COLUMNS, dtype=str)


def _gaps(
    row: Mapping[str, str], spec: Mapping[str, Any], title: str, headings: Mapping[str, str]
) -> Iterator[tuple[list[str], str]]:
    """(headings, what they are needed for) of a row of the table of outcomes."""
    blank = [spec["labels"].get(column) or column for role, column in spec["columns"].items() if is_missing(row[role])]
    if row["status"] == MISSING and blank and row["remark"].startswith(MISSING):
        yield blank, title
    if row["status"] == USED:
        for kind, columns in (("subgroups", spec["subgroups"]), ("meta-regression", spec["moderators"])):
            for column in columns:
                if column in row and is_missing(row[column]):
                    yield [headings.get(column) or column], f"{title}, {kind}"


def _participants(rows: Iterable[Mapping[str, str]], outcomes: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """By study, the largest number of people in any of its outcomes."""
    most: dict[str, float] = {}
    for row in rows:
        sizes = (number(row[role]) for role in outcomes[row["outcome"]]["columns"] if question_of(role) == "total")
        most[row[STUDY_ID]] = max(most.get(row[STUDY_ID], 0.0), sum(size for size in sizes if size is not None))
    return most


def _study_label(row: Mapping[str, str]) -> str:
    return row["label"].removesuffix(f", {row['arm']}") if row["arm"] else row["label"]


def _file_names(labels: Mapping[str, str]) -> dict[str, str]:
    """One file name per study, from the letters and digits of its label; names differ even if case is ignored."""
    names: dict[str, str] = {}
    for study, label in sorted(labels.items()):
        stem = re.sub(r"\W+", "_", label).strip("_")[:60] or "study"
        earlier_names = {name.casefold() for name in names.values()}
        candidates = (f"{stem}.txt" if place == 1 else f"{stem}_{place}.txt" for place in count(1))
        names[study] = next(name for name in candidates if name.casefold() not in earlier_names)
    return names


def letters(
    missing: pd.DataFrame, studies: pd.DataFrame, review: Mapping[str, Any], team: Sequence[str]
) -> dict[str, str]:
    """File name to text of the letter to the authors of each study that lacks something.

    Args:
        missing: ``missing_numbers``.
        studies: ``full_text/studies.csv``.
        review: title and question.
        team: who signs.
    """
    form = read_yaml(data_file("forms/letter.yaml"))
    reports = {row[STUDY_ID]: row for row in studies.to_dict("records")}
    texts: dict[str, str] = {}
    for file, own in missing.groupby("letter", sort=True):
        needs: dict[str, list[str]] = {}
        for row in own.to_dict("records"):
            for heading in row["missing"].split("\n"):
                what = f"{heading} ({row['arm']})" if row["arm"] else heading
                needs.setdefault(what, []).append(row["needed_for"])
        lines = []
        for what, why in needs.items():
            lines += [_filled(form["item"], what=what), _filled(form["because"], why="; ".join(dict.fromkeys(why)))]
        report = reports[own[STUDY_ID].iloc[0]]
        doi = f" https://doi.org/{report['doi']}" if report["doi"] else ""
        names = {
            "title": review["title"],
            "review_question": review["question"],
            "study": report["label"],
            "report": f"{report['report']}{doi}",
            "items": "\n".join(lines),
            "team": "\n".join(team) or "The review team",
        }
        texts[str(file)] = f"{_filled(form['subject'], **names)}\n\n{_filled(form['text'], **names)}"
    return texts


def _filled(text: str, **names: str) -> str:
    """The text with the names in braces replaced; replacements are never expanded again."""
    return re.sub(r"\{(\w+)\}", lambda name: names.get(name[1], name[0]), text)
