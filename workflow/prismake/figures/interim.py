"""The mark on figures of an unfinished review, so that none of them can be mistaken for a final one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from matplotlib.patches import Rectangle

from prismake.core.phrases import plural
from prismake.figures.canvas import AMBER, PALE_AMBER, font_of, wrap

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WORD = "PROVISIONAL"
_SIZE, _LINE, _PAD = 8.5, 0.16, 0.09


def marked(figure: Figure, undecided: int) -> Figure:
    """The figure with a band that says how many decisions are open, and a word across it; unchanged if none is.

    Args:
        figure: the figure of a ``Canvas``; the band adds to its height.
        undecided: open decisions on which its numbers rest.
    """
    if not undecided:
        return figure
    width, height = (float(side) for side in figure.get_size_inches())
    verb = "is" if undecided == 1 else "are"
    words = f"{WORD}: {plural(undecided, 'decision')} {verb} open, and every number can still change."
    lines = wrap(words, width - 0.4, _SIZE, bold=True)
    band = _LINE * len(lines) + 2 * _PAD
    axes = figure.axes[0]
    figure.set_size_inches(width, height + band)
    axes.set_ylim(height, -band)
    axes.add_patch(Rectangle((0, -band), width, band, facecolor=PALE_AMBER, edgecolor="none", clip_on=False))
    look: dict[str, Any] = {"color": AMBER, "parse_math": False, "va": "center"}
    for index, line in enumerate(lines):
        y = -band + _PAD + _LINE * (index + 0.5)
        axes.text(width / 2, y, line, ha="center", zorder=6, fontproperties=font_of(_SIZE, bold=True), **look)
    size = min(72.0, 72.0 * 0.9 * math.hypot(width, height) / (0.75 * len(WORD)))
    axes.text(
        width / 2,
        height / 2,
        WORD,
        ha="center",
        rotation=math.degrees(math.atan2(height, width)),
        alpha=0.09,
        zorder=0.5,
        fontproperties=font_of(size, bold=True),
        gid="provisional",
        **look,
    )
    return figure
