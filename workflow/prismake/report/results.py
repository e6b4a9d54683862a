"""The parts of the page on one outcome: its card, its tables and the text beside its figures."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from prismake.core.measures import PROPORTIONS, RATIOS, WITHOUT_NULL, capitalised, measure_name, measure_of
from prismake.core.names import STUDY_ID
from prismake.core.notes import between_groups, heterogeneity, overall_effect
from prismake.core.numbers import Format, count, format_of, p_number, significant, typed
from prismake.core.phrases import plural
from prismake.figures.forest_rows import in_order
from prismake.protocol.analyses import DRAWN
from prismake.protocol.unpooled_outcomes import MEASURES as COMPARISONS
from prismake.report.reporting import reporting_of
from prismake.synthesis.sensitivity import TITLES


def outcome_part(result: Mapping[str, Any]) -> dict[str, Any]:
    """The values of one outcome for the template; ``show`` is its number format.

    Args:
        result: the content of ``pooling/<outcome>.json``.
    """
    main = (result.get("analyses") or {}).get("main") or {}
    counts, report = result["counts"], reporting_of(result)
    undecided = {name.replace("_", " "): n for name, n in (counts.get("undecided") or {}).items() if n}
    show = format_of(result)
    return {
        **result,
        "card": report.card(result) if report else [],
        "sections": report.sections(result) if report else None,
        "show": show,
        "measured": capitalised(measure_name(result)),
        "participants": "" if report else _participants(result),
        "studies": result["studies"] if report else _studies(result),
        "main": main if main.get("estimate") is not None else None,
        "notes": _notes(main, result, show),
        "instead": "" if report else _instead(result, main),
        "others": [row for name, row in sorted((result.get("analyses") or {}).items()) if name != "main"],
        "warnings": warnings_of(result),
        "groups": [
            {**group, "name": name, "test": between_groups(group)}
            for name, group in sorted((result.get("subgroups") or {}).items())
        ],
        "strip": _strip(result, show),
        "beside": _published(result, show),
        "provisional": bool(undecided) or not counts.get("current", True),
        "moderators": [
            {"name": name} | _moderator(row) for name, row in sorted((result.get("moderators") or {}).items())
        ],
        **_sensitivity(result.get("sensitivity") or {}),
    }


def warnings_of(result: Mapping[str, Any]) -> list[str]:
    """The warnings of all analyses of an outcome."""
    return [text for row in (result.get("analyses") or {}).values() for text in row.get("warnings") or []]


def _studies(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [_study(study, result.get("columns") or {}) for study in in_order(result, result["studies"])]


def _study(study: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    """A study with its extracted numbers as they were typed."""
    as_typed = study.get("typed") or {}
    return {**study, "cells": [typed(as_typed.get(key, study.get(key))) for key in columns]}


def people_of(columns: Mapping[str, str], studies: Sequence[Mapping[str, Any]]) -> str:
    """“131 of 295”, “12 of 120 v 25 of 118”, “120 v 118”; empty where the columns of the outcome count no people."""

    def total(key: str) -> str:
        return count(sum(study[key] for study in studies))

    arms = [""] if "total" in columns else ["1", "2"]
    if all(f"total{arm}" in columns for arm in arms):
        return " v ".join(f"{total(f'events{arm}')} of {total(f'total{arm}')}" for arm in arms)
    if all(f"n{arm}" in columns for arm in arms):
        return " v ".join(total(f"n{arm}") for arm in arms)
    return ""


def _participants(result: Mapping[str, Any]) -> str:
    people = people_of(result.get("columns") or {}, result["studies"])
    return f"{people} participants" if people else ""


def _notes(main: Mapping[str, Any], result: Mapping[str, Any], show: Format) -> list[str]:
    """Heterogeneity and the test of the overall effect, as under the forest plot."""
    notes = [heterogeneity(main, result.get("level", 95), show)] if main.get("tau2") is not None else []
    test = "" if measure_of(result) in WITHOUT_NULL else overall_effect(main)
    return [*notes, *([f"Test of the overall effect: {test}"] if test else [])]


INSTEAD = (
    "Studies that cannot be pooled can still be summarised by the directions of their effects, their p-values and the "
    "range of their effects: kind: without_pooling for this outcome in the protocol, with the reason."
)


def _instead(result: Mapping[str, Any], main: Mapping[str, Any]) -> str:
    """What can be done where the numbers of several studies allow no estimate of a comparison; "" otherwise."""
    several = len({row[STUDY_ID] for row in (*result["studies"], *(result.get("left_out") or []))}) > 1
    refused = main.get("estimate") is None and len(result["studies"]) != 1
    return INSTEAD if several and refused and result["measure"] in COMPARISONS else ""


def _moderator(row: Mapping[str, Any]) -> dict[str, Any]:
    """A meta-regression with a line for each slope or difference from the reference; the intercept is left out."""
    lines = [
        {
            "what": _compared(slope, row),
            "change": significant(slope["beta"]),
            "ci": f"{significant(slope['ci_lb'])} to {significant(slope['ci_ub'])}",
            "p": p_number(slope["p"]),
        }
        for slope in row["coefficients"][1:]
    ]
    return {**row, "lines": lines}


def _compared(slope: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    if row.get("columns"):  # several moderators in one regression
        return str(slope["name"])
    return f"{slope['name']} v {row['reference']}" if row["kind"] == "factor" else "per unit"


def _sensitivity(analyses: Mapping[str, Any]) -> dict[str, Any]:
    """Other results, and sentences on single studies, as rows of one table; tables of studies apart."""
    rows = []
    for name, row in sorted(analyses.items(), key=lambda item: ("estimate" not in item[1], item[0])):
        sentence = row["sentence"].partition(": ")[2]  # the text before it is the row's title
        remark = " ".join(row.get("warnings") or []) if "name" in row else sentence[:1].upper() + sentence[1:]
        result = {key: row.get(key) for key in ("estimate", "ci_lb", "ci_ub")}
        rows.append({"title": row.get("name") or TITLES[name], "remark": remark, **result})
    tables = {
        name: (analyses.get(name) or {}).get("studies") or [] for name in ("influence", "leave_one_out", "cumulative")
    }
    drawn = [(name, TITLES[name], row["sentence"]) for name, row in sorted(analyses.items()) if name in DRAWN]
    return {"sensitivity": rows, "drawn": drawn, **tables}


def _published(result: Mapping[str, Any], show: Format) -> str:
    """The published result in one sentence, and why it differs; a sentence that contains the numbers is used alone."""
    row = result.get("published")
    if not row:
        return ""
    why = row.get("sentence") or ""
    estimate = show.value(row["estimate"], unit=True)
    if estimate in why:
        return why
    words = f"Published: {estimate}"
    if row.get("ci_lb") is not None and row.get("ci_ub") is not None:
        words += f" ({show.bounds(row)})"
    if row.get("studies"):
        words += f", {plural(row['studies'], 'study', 'studies')}"
    if row.get("source"):
        words += f" ({row['source']})"
    return f"{words}. {why}".strip()


def _strip(result: Mapping[str, Any], show: Format) -> dict[str, Any] | None:
    """The estimate of this review and the published one on one axis, as percentages of its width."""
    main = (result.get("analyses") or {}).get("main") or {}
    lines = [("This review", "own", main), ("Published", "theirs", result.get("published") or {})]
    lines = [(name, kind, row) for name, kind, row in lines if row.get("estimate") is not None]
    if not lines:
        return None
    measure = measure_of(result)
    log = measure in RATIOS
    values = [row[key] for _, _, row in lines for key in ("estimate", "ci_lb", "ci_ub") if row.get(key) is not None]
    values += [v for v in (main.get("pi_lb"), main.get("pi_ub")) if v is not None]
    if log:
        values = [value for value in values if value > 0.0]  # a bound that underflowed cannot be placed on the axis
    if measure in PROPORTIONS:
        low, high = 0.0, 1.0
    elif log:
        low, high = min(*values, 0.5) / 1.2, max(*values, 2.0) * 1.2
    else:
        low, high = min(*values, 0.0), max(*values, 0.0)
        low, high = low - 0.05 * (high - low or 1), high + 0.05 * (high - low or 1)

    def place(value: float) -> float:
        ends = [math.log(max(v, low * 1e-6)) if log else v for v in (low, high, value)]
        return min(max(100 * (ends[2] - ends[0]) / (ends[1] - ends[0]), 0.0), 100.0)

    rows = [_strip_row(name, kind, row, place, show) for name, kind, row in lines]
    none = None if measure in WITHOUT_NULL else f"{place(1.0 if log else 0.0):.2f}"
    labels = [show.value(low), "", show.value(high)]
    if measure in PROPORTIONS:
        labels = ["0", "50", "100 %"] if show.percent else ["0", "0.5", "1"]
    return {"rows": rows, "labels": labels, "none": none}


def _strip_row(
    name: str, kind: str, row: Mapping[str, Any], place: Callable[[float], float], show: Format
) -> dict[str, Any]:
    def span(low: str, high: str) -> dict[str, str] | None:
        if row.get(low) is None or row.get(high) is None:
            return None
        left, right = place(row[low]), place(row[high])
        return {"left": f"{left:.2f}", "width": f"{max(right - left, 0.3):.2f}"}

    return {
        "name": name,
        "kind": kind,
        "at": f"{place(row['estimate']):.2f}",
        "ci": span("ci_lb", "ci_ub"),
        "pi": span("pi_lb", "pi_ub"),
        "words": show.estimate(row),
    }
