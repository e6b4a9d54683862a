"""The first page of a sheet, for reviewers and for the adjudicator: question, criteria, how to answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from prismake.core.labels import join
from prismake.core.names import DUPLICATES, FULL_TEXT, MERGES, SETTLED, TITLE_ABSTRACT
from prismake.protocol.forms import Form, allowed, shown_answer
from prismake.protocol.languages import ENGLISH

_SCREENING = (TITLE_ABSTRACT, FULL_TEXT)


def guide_lines(form: Form, protocol: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(label, text) of each line, in the team's language; text only, never a formula."""
    words = form.language
    return [
        *_beginning(form, protocol),
        (words["page.what_to_do"], form.instruction),
        *_criteria(form, protocol),
        *_questions(form),
        _good_to_know(form),
    ]


def adjudicator_lines(form: Form, protocol: Mapping[str, Any], reviewers: Iterable[str] = ()) -> list[tuple[str, str]]:
    """The same for the adjudicator.

    Args:
        reviewers: whose answers the sheet shows.
    """
    words, names = form.language, list(reviewers)
    settled = words.heading(SETTLED)
    text, name = words.text("page.adjudicate", settled=settled), protocol.get("adjudicator", "")
    if name in names:
        text += f" {words.text('page.adjudicator_also_reviews', name=name)}"
    elif name:
        text += f" {words.text('page.adjudicator', name=name)}"
    elif names:
        joined = join(names) if words.code == ENGLISH else ", ".join(names)
        text += f" {words.text('page.best_none_of', names=joined)}"
    says, notes = (words.text(f"headings.{part}", name="…") for part in ("says", "notes"))
    columns = words.text(
        "page.consensus_columns", says=says, notes=notes, allowed=words.heading("Allowed"), settled=settled
    )
    return [
        *_beginning(form, protocol),
        (words["page.what_to_do"], text),
        (words["page.columns"], columns),
        *_criteria(form, protocol),
        *_questions(form),
        _good_to_know(form),
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


def _good_to_know(form: Form) -> tuple[str, str]:
    words = form.language
    text = words.text("page.good_to_know_text", item=words.heading("Item"), check=words.heading("Check"))
    return words["page.good_to_know"], text


def _beginning(form: Form, protocol: Mapping[str, Any]) -> list[tuple[str, str]]:
    words = form.language
    lines = [(words["page.review"], protocol["title"]), (words["page.question"], protocol["question"])]
    return [*lines, (words["page.notice"], protocol["notice"])] if protocol.get("notice") else lines


def _criteria(form: Form, protocol: Mapping[str, Any]) -> list[tuple[str, str]]:
    if form.stage not in _SCREENING:
        return []
    criteria, words = protocol["criteria"], form.language
    return [
        *((words["page.include"], text) for text in criteria["include"]),
        *((words["page.exclude"], text) for text in criteria["exclude"]),
    ]


def _questions(form: Form) -> list[tuple[str, str]]:
    words, lines = form.language, []
    for field in form.fields:
        answers = words["page.letters_in_the_row"] if field.by_row else allowed(field, (), words)
        parts = [field.help] if field.help else []
        parts.append(words.text("page.allowed", words=answers))
        synonyms = [word for choice in field.choices for word in choice.synonyms[:4] if word.isascii()]
        if synonyms and form.stage in (DUPLICATES, MERGES, *_SCREENING):
            parts.append(words.text("page.also_understood", words=", ".join(synonyms)))
        if field.when:
            asked, answer = form.field(field.when[0]), field.when[1]
            parts.append(
                words.text("page.only_when", question=form.heading_of(asked), answer=shown_answer(asked, answer))
            )
        if not field.required:
            parts.append(words["page.may_stay_empty"])
        lines.append((form.heading_of(field), " ".join(parts)))
    return lines
