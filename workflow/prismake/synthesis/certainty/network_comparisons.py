"""Networks of treatments in the table of certainty: a row for each treatment against the reference.

GRADE judges every comparison of a network: direct and indirect evidence first, then the estimate of both together, with
incoherence (the two disagree) as a further reason to rate down and intransitivity as a form of indirectness (Puhan et
al. 2014, BMJ 349:g5630; Brignardello-Petersen et al. 2018, J Clin Epidemiol 93:36-44). What is proposed here is for the
estimate of the network. Studies count by their share of the information in it (Jackson, White, Price, Copas and Riley
2017, Stat Methods Med Res 26:2853-2868), direct or not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from prismake.core.measures import RATIOS, measure_of
from prismake.core.names import STUDY_ID
from prismake.core.numbers import format_of, number, p_value, percent
from prismake.core.phrases import plural
from prismake.protocol.outcome_names import NETWORK, kind_name
from prismake.synthesis.certainty import levels
from prismake.synthesis.certainty.imprecision import Proposal
from prismake.synthesis.network.network_words import turned

_LEAST = 0.005  # percent of the information below which a study has no part in a comparison
INCOHERENT = 0.1  # p of direct against indirect evidence below which a level is proposed
FUNNEL = "Small-study effects in networks are judged by the comparison-adjusted funnel plot; no test was made."
Result = Mapping[str, Any]
Shares = tuple[float, float]


def by_comparison(
    results: Mapping[str, Result], settings: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Result], dict[str, Mapping[str, Any]]]:
    """Results and ``certainty.outcomes`` with an entry for each treatment but the reference in place of each network.

    They are called ``<outcome>.<treatment>``, and share the settings of the outcome. A network that was not fitted has
    none.
    """
    shown: dict[str, Result] = dict(results)
    asked: dict[str, Mapping[str, Any]] = {}
    for name, own in settings.items():
        if kind_name(results[name]) != NETWORK:
            asked[name] = own
            continue
        for key, result in _comparisons(results[name]):
            shown[f"{name}.{key}"] = result
            asked[f"{name}.{key}"] = own
    return shown, asked


def _comparisons(result: Result) -> Iterator[tuple[str, dict[str, Any]]]:
    used: set[str] = set()
    for row in result["network"]["against"]:
        slug = re.sub(r"[^a-z0-9]+", "_", row["treatment"].casefold()).strip("_") or "treatment"
        key = next(name for name in (slug, *(f"{slug}_{place}" for place in range(2, 1000))) if name not in used)
        used.add(key)
        yield key, _comparison(result, row, key)


def _comparison(result: Result, row: Result, key: str) -> dict[str, Any]:
    """One treatment against the reference in the form of a pairwise result."""
    own = result["network"]
    pair = [row["treatment"], own["reference"]]
    title = f"{result['title']}: {' v '.join(pair)}"
    evidence = next(entry for entry in own["league"] if set(entry["treatments"]) == set(pair))
    studies = [
        _study(study, row["weights"][study[STUDY_ID]], own["reference"])
        for study in result["studies"]
        if row["weights"].get(study[STUDY_ID], 0.0) >= _LEAST
    ]
    spread = own["heterogeneity"]["tau2"] if own["effects"] == "random" else 0.0
    one = {name: value for name, value in result.items() if name not in ("kind", "network", "pooled")}
    main = {**row[own["effects"]], "tau2": spread, "I2": None, "k": len(studies), "studies": len(studies)}
    show = format_of({**one, "studies": [main], "analyses": {}})
    size = f"a network of {plural(len(result['studies']), 'study', 'studies')}, {evidence['studies']} of them direct"
    without = own["without_high_risk"].get("rows", ())
    return one | {
        "outcome": f"{result['outcome']}.{key}",
        "title": title,
        "subject": result["title"],
        "sentence": f"{title}: {show.interval(main, result['level'])} in {size}.",
        "display": {**result["display"], "arms": pair},
        "studies": studies,
        "analyses": {"main": main},
        "bias": {"sentence": FUNNEL, "tests": {}},
        "comparison": {
            **{name: evidence[name] for name in ("studies", "share", "difference", "difference_p")},
            **{side: _oriented(evidence, side, pair[0], ratio=show.ratio) for side in ("direct", "indirect")},
            "interaction": own["designs"]["interaction"],
            "without": next((entry for entry in without if entry["treatment"] == row["treatment"]), None),
            "format": show,
        },
    }


def _oriented(evidence: Result, side: str, treatment: str, *, ratio: bool) -> dict[str, Any] | None:
    """Direct or indirect evidence on the treatment against the reference, whichever the league table has first."""
    values: dict[str, Any] | None = evidence[side]
    if values is None or evidence["treatments"][0] == treatment:
        return values
    return turned(values, ratio=ratio)


def _study(study: Result, weight: float, reference: str) -> dict[str, Any]:
    """A study with its share of the information; where it has the reference, its events for the baseline risk."""
    arm: Mapping[str, Any] = next(
        (arm for arm in study["arms"] if arm["treatments"] == [reference] and "total" in arm), {}
    )
    return {
        **{name: study[name] for name in (STUDY_ID, "label", "arm", "year", "appraisal")},
        "total": study["participants"],
        "events2": arm.get("events"),
        "total2": arm.get("total"),
        "weight_pct": weight,
    }


def _includes(row: Mapping[str, Any], null: float, interval: str = "ci") -> bool:
    low, high = row[f"{interval}_lb"], row[f"{interval}_ub"]
    return (low is None or low <= null) and (high is None or null <= high)


def _null(result: Result) -> float:
    return 1.0 if measure_of(result) in RATIOS else 0.0


def _risk_of_bias(result: Result, shares: Shares, question: str) -> Proposal:
    """The share of information from studies at high risk, and whether the network without them says the same."""
    judged = [(study.get("appraisal") or {}).get("high_risk") for study in result["studies"]]
    if all(high is None for high in judged):
        return Proposal("", "No study in this part of the network is judged on the whole.")
    unjudged = [study["label"] for study, high in zip(result["studies"], judged, strict=True) if high is None]
    share = sum(s["weight_pct"] for s, high in zip(result["studies"], judged, strict=True) if high) / 100.0
    words = f"{number(100 * share, 0)} % of the information comes from studies at high risk of bias or of low quality."
    words += f" Not judged on the whole: {', '.join(unjudged)}." if unjudged else ""
    single, double = shares
    if share < single:
        return Proposal("not serious", words)
    main, without, null = result["analyses"]["main"], result["comparison"]["without"], _null(result)
    if without is None:
        return Proposal("serious", f"{words} Without them the two treatments are not connected.")
    alike = (
        main["ci_lb"] <= without["estimate"] <= main["ci_ub"]
        and without["ci_lb"] <= main["estimate"] <= without["ci_ub"]
        and _includes(main, null) == _includes(without, null)
    )
    show = result["comparison"]["format"]
    words += f" The network gives {show.interval(main, result['level'])} with them and "
    words += f"{show.interval(without, result['level'])} without."
    return Proposal("not serious" if alike else "very serious" if share > double else "serious", words)


def _inconsistency(result: Result, shares: Shares, question: str) -> Proposal:
    """Heterogeneity by the prediction interval, and incoherence of direct and indirect evidence."""
    main, own, null = result["analyses"]["main"], result["comparison"], _null(result)
    show, level = own["format"], result["level"]
    steps, parts = 0, []
    if main.get("pi_lb") is None:
        parts.append("There is no prediction interval.")
    else:
        wide = _includes(main, null, "pi") and not _includes(main, null) and main["tau2"] > 0
        steps += wide
        how = "includes no effect, although the confidence interval does not"
        how = how if wide else "says the same of no effect as the confidence interval"
        parts.append(f"Heterogeneity: the prediction interval, {show.bounds(main, 'pi_lb', 'pi_ub')}, {how}.")
    if own["difference"]:
        apart = own["difference_p"] < INCOHERENT
        steps += apart
        sides = ", ".join(f"{side} {show.interval(own[side], level)}" for side in ("direct", "indirect"))
        parts.append(f"Incoherence: {sides}; they {'disagree' if apart else 'agree'} ({p_value(own['difference_p'])}).")
    else:
        which = "direct" if own["direct"] else "indirect"
        parts.append(f"Incoherence cannot be seen: all evidence is {which}.")
    if own["interaction"]["df"]:
        parts.append(f"Design-by-treatment interaction of the whole network: {p_value(own['interaction']['p'])}.")
    return Proposal(("not serious", "serious", "very serious")[steps], " ".join(parts))


def _indirectness(result: Result, shares: Shares, question: str) -> Proposal:
    own = result["comparison"]
    compared = f"{plural(own['studies'], 'study compares', 'studies compare')} the two"
    if not own["studies"]:
        words = "No study compares the two: the estimate is indirect."
    elif own["indirect"]:
        words = f"{compared}; {percent(100.0 * own['share'])} of the evidence is direct."
    else:
        words = f"{compared}; there is no indirect evidence."
    asked = f" The question: {question}" if question else ""
    return Proposal(
        "",
        f"{words} Compare the studies with the question, and where evidence is indirect, the populations of the "
        f"studies on its way: what changes the effect must be alike in them (transitivity).{asked}",
    )


# Proposals by domain, from a comparison, the shares of the protocol and the question of the review.
RULES: dict[str, Callable[[Result, Shares, str], Proposal]] = {
    levels.RISK_OF_BIAS: _risk_of_bias,
    levels.INCONSISTENCY: _inconsistency,
    levels.INDIRECTNESS: _indirectness,
}
