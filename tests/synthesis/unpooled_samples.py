"""Outcomes without pooling for tests of results, figures and reports: drawn studies that report little."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from prismake.protocol.outcome_kinds import parts_of
from prismake.protocol.schema import with_defaults
from prismake.synthesis.unpooled.unpooled_result import analyse

SIDES = ["Favours usual care", "Favours training"]
REASON = "The studies used nine scales, and six of them report no variance."
KNOWN = ("direction", "p_value", "effect", "lower", "upper", "total")


def spec(measure: str = "SMD", subgroups: tuple[str, ...] = (), **own: Any) -> dict[str, Any]:
    """``outcomes.<outcome>`` of a protocol, with defaults and the columns that it asks for."""
    settings = {"reason": REASON, "towards": SIDES[1], **own}
    written = {
        "kind": "without_pooling",
        "measure": measure,
        "title": "Quality of life",
        "favours": SIDES,
        "subgroups": list(subgroups),
        "without_pooling": settings,
    }
    filled = with_defaults({"outcomes": {"quality": written}})["outcomes"]["quality"]
    return {**filled, "columns": {part: f"quality_{part}" for part in parts_of(filled)}}


def rows(studies: list[dict[str, Any]], settings: dict[str, Any]) -> pd.DataFrame:
    """Rows of ``extraction/outcomes.csv``; parts that a study does not name are not reported."""
    table = []
    for place, study in enumerate(studies):
        label = study.get("label", f"Study {chr(65 + place % 26)}{place // 26 or ''} {2001 + place % 20}")
        table.append(
            {
                "study_id": study.get("id", f"s{place}"),
                "arm": study.get("arm", ""),
                "label": label,
                "year": str(2001 + place % 20),
                "outcome": "quality",
                **{part: str(study.get(part, "NR")) for part in settings["columns"]},
                **{column: str(study.get(column, "")) for column in settings["subgroups"]},
                "status": "used",
                "remark": "",
                "settled_by": "agreement",
                "source": "Table 2",
                "how": "",
            }
        )
    columns = ["study_id", "arm", "label", "year", "outcome", *settings["columns"], *settings["subgroups"]]
    return pd.DataFrame(table, columns=[*columns, "status", "remark", "settled_by", "source", "how"])


def result(studies: list[dict[str, Any]], *, high_risk: tuple[str, ...] = (), **own: Any) -> dict[str, Any]:
    """The content of ``pooling/quality.json``."""
    settings = spec(**own)
    judged = {
        row["study_id"]: {
            **{"instrument": "rob2", "title": "RoB 2", "overall": "", "ratings": []},
            "high_risk": row["study_id"] in high_risk,
        }
        for row in (rows(studies, settings).to_dict("records") if high_risk else ())
    }
    return analyse("quality", rows(studies, settings), settings, labels={}, level=95.0, undecided={}, appraisals=judged)


def drawn(k: int, seed: int = 3) -> list[dict[str, Any]]:
    """Studies of which every third reports only a direction, every third a p-value, every third an effect."""
    draw = np.random.default_rng(seed)
    studies = []
    for place in range(k):
        size = int(draw.integers(20, 900))
        effect = float(draw.normal(0.3, 0.2))
        se = 2 / size**0.5
        study: dict[str, Any] = {
            "direction": SIDES[int(effect > 0)],
            "total": size,
            "region": "north south".split()[place % 2],
        }
        if place % 3 == 1:
            study["p_value"] = ("0.04", "<0.001", "NS", "0.2 (one-sided)")[place // 3 % 4]
        if place % 3 == 2:
            study |= {
                "effect": round(effect, 2),
                "lower": round(effect - 1.96 * se, 2),
                "upper": round(effect + 1.96 * se, 2),
            }
        if place % 7 == 5:
            study["direction"] = ("no difference", "conflicting", "NR")[place // 7 % 3]
        studies.append(study)
    return studies
