"""Judgements in the columns and words that robvis reads (McGuinness and Higgins, Res Synth Methods 2021;12:55-61).

robvis takes one table per instrument: Study, one column per domain, Overall, and for ``rob_summary(weighted = TRUE)`` a
last column Weight, which belongs to one outcome. The ratings are worded as in its own example data; an instrument that
it does not know is exported as *Generic*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prismake.appraisal.light_kinds import BAD, GOOD, NOT_APPLICABLE, SOME, WORST, part_kind
from prismake.appraisal.ratings import CONCERN_OF_DOMAIN, ITEM
from prismake.appraisal.scores import lights
from prismake.core.files import Table
from prismake.core.names import STUDY_ID
from prismake.protocol.instruments import OVERALL, Instrument, in_words, load_instrument

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

NO_INFORMATION = "No information"
# Of stars, all, some and none; of answers to a checklist, those that speak for the study and those that do not.
_WORDS = {GOOD: "Low", SOME: "Some concerns", BAD: "High", WORST: "Critical", NOT_APPLICABLE: "Not applicable"}


def robvis_table(name: str, appraisal: pd.DataFrame, outcomes: Mapping[str, str]) -> pd.DataFrame:
    """One row per study or result: Study, the domains, Overall; unsettled judgements are “No information”.

    Concerns about applicability, which robvis has no place for, are left to ``appraisal.csv``. An instrument without
    an overall judgement has no column Overall: call robvis with ``overall = FALSE``.

    Args:
        name: of the instrument.
        appraisal: ``appraisal/appraisal.csv``.
        outcomes: title by name of the outcomes.
    """
    import pandas as pd

    scale = load_instrument(name)
    table = lights(appraisal[appraisal["instrument"] == name], outcomes)
    columns = columns_of(scale)
    rows = []
    for _, group in table.groupby(STUDY_ID, sort=False) if len(table) else ():
        answers = dict(zip(group["item"], group["answer"], strict=True))
        stars = dict(zip(group["item"], group["stars"], strict=True))
        row = {"Study": group["label"].iloc[0]}
        row |= {
            heading: _word(scale, item, answers.get(item, ""), stars.get(item, "")) for item, heading in columns.items()
        }
        rows.append(row)
    return pd.DataFrame(rows, columns=["Study", *columns.values()], dtype=str)


def weighted_tables(studies: Sequence[Mapping[str, Any]]) -> dict[str, Table]:
    """By instrument, the ratings of the studies pooled for one outcome: Study, the domains, Overall, Weight.

    Args:
        studies: those of ``pooling/<outcome>.json``, each with label, weight_pct and appraisal
            (``prismake.appraisal.ratings``). Weights are those of the forest plot, in percent; if there are none, each
            study has the same. Domains that do not apply to any study are left out.
    """
    judged: dict[str, list[Mapping[str, Any]]] = {}
    for study in studies:
        if (study.get("appraisal") or {}).get("ratings"):
            judged.setdefault(study["appraisal"]["instrument"], []).append(study)
    equal = 100 / len(studies) if any(study.get("weight_pct") is None for study in studies) else None
    tables = {}
    for name, rated in sorted(judged.items()):
        rows = [_weighted(load_instrument(name), study, equal) for study in rated]
        columns = tuple(column for column in rows[0] if any(row[column] for row in rows))
        tables[name] = Table(columns, [tuple(row[column] for column in columns) for row in rows])
    return tables


def _weighted(scale: Instrument, study: Mapping[str, Any], equal: float | None) -> dict[str, str]:
    row = {"Study": str(study["label"])}
    for rating in study["appraisal"]["ratings"]:
        if rating["level"] == CONCERN_OF_DOMAIN:
            continue
        heading = "Overall" if rating["name"] == OVERALL else rating["label"] if scale.with_stars else rating["name"]
        row[heading] = _rated(scale, rating)
    return row | {"Weight": str(study["weight_pct"] if equal is None else equal)}


def _rated(scale: Instrument, rating: Mapping[str, str]) -> str:
    if scale.with_stars or rating["level"] == ITEM:
        return "" if rating["rating"] == NOT_APPLICABLE else _WORDS.get(rating["rating"], NO_INFORMATION)
    words = {in_words(scale, word): word for word in (*scale.judgements, *scale.aside)}
    return _word(scale, rating["name"], words.get(rating["word"], ""), "")


def columns_of(scale: Instrument) -> dict[str, str]:
    """Headings by domain, or by item if people judge no domains."""
    judged = {domain.name: domain.name for domain in scale.details.values() if domain.judged}
    if not judged:
        return {item.id: item.id for item in scale.items if not item.not_applicable}
    return judged | ({OVERALL: "Overall"} if scale.judged_overall else {})


def _word(scale: Instrument, part: str, answer: str, stars: str) -> str:
    if part in scale.details or part == OVERALL:
        return str(scale.robvis.get("words", {}).get(answer) or answer.capitalize() or NO_INFORMATION)
    return _WORDS.get(part_kind(scale, part, answer, stars), NO_INFORMATION)
