"""Counts of the deduplication: in total, by source, and for each pair of sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from prismake.core.names import REPORT_ID

if TYPE_CHECKING:
    from prismake.dedup.answers import Answers
    from prismake.dedup.compare import Pairs
    from prismake.dedup.entries import Entries
    from prismake.dedup.rules import Decisions

THROUGH_OTHERS = "through other records"


def summary(
    p: Entries, frame: pd.DataFrame, queue: pd.DataFrame, links: pd.DataFrame, answers: Answers
) -> dict[str, Any]:
    """Total counts; ``rules``: records by the rule that put them into their cluster."""
    rules = frame.loc[frame["matched_on"] != "", "matched_on"].value_counts()
    return {
        "records": len(frame),
        "reports": int(frame[REPORT_ID].nunique()),
        "duplicates": len(frame) - int(frame[REPORT_ID].nunique()),
        "rules": {k: int(v) for k, v in sorted(rules.items())},
        "queue": len(queue),
        "links": {k: int(v) for k, v in sorted(links["kind"].value_counts().items())},
        "answers": {"same": len(answers.same), "different": len(answers.different)},
        "answers_without_records": sorted(answers.unmatched),
        "answers_in_conflict": sorted(f"{a}|{b}" for a, b in answers.conflicts),
        "fields_without_vote": sorted(p.silenced),
    }


def by_source(p: Entries, labels: np.ndarray) -> pd.DataFrame:
    """One row per source, sorted by name.

    Columns source, records, reports, repeated (records beyond the first of a report within the source: records −
    reports), only_here and shared (reports of which no other source, or some other source, has a record; together they
    are all reports of the source).
    """
    code, names = p.sources()
    members = pd.DataFrame({"label": labels, "source": code}).drop_duplicates()
    alone = np.bincount(members["label"], minlength=len(labels))[members["label"]] == 1
    records, reports, only_here = (
        np.bincount(entries, minlength=len(names))
        for entries in (code[p.row_of], members["source"], members["source"][alone])
    )
    return pd.DataFrame(
        {
            "source": pd.Series(names, dtype="str"),
            "records": records,
            "reports": reports,
            "repeated": records - reports,
            "only_here": only_here,
            "shared": reports - only_here,
        }
    )


def by_pair_of_sources(p: Entries, q: Pairs, d: Decisions, labels: np.ndarray, answers: Answers) -> pd.DataFrame:
    """One row per pair of sources (or source and itself) and rule that merged their records.

    Columns first, second (first <= second), rule, reports. A report shared by two sources is counted once: under the
    strongest rule that holds for a record of each, else under "panel" if people declared two of them the same, else
    under "through other records". The counts of two sources add up to the reports that they share.
    """
    code, names = p.sources()
    ruled = np.flatnonzero((d.rule != "") & (d.veto == "") & (labels[q.a] == labels[q.b]))
    by_rule = pd.DataFrame(
        {"label": labels[q.a[ruled]], "x": code[q.a[ruled]], "y": code[q.b[ruled]], "rule": d.rule[ruled],
         "strength": d.strength[ruled]}
    )  # fmt: skip
    entry = dict(zip(p.record_id.tolist(), p.row_of.tolist(), strict=True)) if answers.same else {}
    merged = np.array([(entry[a], entry[b]) for a, b in answers.same], dtype=np.int64).reshape(-1, 2)
    weakest = int(d.strength.max(initial=0)) + 1
    panel = _as_rows(labels, code, merged[:, 0], merged[:, 1], "panel", weakest)
    shared = _shared(p, labels, code)
    rows = pd.concat(
        [by_rule, panel[labels[merged[:, 0]] == labels[merged[:, 1]]], shared.assign(strength=weakest + 1)]
    )
    rows["first"], rows["second"] = rows[["x", "y"]].min(axis=1), rows[["x", "y"]].max(axis=1)
    rows = rows.sort_values(["label", "first", "second", "strength"]).drop_duplicates(["label", "first", "second"])
    table = rows.groupby(["first", "second", "rule"]).size().rename("reports").reset_index()
    table = table.assign(first=np.array(names, dtype=object)[table["first"]])
    table = table.assign(second=np.array(names, dtype=object)[table["second"].astype("int64")])
    table = table.astype({"first": "str", "second": "str", "rule": "str", "reports": "int64"})
    return table.sort_values(["first", "second", "rule"], ignore_index=True)


def _as_rows(
    labels: np.ndarray, code: np.ndarray, a: np.ndarray, b: np.ndarray, rule: str, strength: int
) -> pd.DataFrame:
    return pd.DataFrame({"label": labels[a], "x": code[a], "y": code[b], "rule": rule, "strength": strength})


def _shared(p: Entries, labels: np.ndarray, code: np.ndarray) -> pd.DataFrame:
    """All pairs of sources of each report, and a source with itself if it has several records of the report."""
    size = np.bincount(labels[p.row_of], minlength=len(labels))
    rows = pd.DataFrame({"label": labels[p.row_of], "x": code[p.row_of]})[size[labels[p.row_of]] > 1]
    twice = rows[rows.duplicated()].drop_duplicates().assign(y=lambda t: t["x"])
    kinds = rows.drop_duplicates()
    both = kinds.merge(kinds.rename(columns={"x": "y"}), on="label").query("x < y")
    alike = np.bincount(p.row_of, minlength=len(labels))
    folded = set(labels[np.flatnonzero(alike > 1)].tolist())
    pairs = pd.concat([twice, both], ignore_index=True)
    identical = pairs["label"].isin(folded) & (pairs["x"] == pairs["y"])
    return pairs.assign(rule=np.where(identical, "identical", THROUGH_OTHERS))
