"""The report of an outcome of diagnostic accuracy: card, parts of the results, methods, exports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from prismake.core.files import csv_text
from prismake.core.labels import join
from prismake.core.numbers import NONE, number
from prismake.core.phrases import plural, within_sentence
from prismake.protocol.measure_parts import ACCURACY as CELLS
from prismake.report.report_parts import Estimate, Result, Section, Spec
from prismake.synthesis.diagnostic import accuracy_sentences as words

SUMMARIES = (
    ("sensitivity", "Sensitivity (%)"),
    ("specificity", "Specificity (%)"),
    ("positive_likelihood_ratio", "Positive likelihood ratio"),
    ("negative_likelihood_ratio", "Negative likelihood ratio"),
    ("diagnostic_odds_ratio", "Diagnostic odds ratio"),
)
SHARES = ("sensitivity", "specificity")
MEASURED = "sensitivity and specificity"
NOT_REPORTED = "NR"
PER = 1000  # people in natural frequencies


def card(result: Result) -> list[str]:
    """Both summaries and the studies behind them, or why there is none."""
    main = _main(result)
    if main is None:
        return [result["sentence"]]
    studies = result["studies"]
    people = sum(words.people_of(study, side) for study in studies for side in SHARES)
    return [
        f"Sensitivity {words.within(main['sensitivity'], result['level'])}",
        f"Specificity {words.within(main['specificity'])}",
        f"{plural(main['values']['k'], 'study', 'studies')}, {people:,.0f} people",
    ]


def _main(result: Result) -> Mapping[str, Any] | None:
    main = result["diagnostic"]["analyses"].get("main") or {}
    return main if main.get("values") else None


def sections(result: Result) -> list[Section]:
    """Summary, ROC space, predictive values, covariates, sensitivity analyses, and the studies."""
    main = _main(result)
    studies = [_studies(result)] if result["studies"] else []
    if main is None:
        legend = "The 2 x 2 table of each study with its sensitivity and specificity."
        return [
            Section("summary", "Sensitivity and specificity", (result["sentence"],), "forest", legend),
            *studies,
        ]
    return [
        _summary(result, main),
        _roc(result, main),
        _predictive(result, main),
        *_moderators(result),
        *_sensitivity(result, main),
        *studies,
    ]


def _limits(row: Mapping[str, Any], share: bool) -> tuple[str, str, str]:
    """Estimate, confidence and prediction interval as cells."""
    show = words.percent if share else words.RATIO.value
    predicted = f"{show(row['pi_lb'])} to {show(row['pi_ub'])}" if row.get("pi_lb") is not None else NONE
    return show(row["estimate"]), f"{show(row['ci_lb'])} to {show(row['ci_ub'])}", predicted


def _summary(result: Result, main: Mapping[str, Any]) -> Section:
    level = f"{result['level']:g} %"
    rows = tuple((title, *_limits(main[name], name in SHARES)) for name, title in SUMMARIES)
    return Section(
        "summary", "Sensitivity and specificity", (result["sentence"],), "forest",
        "The 2 x 2 table of each study with its sensitivity and specificity; below, the summary (diamonds) and the "
        "prediction intervals.",
        columns=("", "Estimate", f"{level} CI", f"{level} prediction interval"), rows=rows,
    )  # fmt: skip


def _roc(result: Result, main: Mapping[str, Any]) -> Section:
    return Section(
        "sroc", "Summary ROC plot", (words.heterogeneity(main), words.curve(main["hsroc"])), "sroc",
        "Studies, summary point, confidence and prediction region, and the summary curve where it is determined.",
        wide=False,
    )  # fmt: skip


def _predictive(result: Result, main: Mapping[str, Any]) -> Section:
    """Predictive values, and what becomes of 1,000 people at each prevalence."""
    rows = []
    for at in main["predictive_values"]:
        diseased = PER * at["prevalence"]
        detected = diseased * main["sensitivity"]["estimate"]
        alarms = (PER - diseased) * (1.0 - main["specificity"]["estimate"])
        counts = (detected, diseased - detected, alarms, PER - diseased - alarms)
        rows.append(
            (
                number(100.0 * at["prevalence"], 1),
                words.within(at["ppv"]),
                words.within(at["npv"]),
                *(number(count, 0) for count in counts),
            )
        )
    sentences = tuple(words.at_prevalence(at) for at in main["predictive_values"])
    return Section(
        "predictive_values", "Predictive values", sentences, "predictive_values",
        "The probability of the condition after a positive and after a negative test, over the prevalence.",
        wide=False,
        columns=(
            *("Prevalence (%)", "Positive predictive value", "Negative predictive value"),
            *(f"Of {PER:,}: true positive", "False negative", "False positive", "True negative"),
        ),
        rows=tuple(rows),
    )  # fmt: skip


def _moderators(result: Result) -> Iterator[Section]:
    for column, row in sorted(result["diagnostic"]["moderators"].items()):
        points = (row["values"] or {}).get("points") or ()
        rows = tuple(
            (
                f"{point['value']:g}" if isinstance(point["value"], float) else str(point["value"]),
                words.within(point["sensitivity"]),
                words.within(point["specificity"]),
            )
            for point in points
        )
        yield Section(
            f"moderator.{column}", f"By {within_sentence(row['title'])}", (row["sentence"],),
            columns=(row["title"], "Sensitivity", "Specificity"), rows=rows, items=("20c",),
        )  # fmt: skip


def _sensitivity(result: Result, main: Mapping[str, Any]) -> Iterator[Section]:
    own = result["diagnostic"]
    if other := own["analyses"].get("without_high_risk"):
        yield Section("without_high_risk", other["name"], (other["sentence"],), items=("20d",))
    single = own.get("leave_one_out")
    if not single:
        return
    rows = tuple(
        (row["label"], *(words.within(row[side]) if row[side] else NONE for side in SHARES))
        for row in single["studies"]
    )
    yield Section(
        "leave_one_out", "Each study left out in turn", (single["sentence"],), "", "Without each study",
        columns=("Without", "Sensitivity", "Specificity"), rows=rows, folded=True, items=("20d",),
    )  # fmt: skip


def _studies(result: Result) -> Section:
    rows = tuple(
        (
            study["label"],
            *(NOT_REPORTED if study[cell] is None else f"{study[cell]:,}" for cell in CELLS),
            *(words.within(study[side]) if study[side]["estimate"] is not None else NONE for side in SHARES),
        )
        for study in result["studies"]
    )
    columns = ("Study", *(cell.upper() for cell in CELLS), "Sensitivity", "Specificity")
    return Section(
        "studies", "Studies", (), "", "The studies and their numbers", columns=columns, rows=rows, folded=True,
        items=("19",),
    )  # fmt: skip


def estimates(result: Result) -> Iterable[Estimate]:
    """The pooled numbers of the main and the sensitivity analysis, and of each value of a covariate."""
    for row in result["diagnostic"]["analyses"].values():
        if row.get("values"):
            beside = {"model": row["model"], "method": row["method"], "k": row["values"]["k"]}
            for name, title in SUMMARIES:
                yield Estimate("analysis", f"{row['name']}: {title}", {**beside, **row[name]})
    for row in result["diagnostic"]["moderators"].values():
        for point in (row["values"] or {}).get("points") or ():
            for side in SHARES:
                name = f"{row['title']}, {point['value']}: {side}"
                yield Estimate("moderator", name, {"k": row["values"]["k"], **point[side]})


def model(spec: Spec) -> str:
    """“sensitivity and specificity, pooled together by …”"""
    own = spec["diagnostic"]
    how = {
        "auto": "by the bivariate random-effects model",
        "bivariate": "by the bivariate random-effects model",
        "uncorrelated": "each by a random-effects model",
        "common": "each as the same in all studies",
    }[own["structure"]]
    exact = own["model"] == "binomial"
    likelihood = "exact binomial likelihood" if exact else f"logits with sampling variances, {own['method']}"
    return f"sensitivity and specificity, pooled {how} ({likelihood})"


def methods(outcomes: Mapping[str, Spec]) -> list[str]:
    """What was done and after whom."""
    specs = [spec["diagnostic"] for spec in outcomes.values()]
    sentences = []
    if any(own["model"] == "binomial" for own in specs):
        sentences.append(
            "Sensitivity and specificity were pooled together on the logit scale with binomial likelihoods within "
            "studies and a bivariate normal distribution between them (Reitsma et al. 2005; Chu and Cole 2006), fitted "
            "by maximum likelihood with adaptive quadrature. Nothing was added to empty cells."
        )
    if any(own["model"] == "normal" for own in specs):
        added = sorted({f"{own['correction']:g}" for own in specs if own.get("correction")})
        how = f"{join(added)} was added to cells as the protocol says" if added else "nothing was added to cells"
        sentences.append(
            "Logits of sensitivity and specificity were pooled together with their sampling variances by the bivariate "
            f"normal model (Reitsma et al. 2005); {how}."
        )
    sentences.append(
        "Where the correlation between studies was estimated at plus or minus one it was kept if a likelihood-ratio "
        "test spoke for a correlation at 5 % (Riley et al. 2007), and both sides were pooled separately otherwise "
        "(Takwoingi et al. 2017); this is said beside each result."
    )
    sentences.append(
        "Summary ROC curves and their parameters are those of the hierarchical model (Rutter and Gatsonis 2001; "
        "Harbord et al. 2007); confidence and prediction regions are ellipses on the logit scale. Likelihood ratios, "
        "diagnostic odds ratio and predictive values follow from the summary point by the delta method; prevalences "
        "are taken as known."
    )
    if any(spec.get("moderators") for spec in outcomes.values()):
        sentences.append(
            "Covariates act on both logits, with common variances, and were tested by the likelihood ratio of models "
            "with and without them."
        )
    return sentences


def effects(result: Result) -> str:
    """The tables of the studies as CSV, with the column names of R's mada (Doebler 2015)."""
    columns = sorted({column for study in result["studies"] for column in study["moderators"]})
    rows = (
        [
            *(study.get(name) for name in ("label", "arm", "year", *CELLS)),
            *(study["moderators"].get(column) for column in columns),
        ]
        for study in result["studies"]
    )
    return csv_text(["study", "arm", "year", *(cell.upper() for cell in CELLS), *columns], rows, missing="NA")
