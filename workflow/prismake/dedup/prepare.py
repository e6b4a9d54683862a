"""From a record table to arrays for comparison: a normal form and an integer code for each field.

Rows with the same content in every field become one entry (`Prepared.row_of` maps back), and entries are ordered by
content, so that results depend neither on the order of the input nor on its ids.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from prismake.core.errors import DedupError
from prismake.core.names import RECORD_ID
from prismake.dedup.normal_forms import Forms, authors_of, objects, row_forms
from prismake.dedup.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable


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

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of the titles."""
        return Vocabulary.of(self.words)


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


def prepare(records: pd.DataFrame, *, alone: frozenset[str] = frozenset(), forms: Forms | None = None) -> Prepared:
    """Normal forms of all records. Ids in ``alone`` (those with an answer) are never folded into another row.

    ``forms``: those of the rows if they have been computed before (``normal_forms``).
    """
    check(records)
    ids = records[RECORD_ID].astype(str).to_numpy(dtype=object)
    forms = row_forms(records) if forms is None else forms
    comparable, beginnings = forms["comparable"], forms["beginning"]
    keys = np.array(
        [
            d + i.encode("utf-8", "surrogatepass") if not k or i in alone else d
            for d, i, k in zip(forms["digest"], ids, comparable, strict=True)
        ],
        dtype=object,
    )
    order = np.argsort(keys, kind="stable")
    new = np.ones(len(order), dtype=bool)
    if len(order):
        new[1:] = keys[order[1:]] != keys[order[:-1]]
    row_of = np.empty(len(order), dtype=np.int64)
    row_of[order] = np.cumsum(new) - 1
    chosen = order[new]
    del keys
    arrays: dict[str, Any] = {
        name: values[chosen] for name, values in forms.items() if name in Prepared.__dataclass_fields__
    }
    prepared = Prepared(
        record_id=ids,
        row_of=row_of,
        source_row=chosen,
        authors=objects(authors_of(records))[chosen],
        abstract=Abstracts(records.get("abstract"), chosen),
        **arrays,
    )
    prepared.codes.update({name: codes(arrays[name]) for name in _CODED})
    prepared.codes["abstract"] = pd.factorize(beginnings[chosen], use_na_sentinel=True)[0].astype(np.int32)
    prepared.codes["abstract"][beginnings[chosen] == 0] = -1
    prepared.codes["page_letters"] = pd.factorize(np.array([_letters(v) for v in prepared.first_page], dtype=object))[0]
    prepared.codes["doi"] = codes(["" if not values else values[0] for values in prepared.dois])
    prepared.codes["title_start"] = codes([t[:_START] if len(t) >= _START else "" for t in prepared.title])
    prepared.codes["citation"] = codes(np.where(comparable, forms["citation"], "")[chosen])
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


_START = 20  # letters at the start of a title that few titles share


_CODED = ("title", "surnames", "first_author", "journal", "volume", "issue", "first_page", "last_page", "pii", "pmid",
          "numbers", "cochrane", "source", "sort")  # fmt: skip
