"""Numbers and sentences as figures and pages print them. Nothing here loads matplotlib."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

PROPORTIONS = frozenset({"PR", "PLN", "PLO", "PAS", "PFT"})
RATES = frozenset({"IR", "IRLN", "IRS"})
RATIOS = frozenset({"RR", "OR", "PETO", "IRR", "HR", "ROM", "GENLN"})
MEASURES = {
    **dict.fromkeys(PROPORTIONS, "Proportion"),
    **dict.fromkeys(RATES, "Incidence rate"),
    "RR": "Risk ratio",
    "OR": "Odds ratio",
    "PETO": "Odds ratio (Peto)",
    "IRR": "Incidence rate ratio",
    "HR": "Hazard ratio",
    "ROM": "Ratio of means",
    "GENLN": "Ratio",
    "GEN": "Effect",
    "RD": "Risk difference",
    "AS": "Difference of arcsine roots",
    "MD": "Mean difference",
    "SMD": "Standardised mean difference",
    "MN": "Mean",
    "MNLN": "Mean",
    "ZCOR": "Correlation",
}
NONE = "–"


def measure_of(result: Mapping[str, Any]) -> str:
    """The measure of a result; published ratios (``GEN`` with ``ratio_scale``) are told from differences."""
    measure = str(result["measure"])
    return "GENLN" if measure == "GEN" and result.get("ratio_scale") else measure


def number(value: float | None, digits: int = 2) -> str:
    """A number with a true minus sign; a dash for what is not defined."""
    if value is None or math.isnan(value):
        return NONE
    if abs(value) >= 1e5:
        return f"{value:.1e}".replace("-", "−")
    text = f"{value:.{digits}f}"
    return text.replace("-", "") if float(text) == 0 else text.replace("-", "−")


def interval(lower: float | None, upper: float | None, digits: int = 2) -> str:
    """``[0.28, 0.55]``, or the empty string when a bound is missing."""
    if lower is None or upper is None:
        return ""
    return f"[{number(lower, digits)}, {number(upper, digits)}]"


def estimate(row: Mapping[str, Any], digits: int = 2) -> str:
    """``0.41 [0.28, 0.55]`` of a mapping with estimate, ci_lb and ci_ub."""
    return f"{number(row.get('estimate'), digits)} {interval(row.get('ci_lb'), row.get('ci_ub'), digits)}".strip()


def p_value(p: float | None) -> str:
    """``p = 0.56``, ``p < 0.001``; p with a dash when it is not defined."""
    if p is None:
        return f"p {NONE}"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def count(value: float | None) -> str:
    """A whole number with thousands set apart; a dash for what is not known."""
    return NONE if value is None or math.isnan(value) else f"{int(value):,}"


def share(part: float, whole: float) -> str:
    """A percentage that never rounds an unfinished count to 100 % or a started one to 0 %."""
    if not whole:
        return NONE
    percent = round(100 * part / whole)
    if percent == 100 and part < whole:
        percent = 99
    if percent == 0 and part > 0:
        percent = 1
    return f"{percent} %"


def plural(value: int, one: str, many: str = "") -> str:
    """``1 study``, ``12 studies``."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def percent(value: float | None, digits: int = 0) -> str:
    """A percentage that is given in percent already."""
    return NONE if value is None else f"{number(value, digits)} %"


def heterogeneity(analysis: Mapping[str, Any], level: float = 95) -> str:
    """The line under a forest plot: tau² with its interval, I², Q with df and p."""
    tau2 = f"τ² = {number(analysis.get('tau2'), 2)}"
    low, high = analysis.get("tau2_lb"), analysis.get("tau2_ub")
    bounds = f"{level:g} % CI {number(low)} to {'no upper bound' if high is None else number(high)}"
    parts = [f"{tau2} ({'no CI' if low is None else bounds})"]
    if analysis.get("I2") is not None:
        parts.append(f"I² = {percent(analysis['I2'])}")
    if analysis.get("Q") is not None:
        df = analysis.get("Q_df")
        test = "Q (likelihood ratio)" if analysis.get("model") == "glmm" else "Q"
        parts.append(f"{test} = {number(analysis['Q'], 2)} on {count(df)} df, {p_value(analysis.get('Q_p'))}")
    return "Heterogeneity: " + ", ".join(parts)


def between_groups(test: Mapping[str, Any]) -> str:
    """The test for subgroup differences as one line."""
    if test.get("Q") is None:
        return "Test for subgroup differences: not possible with these studies"
    line = f"Test for subgroup differences: Q = {number(test['Q'], 2)} on {count(test.get('df'))} df, "
    method = str(test.get("method") or "").replace("tau²", "τ²")
    return line + p_value(test.get("p")) + (f" ({method})" if method else "")
