"""The methods in words, from the protocol: what a manuscript's methods section has to say, ready to be edited.

The order follows the PRISMA 2020 checklist, items 5 to 15, and PRISMA-S for the searches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prismake.core.labels import join
from prismake.core.names import APPRAISAL
from prismake.report.appraisal_methods import appraisal_methods
from prismake.report.selection import panel, selection

MODELS = {
    "glmm": "a binomial–normal generalised linear mixed model on the logit scale",
    "inverse_variance": "a random-effects model with inverse-variance weights",
}
SCALES = {
    "PLO": "proportions",
    "PR": "untransformed proportions",
    "PAS": "arcsine-transformed proportions",
    "PFT": "Freeman–Tukey transformed proportions, whose back-transformation depends on the sample size chosen "
    "(Schwarzer et al., Res Synth Methods 2019;10:476-483)",
    "RR": "risk ratios",
    "OR": "odds ratios",
    "RD": "risk differences",
    "MD": "mean differences",
    "SMD": "standardised mean differences",
    "ROM": "ratios of means",
    "GEN": "published effects with their intervals",
}
SENSITIVITY = {
    "leave_one_out": "each study left out in turn",
    "cumulative": "studies added in the order of their years",
    "gosh": "every subset of studies (Olkin et al., Res Synth Methods 2012;3:214-223)",
    "influence": "deletion diagnostics (Viechtbauer and Cheung, Res Synth Methods 2010;1:112-125)",
    "baujat": "each study's share of heterogeneity and result (Baujat et al., Stat Med 2002;21:2641-2652)",
    "trim_and_fill": "trim and fill (Duval and Tweedie, Biometrics 2000;56:455-463; estimator L0)",
    "fixed_effect": "one common effect",
    "without_high_risk": "without studies at high risk of bias or of low quality",
    "failsafe_n": "fail-safe numbers of Rosenthal and Rosenberg",
    "freeman_tukey": "the Freeman–Tukey scale",
    "arcsine": "the arcsine scale",
}
TESTS = {"knha": "Hartung–Knapp intervals", "z": "Wald intervals"}


def paragraphs(
    config: Mapping[str, Any],
    searches: Sequence[Mapping[str, Any]],
    instruments: Mapping[str, Mapping[str, str]],
    versions: Mapping[str, str],
    stages: Sequence[Mapping[str, Any]] = (),
) -> list[dict[str, str]]:
    """Paragraphs as {"title", "text"}.

    Args:
        config: the protocol with its defaults filled in.
        searches: the search logs.
        instruments: title by name of each instrument, as {"nos_cohort": {"title": ...}}.
        versions: version by name of the software.
        stages: the contents of ``<stage>/status.json``.
    """
    texts = {
        "Registration and protocol": config.get("registration", ""),
        "Information sources and search": _searches(searches),
        "Duplicates": _duplicates(config),
        "Selection": selection(config, stages),
        "Risk of bias": appraisal_methods(config, instruments, panel(config, APPRAISAL)),
        "Data collection": _extraction(config),
        "Synthesis": _synthesis(config),
        "Software": _software(versions),
    }
    return [{"title": title, "text": text} for title, text in texts.items() if text]


def _searches(searches: Sequence[Mapping[str, Any]]) -> str:
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
        sentences.append("The queries as they were run stand under Searches.")
    return " ".join(sentences)


def _duplicates(config: Mapping[str, Any]) -> str:
    versions = config.get("duplicates", {}).get("merge_cochrane_versions", "ask")
    treated = {True: "taken as one report", False: "kept apart"}.get(versions, "put before the panel")
    return (
        "Records were compared on identifiers, normalised titles, authors, years, journals and pages. Clear duplicates "
        f"were merged by rule; pairs in doubt were judged {panel(config, 'duplicates')}. Successive versions of one "
        f"Cochrane review were {treated}."
    )


def _extraction(config: Mapping[str, Any]) -> str:
    labels = [field.get("label") or field["name"] for field in config.get("extraction", {}).get("fields", [])]
    if not labels:
        return ""
    return (
        f"Data were extracted {panel(config, 'extraction')}: {join(labels)}. What a report does not say was recorded "
        "as not reported, which is neither zero nor blank. Cohorts published more than once were pooled once."
    )


def _synthesis(config: Mapping[str, Any]) -> str:
    outcomes = config.get("outcomes", {})
    if not outcomes:
        return ""
    groups: dict[str, list[str]] = {}
    for name, spec in outcomes.items():
        groups.setdefault(_model(spec), []).append(_title(name, spec))
    sentences = [f"{join(titles)}: {model}." for model, titles in groups.items()]
    level = config.get("pooling", {}).get("level", 95)
    if any(spec["measure"] in ("PLO", "PR", "PAS", "PFT") for spec in outcomes.values()):
        sentences.append("Intervals of single proportions are exact (Clopper–Pearson).")
    sentences.append(
        f"Intervals are {level:g} % intervals. Heterogeneity is given as Q, tau² with its interval (profile likelihood "
        "for mixed models, Q-profile otherwise) and I², and as a prediction interval beside the confidence interval."
    )
    tau2 = config.get("pooling", {}).get("subgroup_tau2", "common")
    if any(spec.get("subgroups") for spec in outcomes.values()):
        shared = "a common tau²" if tau2 == "common" else "a tau² for each subgroup"
        sentences.append(f"Subgroups were compared by the between-group Q with {shared}.")
    sentences += _moderators(config)
    sentences += _sensitivity(outcomes)
    sentences.append("Tests for small-study effects were run with ten studies or more only.")
    return " ".join(sentences)


def _moderators(config: Mapping[str, Any]) -> list[str]:
    """The meta-regressions in a sentence, outcomes with the same moderators together."""
    labels = {
        field["name"]: field.get("label") or field["name"] for field in config.get("extraction", {}).get("fields", [])
    }
    groups: dict[str, list[str]] = {}
    for name, spec in config["outcomes"].items():
        if spec.get("moderators"):
            words = join([labels.get(column, column) for column in spec["moderators"]])
            groups.setdefault(words, []).append(_title(name, spec))
    if not groups:
        return []
    each = "; ".join(f"{join(titles)}, on {words}" for words, titles in groups.items())
    return [f"Meta-regressions, one moderator at a time by inverse variance, without studies that lack it: {each}."]


def _sensitivity(outcomes: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The sensitivity analyses in a sentence, outcomes with the same ones together."""
    groups: dict[str, list[str]] = {}
    for name, spec in outcomes.items():
        if spec.get("sensitivity"):
            groups.setdefault(join([SENSITIVITY[analysis] for analysis in spec["sensitivity"]]), []).append(
                _title(name, spec)
            )
    if not groups:
        return []
    if len(groups) == 1 and len(next(iter(groups.values()))) == len(outcomes):
        return [f"Sensitivity analyses, by inverse variance: {next(iter(groups))}."]
    each = "; ".join(f"{join(titles)}, {words}" for words, titles in groups.items())
    return [f"Sensitivity analyses, by inverse variance: {each}."]


def _title(name: str, spec: Mapping[str, Any]) -> str:
    return spec.get("title") or name.replace("_", " ")


def _model(spec: Mapping[str, Any]) -> str:
    measure = spec["measure"]
    model = spec.get("model", "inverse_variance") if measure == "PLO" else "inverse_variance"
    own = spec.get("measure_name") if measure == "GEN" else ""
    scale = f"published estimates of the {own} with their intervals" if own else SCALES.get(measure, measure)
    text = f"{scale}, pooled by {MODELS[model]}"
    beside = f"{spec.get('method', 'REML')}, {TESTS.get(spec.get('test', 'knha'), spec.get('test', ''))}"
    if model == "inverse_variance":
        return f"{text} ({beside})"
    if spec.get("also_inverse_variance"):
        return f"{text}; beside it the inverse-variance model on the same scale ({beside})"
    return text


def _software(versions: Mapping[str, str]) -> str:
    named = join([f"{name} {version}" for name, version in versions.items()])
    return f"{named}. The whole review is one Snakemake workflow: each number follows from the sheets and searches."
