"""Mapping tables and the engine that applies them.

A dialect is data: for each column of the record table it names the tags that may hold it, in order of preference.
A rule is written ``TAG``, ``TAG:how`` or ``TAG:how?OTHER=pattern``; ``how`` is one of the small functions in ``HOW``
(the column's own default when left out), the condition asks that a value of ``OTHER`` matches the pattern.
``A~B`` joins first and last page. A text column takes the first rule that yields something, a list column all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from prismake.core.records import COLUMNS, LIST_COLUMNS, collapse, normal_doi, normal_pmcid, normal_pmid, trial_ids
from prismake.search import identifiers, markup, people
from prismake.search.markup import plain as text

Tags = dict[str, list[str]]


class Raw(NamedTuple):
    """One record as it stands in a file: the line on which it begins and the values of each tag."""

    line: int
    tags: Tags


@dataclass(frozen=True)
class Dialect:
    """How one exporter uses a format.

    ``signature`` are patterns of which all must be found near the start of the file; ``kind`` is "database",
    "register" or "other" (a library or screening tool that mixes sources). ``fields`` maps columns to rules.
    ``ignored`` are tags that are known and left out on purpose. ``tags`` are those that any rule reads, ``own`` by
    column those that hold nothing else.
    """

    name: str
    database: str
    platform: str
    fields: Mapping[str, tuple[str, ...]]
    kind: str = "database"
    signature: tuple[str, ...] = ()
    warning: str = ""
    ignored: Container[str] = frozenset()
    plan: list[tuple[str, bool, list[Any]]] = field(default_factory=list, init=False, compare=False, repr=False)
    tags: set[str] = field(default_factory=set, init=False, compare=False, repr=False)
    own: dict[str, list[str]] = field(default_factory=dict, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        unknown = set(self.fields) - set(COLUMNS)
        if unknown:
            raise ValueError(f"dialect {self.name}: no such columns: {sorted(unknown)}")
        for column, rules in self.fields.items():
            compiled = [_compile(rule, column) for rule in rules]
            self.plan.append((column, column in LIST_COLUMNS, compiled))
            self.tags.update(tag for rule in compiled for tag in (rule[0], rule[1], rule[3]) if tag)
        for column in COLUMNS:
            self.own[column] = [rule for rule in self.fields.get(column, ()) if not set(rule) & set(":~?")]
        self.own["authors"] = [rule.partition(":")[0] for rule in self.fields.get("authors", ())]

    def ignores(self, tag: str) -> bool:
        """Whether the tag is known and left out on purpose."""
        return tag in self.ignored


# --- how a value is read -------------------------------------------------------------------------------------------

_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_GUARD = re.compile(r'^="(.*)"$', re.DOTALL)


def year(value: str) -> int | None:
    """The first number between 1500 and 2099 that stands alone."""
    found = _YEAR.search(value)
    return int(found.group()) if found else None


def year_in_brackets(value: str) -> int | None:
    """The year of a citation such as ``Cancer (2004) 102:4 (253-258)``."""
    found = re.search(r"\((1[5-9]\d\d|20\d\d)\)", value)
    return int(found.group(1)) if found else None


def year_last(value: str) -> int | None:
    """The last year of a citation such as ``Ecohydrology. 8(6):1048-1064, September 2015.``"""
    found = _YEAR.findall(value)
    return int(found[-1]) if found else None


def doi(value: str) -> str:
    """A DOI; what a broken export ran on to it (``10.1/x     LK  - https``) is cut off at the blank."""
    return normal_doi(value)


def one(value: str) -> list[str]:
    item = text(value)
    return [item] if item else []


def _splitter(pattern: str) -> Callable[[str], list[str]]:
    """Items between matches; the pattern takes no run of blanks, which would be searched again from each of them."""
    cut = re.compile(pattern)

    def split(value: str) -> list[str]:
        return [item for part in cut.split(value) if (item := text(part))]

    return split


semicolons = _splitter(";")
commas = _splitter(r",\s+")
bars = _splitter(r"\|\|?")
lines = _splitter(r"\n")


def _dotted(value: str) -> list[str]:
    """``Epuna F, Shaheen SW, Wen T.``: the full stop ends the list, not the last name."""
    found = people.cell(value)
    if value.count(".") == 1 and found and re.search(r"[^.\s]{2,}\.$|\s[A-Z]\.$", found[-1]):
        found[-1] = found[-1][:-1]
    return found


def page_range(value: str) -> str:
    """Pages as written; BibTeX's ``1--9`` with one hyphen."""
    return re.sub(r"-{2,}", "-", text(value))


def loose(value: str) -> list[str]:
    """Key words in one cell, by ``;`` when there is one, else by ``, ``."""
    return semicolons(value) if ";" in value else commas(value)


def _found(pattern: str, flags: int = 0) -> Callable[[str], str]:
    search = re.compile(pattern, flags)

    def find(value: str) -> str:
        match = search.search(value)
        return match.group(1) if match else ""

    return find


def _unquoted(value: str) -> str:
    """A cell of our own CSV without the apostrophe that keeps a spreadsheet from running it as a formula."""
    return value[1:] if value[:1] == "'" and value[1:2] in {"=", "+", "-", "@"} else value


HOW: dict[str, Callable[[str], Any]] = {
    "text": text,
    "abstract": markup.abstract,
    "year": year,
    "year-in-brackets": year_in_brackets,
    "year-last": year_last,
    "doi": doi,
    "doi-marked": lambda value: normal_doi(_found(r"(\S{7,250}) ?\[doi\]")(value)),
    "pmid": normal_pmid,
    "pmcid": normal_pmcid,
    "pmid-first": lambda value: normal_pmid(_found(r"^\s*(\d+)\b")(value)),
    "pmid-pubmed": lambda value: normal_pmid(_found(r"PUBMED:?\s*(\d+)", re.IGNORECASE)(value)),
    "single": people.single,
    "people": people.cell,
    "people-dotted": _dotted,
    "one": one,
    "exact": collapse,
    "exact-one": lambda value: [item] if (item := collapse(value)) else [],
    "unguarded": lambda value: _unquoted(collapse(value)),
    "unguarded-list": lambda value: [item for part in _unquoted(value).split(";") if (item := collapse(part))],
    "semicolons": semicolons,
    "commas": commas,
    "bars": bars,
    "lines": lines,
    "lines-dots": lambda value: [name.removesuffix(".") for name in lines(value)],
    "loose": loose,
    "trials": trial_ids,
    "embase-number": _found(r"\b(L\d{6,})\b"),
    "ovid-number": _found(r"[?&]AN=([^&\s]+?)(?=Link|[&\s]|$)"),
    "url-an": _found(r"[?&]AN=([\w.-]+)"),
    "eid": _found(r"eid=([\w.-]+)"),
    "central-number": _found(r"\b(CN-\d+)\b", re.IGNORECASE),
    "rayyan": _found(r"(rayyan-\d+)"),
    "digits": _found(r"(\d{4,})"),
    "second-number": lambda value: normal_pmid(_found(r"^\s*\d+\s*;\s*(\d+)\s*$")(value)),
    "ebsco-number": _found(r"\bAccession Number:\s*([\w.-]*\w)"),
    "wos-medline": lambda value: normal_pmid(_found(r"MEDLINE:\s*(\d+)")(value)),
    "wos": _found(r"((?:WOS|ISI|MEDLINE|BCI|CCC|KJD|SCIELO):\S+)"),
    "doi-bars": lambda value: next((found for part in value.split("||") if (found := HOW["doi-marked"](part))), ""),
    "pmid-line": _found(r"PMID:\s*(\d+)"),
    "covidence": _found(r"(\d+)"),
    "first-word": _found(r"^(\S+?)[;|]?(?:\s|$)"),
    "first-bar": _found(r"^([^|]+)"),
    "ieee-number": _found(r"arnumber=(\d+)"),
    "openalex": _found(r"\b(W\d+)"),
    "address": _found(r"(https?://\S+)"),
    "trial-url": lambda value: f"https://clinicaltrials.gov/study/{value}" if re.fullmatch(r"NCT\d{8}", value) else "",
    "nct": _found(r"\b(NCT\d{8})\b", re.IGNORECASE),
    "footnoted": lambda value: [re.sub(r"[\s\d,*+]+$", "", name) for name in people.names(value)],
    "ovid-volume": _found(r"\.\s+(\w+)\s*[(:]"),
    "ovid-issue": _found(r"\.\s+\w+\s*\(([^)]+)\)"),
    "ovid-journal": lambda value: text(_found(r"^(.+?)\.\s")(value)),
    "ovid-pages": _found(r"(?::\s*|\(pp?\s+)(\w[\w-]*)\)?,"),
    "vancouver-volume": _found(r";(\w+)"),
    "vancouver-issue": _found(r";\w*\(([^)]+)\)"),
    "vancouver-pages": _found(r";\w*(?:\([^)]+\))?:([\w-]+)"),
    "report": lambda value: [f"Reference: PMID {pmid}"] if (pmid := normal_pmid(value)) else [],
    "embase-volume": _found(r"\(\d{4}\)\s*(\w+)"),
    "embase-issue": _found(r"\(\d{4}\)\s*\w+:(\w+)"),
    "embase-pages": _found(r"\(\d{4}\)[^()]*\(([\w-]+)\)"),
    "embase-journal": lambda value: text(_found(r"^([^\n]*?) ?\(\d{4}\)")(value)),
}

_DEFAULT: dict[str, Callable[[str], Any]] = {
    "title": markup.title,
    "abstract": markup.abstract,
    "pages": page_range,
    "year": year,
    "doi": doi,
    "pmid": normal_pmid,
    "pmcid": normal_pmcid,
    "authors": people.names,
    "publication_types": one,
    "keywords": one,
    "trial_ids": trial_ids,
    "related_reports": one,
}


REGISTERED = "Trial registry record"
"""The kind by which a record of a register is known in every later step; the Cochrane Library writes the same."""


def _compile(rule: str, column: str) -> tuple[str, str, Callable[[str], Any], str, re.Pattern[str] | None]:
    """(tag, second tag or "", function, tag of the condition or "", its pattern)."""
    rule, _, condition = rule.partition("?")
    tag, _, how = rule.partition(":")
    first, _, second = tag.partition("~")
    function = HOW[how] if how else _DEFAULT.get(column, text)
    other, _, pattern = condition.partition("=")
    return first, second, function, other, re.compile(pattern) if pattern else None


def pages(first: str, last: str) -> str:
    """First and last page as one text; ``1-12`` in the field of the first page stays as it is."""
    first = page_range(re.sub(r"^pp?\.?\s+", "", collapse(first)))
    last = collapse(last)
    if not last or last == first or "-" in first or "\u2010" in first:
        return first
    return f"{first}-{last}" if first else last


def build(dialect: Dialect, tags: Tags) -> dict[str, Any]:
    """The record of one set of tags; every column is there, empty when the tags do not tell it."""
    record: dict[str, Any] = {"year": None, "retracted": False, "database": dialect.database}
    for column, many, rules in dialect.plan:
        got: Any = [] if many else ""
        for tag, second, how, other, pattern in rules:
            values = tags.get(tag)
            if values and column == "authors" and len(values) > _LETTERS:
                values = people.put_together(values)
            if second:
                got = pages(values[0] if values else "", (tags.get(second) or [""])[0])
            elif values and (pattern is None or any(pattern.search(value) for value in tags.get(other) or ("",))):
                if many:
                    for value in values:
                        got.extend(how(value))
                    continue
                got = next((found for value in values if (found := how(value))), got)
            if got and not many:
                break
        if many or got:
            record[column] = got
    if dialect.kind == "register":
        record["publication_types"] = [REGISTERED, *record.get("publication_types", ())]
    if dialect.platform != "prismake":
        identifiers.complete(record, tags)
    return finish(record)


_LETTERS = 8
"""Authors from which on it is looked whether a tool has taken a list for its letters."""
_RETRACTED_TITLE = re.compile(r"^\W*(?:RETRACTED|WITHDRAWN|Retracted|Withdrawn)(?:\s+ARTICLE|\s+article)?\s*[:\].]")
_RETRACTED_TYPE = {"retracted publication", "retracted article", "retracted"}


_COLUMNS = frozenset(COLUMNS)


def finish(record: dict[str, Any]) -> dict[str, Any]:
    """Fill the columns that follow from others: missing ones, trial numbers in the text, retraction."""
    for column in _COLUMNS.difference(record):
        record[column] = [] if column in LIST_COLUMNS else ""
    title, authors = record["title"], record["authors"]
    if record["keywords"]:
        record["keywords"] = list(dict.fromkeys(record["keywords"]))
    # A line each: no number is looked for across them.
    named = trial_ids(f"{authors[0] if authors else ''}\n{title}\n{record['abstract']}")
    if named or record["trial_ids"]:
        record["trial_ids"] = list(dict.fromkeys([*record["trial_ids"], *named]))
    record["retracted"] = bool(
        record["retracted"]
        or _RETRACTED_TITLE.match(title)
        or not _RETRACTED_TYPE.isdisjoint(map(str.lower, record["publication_types"]))
        or any(link.startswith("RetractionIn") for link in record["related_reports"])
    )
    return record


def unguard(cell: str) -> str:
    """A cell without the ``="..."`` that keeps spreadsheets from changing it."""
    match = _GUARD.match(cell)
    return match.group(1) if match else cell
