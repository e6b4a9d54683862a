"""2 x 2 tables of test result and disease, and which side of each study can be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from prismake.core.errors import PoolingError, collect

from ..frame import columns
from .exact import Sides

CELLS = ("tp", "fp", "fn", "tn")
SENSITIVITY, SPECIFICITY = "sensitivity", "specificity"
SIDES = (SENSITIVITY, SPECIFICITY)
_WITHOUT = ("nobody with the disease", "nobody without the disease")
_CELLS_OF = ("tp or fn", "fp or tn")


@dataclass(frozen=True, eq=False)
class Tables:
    """Correct results and sizes of both sides (k, 2), those of the diseased first; a size of zero is a side that is
    not used. ``rows`` (k,) are the rows of the input, counted from 0, and ``notes`` says what was not used and why."""

    correct: np.ndarray
    size: np.ndarray
    labels: tuple[str, ...]
    rows: np.ndarray
    notes: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def k(self) -> int:
        return len(self.labels)

    def sides(self, designs: tuple[np.ndarray, np.ndarray] | None = None) -> Sides:
        column = np.ones((self.k, 1))
        return Sides(self.correct, self.size, designs or (column, column))


def read_tables(data: Any, labels: Sequence[str] | None = None) -> Tables:
    """The columns ``tp fp fn tn``, or ``TP FP FN TN``, of a mapping or data frame, one row per study.

    A study without diseased (or healthy) participants, or that does not report a cell of one side, contributes the
    other side alone; one with neither is left out. Both are said in ``notes``.

    Raises
    ------
    PoolingError
        Counts that are negative or not whole; all rows with such counts are named. No row that can be used.
    """
    upper = [cell.upper() for cell in CELLS]
    tp, fp, fn, tn = columns(data, upper if CELLS[0] not in data and upper[0] in data else CELLS)
    if labels is not None and len(labels) != tp.size:
        raise PoolingError(f"{tp.size} studies but {len(labels)} labels.")
    names = [f"row {i + 1}" for i in range(tp.size)] if labels is None else [str(label) for label in labels]
    _refuse_impossible((tp, fp, fn, tn), names)
    correct, size = np.column_stack((tp, tn)), np.column_stack((tp + fn, tn + fp))
    usable = ~np.isnan(size) & (size > 0)
    rows = np.flatnonzero(usable.any(axis=1))
    notes, left_out = [], []
    for i, name in enumerate(names):
        reasons = [
            f"{_CELLS_OF[side]} is not reported" if np.isnan(size[i, side]) else f"{_WITHOUT[side]} took part"
            for side in (0, 1)
            if not usable[i, side]
        ]
        if len(reasons) == 2:
            left_out.append(name)
            notes.append(f"{name} is left out: {reasons[0]} and {reasons[1]}.")
        elif reasons:
            side = SIDES[int(usable[i, 1])]
            notes.append(f"{name} contributes to {side} alone: {reasons[0]}.")
    if not rows.size:
        raise PoolingError(
            "No study reports the results of the diseased or of the healthy.", remedy="There is nothing to pool."
        )
    return Tables(
        np.where(usable, correct, 0.0)[rows], np.where(usable, size, 0.0)[rows], tuple(names[i] for i in rows), rows,
        tuple(notes), tuple(left_out),
    )  # fmt: skip


def _refuse_impossible(cells: Sequence[np.ndarray], names: Sequence[str]) -> None:
    problems = []
    for column, values in zip(CELLS, cells, strict=True):
        for i in map(int, np.flatnonzero(values < 0)):
            problems.append(f"{names[i]}: {column} is {values[i]:g}; a count cannot be negative.")
        for i in map(int, np.flatnonzero(np.isinf(values) | (values != np.floor(values)) & ~np.isnan(values))):
            problems.append(
                f"{names[i]}: {column} is {values[i]:g}; a count is a whole number. If 0.5 was added, take it out."
            )
    collect(problems, PoolingError, remedy="Look the numbers up in the report.")
