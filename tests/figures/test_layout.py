"""No text is cut off or covered, whatever the labels, and the same figure gives the same bytes."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pandas as pd
import pytest
import review_samples as samples
from matplotlib.figure import Figure
from matplotlib.text import Text
from prismake import figures
from prismake.figures.canvas import text_width, wrap
from prismake.protocol.analyses import DRAWN as DRAWN_SENSITIVITY

HARD = samples.hard_cases()
SCORES, APPRAISAL = samples.appraisal()
LONG = APPRAISAL.assign(label=APPRAISAL["label"] + " with a long name of its collaborative group, and longer still")
WORDS = pd.DataFrame(
    [
        (f"s{study}", f"Trial {study}", "rob2", f"D{item}", f"D{item}", answer, None)
        for study, answer in enumerate(["low", "some concerns", "high", "critical", "", "no information"])
        for item in range(1, 6)
    ],
    columns=["study_id", "label", "instrument", "item", "domain", "answer", "stars"],
)
DRAWN = {
    "forest": lambda: figures.forest(samples.relapse()),
    "forest antigen": lambda: figures.forest(samples.relapse(), subgroup="antigen"),
    "forest domain": lambda: figures.forest(samples.relapse(), "costimulatory_domain"),
    "forest ratios": lambda: figures.forest(samples.ratios()),
    **{f"forest {name}": (lambda result=result: figures.forest(result)) for name, result in HARD.items()},
    "forest long antigen": lambda: figures.forest(HARD["long"], "antigen"),
    **{f"funnel {name}": (lambda result=result: figures.funnel(result)) for name, result in HARD.items()},
    **{
        f"{name} {case}": (lambda result=result, name=name: figures.sensitivity_figure(samples.deleted(result), name))
        for name in DRAWN_SENSITIVITY
        for case, result in {**HARD, "relapse": samples.relapse()}.items()
        if len(result["studies"]) != 60 or name != "gosh"
    },
    **{
        f"bubble {measure} {k} {name}": (
            lambda k=k, measure=measure, name=name: figures.bubble_plot(samples.regressed(k, measure), name)
        )
        for k, measure, name in [
            *((k, "RR", "latitude") for k in (2, 3, 10, 15, 30, 200)),
            *((12, measure, "start") for measure in ("PLO", "PFT", "MD")),
            *((k, "RR", "together") for k in (3, 14)),
        ]
    },
    "funnel se": lambda: figures.funnel(samples.relapse(), y="se"),
    "funnel ratios": lambda: figures.funnel(samples.ratios()),
    **{
        f"flow {form}": (lambda form=form: figures.flow_diagram(samples.flow(form)))
        for form in ("databases", "both", "updated", "open", "long")
    },
    **{
        f"reading {total} {read}": (
            lambda total=total, read=read, included=included: figures.reading_curve(
                samples.read_so_far(total, read, included, "Both agreed on 2 May.")
            )
        )
        for total, read, included in (
            (1, 1, 1),
            (30, 30, 0),
            (3000, 900, 60),
            (800, 100, 2),
            (100_000, 60_000, 2000),
        )
    },
    "reading nothing": lambda: figures.reading_curve({"curve": None}),
    "sources": lambda: figures.source_overlap(
        [["a"], ["a", "b"], ["b"], ["c", "a"], ["a"]], {"a": "PubMed", "b": "Embase", "c": "Cochrane Library"}
    ),
    "sources many": lambda: figures.source_overlap(
        [[f"s{place}" for place in range(8) if number >> place & 1] for number in range(256)],
        {f"s{place}": f"Database number {place} with a long name" for place in range(8)},
    ),
    "sources none": lambda: figures.source_overlap([], {}),
    "stars": lambda: figures.star_table(SCORES, APPRAISAL, {"S1": "Representativeness of the exposed cohort"}),
    "stars long": lambda: figures.star_table(SCORES, LONG),
    "stars none": lambda: figures.star_table(SCORES.iloc[:0], APPRAISAL.iloc[:0]),
    "lights": lambda: figures.traffic_light(APPRAISAL, {"S1": "Representativeness of the exposed cohort"}),
    "lights long": lambda: figures.traffic_light(LONG),
    "lights words": lambda: figures.traffic_light(WORDS),
    "lights mixed": lambda: figures.traffic_light(pd.concat([APPRAISAL, WORDS])),
    "lights none": lambda: figures.traffic_light(APPRAISAL.iloc[:0]),
}


def boxes(figure: Figure) -> list[tuple[str, object]]:
    renderer = figure.canvas.get_renderer()
    texts = [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]
    texts = [text for text in texts if text.get_gid() != "provisional"]  # the word across unfinished figures
    return [(text.get_text(), text.get_window_extent(renderer)) for text in texts]


@pytest.mark.parametrize("name", DRAWN)
def test_no_word_is_cut_or_covered(name):
    assert_nothing_cut(DRAWN[name]())


def assert_nothing_cut(figure: Figure) -> None:
    width, height = figure.canvas.get_width_height()
    found = boxes(figure)
    assert found
    for words, box in found:
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
        assert inside, f"{words!r} leaves the figure: {box}"
    for (one, first), (other, second) in itertools.combinations(found, 2):
        wide = min(first.x1, second.x1) - max(first.x0, second.x0)
        high = min(first.y1, second.y1) - max(first.y0, second.y0)
        # Boxes of neighbouring lines may touch: they reach from the tallest letter to the lowest.
        assert wide <= 1 or high <= 2, f"{one!r} and {other!r} overlap by {wide:.1f} × {high:.1f} pixels"


PRINTED = 180 / 25.4  # inches, the width of a page of a journal


@pytest.mark.parametrize("name", [name for name in DRAWN if not name.startswith("flow") and "long" not in name])
def test_every_word_can_be_read_in_print(name):
    assert_readable(DRAWN[name]())


def assert_readable(figure: Figure) -> None:
    shrunk = min(1.0, PRINTED / figure.get_size_inches()[0])
    for text in figure.findobj(Text):
        assert not text.get_text().strip() or text.get_fontsize() * shrunk >= 6.0, text.get_text()


@pytest.mark.parametrize("name", ["forest", "funnel se", "flow open", "stars", "lights"])
@pytest.mark.parametrize("suffix", ["svg", "pdf", "png"])
def test_same_bytes_twice(name, suffix, tmp_path):
    for copy in ("a", "b"):
        figures.save(DRAWN[name](), tmp_path / f"{copy}.{suffix}")
    first = (tmp_path / f"a.{suffix}").read_bytes()
    assert first == (tmp_path / f"b.{suffix}").read_bytes()
    assert b"<dc:date>" not in first and b"CreationDate" not in first


def test_the_style_of_the_user_changes_nothing(tmp_path):
    plain = figures.svg_text(DRAWN["forest"]())
    import matplotlib

    with matplotlib.rc_context(
        {"font.family": "serif", "lines.linewidth": 9, "svg.fonttype": "path", "axes.grid": True}
    ):
        assert figures.svg_text(DRAWN["forest"]()) == plain


def test_package_loads_no_matplotlib_until_needed():
    code = "import sys, prismake.figures, prismake.figures.wording; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_dollar_signs_and_markup_are_plain_words():
    figure = figures.forest(HARD["long"])
    drawn = " ".join(words for words, _ in boxes(figure))
    assert "$CD19$" in drawn
    assert "<CD22>" in drawn


@pytest.mark.parametrize("text", ["a few plain words", "Unbreakablewordthatisverylongindeed" * 3, "(n\u00a0=\u00a012)"])
def test_wrapped_lines_fit_and_lose_nothing(text):
    lines = wrap(text, 1.0, 9)
    assert all(text_width(line, 9) <= 1.0 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_empty_text_is_one_empty_line():
    assert wrap("", 1.0, 9) == [""]
