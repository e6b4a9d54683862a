"""The words of all titles as numbers, for what is counted word by word: in a million titles there are 14 million."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from prismake.dedup.codes import Column

_STRETCH = 50_000  # titles
_ROW = 32  # bits above which a number of two parts holds its first
_LOW = (1 << _ROW) - 1


@dataclass(frozen=True)
class Vocabulary:
    """Which words are in which titles.

    ``words``: the different words in alphabetical order. ``word``: the number of each word of each title in turn;
    ``start``: where those of each title begin, and behind it the end of the last. ``titles``: for each word, the number
    of titles that it is in.
    """

    words: pa.Array
    word: np.ndarray
    start: np.ndarray
    titles: np.ndarray

    @classmethod
    def of(cls, titles: Column) -> Vocabulary:
        """The words of titles in which they are parted by single blanks."""
        whole = titles if isinstance(titles, pa.ChunkedArray) else pa.chunked_array([titles])
        encoded, lengths = [], [np.zeros(1, dtype=np.int64)]
        for begin in range(0, max(len(whole), 1), _STRETCH):
            split = pc.split_pattern(whole.slice(begin, _STRETCH).cast(pa.large_string()).combine_chunks(), " ")
            flat = split.flatten()
            empty = pc.equal(flat, "").to_numpy(zero_copy_only=False)  # of titles without words
            ends = np.append(0, np.cumsum(~empty))
            lengths.append(np.diff(ends[split.offsets.to_numpy() - split.offsets[0].as_py()]))
            encoded.append(flat.filter(pa.array(~empty)).dictionary_encode())
        unified = pa.chunked_array(encoded).unify_dictionaries()
        words = unified.chunk(0).dictionary
        order = pc.sort_indices(words).to_numpy()
        number = np.empty(len(words), dtype=np.int32)
        number[order] = np.arange(len(words))
        word = np.concatenate([number[part.indices.to_numpy()] for part in unified.chunks])
        start = np.cumsum(np.concatenate(lengths))
        counts = np.zeros(len(words), dtype=np.int64)
        for _, _, chosen in _once(word, start):
            counts += np.bincount(chosen, minlength=len(words))
        return cls(words.take(pa.array(order)), word, start, counts)

    def in_several(self, least: int) -> dict[str, int]:
        """The number of titles of each word that is in at least so many."""
        chosen = np.flatnonzero(self.titles >= least)
        return dict(zip(self.words.take(pa.array(chosen)).to_pylist(), self.titles[chosen].tolist(), strict=True))

    def rarest(self, keep: int) -> np.ndarray:
        """Numbers of the rarest words of each title, in order of number, and -1 where there are fewer.

        Shape (titles, keep). Left out are words of one or two letters and those of one title, which join no two.
        """
        by_rarity = np.lexsort((np.arange(len(self.words)), self.titles))
        rank = np.empty(len(self.words), dtype=np.int64)
        rank[by_rarity] = np.arange(len(self.words))
        useful = (self.titles > 1) & (pc.utf8_length(self.words).to_numpy() > 2)
        out = np.full((len(self.start) - 1, keep), -1, dtype=np.int32)
        for begin, titles, words in _once(self.word, self.start):
            used = useful[words]
            rare = np.sort((titles[used] << _ROW) | rank[words[used]])
            title = rare >> _ROW
            place = np.arange(len(rare)) - np.searchsorted(title, title)
            first = place < keep
            out[begin + title[first], place[first]] = by_rarity[rare[first] & _LOW]
        out.sort(axis=1)
        return out


def _once(word: np.ndarray, start: np.ndarray) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """For each stretch of titles its first, and title from there and word of each different word of each title."""
    for begin in range(0, len(start) - 1, _STRETCH):
        bounds = start[begin : begin + _STRETCH + 1]
        title = np.repeat(np.arange(len(bounds) - 1, dtype=np.int64), np.diff(bounds))
        once = np.sort((title << _ROW) | word[bounds[0] : bounds[-1]])  # numpy's `unique` takes a hundred times as long
        once = once[np.append(True, once[1:] != once[:-1])] if len(once) else once
        yield begin, once >> _ROW, once & _LOW
