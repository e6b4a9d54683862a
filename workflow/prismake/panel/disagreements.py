"""Disagreements before consensus: who gave which conflicting answers, and how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from prismake.core.states import State
from prismake.panel.decisions import Decision, answer_to, comparable, settles
from prismake.protocol.forms import Field, Form

NOT_GIVEN = "not given"


def disagreements(
    form: Form, question: Field, decisions: Sequence[Decision], reviewers: Sequence[str]
) -> list[dict[str, Any]]:
    """One entry for each pair of reviewers and pair of answers, the most frequent first within a pair of reviewers.

    Answers that settle as the same (*maybe* and *include* at title and abstract) are not a disagreement. Keys:

    first, second  the reviewers, in the order of the protocol
    answers        the answers of the first and the second reviewer, as given
    count, items   the number of items, and their ids, sorted
    settled        number of items by settled answer
    open           number of open items; the rest no longer applies because an earlier question was settled differently
    because        {question: {answer: count}} of follow-up questions asked of only one of them: at full text, the
                   reasons of the reviewer who excludes what the other includes
    """
    apart: dict[tuple[str, ...], list[Decision]] = {}
    for decision in decisions:
        given = {who: answer_to(form, question, decision.answers.get(who, {})) for who in reviewers}
        for first, second in combinations(reviewers, 2):
            a, b = given[first], given[second]
            if a and b and _stands_for(question, a) != _stands_for(question, b):
                apart.setdefault((first, second, a, b), []).append(decision)
    place = {who: number for number, who in enumerate(reviewers)}
    ordered = sorted(apart.items(), key=lambda pair: (place[pair[0][0]], place[pair[0][1]], -len(pair[1]), pair[0]))
    return [_entry(form, question, key, judged) for key, judged in ordered]


def _stands_for(question: Field, answer: str) -> str:
    return comparable(question, settles(question, {question.name: answer}))


def _entry(form: Form, question: Field, key: tuple[str, ...], judged: Sequence[Decision]) -> dict[str, Any]:
    first, second, a, b = key
    verdicts = [decision.fields[question.name] for decision in judged]
    return {
        "first": first,
        "second": second,
        "answers": [a, b],
        "count": len(judged),
        "items": sorted(decision.item for decision in judged),
        "settled": dict(sorted(Counter(verdict.value for verdict in verdicts if verdict.value).items())),
        "open": sum(verdict.state in (State.CONFLICT, State.UNDECIDED) for verdict in verdicts),
        "because": _because(form, question, {first: a, second: b}, judged),
    }


def _because(
    form: Form, question: Field, given: Mapping[str, str], judged: Sequence[Decision]
) -> dict[str, dict[str, int]]:
    """The follow-up questions asked of the reviewer who gave an answer, with the answers, by question."""
    reasons: dict[str, dict[str, int]] = {}
    for further in form.fields:
        if not further.when or further.when[0] != question.name or further.kind != "choice" or not further.required:
            continue
        who = [name for name, answer in given.items() if _stands_for(question, answer) == further.when[1]]
        counted = Counter(decision.answers[name].get(further.name) or NOT_GIVEN for name in who for decision in judged)
        if counted:
            reasons[further.label] = dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))
    return reasons
