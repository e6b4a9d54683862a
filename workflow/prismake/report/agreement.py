"""The part of the page on agreement between reviewers: coefficients, and who disagreed on what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prismake.core.numbers import interval, number, share

_MOST_ITEMS = 12  # ids in a cell of the page; all are in the stage's agreement.json


def agreement_rows(stages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One row per stage, question and pair of reviewers; with three or more, one for the whole panel as well.

    If one answer counts as another (*maybe* as *include*), the row says so, and the answers as given follow in a
    separate row.
    """
    rows = []
    for stage in stages:
        for field in (reading for each in stage["fields"].values() for reading in _readings(each)):
            for pair in field.get("pairs") or []:
                rows.append(
                    {
                        "stage": stage["title"],
                        "question": field["label"],
                        "who": f"{pair['first']} and {pair['second']}",
                        "n": pair["n"],
                        "observed": _with_bounds(pair, "observed"),
                        "kappa": _with_bounds(pair, "kappa"),
                        "pabak": _with_bounds(pair, "pabak"),
                        "ac1": _with_bounds(pair, "ac1"),
                        "word": pair.get("kappa_word") or "",
                        "reason": pair.get("kappa_reason") or "",
                    }
                )
            if len(field.get("reviewers") or []) > 2:
                rows.append(_panel_row(stage["title"], field))
    return rows


def _readings(field: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A question as it is compared and, if answers count as others, as it was answered."""
    if not field.get("merged"):
        return [field]
    counted = "; ".join(f"{answer} counts as {other}" for answer, other in field["merged"].items())
    return [
        {**field, "label": f"{field['label']} ({counted})"},
        {**field["as_answered"], "label": f"{field['label']} (each answer by itself)"},
    ]


def _panel_row(title: str, field: Mapping[str, Any]) -> dict[str, Any]:
    def several(name: str) -> str:
        coefficient = field.get(name) or {}
        return f"{number(coefficient.get('value'))} {interval(coefficient.get('lb'), coefficient.get('ub'))}".strip()

    return {
        "stage": title,
        "question": field["label"],
        "who": f"all {len(field['reviewers'])}: Fleiss' kappa; Krippendorff's alpha {several('alpha')}",
        "n": field.get("n_compared"),
        "observed": share(field.get("unanimous") or 0, field.get("n_compared") or 0),
        "kappa": several("fleiss"),
        "pabak": "",
        "ac1": several("ac1"),
        "word": (field.get("fleiss") or {}).get("word") or "",
        "reason": (field.get("fleiss") or {}).get("reason") or "",
    }


def _with_bounds(pair: Mapping[str, Any], name: str) -> str:
    """The value and its interval; an interval of zero width, which could not be estimated, is left out."""
    low, high = pair.get(f"{name}_lb"), pair.get(f"{name}_ub")
    bounds = interval(low, high) if low != high else ""
    return f"{number(pair.get(name))} {bounds}".strip()


def disagreement_rows(stages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One row per stage, question, pair of reviewers and pair of answers; one for all numbers and texts of a pair."""
    rows = []
    for stage in stages:
        for field in stage["fields"].values():
            entries = field.get("disagreements") or []
            if field.get("kind") != "choice":
                entries = _together(entries)
            rows += [
                {
                    "stage": stage["title"],
                    "question": field["label"],
                    "who": f"{entry['first']} and {entry['second']}",
                    "answers": " – ".join(entry["answers"]) or "different entries",
                    "because": "; ".join(f"{name}: {_counts(reasons)}" for name, reasons in entry["because"].items()),
                    "n": entry["count"],
                    "settled": _counts(_became_of(entry)),
                    "which": _items(entry["items"]),
                }
                for entry in entries
            ]
    return rows


def _together(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    pairs: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for entry in entries:
        pairs.setdefault((entry["first"], entry["second"]), []).append(entry)
    return [
        {
            "first": first,
            "second": second,
            "answers": [],
            "because": {},
            "count": sum(entry["count"] for entry in several),
            "settled": {"settled": settled}
            if (settled := sum(sum(entry["settled"].values()) for entry in several))
            else {},
            "open": sum(entry["open"] for entry in several),
            "items": sorted(item for entry in several for item in entry["items"]),
        }
        for (first, second), several in pairs.items()
    ]


def _became_of(entry: Mapping[str, Any]) -> dict[str, int]:
    """What became of the items of an entry; the numbers add up to that of the entry."""
    waiting = entry["open"]
    rest = entry["count"] - sum(entry["settled"].values()) - waiting
    ends = {**entry["settled"], "open": waiting, "no longer asked": rest}
    return {end: number for end, number in ends.items() if number}


def _counts(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{word} ({n})" for word, n in counted.items())


def _items(items: Sequence[str]) -> str:
    more = len(items) - _MOST_ITEMS
    return ", ".join(items[:_MOST_ITEMS]) + (f" and {more} more" if more > 0 else "")
