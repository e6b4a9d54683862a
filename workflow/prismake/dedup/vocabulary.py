"""The words of all titles as numbers, for what is counted word by word: in a million titles there are 14 million."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_ROW = 32  # bits above which a number of two parts holds its first


@dataclass(frozen=True)
class Vocabulary:
    """Which words are in which titles.

    ``words``: the different words in alphabetical order. ``title``, ``word``: for each word of each title in turn, the
    number of the title and that of the word. ``once``: the same, each word once a title, as title · 2³² + word, sorted.
    ``titles``: for each word, the number of titles that it is in.
    """

    words: np.ndarray
    title: np.ndarray
    word: np.ndarray
    once: np.ndarray
    titles: np.ndarray
    size: int  # number of titles

    @classmethod
    def of(cls, titles: np.ndarray) -> Vocabulary:
        """The words of titles in which they are parted by single blanks."""
        split = pc.split_pattern(pa.array(titles, type=pa.large_string()), " ")
        title = np.repeat(np.arange(len(titles)), np.diff(split.offsets.to_numpy()))
        encoded = split.flatten().dictionary_encode()
        given = encoded.indices.to_numpy().astype(np.int64)
        words = encoded.dictionary.to_numpy(zero_copy_only=False).astype(object)
        order = np.array(sorted(range(len(words)), key=words.__getitem__), dtype=np.int64)
        rank = np.empty(len(words), dtype=np.int64)
        rank[order] = np.arange(len(words))
        words, word = words[order], rank[given]
        if len(words) and words[0] == "":  # of titles without words
            title, word, words = title[word > 0], word[word > 0] - 1, words[1:]
        once = np.sort((title << _ROW) | word)  # numpy's `unique` takes a hundred times as long
        once = once[np.append(True, once[1:] != once[:-1])] if len(once) else once
        counts = np.bincount(once & ((1 << _ROW) - 1), minlength=len(words))
        return cls(words, title, word, once, counts, len(titles))

    def in_several(self, least: int) -> dict[str, int]:
        """The number of titles of each word that is in at least so many."""
        chosen = np.flatnonzero(self.titles >= least)
        return dict(zip(self.words[chosen].tolist(), self.titles[chosen].tolist(), strict=True))

    def count(self, words: Collection[str]) -> np.ndarray:
        """How many words of each title are among these."""
        among = np.isin(self.words, np.array(sorted(words), dtype=object))
        return np.bincount(self.title[among[self.word]], minlength=self.size)

    def rarest(self, keep: int) -> np.ndarray:
        """Numbers of the rarest words of each title, in order of number, and -1 where there are fewer.

        Shape (titles, keep). Left out are words of one or two letters and those of one title, which join no two.
        """
        lengths = np.array([len(word) for word in self.words], dtype=np.int64)
        by_rarity = np.lexsort((np.arange(len(self.words)), self.titles))
        rank = np.empty(len(self.words), dtype=np.int64)
        rank[by_rarity] = np.arange(len(self.words))
        title, word = self.once >> _ROW, self.once & ((1 << _ROW) - 1)
        useful = ((self.titles > 1) & (lengths > 2))[word]
        rare = np.sort((title[useful] << _ROW) | rank[word[useful]])
        title, word = rare >> _ROW, by_rarity[rare & ((1 << _ROW) - 1)]
        start = np.searchsorted(title, np.arange(self.size))
        place = np.arange(len(title)) - start[title]
        out = np.full((self.size, keep), -1, dtype=np.int64)
        first = place < keep
        out[title[first], place[first]] = word[first]
        out.sort(axis=1)
        return out
