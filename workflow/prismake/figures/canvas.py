"""A canvas in inches, and text measured before it is placed.

Figures of a review are tables with a drawing inside. Their layout follows from the measured width of the text, so that
a long label makes the figure wider and is never cut.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyBboxPatch, Patch, Polygon, Rectangle
from matplotlib.textpath import text_to_path

if TYPE_CHECKING:
    from collections.abc import Sequence

# DejaVu comes with matplotlib, so that every machine measures and draws the same letters. For letters that it lacks,
# PNG and PDF use the other fonts, those of Linux, Windows and macOS for Chinese, Japanese, Korean, Thai and more.
FAMILIES = (
    *("DejaVu Sans", "Noto Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", "Noto Sans Thai"),
    *("Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari", "Source Han Sans SC", "WenQuanYi Zen Hei"),
    *("Droid Sans Fallback", "Loma", "Garuda", "Microsoft YaHei", "SimHei", "Yu Gothic", "Malgun Gothic"),
    *("Leelawadee UI", "Nirmala UI", "PingFang SC", "Hiragino Sans", "Apple SD Gothic Neo", "Thonburi"),
    *("Arial Unicode MS", "Unifont"),
)
CAPITAL = 0.73  # height of a capital of DejaVu Sans in em
GUESSED_WIDTH = 0.6  # em, of a letter that DejaVu lacks; East Asian ones are 1 em wide by definition
POINTS = 72.0
PRINTED, PAGE = 180 / 25.4, 247 / 25.4  # inches: the width of a journal's page, and the height of its text
READABLE = PRINTED / 6  # inches a point: printed 180 mm wide, a figure then has no word below 6 points

INK = "#1f2933"
MUTED = "#5f6c7b"
RULE = "#c9d1da"
BLUE = "#1f5a8c"
MID_BLUE = "#5f90bb"
PALE_BLUE = "#dbe7f3"
AMBER = "#b45309"
PALE_AMBER = "#fdf3e1"
WHITE = "#ffffff"


@lru_cache(maxsize=1)
def families() -> list[str]:
    """The fonts of this machine among ``FAMILIES``; the first is always there."""
    names = set(fontManager.get_font_names())
    return [FAMILIES[0], *(name for name in FAMILIES[1:] if name in names)]


@lru_cache(maxsize=64)
def font_of(size: float, bold: bool = False, italic: bool = False) -> FontProperties:
    """The font of all figures in a size in points."""
    return FontProperties(
        family=families(), size=size, weight="bold" if bold else "normal", style="italic" if italic else "normal"
    )


@lru_cache(maxsize=32)
def _letters(family: str) -> frozenset[int]:
    """The code points that a font has."""
    return frozenset(get_font(findfont(FontProperties(family=[family]))).get_charmap())


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width in inches of one line of text in points ``size``: the same on every machine, whatever fonts it has."""
    # DejaVu kerns no letter against a blank, so that a line is as wide as its words, which come again and again
    words = text.split(" ")
    return (sum(_em_of_word(word, bold) for word in words) + (len(words) - 1) * _em_of_word(" ", bold)) * size / POINTS


@lru_cache(maxsize=32_768)
def _em_of_word(text: str, bold: bool) -> float:
    """Width of a text in em."""
    letters = _letters(FAMILIES[0])
    measured_text = "".join(letter for letter in text if ord(letter) in letters)
    others = sum(_em(letter) for letter in text if ord(letter) not in letters)
    if not measured_text:
        return others
    font = FontProperties(family=FAMILIES[:1], size=1, weight="bold" if bold else "normal")
    return text_to_path.get_text_width_height_descent(measured_text, font, ismath=False)[0] + others


def _em(letter: str) -> float:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0.0  # marks above and below other letters
    return 1.0 if unicodedata.east_asian_width(letter) in "WF" else GUESSED_WIDTH


def unsure(text: str, size: float) -> float:
    """Inches by which text can be wider than ``text_width`` says, because its letters are those of other fonts."""
    letters = _letters(FAMILIES[0])
    others = sum(ord(letter) not in letters and _em(letter) == GUESSED_WIDTH for letter in text)
    return others * (1.0 - GUESSED_WIDTH) * size / POINTS


def without_glyphs(figure: Figure) -> list[str]:
    """The texts of a figure with letters that no font of this machine has; PNG and PDF show boxes in their place."""
    letters = frozenset().union(*map(_letters, families()))
    texts = (text.get_text() for axes in figure.axes for text in axes.texts)
    return list(dict.fromkeys(text for text in texts if {ord(letter) for letter in text if letter > " "} - letters))


def wrap(text: str, width: float, size: float, bold: bool = False) -> list[str]:
    """Lines no wider than ``width`` inches; a word that is too long by itself is broken.

    No-break spaces hold what they join together.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in filter(None, re.split(r"[ \t\r]+", paragraph)):
            longer = f"{line} {word}" if line else word
            if text_width(longer, size, bold) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            *whole, line = _pieces(word, width, size, bold)
            lines += whole
        lines.append(line)
    return lines


def _pieces(word: str, width: float, size: float, bold: bool) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and text_width(pieces[-1] + letter, size, bold) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


class Canvas:
    """A figure of ``width`` × ``height`` inches; x runs right and y runs down from the upper left corner."""

    def __init__(self, width: float, height: float, title: str = "") -> None:
        self.width, self.height = width, height
        self.figure = Figure(figsize=(width, height), facecolor=WHITE)
        FigureCanvasAgg(self.figure)
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_xlim(0, width)
        self.axes.set_ylim(height, 0)
        self.axes.set_axis_off()
        # Shapes are added as plain artists: as patches and lines, matplotlib would look for the limits of an axis that
        # has been given its limits, which takes half of the time of a figure.
        self.figure.set_label(title)

    def text(self, x: float, y: float, text: str, size: float = 9, **look: Any) -> None:
        """Text with the middle of its capitals at ``y``; ``look``: align, bold, italic, colour, turn (degrees), va."""
        if text:
            self.axes.text(
                x,
                y if "va" in look else y + CAPITAL / 2 * size / POINTS,
                text,
                fontproperties=font_of(size, look.get("bold", False), look.get("italic", False)),
                ha=look.get("align", "left"),
                va=look.get("va", "baseline"),
                color=look.get("colour", INK),
                rotation=look.get("turn", 0),
                rotation_mode="anchor",
                parse_math=False,
                zorder=5,
            )

    def lines(self, x: float, y: float, lines: Sequence[str], size: float = 9, step: float = 0.17, **look: Any) -> None:
        """Lines one below the other, the middle of the first at ``y``."""
        for index, line in enumerate(lines):
            self.text(x, y + index * step, line, size, **look)

    def line(self, xs: Sequence[float], ys: Sequence[float], **look: Any) -> None:
        """A line; ``look``: colour, width (points), dash (e.g. (0, (4, 3))), order, cap."""
        self.axes.add_artist(
            Line2D(
                xs,
                ys,
                color=look.get("colour", INK),
                linewidth=look.get("width", 0.8),
                linestyle=look.get("dash", "-"),
                solid_capstyle=look.get("cap", "butt"),
                dash_capstyle="butt",
                zorder=look.get("order", 2),
                clip_on=False,
            )
        )

    def box(self, x: float, y: float, width: float, height: float, **look: Any) -> None:
        """A rectangle; ``look``: fill, edge, line (points), dash, round (inches), order, name (its id in SVG)."""
        style = {
            "facecolor": look.get("fill", "none"),
            "edgecolor": look.get("edge", "none"),
            "linewidth": look.get("line", 0.8),
            "linestyle": look.get("dash", "-"),
            "zorder": look.get("order", 1),
            "clip_on": False,
        }
        shape: Patch
        if radius := look.get("round", 0):
            shape = FancyBboxPatch((x, y), width, height, boxstyle=f"round,pad=0,rounding_size={radius}", **style)
        else:
            shape = Rectangle((x, y), width, height, **style)
        if name := look.get("name"):
            shape.set_gid(name)
        self.axes.add_artist(shape)

    def polygon(self, points: Sequence[tuple[float, float]], **look: Any) -> None:
        """A closed shape; ``look`` as for ``box``."""
        self.axes.add_artist(
            Polygon(
                points,
                closed=True,
                facecolor=look.get("fill", BLUE),
                edgecolor=look.get("edge", "none"),
                linewidth=look.get("line", 0.8),
                joinstyle="miter",
                zorder=look.get("order", 3),
                clip_on=False,
            )
        )

    def circle(self, x: float, y: float, radius: float, **look: Any) -> None:
        """A circle; ``look`` as for ``box``."""
        self.axes.add_artist(
            Circle(
                (x, y),
                radius,
                facecolor=look.get("fill", BLUE),
                edgecolor=look.get("edge", "none"),
                linewidth=look.get("line", 0.8),
                linestyle=look.get("dash", "-"),
                zorder=look.get("order", 3),
                clip_on=False,
            )
        )

    def arrow(self, points: Sequence[tuple[float, float]], head: float = 0.075, **look: Any) -> None:
        """A line through ``points`` with a head at its end."""
        (x0, y0), (x1, y1) = points[-2:]
        length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
        dx, dy = (x1 - x0) / length, (y1 - y0) / length
        stem = (x1 - head * dx, y1 - head * dy)
        xs, ys = zip(*[*points[:-1], stem], strict=True)
        self.line(xs, ys, **look)
        half = head * 0.5
        self.polygon(
            [(x1, y1), (stem[0] - half * dy, stem[1] + half * dx), (stem[0] + half * dy, stem[1] - half * dx)],
            fill=look.get("colour", INK),
        )
