"""Moderators as a design matrix: numbers enter as they are, words as treatment contrasts, as in R."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from prismake.core.errors import PoolingError

from .frame import as_column, effects


def design_matrix(mods: Any, *, intercept: bool = True) -> tuple[np.ndarray, tuple[str, ...]]:
    """``(X, names)`` with X of shape (rows, p); rows with a missing moderator are NaN.

    A column of words becomes one 0/1 column per level except the first in alphabetical order; without an intercept the
    first such column keeps all its levels (cell means), as in R's formulas.
    """
    blocks: list[np.ndarray] = []
    names: list[str] = []
    full = not intercept
    for name, values in _columns(mods):
        if is_factor(values):
            block, levels, full = *_contrasts(values, full), False
            names += [f"{name}[{level}]" for level in levels]
        else:
            block = as_column(values, name)[:, None]
            names.append(name)
        blocks.append(block)
    if intercept:
        rows = blocks[0].shape[0] if blocks else 0
        blocks.insert(0, np.ones((rows, 1)))
        names.insert(0, "intercept")
    if len({block.shape[0] for block in blocks}) != 1:
        raise PoolingError("The moderators differ in length.")
    return np.hstack(blocks), tuple(names)


def _columns(mods: Any) -> list[tuple[str, Any]]:
    if isinstance(mods, Mapping):
        return [(str(name), values) for name, values in mods.items()]
    if hasattr(mods, "columns"):
        return [(str(name), mods[name]) for name in mods.columns]
    array = np.asarray(mods)
    if array.ndim == 1:
        return [(str(getattr(mods, "name", None) or "moderator"), array)]
    return [(f"x{j + 1}", array[:, j]) for j in range(array.shape[1])]


def is_factor(values: Any) -> bool:
    """Whether a column holds words (or truth values) rather than numbers."""
    return any(isinstance(value, (str, bool, np.bool_)) for value in np.asarray(values, dtype=object).ravel())


def missing(value: Any) -> bool:
    """None, NaN, pd.NA and the empty string."""
    return value is None or str(value) in {"", "nan", "<NA>", "None"}


def _contrasts(values: Any, full: bool) -> tuple[np.ndarray, list[str]]:
    labels = np.asarray(values, dtype=object).ravel()
    absent = np.array([missing(value) for value in labels])
    text = np.array([str(value) for value in labels], dtype=object)
    levels = sorted(set(text[~absent]))
    columns = levels if full else levels[1:]
    block = np.array([[float(value == level) for level in columns] for value in text], dtype=float)
    block = block.reshape(labels.size, len(columns))
    block[absent] = np.nan
    if not columns:
        raise PoolingError("A moderator has only one value.", remedy="Leave it out: there is nothing to compare.")
    return block, columns


def complete_rows(yi: Any, vi: Any, X: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, int, np.ndarray]:
    """``(yi, vi, X, dropped, keep)`` of rows complete in effect, variance and moderators, after checking that the
    design can be fitted."""
    y, v = as_column(yi, "yi").copy(), as_column(vi, "vi")
    if X.shape[0] != y.size:
        raise PoolingError(f"{y.size} effects but {X.shape[0]} rows of moderators.")
    y[np.isnan(X).any(axis=1)] = np.nan
    y, v, keep = effects(y, v)
    X = X[keep]
    require_full_rank(X)
    return y, v, X, int((~keep).sum()), keep


def require_full_rank(X: np.ndarray) -> None:
    """Raises PoolingError where the coefficients of a design (k, p) cannot all be estimated."""
    if X.shape[0] < X.shape[1]:
        raise PoolingError(
            f"{X.shape[1]} coefficients cannot be estimated from {X.shape[0]} studies.",
            remedy="Use fewer moderators.",
        )
    scale = np.sqrt((X * X).sum(axis=0))
    if (scale == 0.0).any() or np.linalg.matrix_rank(X / scale) < X.shape[1]:
        raise PoolingError("The moderators are redundant: one is a combination of others.", remedy="Leave one out.")
