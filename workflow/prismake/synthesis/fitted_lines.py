"""The line of a meta-regression over each moderator with numbers, as a bubble plot draws it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prismake.synthesis.data import Data, plain
from prismake.synthesis.models import remedies

POINTS = 41  # from the least to the greatest value of the moderator, evenly spaced


def fitted_lines(
    data: Data, mods: Mapping[str, Any], columns: Sequence[str], spec: Mapping[str, Any], level: float
) -> list[dict[str, Any]]:
    """The fitted line over each of ``columns``, with its confidence band on the natural scale.

    ``at``, ``estimate``, ``ci_lb`` and ``ci_ub`` are lists of ``POINTS`` numbers; ``held`` are the values of the
    other columns of the design: their means, which for a group are the share of studies that belong to it.
    """
    from prismake.pooling import back_transform, bubble, harmonic_mean

    rows: list[dict[str, Any]] = []
    for column in columns:
        plot = bubble(
            data.yi, data.vi, mods, column, method=spec["method"], test=spec["test"], level=level,
            adhoc=remedies(spec)[0], points=POINTS,
        )  # fmt: skip
        ni = None if data.sizes is None else [harmonic_mean(data.sizes[plot.keep])]
        lines = {"estimate": plot.line.pred, "ci_lb": plot.line.ci_lb, "ci_ub": plot.line.ci_ub}
        rows.append(
            {
                "column": column,
                "held": plot.held,
                "at": [float(value) for value in plot.grid],
                **{name: [plain(v) for v in back_transform(data.measure, line, ni=ni)] for name, line in lines.items()},
            }
        )
    return rows
