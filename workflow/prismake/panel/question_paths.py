"""Questions asked only on a path of earlier answers: whose answers count, and what follows from the path.

A question to which a reviewer's own answers do not lead counts as answered, with NOT_ASKED; an answer given there is
kept but not used. Settlement follows the settled answers: if they do not lead to a question, it is settled as not
asked, whoever answered it; if they do, NOT_ASKED settles nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from prismake.core.states import SettledBy, State
from prismake.panel.decisions import Answers, Decision, Verdict
from prismake.protocol.instrument_model import NOT_ASKED, Condition, holds

Paths = Mapping[str, Condition]  # item -> its condition, in the order of the questions


def paths_of(texts: Iterable[tuple[str, str]]) -> dict[str, Condition]:
    """Conditions by item, from (item, JSON) of a queue; items without a condition are left out."""
    return {
        item: tuple({name: frozenset(words) for name, words in alternative} for alternative in json.loads(text))
        for item, text in texts
        if text
    }


def off_path(paths: Paths, answers: Answers, name: str) -> frozenset[str]:
    """The items to which a reviewer's answers to field ``name`` do not lead."""
    counted = {item: given.get(name, "") for item, given in answers.items()}
    away = set()
    for item, condition in paths.items():
        if holds(condition, counted) is False:
            counted[item] = NOT_ASKED
            away.add(item)
    return frozenset(away)


def along_paths(paths: Paths, decisions: Sequence[Decision], consensus: Answers, name: str) -> list[Decision]:
    """Decisions on all items of a stage, adjusted to the path of the settled answers."""
    by_item = {decision.item: decision for decision in decisions}
    settled = {item: decision.value(name) for item, decision in by_item.items()}
    for item, condition in paths.items():
        if item in by_item:
            final = consensus.get(item, {}).get(name, "")
            by_item[item] = _along(by_item[item], holds(condition, settled), final, name)
            settled[item] = by_item[item].value(name)
    return [by_item[decision.item] for decision in decisions]


def _along(decision: Decision, asked: bool | None, final: str, name: str) -> Decision:
    """One decision under its condition; ``asked`` is None as long as it depends on an answer that is not settled."""
    verdict = decision.fields[name]
    if asked is False:
        return _with(decision, name, Verdict(State.SETTLED, NOT_ASKED, SettledBy.AGREEMENT))
    if NOT_ASKED not in {given.get(name) for given in decision.answers.values()}:
        return decision
    if asked and final:  # a reviewer who was not asked has not contradicted the consensus
        return _with(decision, name, Verdict(State.SETTLED, final, SettledBy.CONSENSUS))
    if asked is None:  # whether it is asked has to be settled first
        return _with(decision, name, Verdict(State.UNDECIDED))
    return _with(decision, name, Verdict(State.CONFLICT)) if verdict.state == State.SETTLED else decision


def _with(decision: Decision, name: str, verdict: Verdict) -> Decision:
    fields = {**decision.fields, name: verdict}
    return Decision(decision.item, verdict.state, verdict.settled_by, fields, decision.answers)
