"""The order in which new rows are handed out. It decides nothing else, and never moves a row already handed out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prismake.core.states import State
from prismake.panel.ranking import chance
from prismake.sheets.batches import Plan


def order_of_rows(planned: Plan, protocol: Mapping[str, Any]) -> list[str]:
    """The ids of the queue: by relevance or at random if the stage asks for it, otherwise in the queue's order.

    Relevance is computed only when rows are to be handed out, from the question and the decisions so far.
    """
    sheets = planned.sheets
    items, order = list(sheets.queue), sheets.setup.scheme.order
    if order == "random":
        return sorted(items, key=lambda item: (chance(item, protocol["seed"]), item))
    if order != "relevance" or len(items) < 2 or not planned.following.size:
        return items
    import pandas as pd

    from prismake.panel.ranking import rank

    settled = [decision for decision in sheets.decisions() if decision.state == State.SETTLED]
    values = {decision.item: decision.value("decision") for decision in settled}
    usable = {item: value for item, value in values.items() if value in ("include", "exclude")}
    shown = ("title", "abstract")
    texts = pd.DataFrame({name: [row[name] for row in sheets.queue.values()] for name in shown}, index=items)
    question = "\n".join([protocol["title"], protocol["question"], *protocol["criteria"]["include"]])
    relevance = rank(texts, usable, question=question, seed=protocol["seed"])
    return sorted(items, key=lambda item: (-float(relevance[item]), item))
