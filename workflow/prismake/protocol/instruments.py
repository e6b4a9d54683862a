"""Instruments as data: published scales that the appraisal form puts to a study, and what the answers score.

One file each in ``workflow/forms/instruments/``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from prismake.core.errors import FormError, collect
from prismake.core.files import read_yaml
from prismake.core.paths import data_files


@dataclass(frozen=True)
class Item:
    """A question of an instrument; ``answers`` maps each answer to its meaning and stars."""

    id: str
    domain: str
    question: str
    answers: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    multiple: bool = False
    not_applicable: str = ""


@dataclass(frozen=True)
class Instrument:
    """A published scale: domains with their maxima, items, and the rules for an overall word."""

    name: str
    title: str
    source: str
    domains: Mapping[str, tuple[str, int]]
    items: tuple[Item, ...]
    overall: Mapping[str, Any]

    @property
    def maximum(self) -> int:
        """Stars that can be earned; items that do not apply cannot."""
        return sum(maximum for _, maximum in self.domains.values())


@dataclass(frozen=True)
class Appraisal:
    """A study judged: stars (whole numbers) by item and domain, and one word.

    ``overall`` is empty while items are unanswered; ``unanswered`` names them.
    """

    instrument: str
    stars: Mapping[str, int]
    domains: Mapping[str, int]
    total: int
    maximum: int
    overall: str
    note: str
    unanswered: tuple[str, ...]


@cache
def load_instrument(name: str) -> Instrument:
    """An instrument by the name of its file.

    Raises:
        FormError: there is no such instrument, or its domain maxima are not those of its items.
    """
    files = data_files("forms/instruments/*.yaml")
    if name not in files:
        raise FormError(f"there is no instrument “{name}”.", remedy=f"Known: {', '.join(files)}.")
    path = files[name]
    data = read_yaml(path)
    items = tuple(_item(entry) for entry in data["items"])
    domains = {entry["name"]: (entry["label"], entry["maximum"]) for entry in data["domains"]}
    problems = []
    for domain, (_, maximum) in domains.items():
        best = sum(_best(item) for item in items if item.domain == domain)
        if best != maximum:
            problems.append(f"domain {domain} says at most {maximum} stars, its items give {best}.")
    collect(problems, FormError, where=path.name)
    return Instrument(data["instrument"], data["title"], data["source"], domains, items, data["overall"])


def score(form: str | Instrument, answers: Mapping[str, str], *, overall: str = "total") -> Appraisal:
    """Stars by item and domain, the maximum that could be earned, and one word.

    Args:
        form: an instrument or its name, for instance ``"nos_cohort"``.
        answers: item id to answer; several answers of one item are joined with ``+``.
        overall: ``"total"`` (bands of the total) or ``"ahrq"`` (thresholds of the domains).

    Raises:
        FormError: an answer that the instrument does not have, or an item that it does not ask.
    """
    scale = load_instrument(form) if isinstance(form, str) else form
    known = {item.id: item for item in scale.items}
    problems = [f"there is no item {name}." for name in answers if name not in known]
    stars: dict[str, int] = {}
    for item in scale.items:
        answer = answers.get(item.id, "")
        if item.not_applicable or not answer:
            continue
        parts = answer.split("+")
        wrong = [part for part in parts if part not in item.answers]
        if wrong or (len(parts) > 1 and not item.multiple):
            problems.append(f"{item.id}: “{answer}” is not an answer. Allowed: {', '.join(row_choices(item))}.")
            continue
        stars[item.id] = sum(item.answers[part][1] for part in set(parts))
    collect(problems, FormError, where=scale.title)
    by_domain = {name: sum(stars.get(i.id, 0) for i in scale.items if i.domain == name) for name in scale.domains}
    missing = tuple(item.id for item in scale.items if not item.not_applicable and item.id not in stars)
    word, note = ("", "not every item is answered") if missing else _word(scale, by_domain, overall)
    return Appraisal(scale.name, stars, by_domain, sum(by_domain.values()), scale.maximum, word, note, missing)


def row_choices(item: Item) -> tuple[str, ...]:
    """The answers that a sheet offers for an item; items with several answers offer their combination."""
    values = tuple(item.answers)
    if not item.multiple:
        return values
    starred = [value for value in values if item.answers[value][1]]
    return (*starred, "+".join(starred), *(value for value in values if value not in starred))


def _word(scale: Instrument, domains: Mapping[str, int], rule: str) -> tuple[str, str]:
    rules = scale.overall.get(rule)
    if rules is None:
        return "not defined", "the AHRQ thresholds need stars for comparability, which this study cannot earn"
    if rule == "total":
        total = sum(domains.values())
        ordered = sorted(rules["words"].items(), key=lambda pair: -pair[1])
        return next(word for word, least in ordered if total >= least), rules["note"]
    if any(domains[name] <= most for name, most in rules["poor"]["any"].items()):
        return "poor", rules["note"]
    for word in ("good", "fair"):
        if all(domains[name] >= least for name, least in rules[word]["all"].items()):
            return word, rules["note"]
    return "poor", rules["note"]


def _item(data: Mapping[str, Any]) -> Item:
    answers = {str(answer["value"]): (str(answer["text"]), int(answer["stars"])) for answer in data.get("answers", [])}
    return Item(
        data["id"],
        data["domain"],
        data["question"],
        answers,
        data.get("multiple", False),
        data.get("not_applicable", ""),
    )


def _best(item: Item) -> int:
    if item.not_applicable:
        return 0
    stars = [star for _, star in item.answers.values()]
    return sum(stars) if item.multiple else max(stars)
