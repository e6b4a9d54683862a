"""The count at the top of a sheet, “12 of 100 done”: a formula in the header row that stays current by itself.

It has a narrow column of its own to the left of the table, which stays in view when a sheet is scrolled. Nothing is
ever read from this column, and the sheet works without it: it may be moved or deleted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from prismake.core.names import ITEM_ID
from prismake.extraction.result_rows import BETWEEN, FILL_IN
from prismake.protocol.languages import in_every_language
from prismake.protocol.outcome_columns import PER, RESULT_ROW
from prismake.sheets.layout import ANSWER, NO_LONGER, PROPOSED, REASON, Column

PROGRESS = "progress"
_END = re.compile(r"(:\$[A-Z]+\$)(\d+)")
_MOST = 100  # questions that are counted; a spreadsheet formula takes 127 conditions


def is_count(cell: Any) -> bool:
    """Whether a header is the result of the formula, in any language, as in a sheet that was saved as values."""
    return any(pattern.fullmatch(str(cell)) for pattern, _ in _patterns())


def is_count_formula(cell: Any) -> bool:
    return any(pattern.fullmatch(str(cell)) for _, pattern in _patterns())


@cache
def _patterns() -> list[tuple[re.Pattern[str], re.Pattern[str]]]:
    """For each language, what a count looks like and what its formula looks like."""
    patterns = []
    for template in in_every_language("page.count"):
        before, between, after = _pieces(template)
        shown = rf"\s*{re.escape(before)}\d+{re.escape(between)}\d+{re.escape(after)}\s*"
        start, middle, end = (re.escape(text) for text in _joined(before, between, after))
        formula = rf"=?{start}COUNTIFS\(.*{middle}COUNTIFS\(.*{end}"
        patterns.append((re.compile(shown), re.compile(formula, re.DOTALL)))
    return patterns


def _pieces(template: str) -> tuple[str, str, str]:
    """The text before, between and after the two numbers of a count."""
    before, _, rest = template.partition("{done}")
    between, _, after = rest.partition("{all}")
    return before, between, after


def _joined(before: str, between: str, after: str) -> tuple[str, str, str]:
    """The same as parts of a formula."""
    return f'"{before}"&' if before else "", f'&"{between}"&', f'&"{after}"' if after else ""


def reaching(formula: str, last: int, spare: int) -> str:
    """The formula with areas that end above row ``last`` extended to ``spare`` rows below it."""
    return _END.sub(lambda end: end[0] if int(end[2]) >= last else f"{end[1]}{last + spare}", formula)


def count_formula(columns: Sequence[Column], letters: Mapping[str, str], first: int, last: int, page: str = "") -> str:
    """The number of rows that have every answer they need, out of those that need any.

    Args:
        letters: column letters in the sheet by column key.
        first, last: the rows that are counted. Whole columns would be simpler, but comparing words in them takes
            LibreOffice seconds at every keystroke.
        page: the name of the counted sheet if the formula is in another one.
    """
    prefix = "'" + page.replace("'", "''") + "'!" if page else ""

    def filled(key: str, condition: str = '"<>"') -> str:
        return f"{prefix}${letters[key]}${first}:${letters[key]}${last},{condition}"

    template, (not_needed, *opened) = _words(columns)
    needed = [filled(ITEM_ID)]
    if "state" in letters:
        needed.append(filled("state", f'"<>{not_needed}*"'))
    start, middle, end = _joined(*_pieces(template))
    total = f"{middle}COUNTIFS({','.join(needed)}){end}"
    if "state" in letters:
        needed += [filled("state", f'"<>{begin}*"') for begin in opened]
    if not any(column.answer and column.answer.some_rows for column in columns):
        done = _done(columns, columns, needed, letters, filled)
        return f"{start}{done}{_judged(columns, needed, letters, filled)}{total}"
    each = []
    for fill_in, own in _kinds_of_rows(columns):
        each.append(_done(own, columns, [*needed, filled(FILL_IN, f'"={fill_in}"')], letters, filled))
    return f"{start}{'+'.join(each)}{total}"


def _words(columns: Sequence[Column]) -> tuple[str, Sequence[str]]:
    """How the count is shown, and how remarks begin: on rows that are not needed, then on rows that are open."""
    count = next((column for column in columns if column.role == PROGRESS and column.shown), None)
    if count is None:
        return in_every_language("page.count")[0], (NO_LONGER,)
    return count.shown, count.words


def _judged(
    columns: Sequence[Column], needed: Sequence[str], letters: Mapping[str, str], filled: Callable[..., str]
) -> str:
    """What the count of a sheet with proposed judgements has to add: rows to which one's own answers do not lead are
    done, and judgements that differ from their proposal are not done until somebody says why.
    """
    if not {PROPOSED, REASON, ANSWER} <= letters.keys():
        return ""
    texts = (filled(key, "") for key in (PROPOSED, ANSWER, REASON))
    proposed, answer, reason = (text.rstrip(",") for text in texts)
    (unasked,) = next(column.words for column in columns if column.key == PROPOSED)
    away = ",".join([*needed, filled(ANSWER, '"="'), filled(PROPOSED, f'"={unasked}"')])
    differs = f'({proposed}<>"")*({proposed}<>"{unasked}")*({answer}<>"")*({answer}<>{proposed})*({reason}="")'
    return f"+COUNTIFS({away})-SUMPRODUCT({differs})"


def _done(
    asked_columns: Sequence[Column],
    columns: Sequence[Column],
    needed: Sequence[str],
    letters: Mapping[str, str],
    filled: Callable[..., str],
) -> str:
    """The formula for the number of rows that have every answer they need in these columns."""
    asked = [column for column in asked_columns if is_needed(column) and column.key in letters][:_MOST]
    always = [filled(column.key) for column in asked if not (column.answer and column.answer.when)]
    done = f"COUNTIFS({','.join([*needed, *always])})"
    for key, condition, further in _further(columns, asked):
        if key in letters:
            same = [*needed, *always, filled(key, condition)]
            answered = [*same, *(filled(column.key) for column in further)]
            # rows that are asked further questions count only if those are answered
            done += f"-SUMPRODUCT(COUNTIFS({','.join(same)}))+SUMPRODUCT(COUNTIFS({','.join(answered)}))"
    return done


def _kinds_of_rows(columns: Sequence[Column]) -> list[tuple[str, list[Column]]]:
    """The text under *Fill in* for each kind of row, and the columns that this kind asks for."""
    by_key = {column.key: column for column in columns if column.role == "answer"}
    kinds = next(column.kinds for column in columns if column.key == FILL_IN)
    rows = []
    for names in kinds:
        own = [by_key[name] for name in names if name in by_key]
        kind = next((column.answer.some_rows for column in own if column.answer), "")
        shown = BETWEEN.join(column.heading for column in own) if kind == RESULT_ROW else kind_shown(columns, kind)
        rows.append((shown, own))
    return rows


def kind_shown(columns: Sequence[Column], kind: str) -> str:
    """What stands under *Fill in* in the rows of studies or of arms."""
    words = next(column.words for column in columns if column.key == FILL_IN)
    return dict(zip(PER.values(), words, strict=True))[kind]


def is_needed(column: Column) -> bool:
    """Whether a row is incomplete without an answer in this column."""
    return column.role == "answer" and (column.answer is None or column.answer.required)


def _further(columns: Sequence[Column], asked: Sequence[Column]) -> list[tuple[str, str, list[Column]]]:
    """(column, its answers that ask for more, the columns they ask for); the answers as an array of conditions."""
    groups: dict[tuple[str, str], list[Column]] = {}
    for column in asked:
        if column.answer and column.answer.when:
            groups.setdefault(column.answer.when, []).append(column)
    conditions = []
    for (name, answer), further in groups.items():
        first = next(column.answer for column in columns if column.key == name and column.answer)
        choice = next(choice for choice in first.choices if choice.value == answer)
        words = (re.sub("([?*~])", r"~\1", word).replace('"', '""') for word in (choice.value, *choice.synonyms))
        conditions.append((name, "{" + ",".join(f'"={word}"' for word in words) + "}", further))
    return conditions
