"""What an instrument consists of: items, domains, conditions and rules, and how answers lead through them.

A *condition* is a tuple of alternatives; an alternative maps items to the answers that they may have. The condition
holds when every item of one alternative has one of its answers. An item that is not asked has no answer, so that no
alternative that names it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Condition = tuple[Mapping[str, frozenset[str]], ...]

NA = "NA"  # what people write beside a question that does not apply; it is no answer to one that does
NOT_ASKED = "not asked"  # the answer of an item that the path of answers does not lead to
OVERALL = "overall"  # the id of the judgement on the whole
CONCERN = "applicability"  # what the id of a concern about applicability ends in, after the name of its domain


@dataclass(frozen=True)
class Item:
    """A question of an instrument.

    ``answers`` maps each answer to its meaning and its stars. ``condition`` is empty where the item is always asked.
    ``good``: the answers that speak for the study; ``ends``: the answers after which nothing else is asked. ``once``:
    asked once per study, even where the instrument judges results.
    """

    id: str
    domain: str
    question: str
    answers: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    multiple: bool = False
    not_applicable: str = ""
    condition: Condition = ()
    good: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()
    once: bool = False


@dataclass(frozen=True)
class Rule:
    """``then`` is the judgement where ``condition`` holds, or of all other paths where there is no condition."""

    condition: Condition
    then: str


@dataclass(frozen=True)
class Domain:
    """Items that are judged together.

    ``maximum``: stars that can be earned. ``judged``: people give a judgement. ``parts``: rules that lead from answers
    to a proposal, one list a part, of which the worst counts; empty where no algorithm is published. ``concern``: the
    question about applicability.
    """

    name: str
    label: str
    maximum: int = 0
    judged: bool = False
    once: bool = False
    parts: tuple[tuple[Rule, ...], ...] = ()
    concern: str = ""


@dataclass(frozen=True)
class Instrument:
    """A published scale, checklist or tool, or one of a review's own.

    ``domains`` maps each domain to its label and maximum of stars, ``details`` to all that is known of it. ``unit`` is
    ``study`` or ``result`` (study and outcome). ``judgements`` stand from best to worst; ``aside`` are those without a
    place in this order (*no information*). ``overall`` has the rules for the whole by their names.
    """

    name: str
    title: str
    source: str
    domains: Mapping[str, tuple[str, int]]
    items: tuple[Item, ...]
    overall: Mapping[str, Any]
    details: Mapping[str, Domain] = field(default_factory=dict)
    unit: str = "study"
    judgements: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()
    randomised: bool | None = None
    version: str = ""
    link: str = ""
    status: str = ""
    robvis: Mapping[str, Any] = field(default_factory=dict)

    @property
    def maximum(self) -> int:
        """Stars that can be earned; items that do not apply cannot."""
        return sum(maximum for _, maximum in self.domains.values())

    @property
    def with_stars(self) -> bool:
        return self.maximum > 0

    @property
    def by_result(self) -> bool:
        return self.unit == "result"

    @property
    def judged_overall(self) -> bool:
        """Whether people give one judgement on the whole."""
        return "worst" in self.overall or "people" in self.overall

    def item(self, name: str) -> Item:
        return next(item for item in self.items if item.id == name)

    def worst(self, words: Iterable[str]) -> str:
        """The worst of some judgements; "" where one is missing or none is in the order."""
        given = list(words)
        ranked = [word for word in given if word in self.judgements]
        return max(ranked, key=self.judgements.index) if ranked and all(given) else ""


def holds(condition: Condition, answers: Mapping[str, str]) -> bool | None:
    """Whether a condition holds; ``None`` where that hangs on an answer that is still missing."""
    verdicts = [_alternative(alternative, answers) for alternative in condition]
    if True in verdicts or not verdicts:
        return True
    return None if None in verdicts else False


def _alternative(alternative: Mapping[str, frozenset[str]], answers: Mapping[str, str]) -> bool | None:
    given = [(answers.get(item, ""), allowed) for item, allowed in alternative.items()]
    if any(answer and answer not in allowed for answer, allowed in given):
        return False
    return None if any(not answer for answer, _ in given) else True


def on_path(items: Sequence[Item], answers: Mapping[str, str]) -> dict[str, str]:
    """The answers that count: those of items that are asked, and NOT_ASKED for the others.

    An item of which it cannot be said yet whether it is asked keeps the answer that it has.
    """
    counted: dict[str, str] = {}
    ended = False
    for item in items:
        answer = answers.get(item.id, "")
        if item.not_applicable:
            continue
        if (ended and not item.once) or holds(item.condition, counted) is False:
            counted[item.id] = NOT_ASKED
        else:
            counted[item.id] = "" if answer == NA and NA not in item.answers else answer
            ended = ended or answer in item.ends
    return counted


def proposal(scale: Instrument, domain: Domain, counted: Mapping[str, str]) -> str:
    """What the published rules make of the answers to a domain; "" where there are none, or answers are missing."""
    return scale.worst(_by_rules(part, counted) for part in domain.parts) if domain.parts else ""


def _by_rules(part: Sequence[Rule], counted: Mapping[str, str]) -> str:
    verdicts = [(holds(rule.condition, counted), rule.then) for rule in part if rule.condition]
    words = {word for verdict, word in verdicts if verdict}
    if words:
        return words.pop()  # no two rules lead to different judgements: checked when the instrument was loaded
    if any(verdict is None for verdict, _ in verdicts):
        return ""
    return next((rule.then for rule in part if not rule.condition), "")
