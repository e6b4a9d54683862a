"""Formatting of numbers: page, figures, tables, sentences and check scripts all print a value the same way.

How many digits an outcome needs follows from its data (``Format.of``). The rules:

- Differences, means, proportions: two decimals; more where the studies together are so precise that two would hide
  the width of an interval, which is always given two significant digits; fewer from a width of 100 on.
- Ratios: two decimals between 0.1 and 100, two significant digits below, whole numbers above.
- Numbers that would need more than eight decimals or are ratios beyond a million: scientific notation.
- p-values: three decimals below 0.1 and two above, “< 0.001” and “> 0.99” at the ends (never 0.000 or 1.00).
- Minus signs are true minus signs, and zero has none; commas separate thousands.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from prismake.core.measures import PROPORTIONS, RATIOS, measure_of

NONE = "–"
NARROW = 0.03  # width of an interval below which two decimals would hide its second digit
MOST_DECIMALS = 8
LARGE, SMALL = 1e6, 1e-4  # ratios outside this range are written as powers of ten
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float | None, digits: int = 2) -> str:
    """A number with ``digits`` decimals, thousands separators and a true minus sign; a dash if undefined."""
    if value is None or math.isnan(value):
        return NONE
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if abs(value) >= 1e15:
        return scientific(value)
    text = f"{value:,.{digits}f}"
    return text.replace("-", "−" if any(digit in text for digit in "123456789") else "")


def scientific(value: float, digits: int = 2) -> str:
    """``3.0 × 10⁸``, with ``digits`` significant digits."""
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    return f"{mantissa.replace('-', '−')} × 10{str(int(exponent)).translate(_SUPERSCRIPTS)}"


def significant(value: float | None, digits: int = 3) -> str:
    """A number with significant digits, for coefficients and other values of unpredictable size."""
    if value is None or math.isnan(value):
        return NONE
    if value == 0.0 or math.isinf(value):
        return number(value, 0)
    power = _power(value, digits)
    if power < -6 or power >= 9:
        return scientific(value, digits)
    return number(value, max(0, digits - 1 - power))


def _power(value: float, digits: int) -> int:
    """The power of ten of a value after it is rounded to significant digits: −1 for 0.0996 with two of them."""
    return int(f"{value:.{digits - 1}e}".partition("e")[2])


def decimals(width: float) -> int:
    """The decimals that a value needs when its interval is ``width`` wide: at least two up to a width of 100."""
    if not 0.0 < width < math.inf:
        return 2
    if width >= NARROW:
        return 2 if width < 100 else 1 if width < 1000 else 0
    return max(2, 1 - _power(width, 2))


@dataclass(frozen=True)
class Format:
    """How the numbers of one outcome are printed.

    ``digits`` are decimals on the natural scale (for ratios: between 0.1 and 100); ``percent`` prints proportions in
    per cent. A row whose own interval would collapse at these digits is given as many as it needs.
    """

    digits: int = 2
    ratio: bool = False
    percent: bool = False

    @classmethod
    def of(cls, measure: str, rows: Iterable[Mapping[str, Any]], *, percent: bool = False) -> Format:
        """The format for studies with ``ci_lb`` and ``ci_ub`` on the natural scale.

        The digits are those that a common-effect estimate of all studies needs, the most precise estimate possible;
        ``fitted`` adapts them to the actual estimate.
        """
        ratio = measure in RATIOS
        widths = [width for row in rows if (width := _width(row, log=ratio))]
        information = sum(width**-2 for width in widths)
        combined = information**-0.5 if information else min(widths, default=1.0)
        return cls(decimals(combined), ratio, percent and measure in PROPORTIONS)

    def fitted(self, row: Mapping[str, Any] | None) -> Format:
        """No more digits than the interval of the main result (``ci_lb``, ``ci_ub``) justifies."""
        width = _width(row or {}, log=self.ratio)
        return replace(self, digits=min(self.digits, decimals(width))) if width is not None else self

    @property
    def unit(self) -> str:
        """The unit after a number: a space and the per cent sign, or nothing."""
        return " %" if self.percent else ""

    def value(self, value: float | None, row: Mapping[str, Any] | None = None, *, unit: bool = False) -> str:
        """One number; ``unit`` adds the per cent sign.

        ``row`` is the result with ``ci_lb`` and ``ci_ub`` that the number belongs to.
        """
        if value is None or math.isnan(value):
            return NONE
        needed = self._digits(row)
        if self.ratio and value > 0.0:
            return _ratio(value, needed)
        if self.percent:
            return number(100.0 * value, max(1, needed - 2)) + (self.unit if unit else "")
        if needed > MOST_DECIMALS:
            return scientific(value, min(max(needed + _power(value, 2) + 1, 1), 6)) if value else "0"
        return number(value, needed)

    def _digits(self, row: Mapping[str, Any] | None) -> int:
        """The digits of the outcome, or more for a row whose interval would otherwise collapse."""
        width = _width(row or {}, log=self.ratio)
        hidden = width is not None and 10.0 ** (-self.digits - 4) < width < 10.0**-self.digits
        return decimals(width) if width is not None and hidden else self.digits

    def bounds(self, row: Mapping[str, Any], low: str = "ci_lb", high: str = "ci_ub") -> str:
        """``0.28 to 0.55``; a dash where an interval has no bounds."""
        if row.get(low) is None or row.get(high) is None:
            return NONE
        return f"{self.value(row[low], row)} to {self.value(row[high], row, unit=True)}"

    def brackets(self, row: Mapping[str, Any], low: str = "ci_lb", high: str = "ci_ub") -> str:
        """``[0.28, 0.55]``, or the empty string when a bound is missing."""
        if row.get(low) is None or row.get(high) is None:
            return ""
        return f"[{self.value(row[low], row)}, {self.value(row[high], row)}]"

    def estimate(self, row: Mapping[str, Any]) -> str:
        """``0.41 [0.28, 0.55]``, as figures and tables give a result."""
        return f"{self.value(row.get('estimate'), row)} {self.brackets(row)}".strip()

    def interval(self, row: Mapping[str, Any], level: float) -> str:
        """``0.41 (95 % CI 0.28 to 0.55)``, as sentences give a result."""
        middle = self.value(row["estimate"], row, unit=True)
        return f"{middle} ({level:g} % CI {self.bounds(row)})"

    def variance(self, value: float | None) -> str:
        """τ² or its root: three decimals, or two significant digits of what is smaller."""
        return variance(value, least=10.0 ** (-2 * self.digits - 2))


def format_of(result: Mapping[str, Any]) -> Format:
    """The format of an outcome (``pooling/<outcome>.json``); one that a figure has set for its rows comes first."""
    stated = result.get("format")
    if isinstance(stated, Format):
        return stated
    percent = (result.get("display") or {}).get("proportions") == "percent"
    studies = Format.of(measure_of(result), result["studies"], percent=percent)
    return studies.fitted((result.get("analyses") or {}).get("main"))


def _width(row: Mapping[str, Any], *, log: bool) -> float | None:
    """The width of a row's interval, for ratios relative to its middle; None without one."""
    low, high = row.get("ci_lb"), row.get("ci_ub")
    if low is None or high is None or not low < high:
        return None
    if not log:
        return float(high - low)
    return math.log(high / low) if low > 0.0 else None


def _ratio(value: float, digits: int) -> str:
    """Two decimals between 0.1 and 100 (more where ``digits`` asks for them), significant digits outside."""
    if not SMALL <= value < LARGE:
        return scientific(value)
    power = _power(value, 2)
    return number(value, max(0, digits - 2 if power >= 2 else digits if power >= -1 else digits - 1 - power))


def estimate(row: Mapping[str, Any], digits: int | None = None) -> str:
    """``0.41 [0.28, 0.55]`` of a row that stands alone, printed with ``digits`` or as its interval needs them."""
    return _alone(row, digits).estimate(row)


def between(row: Mapping[str, Any], level: float, digits: int | None = None) -> str:
    """``0.41 (95 % CI 0.28 to 0.55)`` of a row that stands alone."""
    return _alone(row, digits).interval(row, level)


def _alone(row: Mapping[str, Any], digits: int | None) -> Format:
    width = _width(row, log=False)
    return Format(digits if digits is not None else decimals(width if width is not None else 1.0))


def interval(lower: float | None, upper: float | None, digits: int = 2) -> str:
    """``[0.28, 0.55]``, or the empty string when a bound is missing."""
    return "" if lower is None or upper is None else f"[{number(lower, digits)}, {number(upper, digits)}]"


def p_number(p: float | None) -> str:
    """``0.56``, ``0.031``, ``< 0.001``, ``> 0.99``: a p-value in a column of its own."""
    if p is None or math.isnan(p):
        return NONE
    if p < 0.001:
        return "< 0.001"
    return "> 0.99" if p >= 0.995 else f"{p:.3f}" if p < 0.0995 else f"{p:.2f}"


def p_value(p: float | None) -> str:
    """``p = 0.56``, ``p < 0.001``, ``p > 0.99``; ``p –`` when it is not defined."""
    text = p_number(p)
    return f"p {text}" if text[0] in f"<>{NONE}" else f"p = {text}"


def variance(value: float | None, least: float = 1e-6) -> str:
    """``0.523``, ``0.00052``, ``1,240``: three decimals, or two significant digits of what is smaller.

    Non-zero values below ``least`` (a power of ten) are printed as “< least”.
    """
    if value is None or math.isnan(value):
        return NONE
    if value == 0.0 or value >= 100.0:
        return number(value, 0)
    if value < least:
        power = round(math.log10(least))
        return f"< 10{str(power).translate(_SUPERSCRIPTS)}"
    return number(value, 3) if value >= 0.1 else _small(value)


def _small(value: float) -> str:
    power = _power(value, 2)
    return number(value, max(3, 1 - power)) if power >= -5 else scientific(value)


def count(value: float | None) -> str:
    """An integer with thousands separators; a dash if unknown."""
    return NONE if value is None or math.isnan(value) else f"{int(value):,}"


def typed(value: float | str | None) -> str:
    """A number as people typed it; computed numbers get four significant digits."""
    if value is None or isinstance(value, str):
        return (value or "").replace("-", "−", 1) if str(value or "").startswith("-") else value or ""
    if float(value).is_integer() and abs(value) < 1e15:
        return number(value, 0)
    text = f"{value:.15g}"
    return significant(value, 4) if len(text.lstrip("-0.").replace(".", "")) > 7 else text.replace("-", "−")


def share(part: float, total: float) -> str:
    """A percentage that never rounds an unfinished count to 100 % or a started one to 0 %."""
    if not total:
        return NONE
    rounded = round(100 * part / total)
    if rounded == 100 and part < total:
        rounded = 99
    if rounded == 0 and part > 0:
        rounded = 1
    return f"{rounded} %"


def percent(value: float | None, digits: int = 0) -> str:
    """A percentage that is given in percent already."""
    return NONE if value is None else f"{number(value, digits)} %"
