"""Field-by-field agreement of candidate pairs, in batches.

Scores run from 0 (different) to 1 (the same) and are NaN where a side is missing: a missing value is
evidence of nothing, neither of sameness nor of difference.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from rapidfuzz import fuzz, process

from prismake.dedup.author_lists import agreement, people
from prismake.dedup.text import abstract_form, phrases, same_journal
from prismake.dedup.words import Exchange, exchange

if TYPE_CHECKING:
    from prismake.dedup.excerpt import Excerpt

_LONGEST = 600  # characters of a title that are compared
_LONG = 150  # letters from which on an abstract is long enough to differ from another


@dataclass
class Pairs:
    """Arrays of equal length, one entry per pair of entries of `prepare.Prepared`."""

    a: np.ndarray
    b: np.ndarray
    title: np.ndarray  # similarity of the compact titles
    inside: np.ndarray  # bool: one title begins or ends the other
    extra: np.ndarray  # the words that only the longer title has, where `inside`
    shorter: np.ndarray  # letters of the shorter title
    numbers: np.ndarray  # 1 the same numbers, 0.5 one side has more, 0 they differ
    authors: np.ndarray
    first_author: np.ndarray
    people: np.ndarray  # bool: the same names in the same order, or one list is the beginning of the other
    swapped: np.ndarray  # bool: each title has a word that the other lacks in any spelling
    other_word: np.ndarray  # bool: `swapped`, and both are whole words, so that neither is damage
    years: np.ndarray  # difference in years, NaN when missing
    journal: np.ndarray
    volume: np.ndarray
    issue: np.ndarray
    first_page: np.ndarray
    last_page: np.ndarray
    near_page: np.ndarray  # bool: the ranges overlap, or the first pages differ in a letter only
    next_page: np.ndarray  # bool: one range begins right after the other, as in a series
    more_pages: np.ndarray  # bool: both are ranges of two pages or more
    doi: np.ndarray
    pmid: np.ndarray
    identical: np.ndarray  # bool: every field of the citation is the same text
    abstract: np.ndarray
    long_abstracts: np.ndarray  # bool: both are long enough to differ

    def __len__(self) -> int:
        return len(self.a)

    def take(self, keep: np.ndarray) -> Pairs:
        """The pairs at an index or mask."""
        return Pairs(**{k: v[keep] for k, v in self.__dict__.items()})


def _ratio(scorer: Callable[..., float], left: np.ndarray, right: np.ndarray, workers: int) -> np.ndarray:
    if not len(left):
        return np.empty(0, dtype=np.float32)
    return process.cpdist(left.tolist(), right.tolist(), scorer=scorer, workers=workers, dtype=np.float32) / 100


def _equal(codes: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    x, y = codes[a], codes[b]
    out = (x == y).astype(np.float32)
    out[(x < 0) | (y < 0)] = np.nan
    return out


def titles(p: Excerpt, a: np.ndarray, b: np.ndarray, workers: int = 1) -> np.ndarray:
    """Similarity of the titles, NaN where one is missing."""
    code = p.codes["title"]
    out = _equal(code, a, b)
    rest = np.flatnonzero(out == 0)
    left = np.array([t[:_LONGEST] for t in p.title[a[rest]]], dtype=object)
    right = np.array([t[:_LONGEST] for t in p.title[b[rest]]], dtype=object)
    # Different titles of ten thousand characters may begin alike: never count truncated titles as equal.
    out[rest] = np.minimum(_ratio(fuzz.ratio, left, right, workers), np.float32(0.999))
    return out


def _containment(p: Excerpt, a: np.ndarray, b: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    inside = np.zeros(len(a), dtype=bool)
    extra = np.full(len(a), "", dtype=object)
    for k in np.flatnonzero((score < 1) & (score > 0.05)).tolist():
        x, y = p.title[a[k]], p.title[b[k]]
        w, v = p.words[a[k]], p.words[b[k]]
        if len(x) > len(y):
            x, y, w, v = y, x, v, w
        if len(x) < 6:
            continue
        if y.endswith(x) and len(x) >= 20:
            inside[k], extra[k] = True, _front(v, len(y) - len(x))
        elif y.startswith(x):
            inside[k], extra[k] = True, "~" + y[len(x) :]
    return inside, extra


def _front(words: str, letters: int) -> str:
    """The leading words that hold the first ``letters`` letters, blanks not counted."""
    seen = 0
    for k, c in enumerate(words):
        seen += c != " "
        if seen == letters:
            return words[: k + 1]
    return ""


def _numbers(p: Excerpt, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    code = p.codes["numbers"]
    out = np.ones(len(a), dtype=np.float32)
    for k in np.flatnonzero(code[a] != code[b]).tolist():
        x, y = p.numbers[a[k]].split(), p.numbers[b[k]].split()
        if "".join(x) == "".join(y):
            continue
        left, right = list(x), []
        for number in y:
            if number in left:
                left.remove(number)
            else:
                right.append(number)
        out[k] = 0 if left and right else 0.5
    return out


def _journals(p: Excerpt, a: np.ndarray, b: np.ndarray, cache: dict[tuple[str, str], float]) -> np.ndarray:
    out = _equal(p.codes["journal"], a, b)
    for k in np.flatnonzero(out == 0).tolist():
        pair = (p.journal[a[k]], p.journal[b[k]])
        if pair[0] > pair[1]:
            pair = pair[::-1]
        if pair not in cache:
            cache[pair] = same_journal(*pair)
        out[k] = cache[pair]
        if not out[k]:
            out[k] = _same_meeting(p, a[k], b[k])
    return out


def _same_meeting(p: Excerpt, a: int, b: int) -> float:
    """Whether one record gives as journal the meeting that the other gives after the journal."""
    x, y = p.meeting[a], p.meeting[b]
    pairs = ((x, p.journal[b]), (p.journal[a], y), (x, y))
    return float(any(v and w and same_journal(v, w) == 1 for v, w in pairs))


def _issues(p: Excerpt, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    out = _equal(p.codes["issue"], a, b)
    for k in np.flatnonzero(out == 0).tolist():
        out[k] = bool(set(p.issue[a[k]].split()) & set(p.issue[b[k]].split()))
    return out


def _names(p: Excerpt, a: np.ndarray, b: np.ndarray, authors: np.ndarray) -> np.ndarray:
    """Raise ``authors`` where the lists agree as sets or in all words; return whether they are the same people.

    An abstract often has other authors than its article, so only complete or truncated lists count as the same people.
    """
    code = p.codes["surnames"]
    out = (code[a] == code[b]) & (code[a] >= 0)
    cache: dict[int, list[Any]] = {}
    for k in np.flatnonzero(~out).tolist():
        x, y = p.surnames[a[k]].split(), p.surnames[b[k]].split()
        out[k] = _one_list(x, y) or (len(x) == len(y) and _one_list(sorted(x), sorted(y)))
        if out[k] and authors[k] >= 0.95:
            continue
        x, y = (cache.setdefault(int(e), people(p.authors[e])) for e in (a[k], b[k]))
        share, same = agreement(x, y)
        authors[k] = max(authors[k], share, _all_words(x, y))
        out[k] |= same
    return out


def _all_words(x: list[tuple[str, ...]], y: list[tuple[str, ...]]) -> float:
    """Similarity of all words of two lists: ``Carignani, Andrea`` may be ``Andrea, C.``"""
    left, right = (" ".join(w for name in v for w in name) for v in (x, y))
    return fuzz.token_set_ratio(left, right) / 100 if len(left) > 5 and len(right) > 5 else 0.0


def _one_list(x: list[str], y: list[str]) -> bool:
    return all(fuzz.ratio(v, w) >= 70 for v, w in zip(x, y, strict=False))


def _exchanges(p: Excerpt, a: np.ndarray, b: np.ndarray, closer: np.ndarray) -> np.ndarray:
    """`Exchange` of the titles (adults for children, one drug for another); spelling variants do not count."""
    out = np.full(len(a), Exchange.NONE, dtype=np.int8)
    for k in np.flatnonzero(closer).tolist():
        out[k] = exchange(p.words[a[k]].split(), p.words[b[k]].split(), p.title_counts)
    return out


def _first_pages(p: Excerpt, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Equality of the first pages, in either reading if a spreadsheet left two."""
    out = _equal(p.codes["first_page"], a, b)
    second = np.array([bool(v) for v in p.other_page], dtype=bool)
    for k in np.flatnonzero((out == 0) & (second[a] | second[b])).tolist():
        x = {p.first_page[a[k]], p.other_page[a[k]] or p.first_page[a[k]]}
        out[k] = bool(x & {p.first_page[b[k]], p.other_page[b[k]] or p.first_page[b[k]]})
    # The letter before both pages of a range is often lost: 37-42 for C37-C42.
    first, last = p.page_range
    more = (last > first) & (first >= 0)
    out[(out == 0) & more[a] & (first[a] == first[b]) & (last[a] == last[b])] = 1
    long = last - first
    one_count = p.codes["page_letters"][a] == p.codes["page_letters"][b]
    for left, right in ((a, b), (b, a)):
        # An article number, or a lone day of the month, is not comparable with a page range, nor is the number of an
        # electronic article with any page.
        number = p.lone_page[left] & ((first[left] >= 1000) | ((first[left] >= 0) & (first[left] <= 31)))
        number &= (last[right] > first[right]) & ~p.supplement[left] & ~p.coded[left]
        number |= p.electronic[left] & ~p.electronic[right] & ~p.supplement[right] & ~p.coded[right]
        # Pages counted from 1, as many as in the other range: an online-first version without final pages.
        number |= more[a] & more[b] & (first[left] == 1) & (first[right] > 1) & (long[a] == long[b]) & one_count
        out[(out == 0) & number] = np.nan
    return out


def _last_pages(p: Excerpt, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    out = _equal(p.codes["last_page"], a, b)
    first, last = p.page_range
    more = (last > first) & (first >= 0)
    out[(out == 0) & more[a] & (first[a] == first[b]) & (last[a] == last[b])] = 1
    return out


def _near_pages(p: Excerpt, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    first, last = p.page_range
    paged = (first[a] >= 0) & (first[b] >= 0) & ~p.coded[a] & ~p.coded[b]
    near = paged & (first[a] <= last[b]) & (first[b] <= last[a])
    near |= _equal(p.codes["last_page"], a, b) == 1
    more = paged & (first[a] < last[a]) & (first[b] < last[b])
    gap = np.maximum(first[a] - last[b], first[b] - last[a])
    return near, paged & (gap >= 1) & (gap <= 3), more


def _abstracts(
    p: Excerpt, a: np.ndarray, b: np.ndarray, rows: np.ndarray, workers: int
) -> tuple[np.ndarray, np.ndarray]:
    """Similarity of the abstracts of some rows, NaN if one is missing or very short; and whether both are long.

    The beginnings are compared letter by letter. If they differ but one abstract contains most phrases of the other, it
    is the same text without its first part or with its parts reordered.
    """
    out = np.full(len(a), np.nan, dtype=np.float32)
    long = np.zeros(len(a), dtype=bool)
    form = {k: abstract_form(p.abstract[k]) for k in np.union1d(a[rows], b[rows]).tolist()}
    rows = np.array([k for k in rows.tolist() if len(form[a[k]]) >= 80 and len(form[b[k]]) >= 80], dtype=np.int64)
    left = np.array([form[k] for k in a[rows].tolist()], dtype=object)
    right = np.array([form[k] for k in b[rows].tolist()], dtype=object)
    short = np.array([min(len(x), len(y)) for x, y in zip(left, right, strict=True)], dtype=np.int64)
    left = np.array([x[:n] for x, n in zip(left, short, strict=True)], dtype=object)
    right = np.array([x[:n] for x, n in zip(right, short, strict=True)], dtype=object)
    out[rows] = _ratio(fuzz.ratio, left, right, workers)
    long[rows] = short >= _LONG
    cache: dict[int, frozenset[Any]] = {}
    for k in rows[out[rows] < 0.9].tolist():
        x, y = (cache.setdefault(int(e), phrases(p.abstract[e])) for e in (a[k], b[k]))
        shared = len(x & y) / max(1, min(len(x), len(y)))
        if shared >= 0.5:
            out[k] = max(out[k], 0.6 + 0.36 * shared)
    return out, long


def _dois(p: Excerpt, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    out = np.full(len(a), np.nan, dtype=np.float32)
    has = np.array([bool(d) for d in p.dois], dtype=bool)
    for k in np.flatnonzero(has[a] & has[b]).tolist():
        x, y = p.dois[a[k]], p.dois[b[k]]
        out[k] = x == y or bool(set(x) & set(y))
    pii = p.codes["pii"]
    same = (pii[a] >= 0) & (pii[a] == pii[b])
    out[same] = 1
    return out


def compare(p: Excerpt, a: np.ndarray, b: np.ndarray, title: np.ndarray, *, workers: int = 1) -> Pairs:
    """All fields but the abstract; ``title`` comes from `titles`."""
    c = p.codes
    inside, extra = _containment(p, a, b, title)
    names = (c["surnames"][a] >= 0) & (c["surnames"][b] >= 0)
    authors = np.full(len(a), np.nan, dtype=np.float32)
    first = authors.copy()
    authors[names] = _ratio(fuzz.token_set_ratio, p.surnames[a[names]], p.surnames[b[names]], workers)
    first[names] = _ratio(fuzz.ratio, p.first_author[a[names]], p.first_author[b[names]], workers)
    likely = names & (~(title <= 0.9) | inside)
    same_people = (c["surnames"][a] == c["surnames"][b]) & names
    if likely.any():
        some = authors[likely]
        same_people[likely] = _names(p, a[likely], b[likely], some)
        authors[likely] = some
    near, after, more = _near_pages(p, a, b)
    first_page, volume = _first_pages(p, a, b), _equal(c["volume"], a, b)
    doi = _dois(p, a, b)
    one_place = (first_page == 1) & ((volume == 1) | (_last_pages(p, a, b) == 1))
    closer = np.flatnonzero((title > 0.7) | inside | one_place)
    abstract, long = _abstracts(p, a, b, closer, workers)
    worded = (title < 1) & ((title >= 0.7) | ((title >= 0.5) & (one_place | (doi == 1))))
    dated = (p.year[a] > 0) & (p.year[b] > 0)
    exchanges = _exchanges(p, a, b, worded)
    years = np.where(dated, np.abs(p.year[a] - p.year[b]), np.nan).astype(np.float32)
    return Pairs(
        a=a, b=b, title=title, inside=inside, extra=extra, shorter=np.minimum(p.length[a], p.length[b]),
        numbers=_numbers(p, a, b), authors=authors, first_author=first,
        people=same_people, swapped=exchanges > Exchange.NONE, other_word=exchanges == Exchange.WORD, years=years,
        journal=_journals(p, a, b, {}), volume=volume, issue=_issues(p, a, b),
        first_page=first_page, last_page=_last_pages(p, a, b), near_page=near, next_page=after, more_pages=more,
        doi=doi, pmid=_equal(c["pmid"], a, b),
        identical=(c["citation"][a] == c["citation"][b]) & (c["citation"][a] >= 0),
        abstract=abstract, long_abstracts=long,
    )  # fmt: skip


def join(parts: list[Pairs]) -> Pairs:
    """Concatenate batches."""
    return Pairs(**{k: np.concatenate([getattr(x, k) for x in parts]) for k in Pairs.__dataclass_fields__})


def empty() -> Pairs:
    """No pairs."""
    kinds = {
        "a": np.int64,
        "b": np.int64,
        "inside": bool,
        "people": bool,
        "swapped": bool,
        "other_word": bool,
        "identical": bool,
        "near_page": bool,
        "next_page": bool,
        "more_pages": bool,
        "long_abstracts": bool,
        "extra": object,
    }
    return Pairs(**{k: np.empty(0, dtype=kinds.get(k, np.float32)) for k in Pairs.__dataclass_fields__})
