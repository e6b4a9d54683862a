"""Who judged what, in which order and in which rounds: the methods of selection in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prismake.core.labels import join

_NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
_ORDERS = {
    "relevance": "in order of predicted relevance",
    "random": "in random order",
    "id": "in the order of their ids",
}


def panel(config: Mapping[str, Any], stage: str, statuses: Sequence[Mapping[str, Any]] = ()) -> str:
    """By whom a stage was judged: ``by anna and ben independently of each other``.

    Args:
        statuses: the contents of ``<stage>/status.json``. Who has answered is told from them; while nobody has, from
            the protocol.
    """
    names = config.get(stage, {}).get("reviewers") or config["reviewers"]
    split = config.get(stage, {}).get("split") or {}
    judged = next((status.get("judged") for status in statuses if status.get("stage") == stage), None) or {}
    if people := set(judged.get("people", ())):
        changed = people != set(names)
        names = [*(who for who in names if who in people), *sorted(people.difference(names))]
        if changed and not split.get("check") and judged["each"]:
            split = {"per_record": judged["each"]}
    if len(names) == 1:
        return f"by {names[0]} alone"
    if check := split.get("check"):
        return f"by {names[0]}, and a random sample of {100 * check:g} % also by {_one_of(names[1:])} independently"
    each = split.get("per_record") or len(names)
    if each == 1:
        return f"each by one of {join(names)}"
    if each < len(names):
        return f"each by {_NUMBERS.get(each, str(each))} of {join(names)} independently of each other"
    return f"by {join(names)} independently of each other"


def _one_of(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"one of {join(names)}"


def selection(config: Mapping[str, Any], stages: Sequence[Mapping[str, Any]]) -> str:
    """The paragraph on screening and full texts.

    ``stages`` are the contents of ``<stage>/status.json``; what was really done is told from them, not from settings.
    """
    first, second = panel(config, "title_abstract", stages), panel(config, "full_text", stages)
    same = first == second
    sentences = [
        f"Titles and abstracts{' and then full texts' if same else ''} were judged {first}"
        f"{'' if same else f', full texts {second}'}."
    ]
    if "independently" in f"{first} {second}":
        sentences.append(_settled_by(config, f"{first} {second}"))
    sentences.append(
        "Each report excluded at full text was given one reason, the first of the protocol's list that applied."
    )
    statuses = {stage.get("stage", ""): stage for stage in stages}
    for name, things in (("title_abstract", "Records"), ("full_text", "Full texts")):
        sentences += _rounds(config.get(name, {}), statuses.get(name), things)
        sentences += _amendments(statuses.get(name), things)
    return " ".join(sentences)


def _rounds(settings: Mapping[str, Any], status: Mapping[str, Any] | None, things: str) -> list[str]:
    """Calibration, batches, order and end of one stage; nothing where everything came at once by its id."""
    rounds = (status or {}).get("rounds") or {}
    sentences = [_calibration(rounds["calibration"], things)] if rounds.get("calibration") else []
    orders = _orders(settings, rounds)
    batch = settings.get("batch")
    if batch:
        sizes = "growing size (25, 25, 50 and then 100)" if batch == "growing" else f"{batch:,}"
        sentences.append(f"{things} were handed out in batches of {sizes}{', ' + orders if orders else ''}.")
    elif orders:
        sentences.append(f"{things} were put before the reviewers {orders}.")
    if "relevance" in orders:
        anew = " It was worked out anew from the decisions so far before each batch." if batch else ""
        sentences.append(f"This order decided nothing.{anew}")
    if status and status.get("not_screened"):
        left = f"{status['not_screened']:,} of {status['of']:,}"
        sentences.append(f"Screening was stopped before {left} were read: {rounds['stopped'].rstrip('.')}.")
    return sentences


def _settled_by(config: Mapping[str, Any], panels: str) -> str:
    """Who settled disagreements, where the protocol says it; an adjudicator who also judged is no independent one."""
    name = config.get("adjudicator", "")
    if not name:
        return "Disagreements went to a consensus sheet and were settled there."
    also = ", who was also one of the reviewers" if name in panels.replace(",", " ").split() else ""
    return f"Disagreements went to a consensus sheet and were settled by {name}{also}."


def _amendments(status: Mapping[str, Any] | None, things: str) -> list[str]:
    """How many decisions were made before the criteria were last amended (PRISMA 2020, item 24c)."""
    criteria = (status or {}).get("criteria") or {}
    counts = criteria.get("decided_under", [])
    former, every = sum(counts[:-1]), sum(counts)
    if not former:
        return []
    times = "once" if len(counts) == 2 else f"{len(counts) - 1} times"
    return [
        f"Question or criteria were amended {times} while {things.lower()} were judged: {former:,} of {every:,} "
        "decisions were made under an earlier version."
    ]


def _orders(settings: Mapping[str, Any], rounds: Mapping[str, Any]) -> str:
    """The order of handing out; empty by id. With several, each with its number."""
    used = {order: number for order, number in (rounds.get("orders") or {}).items() if order in _ORDERS}
    if rounds.get("calibration"):
        sample = sum(draw["records"] for draw in rounds["calibration"]["lots"])
        used["random"] = used.get("random", 0) - sample
    used = {order: number for order, number in used.items() if number > 0} or {settings.get("order", "id"): 0}
    if len(used) == 1:
        return "" if "id" in used else _ORDERS[next(iter(used))]
    return join([f"{number:,} {_ORDERS[order]}" for order, number in used.items()])


def _calibration(calibration: Mapping[str, Any], things: str) -> str:
    """The calibration with its result; several samples in the order in which they were judged."""
    results = [
        f"{draw['records']:,}, {'kappa ' + format(draw['kappa'], '.2f') if draw['kappa'] is not None else 'no kappa'}"
        for draw in calibration["lots"]
    ]
    asked = f"The protocol asked for a kappa of {calibration['threshold']:g}"
    how = "; the team itself decided to go on" if calibration["by_people"] else ""
    return (
        f"{things} began with a calibration: a random sample judged by {join(calibration['reviewers'])} "
        f"({'; then '.join(results)}). {asked}{how}."
    )
