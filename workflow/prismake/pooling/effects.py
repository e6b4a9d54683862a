"""Effect sizes and sampling variances from counts, rates, means and correlations.

Columns are named as in the common notation of the field: ``xi ni`` events of total; ``ai bi ci di`` the 2x2 table
(events, non-events of group 1, then of group 2); ``xi ti`` and ``x1i t1i x2i t2i`` events and person-time;
``mi sdi ni`` and ``m1i sd1i n1i m2i sd2i n2i`` means; ``ri ni`` correlations; ``yi`` with ``vi`` or ``sei`` or
``lb ub`` for effects taken from a paper.

Sources: Borenstein et al., Introduction to Meta-Analysis (2009), chapters 4 to 6 (MD, SMD, ROM is Hedges, Gurevitch
& Curtis 1999, OR, RR, RD, ZCOR); Freeman & Tukey 1950 (PFT, IRFT); Rücker et al. 2009 (AS); Yusuf et al. 1985 (PETO);
Hedges 1981 (exact small-sample factor); Bonett 2009 (SMDH); Nakagawa et al. 2015 (CVLN, SDLN); Olkin & Pratt 1958
(UCOR).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import gammaln, hyp2f1

from prismake.core.errors import PoolingError

from .distributions import critical
from .frame import as_column, columns

Pair = tuple[np.ndarray, np.ndarray]


def effect_sizes(
    measure: str, data: Any, *, add: float | None = None, to: str | None = None, level: float = 95.0
) -> Pair:
    """Effects ``yi`` and sampling variances ``vi``, one a row of ``data``, on the scale on which they are pooled.

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
        cell), ``all``, ``if0all`` (all rows when any has an empty cell), ``none``. Default: 1/2 with ``only0``
        where the measure is undefined at an empty cell or has variance zero there, none for PAS, PFT, IRS, IRFT,
        AS, PETO, IRSD.
    level
        Percent level of ``lb ub``.

    Returns
    -------
    Arrays of shape (rows,). Rows that are incomplete, or where the measure is not defined (a logarithm of zero), are
    NaN in both; `pool` drops them with a count.

    Raises
    ------
    PoolingError
        Unknown measure, missing column, counts that contradict each other.
    """
    measure = measure.upper()
    if measure not in _MEASURES:
        raise PoolingError(f"There is no measure '{measure}'.", remedy=f"Use one of: {' '.join(_MEASURES)}.")
    names, corrected, formula, prepare = _MEASURES[measure]
    if formula is None:
        return _generic(measure, data, level)
    values = columns(data, names, optional={"ti": 1.0} if "ti" in names else None)
    if prepare is not None:
        if add is None:
            add, to = (0.5, to or "only0") if corrected else (0.0, "none")
        values = prepare(values, float(add), to or "only0")
    with np.errstate(divide="ignore", invalid="ignore"):
        yi, vi = formula(*values)
    yi, vi = np.array(yi, dtype=float), np.array(vi, dtype=float)
    undefined = ~(np.isfinite(yi) & np.isfinite(vi))
    yi[undefined] = vi[undefined] = np.nan
    return yi, vi


def effect_columns(measure: str) -> tuple[str, ...]:
    """Names of the columns that ``effect_sizes`` needs for a measure."""
    return tuple(_MEASURES[measure.upper()][0])


# ---- continuity corrections ----------------------------------------------------------------------------------


def _chosen(empty: np.ndarray, to: str) -> np.ndarray:
    if to == "only0":
        return empty
    if to == "all":
        return np.ones_like(empty)
    if to == "if0all":
        return np.full_like(empty, bool(empty.any()))
    if to == "none":
        return np.zeros_like(empty)
    raise PoolingError(f"'{to}' does not say which rows to correct.", remedy="Use only0, all, if0all or none.")


def _refuse(bad: np.ndarray, what: str) -> None:
    if bad.any():
        rows = ", ".join(str(i + 1) for i in np.flatnonzero(bad)[:10])
        raise PoolingError(what, where=f"row {rows}")


def _events_of_total(values: list[np.ndarray], add: float, to: str) -> list[np.ndarray]:
    x, n = values
    _refuse(x > n, "There are more events than participants.")
    _refuse((x < 0) | (n <= 0), "Events cannot be negative and the total must be above zero.")
    chosen = _chosen((x == 0) | (x == n), to)
    return [x + add * chosen, n + 2.0 * add * chosen]


def _table(values: list[np.ndarray], add: float, to: str) -> list[np.ndarray]:
    _refuse(np.any(np.array(values) < 0, axis=0), "A cell of the 2x2 table is negative.")
    a, b, c, d = values
    _refuse((a + b == 0) | (c + d == 0), "A group has no participants.")
    chosen = _chosen((a == 0) | (b == 0) | (c == 0) | (d == 0), to)
    return [cell + add * chosen for cell in values]


def _rate(values: list[np.ndarray], add: float, to: str) -> list[np.ndarray]:
    x, t = values
    _refuse((x < 0) | (t <= 0), "Events cannot be negative and the time at risk must be above zero.")
    return [x + add * _chosen(x == 0, to), t]


def _two_rates(values: list[np.ndarray], add: float, to: str) -> list[np.ndarray]:
    x1, t1, x2, t2 = values
    _refuse((x1 < 0) | (x2 < 0) | (t1 <= 0) | (t2 <= 0), "Events are negative or the time at risk is not above zero.")
    chosen = _chosen((x1 == 0) | (x2 == 0), to)
    return [x1 + add * chosen, t1, x2 + add * chosen, t2]


# ---- formulas ------------------------------------------------------------------------------------------------


def _pft(x: np.ndarray, n: np.ndarray) -> Pair:
    angle = np.arcsin(np.sqrt(x / (n + 1.0))) + np.arcsin(np.sqrt((x + 1.0) / (n + 1.0)))
    return 0.5 * angle, 1.0 / (4.0 * n + 2.0)


def _pr(x: np.ndarray, n: np.ndarray) -> Pair:
    p = x / n
    return p, p * (1.0 - p) / n


def _rd(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> Pair:
    n1, n2 = a + b, c + d
    p1, p2 = a / n1, c / n2
    return p1 - p2, p1 * (1.0 - p1) / n1 + p2 * (1.0 - p2) / n2


def _rr(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> Pair:
    n1, n2 = a + b, c + d
    return np.log(a / n1) - np.log(c / n2), 1.0 / a - 1.0 / n1 + 1.0 / c - 1.0 / n2


def _peto(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> Pair:
    n1, n2, events, others = a + b, c + d, a + c, b + d
    total = n1 + n2
    v = events * others * (n1 / total) * (n2 / total) / (total - 1.0)
    return (a - events * n1 / total) / v, 1.0 / v


def _as(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> Pair:
    n1, n2 = a + b, c + d
    return np.arcsin(np.sqrt(a / n1)) - np.arcsin(np.sqrt(c / n2)), 1.0 / (4.0 * n1) + 1.0 / (4.0 * n2)


def _small_sample(df: np.ndarray) -> np.ndarray:
    """Hedges 1981, equation 6e: gamma(m/2) / (sqrt(m/2) gamma((m-1)/2))."""
    return np.where(df <= 1, np.nan, np.exp(gammaln(df / 2.0) - gammaln((df - 1.0) / 2.0)) / np.sqrt(df / 2.0))


def _smd(m1, s1, n1, m2, s2, n2) -> Pair:
    df = n1 + n2 - 2.0
    pooled = np.sqrt(((n1 - 1.0) * s1**2 + (n2 - 1.0) * s2**2) / df)
    g = _small_sample(df) * (m1 - m2) / pooled
    return g, 1.0 / n1 + 1.0 / n2 + g**2 / (2.0 * (n1 + n2))


def _smdh(m1, s1, n1, m2, s2, n2) -> Pair:
    s, factor = np.sqrt((s1**2 + s2**2) / 2.0), _small_sample(n1 + n2 - 2.0)
    g = factor * (m1 - m2) / s
    spread = g**2 * (s1**4 / (n1 - 1.0) + s2**4 / (n2 - 1.0)) / (8.0 * s**4)
    return g, factor**2 * (spread + s1**2 / s**2 / (n1 - 1.0) + s2**2 / s**2 / (n2 - 1.0))


def _more_than(n: np.ndarray, least: float) -> np.ndarray:
    """Sizes, NaN where they are too small for the variance of a correlation."""
    return np.where(n > least, n, np.nan)


def _ucor(r: np.ndarray, n: np.ndarray) -> Pair:
    n = _more_than(n, 4.0)
    unbiased = r * _hypergeometric((n - 2.0) / 2.0, 1.0 - r**2)
    return unbiased, (1.0 - unbiased**2) ** 2 / (n - 1.0)


def _hypergeometric(c: np.ndarray, x: np.ndarray) -> np.ndarray:
    """2F1(1/2, 1/2; c; x). The plain series is quick for large c, where the library's transformation overflows."""
    small = c < 10.0
    total, term = np.ones_like(x), np.ones_like(x)
    for i in range(400):
        term = np.where(small, 0.0, term * (i + 0.5) ** 2 * x / ((c + i) * (i + 1.0)))
        total = total + term
    return np.where(small, hyp2f1(0.5, 0.5, np.where(small, c, 10.0), x), total)


def _generic(measure: str, data: Any, level: float) -> Pair:
    """Published effects: variance from vi, else sei, else the width of the interval over 2 z (Cochrane 6.3.1)."""
    present = set(getattr(data, "columns", data))
    (yi,) = columns(data, ["yi"])
    log = measure == "GENLN"
    if "vi" in present:
        vi = columns(data, ["vi"])[0].copy()
    elif "sei" in present:
        vi = columns(data, ["sei"])[0] ** 2
    else:
        lb, ub = columns(data, ["lb", "ub"])
        _refuse(lb > ub, "The lower limit of the interval is above the upper limit.")
        if log:
            _refuse((lb <= 0) | (ub <= 0), "A ratio and its interval must be above zero.")
            lb, ub = np.log(lb), np.log(ub)
        vi = ((ub - lb) / (2.0 * critical(level))) ** 2
    if log:
        _refuse(yi <= 0, "A ratio must be above zero.")
        yi = np.log(yi)
    yi, vi = np.array(yi, dtype=float), np.array(vi, dtype=float)
    missing = np.isnan(yi) | np.isnan(vi)
    yi[missing] = vi[missing] = np.nan
    return yi, vi


def standard_error_from_ci(lower: Any, upper: Any, level: float = 95.0, *, log: bool = False) -> np.ndarray:
    """Standard error behind a normal interval: (upper - lower) / (2 z), on the log scale for ratios."""
    lb, ub = as_column(lower, "lower"), as_column(upper, "upper")
    if log:
        lb, ub = np.log(lb), np.log(ub)
    return (ub - lb) / (2.0 * critical(level))


_P, _T = ("xi", "ni"), ("ai", "bi", "ci", "di")
_R, _RR, _C = ("xi", "ti"), ("x1i", "t1i", "x2i", "t2i"), ("ri", "ni")
_M, _MM = ("mi", "sdi", "ni"), ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")

# measure -> columns, corrected by default, formula, how cells are corrected
_MEASURES: dict[str, tuple[tuple[str, ...], bool, Callable[..., Pair] | None, Callable[..., Any] | None]] = {
    "PR": (_P, True, _pr, _events_of_total),
    "PLN": (_P, True, lambda x, n: (np.log(x / n), 1.0 / x - 1.0 / n), _events_of_total),
    "PLO": (_P, True, lambda x, n: (np.log(x / (n - x)), 1.0 / x + 1.0 / (n - x)), _events_of_total),
    "PAS": (_P, False, lambda x, n: (np.arcsin(np.sqrt(x / n)), 1.0 / (4.0 * n)), _events_of_total),
    "PFT": (_P, False, _pft, _events_of_total),
    "IR": (_R, True, lambda x, t: (x / t, x / t**2), _rate),
    "IRLN": (_R, True, lambda x, t: (np.log(x / t), 1.0 / x), _rate),
    "IRS": (_R, False, lambda x, t: (np.sqrt(x / t), 1.0 / (4.0 * t)), _rate),
    "IRFT": (_R, False, lambda x, t: (0.5 * (np.sqrt(x / t) + np.sqrt((x + 1.0) / t)), 1.0 / (4.0 * t)), _rate),
    "RR": (_T, True, _rr, _table),
    "OR": (_T, True, lambda a, b, c, d: (np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d), _table),
    "RD": (_T, True, _rd, _table),
    "AS": (_T, False, _as, _table),
    "PETO": (_T, False, _peto, _table),
    "IRR": (_RR, True, lambda x, t, y, u: (np.log(x / t) - np.log(y / u), 1.0 / x + 1.0 / y), _two_rates),
    "IRD": (_RR, True, lambda x, t, y, u: (x / t - y / u, x / t**2 + y / u**2), _two_rates),
    "IRSD": (_RR, False, lambda x, t, y, u: (np.sqrt(x / t) - np.sqrt(y / u), 0.25 / t + 0.25 / u), _two_rates),
    "MN": (_M, False, lambda m, s, n: (m, s**2 / n), None),
    "MNLN": (_M, False, lambda m, s, n: (np.log(m), s**2 / (n * m**2)), None),
    "SDLN": (_M[1:], False, lambda s, n: (np.log(s) + 0.5 / (n - 1.0), 0.5 / (n - 1.0)), None),
    "CVLN": (_M, False, lambda m, s, n: (np.log(s / m) + 0.5 / (n - 1), 0.5 / (n - 1) + s**2 / (n * m**2)), None),
    "MD": (_MM, False, lambda m1, s1, n1, m2, s2, n2: (m1 - m2, s1**2 / n1 + s2**2 / n2), None),
    "SMD": (_MM, False, _smd, None),
    "SMDH": (_MM, False, _smdh, None),
    "ROM": (
        _MM,
        False,
        lambda m1, s1, n1, m2, s2, n2: (np.log(m1 / m2), s1**2 / (n1 * m1**2) + s2**2 / (n2 * m2**2)),
        None,
    ),
    "COR": (_C, False, lambda r, n: (r, (1.0 - r**2) ** 2 / (_more_than(n, 3.0) - 1.0)), None),
    "ZCOR": (_C, False, lambda r, n: (np.arctanh(r), 1.0 / (_more_than(n, 3.0) - 3.0)), None),
    "UCOR": (_C, False, _ucor, None),
    "GEN": (("yi",), False, None, None),
    "GENLN": (("yi",), False, None, None),
}
