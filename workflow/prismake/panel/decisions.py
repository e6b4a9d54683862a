"""The human loop without files: answers compared, disagreements found, consensus taken over.

An answer is what one reviewer said to one field of one item. The panel settles a field when everyone
who was asked agrees, or when the consensus sheet says so; nothing is ever settled by a rule of ours.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from prismake.protocol.forms import Field, Form, normal_word

Answers = Mapping[str, Mapping[str, str]]  # item -> field -> answer in normal form; an absent answer is ""

SETTLED, UNDECIDED, CONFLICT, PROBLEM = "settled", "undecided", "conflict", "problem"
AGAINST = "all reviewers now say"  # how the remark on a consensus that was overtaken begins
NOT_SCREENED = "not screened"  # people stopped before anybody had read it


@dataclass(frozen=True)
class Verdict:
    """One field of one item: what each reviewer said, and what was settled by whom.

    ``state`` is settled, undecided, conflict or "" (the field does not apply).
    ``settled_by`` is agreement, consensus, single or "". ``remark`` says what is odd, ``remedy`` what to do about it.
    """

    state: str
    value: str = ""
    settled_by: str = ""
    remark: str = ""
    remedy: str = ""


class Decision(NamedTuple):
    """An item judged. ``fields`` holds a verdict for each field of the form.

    ``settled_by`` of an item that was not screened is ``automation`` if a machine's order put it last, else ``other``.
    """

    item: str
    state: str
    settled_by: str
    fields: Mapping[str, Verdict]
    answers: Mapping[str, Mapping[str, str]] = MappingProxyType({})  # reviewer -> field -> answer

    def value(self, name: str) -> str:
        return self.fields[name].value if self.state == SETTLED else ""

    def conflicts(self) -> list[str]:
        return [name for name, verdict in self.fields.items() if verdict.state == CONFLICT]


def decide(
    form: Form,
    items: Sequence[str],
    answers: Mapping[str, Answers],
    consensus: Answers,
    problems: Mapping[str, Mapping[str, set[str]]] | None = None,
    verdicts: Mapping[str, Mapping[str, Verdict]] | None = None,
    asked: Mapping[str, Collection[str]] | None = None,
    stopped: Mapping[str, str] | None = None,
) -> list[Decision]:
    """One decision an item, in the order of ``items``.

    Args:
        form: the fields that were asked.
        items: item ids that are in the stage's queue now.
        answers: by reviewer.
        consensus: what the adjudicator settled.
        problems: by reviewer, item to the fields whose cells were not understood.
        verdicts: by item, what is known of a field already (records that were judged before they were one report).
        asked: by item, the reviewers whose answers are expected and count (none where it was not handed out yet);
            without it every reviewer is expected to answer every item.
        stopped: by item that people decided to leave unread, how the flow counts it, ``automation`` or ``other``.
    """
    known, ended, decisions = verdicts or {}, stopped or {}, []
    special = {*known, *(item for by_item in (problems or {}).values() for item in by_item)}
    alike: dict[tuple, Decision] = {}  # thousands of items were answered in one of a few ways
    for item in items:
        who = answers if asked is None else asked.get(item, ())
        said = {name: given.get(item, {}) for name, given in answers.items() if name in who}
        final = consensus.get(item, {})
        if item in ended and not final and not any(any(given.values()) for given in said.values()):
            blank = {one.name: Verdict("") for one in form.fields}
            decisions.append(Decision(item, NOT_SCREENED, ended[item], blank, said))
        elif item in special:
            decisions.append(_decide_item(form, item, said, final, problems or {}, known.get(item, {})))
        else:
            way = (tuple([(name, *given.items()) for name, given in said.items()]), *final.items())
            if way not in alike:
                alike[way] = _decide_item(form, item, said, final, {}, {})
            one = alike[way]
            decisions.append(Decision(item, one.state, one.settled_by, one.fields, said))
    return decisions


def _decide_item(
    form: Form,
    item: str,
    said: Mapping[str, Mapping[str, str]],
    consensus: Mapping[str, str],
    problems: Mapping[str, Mapping[str, set[str]]],
    known: Mapping[str, Verdict],
) -> Decision:
    heard = {who: given for who, given in said.items() if any(given.values())} if form.optional else said
    verdicts: dict[str, Verdict] = {}
    for one in form.fields:
        condition, wanted = one.when or ("", "")
        if condition and (verdicts[condition].state != SETTLED or verdicts[condition].value != wanted):
            verdicts[one.name] = Verdict("")
        elif one.name in known:
            verdicts[one.name] = known[one.name]
        elif not said and not consensus.get(one.name):  # not handed out yet
            verdicts[one.name] = Verdict(UNDECIDED)
        else:
            asked = heard
            if condition:
                asked = {who: given for who, given in heard.items() if settles(form.field(condition), given) == wanted}
            verdicts[one.name] = _settle(one, asked, consensus.get(one.name, ""), followed=bool(condition))
    broken = any(item in by_item for who, by_item in problems.items() if who in said)
    state = _state(verdicts, form)
    if broken and (state != SETTLED or not any(verdict.value for verdict in verdicts.values())):
        state = PROBLEM
    by = [verdict.settled_by for verdict in verdicts.values() if verdict.settled_by]
    settled_by = "" if state != SETTLED else "consensus" if "consensus" in by else by[0] if by else ""
    return Decision(item, state, settled_by, verdicts, said)


def settles(one: Field, given: Mapping[str, str]) -> str:
    """What an answer stands for: *maybe* at title and abstract proceeds like *include*."""
    value = given.get(one.name, "")
    return one.standing_for.get(value, value)


def answer_to(form: Form, one: Field, given: Mapping[str, str]) -> str | None:
    """What one reviewer said to a field; ``None`` where they said nothing or the field did not apply to them."""
    if one.when and settles(form.field(one.when[0]), given) != one.when[1]:
        return None
    return given.get(one.name) or None


def _settle(one: Field, asked: Mapping[str, Mapping[str, str]], consensus: str, *, followed: bool) -> Verdict:
    """The verdict on one field from the answers of those who were asked.

    ``followed``: the field hangs on an earlier answer that is settled already.
    """
    given = {who: settles(one, answer) for who, answer in asked.items()}
    final = settles(one, {one.name: consensus})
    missing = [who for who, value in given.items() if not value]
    kinds = {comparable(one, value) for value in given.values()}
    agreed = bool(given) and len(kinds) == 1 and not (one.required and missing)
    if final:
        if agreed and comparable(one, final) not in kinds and len(given) > 1 and not missing:
            remark = f"{AGAINST} “{next(iter(given.values()))}”, the consensus sheet says “{final}”"
            return Verdict(CONFLICT, remark=remark, remedy="Change or clear the consensus answer.")
        return Verdict(SETTLED, final, "consensus")
    if agreed:
        value = next(iter(given.values()))
        return Verdict(SETTLED, value, "single" if len(given) == 1 and not followed else "agreement")
    if not given:  # the adjudicator settled the earlier field as nobody had said: only the adjudicator can go on
        return Verdict(CONFLICT if one.required else SETTLED, settled_by="")
    if one.required and missing:
        return Verdict(UNDECIDED)
    return Verdict(CONFLICT)


def comparable(one: Field, value: str) -> str:
    """The form of an answer in which two are compared: text without case and blanks."""
    return normal_word(value) if one.kind == "text" else value


def _state(verdicts: Mapping[str, Verdict], form: Form) -> str:
    states = [verdict.state for verdict in verdicts.values()]
    if UNDECIDED in states:
        return UNDECIDED
    if CONFLICT in states:
        return CONFLICT
    return SETTLED if SETTLED in states else UNDECIDED


def to_adjudicate(form: Form, decisions: Sequence[Decision]) -> list[tuple[str, str]]:
    """(item, field) of every disagreement: what the consensus sheet holds.

    A conflict is offered as soon as the field itself is answered by all, although other fields wait.
    """
    return [(one.item, name) for one in decisions for name in one.conflicts()]


def progress(form: Form, item_answers: Mapping[str, str]) -> bool:
    """Whether one reviewer has answered everything that applies to an item."""
    for one in form.fields:
        if one.when and settles(form.field(one.when[0]), item_answers) != one.when[1]:
            continue
        if one.required and not item_answers.get(one.name):
            return False
    return bool(form.fields)
