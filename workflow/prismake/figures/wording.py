"""The words and numbers of figures, which are those of sentences and page; figures made elsewhere find them here."""

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
