"""Converted numbers as they would be with a lower or a higher correlation than the protocol assumes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prismake.core.numbers import typed
from prismake.extraction.derived_values import with_conversions
from prismake.protocol.analyses import OTHER_CORRELATIONS

_LARGEST = 0.99  # with 1, equal spreads before and after would leave none


def assumes_correlation(outcomes: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether any outcome assumes a correlation where a study does not report it."""
    return any(_assumed(spec) is not None for spec in outcomes.values())


def other_correlation(assumed: float, analysis: str) -> float:
    """The correlation of one of ``OTHER_CORRELATIONS``, 0.2 from the assumed one but within ±0.99."""
    return round(max(-_LARGEST, min(_LARGEST, assumed + OTHER_CORRELATIONS[analysis])), 10)


def at_other_correlations(
    items: Mapping[str, Mapping[str, str]],
    converted: Mapping[str, Mapping[str, str]],
    outcomes: Mapping[str, Mapping[str, Any]],
) -> dict[tuple[str, str], dict[str, str]]:
    """By row and outcome, what changes: for each of ``OTHER_CORRELATIONS`` a text such as ``sd1 13.2; sd2 12.7``.

    Args:
        items: by row, the settled answers by column.
        converted: the same with the conversions of the protocol.
    """
    texts: dict[tuple[str, str], dict[str, str]] = {}
    for analysis in OTHER_CORRELATIONS:
        others = {
            name: {**spec, "assumed": {**spec["assumed"], "correlation": other_correlation(r, analysis)}}
            for name, spec in outcomes.items()
            if (r := _assumed(spec)) is not None
        }
        for key, item in with_conversions(items, others).items.items() if others else ():
            for name, spec in others.items():
                changed = [
                    f"{role} {item[column]}"
                    for role, column in spec["columns"].items()
                    if item.get(column, "") != converted[key].get(column, "")
                ]
                if changed:
                    texts.setdefault((key, name), {})[analysis] = "; ".join(changed)
    return texts


def numbers_of(text: str) -> dict[str, str]:
    """The numbers of such a text, by part of the outcome."""
    return dict(part.split(" ") for part in text.split("; ")) if text else {}


def in_words(assumed: float, analysis: str) -> str:
    """``0.3 instead of 0.5``."""
    return f"{typed(other_correlation(assumed, analysis))} instead of {typed(assumed)}"


def _assumed(spec: Mapping[str, Any]) -> float | None:
    value = (spec.get("assumed") or {}).get("correlation") if spec.get("conversions") else None
    return None if value is None else float(value)
