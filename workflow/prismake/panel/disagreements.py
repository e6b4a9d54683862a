"""Who disagrees with whom on what: answers that cannot both stand, counted before consensus."""

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

    Answers that stand for the same (*maybe* and *include* at title and abstract) are no disagreement. Keys:

    first, second  the reviewers, in the order of the protocol
    answers        what the one and what the other said, as answered
    count, items   how many items, and their ids, sorted
    settled        how many were settled as what
    open           how many wait; the rest no longer applies because an earlier question was settled otherwise
    because        {question: {answer: count}} of the choices that only the one who said so was asked: at full text
                   the reasons of those who exclude what another includes
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
    """What the one who gave an answer was asked on top of it, by question."""
    reasons: dict[str, dict[str, int]] = {}
    for further in form.fields:
        if not further.when or further.when[0] != question.name or further.kind != "choice" or not further.required:
            continue
        who = [name for name, answer in given.items() if _stands_for(question, answer) == further.when[1]]
        counted = Counter(decision.answers[name].get(further.name) or NOT_GIVEN for name in who for decision in judged)
        if counted:
            reasons[further.label] = dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))
    return reasons
