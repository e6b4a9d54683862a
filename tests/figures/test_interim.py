"""Figures of an unfinished review say so, above and across; those of a finished one do not."""

from __future__ import annotations

import copy

import pytest
import review_samples as samples
from prismake import figures
from prismake.figures.interim import WORD


def open_result(undecided: int) -> dict:
    result = copy.deepcopy(samples.relapse())
    result["counts"]["undecided"] = {"title_abstract": undecided, "full_text": 0}
    return result


@pytest.mark.parametrize("name", ["forest", "funnel", "forest.antigen"])
def test_an_unfinished_figure_is_marked_twice(name):
    marked = figures.svg_text(figures.outcome_figure(open_result(3), name))
    assert f"{WORD}: 3 decisions are open" in marked
    assert marked.count(WORD) == 2 and 'id="provisional"' in marked
    done = figures.svg_text(figures.outcome_figure(open_result(0), name))
    assert WORD not in done


def test_the_band_makes_the_figure_taller_and_covers_nothing():
    plain = figures.outcome_figure(open_result(0), "forest")
    marked = figures.outcome_figure(open_result(1), "forest")
    assert marked.get_size_inches()[1] > plain.get_size_inches()[1]
    assert marked.get_size_inches()[0] == plain.get_size_inches()[0]
    assert "1 decision is open" in figures.svg_text(marked)


def test_an_open_flow_is_marked():
    assert WORD in figures.svg_text(figures.flow_diagram(samples.flow("open")))
    assert WORD not in figures.svg_text(figures.flow_diagram(samples.flow("both")))
