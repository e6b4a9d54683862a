"""Texts of the workflow as a sheet shows them, in the team's language; texts of others stay as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from prismake.core.names import CERTAINTY
from prismake.extraction.result_rows import BETWEEN
from prismake.protocol.forms import Field, Form, shown_answer
from prismake.protocol.languages import ENGLISH, Language
from prismake.protocol.outcome_columns import PER
from prismake.protocol.translations import in_language

HEADINGS = "headings"  # how a list of headings is translated
_CHOICES = "choices"  # the answers that a row allows

Shown = Callable[[str, str], str]  # column of the queue, text -> text as shown


def shown_texts(form: Form) -> Shown | None:
    """How the texts of a queue are shown in its language; None if they are shown as they are."""
    return None if form.language.code == ENGLISH else _shown_in(form, form.language)


def texts_in(form: Form, language: Language) -> Shown:
    """The same for any language."""
    return _shown_in(form, language)


def _shown_in(form: Form, language: Language) -> Shown:
    kinds = {context.column: context.ours for context in form.context if context.ours}
    if form.stage == CERTAINTY:
        kinds[_CHOICES] = _CHOICES
    labels = headings_in(form, language)

    def shown(column: str, text: str) -> str:
        kind = kinds.get(column)
        if kind is None or not text:
            return text
        if kind == HEADINGS:
            return BETWEEN.join(labels.get(label, label) for label in text.split(BETWEEN))
        if kind == _CHOICES:
            return "|".join(map(language.answer, text.split("|")))
        return in_language(text, language, kind)

    return shown


def headings_in(form: Form, language: Language) -> dict[str, str]:
    """By its English label, how each question of the extraction is called, and each kind of row."""
    own = {question.label: question.shown.get(language.code, question.label) for question in form.fields}
    return own | {kind: language.heading(kind) for kind in PER.values()}


def answer_in(form: Form, question: Field, answer: str) -> str:
    """An answer as people see it: in the certainty sheet in our words, in others by row in an instrument's."""
    if question.by_row and form.stage == CERTAINTY:
        return form.language.answer(answer)
    return shown_answer(question, answer)


def choices_in(form: Form, question: Field, choices: tuple[str, ...]) -> tuple[str, ...]:
    """The answers that a row allows, as people see them."""
    return tuple(answer_in(form, question, choice) for choice in choices)


def remark_in(form: Form, remark: Any) -> str:
    """A remark of the workflow on a row."""
    return in_language(str(remark or ""), form.language)


def all_shown(row: Mapping[str, Any], shown: Shown | None) -> dict[str, Any]:
    """A row with its texts as shown."""
    if shown is None:
        return dict(row)
    return {name: shown(name, value) if isinstance(value, str) else value for name, value in row.items()}
