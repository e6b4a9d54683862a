"""The pairs left to people, most probable first, and the audit table of all pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from prismake.core.names import ITEM_ID
from prismake.dedup.answers import Answers, item_id
from prismake.dedup.reports import Members, smallest

if TYPE_CHECKING:
    from prismake.dedup.cluster import Clusters
    from prismake.dedup.compare import Pairs
    from prismake.dedup.entries import Entries
    from prismake.dedup.rules import Decisions

_AUDIT_FLOOR = 0.8
_LONGEST, _LEAST_LONGEST = 0.015, 20  # pairs in the queue: a share of the records, or a few
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
    """Weighted mean agreement of the fields that both records have, from 0 to 1."""
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


def _ids(p: Entries) -> np.ndarray:
    """The smallest record id of every entry."""
    return smallest(p.record_id, p.row_of, len(p))


def queue(p: Entries, q: Pairs, d: Decisions, clusters: Clusters, labels: np.ndarray, answers: Answers) -> pd.DataFrame:
    """The open pairs, one per pair of clusters: item_id, first, second, probability, reason, differences, members.

    It has at most 1.5 % as many pairs as there are records (in small tables: 20 pairs), most likely first, answered
    pairs included. ``members`` are the other pairs of records between the two clusters, one per line: an answer on any
    of them counts for the pair that represents them.
    """
    chance = np.round(d.chance, 4)
    separate = labels[q.a] != labels[q.b] if len(q) else np.zeros(0, dtype=bool)
    rows = np.flatnonzero(separate & d.asked)
    ids = _ids(p)
    member = Members(p.record_id, labels[p.row_of])
    longest = max(_LEAST_LONGEST, int(_LONGEST * len(p.record_id)))
    out = []
    seen: set[tuple[int, int]] = set()
    for k in rows[np.lexsort((rows, -chance[rows]))].tolist():
        between = (int(labels[q.a[k]]), int(labels[q.b[k]]))
        between = (min(between), max(between))
        if between in seen:
            continue
        if len(seen) >= longest:
            break
        seen.add(between)
        if clusters.answered(int(q.a[k]), int(q.b[k])):
            continue
        first, second = sorted((ids[q.a[k]], ids[q.b[k]]))
        reason = d.veto[k] or "no rule is certain enough"
        others = _other_pairs(item_id(first, second), member[between[0]], member[between[1]])
        out.append((item_id(first, second), first, second, chance[k], reason, differences(q, k), others))
    frame = _pair_table(out, "probability", "reason")
    return frame.sort_values(["probability", ITEM_ID], ascending=[False, True], ignore_index=True)


def merges(p: Entries, q: Pairs, d: Decisions, united: list[int], alike: np.ndarray) -> pd.DataFrame:
    """The pairs that formed the clusters, least similar first: n - 1 for a cluster of n different records.

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
    return _pair_table(out, "score", "rule").sort_values(["score", ITEM_ID], ignore_index=True)


def _pair_table(rows: list[tuple[Any, ...]], number: str, word: str) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=[ITEM_ID, "first", "second", number, word, "differences", "members"])
    return frame.astype({c: "str" for c in frame.columns if c != number}).astype({number: "float64"})


_MOST_OTHERS = 100  # limit the million pairs of a cluster of a thousand records


def _other_pairs(item: str, left: list[str], right: list[str]) -> str:
    if len(left) * len(right) > _MOST_OTHERS:
        return ""
    return "\n".join(sorted({item_id(a, b) for a in left for b in right} - {item}))


def differences(q: Pairs, k: int) -> str:
    """The fields that differ, in words: ``title (91% alike), year (by 1), journal``."""
    parts = []
    for name in _FIELDS:
        value = float(getattr(q, name)[k])
        word = _WORDS.get(name, name)
        if np.isnan(value):
            continue
        if name == "years":
            if value:
                parts.append(f"year (by {value:.0f})")
        elif name in ("title", "authors", "abstract"):
            if value < 0.995:
                parts.append(f"{word} ({100 * value:.0f}% alike)")
        elif value < 1:
            parts.append(word)
    return ", ".join(parts)


def links(p: Entries, q: Pairs, d: Decisions, labels: np.ndarray) -> pd.DataFrame:
    """Typed links between separate reports: first, second (record ids, first < second), kind."""
    ids = _ids(p)
    by_reports: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for k in np.flatnonzero(d.link != "").tolist():
        x, y = int(labels[q.a[k]]), int(labels[q.b[k]])
        if x == y:
            continue
        pair = (*sorted((ids[q.a[k]], ids[q.b[k]])), d.link[k])
        between = (min(x, y), max(x, y), d.link[k])
        by_reports[between] = min(by_reports.get(between, pair), pair)
    frame = pd.DataFrame(sorted(by_reports.values()), columns=["first", "second", "kind"])
    return frame.astype("str")


def audit(p: Entries, q: Pairs, d: Decisions, labels: np.ndarray, alike: np.ndarray) -> pd.DataFrame:
    """Every compared pair above a floor: both ids, the fields' scores, rule, veto, link and decision."""
    rows = np.flatnonzero(
        (q.title >= _AUDIT_FLOOR) | (d.rule != "") | (d.link != "") | (q.doi == 1) | (q.pmid == 1) | d.asked
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
