"""Words and numbers for figures, the same as in sentences and on the page, also for figures made elsewhere."""

from __future__ import annotations

from prismake.core.measures import MEANS, NAMES, PROPORTIONS, RATES, RATIOS, measure_of
from prismake.core.notes import between_groups, heterogeneity
from prismake.core.numbers import NONE, count, estimate, interval, number, p_value, percent, share
from prismake.core.phrases import plural

__all__ = [
    "MEANS",
    "NAMES",
    "NONE",
    "PROPORTIONS",
    "RATES",
    "RATIOS",
    "between_groups",
    "count",
    "estimate",
    "heterogeneity",
    "interval",
    "measure_of",
    "number",
    "p_value",
    "percent",
    "plural",
    "share",
]
