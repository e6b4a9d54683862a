"""Outcomes of diagnostic accuracy for tests of results, figures and reports: published tables under drawn names."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "pooling"))

from diagnostic_tables import DEMENTIA, IQCODE, TELOMERASE, table
from prismake.protocol.schema import with_defaults
from prismake.synthesis.diagnostic.accuracy_results import analyse_accuracy

CELLS = ("tp", "fp", "fn", "tn")
QUADAS = ("Patient selection", "Index test", "Reference standard", "Flow and timing")
__all__ = ["DEMENTIA", "IQCODE", "TELOMERASE", "table"]


def spec(moderators: tuple[str, ...] = (), sort: str = "name", **own: Any) -> dict[str, Any]:
    """``outcomes.<outcome>`` of a protocol, with defaults."""
    written = {"kind": "diagnostic", "moderators": list(moderators), "sort": sort, "diagnostic": own}
    filled = with_defaults({"outcomes": {"accuracy": written}})["outcomes"]["accuracy"]
    return {**filled, "columns": {cell: f"accuracy_{cell}" for cell in CELLS}}


def rows(data: dict[str, Any], **columns: list[Any]) -> pd.DataFrame:
    """Rows of ``extraction/outcomes.csv``, one per study."""
    k = len(data["tp"])
    frame = pd.DataFrame(
        {
            "study_id": [f"s{i}" for i in range(k)],
            "arm": "",
            "label": [f"Study {chr(65 + i % 26)}{i // 26 or ''} {2001 + i % 20}" for i in range(k)],
            "year": [str(2001 + i % 20) for i in range(k)],
            "outcome": "accuracy",
            **{cell: [str(value) for value in data[cell]] for cell in CELLS},
            **columns,
            "status": "used",
            "remark": "",
            "settled_by": "agreement",
            "source": "Table 2",
            "how": "",
        }
    )
    return frame


def judged(k: int) -> dict[str, dict[str, Any]]:
    """QUADAS-2 of each study, of which every fourth is at high risk."""
    kinds = ("good", "good", "unclear", "bad")
    return {
        f"s{i}": {
            "instrument": "quadas2",
            "title": "QUADAS-2",
            "overall": "high risk" if i % 4 == 3 else "low risk",
            "high_risk": i % 4 == 3,
            "ratings": [
                {"name": f"d{j}", "label": label, "word": kinds[(i + j) % 4], "rating": kinds[(i + j) % 4]}
                for j, label in enumerate(QUADAS)
            ],
        }
        for i in range(k)
    }


def result(data: dict[str, Any], *, kinds: dict[str, str] | None = None, quadas: bool = False, **own: Any) -> dict:
    """The content of ``pooling/accuracy.json``; ``kinds``: moderators that are columns of ``data``."""
    moderators = kinds or {}
    settings = spec(tuple(moderators), **own)
    extra = {name: [str(value) for value in data[name]] for name in moderators}
    return analyse_accuracy(
        "accuracy",
        rows(data, **extra),
        settings,
        labels={name: name.capitalize() for name in moderators},
        level=95.0,
        undecided={},
        kinds=moderators,
        appraisals=judged(len(data["tp"])) if quadas else {},
    )


def simulated(k: int, seed: int = 1) -> dict[str, list[int]]:
    """Tables of the bivariate model with people in proportion, some with empty cells."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.uniform(np.log(8), np.log(600), (k, 2))).astype(int)
    logits = rng.multivariate_normal((1.8, 2.2), ((0.8, -0.35), (-0.35, 0.9)), k)
    right = rng.binomial(size, 1.0 / (1.0 + np.exp(-logits)))
    wrong = size - right
    return {
        "tp": right[:, 0].tolist(), "fp": wrong[:, 1].tolist(), "fn": wrong[:, 0].tolist(), "tn": right[:, 1].tolist()
    }  # fmt: skip
