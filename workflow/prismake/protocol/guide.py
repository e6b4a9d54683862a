"""The first page of a sheet, for reviewers and for the adjudicator: question, criteria, how to answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from prismake.core.labels import join
from prismake.core.names import DUPLICATES, FULL_TEXT, MERGES, SETTLED, TITLE_ABSTRACT
from prismake.protocol.forms import Form, allowed

_SCREENING = (TITLE_ABSTRACT, FULL_TEXT)


def guide_lines(form: Form, protocol: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(label, text) of each line; text only, never a formula."""
    return [
        *_beginning(protocol),
        ("What to do", form.instruction),
        *_criteria(form, protocol),
        *_questions(form),
        _GOOD_TO_KNOW,
    ]


def adjudicator_lines(form: Form, protocol: Mapping[str, Any], reviewers: Iterable[str] = ()) -> list[tuple[str, str]]:
    """The same for the adjudicator.

    Args:
        reviewers: whose answers the sheet shows.
    """
    names = list(reviewers)
    text = (
        f"Here is what the reviewers do not agree on, a row for each question: look at both answers and notes beside "
        f"what they had before them, and write what holds into the column {SETTLED}. It is the answer of the review "
        "from then on, whatever the reviewers answered. A row that stays empty stays open. Settle by the criteria and "
        "not by who said what; the reviewers may also talk and change their own sheets, and the row is then not needed."
    )
    name = protocol.get("adjudicator", "")
    if name in names:
        text += f" {name} settles and is one of the reviewers; the methods say so."
    elif name:
        text += f" {name} settles."
    elif names:
        text += f" Whoever settles is best none of {join(names)}."
    return [
        *_beginning(protocol),
        ("What to do", text),
        (
            "Columns",
            "“… says” is what a reviewer answered, “… notes” what that reviewer wrote beside it, both as they "
            f"are now; Allowed lists the answers that {SETTLED} takes.",
        ),
        *_criteria(form, protocol),
        *_questions(form),
        _GOOD_TO_KNOW,
    ]


def criteria_shown(stage: str, protocol: Mapping[str, Any]) -> dict[str, list[str]]:
    """Question and criteria as shown in the sheets of a stage; empty for stages without criteria."""
    if stage not in _SCREENING:
        return {}
    criteria = protocol["criteria"]
    return {
        "question": [protocol["question"]],
        "include": [str(text) for text in criteria["include"]],
        "exclude": [str(text) for text in criteria["exclude"]],
    }


_GOOD_TO_KNOW = (
    "Good to know",
    "Sort, filter, hide, colour and add columns as you like. Keep the columns Item and Check; rows are found "
    "by them. Save under the same name and close the program; then anyone types: snakemake",
)


def _beginning(protocol: Mapping[str, Any]) -> list[tuple[str, str]]:
    lines = [("Review", protocol["title"]), ("Question", protocol["question"])]
    return [*lines, ("Please note", protocol["notice"])] if protocol.get("notice") else lines


def _criteria(form: Form, protocol: Mapping[str, Any]) -> list[tuple[str, str]]:
    if form.stage not in _SCREENING:
        return []
    criteria = protocol["criteria"]
    return [
        *(("Include", text) for text in criteria["include"]),
        *(("Exclude", text) for text in criteria["exclude"]),
    ]


def _questions(form: Form) -> list[tuple[str, str]]:
    lines = []
    for field in form.fields:
        words = "the letters in the row" if field.by_row else allowed(field)
        text = f"{field.help} Allowed: {words}." if field.help else f"Allowed: {words}."
        synonyms = [word for choice in field.choices for word in choice.synonyms[:4] if word.isascii()]
        if synonyms and form.stage in (DUPLICATES, MERGES, *_SCREENING):
            text += f" Also understood, among others: {', '.join(synonyms)}."
        if field.when:
            text += f" Only when {form.field(field.when[0]).label} is {field.when[1]}."
        if not field.required:
            text += " May stay empty."
        lines.append((field.label, text))
    return lines
