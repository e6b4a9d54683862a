"""From a record table to arrays for comparison: a normal form and an integer code for each field.

Rows with the same content in every field become one entry (`Prepared.row_of` maps back), and entries are ordered by
content, so that results depend neither on the order of the input nor on its ids.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from prismake.core.errors import DedupError
from prismake.core.names import RECORD_ID
from prismake.core.records import trial_ids
from prismake.dedup import fields, kinds, text

if TYPE_CHECKING:
    from collections.abc import Iterable

_FIELDS = ("title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "pmid", "abstract", "accession")
_CITATION = ("title", "year", "journal", "volume", "issue", "pages", "doi", "pmid", "abstract")
_EXTRA = ("url", "publication_types", "trial_ids", "language", "database")
_SPREADSHEET_ERROR = re.compile(
    r"^\s*(?:#(?:name\?|n/a|value!|ref!|null!|div/0!|num!)|nan|null|none|untitled)\s*$", re.I
)
_AUTHORS_KEPT = 20


class Abstracts:
    """The abstracts of the chosen rows, left in the record table because most are never needed."""

    def __init__(self, column: pd.Series | None, rows: np.ndarray) -> None:
        self.values = None if column is None else column.array
        self.rows = rows

    def __getitem__(self, k: int) -> str:
        value = "" if self.values is None else self.values[int(self.rows[k])]
        return value if isinstance(value, str) else ""


@dataclass
class Prepared:
    """Arrays of equal length, one entry per distinct record content; codes are -1 where the value is missing."""

    record_id: np.ndarray  # of the input rows
    row_of: np.ndarray  # input row -> entry here
    source_row: np.ndarray  # entry here -> one input row with that content
    title: np.ndarray  # compact title without additions by exports
    words: np.ndarray  # the same with blanks
    translated: np.ndarray  # bool: the title is marked as a translation
    numbers: np.ndarray  # numbers in the title, in order, joined by blanks
    surnames: np.ndarray  # family names joined by blanks
    first_author: np.ndarray
    authors: np.ndarray  # raw: a text or a tuple of names
    year: np.ndarray  # int, 0 when missing
    journal: np.ndarray
    meeting: np.ndarray  # the meeting named after the journal
    volume: np.ndarray
    issue: np.ndarray
    first_page: np.ndarray
    last_page: np.ndarray
    other_page: np.ndarray  # a second reading of the first page
    lone_page: np.ndarray  # bool: one number instead of a range
    dois: np.ndarray  # tuples
    pii: np.ndarray
    pmid: np.ndarray
    trials: np.ndarray  # tuples
    cochrane: np.ndarray  # number of a Cochrane review
    version: np.ndarray  # its version, as far as a DOI shows it
    kind: np.ndarray  # bit flags, see `kinds`
    sort: np.ndarray  # document type by the publication types: article, letter, abstract, protocol
    abstract: Abstracts  # raw text, fetched when it is needed
    source: np.ndarray
    codes: dict[str, np.ndarray] = field(default_factory=dict)
    page_range: tuple[np.ndarray, ...] = ()  # first and last page as numbers, -1 when missing
    length: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int32))  # letters of the title
    supplement: np.ndarray = field(
        default_factory=lambda: np.empty(0, dtype=bool)
    )  # the first page is one of a supplement
    electronic: np.ndarray = field(
        default_factory=lambda: np.empty(0, dtype=bool)
    )  # the number of an electronic article: e1234
    coded: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=bool))  # the number of a poster: P1.234
    foreign: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=bool))  # the title is not in English
    title_counts: dict[str, int] = field(default_factory=dict)  # number of titles with a word, for words in several
    generic: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=bool))  # see `signs.weigh_titles`
    serial: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=bool))
    in_supplement: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=bool))  # the issue is a supplement
    proceedings: np.ndarray = field(
        default_factory=lambda: np.empty(0, dtype=bool)
    )  # proceedings of a meeting: no volume
    short: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=bool))
    silenced: list[str] = field(default_factory=list)  # fields ignored as unreliable, with the source

    def __len__(self) -> int:
        return len(self.title)


def _column(records: pd.DataFrame, name: str) -> list[Any]:
    if name not in records.columns:
        return [""] * len(records)
    values = records[name]
    if name in ("authors", "publication_types", "trial_ids"):
        return values.tolist()
    if name == "year":
        return [_year(v) for v in values.tolist()]
    return ["" if v is None or v is pd.NA or v != v else v if type(v) is str else str(v) for v in values.tolist()]  # noqa: PLR0124


def _year(value: Any) -> int:
    """A year between 1500 and 2100, else 0: ``990`` is no year."""
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124
        return 0
    if not isinstance(value, str):
        number = int(value)
    else:
        match = re.search(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)", value)
        number = int(match[1]) if match else 0
    return number if 1500 <= number <= 2100 else 0


def _listed(value: Any) -> tuple[str, ...]:
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124
        return ()
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(str(v) for v in value)


def codes(values: Iterable[str | bytes]) -> np.ndarray:
    """Integer codes by order of appearance, -1 for the empty string."""
    array = np.asarray(values, dtype=object)
    numbers, _ = pd.factorize(np.where(array == "", np.array(None, dtype=object), array), use_na_sentinel=True)
    return numbers.astype(np.int32)


def check(records: pd.DataFrame) -> None:
    """Raise `DedupError` unless the table has unique, non-empty record ids."""
    if RECORD_ID not in records.columns:
        raise DedupError(
            "The record table has no column 'record_id'.",
            remedy="Read the exports with prismake.read_records, or give every row an id of its own.",
        )
    ids = records[RECORD_ID]
    if ids.isna().any() or (ids.astype(str) == "").any():
        raise DedupError("A record has no record_id.", remedy="Give every row an id of its own.")
    twice = ids[ids.duplicated()]
    if len(twice):
        raise DedupError(
            f"{len(twice)} record ids occur more than once, for example '{twice.iloc[0]}'.",
            remedy="Give every row an id of its own; two exports need two source names.",
        )


def prepare(records: pd.DataFrame, *, alone: frozenset[str] = frozenset()) -> Prepared:
    """Normal forms of all records. Ids in ``alone`` (those with an answer) are never folded into another row."""
    check(records)
    ids = records[RECORD_ID].astype(str).to_numpy(dtype=object)
    raw = {name: _column(records, name) for name in (*_FIELDS, *_EXTRA) if name != "abstract"}
    raw["abstract"], beginnings = _read_abstracts(records)
    source = _column(records, "source")
    authors = [_listed(v) if not isinstance(v, str) else v for v in raw["authors"]]
    digests = _digests(*(raw[n] for n in (*_FIELDS, *_EXTRA) if n != "authors"), authors, source)
    citation = _digests(*(raw[n] for n in _CITATION), authors)
    empty = _nothing_known(raw, authors)
    keys = [
        d + i.encode("utf-8", "surrogatepass") if e or i in alone else d
        for d, i, e in zip(digests, ids, empty, strict=True)
    ]
    citations: list[str | bytes] = ["" if e else c for c, e in zip(citation, empty, strict=True)]
    order = np.argsort(np.array(keys, dtype=object), kind="stable")
    sorted_keys = np.array(keys, dtype=object)[order]
    new = np.ones(len(order), dtype=bool)
    if len(order):
        new[1:] = sorted_keys[1:] != sorted_keys[:-1]
    row_of = np.empty(len(order), dtype=np.int64)
    row_of[order] = np.cumsum(new) - 1
    chosen = order[new]
    prepared = _normal_forms(ids, row_of, chosen, raw, authors, source)
    prepared.abstract = Abstracts(records.get("abstract"), chosen)
    prepared.codes["abstract"] = pd.factorize(beginnings[chosen], use_na_sentinel=True)[0].astype(np.int32)
    prepared.codes["abstract"][beginnings[chosen] == 0] = -1
    prepared.codes["page_letters"] = pd.factorize(np.array([_letters(v) for v in prepared.first_page], dtype=object))[0]
    prepared.codes["doi"] = codes(["" if not values else values[0] for values in prepared.dois])
    prepared.codes["title_start"] = codes([t[:_START] if len(t) >= _START else "" for t in prepared.title])
    prepared.codes["citation"] = codes([citations[k] for k in chosen.tolist()])
    prepared.page_range = _page_range(prepared)
    prepared.length = np.array([len(v) for v in prepared.title], dtype=np.int32)
    prepared.supplement = np.array([v.startswith("s") for v in prepared.first_page], dtype=bool)
    prepared.electronic = np.array(
        [lone and bool(_ELECTRONIC.match(v)) for v, lone in zip(prepared.first_page, prepared.lone_page, strict=True)],
        dtype=bool,
    )
    prepared.coded = np.array([bool(_CODED_PAGE.match(v)) for v in prepared.first_page], dtype=bool)
    prepared.coded &= prepared.lone_page & ~prepared.electronic
    prepared.in_supplement = np.array(["s" in v.split() for v in prepared.issue], dtype=bool)
    prepared.proceedings = np.array([v.startswith("+") for v in prepared.journal], dtype=bool)
    return prepared


# "e1234", "ddq316" and "JCO2200642" number articles, "SAT0456" a poster of Saturday.
_ELECTRONIC = re.compile(
    r"^(?:e|ec|b|c|d|f|bmj)\d{3,}$|^(?!sun|mon|tue|wed|thu|fri|sat|lba|abs|pos|pub|sup)[a-z]{3}\d{3,5}$|^[a-z]+\d{6,}$"
)
_CODED_PAGE = re.compile(r"^(?:[a-z]+\d*\.|[a-z]{2,}\d|p\d)")
_PAGE_NUMBER = re.compile(r"^[a-z]*(\d{1,7})")


def _letters(page: str) -> str:
    """The letters of a page, which have page numbering of their own."""
    return re.sub(r"[\d.]+", "", page)


def _page_range(p: Prepared) -> tuple[np.ndarray, np.ndarray]:
    out = np.full((2, len(p)), -1, dtype=np.int64)
    for k, (first, last) in enumerate(zip(p.first_page, p.last_page, strict=True)):
        if first and (begin := _PAGE_NUMBER.match(first)):
            end = _PAGE_NUMBER.match(last)
            out[0, k] = int(begin[1])
            out[1, k] = max(int(end[1]) if end else 0, out[0, k])
    return out[0], out[1]


_BEGINNING = 60  # letters and digits that distinguish an abstract from others
_START = 20  # letters at the start of a title that few titles share
_NOT_LETTER = re.compile(r"[^a-z0-9]+")
_CHUNK = 20_000


def _read_abstracts(records: pd.DataFrame) -> tuple[list[bytes], np.ndarray]:
    """A digest of every abstract, and a number for its beginning (0 when it is missing or short), chunk by chunk."""
    digests: list[bytes] = []
    beginnings = np.zeros(len(records), dtype=np.int64)
    if "abstract" not in records.columns:
        return [b""] * len(records), beginnings
    for start in range(0, len(records), _CHUNK):
        for k, value in enumerate(_column(records.iloc[start : start + _CHUNK], "abstract"), start):
            if not value:
                digests.append(b"")
                continue
            digests.append(hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=16).digest())
            letters = _NOT_LETTER.sub("", value[: 3 * _BEGINNING].lower())[20 : 20 + _BEGINNING]
            if len(letters) == _BEGINNING:
                hashed = hashlib.blake2b(letters.encode(), digest_size=7).digest()
                beginnings[k] = int.from_bytes(hashed, "big") + 1
    return digests, beginnings


def _nothing_known(raw: dict[str, list[Any]], authors: list[Any]) -> list[bool]:
    """Rows without title, DOI and PMID, and without authors or pages: there is nothing to compare."""
    return [
        not (t.strip() or d or m or (a and g))
        for t, d, m, a, g in zip(raw["title"], raw["doi"], raw["pmid"], authors, raw["pages"], strict=True)
    ]


def _digests(*columns: list[Any]) -> list[bytes]:
    return [
        hashlib.blake2b("\x1f".join(map(str, row)).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        for row in zip(*columns, strict=True)
    ]


_CODED = ("title", "surnames", "first_author", "journal", "volume", "issue", "first_page", "last_page", "pii", "pmid",
          "numbers", "cochrane", "source", "sort")  # fmt: skip


_NUMERIC = {"year": np.int32, "kind": np.int32, "lone_page": bool, "translated": bool}


def _normal_forms(
    ids: np.ndarray,
    row_of: np.ndarray,
    chosen: np.ndarray,
    raw: dict[str, list[Any]],
    authors: list[Any],
    source: list[Any],
) -> Prepared:
    """The forms of the chosen rows, group by group."""
    rows = chosen.tolist()
    cells = {name: [values[k] for k in rows] for name, values in raw.items()}
    names = [authors[k] for k in rows]
    forms = {
        **_titles(cells["title"]),
        **_authors(names),
        **_places(cells),
        **_identities(cells, names),
        "authors": names,
        "abstract": [],
        "source": [source[k] for k in rows],
    }
    arrays: dict[str, Any] = {name: _objects(values) for name, values in forms.items() if name not in _NUMERIC}
    arrays |= {name: np.array(forms[name], dtype=kind) for name, kind in _NUMERIC.items()}
    prepared = Prepared(record_id=ids, row_of=row_of, source_row=chosen, **arrays)
    prepared.codes.update({name: codes(arrays[name]) for name in _CODED})
    return prepared


def _objects(values: list[Any]) -> np.ndarray:
    """An object array of any values, tuples too."""
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def _titles(titles: list[str]) -> dict[str, list[Any]]:
    bare = [
        "" if not t or _SPREADSHEET_ERROR.match(t) else text.plain(text.bare_title(kinds.without_notes(t)))
        for t in titles
    ]
    words = [text.british(t) for t in bare]
    return {
        "title": [w.replace(" ", "") for w in words],
        "words": words,
        "numbers": [text.numbers(t) for t in bare],
        "translated": [text.translated(t) for t in titles],
    }


def _authors(authors: list[Any]) -> dict[str, list[Any]]:
    surnames = [[s for s in map(fields.surname, fields.split_authors(value)[:_AUTHORS_KEPT]) if s] for value in authors]
    return {"surnames": [" ".join(n) for n in surnames], "first_author": [n[0] if n else "" for n in surnames]}


def _places(columns: dict[str, list[Any]]) -> dict[str, list[Any]]:
    journals: dict[str, tuple[dict[str, str], str, str]] = {}
    places: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    names = ("year", "journal", "meeting", "volume", "issue", "first_page", "last_page", "other_page", "lone_page")
    out: dict[str, list[Any]] = {name: [] for name in names}
    cells = zip(columns["year"], columns["journal"], columns["volume"], columns["issue"], columns["pages"], strict=True)
    for given_year, raw_journal, raw_volume, raw_issue, raw_pages in cells:
        if raw_journal not in journals:
            split = fields.split_journal(raw_journal)
            forms = (text.journal_form(split["name"]), text.journal_form(split.get("meeting", "")))
            journals[raw_journal] = (split, *forms)
        split, journal, meeting = journals[raw_journal]
        key = (raw_volume, raw_issue, raw_pages, raw_journal)
        if key not in places:
            places[key] = _place(raw_volume, raw_issue, raw_pages, split)
        volume, issue, first, last, other, lone = places[key]
        year = given_year or _year(split.get("year"))
        if volume == str(year):
            # Exports give the year as volume if the journal has none or it is unknown.
            volume = ""
        if first == str(year):
            # A page equal to the year is a date truncated by a spreadsheet.
            first = last = other = ""
        for name, value in zip(names, (year, journal, meeting, volume, issue, first, last, other, lone), strict=True):
            out[name].append(value)
    return out


def _identities(columns: dict[str, list[Any]], authors: list[Any]) -> dict[str, list[Any]]:
    names = ("dois", "pii", "pmid", "trials", "cochrane", "version", "kind", "sort")
    out: dict[str, list[Any]] = {name: [] for name in names}
    for k, (doi, url) in enumerate(zip(columns["doi"], columns["url"], strict=True)):
        dois = fields.dois(doi) or (fields.dois(url) if "doi.org/" in url else ())
        author = authors[k] if isinstance(authors[k], str) else (authors[k] or ("",))[0]
        accession, journal = columns["accession"][k], columns["journal"][k]
        trials, types = _listed(columns["trial_ids"][k]), _listed(columns["publication_types"][k])
        kind = kinds.kind_of(columns["title"][k], types, journal, dois, accession, author)
        if kind & kinds.REGISTRY:
            trials = (*trial_ids(accession, author, url, journal), *trials)
        trials = tuple(dict.fromkeys("".join(number.split()).upper() for number in trials))
        number, version = kinds.cochrane(dois, columns["pages"][k])
        pmid, sort = fields.pmid(columns["pmid"][k], url), kinds.sort_of(types) if types else ""
        values = (dois, fields.pii(doi), pmid, trials, number, version, kind, sort)
        for name, value in zip(names, values, strict=True):
            out[name].append(value)
    return out


def _place(volume: str, issue: str, pages: str, split: dict[str, str]) -> tuple[str, str, str, str, str, bool]:
    """Volume, issue, first and last page, the alternative first page, and whether the page is a single number.

    They are taken from the journal if their own fields are empty.
    """
    if issue.lower().lstrip().startswith("pp"):
        issue, pages = "", issue.lower().replace("pp", "")
    volume, issue = fields.volume_issue(volume or split.get("volume", ""), issue, split.get("issue", ""))
    form = fields.pages(pages)
    if not form.first and split.get("pages"):
        form = fields.pages(split["pages"])
    return volume, issue, *form
