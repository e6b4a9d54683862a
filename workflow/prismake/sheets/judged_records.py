"""The records that somebody has judged: their answers must not be lost when a search no longer finds them."""

from __future__ import annotations

from pathlib import Path

from prismake.core.errors import SheetError
from prismake.core.names import CONSENSUS, FULL_TEXT, TITLE_ABSTRACT, TOGETHER
from prismake.kept import sheet_state
from prismake.kept.answers import read_snapshot
from prismake.kept.ids import REPORTS, load_ids
from prismake.kept.sheet_files import SHEETS, SUFFIXES, current, sheet_path
from prismake.protocol.forms import load_form
from prismake.protocol.schema import with_defaults
from prismake.sheets.layout import ITEM, consensus_columns, reviewer_columns
from prismake.sheets.reading import read_sheet

JUDGED_AT = (TITLE_ABSTRACT, FULL_TEXT)


def judged_records(folder: Path = SHEETS) -> set[str]:
    """The records that somebody has judged, at any stage and under any of their ids."""
    items = (item for stage in JUDGED_AT for item in _answered(stage, folder))
    answered = {record for item in items for record in item.split(TOGETHER)}
    report_of = load_ids(REPORTS, folder / "history")
    reports = {report_of.get(item, item) for item in answered}
    return answered | {record for record, report in report_of.items() if report in reports}


def _answered(stage: str, folder: Path) -> set[str]:
    """The items with an answer in any workbook of a stage; for an unreadable workbook, the last good answers."""
    form = load_form(stage, with_defaults({"title": "-", "question": "-"}))
    book, last_good = sheet_state.read_book(stage, folder), read_snapshot(stage, folder)
    items: set[str] = set()
    for who in sorted({path.name.split(".")[1] for path in folder.glob(f"{stage}.*") if path.suffix in SUFFIXES}):
        columns = consensus_columns(form, []) if who == CONSENSUS else reviewer_columns(form)
        answers = [column.header for column in columns if column.role == "answer"]
        path = sheet_path(stage, who, folder)
        try:
            place = current(path, sheet_state.written(book, path))
            rows = read_sheet(place, columns).rows if place else []
        except SheetError:
            items |= set(last_good.get(who, {}))
            continue
        items |= {
            str(row[ITEM]).strip() for _, row in rows if any(str(row.get(name) or "").strip() for name in answers)
        }
    return items - {""}
