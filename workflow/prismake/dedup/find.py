"""`find_duplicates`: the chain from a record table to clusters, a queue, links and an audit table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from prismake.core.names import RECORD_ID, REPORT_ID
from prismake.dedup import answers as panel
from prismake.dedup import counts as account
from prismake.dedup import open_pairs
from prismake.dedup.block import candidates
from prismake.dedup.cluster import Clusters, conflicts, signatures
from prismake.dedup.compare import Pairs
from prismake.dedup.comparison import Comparison
from prismake.dedup.decided import check_versions, decided, thresholds_of
from prismake.dedup.entries import Entries
from prismake.dedup.portions import compared
from prismake.dedup.prepare import prepare
from prismake.dedup.reports import report_ids
from prismake.dedup.rules import Decisions


@dataclass(frozen=True)
class Duplicates:
    """The result of `find_duplicates`; all tables are sorted by their keys (the queue by probability)."""

    clusters: pd.DataFrame  # record_id, report_id, matched_on, score, decided_by ("rule", "panel", "")
    queue: pd.DataFrame  # item_id, first, second, probability, reason, differences, members
    merges: (
        pd.DataFrame
    )  # item_id, first, second, score, rule, differences, members: the pairs that formed the clusters
    links: pd.DataFrame  # first, second, kind: related but separate reports
    audit: pd.DataFrame  # first, second, the fields' scores, rule, veto, decision
    sources: pd.DataFrame  # source, records, reports, repeated, only_here, shared
    shared: pd.DataFrame  # first, second (sources), rule, reports
    summary: dict[str, Any]  # counts: records, reports, merged by rule, links, answers, problems


def deduplicate(records: pd.DataFrame, **thresholds: float) -> pd.DataFrame:
    """Cluster records of the same report.

    Returns a frame with the columns record_id, report_id, matched_on (the rule that put the record into its
    cluster, "" for a single record) and score (similarity from 0 to 1, NaN for a single record), one row per record,
    sorted by record_id. ``thresholds`` are the fields of `prismake.dedup.evidence.Thresholds`.

    Raises `DedupError` when ids are missing or not unique.
    """
    duplicates = find_duplicates(records, **thresholds)  # type: ignore[arg-type]  # floats by their own names
    return duplicates.clusters[[RECORD_ID, REPORT_ID, "matched_on", "score"]]


def find_duplicates(
    records: pd.DataFrame,
    *,
    answers: Mapping[str, str] | None = None,
    previous: Mapping[str, str] | None = None,
    merge_cochrane_versions: bool | str = "ask",
    workers: int = 1,
    **thresholds: float,
) -> Duplicates:
    """Clusters of records of the same report, the pairs left to people, typed links and the audit table.

    ``answers`` maps ``"<record_id>|<record_id>"`` to "same" or "different": "different" keeps the two records apart
    whatever else joins them, "same" joins them unless a "different" forbids it.
    ``previous`` maps record ids to the report ids of an earlier run: clusters keep them.
    ``merge_cochrane_versions``: successive versions of one Cochrane review are one report (True), related reports
    (False), or people are asked ("ask").
    ``workers`` is the number of threads that compare texts; it does not change the result.

    Raises `DedupError` for ids that are missing or not unique, and for unknown options, thresholds or answers.
    """
    panel_answers = panel.read(answers or {}, records)
    comparison = compare_records(
        records,
        alone=panel_answers.records,
        merge_cochrane_versions=merge_cochrane_versions,
        workers=workers,
        **thresholds,
    )
    return conclude(comparison, panel_answers, previous, merge_cochrane_versions=merge_cochrane_versions)


def apply_answers(
    comparison: Comparison,
    records: pd.DataFrame,
    *,
    answers: Mapping[str, str],
    previous: Mapping[str, str] | None = None,
    merge_cochrane_versions: bool | str = "ask",
    workers: int = 1,
) -> Duplicates:
    """The result of `find_duplicates` with these answers, from a comparison of the same records without answers.

    Only the clusters are rebuilt. If an answer concerns one of several records with the same content, these have to be
    separated, and all records are compared again. For a saved comparison the audit table lists the saved pairs.
    """
    panel_answers = panel.read(answers, records)
    if comparison.entries.folded(panel_answers.records):
        comparison = compare_records(
            records, alone=panel_answers.records, merge_cochrane_versions=merge_cochrane_versions, workers=workers
        )
    return conclude(comparison, panel_answers, previous, merge_cochrane_versions=merge_cochrane_versions)


def compare_records(
    records: pd.DataFrame,
    *,
    alone: frozenset[str] = frozenset(),
    merge_cochrane_versions: bool | str = "ask",
    workers: int = 1,
    **thresholds: float,
) -> Comparison:
    """Compare all records and decide about each pair by the rules.

    Records in ``alone`` get their own entries even if others have the same content. Arguments and errors otherwise as
    for `find_duplicates`.
    """
    check_versions(merge_cochrane_versions)
    limits = thresholds_of(thresholds)
    p = prepare(records, alone=alone)
    parts = compared(p, *candidates(p), workers)
    return decided(p, parts, limits, merge_cochrane_versions=merge_cochrane_versions)


@dataclass(frozen=True)
class _Settled:
    """What follows from a comparison and answers for its pairs and entries."""

    pairs: Pairs
    decisions: Decisions
    clusters: Clusters
    labels: np.ndarray  # cluster of each entry
    joined: dict[int, int]  # the pair that put an entry into its cluster
    united: list[int]  # the pairs that formed the clusters
    likeness: np.ndarray  # of each pair


def _settled(comparison: Comparison, answers: panel.Answers, merge_cochrane_versions: bool | str) -> _Settled:
    p, pairs = comparison.entries, comparison.pairs
    decisions = replace(comparison.decisions, veto=comparison.decisions.veto.copy())  # clusters add vetoes
    clusters, joined, united = _cluster(p, pairs, decisions, answers, merge_cochrane_versions)
    likeness = np.round(open_pairs.likeness(pairs), 4)
    return _Settled(pairs, decisions, clusters, clusters.labels(), joined, united, likeness)


def questions(
    comparison: Comparison, *, merge_cochrane_versions: bool | str = "ask"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``queue`` and ``merges`` of what `conclude` makes of a comparison without answers."""
    answers, p = panel.Answers(), comparison.entries
    s = _settled(comparison, answers, merge_cochrane_versions)
    return (
        open_pairs.queue(p, s.pairs, s.decisions, s.clusters, s.labels, answers),
        open_pairs.merges(p, s.pairs, s.decisions, s.united, s.likeness),
    )


def conclude(
    comparison: Comparison,
    answers: panel.Answers | None = None,
    previous: Mapping[str, str] | None = None,
    *,
    merge_cochrane_versions: bool | str = "ask",
) -> Duplicates:
    """Clusters, open pairs and counts from a comparison, the answers and the report ids of an earlier run."""
    answers, p = answers or panel.Answers(), comparison.entries
    s = _settled(comparison, answers, merge_cochrane_versions)
    frame = _frame(p, s, answers, previous or {})
    queue = open_pairs.queue(p, s.pairs, s.decisions, s.clusters, s.labels, answers)
    links = open_pairs.links(p, s.pairs, s.decisions, s.labels)
    return Duplicates(
        clusters=frame,
        queue=queue,
        merges=open_pairs.merges(p, s.pairs, s.decisions, s.united, s.likeness),
        links=links,
        audit=open_pairs.audit(p, s.pairs, s.decisions, s.labels, s.likeness),
        sources=account.by_source(p, s.labels),
        shared=account.by_pair_of_sources(p, s.pairs, s.decisions, s.labels, answers),
        summary=account.summary(p, frame, queue, links, answers),
    )


def _cluster(
    p: Entries, q: Pairs, d: Decisions, answers: panel.Answers, merge_cochrane_versions: bool | str
) -> tuple[Clusters, dict[int, int], list[int]]:
    """Unite pairs by rule strength; return the clusters, the pair that placed each entry, and the uniting pairs."""
    entry = dict(zip(p.record_id.tolist(), p.row_of.tolist(), strict=True)) if answers.records else {}
    ruled = np.flatnonzero((d.rule != "") & (d.veto == ""))
    answered = [entry[record] for pair in answers.same for record in pair]
    concerned = np.unique(np.concatenate([q.a[ruled], q.b[ruled], np.array(answered, dtype=np.int64)]))
    clusters = Clusters(len(p), signatures(p, concerned, merge_cochrane_versions), conflicts(p, q, d))
    clusters.forbid((entry[a], entry[b]) for a, b in answers.different)
    for first, second in answers.same:
        if not clusters.join(entry[first], entry[second], check=False):
            answers.conflicts.append((first, second))
    order = ruled[np.lexsort((ruled, -q.title[ruled], d.strength[ruled]))]
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


def _frame(p: Entries, s: _Settled, answers: panel.Answers, previous: Mapping[str, str]) -> pd.DataFrame:
    labels, d = s.labels, s.decisions
    cluster = labels[p.row_of]
    alike = np.bincount(p.row_of, minlength=len(labels))
    matched = np.full(len(labels), "", dtype=object)
    score = np.full(len(labels), np.nan)
    for entry, k in s.joined.items():
        matched[entry], score[entry] = d.rule[k], s.likeness[k]
    folded = alike > 1
    matched[folded & (matched == "")] = "identical"
    score[folded & np.isnan(score)] = 1.0
    by = np.where(matched != "", "rule", "").astype(object)
    frame = pd.DataFrame(
        {
            RECORD_ID: p.record_id,
            REPORT_ID: report_ids(p.record_id, cluster, previous),
            "matched_on": matched[p.row_of],
            "score": score[p.row_of],
            "decided_by": by[p.row_of],
        }
    )
    panel_made = _made_by_panel(p, d, s.pairs, cluster, answers)
    if panel_made:
        rows = frame[RECORD_ID].isin(panel_made)
        frame.loc[rows, ["matched_on", "decided_by"]] = "panel"
        frame.loc[rows, "score"] = 1.0
    return frame.sort_values(RECORD_ID, ignore_index=True)


def _made_by_panel(p: Entries, d: Decisions, q: Pairs, cluster: np.ndarray, answers: panel.Answers) -> set[str]:
    """The records that only an answer put into their cluster: those of a pair without a rule, else the second."""
    if not answers.same:
        return set()
    ruled = np.flatnonzero((d.rule != "") & (d.veto == ""))
    direct = {(int(q.a[k]), int(q.b[k])) for k in ruled.tolist()}
    entries = {x for pair in direct for x in pair}
    row = dict(zip(p.record_id.tolist(), range(len(p.record_id)), strict=True))
    record_ids: set[str] = set()
    for a, b in answers.same:
        x, y = int(p.row_of[row[a]]), int(p.row_of[row[b]])
        if cluster[row[a]] == cluster[row[b]] and (min(x, y), max(x, y)) not in direct:
            record_ids |= {r for r, entry in ((a, x), (b, y)) if entry not in entries} or {b}
    return record_ids
