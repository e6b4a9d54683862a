"""Columns in, clean arrays out: the only place where incomplete rows are dropped and counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from prismake.core.errors import PoolingError


def as_column(values: Any, name: str = "column") -> np.ndarray:
    """One column as floats; ``None``, ``pd.NA`` and blanks become NaN."""
    if values is None:
        raise PoolingError(f"The column '{name}' is missing.", remedy=f"Give '{name}', one number per study.")
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        return values if values.ndim == 1 else values.reshape(-1)
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        array = np.array([_number(value, name) for value in list(np.atleast_1d(np.asarray(values, dtype=object)))])
    return array.reshape(-1)


def _number(value: Any, name: str) -> float:
    if value is None or value == "" or value is getattr(value, "NA", object()):
        return np.nan
    try:
        return float(value)
    except (TypeError, ValueError):
        if str(value) in {"<NA>", "NaT", "nan", "NaN", "NA"}:
            return np.nan
        raise PoolingError(f"'{value}' in column '{name}' is not a number.") from None


def columns(data: Any, names: Sequence[str], *, optional: Mapping[str, float] | None = None) -> list[np.ndarray]:
    """The named columns of a mapping or data frame as float arrays of one length."""
    arrays = []
    for name in names:
        values = _lookup(data, name)
        if values is None and name in _COMPLEMENT:
            values = _complement(data, *_COMPLEMENT[name])
        if values is None:
            if optional is None or name not in optional:
                raise PoolingError(f"The column '{name}' is missing.", remedy=_needed(names))
            values = np.array([optional[name]], dtype=float)
        arrays.append(as_column(values, name))
    try:
        return list(np.broadcast_arrays(*arrays))
    except ValueError:
        raise PoolingError("The columns differ in length: " + ", ".join(names) + ".") from None


def variances(vi: Any, se: Any) -> np.ndarray:
    """Sampling variances from ``vi`` or from standard errors ``se``, whichever is given.

    Raises
    ------
    PoolingError
        Both or neither given; a standard error below zero, with its row.
    """
    if (vi is None) == (se is None):
        raise PoolingError("Give either sampling variances (vi) or standard errors (se).")
    if se is None:
        return as_column(vi, "vi")
    errors = as_column(se, "se")
    refuse(errors < 0.0, "A standard error is negative.")
    return errors * errors


def refuse(rows_refused: np.ndarray, problem: str, remedy: str = "") -> None:
    """Raise PoolingError naming the rows (counted from 1) in which ``rows_refused`` is true, if there are any."""
    if rows_refused.any():
        rows = ", ".join(str(i + 1) for i in np.flatnonzero(rows_refused)[:10])
        raise PoolingError(problem, where=f"row {rows}", remedy=remedy)


# non-events of an arm, for tables that give the total of the arm instead: total and events
_COMPLEMENT = {"bi": ("n1i", "ai"), "di": ("n2i", "ci")}


def _lookup(data: Any, name: str) -> Any:
    try:
        return data[name]
    except (KeyError, IndexError, TypeError):
        return None


def _complement(data: Any, total: str, events: str) -> np.ndarray | None:
    """Non-events from the total of an arm, or None if the total is missing as well."""
    n, x = _lookup(data, total), _lookup(data, events)
    if n is None or x is None:
        return None
    return as_column(n, total) - as_column(x, events)


def _needed(names: Sequence[str]) -> str:
    arms = "; n1i and n2i, the totals, may stand in place of bi and di" if "bi" in names else ""
    return f"These columns are needed: {', '.join(names)}{arms}."


def effects(yi: Any, vi: Any, zero_variance: str = "error") -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """``(yi, vi, keep)``: complete rows only, and the mask of rows kept.

    A sampling variance of zero is an ``error``, or its row is dropped (``drop``) or kept (``keep``).

    Raises
    ------
    PoolingError
        Lengths differ, no complete row, an infinite value, or a sampling variance that is zero or negative
        (its weight would be infinite or negative).
    """
    if zero_variance not in {"error", "drop", "keep"}:
        raise PoolingError(f"zero_variance cannot be '{zero_variance}'.", remedy="Use error, drop or keep.")
    y, v = as_column(yi, "yi"), as_column(vi, "vi")
    if y.shape != v.shape:
        raise PoolingError(f"{y.size} effects but {v.size} sampling variances.")
    keep = ~(np.isnan(y) | np.isnan(v))
    if zero_variance == "drop":
        keep &= v != 0.0
    if not keep.all():
        y, v = y[keep], v[keep]
    if not y.size:
        raise PoolingError("No study has both an effect and a sampling variance.", remedy="There is nothing to pool.")
    finite = np.isfinite(y) & np.isfinite(v)
    if not finite.all():
        rows = ", ".join(str(i + 1) for i in np.flatnonzero(keep)[~finite][:10])
        raise PoolingError(
            f"An effect or its sampling variance is infinite in row {rows}.",
            remedy="Use a continuity correction, or leave the study out and say so.",
        )
    if v.min() <= 0.0 and not (zero_variance == "keep" and v.min() == 0.0 and v.max() > 0.0):
        rows = ", ".join(str(i + 1) for i in np.flatnonzero(keep)[v <= 0.0])
        raise PoolingError(
            f"The sampling variance is not positive in row {rows}.",
            remedy="Its weight would be infinite; correct the row or use a continuity correction.",
        )
    return y, v, keep
