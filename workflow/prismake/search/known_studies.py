"""Studies that a good search must find, given in ``config/known_studies.txt`` or an export.

A text file has one study per line, by PMID, DOI, PMC number or registration number; text after ``#`` is a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prismake.core.errors import ImportFileError
from prismake.core.records import collapse, normal_doi, normal_pmcid, normal_pmid, trial_ids
from prismake.search import decode, delimited, detect
from prismake.search.imports import read_file

_STATED_PMID = re.compile(r"\bPMID:?\s*(\d{1,9})\b", re.IGNORECASE)


@dataclass(frozen=True)
class KnownStudy:
    """One known study.

    ``named``: a label for people (the line, or author, year and title of a record). ``place``: file and line.
    Identifiers and title are "" if unknown.
    """

    named: str
    place: str
    pmid: str = ""
    doi: str = ""
    pmcid: str = ""
    trial: str = ""
    title: str = ""
    year: int | None = None


def read(paths: Iterable[Path]) -> tuple[list[KnownStudy], list[str]]:
    """The distinct known studies of the files in order, and a sentence for each line without one."""
    unique: dict[tuple[Any, ...], KnownStudy] = {}
    problems: list[str] = []
    for path in paths:
        try:
            studies = _of_export(path) if _is_export(path) else _of_lines(path, problems)
        except ImportFileError as error:
            problems.append(str(error))
            continue
        for study in studies:
            unique.setdefault((study.pmid, study.doi, study.pmcid, study.trial, study.title.casefold()), study)
    return list(unique.values()), problems


def _is_export(path: Path) -> bool:
    """Whether the file is an export of records; raises ``ImportFileError`` if it is not text."""
    with decode.open_stream(path) as stream:
        head = stream.read(detect.HEAD)
    if not head.strip():
        return False
    if detect.binary(head, path.name):
        return True
    text = decode.decode(head, path.name)[0]
    if delimited.begins_with_header(text):
        return True
    try:
        return detect.text_format(text, path.name) != "table"
    except ImportFileError:  # a bare list of PMIDs is not an export, but valid here
        return False


def _of_export(path: Path) -> list[KnownStudy]:
    export = read_file(path)
    return [
        KnownStudy(
            named=_named(record),
            place=f"{path.name}, record {number}",
            title=record["title"],
            year=record["year"],
            trial=record["accession"] if export.kind == "register" else "",
            **{name: record[name] for name in ("pmid", "doi", "pmcid")},
        )
        for number, record in enumerate(export.records, 1)
    ]


def _named(record: dict[str, Any]) -> str:
    first = record["authors"][0].partition(",")[0] if record["authors"] else ""
    parts = (first, str(record["year"] or ""), record["title"])
    return " ".join(part for part in parts if part) or record["doi"] or record["pmid"]


def _of_lines(path: Path, problems: list[str]) -> list[KnownStudy]:
    text, _ = decode.decode(decode.read_all(path))
    studies = []
    for number, line in enumerate(text.split("\n"), 1):
        words = collapse(re.split(r"(?:^|\s)#", line, maxsplit=1)[0])
        place = f"{path.name}, line {number}"
        if not words:
            continue
        if matches := _of_line(words, place):
            studies += matches
        else:
            problems.append(f"{place}: “{words[:80]}” is no PMID, DOI, PMC number or registration number.")
    return studies


def _of_line(words: str, place: str) -> list[KnownStudy]:
    """The studies of a line: one by all its identifiers, or one for each number in a list of PMIDs."""
    numbers = re.split(r"[,;\s]+", words.strip(",; "))
    if all(re.fullmatch(r"\d{1,9}", number) for number in numbers):
        return [KnownStudy(number, place, pmid=normal_pmid(number)) for number in numbers if normal_pmid(number)]
    stated = _STATED_PMID.search(words)
    pmid = stated.group(1) if stated else normal_pmid(words)
    doi, pmcid, trials = normal_doi(words), normal_pmcid(words), trial_ids(words)
    if not (pmid or doi or pmcid or trials):
        return []
    return [KnownStudy(words, place, pmid=pmid, doi=doi, pmcid=pmcid, trial=trials[0] if trials else "")]
