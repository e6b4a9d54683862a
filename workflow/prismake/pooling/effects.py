"""Effect sizes and sampling variances from counts, rates, means and correlations.

Columns are named as in the common notation of the field: ``xi ni`` events of total; ``ai bi ci di`` the 2x2 table
(events, non-events of group 1, then of group 2; the totals ``n1i n2i`` may stand in place of ``bi di``); ``xi ti`` and
``x1i t1i x2i t2i`` events and person-time; ``mi sdi ni`` and ``m1i sd1i n1i m2i sd2i n2i`` means; ``ri ni``
correlations; ``yi`` with ``vi`` or ``sei`` or ``lb ub`` for effects taken from a paper. Sources: see `formulas`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from prismake.core.errors import EstimateDoesNotExist, PoolingError

from . import checks as ck
from . import formulas as f
from .distributions import critical, percent
from .frame import as_column, columns, refuse
from .rows import Effects, LeftOut

Pair = tuple[np.ndarray, np.ndarray]


def effect_sizes(
    measure: str,
    data: Any,
    *,
    add: float | None = None,
    to: str | None = None,
    level: float = 95.0,
    drop00: bool = True,
) -> Pair:
    """Effects ``yi`` and sampling variances ``vi``, one per row of ``data``, on the scale on which they are pooled.

    Parameters
    ----------
    measure
        PR PLN PLO PAS PFT (proportions); IR IRLN IRS IRFT (rates); MN MNLN SDLN CVLN (means); RR OR RD AS PETO
        (2x2 tables); IRR IRD IRSD (two rates); MD SMD SMDH ROM (two means); COR ZCOR UCOR (correlations);
        GEN (``yi`` with ``vi``, ``sei`` or ``lb ub``) and GENLN (a ratio with its interval; yi is its logarithm).
    data
        Mapping or data frame of the columns named in the module's docstring.
    add, to
        Continuity correction: ``add`` to each cell of the rows chosen by ``to``: ``only0`` (rows with an empty
        cell), ``all``, ``if0all`` (all rows if any has an empty cell), ``none``. Default: 1/2 with ``only0`` where
        the measure is undefined at an empty cell or has variance zero there; none for PAS, PFT, IRS, IRFT, AS, PETO,
        IRSD.
    level
        Level of ``lb ub`` in per cent.
    drop00
        Leave studies without information on a ratio out of RR, OR and IRR (NaN): no event in either arm, for OR also
        only events (Cochrane Handbook 10.4.4). False corrects them like any empty cell, metafor's default.

    Returns
    -------
    Arrays of shape (rows,). Rows that are incomplete, or where the measure is not defined (a logarithm of zero), are
    NaN in both; `pool` drops them with a count. `effect_rows` says why, row by row.

    Raises
    ------
    EstimateDoesNotExist
        No study has an event in either arm, so that no ratio is left.
    PoolingError
        Unknown measure, missing column; with its row: counts that contradict each other, a negative standard deviation
        or standard error, a correlation beyond 1, an estimate outside its interval.
    """
    effects, checks = _compute(measure, data, add, to, level, drop00)
    ck.refuse_impossible(checks)
    if not effects.used.any() and any(row.kind == ck.NO_EVENTS for row in effects.left_out):
        raise EstimateDoesNotExist(no_ratio(effects.measure), remedy="Report the counts.")
    return effects.yi, effects.vi


def effect_rows(
    measure: str,
    data: Any,
    *,
    add: float | None = None,
    to: str | None = None,
    level: float = 95.0,
    drop00: bool = True,
    labels: Sequence[Any] | None = None,
) -> Effects:
    """`effect_sizes` that does not stop at a faulty row: each row that cannot be used is named with the reason.

    Parameters as in `effect_sizes`; ``labels`` are the names of the studies. The result holds effects and variances
    (NaN in rows left out), the reasons, and which rows a continuity correction was added to; `Effects.pool` pools it.

    Raises PoolingError for an unknown measure and for columns that are missing or differ in length.
    """
    return _compute(measure, data, add, to, level, drop00, labels)[0]


def effect_columns(measure: str) -> tuple[str, ...]:
    """Names of the columns that ``effect_sizes`` needs for a measure."""
    return tuple(_measure(measure)[1].columns)


def no_ratio(measure: str) -> str:
    return f"No study has an event in either arm: there is no {'rate' if measure == 'IRR' else 'pooled'} ratio."


# ---- one measure ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measure:
    """``corrected``: 1/2 is added to empty cells by default. ``correct`` adds it: (values, add, rows) to values, with
    ``empty`` marking the rows that have an empty cell."""

    columns: tuple[str, ...]
    formula: Callable[..., Pair]
    checks: ck.Checker
    corrected: bool = False
    empty: Callable[[Sequence[np.ndarray]], np.ndarray] | None = None
    correct: Callable[[Sequence[np.ndarray], np.ndarray], list[np.ndarray]] | None = None


RATIOS = {"RR", "OR", "PETO", "IRR"}


def _measure(measure: str) -> tuple[str, Measure]:
    name = measure.upper()
    if name not in MEASURES:
        raise PoolingError(f"There is no measure '{measure}'.", remedy=f"Use one of: {' '.join(MEASURES)}.")
    return name, MEASURES[name]


def _compute(
    measure: str, data: Any, add: float | None, to: str | None, level: float, drop00: bool, labels: Any = None
) -> tuple[Effects, list[ck.Check]]:
    """Effects of all rows, and the checks made."""
    name, spec = _measure(measure)
    percent(level)
    if name in {"GEN", "GENLN"}:
        yi, vi, names, values, checks = _generic(name, data, level)
        return _effects(name, yi, vi, names, values, checks, labels=labels), checks
    names = list(spec.columns)
    values = columns(data, names, optional={"ti": 1.0} if "ti" in names else None)
    checks = [*ck.missing(names, values, set(getattr(data, "columns", data))), *spec.checks(values)]
    if name in RATIOS and drop00:
        checks += ck.without_events(name, values)
    out = np.any([check.rows for check in checks], axis=0)
    amount, rows = 0.0, np.zeros(out.size, bool)
    used = values
    if spec.empty is not None and spec.correct is not None:
        amount, how = (0.5 if spec.corrected else 0.0, to or "only0") if add is None else (float(add), to or "only0")
        if add is None and not spec.corrected:
            how = "none"
        empty = spec.empty([np.where(out, np.nan, v) for v in values])
        rows = _chosen(empty, how) & ~np.isnan(values).any(axis=0)
        used = spec.correct(values, amount * rows)
    with np.errstate(divide="ignore", invalid="ignore"):
        yi, vi = spec.formula(*used)
    corrected = rows & ~out & (amount != 0.0)
    effects = _effects(name, yi, vi, names, values, checks, corrected=corrected, add=amount, labels=labels)
    return effects, checks


def _effects(
    measure: str, yi: Any, vi: Any, names: Sequence[str], values: Sequence[np.ndarray], checks: Sequence[ck.Check],
    *, corrected: np.ndarray | None = None, add: float = 0.0, labels: Any = None,
) -> Effects:  # fmt: skip
    """Rows that fail a check, or for which the formula is undefined, become NaN with the reason."""
    yi, vi = np.array(yi, dtype=float), np.array(vi, dtype=float)
    k = yi.size
    names_of = [str(label) for label in labels] if labels is not None else [f"row {i + 1}" for i in range(k)]
    if len(names_of) != k:
        raise PoolingError(f"{k} rows but {len(names_of)} labels.", remedy="Give one per study.")
    flagged, left = np.zeros(k, bool), []
    undefined = "The measure is not defined here."
    rest = ck.Check(ck.UNDEFINED, tuple(names), ~(np.isfinite(yi) & np.isfinite(vi)), undefined, ck.LOOK)
    cells = dict(zip(names, values, strict=True))
    for check in [*checks, rest]:
        for i in np.flatnonzero(check.rows & ~flagged):
            numbers = {name: float(cells[name][i]) for name in check.columns}
            left.append(LeftOut(int(i), names_of[i], check.kind, numbers, check.what, check.remedy))
        flagged |= check.rows
    yi[flagged] = vi[flagged] = np.nan
    marks = np.zeros(k, bool) if corrected is None else corrected
    sizes = cells.get("ni" if measure == "PFT" else "ti") if measure in {"PFT", "IRFT"} else None
    without_events = np.isin(np.arange(k), [entry.row for entry in left if entry.kind == ck.NO_EVENTS])
    none, every = _extremes(cells, ~flagged | without_events)
    order = tuple(sorted(left, key=lambda entry: entry.row))
    return Effects(measure, yi, vi, order, marks, add, tuple(names_of), sizes, none, every)


def _extremes(cells: dict[str, np.ndarray], rows: np.ndarray) -> tuple[bool, bool]:
    """Whether the measure counts events and none occurred in any of the ``rows``; whether every participant had one."""
    counted = [cells[name][rows] for name in ("xi", "ai", "ci", "x1i", "x2i") if name in cells]
    if not counted or not counted[0].size:
        return False, False
    every = "xi" in cells and "ni" in cells and bool((cells["xi"] == cells["ni"])[rows].all())
    return not any(x.any() for x in counted), every


def _chosen(empty: np.ndarray, to: str) -> np.ndarray:
    if to == "only0":
        return empty
    if to == "all":
        return np.ones_like(empty)
    if to == "if0all":
        return np.full_like(empty, bool(empty.any()))
    if to == "none":
        return np.zeros_like(empty)
    raise PoolingError(f"There is no choice of rows '{to}'.", remedy="Use only0, all, if0all or none.")


def _generic(
    measure: str, data: Any, level: float
) -> tuple[np.ndarray, np.ndarray, list[str], list[np.ndarray], list[ck.Check]]:
    """Published effects: variance from vi, else sei, else the width of the interval over 2 z (Cochrane 6.3.1).

    Limits given beside vi or sei do not enter the variance, but the estimate must still lie between them.
    """
    present = set(getattr(data, "columns", data))
    log = measure == "GENLN"
    limits = ["lb", "ub"] if {"lb", "ub"} <= present else []
    source = next(([name] for name in ("vi", "sei") if name in present), ["lb", "ub"])
    names = ["yi", *dict.fromkeys([*source, *limits])]
    values = columns(data, names)
    cells = dict(zip(names, values, strict=True))
    if limits and source != limits:  # limits beside vi or sei may be missing
        checks = ck.missing(["yi", *source], [cells[name] for name in ["yi", *source]])
    else:
        checks = ck.missing(names, values)
    checks += ck.published(cells["yi"], {name: cells[name] for name in names[1:]}, log=log)
    if source != ["lb", "ub"]:  # zero limits and intervals without width matter only if the variance comes from them
        checks = [c for c in checks if c.kind == ck.IMPOSSIBLE or not {"lb", "ub"} & set(c.columns)]
    with np.errstate(divide="ignore", invalid="ignore"):
        if source == ["lb", "ub"]:
            lb, ub = (np.log(cells[n]) if log else cells[n] for n in ("lb", "ub"))
            vi = ((ub - lb) / (2.0 * critical(level))) ** 2
        else:
            vi = cells["vi"] if source == ["vi"] else cells["sei"] ** 2
        yi = np.log(cells["yi"]) if log else cells["yi"]
    return yi, vi, names, values, checks


def standard_error_from_ci(lower: Any, upper: Any, level: float = 95.0, *, log: bool = False) -> np.ndarray:
    """Standard error behind a normal interval: (upper - lower) / (2 z), on the log scale for ratios."""
    lb, ub = as_column(lower, "lower"), as_column(upper, "upper")
    refuse(lb > ub, "The lower limit of the interval is above the upper limit.")
    if log:
        refuse((lb <= 0.0) | (ub <= 0.0), "A limit that is not above zero has no logarithm.")
        lb, ub = np.log(lb), np.log(ub)
    return (ub - lb) / (2.0 * critical(level))


# ---- the measures --------------------------------------------------------------------------------------------


def _add_to_events_of_total(values: Sequence[np.ndarray], half: np.ndarray) -> list[np.ndarray]:
    x, n = values
    return [x + half, n + 2.0 * half]


def _add_to_cells(values: Sequence[np.ndarray], half: np.ndarray) -> list[np.ndarray]:
    return [cell + half for cell in values]


def _add_to_events(values: Sequence[np.ndarray], half: np.ndarray) -> list[np.ndarray]:
    """Events of one or two arms; times stay."""
    return [v + half if i % 2 == 0 else v for i, v in enumerate(values)]


def _p(formula: Callable[..., Pair], *, corrected: bool) -> Measure:
    def empty(v: Sequence[np.ndarray]) -> np.ndarray:
        return (v[0] == 0) | (v[0] == v[1])

    return Measure(("xi", "ni"), formula, ck.proportions, corrected, empty, _add_to_events_of_total)


def _t(formula: Callable[..., Pair], *, corrected: bool) -> Measure:
    def empty(v: Sequence[np.ndarray]) -> np.ndarray:
        return np.any(np.array(v) == 0, axis=0)

    return Measure(("ai", "bi", "ci", "di"), formula, ck.tables, corrected, empty, _add_to_cells)


def _r(formula: Callable[..., Pair], *, corrected: bool) -> Measure:
    return Measure(("xi", "ti"), formula, ck.rates, corrected, lambda v: v[0] == 0, _add_to_events)


def _rr(formula: Callable[..., Pair], *, corrected: bool) -> Measure:
    def empty(v: Sequence[np.ndarray]) -> np.ndarray:
        return (v[0] == 0) | (v[2] == 0)

    return Measure(("x1i", "t1i", "x2i", "t2i"), formula, ck.two_rates, corrected, empty, _add_to_events)


def _m(formula: Callable[..., Pair], *, positive: bool = False) -> Measure:
    return Measure(("mi", "sdi", "ni"), formula, lambda v: ck.means(v, positive=positive))


def _mm(formula: Callable[..., Pair], *, ratio: bool = False) -> Measure:
    names = ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")
    return Measure(names, formula, lambda v: ck.two_means(v, ratio=ratio))


def _c(formula: Callable[..., Pair], least: float, *, bounded: bool = False) -> Measure:
    return Measure(("ri", "ni"), formula, lambda v: ck.correlations(v, least=least, bounded=bounded))


_NO_CHECKS = Measure(("yi",), lambda yi: (yi, yi), lambda v: [])

MEASURES: dict[str, Measure] = {
    "PR": _p(f.pr, corrected=True),
    "PLN": _p(lambda x, n: (np.log(x / n), 1.0 / x - 1.0 / n), corrected=True),
    "PLO": _p(lambda x, n: (np.log(x / (n - x)), 1.0 / x + 1.0 / (n - x)), corrected=True),
    "PAS": _p(lambda x, n: (np.arcsin(np.sqrt(x / n)), 1.0 / (4.0 * n)), corrected=False),
    "PFT": _p(f.pft, corrected=False),
    "IR": _r(lambda x, t: (x / t, x / t**2), corrected=True),
    "IRLN": _r(lambda x, t: (np.log(x / t), 1.0 / x), corrected=True),
    "IRS": _r(lambda x, t: (np.sqrt(x / t), 1.0 / (4.0 * t)), corrected=False),
    "IRFT": _r(lambda x, t: (0.5 * (np.sqrt(x / t) + np.sqrt((x + 1.0) / t)), 1.0 / (4.0 * t)), corrected=False),
    "RR": _t(f.rr, corrected=True),
    "OR": _t(lambda a, b, c, d: (np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d), corrected=True),
    "RD": _t(f.rd, corrected=True),
    "AS": _t(f.arcsine, corrected=False),
    "PETO": _t(f.peto, corrected=False),
    "IRR": _rr(lambda x, t, y, u: (np.log(x / t) - np.log(y / u), 1.0 / x + 1.0 / y), corrected=True),
    "IRD": _rr(lambda x, t, y, u: (x / t - y / u, x / t**2 + y / u**2), corrected=True),
    "IRSD": _rr(lambda x, t, y, u: (np.sqrt(x / t) - np.sqrt(y / u), 0.25 / t + 0.25 / u), corrected=False),
    "MN": _m(lambda m, s, n: (m, s**2 / n)),
    "MNLN": _m(lambda m, s, n: (np.log(m), s**2 / (n * m**2)), positive=True),
    "SDLN": Measure(("sdi", "ni"), lambda s, n: (np.log(s) + 0.5 / (n - 1.0), 0.5 / (n - 1.0)), ck.deviations),
    "CVLN": _m(
        lambda m, s, n: (np.log(s / m) + 0.5 / (n - 1), 0.5 / (n - 1) + s**2 / (n * m**2)),
        positive=True,
    ),
    "MD": _mm(lambda m1, s1, n1, m2, s2, n2: (m1 - m2, s1**2 / n1 + s2**2 / n2)),
    "SMD": _mm(f.smd),
    "SMDH": _mm(f.smdh),
    "ROM": _mm(
        lambda m1, s1, n1, m2, s2, n2: (np.log(m1 / m2), s1**2 / (n1 * m1**2) + s2**2 / (n2 * m2**2)),
        ratio=True,
    ),
    "COR": _c(lambda r, n: (r, (1.0 - r**2) ** 2 / (f.more_than(n, 3.0) - 1.0)), 3.0),
    "ZCOR": _c(lambda r, n: (np.arctanh(r), 1.0 / (f.more_than(n, 3.0) - 3.0)), 3.0, bounded=True),
    "UCOR": _c(f.ucor, 4.0),
    "GEN": _NO_CHECKS,
    "GENLN": _NO_CHECKS,
}
