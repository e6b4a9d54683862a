"""The columns of a sheet: which there are, in which order, and their headings."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from prismake.core.names import CERTAINTY, EXTRACTION, ITEM_ID, SETTLED
from prismake.core.records import normal_title
from prismake.extraction.result_rows import FILL_IN
from prismake.protocol.forms import Context, Field, Form
from prismake.protocol.languages import Language, in_every_language, language_codes, load_language
from prismake.protocol.outcome_columns import PER
from prismake.protocol.translations import beginning

ITEM, CHECK, STATE = "Item", "Check", "Remark"
DISPUTED = "Question"
NO_LONGER = "no longer needed"  # in English, as are all remarks until they are written
REASON = "why"  # the key of the column for the reason why a judgement differs from its proposal
UNNAMED = "Reviewer "  # stands before the number of a reviewer whose name is not shown
_NOT_NEEDED, _NOT_ASKED, _DOUBTED = "remarks.no_longer", "remarks.not_asked", "remarks.to_check"
_OVERTAKEN = ("remarks.now_say", "remarks.apart")
ANSWER = "answer"  # the only field of the forms of appraisal and certainty
JUDGED = "judged"  # the column of the queue that is filled in for rows that ask for a judgement
PROPOSED = "proposed"  # the key of the column that shows what a reviewer's own answers lead to
ADDRESS = "address"  # a column's link: the text itself is the address
TEXT_LIMIT = 32_767  # characters in a cell, Excel's limit
_CUT = " […cut here]"
_QUESTION = "answer:"  # how the identity of a column of answers begins
_WIDE = re.compile("[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]")
# Control characters except tab and line feed, lone surrogates, and the two characters that XML does not allow.
_NOT_IN_CELLS = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Column:
    """A column of a sheet. ``role`` is item, progress, context, live, answer, note, state or check.

    ``header`` names it in code and tables; ``shown`` is its heading in the team's language, ``elsewhere`` its headings
    in all languages. For the count, ``shown`` is the text that the numbers are put into.

    ``progress`` has a count as its header and nothing below. ``context`` is written once, with its row. ``live`` is
    kept up to date in rows that were handed out, and is added to a sheet that lacks it as soon as it has any text.
    """

    header: str
    role: str
    key: str
    width: int
    wrap: bool = False
    link: str = ""
    answer: Field | None = None
    terms: tuple[str, ...] = ()  # emphasised in its texts
    kinds: tuple[tuple[str, ...], ...] = ()  # if rows ask different things: the questions of each kind of row
    shown: str = ""
    elsewhere: tuple[str, ...] = ()
    settles: tuple[Field, ...] = ()  # in the consensus sheet: the questions that are settled here
    ours: str = ""  # how a text of the workflow is translated (``prismake.protocol.translations``)
    # Texts of ours that formulas look for. Of the count: how the remarks on a row begin that is not needed, or answered
    # and yet open; of proposals: what stands where a reviewer's answers do not lead; of Fill in: a study, an arm.
    words: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """The heading that people see."""
        return self.header if self.role == "progress" else self.shown or self.header

    @property
    def identity(self) -> str:
        """What a column is, independent of its heading; a field may have the same name as a column of context."""
        return f"{_QUESTION}{self.key}" if self.role == "answer" else self.key


def is_question(identity: str) -> bool:
    """Whether an identity (``Column.identity``) is that of a column of answers."""
    return identity.startswith(_QUESTION)


_COUNT = [Column("", "progress", "progress", 11)]


def check_of(item: str, title: str) -> str:
    """Eight digits that tie a row's id to its title, so that a column sorted on its own is noticed.

    They are the last part of the check in the sheet (``prismake.sheets.marks``).
    """
    return hashlib.sha256(f"{item}\x1f{normal_title(title)}".encode()).hexdigest()[:8]


def reviewer_columns(form: Form) -> list[Column]:
    """Count, item, context to read, answers, note, further details, the workflow's remark, and check.

    The count is a formula, which the header of an Excel table cannot hold, so it is outside the table, on the left.
    """
    context = [(shown.after, _context(shown, form.highlight)) for shown in form.context]
    context = [
        (after, replace(column, kinds=form.kinds) if column.key == FILL_IN else column) for after, column in context
    ]
    columns = [
        *([] if form.optional else _COUNT),
        Column(ITEM, "item", ITEM_ID, 16),
        *(column for after, column in context if not after),
        *(
            Column(question.label, "answer", question.name, question.width, True, answer=question)
            for question in form.fields
        ),
        Column(form.note, "note", "note", form.note_width, True),
        *([Column(form.reason, "note", REASON, 34, True)] if form.reason else []),
        *(column for after, column in context if after),
        Column(STATE, "state", "state", 16, True),
        Column(CHECK, "check", "check", 21),
    ]
    return [_in_language(column, form, ()) for column in columns]


def _in_language(column: Column, form: Form, reopening: tuple[str, ...]) -> Column:
    """The column with its heading in the team's language; fields of the extraction are called as the team has it.

    Args:
        reopening: remarks with which an answered row is open again, besides those on numbers.
    """
    part, _, name = column.key.partition(".")
    if column.role == "progress":
        keys = (_NOT_NEEDED, *((_DOUBTED,) if form.stage == EXTRACTION else ()), *reopening)
        begin = tuple(beginning(key, form.language) for key in keys)
        return replace(column, shown=form.language["page.count"], words=begin)
    if column.key == PROPOSED:
        column = replace(column, words=(beginning(_NOT_ASKED, form.language),))
    if column.key == FILL_IN:
        column = replace(column, words=(*map(form.language.heading, PER.values()),))
    if column.answer and form.stage == EXTRACTION:
        labels = column.answer.shown
        return (
            replace(column, shown=form.heading_of(column.answer), elsewhere=(*labels.values(),)) if labels else column
        )
    if column.role == "live" and part in ("says", "notes"):
        own, every = _says(part, name, form.language), (load_language(code) for code in language_codes())
        return replace(column, shown=own, elsewhere=tuple(dict.fromkeys(_says(part, name, other) for other in every)))
    elsewhere = tuple(in_every_language(f"headings.{column.header}"))
    return replace(column, shown=form.language.heading(column.header), elsewhere=elsewhere) if elsewhere else column


def _says(part: str, name: str, language: Language) -> str:
    """The heading of what a reviewer says or notes; reviewers without a name are numbered."""
    _, numbered, number = name.partition(UNNAMED)
    return language.text(f"headings.{part}", name=language.text("page.reviewer", number=number) if numbered else name)


def _context(context: Context, highlight: tuple[str, ...]) -> Column:
    role = "live" if context.live else "context"
    terms = highlight if context.column in ("title", "abstract") else ()
    width, wrap, link = context.width, context.wrap, context.link
    return Column(context.label, role, context.column, width, wrap, link, terms=terms, ours=context.ours)


def voices(reviewers: Sequence[str], *, blinded: bool) -> list[str]:
    """The names under which the reviewers' answers appear in the consensus sheet."""
    if blinded:
        return [f"{UNNAMED}{number}" for number in range(1, len(reviewers) + 1)]
    return [who.capitalize() for who in reviewers]


def consensus_columns(form: Form, names: Sequence[str]) -> list[Column]:
    """One row per disagreement: its subject, what each reviewer answered and noted, and what is settled.

    The context that the reviewers judged by is shown here too, except for what follows from their own answers. The
    reviewers' answers are kept up to date, so that nobody settles a disagreement on answers that have changed
    meanwhile.
    """
    shown = [context for context in form.context if context.column != PROPOSED or form.stage == CERTAINTY]
    title = next(context for context in shown if context.column == "title")
    further = [(context.after, _beside_question(context, form.highlight)) for context in shown if context != title]
    columns = [
        *_COUNT,
        Column(ITEM, "item", ITEM_ID, 16),
        _context(title, form.highlight),
        *(column for after, column in further if not after),
        Column(DISPUTED, "field", "field", 22, True),
        *(Column(f"{name} says", "live", f"says.{name}", 18, True) for name in names),
        *(Column(f"{name} notes", "live", f"notes.{name}", 26, True) for name in names),
        Column("Allowed", "context", "allowed", 26, True),
        Column(SETTLED, "answer", "settled", 20, True, settles=tuple(form.fields)),
        Column(form.note, "note", "note", 30, True),
        *(column for after, column in further if after),
        Column(STATE, "state", "state", 16, True),
        Column(CHECK, "check", "check", 21),
    ]
    return [_in_language(column, form, _OVERTAKEN) for column in columns]


def _beside_question(context: Context, highlight: tuple[str, ...]) -> Column:
    """A column of context beside the one that names the question in dispute."""
    column = _context(context, highlight)
    return replace(column, header=f"{column.header} as asked") if column.header == DISPUTED else column


def cell_text(value: Any) -> str:
    """Text that any spreadsheet can hold: no control characters, and cut with a mark at the limit of a cell."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        value = "; ".join(map(str, value))
    text = _NOT_IN_CELLS.sub("", str(value))
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - len(_CUT)] + _CUT


def shown_width(text: str) -> int:
    """The width of a text in columns of a spreadsheet; Chinese, Japanese and Korean characters take two."""
    return len(text) if text.isascii() else len(text) + len(_WIDE.findall(text))


def page_height(text: str) -> float:
    """The height in points of a line of the first page with this text."""
    return 15.0 * -(-shown_width(text) // 115) + 4.0


def row_choices(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The answers that one row allows, if they differ from row to row."""
    return tuple(choice for choice in str(row.get("choices") or "").split("|") if choice)
