"""The studies of a synthesis, with their numbers under the argument names of ``escalc`` in R's metafor.

Viechtbauer, J Stat Softw 2010;36(3):1-48. ``yi`` and ``vi`` are those that were pooled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prismake.core.files import csv_text
from prismake.report.reporting import reporting_of

_ONE_ARM = {"events": "xi", "total": "ni", "time": "ti"}
_TWO_ARMS = {"events1": "ai", "total1": "n1i", "events2": "ci", "total2": "n2i"}
_TWO_RATES = {"events1": "x1i", "time1": "t1i", "events2": "x2i", "time2": "t2i"}
_MEANS = {"mean1": "m1i", "sd1": "sd1i", "n1": "n1i", "mean2": "m2i", "sd2": "sd2i", "n2": "n2i"}
_CORRELATION = {"correlation": "ri", "n": "ni"}


def escalc_names(columns: Mapping[str, str]) -> dict[str, str]:
    """The argument of ``escalc`` by part of the outcome; parts of a published effect keep their names."""
    for names in (_TWO_RATES, _TWO_ARMS, _MEANS, _CORRELATION, _ONE_ARM):
        if set(columns) <= set(names):
            return {part: names[part] for part in columns}
    return {part: part for part in columns}


def metafor_table(result: Mapping[str, Any]) -> str:
    """CSV with one row per study: study, arm, year, its numbers, yi, vi, and one column per subgroup; NA if missing.

    Numbers are written without loss of precision; texts that a spreadsheet would run as formulas are guarded.

    Args:
        result: the content of ``pooling/<outcome>.json``.
    """
    if report := reporting_of(result):
        return report.effects(result)
    names = escalc_names(result.get("columns") or {})
    groups = sorted({column for study in result["studies"] for column in study.get("subgroups") or {}})
    rows = (
        [
            *(study.get(name) for name in ("label", "arm", "year", *names, "yi", "vi")),
            *((study.get("subgroups") or {}).get(column) for column in groups),
        ]
        for study in result["studies"]
    )
    head = ["study", "arm", "year", *names.values(), "yi", "vi", *(f"group_{column}" for column in groups)]
    return csv_text(head, rows, missing="NA")
