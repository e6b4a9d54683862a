"""Ids of clusters: the smallest id of the members, or the previous id of the cluster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def smallest(record_id: np.ndarray, label: np.ndarray, n: int) -> np.ndarray:
    """The smallest record id of each label from 0 to n - 1, None if no record has the label."""
    order = np.argsort(record_id, kind="stable")  # quick where they are in order, as in a record table
    place = np.full(n, len(order), dtype=np.int64)
    np.minimum.at(place, label[order], np.arange(len(order)))
    out = np.full(n, None, dtype=object)
    out[place < len(order)] = record_id[order[place[place < len(order)]]]
    return out


class Members:
    """The sorted record ids of each label, computed on request."""

    def __init__(self, record_id: np.ndarray, label: np.ndarray) -> None:
        self._order = np.argsort(label, kind="stable")
        self._sorted = label[self._order]
        self._ids = record_id

    def __getitem__(self, label: int) -> list[str]:
        begin, end = np.searchsorted(self._sorted, [label, label + 1])
        return sorted(self._ids[self._order[begin:end]].tolist())


def report_ids(record_id: np.ndarray, cluster: np.ndarray, previous: Mapping[str, str]) -> np.ndarray:
    """One report id per record.

    A report id of an earlier run stays with its cluster. If the cluster was split it goes to the part that contains the
    record with that id, else to the part with the smallest member; if two clusters were merged, the smaller of their
    ids is kept.
    """
    if not len(record_id):
        return np.empty(0, dtype=object)
    least = smallest(record_id, cluster, int(cluster.max()) + 1)
    chosen = {label: least[label] for label in np.unique(cluster).tolist()}
    claims: dict[str, list[int]] = {}
    for record, label in zip(record_id.tolist(), cluster.tolist(), strict=True):
        if record in previous:
            claims.setdefault(previous[record], []).append(label)
    if claims:
        _keep(chosen, claims, dict(zip(record_id.tolist(), cluster.tolist(), strict=True)), record_id, cluster)
    return np.array([chosen[label] for label in cluster.tolist()], dtype=object)


def _keep(
    chosen: dict[Any, Any],
    claims: dict[str, list[int]],
    home: dict[str, int],
    record_id: np.ndarray,
    cluster: np.ndarray,
) -> None:
    least = dict(chosen)
    previous_of: dict[int, str] = {}
    for report in sorted(claims, reverse=True):
        labels = claims[report]
        winner = home[report] if home.get(report) in labels else min(labels, key=least.__getitem__)
        previous_of[winner] = report  # the last one written is the smallest
    used = set(previous_of.values())
    chosen.update(previous_of)
    doubtful = {label for label, name in chosen.items() if label not in previous_of and name in used}
    if not doubtful:
        return
    members: dict[int, list[str]] = {}
    for record, label in zip(record_id.tolist(), cluster.tolist(), strict=True):
        if label in doubtful:
            members.setdefault(label, []).append(record)
    for label in sorted(doubtful, key=least.__getitem__):
        name = next((m for m in sorted(members[label]) if m not in used), None)
        count = 2
        while name is None or name in used:
            name, count = f"{least[label]}.{count}", count + 1
        chosen[label] = name
        used.add(name)
