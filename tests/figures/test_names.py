"""Names of studies in any script: text in SVG, drawn or explained in PNG, the same layout on every machine."""

from __future__ import annotations

import copy

import pytest
import review_samples as samples
from lxml import etree
from prismake import figures
from prismake.figures import canvas
from prismake.figures.canvas import text_width, without_glyphs

NAMES = ("李晓华 2021", "박지훈 2020", "สมชาย ใจดี 2018", "خالد 2022", "לוי 2017")


def named() -> dict:
    result = copy.deepcopy(samples.relapse())
    for study, name in zip(result["studies"], NAMES, strict=False):
        study["label"] = name
    return result


@pytest.mark.parametrize("draw", [figures.forest, figures.funnel])
def test_names_are_text_in_svg(draw):
    root = etree.fromstring(figures.svg_text(draw(named())).encode())
    texts = [element.text for element in root.iter("{*}text")]
    assert set(NAMES) <= set(texts)


def test_an_svg_is_the_same_whatever_fonts_a_machine_has(monkeypatch):
    here = figures.svg_text(figures.forest(named()))
    monkeypatch.setattr(canvas, "families", lambda: ["DejaVu Sans"])
    canvas.font_of.cache_clear()
    elsewhere = figures.svg_text(figures.forest(named()))
    canvas.font_of.cache_clear()
    assert here == elsewhere
    assert here.count("font-family") == 1


def test_a_picture_says_which_letters_no_font_has(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(canvas, "families", lambda: ["DejaVu Sans"])
    figure = figures.forest(named())
    size = tuple(figure.get_size_inches())
    missing = without_glyphs(figure)
    assert set(NAMES[:3]) == set(missing)  # DejaVu has Arabic and Hebrew letters
    figures.save(figure, tmp_path / "a.png")
    said = capsys.readouterr().err
    assert "no font on this machine has all letters of" in said and NAMES[0] in said
    assert tuple(figure.get_size_inches()) == size
    figures.save(figures.forest(samples.relapse()), tmp_path / "b.png")
    assert capsys.readouterr().err == ""


def test_right_to_left_names_are_shaped(tmp_path):
    """matplotlib from 3.11 on shapes text: joined Arabic letters are narrower than the same letters apart."""
    assert text_width("خالد", 9) < sum(text_width(letter, 9) for letter in "خالد")


def test_east_asian_letters_are_as_wide_as_they_are_high():
    assert text_width("李晓华", 72) == pytest.approx(3.0)
    assert text_width("李晓华 2021", 9) > text_width("2021", 9) + 3 * 9 / 72
