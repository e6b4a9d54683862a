"""The part of the prepared records needed after comparison, to form clusters and to count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from prismake.dedup.prepare import Prepared


@dataclass(frozen=True)
class Entries:
    """The fields of `Prepared` that decide about clusters; arrays over input rows (the first two) or entries."""

    record_id: np.ndarray
    row_of: np.ndarray  # input row -> entry
    source: np.ndarray
    dois: np.ndarray
    pmid: np.ndarray
    volume: np.ndarray
    first_page: np.ndarray
    numbers: np.ndarray
    kind: np.ndarray
    trials: np.ndarray
    cochrane: np.ndarray
    generic: np.ndarray
    silenced: list[str]  # fields ignored as unreliable, with the source

    @classmethod
    def of(cls, prepared: Prepared) -> Entries:
        return cls(**{field.name: getattr(prepared, field.name) for field in fields(cls)})

    def __len__(self) -> int:
        return len(self.source)

    def folded(self, records: Iterable[str]) -> bool:
        """Whether one of these records shares its entry with others."""
        searched = set(records)
        alike = np.bincount(self.row_of, minlength=len(self))[self.row_of] > 1
        return not searched.isdisjoint(self.record_id[alike].tolist())
