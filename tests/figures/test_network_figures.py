"""Figures of networks: no word leaves them or covers another, with few and many treatments and long names."""

from __future__ import annotations

import itertools
import math

import network_samples as samples
import pytest
from matplotlib.text import Text
from prismake.figures import outcome_figure, svg_text
from prismake.protocol.network_outcomes import FIGURES

LONG = [
    "Placebo",
    "Cognitive behavioural therapy delivered over the internet with weekly telephone support",
    "Serotonin and noradrenaline reuptake inhibitor (SNRI)",
    *(f"Treatment number {number} of a longer list" for number in range(4, 31)),
]


def result(n: int, trials: int, **network):
    return samples.analysed(samples.drawn(LONG[:n], trials), samples.spec(network=network))


RESULTS = {
    "three": result(3, 9, small_values="bad"),
    "eight": result(8, 30, small_values="good", reference=LONG[2]),
    "thirteen": result(13, 40),
    "apart": samples.analysed(
        [("S1", "A", 5, 50), ("S1", "B", 9, 50), ("S2", "C", 5, 50), ("S2", "D", 9, 50)], samples.spec()
    ),
    "no studies": samples.analysed([("S1", "A", 5, 50)], samples.spec()),
}


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("case", RESULTS)
def test_no_word_is_cut_or_covered(case, name):
    figure = outcome_figure(RESULTS[case], name)
    width, height = figure.canvas.get_width_height()
    renderer = figure.canvas.get_renderer()
    texts = [text for text in figure.findobj(Text) if text.get_text().strip()]
    assert texts
    level = []
    for text in texts:
        box = text.get_window_extent(renderer)
        inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1
        assert inside, f"{text.get_text()!r} leaves the figure: {box}"
        if math.isclose(text.get_rotation() % 360, 0.0, abs_tol=1e-6):
            level.append((text.get_text(), box))
    for (one, first), (other, second) in itertools.combinations(level, 2):
        wide = min(first.x1, second.x1) - max(first.x0, second.x0)
        high = min(first.y1, second.y1) - max(first.y0, second.y0)
        assert wide <= 1 or high <= 3, f"{one!r} and {other!r} overlap by {wide:.1f} × {high:.1f} pixels"


def test_lines_and_circles_show_studies_and_participants():
    from matplotlib.lines import Line2D
    from matplotlib.patches import Circle

    rows = [
        *(row for study in range(4) for row in ((f"S{study}", "A", 10, 100), (f"S{study}", "B", 20, 100))),
        *(("T1", "A", 10, 100), ("T1", "C", 15, 100)),
    ]
    figure = outcome_figure(samples.analysed(rows, samples.spec()), "network")
    widths = sorted(line.get_linewidth() for line in figure.findobj(Line2D) if line.get_color() == "#5f90bb")
    assert widths[-1] / widths[0] == pytest.approx(4.0)
    radii = sorted((patch.get_radius() for patch in figure.findobj(Circle)), reverse=True)
    assert radii[0] ** 2 / radii[1] ** 2 == pytest.approx(500 / 400)


def test_cells_of_the_league_table_are_coloured_by_direction():
    from matplotlib.patches import Rectangle

    rows = [row for study in range(4) for row in ((f"S{study}", "A", 60, 100), (f"S{study}", "B", 20, 100))]
    found = samples.analysed(rows, samples.spec(network={"small_values": "good"}))
    figure = outcome_figure(found, "league")
    assert {"1.00", "0.00"} <= {text.get_text() for text in figure.findobj(Text)}  # P-scores on the diagonal
    colours = {patch.get_facecolor()[:3] for patch in figure.findobj(Rectangle)}
    blue = tuple(int("#1f5a8c"[i : i + 2], 16) / 255 for i in (1, 3, 5))
    assert any(max(abs(a - b) for a, b in zip(colour, blue, strict=True)) < 0.01 for colour in colours)


@pytest.mark.parametrize("name", FIGURES)
def test_same_bytes_twice(name):
    assert svg_text(outcome_figure(RESULTS["three"], name)) == svg_text(outcome_figure(RESULTS["three"], name))
