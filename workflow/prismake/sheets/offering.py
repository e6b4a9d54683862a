"""Add newly queued items to the sheets; existing rows stay as they are."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from prismake.core.blame import is_about_the_file
from prismake.core.errors import ChangedMeanwhile, PrismakeError
from prismake.core.files import sweep_drafts
from prismake.core.names import CONSENSUS, ITEM_ID
from prismake.core.progress import tracked
from prismake.kept import sheet_state
from prismake.kept.answers import note_offer
from prismake.kept.offered_forms import Headings, OfferedForm, save_offered_form
from prismake.kept.prefilled import save_prefilled
from prismake.kept.sheet_copies import keep_copy
from prismake.kept.sheet_files import open_in_program
from prismake.panel.decisions import to_adjudicate
from prismake.protocol.forms import Field, Form, allowed, as_typed
from prismake.sheets.answers import SheetAnswers
from prismake.sheets.appending import append_rows
from prismake.sheets.batches import Plan, hand_out
from prismake.sheets.checks.held_back import HeldBack
from prismake.sheets.doubted_values import doubted_values
from prismake.sheets.former_language import in_present_language
from prismake.sheets.layout import NO_LONGER, STATE, Column, check_of, row_choices
from prismake.sheets.live_cells import keys_of_rows, now_written, out_of_date
from prismake.sheets.marks import marked
from prismake.sheets.merged_answers import first_of
from prismake.sheets.new_sheets import Copied, NewSheets
from prismake.sheets.own_sheet import MissingSheet
from prismake.sheets.package import UnknownStructure
from prismake.sheets.queue_rows import QueueRows
from prismake.sheets.reading import SheetTable, read_sheet
from prismake.sheets.remarks import with_remark
from prismake.sheets.renewal import Guide, Renewal, asked_now, is_taken, page_digest, renewal, with_new_judgements
from prismake.sheets.shown_texts import all_shown, answer_in, choices_in, remark_in, shown_texts
from prismake.sheets.stage import StageSheets
from prismake.sheets.workbook import new_workbook

logger = logging.getLogger(__name__)


def offer(
    planned: Plan,
    guide: Sequence[tuple[str, str]],
    order: Sequence[str],
    criteria: Mapping[str, Sequence[str]] | None = None,
    for_adjudicator: Sequence[tuple[str, str]] = (),
) -> Mapping[Path, Copied]:
    """Bring every sheet of a stage up to date with the queue.

    Args:
        planned: the stage as it was read, and what is to be handed out next.
        guide: label and text of the lines of the first page.
        order: the queue's item ids in the order in which new rows are handed out.
        criteria: the criteria of the stage, if it has any.
        for_adjudicator: the lines of the first page of the consensus sheet.

    Returns:
        the sheets that were copied from another one.

    Raises:
        MissingSheet: a sheet with answers is gone.
    """
    setup = planned.sheets.setup
    sweep_drafts(setup.folder)
    sweep_drafts(setup.folder / "history")
    owners = [*setup.team, *([CONSENSUS] if CONSENSUS in planned.sheets.owners else [])]
    all_paths = [setup.path(who) for who in owners]
    before = {path.name: sheet_state.user_digest(planned.sheets.kept_stage.state, path) for path in all_paths}
    for error in planned.sheets.refused.values():
        if isinstance(error, MissingSheet):
            raise error
    sheet_state.begin(setup.stage, planned.sheets.review, setup.folder)
    offered = with_new_judgements(planned.sheets, asked_now(setup.form, planned.sheets.kept_stage.offered, criteria))
    save_offered_form(setup.stage, offered, setup.folder)  # before a first page shows other criteria
    sheets = hand_out(planned, order)
    doubted = doubted_values(sheets, sheets.decisions()).shown if setup.outcomes else {}
    expected, new_sheets = _expected_from(sheets), NewSheets()
    waiting, live = {}, {}
    for who in tracked(owners, len(owners), f"bringing the sheets of {setup.form.title.lower()} up to date", "sheets"):
        if who in sheets.refused:
            logger.warning("%s", sheets.refused[who])
            continue
        rows = _disputed_rows(sheets) if who == CONSENSUS else _queue_rows(sheets, who, expected)
        lines = (for_adjudicator or guide) if who == CONSENSUS else guide
        name = sheets.path(who).name
        waiting[name] = _offer_one(sheets, who, rows, lines, doubted.get(who, {}), new_sheets)
        if not waiting[name]:
            offered = _as_offered(sheets, who, lines, offered)
            if sheets.path(who).exists():
                live[name] = now_written(sheets, who, rows)
    save_offered_form(setup.stage, offered, setup.folder)
    refused = [sheets.path(who) for who in sheets.refused]
    taken_over = {sheets.path(who).name: sheets.sheets[who].taken_over for who in owners if who in sheets.sheets}
    held = [sheets.path(who) for who, error in sheets.refused.items() if isinstance(error, HeldBack)]
    sheet_state.remember(setup.stage, before, waiting, all_paths, refused, taken_over, held, live)
    return new_sheets.copies


def _as_offered(sheets: StageSheets, who: str, guide: Guide, offered: OfferedForm) -> OfferedForm:
    """The recorded form of a sheet after it was brought up to date."""
    path = sheets.path(who)
    if not path.exists():
        return offered
    table = sheets.tables.get(who)
    columns = [
        column
        for column in sheets.columns(who)
        if table is None
        or column.header in table.headers
        or (column.header in table.lacking and not is_taken(table, column))
    ]
    headings = {column.identity: column.heading for column in columns if column.header}
    return offered.with_columns(path.name, headings).with_page(path.name, page_digest(guide))


def _expected_from(sheets: StageSheets) -> dict[str, list[str]]:
    """Reviewers by item, without the items that people decided to leave unread."""
    unread = set(sheets.allocation.stopped).difference(*(sheets.started(who) for who in sheets.reviewers))
    return {item: who for item, who in sheets.expected_from().items() if item not in unread}


def _queue_rows(sheets: StageSheets, who: str, expected: Mapping[str, Sequence[str]]) -> QueueRows:
    """Rows of a reviewer's sheet by key, in the order of handing out."""
    order = [item for item, reviewers in expected.items() if who in reviewers]
    return QueueRows(sheets.queue, order, who, sheets.mark(who), sheets.own_paths.get(who), sheets.setup.form)


def _disputed_rows(sheets: StageSheets) -> dict[str, dict[str, Any]]:
    """Rows of the consensus sheet: one per disagreement, with each reviewer's answer and note."""
    rows, merged = {}, sheets.merged
    form = sheets.setup.form
    shown = shown_texts(form)
    decisions = sheets.decisions()
    by_item = {decision.item: decision for decision in decisions}
    for item, name in to_adjudicate(sheets.setup.form, decisions):
        question, row = sheets.setup.form.field(name), sheets.queue[item]
        named = merged.rows.get(item, {}).get(name, item)
        says = merged.says.get(item, {}).get(name)
        if says is None:
            says = {who: sheets.answers[who].answers.get(item, {}).get(name, "") for who in sheets.reviewers}
        key = f"{named}/{question.label}"
        speakers = sheets.setup.speakers(item, sheets.reviewers).items()
        rows[key] = {
            **all_shown({context.column: row.get(context.column, "") for context in form.context}, shown),
            ITEM_ID: named,
            "field": sheets.setup.form.heading_of(question),
            "allowed": allowed(question, choices_in(form, question, row_choices(row)), form.language),
            "choices": "|".join(_choices(form, question, row)),
            "check": marked(sheets.mark(CONSENSUS), check_of(key, str(row["title"]))),
            "state": remark_in(form, by_item[item].fields[name].remark),
            **{f"says.{voice}": answer_in(form, question, says[who]) for voice, who in speakers},
            **{f"notes.{voice}": _noted(sheets.answers[who], item) for voice, who in speakers},
        }
    return rows


def _choices(form: Form, question: Field, row: Mapping[str, Any]) -> Sequence[str]:
    if question.by_row:
        return choices_in(form, question, row_choices(row))
    return [choice.word for choice in question.choices]


def _noted(own: SheetAnswers, item: str) -> str:
    """A reviewer's note on an answer, and the reason why a judgement differs from its proposal."""
    return "\n".join(text for text in (own.notes.get(item, ""), own.reasons.get(item, "")) if text)


def _offer_one(
    sheets: StageSheets,
    who: str,
    rows: Mapping[str, Mapping[str, Any]],
    guide: Sequence[tuple[str, str]],
    doubted: Mapping[str, str],
    new_sheets: NewSheets,
) -> int:
    """Update one sheet if it lacks rows or remarks; returns the number of rows that wait because it is open."""
    path, columns = sheets.path(who), sheets.columns(who)
    table = sheets.tables.get(who)
    if table is None:
        if rows or (
            sheets.setup.form.typed and not sheets.setup.form.optional and who != CONSENSUS
        ):  # people may type in pairs
            _note(sheets, who, rows.values())
            alike = rows.alike() if isinstance(rows, QueueRows) else ()
            new_sheets.make(path, who, sheets.setup.form, columns, rows.values(), guide, sheets.mark(who), alike)
            logger.info("%s: made, %d rows", path, len(rows))
        return 0
    if who == CONSENSUS:
        columns = _with_new_context(columns, table, sheets.kept_stage.headings(path))
    row_numbers = keys_of_rows(table, who, sheets)
    new = [rows[key] for key in rows if key not in row_numbers]
    changes = in_present_language(sheets, who, table, columns, row_numbers, rows)
    for number, texts in out_of_date(sheets, who, table, columns, row_numbers, rows).items():
        changes.setdefault(number, {}).update(texts)
    for number, text in _remarks(table, row_numbers, rows, who, sheets, doubted).items():
        changes.setdefault(number, {})["state"] = text
    renewed = renewal(sheets, who, table, guide)
    if not new and not changes and not renewed:
        return 0
    if open_in_program(table.path) or open_in_program(path):
        logger.warning("%s is open in a spreadsheet program: %d rows wait until it is closed", table.path, len(new))
        return len(new) + len(changes) or 1
    if sheet_state.user_digest(sheets.kept_stage.state, path):
        keep_copy(table.path)
    _note(sheets, who, new)
    try:
        _add(sheets, who, table, columns, new, changes, guide, renewed)
    except ChangedMeanwhile:
        logger.warning("%s was saved while rows were added to it: %d rows wait for the next run", table.path, len(new))
        return len(new) + len(changes) or 1
    logger.info("%s: %d rows added, %d brought up to date", path, len(new), len(changes))
    for column in renewed.added:
        logger.info("%s: new column “%s”, added", path, column.heading)
    return 0


def _with_new_context(columns: Sequence[Column], table: SheetTable, offered: Headings | None) -> list[Column]:
    """The columns, those of context that were never offered on this sheet to be filled in all of its rows."""
    new = {
        column.identity
        for column in columns
        if column.role == "context"
        and offered
        and column.identity not in offered
        and column.header not in table.headers
    }
    return [replace(column, role="live") if column.identity in new else column for column in columns]


def _note(sheets: StageSheets, who: str, rows: Collection[Mapping[str, Any]]) -> None:
    """Before the rows are written: an offer that was never noted would be missing from the audit trail."""
    note_offer(sheets.setup.stage, who, (str(row[ITEM_ID]) for row in rows), sheets.setup.folder)
    save_prefilled(sheets.setup.stage, who, rows, sheets.setup.folder)


def _add(
    sheets: StageSheets,
    who: str,
    table: SheetTable,
    columns: Sequence[Column],
    new: Sequence[Mapping[str, Any]],
    changes: Mapping[int, Mapping[str, str]],
    guide: Sequence[tuple[str, str]],
    renewed: Renewal,
) -> None:
    path = sheets.path(who)
    with_macros = table.path.with_suffix(".xlsm") == table.path  # it stays what it is: an .xlsx may not hold macros
    try:
        append_rows(table, table.path if with_macros else path, columns, new, changes, renewed)
        return
    except UnknownStructure as error:
        if table.path == path:
            _warn_of_loss(table.path, f"it is built in an unusual way: {error}")
    from prismake.sheets.growing import add_rows  # openpyxl, which a first offer does not need

    offered = sheets.kept_stage.headings(path)
    every = cache(lambda: dict(read_sheet(table.path, columns, everything=True, offered=offered).rows))
    try:
        add_rows(table, path, columns, new, changes, every, renewed)
    except (PrismakeError, OSError):
        raise  # it cannot be written in any form
    except Exception as error:  # openpyxl's exceptions vary with the workbook; calamine has read this one
        if not is_about_the_file(error, lambda: _add_to_a_new_one(sheets, who, columns, new, guide)):
            raise
        logger.warning("%s was saved in a form that rows cannot be added to: rebuilt from its values", table.path)
        columns = [*columns, *(Column(name, "extra", f"extra:{name}", 18, True) for name in table.extra)]
        earlier_rows = []
        for number, values in every().items():
            row = {column.key: as_typed(values.get(column.header)) for column in columns}
            earlier_rows.append({**row, **changes.get(number, {})})
        keep_copy(table.path)
        new_workbook(path, who, sheets.setup.form, columns, [*earlier_rows, *new], guide, (table.path, table.digest))
    if table.path != path:  # an .ods beside the workbook: its answers are in the workbook now
        keep_copy(table.path)
        table.path.unlink()


def _add_to_a_new_one(
    sheets: StageSheets,
    who: str,
    columns: Sequence[Column],
    new: Sequence[Mapping[str, Any]],
    guide: Sequence[tuple[str, str]],
) -> None:
    """Add the same rows to a workbook in which nobody has worked, to see whether that can be done at all."""
    from prismake.sheets.growing import add_rows_to_new

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / sheets.path(who).name
        new_workbook(path, who, sheets.setup.form, columns, new, guide)
        add_rows_to_new(read_sheet(path, columns), columns, new)


def _warn_of_loss(path: Path, why: str) -> None:
    logger.warning(
        "%s is loaded as a whole (%s): charts and text boxes of your own may be lost. A copy of it as it was is in %s.",
        path,
        why,
        keep_copy(path),
    )


def _remarks(
    table: SheetTable,
    row_numbers: Mapping[str, Sequence[int]],
    rows: Mapping[str, Mapping[str, Any]],
    who: str,
    sheets: StageSheets,
    doubted: Mapping[str, str],
) -> dict[int, str]:
    """Rows whose remark has to change: not needed any more, needed again, or a number in doubt. People's text stays."""
    if STATE not in table.headers:
        return {}
    settled = sheets.answers[CONSENSUS].answers if who == CONSENSUS else {}
    now = {number: str(row.get(STATE) or "").strip() for number, row in table.rows}
    changes, not_needed = {}, remark_in(sheets.setup.form, NO_LONGER)
    for key, numbers in row_numbers.items():
        item, _, label = key.rpartition("/") if who == CONSENSUS else (key, "", "")
        own = rows[key].get("state") if who == CONSENSUS and key in rows else ""  # other sheets come without remarks
        remark = str(own or doubted.get(item, "")) if key in rows else not_needed
        if who == CONSENSUS and key not in rows and _is_settled(sheets, settled, item, label):
            remark = doubted.get(item, "")
        texts = {number: with_remark(now[number], remark) for number in numbers if item}
        changes.update({number: text for number, text in texts.items() if text != now[number]})
    return changes


def _is_settled(sheets: StageSheets, settled: Mapping[str, Mapping[str, str]], item: str, label: str) -> bool:
    """Whether a row of the consensus sheet is answered and its item is still in the queue."""
    names = [field.name for field in sheets.setup.form.fields if field.label.casefold() == label.casefold()]
    return first_of(item) in sheets.queue and any(settled.get(item, {}).get(name) for name in names)
