"""Sensitivity analyses: without single studies, cumulative, under another model or scale, or allowing for missing
studies."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from prismake.core.errors import PoolingError
from prismake.core.labels import join
from prismake.core.names import STUDY_ID
from prismake.extraction.assumed_correlations import in_words
from prismake.extraction.derived_values import CONVERTED
from prismake.protocol.analyses import OTHER_CORRELATIONS
from prismake.protocol.joint_problems import JOINTLY
from prismake.synthesis import sentences
from prismake.synthesis.data import Data, plain, proportions
from prismake.synthesis.fields import INFLUENCE, TRIM_FILL, TRIM_FILL_POOLED, chosen, json_ready, series_values
from prismake.synthesis.further import TITLES as FURTHER
from prismake.synthesis.further import further
from prismake.synthesis.joint import TITLE as JOINT
from prismake.synthesis.joint import Beside, jointly
from prismake.synthesis.models import Plan, analysis, carried, inverse_variance, main_plan, remedies

LEAST = 3  # studies, for analyses that leave one out or examine the shape of a funnel
TRIM_ESTIMATOR = "L0"
TITLES = {
    "leave_one_out": "Each study left out in turn",
    "cumulative": "Cumulative by year of publication",
    "influence": "Influence of single studies",
    "baujat": "Contributions of single studies",
    "gosh": "Every subset of studies",
    "trim_and_fill": "Trim and fill",
    "failsafe_n": "Fail-safe number",
    "without_high_risk": "Without studies at high risk of bias",
    "without_converted": "Without converted numbers",
    "lower_correlation": "With a lower correlation",
    "higher_correlation": "With a higher correlation",
    "fixed_effect": "One effect common to all studies",
    "freeman_tukey": "On the Freeman–Tukey scale",
    "arcsine": "On the arcsine scale",
}
TITLES |= FURTHER | {JOINTLY: JOINT}
KINDS = {"leave_one_out": "leave1out", "trim_and_fill": "trimfill"}  # kinds that are named differently here
ALIKE = 1e-12  # contributions up to this are rounding error
SUBSETS = 4095  # all subsets of twelve studies; with more studies, a sample of this size

Studies = Sequence[Mapping[str, Any]]


def sensitivity(
    data: Data,
    studies: Studies,
    spec: Mapping[str, Any],
    level: float,
    title: str,
    seed: int = 0,
    elsewhere: Mapping[str, Data] = MappingProxyType({}),
    beside: Beside = MappingProxyType({}),
) -> dict[str, Any]:
    """The analyses named in ``outcomes.<outcome>.sensitivity``, by name.

    All of them use inverse variance with the method and test of the outcome, except the one without studies at high
    risk of bias, which repeats the main analysis. An analysis that cannot be computed has the reason in ``sentence``,
    no numbers, and ``None`` for ``values``. ``elsewhere``: the studies as they are with another correlation than the
    assumed one, by the name of the analysis; ``beside``: the outcomes that are analysed jointly with this one.
    """
    models = {"fixed_effect": _common_effect, "freeman_tukey": _on_scale("PFT"), "arcsine": _on_scale("PAS")}
    others: dict[str, Callable[..., dict[str, Any]]] = {
        "leave_one_out": _leave_one_out,
        "cumulative": _cumulative,
        "influence": _influence,
        "baujat": _baujat,
        "gosh": _gosh,
        "trim_and_fill": _trim_and_fill,
        "failsafe_n": _failsafe_n,
        "without_high_risk": _without_high_risk,
        "without_converted": _without_converted,
        **{name: functools.partial(_at_correlation, name, elsewhere.get(name)) for name in OTHER_CORRELATIONS},
    }
    others[JOINTLY] = lambda data, studies, spec, level, seed: jointly(data, studies, spec, level, beside)
    results: dict[str, Any] = {}
    for name in spec["sensitivity"]:
        if name in models:
            results[name] = models[name](data, spec, level, title)
            continue
        options = {"measure": data.measure, "method": spec["method"], "test": spec["test"], "level": level}
        row = _not_run(name, {**options, "adhoc": remedies(spec)[0]})
        if len(studies) < LEAST:
            why = f"not run, because fewer than {LEAST} studies are pooled."
        else:
            try:
                run = others[name] if name in others else functools.partial(further, name)
                results[name] = row | run(data, studies, spec, level, seed)
                continue
            except PoolingError as error:
                why = str(error)
        results[name] = {**row, "sentence": f"{TITLES[name]}: {why}"}
    return results


def no_sensitivity(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The analyses named in ``outcomes.<outcome>.sensitivity`` when there are not two studies to pool."""
    why = "not run, because fewer than two studies are pooled."
    return {name: {**_not_run(name, {}), "sentence": f"{TITLES[name]}: {why}"} for name in spec["sensitivity"]}


def _not_run(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of an analysis before its numbers are there."""
    return {"kind": KINDS.get(name, name), "options": dict(options), "values": None, "studies": []}


def _leave_one_out(data: Data, studies: Studies, spec: Mapping[str, Any], level: float, seed: int) -> dict[str, Any]:
    """The inverse-variance result without each study in turn."""
    import numpy as np

    from prismake.pooling import leave_one_out

    for index in range(len(studies)):
        data.part(np.arange(len(studies)) != index).refuse_corrections_alone()
    series = leave_one_out(data.yi, data.vi, spec["method"], spec["test"], level, adhoc=remedies(spec)[0])
    rows = _series_rows(data, studies, series)
    return {
        "studies": rows,
        "values": series_values(series),
        "sentence": sentences.leave_one_out(rows, level, data.show) + sentences.wald_rows(rows, spec["test"]),
    }


def _cumulative(data: Data, studies: Studies, spec: Mapping[str, Any], level: float, seed: int) -> dict[str, Any]:
    """The result of the first study, the first two, ... by year of publication; within a year, by label."""
    import numpy as np

    from prismake.pooling import cumulative

    years = [study["year"] for study in studies]
    if None in years:
        without = ", ".join(study["label"] for study in studies if study["year"] is None)
        raise PoolingError(f"the year of publication is missing for {without}.")
    order = np.array(sorted(range(len(studies)), key=lambda i: (years[i], studies[i]["label"], studies[i][STUDY_ID])))
    adhoc = remedies(spec)[0]
    series = cumulative(data.yi[order], data.vi[order], spec["method"], spec["test"], level, adhoc=adhoc)
    sorted_studies = [studies[i] for i in order]
    rows = _series_rows(data.part(order), sorted_studies, series)
    for row, study in zip(rows, sorted_studies, strict=True):
        row["year"] = study["year"]
    values = {"order": [study[STUDY_ID] for study in sorted_studies], **series_values(series)}
    positions = np.argsort(order).tolist()  # position of each study of the table in that order
    sentence = sentences.cumulative(rows, level, data.show) + sentences.wald_rows(rows[1:], spec["test"])
    return {"studies": rows, "positions": positions, "values": values, "sentence": sentence}


def _series_rows(data: Data, studies: Studies, series: Any) -> list[dict[str, Any]]:
    """One row per analysis of the series, its estimate and interval on the natural scale."""
    import numpy as np

    from prismake.pooling import back_transform

    ni = data.sizes
    rows = []
    for index, study in enumerate(studies):
        row = {**_who(study), "k": int(series.k[index]), "test": "z" if np.isnan(series.ddf[index]) else "knha"}
        for name in ("estimate", "ci_lb", "ci_ub"):
            row[name] = plain(back_transform(data.measure, float(getattr(series, name)[index]), ni=ni))
        rows.append(row | {"tau2": plain(series.tau2[index]), "I2": plain(series.I2[index])})
    return rows


def _who(study: Mapping[str, Any]) -> dict[str, Any]:
    return {STUDY_ID: study[STUDY_ID], "label": study["label"]}


def _influence(data: Data, studies: Studies, spec: Mapping[str, Any], level: float, seed: int) -> dict[str, Any]:
    """Deletion diagnostics of each study (Viechtbauer & Cheung 2010) with the classic standard errors."""
    from prismake.pooling import influence

    diagnostics = influence(data.yi, data.vi, spec["method"])
    values = chosen(diagnostics, INFLUENCE)
    rows = [{**_who(study), **{name: values[name][index] for name in INFLUENCE}} for index, study in enumerate(studies)]
    options = {"measure": data.measure, "method": spec["method"], "test": "z"}
    sentence = sentences.influence([row["label"] for row in rows if row["is_influential"]])
    return {"options": options, "method": spec["method"], "studies": rows, "values": values, "sentence": sentence}


def _baujat(data: Data, studies: Studies, spec: Mapping[str, Any], level: float, seed: int) -> dict[str, Any]:
    """Each study's share of the heterogeneity (x) and its weight in the result (y), Baujat et al. 2002."""
    from prismake.pooling import baujat

    points = baujat(data.yi, data.vi, spec["method"])
    rows = [
        {**_who(study), "x": plain(points.x[index]), "y": plain(points.y[index])} for index, study in enumerate(studies)
    ]
    alike = all(max(row["x"] or 0.0, row["y"] or 0.0) < ALIKE for row in rows)
    most = [max(rows, key=lambda row: row[axis] or 0.0)["label"] for axis in ("x", "y")]  # ties: first in the table
    options = {"measure": data.measure, "method": spec["method"], "test": "z"}
    return {
        "options": options, "method": spec["method"], "studies": rows, "values": chosen(points, ("x", "y")),
        "sentence": sentences.baujat(*most) if not alike else sentences.BAUJAT_ALIKE,
    }  # fmt: skip


def _gosh(data: Data, studies: Studies, spec: Mapping[str, Any], level: float, seed: int) -> dict[str, Any]:
    """The estimate and I² of every subset of studies, or of a sample of them (Olkin et al. 2012)."""
    import numpy as np

    from prismake.pooling import back_transform, gosh

    result = gosh(data.yi, data.vi, spec["method"], subsets=SUBSETS, seed=seed)
    two = result.k > 1
    ni = data.sizes
    natural = back_transform(data.measure, result.estimate[two], ni=ni)
    spread = [float(x) for x in np.quantile(natural, (0.0, 0.25, 0.5, 0.75, 1.0))]
    values = {"estimate": result.estimate[two], "I2": result.I2[two], "k": result.k[two]}
    row = {"subsets": int(two.sum()), "exhaustive": result.exhaustive, "quantiles": spread}
    values = {name: json_ready(np.round(value, 6)) for name, value in values.items()}
    return {**row, "seed": seed, "values": values, "sentence": sentences.gosh(row, data.show)}


def _trim_and_fill(data: Data, studies: Studies, spec: Mapping[str, Any], level: float, seed: int) -> dict[str, Any]:
    """Studies that may be missing on one side of the funnel, mirrored (Duval & Tweedie 2000, estimator L0)."""
    from prismake.pooling import trim_and_fill

    result = trim_and_fill(
        data.yi, data.vi, spec["method"], TRIM_ESTIMATOR, test=spec["test"], level=level, adhoc=remedies(spec)[0]
    )
    row: dict[str, Any] = {
        "k": len(studies),
        "k0": int(result.k0),
        "se_k0": plain(result.se_k0),
        "side": result.side,
        "estimator": result.estimator,
        "method": spec["method"],
        "test": result.pooled.test,
        **{name: plain(getattr(result.pooled, name)) for name in ("beta", "se", "tau2", "I2")},
        **{
            name: data.natural(getattr(result.pooled, source))
            for name, source in (("estimate", "beta"), ("ci_lb", "ci_lb"), ("ci_ub", "ci_ub"))
        },
        "filled": [
            {"yi": float(y), "vi": float(v)}
            for y, v in zip(result.yi[result.filled], result.vi[result.filled], strict=True)
        ],
        "values": chosen(result, TRIM_FILL) | chosen(result.pooled, TRIM_FILL_POOLED),
    }
    notes = "".join(f" {text}" for text in carried(result.pooled)) if row["k0"] else ""
    return {**row, "sentence": sentences.trim_and_fill(row, level, data.show) + notes}


def _failsafe_n(data: Data, studies: Studies, spec: Mapping[str, Any], level: float, seed: int) -> dict[str, Any]:
    """Rosenthal's and Rosenberg's numbers; they do not exist for a single proportion, which has no null effect."""
    from prismake.pooling import failsafe_n

    if data.proportion:
        raise PoolingError("it refers to a null effect, which a single proportion does not have.")
    row: dict[str, dict[str, Any]] = {
        kind.lower(): {"n": int(result.n), "p": plain(result.pval)}
        for kind in ("Rosenthal", "Rosenberg")
        for result in [failsafe_n(data.yi, data.vi, kind)]
    }
    values = {name: {"n": numbers["n"], "pval": numbers["p"]} for name, numbers in row.items()}
    sentence = sentences.failsafe(row["rosenthal"]["n"], row["rosenberg"]["n"], len(studies))
    return {**row, "values": values, "sentence": sentence}


def _without_high_risk(
    data: Data, studies: Studies, spec: Mapping[str, Any], level: float, seed: int
) -> dict[str, Any]:
    """The main analysis without studies at high risk of bias or of low quality.

    Studies without an overall judgement stay in, and are named.
    """
    import numpy as np

    judged = [(study.get("appraisal") or {}).get("high_risk") for study in studies]
    left = [study["label"] for study, high in zip(studies, judged, strict=True) if high]
    unjudged = [study["label"] for study, high in zip(studies, judged, strict=True) if high is None]
    if not left:
        raise PoolingError(f"no study was judged to be at high risk.{_unjudged(unjudged)}")
    if len(studies) - len(left) < 2:
        raise PoolingError(f"fewer than two studies remain without {', '.join(left)}.")
    part = data.part(np.array([not high for high in judged]))
    row = analysis(part, main_plan(part, spec), level, TITLES["without_high_risk"], data.show)
    remark = f"Left out: {', '.join(left)}.{_unjudged(unjudged)}"
    warnings, sentence = [*row["warnings"], remark], f"{row['sentence']} {remark}"
    title = TITLES["without_high_risk"]
    return {**row, "name": title, "without": left, "unjudged": unjudged, "warnings": warnings, "sentence": sentence}


def _without_converted(
    data: Data, studies: Studies, spec: Mapping[str, Any], level: float, seed: int
) -> dict[str, Any]:
    """The main analysis without studies that have a number converted from others."""
    import numpy as np

    converted = np.array([CONVERTED in str(study.get("how", "")) for study in studies])
    left = [study["label"] for study, own in zip(studies, converted, strict=True) if own]
    if not left:
        raise PoolingError("no number was converted.")
    if len(studies) - len(left) < 2:
        raise PoolingError(f"fewer than two studies remain without {', '.join(left)}.")
    part, title = data.part(~converted), TITLES["without_converted"]
    row = analysis(part, main_plan(part, spec), level, title, data.show)
    remark = f"Left out: {', '.join(left)}."
    warnings, sentence = [*row["warnings"], remark], f"{row['sentence']} {remark}"
    return {**row, "name": title, "without": left, "warnings": warnings, "sentence": sentence}


def _at_correlation(
    name: str,
    other: Data | None,
    data: Data,
    studies: Studies,
    spec: Mapping[str, Any],
    level: float,
    seed: int,
) -> dict[str, Any]:
    """The main analysis of the studies as they are with another correlation within people than the assumed one."""
    import numpy as np

    if other is None or len(other.yi) != len(data.yi):
        raise PoolingError("no number rests on an assumed correlation.")
    other = dataclasses.replace(other, show=data.show, name=data.name)
    row = analysis(other, main_plan(other, spec), level, TITLES[name], data.show)
    moved = ~(np.isclose(other.yi, data.yi, rtol=1e-12) & np.isclose(other.vi, data.vi, rtol=1e-12))
    labels = join([study["label"] for study, is_moved in zip(studies, moved, strict=True) if is_moved])
    remark = f"The correlation is {in_words(spec['assumed']['correlation'], name)} in {labels}."
    effects = {"yi": json_ready(other.yi), "vi": json_ready(other.vi)}
    sentence, title = f"{row['sentence']} {remark}", TITLES[name]
    return {**row, **effects, "name": title, "warnings": [*row["warnings"], remark], "sentence": sentence}


def _unjudged(labels: Sequence[str]) -> str:
    return f" Kept, as without an overall judgement: {', '.join(labels)}." if labels else ""


def _common_effect(data: Data, spec: Mapping[str, Any], level: float, title: str) -> dict[str, Any]:
    """The common-effect model, with a Wald-type interval."""
    return analysis(data, Plan("inverse_variance", "EE", "z"), level, title, data.show)


def _on_scale(measure: str) -> Callable[..., dict[str, Any]]:
    """Proportions pooled on another scale."""

    def again(data: Data, spec: Mapping[str, Any], level: float, title: str) -> dict[str, Any]:
        on_scale = dataclasses.replace(proportions(measure, data.columns), show=data.show, name=data.name)
        return analysis(on_scale, inverse_variance(spec), level, title, data.show)

    return again
