"""Answers that the protocol no longer provides for: an answer that is not allowed any more, or a question not asked.

Both are compared with what was offered. Nothing is guessed: such answers do not count until people have decided what
becomes of them, and they stay in the sheet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prismake.core.names import APPRAISAL, CONSENSUS, EXTRACTION, FULL_TEXT, SETTLED
from prismake.protocol.forms import Field, allowed, normal_word
from prismake.sheets.checks.checked_sheet import CheckedSheet, Problem, listed
from prismake.sheets.xlsx import column_letter

_LISTS = {
    (FULL_TEXT, "reason"): "full_text.reasons",
    (FULL_TEXT, "design"): "appraisal.instruments",
}


def check(sheet: CheckedSheet) -> list[Problem]:
    """One problem for each answer that is no longer allowed, and one for each question that is no longer asked."""
    return [*_answers(sheet), *_questions(sheet)]


def _answers(sheet: CheckedSheet) -> Iterator[Problem]:
    for (header, answer), rows in sheet.answers.withdrawn.items():
        questions = _asked_in(sheet, header, rows)
        cells = listed([sheet.cell(row, header) for row in rows])
        count = "one answer uses it" if len(rows) == 1 else f"{len(rows)} answers use it"
        for question in questions[:1]:
            key = _LISTS.get((sheet.stage, question.name)) or (
                f"the choices of {question.name} in extraction.fields" if sheet.stage == EXTRACTION else "the protocol"
            )
            yield Problem(
                sheet.place,
                f"“{answer}” is no longer an answer to “{question.label}”, and {count} ({cells}): these rows "
                f"are not decided. If it has another name now, write in config/config.yaml, under words, that name and "
                f"[{answer}]; to go on using it, put it back into {key}; or give these cells another answer. "
                f"Allowed: {allowed(question)}.",
            )


def _asked_in(sheet: CheckedSheet, header: str, rows: list[int]) -> list[Field]:
    """The question of a column; in the consensus sheet, that of the row."""
    if header != SETTLED or sheet.owner != CONSENSUS:
        return [question for question in sheet.form.fields if question.label == header]
    names = {key.rpartition("/")[2] for key, places in sheet.answers.places.items() if set(rows) & set(places)}
    return [question for question in sheet.form.fields if question.name in names]


def _questions(sheet: CheckedSheet) -> Iterator[Problem]:
    """Columns of questions that were offered on this sheet, had answers, and no longer belong to the form."""
    if sheet.owner == CONSENSUS or sheet.stage == APPRAISAL:
        return
    asked = {question.name for question in sheet.form.fields}
    places = {normal_word(heading): place for heading, place in sheet.table.extra.items()}
    for name, headings in sheet.offered_headings.items():
        field = name.removeprefix("answer:")
        heading = headings[-1] if headings else ""
        if not name.startswith("answer:") or field in asked or normal_word(heading) not in places:
            continue
        items = sorted(_last_answers(sheet, field))
        rows = sorted(row for item in items for row in sheet.answers.places.get(item, ())[:1])
        if rows:
            letter = column_letter(places[normal_word(heading)])
            alike = [
                question.name for question in sheet.form.fields if normal_word(question.label) == normal_word(heading)
            ]
            twin = f" The new field {alike[0]} gets a column as soon as its label is another one." if alike else ""
            count = "an answer" if len(rows) == 1 else f"{len(rows)} answers"
            yield Problem(
                sheet.place,
                f"“{heading}” ({field}) is asked no longer, and {count} in its column count for nothing "
                f"({listed([f'{letter}{row}' for row in rows])}). They stay in the sheet. To count them, put the field "
                f"{field} back into extraction.fields in config/config.yaml; if it has another name now, give it this "
                f"name and change its label only. If they are not wanted, delete the column.{twin}",
            )


def _last_answers(sheet: CheckedSheet, field: str) -> Mapping[str, str]:
    """By item, this owner's last answer before the question was removed."""
    last_answers: dict[str, str] = {item: given[field] for item, given in sheet.last_good.items() if given.get(field)}
    for change in sheet.changes:
        if (change.get("stage"), change.get("who"), change.get("field")) == (sheet.stage, sheet.owner, field):
            last_answers[change["item"]] = change["old"] if not change["new"] else change["new"]
    return last_answers
