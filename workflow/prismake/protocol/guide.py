"""The first page of a sheet: the review question, the criteria, how to answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prismake.core.names import DUPLICATES, FULL_TEXT, MERGES, TITLE_ABSTRACT
from prismake.protocol.forms import Form, allowed

_SCREENING = (TITLE_ABSTRACT, FULL_TEXT)


def guide_lines(form: Form, protocol: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(label, text) of each line; text only, never a formula."""
    lines = [("Review", protocol["title"]), ("Question", protocol["question"])]
    if protocol.get("notice"):
        lines.append(("Please note", protocol["notice"]))
    lines.append(("What to do", form.instruction))
    if form.stage in _SCREENING:
        lines += [("Include", text) for text in protocol["criteria"]["include"]]
        lines += [("Exclude", text) for text in protocol["criteria"]["exclude"]]
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
    lines.append(
        (
            "Good to know",
            "Sort, filter, hide, colour and add columns as you like. Keep the columns Item and Check; rows are found "
            "by them. Save under the same name and close the program; then anyone types: snakemake",
        )
    )
    return lines
