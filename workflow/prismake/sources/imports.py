"""Read one export file: recognise it, tokenise it, map it, and tell what could not be used."""

from __future__ import annotations

import re
import warnings as python_warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree

from prismake import records as record_table
from prismake.errors import ImportFileError, PrismakeError
from prismake.sources import decode, delimited, detect, dialects, documents, json_records, pubmed_xml, tagged
from prismake.sources.decisions import Decision, of_record
from prismake.sources.mapping import Dialect, Raw, build
from prismake.sources.naming import record_database, slug

if TYPE_CHECKING:
    import pandas as pd


SEARCH_LOG = "search log"
"""Format of the file that lies beside archived answers and holds no records itself."""


@dataclass(frozen=True)
class Import:
    """What one file gave.

    ``records``: one dictionary a record, with the columns of ``prismake.records.COLUMNS`` and ids of ``source``.
    ``format``: of the file ("Cochrane RIS"). ``database`` and ``platform``: as far as the file tells, else "".
    ``kind``: "database", "register" or "other" (a manager or screening tool, which mixes sources).
    ``problems``: what was left out, each with file and line. ``warnings``: what is in the table but needs a look.
    ``decisions``: of reviewers, where a screening tool exported them; each names its record by place.
    """

    records: list[dict[str, Any]]
    format: str
    database: str
    platform: str
    source: str
    kind: str = "database"
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)

    def table(self) -> pd.DataFrame:
        """The records as a record table."""
        return record_table.table(self.records)

    def decision_rows(self) -> list[dict[str, str]]:
        """The decisions that came along: record_id, stage, reviewer, decision, reason, labels (joined by "; ")."""
        return [
            {
                "record_id": self.records[one.index]["record_id"],
                "stage": one.stage,
                "reviewer": one.reviewer,
                "decision": one.decision,
                "reason": one.reason,
                "labels": "; ".join(one.labels),
            }
            for one in self.decisions
        ]


@dataclass
class _Found:
    """A file while it is being read."""

    where: str
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    dialect: Dialect | None = None
    format: str = ""
    rows: list[dict[str, Any]] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)


def read_file(path: str | Path, source: str | None = None) -> Import:
    """Read one export of a database, a reference manager or a screening tool, gzipped or not.

    The format is told by the content, never by the name. ``source`` is the first part of the record ids; left out, it
    is the slug of the recognised database ("pubmed", "embase", "cochrane"), else of the file name. A broken record
    costs a line in ``problems``, not the file. Raises ``ImportFileError`` for what is no export, with the menu of the
    database that makes one.
    """
    path = Path(path)
    found = _Found(path.name)
    try:
        with record_table.bulk():
            _read(path, found)
    except PrismakeError:
        raise
    except (MemoryError, RecursionError) as error:
        raise ImportFileError(
            f"the file is built in a way that no export is ({type(error).__name__}).", where=path.name
        ) from None
    return _finished(found, path, source)


def read_files(paths: Iterable[str | Path], source: str) -> tuple[list[dict[str, Any]], list[Import]]:
    """All records of the files of one source, with ids that are unique among them, and what each file gave."""
    imports = [read_file(path, source) for path in paths]
    rows = [record for item in imports for record in item.records]
    record_table.assign_ids(rows, source)
    return rows, imports


def read_records(path: str | Path, source: str | None = None) -> pd.DataFrame:
    """The record table of one export file of any supported format (see ``read_file``).

    What had to be left out is told as Python warnings, and the lines are kept in ``table.attrs["problems"]``. Raises
    ``ImportFileError`` for files that are no export, and for those in which no record could be read.
    """
    found = read_file(path, source)
    if found.problems and not found.records:
        raise ImportFileError("no record could be read: " + " ".join(found.problems[:5]), where=Path(path).name)
    for line in found.problems + found.warnings:
        python_warnings.warn(line, stacklevel=2)
    table = found.table()
    if found.problems:
        table.attrs["problems"] = list(found.problems)
    return table


# --- by format -----------------------------------------------------------------------------------------------------


def _read(path: Path, found: _Found) -> None:
    with decode.open_stream(path) as stream:
        head = stream.read(detect.HEAD)
    if detect.binary(head, found.where) == "workbook":
        _read_rows(delimited.sheet_rows(decode.read_all(path), found.where), found, "workbook")
        return
    start = decode.decode(head)[0]
    if detect.is_search_log(start):
        found.format, found.warnings = SEARCH_LOG, []
        return
    name = detect.text_format(start, found.where)
    if name == "pubmed_xml":
        _read_pubmed(path, head, found)
        return
    if name == "endnote_xml":
        pubmed_xml.refuse_entities(head, found.where)
        with decode.open_stream(path) as stream:
            _build(dialects.ENDNOTE_XML, documents.endnote_xml(stream, found.problems), found)
        return
    text, said = decode.decode(decode.read_all(path))
    found.warnings += said
    if name == "table":
        _read_rows(delimited.csv_rows(text, found.problems), found, "CSV")
    elif name == "json":
        _build(*json_records.read(text, found.where), found)
    elif name == "ris":
        _build(ris_dialect(text), tagged.ris(text, found.problems), found)
    else:
        dialect, reader = _READERS[name]
        _build(dialect, tagged.drop_empty(reader(text, found.problems)), found)


_READERS: dict[str, tuple[Dialect, Callable[[str, list[str]], Iterator[Raw]]]] = {
    "medline": (dialects.MEDLINE, tagged.medline),
    "wos": (dialects.WOS, tagged.wos),
    "enw": (dialects.ENW, tagged.enw),
    "cochrane_text": (dialects.COCHRANE_TEXT, tagged.cochrane_text),
    "ovid_text": (dialects.OVID_TEXT, tagged.ovid_text),
    "bibtex": (dialects.BIBTEX, documents.bibtex),
}


def ris_dialect(text: str) -> Dialect:
    """The RIS dialect whose signature at least half of the first records of the file carry.

    A library that collects records of several databases holds the marks of each, but none of them in most records.
    """
    head = text[:100_000]
    half = max(1, len(re.findall(r"(?m)^\s?TY {1,2}-", head)) / 2)
    for dialect in dialects.RIS_DIALECTS:
        if all(len(re.findall(pattern, head, re.MULTILINE)) >= half for pattern in dialect.signature):
            return dialect
    raise AssertionError("the last RIS dialect has no signature and fits everything")


def _read_pubmed(path: Path, head: bytes, found: _Found) -> None:
    pubmed_xml.refuse_entities(head, found.where)
    found.dialect, found.format = dialects.MEDLINE, "PubMed XML"
    try:
        with decode.open_stream(path) as stream:
            found.rows.extend(pubmed_xml.records(stream, found.problems))
    except etree.XMLSyntaxError as error:
        found.rows.clear()
        found.problems.clear()
        found.rows.extend(pubmed_xml.salvage(decode.read_all(path), found.problems))
        if found.rows and not found.problems:
            found.problems.append(
                f"line {error.lineno}: the file is not whole ({error.msg}). Its records were read, but others may "
                "have stood behind them; export it again."
            )


def _read_rows(rows: delimited.Rows, found: _Found, shape: str) -> None:
    dialect, raws = delimited.recognise(rows, found.problems, found.where)
    _build(dialect, raws, found)
    if dialect.name == "table":
        found.format = shape


def _build(dialect: Dialect, raws: Iterable[Raw], found: _Found) -> None:
    found.dialect, found.format = dialect, dialect.name
    for raw in raws:
        record = build(dialect, raw.tags)
        record_database(dialect, raw.tags, record)
        found.decisions.extend(of_record(len(found.rows), raw.tags, dialect.platform, found.where))
        found.rows.append(record)


def _finished(found: _Found, path: Path, source: str | None) -> Import:
    dialect = found.dialect
    if not found.rows and not found.problems and found.format != SEARCH_LOG:
        raise ImportFileError(
            f"the file looks like {found.format or 'an export'} but holds no records.",
            where=found.where,
            remedy="Export the search again. " + detect.EXPORTS,
        )
    named = Counter(record["database"] for record in found.rows if record["database"])
    database = named.most_common(1)[0][0] if named else (dialect.database if dialect else "")
    if dialect and dialect.kind == "other" and named and named.most_common(1)[0][1] < len(found.rows):
        database = ""
    slugged = source or slug(database) or slug(path.name.split(".")[0]) or "records"
    record_table.assign_ids(found.rows, slugged)
    warnings = [*([dialect.warning] if dialect and dialect.warning else []), *found.warnings]
    untitled = sum(not record["title"] for record in found.rows)
    if untitled:
        warnings.append(f"{untitled} of {len(found.rows)} records have no title.")
    return Import(
        records=found.rows,
        format=found.format,
        database=database,
        platform=dialect.platform if dialect else "",
        source=slugged,
        kind=dialect.kind if dialect else "other",
        problems=[f"{found.where}, {line}" for line in found.problems],
        warnings=[f"{found.where}: {line}" for line in warnings],
        decisions=found.decisions,
    )
