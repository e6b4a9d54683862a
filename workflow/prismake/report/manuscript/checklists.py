"""Reporting checklists, filled in with the place in the manuscript and what people still have to write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from prismake.core.files import read_yaml
from prismake.core.labels import join
from prismake.core.numbers import count
from prismake.core.paths import data_file
from prismake.protocol.outcome_names import WITHOUT_POOLING, kind_name
from prismake.report.manuscript.blocks import Block, Gap, Heading, Paragraph
from prismake.report.unpooled_report import swim_answers

COLUMNS = ("Item", "Topic", "What is asked", "Place", "Still to write")
TITLE_ITEMS = ("1", "A1")


@cache
def _checklists() -> dict[str, Any]:
    return read_yaml(data_file("report/checklists.yaml"))


def places(blocks: Iterable[Block]) -> dict[str, tuple[list[str], list[str]]]:
    """By item of PRISMA 2020 (the abstract's begin with A): the places where it is answered, and what is missing."""
    found: dict[str, tuple[list[str], list[str]]] = {item: (["Title"], []) for item in TITLE_ITEMS}
    path: list[str] = []
    for block in blocks:
        if isinstance(block, Heading):
            path = [*path[: block.level - 1], block.text]
            if not set(block.items) <= {"2"}:  # the abstract itself is answered by its heading
                continue
        where = ", ".join(path)
        if path[:1] == ["Abstract"] and isinstance(block, Paragraph) and block.label:
            where += f" ({block.label.rstrip('.')})"
        for item in getattr(block, "items", ()):
            answered, owed = found.setdefault(item, ([], []))
            if isinstance(block, Gap):
                owed += [block.hint] if block.hint not in owed else []
            elif where not in answered:
                answered.append(where)
    return found


def checklist(name: str, blocks: Iterable[Block]) -> list[tuple[str, ...]]:
    """The rows of ``prisma_2020`` or ``abstracts``, with ``COLUMNS``."""
    found = places(blocks)
    rows: list[tuple[str, ...]] = []
    for item, topic, asked in _checklists()[name]["items"]:
        answered, owed = found.get(item, ([], []))
        rows.append((item.removeprefix("A"), topic, asked, "; ".join(answered), " ".join(owed)))
    return rows


def search_checklist(config: Mapping[str, Any], searches: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """The sixteen items of PRISMA-S as rows with ``COLUMNS``; the answer is given instead of a place."""
    answers = _search_answers(config, searches)
    owed = {
        "4": "Web pages or tables of contents that you browsed, or that there were none.",
        "6": "Whom you asked for further studies, or that nobody was asked.",
        "7": "Other methods, or that there were none.",
        "10": "Published filters that the strategies use, with citation, or that there are none.",
        "11": "Strategies of other reviews that you reused, or that there are none.",
        "14": "Who peer-reviewed the search (prismake press makes the form), or that nobody did.",
    }
    if not answers["5"]:
        owed["5"] = "Whether citations were followed (prismake chase), or that they were not."
    return [
        (item, topic, asked, answers.get(item, ""), "" if answers.get(item) else owed.get(item, ""))
        for item, topic, asked in _checklists()["search"]["items"]
    ]


def swim_checklist(config: Mapping[str, Any], results: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """The nine items of SWiM as rows with ``COLUMNS``; none where every outcome is pooled."""
    if not any(kind_name(result) == WITHOUT_POOLING for result in results):
        return []
    answers = {item: (answer, owed) for item, answer, owed in swim_answers(config, results)}
    return [(item, topic, asked, *answers[item]) for item, topic, asked in _checklists()["swim"]["items"]]


def _search_answers(config: Mapping[str, Any], searches: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    by_kind: dict[str, list[Mapping[str, Any]]] = {"database": [], "register": [], "other": []}
    for search in searches:
        by_kind[search["kind"]].append(search)
    platforms: dict[str, list[str]] = {}
    for search in searches:
        if search.get("platform"):
            platforms.setdefault(search["platform"], []).append(search["label"])
    shared = [f"{platform}: {join(labels)}" for platform, labels in platforms.items() if len(labels) > 1]
    limits = [f"{search['label']}: {search['limits']}" for search in searches if search.get("limits")]
    runs = [search["label"] for search in searches if len(search.get("runs") or []) > 1]
    return {
        "1": "; ".join(_with_platform(search) for search in by_kind["database"]),
        "2": "; ".join(shared) if shared else "No two sources were searched on one platform.",
        "3": "; ".join(_with_platform(search) for search in by_kind["register"]) or "No register was searched.",
        "5": "; ".join(search["label"] for search in by_kind["other"] if "citation" in search["label"].casefold()),
        "8": "Sheet Searches, as they were run.",
        "9": "; ".join(limits) if limits else "No limits are recorded.",
        "12": f"Searched again for what was new: {join(runs)}." if runs else "The searches were run once.",
        "13": "; ".join(f"{search['label']}: {search.get('date') or 'not recorded'}" for search in searches),
        "15": "; ".join(f"{search['label']}: {count(search.get('records'))}" for search in searches),
        "16": "Methods, Selection process (first paragraph)." if searches else "",
    }


def _with_platform(search: Mapping[str, Any]) -> str:
    return f"{search['label']} ({search['platform']})" if search.get("platform") else str(search["label"])
