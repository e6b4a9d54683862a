"""A dose-response curve in the table of certainty: its effect at the highest reported dose against the reference dose.

GRADE judges effects, and a curve has one for each dose. The protocol names the doses that are reported; the highest of
them is judged. Of a study, the group of its highest dose stands for it where studies are compared. Whether the
association itself is a dose-response gradient (Guyatt et al. 2011, J Clin Epidemiol 64:1311-1316) is shown and not
proposed: no rule for it has been published.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from prismake.core.measures import RATIOS
from prismake.core.names import STUDY_ID
from prismake.core.numbers import number, p_value
from prismake.protocol.outcome_names import DOSE_RESPONSE, kind_name
from prismake.synthesis.certainty import levels
from prismake.synthesis.certainty.imprecision import Proposal
from prismake.synthesis.dose_response.dose_words import at_dose, dose_format, exposure_of

NO_TEST = "No test of small-study effects was made for the curve."
Result = Mapping[str, Any]
Shares = tuple[float, float]


def at_highest_dose(
    results: Mapping[str, Result], settings: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Result], Mapping[str, Mapping[str, Any]]]:
    """Results with the effect at the highest reported dose in place of each curve; the settings stay as they are."""
    curves = [name for name, result in results.items() if kind_name(result) == DOSE_RESPONSE]
    return {**results, **{name: _contrast(results[name]) for name in curves}}, settings


def _contrast(result: Result) -> dict[str, Any]:
    """The highest reported dose against the reference in the form of a pairwise result."""
    own = result["dose_response"]
    one = {key: value for key, value in result.items() if key not in ("kind", "dose_response", "pooled")}
    one |= {"studies": [], "bias": {"sentence": NO_TEST, "tests": {}}}
    if not result["pooled"]:
        return one
    row = own["predictions"][-1]
    dose, start = at_dose(result, row["dose"]), at_dose(result, own["reference"])
    name = exposure_of(result)
    arms = [f"{dose} of {name}" if own["exposure"] else dose, start]
    title = f"{result['title']}: {dose} v {start}"
    studies = [_study(study, result) for study in result["studies"] if study["weight_pct"] is not None]
    main = {**row, "I2": own["heterogeneity"]["I2"], "k": own["k"], "studies": len(studies)}
    if own["method_used"] == "fixed":
        main |= {"pi_lb": None, "pi_ub": None}
    show = dose_format(result)
    return one | {
        "title": title,
        "subject": result["title"],
        "sentence": f"{title}: {show.interval(row, result['level'])} in {len(studies)} studies.",
        "display": {**result["display"], "arms": arms},
        "weighting": "REML",
        "studies": studies,
        "analyses": {"main": main},
        "format": show,
        "dose_contrast": {
            "predictions": own["predictions"],
            "without": own["without_high_risk"],
            "line": own["line"],
            "unit": own["unit"],
        },
    }


def _study(study: Result, result: Result) -> dict[str, Any]:
    """A study by the group of its highest dose against its reference group."""
    group = next(group for group in reversed(study["groups"]) if group["yi"] is not None)
    from prismake.pooling.distributions import critical

    back = math.exp if result["measure"] in RATIOS else float
    half = critical(result["level"]) * group["se"]
    limits = [back(group["yi"] + side) for side in (0.0, -half, half)]
    reference: Mapping[str, Any] = next((entry for entry in study["groups"] if entry["yi"] is None), {})
    people = result["measure"] == "RR" and study["design"] in ("", "cumulative_incidence")
    return {
        **{name: study[name] for name in (STUDY_ID, "label", "arm", "year", "appraisal", "weight_pct")},
        "total": study["participants"],
        "events2": reference.get("events") if people else None,
        "total2": reference.get("total") if people else None,
        **dict(zip(("estimate", "ci_lb", "ci_ub"), limits, strict=True)),
        "yi": group["yi"],
        "vi": group["se"] ** 2,
    }


def _risk_of_bias(result: Result, shares: Shares, question: str) -> Proposal:
    """The share of weight of studies at high risk, and whether the curve without them says the same."""
    judged = [(study.get("appraisal") or {}).get("high_risk") for study in result["studies"]]
    if all(high is None for high in judged):
        return Proposal("", "No pooled study is judged on the whole.")
    unjudged = [study["label"] for study, high in zip(result["studies"], judged, strict=True) if high is None]
    share = sum(s["weight_pct"] for s, high in zip(result["studies"], judged, strict=True) if high) / 100.0
    words = f"{number(100 * share, 0)} % of the weight comes from studies at high risk of bias or of low quality."
    words += f" Not judged on the whole: {', '.join(unjudged)}." if unjudged else ""
    single, double = shares
    if share < single:
        return Proposal("not serious", words)
    rows = (result["dose_contrast"]["without"] or {}).get("predictions") or []
    if not rows:
        return Proposal("serious", f"{words} Without them there is no curve.")
    main, other = result["analyses"]["main"], rows[-1]
    null = 1.0 if result["measure"] in RATIOS else 0.0
    alike = (
        main["ci_lb"] <= other["estimate"] <= main["ci_ub"]
        and other["ci_lb"] <= main["estimate"] <= other["ci_ub"]
        and (main["ci_lb"] <= null <= main["ci_ub"]) == (other["ci_lb"] <= null <= other["ci_ub"])
    )
    show, level = result["format"], result["level"]
    words += f" The curve gives {show.interval(main, level)} with them and {show.interval(other, level)} without."
    return Proposal("not serious" if alike else "very serious" if share > double else "serious", words)


def _gradient(result: Result, shares: Shares, question: str) -> Proposal:
    """How the effect changes over the reported doses."""
    own, show = result["dose_contrast"], result["format"]
    steps = ", ".join(
        f"{show.value(row['estimate'], row)} at {row['dose']:g} {own['unit']}".strip() for row in own["predictions"]
    )
    line = own["line"]
    trend = "" if line["error"] else f" Line through the studies: {p_value(line['p'])}."
    return Proposal("", f"Along the curve, the effect is {steps}.{trend} Judge whether it makes a cause more credible.")


# Proposals by domain, from a contrast, the shares of the protocol and the question of the review.
RULES: dict[str, Callable[[Result, Shares, str], Proposal]] = {
    levels.RISK_OF_BIAS: _risk_of_bias,
    levels.DOSE_RESPONSE: _gradient,
}
