"""Records that were judged separately and have since become one report: answers to each count for the report.

Nothing is chosen silently: if the records were judged differently, the panel settles it, either in a separate row of
the consensus sheet or by giving the rows the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from prismake.core.names import TOGETHER
from prismake.core.states import SettledBy, State
from prismake.panel.decisions import Answers, Decision, Verdict, comparable, decide, settles
from prismake.protocol.forms import Field, Form

APART = "one report now, judged apart"  # how the remark on such a row begins
BOTH_ROWS = "Give the rows the same answer."
OR_CONSENSUS = "Settle it in the consensus sheet, or give the rows the same answer."


@dataclass
class Merged:
    """What follows from records that were judged before they became one report.

    ``verdicts``: by item and field, in place of the verdict that the answers alone would give. ``rows``: by item and
    field of a disagreement, the ids of its records as the consensus sheet names them. ``says``: by item and field, each
    reviewer's answer to each record. ``answers``: by reviewer, the answers to each item, taken from its records if it
    has none of its own. ``contradictory``: by reviewer, item to the fields that the reviewer answered differently from
    record to record; the item then has no answer.
    """

    verdicts: dict[str, dict[str, Verdict]] = field(default_factory=dict)
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    says: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    answers: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    contradictory: dict[str, dict[str, set[str]]] = field(default_factory=dict)

    def without_contradictions(self, who: str, given: Mapping[str, Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
        """A reviewer's answers without those that differ between records."""
        clean = {
            item: {name: value for name, value in given.get(item, {}).items() if name not in names}
            for item, names in self.contradictory.get(who, {}).items()
        }
        return {**given, **clean}


def first_of(item: str) -> str:
    """The item that a row of the consensus sheet is about, even if the row names several records."""
    return item.partition(TOGETHER)[0]


def merge_answers(
    form: Form,
    members: Mapping[str, Sequence[str]],
    answers: Mapping[str, dict[str, dict[str, str]]],
    consensus: Answers,
    problems: Mapping[str, Mapping[str, set[str]]],
    asked: Mapping[str, Sequence[str]] | None = None,
) -> Merged:
    """What the answers to former records mean for the items that they are now part of.

    Args:
        members: by item, the ids that were once items of their own.
        answers: by reviewer.
        consensus: what the adjudicator settled; a row about several records is identified by all their ids.
        problems: by reviewer, item to the fields whose cells were not understood.
        asked: by id, the reviewers whose answers were expected and count; everyone's if omitted.
    """
    merged = Merged()
    by_owner = (*answers.values(), consensus)
    judged = {item for own in by_owner for item, given in own.items() if any(given.values())}
    for item in sorted(members):
        ids = [record for record in (item, *sorted(members[item])) if record in judged]
        if any(record != item for record in ids):
            together = _rows_of(consensus, {item, *members[item]})
            decisions = decide(form, ids, answers, consensus, problems, asked=asked)
            _merge(merged, form, item, ids, answers, together, decisions)
    return merged


def _merge(
    merged: Merged,
    form: Form,
    item: str,
    ids: Sequence[str],
    answers: Mapping[str, dict[str, dict[str, str]]],
    together: Mapping[frozenset[str], Mapping[str, str]],
    decisions: Sequence[Decision],
) -> None:
    for question in form.fields:
        name = question.name
        answered = [parts for parts, given in together.items() if given.get(name)]
        parts = max(answered, key=lambda parts: (len(parts), sorted(parts)), default=frozenset())
        final = settles(question, together[parts]) if parts else ""
        verdict = _verdict(question, decisions, parts, final)
        if verdict is None:
            continue
        if verdict.state == State.CONFLICT:
            values = "; ".join(f"{decision.item}: {_words(question, decision)}" for decision in decisions)
            remedy = OR_CONSENSUS if len(answers) > 1 else BOTH_ROWS
            verdict = Verdict(State.CONFLICT, remark=f"{APART} ({values})", remedy=remedy)
            merged.rows.setdefault(item, {})[name] = TOGETHER.join([item, *(i for i in ids if i != item)])
            merged.says.setdefault(item, {})[name] = {
                who: "; ".join(f"{i}: {value}" for i in ids if (value := given.get(i, {}).get(name)))
                for who, given in answers.items()
            }
        merged.verdicts.setdefault(item, {})[name] = verdict
    for who, given in answers.items():
        for question in form.fields:
            own_values = [value for i in ids if (value := given.get(i, {}).get(question.name))]
            if own_values:
                own = merged.answers.setdefault(who, {}).setdefault(item, dict(given.get(item, {})))
                own[question.name] = own_values[0]
            if len({comparable(question, settles(question, {question.name: value})) for value in own_values}) > 1:
                merged.contradictory.setdefault(who, {}).setdefault(item, set()).add(question.name)


def _rows_of(consensus: Answers, record_ids: set[str]) -> dict[frozenset[str], Mapping[str, str]]:
    """The rows of the consensus sheet that settle several of these records at once, by record."""
    rows = {frozenset(key.split(TOGETHER)): given for key, given in consensus.items() if TOGETHER in key}
    return {parts: given for parts, given in rows.items() if parts <= record_ids}


def _verdict(question: Field, decisions: Sequence[Decision], parts: frozenset[str], final: str) -> Verdict | None:
    """The verdict that the records' own verdicts give together; ``None`` if the item's answers decide without them.

    Args:
        parts: the records that the adjudicator settled together.
        final: the adjudicator's answer.
    """
    own = {decision.item: decision.fields[question.name] for decision in decisions}
    settled = [verdict for item, verdict in own.items() if verdict.state == State.SETTLED and item not in parts]
    values = {comparable(question, value) for value in (final, *(verdict.value for verdict in settled)) if value}
    if final:
        now = [own[item] for item in sorted(parts & own.keys())]
        agreed = {comparable(question, verdict.value) if verdict.state == State.SETTLED else "" for verdict in now}
        if len(agreed) == 1 and "" not in agreed and agreed != {comparable(question, final)}:
            return Verdict(State.CONFLICT)  # the rows have since been given one answer, and it is not the adjudicator's
    by_reviewer: dict[str, set[str]] = {}
    waiting: set[str] = set()
    for decision in decisions:
        for who, given in decision.answers.items():
            if decision.item not in parts and (value := settles(question, given)):
                by_reviewer.setdefault(who, set()).add(comparable(question, value))
                if own[decision.item].state not in (State.SETTLED, State.NOT_APPLICABLE):
                    waiting.add(comparable(question, value))
    if not final and not settled:
        return Verdict(State.CONFLICT) if any(len(different) > 1 for different in by_reviewer.values()) else None
    if len(values | waiting) > 1:
        return Verdict(State.CONFLICT)
    if final:
        return Verdict(State.SETTLED, final, SettledBy.CONSENSUS)
    return next((verdict for verdict in settled if verdict.value), settled[0])


def _words(question: Field, decision: Decision) -> str:
    """How a record was judged: as it was settled, or else what each reviewer answered."""
    verdict = decision.fields[question.name]
    if verdict.state == State.SETTLED:
        return f"“{verdict.value}”"
    answers = dict.fromkeys(given[question.name] for given in decision.answers.values() if given.get(question.name))
    return " / ".join(f"“{value}”" for value in answers) or "not yet"
