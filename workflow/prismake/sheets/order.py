"""The order in which new rows are handed out. It decides nothing else, and never moves a row already handed out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from operator import itemgetter
from typing import Any

from prismake.core.progress import tracked
from prismake.core.states import State
from prismake.panel.ranking import chance
from prismake.panel.shortlist import RANKED, behind, nearness
from prismake.sheets.batches import Plan
from prismake.sheets.queue import Queue, column_of


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
    touched = {item for own in sheets.answers.values() for item, given in own.answers.items() if any(given.values())}
    settled = [
        decision
        for decision in sheets.decisions(sorted(touched & sheets.queue.keys()))
        if decision.state == State.SETTLED
    ]
    values = {decision.item: decision.value("decision") for decision in settled}
    usable = {item: value for item, value in values.items() if value in ("include", "exclude")}
    question = "\n".join([protocol["title"], protocol["question"], *protocol["criteria"]["include"]])
    return by_relevance(sheets.queue, items, usable, question, protocol["seed"])


def by_relevance(queue: Queue, items: Sequence[str], decided: Mapping[str, str], question: str, seed: int) -> list[str]:
    """The items by relevance; of very many, those nearest to the question come first (``panel.shortlist``)."""
    import pandas as pd

    from prismake.panel.ranking import rank

    shown = ("title", "abstract")
    chosen, others = list(items), list[str]()
    if len(items) - len(decided) > RANKED:
        texts = zip(*(map(itemgetter(1), column_of(queue, name)) for name in shown), strict=True)
        followed = tracked(texts, len(items), "looking for the records nearest to the question", "records")
        ordered = [item for item in behind(queue, nearness(followed, question), seed) if item not in decided]
        nearest = {*decided, *ordered[:RANKED]}
        chosen, others = [item for item in items if item in nearest], ordered[RANKED:]
    columns = {name: _texts(queue, name, set(chosen) if others else None) for name in shown}
    relevance = rank(pd.DataFrame(columns, index=chosen), decided, question=question, seed=seed)
    return [*sorted(chosen, key=lambda item: (-float(relevance[item]), item)), *others]


def _texts(queue: Queue, name: str, chosen: Collection[str] | None) -> list[str]:
    return [text for item, text in column_of(queue, name) if chosen is None or item in chosen]
