"""`find_duplicates`: the chain from a record table to clusters, a queue, links and an audit table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from prismake.core.errors import DedupError
from prismake.dedup import answers as panel
from prismake.dedup import counts as account
from prismake.dedup import queue as open_pairs
from prismake.dedup import rules
from prismake.dedup.block import candidates
from prismake.dedup.cluster import Clusters, conflicts, signatures
from prismake.dedup.compare import Pairs, compare, empty, join, titles
from prismake.dedup.comparison import Comparison
from prismake.dedup.entries import Entries
from prismake.dedup.evidence import Thresholds, weigh_titles, worth_comparing
from prismake.dedup.prepare import Prepared, prepare
from prismake.dedup.reports import report_ids
from prismake.dedup.unreliable_fields import silence

_CHUNK = 400_000  # candidate pairs compared at once


@dataclass(frozen=True)
class Duplicates:
    """What `find_duplicates` found; all tables are sorted by their keys (the queue by probability)."""

    clusters: pd.DataFrame  # record_id, report_id, matched_on, score, decided_by ("rule", "panel", "")
    queue: pd.DataFrame  # item_id, first, second, probability, reason, differences, members
    merges: pd.DataFrame  # item_id, first, second, score, rule, differences, members: what made the clusters
    links: pd.DataFrame  # first, second, kind: related reports that stay apart
    audit: pd.DataFrame  # first, second, the fields' scores, rule, veto, decision
    sources: pd.DataFrame  # source, records, reports, repeated, only_here, shared
    shared: pd.DataFrame  # first, second (sources), rule, reports
    summary: dict[str, Any]  # counts: records, reports, merged by rule, links, answers, problems


def deduplicate(records: pd.DataFrame, **thresholds: float) -> pd.DataFrame:
    """Cluster the records that are one report.

    Returns a frame with the columns record_id, report_id, matched_on (the rule that put the record into its
    cluster, "" for a record that stands alone) and score (likeness from 0 to 1, NaN when alone), one row a
    record, sorted by record_id. ``thresholds`` are the fields of `prismake.dedup.evidence.Thresholds`.

    Raises `DedupError` when ids are missing or not unique.
    """
    found = find_duplicates(records, **thresholds)  # type: ignore[arg-type]  # floats by their own names
    return found.clusters[["record_id", "report_id", "matched_on", "score"]]


def find_duplicates(
    records: pd.DataFrame,
    *,
    answers: Mapping[str, str] | None = None,
    previous: Mapping[str, str] | None = None,
    merge_cochrane_versions: bool | str = "ask",
    workers: int = 1,
    **thresholds: float,
) -> Duplicates:
    """Clusters of one report, the pairs that only people can decide, typed links and the audit table.

    ``answers`` maps ``"<record_id>|<record_id>"`` to "same" or "different": a "different" keeps the two
    records apart whatever else joins them, a "same" joins them unless a "different" forbids it.
    ``previous`` maps record ids to the report ids of an earlier run: clusters keep them.
    ``merge_cochrane_versions``: successive versions of one Cochrane review are one report (True), related reports
    (False), or people are asked ("ask").
    ``workers`` is the number of threads that compare texts; it does not change the result.

    Raises `DedupError` for ids that are missing or not unique, and for unknown options, thresholds or answers.
    """
    said = panel.read(answers or {}, records)
    comparison = compare_records(
        records,
        alone=said.records,
        merge_cochrane_versions=merge_cochrane_versions,
        workers=workers,
        **thresholds,
    )
    return conclude(comparison, said, previous, merge_cochrane_versions=merge_cochrane_versions)


def apply_answers(
    comparison: Comparison,
    records: pd.DataFrame,
    *,
    answers: Mapping[str, str],
    previous: Mapping[str, str] | None = None,
    merge_cochrane_versions: bool | str = "ask",
    workers: int = 1,
) -> Duplicates:
    """What `find_duplicates` finds with these answers, from a comparison of the same records without answers.

    Only the clusters are made anew. Where an answer is about one of several records with the same content, these have
    to be told apart first, and all records are compared again. Of a comparison that was kept, the audit table lists the
    pairs that were kept.
    """
    said = panel.read(answers, records)
    if comparison.entries.folded(said.records):
        comparison = compare_records(
            records, alone=said.records, merge_cochrane_versions=merge_cochrane_versions, workers=workers
        )
    return conclude(comparison, said, previous, merge_cochrane_versions=merge_cochrane_versions)


def compare_records(
    records: pd.DataFrame,
    *,
    alone: frozenset[str] = frozenset(),
    merge_cochrane_versions: bool | str = "ask",
    workers: int = 1,
    **thresholds: float,
) -> Comparison:
    """Compare all records and decide about each pair by the rules.

    Records in ``alone`` are entries of their own, even where others have the same content. Arguments and errors
    otherwise as for `find_duplicates`.
    """
    if merge_cochrane_versions not in (True, False, "ask"):
        raise DedupError(
            f"Whether Cochrane versions are merged cannot be '{merge_cochrane_versions}'.",
            remedy='Give true, false or "ask".',
        )
    limits = _thresholds(thresholds)
    p = prepare(records, alone=alone)
    weigh_titles(p)
    pairs = compared(p, workers)
    silence(p, pairs)
    decisions = rules.decide(p, pairs, limits, merge_cochrane_versions=merge_cochrane_versions)
    return Comparison(Entries.of(p), pairs, decisions)


def conclude(
    comparison: Comparison,
    said: panel.Answers | None = None,
    previous: Mapping[str, str] | None = None,
    *,
    merge_cochrane_versions: bool | str = "ask",
) -> Duplicates:
    """Clusters, open pairs and counts from a comparison, the answers and the report ids of an earlier run."""
    said = said or panel.Answers()
    p, pairs = comparison.entries, comparison.pairs
    decisions = replace(comparison.decisions, veto=comparison.decisions.veto.copy())  # clusters add vetoes
    clusters, joined, united = _cluster(p, pairs, decisions, said, merge_cochrane_versions)
    labels = clusters.labels()
    likeness = np.round(open_pairs.likeness(pairs), 4)
    frame = _frame(p, pairs, decisions, labels, joined, likeness, said, previous or {})
    queue = open_pairs.queue(p, pairs, decisions, clusters, labels, said)
    links = open_pairs.links(p, pairs, decisions, labels)
    return Duplicates(
        clusters=frame,
        queue=queue,
        merges=open_pairs.merges(p, pairs, decisions, united, likeness),
        links=links,
        audit=open_pairs.audit(p, pairs, decisions, labels, likeness),
        sources=account.by_source(p, labels),
        shared=account.by_pair_of_sources(p, pairs, decisions, labels, said),
        summary=account.summary(p, frame, queue, links, said),
    )


def _thresholds(given: Mapping[str, float]) -> Thresholds:
    unknown = sorted(set(given) - set(Thresholds.__dataclass_fields__))
    if unknown:
        raise DedupError(
            f"'{unknown[0]}' is no threshold of the deduplication.",
            remedy=f"Known are: {', '.join(Thresholds.__dataclass_fields__)}.",
        )
    wrong = [k for k, v in given.items() if not 0 <= v <= 1]
    if wrong:
        raise DedupError(f"The threshold '{wrong[0]}' is {given[wrong[0]]}.", remedy="Give a number from 0 to 1.")
    return replace(rules.DEFAULTS, **given)


def compared(p: Prepared, workers: int) -> Pairs:
    """All candidate pairs whose titles or identifiers give a reason to look closer, with their scores."""
    first, second = candidates(p)
    parts = []
    for start in range(0, len(first), _CHUNK):
        a, b = first[start : start + _CHUNK], second[start : start + _CHUNK]
        title = titles(p, a, b, workers)
        keep = worth_comparing(p, a, b, title)
        parts.append(compare(p, a[keep], b[keep], title[keep], workers=workers))
    return join(parts) if parts else empty()


def _cluster(
    p: Entries, q: Pairs, d: rules.Decisions, said: panel.Answers, merge_cochrane_versions: bool | str
) -> tuple[Clusters, dict[int, int], list[int]]:
    """Unions in order of the rules' strength; which pair put each entry into its cluster; the pairs that united two."""
    clusters = Clusters(signatures(p, merge_cochrane_versions), conflicts(p, q, d))
    entry = dict(zip(p.record_id.tolist(), p.row_of.tolist(), strict=True)) if said.records else {}
    clusters.forbid((entry[a], entry[b]) for a, b in said.different)
    for first, second in said.same:
        if not clusters.join(entry[first], entry[second], check=False):
            said.conflicts.append((first, second))
    order = np.flatnonzero((d.rule != "") & (d.veto == ""))
    order = order[np.lexsort((order, -q.title[order], d.strength[order]))]
    joined: dict[int, int] = {}
    united: list[int] = []
    for k in order.tolist():
        a, b = int(q.a[k]), int(q.b[k])
        if clusters.find(a) != clusters.find(b):
            if not clusters.join(a, b):
                d.veto[k] = "another record of the cluster forbids it"
                continue
            united.append(k)
        joined.setdefault(a, k)
        joined.setdefault(b, k)
    return clusters, joined, united


def _frame(
    p: Entries,
    q: Pairs,
    d: rules.Decisions,
    labels: np.ndarray,
    joined: Mapping[int, int],
    likeness: np.ndarray,
    said: panel.Answers,
    previous: Mapping[str, str],
) -> pd.DataFrame:
    cluster = labels[p.row_of]
    alike = np.bincount(p.row_of, minlength=len(labels))
    matched = np.full(len(labels), "", dtype=object)
    score = np.full(len(labels), np.nan)
    for entry, k in joined.items():
        matched[entry], score[entry] = d.rule[k], likeness[k]
    folded = alike > 1
    matched[folded & (matched == "")] = "identical"
    score[folded & np.isnan(score)] = 1.0
    by = np.where(matched != "", "rule", "").astype(object)
    frame = pd.DataFrame(
        {
            "record_id": p.record_id,
            "report_id": report_ids(p.record_id, cluster, previous),
            "matched_on": matched[p.row_of],
            "score": score[p.row_of],
            "decided_by": by[p.row_of],
        }
    )
    panel_made = _made_by_panel(p, d, q, cluster, said)
    if panel_made:
        rows = frame["record_id"].isin(panel_made)
        frame.loc[rows, ["matched_on", "decided_by"]] = "panel"
        frame.loc[rows, "score"] = 1.0
    return frame.sort_values("record_id", ignore_index=True)


def _made_by_panel(p: Entries, d: rules.Decisions, q: Pairs, cluster: np.ndarray, said: panel.Answers) -> set[str]:
    """The records that only an answer put into their cluster: of a pair those without a rule, else the second."""
    if not said.same:
        return set()
    ruled = np.flatnonzero((d.rule != "") & (d.veto == ""))
    direct = {(int(q.a[k]), int(q.b[k])) for k in ruled.tolist()}
    entries = {x for pair in direct for x in pair}
    row = dict(zip(p.record_id.tolist(), range(len(p.record_id)), strict=True))
    found: set[str] = set()
    for a, b in said.same:
        x, y = int(p.row_of[row[a]]), int(p.row_of[row[b]])
        if cluster[row[a]] == cluster[row[b]] and (min(x, y), max(x, y)) not in direct:
            found |= {r for r, entry in ((a, x), (b, y)) if entry not in entries} or {b}
    return found
