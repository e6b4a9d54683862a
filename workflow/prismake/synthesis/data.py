"""The studies of one outcome on the scale of its analysis, and the transformation back to the natural scale."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prismake.core.measures import PROPORTIONS, measure_of
from prismake.core.names import STUDY_ID
from prismake.core.numbers import Format
from prismake.core.phrases import within_sentence

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

SCALES = {
    "PLO": "logit",
    "PR": "untransformed",
    "PLN": "logarithm",
    "PAS": "arcsine",
    "PFT": "Freeman–Tukey",
    "IRLN": "log rate",
    "IR": "untransformed",
    "IRS": "square root",
    "IRFT": "Freeman–Tukey",
    "MN": "untransformed",
    "MNLN": "log mean",
    "CVLN": "log coefficient of variation",
    "SDLN": "log standard deviation",
    "RR": "log risk ratio",
    "OR": "log odds ratio",
    "RD": "risk difference",
    "AS": "difference of arcsine roots",
    "IRR": "log rate ratio",
    "IRD": "rate difference",
    "IRSD": "difference of square roots of rates",
    "MD": "mean difference",
    "SMD": "standardised mean difference (Hedges)",
    "SMDH": "standardised mean difference (Bonett)",
    "ROM": "log ratio of means",
    "COR": "correlation",
    "UCOR": "correlation (unbiased)",
    "ZCOR": "Fisher's z",
    "GEN": "published effects",
    "GENLN": "log ratio",
}
# The columns of ``effect_sizes`` by part of an outcome.
_TABLE = {"events1": "ai", "total1": "n1i", "events2": "ci", "total2": "n2i"}
_RATES = {"events1": "x1i", "time1": "t1i", "events2": "x2i", "time2": "t2i"}
_MEANS = {"mean1": "m1i", "sd1": "sd1i", "n1": "n1i", "mean2": "m2i", "sd2": "sd2i", "n2": "n2i"}
ENGINE: dict[str, dict[str, str]] = {
    measure: names
    for measures, names in (
        (("PLO", "PR", "PLN", "PAS", "PFT"), {"events": "xi", "total": "ni"}),
        (("IRLN", "IR", "IRS", "IRFT"), {"events": "xi", "time": "ti"}),
        (("MN", "MNLN", "CVLN"), {"mean": "mi", "sd": "sdi", "n": "ni"}),
        (("SDLN",), {"sd": "sdi", "n": "ni"}),
        (("RR", "OR", "RD", "AS"), _TABLE),
        (("IRR", "IRD", "IRSD"), _RATES),
        (("MD", "SMD", "SMDH", "ROM"), _MEANS),
        (("COR", "ZCOR", "UCOR"), {"correlation": "ri", "n": "ni"}),
        (("GEN", "GENLN"), {"effect": "yi", "lower": "lb", "upper": "ub"}),
    )
    for measure in measures
}
_NON_EVENTS = {"bi": ("events1", "total1"), "di": ("events2", "total2")}  # of a 2x2 table, from what people extract


@dataclasses.dataclass(frozen=True)
class Data:
    """The studies of one outcome on the scale of its analysis; arrays of shape (k,).

    ``measure`` is the measure's name in ``back_transform``: GENLN for published ratios. ``show`` is the number format
    of the outcome, and ``name`` the protocol's name for the measure (empty for the usual name). ``corrected`` marks the
    studies whose cells received a continuity correction; ``every`` holds the columns of all studies with complete
    numbers, including studies without events, which some models use. ``study_ids`` name the study of each of these
    rows and of those of ``every``; without them each row is a study of its own.
    """

    measure: str
    columns: Mapping[str, np.ndarray]
    yi: np.ndarray
    vi: np.ndarray
    show: Format = dataclasses.field(default_factory=Format)
    name: str = ""
    corrected: np.ndarray | None = None
    every: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    study_ids: tuple[str, ...] = ()
    every_study_ids: tuple[str, ...] = ()

    @property
    def studies(self) -> int:
        """The number of studies, which may give several rows each."""
        return len(set(self.study_ids)) or len(self.yi)

    def studies_among(self, k: int) -> int:
        """The number of studies behind a model of ``k`` rows, which may have taken in those without an event."""
        return len(set(self.every_study_ids)) or k if k > len(self.yi) else self.studies

    @property
    def proportion(self) -> bool:
        return self.measure in PROPORTIONS

    @property
    def sizes(self) -> np.ndarray | None:
        """What the back-transformation of Freeman and Tukey needs: totals, or times for rates; None for others."""
        part = {"PFT": "total", "IRFT": "time"}.get(self.measure)
        return self.columns[part] if part else None

    def part(self, mask: np.ndarray) -> Data:
        """The studies where ``mask`` is true; studies left out of the analysis are dropped."""
        columns = {role: values[mask] for role, values in self.columns.items()}
        corrected = None if self.corrected is None else self.corrected[mask]
        own = tuple(name for name, inside in zip(self.study_ids, mask, strict=False) if inside)
        return dataclasses.replace(
            self, columns=columns, yi=self.yi[mask], vi=self.vi[mask], corrected=corrected, every=columns,
            study_ids=own, every_study_ids=own,
        )  # fmt: skip

    def natural(self, value: float) -> float | None:
        """A value of the analysis on the natural scale (PFT, IRFT: at the harmonic mean of totals or times)."""
        from prismake.pooling import back_transform

        return plain(back_transform(self.measure, float(value), ni=self.sizes))

    def engine(self) -> dict[str, np.ndarray]:
        """The columns under their names in ``prismake.pooling``."""
        return {ENGINE[self.measure][role]: values for role, values in self.columns.items()}

    def refuse_corrections_alone(self) -> None:
        """Refuse data whose estimate would depend on the continuity correction alone.

        Raises EstimateDoesNotExist if no study has an event, or if every participant of single-arm studies has one.
        """
        from prismake.core.errors import EstimateDoesNotExist

        if self.corrected is None or not self.corrected.any():
            return
        counts = [values for role, values in self.columns.items() if role.startswith("events")]
        none = not any(values.any() for values in counts)
        if none or (self.proportion and bool((self.columns["events"] == self.columns["total"]).all())):
            which = "No study has an event" if none else "Every participant has the event"
            what = f"{which}: only the continuity correction would be pooled."
            raise EstimateDoesNotExist(what, remedy="Report the counts.")


@dataclasses.dataclass(frozen=True)
class Rows:
    """The rows of an outcome that its measure can use.

    ``data`` are the studies in use and ``used`` (rows,) marks them; ``reasons`` has the reason for each other row, by
    position; ``notes`` are sentences on rows left out, corrected or implausible; ``double_zero`` are the positions of
    studies left out because they have no events in either arm.
    """

    data: Data
    used: np.ndarray
    reasons: Mapping[int, str]
    notes: tuple[str, ...]
    double_zero: tuple[int, ...]


def effects(used: pd.DataFrame, spec: Mapping[str, Any], level: float, headings: Mapping[str, str]) -> Rows:
    """Effect sizes of the rows that the measure can use, and a reason with its remedy for each other row.

    Args:
        headings: headings of the columns in the sheets, by part (``events1``, ``lower``, ...).
    """
    import numpy as np

    from prismake.pooling import effect_rows, off_centre

    columns = {role: np.array([float(value) for value in used[role]]) for role in spec["columns"]}
    measure = measure_of(spec)
    labels = [str(label) for label in used["label"]]
    sizes = effect_rows(measure, _engine(measure, columns), level=level, labels=labels)
    keep = sizes.used
    reasons = {left.row: _reason(left, columns, measure, headings) for left in sizes.left_out}
    data = Data(
        measure,
        {role: values[keep] for role, values in columns.items()},
        sizes.yi[keep],
        sizes.vi[keep],
        corrected=sizes.corrected[keep],
        every=_complete(columns, sizes),
        study_ids=tuple(used[STUDY_ID][keep]),
        every_study_ids=tuple(used[STUDY_ID][_with_all_numbers(sizes)]),
    )
    notes = list(sizes.notes)
    if measure in ("GEN", "GENLN"):
        limits = [columns[role][keep] for role in ("effect", "lower", "upper")]
        named = [label for label, usable in zip(labels, keep, strict=True) if usable]
        notes += [str(row) for row in off_centre(*limits, log=measure == "GENLN", labels=named)]
    without = tuple(left.row for left in sizes.left_out if left.kind == "no events")
    return Rows(data, keep, reasons, tuple(notes), without)


def _engine(measure: str, columns: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {ENGINE[measure][role]: values for role, values in columns.items()}


def _complete(columns: Mapping[str, np.ndarray], sizes: Any) -> dict[str, np.ndarray]:
    """The columns of all rows with possible numbers: those in use and those without events."""
    mask = _with_all_numbers(sizes)
    return {role: values[mask] for role, values in columns.items()}


def _with_all_numbers(sizes: Any) -> np.ndarray:
    import numpy as np

    mask = np.array(sizes.used)
    mask[[left.row for left in sizes.left_out if left.kind == "no events"]] = True
    return mask


def _reason(left: Any, columns: Mapping[str, np.ndarray], measure: str, headings: Mapping[str, str]) -> str:
    """“Limit 0.00: A limit of a ratio ...”, naming the cells by the headings of the sheets."""
    roles = {name: role for role, name in ENGINE[measure].items()}
    shown: dict[str, float] = {}
    for name in left.numbers:
        for role in _NON_EVENTS.get(name, (roles.get(name, ""),)):
            if role in columns and not math.isnan(columns[role][left.row]):
                shown[headings.get(role, role)] = float(columns[role][left.row])
    cells = ", ".join(f"{name} {value:g}" for name, value in shown.items())
    text = f"{left.what} {left.remedy}".strip()
    return f"{cells}: {within_sentence(text)}" if cells else text


def proportions(measure: str, columns: Mapping[str, np.ndarray]) -> Data:
    """Events among totals on one of the scales of proportions."""
    from prismake.pooling import effect_rows

    sizes = effect_rows(measure, {"xi": columns["events"], "ni": columns["total"]})
    return Data(measure, columns, sizes.yi, sizes.vi, corrected=sizes.corrected, every=columns)


def single_intervals(data: Data, level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Estimate, lower and upper bound of each study on the natural scale, each (k,); exact for proportions."""
    import numpy as np

    from prismake.pooling import back_transform, study_interval
    from prismake.pooling.distributions import critical

    if data.proportion:
        low, high = study_interval(data.columns["events"], data.columns["total"], level)
        return data.columns["events"] / data.columns["total"], low, high
    half = critical(level) * np.sqrt(data.vi)
    middle, low, high = (back_transform(data.measure, data.yi + sign * half, ni=data.sizes) for sign in (0, -1, 1))
    return middle, low, high


def natural_interval(data: Data, beta: float, low: float, high: float) -> dict[str, float | None]:
    """An estimate and its interval on the natural scale, by the names that they have in a result."""
    return {"estimate": data.natural(beta), "ci_lb": data.natural(low), "ci_ub": data.natural(high)}


def plain(value: Any) -> float | None:
    """A float for JSON; ``None`` where the number is not defined."""
    number = float(value)
    return number if math.isfinite(number) else None


def whole(value: Any) -> int | float | None:
    """A number as int if it is whole."""
    number = plain(value)
    return int(number) if number is not None and number.is_integer() else number
