"""Advice on stopping: counts, limits, and whether the bound holds at its rate."""

from __future__ import annotations

import json
import sys
from math import comb
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prismake.panel.stopping import StoppingError, hypergeometric_cdf, most_relevant, stopping_advice, tail_needed


def exact_cdf(drawn, urn, relevant, size):
    return sum(comb(relevant, x) * comb(urn - relevant, size - x) for x in range(drawn + 1)) / comb(urn, size)


@given(st.data())
def test_hypergeometric_distribution_and_its_bound(data):
    urn = data.draw(st.integers(1, 200))
    relevant, size = data.draw(st.integers(0, urn)), data.draw(st.integers(1, urn))
    drawn = data.draw(st.integers(0, size))
    assert hypergeometric_cdf(drawn, urn, relevant, size) == pytest.approx(
        exact_cdf(drawn, urn, relevant, size), abs=1e-9
    )
    most = most_relevant(urn, size, drawn, 0.05)
    assert drawn <= most <= urn - size + drawn
    if most < urn - size + drawn:
        assert exact_cdf(drawn, urn, most + 1, size) <= 0.05 + 1e-9
    if most > drawn:
        assert exact_cdf(drawn, urn, most, size) > 0.05 - 1e-9


def test_a_random_tail_by_hand():
    # 20 relevant found first; then 50 of the 80 unread are drawn at random, none of them relevant. With 3 relevant in
    # the urn of 80 none would be drawn with probability C(77, 50) / C(80, 50) = 0.0494, with 2 with 0.1377.
    found = stopping_advice([1] * 20 + [0] * 50, 100, random_tail=50)
    assert (found.sample, found.sample_found, found.sample_from) == (50, 0, 80)
    assert found.missed_ub == 2
    assert found.recall_lb == pytest.approx(20 / 22)
    assert found.recall == 1.0 and found.missed == 0
    assert found.drawn_at_random and not found.reached
    # recall < 0.95 means two or more left in the urn
    assert found.p_value == pytest.approx(comb(78, 50) / comb(80, 50))
    assert "at least 90.9 %" in found.sentence and "does not reach the target of 95 %" in found.sentence


def test_the_bound_grows_with_every_irrelevant_item():
    bounds = [stopping_advice([1] * 30 + [0] * n, 1000).recall_lb for n in range(0, 971, 10)]
    assert bounds == sorted(bounds)
    assert bounds[0] < 0.05 and bounds[-1] == 1.0


def test_pending_items_count_as_missed():
    decisions = [1] * 30 + [0] * 600
    without, waiting = stopping_advice(decisions, 1000), stopping_advice(decisions, 1000, pending=10)
    assert waiting.missed_ub >= 10 and waiting.recall_lb < without.recall_lb
    assert "all 10 handed out" in waiting.sentence


def test_the_ends():
    nothing = stopping_advice([], 50)
    assert nothing.recall is None and nothing.recall_lb is None and nothing.missed_ub is None and not nothing.reached
    none_found = stopping_advice([0] * 40, 50)
    assert none_found.recall_lb is None and none_found.missed_ub >= 1
    everything = stopping_advice(["include", "exclude", "exclude"], 3)
    assert (everything.recall, everything.recall_lb, everything.missed_ub) == (1.0, 1.0, 0) and everything.reached
    assert "nothing can have been missed" in everything.sentence
    assert stopping_advice([1, 0, 0], 4, target=1.0).reached is False
    assert json.loads(json.dumps(everything.to_dict(), allow_nan=False)) == everything.to_dict()


def test_what_was_read_before_items_were_added_is_in_no_sample():
    # 70 read before, 10 since: the samples are the last 7 and the last 4, out of what was unread before these
    found = stopping_advice([1] * 20 + [0] * 60, 200, since=10)
    assert (found.sample, found.sample_found, found.sample_from) == (7, 0, 127)
    assert found.missed_ub == most_relevant(127, 7, 0, 0.025)
    assert stopping_advice([1] * 20 + [0] * 60, 200, since=80) == stopping_advice([1] * 20 + [0] * 60, 200)
    nothing = stopping_advice([1] * 20 + [0] * 60, 200, since=0)
    assert nothing.recall_lb is None and nothing.missed_ub is None and not nothing.reached


@pytest.mark.parametrize("minded", [True, False])
def test_the_bound_holds_after_items_were_added_only_when_that_is_minded(minded):
    """An old search read to its end in a good order, then a new one, a tenth of it read at random."""
    draws, failed = np.random.default_rng(5), 0
    for _ in range(1000):
        old = np.sort(draws.random(400) < 0.05)[::-1].astype(int)
        new = (draws.random(400) < 0.1).astype(int)
        seen = np.concatenate([old, new[:40]])
        options = {"since": 40} if minded else {}
        bound = stopping_advice(seen, 800, **options).recall_lb
        failed += bound is not None and bound > seen.sum() / (old.sum() + new.sum()) + 1e-12
    assert (failed <= 50) if minded else (failed > 500)


@pytest.mark.parametrize(
    ("decisions", "total", "options", "message"),
    [
        ([1, 0], 1, {}, "are more than"),
        ([1, 0], 3, {"pending": 2}, "are more than"),
        ([1, 0], 3, {"random_tail": 3}, "drawn at random"),
        ([1, 0], 3, {"since": 3}, "since items were added"),
        ([1, 0], 3, {"since": -1}, "are more than"),
        ([1, None], 3, {}, "neither include nor exclude"),
        ([1], 3, {"target": 0}, "target recall"),
        ([1], 3, {"level": 100}, "confidence level"),
    ],
)
def test_what_cannot_be_is_refused(decisions, total, options, message):
    with pytest.raises(StoppingError, match=message):
        stopping_advice(decisions, total, **options)


@given(st.lists(st.booleans(), min_size=1, max_size=80), st.integers(0, 100), st.sampled_from([0.8, 0.9, 0.95, 1.0]))
def test_bound_and_p_value_tell_the_same(decisions, more, target):
    found = stopping_advice(decisions, len(decisions) + more, target=target)
    if found.recall_lb is None:
        return
    assert 0 < found.recall_lb <= found.recall <= 1
    # Rejecting recall < target at 5 % is the bound reaching the target.
    assert found.reached == (found.p_value <= 0.05)


@pytest.mark.parametrize("ranked", [False, True])
def test_the_bound_holds_at_its_rate(ranked):
    """At one look into 3,000 made-up reviews, in an order no better than chance and in a better one."""
    draws, failed = np.random.default_rng(11), 0
    for _ in range(3000):
        total = int(draws.integers(60, 1500))
        relevant = int(draws.integers(1, max(2, total // 5)))
        labels = np.zeros(total, dtype=int)
        labels[:relevant] = 1
        order = np.argsort(-labels * (1.0 if ranked else 0.0) + draws.normal(size=total))
        read = int(total * draws.uniform(0.2, 0.95))
        seen = labels[order][:read]
        bound = stopping_advice(seen, total).recall_lb
        failed += bound is not None and bound > seen.sum() / relevant + 1e-12
    # 5 % is allowed; three standard errors are 1.2 %.
    assert failed / 3000 <= 0.05


# --- finished reviews -------------------------------------------------------------------------------------------------

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks" / "screening"))
import screening_replay  # noqa: E402
import stopping_rate  # noqa: E402

SETS = screening_replay.SHARED / "benchmarks" / "screening"


@pytest.mark.slow
@pytest.mark.skipif(not SETS.is_dir(), reason=f"the finished reviews are not in {SETS}")
def test_the_bound_holds_on_finished_reviews():
    for name, tally in stopping_rate.simulate(seeds=1, shuffles=40).items():
        if "best of all" not in name:
            assert tally.failed <= 0.05 * tally.looks, tally.line(name)


@pytest.mark.parametrize(
    "unread, found, level, size",
    [
        (99, 19, 95, 77),  # 1 may be missed: with 2 among the rest, C(22, 2)/C(99, 2) = .0476, one row less .0521
        (99, 18, 95, 95),  # none may: 1 among the rest is not drawn with 4/99
        (99, 18, 80, 80),
        (0, 18, 95, 0),
    ],
)
def test_the_size_of_a_random_tail_by_hand(unread, found, level, size):
    assert tail_needed(unread, found, 0.95, level) == size


@given(st.integers(1, 400), st.integers(1, 120), st.sampled_from([80, 95]))
def test_a_random_tail_of_that_size_without_relevant_items_reaches_the_target_and_no_shorter_one_does(
    rest, found, level
):
    size = tail_needed(rest, found, 0.95, level)

    def reached(drawn):
        decisions = [1] * found + [0] * drawn
        advice = stopping_advice(decisions, found + rest, random_tail=drawn, target=0.95, level=level)
        return advice.reached

    if size:
        assert size == rest or reached(size)
        assert size == 1 or not reached(size - 1)
