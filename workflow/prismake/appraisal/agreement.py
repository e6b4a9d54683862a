"""How well reviewers agree on an instrument: on each item, on each domain, and overall."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from prismake.appraisal.proposals import answers_of, row_of
from prismake.core.names import ITEM_ID, STUDY_ID
from prismake.protocol.instruments import (
    NOT_ASKED,
    OVERALL,
    Instrument,
    concern_id,
    in_words,
    load_instrument,
    score,
)

if TYPE_CHECKING:
    import pandas as pd

ITEM, DOMAIN, WHOLE = "item", "domain", "overall"
COLUMNS = (
    *("instrument", "level", "name", "label", "first", "second", "n", "observed"),
    *("kappa", "kappa_lb", "kappa_ub", "weighted", "weighted_lb", "weighted_ub", "remark"),
)
_NUMBERS = [name for name in COLUMNS if name == "observed" or name.startswith(("kappa", "weighted"))]
Ratings = dict[str, str | int | None]  # by row of the sheet: a study's, or a result's


def agreement_table(
    scores: pd.DataFrame, decisions: pd.DataFrame, reviewers: Sequence[str], overall: str
) -> pd.DataFrame:
    """One row per instrument, pair of reviewers and item, domain or overall: agreement before consensus.

    ``kappa`` is Cohen's. ``weighted`` is linearly weighted, for ordered values: stars of a domain, judgements, overall
    words. Answers that are missing or were not asked on a reviewer's path are left out of ``n``, and so are domains in
    which a reviewer has not answered everything. A coefficient that does not exist is empty; ``remark`` says why.

    Args:
        scores: ``appraisal/scores.csv``: which study or result is judged by which instrument.
        decisions: ``appraisal/decisions.csv``, with a column ``answer.<reviewer>`` for each reviewer.
        reviewers: in the order of the protocol.
        overall: the rule for the overall word if an instrument gives stars.
    """
    import pandas as pd

    given = {
        who: dict(zip(decisions[ITEM_ID], decisions[f"answer.{who}"], strict=True))
        for who in reviewers
        if f"answer.{who}" in decisions
    }
    rows: list[dict[str, Any]] = []
    for name, judged in scores.groupby("instrument", sort=True):
        if name == "none":
            continue
        scale = load_instrument(str(name))
        units = list(zip(judged[STUDY_ID], judged["result"], strict=True))
        own = {who: _ratings(scale, units, answers, overall) for who, answers in given.items()}
        for first, second in combinations(own, 2):
            for level, part, label, order in _parts(scale, overall):
                rated = own[first][part], own[second][part]
                pair = {"instrument": scale.name, "level": level, "name": part, "label": label}
                rows.append({**pair, "first": first, "second": second, **_compared(*rated, order)})
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(dict.fromkeys(_NUMBERS, float))


def _parts(scale: Instrument, overall: str) -> Iterator[tuple[str, str, str, tuple[Any, ...]]]:
    """Level, name, label and order of everything that is compared; the order is empty if answers have none."""
    for item in scale.items:
        if not item.not_applicable:
            yield ITEM, item.id, item.question, ()
    for domain in scale.details.values():
        if scale.with_stars and domain.maximum:
            yield DOMAIN, domain.name, domain.label, tuple(range(domain.maximum + 1))
        elif domain.judged:
            yield DOMAIN, domain.name, domain.label, scale.judgements
        if domain.concern:
            yield DOMAIN, concern_id(domain.name), f"{domain.label}, applicability", scale.concerns
    if scale.judged_overall:
        yield WHOLE, OVERALL, "Overall", scale.judgements
    elif overall in scale.overall:
        yield WHOLE, OVERALL, "Overall", _words(scale, overall)


def _words(scale: Instrument, overall: str) -> tuple[str, ...]:
    """The overall words, from worst to best."""
    if overall == "ahrq":
        return ("poor", "fair", "good")
    words = scale.overall["total"]["words"]
    least = {word: int(str(value).split("-")[0].split("–")[0]) for word, value in words.items()}
    return tuple(in_words(scale, word) for word in sorted(words, key=lambda word: least[word]))


def _ratings(
    scale: Instrument, units: Sequence[tuple[str, str]], answers: Mapping[str, str], overall: str
) -> dict[str, Ratings]:
    """By item, domain and ``overall``, one reviewer's answers about each study or result.

    What is asked once of a study counts once.
    """
    ratings: dict[str, Ratings] = {part: {} for _, part, _, _ in _parts(scale, overall)}
    for study, result in units:
        given = answers_of(scale, study, result, answers)
        judged = score(scale, given, overall=overall)
        for part, rated in ratings.items():
            answer = given.get(part, "")
            rated[row_of(scale, study, result, part)] = answer if answer and answer != NOT_ASKED else None
        if scale.with_stars:
            for domain in scale.details.values():
                complete = not any(item.id in judged.unanswered for item in scale.items if item.domain == domain.name)
                if domain.name in ratings:
                    row = row_of(scale, study, result, domain.name)
                    ratings[domain.name][row] = judged.domains[domain.name] if complete else None
            if OVERALL in ratings:
                ratings[OVERALL][row_of(scale, study, result, OVERALL)] = judged.overall or None
    return ratings


def _compared(first: Ratings, second: Ratings, order: tuple[Any, ...]) -> dict[str, Any]:
    from prismake.panel.agreement import agreement, weighted_kappa

    plain = agreement(first, second)
    row = {
        "n": plain.n,
        **{name: _rounded(getattr(plain, name)) for name in ("observed", "kappa", "kappa_lb", "kappa_ub")},
        "remark": plain.kappa_reason,
    }
    if not order:
        return row
    placed, other = (
        {unit: value if value in order else None for unit, value in rated.items()} for rated in (first, second)
    )
    weighted = weighted_kappa(placed, other, order)
    outside = sum(value is not None and value not in order for rated in (first, second) for value in rated.values())
    aside = f"{outside} judgements without a place in the order are left out of weighted kappa" if outside else ""
    return {
        **row,
        "weighted": _rounded(weighted.kappa),
        "weighted_lb": _rounded(weighted.lb),
        "weighted_ub": _rounded(weighted.ub),
        "remark": "; ".join(filter(None, [plain.kappa_reason, aside])),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
