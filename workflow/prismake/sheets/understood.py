"""How one sheet is read, in numbers and sentences, for the person who filled it in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from prismake.core.labels import join
from prismake.core.names import CONSENSUS, EXTRACTION
from prismake.core.phrases import normal_word, plural
from prismake.kept.answers import read_changes
from prismake.protocol.forms import as_typed, shown_answer
from prismake.sheets.checks.checked_sheet import Problem
from prismake.sheets.doubted_values import doubted_values
from prismake.sheets.layout import ITEM
from prismake.sheets.loop import consensus_status, reviewer_status
from prismake.sheets.problems import problems_of_sheet
from prismake.sheets.stage import StageSheets

_MOST = 20  # answers per question, words and problems that are listed; beyond this, only how many more there are
STAYS = "Until then the answers that were read last stay in force."


@dataclass(frozen=True)
class Understood:
    """How a sheet is understood.

    Attributes:
        path: the workbook.
        refused: why it is not read, and what to do about it; empty if it is read.
        decided, of: rows with all the answers they need, and rows that need any.
        counts: by question, how often each answer is given; a question that is not a choice has one entry, "".
        read_as: by question, (word in the cell, answer it is read as) if these differ, with how often it occurs.
        notes: rows with a note.
        new, changed, removed: answers compared with the last reading.
        problems: every cell that is not understood, and what else was noticed.
    """

    path: Path
    refused: str = ""
    decided: int = 0
    of: int = 0
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    read_as: Mapping[str, Mapping[tuple[str, str], int]] = field(default_factory=dict)
    notes: int = 0
    new: int = 0
    changed: int = 0
    removed: int = 0
    problems: tuple[Problem, ...] = ()


def understood(sheets: StageSheets, who: str) -> Understood:
    """How the sheet of ``who`` is read; ``sheets`` is its stage as it was just loaded."""
    path = sheets.path(who)
    if error := sheets.refused.get(who):
        return Understood(path, f"{error.what} {error.remedy}".strip())
    table, answers = sheets.tables.get(who), sheets.answers[who]
    if table is None:
        return Understood(path, "there is no such file yet. Type snakemake, which offers sheets.")
    decisions = sheets.decisions()
    doubted = doubted_values(sheets, decisions) if sheets.setup.stage == EXTRACTION else None
    remarks = doubted.remarks.get(who, {}) if doubted else {}
    if who == CONSENSUS:
        share = consensus_status(sheets, decisions, remarks) or {"decided": 0, "of": 0}
    else:
        share = reviewer_status(sheets, who, decisions, remarks)
    problems = list(problems_of_sheet(sheets, who, list(read_changes(sheets.setup.folder))))
    if doubted:
        problems += [problem for problem in doubted.problems if problem.where.startswith(table.path.name)]
        problems += [
            Problem(note.where, f"worth knowing: {note.what}")
            for note in doubted.notes
            if note.where.startswith(table.path.name)
        ]
    counts, read_as = _counts(sheets, who)
    new, changed, removed = _against(sheets.kept_stage.last_good.get(who, {}), answers.answers)
    return Understood(
        table.path,
        "",
        share["decided"],
        share["of"],
        counts,
        read_as,
        len(answers.notes),
        new,
        changed,
        removed,
        tuple(Problem(*problem) for problem in problems),
    )


def _counts(sheets: StageSheets, who: str) -> tuple[dict[str, dict[str, int]], dict[str, dict[tuple[str, str], int]]]:
    """By heading, the answers with their frequencies, and the words that were read as another answer with theirs."""
    counts: dict[str, dict[str, int]] = {}
    read_as: dict[str, dict[tuple[str, str], int]] = {}
    answers = sheets.answers[who].answers
    for question in sheets.setup.form.fields:
        given = Counter(fields[question.name] for fields in answers.values() if fields.get(question.name))
        is_choice = question.kind == "choice"
        heading = sheets.setup.form.heading_of(question)
        counts[heading] = dict(given.most_common()) if is_choice else {"": given.total()} if given else {}
        if is_choice and who != CONSENSUS:
            read_as[heading] = dict(_other_words(sheets, who, question.name).most_common())
    return counts, read_as


def _other_words(sheets: StageSheets, who: str, name: str) -> Counter[tuple[str, str]]:
    table, answers = sheets.tables[who], sheets.answers[who].answers
    question, header = sheets.setup.form.field(name), ""
    for column in sheets.columns(who):
        header = column.header if column.role == "answer" and column.key == name else header
    words: Counter[tuple[str, str]] = Counter()
    for _, row in table.rows:
        item, text = as_typed(row.get(ITEM)), as_typed(row.get(header))
        answer = answers.get(item, {}).get(name, "")
        if answer and normal_word(text) not in (normal_word(answer), normal_word(shown_answer(question, answer))):
            words[text, answer] += 1
    return words


def _against(last: Mapping[str, Mapping[str, str]], now: Mapping[str, Mapping[str, str]]) -> tuple[int, int, int]:
    """The numbers of answers that are new, have changed, or are gone."""
    before = {(item, name): value for item, given in last.items() for name, value in given.items() if value}
    after = {(item, name): value for item, given in now.items() for name, value in given.items() if value}
    both = before.keys() & after.keys()
    return len(after) - len(both), sum(before[place] != after[place] for place in both), len(before) - len(both)


def in_words(sheet: Understood) -> Iterator[str]:
    """The lines that say how a sheet is read; those that begin with ``!`` ask for something."""
    if sheet.refused:
        yield f"! It cannot be read: {sheet.refused} {STAYS}"
        return
    for label, answers in sheet.counts.items():
        if "" in answers:
            yield f"{label}: filled in {plural(answers[''], 'row')}"
        elif answers:
            listed = [f"{answer} {number:,}" for answer, number in list(answers.items())[:_MOST]]
            more = f" and {len(answers) - _MOST:,} others" if len(answers) > _MOST else ""
            yield f"{label}: {', '.join(listed)}{more}"
    if not any(sheet.counts.values()):
        yield "No answers yet."
    for label, words in sheet.read_as.items():
        if words:
            listed = [f"“{text}” as {answer} ({number:,})" for (text, answer), number in list(words.items())[:_MOST]]
            more = f", {len(words) - _MOST:,} other words" if len(words) > _MOST else ""
            yield f"{label}, read from other words: {', '.join(listed)}{more}"
    if sheet.notes:
        yield f"Notes: in {plural(sheet.notes, 'row')}"
    left = sheet.of - sheet.decided
    yield f"Done: {sheet.decided:,} of {plural(sheet.of, 'row')}" + (f"; {left:,} open" if left else "")
    if sheet.new or sheet.changed or sheet.removed:
        parts = [(sheet.new, "new"), (sheet.changed, "changed"), (sheet.removed, "taken back")]
        yield "Answers since it was last read: " + join([f"{count:,} {what}" for count, what in parts if count])
    else:
        yield "Since it was last read no answer has changed."
    for problem in sheet.problems[:_MOST]:
        yield f"! {problem.where}: {problem.what}"
    if len(sheet.problems) > _MOST:
        yield f"! … and {len(sheet.problems) - _MOST:,} more"
