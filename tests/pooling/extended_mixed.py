"""Mixed models of counts to some 30 digits in decimal arithmetic: likelihood, its maximum, the observed information.

A study has rows of counts (one, or one per arm) with eta = offset + coefficients + s_1 z_1 u_1 + s_2 z_2 u_2, u standard
normal; its likelihood is the integral over u. ``nodes``: Gauss-Hermite about the mode with that many nodes (1 is
Laplace, the only one for two random effects), as R maximises it; None: the integral itself, by the trapezoidal rule,
which converges geometrically here. All derivatives are differences of the likelihood, none an identity of the package.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import numpy as np
from extended import PI, Matrix, Vector, Weighted, dot, exactly, inverse, times

STEP = Decimal("1e-13")  # of differences: their error is its square, far from the digits that cancel
POINTS = 160


@dataclass
class Row:
    """``x`` events of ``n`` (None: Poisson); ``coefficients`` by position; ``z`` for each random effect."""

    x: Decimal
    n: Decimal | None
    offset: Decimal
    coefficients: dict[int, Decimal]
    z: Vector

    def density(self, eta: Decimal) -> Decimal:
        if self.n is None:
            return self.x * eta - eta.exp()
        return self.x * eta - self.n * (eta if eta > 0 else Decimal(0)) - self.n * (1 + (-abs(eta)).exp()).ln()

    def mean_variance(self, eta: Decimal) -> tuple[Decimal, Decimal]:
        if self.n is None:
            return eta.exp(), eta.exp()
        q = 1 / (1 + (-eta).exp())
        return self.n * q, self.n * q * (1 - q)


@lru_cache(maxsize=8)
@exactly
def hermite(m: int) -> tuple[Vector, Vector]:
    """Nodes and weights of Gauss-Hermite quadrature: numpy's nodes, polished by Newton on orthonormal polynomials."""

    def polynomials(t: Decimal) -> Vector:
        h = [1 / PI.sqrt().sqrt(), Decimal(2).sqrt() * t / PI.sqrt().sqrt()]
        for j in range(1, m):
            h.append((Decimal(2) / (j + 1)).sqrt() * t * h[j] - (Decimal(j) / (j + 1)).sqrt() * h[j - 1])
        return h

    nodes, weights = [], []
    for start in np.polynomial.hermite.hermgauss(m)[0]:
        t = Decimal(float(start))
        for _ in range(6):
            h = polynomials(t)
            t -= h[m] / (Decimal(2 * m).sqrt() * h[m - 1])
        nodes.append(t)
        weights.append(1 / sum(x * x for x in polynomials(t)[:m]))
    return nodes, weights


class Study:
    """Log-likelihood of one study as a function of its rows' linear predictors and the standard deviations."""

    def __init__(self, rows: Sequence[Row], nodes: int | None) -> None:
        self.rows, self.nodes, self.u = list(rows), nodes, [Decimal(0)] * len(rows[0].z)

    def eta(self, mu: Vector, s: Vector, u: Vector) -> Vector:
        return [
            m + row.offset + sum(a * z * b for a, z, b in zip(s, row.z, u, strict=True))
            for m, row in zip(mu, self.rows, strict=True)
        ]

    def height(self, mu: Vector, s: Vector, u: Vector) -> Decimal:
        total = sum(row.density(e) for row, e in zip(self.rows, self.eta(mu, s, u), strict=True))
        return total - sum(x * x for x in u) / 2

    def mode(self, mu: Vector, s: Vector) -> tuple[Vector, Matrix]:
        u, q = self.u, range(len(s))
        for _ in range(200):
            scale = [[a * z for a, z in zip(s, row.z, strict=True)] for row in self.rows]
            moments = [row.mean_variance(e) for row, e in zip(self.rows, self.eta(mu, s, u), strict=True)]
            gap = [row.x - m for row, (m, _) in zip(self.rows, moments, strict=True)]
            slope = [sum(c[i] * g for c, g in zip(scale, gap, strict=True)) - u[i] for i in q]
            H = [
                [sum(c[i] * c[j] * v for c, (_, v) in zip(scale, moments, strict=True)) + (i == j) for j in q]
                for i in q
            ]
            step = times(inverse(H)[0], slope)
            size = max(abs(x) for x in step)
            if size < Decimal("1e-50"):
                self.u = u
                return u, H
            u = [a + b / max(Decimal(1), size / 2) for a, b in zip(u, step, strict=True)]
        raise ArithmeticError("no mode")

    def loglik(self, local: Vector) -> Decimal:
        r = len(self.rows)
        mu, s = local[:r], local[r:]
        u, H = self.mode(mu, s)
        if self.nodes == 1:
            return self.height(mu, s, u) - inverse(H)[1].ln() / 2
        if len(u) > 1:
            raise ValueError("two random effects are compared at one node alone")
        top, h = self.height(mu, s, u), H[0][0]
        if self.nodes is None:
            return top + self._trapezoid(mu, s, u[0], top).ln() - (2 * PI).ln() / 2
        sd = (2 / h).sqrt()
        total = sum(
            w * (t * t + self.height(mu, s, [u[0] + sd * t]) - top).exp()
            for t, w in zip(*hermite(self.nodes), strict=True)
        )
        return top + (total * sd).ln() - (2 * PI).ln() / 2

    def _trapezoid(self, mu: Vector, s: Vector, centre: Decimal, top: Decimal) -> Decimal:
        ends = []
        for side in (-1, 1):
            reach = Decimal(4)
            while self.height(mu, s, [centre + side * reach]) > top - 90:
                reach *= Decimal("1.2")
            ends.append(centre + side * reach)
        width = (ends[1] - ends[0]) / POINTS
        return width * sum((self.height(mu, s, [ends[0] + i * width]) - top).exp() for i in range(POINTS + 1))

    def derivatives(self, local: Vector) -> tuple[Decimal, Vector, Matrix]:
        """Value, gradient and Hessian in the local parameters, by central differences."""
        n, value = len(local), self.loglik(local)

        def at(*moves: tuple[int, int]) -> Decimal:
            moved = list(local)
            for i, side in moves:
                moved[i] += side * STEP
            return self.loglik(moved)

        up, down = [at((i, 1)) for i in range(n)], [at((i, -1)) for i in range(n)]
        gradient = [(a - b) / (2 * STEP) for a, b in zip(up, down, strict=True)]
        H = [[Decimal(0)] * n for _ in range(n)]
        for i in range(n):
            H[i][i] = (up[i] + down[i] - 2 * value) / STEP**2
            for j in range(i):
                both = at((i, 1), (j, 1)) + at((i, -1), (j, -1))
                H[i][j] = H[j][i] = (both + 2 * value - up[i] - down[i] - up[j] - down[j]) / (2 * STEP**2)
        return value, gradient, H


@dataclass
class Maximum:
    """Coefficients and standard deviations, their covariance (inverse observed information), the log-likelihood up to
    terms without parameters, and the largest element of the gradient."""

    b: Vector
    s: Vector
    V: Matrix
    loglik: Decimal
    gradient: Decimal


@exactly
def maximum(studies: Sequence[Sequence[Row]], b: Sequence[float], s: Sequence[float], nodes: int | None) -> Maximum:
    """Newton's method from (b, s), with shorter steps where the likelihood falls."""
    known = [Study(rows, nodes) for rows in studies]
    theta = [Decimal(float(x)) for x in (*b, *s)]
    p = len(b)
    best, before = None, theta
    for _ in range(60):
        value, gradient, H = assemble(known, theta, p)
        if best is not None and value < best:
            theta = [(3 * old + new) / 4 for old, new in zip(before, theta, strict=True)]
            continue
        inverted, _ = inverse([[-x for x in row] for row in H])
        step = times(inverted, gradient)
        if max(abs(x) for x in step) < Decimal("1e-18"):
            return Maximum(theta[:p], theta[p:], inverted, value, max(abs(x) for x in gradient))
        if dot(step, gradient) < 0:  # no maximum of the parabola: go up the slope
            step = [x / (5 * max(abs(g) for g in gradient)) for x in gradient]
        limit = max(Decimal(1), *(abs(x) for x in step))
        best, before, theta = value, theta, [t + x / limit for t, x in zip(theta, step, strict=True)]
    raise ArithmeticError(f"no maximum beside {list(map(float, (*b, *s)))}")


def assemble(known: Sequence[Study], theta: Vector, p: int) -> tuple[Decimal, Vector, Matrix]:
    n = len(theta)
    total, gradient, H = Decimal(0), [Decimal(0)] * n, [[Decimal(0)] * n for _ in range(n)]
    for study in known:
        columns = [list(row.coefficients.items()) for row in study.rows]
        columns += [[(j, Decimal(1))] for j in range(p, n)]
        local = [dot([theta[j] for j, _ in c], [a for _, a in c]) for c in columns]
        value, g, h = study.derivatives(local)
        total += value
        for i, mine in enumerate(columns):
            for j, a in mine:
                gradient[j] += a * g[i]
                for k, other in enumerate(columns):
                    for m, c in other:
                        H[j][m] += a * c * h[i][k]
    return total, gradient, H


@exactly
def logistic(studies: Sequence[Sequence[Row]], b: Sequence[float]) -> Maximum:
    """The model without random effects, logistic or log-linear."""
    rows = [row for study in studies for row in study]
    theta, p = [Decimal(float(x)) for x in b], len(b)
    for _ in range(200):
        gradient, information, total = [Decimal(0)] * p, [[Decimal(0)] * p for _ in range(p)], Decimal(0)
        for row in rows:
            eta = row.offset + sum(a * theta[j] for j, a in row.coefficients.items())
            mean, variance = row.mean_variance(eta)
            total += row.density(eta)
            for j, a in row.coefficients.items():
                gradient[j] += a * (row.x - mean)
                for i, c in row.coefficients.items():
                    information[j][i] += a * c * variance
        V, _ = inverse(information)
        step = times(V, gradient)
        size = max(abs(x) for x in step)
        if size < Decimal("1e-40"):
            return Maximum(theta, [], V, total, max(abs(x) for x in gradient))
        theta = [t + x / max(Decimal(1), size) for t, x in zip(theta, step, strict=True)]
    raise ArithmeticError("no maximum without random effects")


@exactly
def saturated(studies: Sequence[Sequence[Row]]) -> Decimal:
    """Log-likelihood (up to the same constants) with one parameter per row."""
    total = Decimal(0)
    for row in (row for study in studies for row in study):
        if row.n is None:
            total += row.x * row.x.ln() - row.x if row.x else 0
        else:
            total += row.x * (row.x / row.n).ln() if row.x else 0
            total += (row.n - row.x) * ((row.n - row.x) / row.n).ln() if row.x < row.n else 0
    return total


@exactly
def wald_heterogeneity(studies: Sequence[Sequence[Row]], p: int) -> Decimal:
    """Cochran's Q of the studies' own logits, log rates or log ratios (less the ``p`` coefficients they share), among
    those that are finite."""
    y, v, X = [], [], []
    for rows in studies:
        if any(not row.x or row.x == row.n for row in rows):
            continue
        sides = (1, -1) if len(rows) > 1 else (1,)
        each = [row.x / (1 if row.n is None else row.n - row.x) for row in rows]
        y.append(sum(a * (e.ln() - row.offset) for a, e, row in zip(sides, each, rows, strict=True)))
        v.append(sum(1 / row.x + (0 if row.n is None else 1 / (row.n - row.x)) for row in rows))
        shared = [[row.coefficients.get(j, Decimal(0)) for row in rows] for j in range(p)]
        X.append([sum(a * c for a, c in zip(sides, column, strict=True)) for column in shared])
    return Weighted(y, v, X, Decimal(0)).Q if len(y) > p else Decimal(0)


@exactly
def interaction_tests(studies: Sequence[Sequence[Row]], nodes: int = 15) -> dict[str, Decimal]:
    """Tests that all studies have one ratio, with random baselines (two rows per study, arm 1 first): one ratio per study, as
    an effect on arm 1, against one for all. An arm 1 of nothing, or of nothing else, is fitted at an infinite ratio."""
    one, many, finite = [], [], 0
    for rows in studies:
        first, second = (Row(r.x, r.n, r.offset, {0: Decimal(1)}, [Decimal(1)]) for r in rows)
        shared = Row(first.x, first.n, first.offset, {0: Decimal(1), 1: Decimal(1)}, [Decimal(1)])
        one.append([shared, second])
        if first.x and first.x != first.n:
            finite += 1
            own = Row(first.x, first.n, first.offset, {0: Decimal(1), finite: Decimal(1)}, [Decimal(1)])
            many.append([own, second])
        else:
            many.append([second])
    found = []
    for model, p in ((one, 2), (many, finite + 1)):
        b = [float(x) for x in logistic(model, [0.0] * p).b]
        found.append(maximum(model, b, [0.7], nodes))
    return {"Q_lrt": 2 * (found[1].loglik - found[0].loglik), "Q_wald": _contrast(found[1], finite)}


@exactly
def _contrast(best: Maximum, finite: int) -> Decimal:
    """Wald statistic that the ratios 1 ... ``finite`` are equal."""
    b, V = best.b[1:], [row[1 : finite + 1] for row in best.V[1 : finite + 1]]
    W, _ = inverse(V)
    total = sum(sum(row) for row in W)
    mean = sum(times(W, b)) / total
    gap = [x - mean for x in b]
    return dot(gap, times(W, gap))


# ---- the models, from columns --------------------------------------------------------------------------------


def one_arm(x: Sequence[float], size: Sequence[float], X: Sequence[Sequence[float]], *, rates: bool) -> list[list[Row]]:
    """Binomial-normal (``size`` totals) or Poisson-normal (``size`` times at risk) with design ``X``."""
    studies = []
    for events, n, row in zip(x, size, X, strict=True):
        total, offset = (None, exactly(Decimal.ln)(Decimal(float(n)))) if rates else (Decimal(float(n)), Decimal(0))
        coefficients = {j: Decimal(float(a)) for j, a in enumerate(row) if a}
        studies.append([Row(Decimal(float(events)), total, offset, coefficients, [Decimal(1)])])
    return studies


def two_arms(
    columns: Sequence[Sequence[float]], model: str, X: Sequence[Sequence[float]], *, rates: bool
) -> list[list[Row]]:
    """``columns``: events 1, size 1, events 2, size 2 (sizes: totals, or times at risk); ``X``: design of the log ratios.

    ``conditional`` has the coefficients of the ratio; ``fixed-study`` one per study besides; ``random-study`` (without
    moderators) baseline and ratio, with random effects in that order.
    """
    studies, half = [], Decimal("0.5")
    for i, values in enumerate(zip(*columns, strict=True)):
        x1, n1, x2, n2 = (Decimal(float(value)) for value in values)
        ratio = {j: Decimal(float(a)) for j, a in enumerate(X[i])}
        if model == "conditional":
            offset = exactly(lambda a, b: (a / b).ln())(n1, n2)
            studies.append([Row(x1, x1 + x2, offset, ratio, [Decimal(1)])])
            continue
        rows = []
        for x, n, side in ((x1, n1, half), (x2, n2, -half)):
            total, offset = (None, exactly(Decimal.ln)(n)) if rates else (n, Decimal(0))
            if model == "fixed-study":
                own = {j: side * a for j, a in ratio.items()} | {len(ratio) + i: Decimal(1)}
                rows.append(Row(x, total, offset, own, [side]))
            else:
                rows.append(Row(x, total, offset, {0: Decimal(1), 1: side}, [Decimal(1), side]))
        studies.append(rows)
    return studies


def smoothed(studies: Sequence[Sequence[Row]]) -> list[float]:
    """A study's mean predictor with 1/2 added to its counts: where to begin with its own coefficient."""
    values = []
    for rows in studies:
        each = [
            float(
                exactly(lambda r: ((r.x + Decimal("0.5")) / (1 if r.n is None else r.n - r.x + Decimal("0.5"))).ln())(r)
            )
            - float(r.offset)
            for r in rows
        ]
        values.append(sum(each) / len(each))
    return values
