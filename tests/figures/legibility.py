"""What makes a figure hard to read: words that are cut off, cover each other or are too small in print."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.text import Text

PRINTED = 180 / 25.4  # inches, the width of a page of a journal
LEAST = 6.0  # points


def texts(figure: Figure) -> list[Text]:
    """Everything written, without the word across unfinished figures."""
    written = [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]
    return [text for text in written if text.get_gid() != "provisional"]


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in texts(figure)]


def problems(figure: Figure) -> list[str]:
    """A sentence for each word that is cut off or too small, and for each pair that overlaps."""
    written = texts(figure)
    renderer = figure.canvas.get_renderer()
    boxes = np.array([text.get_window_extent(renderer).extents for text in written])
    width, height = figure.canvas.get_width_height()
    shrunk = min(1.0, PRINTED / figure.get_size_inches()[0])
    found = []
    for text, (x0, y0, x1, y1) in zip(written, boxes, strict=True):
        if x0 < 0 or y0 < 0 or x1 > width or y1 > height:
            found.append(f"{text.get_text()!r} leaves the figure")
        if (size := text.get_fontsize() * shrunk) < LEAST:
            found.append(f"{text.get_text()!r} has {size:.1f} points in print")
    low, high = boxes[:, None, :2], boxes[:, None, 2:]
    shared = np.minimum(high, boxes[None, :, 2:]) - np.maximum(low, boxes[None, :, :2])
    # Boxes of neighbouring lines may touch: they reach from the tallest letter to the lowest. Those of words that are
    # turned by 45 degrees say nothing about the words themselves.
    upright = np.array([text.get_rotation() % 90 == 0 for text in written])
    apart = upright[:, None] & upright[None, :]
    for one, other in np.argwhere(np.triu(apart & (shared[..., 0] > 1) & (shared[..., 1] > 2), 1)):
        found.append(f"{written[one].get_text()!r} and {written[other].get_text()!r} overlap")
    return found
