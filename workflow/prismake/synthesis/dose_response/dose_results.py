"""One dose-response outcome from its table to plain numbers and sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from prismake.core.errors import PoolingError
from prismake.core.measures import RATIOS
from prismake.core.names import STUDY_ID
from prismake.synthesis import sentences
from prismake.synthesis.data import plain, whole
from prismake.synthesis.dose_response import dose_words as words
from prismake.synthesis.dose_response.dose_rows import DoseRows, StudyGroups, dose_rows
from prismake.synthesis.fields import json_ready
from prismake.synthesis.result_frame import result_frame
from prismake.synthesis.usable import EXTRACTED

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from prismake.pooling import CurveValues, DoseResponse, DoseStudy

POINTS = 101  # of the drawn curve
LEAST = 3  # studies, for an analysis that leaves one out
SETTINGS = ("model", "stage", "method", "structure", "covariance", "variances", "open_ended")
Studies = Sequence[Mapping[str, Any]]


def analyse_doses(
    outcome: str,
    table: pd.DataFrame,
    spec: Mapping[str, Any],
    *,
    labels: Mapping[str, str],
    level: float,
    undecided: Mapping[str, int],
    appraisals: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    **_: Any,
) -> dict[str, Any]:
    """The complete analysis of one outcome of kind ``dose_response``; arguments as those of ``outcome.analyse``.

    What is computed stands under ``dose_response``: the coefficients of the curve with their covariances, tests,
    ``curve`` and ``predictions`` on the natural scale, the ``line`` fitted beside it, the curves of single studies, and
    sensitivity analyses. Each group has its ``estimate`` against the reference group of its study, and, for figures,
    ``against_curve``: on top of the curve at that group's dose. ``pooled`` says whether there is a curve.
    """
    own = spec["dose_response"]
    result = result_frame(outcome, table, spec, labels=labels, level=level, undecided=undecided)
    result |= {"pooled": False, "dose_response": dose_frame(spec)}
    used = table[table["status"].isin(EXTRACTED)]
    title = result["title"]
    if used.empty:
        result["sentence"] = f"{title}: no study can be pooled yet."
        return result
    rows = dose_rows(used, spec)
    cells = used.to_dict("records")
    left_out = {
        cells[place][STUDY_ID]: {
            STUDY_ID: cells[place][STUDY_ID],
            "label": str(cells[place]["label"]).removesuffix(f", {cells[place]['arm']}"),
            "reason": reason,
        }
        for place, reason in rows.reasons.items()
    }
    result["left_out"] += left_out.values()
    result["studies"] = [_study(entry, cells, spec, appraisals) for entry in rows.studies]
    try:
        fit = fitted([entry.study for entry in rows.studies], own, level)
    except PoolingError as error:
        result["sentence"] = f"{title}: no curve was fitted. {error.what} {error.remedy}".strip()
        _count(result, ())
        return result
    _fill(result, fit, rows, spec)
    return result


def dose_frame(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a result that only dose-response outcomes have, before anything is computed."""
    own = spec["dose_response"]
    return {
        **{name: own[name] for name in ("unit", "exposure", "increment", *SETTINGS)},
        "correlation_assumed": own["correlation"] or None,
        "reference": own.get("reference"),
        "knots": [],
        **{name: [] for name in ("coefficients", "curve", "predictions", "study_curves", "without_curve", "notes")},
        **{name: {} for name in ("heterogeneity", "tests", "line", "sensitivity", "without_high_risk", "words")},
        **dict.fromkeys(("vcov", "T", "loglik", "aic", "certificate")),
    }


def fitted(studies: Sequence[DoseStudy], own: Mapping[str, Any], level: float, **other: Any) -> DoseResponse:
    """The curve by the settings of an outcome; raises PoolingError if there is none."""
    from prismake.pooling import pool_dose_response

    settings = {name: own[name] for name in ("model", "stage", "method", "structure")}
    knots = list(own["knots"]) or own["knot_count"]
    return pool_dose_response(
        studies, knots=knots, reference=own.get("reference"), level=level, **{**settings, **other}
    )


def _study(
    entry: StudyGroups, cells: Sequence[Mapping[str, Any]], spec: Mapping[str, Any], appraisals: Mapping[str, Any]
) -> dict[str, Any]:
    """A study with its groups: the numbers extracted, and each contrast with the reference group."""
    import numpy as np

    study, behind = entry.study, [cells[group["row"]] for group in entry.groups]
    contrasts = {float(dose): (float(y), float(se)) for dose, y, se in zip(study.doses, study.y, study.se, strict=True)}
    groups = []
    for group in entry.groups:
        y, se = contrasts.get(float(group["assigned"]), (None, None))
        numbers = {role: whole_or_none(group[role]) for role in spec["columns"] if role != "dose"}
        shown = {name: group[name] for name in ("dose", "assigned", "derived")}
        groups.append({**shown, **numbers, "yi": y, "se": se})
    first = behind[0]
    sizes = [group[role] for group in entry.groups for role in ("total", "n") if role in group]
    cases = [group["events"] for group in entry.groups if "events" in group]
    appraisal = appraisals.get(entry.study_id)
    return {
        STUDY_ID: entry.study_id,
        "arm": "",
        "label": entry.label,
        "year": int(first["year"]) if first.get("year", "") else None,
        "design": entry.design,
        "reference": study.reference,
        "crude": study.crude,
        "groups": groups,
        "covariance": np.asarray(study.S).tolist(),
        "participants": plain(sum(sizes)) if sizes and None not in sizes and entry.design != "incidence_rate" else None,
        "cases": plain(sum(cases)) if cases and None not in cases else None,
        "weight_pct": None,
        "source": " / ".join(dict.fromkeys(row["source"] for row in behind if row["source"])),
        "how": "; ".join(dict.fromkeys(row["how"] for row in behind if row.get("how"))),
        "settled_by": first.get("settled_by", ""),
        "appraisal": appraisal,
    }


def whole_or_none(value: float | None) -> int | float | None:
    """A number as int if it is whole; None where it is not reported."""
    return None if value is None else whole(value)


def _count(result: dict[str, Any], pooled: Sequence[str]) -> None:
    counts = result["counts"]
    counts["studies_pooled"] = len(pooled)
    counts["statement"] = sentences.counts(len(pooled), counts["studies_included"], counts["undecided"])


def _fill(result: dict[str, Any], fit: DoseResponse, rows: DoseRows, spec: Mapping[str, Any]) -> None:
    """Everything that a fitted curve gives."""
    own, settings, level = result["dose_response"], spec["dose_response"], result["level"]
    every = [entry.study for entry in rows.studies]
    natural = Natural(result["measure"])
    weights = {id(study): weight for study, weight in zip(fit.studies, fit.weights, strict=True)}
    for entry, study in zip(rows.studies, result["studies"], strict=True):
        study["weight_pct"] = plain(weights[id(entry.study)]) if id(entry.study) in weights else None
        shift = float(fit.predict([entry.study.reference]).estimate[0])
        for group in study["groups"]:
            group["estimate"] = None if group["yi"] is None else natural.value(group["yi"])
            group["against_curve"] = natural.value((group["yi"] or 0.0) + shift)
    own["without_curve"] = [{"label": row.label, "reason": row.reason} for row in fit.left_out]
    result["left_out"] += [
        {STUDY_ID: study[STUDY_ID], "label": study["label"], "reason": row.reason}
        for row in fit.left_out
        for study in result["studies"]
        if study["label"] == row.label
    ]
    _count(result, [study[STUDY_ID] for study in result["studies"] if study["weight_pct"] is not None])
    result["pooled"] = True
    own |= fit_values(fit)
    doses = [float(dose) for study in fit.studies for dose in study.every_dose]
    low, high = min(doses), max(doses)
    own["range"] = [low, high]
    own["curve"] = natural.rows(fit.predict(_grid(low, high, fit.reference)))
    own["predictions"] = natural.rows(fit.predict(settings["doses"] or words.round_doses(low, high, fit.reference)))
    own["study_curves"] = _study_curves(fit, natural)
    own["line"] = _line(fit, every, settings, level, natural)
    own["without_high_risk"] = _without_high_risk(result, rows, settings, natural)
    own["sensitivity"] = _sensitivity(result, rows, settings, natural)
    result["notes"] = [*fit.notes, *words.beyond(result)]
    own["words"] = words.words(result)
    result["sentence"] = " ".join([*own["words"]["main"], *result["notes"]])


class Natural:
    """From the scale of the contrasts to the natural one."""

    def __init__(self, measure: str) -> None:
        self.ratio = measure in RATIOS

    def value(self, value: float) -> float | None:
        if not self.ratio:
            return plain(value)
        return plain(math.exp(value)) if value < 700.0 else None

    def rows(self, values: CurveValues) -> list[dict[str, Any]]:
        """Each dose with its effect; ``beta``, ``se`` and ``tau2`` on the scale of the contrasts."""
        names = ("estimate", "ci_lb", "ci_ub", "pi_lb", "pi_ub")
        return [
            {
                "dose": float(values.dose[i]),
                "beta": plain(values.estimate[i]),
                "se": plain(values.se[i]),
                "tau2": plain(values.tau2[i]),
                **{name: self.value(float(getattr(values, name)[i])) for name in names},
            }
            for i in range(values.dose.size)
        ]


def fit_values(fit: DoseResponse) -> dict[str, Any]:
    """Coefficients, covariances, tests and certificate of a curve as plain numbers."""
    tests = {"overall": fit.overall, "nonlinearity": fit.nonlinearity}
    columns = ("beta", "se", "stat", "pval", "ci_lb", "ci_ub")
    return {
        "reference": fit.reference,
        "knots": list(fit.basis.knots),
        "method_used": fit.method,
        "k": fit.k,
        "contrasts": fit.rows,
        "coefficients": [
            {"name": name, **{column: plain(getattr(fit, column)[i]) for column in columns}}
            for i, name in enumerate(fit.basis.names)
        ],
        "vcov": json_ready(fit.vcov),
        "T": json_ready(fit.T),
        "bound": fit.bound,
        "heterogeneity": {"Q": plain(fit.Q), "df": fit.df, "p": plain(fit.Q_p), "I2": plain(fit.I2)},
        "tests": {name: None if test is None else test._asdict() for name, test in tests.items()},
        "loglik": plain(fit.loglik),
        "aic": plain(fit.aic),
        "certificate": {"decrement": plain(fit.decrement), "iterations": fit.iterations},
    }


def _grid(low: float, high: float, reference: float) -> np.ndarray:
    import numpy as np

    return np.unique(np.append(np.linspace(low, high, POINTS), min(max(reference, low), high)))


def _study_curves(fit: DoseResponse, natural: Natural) -> list[dict[str, Any]]:
    """The curve of each study over its own doses against the reference dose: its best linear unbiased prediction."""
    import numpy as np

    curves = []
    for place, study in enumerate(fit.studies):
        doses = np.linspace(float(study.every_dose.min()), float(study.every_dose.max()), 41)
        values = fit.study_curve(place, doses)
        points = [[round(float(x), 6), natural.value(float(y))] for x, y in zip(doses, values, strict=True)]
        curves.append({"label": study.label, "points": points})
    return curves


def _line(
    fit: DoseResponse, studies: Sequence[DoseStudy], own: Mapping[str, Any], level: float, natural: Natural
) -> dict[str, Any]:
    """The line through the same studies: the effect of an increment of the dose, wherever it starts."""
    try:
        line = fit if own["model"] == "linear" else fitted(studies, own, level, model="linear")
    except PoolingError as error:
        return {"error": str(error)}
    row = natural.rows(line.per(own["increment"]))[0]
    return {
        "increment": own["increment"],
        **row,
        "p": plain(line.pval[0]),
        "tau": plain(line.tau[0] * own["increment"]),
        "k": line.k,
        "heterogeneity": {"Q": plain(line.Q), "df": line.df, "p": plain(line.Q_p), "I2": plain(line.I2)},
        "error": "",
    }


def _without_high_risk(
    result: Mapping[str, Any], rows: DoseRows, own: Mapping[str, Any], natural: Natural
) -> dict[str, Any]:
    """The curve at the reported doses without studies at high risk of bias; {} if there are none."""
    high = {study[STUDY_ID] for study in result["studies"] if (study["appraisal"] or {}).get("high_risk")}
    rest = [entry.study for entry in rows.studies if entry.study_id not in high]
    removed = len(rows.studies) - len(rest)
    return _rest(rest, own, result, natural) | {"removed": removed} if removed else {}


def _sensitivity(result: Mapping[str, Any], rows: DoseRows, own: Mapping[str, Any], natural: Natural) -> dict[str, Any]:
    """The curve at the reported doses without studies at high risk, and without each study in turn."""
    found: dict[str, Any] = {}
    for name in own["sensitivity"]:
        if name == "without_high_risk":
            found[name] = result["dose_response"]["without_high_risk"] or {"removed": 0, "error": "", "predictions": []}
            continue
        each = rows.studies if len(rows.studies) >= LEAST else ()
        found[name] = {"rows": [_without(left, result, rows, own, natural) for left in each]}
    return found


def _without(
    left: StudyGroups, result: Mapping[str, Any], rows: DoseRows, own: Mapping[str, Any], natural: Natural
) -> dict[str, Any]:
    rest = [entry.study for entry in rows.studies if entry is not left]
    return {STUDY_ID: left.study_id, "label": left.label} | _rest(rest, own, result, natural)


def _rest(
    studies: Sequence[DoseStudy], own: Mapping[str, Any], result: Mapping[str, Any], natural: Natural
) -> dict[str, Any]:
    """The curve of some of the studies, with the knots of all of them."""
    import numpy as np

    every = result["dose_response"]
    settings = {**own, "knots": every["knots"], "reference": every["reference"]}
    try:
        fit = fitted(studies, settings, result["level"], near=np.array(every["T"]))
    except PoolingError as error:
        return {"k": len(studies), "predictions": [], "error": str(error)}
    test = fit.nonlinearity
    return {
        "k": fit.k,
        "predictions": natural.rows(fit.predict([row["dose"] for row in every["predictions"]])),
        "nonlinearity_p": None if test is None else plain(test.p),
        "error": "",
    }
