"""What is to be extracted from each study, as rows of a sheet."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from prismake.core.labels import arm_names
from prismake.core.names import ITEM_ID, STUDY_ID
from prismake.extraction.result_rows import result_rows

if TYPE_CHECKING:
    import pandas as pd


def extraction_rows(
    table: pd.DataFrame, notices: Mapping[str, str], asked: Mapping[str, Any] = MappingProxyType({})
) -> pd.DataFrame:
    """One row per study, or one for each of its separate arms; with ``asked`` one for each result.

    Args:
        notices: by report, retractions and similar notices in words.
        asked: ``prismake.protocol.settings.for_extraction_rows``.
    """
    import pandas as pd

    if asked:
        return result_rows(table, notices, asked)

    rows = []
    for study in table.to_dict("records"):
        reports = study["report_ids"].split("; ")
        texts = dict.fromkeys(text for report in reports if (text := notices.get(report)))
        for arm in arm_names(study["arms"]) or [""]:
            rows.append(
                {
                    ITEM_ID: f"{study[STUDY_ID]}|{arm}" if arm else study[STUDY_ID],
                    "title": f"{study['label']}, {arm}" if arm else study["label"],
                    "report": study["report"],
                    "doi": study["doi"],
                    "notices": "\n".join(texts),
                    "members": "\n".join(f"{report}|{arm}" if arm else report for report in reports),
                }
            )
    return pd.DataFrame(rows, columns=[ITEM_ID, "title", "report", "doi", "notices", "members"], dtype=str)
