"""Plain forest and funnel plots of a result; matplotlib is imported only when one is drawn."""

from __future__ import annotations

from typing import Any

import numpy as np

from prismake.core.errors import PoolingError

from .display import TITLES, is_ratio, limits, number, span, studies
from .distributions import critical
from .estimate import Estimate


def _axes(ax: Any, size: tuple[float, float]) -> Any:
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt

    return plt.subplots(figsize=size, layout="constrained")[1]


def _check(pooled: Estimate) -> None:
    if np.ndim(pooled.beta) or pooled.yi is None:
        raise PoolingError("Only a pooled mean of known effects can be drawn.", remedy="Leave the moderators out.")


def forest(pooled: Estimate, ax: Any = None) -> Any:
    """Studies with their intervals, a diamond for the pooled estimate and a bar for the prediction interval."""
    _check(pooled)
    names, values = studies(pooled)
    estimate, low, high, pi_low, pi_high = limits(pooled)
    ratio = is_ratio(pooled)
    predicted = bool(pooled.pi_method)
    axes = _axes(ax, (7.5, 1.2 + 0.28 * (pooled.k + 2)))
    height = np.arange(pooled.k)[::-1] + (2.0 if predicted else 1.0)
    area = 12.0 + 90.0 * pooled.weights_pct / pooled.weights_pct.max()
    axes.hlines(height, values[:, 1], values[:, 2], color="0.35", lw=1.0)
    axes.scatter(values[:, 0], height, s=area, marker="s", color="0.25", zorder=3)
    bottom = 1.0 if predicted else 0.0
    corners = [(low, bottom), (estimate, bottom + 0.3), (high, bottom), (estimate, bottom - 0.3)]
    axes.fill(*zip(*corners, strict=True), color="black", zorder=3)
    if predicted:
        axes.hlines([0.0], pi_low, pi_high, color="black", lw=3.0)
    axes.axvline(estimate, color="0.6", lw=0.8, ls=":")
    null = 1.0 if ratio else 0.0
    if not pooled.measure or pooled.measure[0] not in "PI" or pooled.measure in {"IRR", "IRD", "PETO"}:
        axes.axvline(null, color="0.6", lw=0.8)
    if ratio:
        from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
    texts = [f"{number(y, (b - a) / 2.0, ratio=ratio)} ({span(a, b, ratio=ratio)})" for y, a, b in values]
    texts.append(f"{number(estimate, (high - low) / 2.0, ratio=ratio)} ({span(low, high, ratio=ratio)})")
    rows = [*names, "pooled"]
    places = [*height, bottom]
    if predicted:
        rows, places = [*rows, "new study"], [*places, 0.0]
        texts.append(f"({span(pi_low, pi_high, ratio=ratio)})")
    axes.set_yticks(places, rows)
    axes.tick_params(axis="y", length=0)
    right = axes.secondary_yaxis("right")
    right.set_yticks(places, texts)
    right.tick_params(axis="y", length=0)
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    right.spines["right"].set_visible(False)
    axes.set_ylim(-0.7, height.max() + 0.7)
    axes.set_xlabel(f"{TITLES.get(pooled.measure, 'Effect')} ({pooled.level:g} % intervals)")
    return axes


def funnel(pooled: Estimate, ax: Any = None) -> Any:
    """Effects against standard errors, on the scale of the analysis, with the region a common effect would fill."""
    _check(pooled)
    axes = _axes(ax, (5.0, 4.0))
    sei = np.sqrt(np.asarray(pooled.vi))
    top = 1.05 * float(sei.max())
    half = critical(pooled.level) * top
    axes.fill([pooled.beta - half, pooled.beta, pooled.beta + half], [top, 0.0, top], color="0.93", zorder=0)
    axes.axvline(pooled.beta, color="0.5", lw=0.8)
    axes.scatter(pooled.yi, sei, s=16.0, color="0.2", zorder=3)
    axes.set_ylim(top, 0.0)
    axes.set_ylabel("standard error")
    axes.set_xlabel(f"{TITLES.get(pooled.measure, 'Effect')}, scale of the analysis")
    return axes
