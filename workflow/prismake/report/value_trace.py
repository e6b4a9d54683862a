"""From a pooled number back to the cell: workbook, sheet, row and column, who typed it, how it was settled, report."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prismake.core.errors import PrismakeError
from prismake.core.files import read_csv
from prismake.core.names import CONSENSUS, EXTRACTION, STUDY_ID
from prismake.core.paths import results_parent
from prismake.core.phrases import normal_word
from prismake.protocol.forms import as_typed
from prismake.protocol.settings import for_reading
from prismake.sheets.queue import QueueFile
from prismake.sheets.stage import StageSheets, load_stage

if TYPE_CHECKING:
    import pandas as pd

_OUTCOMES = Path("results/extraction/outcomes.csv")
_QUEUE = Path("results/extraction/queue.parquet")
_STUDIES = Path("results/full_text/studies.csv")


@dataclass(frozen=True)
class Cell:
    """The cell of a number: whose sheet, the place, and what is typed there."""

    who: str
    place: str
    typed: str


_WHOSE = ("outcome", STUDY_ID, "arm", "label")


@dataclass(frozen=True)
class TracedValue:
    """One number of a row of the table of outcomes, the item and question that asked for it, and its cells."""

    item: str
    part: str
    question: str
    value: str
    cells: tuple[Cell, ...]


def trace(outcome: str, study: str, protocol: Mapping[str, Any], folder: Path = Path()) -> list[str]:
    """The provenance of the numbers of a study in an outcome, as lines of text.

    Raises:
        PrismakeError: no such outcome or study, or nothing has been extracted yet.
    """
    table, sheets = _table(folder), _sheets(protocol, folder)
    if outcome not in protocol["outcomes"]:
        raise PrismakeError(f"there is no outcome {outcome}.", remedy=f"There are: {', '.join(protocol['outcomes'])}.")
    rows = _rows(table[table["outcome"] == outcome], study)
    studies = {row[STUDY_ID]: row for row in read_csv(results_parent(folder) / _STUDIES).to_dict("records")}
    lines: list[str] = []
    for row in rows:
        lines += [*([""] if lines else []), *_lines(row, protocol["outcomes"][outcome], sheets, studies)]
    return lines


def pooled_values(protocol: Mapping[str, Any], folder: Path = Path()) -> Iterator[TracedValue]:
    """Every number that is pooled, with its cells."""
    table, sheets = _table(folder), _sheets(protocol, folder)
    for row in table[table["status"] == "used"].to_dict("records"):
        yield from _values(row, protocol["outcomes"][row["outcome"]], sheets)


def places_table(settings: Mapping[str, Any], folder: Path = Path()) -> pd.DataFrame:
    """One row per pooled number and cell that holds it, or that holds what it was converted from.

    Columns: outcome, study_id, arm, label, part, value, who, place (workbook, sheet, cell), typed, settled_by, how,
    source.

    Args:
        settings: ``for_reading(EXTRACTION, protocol)``.
    """
    import pandas as pd

    table, sheets = _table(folder), _load(settings, folder)
    rows = [
        [
            *(row[name] for name in _WHOSE),
            *(value.part, value.value, cell.who, cell.place, cell.typed),
            *(row["settled_by"], row["how"], row["source"]),
        ]
        for row in table[table["status"] == "used"].to_dict("records")
        for value in _values(row, settings["outcomes"][row["outcome"]], sheets)
        for cell in (value.cells or (Cell("", "", ""),))
    ]
    columns = (*_WHOSE, "part", "value", "who", "place", "typed", "settled_by", "how", "source")
    return pd.DataFrame(rows, columns=columns, dtype=str)


def _table(folder: Path) -> pd.DataFrame:
    path = results_parent(folder) / _OUTCOMES
    if not path.is_file():
        raise PrismakeError("nothing has been extracted yet.", where=str(path), remedy="Type snakemake first.")
    return read_csv(path)


def _sheets(protocol: Mapping[str, Any], folder: Path) -> StageSheets:
    return _load(for_reading(EXTRACTION, protocol), folder)


def _load(settings: Mapping[str, Any], folder: Path) -> StageSheets:
    return load_stage(EXTRACTION, settings, QueueFile(results_parent(folder) / _QUEUE), folder / "config" / "sheets")


def _rows(table: pd.DataFrame, study: str) -> list[dict[str, str]]:
    """The rows of a study, by its id, its label, or the label of one of its arms."""
    word, rows = normal_word(study), table.to_dict("records")
    chosen = [
        row
        for row in rows
        if word in map(normal_word, (row[STUDY_ID], row["label"], row["label"].removesuffix(f", {row['arm']}")))
    ]
    if not chosen:
        labels = sorted({row["label"] for row in rows})
        near = difflib.get_close_matches(study, labels, n=3, cutoff=0.5) or labels[:8]
        raise PrismakeError(f"there is no study “{study}” in this outcome.", remedy=f"There are: {', '.join(near)}.")
    return chosen


def _lines(
    row: Mapping[str, str], spec: Mapping[str, Any], sheets: StageSheets, studies: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    status = "pooled" if row["status"] == "used" else f"not pooled: {row['remark'] or row['status']}"
    yield f"{row['label']}, {spec['title'] or row['outcome']} ({spec['measure']}): {status}"
    report = studies.get(row[STUDY_ID], {})
    if report:
        doi = f", doi:{report['doi']}" if report["doi"] else ""
        yield f"  report: {report['report']}{doi} ({report['report_ids']})"
    if row["settled_by"]:
        yield f"  settled by: {row['settled_by']}"
    if row["source"]:
        yield f"  source in the report: {row['source']}"
    if how := row.get("how"):
        yield f"  derived: {how}"
    for value in _values(row, spec, sheets):
        heading = sheets.setup.form.field(value.question).label
        yield f"  {value.part} = {value.value or '(empty)'} (column “{heading}”)"
        for cell in value.cells:
            yield f"    {cell.who}: “{cell.typed}” in {cell.place}"


def _values(row: Mapping[str, str], spec: Mapping[str, Any], sheets: StageSheets) -> Iterator[TracedValue]:
    own = f"{row[STUDY_ID]}|{row['arm']}" if row["arm"] else row[STUDY_ID]
    asked = sheets.studies.by_row.get(own, {}) if sheets.studies else {}
    questions = {field.name for field in sheets.setup.form.fields}
    for part, column in {**spec["columns"], **spec.get("converted_from", {})}.items():
        item, question = asked.get(column, (own, column))
        cells = tuple(_cells(sheets, item, question)) if question in questions else ()
        if part in spec["columns"]:
            yield TracedValue(item, part, question, row[part], cells)
        elif cells:  # what a number was converted from
            yield TracedValue(item, part, question, cells[0].typed, cells)


def _cells(sheets: StageSheets, item: str, column: str) -> Iterator[Cell]:
    """The cells of an answer in every sheet, the settled one first."""
    label = sheets.setup.form.field(column).label
    settled = next((header.header for header in sheets.columns(CONSENSUS) if header.role == "answer"), "")
    for who in (CONSENSUS, *sheets.reviewers):
        key, header = (f"{item}/{column}", settled) if who == CONSENSUS else (item, label)
        table = sheets.tables.get(who)
        if table is None or header not in table.headers:
            continue
        values = dict(table.rows)
        for number in sheets.answers[who].places.get(key, ()):
            typed = as_typed(values[number].get(header)).strip()
            if typed or _partners(sheets, who, item, column):
                yield Cell(who, table.address(number, header), typed or _partners(sheets, who, item, column))


def _partners(sheets: StageSheets, who: str, item: str, column: str) -> str:
    """How an empty cell got its number, if another cell of the row contains it (``12/30``)."""
    return sheets.answers[who].how.get(item, {}).get(column, "")
