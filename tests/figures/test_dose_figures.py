"""Figures of dose-response curves: nothing is cut or too small, whatever the studies, and what they show."""

from __future__ import annotations

import dose_samples as samples
import pytest
from matplotlib.text import Text
from prismake.figures.outcome_figures import outcome_figure
from prismake.protocol.dose_outcomes import FIGURES
from test_layout import assert_nothing_cut, assert_readable

QUICK = {"sensitivity": []}
CASES = {
    "few": lambda: samples.analysed(samples.COFFEE[:7], samples.spec(own={"model": "linear", **QUICK})),
    "coffee": lambda: samples.analysed(samples.COFFEE, samples.spec(own=QUICK)),
    "one": lambda: samples.analysed(samples.COFFEE[:4], samples.spec(own={"model": "quadratic", **QUICK})),
    "thirty": lambda: samples.analysed(samples.drawn(30, 3), samples.spec(own={"stage": "two", **QUICK})),
    "means": lambda: samples.analysed(samples.drawn(8, 2, "MD"), samples.spec("MD", own=QUICK)),
    "none": lambda: samples.analysed(samples.COFFEE[:1], samples.spec(own=QUICK)),
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


def test_the_curve_shows_dose_effect_and_what_was_found():
    result = CASES["coffee"]()
    shown = texts(outcome_figure(result, "curve"))
    assert "Alcohol (g/day)" in shown and "Odds ratio (logarithmic axis)" in shown
    assert any("Test of non-linearity" in text for text in shown)
    shown = texts(outcome_figure(result, "study_curves"))
    assert {study["label"] for study in result["studies"]} <= set(shown)
    assert "No curve was fitted" in texts(outcome_figure(CASES["none"](), "curve"))
