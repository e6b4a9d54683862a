"""The part of the page on duplicates: by source, by pair of sources, and by rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prismake.core.phrases import plural


def duplicates_part(given: Mapping[str, Any], searches: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The values for the template.

    ``given`` has ``summary`` (``duplicates/summary.json``), ``sources`` and ``shared`` (rows of the tables of these
    names, as dictionaries). Sources are named by the labels of their searches.
    """
    summary = given["summary"]
    label = {search["source"]: search["label"] for search in searches}
    pairs: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for row in given["shared"]:
        pairs.setdefault((row["first"], row["second"]), []).append((row["reports"], row["rule"]))
    return {
        "sentence": f"{plural(summary['records'], 'record')} are {plural(summary['reports'], 'report')}: "
        f"{plural(summary['duplicates'], 'record')} removed as duplicates.",
        "sources": [
            {**row, "label": label.get(row["source"], row["source"] or "not named")} for row in given["sources"]
        ],
        "pairs": [
            {
                "first": label.get(first, first),
                "second": "itself" if first == second else label.get(second, second),
                "reports": sum(number for number, _ in counts),
                "rules": "; ".join(f"{rule}: {number:,}" for number, rule in sorted(counts, key=_largest_first)),
            }
            for (first, second), counts in sorted(pairs.items())
        ],
        "remarks": _remarks(summary),
    }


def _largest_first(count: tuple[int, str]) -> tuple[int, str]:
    return -count[0], count[1]


def _remarks(summary: Mapping[str, Any]) -> list[str]:
    remarks = []
    answers = summary["answers"]
    if any(answers.values()):
        remarks.append(
            f"The reviewers judged {plural(answers['same'], 'pair')} the same, {answers['different']:,} different."
        )
    if summary["links"]:
        kinds = ", ".join(f"{kind}: {number:,}" for kind, number in summary["links"].items())
        remarks.append(f"Related reports that were kept apart, by kind ({kinds}).")
    if summary["fields_without_vote"]:
        silent = ", ".join(summary["fields_without_vote"])
        remarks.append(
            f"Fields not used in the comparison, because they differ in pairs that are certain duplicates: {silent}."
        )
    return remarks
