"""Likelihood of the binomial-normal model of sensitivity and specificity (Chu & Cole 2006).

Study i has x1 of n1 diseased with a positive test and x2 of n2 healthy with a negative one; their logits are
eta = X b + L z with z ~ N(0, I) in two dimensions and L lower triangular, so that T = L L' is the covariance of logit
sensitivity and logit specificity between studies. The integral over z is taken on a product of Gauss-Hermite nodes,
centred at the mode of each integrand and scaled by its curvature there (Liu & Pierce 1994; Pinheiro & Bates 1995). A
single node is the Laplace approximation, which can be off by a few per cent in tau² where studies are small; nodes are
therefore added study by study until derivatives no longer move. Score and observed information of (b, L) are
expectations over the same nodes (Fisher's and Louis's identities), so that no derivative is numerical.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from scipy.special import expit, gammaln

from prismake.core.errors import NotConverged

from ..ascent import Height
from ..quadrature import hermite

LADDER = (8, 12, 20, 32, 48, 72, 108, 162, 243, 365)
"""Nodes in each of the two dimensions: each is checked against the next."""
TRAPEZOID = 32
"""From this many nodes on, the trapezoidal rule replaces Gauss-Hermite: it is not slowed down by the bend of the
logistic curve, sharp where studies differ widely, nor by the long tail of a study with a perfect result."""
EDGE = 36.0  # the integrand has fallen by a factor of e^-36 at the edge of the trapezoidal rule
FREE = 3  # elements of L
BLOCK = 400_000  # nodes of several studies that are evaluated at once


@dataclass(frozen=True, eq=False)
class Sides:
    """Counts of both sides: ``correct`` and ``size`` (k, 2), true positives of the diseased and true negatives of the
    healthy; ``designs`` (k, p1) and (k, p2). A side of size zero does not enter the likelihood."""

    correct: np.ndarray
    size: np.ndarray
    designs: tuple[np.ndarray, np.ndarray]

    @property
    def k(self) -> int:
        return self.size.shape[0]

    @property
    def coefficients(self) -> tuple[int, int]:
        return self.designs[0].shape[1], self.designs[1].shape[1]

    @cached_property
    def constant(self) -> float:
        x, n = self.correct, self.size
        return float((gammaln(n + 1.0) - gammaln(x + 1.0) - gammaln(n - x + 1.0)).sum())

    def logits(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Logits (k, 2) at z = 0 and L (2, 2) of the parameters (b1, b2, L11, L21, L22)."""
        first, second = self.coefficients
        base = np.column_stack((self.designs[0] @ theta[:first], self.designs[1] @ theta[first : first + second]))
        return base, np.array([[theta[-3], 0.0], [theta[-2], theta[-1]]])


@lru_cache(maxsize=16)
def _grid(nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes (m², 2) of the product rule, and log weights that include the density's constant."""
    t, logw = hermite(nodes)
    first, second = np.repeat(t, t.size), np.tile(t, t.size)
    return np.column_stack((first, second)), np.repeat(logw, t.size) + np.tile(logw, t.size)


class Likelihood:
    """The likelihood of `Sides`, with the mode of each study's integrand and the nodes that its integral needs.

    Both are remembered from one evaluation to the next; neither changes what is computed beyond rounding.
    """

    def __init__(self, sides: Sides, nodes: int | None = None) -> None:
        self.sides, self.fixed = sides, nodes
        self.rung = np.zeros(sides.k, dtype=int)
        self._z = np.zeros((sides.k, 2))

    def at(self, theta: np.ndarray) -> Height:
        """Log-likelihood, score and Hessian in (b1, b2, L11, L21, L22)."""
        return self._assembled(*self._parts(theta, np.arange(self.sides.k), self.rung))

    def value(self, theta: np.ndarray) -> float:
        """Log-likelihood alone, with modes found exactly: smooth enough to be differentiated numerically."""
        base, L = self.sides.logits(theta)
        self._z, H = modes(self.sides, base, L, self._z, 1e-11)
        nodes = self.fixed or LADDER[int(self.rung.max())]
        rows = np.arange(self.sides.k)
        return float(_integrals(self.sides, rows, base, L, self._z, H, nodes)[0].sum()) + self.sides.constant

    def refine(self, theta: np.ndarray, tolerance: float = 1e-8) -> bool:
        """Give nodes to studies whose derivatives move with more of them; whether any study got some.

        Raises NotConverged where the last rung does not suffice.
        """
        open_rows, changed = np.arange(self.sides.k), False
        while open_rows.size:
            _, score, information = self._parts(theta, open_rows, self.rung)
            if (self.rung[open_rows] + 1 == len(LADDER)).any():
                raise NotConverged("The integral over the random effects needs more nodes than are allowed.")
            _, finer, curvature = self._parts(theta, open_rows, self.rung + 1)
            moved = np.abs(score - finer).max(axis=1) > tolerance
            moved |= np.abs(information - curvature).max(axis=(1, 2)) > 1e3 * tolerance * (
                1.0 + np.abs(curvature).max()
            )
            self.rung[open_rows[moved]] += 1
            open_rows, changed = open_rows[moved], changed or bool(moved.any())
        return changed

    def raise_all(self) -> bool:
        """Give every study the nodes of its next rung; false where one is on the last."""
        if int(self.rung.max()) + 1 == len(LADDER):
            return False
        self.rung += 1
        return True

    def _parts(
        self, theta: np.ndarray, rows: np.ndarray, rung: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of the studies in ``rows``: log-likelihoods (r,), scores (r, 5), Hessians (r, 5, 5) in their logits and L."""
        base, L = self.sides.logits(theta)
        self._z, H = modes(self.sides, base, L, self._z, 1e-2)
        value, score, hessian = np.empty(rows.size), np.empty((rows.size, 5)), np.empty((rows.size, 5, 5))
        for step in np.unique(rung[rows]):
            nodes = LADDER[step]
            group = np.flatnonzero(rung[rows] == step)
            size = max(1, BLOCK // (nodes * nodes))
            for block in (group[i : i + size] for i in range(0, group.size, size)):
                value[block], score[block], hessian[block] = _integrals(
                    self.sides, rows[block], base, L, self._z, H, nodes, derivatives=True
                )
        return value, score, hessian

    def _assembled(self, value: np.ndarray, score: np.ndarray, hessian: np.ndarray) -> Height:
        """From the studies' own logits to the coefficients of their designs."""
        X1, X2 = self.sides.designs
        first, second = self.sides.coefficients
        p = first + second
        J = np.zeros((self.sides.k, 5, p + FREE))
        J[:, 0, :first], J[:, 1, first:p] = X1, X2
        J[:, [2, 3, 4], [p, p + 1, p + 2]] = 1.0
        gradient = np.einsum("ia,iap->p", score, J)
        return Height(
            float(value.sum()) + self.sides.constant,
            gradient,
            np.einsum("iap,iab,ibq->pq", J, hessian, J, optimize=True),
        )


def modes(
    sides: Sides, base: np.ndarray, L: np.ndarray, z: np.ndarray, tolerance: float
) -> tuple[np.ndarray, np.ndarray]:
    """Mode (k, 2) of each study's integrand in z and the elements (k, 3) of its negative Hessian there.

    The integrand is log-concave: Newton steps that are halved where they overshoot find its mode.
    """
    z, height = z.copy(), _log_integrand(sides, base, L, z)
    for _ in range(200):
        p = expit(base + z @ L.T)
        v = sides.size * p * (1.0 - p)
        slope = (sides.correct - sides.size * p) @ L - z
        H = np.column_stack(
            (
                1.0 + v[:, 0] * L[0, 0] ** 2 + v[:, 1] * L[1, 0] ** 2,
                v[:, 1] * L[1, 0] * L[1, 1],
                1.0 + v[:, 1] * L[1, 1] ** 2,
            )
        )
        det = H[:, 0] * H[:, 2] - H[:, 1] ** 2
        step = (
            np.column_stack(
                (H[:, 2] * slope[:, 0] - H[:, 1] * slope[:, 1], H[:, 0] * slope[:, 1] - H[:, 1] * slope[:, 0])
            )
            / det[:, None]
        )
        if np.abs(step).max() < tolerance:
            return z, H
        scale = np.minimum(1.0, 4.0 / np.maximum(np.abs(step).max(axis=1), 1e-300))
        for _ in range(40):
            trial = _log_integrand(sides, base, L, z + scale[:, None] * step)
            short = trial < height - 1e-12 * (1.0 + np.abs(height))
            if not short.any():
                break
            scale = np.where(short, 0.5 * scale, scale)
        z, height = z + scale[:, None] * step, trial
    raise NotConverged("The mode of a study's random effects was not found.", remedy="Check the counts.")


def _log_integrand(sides: Sides, base: np.ndarray, L: np.ndarray, z: np.ndarray) -> np.ndarray:
    eta = base + z @ L.T
    terms = sides.correct * eta - sides.size * np.logaddexp(0.0, eta)
    return terms.sum(axis=1) - 0.5 * (z * z).sum(axis=1)


def _trapezoid(
    sides: Sides, rows: np.ndarray, base: np.ndarray, L: np.ndarray, z0: np.ndarray, C: np.ndarray, nodes: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Nodes (r, m²) in both directions of C and their log weights (r, 1), on boxes outside of which nothing is left.

    The integrand is log-concave: where it is negligible on the outline of a box around its mode, it is so outside.
    """
    low, high = np.full((rows.size, 2), -8.0), np.full((rows.size, 2), 8.0)
    part = Sides(sides.correct[rows], sides.size[rows], sides.designs)
    line = np.linspace(0.0, 1.0, 25)
    top = _log_integrand(part, base[rows], L, z0[rows])
    for _ in range(60):
        short = np.zeros((rows.size, 4), dtype=bool)
        for edge, (fixed, limit) in enumerate(((0, low), (0, high), (1, low), (1, high))):
            t = np.empty((rows.size, line.size, 2))
            t[:, :, fixed] = limit[:, fixed, None]
            t[:, :, 1 - fixed] = low[:, 1 - fixed, None] + line * (high - low)[:, 1 - fixed, None]
            z = np.stack((C[0][:, None] * t[:, :, 0] + C[1][:, None] * t[:, :, 1], C[2][:, None] * t[:, :, 1]), axis=2)
            eta = base[rows, None, :] + (z0[rows, None, :] + z) @ L.T
            height = (part.correct[:, None, :] * eta - part.size[:, None, :] * np.logaddexp(0.0, eta)).sum(axis=2)
            height -= 0.5 * ((z0[rows, None, :] + z) ** 2).sum(axis=2)
            short[:, edge] = height.max(axis=1) > top - EDGE
        if not short.any():
            break
        low = np.where(short[:, [0, 2]], 1.3 * low, low)
        high = np.where(short[:, [1, 3]], 1.3 * high, high)
    width = (high - low) / (nodes - 1.0)
    first, second = np.divmod(np.arange(nodes * nodes), nodes)
    t1, t2 = low[:, 0, None] + width[:, 0, None] * first, low[:, 1, None] + width[:, 1, None] * second
    return t1, t2, (np.log(width).sum(axis=1) - math.log(2.0 * math.pi))[:, None]


def _integrals(
    sides: Sides, rows: np.ndarray, base: np.ndarray, L: np.ndarray, z0: np.ndarray, H: np.ndarray, nodes: int,
    *, derivatives: bool = False,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Log integrals (r,) of some studies, their scores (r, 5) and Hessians (r, 5, 5) in (eta1, eta2, L11, L21, L22)."""
    h11, h12, h22 = H[rows].T
    # C C' is the inverse of H: columns of the inverse of its Cholesky factor
    root = np.sqrt(h22 - h12 * h12 / h11)
    C = np.array([1.0 / np.sqrt(h11), -h12 / h11 / root, 1.0 / root])
    if nodes < TRAPEZOID:
        t, logw = _grid(nodes)
        t1, t2 = math.sqrt(2.0) * t[None, :, 0], math.sqrt(2.0) * t[None, :, 1]
        logw = logw[None, :] + math.log(2.0)
    else:
        t1, t2, logw = _trapezoid(sides, rows, base, L, z0, C, nodes)
    z1 = z0[rows, 0, None] + C[0][:, None] * t1 + C[1][:, None] * t2
    z2 = z0[rows, 1, None] + C[2][:, None] * t2
    x, n = sides.correct[rows, :, None], sides.size[rows, :, None]
    eta1, eta2 = base[rows, 0, None] + L[0, 0] * z1, base[rows, 1, None] + L[1, 0] * z1 + L[1, 1] * z2
    e1, e2 = np.exp(-np.abs(eta1)), np.exp(-np.abs(eta2))
    a = x[:, 0] * eta1 - n[:, 0] * (np.maximum(eta1, 0.0) + np.log1p(e1))
    a += x[:, 1] * eta2 - n[:, 1] * (np.maximum(eta2, 0.0) + np.log1p(e2))
    a += logw - 0.5 * (z1 * z1 + z2 * z2)
    top = a.max(axis=1)
    weight = np.exp(a - top[:, None])
    mass = weight.sum(axis=1)
    value = top + np.log(mass) + np.log(C[0] * C[2])
    if not derivatives:
        return value, np.empty(0), np.empty(0)
    weight /= mass[:, None]
    p1, p2 = np.where(eta1 > 0.0, 1.0, e1) / (1.0 + e1), np.where(eta2 > 0.0, 1.0, e2) / (1.0 + e2)
    r1, r2 = x[:, 0] - n[:, 0] * p1, x[:, 1] - n[:, 1] * p2
    v1, v2 = n[:, 0] * p1 * (1.0 - p1), n[:, 1] * p2 * (1.0 - p2)
    s = np.stack((r1, r2, r1 * z1, r2 * z1, r2 * z2), axis=1)
    ws = s * weight[:, None, :]
    score = ws.sum(axis=2)
    hessian = ws @ s.transpose(0, 2, 1) - score[:, :, None] * score[:, None, :]
    d1 = np.stack((np.ones_like(z1), z1), axis=1)
    d2 = np.stack((np.ones_like(z1), z1, z2), axis=1)
    first, second = np.array([0, 2]), np.array([1, 3, 4])
    hessian[:, first[:, None], first] -= (d1 * (v1 * weight)[:, None, :]) @ d1.transpose(0, 2, 1)
    hessian[:, second[:, None], second] -= (d2 * (v2 * weight)[:, None, :]) @ d2.transpose(0, 2, 1)
    return value, score, hessian
