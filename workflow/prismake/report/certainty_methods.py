"""How the certainty of the evidence was judged, as a paragraph of the methods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prismake.core.measures import PROPORTIONS, WITHOUT_NULL
from prismake.core.numbers import percent
from prismake.protocol.outcome_names import DOSE_RESPONSE, NETWORK, WITHOUT_POOLING, kind_name

_NETWORKS = (
    "In networks, the estimate of each treatment against the reference was judged (Puhan et al., BMJ 2014;349:g5630; "
    "Brignardello-Petersen et al., J Clin Epidemiol 2018;93:36-44), studies counted by their share of the information "
    "in it (Jackson et al., Stat Methods Med Res 2017;26:2853-2868), and disagreement of direct and indirect evidence "
    "as inconsistency."
)
_CURVES = "Of dose–response curves, the effect at the highest reported dose against the reference dose was judged."
_VOTES = (
    "Outcomes that were not pooled were judged by the directions of effect and the number of people (Murad et al., "
    "Evid Based Med 2017;22:85-87)."
)
NOT_JUDGED = "The certainty of the evidence was not judged."
_GRADE = "GRADE (Guyatt et al., J Clin Epidemiol 2011;64:383-394)"
_PROGNOSIS = (
    "Evidence on how often an outcome occurs in one group started high (Iorio et al., BMJ 2015;350:h870; Foroutan et "
    "al., J Clin Epidemiol 2020;121:62-70)."
)


def certainty_methods(config: Mapping[str, Any], people: str) -> str:
    """The paragraph.

    Args:
        config: the protocol with its defaults filled in.
        people: the judges, as worded by ``prismake.report.selection.panel``.
    """
    certainty = config.get("certainty") or {}
    if not certainty.get("outcomes"):
        return NOT_JUDGED
    specs = {name: config["outcomes"][name] for name in certainty["outcomes"]}
    single, double = (percent(100 * share) for share in certainty["shares"])
    sentences = [
        f"The certainty of the evidence was judged for each outcome {people}, with {_GRADE}.",
        "Levels were proposed from the data, and people judged each domain and explained where they differed: for "
        f"risk of bias, from the share of weight of studies at high risk ({single} for one level, {double} for two) "
        "and whether the result changed without them; for inconsistency, from the prediction interval and studies "
        "that contradict each other, never from I² alone; for imprecision, from the interval against a "
        "threshold of the protocol.",
        _thresholds(certainty["outcomes"], specs),
        _NETWORKS if any(kind_name(spec) == NETWORK for spec in specs.values()) else "",
        _CURVES if any(kind_name(spec) == DOSE_RESPONSE for spec in specs.values()) else "",
        _VOTES if any(kind_name(spec) == WITHOUT_POOLING for spec in specs.values()) else "",
        _PROGNOSIS if any(spec["measure"] in WITHOUT_NULL for spec in specs.values()) else "",
    ]
    return " ".join(filter(None, sentences))


def _thresholds(settings: Mapping[str, Mapping[str, Any]], specs: Mapping[str, Mapping[str, Any]]) -> str:
    """``Differences of at least 15 % (relapse; neurotoxicity) counted as important.``"""
    groups: dict[str, list[str]] = {}
    for name, own in settings.items():
        if "threshold" in own:
            spec = specs[name]
            risk = spec["measure"] in (*PROPORTIONS, "RR", "OR", "RD", "GEN")
            size = f"{1000 * own['threshold']:g} in 1,000 people" if risk else f"{own['threshold']:g}"
            groups.setdefault(size, []).append(spec["title"] or name.replace("_", " "))
    if not groups:
        return ""
    words = "; ".join(f"{size} for {', '.join(names)}" for size, names in groups.items())
    return f"The smallest differences that matter were set in the protocol: {words}."
