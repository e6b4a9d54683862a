"""The human loop without files: comparison of answers, disagreements, consensus.

An answer belongs to one reviewer, one field and one item. A field is settled when everyone who was asked agrees, or by
the consensus sheet; the workflow itself never settles anything.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from prismake.core.phrases import normal_word
from prismake.core.states import SettledBy, State
from prismake.protocol.forms import Field, Form
from prismake.protocol.instrument_model import NOT_ASKED

Answers = Mapping[str, Mapping[str, str]]  # item -> field -> answer in normal form; an absent answer is ""

AGAINST = "all reviewers now say"  # beginning of the remark on a consensus that has been overtaken


@dataclass(frozen=True)
class Verdict:
    """One field of one item: the answer of each reviewer, the settled answer and who settled it.

    ``remark`` describes a problem, ``remedy`` what to do about it.
    """

    state: State
    value: str = ""
    settled_by: SettledBy = SettledBy.NOBODY
    remark: str = ""
    remedy: str = ""


class Decision(NamedTuple):
    """An item judged. ``fields`` holds a verdict for each field of the form.

    ``settled_by`` of an item that was not screened is ``automation`` if a ranking put it last, otherwise ``other``.
    """

    item: str
    state: State
    settled_by: SettledBy
    fields: Mapping[str, Verdict]
    answers: Mapping[str, Mapping[str, str]] = MappingProxyType({})  # reviewer -> field -> answer

    def value(self, name: str) -> str:
        return self.fields[name].value if self.state == State.SETTLED else ""

    def conflicts(self) -> list[str]:
        return [name for name, verdict in self.fields.items() if verdict.state == State.CONFLICT]


def decide(
    form: Form,
    items: Sequence[str],
    answers: Mapping[str, Answers],
    consensus: Answers,
    problems: Mapping[str, Mapping[str, set[str]]] | None = None,
    verdicts: Mapping[str, Mapping[str, Verdict]] | None = None,
    asked: Mapping[str, Collection[str]] | None = None,
    stopped: Mapping[str, SettledBy] | None = None,
) -> list[Decision]:
    """One decision per item, in the order of ``items``.

    Args:
        form: the form of the stage.
        items: ids of the items in the queue of the stage.
        answers: answers by reviewer.
        consensus: answers of the adjudicator.
        problems: by reviewer and item, the fields whose cells were not understood.
        verdicts: by item, existing verdicts of fields (records that were judged before they were merged).
        asked: by item, the reviewers whose answers are expected and count (none if it was not handed out yet); without
            it, every reviewer is expected to answer every item.
        stopped: for each item that people decided not to screen, how the flow counts it: ``automation`` or ``other``.
    """
    earlier_verdicts, ended, decisions = verdicts or {}, stopped or {}, []
    special = {*earlier_verdicts, *(item for by_item in (problems or {}).values() for item in by_item)}
    alike: dict[tuple[Any, ...], Decision] = {}  # thousands of items share a few patterns of answers
    for item in items:
        who = answers if asked is None else asked.get(item, ())
        own = {name: given.get(item, {}) for name, given in answers.items() if name in who}
        final = consensus.get(item, {})
        if item in ended and not final and not any(any(given.values()) for given in own.values()):
            blank = {question.name: Verdict(State.NOT_APPLICABLE) for question in form.fields}
            decisions.append(Decision(item, State.NOT_SCREENED, ended[item], blank, own))
        elif item in special:
            decisions.append(_decide_item(form, item, own, final, problems or {}, earlier_verdicts.get(item, {})))
        else:
            way = (tuple([(name, *given.items()) for name, given in own.items()]), *final.items())
            if way not in alike:
                alike[way] = _decide_item(form, item, own, final, {}, {})
            same = alike[way]
            decisions.append(Decision(item, same.state, same.settled_by, same.fields, own))
    return decisions


def _decide_item(
    form: Form,
    item: str,
    answers: Mapping[str, Mapping[str, str]],
    consensus: Mapping[str, str],
    problems: Mapping[str, Mapping[str, set[str]]],
    earlier_verdicts: Mapping[str, Verdict],
) -> Decision:
    heard = {who: given for who, given in answers.items() if any(given.values())} if form.optional else answers
    verdicts: dict[str, Verdict] = {}
    for question in form.fields:
        name, (condition, answer) = question.name, question.when or ("", "")
        if condition and (verdicts[condition].state != State.SETTLED or verdicts[condition].value != answer):
            verdicts[name] = Verdict(State.NOT_APPLICABLE)
        elif name in earlier_verdicts:
            verdicts[name] = earlier_verdicts[name]
        elif not answers and not consensus.get(name):  # not handed out yet
            verdicts[name] = Verdict(State.UNDECIDED)
        else:
            asked = heard
            if condition:
                first = form.field(condition)
                asked = {who: given for who, given in heard.items() if settles(first, given) == answer}
            verdicts[name] = _settle(question, asked, consensus.get(name, ""), followed=bool(condition))
    broken = any(item in by_item for who, by_item in problems.items() if who in answers)
    state = _state(verdicts, form)
    if broken and (state != State.SETTLED or not any(verdict.value for verdict in verdicts.values())):
        state = State.PROBLEM
    by = [verdict.settled_by for verdict in verdicts.values() if verdict.settled_by and state == State.SETTLED]
    settled_by = SettledBy.CONSENSUS if SettledBy.CONSENSUS in by else by[0] if by else SettledBy.NOBODY
    return Decision(item, state, settled_by, verdicts, answers)


def settles(question: Field, given: Mapping[str, str]) -> str:
    """The answer as which an answer settles: *maybe* at title and abstract proceeds like *include*."""
    value = given.get(question.name, "")
    return question.standing_for.get(value, value)


def answer_to(form: Form, question: Field, given: Mapping[str, str]) -> str | None:
    """A reviewer's answer to a field; ``None`` without an answer or if the field did not apply to them."""
    if question.when and settles(form.field(question.when[0]), given) != question.when[1]:
        return None
    answer = given.get(question.name)
    return answer if answer and answer != NOT_ASKED else None


def _settle(question: Field, asked: Mapping[str, Mapping[str, str]], consensus: str, *, followed: bool) -> Verdict:
    """The verdict on one field from the answers of those who were asked.

    ``followed``: the field depends on an earlier answer that is already settled.
    """
    given = {who: settles(question, answer) for who, answer in asked.items()}
    final = settles(question, {question.name: consensus})
    missing = [who for who, value in given.items() if not value]
    kinds = {comparable(question, value) for value in given.values()}
    agreed = bool(given) and len(kinds) == 1 and not (question.required and missing)
    if final:
        if agreed and comparable(question, final) not in kinds and len(given) > 1 and not missing:
            remark = f"{AGAINST} “{next(iter(given.values()))}”, the consensus sheet says “{final}”"
            return Verdict(State.CONFLICT, remark=remark, remedy="Change or clear the consensus answer.")
        return Verdict(State.SETTLED, final, SettledBy.CONSENSUS)
    if agreed:
        value = next(iter(given.values()))
        alone = len(given) == 1 and not followed
        return Verdict(State.SETTLED, value, SettledBy.SINGLE if alone else SettledBy.AGREEMENT)
    if not given:  # the adjudicator settled the earlier field with an answer nobody gave, and settles this one too
        return Verdict(State.CONFLICT if question.required else State.SETTLED)
    if question.required and missing:
        return Verdict(State.UNDECIDED)
    return Verdict(State.CONFLICT)


def comparable(question: Field, value: str) -> str:
    """An answer in the form used for comparison: text without case and blanks."""
    return normal_word(value) if question.kind == "text" else value


def _state(verdicts: Mapping[str, Verdict], form: Form) -> State:
    states = [verdict.state for verdict in verdicts.values()]
    if State.UNDECIDED in states:
        return State.UNDECIDED
    if State.CONFLICT in states:
        return State.CONFLICT
    return State.SETTLED if State.SETTLED in states else State.UNDECIDED


def to_adjudicate(form: Form, decisions: Sequence[Decision]) -> list[tuple[str, str]]:
    """(item, field) of every disagreement, for the consensus sheet.

    A conflict is offered as soon as all have answered the field itself, even if other fields are still open.
    """
    return [(decision.item, name) for decision in decisions for name in decision.conflicts()]


def progress(form: Form, item_answers: Mapping[str, str]) -> bool:
    """Whether one reviewer has answered everything that applies to an item."""
    for question in form.fields:
        if question.when and settles(form.field(question.when[0]), item_answers) != question.when[1]:
            continue
        if question.required and not item_answers.get(question.name):
            return False
    return bool(form.fields)
