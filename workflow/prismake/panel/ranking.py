"""Ranking of undecided items by predicted relevance, first from the review question, later from the decisions.

Every item is a bag of words and word pairs of its title (counted twice) and abstract, weighted by log frequency and
inverse document frequency. Before the first decision the order is that of the question: BM25 finds the items nearest
to it, and all items are ordered by their likeness to the question and to the mean of those (Rocchio feedback without
judgements). Afterwards a linear support vector machine is trained on the decisions, with the question as an additional
included item and the undecided items as excluded with a small weight. Its order is combined with that of the question,
with a weight that grows with the number of included items.

Sources. Robertson & Zaragoza 2009, Found Trends Inf Retr 3:333 (BM25, the defaults k1 = 1.2); Rocchio 1971 and Manning,
Raghavan & Schuetze 2008, chapter 9 (feedback); Cormack & Grossman 2015, arXiv:1504.06868 (the question as the first
relevant document of continuous active learning, and presumptive negatives among the unread).

The constants were chosen by the mean over ten finished reviews, with up to three wordings of each question and two ways
of handing out sheets. They lie on a plateau: halving or doubling a weight, the penalty or the number of feedback items
changes the mean loss by less than 0.005.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from itertools import chain
from typing import TYPE_CHECKING, Any

from prismake.core.errors import PrismakeError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import scipy.sparse as sp

DECIDED = -1.0
"""The relevance of decided items, below all undecided ones."""

TITLE_COUNTS = 2
_FEEDBACK_ITEMS, _FEEDBACK_SHARE = 50, 0.7
BM25_K1, BM25_B = 1.2, 0.3
_QUESTION_WORTH = 10.0  # included items at which the decisions count as much as the question
_PENALTY_C = 0.3
_PORTION = 2_000  # texts whose words are in memory at once
_INCLUDED_SHARE = 0.7  # of the weight of all training items, however few they are
_UNREAD_WEIGHT = 0.3  # of all undecided items together, against that of all decided ones
_YES, _NO = frozenset({"include", "maybe", "1", "1.0", "true"}), frozenset({"exclude", "0", "0.0", "false"})
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_STOP = frozenset(
    # A text is easier to read and to change than a list of 150 quoted words.
    """a about after against all also among an and any are as at be been before being between both but by can could did
    do does during each few for from further had has have having he her here hers him his how i if in into is it its
    may me might more most my no nor not of off on once only or other our ours out over own per same she should so
    some such than that the their theirs them then there these they this those through to too under until up upon
    use used using versus very vs was we were what when where whether which while who whom why will with within
    without would you your yours""".split()
)
_SUFFIXES = (
    *("ization", "ational", "izing", "ation", "ating", "ized", "ated", "ment", "ize", "ate", "ing", "ion", "ive"),
    *("ed", "al", "ly", "e"),
)


class RankingError(PrismakeError):
    """Items or decisions that cannot be ranked."""


def rank(items: pd.DataFrame, decisions: Any, question: str = "", seed: int = 0) -> pd.Series:
    """Relevance by item, highest first: the order in which to read undecided items.

    ``items``: one row per item, indexed by id, with the columns ``title`` and ``abstract`` (empty or missing text is
    fine; other columns are ignored). ``decisions``: Series or mapping from id to include/exclude (1/0, True/False;
    ``maybe`` counts as include; None, nan and "" as undecided); decisions on items that are not in ``items`` are
    ignored. ``question``: the review question in words.

    Returns a Series of floats named ``relevance`` with one value for each item, sorted from high to low and by id where
    equal: undecided items in [0, 1], a relative measure, not a probability; decided ones last, at ``DECIDED`` (-1).
    The same input gives the same order, however the rows are sorted. With neither a question nor an included item the
    order is random by ``seed``.

    Raises RankingError when an id occurs twice, a column is missing, a decision is not understood or contradicts
    another on the same item, or the ids of items and decisions are of different types.
    """
    import numpy as np
    import pandas as pd

    _check(items)
    label_of = _labels(decisions, items.index)
    frame = items.loc[sorted(items.index, key=_key)] if len(items) else items
    labels = np.array([label_of.get(item, -1) for item in frame.index], dtype=int)
    undecided = labels < 0
    relevance = np.full(len(frame), DECIDED)
    if undecided.any():
        relevance[undecided] = _spread(_scores(frame, labels, question, seed)[undecided])
    order = np.argsort(-relevance, kind="stable")
    return pd.Series(relevance[order], index=frame.index[order], name="relevance")


def _scores(frame: pd.DataFrame, labels: np.ndarray, question: str, seed: int) -> np.ndarray:
    import numpy as np

    counts, length = _count([*zip(_text(frame, "title"), _text(frame, "abstract"), strict=True), (question or "", "")])
    asked = counts[-1].nnz > 0
    if not asked and not (labels == 1).any():
        return np.array([chance(item, seed) for item in frame.index])
    nearest = _nearest(counts, length) if asked else np.empty(0, dtype=int)
    weights = _tfidf(counts)
    prior = _question_scores(weights, nearest) if asked else np.zeros(len(frame))
    if not (labels >= 0).any():
        return prior
    included = int((labels == 1).sum())
    share = _QUESTION_WORTH / (_QUESTION_WORTH + included) if asked else 0.0
    learned = _learned_scores(weights, labels, asked)
    undecided = labels < 0
    return (1 - share) * _standard(learned, undecided) + share * _standard(prior, undecided)


def _nearest(counts: sp.csr_matrix, length: np.ndarray) -> np.ndarray:
    """The items nearest to the question."""
    import numpy as np

    enough = min(_FEEDBACK_ITEMS, max(1, (counts.shape[0] - 1) // 10))
    return np.argsort(-_bm25(counts, length[:-1]), kind="stable")[:enough]


def _question_scores(weights: sp.csr_matrix, nearest: np.ndarray) -> np.ndarray:
    """Likeness of each item to the question, widened by the words of the items nearest to it."""
    import numpy as np

    centre = np.asarray(weights[nearest].mean(axis=0)).ravel()
    centre /= np.linalg.norm(centre) or 1.0
    query = weights[-1].toarray().ravel()
    return (weights @ ((1 - _FEEDBACK_SHARE) * query + _FEEDBACK_SHARE * centre))[:-1]


def _learned_scores(weights: sp.csr_matrix, labels: np.ndarray, asked: bool) -> np.ndarray:
    """Distance from the plane between included and excluded items; the question is an included one."""
    import numpy as np
    from sklearn.svm import LinearSVC

    decided = int((labels >= 0).sum())
    worth = np.where(labels >= 0, 1.0, _UNREAD_WEIGHT * decided / max(1, len(labels) - decided))
    rows, target = np.arange(len(labels)), labels == 1
    if asked:
        rows, target, worth = np.append(rows, len(labels)), np.append(target, True), np.append(worth, 1.0)
    for side, share in ((target, _INCLUDED_SHARE), (~target, 1 - _INCLUDED_SHARE)):
        worth[side] *= share * decided / worth[side].sum()
    model = LinearSVC(C=_PENALTY_C, random_state=0, max_iter=5000)
    return model.fit(weights[rows], target, sample_weight=worth).decision_function(weights[:-1])


def _bm25(counts: sp.csr_matrix, length: np.ndarray) -> np.ndarray:
    """BM25 of each item for the question, which is the last row."""
    import numpy as np

    terms = counts[-1].indices
    part = counts[:, terms].tocsr()[:-1]
    n = part.shape[0]
    df = np.bincount(part.indices, minlength=len(terms))
    idf = np.log1p((n - df + 0.5) / (df + 0.5))
    row = np.repeat(np.arange(n), np.diff(part.indptr))
    damping = BM25_K1 * (1 - BM25_B + BM25_B * length / max(length.mean(), 1.0))
    part.data = part.data * (BM25_K1 + 1) / (part.data + damping[row]) * idf[part.indices]
    return np.asarray(part.sum(axis=1)).ravel()


def _tfidf(counts: sp.csr_matrix) -> sp.csr_matrix:
    """Rows of unit length, (1 + log frequency) * idf; the last row, the question, adds nothing to the idf.

    The counts become the weights: of a hundred thousand abstracts there is no room for both.
    """
    import numpy as np
    import scipy.sparse as sp

    n = counts.shape[0] - 1
    df = np.bincount(counts.indices[: counts.indptr[-2]], minlength=counts.shape[1])
    weights, data = counts, counts.data
    np.log(data, out=data)
    data += 1
    data *= (np.log((1 + n) / (1 + df)) + 1)[counts.indices]
    squares = sp.csr_matrix((data**2, counts.indices, counts.indptr), shape=counts.shape)
    norm = np.sqrt(np.asarray(squares.sum(axis=1)).ravel())
    del squares
    data /= np.repeat(np.where(norm > 0, norm, 1.0), np.diff(weights.indptr))
    return weights


# --- words ---------------------------------------------------------------------------------------------------------


def _count(texts: list[tuple[str, str]]) -> tuple[sp.csr_matrix, np.ndarray]:
    """Words and adjacent pairs by text, and the number of words of each; texts are (title, abstract)."""
    import numpy as np
    import scipy.sparse as sp

    numbers = _Stems()
    parts: list[np.ndarray] = []
    sizes: list[int] = []
    for start in range(0, len(texts), _PORTION):
        tokens = [_WORD.findall(_plain(part)) for pair in texts[start : start + _PORTION] for part in pair]
        sizes += map(len, tokens)
        flat = chain.from_iterable(tokens)
        parts.append(np.fromiter(map(numbers.__getitem__, flat), dtype=np.int32, count=sum(map(len, tokens))))
    words, field = np.concatenate(parts), np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    del parts
    words, field, size = words[words >= 0], field[words >= 0], len(numbers.stems)
    weight = np.where(field % 2 == 0, np.float32(TITLE_COUNTS), np.float32(1))  # small counts, exact in either width
    length = np.bincount(field // 2, weights=weight, minlength=len(texts))
    inside = np.flatnonzero(field[1:] == field[:-1])
    pairs, pair = np.unique(words[inside].astype(np.int64) * size + words[inside + 1], return_inverse=True)
    columns = np.concatenate([words, pair.astype(np.int32) + np.int32(size)])
    several = max(1, size + len(pairs))
    del words, pairs, pair
    rows = np.concatenate([field, field[inside]]) // 2
    values = np.concatenate([weight, weight[inside]])
    del field, weight, inside
    counts = sp.csr_matrix((values, (rows, columns)), shape=(len(texts), several))
    del values, rows, columns
    return counts.astype(np.float64), length


def tokens_of() -> tuple[_Stems, Callable[[str], list[int]]]:
    """Numbers for the stems of words, and a function that turns a text into those of its words, in order."""
    stems = _Stems()
    return stems, lambda text: list(map(stems.__getitem__, _WORD.findall(_plain(text))))


class _Stems(dict[str, int]):
    """Word to the number of its stem, ``STOP`` for a stop word; a word is looked at when it is first asked for."""

    STOP = -1

    def __init__(self) -> None:
        super().__init__()
        self.stems: dict[str, int] = {}

    def __missing__(self, word: str) -> int:
        self[word] = number = self.STOP if word in _STOP else self.stems.setdefault(_cut(word), len(self.stems))
        return number


def _plain(text: str) -> str:
    """Lower case without accents."""
    plain = unicodedata.normalize("NFKD", text).lower()
    return plain if plain.isascii() else "".join(c for c in plain if not unicodedata.combining(c))


def _cut(word: str) -> str:
    """One form for a word's inflections and for its British and American spelling; crude, and the same every time."""
    word = re.sub(r"['’]s?|-", "", word)
    if len(word) > 5:
        word = word.replace("aem", "em").replace("oest", "est").replace("oed", "ed").replace("aed", "ed")
    if len(word) > 6:
        word = re.sub(r"is(e|ed|es|ing|ation|ations)$", r"iz\1", word)
        word = re.sub(r"our(s|al|ed|ing|ally)?$", r"or\1", word)
    if len(word) > 3 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 4 and re.search(r"(?:ss|sh|ch|x|z)es$", word):
        word = word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 4:
            return word[: -len(suffix)]
    return word


# --- what comes in and goes out --------------------------------------------------------------------------------------


def _check(items: pd.DataFrame) -> None:
    missing = [name for name in ("title", "abstract") if name not in items.columns]
    if missing:
        raise RankingError(
            f"The items have no column {' and no column '.join(missing)}.",
            remedy="Give a table indexed by item id with the columns title and abstract.",
        )
    if not items.index.is_unique:
        twice = items.index[items.index.duplicated()][0]
        raise RankingError(f"The item {twice} occurs more than once.", remedy="Give each item one row.")


def _labels(decisions: Any, index: pd.Index) -> dict[Any, int]:
    """1 for included and 0 for excluded items among those of ``index``."""
    given = [] if decisions is None else list(decisions.items())
    items = set(index)
    labels: dict[Any, int] = {}
    for item, decision in given:
        word = "" if decision is None or decision != decision else str(decision).strip().casefold()  # noqa: PLR0124
        if item not in items or not word:
            continue
        if word not in _YES | _NO:
            raise RankingError(
                f"The decision '{decision}' is not understood.", where=str(item), remedy="Use include or exclude."
            )
        if labels.setdefault(item, int(word in _YES)) != int(word in _YES):
            raise RankingError("Two decisions contradict each other.", where=str(item), remedy="Give each item one.")
    unknown = {str(item) for item, _ in given if item not in items}
    if len(unknown) == len(given) and unknown & {str(item) for item in items}:
        raise RankingError(
            "The ids of the decisions are of another type than those of the items (text and numbers).",
            remedy="Read both as text.",
        )
    return labels


def _text(frame: pd.DataFrame, column: str) -> list[str]:
    return [value if isinstance(value, str) else "" for value in frame[column]]


def _standard(scores: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Centred and scaled by the mean and standard deviation of the items ``among``; zero where they do not differ."""
    part = scores[among]
    return (scores - part.mean()) / part.std() if _differ(part) else scores * 0.0


def _spread(scores: np.ndarray) -> np.ndarray:
    """Scores moved to [0, 1]; all the same become 0.5."""
    import numpy as np

    if not _differ(scores):
        return np.full(len(scores), 0.5)
    # Rounded, so that the last bits of a sum, which differ between machines, do not decide on the order.
    return np.round((scores - scores.min()) / (scores.max() - scores.min()), 9)


def _differ(scores: np.ndarray) -> bool:
    """Whether scores differ by more than the noise of their sums."""
    import numpy as np

    return bool(np.ptp(scores) > 1e-12 * max(1.0, np.abs(scores).max()))


def chance(item: Any, seed: int) -> float:
    """A number in [0, 1) that follows from item and seed alone: the order of a lottery that anyone can repeat."""
    return int.from_bytes(hashlib.sha256(f"{seed}\x1f{item}".encode()).digest()[:6], "big") / 2**48


def _key(item: Any) -> tuple[str, str]:
    return type(item).__name__, f"{item:020d}" if isinstance(item, int) else str(item)
