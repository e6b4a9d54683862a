"""The studies of one outcome on the scale of its analysis, and the way back to the natural scale."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prismake.core.errors import PoolingError
from prismake.core.measures import PROPORTIONS
from prismake.core.numbers import Format

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

SCALES = {
    "PLO": "logit",
    "PR": "untransformed",
    "PAS": "arcsine",
    "PFT": "Freeman–Tukey",
    "RR": "log risk ratio",
    "OR": "log odds ratio",
    "RD": "risk difference",
    "MD": "mean difference",
    "SMD": "standardised mean difference (Hedges)",
    "ROM": "log ratio of means",
    "GEN": "published effects",
    "GENLN": "log ratio",
}
_ARMS = {"RR", "OR", "RD"}


@dataclasses.dataclass(frozen=True)
class Data:
    """The studies of one outcome on the scale of its analysis; arrays of shape (k,).

    ``measure`` is the name under which ``back_transform`` knows it: GENLN for published ratios. ``show`` is how the
    outcome's numbers are printed, and ``name`` what the protocol calls its measure (empty for the usual name).
    """

    measure: str
    columns: Mapping[str, np.ndarray]
    yi: np.ndarray
    vi: np.ndarray
    show: Format = dataclasses.field(default_factory=Format)
    name: str = ""

    @property
    def proportion(self) -> bool:
        return self.measure in PROPORTIONS

    def part(self, mask: np.ndarray) -> Data:
        """The studies where ``mask`` is true."""
        columns = {role: values[mask] for role, values in self.columns.items()}
        return dataclasses.replace(self, columns=columns, yi=self.yi[mask], vi=self.vi[mask])

    def natural(self, value: float) -> float | None:
        """A value of the analysis on the natural scale (PFT: at the harmonic mean of the totals)."""
        from prismake.pooling import back_transform

        return plain(back_transform(self.measure, float(value), ni=self.columns.get("total")))


def effects(used: pd.DataFrame, spec: Mapping[str, Any], level: float) -> Data:
    """Effect sizes of the rows that can be pooled."""
    import numpy as np

    from prismake.pooling import effect_sizes

    columns = {role: np.array([float(value) for value in used[role]]) for role in spec["columns"]}
    measure = spec["measure"]
    if measure in PROPORTIONS:
        return proportions(measure, columns)
    if measure in _ARMS:
        first, second = (columns[f"total{i}"] - columns[f"events{i}"] for i in (1, 2))
        cells = {"ai": columns["events1"], "bi": first, "ci": columns["events2"], "di": second}
        yi, vi = effect_sizes(measure, cells)
    elif measure == "GEN":
        measure, yi, vi = _generic(columns, level, ratio=spec["ratio_scale"])
    else:
        names = {"mean1": "m1i", "sd1": "sd1i", "n1": "n1i", "mean2": "m2i", "sd2": "sd2i", "n2": "n2i"}
        yi, vi = effect_sizes(measure, {names[role]: values for role, values in columns.items()})
    return Data(measure, columns, np.asarray(yi), np.asarray(vi))


def proportions(measure: str, columns: Mapping[str, np.ndarray]) -> Data:
    """Events among totals on one of the scales of proportions."""
    import numpy as np

    from prismake.pooling import effect_sizes

    yi, vi = effect_sizes(measure, {"xi": columns["events"], "ni": columns["total"]})
    return Data(measure, columns, np.asarray(yi), np.asarray(vi))


def _generic(columns: Mapping[str, np.ndarray], level: float, *, ratio: bool) -> tuple[str, np.ndarray, np.ndarray]:
    import numpy as np

    from prismake.pooling import standard_error_from_ci

    if ratio and min(columns["effect"].min(), columns["lower"].min()) <= 0:
        raise PoolingError(
            "a ratio and its interval must be above zero.",
            remedy="Correct the extraction sheet, or set ratio_scale: false if the effects are differences.",
        )
    error = standard_error_from_ci(columns["lower"], columns["upper"], level, log=ratio)
    return ("GENLN", np.log(columns["effect"]), error**2) if ratio else ("GEN", columns["effect"], error**2)


def single_intervals(data: Data, level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Estimate, lower and upper bound of each study on the natural scale, each (k,); exact for proportions."""
    import numpy as np

    from prismake.pooling import back_transform, study_interval
    from prismake.pooling.distributions import critical

    if data.proportion:
        low, high = study_interval(data.columns["events"], data.columns["total"], level)
        return data.columns["events"] / data.columns["total"], low, high
    half = critical(level) * np.sqrt(data.vi)
    middle, low, high = (back_transform(data.measure, data.yi + sign * half) for sign in (0, -1, 1))
    return middle, low, high


def plain(value: Any) -> float | None:
    """A float for JSON; ``None`` where the number is not defined."""
    number = float(value)
    return number if math.isfinite(number) else None


def whole(value: Any) -> int | float | None:
    """A whole number where it is one."""
    number = plain(value)
    return int(number) if number is not None and number.is_integer() else number
