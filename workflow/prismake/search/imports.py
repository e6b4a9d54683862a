"""Read one export file: recognise, tokenise and map it, and report what could not be used."""

from __future__ import annotations

import itertools
import re
import warnings as python_warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree

from prismake.core import records as record_table
from prismake.core.errors import ImportFileError, PrismakeError
from prismake.core.names import RECORD_ID
from prismake.core.progress import tracked
from prismake.search import (
    decode,
    delimited,
    detect,
    dialects,
    documents,
    json_records,
    pubmed_xml,
    ris_dialects,
    tagged,
    tool_tables,
    xml_exports,
    zotero_rdf,
)
from prismake.search.export_decisions import Decision, of_record
from prismake.search.inventory import Fields, Inventory
from prismake.search.mapping import Dialect, Raw, build, without_long_values
from prismake.search.naming import record_database, slug

if TYPE_CHECKING:
    import pandas as pd


SEARCH_LOG = "search log"
"""Format of the log file beside archived answers, which contains no records."""
PORTION = 100
"""Records passed on together while streaming: few enough to stay in the CPU cache."""


@dataclass(frozen=True)
class Import:
    """The result of reading one file.

    ``record_ids``: of its records, in their order. ``records``: the records themselves, one dictionary each with the
    columns of ``prismake.core.records.COLUMNS``; empty if they were streamed. ``format``: of the file
    ("Cochrane RIS").
    ``database`` and ``platform``: as far as the file shows, else "". ``kind``: "database", "register" or "other" (a
    manager or screening tool, which mixes sources). ``problems``: what was left out, each with file and line.
    ``warnings``: what was imported but needs checking. ``decisions``: of reviewers, in exports of screening tools; each
    refers to its record by index. ``fields``: how the fields of the file were used.
    """

    record_ids: list[str]
    records: list[dict[str, Any]]
    format: str
    database: str
    platform: str
    source: str
    kind: str = "database"
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    fields: Fields = field(default_factory=Fields)

    def table(self) -> pd.DataFrame:
        """The records as a record table."""
        return record_table.table(self.records)

    def decision_rows(self) -> list[dict[str, str]]:
        """The imported decisions: record_id, stage, reviewer, decision, reason, labels (joined by "; ")."""
        return [
            {
                RECORD_ID: self.record_ids[decision.index],
                "stage": decision.stage,
                "reviewer": decision.reviewer,
                "decision": decision.decision,
                "reason": decision.reason,
                "labels": "; ".join(decision.labels),
            }
            for decision in self.decisions
        ]


@dataclass
class _FileBeingRead:
    """The state of a file while it is being read."""

    where: str
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    dialect: Dialect | None = None
    format: str = ""
    count: int = 0
    untitled: int = 0
    databases: Counter[str] = field(default_factory=Counter)
    decisions: list[Decision] = field(default_factory=list)
    inventory: Inventory = field(default_factory=Inventory)
    expected: int = 0  # records, as far as their number can be seen before they are read


def read_file(path: str | Path, source: str | None = None) -> Import:
    """Read one export of a database, a reference manager or a screening tool, gzipped or not.

    The format is recognised by content, never by name. ``source`` is the first part of the record ids; by default it is
    the slug of the recognised database ("pubmed", "embase", "cochrane"), else of the file name. A broken record adds a
    line to ``problems`` and does not stop the file. Raises ``ImportFileError`` if the file is not an export, naming the
    menu of the database that creates one.
    """
    path = Path(path)
    file = _FileBeingRead(path.name)
    with record_table.bulk():
        rows = list(_records(path, file))
    source = source or slug(_database(file)) or slug(path.name.split(".")[0]) or "records"
    ids = record_table.Ids(source)
    return _finished(file, source, [ids.give(record) for record in rows], rows)


def stream(
    paths: Iterable[str | Path],
    source: str,
    take: Callable[[list[dict[str, Any]]], object],
    *,
    once: bool = False,
    ids: record_table.Ids | None = None,
) -> list[Import]:
    """Read the files of one source; ``take`` receives the records in portions, with unique ids.

    Only one portion is in memory at a time. ``once``: use only the first of several records with the same accession, as
    in the archive of a live search, where updates repeat some records. ``ids``: assigns them, if not as those of the
    whole source. Raises as ``read_file``.
    """
    ids, seen, imports = ids or record_table.Ids(source), set[str](), list[Import]()
    with record_table.bulk():
        files = list(map(Path, paths))
        shared_inventory = Inventory()  # the answers of one search form a single export
        for path in tracked(files, len(files), f"reading {source}", "files"):
            file, record_ids = (
                _FileBeingRead(path.name, inventory=shared_inventory if once else Inventory()),
                list[str](),
            )
            expected = partial(getattr, file, "expected")
            records = tracked(_records(path, file), expected, f"reading {path.name}", "records")
            while portion := list(itertools.islice(records, PORTION)):
                if once:
                    portion = list(_first_of_each(portion, seen))
                record_ids += [ids.give(record) for record in portion]
                take(portion)
            imports.append(
                _finished(file, source, record_ids, [], with_warnings=not once, counted=not once or path == files[-1])
            )
    return imports


def _first_of_each(records: Iterable[dict[str, Any]], seen: set[str]) -> Iterator[dict[str, Any]]:
    """Records whose accession is not in ``seen``, to which it is added."""
    for record in records:
        if record["accession"] not in seen:
            seen.add(record["accession"])
            yield record


def read_records(path: str | Path, source: str | None = None) -> pd.DataFrame:
    """The record table of one export file of any supported format (see ``read_file``).

    Omissions are issued as Python warnings and listed in ``table.attrs["problems"]``. Raises ``ImportFileError`` for
    files that are not exports or contain no readable record.
    """
    result = read_file(path, source)
    if result.problems and not result.records:
        raise ImportFileError("no record could be read: " + " ".join(result.problems[:5]), where=Path(path).name)
    for line in result.problems + result.warnings:
        python_warnings.warn(line, stacklevel=2)
    table = result.table()
    if result.problems:
        table.attrs["problems"] = list(result.problems)
    return table


# --- by format -----------------------------------------------------------------------------------------------------


def _records(path: Path, file: _FileBeingRead) -> Iterator[dict[str, Any]]:
    """The records of a file, without ids; updates ``file`` with what they show about it."""
    try:
        for record in _by_format(path, file):
            file.count += 1
            file.untitled += not record["title"]
            file.inventory.see(record)
            if record["database"]:
                file.databases[record["database"]] += 1
            yield record
    except MemoryError:
        raise PrismakeError(
            "this computer has too little memory left to read the file; the file itself may be in order.",
            where=path.name,
            remedy="Close other programs, or export the search in smaller parts.",
        ) from None


def _by_format(path: Path, file: _FileBeingRead) -> Iterator[dict[str, Any]]:
    with decode.open_stream(path) as stream:
        head = stream.read(detect.HEAD)
    if detect.binary(head, file.where) == "workbook":
        return _of_rows(delimited.sheet_rows(decode.read_all(path), file.where, file.warnings), file, "workbook")
    start = decode.decode(head, file.where)[0]
    if detect.is_search_log(start):
        file.format = SEARCH_LOG
        return iter(())
    name = "table" if delimited.begins_with_header(start) else detect.text_format(start, file.where)
    if name.endswith("_xml"):
        pubmed_xml.refuse_entities(head, file.where)
        return _of_pubmed(path, file) if name == "pubmed_xml" else _of_xml(path, file, *_XML_READERS[name])
    text, remarks = decode.decode(decode.read_all(path), file.where)
    file.warnings += remarks
    if name == "zotero_rdf":
        return _build(zotero_rdf.ZOTERO_RDF, zotero_rdf.read(text, file.where, file.problems), file)
    if name == "table":
        return _of_rows(delimited.csv_rows(text, file.problems), file, "CSV")
    if name == "json":
        return _build(*json_records.read(text, file.where, file.problems), file)
    if name in _LINES:
        text = tagged.cut_long_lines(text, file.problems)
        file.expected = text.count("\nER  -") or text.count("\nPMID-")
    if name == "ris":
        return _build(ris_dialect(text), tagged.ris(text, file.problems), file)
    dialect, reader = _READERS[name]
    return _build(dialect, tagged.drop_empty(reader(text, file.problems)), file)


_XML_READERS: dict[str, tuple[Dialect, Callable[[Any, list[str]], Iterator[Raw]]]] = {
    "endnote_xml": (dialects.ENDNOTE_XML, documents.endnote_xml),
    "ictrp_xml": (tool_tables.ICTRP, xml_exports.ictrp),
    "ebsco_xml": (xml_exports.EBSCO, xml_exports.ebsco),
    "revman_xml": (xml_exports.REVMAN, xml_exports.revman),
}
_READERS: dict[str, tuple[Dialect, Callable[[str, list[str]], Iterator[Raw]]]] = {
    "medline": (dialects.MEDLINE, tagged.medline),
    "wos": (dialects.WOS, tagged.wos),
    "enw": (dialects.ENW, tagged.enw),
    "cochrane_text": (dialects.COCHRANE_TEXT, tagged.cochrane_text),
    "ovid_text": (dialects.OVID_TEXT, tagged.ovid_text),
    "ovid_tagged": (dialects.OVID_TAGGED, tagged.ovid_tagged),
    "bibtex": (dialects.BIBTEX, documents.bibtex),
}
_LINES = {"ris", *_READERS} - {"bibtex"}  # formats in which a line holds a value or a part of it


def ris_dialect(text: str) -> Dialect:
    """The RIS dialect whose signature at least half of the first records of the file carry.

    A library with records of several databases has the signatures of each, but none in most records.
    """
    head = text[:100_000]
    half = max(1, len(re.findall(r"(?m)^\s?TY {1,2}-", head)) / 2)
    for dialect in ris_dialects.RIS_DIALECTS:
        if all(len(re.findall(pattern, head, re.MULTILINE)) >= half for pattern in dialect.signature):
            return dialect
    raise AssertionError("the last RIS dialect has no signature and fits everything")


def _of_pubmed(path: Path, file: _FileBeingRead) -> Iterator[dict[str, Any]]:
    file.dialect, file.format = dialects.MEDLINE, "PubMed XML"
    before = len(file.problems)
    try:
        with decode.open_stream(path) as stream:
            yield from pubmed_xml.records(stream, file.problems)
    except etree.XMLSyntaxError as error:
        seen = file.count + len(file.problems) - before
        yield from pubmed_xml.salvage(decode.read_all(path), file.problems, seen)
        if file.count and not file.problems:
            file.problems.append(
                f"line {error.lineno}: the file is not whole ({error.msg}). Its records were read, but others may "
                "have stood behind them; export it again."
            )


def _of_xml(
    path: Path, file: _FileBeingRead, dialect: Dialect, reader: Callable[[Any, list[str]], Iterator[Raw]]
) -> Iterator[dict[str, Any]]:
    with decode.open_stream(path) as stream:
        yield from _build(dialect, reader(stream, file.problems), file)


def _of_rows(rows: delimited.Rows, file: _FileBeingRead, shape: str) -> Iterator[dict[str, Any]]:
    dialect, raws = delimited.recognise(rows, file.problems, file.where, file.inventory, sheet=shape == "workbook")
    yield from _build(dialect, raws, file)
    if dialect.name == "table":
        file.format = shape


def _build(dialect: Dialect, raws: Iterable[Raw], file: _FileBeingRead) -> Iterator[dict[str, Any]]:
    file.dialect, file.format = dialect, dialect.name
    for raw in (without_long_values(raw, file.problems) for raw in raws):
        if dialect.platform == "WHO ICTRP":
            tool_tables.summarise(raw.tags)
        record = build(dialect, raw.tags)
        record_database(dialect, raw.tags, record)
        file.inventory.see_tags(dialect, raw.tags, record)
        file.decisions.extend(of_record(file.count, raw.tags, dialect.platform, file.where))
        yield record


def _database(file: _FileBeingRead) -> str:
    """The database named by most records; for a library of mixed sources only if all name it."""
    dialect = file.dialect
    if not file.databases:
        return dialect.database if dialect else ""
    name, count = file.databases.most_common(1)[0]
    return "" if dialect and dialect.kind == "other" and count < file.count else name


def _finished(
    file: _FileBeingRead,
    source: str,
    record_ids: list[str],
    records: list[dict[str, Any]],
    *,
    with_warnings: bool = True,
    counted: bool = True,
) -> Import:
    """``with_warnings``: warn about its fields (in a live search nobody chose them); ``counted``: count them."""
    dialect = file.dialect
    if not file.count and not file.problems and file.format != SEARCH_LOG:
        raise ImportFileError(
            f"the file looks like {file.format or 'an export'} but holds no records.",
            where=file.where,
            remedy="Export the search again. " + detect.EXPORTS,
        )
    warnings = [*([dialect.warning] if dialect and dialect.warning else []), *file.warnings]
    warnings += file.inventory.warnings(dialect) if with_warnings else []
    if file.untitled:
        warnings.append(f"{file.untitled} of {file.count} records have no title.")
    return Import(
        record_ids=record_ids,
        records=records,
        format=file.format,
        database=_database(file),
        platform=dialect.platform if dialect else "",
        source=source,
        kind=dialect.kind if dialect else "other",
        problems=[f"{file.where}, {line}" for line in file.problems],
        warnings=[f"{file.where}: {line}" for line in warnings],
        decisions=file.decisions,
        fields=file.inventory.fields(dialect) if counted else Fields(),
    )
