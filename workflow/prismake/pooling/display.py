"""A pooled result as text, HTML and data frame: on the natural scale where the measure is known."""

from __future__ import annotations

import html as markup
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from prismake.core.errors import PoolingError

from .distributions import critical
from .estimate import Estimate
from .intervals import tau2_interval
from .prediction import prediction_text
from .transforms import LOG_MEASURES, back_transform, natural_scale

if TYPE_CHECKING:
    import pandas as pd

TITLES = {
    **{"PR": "Proportion", "PLN": "Proportion", "PLO": "Proportion", "PAS": "Proportion", "PFT": "Proportion"},
    **{"IR": "Rate", "IRLN": "Rate", "IRS": "Rate", "IRFT": "Rate", "IRR": "Rate ratio", "IRD": "Rate difference"},
    **{"IRSD": "Difference of square-root rates", "RR": "Risk ratio", "OR": "Odds ratio", "PETO": "Odds ratio (Peto)"},
    **{"RD": "Risk difference", "AS": "Arcsine difference", "MD": "Mean difference", "ROM": "Ratio of means"},
    **{"SMD": "Standardised mean difference", "SMDH": "Standardised mean difference", "MN": "Mean", "MNLN": "Mean"},
    **{"SDLN": "Standard deviation", "CVLN": "Coefficient of variation", "COR": "Correlation", "ZCOR": "Correlation"},
    **{"UCOR": "Correlation", "GEN": "Effect", "GENLN": "Ratio"},
}
KINDS = {
    "EE": "common effect",
    "MH": "common effect (Mantel-Haenszel)",
    "Peto": "common effect (Peto)",
}
TESTS = {"z": "Wald", "t": "Wald, t distribution", "knha": "Hartung-Knapp"}


# ---- numbers as text -----------------------------------------------------------------------------------------


def number(value: float, spread: float, *, ratio: bool) -> str:
    """``value`` with the digits that its interval of width ``spread`` carries; three significant ones for ratios."""
    if not math.isfinite(value):
        return "" if math.isnan(value) else ("-" if value < 0 else "") + "infinite"
    size = abs(value) if ratio else spread
    decimals = 3 if not math.isfinite(size) or size <= 0.0 else max(0, 2 - math.floor(math.log10(size)))
    return f"{value:.{decimals}f}"


def p_value(p: float) -> str:
    """``p = 0.03``, ``p < 0.001``, empty where not defined."""
    if math.isnan(p):
        return ""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def span(low: float, high: float, *, ratio: bool) -> str:
    if math.isnan(low) or math.isnan(high):
        return "none"
    width = (high - low) / 2.0
    return f"{number(low, width, ratio=ratio)} to {number(high, width, ratio=ratio)}"


def is_ratio(pooled: Estimate) -> bool:
    """Whether readers expect significant digits rather than decimals."""
    return pooled.measure in LOG_MEASURES


# ---- rows ----------------------------------------------------------------------------------------------------


def title(pooled: Estimate) -> str:
    """“Risk ratio, random effects (REML), 13 studies”."""
    effect = TITLES.get(pooled.measure, "Effect")
    kind = KINDS.get(pooled.method) or pooled.extra.get("model") or f"random effects ({pooled.method})"
    kind = "random effects (mixed model)" if "nodes" in pooled.extra else kind
    return f"{effect}, {kind}, {pooled.k} stud{'y' if pooled.k == 1 else 'ies'}"


def limits(pooled: Estimate) -> tuple[float, float, float, float, float]:
    """Estimate, confidence and prediction limits of a pooled mean, transformed back where the measure is known."""
    if not pooled.measure:
        return pooled.beta, pooled.ci_lb, pooled.ci_ub, pooled.pi_lb, pooled.pi_ub
    natural = natural_scale(pooled.measure, pooled, ni=pooled.ni)
    return natural.estimate, natural.ci_lb, natural.ci_ub, natural.pi_lb, natural.pi_ub


def studies(pooled: Estimate) -> tuple[list[str], np.ndarray]:
    """Names, and estimate with Wald limits of every study, (k, 3), transformed back where the measure is known."""
    yi, half = np.asarray(pooled.yi), critical(pooled.level) * np.sqrt(np.asarray(pooled.vi))
    values = np.column_stack([yi, yi - half, yi + half])
    if pooled.measure:
        sizes = [None] * 3 if pooled.ni is None else [pooled.ni] * 3
        values = np.column_stack(
            [np.atleast_1d(back_transform(pooled.measure, values[:, j], ni=sizes[j])) for j in range(3)]
        )
    return list(pooled.labels or [f"study {i + 1}" for i in range(pooled.k)]), values


def rows(pooled: Estimate) -> list[tuple[str, str, str, str]]:
    """Lines of the printed table: name, estimate, interval, p-value."""
    if np.ndim(pooled.beta):
        return [
            (
                name,
                number(b, (high - low) / 2.0, ratio=False),
                span(low, high, ratio=False),
                p_value(float(p)),
            )
            for name, b, low, high, p in zip(
                pooled.coef_names, pooled.beta, pooled.ci_lb, pooled.ci_ub, pooled.pval, strict=True
            )
        ]
    ratio = is_ratio(pooled)
    estimate, low, high, pi_low, pi_high = limits(pooled)
    lines = [("pooled", number(estimate, (high - low) / 2.0, ratio=ratio), span(low, high, ratio=ratio), "")]
    if not _single_arm(pooled):
        lines[0] = (*lines[0][:3], p_value(pooled.pval))
    if predicts(pooled):
        lines.append(("new study", "", span(pi_low, pi_high, ratio=ratio), ""))
    return lines


def predicts(pooled: Estimate) -> bool:
    """Whether effects differ between studies in the model, so that the effect in a new study can be predicted."""
    return pooled.method not in KINDS and "rho" not in pooled.extra


def _single_arm(pooled: Estimate) -> bool:
    """A proportion, rate or mean of one arm: testing it against zero on its scale is meaningless."""
    return pooled.measure in {*"PR PLN PLO PAS PFT IR IRLN IRS IRFT MN MNLN SDLN CVLN".split()}


def _interval_of(pooled: Estimate) -> str:
    test = TESTS[pooled.test] + ("" if math.isnan(pooled.ddf) else f", {pooled.ddf:g} df")
    return f"confidence interval: {test}"


def heterogeneity(pooled: Estimate) -> str:
    """“tau² = 0.31, I² = 92 %, Q = 152.2 on 12 df, p < 0.001”."""
    if "rho" in pooled.extra:
        rho = pooled.extra["rho"]
        return f"correlation within studies = {rho:.3g}, test that it is zero: {p_value(pooled.Q_p)}"
    if pooled.Q_df < 1:
        return "heterogeneity cannot be estimated from one study"
    parts = [] if pooled.method in KINDS else [f"tau² = {pooled.tau2:.3g}"]
    if not math.isnan(pooled.I2):
        parts.append(f"I² = {pooled.I2:.0f} %")
    parts.append(f"Q = {pooled.Q:.2f} on {pooled.Q_df} df, {p_value(pooled.Q_p)}")
    return ", ".join(parts)


# ---- the forms -----------------------------------------------------------------------------------------------


def one_line(pooled: Estimate) -> str:
    """“<Pooled: Risk ratio 0.489 (0.345 to 0.695), 13 studies>”."""
    if np.ndim(pooled.beta):
        return f"<Pooled: {title(pooled)}, coefficients {', '.join(pooled.coef_names)}>"
    row = rows(pooled)[0]
    return f"<Pooled: {TITLES.get(pooled.measure, 'Effect')} {row[1]} ({row[2]}), {pooled.k} studies>"


def table(pooled: Estimate) -> str:
    """The printed table."""
    lines = rows(pooled)
    heads = ("", "estimate", f"{pooled.level:g} % interval", "")
    widths = [max(len(row[j]) for row in [heads, *lines]) for j in range(4)]

    def line(row: tuple[str, ...]) -> str:
        return f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]}".rstrip()

    return "\n".join([title(pooled), "", *map(line, [heads, *lines]), "", *notes(pooled)])


def notes(pooled: Estimate) -> list[str]:
    """Lines below the table: scale, heterogeneity, kinds of intervals, and deviations from what was asked."""
    lines = [heterogeneity(pooled)]
    if np.ndim(pooled.beta):
        m, denominator = pooled.QM_df
        against = f" and {denominator:g}" if not math.isnan(denominator) else ""
        lines.append(f"test of moderators: {pooled.QM:.2f} on {m:g}{against} df, {p_value(pooled.QM_p)}")
        if pooled.measure:
            lines.append(f"coefficients on the scale of the analysis ({pooled.measure})")
    lines.append(_interval_of(pooled))
    if pooled.pi_method:
        lines.append(f"prediction interval: {prediction_text(pooled.pi_method, pooled.p)}")
    elif not np.ndim(pooled.beta) and predicts(pooled):
        lines.append("no prediction interval: at least three studies are needed")
    if not pooled.measure and not np.ndim(pooled.beta):
        lines.append("on the scale of the analysis: give measure= for the natural scale")
    return lines + [f"note: {note}" for note in pooled.warnings]


def summary(pooled: Estimate) -> str:
    """The table with its interval of tau² and the studies."""
    lines = [table(pooled)]
    if predicts(pooled) and pooled.k > 1 and not np.ndim(pooled.beta) and pooled.yi is not None:
        lines.append(_tau2_line(pooled))
    if pooled.yi is not None and not np.ndim(pooled.beta):
        names, values = studies(pooled)
        ratio = is_ratio(pooled)
        width = max(len(name) for name in names)
        lines += ["", f"{'study':<{width}}  {'estimate':>10}  {f'{pooled.level:g} % interval':>22}  {'weight %':>9}"]
        for name, (y, low, high), weight in zip(names, values, pooled.weights_pct, strict=True):
            estimate_text = number(y, (high - low) / 2.0, ratio=ratio)
            lines.append(f"{name:<{width}}  {estimate_text:>10}  {span(low, high, ratio=ratio):>22}  {weight:>9.1f}")
    return "\n".join(lines)


def _tau2_line(pooled: Estimate) -> str:
    if "nodes" in pooled.extra:
        return "interval of tau²: see tau2_interval_proportions"
    try:
        interval = tau2_interval(pooled.yi, pooled.vi, pooled.method, pooled.level)
    except PoolingError as error:
        return f"no interval of tau²: {error}"
    return f"interval of tau²: {interval.tau2_lb:.3g} to {interval.tau2_ub:.3g} (Q-profile)"


def group_lines(names: Sequence[str], estimates: Sequence[Estimate]) -> list[str]:
    """A table of several pooled means: name, number of studies, estimate, interval, tau²."""
    lines = [("", "k", "estimate", f"{estimates[0].level:g} % interval", "tau²")]
    for name, pooled in zip(names, estimates, strict=True):
        estimate, low, high, *_ = limits(pooled)
        estimate_text = number(estimate, (high - low) / 2.0, ratio=is_ratio(pooled))
        lines.append(
            (name, str(pooled.k), estimate_text, span(low, high, ratio=is_ratio(pooled)), f"{pooled.tau2:.3g}")
        )
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        f"{line[0]:<{widths[0]}}  " + "  ".join(f"{cell:>{w}}" for cell, w in zip(line[1:], widths[1:], strict=True))
        for line in lines
    ]


def html(pooled: Estimate) -> str:
    """The printed table as HTML; names are escaped."""

    def cells(row: tuple[str, ...], tag: str) -> str:
        return "".join(f"<{tag}>{markup.escape(cell)}</{tag}>" for cell in row)

    head = cells(("", "estimate", f"{pooled.level:g} % interval", ""), "th")
    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows(pooled))
    below = "<br>".join(markup.escape(note) for note in notes(pooled))
    caption = f"<caption>{markup.escape(title(pooled))}</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><p>{below}</p>"


def frame(pooled: Estimate) -> pd.DataFrame:
    """See `Pooled.to_frame`."""
    import pandas as pd

    columns = ["estimate", "ci_lb", "ci_ub", "weight_pct", "se"]
    if np.ndim(pooled.beta):
        table: dict[str, Any] = {"estimate": pooled.beta, "ci_lb": pooled.ci_lb, "ci_ub": pooled.ci_ub}
        table |= {"se": pooled.se, "pval": pooled.pval}
        return pd.DataFrame(table, index=list(pooled.coef_names))
    estimate, low, high, pi_low, pi_high = limits(pooled)
    cells, index = [[estimate, low, high, 100.0, pooled.se]], ["pooled"]
    if predicts(pooled):
        cells, index = [*cells, [math.nan, pi_low, pi_high, math.nan, math.nan]], [*index, "prediction"]
    if pooled.yi is not None:
        names, values = studies(pooled)
        own = np.column_stack([values, pooled.weights_pct, np.sqrt(np.asarray(pooled.vi))]).tolist()
        cells, index = own + cells, names + index
    return pd.DataFrame(cells, index=index, columns=columns)
