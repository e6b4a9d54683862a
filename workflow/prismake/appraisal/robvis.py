"""Judgements in the columns and words that robvis reads (McGuinness and Higgins, Res Synth Methods 2021;12:55-61).

robvis takes one table per instrument: Study, one column per domain, Overall. The ratings are worded as in its own
example data; an instrument that it does not know is exported as *Generic*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prismake.appraisal.scores import lights
from prismake.core.names import STUDY_ID
from prismake.protocol.instruments import OVERALL, Instrument, load_instrument

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

NO_INFORMATION = "No information"


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
        row |= {heading: _word(scale, answers.get(item, ""), stars.get(item, "")) for item, heading in columns.items()}
        rows.append(row)
    return pd.DataFrame(rows, columns=["Study", *columns.values()], dtype=str)


def columns_of(scale: Instrument) -> dict[str, str]:
    """Headings by domain, or by item if people judge no domains."""
    judged = {domain.name: domain.name for domain in scale.details.values() if domain.judged}
    if not judged:
        return {item.id: item.id for item in scale.items if not item.not_applicable}
    return judged | ({OVERALL: "Overall"} if scale.judged_overall else {})


def _word(scale: Instrument, answer: str, stars: str) -> str:
    if scale.with_stars and answer:
        return "Low" if stars and int(stars) > 0 else "High"  # an item without its star raises concern
    words = scale.robvis.get("words", {})
    return str(words.get(answer) or answer.capitalize() or NO_INFORMATION)
