"""Figures as files: the same figure gives the same bytes on every run and every machine."""

from __future__ import annotations

import gc
import io
import re
import sys
import warnings
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib
from fontTools import subset
from fontTools.ttLib import TTFont
from matplotlib.backends import _backend_pdf_ps
from matplotlib.font_manager import get_font

from .canvas import AMBER, PAGE, PRINTED, font_of, without_glyphs, wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontPath

DPI = 300  # of a PNG at print width, as journals ask for
# Verdana is as wide as DejaVu; programs that show SVG find missing letters in their own fonts.
SVG_FAMILIES = "'DejaVu Sans', Verdana, 'Noto Sans', sans-serif"

# Tables that lay out text, which matplotlib has done before the font is embedded: half of the time of a PDF.
_LAYOUT_TABLES = ["GSUB", "GPOS", "GDEF", "kern"]
# Letters that every PDF can show, so that its texts can be edited, and so that most figures embed the same part of a
# font: choosing it anew for each took half of the time of a PDF.
_USUAL = "".join(map(chr, range(0x20, 0x7F))) + "²±×·°"
_FEW = 10
# The module is matplotlib's own: a version in which it looks otherwise embeds its fonts as it likes, only slower.
_SHARED_FONTS = all(hasattr(_backend_pdf_ps, name) for name in ("get_glyphs_subset", "font_as_file", "SubsetResults"))
_subset_by_matplotlib: Any = getattr(_backend_pdf_ps, "get_glyphs_subset", None)

_PDF = {"CreationDate": None, "Creator": "prismake", "Producer": None}


@contextmanager
def _fixed_style() -> Iterator[None]:
    """matplotlib's defaults, independent of a user's matplotlibrc; in SVG and PDF, text that can be searched."""
    with matplotlib.rc_context(), warnings.catch_warnings(), _light_fonts():
        matplotlib.rcdefaults()
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # ``save`` says so in a sentence
        matplotlib.rcParams.update({"svg.hashsalt": "prismake", "svg.fonttype": "none", "pdf.fonttype": 42})
        yield


def save_all(figure: Figure, paths: Iterable[Path], pages: Callable[[], Sequence[Figure]] | None = None) -> None:
    """Write a figure to each of ``paths``; PNG with 300 dots per inch at print width.

    ``pages`` draws the same in pages, of which a PDF is made if the figure is too tall for one.
    """
    width, height = (float(side) for side in figure.get_size_inches())
    shrunk = min(1.0, PRINTED / width)
    for path in paths:
        if path.suffix == ".pdf" and pages and height * shrunk > PAGE:
            save_pages(pages(), path)
        else:
            save(figure, path, DPI * shrunk, DPI)


def save_pages(figures: Sequence[Figure], path: Path) -> None:
    """Write figures as the pages of one PDF."""
    from matplotlib.backends.backend_pdf import PdfPages

    with _fixed_style(), PdfPages(path, metadata=_PDF) as document:
        for figure in figures:
            with _missing_letters_said(figure, path):
                document.savefig(figure)


def save(figure: Figure, path: str | Path, dpi: float = 150, stated: float | None = None) -> None:
    """Write the figure as .svg, .pdf or .png, by the name of ``path``: the same figure gives the same bytes.

    ``stated`` is the resolution that a PNG gives as its own, by which other programs give it its size.

    If no font of this machine has the letters of a text, a PNG or PDF says so at its lower edge, and the log lists the
    texts. An SVG keeps them as text.
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".svg":
        Path(path).write_text(svg_text(figure), encoding="utf-8", newline="\n")
        return
    more: dict[str, Any] = {"metadata": _PDF}
    if suffix == ".png":
        more = {"metadata": {"Software": None}, "pil_kwargs": {"dpi": (stated or dpi,) * 2}}
    with _fixed_style(), _missing_letters_said(figure, path):
        figure.savefig(path, format=suffix.lstrip("."), dpi=dpi, **more)


@contextmanager
def _light_fonts() -> Iterator[None]:
    """Embed the same part of a font in all figures, and let no memory be swept meanwhile."""
    if _SHARED_FONTS:
        _backend_pdf_ps.get_glyphs_subset = _embedded
    sweeps = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if _SHARED_FONTS:
            _backend_pdf_ps.get_glyphs_subset = _subset_by_matplotlib
        if sweeps:
            gc.enable()


@contextmanager
def _embedded(fontfile: FontPath, glyphs: set[int]) -> Iterator[_backend_pdf_ps.SubsetResults]:
    """What matplotlib embeds of a font: its usual letters and whatever else is used, made once for most figures."""
    used, usual = frozenset(glyphs), _usual_glyphs(fontfile)
    # ligatures and letters beyond U+00FF come as a second part of the same font, which is small
    font, places = _part_of_font(fontfile, used if len(used) < _FEW else usual | used)
    with TTFont(io.BytesIO(font), recalcTimestamp=False) as part:
        yield _backend_pdf_ps.SubsetResults(part, places)


@lru_cache(maxsize=64)
def _part_of_font(path: FontPath, glyphs: frozenset[int]) -> tuple[bytes, dict[int, int]]:
    """A font with these glyphs alone, and where in it each of them is."""
    dropped = getattr(subset.Options, "_drop_tables_default", None)  # matplotlib has no setting for it
    added = [table for table in _LAYOUT_TABLES if dropped is not None and table not in dropped]
    if dropped is not None:
        dropped.extend(added)
    try:
        with _subset_by_matplotlib(path, set(glyphs)) as made:
            return _backend_pdf_ps.font_as_file(made.font).getvalue(), dict(made.glyph_index_map)
    finally:
        if dropped is not None:
            dropped[:] = [table for table in dropped if table not in added]


@lru_cache(maxsize=64)
def _usual_glyphs(path: FontPath) -> frozenset[int]:
    """The glyphs of ``_USUAL`` that a font has."""
    letters = get_font(path).get_charmap()
    return frozenset(letters[ord(letter)] for letter in _USUAL if ord(letter) in letters)


@contextmanager
def _missing_letters_said(figure: Figure, path: str | Path) -> Iterator[None]:
    """A taller page with a sentence at its lower edge for as long as the figure is written."""
    texts = without_glyphs(figure)
    if not texts:
        yield
        return
    remedy = "Install a font that has them (Noto Sans, Noto Sans CJK), or use the SVG, in which they are text."
    print(f"{path}: no font on this machine has all letters of {'; '.join(texts)}. {remedy}", file=sys.stderr)
    width, height = (float(side) for side in figure.get_size_inches())
    lines = wrap(f"Boxes stand for letters that no font on this machine has. {remedy}", width - 0.44, 7.5)
    axes = figure.axes[0]
    figure.set_size_inches(width, height + 0.14 * len(lines) + 0.08)
    axes.set_ylim(height + 0.14 * len(lines) + 0.08, 0)
    look: dict[str, Any] = {"fontproperties": font_of(7.5, False), "color": AMBER, "parse_math": False}
    notes = [axes.text(0.22, height + 0.14 * index, line, **look) for index, line in enumerate(lines)]
    try:
        yield
    finally:
        for note in notes:
            note.remove()
        figure.set_size_inches(width, height)
        axes.set_ylim(height, 0)


def svg_text(figure: Figure) -> str:
    """The figure as SVG text without date, version or comments, and without the fonts of this machine."""
    buffer = io.StringIO()
    with _fixed_style():
        figure.savefig(
            buffer, format="svg", metadata={"Date": None, "Creator": "prismake", "Title": figure.get_label() or None}
        )
    text = re.sub(r"\s*<!--.*?-->", "", buffer.getvalue(), flags=re.DOTALL)
    text = re.sub(r"(<text style=\"[^\"]*?)font-family: [^;\"]*; ?", r"\1", text)
    text = re.sub(r"(<text [^>]*?) transform=\"rotate\(-?0 [^\"]*\)\"", r"\1", text)
    return text.replace("<svg ", f'<svg font-family="{SVG_FAMILIES}" ', 1)
