"""What is computed of each record by itself: normal forms of its fields, and digests by which records are folded.

This is most of the work of finding duplicates, and rows need nothing of each other: the rows of a large table can be
shared out among jobs, and together they are what one job would have made (``form_tables``).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from prismake.core.progress import tracked
from prismake.core.records import trial_ids
from prismake.dedup import fields, kinds, pages, text
from prismake.dedup.form_tables import Forms

_FIELDS = ("title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "pmid", "abstract", "accession")
_CITATION = ("title", "year", "journal", "volume", "issue", "pages", "doi", "pmid", "abstract")
_EXTRA = ("url", "publication_types", "trial_ids", "language", "database")
READ = tuple(dict.fromkeys((*_FIELDS, *_EXTRA, "source")))
"""Columns of the record table of which the forms are made."""
_SPREADSHEET_ERROR = re.compile(
    r"^\s*(?:#(?:name\?|n/a|value!|ref!|null!|div/0!|num!)|nan|null|none|untitled)\s*$", re.I
)
_AUTHORS_KEPT = 20
_ONE_LINE = 60  # characters; numpy breaks the text of a list into lines of 75
_BEGINNING = 60  # letters and digits that distinguish an abstract from others
_NOT_LETTER = re.compile(r"[^a-z0-9]+")
CHUNK = 20_000  # rows
_DIGEST = 16  # bytes
_SURROGATE = re.compile("[\ud800-\udfff]")
_SHORT = 20  # letters of a title
_TYPES = {
    **dict.fromkeys(("year", "kind", "length", "begin", "end"), pa.int32()),
    **dict.fromkeys(("digest", "citation"), pa.binary(_DIGEST)),
    **dict.fromkeys(("dois", "trials"), pa.list_(pa.large_string())),
    **dict.fromkeys(("translated", "comparable", "short", "serial", "foreign"), pa.bool_()),
    **dict.fromkeys(("lone_page", "supplement", "electronic", "coded", "in_supplement", "proceedings"), pa.bool_()),
    "beginning": pa.int64(),
}


def row_forms(records: pd.DataFrame) -> Forms:
    """The forms of all rows of a record table.

    Apart from the fields of ``excerpt.Excerpt``: ``digest`` of everything in the record, ``citation`` of its citation,
    ``comparable`` whether it says enough to be compared, ``beginning`` a number for the beginning of its abstract.
    """
    return forms_in_portions(lambda start, stop: records.iloc[start:stop], len(records))


def forms_in_portions(rows: Callable[[int, int], pd.DataFrame], size: int) -> Forms:
    """As ``row_forms``, of ``size`` records of which ``rows`` gives those from a start to before a stop."""
    # A portion at a time: its texts are still in the processor's cache when their forms are made, and soon forgotten.
    starts = range(0, max(size, 1), CHUNK)
    portions = tracked(starts, size, "normalising records", "records", size=CHUNK)
    parts = [_forms_of(rows(start, min(start + CHUNK, size))) for start in portions]
    return Forms(pa.table({name: pa.concat_arrays([part.pop(name) for part in parts]) for name in list(parts[0])}))


def _forms_of(records: pd.DataFrame) -> dict[str, pa.Array]:
    """The forms of a few rows."""
    raw = {name: _column(records, name) for name in (*_FIELDS, *_EXTRA) if name != "abstract"}
    raw["abstract"], beginnings = _read_abstracts(records)
    authors, source = authors_of(records), _column(records, "source")
    everything = (raw[name] for name in (*_FIELDS, *_EXTRA) if name != "authors")
    places = _places(raw)
    values: dict[str, Any] = {
        **_titles(raw["title"]),
        **_authors(authors),
        **places,
        **pages.signs(places["first_page"], places["last_page"], places["lone_page"]),
        "in_supplement": ["s" in issue.split() for issue in places["issue"]],
        "proceedings": [journal.startswith("+") for journal in places["journal"]],
        **_identities(raw, authors),
        "source": source,
        "digest": _digests(*everything, authors, source),
        "citation": _digests(*(raw[name] for name in _CITATION), authors),
        "comparable": [not empty for empty in _nothing_known(raw, authors)],
        "beginning": beginnings,
    }
    return {name: _as_array(value, _TYPES.get(name, pa.large_string())) for name, value in values.items()}


def _as_array(values: Iterable[Any], kind: pa.DataType) -> pa.Array:
    """Values as Arrow keeps them; half a character, which no file can hold, becomes the sign for an unknown one."""
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:
        whole = [
            _SURROGATE.sub("\ufffd", value) if isinstance(value, str) else [_SURROGATE.sub("\ufffd", v) for v in value]
            for value in values
        ]
        return pa.array(whole, kind)


def authors_of(records: pd.DataFrame) -> list[Any]:
    """The authors of each row as they stand there: a text or a tuple of names."""
    return [v if isinstance(v, str) else _listed(v) for v in _column(records, "authors")]


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


def _read_abstracts(records: pd.DataFrame) -> tuple[list[bytes], np.ndarray]:
    """A digest of every abstract, and a number for its beginning (0 when it is missing or short)."""
    digests: list[bytes] = []
    beginnings = np.zeros(len(records), dtype=np.int64)
    for k, value in enumerate(_column(records, "abstract")):
        if not value:
            digests.append(b"")
            continue
        digests.append(hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=_DIGEST).digest())
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
        hashlib.blake2b("\x1f".join(row).encode("utf-8", "surrogatepass"), digest_size=_DIGEST).digest()
        for row in zip(*(map(_as_text, column) for column in columns), strict=True)
    ]


def _as_text(value: Any) -> str:
    """What ``str`` makes of a value, which takes numpy very long for the short lists that a file gives.

    The digests decide the order of entries, and so which pairs people are shown: they must stay what they were.
    """
    if type(value) is str:
        return value
    if isinstance(value, np.ndarray):
        text_of_list = f"[{' '.join(map(repr, value.tolist()))}]"
        if len(text_of_list) <= _ONE_LINE:
            return text_of_list
    return str(value)


def objects(values: list[Any]) -> np.ndarray:
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
    compact = [w.replace(" ", "") for w in words]
    return {
        "title": compact,
        "words": words,
        "numbers": [text.numbers(t) for t in bare],
        "translated": [text.translated(t) for t in titles],
        "length": list(map(len, compact)),
        "short": [len(t) < _SHORT or w.count(" ") < 2 for t, w in zip(compact, words, strict=True)],
        "serial": [kinds.serial(w) for w in words],
        "foreign": [text.foreign(w) for w in words],
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
    pairs = zip(columns["doi"], columns["url"], strict=True)
    names = ("dois", "pii", "pmid", "trials", "cochrane", "version", "kind", "sort")
    out: dict[str, list[Any]] = {name: [] for name in names}
    for k, (doi, url) in enumerate(pairs):
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
