"""Numbers that a report does not print, computed from those that it does.

Each function returns plain floats. Numbers are on the scale of the report unless a function says otherwise; ``yi`` and
``sei`` are a logarithm and its standard error. Docstrings state what a conversion assumes. A converted number is marked
as such wherever it is shown, and analyses are repeated without it.

Sources: Cochrane Handbook 6 (chapters 6, 15, 23), Luo 2018 (doi:10.1177/0962280216669183), Wan 2014
(doi:10.1186/1471-2288-14-135), Shi 2020 (doi:10.1002/jrsm.1429), Shi 2023 (skewness; constants of metafor 5), Tierney
2007 (doi:10.1186/1745-6215-8-16).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import NamedTuple

from prismake.core.errors import ExtractionError

_NORMAL = NormalDist()
_CONSTANTS = {  # of the critical values: range (two), quartiles (two), both (two)
    2020: (1.01, 2.43, 2.66, 5.92, 2.97, 39.1),
    2023: (1.0, 2.5, 2.65, 6.0, 3.0, 40.0),
}
_FEWEST = 5  # people; with fewer, quantiles say nothing about a mean


class MeanSd(NamedTuple):
    """A mean and standard deviation computed from quantiles.

    ``skewness``, ``critical``: the statistic of Shi 2023 and the value above which data count as skewed (NaN if not
    computed).
    """

    mean: float
    sd: float
    skewness: float = math.nan
    critical: float = math.nan

    @property
    def skewed(self) -> bool:
        """Whether the mean and standard deviation must not be used."""
        return self.skewness >= self.critical


def mean_sd(
    n: int,
    median: float,
    *,
    minimum: float | None = None,
    q1: float | None = None,
    q3: float | None = None,
    maximum: float | None = None,
    method: str = "luo",
    constants: int = 2023,
) -> MeanSd:
    """Mean and standard deviation from a median with range, with quartiles, or with both.

    The mean follows Luo (2018), the standard deviation Wan (2014; with both range and quartiles, Shi 2020), using their
    formulas rather than Wan's tables. ``method`` "wan" takes the older means of Wan 2014 (equations 2, 14, 10) without
    skewness.

    ``constants``: the year of Shi's critical values of skewness.

    Raises:
        ExtractionError: fewer than five people, values out of order, or neither range nor quartiles.
    """
    in_order = [value for value in (minimum, q1, median, q3, maximum) if value is not None]
    if n < _FEWEST:
        raise ExtractionError(f"a median of {n} people says too little.", remedy="Ask the authors for mean and SD.")
    if in_order != sorted(in_order):
        raise ExtractionError(
            f"{', '.join(f'{value:g}' for value in in_order)} are not in order.",
            remedy="Are these minimum, quartiles and maximum?",
        )
    if minimum is not None and maximum is not None and q1 is not None and q3 is not None:
        return _five(n, minimum, q1, median, q3, maximum, method, constants)
    if minimum is not None and maximum is not None:
        return _range(n, minimum, median, maximum, method, constants)
    if q1 is not None and q3 is not None:
        return _quartiles(n, q1, median, q3, method, constants)
    raise ExtractionError("a median alone has no spread.", remedy="Give minimum and maximum, or both quartiles.")


def _range(n: int, a: float, m: float, b: float, method: str, constants: int) -> MeanSd:
    first, second, *_ = _CONSTANTS[constants]
    sd = (b - a) / _xi(n)
    if method == "wan":
        return MeanSd((a + 2 * m + b) / 4 + (a - 2 * m + b) / (4 * n), sd)
    w = 4 / (4 + n**0.75)
    skewness = abs(a + b - 2 * m) / (b - a) if b > a else 0.0
    return MeanSd(w * (a + b) / 2 + (1 - w) * m, sd, skewness, first / math.log(n + 9) + second / (n + 1))


def _quartiles(n: int, q1: float, m: float, q3: float, method: str, constants: int) -> MeanSd:
    first, second = _CONSTANTS[constants][2:4]
    sd = (q3 - q1) / _eta(n)
    if method == "wan":
        return MeanSd((q1 + m + q3) / 3, sd)
    w = 0.7 + 0.39 / n
    skewness = abs(q1 + q3 - 2 * m) / (q3 - q1) if q3 > q1 else 0.0
    return MeanSd(w * (q1 + q3) / 2 + (1 - w) * m, sd, skewness, first / math.sqrt(n) - second / n**2)


def _five(n: int, a: float, q1: float, m: float, q3: float, b: float, method: str, constants: int) -> MeanSd:
    first, second = _CONSTANTS[constants][4:]
    if method == "wan":
        mean = (a + 2 * q1 + 2 * m + 2 * q3 + b) / 8
        return MeanSd(mean, (b - a) / (2 * _xi(n)) + (q3 - q1) / (2 * _eta(n)))
    w1, w2 = 2.2 / (2.2 + n**0.75), 0.7 - 0.72 / n**0.55
    mean = w1 * (a + b) / 2 + w2 * (q1 + q3) / 2 + (1 - w1 - w2) * m
    share = 1 / (1 + 0.07 * n**0.6)
    sd = share * (b - a) / _xi(n) + (1 - share) * (q3 - q1) / _eta(n)
    outer = abs(a + b - 2 * m) / (b - a) if b > a else 0.0
    inner = abs(q1 + q3 - 2 * m) / (q3 - q1) if q3 > q1 else 0.0
    skewness = max(2.65 * math.log(0.6 * n) / math.sqrt(n) * outer, inner)
    return MeanSd(mean, sd, skewness, first / math.sqrt(n) - second / n**3)


def _xi(n: int) -> float:
    return 2 * _NORMAL.inv_cdf((n - 0.375) / (n + 0.25))


def _eta(n: int) -> float:
    return 2 * _NORMAL.inv_cdf((0.75 * n - 0.125) / (n + 0.25))


def quantile(level: float, df: float | None = None) -> float:
    """The two-sided quantile of a confidence level (0.95), of Student's t with ``df`` or of the normal distribution."""
    if df is None:
        return _NORMAL.inv_cdf(0.5 + level / 2)
    from scipy.stats import t

    return float(t.ppf(0.5 + level / 2, df))


def sd_from_se(se: float, n: int) -> float:
    """Standard deviation of one group from the standard error of its mean."""
    return se * math.sqrt(n)


def sd_from_ci(lower: float, upper: float, n: int, *, level: float = 0.95, t: bool = True) -> float:
    """Standard deviation of one group from the interval of its mean, by t with n - 1 df or by the normal."""
    return math.sqrt(n) * (upper - lower) / (2 * quantile(level, n - 1 if t else None))


def se_from_difference_ci(
    lower: float, upper: float, n1: int, n2: int, *, level: float = 0.95, t: bool = True
) -> float:
    """Standard error of a difference of means from its interval, by t with n1 + n2 - 2 df."""
    return (upper - lower) / (2 * quantile(level, n1 + n2 - 2 if t else None))


def t_from_p(p: float, n1: int, n2: int) -> float:
    """Student's t from the two-sided p-value of a comparison of two groups."""
    return quantile(1 - p, n1 + n2 - 2)


def t_from_f(f: float, df1: int = 1) -> float:
    """Student's t, without its sign, from F with one numerator degree of freedom.

    Raises:
        ExtractionError: F compares more than two groups.
    """
    if df1 != 1:
        raise ExtractionError(f"F with {df1} numerator degrees of freedom compares {df1 + 1} groups.", remedy="Ask.")
    return math.sqrt(f)


def se_from_t(difference: float, t: float) -> float:
    """Standard error of a difference of means from its t."""
    return abs(difference / t)


def sd_from_difference(se: float, n1: int, n2: int) -> float:
    """The pooled standard deviation of two groups from the standard error of their difference."""
    return se / math.sqrt(1 / n1 + 1 / n2)


def combine_groups(groups: Sequence[tuple[int, float, float]]) -> tuple[int, float, float]:
    """One group combined from several (n, mean, sd), as if measured as one (Handbook table 6.5.a)."""
    n, mean, sd = groups[0]
    for more, other, spread in groups[1:]:
        total = n + more
        squares = (n - 1) * sd**2 + (more - 1) * spread**2 + n * more / total * (mean - other) ** 2
        n, mean, sd = total, (n * mean + more * other) / total, math.sqrt(squares / (total - 1))
    return n, mean, sd


def sd_of_change(baseline: float, final: float, correlation: float) -> float:
    """Standard deviation of a change; the correlation comes from the report or is a stated assumption."""
    return math.sqrt(baseline**2 + final**2 - 2 * correlation * baseline * final)


def correlation_of_change(baseline: float, final: float, change: float) -> float:
    """The correlation of baseline and final values that three standard deviations imply."""
    return (baseline**2 + final**2 - change**2) / (2 * baseline * final)


def crossover_se(sd_difference: float, n: int) -> float:
    """Standard error of the mean difference within people."""
    return sd_difference / math.sqrt(n)


def crossover_smd(
    mean1: float, sd1: float, mean2: float, sd2: float, n: int, correlation: float
) -> tuple[float, float]:
    """Standardised difference of a crossover trial in units of the spread between people, and its standard error."""
    smd = (mean1 - mean2) / math.sqrt((sd1**2 + sd2**2) / 2)
    return smd, math.sqrt(1 / n + smd**2 / (2 * n)) * math.sqrt(2 * (1 - correlation))


def smd(mean1: float, sd1: float, n1: int, mean2: float, sd2: float, n2: int) -> tuple[float, float]:
    """Hedges' standardised difference of two groups, and its standard error (``escalc`` of metafor, vtype LS)."""
    df = n1 + n2 - 2
    pooled = math.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / df)
    exact = math.exp(math.lgamma(df / 2) - math.lgamma((df - 1) / 2)) / math.sqrt(df / 2)
    g = exact * (mean1 - mean2) / pooled
    return g, math.sqrt(1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2)))


def ratio_from_ci(estimate: float, lower: float, upper: float, *, level: float = 0.95) -> tuple[float, float, float]:
    """(yi, sei, asymmetry) of a ratio with its interval; asymmetry is ln(upper/estimate) / ln(estimate/lower)."""
    below, above = math.log(estimate / lower), math.log(upper / estimate)
    return math.log(estimate), (below + above) / (2 * quantile(level)), above / below if below else math.inf


def ratio_from_p(estimate: float, p: float) -> tuple[float, float]:
    """(yi, sei) of a ratio with its two-sided p-value.

    Raises:
        ExtractionError: a ratio of 1 has a p-value of 1 and no standard error.
    """
    if estimate == 1 or p >= 1:
        raise ExtractionError("a ratio of 1 with its p-value has no standard error.", remedy="Look for the interval.")
    yi = math.log(estimate)
    return yi, abs(yi) / z_from_p(p)


def z_from_p(p: float, sided: int = 2) -> float:
    """The normal statistic of a p-value, without its sign."""
    return -_NORMAL.inv_cdf(p / sided)


def ratio_from_o_minus_e(o_minus_e: float, v: float) -> tuple[float, float]:
    """(yi, sei) of a hazard ratio from observed minus expected events and their variance (Tierney 2007, eq. 1)."""
    return o_minus_e / v, 1 / math.sqrt(v)


def v_from_events(events1: float, events2: float) -> float:
    """Variance of O - E from the events of two groups of equal size."""
    return events1 * events2 / (events1 + events2)


def v_from_total(events: float, n1: float, n2: float) -> float:
    """Variance of O - E from the total of events and the sizes of two groups."""
    return events * n1 * n2 / (n1 + n2) ** 2


def o_minus_e(p: float, v: float, *, fewer: bool) -> float:
    """O - E from a two-sided p-value; ``fewer``: whether the first group had fewer events than expected."""
    return (-1 if fewer else 1) * z_from_p(p) * math.sqrt(v)


def hr_from_medians(median_control: float, median: float) -> float:
    """Hazard ratio from two median times if the hazards are constant: a stated assumption rather than a conversion."""
    return median_control / median


def rr_from_or(odds_ratio: float, risk: float) -> float:
    """Risk ratio at a baseline risk (Zhang and Yu 1998); approximate for the limits of an interval."""
    return odds_ratio / (1 - risk + risk * odds_ratio)


def per_1000(measure: str, value: float, risk: float = math.nan) -> float:
    """More (or, below 0, fewer) events in 1,000 people at a baseline risk, from an RR, OR, HR or RD."""
    if measure == "RD":
        return 1000 * value
    if measure == "HR":
        return 1000 * ((1 - (1 - risk) ** value) - risk)
    ratio = rr_from_or(value, risk) if measure == "OR" else value
    return 1000 * (ratio * risk - risk)


def number_needed(difference_per_1000: float) -> int:
    """Number needed to treat for one event more or fewer, rounded up (Handbook 15.4.2)."""
    return math.ceil(round(1000 / abs(difference_per_1000), 9))


def smd_from_or(odds_ratio: float, se_log: float = math.nan) -> tuple[float, float]:
    """Standardised mean difference and its standard error from an odds ratio (Chinn 2000)."""
    factor = math.sqrt(3) / math.pi
    return math.log(odds_ratio) * factor, se_log * factor


def or_from_smd(smd: float) -> float:
    """Odds ratio from a standardised mean difference (Chinn 2000)."""
    return math.exp(smd * math.pi / math.sqrt(3))


def counts_of_percentage(percent: float, decimals: int, n: int) -> list[int]:
    """Every count out of ``n`` with this printed percentage; a half may have been rounded up or down."""
    return list(possible_counts(percent, decimals, n))


def possible_counts(percent: float, decimals: int, n: int) -> range:
    """The counts of ``counts_of_percentage``, which can be very many."""
    half = 0.5 * 10**-decimals
    low, high = (percent - half) * n / 100, (percent + half) * n / 100
    return range(max(0, math.ceil(low - 1e-9)), min(n, math.floor(high + 1e-9)) + 1)


def nearest_counts(percent: float, n: int) -> tuple[int, int]:
    """The two counts out of ``n`` on either side of a percentage."""
    below = min(max(math.floor(percent * n / 100), 0), n)
    return below, min(below + 1, n)


def rate(events: float, time: float) -> tuple[float, float]:
    """(yi, sei) of the logarithm of a rate."""
    return math.log(events / time), 1 / math.sqrt(events)


def rate_ratio(events1: float, time1: float, events2: float, time2: float) -> tuple[float, float]:
    """(yi, sei) of the ratio of two rates."""
    return math.log(events1 / time1) - math.log(events2 / time2), math.sqrt(1 / events1 + 1 / events2)


def rate_upper(events: int, time: float, level: float = 0.95) -> float:
    """The exact upper bound of a rate (Poisson)."""
    from scipy.stats import chi2

    return float(chi2.ppf(0.5 + level / 2, 2 * (events + 1)) / 2 / time)


def clopper_pearson(events: int, total: int, level: float = 0.95) -> tuple[float, float]:
    """The exact interval of a proportion."""
    from scipy.stats import beta

    tail = (1 - level) / 2
    low = float(beta.ppf(tail, events, total - events + 1)) if events else 0.0
    return low, float(beta.ppf(1 - tail, events + 1, total - events)) if events < total else 1.0


def design_effect(cluster_size: float, icc: float) -> float:
    """The factor by which clusters of a mean size inflate a variance (Handbook 23.1.4)."""
    return 1 + (cluster_size - 1) * icc


def effective_size(number: float, cluster_size: float, icc: float) -> float:
    """Events or people of a cluster trial as if independent; not for results that are already adjusted."""
    return number / design_effect(cluster_size, icc)


def split_comparator(numbers: Mapping[str, float], arms: int) -> dict[str, float]:
    """The share of a shared comparator for each arm: events, total, time and n are divided, means are not."""
    return {
        name: value / arms if name in ("events", "total", "time", "n") else value for name, value in numbers.items()
    }


def information_size_binary(risk: float, reduction: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """People per group of an adequately powered trial to detect a relative risk reduction."""
    other = risk * (1 - reduction)
    middle = (risk + other) / 2
    first = quantile(1 - alpha) * math.sqrt(2 * middle * (1 - middle))
    second = _NORMAL.inv_cdf(power) * math.sqrt(risk * (1 - risk) + other * (1 - other))
    return ((first + second) / (risk - other)) ** 2


def information_size_continuous(difference_sd: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """People per group of an adequately powered trial to detect a difference in standard deviations."""
    return 2 * ((quantile(1 - alpha) + _NORMAL.inv_cdf(power)) / difference_sd) ** 2
