"""Invented networks of treatments for the tests of synthesis, figures and report."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from prismake.protocol.schema import with_defaults
from prismake.synthesis.syntheses import synthesis_of

PARTS = {
    **dict.fromkeys(("OR", "RR", "RD"), ("events", "total")),
    **dict.fromkeys(("IRR", "IRD"), ("events", "time")),
    **dict.fromkeys(("MD", "SMD", "ROM"), ("mean", "sd", "n")),
    "GEN": ("effect", "lower", "upper"),
}


def spec(measure: str = "OR", *, network: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """``outcomes.<name>`` with defaults."""
    own = {"title": "Response", "kind": "network", "measure": measure, "network": network or {}, **more}
    own["columns"] = {part: part for part in PARTS[measure]}
    return with_defaults({"title": "t", "question": "q", "outcomes": {"x": own}})["outcomes"]["x"]


def table(rows: list[tuple], measure: str = "OR") -> pd.DataFrame:
    """Rows of ``extraction/outcomes.csv`` from (study, treatment, numbers …)."""
    plain = {
        "year": "",
        "outcome": "x",
        "status": "used",
        "remark": "",
        "settled_by": "agreement",
        "source": "",
        "how": "",
    }
    records = [
        {
            "study_id": f"id of {study}",
            "arm": arm,
            "label": f"{study}, {arm}",
            **dict(zip(PARTS[measure], map(str, numbers), strict=True)),
            "treatment": arm,
            **plain,
        }
        for study, arm, *numbers in rows
    ]
    return pd.DataFrame(records, dtype=str)


def analysed(rows: list[tuple], settings: dict[str, Any], *, level: float = 95) -> dict[str, Any]:
    """The result of an outcome."""
    return synthesis_of(settings).analyse(
        "x", table(rows, settings["measure"]), settings, labels={}, level=level, subgroup_tau2="common", undecided={},
        kinds={}, seed=1,
    )  # fmt: skip


def drawn(names: list[str], trials: int, seed: int = 1) -> list[tuple]:
    """Trials of the first treatment against each other one, then of any two or three."""
    rng = np.random.default_rng(seed)
    base = rng.normal(-0.5, 0.4, len(names))
    rows = []
    for trial in range(trials):
        if trial < len(names) - 1:
            arms = [0, trial + 1]
        else:
            arms = list(rng.choice(len(names), min(len(names), int(rng.choice([2, 2, 3]))), replace=False))
        for arm in arms:
            total = int(rng.integers(40, 400))
            risk = 1 / (1 + np.exp(-(base[arm] + rng.normal(0, 0.2))))
            rows.append((f"Study {trial + 1}", names[arm], int(rng.binomial(total, risk)), total))
    return rows
