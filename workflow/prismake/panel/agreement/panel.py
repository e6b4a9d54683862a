"""The summary of a panel: every pair, and all reviewers together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from prismake.panel.agreement.pair import Agreement, agreement
from prismake.panel.agreement.ratings import as_dict, columns_of
from prismake.panel.agreement.several import Coefficient, fleiss_kappa, gwet_ac1, krippendorff_alpha


@dataclass(frozen=True)
class PanelAgreement:
    """Agreement of a panel: every pair, and coefficients over all reviewers.

    ``pairs`` holds (first reviewer, second reviewer, Agreement) in the order of ``reviewers``; ``unanimous`` is the
    number of items with at least two ratings on which all ratings are the same. The three coefficients are None when
    there are fewer than two reviewers.
    """

    reviewers: tuple[str, ...]
    n_items: int
    n_compared: int
    unanimous: int
    pairs: tuple[tuple[str, str, Agreement], ...]
    fleiss: Coefficient | None
    ac1: Coefficient | None
    alpha: Coefficient | None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types; each pair is {"first", "second", and the fields of its Agreement}."""
        plain = as_dict(self)
        plain["pairs"] = [{"first": a, "second": b, **pair.to_dict()} for a, b, pair in self.pairs]
        return plain


def many(
    ratings: Any,
    *,
    categories: Sequence[Any] | None = None,
    merge: Mapping[Any, Any] | None = None,
    level: float = 95,
) -> PanelAgreement:
    """The panel's summary for any number of reviewers: each pair, and Fleiss' kappa, AC1 and alpha over all.

    ``ratings`` as in ``fleiss_kappa``. ``merge`` replaces answers before they are compared: ``{"maybe": "include"}``
    reduces three answers to the binary decision *proceed or not*.
    """
    names, columns = columns_of(ratings)
    if merge:
        columns = [[merge.get(v, v) if v is not None else None for v in column] for column in columns]
    rows = [[v for v in row if v is not None] for row in zip(*columns, strict=True)]
    compared = [row for row in rows if len(row) > 1]
    pairs = tuple(
        (names[i], names[j], agreement(columns[i], columns[j], categories=categories, level=level))
        for i, j in combinations(range(len(names)), 2)
    )
    several = len(names) > 1
    return PanelAgreement(
        reviewers=tuple(names),
        n_items=len(rows),
        n_compared=len(compared),
        unanimous=sum(len(set(row)) == 1 for row in compared),
        pairs=pairs,
        fleiss=fleiss_kappa(columns, categories=categories, level=level) if several else None,
        ac1=gwet_ac1(columns, categories=categories, level=level) if several else None,
        alpha=krippendorff_alpha(columns, level=level) if several else None,
    )
