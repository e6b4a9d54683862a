"""Read one export file: recognise it, tokenise it, map it, and tell what could not be used."""

from __future__ import annotations

import itertools
import re
import warnings as python_warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree

from prismake.core import records as record_table
from prismake.core.errors import ImportFileError, PrismakeError
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
)
from prismake.search.export_decisions import Decision, of_record
from prismake.search.inventory import Fields, Inventory
from prismake.search.mapping import Dialect, Raw, build
from prismake.search.naming import record_database, slug

if TYPE_CHECKING:
    import pandas as pd


SEARCH_LOG = "search log"
"""Format of the file that lies beside archived answers and holds no records itself."""
PORTION = 100
"""Records that are handed on together while a file is streamed: few enough to be still in the processor's cache."""


@dataclass(frozen=True)
class Import:
    """What one file gave.

    ``record_ids``: of its records, in their order. ``records``: the records themselves, one dictionary each with the
    columns of ``prismake.core.records.COLUMNS``; none when they were streamed. ``format``: of the file
    ("Cochrane RIS").
    ``database`` and ``platform``: as far as the file tells, else "". ``kind``: "database", "register" or "other" (a
    manager or screening tool, which mixes sources). ``problems``: what was left out, each with file and line.
    ``warnings``: what is in the table but needs a look. ``decisions``: of reviewers, where a screening tool exported
    them; each names its record by place. ``fields``: what became of the fields of the file.
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
        """The decisions that came along: record_id, stage, reviewer, decision, reason, labels (joined by "; ")."""
        return [
            {
                "record_id": self.record_ids[one.index],
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
    """A file while it is being read: what was seen so far."""

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


def read_file(path: str | Path, source: str | None = None) -> Import:
    """Read one export of a database, a reference manager or a screening tool, gzipped or not.

    The format is told by the content, never by the name. ``source`` is the first part of the record ids; left out, it
    is the slug of the recognised database ("pubmed", "embase", "cochrane"), else of the file name. A broken record
    costs a line in ``problems``, not the file. Raises ``ImportFileError`` for what is no export, with the menu of the
    database that makes one.
    """
    path = Path(path)
    found = _Found(path.name)
    with record_table.bulk():
        rows = list(_records(path, found))
    source = source or slug(_database(found)) or slug(path.name.split(".")[0]) or "records"
    ids = record_table.Ids(source)
    return _finished(found, source, [ids.give(record) for record in rows], rows)


def stream(
    paths: Iterable[str | Path], source: str, take: Callable[[list[dict[str, Any]]], object], *, once: bool = False
) -> list[Import]:
    """Read the files of one source; ``take`` gets the records in portions, with ids that are unique among them.

    Only a portion is in memory at a time. ``once``: of records with the same accession only the first counts, as in
    the archive of a live search, where an update hands out some records again. Raises as ``read_file``.
    """
    ids, seen, imports = record_table.Ids(source), set[str](), list[Import]()
    with record_table.bulk():
        files = list(map(Path, paths))
        whole = Inventory()  # the answers of one search are one export in parts
        for path in files:
            found, given = _Found(path.name, inventory=whole if once else Inventory()), list[str]()
            records = _records(path, found)
            while portion := list(itertools.islice(records, PORTION)):
                if once:
                    portion = list(_first_of_each(portion, seen))
                given += [ids.give(record) for record in portion]
                take(portion)
            imports.append(_finished(found, source, given, [], told=not once, counted=not once or path == files[-1]))
    return imports


def _first_of_each(records: Iterable[dict[str, Any]], seen: set[str]) -> Iterator[dict[str, Any]]:
    """Records whose accession is not in ``seen``, to which it is added."""
    for record in records:
        if record["accession"] not in seen:
            seen.add(record["accession"])
            yield record


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


def _records(path: Path, found: _Found) -> Iterator[dict[str, Any]]:
    """The records of a file, without ids; ``found`` learns what they tell of the file."""
    try:
        for record in _by_format(path, found):
            found.count += 1
            found.untitled += not record["title"]
            found.inventory.see(record)
            if record["database"]:
                found.databases[record["database"]] += 1
            yield record
    except MemoryError:
        raise PrismakeError(
            "this computer has too little memory left to read the file; the file itself may be in order.",
            where=path.name,
            remedy="Close other programs, or export the search in smaller parts.",
        ) from None


def _by_format(path: Path, found: _Found) -> Iterator[dict[str, Any]]:
    with decode.open_stream(path) as stream:
        head = stream.read(detect.HEAD)
    if detect.binary(head, found.where) == "workbook":
        return _of_rows(delimited.sheet_rows(decode.read_all(path), found.where, found.warnings), found, "workbook")
    start = decode.decode(head)[0]
    if detect.is_search_log(start):
        found.format = SEARCH_LOG
        return iter(())
    name = "table" if delimited.begins_with_header(start) else detect.text_format(start, found.where)
    if name.endswith("_xml"):
        pubmed_xml.refuse_entities(head, found.where)
        return _of_pubmed(path, found) if name == "pubmed_xml" else _of_xml(path, found, *_XML_READERS[name])
    text, said = decode.decode(decode.read_all(path))
    found.warnings += said
    if name == "table":
        return _of_rows(delimited.csv_rows(text, found.problems), found, "CSV")
    if name == "json":
        return _build(*json_records.read(text, found.where), found)
    if name == "ris":
        return _build(ris_dialect(text), tagged.ris(text, found.problems), found)
    dialect, reader = _READERS[name]
    return _build(dialect, tagged.drop_empty(reader(text, found.problems)), found)


_XML_READERS: dict[str, tuple[Dialect, Callable[[Any, list[str]], Iterator[Raw]]]] = {
    "endnote_xml": (dialects.ENDNOTE_XML, documents.endnote_xml),
    "ictrp_xml": (tool_tables.ICTRP, xml_exports.ictrp),
    "revman_xml": (xml_exports.REVMAN, xml_exports.revman),
}
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
    for dialect in ris_dialects.RIS_DIALECTS:
        if all(len(re.findall(pattern, head, re.MULTILINE)) >= half for pattern in dialect.signature):
            return dialect
    raise AssertionError("the last RIS dialect has no signature and fits everything")


def _of_pubmed(path: Path, found: _Found) -> Iterator[dict[str, Any]]:
    found.dialect, found.format = dialects.MEDLINE, "PubMed XML"
    before = len(found.problems)
    try:
        with decode.open_stream(path) as stream:
            yield from pubmed_xml.records(stream, found.problems)
    except etree.XMLSyntaxError as error:
        seen = found.count + len(found.problems) - before
        yield from pubmed_xml.salvage(decode.read_all(path), found.problems, seen)
        if found.count and not found.problems:
            found.problems.append(
                f"line {error.lineno}: the file is not whole ({error.msg}). Its records were read, but others may "
                "have stood behind them; export it again."
            )


def _of_xml(
    path: Path, found: _Found, dialect: Dialect, reader: Callable[[Any, list[str]], Iterator[Raw]]
) -> Iterator[dict[str, Any]]:
    with decode.open_stream(path) as stream:
        yield from _build(dialect, reader(stream, found.problems), found)


def _of_rows(rows: delimited.Rows, found: _Found, shape: str) -> Iterator[dict[str, Any]]:
    dialect, raws = delimited.recognise(rows, found.problems, found.where, found.inventory, sheet=shape == "workbook")
    yield from _build(dialect, raws, found)
    if dialect.name == "table":
        found.format = shape


def _build(dialect: Dialect, raws: Iterable[Raw], found: _Found) -> Iterator[dict[str, Any]]:
    found.dialect, found.format = dialect, dialect.name
    for raw in raws:
        if dialect.platform == "WHO ICTRP":
            tool_tables.summarise(raw.tags)
        record = build(dialect, raw.tags)
        record_database(dialect, raw.tags, record)
        found.inventory.see_tags(dialect, raw.tags, record)
        found.decisions.extend(of_record(found.count, raw.tags, dialect.platform, found.where))
        yield record


def _database(found: _Found) -> str:
    """The database that most records name; of a library that mixes sources only if all do."""
    dialect = found.dialect
    if not found.databases:
        return dialect.database if dialect else ""
    name, count = found.databases.most_common(1)[0]
    return "" if dialect and dialect.kind == "other" and count < found.count else name


def _finished(
    found: _Found,
    source: str,
    record_ids: list[str],
    records: list[dict[str, Any]],
    *,
    told: bool = True,
    counted: bool = True,
) -> Import:
    """``told``: warnings on the fields are due (in a live search nobody chose them); ``counted``: their numbers are."""
    dialect = found.dialect
    if not found.count and not found.problems and found.format != SEARCH_LOG:
        raise ImportFileError(
            f"the file looks like {found.format or 'an export'} but holds no records.",
            where=found.where,
            remedy="Export the search again. " + detect.EXPORTS,
        )
    warnings = [*([dialect.warning] if dialect and dialect.warning else []), *found.warnings]
    warnings += found.inventory.warnings(dialect) if told else []
    if found.untitled:
        warnings.append(f"{found.untitled} of {found.count} records have no title.")
    return Import(
        record_ids=record_ids,
        records=records,
        format=found.format,
        database=_database(found),
        platform=dialect.platform if dialect else "",
        source=source,
        kind=dialect.kind if dialect else "other",
        problems=[f"{found.where}, {line}" for line in found.problems],
        warnings=[f"{found.where}: {line}" for line in warnings],
        decisions=found.decisions,
        fields=found.inventory.fields(dialect) if counted else Fields(),
    )
