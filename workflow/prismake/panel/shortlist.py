"""The first of two stages of ranking in very large reviews: the items nearest to the question, found in one pass.

``ranking.rank`` holds the words and word pairs of all items in memory, some 20 KiB for each. Of a million items only
those that have the most in common with the question are therefore ranked with it, and the others follow behind them in
the order of BM25, which needs no more than the words of the question (Robertson & Zaragoza 2009, Found Trends Inf Retr
3:333). Whenever rows are handed out the shortlist is drawn anew from what is undecided, so that nothing is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from prismake.panel.ranking import BM25_B, BM25_K1, TITLE_COUNTS, chance, tokens_of

if TYPE_CHECKING:
    import numpy as np

RANKED = 100_000
"""Items that are ranked by all of their words; more than these are put in the order of the question first."""


def nearness(texts: Iterable[tuple[str, str]], question: str) -> np.ndarray:
    """BM25 of each text, a pair of title and abstract, for the words of the question; read one after the other."""
    import numpy as np

    stems, tokens = tokens_of()
    asked = {number: place for place, number in enumerate(dict.fromkeys(n for n in tokens(question) if n >= 0))}
    rows: list[int] = []
    columns: list[int] = []
    values: list[int] = []
    lengths: list[int] = []
    for row, parts in enumerate(texts):
        length, hits = 0, dict[int, int]()
        for part, counted in zip(parts, (TITLE_COUNTS, 1), strict=True):
            numbers = tokens(part)
            length += counted * (len(numbers) - numbers.count(stems.STOP))
            for number in asked.keys() & set(numbers):
                hits[asked[number]] = hits.get(asked[number], 0) + counted * numbers.count(number)
        lengths.append(length)
        rows += [row] * len(hits)
        columns += hits.keys()
        values += hits.values()
    n, length_of = len(lengths), np.array(lengths, dtype=float)
    column, count, row_of = np.array(columns, dtype=int), np.array(values, dtype=float), np.array(rows, dtype=int)
    df = np.bincount(column, minlength=len(asked))
    idf = np.log1p((n - df + 0.5) / (df + 0.5))
    damping = BM25_K1 * (1 - BM25_B + BM25_B * length_of / max(length_of.mean() if n else 1.0, 1.0))
    worth = count * (BM25_K1 + 1) / (count + damping[row_of]) * idf[column]
    return np.bincount(row_of, weights=worth, minlength=n)


def behind(items: Iterable[str], near: np.ndarray, seed: int) -> list[str]:
    """The items by nearness, those that are equally near at random."""
    value = dict(zip(items, near.tolist(), strict=True))
    return sorted(value, key=lambda item: (-round(value[item], 9), chance(item, seed), item))
