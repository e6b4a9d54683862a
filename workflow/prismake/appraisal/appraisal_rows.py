"""What is asked about the risk of bias of each study, as rows of a sheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from prismake.core.errors import PrismakeError
from prismake.protocol.instruments import load_instrument, row_choices

if TYPE_CHECKING:
    import pandas as pd


def appraisal_rows(table: pd.DataFrame, instruments: Mapping[str, str]) -> pd.DataFrame:
    """One row a study and item of the instrument for its design; items that do not apply are not asked."""
    import pandas as pd

    rows = []
    for study in table.to_dict("records"):
        scale = load_instrument(_instrument(study, instruments))
        for item in scale.items:
            if item.not_applicable:
                continue
            rows.append(
                {
                    "item_id": f"{study['study_id']}|{scale.name}|{item.id}",
                    "title": study["label"],
                    "report": study["report"],
                    "domain": scale.domains[item.domain][0],
                    "question": f"{item.id}. {item.question}",
                    "meaning": "\n".join(
                        f"{value}  {text}{' ★' * stars}" for value, (text, stars) in item.answers.items()
                    ),
                    "choices": "|".join(row_choices(item)),
                    "members": "\n".join(
                        f"{report}|{scale.name}|{item.id}" for report in study["report_ids"].split("; ")
                    ),
                }
            )
    columns = ["item_id", "title", "report", "domain", "question", "meaning", "choices", "members"]
    return pd.DataFrame(rows, columns=columns, dtype=str)


def _instrument(study: Mapping[str, str], instruments: Mapping[str, str]) -> str:
    if study["design"] not in instruments:
        raise PrismakeError(
            f"the design “{study['design']}” of {study['label']} has no instrument.",
            where="config/config.yaml, appraisal.instruments",
            remedy=f"Name one; there are instruments for {', '.join(instruments)}.",
        )
    return instruments[study["design"]]
