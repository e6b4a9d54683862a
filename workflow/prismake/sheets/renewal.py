"""What has to be updated in a sheet that people work in when the protocol has changed since it was offered."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from prismake.core.phrases import normal_word
from prismake.kept.offered_forms import OfferedForm
from prismake.protocol.forms import Form
from prismake.protocol.languages import in_every_language
from prismake.sheets.former_language import reworded_formulas
from prismake.sheets.layout import Column
from prismake.sheets.reading import SheetTable
from prismake.sheets.stage import StageSheets

Guide = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Renewal:
    """The changes in a workbook apart from its rows.

    ``added``: questions that it lacks, which are added on the right. ``headings``: header to the present heading that
    replaces a former one. ``guide``: the lines of its first page, empty if the page stays as it is; the lists of
    answers are renewed together with it. ``labels``: the present words for what is above these lines, by the former
    ones in normal form. ``formulas``: texts in the formulas of colours, and what replaces them.
    """

    added: Sequence[Column] = ()
    headings: Mapping[str, str] | None = None
    guide: Guide = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    formulas: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.added or self.headings or self.guide)


def renewal(sheets: StageSheets, who: str, table: SheetTable, guide: Guide) -> Renewal:
    """The changes that a sheet needs in order to ask the present questions."""
    columns = sheets.columns(who)
    added = [column for column in columns if column.header in table.lacking and not is_taken(table, column)]
    headings = {
        column.header: column.heading
        for column in columns
        if column.header in table.former
        and (column.role in ("answer", "live") or table.former[column.header] in column.elsewhere)  # not a person's own
    }
    shown = sheets.kept_stage.offered.pages.get(sheets.path(who).name)
    first_page = guide if shown != page_digest(guide) else ()
    return Renewal(added, headings, first_page, _labels(sheets.setup.form), reworded_formulas(table, columns))


def _labels(form: Form) -> dict[str, str]:
    """Title of the stage, label of the count and of the owner on a first page, by their words in any language."""
    keys = {f"stages.{form.stage}.title": form.shown_title}
    keys |= {key: form.language[key] for key in ("page.progress", "page.sheet_of")}
    return {normal_word(word): now for key, now in keys.items() for word in in_every_language(key)}


def is_taken(table: SheetTable, column: Column) -> bool:
    """Whether a column that is not the workflow's, or is asked no longer, has the heading of a new one."""
    return normal_word(column.heading) in {normal_word(heading) for heading in table.extra}


def page_digest(guide: Guide) -> str:
    """A sixteen-digit digest of a first page, which names every question with its answers."""
    return sha256(json.dumps([list(line) for line in guide]).encode()).hexdigest()[:16]


def asked_now(form: Form, offered: OfferedForm, criteria: Mapping[str, Sequence[str]] | None) -> OfferedForm:
    """Everything offered so far, with the present questions and criteria."""
    labels = {question.name: question.label for question in form.fields}
    choices = {
        question.name: [choice.value for choice in question.choices]
        for question in form.fields
        if question.kind == "choice" and not question.by_row
    }
    offered_form = offered.with_questions(labels, choices)
    return offered_form.with_criteria(criteria) if criteria else offered_form


def with_new_judgements(sheets: StageSheets, offered: OfferedForm) -> OfferedForm:
    """Adds the answers that are new or changed since the last reading, under the criteria that their sheet showed."""
    for who, own in sheets.answers.items():
        last = sheets.kept_stage.last_good.get(who, {})
        new = [item for item, given in own.answers.items() if _filled(given) and _filled(given) != last.get(item, {})]
        offered = offered.with_judged(who, offered.shown.get(sheets.path(who).name, 0), new)
    return offered


def _filled(given: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if value}
