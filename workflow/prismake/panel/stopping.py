"""Advice on stopping: the share of relevant items found so far, a lower bound for it, and what stopping would risk.

The items read last are treated as a random sample of all that was unread at that time. The hypergeometric distribution
then gives the number of relevant items compatible with the sample (Callaghan & Mueller-Hansen 2020, Syst Rev 9:273,
eq. 4 to 9 and their quasi-sampling). Two samples are used, the last two thirds and the last third of the items read,
each at half the error, so that the bound holds at its level whatever the number of relevant items, as long as the order
is no worse than chance. The paper uses the best of all possible samples without such a correction; in an order no
better than chance that bound fails in about one look in seven (tests/benchmarks/screening/stopping_rate.py).

Reading in order of relevance makes relevant items more frequent in the sample than in the rest, so that the bound is
conservative. It can fail where relevant items are hidden at the bottom of the order, and it holds for a single look:
looking after every sheet and stopping at the first good bound carries a somewhat larger risk. A tail that was actually
drawn at random (``random_tail``) needs no assumption about the order.

This is advice, shown with its basis. It never stops anything.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from prismake.core.errors import PrismakeError

_SAMPLES = (2 / 3, 1 / 3)
_YES, _NO = frozenset({"1", "1.0", "true", "include", "maybe"}), frozenset({"0", "0.0", "false", "exclude"})


class StoppingError(PrismakeError):
    """The counts or decisions given are inconsistent."""


@dataclass(frozen=True)
class Advice:
    """Estimates for the items that have not been read.

    Of ``total`` items ``read`` are decided, ``found`` of them relevant; ``pending`` are handed out and undecided.
    ``recall`` estimates the share (0 to 1) of the relevant items that is found, and ``recall_lb`` is its lower bound at
    ``level`` per cent. ``missed`` and ``missed_ub`` are the relevant items that stopping now would leave unread, as
    estimated and at most. ``p_value`` tests that recall is below ``target``; ``reached`` is ``recall_lb >= target``.
    The bound is based on the last ``sample`` items read, ``sample_found`` of them relevant, out of ``sample_from`` that
    were then unread. None: not known yet.
    """

    total: int
    read: int
    found: int
    pending: int
    target: float
    level: float
    recall: float | None
    recall_lb: float | None
    missed: float | None
    missed_ub: int | None
    p_value: float | None
    reached: bool
    sample: int
    sample_found: int
    sample_from: int
    drawn_at_random: bool
    sentence: str

    def to_dict(self) -> dict[str, Any]:
        """The fields as plain JSON types."""
        return asdict(self)


def stopping_advice(
    decisions: Iterable[Any],
    total: int,
    *,
    pending: int = 0,
    random_tail: int = 0,
    since: int | None = None,
    target: float = 0.95,
    level: float = 95,
) -> Advice:
    """Advice from the decisions so far.

    ``decisions``: 1/0, True/False or include/exclude (``maybe`` counts as include) on the items read, in the order in
    which they were offered. ``total``: all items of the stage. ``pending``: items handed out and still undecided; the
    bound counts each of them as relevant and missed, because they ranked high. ``random_tail``: the number of the last
    decisions on items drawn at random from all that was unread; the bound is then based on these only. ``since``: the
    number of the last decisions on items handed out since items were last added to the stage; earlier decisions carry
    no information on items added later and are in no sample (default: all decisions).

    Raises StoppingError for inconsistent counts, or a decision that is not understood.
    """
    relevant = [_relevant(decision) for decision in decisions]
    read, hits = len(relevant), sum(relevant)
    tail = read if since is None else since
    _check(read, total, pending=pending, random_tail=random_tail, since=tail, target=target, level=level)
    sizes = [random_tail] if random_tail else sorted({math.ceil(tail * share) for share in _SAMPLES} - {0})
    facts: dict[str, Any] = {
        "total": total,
        "read": read,
        "found": hits,
        "pending": pending,
        "target": target,
        "level": level,
    }
    samples = [_sample(relevant, size, facts, (1 - level / 100) / len(sizes)) for size in sizes]
    result: dict[str, Any] = dict.fromkeys(("recall", "recall_lb", "missed", "missed_ub", "p_value"))
    result |= {"reached": False, "sample": 0, "sample_found": 0, "sample_from": total - pending}
    result["drawn_at_random"] = bool(random_tail)
    if samples:
        best = min(samples, key=lambda sample: sample["hidden"])
        result |= {name: best[name] for name in ("sample", "sample_found", "sample_from")}
        unread = total - read - pending
        result["missed"] = unread * best["sample_found"] / best["sample"] + pending
        result["missed_ub"] = best["hidden"] + pending
    if samples and hits:
        result["recall"] = hits / (hits + result["missed"])
        result["recall_lb"] = hits / (hits + result["missed_ub"])
        result["p_value"] = min(1.0, len(samples) * min(sample["p_value"] for sample in samples))
        result["reached"] = result["recall_lb"] >= target - 1e-12
    return Advice(**facts, **result, sentence=_sentence(facts, result))


def _sample(relevant: list[int], size: int, facts: dict[str, Any], error: float) -> dict[str, Any]:
    """What the last ``size`` items imply: the most relevant items left in their urn, and the test of the target."""
    drawn, hits = sum(relevant[len(relevant) - size :]), facts["found"]
    urn = facts["total"] - facts["pending"] - (len(relevant) - size)
    # The fewest relevant items in the urn with which recall is below the target (their eq. 6).
    critical = math.floor(hits / facts["target"] + 1e-9) - (hits - drawn) - facts["pending"] + 1
    critical = max(drawn, critical)
    possible = critical <= urn - size + drawn
    return {
        "sample": size,
        "sample_found": drawn,
        "sample_from": urn,
        "hidden": most_relevant(urn, size, drawn, error) - drawn,
        "p_value": hypergeometric_cdf(drawn, urn, critical, size) if possible else 0.0,
    }


def tail_needed(unread: int, found: int, target: float = 0.95, level: float = 95) -> int:
    """How many unread items have to be drawn at random, none of them relevant, for the bound to reach the target.

    The smallest sample with P(no relevant item is drawn) at most the error if there were one item more than recall
    ``target`` allows to be missed (Callaghan & Mueller-Hansen 2020, eq. 9, for a sample without relevant items). The
    sample has to be fixed before it is read: looking repeatedly inflates the error.

    Args:
        unread: items that nobody has read.
        found: relevant items that are known.
    """
    too_many = math.floor(found / target - found + 1e-9) + 1
    low, high = 0, unread
    while low < high:
        middle = (low + high) // 2
        if too_many > unread - middle or hypergeometric_cdf(0, unread, too_many, middle) <= 1 - level / 100:
            high = middle
        else:
            low = middle + 1
    return low


def most_relevant(urn: int, size: int, drawn: int, error: float) -> int:
    """Upper bound for the relevant items among ``urn`` items if ``drawn`` of ``size`` drawn ones were relevant.

    The largest number K with P(X <= drawn) > ``error`` for X hypergeometric (urn, K, size).
    """
    low, high = drawn, urn - size + drawn
    while low < high:
        middle = (low + high + 1) // 2
        if hypergeometric_cdf(drawn, urn, middle, size) > error:
            low = middle
        else:
            high = middle - 1
    return low


def hypergeometric_cdf(drawn: int, urn: int, relevant: int, size: int) -> float:
    """P(X <= ``drawn``) if ``size`` of ``urn`` items are drawn, ``relevant`` of them relevant."""

    def log_choose(n: int, k: int) -> float:
        return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)

    lowest, all_ways = max(0, size - (urn - relevant)), log_choose(urn, size)
    return min(
        1.0,
        math.fsum(
            math.exp(log_choose(relevant, x) + log_choose(urn - relevant, size - x) - all_ways)
            for x in range(lowest, min(drawn, relevant, size) + 1)
        ),
    )


def _sentence(facts: dict[str, Any], result: dict[str, Any]) -> str:
    total, read, hits, pending = (facts[name] for name in ("total", "read", "found", "pending"))
    if read == total:
        return f"All {total} items are read ({hits} relevant): nothing can have been missed."
    head = f"{read} of {total} items are read and {hits} found relevant."
    if result["missed_ub"] is None:
        return f"{head} Nothing can be said yet about the others."
    basis = "drawn at random" if result["drawn_at_random"] else "read last"
    drawn = result["sample_found"]
    basis = f"{drawn} of the {result['sample']} items {basis} {'is' if drawn == 1 else 'are'} relevant"
    left = (
        f"stopping now would leave about {result['missed']:.0f} and at most {result['missed_ub']} relevant items unread"
    )
    waiting = f", counting all {pending} handed out and undecided as relevant" if pending else ""
    if result["recall_lb"] is None:
        return f"{head} {basis[0].upper()}{basis[1:]}: {left} ({facts['level']:g} % confidence{waiting})."
    share = f"at least {_percent(result['recall_lb'])} of the relevant items are found"
    verdict = "reaches" if result["reached"] else "does not reach"
    return (
        f"{head} With {facts['level']:g} % confidence {share}, which {verdict} the target of "
        f"{_percent(facts['target'])}: {basis}, and {left}{waiting}. When to stop is for the reviewers to decide."
    )


def _percent(share: float) -> str:
    """Rounded down, so that a bound does not look better than it is."""
    return f"{math.floor(share * 1000 + 1e-9) / 10:g} %"


def _relevant(decision: Any) -> int:
    word = str(decision).strip().casefold()
    if word not in _YES and word not in _NO:
        raise StoppingError(
            f"The decision '{decision}' is neither include nor exclude.",
            remedy="Give only items that are decided; count the others as pending.",
        )
    return int(word in _YES)


def _check(read: int, total: int, *, pending: int, random_tail: int, since: int, target: float, level: float) -> None:
    if read + pending > total or min(pending, random_tail, since) < 0:
        raise StoppingError(f"{read} items decided and {pending} pending are more than {total} items.")
    if random_tail > read:
        raise StoppingError(f"{random_tail} items cannot have been drawn at random when {read} are read.")
    if since > read:
        raise StoppingError(f"{since} items cannot have been read since items were added when {read} are read at all.")
    if not 0 < target <= 1:
        raise StoppingError(f"A target recall of {target} is not possible.", remedy="Give a share such as 0.95.")
    if not 0 < level < 100:
        raise StoppingError(f"A confidence level of {level} is not possible.", remedy="Give per cent, such as 95.")
