"""Agreement of two reviewers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from prismake.panel.agreement.ratings import (
    as_dict,
    categories_of,
    landis_koch,
    matched,
    normal_interval,
    wilson,
    z_of,
)

_Counts = tuple[tuple[int, ...], ...]  # rows: answers of the first reviewer; columns: of the second
_Shares = Sequence[Sequence[float]]  # the same, divided by the number of items


@dataclass(frozen=True)
class Agreement:
    """How two reviewers agree. Proportions and coefficients are on their natural scale; ``level`` is in per cent.

    ``table[i][j]`` counts the items that the first reviewer put in ``categories[i]`` and the second in
    ``categories[j]``. ``n`` items were rated by both, ``n_missing`` were not. ``_se``, ``_lb`` and ``_ub`` are standard
    error and confidence bounds: Wilson's for the observed agreement and PABAK (a linear function of it), normal for
    kappa and AC1, kept within [-1, 1]. ``specific`` is the agreement on each category, 2 p_ii / (p_i. + p_.i).
    ``prevalence_index`` (p_11 - p_22) and ``bias_index`` (p_12 - p_21) follow the order of ``categories`` and exist for
    two categories only.
    """

    n: int
    n_missing: int
    level: float
    categories: tuple[Any, ...]
    table: tuple[tuple[int, ...], ...]
    observed: float | None
    observed_se: float | None
    observed_lb: float | None
    observed_ub: float | None
    expected: float | None
    kappa: float | None
    kappa_se: float | None
    kappa_lb: float | None
    kappa_ub: float | None
    kappa_word: str
    kappa_reason: str
    pabak: float | None
    pabak_se: float | None
    pabak_lb: float | None
    pabak_ub: float | None
    pabak_word: str
    pabak_reason: str
    ac1: float | None
    ac1_se: float | None
    ac1_lb: float | None
    ac1_ub: float | None
    ac1_word: str
    ac1_reason: str
    prevalence_index: float | None
    bias_index: float | None
    specific: tuple[float | None, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The fields as plain JSON types."""
        return as_dict(self)


def agreement(
    first: Iterable[Any] | Mapping[Any, Any],
    second: Iterable[Any] | Mapping[Any, Any],
    *,
    categories: Sequence[Any] | None = None,
    level: float = 95,
) -> Agreement:
    """Agreement of two reviewers.

    ``first`` and ``second`` are ratings of the same items in the same order, or mappings (dict, pandas Series) from
    item to rating, which are matched by item. ``categories`` fixes the possible answers and their order; by default
    they are those in use, sorted. PABAK and AC1 depend on how many answers are possible: give them where known.

    Raises AgreementError when the ratings differ in length, or a rating is not among ``categories``.
    """
    a, b = matched([first, second], ["first", "second"])
    pairs = [(x, y) for x, y in zip(a, b, strict=True) if x is not None and y is not None]
    answers = categories_of((value for pair in pairs for value in pair), categories)
    counted = Counter(pairs)
    table = tuple(tuple(counted[(x, y)] for y in answers) for x in answers)
    return _from_table(table, answers, len(a) - len(pairs), level)


def _from_table(
    table: tuple[tuple[int, ...], ...], answers: tuple[Any, ...], n_missing: int, level: float
) -> Agreement:
    n, k = sum(map(sum, table)), len(answers)
    z_of(level)
    if n == 0:
        return _nothing_compared(table, answers, n_missing, level)
    p = [[count / n for count in row] for row in table]
    rows, columns = [sum(row) for row in p], [sum(column) for column in zip(*p, strict=True)]
    agreed = sum(table[i][i] for i in range(k))
    observed, observed_se = agreed / n, math.sqrt(agreed * (n - agreed) / n**3)
    low, high = wilson(agreed, n, level)
    expected = sum(r * c for r, c in zip(rows, columns, strict=True))
    kappa = _kappa(table, n, p, rows, columns)
    ac1 = _ac1(n, p, rows, columns)
    one_answer = "only one answer is possible among the categories given or in use"
    pabak = [(k * v - 1) / (k - 1) for v in (observed, low, high)] if k > 1 else [None] * 3
    notes = []
    if agreed == n and k > 1:
        notes.append("All items agree: the standard errors of kappa and AC1 are 0; see the interval of the observed.")
    constant = [w for w, share in (("first", rows), ("second", columns)) if max(share) == 1]
    if len(constant) == 1:
        notes.append(f"The {constant[0]} reviewer gave one answer to every item: kappa is 0 whatever the agreement.")
    marginal = [r + c for r, c in zip(rows, columns, strict=True)]
    return Agreement(
        n=n,
        n_missing=n_missing,
        level=level,
        categories=answers,
        table=table,
        observed=observed,
        observed_se=observed_se,
        observed_lb=low,
        observed_ub=high,
        expected=expected,
        **_named("kappa", kappa, level, "both reviewers gave one and the same answer to every item"),
        pabak=pabak[0],
        pabak_se=k / (k - 1) * observed_se if k > 1 else None,
        pabak_lb=pabak[1],
        pabak_ub=pabak[2],
        pabak_word=landis_koch(pabak[0]),
        pabak_reason="" if k > 1 else one_answer,
        **_named("ac1", ac1, level, one_answer),
        prevalence_index=(table[0][0] - table[1][1]) / n if k == 2 else None,
        bias_index=(table[0][1] - table[1][0]) / n if k == 2 else None,
        specific=tuple(2 * p[i][i] / marginal[i] if marginal[i] else None for i in range(k)),
        notes=tuple(notes),
    )


def _kappa(
    table: _Counts, n: int, p: _Shares, rows: Sequence[float], columns: Sequence[float]
) -> tuple[float, float] | None:
    """Cohen's kappa and its standard error (Fleiss, Cohen & Everitt 1969, eq. 13, unit weights)."""
    k = range(len(rows))
    # Certain chance agreement is recognised with whole numbers, since 1 - pe of fractions may not be exactly zero.
    if any(table[i][i] == n for i in k):
        return None
    po, pe = sum(p[i][i] for i in k), sum(rows[i] * columns[i] for i in k)
    kappa = (po - pe) / (1 - pe)
    diagonal = sum(p[i][i] * ((1 - pe) - (rows[i] + columns[i]) * (1 - po)) ** 2 for i in k)
    rest = (1 - po) ** 2 * sum(p[i][j] * (columns[i] + rows[j]) ** 2 for i in k for j in k if i != j)
    variance = (diagonal + rest - (po * pe - 2 * pe + po) ** 2) / (n * (1 - pe) ** 4)
    return kappa, math.sqrt(max(variance, 0.0))


def _ac1(n: int, p: _Shares, rows: Sequence[float], columns: Sequence[float]) -> tuple[float, float] | None:
    """AC1 and its standard error (Gwet 2008, eq. 8 and the variance for two raters, infinite population)."""
    size = len(rows)
    if size < 2:
        return None
    k = range(size)
    share = [(r + c) / 2 for r, c in zip(rows, columns, strict=True)]
    po, pe = sum(p[i][i] for i in k), sum(s * (1 - s) for s in share) / (size - 1)
    ac1 = (po - pe) / (1 - pe)
    first = sum(p[i][i] * (1 - share[i]) for i in k) / (size - 1) - po * pe
    second = sum(p[i][j] * (1 - (share[i] + share[j]) / 2) ** 2 for i in k for j in k) / (size - 1) ** 2 - pe * pe
    variance = (po * (1 - po) - 4 * (1 - ac1) * first + 4 * (1 - ac1) ** 2 * second) / (n * (1 - pe) ** 2)
    return ac1, math.sqrt(max(variance, 0.0))


def _named(name: str, estimate: tuple[float, float] | None, level: float, reason: str) -> dict[str, Any]:
    value, se = estimate or (None, None)
    low, high = normal_interval(value, se, level)
    return {
        name: value,
        f"{name}_se": se,
        f"{name}_lb": low,
        f"{name}_ub": high,
        f"{name}_word": landis_koch(value),
        f"{name}_reason": "" if estimate else reason,
    }


def _nothing_compared(table: _Counts, answers: tuple[Any, ...], n_missing: int, level: float) -> Agreement:
    empty: dict[str, Any] = {f.name: None for f in fields(Agreement)}
    for name in ("kappa", "pabak", "ac1"):
        empty[f"{name}_word"], empty[f"{name}_reason"] = "", "no item was rated by both reviewers"
    empty |= {"n": 0, "n_missing": n_missing, "level": level, "categories": answers, "table": table}
    empty |= {"specific": tuple(None for _ in answers), "notes": ()}
    return Agreement(**empty)
