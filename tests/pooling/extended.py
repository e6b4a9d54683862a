"""Pooled estimates to some 50 digits in decimal arithmetic: the arbiter where the digits of R, or ours, end.

Nothing here is taken from the package: sums over matrices as the definitions have them, and roots by the secant rule.
Inputs and results are floats; everything between is `decimal`. Symbols: w = 1 / (v + tau²), P = W - WX (X'WX)^-1 X'W.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from decimal import Decimal, localcontext

from scipy import stats

DIGITS = 60
SETTLED = Decimal("1e-45")
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459")

Vector = list[Decimal]
Matrix = list[list[Decimal]]


def exactly(function: Callable) -> Callable:
    """Run a function with ``DIGITS`` digits, whatever the precision around it."""

    @functools.wraps(function)
    def run(*args, **kwargs):
        with localcontext() as context:
            context.prec = DIGITS
            return function(*args, **kwargs)

    return run


def decimals(values: Sequence[float]) -> Vector:
    """Doubles as the decimals that they are."""
    return [Decimal(float(value)) for value in values]


def inverse(A: Matrix) -> tuple[Matrix, Decimal]:
    """Inverse and determinant, by Gauss-Jordan elimination with pivoting."""
    n, determinant = len(A), Decimal(1)
    M = [[*row, *(Decimal(i == j) for j in range(n))] for i, row in enumerate(A)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r, i=i: abs(M[r][i]))
        if pivot != i:
            M[i], M[pivot], determinant = M[pivot], M[i], -determinant
        determinant *= M[i][i]
        M[i] = [x / M[i][i] for x in M[i]]
        for r in range(n):
            if r != i and M[r][i]:
                M[r] = [x - M[r][i] * z for x, z in zip(M[r], M[i], strict=True)]
    return [row[n:] for row in M], determinant


def times(A: Matrix, b: Vector) -> Vector:
    return [dot(row, b) for row in A]


def dot(a: Vector, b: Vector) -> Decimal:
    return sum((x * z for x, z in zip(a, b, strict=True)), Decimal(0))


def root(g: Callable[[Decimal], Decimal], near: Decimal) -> Decimal:
    """Root of g beside ``near``, by the secant rule."""
    a, b = near, near * (1 + Decimal("1e-9"))
    fa, fb = g(a), g(b)
    for _ in range(80):
        if fb == fa or not fb:
            return b
        a, fa, b = b, fb, b - fb * (b - a) / (fb - fa)
        if abs(b - a) <= SETTLED * abs(b):
            return b
        fb = g(b)
    raise ArithmeticError(f"no root beside {near}")


class Weighted:
    """Weighted least squares of ``y`` on ``X`` at one tau²."""

    def __init__(self, y: Vector, v: Vector, X: Matrix, tau2: Decimal) -> None:
        self.k, self.p, self.X, self.v = len(y), len(X[0]), X, v
        self.w = [1 / (s + tau2) for s in v]
        self.V, determinant = inverse(self.moment(self.w))
        self.logdet = determinant.ln()
        columns = list(zip(*X, strict=True))
        wy = [w * t for w, t in zip(self.w, y, strict=True)]
        self.beta = times(self.V, [dot(list(column), wy) for column in columns])
        r = [t - dot(row, self.beta) for t, row in zip(y, X, strict=True)]
        self.Q = sum(w * e * e for w, e in zip(self.w, r, strict=True))
        self.yPPy = sum(w * w * e * e for w, e in zip(self.w, r, strict=True))

    def moment(self, a: Vector) -> Matrix:
        """X' diag(a) X."""
        p = range(self.p)
        return [[sum(z * row[i] * row[j] for z, row in zip(a, self.X, strict=True)) for j in p] for i in p]

    def projector(self) -> Matrix:
        """P, k x k."""
        left = [times(self.V, row) for row in self.X]
        k = range(self.k)
        w = self.w
        return [[(w[i] if i == j else 0) - w[i] * dot(left[i], self.X[j]) * w[j] for j in k] for i in k]


class Exact:
    """tau² by ``method`` and the model around it. ``near``: where to look for tau² if it is the root of an equation."""

    def __init__(self, y, v, method: str = "REML", near: float = 0.0, X=None) -> None:
        self.y, self.v, self.method = y, v, method
        self.X = [[Decimal(1)] for _ in y] if X is None else X
        self.tau2 = self._tau2(Decimal(float(near or 0.0)))
        self.fit = self.at(self.tau2)
        self.fixed = self.at(Decimal(0))
        self.df = self.fit.k - self.fit.p

    @classmethod
    def of(cls, y, v, method: str = "REML", near: float = 0.0, X=None) -> Exact:
        """From floats."""
        return cls(decimals(y), decimals(v), method, near, None if X is None else [decimals(row) for row in X])

    def at(self, tau2: Decimal) -> Weighted:
        return Weighted(self.y, self.v, self.X, tau2)

    def _quadratic(self) -> tuple[Matrix, Decimal, Decimal]:
        """(A, c, d) of an estimator in closed form, tau² = (y'Ay - c) / d."""
        k, p = len(self.y), len(self.X[0])
        if self.method in ("DL", "HS"):
            fit = self.at(Decimal(0))
            A = fit.projector()
            trace = sum(A[i][i] for i in range(k))
            return (A, Decimal(k - p), trace) if self.method == "DL" else (A, Decimal(k), sum(fit.w))
        start = Decimal(1)
        if self.method == "SJ":
            mean = sum(self.y) / k
            start = sum((t - mean) ** 2 for t in self.y) / k
            return self.at(start).projector(), Decimal(0), (k - p) / start
        ones = Weighted(self.y, [start] * k, self.X, Decimal(0))
        A = ones.projector()
        return A, sum(A[i][i] * s for i, s in enumerate(self.v)), Decimal(k - p)

    def _score(self, tau2: Decimal) -> Decimal:
        """What is zero at the estimate and falls through it."""
        fit = self.at(tau2)
        if self.method in ("EB", "PM"):
            return fit.Q - (fit.k - fit.p)
        if self.method == "ML":
            return fit.yPPy - sum(fit.w)
        inner = fit.moment([w * w for w in fit.w])
        return (
            fit.yPPy - sum(fit.w) + sum(dot(a, list(b)) for a, b in zip(fit.V, zip(*inner, strict=True), strict=True))
        )

    def _tau2(self, near: Decimal) -> Decimal:
        k, p = len(self.y), len(self.X[0])
        if self.method == "EE" or k <= p:
            return Decimal(0)
        if self.method in ("DL", "HE", "HS", "SJ"):
            A, c, d = self._quadratic()
            return max(Decimal(0), (dot(self.y, times(A, self.y)) - c) / d)
        if near < Decimal("1e-6") * min(self.v) and self._score(Decimal(0)) <= 0:
            return Decimal(0)
        return root(self._score, near or min(self.v))

    def se_tau2(self) -> Decimal | None:
        fit, k = self.fit, self.fit.k
        if self.method == "EE" or not self.df:
            return None
        if self.method == "ML":
            return (2 / sum(w * w for w in fit.w)).sqrt()
        if self.method in ("EB", "PM"):
            return k * (Decimal(2) / self.df).sqrt() / sum(fit.w)
        A, d, S = fit.projector(), None, [Decimal(1)] * k
        if self.method != "REML":
            A, _, d = self._quadratic()
            S = [s + self.tau2 for s in self.v]
        total = sum(A[i][j] ** 2 * S[i] * S[j] for i in range(k) for j in range(k))
        return (2 / total).sqrt() if d is None else (2 * total).sqrt() / d

    def loglik(self) -> Decimal:
        fit = self.fit
        value = (sum(w.ln() for w in fit.w) - fit.Q) / 2
        if self.method != "REML":
            return value - fit.k * (2 * PI).ln() / 2
        return (
            value - self.df * (2 * PI).ln() / 2 + (inverse(fit.moment([Decimal(1)] * fit.k))[1].ln() - fit.logdet) / 2
        )

    def heterogeneity(self) -> tuple[Decimal, Decimal]:
        """I² (percent) and H²."""
        if not self.df:
            return Decimal(0), Decimal(1)
        Q = self.fixed.Q
        if self.method == "EE":
            return max(Decimal(0), 100 * (Q - self.df) / Q), Q / self.df
        A = self.fixed.projector()
        typical = self.df / sum(A[i][i] for i in range(self.fit.k))
        return 100 * self.tau2 / (typical + self.tau2), self.tau2 / typical + 1


def quantile(level: float, df: int | None) -> Decimal:
    """Two-sided critical value, a double."""
    p = 0.5 + level / 200.0
    return Decimal(float(stats.norm.ppf(p) if df is None else stats.t.ppf(p, df)))


def two_sided(stat: Decimal, df: int | None) -> float:
    z = abs(float(stat))
    return float(2 * (stats.norm.sf(z) if df is None else stats.t.sf(z, df)))


def wald_table(beta: Vector, V: Matrix, df: int | None, level: float) -> dict[str, list]:
    """Coefficients with everything that follows from their covariance."""
    se = [V[j][j].sqrt() for j in range(len(beta))]
    stat = [b / s for b, s in zip(beta, se, strict=True)]
    half = [quantile(level, df) * s for s in se]
    return {
        "beta": beta,
        "se": se,
        "stat": stat,
        "pval": [two_sided(z, df) for z in stat],
        "ci_lb": [b - h for b, h in zip(beta, half, strict=True)],
        "ci_ub": [b + h for b, h in zip(beta, half, strict=True)],
    }


def wald_test(beta: Vector, V: Matrix) -> Decimal:
    return dot(beta, times(inverse(V)[0], beta))


@exactly
def pooled(y, v, method="REML", test="z", level=95.0, near=0.0, X=None, intercept=True, null=0.0) -> dict[str, object]:
    """The fields of `prismake.pooling.Pooled` that are numbers; ``null``: tau² to start from without the moderators."""
    model = Exact.of(y, v, method, near, X)
    fit, df = model.fit, model.df
    scale = fit.Q / df if test == "knha" and df and method != "EE" else Decimal(1)
    V = [[scale * x for x in row] for row in fit.V]
    test_df = df if test in ("t", "knha") and df and not (test == "knha" and method == "EE") else None
    found: dict[str, object] = wald_table(fit.beta, V, test_df, level)
    first = 1 if X is not None and intercept and fit.p > 1 else 0
    QM, m = wald_test(fit.beta[first:], [row[first:] for row in V[first:]]), fit.p - first
    I2, H2 = model.heterogeneity()
    found |= {
        "vcov": V,
        "tau2": model.tau2,
        "I2": I2,
        "H2": H2,
        "Q": model.fixed.Q if df else Decimal(0),
        "Q_p": float(stats.chi2.sf(float(model.fixed.Q), df)) if df else 1.0,
        "QM": QM if test_df is None else QM / m,
        "QM_p": float(stats.chi2.sf(float(QM), m) if test_df is None else stats.f.sf(float(QM) / m, m, df)),
        "weights_pct": [100 * w / sum(fit.w) for w in fit.w],
    }
    if model.se_tau2() is not None:
        found["se_tau2"] = model.se_tau2()
    if method in ("ML", "REML"):
        found["loglik"] = model.loglik()
    if X is None and method != "EE":
        half = quantile(level, test_df) * (V[0][0] + model.tau2).sqrt()
        found |= {"pi_lb": fit.beta[0] - half, "pi_ub": fit.beta[0] + half}
        found |= {"pi_riley_lb": found["pi_lb"], "pi_riley_ub": found["pi_ub"]}  # as metafor 3.8-1 has it
    if X is not None and intercept and method != "EE":
        before = Exact.of(y, v, method, null).tau2
        if before:
            found["R2"] = max(Decimal(0), 100 * (before - model.tau2) / before)
    return found


@exactly
def predicted(y, v, rows, method, test, level, near, X) -> dict[str, object]:
    """Fitted values of a regression at ``rows`` (with the intercept's 1) and their intervals."""
    found = pooled(y, v, method, test, level, near, X)
    df = len(y) - len(X[0]) if test in ("t", "knha") else None
    out: dict[str, list] = {name: [] for name in ("pred", "se", "ci_lb", "ci_ub", "pi_lb", "pi_ub")}
    for row in map(decimals, rows):
        pred, variance = dot(row, found["beta"]), dot(row, times(found["vcov"], row))
        half, wide = (quantile(level, df) * s.sqrt() for s in (variance, variance + found["tau2"]))
        values = (pred, variance.sqrt(), pred - half, pred + half, pred - wide, pred + wide)
        for name, value in zip(out, values, strict=True):
            out[name].append(value)
    return out


def fitted(data: Sequence[tuple[Decimal, Decimal]], method: str, near: Callable) -> Exact:
    y, v = (list(column) for column in zip(*data, strict=True))
    return Exact(y, v, method, near([float(t) for t in y], [float(s) for s in v]))


@exactly
def trim_and_fill(y, v, method, estimator, side, near: Callable, test="z", level=95.0) -> dict[str, object]:
    """Duval & Tweedie 2000 with every fit taken to the end; ``side`` is where studies are missing, left or right;
    ``near(y, v)`` says where to look for tau² of the studies that are left."""
    flip = -1 if side == "right" else 1
    data = sorted(((flip * t, s) for t, s in zip(decimals(y), decimals(v), strict=True)), key=lambda pair: pair[0])
    k, k0, seen = len(data), 0, []
    while True:
        centre = fitted(data[: max(k - k0, 1)], method, near).fit.beta[0]
        gap = [t - centre for t, _ in data]
        rank = {i: r + 1 for r, i in enumerate(sorted(range(k), key=lambda i: abs(gap[i])))}
        above = sum(rank[i] for i in range(k) if gap[i] > 0)
        if estimator == "R0":
            value = Decimal(k - max(rank[i] for i in range(k) if gap[i] < 0) - 1)
        elif estimator == "L0":
            value = Decimal(4 * above - k * (k + 1)) / (2 * k - 1)
        else:
            value = k - Decimal("0.5") - (2 * Decimal(k * k) - 4 * above + Decimal("0.25")).sqrt()
        new = min(k - 1, max(0, round(value)))
        if new == k0:
            break
        if new in seen[:-1]:
            raise ArithmeticError("the number of missing studies does not settle")
        seen.append(new)
        k0 = new
    mirrored = [(flip * (2 * centre - t), s) for t, s in data[k - k0 :]]
    all_y, all_v = [*decimals(y), *(t for t, _ in mirrored)], [*decimals(v), *(s for _, s in mirrored)]
    model = fitted(list(zip(all_y, all_v, strict=True)), method, near)
    table = wald_table(model.fit.beta, model.fit.V, None if test == "z" else model.df, level)
    found = {"k0": k0, "side": side, "k": len(all_y), "tau2": model.tau2, "Q": model.fixed.Q, "yi": all_y, "vi": all_v}
    return found | {name: table[name] for name in ("beta", "se", "pval", "ci_lb", "ci_ub")}


@exactly
def left_out(y, v, method: str, near: Sequence[float]) -> dict[str, list]:
    """Influence of each study (Viechtbauer & Cheung 2010, normal tests): what changes without it; ``near``: tau² of
    all studies, then without each."""
    whole = Exact.of(y, v, method, near[0])
    beta, variance = whole.fit.beta[0], whole.fit.V[0][0]
    names = ("rstudent", "dffits", "cook_d", "cov_r", "tau2_del", "Q_del", "hat", "weight_pct", "dfbs")
    names += ("baujat_x", "baujat_y")
    found: dict[str, list] = {name: [] for name in names}
    for i, start in enumerate(near[1:]):
        others = [j for j in range(len(y)) if j != i]
        rest = Exact.of([y[j] for j in others], [v[j] for j in others], method, start)
        own, hat = Decimal(float(v[i])) + rest.tau2, whole.fit.w[i] / sum(whole.fit.w)
        b, V = rest.fit.beta[0], rest.fit.V[0][0]
        values = (
            (Decimal(float(y[i])) - b) / (own + V).sqrt(),
            (beta - b) / (hat * own).sqrt(),
            (beta - b) ** 2 / variance,
            V / variance,
            rest.tau2,
            rest.fixed.Q,
            hat,
            100 * hat,
            (beta - b) * (sum(rest.fit.w) + 1 / own).sqrt(),
            (Decimal(float(y[i])) - beta) ** 2 * whole.fit.w[i],
            (beta - b) ** 2 / V,
        )
        for name, value in zip(names, values, strict=True):
            found[name].append(value)
    return found


@exactly
def q_profile(y, v, method: str, near: float, level: float) -> dict[str, Decimal]:
    """tau² with the limits at which the generalised Q meets its chi-square quantiles, and what follows from them."""
    model = Exact.of(y, v, method, near)
    A, tail = model.fixed.projector(), 0.5 - level / 200.0
    typical = model.df / sum(A[i][i] for i in range(model.fit.k))
    values = {"": model.tau2}
    for end, p in (("_lb", tail), ("_ub", 1 - tail)):
        target = Decimal(float(stats.chi2.isf(p, model.df)))
        values[end] = falling(lambda t, c=target: model.at(t).Q - c) if target < model.fixed.Q else Decimal(0)
    found = {f"tau2{end}": t for end, t in values.items()}
    found |= {f"tau{end}": t.sqrt() for end, t in values.items()}
    found |= {f"I2{end}": 100 * t / (typical + t) for end, t in values.items()}
    return found | {f"H2{end}": t / typical + 1 for end, t in values.items()}


def falling(g: Callable[[Decimal], Decimal]) -> Decimal:
    """Root of a function that falls from above zero: halved down to eight digits, then the secant rule."""
    low, high = Decimal(0), Decimal("1e-20")
    while g(high) > 0:
        low, high = high, 10 * high
    while high - low > Decimal("1e-8") * high:
        middle = (low + high) / 2
        low, high = (middle, high) if g(middle) > 0 else (low, middle)
    return root(g, high)
