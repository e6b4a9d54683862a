"""Effect measures by the short names that R's metafor gives them: what they are called and how they are pooled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PROPORTIONS = frozenset({"PR", "PLN", "PLO", "PAS", "PFT"})
RATES = frozenset({"IR", "IRLN", "IRS", "IRFT"})
MEANS = frozenset({"MN", "MNLN"})
SPREADS = frozenset({"CVLN", "SDLN"})
RATIOS = frozenset({"RR", "OR", "PETO", "IRR", "HR", "ROM", "GENLN"})
WITHOUT_NULL = PROPORTIONS | RATES | MEANS | SPREADS  # single-group measures: they have no null value
NAMES = {
    **dict.fromkeys(PROPORTIONS, "proportion"),
    **dict.fromkeys(RATES, "incidence rate"),
    **dict.fromkeys(MEANS, "mean"),
    "CVLN": "coefficient of variation",
    "SDLN": "standard deviation",
    "RR": "risk ratio",
    "OR": "odds ratio",
    "PETO": "odds ratio (Peto)",
    "IRR": "incidence rate ratio",
    "HR": "hazard ratio",
    "ROM": "ratio of means",
    "GENLN": "ratio",
    "GEN": "effect",
    "RD": "risk difference",
    "AS": "difference of arcsine-transformed proportions",
    "MD": "mean difference",
    "SMD": "standardised mean difference",
    "SMDH": "standardised mean difference",
    "IRD": "difference of incidence rates",
    "IRSD": "difference of square roots of incidence rates",
    "ZCOR": "correlation",
    "COR": "correlation",
    "UCOR": "correlation",
}


def measure_of(result: Mapping[str, Any]) -> str:
    """The measure of a result; published ratios (``GEN`` with ``ratio_scale``) become GENLN, differences stay GEN."""
    measure = str(result["measure"])
    return "GENLN" if measure == "GEN" and result.get("ratio_scale") else measure


def measure_name(result: Mapping[str, Any]) -> str:
    """The name of the pooled estimate of a result: that given in the protocol, else that of the measure."""
    own = str((result.get("display") or {}).get("measure_name") or "")
    return own or NAMES.get(measure_of(result), "estimate")


def capitalised(name: str) -> str:
    """``Risk ratio``: the first letter as it stands at the beginning of a heading, the others untouched."""
    return name[:1].upper() + name[1:]
