"""Appraisal instruments as data, published scales and tools, and the scoring of answers.

One file per instrument in ``workflow/forms/instruments/``; a review's own are in ``config/instruments/``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from prismake.core.errors import FormError, collect
from prismake.protocol.instrument_checks import band_words, threshold_words
from prismake.protocol.instrument_files import NONE, instrument_paths, load_instrument, own_digests, own_paths
from prismake.protocol.instrument_model import (
    CONCERN,
    NA,
    NOT_ASKED,
    OVERALL,
    Condition,
    Domain,
    Instrument,
    Item,
    Rule,
    on_path,
    proposal,
)

__all__ = [
    "CONCERN",
    "NONE",
    "NOT_ASKED",
    "OVERALL",
    "Appraisal",
    "Condition",
    "Domain",
    "Instrument",
    "Item",
    "Rule",
    "concern_id",
    "in_words",
    "instrument_paths",
    "load_instrument",
    "on_path",
    "own_digests",
    "own_paths",
    "proposal",
    "row_choices",
    "score",
]

_QUALITY, _RISK = "quality", "risk of bias"
# Ratings whose direction is ambiguous without further words.
_AMBIGUOUS = {
    _QUALITY: ("high", "moderate", "low", "very low", "medium", "unclear"),
    _RISK: ("low", "moderate", "serious", "critical", "high", "very high", "unclear"),
}


@dataclass(frozen=True)
class Appraisal:
    """The appraisal of a study or result: stars by item and domain, judgements by domain, and an overall rating.

    ``overall`` follows from the rules of the scale for instruments with stars, and is the reviewers' judgement for all
    others; it is empty while items in ``unanswered`` are open. ``proposals``: judgements proposed by the published
    algorithm, by domain and under ``overall``; empty if no algorithm is published. ``not_asked``: items to which the
    answers do not lead; ``idle``: those of them with an answer nevertheless, which is ignored.
    """

    instrument: str
    stars: Mapping[str, int]
    domains: Mapping[str, int]
    total: int
    maximum: int
    overall: str
    note: str
    unanswered: tuple[str, ...]
    proposals: Mapping[str, str] = field(default_factory=dict)
    judgements: Mapping[str, str] = field(default_factory=dict)
    not_asked: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()


def score(form: str | Instrument, answers: Mapping[str, str], *, overall: str = "total") -> Appraisal:
    """Score the answers to an instrument: stars and an overall rating, or proposed judgements.

    Args:
        form: an instrument or its name, for instance ``"nos_cohort"`` or ``"rob2"``.
        answers: answer by item id; several answers to one item are joined with ``+``. The reviewers' judgements are
            under the name of a domain and under ``overall``.
        overall: for stars ``"total"`` (bands of the total) or ``"ahrq"`` (thresholds of the domains).

    Raises:
        FormError: an answer or an item that does not exist in the instrument.
    """
    scale = load_instrument(form) if isinstance(form, str) else form
    collect(_wrong_answers(scale, answers), FormError, where=scale.title)
    counted = on_path(scale.items, answers)
    stars = {
        item.id: sum(item.answers[part][1] for part in set(counted[item.id].split("+")))
        for item in scale.items
        if counted.get(item.id) and counted[item.id] != NOT_ASKED
    }
    by_domain = {name: sum(stars.get(i.id, 0) for i in scale.items if i.domain == name) for name in scale.domains}
    judged = {name: answers.get(name, "") for name in [*scale.details, OVERALL]}
    proposals = proposed(scale, counted, judged)
    missing = tuple(name for name, answer in counted.items() if not answer)
    word, note = judged[OVERALL], ""
    if scale.with_stars:
        word, note = ("", "not all items are answered") if missing else _word(scale, by_domain, overall)
    not_asked = tuple(name for name, answer in counted.items() if answer == NOT_ASKED)
    return Appraisal(
        scale.name,
        stars,
        by_domain,
        sum(by_domain.values()),
        scale.maximum,
        word,
        note,
        missing,
        proposals,
        {name: word for name, word in judged.items() if word},
        not_asked,
        tuple(name for name in not_asked if answers.get(name)),
    )


def proposed(scale: Instrument, counted: Mapping[str, str], judged: Mapping[str, str]) -> dict[str, str]:
    """The proposals of the published algorithm by domain, and under ``overall`` the worst of the judgements.

    The overall proposal uses the reviewers' judgements, and the proposals for domains not judged yet.
    """
    proposals = {name: proposal(scale, domain, counted) for name, domain in scale.details.items()}
    if "worst" in scale.overall:
        proposals[OVERALL] = scale.worst(
            judged.get(name) or proposals[name] for name, d in scale.details.items() if d.judged
        )
    return {name: word for name, word in proposals.items() if word}


def _wrong_answers(scale: Instrument, answers: Mapping[str, str]) -> list[str]:
    item_of = {item.id: item for item in scale.items}
    judged = {OVERALL: scale.judged_overall, **{name: domain.judged for name, domain in scale.details.items()}}
    problems = []
    for name, answer in answers.items():
        if judged.get(name):
            allowed: tuple[str, ...] = (*scale.judgements, *scale.aside)
            if answer and answer not in allowed:
                problems.append(f"{name}: “{answer}” is not a judgement. Allowed: {', '.join(allowed)}.")
        elif name.endswith(f" {CONCERN}") and scale.details.get(name.removesuffix(f" {CONCERN}")):
            if answer and answer not in scale.concerns:
                problems.append(f"{name}: “{answer}” is not a concern. Allowed: {', '.join(scale.concerns)}.")
        elif name not in item_of:
            problems.append(f"there is no item {name}.")
        elif answer and answer != NOT_ASKED and not item_of[name].not_applicable:
            item, parts = item_of[name], answer.split("+")
            if answer in row_choices(item):
                continue
            if not set(parts) <= item.answers.keys() or (len(parts) > 1 and not item.multiple):
                problems.append(f"{name}: “{answer}” is not an answer. Allowed: {', '.join(row_choices(item))}.")
    return problems


def row_choices(item: Item) -> tuple[str, ...]:
    """The answers that a sheet offers for an item; for items with several answers also their combinations.

    NA is allowed for a question that is not always asked; if it is asked, NA leaves it open.
    """
    values = tuple(item.answers)
    if not item.multiple:
        return values if not item.condition or NA in values else (*values, NA)
    starred = [value for value in values if item.answers[value][1]]
    return (*starred, "+".join(starred), *(value for value in values if value not in starred))


def concern_id(domain: str) -> str:
    """The id of the judgement on applicability of a domain."""
    return f"{domain} {CONCERN}"


def in_words(scale: Instrument, word: str) -> str:
    """A judgement in unambiguous words: *high* alone could be high quality or high risk of bias."""
    kind = _QUALITY if scale.with_stars else _RISK
    return f"{word} {kind}" if word.casefold() in _AMBIGUOUS[kind] else word


def _word(scale: Instrument, domains: Mapping[str, int], rule: str) -> tuple[str, str]:
    rules = scale.overall.get(rule)
    if rules is None:
        why = "the AHRQ thresholds need stars for comparability, which this study cannot earn"
        return "not defined", why if rule == "ahrq" else f"{scale.title} has no rule for an overall rating"
    note = rules.get("note", "")
    if rule == "total":
        total = sum(domains.values())
        return next(in_words(scale, word) for word, fits in band_words(rules["words"]).items() if fits(total)), note
    return threshold_words(rules, domains)[0], note
