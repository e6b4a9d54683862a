"""Judgements in the form that figures and analyses need: a rating per domain, and the studies of concern."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prismake.appraisal.scores import NO_RULE, NOT_APPRAISED, NOT_REPORTED
from prismake.core.names import STUDY_ID
from prismake.protocol.analyses import RISK_OF_BIAS
from prismake.protocol.instruments import NONE, OVERALL, Instrument, in_words, load_instrument

if TYPE_CHECKING:
    import pandas as pd

# The kinds of a light, as ``prismake.figures.appraisal_cells`` draws them.
GOOD, SOME, BAD, WORST, UNCLEAR, UNDECIDED, NOT_APPLICABLE = (
    *("good", "some", "bad", "worst", "unclear", "undecided", "n/a"),
)
_BAD = ("high", "serious")
_WORST = ("very high", "critical")
_UNCLEAR = ("unclear", "no information")


def ratings_for(outcome: str, scores: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """By study_id, the appraisal of its result for one outcome, or of the study.

    Keys: instrument and its title, overall (in words), high_risk (None if there is no overall judgement), ratings: a
    list of {"name", "label", "word", "rating"}, one per domain in order and one for the overall judgement if people
    give one; empty for checklists without domains.
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
            "overall": row["overall"],
            "high_risk": row["overall"] in of_concern(scale) if judged else None,
            "ratings": [_rating(scale, name, row) for name in _rated(scale)],
        }
    return appraisals


def of_concern(scale: Instrument) -> set[str]:
    """The overall words of studies at high risk of bias or of low quality."""
    if not scale.with_stars:
        bad = [word for word in scale.judgements if word in (*_BAD, *_WORST)] or list(scale.judgements[-1:])
        return {in_words(scale, word) for word in bad}
    words = (scale.overall.get("total") or {"words": {}})["words"]
    least = {word: int(str(value).split("-")[0].split("–")[0]) for word, value in words.items()}
    return {"poor", *([in_words(scale, min(least, key=lambda word: least[word]))] if least else [])}


def _rated(scale: Instrument) -> list[str]:
    """Domains with stars or a judgement, and the overall judgement if people give one."""
    rated = [domain.name for domain in scale.details.values() if domain.judged or scale.with_stars]
    return [*rated, OVERALL] if scale.judged_overall else rated


def _rating(scale: Instrument, name: str, row: Mapping[str, str]) -> dict[str, str]:
    label, maximum = scale.domains.get(name, ("Overall", 0))
    word = row.get(name, "")
    if scale.with_stars:
        stars = int(word) if word else 0
        kind = NOT_APPLICABLE if not maximum else GOOD if stars == maximum else SOME if stars else BAD
        kind = UNDECIDED if row["overall"] == "" else kind
        return {"name": name, "label": label, "word": f"{stars} of {maximum} stars" if maximum else "", "rating": kind}
    words = {in_words(scale, judgement): judgement for judgement in (*scale.judgements, *scale.aside)}
    bare = words.get(word, "")
    return {"name": name, "label": label, "word": word, "rating": kind_of(scale, bare)}


def kind_of(scale: Instrument, judgement: str) -> str:
    """The kind of light that a judgement is drawn with."""
    if not judgement:
        return UNDECIDED
    if judgement in _UNCLEAR or judgement in scale.aside:
        return UNCLEAR
    if judgement in _WORST:
        return WORST
    if judgement in _BAD or judgement == scale.judgements[-1]:
        return BAD
    return GOOD if judgement.startswith("low") or judgement == scale.judgements[0] else SOME


def with_risk_of_bias(outcomes: pd.DataFrame, appraisals: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """The outcomes with a column ``risk_of_bias``: the overall word, blank if there is no overall judgement."""
    if RISK_OF_BIAS in outcomes:  # a column of the extraction sheet has this name
        return outcomes
    words = outcomes[STUDY_ID].map(lambda study: (appraisals.get(study) or {}).get("overall", ""))
    return outcomes.assign(**{RISK_OF_BIAS: words})
