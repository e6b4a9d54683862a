"""Maximum of a likelihood that is approximated with few quadrature nodes, by numerical differentiation.

The identities behind `quadrature` hold for the exact integral. An approximation with 1 (Laplace) or 7 nodes, as other
programs often report it, is maximised itself, by Newton steps with central differences of fourth order.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from prismake.core.errors import NotConverged

from .mixed import Mixed
from .quadrature import Counts, evaluate

Function = Callable[[np.ndarray], float]


def maximise(counts: Counts, nodes: int, b: np.ndarray, tau: float, at_zero: Mixed) -> Mixed:
    """The mixed model with a fixed number of nodes, started at the exact estimate (b, tau).

    The search runs on coefficients of orthogonal columns, so that one step width suits them all.
    """
    flat = counts.X.reshape(-1, counts.p)
    R = np.linalg.qr(flat)[1] / math.sqrt(flat.shape[0])
    back = np.linalg.inv(R)
    turned = replace(counts, X=counts.X @ back)

    def loglik(theta: np.ndarray) -> float:
        return evaluate(turned, theta[:-1], abs(theta[-1]), nodes, derivatives=False)[0].loglik

    theta, value, gradient, hessian, steps = climb(loglik, np.append(R @ b, tau))
    if abs(theta[-1]) < 1e-6 or value <= at_zero.loglik:
        return at_zero
    covariance, tau = np.linalg.inv(-hessian), abs(float(theta[-1]))
    return Mixed(
        back @ theta[:-1], back @ covariance[:-1, :-1] @ back.T, tau * tau, 2.0 * tau * math.sqrt(covariance[-1, -1]),
        value, at_zero.loglik, at_zero.b, at_zero.information_fixed, float(np.abs(gradient).max()), steps, nodes,
    )  # fmt: skip


def climb(f: Function, theta: np.ndarray, limit: int = 40) -> tuple[np.ndarray, float, np.ndarray, np.ndarray, int]:
    """Newton ascent with numerical derivatives: (theta, f, gradient, Hessian, iterations)."""
    value = f(theta)
    hessian = numerical_hessian(f, theta, value)
    for iteration in range(1, limit + 1):
        gradient = numerical_gradient(f, theta)
        if iteration > 1 and iteration <= 4:
            hessian = numerical_hessian(f, theta, value)
        values, vectors = np.linalg.eigh(-hessian)
        step = (vectors / np.maximum(np.abs(values), 1e-8)) @ (vectors.T @ gradient)
        decrement = float(step @ gradient)
        if decrement < 1e-17 * (1.0 + abs(value)) or (iteration > 12 and decrement < 1e-12):
            return theta, value, gradient, numerical_hessian(f, theta, value), iteration
        scale = 1.0
        while f(theta + scale * step) < value - 1e-11 * (1.0 + abs(value)):
            scale *= 0.5
            if scale < 1e-6:
                if decrement < 1e-12 * (1.0 + abs(value)):
                    return theta, value, gradient, numerical_hessian(f, theta, value), iteration
                raise NotConverged("The approximated likelihood does not rise along its gradient.")
        theta = theta + scale * step
        value = f(theta)
    raise NotConverged("The approximated likelihood was not maximised within the steps allowed.")


def _widths(theta: np.ndarray, width: float) -> np.ndarray:
    return width * np.maximum(1.0, np.abs(theta))


def numerical_gradient(f: Function, theta: np.ndarray, width: float = 2e-3) -> np.ndarray:
    """Fourth-order central differences."""
    gradient, h = np.empty(theta.size), _widths(theta, width)
    for i in range(theta.size):
        e = np.zeros(theta.size)
        e[i] = h[i]
        near, far = f(theta + e) - f(theta - e), f(theta + 2.0 * e) - f(theta - 2.0 * e)
        gradient[i] = (8.0 * near - far) / (12.0 * h[i])
    return gradient


def numerical_hessian(f: Function, theta: np.ndarray, value: float, width: float = 4e-3) -> np.ndarray:
    """Fourth-order on the diagonal; mixed derivatives by Richardson extrapolation of second-order ones."""
    n, h = theta.size, _widths(theta, width)
    H = np.empty((n, n))
    for i in range(n):
        e = np.zeros(n)
        e[i] = h[i]
        near, far = f(theta + e) + f(theta - e), f(theta + 2.0 * e) + f(theta - 2.0 * e)
        H[i, i] = (16.0 * near - far - 30.0 * value) / (12.0 * h[i] ** 2)
        for j in range(i):
            d = np.zeros(n)
            d[j] = h[j]

            def mixed(s: float, e: np.ndarray = e, d: np.ndarray = d) -> float:
                return (
                    f(theta + s * (e + d)) - f(theta + s * (e - d)) - f(theta - s * (e - d)) + f(theta - s * (e + d))
                ) / (4.0 * s * s)

            H[i, j] = H[j, i] = (4.0 * mixed(1.0) - mixed(2.0)) / 3.0 / (h[i] * h[j])
    return H
