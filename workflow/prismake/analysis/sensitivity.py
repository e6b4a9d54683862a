"""What happens to a result without one study, under another model or scale, or with studies that may be missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from prismake import sentences
from prismake.analysis.data import Data, plain, proportions
from prismake.analysis.models import analysis, inverse_variance
from prismake.errors import PoolingError

LEAST = 3  # studies, for whatever leaves one out or looks at the shape of a funnel
DELETION = ("rstudent", "dffits", "cook_d", "cov_r", "hat", "dfbs", "weight_pct", "tau2_del")
TRIM_ESTIMATOR = "L0"
_TITLES = {
    "influence": "Influence of single studies",
    "baujat": "Contributions of single studies",
    "trim_and_fill": "Trim and fill",
    "failsafe_n": "Fail-safe number",
}


def sensitivity(
    data: Data, studies: Sequence[Mapping[str, Any]], spec: Mapping[str, Any], level: float, title: str
) -> dict[str, Any]:
    """The analyses that ``outcomes.<outcome>.sensitivity`` names, by name; ``leave_one_out`` is always there.

    All of them rest on inverse variance with the method and test of the outcome. What cannot be computed has its
    reason in ``sentence`` and no numbers.
    """
    found: dict[str, Any] = {"leave_one_out": []}
    models = {"fixed_effect": _common_effect, "freeman_tukey": _on_scale("PFT"), "arcsine": _on_scale("PAS")}
    others: dict[str, Callable[..., dict[str, Any]]] = {
        "influence": _influence,
        "baujat": _baujat,
        "trim_and_fill": _trim_and_fill,
        "failsafe_n": _failsafe_n,
    }
    for name in spec["sensitivity"]:
        if name == "leave_one_out":
            found[name] = _leave_one_out(data, studies, spec, level)
        elif name in models:
            found[name] = models[name](data, spec, level, title)
        elif len(studies) < LEAST:
            found[name] = {"sentence": f"{_TITLES[name]}: not run, because fewer than {LEAST} studies are pooled."}
        else:
            try:
                found[name] = others[name](data, studies, spec, level)
            except PoolingError as error:
                found[name] = {"sentence": f"{_TITLES[name]}: {error}"}
    return found


def _leave_one_out(
    data: Data, studies: Sequence[Mapping[str, Any]], spec: Mapping[str, Any], level: float
) -> list[dict[str, Any]]:
    """The inverse-variance result without each study in turn, on the natural scale."""
    from prismake.pooling import back_transform, leave_one_out

    if len(studies) < LEAST:
        return []
    series = leave_one_out(data.yi, data.vi, spec["method"], spec["test"], level)
    ni = data.columns["total"] if data.measure == "PFT" else None
    rows = []
    for index, study in enumerate(studies):
        natural = [
            back_transform(data.measure, float(values[index]), ni=ni)
            for values in (series.estimate, series.ci_lb, series.ci_ub)
        ]
        rows.append(
            {
                **_who(study),
                **{name: plain(value) for name, value in zip(("estimate", "ci_lb", "ci_ub"), natural, strict=True)},
                "tau2": plain(series.tau2[index]),
                "I2": plain(series.I2[index]),
            }
        )
    return rows


def _who(study: Mapping[str, Any]) -> dict[str, Any]:
    return {"study_id": study["study_id"], "label": study["label"]}


def _influence(
    data: Data, studies: Sequence[Mapping[str, Any]], spec: Mapping[str, Any], level: float
) -> dict[str, Any]:
    """Deletion diagnostics of each study (Viechtbauer & Cheung 2010) under a Wald-type model."""
    from prismake.pooling import influence

    found = influence(data.yi, data.vi, spec["method"])
    rows = [
        {
            **_who(study),
            **{name: plain(getattr(found, name)[index]) for name in DELETION},
            "influential": bool(found.is_influential[index]),
        }
        for index, study in enumerate(studies)
    ]
    named = [row["label"] for row in rows if row["influential"]]
    return {"method": spec["method"], "studies": rows, "sentence": sentences.influence(named)}


def _baujat(data: Data, studies: Sequence[Mapping[str, Any]], spec: Mapping[str, Any], level: float) -> dict[str, Any]:
    """Each study's share of the heterogeneity (x) and its weight in the result (y), Baujat et al. 2002."""
    from prismake.pooling import baujat

    points = baujat(data.yi, data.vi, spec["method"])
    rows = [
        {**_who(study), "x": plain(points.x[index]), "y": plain(points.y[index])} for index, study in enumerate(studies)
    ]
    most = [max(rows, key=lambda row: row[axis] or 0.0)["label"] for axis in ("x", "y")]  # ties: first in the table
    return {"method": spec["method"], "studies": rows, "sentence": sentences.baujat(*most)}


def _trim_and_fill(
    data: Data, studies: Sequence[Mapping[str, Any]], spec: Mapping[str, Any], level: float
) -> dict[str, Any]:
    """Studies that may be missing on one side of the funnel, mirrored (Duval & Tweedie 2000, estimator L0)."""
    from prismake.pooling import trim_and_fill

    found = trim_and_fill(data.yi, data.vi, spec["method"], TRIM_ESTIMATOR, test=spec["test"], level=level)
    row: dict[str, Any] = {
        "k": len(studies),
        "k0": int(found.k0),
        "se_k0": plain(found.se_k0),
        "side": found.side,
        "estimator": found.estimator,
        "method": spec["method"],
        "test": found.pooled.test,
        **{name: plain(getattr(found.pooled, name)) for name in ("beta", "se", "tau2", "I2")},
        **{
            name: data.natural(getattr(found.pooled, source))
            for name, source in (("estimate", "beta"), ("ci_lb", "ci_lb"), ("ci_ub", "ci_ub"))
        },
        "filled": [
            {"yi": float(y), "vi": float(v)}
            for y, v in zip(found.yi[found.filled], found.vi[found.filled], strict=True)
        ],
    }
    return {**row, "sentence": sentences.trim_and_fill(row, level)}


def _failsafe_n(
    data: Data, studies: Sequence[Mapping[str, Any]], spec: Mapping[str, Any], level: float
) -> dict[str, Any]:
    """Rosenthal's and Rosenberg's numbers; a single proportion has no effect of zero to fall to."""
    from prismake.pooling import failsafe_n

    if data.proportion:
        raise PoolingError("it compares with no effect, which a single proportion does not have.")
    row = {
        kind.lower(): {"n": int(found.n), "p": plain(found.pval)}
        for kind in ("Rosenthal", "Rosenberg")
        for found in [failsafe_n(data.yi, data.vi, kind)]
    }
    return {**row, "sentence": sentences.failsafe(row["rosenthal"]["n"], row["rosenberg"]["n"], len(studies))}


def _common_effect(data: Data, spec: Mapping[str, Any], level: float, title: str) -> dict[str, Any]:
    """One effect for all studies, with a Wald interval."""
    return analysis(data, ("inverse_variance", "EE", "z"), level, title)


def _on_scale(measure: str) -> Callable[..., dict[str, Any]]:
    """Proportions pooled on another scale."""

    def again(data: Data, spec: Mapping[str, Any], level: float, title: str) -> dict[str, Any]:
        return analysis(proportions(measure, data.columns), inverse_variance(spec), level, title)

    return again
