"""The statistics of a result as the short lines printed under a forest plot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prismake.core.numbers import Format, count, decimals, number, p_value, percent

NOT_REPORTED = "not reported"  # the subgroup of studies without a label, and a result that an appraisal does not find

# What a prediction interval rests on, by the words of the config.
PREDICTION = {
    "hts": "t distribution, k − 2 degrees of freedom",
    "riley": "t distribution, k − 2 degrees of freedom, standard error of the test",
    "v": "t distribution, k − 1 degrees of freedom",
    "metafor": "quantile of the test",
    "normal": "normal distribution",
    "cd": "confidence distribution of tau²",
}


def heterogeneity(row: Mapping[str, Any], level: float = 95, show: Format | None = None) -> str:
    """The line under a forest plot: tau² with its interval, I², Q with df and p."""
    show = show or alone(row)
    low, high = row.get("tau2_lb"), row.get("tau2_ub")
    upper = "no upper bound" if high is None else show.variance(high)
    bounds = "no CI" if low is None else f"{level:g} % CI {show.variance(low)} to {upper}"
    parts = [f"τ² {equals(show.variance(row.get('tau2')))} ({bounds})"]
    if row.get("I2") is not None:
        parts.append(f"I² = {percent(row['I2'])}")
    if row.get("Q") is not None:
        test = (
            "Q" if row.get("model") in (None, "inverse_variance", "mantel_haenszel", "peto") else "Q (likelihood ratio)"
        )
        parts.append(f"{test} = {number(row['Q'])} on {count(row.get('Q_df'))} df, {p_value(row.get('Q_p'))}")
    return "Heterogeneity: " + ", ".join(parts)


def overall_effect(row: Mapping[str, Any]) -> str:
    """“z = 2.31, p = 0.021” or “t = 2.31 on 7 df, p = 0.054”; empty where the analysis has no such test."""
    values = row.get("values") or {}
    statistic, p, df = (_first(values.get(name)) for name in ("stat", "pval", "ddf"))
    if statistic is None or p is None:
        return ""
    return (f"t = {number(statistic)} on {df:g} df, " if df else f"z = {number(statistic)}, ") + p_value(p)


def _first(value: Any) -> float | None:
    value = value[0] if isinstance(value, list) and value else value
    return float(value) if isinstance(value, int | float) else None


def between_groups(group: Mapping[str, Any]) -> str:
    """The test for subgroup differences as one line under a forest plot."""
    if group.get("Q") is None:
        return "Test for subgroup differences: not possible with these studies"
    line = f"Test for subgroup differences: Q = {number(group['Q'])} on {count(group.get('df'))} df, "
    method = str(group.get("method") or "").replace("tau²", "τ²")
    return line + p_value(group.get("p")) + (f" ({method})" if method else "")


def alone(row: Mapping[str, Any]) -> Format:
    """The format of a row that belongs to no outcome."""
    low, high = row.get("ci_lb"), row.get("ci_ub")
    return Format(decimals(high - low) if low is not None and high is not None else 2)


def equals(text: str) -> str:
    """“= 0.52” or “< 0.001”, to follow the name of a statistic."""
    return text if text.startswith("<") else f"= {text}"
