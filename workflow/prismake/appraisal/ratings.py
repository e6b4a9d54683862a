"""Judgements in the form that figures and analyses need: a rating per domain, and the studies of concern."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prismake.appraisal.light_kinds import (
    BAD_WORDS,
    UNDECIDED,
    WORST_WORDS,
    concern_kind,
    judged_kind,
    part_kind,
    star_kind,
)
from prismake.appraisal.scores import NO_RULE, NOT_APPRAISED, item_column
from prismake.core.names import STUDY_ID
from prismake.core.notes import NOT_REPORTED
from prismake.protocol.analyses import RISK_OF_BIAS
from prismake.protocol.instruments import CONCERN, NONE, OVERALL, Instrument, concern_id, in_words, load_instrument

if TYPE_CHECKING:
    import pandas as pd

DOMAIN, CONCERN_OF_DOMAIN, ITEM = "domain", "concern", "item"


def ratings_for(outcome: str, scores: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """By study_id, the appraisal of its result for one outcome, or of the study.

    Keys: instrument and its title, by_result (whether it judges results), overall (in words), high_risk (None if there
    is no overall judgement), ratings: a list of {"name", "label", "word", "rating", "level"}, one per domain in order,
    each followed by the concern about its applicability, and one for the overall judgement if people give one. Of a
    checklist whose domains nobody judges, they are its items.
    """
    appraisals: dict[str, dict[str, Any]] = {}
    for row in scores.to_dict("records"):
        if row["instrument"] == NONE or row["result"] not in ("", outcome):
            continue
        scale = load_instrument(row["instrument"])
        judged = row["overall"] not in ("", NO_RULE, NOT_APPRAISED, NOT_REPORTED, "not defined")
        appraisals[row[STUDY_ID]] = {
            "instrument": scale.name,
            "title": scale.title,
            "by_result": scale.by_result,
            "overall": row["overall"],
            "high_risk": row["overall"] in of_concern(scale) if judged else None,
            "ratings": [_rating(scale, name, row) for name in _rated(scale)] or _items(scale, row),
        }
    return appraisals


def of_concern(scale: Instrument) -> set[str]:
    """The overall words of studies at high risk of bias or of low quality."""
    if not scale.with_stars:
        bad = [word for word in scale.judgements if word in (*BAD_WORDS, *WORST_WORDS)] or list(scale.judgements[-1:])
        return {in_words(scale, word) for word in bad}
    words = (scale.overall.get("total") or {"words": {}})["words"]
    least = {word: int(str(value).split("-")[0].split("–")[0]) for word, value in words.items()}
    return {"poor", *([in_words(scale, min(least, key=lambda word: least[word]))] if least else [])}


def _rated(scale: Instrument) -> list[str]:
    """Domains with stars or a judgement, concerns about their applicability, and the whole if people judge it."""
    rated = []
    for domain in scale.details.values():
        rated += [domain.name] if domain.judged or scale.with_stars else []
        rated += [concern_id(domain.name)] if domain.concern else []
    return [*rated, OVERALL] if scale.judged_overall else rated


def _rating(scale: Instrument, name: str, row: Mapping[str, str]) -> dict[str, str]:
    label, maximum = scale.domains.get(name, ("Overall", 0))
    word = row.get(name, "")
    if scale.with_stars:
        kind = UNDECIDED if maximum and row["overall"] == "" else star_kind(int(word or 0), maximum)
        word = f"{int(word or 0)} of {maximum} stars" if maximum else ""
        return {"name": name, "label": label, "word": word, "rating": kind, "level": DOMAIN}
    if name.endswith(CONCERN):
        label = f"{scale.domains[name.removesuffix(concern_id(''))][0]}, applicability"
        kind = concern_kind(scale, word.removesuffix(" concern"))
        return {"name": name, "label": label, "word": word, "rating": kind, "level": CONCERN_OF_DOMAIN}
    words = {in_words(scale, judgement): judgement for judgement in (*scale.judgements, *scale.aside)}
    kind = judged_kind(scale, words.get(word, ""))
    return {"name": name, "label": label, "word": word, "rating": kind, "level": DOMAIN}


def _items(scale: Instrument, row: Mapping[str, str]) -> list[dict[str, str]]:
    """The items of a checklist as ratings."""
    ratings = []
    for item in scale.items:
        word = row.get(item_column(item)) or ""
        label = f"{item.id}. {item.question.rstrip('.')}"
        kind = part_kind(scale, item.id, word)
        ratings.append({"name": item.id, "label": label, "word": word, "rating": kind, "level": ITEM})
    return ratings


def with_risk_of_bias(outcomes: pd.DataFrame, appraisals: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """The outcomes with a column ``risk_of_bias``: the overall word, blank if there is no overall judgement."""
    if RISK_OF_BIAS in outcomes:  # a column of the extraction sheet has this name
        return outcomes
    words = outcomes[STUDY_ID].map(lambda study: (appraisals.get(study) or {}).get("overall", ""))
    return outcomes.assign(**{RISK_OF_BIAS: words})
