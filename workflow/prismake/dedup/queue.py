"""What is left for people: the pairs that the rules leave open, most probable first, and the account of all pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from prismake.dedup import kinds
from prismake.dedup.answers import Answers, item_id
from prismake.dedup.reports import Members, smallest

if TYPE_CHECKING:
    from prismake.dedup.cluster import Clusters
    from prismake.dedup.compare import Pairs
    from prismake.dedup.entries import Entries
    from prismake.dedup.rules import Decisions

_QUEUE_FLOOR = 0.3
_AUDIT_FLOOR = 0.8
_FIELDS = (
    "title",
    "authors",
    "years",
    "journal",
    "volume",
    "issue",
    "first_page",
    "last_page",
    "doi",
    "pmid",
    "abstract",
)
_WORDS = {"years": "year", "first_page": "first page", "last_page": "last page", "doi": "DOI", "pmid": "PMID"}
_WEIGHTS = {"title": 4, "authors": 2, "first_page": 2, "volume": 1, "journal": 1, "doi": 2, "pmid": 2, "abstract": 2}


def likeness(q: Pairs) -> np.ndarray:
    """Weighted mean of the fields' agreement over those that both records have, from 0 to 1."""
    total = np.zeros(len(q))
    weight = np.zeros(len(q))
    for name, w in _WEIGHTS.items():
        score = getattr(q, name)
        has = ~np.isnan(score)
        total[has] += w * score[has]
        weight[has] += w
    near = ~np.isnan(q.years)
    total[near] += np.maximum(0, 1 - q.years[near] / 2)
    weight[near] += 1
    return np.where(q.identical, 1.0, total / np.maximum(weight, 1))


# Weights of a logistic model of the pairs that the rules leave open, in log odds. Fitted once, with a ridge
# penalty, to the open pairs of five labelled sets together; rounded, as nothing but the order hangs on them.
_INTERCEPT = -1.7
_LOG_ODDS = {
    "same title": 1.5, "title": 0.6, "authors": 0.5, "volume differs": -0.4, "issue differs": -0.8, "journal": 0.2,
    "journal differs": -1.3, "pages": 0.5, "page differs": -0.7, "identifier": 1.0, "identifier differs": -0.8,
    "years": -1.0, "abstract": 0.5, "abstract differs": -0.5, "numbers": -0.5, "generic": -0.4, "both meetings": 0.7,
    "one place": 0.7, "one text": 0.7, "no place": 1.0,
}  # fmt: skip


def probability(p: Entries, q: Pairs) -> np.ndarray:
    """Chance that an open pair is one report; it orders the queue and decides nothing."""
    meetings = (p.kind[q.a] & p.kind[q.b] & kinds.ABSTRACT) > 0
    seen = {
        "same title": q.title >= 1,
        "title": np.nan_to_num(q.title, nan=0.6),
        "authors": np.nan_to_num(q.authors, nan=0.7),
        "volume differs": q.volume == 0,
        "issue differs": q.issue == 0,
        "journal": q.journal >= 1,
        "journal differs": q.journal == 0,
        "pages": _same_pages(q),
        "page differs": q.first_page == 0,
        "identifier": _one_identifier(q),
        "identifier differs": (q.doi == 0) | (q.pmid == 0),
        "years": np.minimum(np.nan_to_num(q.years, nan=1), 3),
        "abstract": q.abstract >= 0.9,
        "abstract differs": q.abstract < 0.6,
        "numbers": 1 - q.numbers,
        "generic": p.generic[q.a] | p.generic[q.b],
        "both meetings": meetings,
        "one place": _one_place(q),
        "one text": _one_text(q),
        "no place": _nowhere(q),
    }
    x = _INTERCEPT + sum(_LOG_ODDS[name] * value for name, value in seen.items())
    return 1 / (1 + np.exp(-x))


def _one_identifier(q: Pairs) -> np.ndarray:
    """One DOI or PMID, and not merely that of a supplement with many abstracts."""
    authors = (q.authors >= 0.85) | np.isnan(q.authors)
    return ((q.doi == 1) | (q.pmid == 1)) & (q.title >= 0.55) & (authors | (q.title >= 0.93))


def worth_asking(q: Pairs) -> np.ndarray:
    """Pairs to put before people: near-equal titles, one abstract, one place or one identifier."""
    authors = (q.authors >= 0.85) | (q.first_author >= 0.9) | np.isnan(q.authors)
    same, abstract, year, volume = q.title >= 1, q.abstract >= 0.9, q.years == 0, q.volume == 1
    near_year = ~(q.years > 1)
    asked = (
        (same & authors & near_year & (year | abstract | np.isnan(q.years) | volume))
        | ((q.title >= 0.9) & authors & year & (q.numbers > 0) & ~(q.volume == 0) & ~(q.journal == 0))
        | (abstract & (authors | (q.title >= 0.93)) & near_year & (q.title >= 0.5))
        | (_same_pages(q) & year & (authors | volume) & (volume | abstract | (q.title >= 0.65)))
        | ((q.title >= 0.75) & (q.authors >= 0.95) & (q.journal == 1) & year & ~(q.first_page == 0) & ~(q.volume == 0))
        | ((q.title >= 0.75) & (q.authors >= 0.95) & near_year & (q.numbers > 0) & _nowhere(q))
        | (same & q.people & (q.journal == 1) & near_year & _online_first(q))
        | _one_identifier(q)
        | (same & volume & (q.first_page == 1))
    )
    return asked & ~_elsewhere(q)


def _same_pages(q: Pairs) -> np.ndarray:
    return (q.first_page == 1) & (q.last_page == 1) & q.more_pages


def _nowhere(q: Pairs) -> np.ndarray:
    """One of the records has no place at all: a reference list, a manuscript, a registration."""
    return np.isnan(q.journal) & np.isnan(q.volume) & np.isnan(q.first_page)


def _online_first(q: Pairs) -> np.ndarray:
    """One of the records names the journal and no place in it: perhaps the paper before it was printed."""
    return np.isnan(q.volume) & np.isnan(q.first_page) & np.isnan(q.issue)


def _one_place(q: Pairs) -> np.ndarray:
    """Issue, pages, year and authors agree: one paper, although title or journal may stand in two languages."""
    return _same_pages(q) & (q.issue == 1) & (q.years == 0) & (q.authors >= 0.85)


def _one_text(q: Pairs) -> np.ndarray:
    """Title, authors, abstract and journal agree: one text, although it may be printed twice."""
    return (q.title >= 1) & (q.authors >= 0.85) & (q.abstract >= 0.97) & (q.journal == 1)


def _elsewhere(q: Pairs) -> np.ndarray:
    """Unlike titles at two places: reports of a series, two papers of one team, two abstracts of one supplement."""
    unlike = (q.title < 0.93) & ~q.inside & ~(q.pmid == 1)
    far = (q.first_page == 0) & ~q.near_page
    other_place = ((q.volume == 0) | (q.first_page == 0)) & ~(q.abstract >= 0.9) & ~_one_place(q)
    return unlike & (far | (~(q.doi == 1) & (other_place | ((q.title < 0.65) & (q.issue == 0)))))


def _ids(p: Entries) -> np.ndarray:
    """The smallest record id of every entry."""
    return smallest(p.record_id, p.row_of, len(p))


def queue(p: Entries, q: Pairs, d: Decisions, clusters: Clusters, labels: np.ndarray, said: Answers) -> pd.DataFrame:
    """The open pairs, one for each two clusters: item_id, first, second, probability, reason, differences, members.

    ``members`` are the other pairs of records between the two clusters, one a line: whatever people have said about
    one of them counts for the pair that stands for them now.
    """
    chance = np.round(probability(p, q), 4)
    apart = labels[q.a] != labels[q.b] if len(q) else np.zeros(0, dtype=bool)
    rows = np.flatnonzero(apart & (chance >= _QUEUE_FLOOR) & worth_asking(q) & (d.link == "") & ~d.final)
    ids = _ids(p)
    member = Members(p.record_id, labels[p.row_of])
    out, seen = [], set()
    for k in rows[np.lexsort((rows, -chance[rows]))].tolist():
        between = (int(labels[q.a[k]]), int(labels[q.b[k]]))
        between = (min(between), max(between))
        if between in seen or clusters.answered(int(q.a[k]), int(q.b[k])):
            continue
        seen.add(between)
        first, second = sorted((ids[q.a[k]], ids[q.b[k]]))
        reason = d.veto[k] or "no rule is certain enough"
        others = _other_pairs(item_id(first, second), member[between[0]], member[between[1]])
        out.append((item_id(first, second), first, second, chance[k], reason, differences(q, k), others))
    frame = _pair_table(out, "probability", "reason")
    return frame.sort_values(["probability", "item_id"], ascending=[False, True], ignore_index=True)


def merges(p: Entries, q: Pairs, d: Decisions, united: list[int], alike: np.ndarray) -> pd.DataFrame:
    """The pairs that made the clusters, the least alike first: n - 1 for a cluster of n different records.

    Columns item_id, first, second, score, rule, differences, members (pairs of records with the same content).
    """
    ids = _ids(p)
    member = Members(p.record_id, p.row_of)
    out = []
    for k in united:
        a, b = int(q.a[k]), int(q.b[k])
        first, second = sorted((ids[a], ids[b]))
        others = _other_pairs(item_id(first, second), member[a], member[b])
        out.append((item_id(first, second), first, second, alike[k], d.rule[k], differences(q, k), others))
    return _pair_table(out, "score", "rule").sort_values(["score", "item_id"], ignore_index=True)


def _pair_table(rows: list[tuple], number: str, word: str) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["item_id", "first", "second", number, word, "differences", "members"])
    return frame.astype({c: "str" for c in frame.columns if c != number}).astype({number: "float64"})


_MOST_OTHERS = 100  # a cluster of a thousand records has no use for a million pairs


def _other_pairs(item: str, left: list[str], right: list[str]) -> str:
    if len(left) * len(right) > _MOST_OTHERS:
        return ""
    return "\n".join(sorted({item_id(a, b) for a in left for b in right} - {item}))


def differences(q: Pairs, k: int) -> str:
    """The fields that differ, in words: ``title (91% alike), year (by 1), journal``."""
    found = []
    for name in _FIELDS:
        value = float(getattr(q, name)[k])
        word = _WORDS.get(name, name)
        if np.isnan(value):
            continue
        if name == "years":
            if value:
                found.append(f"year (by {value:.0f})")
        elif name in ("title", "authors", "abstract"):
            if value < 0.995:
                found.append(f"{word} ({100 * value:.0f}% alike)")
        elif value < 1:
            found.append(word)
    return ", ".join(found)


def links(p: Entries, q: Pairs, d: Decisions, labels: np.ndarray) -> pd.DataFrame:
    """Typed links between reports that stay apart: first, second (record ids, first < second), kind."""
    ids = _ids(p)
    found: dict[tuple, tuple] = {}
    for k in np.flatnonzero(d.link != "").tolist():
        x, y = int(labels[q.a[k]]), int(labels[q.b[k]])
        if x == y:
            continue
        pair = (*sorted((ids[q.a[k]], ids[q.b[k]])), d.link[k])
        between = (min(x, y), max(x, y), d.link[k])
        found[between] = min(found.get(between, pair), pair)
    frame = pd.DataFrame(sorted(found.values()), columns=["first", "second", "kind"])
    return frame.astype("str")


def audit(p: Entries, q: Pairs, d: Decisions, labels: np.ndarray, alike: np.ndarray) -> pd.DataFrame:
    """Every compared pair above a floor: both ids, the fields' scores, rule, veto, link and decision."""
    rows = np.flatnonzero(
        (q.title >= _AUDIT_FLOOR) | (d.rule != "") | (d.link != "") | (q.doi == 1) | (q.pmid == 1) | worth_asking(q)
    )
    ids = _ids(p)
    a, b = ids[q.a[rows]], ids[q.b[rows]]
    swap = a > b
    together = labels[q.a[rows]] == labels[q.b[rows]]
    data: dict[str, Any] = {"first": np.where(swap, b, a), "second": np.where(swap, a, b)}
    for name in _FIELDS:
        data[_WORDS.get(name, name).replace(" ", "_").lower()] = np.round(getattr(q, name)[rows].astype(np.float64), 4)
    data |= {"score": alike[rows], "rule": d.rule[rows], "veto": d.veto[rows], "link": d.link[rows]}
    data["decision"] = np.where(together, "same", np.where(d.link[rows] != "", "link", "apart"))
    frame = pd.DataFrame(data)
    texts = ("first", "second", "rule", "veto", "link", "decision")
    return frame.astype(dict.fromkeys(texts, "str")).sort_values(["first", "second"], ignore_index=True)
