"""What the heat maps of a network share: heads of rows and columns, and colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prismake.figures.canvas import Canvas, text_width, unsure, wrap
from prismake.figures.forest_layout import MARGIN

_STEP = 0.13
_SLOPE = 0.72  # of a head that is turned by 45 degrees: its height and reach to the right


def tint(strength: float, below: str, above: str) -> str:
    """White at 0, ``below`` at −1 and less, ``above`` at 1 and more (hexadecimal colours)."""
    share = min(abs(strength), 1.0)
    full = above if strength > 0 else below
    parts = (int(full[index : index + 2], 16) for index in (1, 3, 5))
    return "#" + "".join(f"{round(255 + (part - 255) * share):02x}" for part in parts)


@dataclass(frozen=True)
class Heads:
    """The heads of rows, and of columns: the same names turned, or numbers where these would run into each other.

    ``rows`` are lines of each head; ``left`` is where the cells begin, ``above`` the height over them, ``beyond`` how
    far heads reach beyond the last column.
    """

    rows: tuple[list[str], ...]
    columns: tuple[list[str], ...]
    size: float
    left: float
    above: float
    beyond: float
    numbered: bool

    @classmethod
    def of(cls, names: Sequence[str], width: float, size: float, across: float) -> Heads:
        """Heads of cells that are ``across`` inches wide; names are wrapped at ``width`` inches."""
        lines = [wrap(name, width, size) for name in names]
        deepest = max(map(len, lines))
        numbered = across < 0.16 * deepest + 0.08
        if numbered:
            lines = [wrap(f"{place}  {name}", width, size) for place, name in enumerate(names, start=1)]
        longest = max(text_width(line, size) + unsure(line, size) for own in lines for line in own)
        columns = [[str(place)] for place in range(1, len(names) + 1)] if numbered else lines
        above = 0.3 if numbered else longest * _SLOPE + 0.3
        beyond = 0.0 if numbered else longest * _SLOPE
        return cls(tuple(lines), tuple(columns), size, MARGIN + longest + 0.14, above, beyond, numbered)

    @property
    def least(self) -> float:
        """The height that a row needs for its head."""
        return _STEP * max(map(len, self.rows)) + 0.07

    def draw(self, canvas: Canvas, top: float, across: float, high: float) -> None:
        """Write the heads; ``top`` is where the cells begin."""
        for place, (row, column) in enumerate(zip(self.rows, self.columns, strict=True)):
            y = top + (place + 0.5) * high
            canvas.lines(self.left - 0.1, y - _STEP / 2 * (len(row) - 1), row, self.size, _STEP, align="right")
            x = self.left + (place + 0.5) * across
            if self.numbered:
                canvas.text(x, top - 0.12, column[0], self.size, align="center")
                continue
            for index, line in enumerate(column):
                canvas.text(
                    x + 0.16 * (index - (len(column) - 1) / 2), top - 0.08, line, self.size, turn=45, va="bottom"
                )
