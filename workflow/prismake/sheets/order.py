"""In which order new rows are handed out. It never decides, and never moves a row that was handed out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prismake.panel.decisions import SETTLED
from prismake.panel.ranking import chance
from prismake.sheets.batches import prepare
from prismake.sheets.stage import StageSheets


def order_of_rows(sheets: StageSheets, protocol: Mapping[str, Any]) -> list[str]:
    """The queue's ids: by relevance or at random where the stage asks for it, else as the queue has them.

    Relevance is worked out only when rows are to be handed out: from the question, and from the decisions so far.
    """
    items = list(sheets.queue)
    if sheets.scheme.order == "random":
        return sorted(items, key=lambda item: (chance(item, protocol["seed"]), item))
    if sheets.scheme.order != "relevance" or len(items) < 2 or not prepare(sheets).number:
        return items
    import pandas as pd

    from prismake.panel.ranking import rank

    decided = {one.item: one.value("decision") for one in sheets.decisions() if one.state == SETTLED}
    usable = {item: value for item, value in decided.items() if value in ("include", "exclude")}
    shown = ("title", "abstract")
    texts = pd.DataFrame({name: [row[name] for row in sheets.queue.values()] for name in shown}, index=items)
    question = "\n".join([protocol["title"], protocol["question"], *protocol["criteria"]["include"]])
    relevance = rank(texts, usable, question=question, seed=protocol["seed"])
    return sorted(items, key=lambda item: (-float(relevance[item]), item))
