"""How a dose-response outcome is reported: card, parts of the results, methods, exports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from prismake.core.files import csv_text
from prismake.core.labels import join
from prismake.core.measures import capitalised, measure_name
from prismake.core.numbers import NONE, Format, number, p_number, percent, significant
from prismake.core.phrases import plural
from prismake.report.report_parts import Estimate, Result, Section, Spec
from prismake.synthesis.dose_response.dose_words import CURVES, METHODS, STAGES, at_dose, dose_format

_MEASURES = {
    "OR": "odds ratios",
    "RR": "risk ratios",
    "IRR": "rate ratios",
    "MD": "mean differences",
    "SMD": "standardised mean differences",
}
_SHOWN = 4  # doses that a card names
_HEADS = {
    "events": "Cases",
    "total": "Participants",
    "time": "Person-time",
    "effect": "Ratio",
    "lower": "Lower",
    "upper": "Upper",
    "mean": "Mean",
    "sd": "SD",
    "n": "Participants",
}


def card(result: Result) -> list[str]:
    """The effects at some doses against the reference dose."""
    own = result["dose_response"]
    if not result["pooled"]:
        return [result["sentence"]] if result["studies"] else []
    show = dose_format(result)
    rows = [row for row in own["predictions"] if row["dose"] != own["reference"]]
    head = f"{capitalised(measure_name(result))} against {at_dose(result, own['reference'])}:"
    lines = [f"{at_dose(result, row['dose'])}: {show.interval(row, result['level'])}" for row in rows[:_SHOWN]]
    return [head, *lines]


def sections(result: Result) -> list[Section]:
    """The curve, the effects at the reported doses, the line, the curves of studies, sensitivity, the dose groups."""
    own = result["dose_response"]
    drawn = "The curve with its confidence interval at each dose, and the dose groups of the studies."
    curve = Section("curve", "Dose–response curve", (result["sentence"],), "curve", drawn, items=("20a", "20b"))
    if not result["pooled"]:
        return [curve]
    show, words = dose_format(result), own["words"]
    return [
        curve,
        Section(
            "doses", "Effects at doses", (), "", "", False,
            ("Dose", f"{capitalised(measure_name(result))} [{result['level']:g} % CI]", "Curve of a new study"),
            tuple(_at_doses(result, show)),
        ),
        Section("line", "A line through the same studies", tuple(words["line"])),
        Section(
            "coefficients", "Coefficients and tests", (), "", "Coefficients of the curve and tests", False,
            ("Term", "Coefficient", "SE", "p", "SD between studies"), tuple(_coefficients(own)), folded=True,
        ),
        Section(
            "study_curves", "Heterogeneity", tuple(words["heterogeneity"]), "study_curves",
            "The curves of single studies around the pooled one.", items=("20b", "20c"),
        ),
        *_sensitivity(result, show),
        _studies(result, show),
    ]  # fmt: skip


def _at_doses(result: Result, show: Format) -> Iterator[tuple[str, ...]]:
    own = result["dose_response"]
    for row in own["predictions"]:
        if row["dose"] == own["reference"]:
            yield at_dose(result, row["dose"]), "reference", NONE
        else:
            fixed = own["method_used"] == "fixed"
            yield (
                at_dose(result, row["dose"]),
                show.estimate(row),
                NONE if fixed else show.bounds(row, "pi_lb", "pi_ub"),
            )


def _coefficients(own: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for place, row in enumerate(own["coefficients"]):
        spread = own["T"][place][place] ** 0.5
        cells = (significant(row["beta"]), significant(row["se"]), p_number(row["pval"]), significant(spread))
        yield capitalised(row["name"]), *cells
    for name, test in own["tests"].items():
        if test:
            title = {"overall": "Any association", "nonlinearity": "Non-linearity"}[name]
            df = plural(test["df"], "degree")
            yield title, f"χ² = {number(test['statistic'])}, {df} of freedom", "", p_number(test["p"]), ""


def _sensitivity(result: Result, show: Format) -> Iterator[Section]:
    own = result["dose_response"]
    head = [f"At {at_dose(result, row['dose'])}" for row in own["predictions"]]
    if "without_high_risk" in own["sensitivity"]:
        title = "Without studies at high risk"
        yield Section("without_high_risk", title, tuple(own["words"]["without_high_risk"]), items=("20d",))
    if single := own["sensitivity"].get("leave_one_out"):
        rows = tuple(
            (
                row["label"],
                *([show.estimate(at) for at in row["predictions"]] or [NONE] * len(head)),
                p_number(row.get("nonlinearity_p")),
            )
            for row in single["rows"]
        )
        yield Section(
            "leave_one_out", "Each study left out in turn", tuple(own["words"]["leave_one_out"]), "",
            "Without each study", len(head) > 2, ("Without", *head, "Non-linearity, p"), rows, folded=True,
            items=("20d",),
        )  # fmt: skip


def _studies(result: Result, show: Format) -> Section:
    """The dose groups with the numbers that were analysed."""
    own = result["dose_response"]
    parts = [name for name in _HEADS if any(name in group for study in result["studies"] for group in study["groups"])]
    unit = f" ({own['unit']})" if own["unit"] else ""
    columns = ("Study", f"Dose{unit}", "Assigned", *(_HEADS[part] for part in parts), "Weight", "Source")
    rows = []
    for study in result["studies"]:
        for group in study["groups"]:
            assigned = f"{group['assigned']:g}" + (f" ({group['derived']})" if group["derived"] else "")
            numbers = (NONE if group[part] is None else f"{group[part]:.10g}".replace("-", "−") for part in parts)
            weight = NONE if study["weight_pct"] is None else percent(study["weight_pct"])
            rows.append((study["label"], group["dose"], assigned, *numbers, weight, study["source"]))
    return Section(
        "studies", "Studies", tuple(own["words"].get("doses", ())), "", "The dose groups and their numbers", True,
        columns, tuple(rows), folded=True, items=("19",),
    )  # fmt: skip


def estimates(result: Result) -> Iterable[Estimate]:
    """The effects at the reported doses, the line, and both without some of the studies."""
    own = result["dose_response"]
    if not result["pooled"]:
        return
    spread = {"model": CURVES[own["model"]], "method": METHODS[own["method_used"]], "k": own["k"]}
    spread |= {"Q": own["heterogeneity"]["Q"], "Q_df": own["heterogeneity"]["df"], "Q_p": own["heterogeneity"]["p"]}
    spread |= {"I2": own["heterogeneity"]["I2"]}
    start = at_dose(result, own["reference"])
    for row in own["predictions"]:
        yield Estimate("dose-response curve", f"{at_dose(result, row['dose'])} against {start}", {**row, **spread})
    line = own["line"]
    if not line["error"]:
        values = {**line, "model": CURVES["linear"], "method": spread["method"]}
        yield Estimate("line", f"increase by {at_dose(result, line['increment'])}", values)
    others = [("without high risk", own["sensitivity"].get("without_high_risk") or {})]
    others += [(f"without {row['label']}", row) for row in own["sensitivity"].get("leave_one_out", {}).get("rows", ())]
    for name, other in others:
        for row in other.get("predictions", ()):
            title = f"{at_dose(result, row['dose'])} against {start}, {name}"
            yield Estimate("sensitivity", title, {**row, "k": other["k"], "model": spread["model"]})


def model(spec: Spec) -> str:
    """“odds ratios over the dose of alcohol, by a restricted cubic spline in one stage (REML)”"""
    own = spec["dose_response"]
    scale = f"{spec['measure_name']}s" if spec.get("measure_name") else _MEASURES[spec["measure"]]
    over = f"the dose of {own['exposure']}" if own["exposure"] else "the dose"
    return f"{scale} over {over}, by a {CURVES[own['model']]} in {STAGES[own['stage']]} ({METHODS[own['method']]})"


def methods(outcomes: Mapping[str, Spec]) -> list[str]:
    """What was done and after whom."""
    specs = list(outcomes.values())
    every = [spec["dose_response"] for spec in specs]
    ratios = any(spec["measure"] in ("OR", "RR", "IRR") for spec in specs)
    return [
        *_doses(every),
        *(_of_ratios(every) if ratios else ()),
        *(_of_means(specs)),
        *_curves(every),
        "Non-linearity was tested by Wald's test of the terms beyond the line; a line was fitted to the same studies "
        "beside each curve. Confidence intervals hold at each dose by itself.",
    ]


def _doses(every: list[Mapping[str, Any]]) -> Iterator[str]:
    rules = {
        "neighbour": "groups open above were taken as wide as the group below them (Il'yasova et al., Cancer Causes "
        "Control 2005;16:383-388)",
        "factor": "groups open above were assigned 1.2 times their bound (Berlin et al., Epidemiology 1993;4:218-228)",
        "ask": "groups open above were assigned a dose by the reviewers",
    }
    used = join([rules[name] for name in dict.fromkeys(own["open_ended"] for own in every)])
    yield f"Each dose group was assigned the printed mean or median of its dose, or the middle of its interval; {used}."


def _of_ratios(every: list[Mapping[str, Any]]) -> Iterator[str]:
    methods_used = dict.fromkeys(own["covariance"] for own in every)
    names = {
        "greenland_longnecker": "Greenland and Longnecker (Am J Epidemiol 1992;135:1301-1309)",
        "hamling": "Hamling et al. (Stat Med 2008;27:954-970)",
    }
    how = join([names[name] for name in methods_used])
    yield (
        "Ratios of one study share their reference group; their covariance follows from counts that agree with the "
        f"adjusted ratios, found by the method of {how}. Studies without adjusted ratios contributed those of their "
        "counts."
    )
    if assumed := sorted({own["correlation"] for own in every if own["correlation"]}):
        values = join([f"{value:g}" for value in assumed])
        yield f"Where a study reports no counts, a correlation of {values} was assumed between its ratios."
    else:
        yield "Studies without counts in every group were left out, and are listed."


def _of_means(specs: list[Spec]) -> Iterator[str]:
    if any(spec["measure"] in ("MD", "SMD") for spec in specs):
        yield (
            "Differences in means from the reference group of a study are correlated, because they share it (Crippa "
            "and Orsini, BMC Med Res Methodol 2016;16:91)."
        )


def _curves(every: list[Mapping[str, Any]]) -> Iterator[str]:
    if any(own["model"] == "spline" for own in every):
        yield (
            "Curves are restricted cubic splines, linear beyond the outer knots, with knots at the quantiles of all "
            "doses that Harrell recommends (Regression Modeling Strategies, 2015) unless the protocol names them."
        )
    if any(own["model"] == "quadratic" for own in every):
        yield "Curves are parabolas: the dose and its square."
    if any(own["stage"] == "one" for own in every):
        yield (
            "Curves were pooled in one stage, by a linear mixed model of all dose groups with known covariances within "
            "studies, in which studies with few groups take part (Crippa et al., Stat Methods Med Res "
            "2019;28:1579-1596)."
        )
    if any(own["stage"] == "two" for own in every):
        yield (
            "Curves were pooled in two stages: the curve of each study by generalised least squares, then multivariate "
            "meta-analysis of the coefficients (Orsini et al., Am J Epidemiol 2012;175:66-73); studies with too few "
            "dose groups for a curve of their own were left out, and are listed."
        )
    estimators = dict.fromkeys(own["method"] for own in every)
    texts = {
        "REML": "restricted maximum likelihood",
        "ML": "maximum likelihood",
        "MM": "the method of moments (Jackson et al., Biom J 2013;55:231-245)",
    }
    used = [texts[name] for name in estimators if name in texts]
    if used:
        yield f"The covariance of curves between studies was estimated by {join(used)}."


def effects(result: Result) -> str:
    """CSV with one row per dose group, with names as R's dosresmeta and metafor have them; NA if missing."""
    parts = [name for name in _HEADS if any(name in group for study in result["studies"] for group in study["groups"])]
    rows = (
        [
            *(study["label"], study["year"], study["design"], group["assigned"], *(group[part] for part in parts)),
            *(0 if group["yi"] is None else group["yi"], group["se"]),
        ]
        for study in result["studies"]
        for group in study["groups"]
    )
    return csv_text(["study", "year", "design", "dose", *parts, "yi", "sei"], rows, missing="NA")
