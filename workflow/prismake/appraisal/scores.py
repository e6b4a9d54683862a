"""Studies judged: the panel's answers to an instrument as stars, domains and one word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from prismake.protocol.instruments import load_instrument, score

if TYPE_CHECKING:
    import pandas as pd


def appraise(
    studies: pd.DataFrame, decisions: pd.DataFrame, notes: pd.DataFrame, instruments: Mapping[str, str], overall: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table of answers (one row a study and item) and the table of scores (one row a study).

    Items that do not apply are listed with the answer ``not applicable`` and no stars; undecided items have an
    empty answer. ``maximum`` counts only what the study could earn (5/6 for a cohort without a comparison).
    """
    import pandas as pd

    settled = decisions.set_index("item_id")["answer"].to_dict()
    support = notes.groupby("item_id")["note"].agg(lambda texts: " / ".join(dict.fromkeys(texts))).to_dict()
    rows, scores = [], []
    for study in studies.sort_values(["label", "study_id"], kind="stable").to_dict("records"):
        scale = load_instrument(instruments[study["design"]])
        answers = {item.id: settled.get(f"{study['study_id']}|{scale.name}|{item.id}", "") for item in scale.items}
        judged = score(scale, {name: answer for name, answer in answers.items() if answer}, overall=overall)
        base = {"study_id": study["study_id"], "label": study["label"], "instrument": scale.name}
        for item in scale.items:
            answer = "not applicable" if item.not_applicable else answers[item.id]
            stars = "" if item.id not in judged.stars else str(judged.stars[item.id])
            text = support.get(f"{study['study_id']}|{scale.name}|{item.id}", "")
            rows.append(
                {**base, "item": item.id, "domain": item.domain, "answer": answer, "stars": stars, "support": text}
            )
        scores.append(
            {
                **base,
                **{f"{name}": str(judged.domains[name]) for name in scale.domains},
                "total": str(judged.total),
                "maximum": str(judged.maximum),
                "overall": judged.overall,
                "unanswered": str(len(judged.unanswered)),
            }
        )
    first = ["study_id", "label", "instrument"]
    return (
        pd.DataFrame(rows, columns=[*first, "item", "domain", "answer", "stars", "support"], dtype=str),
        pd.DataFrame(
            scores,
            columns=[*first, "selection", "comparability", "outcome", "total", "maximum", "overall", "unanswered"],
            dtype=str,
        ),
    )
