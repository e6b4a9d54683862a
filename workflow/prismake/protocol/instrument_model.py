"""The structure of an instrument, items, domains, conditions and rules, and the path of answers through it.

A *condition* is a tuple of alternatives; an alternative maps items to the answers they may have. The condition holds if
every item of one alternative has one of these answers. An item that is not asked has no answer, so that an alternative
with this item does not hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Condition = tuple[Mapping[str, frozenset[str]], ...]

NA = "NA"  # written for a question that does not apply; not an answer to a question that does
NOT_ASKED = "not asked"  # the answer of an item to which the path of answers does not lead
OVERALL = "overall"  # the id of the overall judgement
CONCERN = "applicability"  # ending of the id of a concern about applicability, after the name of its domain


@dataclass(frozen=True)
class Item:
    """A question of an instrument.

    ``answers`` maps each answer to its meaning and its stars. ``condition`` is empty if the item is always asked.
    ``good``: answers in favour of the study; ``ends``: answers after which nothing else is asked. ``once``: asked once
    per study, even if the instrument judges results.
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
    """``then`` is the judgement if ``condition`` holds; a rule without condition applies to all other paths."""

    condition: Condition
    then: str


@dataclass(frozen=True)
class Domain:
    """A group of items that are judged together.

    ``maximum``: stars that can be earned. ``judged``: whether reviewers give a judgement. ``parts``: rules that lead
    from answers to a proposal, one list per part, of which the worst counts; empty if no algorithm is published.
    ``concern``: the question about applicability.
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
    """A published scale, checklist or tool, or a review's own instrument.

    ``domains`` maps each domain to its label and maximum of stars, ``details`` to its `Domain`. ``unit`` is ``study``
    or ``result`` (study and outcome). ``judgements`` are ordered from best to worst; ``aside`` are those outside this
    order (*no information*). ``overall`` has the rules for the overall rating by name.
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
        """Stars that can be earned, without items that do not apply."""
        return sum(maximum for _, maximum in self.domains.values())

    @property
    def with_stars(self) -> bool:
        return self.maximum > 0

    @property
    def by_result(self) -> bool:
        return self.unit == "result"

    @property
    def judged_overall(self) -> bool:
        """Whether reviewers give an overall judgement."""
        return "worst" in self.overall or "people" in self.overall

    def item(self, name: str) -> Item:
        return next(item for item in self.items if item.id == name)

    def worst(self, words: Iterable[str]) -> str:
        """The worst of the given judgements; "" if one is missing or none is in the order."""
        given = list(words)
        ranked = [word for word in given if word in self.judgements]
        return max(ranked, key=self.judgements.index) if ranked and all(given) else ""


def holds(condition: Condition, answers: Mapping[str, str]) -> bool | None:
    """Whether a condition holds; ``None`` if that depends on an answer that is still missing."""
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

    An item for which it is not yet known whether it is asked keeps its answer.
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
    """The judgement of a domain by the published rules; "" if there are no rules, or answers are missing."""
    return scale.worst(_by_rules(part, counted) for part in domain.parts) if domain.parts else ""


def _by_rules(part: Sequence[Rule], counted: Mapping[str, str]) -> str:
    verdicts = [(holds(rule.condition, counted), rule.then) for rule in part if rule.condition]
    words = {word for verdict, word in verdicts if verdict}
    if words:
        return words.pop()  # no two rules lead to different judgements: checked when the instrument was loaded
    if any(verdict is None for verdict, _ in verdicts):
        return ""
    return next((rule.then for rule in part if not rule.condition), "")
