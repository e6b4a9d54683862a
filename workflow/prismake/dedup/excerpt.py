"""The texts of some entries as Python objects, for their comparison: those of all would fill the memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from prismake.core.record_files import stretches_at
from prismake.dedup.codes import codes, parts_of
from prismake.dedup.form_tables import Forms
from prismake.dedup.normal_forms import authors_of, objects

Cited = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Gives authors and abstracts of some rows of the record table as they stand there: texts or tuples of names, texts."""

TITLE_START = 20  # letters at the start of a title that few titles share
_TEXTS = ("title", "words", "numbers", "surnames", "first_author", "journal", "meeting", "volume", "issue",
          "first_page", "last_page", "other_page", "pii", "pmid", "cochrane", "version", "sort", "source",
          "page_letters")  # fmt: skip
_LISTS = ("dois", "trials")
_NUMBERS = ("year", "kind", "length", "begin", "end")
_SIGNS = ("translated", "lone_page", "short", "serial", "foreign", "supplement", "electronic", "coded",
          "in_supplement", "proceedings")  # fmt: skip
_CODED = ("title", "surnames", "first_author", "journal", "volume", "issue", "first_page", "last_page", "pii", "pmid",
          "numbers", "cochrane", "page_letters")  # fmt: skip
TO_COMPARE = (*_TEXTS, *_LISTS, *_NUMBERS, *_SIGNS, "citation", "comparable")
"""Forms that are needed to compare all fields of a pair."""
TO_CHOOSE = ("title", "year", "kind", "begin", "end")
"""Forms that are needed to choose the pairs that are worth it, beside the codes of some others."""
CODES_TO_CHOOSE = ("first_page", "volume", "pmid", "first_author", "journal", "cochrane", "dois")
TO_DECIDE = ("title", "trials", "version", "sort", *_NUMBERS, *_SIGNS)
"""Forms that are needed to decide about a pair that has been compared, beside the codes of some others."""
CODES_TO_DECIDE = ("issue", "cochrane", "page_letters")


def _none() -> Any:
    return np.empty(0, dtype=object)


@dataclass
class Excerpt:
    """Arrays of equal length, one value per entry; codes are -1 where the value is missing.

    Forms that were not asked for are empty.
    """

    title: np.ndarray = field(default_factory=_none)  # compact title without additions by exports
    words: np.ndarray = field(default_factory=_none)  # the same with blanks
    numbers: np.ndarray = field(default_factory=_none)  # numbers in the title, in order, joined by blanks
    surnames: np.ndarray = field(default_factory=_none)  # family names joined by blanks
    first_author: np.ndarray = field(default_factory=_none)
    journal: np.ndarray = field(default_factory=_none)
    meeting: np.ndarray = field(default_factory=_none)  # the meeting named after the journal
    volume: np.ndarray = field(default_factory=_none)
    issue: np.ndarray = field(default_factory=_none)
    first_page: np.ndarray = field(default_factory=_none)
    last_page: np.ndarray = field(default_factory=_none)
    other_page: np.ndarray = field(default_factory=_none)  # a second reading of the first page
    page_letters: np.ndarray = field(default_factory=_none)
    dois: np.ndarray = field(default_factory=_none)  # tuples
    trials: np.ndarray = field(default_factory=_none)  # tuples
    pii: np.ndarray = field(default_factory=_none)
    pmid: np.ndarray = field(default_factory=_none)
    cochrane: np.ndarray = field(default_factory=_none)  # number of a Cochrane review
    version: np.ndarray = field(default_factory=_none)  # its version, as far as a DOI shows it
    sort: np.ndarray = field(default_factory=_none)  # by the publication types: article, letter, abstract, protocol
    source: np.ndarray = field(default_factory=_none)
    year: np.ndarray = field(default_factory=_none)  # int, 0 when missing
    kind: np.ndarray = field(default_factory=_none)  # bit flags, see `kinds`
    length: np.ndarray = field(default_factory=_none)  # letters of the title
    begin: np.ndarray = field(default_factory=_none)  # first page as a number, -1 when missing
    end: np.ndarray = field(default_factory=_none)  # last page
    translated: np.ndarray = field(default_factory=_none)  # bool: the title is marked as a translation
    short: np.ndarray = field(default_factory=_none)  # bool: so few words that titles can coincide by chance
    serial: np.ndarray = field(default_factory=_none)  # bool: "Editorial" and its like
    foreign: np.ndarray = field(default_factory=_none)  # bool: the title is not in English
    lone_page: np.ndarray = field(default_factory=_none)  # bool: one number instead of a range
    supplement: np.ndarray = field(default_factory=_none)  # bool: the first page is one of a supplement
    electronic: np.ndarray = field(default_factory=_none)  # bool: the number of an electronic article, e1234
    coded: np.ndarray = field(default_factory=_none)  # bool: the number of a poster, P1.234
    in_supplement: np.ndarray = field(default_factory=_none)  # bool: the issue is a supplement
    proceedings: np.ndarray = field(default_factory=_none)  # bool: proceedings of a meeting, which have no volume
    generic: np.ndarray = field(default_factory=_none)  # bool: a title that does not identify a paper
    authors: np.ndarray = field(default_factory=_none)  # as they stand: a text or a tuple of names
    abstract: np.ndarray = field(default_factory=_none)  # as it stands
    codes: dict[str, np.ndarray] = field(default_factory=dict)
    title_counts: dict[str, int] = field(default_factory=dict)  # number of titles with a word, for words in several

    @property
    def page_range(self) -> tuple[np.ndarray, np.ndarray]:
        """First and last page as numbers, -1 when missing."""
        return self.begin, self.end


def excerpt(
    forms: Forms, rows: np.ndarray, names: Sequence[str], coded: Sequence[str] = (), cited: Cited | None = None
) -> Excerpt:
    """Some forms of some rows of the record table, codes of these and others, and what is ``cited`` of the records."""
    table = forms.take(rows, (*names, *coded))
    out = Excerpt(codes=_codes(table))
    for name in names:
        if name in Excerpt.__dataclass_fields__:
            setattr(out, name, _array(table[name], name))
    if cited is not None:
        out.authors, out.abstract = cited(rows)
    return out


def _array(column: pa.ChunkedArray, name: str) -> np.ndarray:
    if name in _LISTS:
        return objects([tuple(value) for value in column.to_pylist()])
    return column.combine_chunks().to_numpy(zero_copy_only=False)


def _codes(table: pa.Table) -> dict[str, np.ndarray]:
    out = {name: codes(table[name]) for name in _CODED if name in table.column_names}
    if "dois" in table.column_names:
        out["doi"] = _first_codes(table["dois"])
    if "title" in table.column_names:
        out["title_start"] = codes(parts_of(table["title"], 0, TITLE_START, TITLE_START))
    if "citation" in table.column_names:
        out["citation"] = codes(table["citation"])
        out["citation"][~table["comparable"].to_numpy()] = -1
    return out


def _first_codes(lists: pa.ChunkedArray) -> np.ndarray:
    """Codes of the first value of each list, -1 where there is none."""
    whole = lists.combine_chunks()
    starts, sizes = whole.offsets.to_numpy()[:-1], pc.list_value_length(whole).to_numpy()
    out = np.full(len(whole), -1, dtype=np.int32)
    out[sizes > 0] = codes(whole.values.take(pa.array(starts[sizes > 0])))
    return out


def in_table(records: pd.DataFrame) -> Cited:
    """What is cited in a record table in memory."""

    def cited(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        names = [name for name in ("authors", "abstract") if name in records.columns]
        chosen = records[names].iloc[rows]
        texts = chosen["abstract"].tolist() if "abstract" in names else [""] * len(rows)
        return objects(authors_of(chosen)), objects([v if isinstance(v, str) else "" for v in texts])

    return cited


def in_file(path: Path) -> Cited:
    """What is cited in a record table in a file."""

    def cited(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        distinct, place = np.unique(rows, return_inverse=True)
        authors: list[Any] = []
        texts: list[str] = []
        for stretch in stretches_at([path], distinct, ("authors", "abstract")):
            authors.extend(tuple(names or ()) for names in stretch["authors"].to_pylist())
            texts.extend(text or "" for text in stretch["abstract"].to_pylist())
        return objects(authors)[place.reshape(-1)], objects(texts)[place.reshape(-1)]

    return cited
