"""How a network of treatments is reported: card, parts of the results, methods, exports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from prismake.core.files import csv_text
from prismake.core.labels import join
from prismake.core.measures import capitalised, measure_name
from prismake.core.numbers import Format, number, p_number, percent
from prismake.core.phrases import plural
from prismake.report.report_parts import Estimate, Result, Section, Spec
from prismake.synthesis.network.network_words import MODELS, network_format, ranking

_MEASURES = {
    "OR": "odds ratios",
    "RR": "risk ratios",
    "RD": "risk differences",
    "IRR": "rate ratios",
    "IRD": "rate differences",
    "MD": "mean differences",
    "SMD": "standardised mean differences",
    "ROM": "ratios of means",
    "GEN": "published effects with their intervals",
}
_METHODS = {
    "REML": "by restricted maximum likelihood",
    "ML": "by maximum likelihood",
    "DL": "by the generalised DerSimonian–Laird estimator (Jackson et al., Stat Med 2012;31:3805-3820)",
}
_SHOWN = 5  # treatments that a card names


def card(result: Result) -> list[str]:
    """The size of the network, and the treatments that do best or differ most from the reference."""
    own = result["network"]
    if not result["pooled"]:
        return [result["sentence"]] if result["studies"] else []
    show = network_format(result)
    rows = {row["treatment"]: row[own["effects"]] for row in own["against"]}
    names = [row["name"] for row in ranking(own["treatments"]) if row["name"] in rows]
    size = f"{plural(len(own['treatments']), 'treatment')} in {plural(len(result['studies']), 'study', 'studies')}"
    lines = [
        f"{size}, against {own['reference']}:",
        *(f"{name} {show.interval(rows[name], result['level'])}" for name in names[:_SHOWN]),
    ]
    return [*lines, f"and {len(names) - _SHOWN} more"] if len(names) > _SHOWN else lines


def sections(result: Result) -> list[Section]:
    """The network, the estimates against the reference, all comparisons, disagreement, small-study effects."""
    own, words = result["network"], result["network"]["words"]
    drawn = "Treatments and the comparisons between them."
    network = Section("network", "Network of treatments", (result["sentence"],), "network", drawn, items=("20a", "20b"))
    if not result["pooled"]:
        return [network]
    show = network_format(result)
    columns, rows = _against(result, show)
    parts = [
        network,
        Section(
            "against", f"Against {own['reference']}", tuple(words["ranks"]), "reference_forest",
            "Estimates of the network with confidence intervals (thick) and prediction intervals (thin).",
            columns=columns, rows=rows,
        ),
        Section(
            "league", "All comparisons", tuple(words["splits"]), "league",
            "Row against column: estimates of the network below the diagonal, direct evidence above it.",
            table="Every comparison, with its direct and indirect evidence", columns=_LEAGUE,
            rows=_league(result, show), folded=True, wide=len(own["treatments"]) > 6, items=("20b", "20c"),
        ),
        Section(
            "designs", "Heterogeneity and inconsistency", tuple(words["heterogeneity"]), "net_heat",
            "How much the direct evidence of each design counts for each estimate (grey squares), and which designs "
            "disagree (colours).", table="Q of each design, and between designs once it is detached", wide=False,
            columns=("Design", "Studies", "Q within", "df", "p", "Q between without it", "df", "p"),
            rows=_designs(own), folded=True, items=("20c",),
        ),
        Section(
            "funnel", "Small-study effects", (), "comparison_funnel",
            "Each effect minus the direct estimate of its comparison, over its standard error.", wide=False,
            items=("21",),
        ),
    ]  # fmt: skip
    if own["components"]:
        rows = tuple(
            (row["component"], show.value(row["estimate"], row), show.bounds(row), p_number(row["p"]))
            for row in own["components"]["rows"]
        )
        head = ("Component", capitalised(measure_name(result)), f"{result['level']:g} % CI", "p")
        parts.append(
            Section("components", "Components", tuple(words["components"]), columns=head, rows=rows, items=("20d",))
        )
    if own["without_high_risk"]:
        parts.append(_without_high_risk(result, show))
    return [*parts, _studies(result)]


def _without_high_risk(result: Result, show: Format) -> Section:
    own = result["network"]
    left, rows = own["without_high_risk"]["left"], own["without_high_risk"]["rows"]
    lost = len(own["against"]) - len(rows)
    words = f"{plural(left, 'study is', 'studies are')} left without those at high risk of bias or of low quality."
    if lost:
        words += f" {plural(lost, 'treatment is', 'treatments are')} then not connected with {own['reference']}."
    return Section(
        "without_high_risk", "Without studies at high risk", (words,),
        columns=("Treatment", f"{capitalised(measure_name(result))} [{result['level']:g} % CI]"),
        rows=tuple((row["treatment"], show.estimate(row)) for row in rows), items=("20d",),
    )  # fmt: skip


def _against(result: Result, show: Format) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    own, level = result["network"], result["level"]
    scores = {row["name"]: row.get("p_score") for row in own["treatments"]}
    head = ["Treatment", "Studies", "Participants"]
    sizes = {row["name"]: row for row in own["treatments"]}
    for model in ("random", "common"):
        head += [f"{capitalised(MODELS[model])} [{level:g} % CI]"]
    head += [f"{level:g} % prediction interval", "P-score"]
    rows = []
    for row in own["against"]:
        size = sizes[row["treatment"]]
        people = "–" if size["participants"] is None else number(size["participants"], 0)
        cells = [row["treatment"], str(size["studies"]), people]
        cells += [show.estimate(row[model]) for model in ("random", "common")]
        cells += [show.bounds(row["random"], "pi_lb", "pi_ub"), number(scores[row["treatment"]])]
        rows.append(tuple(cells))
    return tuple(head), tuple(rows)


_LEAGUE = ("Comparison", "Studies", "Network", "p", "Direct", "Indirect", "Share of direct", "Disagreement, p")


def _league(result: Result, show: Format) -> tuple[tuple[str, ...], ...]:
    rows = []
    for row in result["network"]["league"]:
        sides = [show.estimate(row[side]) if row[side] else "–" for side in ("direct", "indirect")]
        share = percent(100.0 * row["share"])
        rows.append(
            (
                *(" v ".join(row["treatments"]), str(row["studies"]), show.estimate(row), p_number(row["p"])),
                *(*sides, share, p_number(row["difference_p"])),
            )
        )
    return tuple(rows)


def _designs(own: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    detached = {tuple(row["design"]): row for row in own["designs"]["detached"]}
    rows = []
    for row in own["designs"]["designs"]:
        cells = [", ".join(row["design"]), str(row["studies"])]
        for test in (row, detached.get(tuple(row["design"]))):
            tested = test is not None and (test["df"] or test is not row)
            cells += [number(test["Q"]), str(test["df"]), p_number(test["p"])] if test and tested else ["–", "–", "–"]
        rows.append(tuple(cells))
    for name, title in (("within", "Within designs"), ("between", "Between designs"), ("total", "Whole network")):
        row = own["designs"][name]
        rows.append((title, "", number(row["Q"]), str(row["df"]), p_number(row["p"]), "", "", ""))
    return tuple(rows)


def _studies(result: Result) -> Section:
    """The numbers that were analysed, one row per arm or comparison."""
    columns = ("Study", "Treatment", *result["columns"].values(), "Source")
    rows = []
    for study in result["studies"]:
        for arm in study["arms"]:
            numbers = (as_number(arm[role]) for role in result["columns"])
            rows.append((study["label"], " v ".join(arm["treatments"]), *numbers, study["source"]))
    return Section(
        "studies",
        "",
        (),
        "",
        "Data of these figures as a table",
        True,
        columns,
        tuple(rows),
        folded=True,
        items=("19",),
    )


def as_number(value: Any) -> str:
    """An extracted number as it is written in a table."""
    return "–" if value is None else f"{value:.10g}".replace("-", "−")


def estimates(result: Result) -> Iterable[Estimate]:
    """Every treatment against the reference by both models, and every comparison of the league table."""
    own, shared = result["network"], result["network"]["heterogeneity"]
    for model in ("random", "common"):
        spread = {"tau2": shared["tau2"] if model == "random" else None, "method": own["method"]} if shared else {}
        for row in own["against"]:
            values = {**row[model], "k": len(result["studies"]), "model": MODELS[model], **spread}
            yield Estimate("network", f"{row['treatment']} v {own['reference']}", values)
    for row in own["league"]:
        pair = " v ".join(row["treatments"])
        yield Estimate("league table", pair, {**row, "k": row["studies"], "model": MODELS[own["effects"]]})
        for side in ("direct", "indirect"):
            if row[side]:
                yield Estimate(f"{side} evidence", pair, {**row[side], "model": MODELS[own["effects"]]})


def model(spec: Spec) -> str:
    """“odds ratios between all treatments, by network meta-analysis with random effects”."""
    own = spec.get("measure_name") if spec["measure"] == "GEN" else ""
    scale = f"published estimates of the {own} with their intervals" if own else _MEASURES[spec["measure"]]
    return f"{scale} between all treatments, by network meta-analysis with {MODELS[spec['network']['effects']]}"


def methods(outcomes: Mapping[str, Spec]) -> list[str]:
    """The methods of network meta-analysis with their sources."""
    specs = list(outcomes.values())
    estimators = join([_METHODS[name] for name in dict.fromkeys(spec.get("method", "REML") for spec in specs)])
    sentences = [
        "Networks were fitted by weighted least squares in the graph-theoretical form (Rücker, Res Synth Methods "
        "2012;3:312-324), in which trials with several arms count with the covariances of their effects (Rücker and "
        "Schwarzer, Stat Med 2014;33:4353-4369). Arms with the same treatment in one trial were combined.",
        f"One variance between studies, tau², was assumed for all comparisons and estimated {estimators}; its interval "
        "is by the Q-profile. Prediction intervals have a t-distribution with one degree of freedom less than Q.",
        "Q was decomposed into heterogeneity within designs and inconsistency between them (Krahn et al., BMC Med Res "
        "Methodol 2013;13:35), which the net heat plot locates; inconsistency was tested by the design-by-treatment "
        "interaction (Higgins et al., Res Synth Methods 2012;3:98-110), and direct and indirect evidence of each "
        "comparison were separated by back-calculation (Dias et al., Stat Med 2010;29:932-944; König et al., Stat Med "
        "2013;32:5414-5429).",
        "Small-study effects were judged by the comparison-adjusted funnel plot (Chaimani and Salanti, Res Synth "
        "Methods 2012;3:161-176).",
    ]
    if any(spec["network"]["small_values"] for spec in specs):
        sentences.append(
            "Treatments were ranked by P-scores (Rücker and Schwarzer, BMC Med Res Methodol 2015;15:58), which weigh "
            "how certainly a treatment is better than the others, not by how much."
        )
    if any(spec["network"]["components"] for spec in specs):
        sentences.append(
            "Effects of components were estimated by the additive model (Rücker et al., Biom J 2020;62:808-821)."
        )
    if any(spec["measure"] in ("OR", "RR", "IRR") for spec in specs):
        sentences.append(
            "In networks, trials without an event in any arm did not contribute to ratios; 0.5 was added to all arms "
            "of trials with an empty cell."
        )
    return sentences


def effects(result: Result) -> str:
    """CSV with one row per arm or comparison: study, treatment(s), its numbers; NA if missing."""
    pairs = any(len(arm["treatments"]) > 1 for study in result["studies"] for arm in study["arms"])
    names = ["treatment1", "treatment2"] if pairs else ["treatment"]
    rows = (
        [study["label"], study["year"], *arm["treatments"], *(arm[role] for role in result["columns"])]
        for study in result["studies"]
        for arm in study["arms"]
    )
    return csv_text(["study", "year", *names, *result["columns"]], rows, missing="NA")
