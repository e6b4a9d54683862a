"""Figures of diagnostic accuracy: nothing is cut or too small, whatever the studies, and what they show."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "synthesis"))

import accuracy_samples as samples
from matplotlib.text import Text
from prismake.figures.diagnostic.prevalence_curves import after
from prismake.figures.outcome_figures import outcome_figure
from prismake.protocol.diagnostic_outcomes import FIGURES
from test_layout import assert_nothing_cut, assert_readable

QUICK = {"sensitivity": []}
CASES = {
    "few": lambda: samples.result(samples.simulated(3), **QUICK),
    "dozen": lambda: samples.result(samples.simulated(12), quadas=True, **QUICK),
    "bound": lambda: samples.result(samples.TELOMERASE, **QUICK),
    "no false negatives": lambda: samples.result({**samples.TELOMERASE, "fn": [0] * 10}, **QUICK),
    "not reported": lambda: samples.result(
        {**samples.IQCODE, "tn": ["NR", *samples.IQCODE["tn"][1:]]}, quadas=True, **QUICK
    ),
    "one side": lambda: samples.result(
        {name: [*column, more] for (name, column), more in zip(samples.IQCODE.items(), (30, 0, 6, 0), strict=True)},
        **QUICK,
    ),
}


def texts(figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text)]


@pytest.mark.parametrize("case", CASES)
def test_no_word_is_cut_covered_or_too_small(case):
    result = CASES[case]()
    for name in FIGURES:
        figure = outcome_figure(result, name)
        assert_nothing_cut(figure)
        assert_readable(figure)


def test_the_forest_plot_shows_each_table_and_both_summaries():
    result = samples.result(samples.DEMENTIA, quadas=True, **QUICK)
    shown = texts(outcome_figure(result, "forest"))
    assert "81.8 [59.7, 94.8]" in shown and "79.8 [72.2, 85.7]" in shown and "65.4 [55.7, 74.0]" in shown
    assert "[53.1, 93.2]" in shown and shown.count("Summary") == 1
    assert any("d1 Index test" in text for text in shown)


def test_a_side_without_people_has_a_dash_and_no_place_in_roc_space():
    result = CASES["one side"]()
    assert texts(outcome_figure(result, "forest")).count("–") == 1
    assert any("Not shown: 1 study with one side alone" in text for text in texts(outcome_figure(result, "sroc")))


def test_counts_of_a_side_that_is_not_used_are_not_summed():
    shown = texts(outcome_figure(CASES["not reported"](), "forest"))
    assert shown.count("NR") == 1 and "382" in shown  # false positives without the 35 of the study without a TN


def test_the_curve_is_drawn_only_where_it_is_determined():
    assert "Summary ROC curve" in texts(outcome_figure(CASES["bound"](), "sroc"))
    assert "Summary ROC curve" not in texts(outcome_figure(CASES["few"](), "sroc"))


def test_the_probability_after_a_test_is_that_of_bayes():
    assert after(0.2, 4.0) == pytest.approx(0.5)
    assert math.isclose(after(0.3, 1.0), 0.3)
