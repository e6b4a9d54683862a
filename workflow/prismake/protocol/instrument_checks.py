"""Consistency checks of instruments: unreachable questions, and rules that are incomplete or contradictory.

Rules are tried on all paths of answers. Answers that no condition or rule distinguishes (mostly yes and probably yes)
count as one, which leaves a few thousand paths of the 80,000 combinations in the largest domain of RoB 2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from typing import Any

from prismake.core.names import STUDY_ID
from prismake.protocol.instrument_model import CONCERN, NOT_ASKED, OVERALL, Condition, Instrument, Item, Rule, holds

Problem = tuple[tuple[str | int, ...], str]  # place in the instrument, sentence

MOST_PATHS = 300_000
# Columns of the tables of appraisal that a domain of the same name would overwrite.
RESERVED = {
    *(STUDY_ID, "label", "instrument", "result", "total", "maximum", "overall", "unanswered", "proposed", "why"),
    *("unsupported", "item", "domain", "answer", "stars", "support"),
}


def contradictions(scale: Instrument) -> Iterator[Problem]:
    """Every mistake in an instrument that its schema cannot detect, with its place."""
    problems = [*_names(scale), *_stars(scale), *_words(scale), *_references(scale)]
    yield from problems
    if not problems:  # paths exist only where every name is known
        yield from _unreachable(scale)
        yield from _rules(scale)
        yield from _bands(scale)
        yield from _thresholds(scale)


def _names(scale: Instrument) -> Iterator[Problem]:
    seen: set[str] = {OVERALL}
    for index, item in enumerate(scale.items):
        if item.id in seen or item.id in scale.details:
            why = (
                "there twice" if item.id not in scale.details and item.id != OVERALL else "also the name of a judgement"
            )
            yield ("items", index, "id"), f"the id {item.id} is {why}. Give every item a unique id."
        seen.add(item.id)
    names = list(scale.details)
    for index, name in enumerate(names):
        if name in RESERVED - {"outcome"} or name.endswith(CONCERN):
            yield ("domains", index), f"a domain cannot be called “{name}”: a column of the tables has this name."
        if not any(item.domain == name for item in scale.items):
            yield ("domains", index), f"the domain {name} has no items, so that nothing leads to it."
    if not scale.items:
        yield ("items",), "the instrument has no items."


def _stars(scale: Instrument) -> Iterator[Problem]:
    starred = any(stars for item in scale.items for _, stars in item.answers.values()) or scale.maximum > 0
    for index, item in enumerate(scale.items):
        if not item.not_applicable and len(item.answers) < 2:
            yield ("items", index), f"item {item.id} has no answers to choose from."
    if starred and scale.judgements:
        yield ("judgements",), "the instrument gives stars and has judgements of domains. Keep one of the two."
        return
    for index, (name, domain) in enumerate(scale.details.items()):
        best = sum(best_stars(item) for item in scale.items if item.domain == name)
        if best != domain.maximum:
            yield ("domains", index), f"domain {name} says at most {domain.maximum} stars, its items give {best}."
    rules = {"total", "ahrq"} & scale.overall.keys()
    if rules and not starred:
        yield ("overall", min(rules)), f"“{min(rules)}” counts stars, but no answer of this instrument has any."


def best_stars(item: Item) -> int:
    """The stars that an item can earn."""
    if item.not_applicable:
        return 0
    stars = [star for _, star in item.answers.values()]
    return (sum(stars) if item.multiple else max(stars)) if stars else 0


def _words(scale: Instrument) -> Iterator[Problem]:
    judgements = {*scale.judgements, *scale.aside}
    if {"worst", "people"} & scale.overall.keys() and not scale.judgements:
        yield ("overall",), "an overall judgement needs “judgements”, its levels from best to worst."
    for kind, words in (("judgements", [*scale.judgements, *scale.aside]), ("concerns", scale.concerns)):
        for word in sorted({word for word in words if list(words).count(word) > 1}):
            yield (kind,), f"“{word}” is there twice."
    for index, domain in enumerate(scale.details.values()):
        if domain.concern and not scale.concerns:
            yield ("domains", index), f"domain {domain.name} asks about applicability, but there are no “concerns”."
        if domain.judged and not scale.judgements:
            yield ("domains", index), f"domain {domain.name} is to be judged, but there are no “judgements”."
        if domain.parts and not domain.judged:
            yield ("domains", index), f"domain {domain.name} has rules, but no judgement that they could propose."
        for number, place, rule in _numbered(domain.parts, index):
            if rule.then not in judgements and scale.judgements:
                allowed = ", ".join(scale.judgements)
                yield place, f"rule {number} of {domain.name} leads to “{rule.then}”. Judgements: {allowed}."
    if scale.judgements and scale.robvis.get("words"):
        words = scale.robvis["words"]
        for word in sorted(judgements - words.keys()):
            yield ("robvis",), f"robvis has no word for the judgement “{word}”."


def _numbered(parts: Sequence[Sequence[Rule]], index: int) -> Iterator[tuple[int, tuple[str | int, ...], Rule]]:
    for number, part in enumerate(parts):
        for position, rule in enumerate(part):
            place = ("rules", position) if len(parts) == 1 else ("parts", number, position)
            yield position + 1, ("domains", index, *place), rule


def _references(scale: Instrument) -> Iterator[Problem]:
    """Conditions that refer to an unknown item, a later item, or an unknown answer."""
    place_of = {item.id: index for index, item in enumerate(scale.items)}
    item_of = {item.id: item for item in scale.items}
    for index, item in enumerate(scale.items):
        for name, answers in _mentions(item.condition):
            where = ("items", index, "if")
            if name not in item_of:
                yield where, f"item {item.id} is asked after item {name}, which does not exist."
            elif place_of[name] >= index:
                what = "itself" if name == item.id else f"item {name}, which comes later"
                yield where, f"item {item.id} is asked after {what}. A condition must refer to an earlier item."
            else:
                yield from _answers(where, f"item {item.id} is asked after", item_of[name], answers)
    for index, domain in enumerate(scale.details.values()):
        for number, place, rule in _numbered(domain.parts, index):
            for name, answers in _mentions(rule.condition):
                if name not in item_of:
                    yield place, f"rule {number} of {domain.name} names item {name}, which does not exist."
                else:
                    yield from _answers(place, f"rule {number} of {domain.name} looks at", item_of[name], answers)


def _answers(place: tuple[str | int, ...], who: str, item: Item, answers: frozenset[str]) -> Iterator[Problem]:
    if item.multiple or item.not_applicable:
        kind = "may have several answers" if item.multiple else "does not apply"
        yield place, f"{who} item {item.id}, which {kind}."
        return
    for answer in sorted(answers - item.answers.keys()):
        yield place, f"{who} answer “{answer}” of item {item.id}, which has {', '.join(item.answers)}."


def _mentions(condition: Condition) -> Iterator[tuple[str, frozenset[str]]]:
    for alternative in condition:
        yield from alternative.items()


def _unreachable(scale: Instrument) -> Iterator[Problem]:
    for index, item in enumerate(scale.items):
        if item.condition and not any(
            holds(item.condition, answers) for answers in _paths(scale, [name for name, _ in _mentions(item.condition)])
        ):
            yield ("items", index, "if"), f"no path of answers leads to item {item.id}."


def _rules(scale: Instrument) -> Iterator[Problem]:
    """Paths without a rule or with contradictory rules, and rules that fit no path."""
    for index, domain in enumerate(scale.details.values()):
        for number, part in enumerate(domain.parts):
            place = ("domains", index, *(("parts", number) if len(domain.parts) > 1 else ("rules",)))
            yield from _one_algorithm(scale, domain.name, place, part)


def _one_algorithm(
    scale: Instrument, domain: str, place: tuple[str | int, ...], part: Sequence[Rule]
) -> Iterator[Problem]:
    others = next((number for number, rule in enumerate(part) if not rule.condition), None)
    if sum(not rule.condition for rule in part) > 1:
        yield place, f"domain {domain} has two rules without a condition. Keep one, for all other paths."
    used: set[int] = set()
    hole, clash = "", ""
    every = _paths(scale, [name for rule in part for name, _ in _mentions(rule.condition)])
    for count, answers in enumerate(every):
        if count > MOST_PATHS:
            yield place, f"domain {domain} has more than {MOST_PATHS:,} paths of answers, which are too many to check."
            return
        fitting = [number for number, rule in enumerate(part) if rule.condition and holds(rule.condition, answers)]
        used.update(fitting)
        words = list(dict.fromkeys(part[number].then for number in fitting))
        if not words and others is None:
            hole = hole or _spelled(answers)
        elif not words and others is not None:
            used.add(others)
        elif len(words) > 1:
            numbers = [number + 1 for number in fitting if part[number].then in words]
            clash = clash or f"{_spelled(answers)}: rules {' and '.join(map(str, numbers))} say {' and '.join(words)}"
    if hole:
        yield place, f"the rules of domain {domain} are incomplete: no rule covers {hole}."
    if clash:
        yield place, f"the rules of domain {domain} overlap for {clash}."
    for number in sorted(set(range(len(part))) - used):
        yield (*place, number), f"rule {number + 1} of domain {domain} fits no path of answers."


def _paths(scale: Instrument, names: Sequence[str]) -> Iterator[dict[str, str]]:
    """All paths of answers to these items and to those they depend on, one for each kind of path."""
    item_of, needed, waiting = {item.id: item for item in scale.items}, set[str](), list(names)
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += [other for other, _ in _mentions(item_of[name].condition)]
    items = [item for item in scale.items if item.id in needed]
    kinds = {item.id: _kinds(scale, item) for item in items}

    def walk(position: int, answers: dict[str, str]) -> Iterator[dict[str, str]]:
        if position == len(items):
            yield dict(answers)
            return
        item = items[position]
        asked = holds(item.condition, answers) is not False
        for answer in kinds[item.id] if asked else (NOT_ASKED,):
            yield from walk(position + 1, {**answers, item.id: answer})

    yield from walk(0, {})


def _kinds(scale: Instrument, item: Item) -> list[str]:
    """One answer for each set of answers that no condition or rule distinguishes."""
    conditions = [other.condition for other in scale.items]
    conditions += [rule.condition for domain in scale.details.values() for part in domain.parts for rule in part]
    groups = [answers for condition in conditions for name, answers in _mentions(condition) if name == item.id]
    kinds: dict[tuple[bool, ...], str] = {}
    for answer in item.answers:
        kinds.setdefault(tuple(answer in group for group in groups), answer)
    return list(kinds.values())


def _spelled(answers: Mapping[str, str]) -> str:
    return ", ".join(f"{item} {answer}" for item, answer in answers.items())


def _bands(scale: Instrument) -> Iterator[Problem]:
    """Totals of stars without a rating, or with two."""
    rule = scale.overall.get("total")
    if rule is None:
        return
    place = ("overall", "total", "words")
    bands = band_words(rule["words"])
    for word, least in bands.items():
        if not any(least(total) for total in range(scale.maximum + 1)):
            yield (*place, word), f"no total leads to “{word}”: {scale.maximum} stars can be earned at most."
    for total in range(scale.maximum + 1):
        words = [word for word, fits in bands.items() if fits(total)]
        if len(words) != 1:
            what = f"two words, {' and '.join(words)}" if words else "no word"
            yield place, f"a total of {total} gets {what}. Every total from 0 to {scale.maximum} needs exactly one."


def band_words(words: Mapping[str, int | str]) -> dict[str, Callable[[int], bool]]:
    """By rating, a test whether it applies to a total; ``7`` is 7 or more, up to the next rating, ``4-6`` a range."""
    least = sorted(value for value in words.values() if isinstance(value, int))
    bands: dict[str, Callable[[int], bool]] = {}
    for word, value in words.items():
        if isinstance(value, int):
            above = min((other for other in least if other > value), default=None)
            low, high = value, above - 1 if above is not None else 10**6
        else:
            low, high = (int(number) for number in re.split(r"\D+", value.strip()))
        bands[word] = partial(_between, low, high)
    return bands


def _between(low: int, high: int, total: int) -> bool:
    return low <= total <= high


def _thresholds(scale: Instrument) -> Iterator[Problem]:
    """Combinations of domain stars without a rating by the thresholds of the domains, or with two."""
    rule = scale.overall.get("ahrq")
    if rule is None:
        return
    place = ("overall", "ahrq")
    named = {*rule["poor"]["any"], *rule["good"]["all"], *rule["fair"]["all"]}
    unknown = sorted(named - scale.domains.keys())
    for name in unknown:
        yield place, f"the thresholds name the domain {name}. Domains: {', '.join(scale.domains)}."
    if unknown:
        return
    without, twice = [], []
    for stars in product(*(range(maximum + 1) for _, maximum in scale.domains.values())):
        combination = dict(zip(scale.domains, stars, strict=True))
        words = threshold_words(rule, combination)
        if not words:
            without.append(combination)
        elif len(words) > 1:
            twice.append((combination, words))
    if without:
        shown = _spelled({name: str(stars) for name, stars in without[0].items()})
        yield place, f"{len(without)} combinations of domain stars get no word, for instance {shown}."
    if twice:
        shown = _spelled({name: str(stars) for name, stars in twice[0][0].items()})
        both = " and ".join(twice[0][1])
        yield place, f"{len(twice)} combinations of domain stars get two words, for instance {shown}: {both}."


def threshold_words(rule: Mapping[str, Any], stars: Mapping[str, int]) -> list[str]:
    """The ratings by the thresholds: good requires more than fair, so that a good study is not also fair."""
    words = ["poor"] if any(stars[name] <= most for name, most in rule["poor"]["any"].items()) else []
    for word in ("good", "fair"):
        if all(stars[name] >= least for name, least in rule[word]["all"].items()):
            return [*words, word]
    return words
