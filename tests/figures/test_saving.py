"""What saving adds to matplotlib: widths of words that are measured once, and fonts that are embedded alike."""

from __future__ import annotations

import io
import re
import runpy
import string
import zlib
from pathlib import Path
from types import SimpleNamespace

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from prismake import figures
from prismake.core.files import write_json
from prismake.core.reuse import KeptParts
from prismake.figures.canvas import FAMILIES, POINTS, Canvas, text_width

DRAW_OUTCOME = runpy.run_path(str(Path(__file__).parents[2] / "scripts/draw_outcome.py"))


@settings(max_examples=60)
@given(st.text(string.ascii_letters + string.digits + " .,;()[]–−±²éüß", min_size=1, max_size=60), st.booleans())
def test_a_line_is_as_wide_as_matplotlib_lays_it_out(line: str, bold: bool):
    font = FontProperties(family=FAMILIES[:1], size=9, weight="bold" if bold else "normal")
    width = text_to_path.get_text_width_height_descent(line, font, ismath=False)[0] / POINTS
    assert text_width(line, 9, bold) == pytest.approx(width, abs=1e-9)


def embedded(pdf: bytes) -> list[TTFont]:
    """The fonts of a PDF."""
    streams = (zlib.decompressobj().decompress(each) for each in re.findall(rb"stream\r?\n(x.*?)endstream", pdf, re.S))
    return [TTFont(io.BytesIO(each)) for each in streams if each.startswith(b"\0\1\0\0")]


def pdf_of(text: str, path: Path) -> bytes:
    canvas = Canvas(4, 1)
    canvas.text(1, 0.5, text)
    figures.save(canvas.figure, path)
    return path.read_bytes()


def test_a_text_in_a_pdf_can_be_edited_with_any_usual_letter(tmp_path):
    (font,) = embedded(pdf_of("Study 0.79 [0.74, 0.85]", tmp_path / "one.pdf"))
    assert {*string.ascii_letters, "zero", "nine", "percent"} <= {*font.getGlyphOrder()}


def test_letters_beyond_the_usual_ones_are_embedded_with_them(tmp_path):
    fonts = embedded(pdf_of("Łódź, a study of 12 centres", tmp_path / "one.pdf"))
    assert {"Lslash", "oacute", "zacute", "A", "z"} <= {name for font in fonts for name in font.getGlyphOrder()}


def test_an_embedded_font_has_no_time_in_it(tmp_path):
    one, two = (font["head"] for name in ("one", "two") for font in embedded(pdf_of("1.00", tmp_path / f"{name}.pdf")))
    assert one.modified == two.modified < 3_770_000_000  # before 2023, in seconds since 1904


def test_only_the_outcome_that_has_changed_is_drawn_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    drawn = []

    def drawing(result: dict, name: str, look: dict) -> object:
        drawn.append((result["outcome"], name))
        canvas = Canvas(2, 1, name)
        canvas.text(1, 0.5, f"{result['outcome']} {result['k']}")
        return canvas.figure

    monkeypatch.setattr(figures, "outcome_figure", drawing, raising=False)
    step = SimpleNamespace(log=["results/logs/draw_outcome.cure.log"], params=SimpleNamespace(code="1"))

    def run(**studies: int) -> list[bytes]:
        drawn.clear()
        results = [Path(f"{outcome}.json") for outcome in studies]
        for path, (outcome, k) in zip(results, studies.items(), strict=True):
            write_json(path, {"outcome": outcome, "k": k})
        formats = [
            [Path(f"cure.forest.{each}"), Path(f"cure.funnel.{each}"), Path(f"harm.forest.{each}")]
            for each in ("svg", "pdf")
        ]
        DRAW_OUTCOME["main"](results, [["forest", "funnel"], ["forest"]], formats, {}, KeptParts(step))
        return [path.read_bytes() for paths in formats for path in paths]

    first = run(cure=3, harm=4)
    assert drawn == [("cure", "forest"), ("cure", "funnel"), ("harm", "forest")]
    assert run(cure=3, harm=4) == first
    assert drawn == []
    second = run(cure=3, harm=5)
    assert drawn == [("harm", "forest")]
    assert [one == other for one, other in zip(first, second, strict=True)] == [True, True, False, True, True, False]
