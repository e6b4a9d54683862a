"""GOSH: the pooled estimate of every subset of studies (Olkin, Dahabreh & Trikalinos 2012)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from prismake.core.errors import PoolingError

from .batch import pool_batch
from .frame import effects


@dataclass(frozen=True, eq=False)
class Gosh:
    """One row per subset: ``members`` (m, k) marks the studies in it, the other fields are (m,).

    ``exhaustive``: all 2^k - 1 subsets; otherwise a sample without repetition, drawn with ``seed``.
    """

    members: np.ndarray
    k: np.ndarray
    estimate: np.ndarray
    tau2: np.ndarray
    I2: np.ndarray
    Q: np.ndarray
    exhaustive: bool
    seed: int


def gosh(yi: Any, vi: Any, method: str = "DL", *, subsets: int = 1_000_000, seed: int = 0) -> Gosh:
    """Pool all subsets, or ``subsets`` of them where there are more.

    A sample takes each study with probability 1/2, the whole set always among it. Subsets of one study have tau² = 0.
    """
    y, v, _ = effects(yi, vi)
    k = y.size
    if k < 2:
        raise PoolingError("A single study has no subsets to compare.")
    exhaustive = k < 40 and 2**k - 1 <= subsets
    if exhaustive:
        codes = np.arange(1, 2**k, dtype=np.int64)
        members = (codes[:, None] >> np.arange(k)) & 1 == 1
    else:
        members = _sample(k, subsets, np.random.default_rng(seed))
    fits = pool_batch(np.where(members, y, np.nan), v, method)
    return Gosh(members, fits.k, fits.beta, fits.tau2, fits.I2, fits.Q, exhaustive, seed)


def _sample(k: int, count: int, generator: np.random.Generator) -> np.ndarray:
    """``count`` different, not empty subsets as rows of truth values, sorted so that the order is fixed."""
    rows = np.ones((1, k), bool)
    while rows.shape[0] < count:
        more = generator.random((count - rows.shape[0] + 16, k)) < 0.5
        rows = np.unique(np.vstack([rows, more[more.any(axis=1)]]), axis=0)
    surplus = rows.shape[0] - count
    if surplus:
        drop = generator.permutation(rows.shape[0] - 1)[:surplus]  # the last row is the whole set
        rows = np.delete(rows, drop, axis=0)
    return rows
