"""The limitations of results and process, each with the facts it is based on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prismake.core.labels import by_reason
from prismake.core.numbers import count
from prismake.core.phrases import plural
from prismake.report.results import warnings_of


def limitations(context: Mapping[str, Any]) -> list[str]:
    """The limitations of the results, each with the facts it is based on."""
    sentences = []
    for result in context["results"]:
        title, left = result["title"], result.get("left_out") or []
        if left:
            named = "; ".join(by_reason(left))
            of = plural(result["counts"]["studies_included"], "included study", "included studies")
            sentences.append(f"{title}: {len(left)} of {of} not pooled: {named}.")
        if (sentence := (result.get("bias") or {}).get("sentence")) and result["studies"]:
            sentences.append(f"{title}: {sentence}")
        sentences += [f"{title}: {text}" for text in warnings_of(result)]
    sentences += limitations_of_process(context)
    for search in context["searches"]:
        sentences += [f"Search of {search['label']}: {text}" for text in search.get("warnings") or []]
    sentences += context["flow"].get("notes") or []
    return list(dict.fromkeys(sentences))


def limitations_of_process(context: Mapping[str, Any]) -> list[str]:
    """What was not read, not found or not retrieved (PRISMA 2020, item 23c)."""
    sentences = _not_screened(context["stages"])
    outcomes = [row["outcome"] for row in context["known"]]
    if lost := outcomes.count("not found"):
        studies = plural(len(outcomes), "known study", "known studies")
        sentences.append(f"{lost:,} of {studies} not found by any search.")
    missing = sum(row["decision"] == "not retrieved" for row in context["excluded"])
    if missing:
        sentences.append(f"{plural(missing, 'report')} sought could not be retrieved.")
    return sentences


def _not_screened(stages: Sequence[Mapping[str, Any]]) -> list[str]:
    """Records not screened: who stopped screening, and the estimate at that time of what may have been missed."""
    sentences = []
    for stage in stages:
        if stage["not_screened"]:
            left = plural(stage["not_screened"], stage["unit"].removesuffix("s"))
            words = (
                f"{left} of {count(stage['of'])} were not read at {stage['title'].lower()}, where screening was stopped"
            )
            sentences.append(f"{words}: {stage['rounds']['stopped']}")
            sentences += [stage["rounds"]["advice"]["sentence"]] if stage["rounds"]["advice"] else []
    return sentences
