"""Questions that are asked only on a path of earlier answers: whose answers count, and what is settled by the path.

A question that a reviewer's own answers do not lead to counts as answered, with NOT_ASKED; an answer that stands there
all the same is kept and not used. What is settled follows the settled answers: where these do not lead to a question,
it is settled as not asked, whoever answered it, and where they do, NOT_ASKED settles nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from prismake.panel.decisions import CONFLICT, SETTLED, UNDECIDED, Answers, Decision, Verdict
from prismake.protocol.instrument_model import NOT_ASKED, Condition, holds

Paths = Mapping[str, Condition]  # item -> its condition, in the order of the questions


def paths_of(texts: Iterable[tuple[str, str]]) -> dict[str, Condition]:
    """Conditions by item, from (item, JSON) of a queue; items without a condition are left out."""
    return {
        item: tuple({name: frozenset(words) for name, words in alternative} for alternative in json.loads(text))
        for item, text in texts
        if text
    }


def off_path(paths: Paths, answers: Answers, name: str) -> set[str]:
    """The items that a reviewer's answers to field ``name`` do not lead to."""
    counted = {item: given.get(name, "") for item, given in answers.items()}
    away = set()
    for item, condition in paths.items():
        if holds(condition, counted) is False:
            counted[item] = NOT_ASKED
            away.add(item)
    return away


def counted_answers(answers: Answers, name: str, away: Iterable[str]) -> Answers:
    """The answers that count: NOT_ASKED for the items ``away`` from the path."""
    return {**answers, **{item: {name: NOT_ASKED} for item in away}}


def along_paths(paths: Paths, decisions: Sequence[Decision], name: str) -> list[Decision]:
    """Decisions on all items of a stage, brought into line with the path that the settled answers take."""
    by_item = {decision.item: decision for decision in decisions}
    settled = {item: decision.value(name) for item, decision in by_item.items()}
    for item, condition in paths.items():
        if item not in by_item:
            continue
        by_item[item] = _along(by_item[item], holds(condition, settled), name)
        settled[item] = by_item[item].value(name)
    return [by_item[decision.item] for decision in decisions]


def _along(decision: Decision, asked: bool | None, name: str) -> Decision:
    verdict = decision.fields[name]
    if asked is False:
        if verdict.state == SETTLED and verdict.value == NOT_ASKED:
            return decision
        return _with(decision, name, Verdict(SETTLED, NOT_ASKED, "agreement"))
    said_away = any(given.get(name) == NOT_ASKED for given in decision.answers.values())
    if asked is None and said_away and verdict.settled_by != "consensus":
        return _with(decision, name, Verdict(UNDECIDED))  # first it has to be settled whether it is asked
    if asked and verdict.state == SETTLED and verdict.value == NOT_ASKED:
        return _with(decision, name, Verdict(CONFLICT))  # nobody has answered what the consensus leads to
    return decision


def _with(decision: Decision, name: str, verdict: Verdict) -> Decision:
    fields = {**decision.fields, name: verdict}
    return Decision(decision.item, verdict.state, verdict.settled_by, fields, decision.answers)
