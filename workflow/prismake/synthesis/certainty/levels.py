"""The domains of GRADE, the words in which they are judged, and how judgements become one of four levels.

Sources: Guyatt 2011 (J Clin Epidemiol 64:383–394 and 64:401–406) for the levels and the five reasons to rate down;
Iorio 2015 (BMJ 350:h870) and Foroutan 2020 (J Clin Epidemiol 121:62–70) for event rates, which start high.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

START = "start"
RISK_OF_BIAS, INCONSISTENCY, INDIRECTNESS = "risk_of_bias", "inconsistency", "indirectness"
IMPRECISION, PUBLICATION_BIAS = "imprecision", "publication_bias"
LARGE_EFFECT, DOSE_RESPONSE, CONFOUNDING = "large_effect", "dose_response", "confounding"

HIGH, MODERATE, LOW, VERY_LOW = "high", "moderate", "low", "very low"
LEVELS = (VERY_LOW, LOW, MODERATE, HIGH)
SYMBOLS = dict(zip(LEVELS, ("⊕◯◯◯", "⊕⊕◯◯", "⊕⊕⊕◯", "⊕⊕⊕⊕"), strict=True))
MEANING = {
    HIGH: "We are very confident that the true value lies close to the estimate.",
    MODERATE: "We are moderately confident: the true value is probably close to the estimate, but it may be "
    "substantially different.",
    LOW: "Our confidence is limited: the true value may be substantially different from the estimate.",
    VERY_LOW: "We have very little confidence: the true value is likely to be substantially different from the "
    "estimate.",
}

_NOT, _SERIOUS, _VERY, _EXTREMELY = "not serious", "serious", "very serious", "extremely serious"


@dataclass(frozen=True)
class Domain:
    """One question of the sheet. ``steps``: by answer, the levels that it moves the certainty by."""

    name: str
    label: str
    steps: Mapping[str, int]
    question: str

    @property
    def answers(self) -> tuple[str, ...]:
        return tuple(self.steps)


_DOWN = {_NOT: 0, _SERIOUS: -1, _VERY: -2}
DOMAINS: dict[str, Domain] = {
    domain.name: domain
    for domain in (
        Domain(START, "Starting level", {HIGH: 0, LOW: -2}, "Which level does the body of evidence start from?"),
        Domain(RISK_OF_BIAS, "Risk of bias", _DOWN, "Do limitations of the studies lower confidence in the result?"),
        Domain(
            INCONSISTENCY, "Inconsistency", _DOWN, "Do the studies differ in a way that matters and is unexplained?"
        ),
        Domain(
            INDIRECTNESS,
            "Indirectness",
            _DOWN,
            "Do population, intervention, comparator or outcome of the studies differ from those of the question?",
        ),
        Domain(
            IMPRECISION,
            "Imprecision",
            {**_DOWN, _EXTREMELY: -3},
            "Does the interval include values that would lead to another conclusion, or is there little information?",
        ),
        Domain(
            PUBLICATION_BIAS,
            "Publication bias",
            {"undetected": 0, "strongly suspected": -1},
            "Is it likely that results are missing because of what they were?",
        ),
        Domain(LARGE_EFFECT, "Large effect", {"no": 0, "large": 1, "very large": 2}, "Is the effect large?"),
        Domain(DOSE_RESPONSE, "Dose–response gradient", {"no": 0, "yes": 1}, "Does the effect grow with the dose?"),
        Domain(
            CONFOUNDING,
            "Plausible confounding",
            {"no": 0, "yes": 1},
            "Would all plausible confounding have made the effect look smaller than it is?",
        ),
    )
}
RATING_DOWN = (RISK_OF_BIAS, INCONSISTENCY, INDIRECTNESS, IMPRECISION, PUBLICATION_BIAS)
RATING_UP = (LARGE_EFFECT, DOSE_RESPONSE, CONFOUNDING)


def asked_of(*, rated_up: bool) -> tuple[str, ...]:
    """The domains judged for an outcome, in order. ``rated_up``: whether there may be reasons to rate up."""
    return (START, *RATING_DOWN, *(RATING_UP if rated_up else ()))


def level(judgements: Mapping[str, str]) -> str:
    """The certainty that follows from the judgements by domain, or "" while one of them is missing.

    Reasons to rate up count only if the evidence starts low and nothing rates it down.
    """
    needed = [name for name in (START, *RATING_DOWN) if name not in judgements or not judgements[name]]
    if needed or any(not judgements[name] for name in RATING_UP if name in judgements):
        return ""
    down = sum(DOMAINS[name].steps[judgements[name]] for name in RATING_DOWN)
    steps = DOMAINS[START].steps[judgements[START]] + down
    if counts_up(judgements):
        steps += sum(DOMAINS[name].steps[judgements[name]] for name in RATING_UP if name in judgements)
    return LEVELS[min(max(len(LEVELS) - 1 + steps, 0), len(LEVELS) - 1)]


def counts_up(judgements: Mapping[str, str]) -> bool:
    """Whether reasons to rate up count: the evidence starts low, and no domain rates it down."""
    down = any(DOMAINS[name].steps.get(judgements.get(name, ""), 0) for name in RATING_DOWN)
    return judgements.get(START) == LOW and not down
