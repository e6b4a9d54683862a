"""Mapping tables and the engine that applies them.

A dialect is data: for each column of the record table it names the tags that may hold it, in order of preference.
A rule is written ``TAG``, ``TAG:how`` or ``TAG:how?OTHER=pattern``; ``how`` is one of the functions in ``HOW``
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
LONGEST = 4_000_000
"""Most characters of a value or a line of a tagged format; titles and abstracts are a thousand times shorter."""


class Raw(NamedTuple):
    """One record as found in a file: its first line number and the values of each tag."""

    line: int
    tags: Tags


def left_out(line: int, length: int) -> str:
    """The problem of a value that is longer than ``LONGEST``."""
    return f"line {line}: a value of {length:,} characters was left out."


def without_long_values(raw: Raw, problems: list[str]) -> Raw:
    """The record without values longer than ``LONGEST``; each is a problem."""
    if not any(len(value) > LONGEST for values in raw.tags.values() for value in values):
        return raw
    tags: Tags = {}
    for tag, values in raw.tags.items():
        problems += [left_out(raw.line, len(value)) for value in values if len(value) > LONGEST]
        if short := [value for value in values if len(value) <= LONGEST]:
            tags[tag] = short
    return Raw(raw.line, tags)


@dataclass(frozen=True)
class Dialect:
    """How one exporter uses a format.

    ``signature``: patterns that must all match near the start of the file; ``kind`` is "database",
    "register" or "other" (a library or screening tool that mixes sources). ``fields`` maps columns to rules.
    ``ignored`` are tags that are known and deliberately left out. ``tags`` are those read by any rule, ``own`` by
    column those that contain nothing else.
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
        """Whether the tag is known and deliberately left out."""
        return tag in self.ignored


# --- how a value is read -------------------------------------------------------------------------------------------

_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_WHOLE_DATE = re.compile(r"\s*(1[5-9]\d\d|20\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\s*")
_GUARD = re.compile(r'^="(.*)"$', re.DOTALL)


def year(value: str) -> int | None:
    """The first separate number between 1500 and 2099; or the year of a date without separators (``20190301``)."""
    match = _YEAR.search(value) or _WHOLE_DATE.fullmatch(value)
    return int(match.group(1)) if match else None


def year_in_brackets(value: str) -> int | None:
    """The year of a citation such as ``Cancer (2004) 102:4 (253-258)``."""
    match = re.search(r"\((1[5-9]\d\d|20\d\d)\)", value)
    return int(match.group(1)) if match else None


def year_last(value: str) -> int | None:
    """The last year of a citation such as ``Ecohydrology. 8(6):1048-1064, September 2015.``"""
    years = _YEAR.findall(value)
    return int(years[-1]) if years else None


def doi(value: str) -> str:
    """A DOI; text that a broken export appended to it (``10.1/x     LK  - https``) is cut off at the blank."""
    return normal_doi(value)


def single_item(value: str) -> list[str]:
    item = text(value)
    return [item] if item else []


def publication_type(value: str) -> list[str]:
    """A type of publication; some platforms put the DOI into its tag."""
    return [] if "10." in value and normal_doi(value) else single_item(value)


def _splitter(pattern: str) -> Callable[[str], list[str]]:
    """Items between matches; the pattern must not match runs of blanks, which would take quadratic time."""
    cut = re.compile(pattern)

    def split(value: str) -> list[str]:
        return [item for part in cut.split(value) if (item := text(part))]

    return split


_at_semicolons = _splitter(";")


def semicolons(value: str) -> list[str]:
    return _at_semicolons(value) if ";" in value else single_item(value)


commas = _splitter(r",\s+")
bars = _splitter(r"\|\|?")
lines = _splitter(r"\n")


def _dotted(value: str) -> list[str]:
    """``Epuna F, Shaheen SW, Wen T.``: the full stop ends the list, not the last name."""
    authors = people.cell(value)
    if value.count(".") == 1 and authors and re.search(r"[^.\s]{2,}\.$|\s[A-Z]\.$", authors[-1]):
        authors[-1] = authors[-1][:-1]
    return authors


def page_range(value: str) -> str:
    """Pages as written, with one hyphen for BibTeX's ``1--9``."""
    return re.sub(r"-{2,}", "-", text(value))


def loose(value: str) -> list[str]:
    """Keywords in one cell, separated by ``;`` if there is one, else by ``, ``."""
    return semicolons(value) if ";" in value else commas(value)


def _matching(pattern: str, flags: int = 0) -> Callable[[str], str]:
    search = re.compile(pattern, flags)

    def find(value: str) -> str:
        match = search.search(value)
        return match.group(1) if match else ""

    return find


_FORMULA_STARTS = frozenset("=+-@＝＋－＠")


def _unquoted(value: str) -> str:
    """A cell of our own CSV without the apostrophe that keeps a spreadsheet from running it as a formula."""
    return value[1:] if value[:1] == "'" and value.lstrip("'")[:1] in _FORMULA_STARTS else value


HOW: dict[str, Callable[[str], Any]] = {
    "text": text,
    "abstract": markup.abstract,
    "year": year,
    "year-in-brackets": year_in_brackets,
    "year-last": year_last,
    "doi": doi,
    "doi-marked": lambda value: normal_doi(_matching(r"(\S{7,250}) ?\[doi\]")(value)),
    "pmid": normal_pmid,
    "pmcid": normal_pmcid,
    "pmid-first": lambda value: normal_pmid(_matching(r"^\s*(\d+)\b")(value)),
    "pmid-linked": lambda value: normal_pmid(_matching(r"(\d+) \[https?://\S*pubmed")(value)),
    "unlinked": lambda value: collapse(re.sub(r"\[https?://\S*\]", "", value)),
    "pmid-pubmed": lambda value: normal_pmid(_matching(r"PUBMED:?\s*(\d+)", re.IGNORECASE)(value)),
    "single": people.single,
    "people": people.cell,
    "people-dotted": _dotted,
    "people-glued": people.glued,
    "one": single_item,
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
    "supplement": lambda value: f"Suppl {text(value)}" if text(value) else "",
    "trials": trial_ids,
    "embase-number": _matching(r"\b(L\d{6,})\b"),
    "ovid-number": _matching(r"[?&]AN=([^&\s]+?)(?=Link|[&\s]|$)"),
    "url-an": _matching(r"[?&]AN=([\w.-]+)"),
    "eid": _matching(r"eid=([\w.-]+)"),
    "central-number": _matching(r"\b(CN-\d+)\b", re.IGNORECASE),
    "rayyan": _matching(r"(rayyan-\d+)"),
    "digits": _matching(r"(\d{4,})"),
    "second-number": lambda value: normal_pmid(_matching(r"^\s*\d+\s*;\s*(\d+)\s*$")(value)),
    "ebsco-number": _matching(r"\bAccession Number:\s*([\w.-]*\w)"),
    "wos-medline": lambda value: normal_pmid(_matching(r"MEDLINE:\s*(\d+)")(value)),
    "wos": _matching(r"((?:WOS|ISI|MEDLINE|BCI|CCC|KJD|SCIELO):\S+)"),
    "doi-bars": lambda value: next((doi for part in value.split("||") if (doi := HOW["doi-marked"](part))), ""),
    "pmid-line": _matching(r"PMID:\s*(\d+)"),
    "covidence": _matching(r"(\d+)"),
    "first-word": _matching(r"^(\S+?)[;|]?(?:\s|$)"),
    "first-bar": _matching(r"^([^|]+)"),
    "ieee-number": _matching(r"arnumber=(\d+)"),
    "openalex": _matching(r"\b(W\d+)"),
    "retracted-openalex": lambda value: (
        ["RetractionIn: as marked by OpenAlex"] if value.strip().lower() in {"true", "1"} else []
    ),
    "address": _matching(r"(https?://\S+)"),
    "trial-url": lambda value: f"https://clinicaltrials.gov/study/{value}" if re.fullmatch(r"NCT\d{8}", value) else "",
    "nct": _matching(r"\b(NCT\d{8})\b", re.IGNORECASE),
    "footnoted": lambda value: [re.sub(r"[\s\d,*+]+$", "", name) for name in people.names(value)],
    "ovid-volume": _matching(r"\.\s+((?=\w*\d)\w+)\s*[(:]"),
    "ovid-issue": _matching(r"\.\s+(?=\w*\d)\w+\s*\(([^)]+)\)"),
    "ovid-person": lambda value: people.single(re.sub(r"\s*\[[^\[\]]*\]\s*$", "", value)),
    "ovid-journal": lambda value: text(_matching(r"^(.+?)\.\s")(value)),
    "ovid-pages": _matching(r"(?::\s*|\(pp?\s+)(\w[\w-]*)\)?,"),
    "vancouver-volume": _matching(r";(\w+)"),
    "vancouver-issue": _matching(r";\w*\(([^)]+)\)"),
    "vancouver-pages": _matching(r";\w*(?:\([^)]+\))?:([\w-]+)"),
    "report": lambda value: [f"Reference: PMID {pmid}"] if (pmid := normal_pmid(value)) else [],
    "embase-volume": _matching(r"\(\d{4}\)\s*(\w+)"),
    "embase-issue": _matching(r"\(\d{4}\)\s*\w+:(\w+)"),
    "embase-pages": _matching(r"\(\d{4}\)[^()]*\(([\w-]+)\)"),
    "embase-journal": lambda value: text(_matching(r"^([^\n]*?) ?\(\d{4}\)")(value)),
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
    "publication_types": publication_type,
    "keywords": single_item,
    "trial_ids": trial_ids,
    "related_reports": single_item,
}


REGISTERED = "Trial registry record"
"""The publication type that marks records of registers in all later steps, as in the Cochrane Library."""


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
    """The record built from one set of tags; all columns are present, empty if the tags lack them."""
    record: dict[str, Any] = {"year": None, "retracted": False, "database": dialect.database}
    for column, many, rules in dialect.plan:
        content: Any = [] if many else ""
        for tag, second, how, other, pattern in rules:
            values = tags.get(tag)
            if values and column == "authors" and len(values) > _LETTERS:
                values = people.put_together(values)
            if second:
                content = pages(values[0] if values else "", (tags.get(second) or [""])[0])
            elif values and (pattern is None or any(pattern.search(value) for value in tags.get(other) or ("",))):
                if many:
                    for value in values:
                        content.extend(how(value))
                    continue
                several = column == "abstract" and len(values) > 1
                texts = [_together([how(value) for value in values])] if several else map(how, values)
                content = next(filter(None, texts), content)
            if content and not many:
                break
        if many or content:
            record[column] = content
    if dialect.kind == "register":
        record["publication_types"] = [REGISTERED, *record.get("publication_types", ())]
    if dialect.platform != "prismake":
        identifiers.complete(record, tags)
    return finish(record)


_NOTICE = re.compile(
    r"Copyright of .{1,400} is the property of |.*\(Copyright applies to all Abstracts\.?\)$", re.DOTALL
)
"""What EBSCOhost writes as a second abstract."""


def _together(parts: list[str]) -> str:
    """Paragraphs of an abstract that an exporter put into tags of their own; one that repeats another is left out."""
    parts = [part for part in parts if not _NOTICE.match(part)]
    parts = [part for number, part in enumerate(parts) if not any(part in other for other in parts[:number])]
    return " ".join(part for part in parts if not any(part in other for other in parts if other is not part))


_LETTERS = 8
"""Number of authors from which to check whether a tool has split a list into letters."""
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
    # On separate lines, so that no number is matched across them.
    mentioned = trial_ids(f"{authors[0] if authors else ''}\n{title}\n{record['abstract']}")
    if mentioned or record["trial_ids"]:
        record["trial_ids"] = list(dict.fromkeys([*record["trial_ids"], *mentioned]))
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
