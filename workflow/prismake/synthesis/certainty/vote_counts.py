"""Outcomes without pooling in the table of certainty: the proportion of studies on one side in place of an effect.

GRADE can be applied without a pooled estimate (Murad, Mustafa, Schünemann, Sultan and Santesso 2017, Evid Based Med
22:85-87): risk of bias over all studies, consistency of directions and sizes, and imprecision by the number of people
and the intervals of the largest studies. A rule for consistency of votes has not been published, so that figures alone
are shown for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from prismake.core.numbers import Format, count, number
from prismake.core.phrases import plural
from prismake.protocol.outcome_names import WITHOUT_POOLING, kind_name
from prismake.synthesis.certainty import levels
from prismake.synthesis.certainty.imprecision import PEOPLE, Proposal, participants
from prismake.synthesis.certainty.levels import HIGH, LOW, MODERATE, VERY_LOW
from prismake.synthesis.unpooled.unpooled_words import share

NO_TEST = "Tests of small-study effects need effects with their precision; none was made."
_LIES = {HIGH: "lies", MODERATE: "probably lies", LOW: "may lie"}
Result = Mapping[str, Any]
Shares = tuple[float, float]


def by_votes(
    results: Mapping[str, Result], settings: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Result], Mapping[str, Mapping[str, Any]]]:
    """Results in which outcomes without pooling have the form of a pairwise one; the settings stay as they are."""
    shown = {
        name: _counted(result) if kind_name(result) == WITHOUT_POOLING else result for name, result in results.items()
    }
    return shown, settings


def _counted(result: Result) -> dict[str, Any]:
    own = result["without_pooling"]
    votes = own["votes"]
    main = {}
    if votes:
        main = {key: votes[name] for key, name in (("estimate", "proportion"), ("ci_lb", "ci_lb"), ("ci_ub", "ci_ub"))}
        main |= {"tau2": None, "I2": None, "k": votes["n"], "studies": votes["n"]}
    one = {key: value for key, value in result.items() if key not in ("kind", "without_pooling", "pooled")}
    return one | {
        "measure": "GEN",
        "ratio_scale": False,
        "format": Format(2),
        "display": {**result["display"], "measure_name": f"studies on the side “{own['towards']}”,"},
        "studies": [{**row, "arm": "", "total": row["people"], "weight_pct": None} for row in own["by_study"]],
        "analyses": {"main": main} if main else {},
        "bias": {"sentence": NO_TEST, "tests": {}},
        "votes": {"towards": own["towards"], "all": votes, "without_high_risk": own["without_high_risk"]},
    }


def _risk_of_bias(result: Result, shares: Shares, question: str) -> Proposal:
    """The share of studies at high risk, and whether the majority stays on its side without them."""
    judged = [(study["appraisal"] or {}).get("high_risk") for study in result["studies"]]
    if all(high is None for high in judged):
        return Proposal("", "No study is judged on the whole.")
    high = sum(bool(risk) for risk in judged)
    words = f"{high} of {plural(len(judged), 'study', 'studies')} are at high risk of bias or of low quality."
    unjudged = [study["label"] for study, risk in zip(result["studies"], judged, strict=True) if risk is None]
    words += f" Not judged on the whole: {', '.join(unjudged)}." if unjudged else ""
    single, double = shares
    if high / len(judged) < single:
        return Proposal("not serious", words)
    votes, rest = result["votes"]["all"], (result["votes"]["without_high_risk"] or {}).get("votes")
    if rest is None:
        return Proposal("serious", f"{words} Without them no study has a vote.")
    words += f" {share(votes)} of the votes are on one side with them and {share(rest)} without."
    alike = votes["ci_lb"] <= rest["proportion"] <= votes["ci_ub"] and (
        (votes["proportion"] - 0.5) * (rest["proportion"] - 0.5) >= 0
    )
    return Proposal("not serious" if alike else "very serious" if high / len(judged) > double else "serious", words)


def _inconsistency(result: Result, shares: Shares, question: str) -> Proposal:
    votes = result["votes"]["all"]
    return Proposal(
        "",
        f"{votes['favourable']} studies lie on the side “{result['votes']['towards']}” and {votes['unfavourable']} on "
        "the other. Compare the sizes of the effects where they are reported; for votes alone no rule is published.",
    )


def _imprecision(result: Result, shares: Shares, question: str) -> Proposal:
    people = participants(result)
    if people is None:
        return Proposal("", "Not every study reports its number of people.")
    words = f"The studies have {count(people)} people; the rule of thumb asks for {number(PEOPLE, 0)}"
    if people < PEOPLE:
        return Proposal("serious", f"{words} (Murad et al. 2017).")
    return Proposal("", f"{words}. See whether the intervals of the largest studies include no effect.")


# Proposals by domain, from a counted outcome, the shares of the protocol and the question of the review.
RULES: dict[str, Callable[[Result, Shares, str], Proposal]] = {
    levels.RISK_OF_BIAS: _risk_of_bias,
    levels.INCONSISTENCY: _inconsistency,
    levels.IMPRECISION: _imprecision,
    levels.LARGE_EFFECT: lambda *_: Proposal("no", "The size of the effect was not estimated."),
}


def vote_statement(result: Result, certainty: str) -> str:
    """“The effect probably lies on the side “Favours training” (10 of 12 studies); its size was not estimated.”"""
    votes, towards = result["votes"]["all"], result["votes"]["towards"]
    of = f"{votes['favourable']} of {votes['n']} studies on the side “{towards}”"
    if certainty == VERY_LOW or votes["ci_lb"] <= 0.5 <= votes["ci_ub"]:
        start = "The evidence is very uncertain about" if certainty == VERY_LOW else "The studies do not show"
        return f"{start} the direction of the effect ({of}); its size was not estimated."
    side = f"on the side “{towards}”" if votes["proportion"] > 0.5 else f"not on the side “{towards}”"
    return f"The effect {_LIES[certainty]} {side} ({of}); its size was not estimated."
