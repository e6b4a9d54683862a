"""Identities of networks: two treatments are a pairwise meta-analysis, names do not matter, effects are consistent."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prismake.core.errors import EstimateDoesNotExist, PoolingError
from prismake.pooling import effect_sizes, pool
from prismake.pooling.network import (
    arm_trials,
    components,
    contrast_trials,
    decomposition,
    net_heat,
    network,
    parts_of_network,
    splits,
)  # fmt: skip

NAMES = ("A", "B", "C", "D", "E")
ARM = st.tuples(st.integers(0, 40), st.integers(41, 200))


@st.composite
def trial_rows(draw, treatments=NAMES, least=2, most=10):
    """Rows (study, treatment, events, total) of a connected network: each trial has the first treatment, or chains on."""
    rows, seen = [], [treatments[0]]
    for study in range(draw(st.integers(least, most))):
        size = draw(st.integers(2, min(4, len(treatments))))
        anchor = draw(st.sampled_from(seen))
        others = draw(st.permutations([name for name in treatments if name != anchor]))[: size - 1]
        for name in (anchor, *others):
            events, total = draw(ARM)
            rows.append((study, name, events + 1, total))
        seen += [name for name in others if name not in seen]
    return rows


def fit(rows, measure="OR", **how):
    study, name, events, total = zip(*rows, strict=True)
    found = arm_trials(measure, {"events": events, "total": total}, study, name)
    return network(found.trials, **how)


@given(trial_rows(treatments=("A", "B")), st.sampled_from(["OR", "RR", "RD"]), st.sampled_from(["REML", "ML", "DL"]))
def test_two_treatments_are_a_pairwise_meta_analysis(rows, measure, method):
    tables = {}
    for study, name, events, total in rows:
        tables.setdefault(study, {})[name] = (events, total)
    data = {"ai": [], "n1i": [], "ci": [], "n2i": []}
    for arms in tables.values():
        for key, value in zip(data, (*arms["B"], *arms["A"]), strict=True):
            data[key].append(value)
    yi, vi = effect_sizes(measure, data)
    pair = pool(yi, vi, method, "z")
    fitted = fit(rows, measure, method=method, treatments=["A", "B"])
    assert pytest.approx(pair.Q, rel=1e-9, abs=1e-9) == fitted.Q
    assert fitted.tau2 == pytest.approx(pair.tau2, rel=1e-5, abs=1e-7)
    assert fitted.random.estimate[1, 0] == pytest.approx(pair.beta, rel=1e-5, abs=1e-7)
    assert fitted.random.se[1, 0] == pytest.approx(pair.se, rel=1e-5, abs=1e-7)
    assert pytest.approx(pair.Q, rel=1e-9, abs=1e-9) == decomposition(fitted).within.Q


@given(trial_rows(), st.permutations(NAMES), st.randoms(use_true_random=False))
def test_names_and_orders_do_not_matter(rows, other, shuffled):
    renamed = [(study, other[NAMES.index(name)], events, total) for study, name, events, total in rows]
    shuffled.shuffle(renamed)
    one, two = fit(rows), fit(renamed)
    place = [two.treatments.index(other[NAMES.index(name)]) for name in one.treatments]
    assert two.tau2 == pytest.approx(one.tau2, rel=1e-6, abs=1e-9)
    for model in ("common", "random"):
        theirs = two.model(model).estimate[np.ix_(place, place)]
        np.testing.assert_allclose(theirs, one.model(model).estimate, rtol=1e-6, atol=1e-7)
    ours, theirs = decomposition(one), decomposition(two)
    for part in ("total", "within", "between", "interaction"):
        assert pytest.approx(getattr(ours, part).Q, rel=1e-6, abs=1e-6) == getattr(theirs, part).Q
        assert getattr(theirs, part).df == getattr(ours, part).df


@given(trial_rows())
def test_effects_are_consistent_and_q_adds_up(rows):
    fitted = fit(rows)
    for model in ("common", "random"):
        beta = fitted.model(model).estimate
        np.testing.assert_allclose(
            beta[:, :, None] + beta[None, :, :], np.repeat(beta[:, None, :], len(beta), 1), atol=1e-9
        )
    tests = decomposition(fitted)
    assert pytest.approx(tests.total.Q, rel=1e-8, abs=1e-8) == tests.within.Q + tests.between.Q
    assert tests.within.df + tests.between.df == tests.total.df == fitted.df
    scores = fitted.p_scores("random", small_is_good=True)
    assert scores.mean() == pytest.approx(0.5)
    np.testing.assert_allclose(fitted.p_scores("random", small_is_good=False), 1.0 - scores, atol=1e-12)


@given(trial_rows(), st.sampled_from(["common", "random"]))
def test_the_network_is_the_weighted_mean_of_direct_and_indirect_evidence(rows, model):
    for row in splits(fit(rows), model):
        assert 0.0 <= row.share <= 1.0
        if row.both and row.share < 1 - 1e-4:
            mean = row.share * row.direct + (1.0 - row.share) * row.indirect
            assert mean == pytest.approx(row.estimate, rel=1e-6, abs=1e-6)
            assert 1 / row.direct_se**2 + 1 / row.indirect_se**2 == pytest.approx(1 / row.se**2, rel=1e-6)


@given(trial_rows(), st.sampled_from(["common", "random"]))
def test_information_is_shared_out_among_the_trials(rows, model):
    fitted = fit(rows)
    for a, b in ((0, 1), (1, 0), (len(fitted.treatments) - 1, 0)):
        shares = fitted.information(model, a, b)
        assert (shares >= -1e-12).all()
        assert shares.sum() == pytest.approx(1.0)


@given(trial_rows())
def test_effects_between_all_pairs_of_arms_give_what_arms_give(rows):
    study, name, events, total = zip(*rows, strict=True)
    arms = arm_trials("OR", {"events": events, "total": total}, study, name)
    pairs = [
        (*trial.difference(a, b), trial.name, trial.treatments[a], trial.treatments[b])
        for trial in arms.trials
        for a in range(len(trial.treatments))
        for b in range(a)
    ]
    found = contrast_trials(*zip(*pairs, strict=True))
    assert not found.left_out
    assert not found.notes
    one, two = network(arms.trials), network(found.trials)
    assert two.tau2 == pytest.approx(one.tau2, rel=1e-6, abs=1e-9)
    np.testing.assert_allclose(two.random.estimate, one.random.estimate, rtol=1e-6, atol=1e-7)


@given(trial_rows())
def test_rows_of_the_hat_matrix_reproduce_the_network(rows):
    heat = net_heat(fit(rows))
    assert heat.share.shape == heat.change.shape == (len(heat.pairs), len(heat.pairs))
    assert np.isfinite(heat.share).all()
    for place, design in enumerate(heat.designs):  # a design that is detached no longer disagrees with itself
        own = [other for other, same in enumerate(heat.designs) if same == design]
        assert (heat.change[own, place] >= -1e-9).all()


def test_a_network_that_falls_apart_is_named():
    rows = [(1, "A", 5, 50), (1, "B", 9, 50), (2, "C", 5, 50), (2, "D", 9, 50), (3, "E", 5, 50), (3, "A", 9, 50)]
    with pytest.raises(EstimateDoesNotExist, match=r"2 parts that no trial connects: A, B, E; C, D\."):
        fit(rows)
    study, name, events, total = zip(*rows, strict=True)
    found = arm_trials("OR", {"events": events, "total": total}, study, name)
    assert parts_of_network(found.trials) == [["A", "B", "E"], ["C", "D"]]


def test_each_row_that_cannot_be_used_has_its_reason():
    rows = [
        (1, "A", 0, 50), (1, "B", 0, 50),  # no events
        (2, "A", 5, 50),  # one arm
        (3, "A", 5, 4), (3, "B", 1, 20), (3, "C", 2, 20),  # impossible, and two that remain
        (4, "A", 20, 20), (4, "B", 30, 30),  # everybody
    ]  # fmt: skip
    study, name, events, total = zip(*rows, strict=True)
    found = arm_trials("OR", {"events": events, "total": total}, study, name)
    assert [trial.name for trial in found.trials] == ["3"]
    assert {row: text.split()[0] for row, text in found.left_out.items()} == {
        0: "No", 1: "No", 2: "Only", 3: "There", 6: "Every", 7: "Every",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("A", "B", 0.1, 0.1), ("A", "C", 0.2, 0.1)], "B v C is not among its comparisons"),
        ([("A", "B", 0.1, 0.1), ("B", "A", 0.2, 0.1)], "compares B and A twice"),
        ([("A", "B", 0.1, 0.01), ("A", "C", 0.2, 0.01), ("B", "C", 0.1, 0.9)], "cannot belong to one trial"),
        ([("A", "A", 0.1, 0.01)], "Both sides of this comparison are A"),
        ([("A", "B", 0.1, 0.0)], "no width"),
        ([("A", "B", float("nan"), 0.1)], "not reported"),
    ],
)
def test_effects_of_a_trial_that_do_not_fit_together_are_refused(rows, words):
    first, second, yi, vi = zip(*rows, strict=True)
    found = contrast_trials(yi, vi, ["x"] * len(rows), first, second)
    assert not found.trials
    assert words in found.left_out[0]


def test_effects_that_do_not_add_up_are_noted():
    found = contrast_trials([0.1, 0.5, 0.1], [0.1] * 3, ["x"] * 3, ["A", "A", "B"], ["B", "C", "C"])
    assert "its 3 effects do not add up" in found.notes[0]


def test_components_add_up():
    """Three components, each alone and in pairs, whose log odds add up exactly: the model finds them, and Q is zero."""
    log_odds = {"none": -1.0, "A": -0.6, "B": -0.3, "A + B": 0.1}
    names = list(log_odds)
    pairs = [(a, b) for a in names for b in names if a < b]
    found = contrast_trials(
        [log_odds[a] - log_odds[b] for a, b in pairs], [0.04] * len(pairs), range(len(pairs)), *zip(*pairs, strict=True)
    )
    fitted = network(found.trials)
    additive = components(fitted, "none")
    assert dict(zip(additive.names, np.round(additive.estimate, 9), strict=True)) == {"A": 0.4, "B": 0.7}
    assert (additive.Q, additive.df) == (pytest.approx(0.0, abs=1e-9), 1)
    only_together = contrast_trials([0.1], [0.1], [1], ["A + B"], ["none"])
    with pytest.raises(EstimateDoesNotExist, match="cannot be told apart"):
        components(network(only_together.trials), "none")


def test_unknown_words_are_refused():
    with pytest.raises(PoolingError, match="no measure 'PLO'"):
        arm_trials("PLO", {}, [], [])
    with pytest.raises(PoolingError, match="no method 'EB'"):
        network([], method="EB")
    with pytest.raises(EstimateDoesNotExist, match="No trial compares"):
        network([])
    with pytest.raises(PoolingError, match="two arms with the same treatment"):
        arm_trials("OR", {"events": [1, 2], "total": [9, 9]}, [1, 1], ["A", "A"])
