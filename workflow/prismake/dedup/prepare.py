"""From the normal forms of a record table to its entries, and their fields as numbers.

Rows with the same content in every field become one entry (`Prepared.row_of` maps back), and entries are ordered by
content, so that results depend neither on the order of the input nor on its ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from prismake.core.errors import DedupError
from prismake.core.names import RECORD_ID
from prismake.core.record_files import read_rows, row_count
from prismake.dedup.codes import by_appearance, codes
from prismake.dedup.excerpt import TO_COMPARE, Cited, Excerpt, excerpt, in_file, in_table
from prismake.dedup.form_tables import Forms
from prismake.dedup.normal_forms import forms_in_portions, row_forms
from prismake.dedup.vocabulary import Vocabulary

_MANY_PLACES, _MANY_YEARS = 5, 4


@dataclass
class Prepared:
    """The entries of a record table: one per distinct content."""

    record_id: np.ndarray  # of the rows
    row_of: np.ndarray  # row -> entry
    source_row: np.ndarray  # entry -> the first row with that content
    forms: Forms  # of the rows
    cited: Cited
    generic: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=bool))  # titles that identify no paper
    title_counts: dict[str, int] = field(default_factory=dict)  # number of titles with a word, for words in several
    codes: dict[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.source_row)

    def column(self, name: str) -> pa.ChunkedArray:
        """A form of all entries."""
        return self.forms.column(name).take(pa.array(self.source_row))

    def code(self, name: str) -> np.ndarray:
        """Codes of a field by entry, -1 where it is missing."""
        if name not in self.codes:
            self.codes[name] = codes(self.forms.column(name), self.source_row)
        return self.codes[name]

    @cached_property
    def year(self) -> np.ndarray:
        """The year of each entry, 0 when missing."""
        return self.forms.column("year").to_numpy()[self.source_row]

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of the titles."""
        return Vocabulary.of(self.column("words"))

    def excerpt(
        self, entries: np.ndarray, names: Sequence[str] = TO_COMPARE, coded: Sequence[str] = (), *, citing: bool = False
    ) -> Excerpt:
        """Some entries with some forms, and codes of these and of others.

        ``citing``: also with authors and abstracts as they stand in the records.
        """
        out = excerpt(self.forms, self.source_row[entries], names, coded, self.cited if citing else None)
        out.generic = self.generic[entries] if len(self.generic) else np.zeros(len(entries), dtype=bool)
        out.title_counts = self.title_counts
        return out


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
    """The entries of a record table. Rows with ids in ``alone`` (those with an answer) are never folded into another.

    Raises `DedupError` for ids that are missing or not unique.
    """
    check(records)
    ids = records[RECORD_ID].astype(str).to_numpy(dtype=object)
    return weighed(numbered(ids, row_forms(records), in_table(records), alone))


def prepare_file(path: Path, forms: Forms | None = None) -> Prepared:
    """The entries of a record table in a file, of which only stretches are held in memory.

    ``forms``: those of its rows if they have been made before.
    """
    records = pq.read_table(path, columns=[RECORD_ID]).to_pandas()
    check(records)
    forms = forms or forms_in_portions(lambda start, stop: read_rows(path, start, stop), row_count(path))
    return weighed(numbered(records[RECORD_ID].to_numpy(dtype=object), forms, in_file(path)))


def numbered(ids: np.ndarray, forms: Forms, cited: Cited, alone: frozenset[str] = frozenset()) -> Prepared:
    """The entries of rows with these ids and forms, ordered by their digests."""
    halves = _halves(forms.column("digest"))
    single = ~forms.column("comparable").to_numpy()
    if alone:
        single |= np.array([name in alone for name in ids.tolist()], dtype=bool)
    suffix = np.zeros(len(ids), dtype=np.int64)
    names = np.array([name.encode("utf-8", "surrogatepass") for name in ids[single]], dtype=object)
    suffix[single] = 1 + np.argsort(np.argsort(names))  # by their ids, behind a row that is folded
    order = np.lexsort((suffix, halves[:, 1], halves[:, 0]))
    new = np.ones(len(order), dtype=bool)
    if len(order):
        sequence = (halves[:, 0][order], halves[:, 1][order], suffix[order])
        new[1:] = np.any([values[1:] != values[:-1] for values in sequence], axis=0)
    row_of = np.empty(len(order), dtype=np.int64)
    row_of[order] = np.cumsum(new) - 1
    return Prepared(record_id=ids, row_of=row_of, source_row=order[new], forms=forms, cited=cited)


def _halves(digests: pa.ChunkedArray) -> np.ndarray:
    """Digests as two numbers each, shape (rows, 2), in the order of their bytes."""
    if not len(digests):
        return np.empty((0, 2), dtype=np.uint64)
    whole = digests.combine_chunks()
    halves = np.frombuffer(whole.buffers()[1], dtype=">u8").reshape(-1, 2)
    return halves[whole.offset : whole.offset + len(whole)].astype(np.uint64)


def weighed(p: Prepared) -> Prepared:
    """Note which titles identify no paper, and in how many titles each word is.

    ``generic``: titles of a serial kind ("Editorial" and its like), and those that occur at five or more different
    places or in four or more different years. ``title_counts``: the words that occur in three titles or more.
    """
    p.title_counts = p.vocabulary.in_several(3)
    # Places by volume and page, not by issue: an export may give a running number as issue.
    title = p.code("title")
    seen = pd.DataFrame({name: p.code(name) for name in ("title", "volume", "first_page")} | {"year": p.year})
    seen = seen[seen["title"] >= 0]
    placed = seen[(seen["volume"] >= 0) & (seen["first_page"] >= 0)].drop_duplicates(["title", "volume", "first_page"])
    dated = seen[seen["year"] > 0].drop_duplicates(["title", "year"])
    often = np.zeros(int(title.max(initial=0)) + 1, dtype=bool)
    for table, least in ((placed, _MANY_PLACES), (dated, _MANY_YEARS)):
        often |= np.bincount(table["title"], minlength=len(often)) >= least
    p.generic = p.forms.column("serial").to_numpy()[p.source_row] | (title < 0) | often[title]
    return p


def beginnings(p: Prepared) -> np.ndarray:
    """Codes of the beginnings of the abstracts by entry, -1 where they are missing or short."""
    numbers = p.forms.column("beginning").to_numpy()[p.source_row]
    return by_appearance(np.where(numbers == 0, -1, numbers))
