"""Ids of clusters: the smallest id of the members, or the id that the cluster had before."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd


def report_ids(record_id: np.ndarray, cluster: np.ndarray, previous: Mapping[str, str]) -> np.ndarray:
    """One report id a record.

    A report id of an earlier run stays with its cluster. Where the cluster was split it goes to the part
    that holds the record of that name, else to the part with the smallest member; where two clusters became
    one, the smaller of their ids stays.
    """
    if not len(record_id):
        return np.empty(0, dtype=object)
    smallest = pd.Series(record_id, dtype=object).groupby(cluster).min()
    chosen = smallest.to_dict()
    claims: dict[str, list[int]] = {}
    for record, label in zip(record_id.tolist(), cluster.tolist(), strict=True):
        if record in previous:
            claims.setdefault(previous[record], []).append(label)
    if claims:
        _keep(chosen, claims, dict(zip(record_id.tolist(), cluster.tolist(), strict=True)), record_id, cluster)
    return pd.Series(cluster).map(chosen).to_numpy(dtype=object)


def _keep(chosen: dict, claims: dict[str, list[int]], home: dict[str, int], record_id, cluster) -> None:
    smallest = dict(chosen)
    kept: dict[int, str] = {}
    for report in sorted(claims, reverse=True):
        labels = claims[report]
        winner = home[report] if home.get(report) in labels else min(labels, key=smallest.__getitem__)
        kept[winner] = report  # the last one written is the smallest
    used = set(kept.values())
    chosen.update(kept)
    doubtful = {label for label, name in chosen.items() if label not in kept and name in used}
    if not doubtful:
        return
    members = pd.Series(record_id, dtype=object).groupby(cluster).apply(sorted)
    for label in sorted(doubtful, key=smallest.__getitem__):
        name = next((m for m in members[label] if m not in used), None)
        count = 2
        while name is None or name in used:
            name, count = f"{smallest[label]}.{count}", count + 1
        chosen[label] = name
        used.add(name)
