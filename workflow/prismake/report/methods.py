"""The methods section of a manuscript, written from the protocol and ready to be edited.

The order follows the PRISMA 2020 checklist, items 5 to 15, and PRISMA-S for the searches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prismake.core.labels import join
from prismake.core.names import APPRAISAL, CERTAINTY, DUPLICATES, EXTRACTION
from prismake.core.notes import PREDICTION
from prismake.protocol.measure_parts import MODELS as POOLED_BY
from prismake.protocol.priors import prior_text
from prismake.report.appraisal_methods import appraisal_methods
from prismake.report.certainty_methods import certainty_methods
from prismake.report.data_items import data_items, effect_measures, eligibility, studies_of_syntheses
from prismake.report.reporting import methods_of_kinds, reporting_of
from prismake.report.selection import panel, selection

MODELS = {
    "glmm": "a binomial–normal generalised linear mixed model on the logit scale",
    "inverse_variance": "a random-effects model with inverse-variance weights",
    "mantel_haenszel": "the Mantel–Haenszel method",
    "peto": "Peto's method",
    "exact_conditional": "a conditional generalised linear mixed model (exact likelihood)",
    "conditional": "a conditional generalised linear mixed model (approximate likelihood)",
    "fixed_study": "a generalised linear mixed model with fixed study effects",
    "random_study": "a generalised linear mixed model with random study effects",
    "beta_binomial": "a beta–binomial model",
}
SCALES = {
    "PLO": "proportions",
    "PR": "untransformed proportions",
    "PLN": "log-transformed proportions",
    "PAS": "arcsine-transformed proportions",
    "PFT": "Freeman–Tukey transformed proportions, whose back-transformation depends on the sample size chosen "
    "(Schwarzer et al., Res Synth Methods 2019;10:476-483)",
    "RR": "risk ratios",
    "OR": "odds ratios",
    "RD": "risk differences",
    "AS": "differences of arcsine-transformed proportions",
    "MD": "mean differences",
    "SMD": "standardised mean differences",
    "SMDH": "standardised mean differences with unequal variances (Bonett, Psychol Methods 2009;14:225-238)",
    "ROM": "ratios of means",
    "IRLN": "rates",
    "IR": "untransformed rates",
    "IRS": "square roots of rates",
    "IRFT": "Freeman–Tukey transformed rates",
    "IRSD": "differences of square roots of rates",
    "MN": "means",
    "MNLN": "log-transformed means",
    "CVLN": "log-transformed coefficients of variation",
    "SDLN": "log-transformed standard deviations",
    "IRR": "rate ratios",
    "IRD": "rate differences",
    "ZCOR": "correlations, as Fisher's z",
    "COR": "untransformed correlations",
    "UCOR": "correlations corrected for bias (Olkin and Pratt, Ann Math Stat 1958;29:201-211)",
    "GEN": "published effects with their intervals",
}
SENSITIVITY = {
    "leave_one_out": "each study left out in turn",
    "cumulative": "cumulative meta-analysis by year of publication",
    "gosh": "every subset of studies (Olkin et al., Res Synth Methods 2012;3:214-223)",
    "influence": "deletion diagnostics (Viechtbauer and Cheung, Res Synth Methods 2010;1:112-125)",
    "baujat": "contributions of each study to heterogeneity and to the result (Baujat et al., Stat Med "
    "2002;21:2641-2652)",
    "trim_and_fill": "trim and fill (Duval and Tweedie, Biometrics 2000;56:455-463; estimator L0)",
    "fixed_effect": "a common-effect model",
    "without_converted": "without studies whose numbers were converted",
    "lower_correlation": "with assumed correlations 0.2 lower",
    "higher_correlation": "with assumed correlations 0.2 higher",
    "without_high_risk": "without studies at high risk of bias or of low quality",
    "failsafe_n": "fail-safe numbers of Rosenthal and Rosenberg",
    "freeman_tukey": "the Freeman–Tukey scale",
    "arcsine": "the arcsine scale",
    "bayesian": "a Bayesian random-effects model",
    "selection_model": "a step-function selection model (Vevea and Hedges, Psychometrika 1995;60:419-435)",
    "permutation": "permutation tests (Higgins and Thompson, Stat Med 2004;23:1663-1682)",
    "jointly": "a multivariate model of outcomes that are reported together (van Houwelingen et al., Stat Med "
    "2002;21:589-624; Jackson et al., Stat Med 2011;30:2481-2498)",
    "three_level": "a three-level model with cluster-robust standard errors (CR2; Pustejovsky and Tipton, J Bus Econ "
    "Stat 2018;36:672-683)",
}
TESTS = {"knha": "Hartung–Knapp intervals", "z": "Wald intervals"}
ADHOC = {
    "cochrane": "Where tau² was estimated as zero, or only two studies were pooled, a Wald-type interval was used "
    "instead of the Hartung–Knapp interval, as Cochrane advises.",
    "none": "Hartung–Knapp intervals were used without modification, even where they were narrower than Wald-type "
    "intervals.",
    "se": "Hartung–Knapp standard errors were not allowed to fall below the classic ones (Knapp and Hartung, Stat Med "
    "2003;22:2693-2710).",
    "ci": "Where the Hartung–Knapp interval was narrower than the Wald-type interval, the latter was used (Jackson et "
    "al., Stat Med 2017;36:3923-3934).",
    "iqwig6": "Where the Hartung–Knapp interval was narrower than the DerSimonian–Laird interval, its standard error "
    "was not allowed to fall below the classic one (IQWiG General Methods 6.0).",
}
SOURCES = {
    "hts": " (Higgins et al., J R Stat Soc A 2009;172:137-159)",
    "riley": " (Partlett and Riley, Stat Med 2017;36:301-317)",
    "v": " (Veroniki et al., Res Synth Methods 2019;10:23-43)",
    "cd": " (after Nagashima et al., Stat Methods Med Res 2019;28:1689-1702)",
}
RARE = (
    "Studies without events in either arm were counted but did not contribute to ratios; in inverse-variance analyses, "
    "0.5 was added to all cells of studies without events in one arm. "
    "The model suggested by the sparsity of the data is reported as well."
)


def paragraphs(
    config: Mapping[str, Any],
    searches: Sequence[Mapping[str, Any]],
    instruments: Mapping[str, Mapping[str, str]],
    versions: Mapping[str, str],
    stages: Sequence[Mapping[str, Any]] = (),
    strategies: str = "under Searches",
) -> list[dict[str, str]]:
    """Paragraphs as {"title", "text"}.

    Args:
        config: the protocol with its defaults filled in.
        searches: the search logs.
        instruments: title by name of each instrument, as {"nos_cohort": {"title": ...}}.
        versions: version by name of the software.
        stages: the contents of ``<stage>/status.json``.
        strategies: where the reader finds the queries.
    """
    texts = {
        "Registration and protocol": config.get("registration", ""),
        "Eligibility criteria": eligibility(config),
        "Information sources and search": _searches(searches, strategies),
        "Duplicates": _duplicates(config, stages),
        "Selection": selection(config, stages),
        "Data collection": _extraction(config, stages),
        "Data items": data_items(config),
        "Risk of bias": appraisal_methods(config, instruments, panel(config, APPRAISAL, stages)),
        "Effect measures": effect_measures(config),
        "Synthesis": f"{studies_of_syntheses(config)} {_synthesis(config)}".strip(),
        "Certainty of the evidence": certainty_methods(config, panel(config, CERTAINTY, stages)),
        "Software": _software(versions),
    }
    return [{"title": title, "text": text} for title, text in texts.items() if text]


def _searches(searches: Sequence[Mapping[str, Any]], strategies: str) -> str:
    def name(search: Mapping[str, Any]) -> str:
        details = [search.get("platform") or "", f"searched {search['date']}" if search.get("date") else ""]
        inside = ", ".join(part for part in details if part)
        return f"{search['label']} ({inside})" if inside else str(search["label"])

    by_kind: dict[str, list[str]] = {}
    for search in searches:
        by_kind.setdefault(search["kind"], []).append(name(search))
    sentences = []
    if by_kind.get("database"):
        sentences.append(f"Databases: {join(by_kind['database'])}.")
    if by_kind.get("register"):
        sentences.append(f"Registers: {join(by_kind['register'])}.")
    if by_kind.get("other"):
        sentences.append(f"Other methods: {join(by_kind['other'])}.")
    limits = [f"{search['label']}: {search['limits']}" for search in searches if search.get("limits")]
    if searches:
        sentences.append(f"Limits: {'; '.join(limits)}." if limits else "No limits are recorded.")
        sentences.append(f"The queries are given as run {strategies}.")
    return " ".join(sentences)


def _duplicates(config: Mapping[str, Any], stages: Sequence[Mapping[str, Any]]) -> str:
    versions = config.get("duplicates", {}).get("merge_cochrane_versions", "ask")
    treated = {True: "treated as one report", False: "kept apart"}.get(versions, "judged by the panel")
    asked = next((stage.get("of") for stage in stages if stage.get("stage") == DUPLICATES), None)
    start = (
        "Records were compared on identifiers, normalised titles, authors, years, journals and pages. Clear duplicates"
    )
    successive = f" Successive versions of one Cochrane review were {treated}."
    if asked == 0:
        return f"{start} were merged by rule; no pair was uncertain.{successive if versions in (True, False) else ''}"
    return f"{start} were merged by rule; uncertain pairs were judged {panel(config, DUPLICATES, stages)}.{successive}"


def _extraction(config: Mapping[str, Any], stages: Sequence[Mapping[str, Any]]) -> str:
    labels = [field.get("label") or field["name"] for field in config.get("extraction", {}).get("fields", [])]
    if not labels:
        return ""
    rounds = next((stage.get("rounds") or {} for stage in stages if stage.get("stage") == EXTRACTION), {})
    piloted = f" {rounds['pilot']['sentence']}" if rounds.get("pilot") else ""
    return (
        f"Data were extracted {panel(config, 'extraction', stages)}: {join(labels)}. Items missing from a report were "
        f"recorded as not reported, not as zero or blank. Cohorts published more than once were pooled once.{piloted}"
    )


def _synthesis(config: Mapping[str, Any]) -> str:
    outcomes = config.get("outcomes", {})
    if not outcomes:
        return ""
    sentences = [model_words(config)]
    level = config.get("pooling", {}).get("level", 95)
    every, outcomes = outcomes, {name: spec for name, spec in outcomes.items() if not reporting_of(spec)}
    if not outcomes:
        return " ".join([*sentences, *methods_of_kinds(every), f"All intervals are {level:g} % intervals."])
    sentences += _defaults(outcomes)
    if any(spec["measure"] in ("PLO", "PR", "PLN", "PAS", "PFT") for spec in outcomes.values()):
        sentences.append("Confidence intervals of single proportions are exact (Clopper–Pearson).")
    sentences.append(
        f"All intervals are {level:g} % intervals. Heterogeneity is reported as Q, tau² with its confidence interval "
        "(profile likelihood for mixed models, Q-profile otherwise), I² and the prediction interval."
    )
    tau2 = config.get("pooling", {}).get("subgroup_tau2", "common")
    if any(spec.get("subgroups") for spec in outcomes.values()):
        shared = "a common tau²" if tau2 == "common" else "a tau² for each subgroup"
        sentences.append(f"Subgroups were compared by the between-group Q with {shared}.")
    sentences += _moderators(config)
    sentences += _sensitivity(outcomes)
    return " ".join([*sentences, *methods_of_kinds(every)])


def model_words(config: Mapping[str, Any]) -> str:
    """Each outcome with its model, outcomes of one model together; "" where nothing is pooled."""
    groups: dict[str, list[str]] = {}
    for name, spec in config.get("outcomes", {}).items():
        groups.setdefault(_model(spec), []).append(_title(name, spec))
    return " ".join(f"{join(titles)}: {model}." for model, titles in groups.items())


def _defaults(outcomes: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The treatment of narrow intervals, the kind of prediction interval, and the treatment of rare events."""
    specs = list(outcomes.values())
    remedies = {spec.get("adhoc", "cochrane"): None for spec in specs if spec.get("test", "knha") == "knha"}
    kinds = {spec.get("prediction", "hts"): None for spec in specs}
    words = join([f"{PREDICTION[kind]}{SOURCES.get(kind, '')}" for kind in kinds])
    rare = [RARE] if any(spec["measure"] in ("RR", "OR", "IRR") for spec in specs) else []
    tests = (
        "Small-study effects were tested in meta-analyses of ten or more studies, by the test appropriate to the "
        "effect measure."
    )
    predicted = f"Prediction intervals are based on the {words} and given for three or more studies."
    return [*(ADHOC[remedy] for remedy in remedies), predicted, *rare, tests]


def _moderators(config: Mapping[str, Any]) -> list[str]:
    """The meta-regressions in a sentence, outcomes with the same moderators together."""
    labels = {
        field["name"]: field.get("label") or field["name"] for field in config.get("extraction", {}).get("fields", [])
    }
    groups: dict[str, list[str]] = {}
    for name, spec in config["outcomes"].items():
        if spec.get("moderators") and not reporting_of(spec):
            words = join([labels.get(column, column) for column in spec["moderators"]])
            if spec.get("moderators_together") and len(spec["moderators"]) > 1:
                words += " (also together in one regression, of the studies that report all of them)"
            groups.setdefault(words, []).append(_title(name, spec))
    if not groups:
        return []
    each = "; ".join(f"{join(titles)}, on {words}" for words, titles in groups.items())
    return [
        "Meta-regressions were done by inverse variance with one moderator at a time, excluding studies that do not "
        f"report it: {each}."
    ]


def _sensitivity(outcomes: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The sensitivity analyses in a sentence, outcomes with the same ones together."""
    groups: dict[str, list[str]] = {}
    for name, spec in outcomes.items():
        if spec.get("sensitivity"):
            words = join([_sensitivity_words(analysis, spec) for analysis in spec["sensitivity"]])
            groups.setdefault(words, []).append(_title(name, spec))
    if not groups:
        return []
    if len(groups) == 1 and len(next(iter(groups.values()))) == len(outcomes):
        return [f"Sensitivity analyses, by inverse variance: {next(iter(groups))}."]
    each = "; ".join(f"{join(titles)}, {words}" for words, titles in groups.items())
    return [f"Sensitivity analyses, by inverse variance: {each}."]


def _sensitivity_words(analysis: str, spec: Mapping[str, Any]) -> str:
    words = SENSITIVITY[analysis]
    return f"{words}, with a {prior_text(spec.get('prior') or {})}" if analysis == "bayesian" else words


def _title(name: str, spec: Mapping[str, Any]) -> str:
    return spec.get("title") or name.replace("_", " ")


def _model(spec: Mapping[str, Any]) -> str:
    if report := reporting_of(spec):
        return report.model(spec)
    measure = spec["measure"]
    model = spec.get("model", "inverse_variance")
    model = model if model in POOLED_BY.get(measure, ()) else "inverse_variance"
    own = spec.get("measure_name") if measure == "GEN" else ""
    scale = f"published estimates of the {own} with their intervals" if own else SCALES.get(measure, measure)
    how = MODELS[model]
    if measure == "IRLN" and model == "glmm":
        how = "a Poisson–normal generalised linear mixed model on the logarithmic scale"
    text = f"{scale}, pooled by {how}"
    beside = f"{spec.get('method', 'REML')}, {TESTS.get(spec.get('test', 'knha'), spec.get('test', ''))}"
    if model == "inverse_variance":
        return f"{text} ({beside})"
    if spec.get("also_inverse_variance"):
        return f"{text}, with the inverse-variance model on the same scale for comparison ({beside})"
    return text


def _software(versions: Mapping[str, str]) -> str:
    named = join([f"{name} {version}" for name, version in versions.items()])
    return (
        f"{named}. The review was run as one Snakemake workflow, which derives every number from the searches and the "
        "reviewers' sheets."
    )
