"""Records that were judged apart and have become one report since: what was said of each counts for the report.

Nothing is chosen silently: where the records were judged differently, the panel settles it, in a row of the consensus
sheet of its own or by giving the rows the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from prismake.core.names import TOGETHER
from prismake.panel.decisions import CONFLICT, SETTLED, Answers, Decision, Verdict, comparable, decide, settles
from prismake.protocol.forms import Field, Form

APART = "one report now, judged apart"  # how the remark on such a row begins
BOTH_ROWS = "Give the rows the same answer."
OR_CONSENSUS = "Settle it in the consensus sheet, or give the rows the same answer."


@dataclass
class Joined:
    """What follows from records that were judged before they were one report.

    ``verdicts``: by item and field, in place of what the answers alone would give. ``rows``: by item and field of a
    disagreement, the ids of its records as the consensus sheet names them. ``says``: by item and field, what each
    reviewer said of which record. ``torn``: by reviewer, item to the fields that they answered differently; the
    answer to the item is then none.
    """

    verdicts: dict[str, dict[str, Verdict]] = field(default_factory=dict)
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    says: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    torn: dict[str, dict[str, set[str]]] = field(default_factory=dict)

    def plain(self, who: str, given: Mapping[str, Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
        """A reviewer's answers without those that differ from record to record."""
        torn = self.torn.get(who, {})
        clean = {item: {k: v for k, v in given.get(item, {}).items() if k not in names} for item, names in torn.items()}
        return {**given, **clean}


def first_of(item: str) -> str:
    """The item that a row of the consensus sheet is about, also where it names several records."""
    return item.partition(TOGETHER)[0]


def follow(
    form: Form,
    members: Mapping[str, Sequence[str]],
    answers: Mapping[str, dict[str, dict[str, str]]],
    consensus: Answers,
    problems: Mapping[str, Mapping[str, set[str]]],
    asked: Mapping[str, Sequence[str]] | None = None,
) -> Joined:
    """Let the answers given to members count for their item.

    Args:
        members: by item, the ids that were items of their own once.
        answers: by reviewer; an item takes over the answers of its members where it has none of its own.
        consensus: what the adjudicator settled; a row about several records is named by all their ids.
        problems: by reviewer, item to the fields whose cells were not understood.
        asked: by id, whose answers were expected and count; without it everyone's.
    """
    joined = Joined()
    judged = {item for given in (*answers.values(), consensus) for item, said in given.items() if any(said.values())}
    for item in sorted(members):
        ids = [one for one in (item, *sorted(members[item])) if one in judged]
        if any(one != item for one in ids):
            together = _rows_of(consensus, {item, *members[item]})
            decisions = decide(form, ids, answers, consensus, problems, asked=asked)
            _join(joined, form, item, ids, answers, together, decisions)
    return joined


def _join(
    joined: Joined,
    form: Form,
    item: str,
    ids: Sequence[str],
    answers: Mapping[str, dict[str, dict[str, str]]],
    together: Mapping[frozenset[str], Mapping[str, str]],
    decisions: Sequence[Decision],
) -> None:
    for one in form.fields:
        said = [parts for parts, given in together.items() if given.get(one.name)]
        parts = max(said, key=lambda parts: (len(parts), sorted(parts)), default=frozenset())
        final = settles(one, together[parts]) if parts else ""
        verdict = _verdict(one, decisions, parts, final)
        if verdict is None:
            continue
        if verdict.state == CONFLICT:
            values = "; ".join(f"{decision.item}: {_words(one, decision)}" for decision in decisions)
            remedy = OR_CONSENSUS if len(answers) > 1 else BOTH_ROWS
            verdict = Verdict(CONFLICT, remark=f"{APART} ({values})", remedy=remedy)
            joined.rows.setdefault(item, {})[one.name] = TOGETHER.join([item, *(i for i in ids if i != item)])
            joined.says.setdefault(item, {})[one.name] = {
                who: "; ".join(f"{i}: {said}" for i in ids if (said := given.get(i, {}).get(one.name)))
                for who, given in answers.items()
            }
        joined.verdicts.setdefault(item, {})[one.name] = verdict
    for who, given in answers.items():
        for one in form.fields:
            values = [value for i in ids if (value := given.get(i, {}).get(one.name))]
            if values:
                given.setdefault(item, {})[one.name] = values[0]
            if len({comparable(one, settles(one, {one.name: value})) for value in values}) > 1:
                joined.torn.setdefault(who, {}).setdefault(item, set()).add(one.name)


def _rows_of(consensus: Answers, known: set[str]) -> dict[frozenset[str], Mapping[str, str]]:
    """The rows of the consensus sheet that settle several of these records in one, by the records."""
    rows = {frozenset(key.split(TOGETHER)): given for key, given in consensus.items() if TOGETHER in key}
    return {parts: given for parts, given in rows.items() if parts <= known}


def _verdict(one: Field, decisions: Sequence[Decision], parts: frozenset[str], final: str) -> Verdict | None:
    """What the records' own verdicts make together; ``None``: what the answers of the item make without them.

    Args:
        parts: the records that the adjudicator settled together.
        final: how.
    """
    own = {decision.item: decision.fields[one.name] for decision in decisions}
    settled = [verdict for item, verdict in own.items() if verdict.state == SETTLED and item not in parts]
    values = {comparable(one, value) for value in (final, *(verdict.value for verdict in settled)) if value}
    if final:
        now = [own[item] for item in sorted(parts & own.keys())]
        agreed = {comparable(one, verdict.value) if verdict.state == SETTLED else "" for verdict in now}
        if len(agreed) == 1 and "" not in agreed and agreed != {comparable(one, final)}:
            return Verdict(CONFLICT)  # the rows were given one answer since, and it is not the adjudicator's
    by_reviewer: dict[str, set[str]] = {}
    waiting: set[str] = set()
    for decision in decisions:
        for who, given in decision.answers.items():
            if decision.item not in parts and (value := settles(one, given)):
                by_reviewer.setdefault(who, set()).add(comparable(one, value))
                waiting |= {comparable(one, value)} if own[decision.item].state not in (SETTLED, "") else set()
    if not final and not settled:
        return Verdict(CONFLICT) if any(len(different) > 1 for different in by_reviewer.values()) else None
    if len(values | waiting) > 1:
        return Verdict(CONFLICT)
    return Verdict(SETTLED, final, "consensus") if final else next((v for v in settled if v.value), settled[0])


def _words(one: Field, decision: Decision) -> str:
    """How a record was judged: as it was settled, else what each reviewer said."""
    verdict = decision.fields[one.name]
    if verdict.state == SETTLED:
        return f"“{verdict.value}”"
    said = dict.fromkeys(given[one.name] for given in decision.answers.values() if given.get(one.name))
    return " / ".join(f"“{value}”" for value in said) or "not yet"
