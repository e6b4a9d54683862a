"""Effects, and the rows left out with the reasons: the result of `effect_rows`."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from prismake.core.errors import EstimateDoesNotExist

if TYPE_CHECKING:
    from .pooled import Pooled


@dataclass(frozen=True)
class LeftOut:
    """One row (counted from 0) that a measure cannot use.

    ``kind``: ``missing``, ``impossible`` (the numbers contradict each other), ``no events`` (no information on a
    ratio) or ``undefined``. ``numbers`` holds the columns concerned with their values, ``what`` says what is wrong and
    ``remedy`` what to do about it.
    """

    row: int
    label: str
    kind: str
    numbers: dict[str, float]
    what: str
    remedy: str

    def __str__(self) -> str:
        cells = ", ".join(f"{name} = {value:g}" for name, value in self.numbers.items() if not math.isnan(value))
        where = f"{self.label} ({cells})" if cells else self.label
        return " ".join(part for part in (f"{where}: {self.what}", self.remedy) if part)


def _listed(names: list[str], most: int = 10) -> str:
    """Names joined by commas; of many only the first."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


@dataclass(frozen=True, eq=False, repr=False)
class Effects:
    """Effects and variances, (k,), NaN in rows left out.

    ``left_out`` are the rows not used, in their order; ``corrected`` (k,) marks those to whose cells ``add`` was
    added; ``labels`` the names of all rows; ``ni`` sizes or times where the back-transformation needs them (PFT, IRFT).
    ``no_events``: the measure counts events and none occurred in any study; ``all_events``: every participant of
    single-arm studies had one.
    """

    measure: str
    yi: np.ndarray
    vi: np.ndarray
    left_out: tuple[LeftOut, ...]
    corrected: np.ndarray
    add: float
    labels: tuple[str, ...]
    ni: np.ndarray | None = None
    no_events: bool = False
    all_events: bool = False

    def __repr__(self) -> str:
        return f"<Effects: {self.measure} of {int(self.used.sum())} of {self.yi.size} rows>"

    def __str__(self) -> str:
        return "\n".join([repr(self), *self.notes])

    @property
    def used(self) -> np.ndarray:
        """Truth values (k,): the rows that have an effect."""
        return ~np.isnan(self.yi)

    @property
    def reasons(self) -> tuple[str, ...]:
        """One text per row, empty for rows in use."""
        texts = {row.row: str(row) for row in self.left_out}
        return tuple(texts.get(i, "") for i in range(self.yi.size))

    @property
    def double_zero(self) -> int:
        """Number of studies without events in either arm (for odds ratios also with events in all participants)."""
        return sum(row.kind == "no events" for row in self.left_out)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on the rows left out, counted by reason, and on the continuity correction."""
        notes = []
        for reason, count in Counter(row.what for row in self.left_out).items():
            names = _listed([row.label for row in self.left_out if row.what == reason])
            notes.append(f"{count} stud{'y' if count == 1 else 'ies'} left out ({names}): {reason}")
        count = int(self.corrected.sum())
        if count:
            names = _listed([label for label, yes in zip(self.labels, self.corrected, strict=True) if yes])
            cells = f"{self.add:g} was added to the cells of {count} stud{'y' if count == 1 else 'ies'}"
            notes.append(f"Continuity correction: {cells} ({names}).")
        return tuple(notes)

    def pool(self, method: str = "REML", test: str = "knha", mods: Any = None, **how: Any) -> Pooled:
        """`prismake.pooling.pool` of the rows in use; the others are listed in ``warnings`` of the result.

        Raises
        ------
        EstimateDoesNotExist
            No study has an event, or every participant has one, so that only the continuity correction would be pooled.
        PoolingError
            No row can be used; the reasons are in the message.
        """
        from dataclasses import replace

        from .fit import pool

        corrected = bool(self.corrected.any())
        if (self.no_events and (corrected or not self.used.any())) or (self.all_events and corrected):
            which = "No study has an event" if self.no_events else "Every participant has the event"
            raise EstimateDoesNotExist(
                f"{which}: only the continuity correction would be pooled.", remedy="Report the counts."
            )
        own = {"measure": self.measure, "labels": self.labels, "ni": self.ni}
        fit = pool(self.yi, self.vi, method, test, mods, **(own | how))
        counted = [note for note in fit.warnings if "incomplete row" not in note] if self.left_out else fit.warnings
        return replace(fit, warnings=(*self.notes, *counted))
