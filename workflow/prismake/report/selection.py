"""The methods of selection in words: who judged what, in which order and in which rounds."""

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
        statuses: the contents of ``<stage>/status.json``. The reviewers are those who have answered; as long as nobody
            has, those of the protocol.
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

    ``stages`` are the contents of ``<stage>/status.json``: the paragraph describes what was done, not the settings.
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
        "One reason was recorded for each report excluded at full text, the first of the protocol's list that applied."
    )
    statuses = {stage.get("stage", ""): stage for stage in stages}
    for name, things in (("title_abstract", "Records"), ("full_text", "Full texts")):
        sentences += _rounds(config.get(name, {}), statuses.get(name), things)
        sentences += _amendments(statuses.get(name), things)
    return " ".join(sentences)


def _rounds(settings: Mapping[str, Any], status: Mapping[str, Any] | None, things: str) -> list[str]:
    """Calibration, batches, order and end of one stage; empty if all items were offered at once in the order of ids."""
    rounds = (status or {}).get("rounds") or {}
    sentences = [_calibration(rounds["calibration"], things)] if rounds.get("calibration") else []
    orders = _orders(settings, rounds)
    batch = settings.get("batch") if _in_batches(rounds) else 0
    if batch:
        sizes = "growing size (25, 25, 50 and then 100)" if batch == "growing" else f"{batch:,}"
        sentences.append(f"{things} were screened in batches of {sizes}{', ' + orders if orders else ''}.")
    elif orders:
        sentences.append(f"{things} were presented to the reviewers {orders}.")
    if "relevance" in orders:
        anew = " It was updated from the decisions made so far before each batch." if batch else ""
        sentences.append(f"The order was not used to include or exclude any item.{anew}")
    if status and status.get("not_screened"):
        left = f"{status['not_screened']:,} of {status['of']:,}"
        sentences.append(f"Screening was stopped with {left} not screened: {rounds['stopped'].rstrip('.')}.")
    return sentences


def _in_batches(rounds: Mapping[str, Any]) -> bool:
    """Whether there is, or will be, more than one batch; what had all been handed out before is one."""
    return bool(rounds.get("waiting")) or (rounds.get("batch") or {"number": 2})["number"] > 1


def _settled_by(config: Mapping[str, Any], panels: str) -> str:
    """Who settled disagreements, if the protocol says so; an adjudicator who also judged is not independent."""
    name = config.get("adjudicator", "")
    if not name:
        return "Disagreements were resolved by consensus."
    also = ", who was also one of the reviewers" if name in panels.replace(",", " ").split() else ""
    return f"Disagreements were resolved by {name}{also}."


def _amendments(status: Mapping[str, Any] | None, things: str) -> list[str]:
    """How many decisions were made before the criteria were last amended (PRISMA 2020, item 24c)."""
    criteria = (status or {}).get("criteria") or {}
    counts = criteria.get("decided_under", [])
    former, every = sum(counts[:-1]), sum(counts)
    if not former:
        return []
    times = "once" if len(counts) == 2 else f"{len(counts) - 1} times"
    return [
        f"The question or the criteria were amended {times} while {things.lower()} were being judged: {former:,} of "
        f"{every:,} decisions were made under an earlier version."
    ]


def _orders(settings: Mapping[str, Any], rounds: Mapping[str, Any]) -> str:
    """The order of presentation; empty if by id. Of several orders, each with its number of items."""
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
    asked = f"The protocol required a kappa of {calibration['threshold']:g}"
    how = "; the team decided to proceed" if calibration["by_people"] else ""
    return (
        f"Screening of {things.lower()} began with a calibration exercise, a random sample judged by "
        f"{join(calibration['reviewers'])} ({'; then '.join(results)}). {asked}{how}."
    )
