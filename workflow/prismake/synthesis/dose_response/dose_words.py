"""A dose-response curve in sentences: page, manuscript and figures say the same."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from prismake.core.measures import measure_name
from prismake.core.numbers import Format, count, number, p_value, percent
from prismake.core.phrases import plural

CURVES = {"linear": "line", "quadratic": "parabola", "spline": "restricted cubic spline"}
STAGES = {"one": "one stage", "two": "two stages"}
METHODS = {"REML": "REML", "ML": "maximum likelihood", "MM": "method of moments", "fixed": "no heterogeneity"}
MOST = 4  # doses that the main sentence names


def at_dose(result: Mapping[str, Any], dose: float) -> str:
    """“20 g/day”"""
    unit = result["dose_response"]["unit"]
    return f"{dose:g} {unit}".strip()


def exposure_of(result: Mapping[str, Any]) -> str:
    """What the dose is of: “alcohol”, or “the dose”."""
    return str(result["dose_response"]["exposure"] or "the dose")


def dose_format(result: Mapping[str, Any]) -> Format:
    """How the effects of a curve are printed: as the most precise reported dose needs them."""
    own = result["dose_response"]
    rows = [row for row in own["predictions"] if row["dose"] != own["reference"]]
    formats = [Format.of(result["measure"], [row]) for row in rows] or [Format.of(result["measure"], [])]
    return max(formats, key=lambda form: form.digits)


def round_doses(low: float, high: float, reference: float) -> list[float]:
    """About five round doses between ``low`` and ``high``, besides the reference."""
    width = high - low
    if width <= 0.0:
        return [high]
    power = 10.0 ** math.floor(math.log10(width / 5.0))
    step = next(step * power for step in (1.0, 2.0, 2.5, 5.0, 10.0) if width / (step * power) <= 6.0)
    first = math.ceil(low / step - 1e-9)
    doses = [round(place * step, 10) for place in range(first, math.floor(high / step + 1e-9) + 1)]
    return [dose for dose in doses if abs(dose - reference) > 1e-9] or [high]


def model(own: Mapping[str, Any]) -> str:
    """“restricted cubic spline with knots at 0, 10 and 30, one stage, REML”"""
    knots = f" with knots at {_listed(own['knots'])}" if own["model"] == "spline" else ""
    method = METHODS[own.get("method_used") or own["method"]]
    return f"{CURVES[own['model']]}{knots}, {STAGES[own['stage']]}, {method}"


def _listed(values: Sequence[float]) -> str:
    texts = [f"{value:.3g}" for value in values]
    return f"{', '.join(texts[:-1])} and {texts[-1]}" if len(texts) > 1 else "".join(texts)


def words(result: Mapping[str, Any]) -> dict[str, list[str]]:
    """Sentences by what they are about: main, line, heterogeneity, sensitivity by name, doses."""
    own, show = result["dose_response"], dose_format(result)
    return {
        "main": [_extent(result), _curve(result, show), *_shape(own)],
        "line": [line(result, show)],
        "heterogeneity": _heterogeneity(own),
        "doses": _assigned(result),
        **{name: [_sensitivity(name, row, result, show)] for name, row in own["sensitivity"].items()},
    }


def _extent(result: Mapping[str, Any]) -> str:
    own = result["dose_response"]
    studies = [study for study in result["studies"] if study["weight_pct"] is not None]
    groups = sum(len(study["groups"]) for study in studies)
    parts = []
    for key, noun in (("cases", "cases"), ("participants", "participants")):
        values = [study[key] for study in studies]
        if values and None not in values and sum(values):
            parts.append(f"{count(sum(values))} {noun}")
    people = f" ({' among '.join(parts)})" if parts else ""
    size = f"{plural(len(studies), 'study', 'studies')} with {plural(groups, 'dose group')}"
    return f"{result['title']}: {size}{people}; {model(own)}."


def _curve(result: Mapping[str, Any], show: Format) -> str:
    own = result["dose_response"]
    rows = [row for row in own["predictions"] if row["dose"] != own["reference"]]
    if not rows:
        return f"The only reported dose is the reference, {at_dose(result, own['reference'])}."
    if len(rows) > MOST:
        places = sorted({round(i * (len(rows) - 1) / (MOST - 1)) for i in range(MOST)})
        rows = [rows[place] for place in places]
    each = [
        f"{show.interval(row, result['level']) if i == 0 else _short(show, row)} at {at_dose(result, row['dose'])}"
        for i, row in enumerate(rows)
    ]
    start = f"Against {at_dose(result, own['reference'])}, the {measure_name(result)} is "
    return f"{start}{'; '.join(each)}."


def _short(show: Format, row: Mapping[str, Any]) -> str:
    return f"{show.value(row['estimate'], row, unit=True)} ({show.bounds(row)})"


def beyond(result: Mapping[str, Any]) -> list[str]:
    """Reported doses that no study reaches."""
    own = result["dose_response"]
    low, high = own["range"]
    rows = [*own["predictions"], {"dose": own["reference"]}]
    outside = sorted({row["dose"] for row in rows if not low <= row["dose"] <= high})
    if not outside:
        return []
    named = ", ".join(at_dose(result, dose) for dose in outside)
    return [f"No study reaches {named}: the doses of the studies lie between {low:g} and {high:g}."]


def _shape(own: Mapping[str, Any]) -> list[str]:
    test = own["tests"]["nonlinearity"] or own["tests"]["overall"]
    what = "non-linearity" if own["tests"]["nonlinearity"] else "a trend"
    return [f"Test of {what}: χ² = {number(test['statistic'])} on {test['df']} df, {p_value(test['p'])}."]


def line(result: Mapping[str, Any], show: Format) -> str:
    """The line through the same studies."""
    row = result["dose_response"]["line"]
    if row.get("error"):
        return f"No line was fitted beside the curve: {row['error']}"
    size = plural(row["k"], "study", "studies")
    per = at_dose(result, row["increment"])
    finer = max((show, Format.of(result["measure"], [row])), key=lambda form: form.digits)
    return (
        f"If the association is a line, the {measure_name(result)} for each increase of {exposure_of(result)} by {per} "
        f"is {finer.interval(row, result['level'])} ({size}, {p_value(row['p'])})."
    )


def _heterogeneity(own: Mapping[str, Any]) -> list[str]:
    row = own["heterogeneity"]
    if not row["df"]:
        return ["Heterogeneity cannot be assessed."]
    of = "of the curves of studies" if own["stage"] == "two" else "of the dose groups around the curve"
    return [
        f"Heterogeneity {of}: Q = {number(row['Q'])} ({plural(row['df'], 'degree')} of freedom, {p_value(row['p'])}), "
        f"I² = {percent(row['I2'])}."
    ]


def _assigned(result: Mapping[str, Any]) -> list[str]:
    """How many doses are not printed numbers."""
    groups = [group for study in result["studies"] for group in study["groups"]]
    derived = [group for group in groups if group["derived"]]
    if not derived:
        return []
    opened = [group for group in derived if "middle of" not in group["derived"] or "as wide" in group["derived"]]
    more = f", {len(opened)} of them open above" if opened else ""
    return [f"{len(derived)} of {plural(len(groups), 'dose')} were assigned to intervals{more}; the table says how."]


def _sensitivity(name: str, row: Mapping[str, Any], result: Mapping[str, Any], show: Format) -> str:
    level = result["level"]
    if name == "leave_one_out":
        fits = [entry for entry in row["rows"] if entry["predictions"]]
        if not fits:
            return "Each study left out in turn: not run with fewer than three studies."
        last = fits[0]["predictions"][-1]["dose"]
        values = [entry["predictions"][-1]["estimate"] for entry in fits if entry["predictions"][-1]["estimate"]]
        if not values:
            return "Each study left out in turn: the curve at the highest dose is beyond any number."
        span = f"{show.value(min(values))} and {show.value(max(values))}"
        missing = [entry["label"] for entry in row["rows"] if not entry["predictions"]]
        rest = f" Without {', '.join(missing)}, there is no curve." if missing else ""
        where = f"the {measure_name(result)} at {at_dose(result, last)}"
        return f"Each study left out in turn: {where} lies between {span}.{rest}"
    title = "Without studies at high risk of bias"
    if not row["removed"]:
        return f"{title}: no pooled study is judged so; nothing changes."
    if row["error"]:
        return f"{title}: {row['error']}"
    last = row["predictions"][-1]
    return (
        f"{title} ({plural(row['k'], 'study', 'studies')} left): {measure_name(result)} "
        f"{show.interval(last, level)} at {at_dose(result, last['dose'])}."
    )
