"""What the looks of a forest plot, the contours of a funnel plot and a L'Abbé plot show, and the files of a figure."""

from __future__ import annotations

import struct

import pytest
import review_samples as samples
from legibility import PRINTED, words
from matplotlib.patches import Circle
from prismake import figures
from prismake.core.errors import PrismakeError
from prismake.figures.canvas import PAGE
from prismake.figures.forest_styles import STYLES
from prismake.figures.labbe_plots import risk_at
from prismake.protocol.schema import config_schema

TRIMMED = {"sensitivity": ["trim_and_fill", "leave_one_out"]}


def trials(k: int = 12, measure: str = "RR") -> dict:
    result = samples.regressed(k, measure, **TRIMMED)
    arms = {"arms": ["CAR-T", "Standard care"], "favours": ["Favours CAR-T", "Favours standard care"]}
    return {**result, "display": {**result["display"], **arms}}


def place(figure, word: str) -> float:
    """Inches from the left at which a text stands."""
    return next(text.get_position()[0] for text in figure.axes[0].texts if text.get_text() == word)


def test_the_config_offers_the_looks_there_are():
    offered = config_schema()["properties"]["figures"]["properties"]["style"]["enum"]
    assert set(offered) == set(STYLES)


def test_a_look_that_does_not_exist_is_named():
    with pytest.raises(PrismakeError, match="no style 'nejm'"):
        figures.forest(trials(), style="nejm")


@pytest.mark.parametrize(
    ("style", "order"),
    [
        ("default", ["Events", "plot", "0.67 [0.54, 0.83]", "100.0 %"]),
        ("revman", ["Events", "100.0%", "0.67 [0.54, 0.83]", "plot"]),
        ("jama", ["459/2,504", "0.67 (0.54-0.83)", "plot", "100.0"]),
        ("bmj", ["459/2,504", "plot", "100.0", "0.67 (0.54 to 0.83)"]),
    ],
)
def test_columns_stand_in_the_order_of_the_look(style, order):
    figure = figures.forest(trials(), style=style)
    drawn = [place(figure, "Risk ratio (logarithmic axis)" if word == "plot" else word) for word in order]
    assert drawn == sorted(drawn)


@pytest.mark.parametrize(
    ("style", "line"),
    [
        ("default", "Test of the overall effect: t = −4.15 on 11 df, p = 0.002"),
        ("revman", "Test of the overall effect: t = −4.15 on 11 df, P = 0.002"),
        ("jama", "Test of the overall effect: t = −4.15 on 11 df, P = .002"),
        ("bmj", "Test of the overall effect: t=−4.15 on 11 df, P=0.002"),
    ],
)
def test_statistics_are_set_as_the_look_wants(style, line):
    assert line in words(figures.forest(trials(), style=style))


def test_a_range_with_a_negative_number_has_no_hyphen():
    drawn = words(figures.forest(samples.regressed(3, "MD"), style="jama"))
    ranges = [word for word in drawn if word.endswith(")") and " (−" in word]
    assert ranges
    assert all(" to " in word for word in ranges)


def test_a_joined_heading_breaks_after_its_stroke():
    assert {"Relapses/", "Remissions"} <= set(words(figures.forest(samples.relapse(), style="jama")))
    assert "Events/Total" in words(figures.forest(trials(), style="jama"))


def test_squares_of_revman_tell_the_kind_of_data():
    def square(result) -> str:
        patches = figures.forest(result, style="revman").axes[0].patches
        return next(patch.get_facecolor() for patch in patches if patch.zorder == 3)

    assert len({square(trials()), square(samples.regressed(3, "MD"))}) == 2


def circles(figure) -> list[Circle]:
    return [patch for patch in figure.axes[0].patches if isinstance(patch, Circle)]


def test_studies_that_trim_and_fill_adds_are_hollow():
    result = trials(200)
    added = result["sensitivity"]["trim_and_fill"]["filled"]
    drawn = circles(figures.funnel(result))
    hollow = [circle for circle in drawn if circle.get_facecolor()[:3] == (1.0, 1.0, 1.0)]
    assert len(added) == len(hollow) == 15
    assert len(drawn) == 215
    assert any("Hollow: 15 studies that trim and fill adds" in word for word in words(figures.funnel(result)))


def test_contours_show_the_p_value_where_there_is_a_value_of_no_effect():
    assert "p 0.01 to 0.05" in words(figures.funnel(trials()))
    assert "p 0.01 to 0.05" not in words(figures.funnel(trials(), contours=False))
    assert "p 0.01 to 0.05" not in words(figures.funnel(samples.relapse()))


def test_contours_part_the_studies_by_their_p_value():
    """A study at p = 0.05 exactly lies on the edge between two shades."""
    result = trials()
    study = {**result["studies"][0], "yi": 1.959964 * 0.2, "vi": 0.04}
    figure = figures.funnel({**result, "studies": [study, *result["studies"][1:]]})
    x, y = circles(figure)[0].center
    shades = [patch for patch in figure.axes[0].patches if patch.zorder == -3]
    apex_x, apex_y = shades[0].get_xy()[0]
    end_x, end_y = max(shades[0].get_xy(), key=lambda place: (place[0], -place[1]))  # where the edge leaves the frame
    assert (x - apex_x) / (y - apex_y) == pytest.approx((end_x - apex_x) / (end_y - apex_y), rel=1e-3)


@pytest.mark.parametrize(
    ("measure", "effect", "risk", "expected"),
    [("RR", 0.5, 0.2, 0.1), ("OR", 0.5, 0.5, 1 / 3), ("OR", 3.0, 0.25, 0.5), ("RD", -0.1, 0.3, 0.2)],
)
def test_the_pooled_effect_gives_the_risk_in_the_first_arm(measure, effect, risk, expected):
    assert risk_at(measure, effect, risk) == pytest.approx(expected)


def test_a_labbe_plot_has_a_bubble_a_study_at_its_risks():
    result = trials(12)
    figure = figures.labbe(result)
    assert len(circles(figure)) == 12
    assert {"Risk, CAR-T", "Risk, Standard care"} <= set(words(figure))
    more = [
        study for study in result["studies"] if study["events1"] / study["total1"] > study["events2"] / study["total2"]
    ]
    (x0, x1), (y0, y1) = figure.axes[0].lines[-2].get_data()  # the line of equal risks
    above = [c for c in circles(figure) if c.center[1] < y0 + (c.center[0] - x0) * (y1 - y0) / (x1 - x0)]
    assert len(above) == len(more)


def test_a_png_has_300_dots_per_inch_at_print_width(tmp_path):
    figure = figures.forest(trials())
    figures.save_all(figure, [tmp_path / "a.png"])
    data = (tmp_path / "a.png").read_bytes()
    width = struct.unpack(">I", data[16:20])[0]
    assert width == pytest.approx(300 * min(PRINTED, figure.get_size_inches()[0]), abs=2)
    per_metre = struct.unpack(">I", data[data.index(b"pHYs") + 4 : data.index(b"pHYs") + 8])[0]
    assert per_metre * 0.0254 == pytest.approx(300, abs=0.5)


def test_a_tall_figure_is_a_pdf_in_pages_and_one_svg(tmp_path):
    result = trials(60)
    figure = figures.outcome_figure(result, "leave_one_out")
    assert figure.get_size_inches()[1] > PAGE
    for copy in ("a", "b"):
        paths = [tmp_path / f"{copy}.svg", tmp_path / f"{copy}.pdf"]
        figures.save_all(figure, paths, lambda: figures.outcome_pages(result, "leave_one_out"))
    pdf = (tmp_path / "a.pdf").read_bytes()
    assert pdf.count(b"/Type /Page ") == len(figures.outcome_pages(result, "leave_one_out")) == 2
    assert pdf == (tmp_path / "b.pdf").read_bytes()
    assert b"CreationDate" not in pdf
    assert (tmp_path / "a.svg").read_text(encoding="utf-8").count("Without Author") == 60
