"""Invented dose-response outcomes for the tests of extraction, synthesis, figures and report."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from prismake.protocol.dose_outcomes import PARTS
from prismake.protocol.schema import with_defaults
from prismake.synthesis.syntheses import synthesis_of

Row = tuple[Any, ...]  # study, dose as printed, and the numbers of the group in the order of its parts

# Alcohol and breast cancer, Rohan & McMichael 1988, and five invented case-control studies like it.
COFFEE: list[Row] = [
    ("Rohan 1988", "0", 165, 337, 1, "", ""),
    ("Rohan 1988", "<2.5", 74, 167, 0.80, 0.51, 1.27),
    ("Rohan 1988", "2.5–9.3", 90, 186, 1.16, 0.73, 1.85),
    ("Rohan 1988", ">9.3", 122, 212, 1.57, 0.99, 2.51),
    ("Amber 1990", "0", 120, 300, 1, "", ""),
    ("Amber 1990", "5", 96, 214, 1.15, 0.80, 1.66),
    ("Amber 1990", "15", 110, 225, 1.38, 0.96, 1.99),
    ("Basil 1991", "0 g/day", 201, 441, 1, "", ""),
    ("Basil 1991", "1-10", 160, 330, 1.10, 0.82, 1.47),
    ("Basil 1991", "10-20", 121, 228, 1.37, 0.98, 1.91),
    ("Basil 1991", "≥20", 66, 110, 1.77, 1.15, 2.73),
    ("Cedar 1992", "none", 88, 190, 1, "", ""),
    ("Cedar 1992", "12", 75, 141, 1.29, 0.83, 2.00),
    ("Dahlia 1993", "0", 140, 310, 1, "", ""),
    ("Dahlia 1993", "4", 77, 168, 1.01, 0.69, 1.48),
    ("Dahlia 1993", "10", 92, 181, 1.22, 0.84, 1.77),
    ("Dahlia 1993", "25", 71, 121, 1.69, 1.10, 2.60),
    ("Elder 1994", "0", 99, 231, 1, "", ""),
    ("Elder 1994", "6", 81, 171, 1.18, 0.79, 1.76),
    ("Elder 1994", "18", 84, 148, 1.71, 1.12, 2.61),
]
SETTINGS = {"exposure": "alcohol", "unit": "g/day", "increment": 10, "doses": [5, 10, 20]}


def spec(measure: str = "OR", *, own: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """``outcomes.<name>`` with defaults."""
    outcome = {"title": "Breast cancer", "kind": "dose_response", "measure": measure, **more}
    outcome |= {"dose_response": {**SETTINGS, **(own or {})}, "columns": {part: part for part in PARTS[measure]}}
    return with_defaults({"title": "t", "question": "q", "outcomes": {"x": outcome}})["outcomes"]["x"]


def table(rows: list[Row], measure: str = "OR", **more: str) -> pd.DataFrame:
    """Rows of ``extraction/outcomes.csv``."""
    names = (*("year", "outcome", "status", "remark", "settled_by", "source", "how"),)
    plain = dict.fromkeys(names, "") | {"outcome": "x", "status": "used", "settled_by": "agreement", **more}
    records = [
        {
            "study_id": f"id of {study}",
            "arm": dose,
            "label": f"{study}, {dose}",
            **dict(zip(PARTS[measure], map(str, (dose, *numbers)), strict=True)),
            **plain,
        }
        for study, dose, *numbers in rows
    ]
    return pd.DataFrame(records, dtype=str)


def analysed(rows: list[Row], settings: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The result of an outcome."""
    return synthesis_of(settings).analyse(
        "x", table(rows, settings["measure"]), settings, labels={}, level=95, subgroup_tau2="common", undecided={},
        kinds={}, seed=1, **more,
    )  # fmt: skip


def drawn(k: int, seed: int = 1, measure: str = "OR") -> list[Row]:
    """Groups of ``k`` invented studies, with means for MD."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for i in range(k):
        n = int(rng.integers(3, 6))
        doses = np.round(np.concatenate(([0.0], np.sort(rng.uniform(1, 40, n - 1)))), 1)
        slope = rng.normal(0.02, 0.006)
        for j, dose in enumerate(doses):
            effect = slope * dose - 0.0002 * dose**2
            if measure == "MD":
                rows.append((f"Study {i + 1}", f"{dose:g}", round(-10 * effect + rng.normal(0, 0.4), 2), 9.5, 60))
                continue
            total = int(rng.integers(150, 400))
            cases = int(total / (1 + np.exp(0.4 - effect)))
            se = 0.16 + 0.05 * rng.random()
            y = effect + rng.normal(0, 0.08)
            limits = (1, "", "") if j == 0 else tuple(round(float(np.exp(y + z * se)), 2) for z in (0, -1.96, 1.96))
            rows.append((f"Study {i + 1}", f"{dose:g}", cases, total, *limits))
    return rows
