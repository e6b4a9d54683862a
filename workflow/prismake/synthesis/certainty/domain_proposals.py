"""What the figures of an outcome suggest for each domain of GRADE, with the reason in words.

A proposal is a starting point for people, never a judgement. If no rule has been published, or if figures alone cannot
decide, nothing is proposed and the figures are shown. Sources:

- risk of bias: the share of weight of studies at high risk, and whether the result changes without them (convention;
  Guyatt 2011, J Clin Epidemiol 64:407–415, asks for both); the shares are keys of the protocol;
- inconsistency: position of estimates and prediction interval against a threshold rather than I² (Core GRADE 3, BMJ
  2025; for proportions, whose I² is high as a rule, Migliavaca 2022, Res Synth Methods 13:363–367);
- publication bias: tests only from ten studies on and where the measure has one (Cochrane Handbook 13.3.5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from prismake.core.measures import RATIOS, WITHOUT_NULL, measure_of
from prismake.core.names import STUDY_ID
from prismake.core.numbers import format_of, number, p_value
from prismake.core.phrases import plural
from prismake.protocol.instrument_choice import is_randomised
from prismake.synthesis.certainty import imprecision, levels
from prismake.synthesis.certainty.absolute import headline
from prismake.synthesis.certainty.accuracy_sides import START as ACCURACY_START
from prismake.synthesis.certainty.dose_contrast import RULES as CONTRAST_RULES
from prismake.synthesis.certainty.imprecision import Proposal
from prismake.synthesis.certainty.network_comparisons import RULES as COMPARISON_RULES
from prismake.synthesis.certainty.vote_counts import RULES as VOTE_RULES

_NO_SPREAD = (
    ". tau² is estimated as zero: the width of this interval comes from the number of studies and belongs to "
    "imprecision."
)

Result = Mapping[str, Any]
Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Evidence:
    """The evidence on which the proposals for one outcome rest.

    Attributes:
        result: ``pooling/<outcome>.json``.
        settings: ``certainty.outcomes.<outcome>`` of the protocol.
        shares: shares of weight at high risk from which one level and two levels are proposed.
        designs: design by study_id.
        judged_with: name of the instrument by study_id.
        question: the question of the review.
    """

    result: Result
    settings: Settings
    shares: tuple[float, float]
    designs: Mapping[str, str]
    judged_with: Mapping[str, str]
    question: str = ""

    @property
    def single_group(self) -> bool:
        """Whether the outcome is the rate or mean of a single group, so that there is no effect to rate."""
        return measure_of(self.result) in WITHOUT_NULL

    def randomised(self) -> list[bool | None]:
        """For each pooled study, whether its design is randomised; ``None`` if the name of the design does not say."""
        return [is_randomised(self.designs.get(study[STUDY_ID], "")) for study in _once(self.result["studies"])]

    @property
    def rated_up(self) -> bool:
        """Whether to ask for reasons to rate up: the effect rests on studies without randomisation."""
        return not self.single_group and any(randomised is not True for randomised in self.randomised())


def proposals(evidence: Evidence) -> dict[str, Proposal]:
    """A proposal for each domain that is judged for the outcome, in the order of the sheet."""
    result = evidence.result
    own = COMPARISON_RULES if result.get("comparison") else VOTE_RULES if result.get("votes") else {}
    own = CONTRAST_RULES if result.get("dose_contrast") else own
    return {
        name: own[name](result, evidence.shares, evidence.question) if name in own else _RULES[name](evidence)
        for name in levels.asked_of(rated_up=evidence.rated_up)
    }


def _once(studies: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Each study once, however many arms it has."""
    return list({study[STUDY_ID]: study for study in studies}.values())


def _start(evidence: Evidence) -> Proposal:
    if evidence.result.get("side"):
        return Proposal(levels.HIGH, ACCURACY_START)
    if evidence.single_group:
        return Proposal(
            levels.HIGH,
            "The outcome is how often or how much in one group. GRADE lets observational evidence on prognosis start "
            "high; reviews of prevalence follow the same rule.",
        )
    randomised = evidence.randomised()
    counted = f"{plural(sum(kind is True for kind in randomised), 'randomised study', 'randomised studies')} of "
    counted += f"{len(randomised)}"
    if all(kind is True for kind in randomised):
        return Proposal(levels.HIGH, f"{counted}: evidence on an effect from randomised trials starts high.")
    if any(kind is True for kind in randomised):
        return Proposal("", f"{counted}. Judge randomised and other studies apart, or decide which of them carry it.")
    tools = {evidence.judged_with.get(study[STUDY_ID], "") for study in _once(evidence.result["studies"])}
    if tools and all(name.startswith("robins") for name in tools):
        return Proposal(
            levels.HIGH,
            f"{counted}, all judged with ROBINS-I: the evidence starts high, and confounding counts as risk of bias.",
        )
    return Proposal(levels.LOW, f"{counted}: evidence on an effect without randomisation starts low.")


def _risk_of_bias(evidence: Evidence) -> Proposal:
    result = evidence.result
    studies = result["studies"]
    judged = [(study.get("appraisal") or {}).get("high_risk") for study in studies]
    weights = [study["weight_pct"] if study["weight_pct"] is not None else 100.0 / len(studies) for study in studies]
    share = sum(weight for weight, high in zip(weights, judged, strict=True) if high) / 100.0
    open_labels = list(
        dict.fromkeys(study["label"] for study, high in zip(studies, judged, strict=True) if high is None)
    )
    unjudged = f" Not judged on the whole: {', '.join(open_labels)}." if open_labels else ""
    words = f"{number(100 * share, 0)} % of the weight comes from studies at high risk of bias or of low quality."
    if len(open_labels) == len(_once(studies)):
        return Proposal("", "No pooled study is judged on the whole." if not studies else unjudged.strip())
    single, double = evidence.shares
    if share < single:
        return Proposal(_steps(levels.RISK_OF_BIAS, 0), words + unjudged)
    without, alike = _without(result, judged)
    if alike is None:
        return Proposal(_steps(levels.RISK_OF_BIAS, -1), f"{words} {without}{unjudged}")
    step = 0 if alike else -2 if share > double else -1
    return Proposal(_steps(levels.RISK_OF_BIAS, step), f"{words} {without}{unjudged}")


def _without(result: Result, judged: Sequence[bool | None]) -> tuple[str, bool | None]:
    """The estimate without studies at high risk, in words, and whether it is similar; ``None`` if there is none.

    Both are inverse-variance estimates on the scale of the analysis. They are similar if each lies within the interval
    of the other and, for an effect, both intervals agree on whether they include no effect.
    """
    import numpy as np

    from prismake.pooling import back_transform, pool

    kept = np.array([not high for high in judged])
    if kept.sum() < 2:
        return f"{plural(int(kept.sum()), 'study')} would be left without them, so that nothing can be compared.", None
    yi, vi = (np.array([study[name] for study in result["studies"]], dtype=float) for name in ("yi", "vi"))
    every, rest = (pool(yi[part], vi[part], result["weighting"], "z") for part in (kept | True, kept))
    alike = every.ci_lb <= rest.beta <= every.ci_ub and rest.ci_lb <= every.beta <= rest.ci_ub
    measure = measure_of(result)
    if measure not in WITHOUT_NULL:
        alike = alike and (every.ci_lb <= 0.0 <= every.ci_ub) == (rest.ci_lb <= 0.0 <= rest.ci_ub)
    sizes = np.array([study.get("total") or study.get("time") or 1 for study in result["studies"]], dtype=float)
    shown = []
    for fitted, part in ((every, kept | True), (rest, kept)):
        ends = np.array([fitted.beta, fitted.ci_lb, fitted.ci_ub])
        size = np.array([len(sizes[part]) / np.sum(1.0 / sizes[part])]) if measure in ("PFT", "IRFT") else None
        middle, low, high = (float(end) for end in back_transform(measure, ends, ni=size))
        row = {"estimate": middle, "ci_lb": low, "ci_ub": high}
        shown.append(format_of(result).interval(row, 95))
    return f"By inverse variance the estimate is {shown[0]} with them and {shown[1]} without.", bool(alike)


def _inconsistency(evidence: Evidence) -> Proposal:
    result, main = evidence.result, headline(evidence.result)
    studies = len(_once(result["studies"]))
    if main is None:
        return Proposal("", "There is no estimate.")
    if studies == 1:
        return Proposal(_steps(levels.INCONSISTENCY, 0), "There is one study, so that nothing can differ from it.")
    show = format_of(result)
    i2 = "" if main.get("I2") is None else f" I² is {number(main['I2'], 0)} %, which decides nothing by itself."
    if main.get("pi_lb") is None:
        return Proposal(
            "", f"There is no prediction interval with {plural(studies, 'study')}: compare the estimates by eye.{i2}"
        )
    interval = f"The prediction interval is {show.bounds(main, 'pi_lb', 'pi_ub')} around {show.value(main['estimate'])}"
    threshold = evidence.settings.get("threshold")
    if evidence.single_group:
        if threshold is None:
            return Proposal(
                "", f"{interval}; the protocol has no threshold that says from which difference on it matters.{i2}"
            )
        reach = max(main["pi_ub"] - main["estimate"], main["estimate"] - main["pi_lb"])
        if reach > threshold and main["tau2"] == 0:
            return Proposal(_steps(levels.INCONSISTENCY, 0), f"{interval}{_NO_SPREAD}{i2}")
        steps = 0 if reach <= threshold else -1 if reach <= 2 * threshold else -2
        word = ("stays within", "reaches beyond", "reaches beyond twice")[-steps]
        return Proposal(
            _steps(levels.INCONSISTENCY, steps),
            f"{interval}; it {word} the threshold of {show.value(threshold)} on either side of it.{i2}",
        )
    return _against_null(evidence, interval, i2)


def _against_null(evidence: Evidence, interval: str, i2: str) -> Proposal:
    """Two groups: whether the prediction interval crosses what the confidence interval does not, and studies that
    contradict each other."""
    result, main = evidence.result, evidence.result["analyses"]["main"]
    null = 1.0 if measure_of(result) in RATIOS else 0.0
    inside = main["ci_lb"] <= null <= main["ci_ub"]
    predicted = main["pi_lb"] <= null <= main["pi_ub"]
    tau2 = main["tau2"]
    studies = result["studies"]
    apart = [
        (first["label"], second["label"])
        for first, second in combinations(studies, 2)
        if (first["ci_ub"] < second["ci_lb"] and first["estimate"] < null < second["estimate"])
        or (second["ci_ub"] < first["ci_lb"] and second["estimate"] < null < first["estimate"])
    ]
    if apart:
        pair = " and ".join(apart[0])
        words = f"{interval}. {pair} lie on opposite sides of no effect, and their intervals do not meet.{i2}"
        return Proposal(_steps(levels.INCONSISTENCY, -2 if len(apart) > 2 else -1), words)
    if predicted and not inside and tau2 == 0:
        return Proposal(_steps(levels.INCONSISTENCY, 0), f"{interval}{_NO_SPREAD}{i2}")
    if predicted and not inside:
        words = f"{interval}: it includes no effect, although the confidence interval does not.{i2}"
        return Proposal(_steps(levels.INCONSISTENCY, -1), words)
    return Proposal(_steps(levels.INCONSISTENCY, 0), f"{interval}. No two studies contradict each other.{i2}")


def _indirectness(evidence: Evidence) -> Proposal:
    asked = f" The question: {evidence.question}" if evidence.question else ""
    return Proposal("", f"Nothing can be computed here. Compare the studies with the question of the review.{asked}")


def _publication_bias(evidence: Evidence) -> Proposal:
    tests = [test for test in evidence.result["bias"]["tests"].values() if test.get("pval") is not None]
    if not tests:
        return Proposal("", f"Not assessed by a test. {evidence.result['bias']['sentence']}")
    shown = "; ".join(f"{test['name']}: {p_value(test['pval'])}" for test in tests)
    if all(test["pval"] >= 0.1 for test in tests):
        return Proposal("undetected", f"No asymmetry was found ({shown}).")
    return Proposal(
        "",
        f"The funnel plot is asymmetric ({shown}). Suspect missing results where small studies were paid for by "
        "industry, or registered studies remain unpublished; asymmetry has other causes too.",
    )


def _large_effect(evidence: Evidence) -> Proposal:
    main = headline(evidence.result)
    if measure_of(evidence.result) not in RATIOS or not main or not main["estimate"]:
        return Proposal("", "The measure is no ratio: judge by its size.")
    ratio = max(main["estimate"], 1.0 / main["estimate"])
    size = "very large" if ratio > 5 else "large" if ratio > 2 else "no"
    shown = format_of(evidence.result).value(main["estimate"], main)
    return Proposal(size, f"The ratio is {shown}; beyond 2 or 0.5 counts as large, beyond 5 or 0.2 as very large.")


def _not_computed(evidence: Evidence) -> Proposal:
    return Proposal("", "Nothing can be computed here.")


def _steps(domain: str, steps: int) -> str:
    """The answer of a domain that moves the certainty by this many levels."""
    return next(word for word, moved in levels.DOMAINS[domain].steps.items() if moved == steps)


_RULES: dict[str, Callable[[Evidence], Proposal]] = {
    levels.START: _start,
    levels.RISK_OF_BIAS: _risk_of_bias,
    levels.INCONSISTENCY: _inconsistency,
    levels.INDIRECTNESS: _indirectness,
    levels.IMPRECISION: lambda evidence: imprecision.proposal(evidence.result, evidence.settings),
    levels.PUBLICATION_BIAS: _publication_bias,
    levels.LARGE_EFFECT: _large_effect,
    levels.DOSE_RESPONSE: _not_computed,
    levels.CONFOUNDING: _not_computed,
}
