"""In which order new rows are offered. It never decides, and never moves a row that was handed out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prismake.panel import SETTLED

if TYPE_CHECKING:
    from prismake.sheets.stage import StageSheets


def order_of_rows(sheets: StageSheets, protocol: Mapping[str, Any]) -> list[str]:
    """The queue's ids, most relevant first at title and abstract (when asked for), else as the queue has them."""
    items = list(sheets.queue)
    if sheets.stage != "title_abstract" or protocol["title_abstract"]["order"] != "relevance":
        return items
    offered = {item for said in sheets.said.values() for item in said.places}
    if all(item in offered for item in items) or len(items) < 2:
        return items
    import pandas as pd

    from prismake import rank

    decided = {one.item: one.value("decision") for one in sheets.decisions() if one.state == SETTLED}
    shown = ("title", "abstract")
    texts = pd.DataFrame({name: [row[name] for row in sheets.queue.values()] for name in shown}, index=items)
    question = "\n".join([protocol["title"], protocol["question"], *protocol["criteria"]["include"]])
    relevance = rank(texts, decided, question=question, seed=protocol["seed"])
    return sorted(items, key=lambda item: (-float(relevance[item]), item))
