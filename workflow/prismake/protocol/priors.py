"""The prior of tau that an outcome names for its Bayesian analysis, checked before anything runs.

The words of the empirical priors are those of ``prismake.pooling.priors``; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

TURNER = (
    (
        *("all-cause mortality", "obstetric", "cause-specific mortality or major morbidity", "resource use or process"),
        *("surgical or device success", "withdrawals", "internal or structure-related", "general physical health"),
        *("adverse events", "infection or new disease", "signs or symptoms", "pain", "quality of life or functioning"),
        *("mental health", "biological markers", "subjective, various"),
    ),
    (
        *("pharmacological v placebo or control", "pharmacological v pharmacological"),
        *("non-pharmacological v placebo or control", "non-pharmacological v pharmacological"),
        "non-pharmacological v non-pharmacological",
    ),
)
RHODES = (
    (
        *("obstetric", "resource use or process", "internal or structure-related"),
        *("general health, adverse events, pain or quality of life", "signs or symptoms, infection or new disease"),
        *("mental health", "biological marker", "subjective, various"),
    ),
    ("pharmacological v placebo or control", "pharmacological v pharmacological", "non-pharmacological"),
)
EMPIRICAL = {"turner": TURNER, "rhodes": RHODES}
IN_DOUBT = ("mental health", "non-pharmacological")  # a figure of Rhodes' table that is not given (see pooling.priors)
FORMS = ("log_normal", "log_t")  # with a location, and a scale that has no usual value
FORMS_KEYS = ("location", "scale")
SCALED = ("half_normal", "half_cauchy")
SCALE = 0.5  # of these two on logarithmic and standardised scales (Friede et al. 2017)
SOURCES = {
    "turner": "Turner et al., Stat Med 2015;34:984-998",
    "rhodes": "Rhodes et al., J Clin Epidemiol 2015;68:52-60",
}
LOG_OR = "log odds ratios (OR, or GEN with ratio_scale: true)"
STANDARDISED = "standardised mean differences (SMD, or GEN with ratio_scale: false)"


def prior_problems(path: str, spec: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with ``outcomes.<outcome>.prior``; ``path`` leads to the outcome."""
    prior = spec["prior"]
    kind = prior.get("kind", "half_normal")
    path = f"{path}.prior"
    if kind in EMPIRICAL:
        yield from _empirical_problems(path, kind, prior, spec)
    for key in FORMS_KEYS:
        if key in prior and key not in _keys(kind):
            yield f"'{path}.{key}' has no meaning for {kind}. Take it out."
    for key in ("outcome", "comparison"):
        if prior.get(key) and kind not in EMPIRICAL:
            yield f"'{path}.{key}' has no meaning for {kind}; it belongs to turner and rhodes. Take it out."
    if kind in FORMS:
        for key in (key for key in FORMS_KEYS if key not in prior):
            yield f"'{path}.{key}' is missing, and {kind} needs it: it is that of log tau²."


def _keys(kind: str) -> tuple[str, ...]:
    return FORMS_KEYS if kind in FORMS else ("scale",) if kind in SCALED else ()


def _empirical_problems(path: str, kind: str, prior: Mapping[str, Any], spec: Mapping[str, Any]) -> Iterator[str]:
    outcomes, comparisons = EMPIRICAL[kind]
    published = spec["measure"] == "GEN" and spec["ratio_scale"] == (kind == "turner")
    if spec["measure"] != ("OR" if kind == "turner" else "SMD") and not published:
        fits = LOG_OR if kind == "turner" else STANDARDISED
        yield f"'{path}.kind' is {kind}, which was found for {fits}; {spec['measure']} is none. Use half_normal."
    named = prior.get("outcome", ""), prior.get("comparison", "")
    if not any(named):
        return
    for key, word, words in zip(("outcome", "comparison"), named, (outcomes, comparisons), strict=True):
        if not word:
            yield f"'{path}.{key}' is empty, and {kind} needs both outcome and comparison, or neither."
        elif word not in words:
            yield f"'{path}.{key}' is {word!r}. Allowed for {kind}: {'; '.join(words)}."
    if kind == "rhodes" and named == IN_DOUBT:
        yield (
            f"'{path}' names mental health and non-pharmacological, whose printed figure is in doubt and not given "
            "here. Read it in table 3 of Rhodes et al. 2015 and write it as log_t with location and scale."
        )


def prior_text(prior: Mapping[str, Any]) -> str:
    """The prior in words with its source, for sentences and for the methods."""
    kind = prior.get("kind", "half_normal")
    name = {"half_normal": "half-normal", "half_cauchy": "half-Cauchy"}.get(kind, "")
    if kind in SCALED:
        usual = kind == "half_normal" and "scale" not in prior
        source = " (Friede et al., Res Synth Methods 2017;8:79-91)" if usual else ""
        return f"{name} prior of tau with scale {prior.get('scale', SCALE):g}{source}"
    if kind == "uniform":
        return "uniform prior of tau"
    if kind in FORMS:
        form = "log-normal prior" if kind == "log_normal" else "log-t prior (5 degrees of freedom)"
        return f"{form} of tau² with location {prior['location']:g} and scale {prior['scale']:g}"
    source = SOURCES[kind]
    setting = f"for {prior['outcome']}, {prior['comparison']}" if prior.get("outcome") else "for a setting in general"
    return f"empirical prior of tau² {setting} ({source})"
