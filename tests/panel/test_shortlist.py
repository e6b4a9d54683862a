"""Nearness to the question, found in one pass, is BM25 as the ranking itself computes it."""

import numpy as np
import pandas as pd
import pytest
from prismake.panel import ranking, shortlist
from prismake.sheets import order

TEXTS = [
    ("Aspirin after stroke", "Aspirin and clopidogrel in patients after a stroke."),
    ("Stroke units", "Care in stroke units; strokes of all kinds."),
    ("", "Nothing of this kind."),
    ("Hip fracture", ""),
    ("Aspirins", "aspirin aspirin aspirin " * 20),
]
QUESTION = "Does aspirin prevent a second stroke?"


def test_nearness_is_the_bm25_of_the_ranking():
    counts, length = ranking._count([*TEXTS, (QUESTION, "")])
    assert shortlist.nearness(TEXTS, QUESTION) == pytest.approx(ranking._bm25(counts, length[:-1]), abs=1e-12)


def test_nearness_of_nothing():
    assert shortlist.nearness([], QUESTION).tolist() == []
    assert shortlist.nearness(TEXTS, "").tolist() == [0.0] * len(TEXTS)


def test_those_nearest_are_ranked_and_all_others_follow(monkeypatch):
    queue = {f"r{k}": {"title": title, "abstract": abstract} for k, (title, abstract) in enumerate(TEXTS)}
    monkeypatch.setattr(order, "RANKED", 2)
    ordered = order.by_relevance(queue, list(queue), {"r1": "include"}, QUESTION, 1)
    near = shortlist.nearness(TEXTS, QUESTION)
    assert sorted(ordered) == sorted(queue)
    undecided = [item for item in ordered if item != "r1"]
    assert near[int(undecided[1][1])] > 0 == near[int(undecided[3][1])]
    chosen = sorted({"r1", *undecided[:2]})
    frame = pd.DataFrame({name: [queue[item][name] for item in chosen] for name in ("title", "abstract")}, index=chosen)
    ranked = ranking.rank(frame, {"r1": "include"}, question=QUESTION, seed=1)
    assert [item for item in ordered if item in chosen] == sorted(chosen, key=lambda item: (-float(ranked[item]), item))


def test_equally_near_items_are_in_the_order_of_a_lottery():
    items = [f"r{k}" for k in range(50)]
    first, again, other = (shortlist.behind(items, np.zeros(50), seed) for seed in (1, 1, 2))
    assert first == again != other
    assert sorted(first) == sorted(other) == sorted(items)
