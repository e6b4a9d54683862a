"""An outcome analysed together with others that its studies report: the multivariate random-effects model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from prismake.core.errors import PoolingError
from prismake.core.labels import join
from prismake.core.names import STUDY_ID
from prismake.core.numbers import number
from prismake.core.phrases import plural
from prismake.extraction.extracted import number as read_number
from prismake.protocol.joint_problems import JOINTLY
from prismake.synthesis.data import Data, effects, natural_interval, plain
from prismake.synthesis.fields import json_ready
from prismake.synthesis.shared_comparators import count_people_once
from prismake.synthesis.usable import EXTRACTED

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

TITLE = "Jointly with other outcomes"
APART = 0.3  # from the stated correlation, for the estimates beside it
_LARGEST = 0.95
Effects = Mapping[str, tuple[float, float]]
Beside = Mapping[str, tuple["pd.DataFrame", Mapping[str, Any]]]


def jointly(
    data: Data, studies: Sequence[Mapping[str, Any]], spec: Mapping[str, Any], level: float, beside: Beside
) -> dict[str, Any]:
    """The estimate of an outcome from the model of all its joint outcomes, with fields as in ``sensitivity``.

    ``beside``: rows of ``extraction/outcomes.csv`` and settings of the other outcomes, by name. Studies that report
    others alone take part. The correlation within a study is that of its column, or else the stated one; two further
    estimates show how much it matters. Raises PoolingError with the reason if there is no estimate.
    """
    from prismake.pooling import multivariate

    own = {study[STUDY_ID]: (study["yi"], study["vi"]) for study in studies}
    if len(own) < len(studies):
        raise PoolingError("a study contributes several effects, which have covariances of their own.")
    every = {spec["title"]: own} | {
        other["title"] or name: _effects(rows, other, level) for name, (rows, other) in beside.items()
    }
    for title, found_effects in every.items():
        if len(found_effects) < 2:
            raise PoolingError(f"fewer than two studies report {title}.")
    ids = list(dict.fromkeys(study for column in every.values() for study in column))
    stated = float(spec["assumed"]["within_study"])
    reported = _reported(spec, studies, beside)
    method = spec["method"] if spec["method"] in ("ML", "REML") else "REML"
    y, v = _table(every, ids)
    both = [
        _fit(multivariate, y, v, [reported.get(study, rho) for study in ids], method, level) for rho in _around(stated)
    ]
    fit = both[1]
    row = natural_interval(data, float(fit.beta[0]), float(fit.ci_lb[0]), float(fit.ci_ub[0]))
    ends = [natural_interval(data, float(f.beta[0]), float(f.ci_lb[0]), float(f.ci_ub[0])) for f in (both[0], both[2])]
    values = {
        **{
            key: json_ready(getattr(fit, key))
            for key in ("beta", "se", "ci_lb", "ci_ub", "T", "k", "reported", "loglik")
        },
        **_cells(every, ids, y, v, [reported.get(study, stated) for study in ids]),
    }
    options = {"measure": data.measure, "method": method, "test": "z", "level": level, "correlation": stated}
    return {
        **row,
        "options": options,
        "values": values,
        "sentence": _sentence(data, row, ends, fit, every, own, stated, level),
    }


def _effects(rows: pd.DataFrame, spec: Mapping[str, Any], level: float) -> Effects:
    """Effect and variance of each study that reports another outcome."""
    used = rows[rows["status"].isin(EXTRACTED)]
    if used.empty:
        return {}
    used, _ = count_people_once(used, spec)
    usable = effects(used, spec, level, {})
    ids = list(used[usable.used][STUDY_ID])
    if len(set(ids)) < len(ids):
        raise PoolingError(f"a study contributes several effects to {spec['title']}.")
    return {study: (float(yi), float(vi)) for study, yi, vi in zip(ids, usable.data.yi, usable.data.vi, strict=True)}


def _reported(spec: Mapping[str, Any], studies: Sequence[Mapping[str, Any]], beside: Beside) -> dict[str, float]:
    """The correlations that studies report, by study."""
    column = spec[JOINTLY]["column"]
    if not column:
        return {}
    cells = {study[STUDY_ID]: study["within_study"] for study in studies}
    for rows, _ in beside.values():
        cells |= dict(zip(rows[STUDY_ID], rows[column], strict=True)) if column in rows else {}
    values = {study: read_number(str(text)) for study, text in cells.items()}
    given = {study: value for study, value in values.items() if value is not None}
    if wrong := [value for value in given.values() if not -1 < value < 1]:
        raise PoolingError(f"a correlation within a study is {wrong[0]:g}; it lies between -1 and 1.")
    return given


def _around(stated: float) -> tuple[float, float, float]:
    return max(stated - APART, -_LARGEST), stated, min(stated + APART, _LARGEST)


def _table(every: Mapping[str, Effects], ids: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Effects and variances, (k, m); NaN and 1 where a study does not report an outcome."""
    import numpy as np

    y = np.array([[column.get(study, (np.nan, 1.0))[0] for column in every.values()] for study in ids])
    return y, np.array([[column.get(study, (np.nan, 1.0))[1] for column in every.values()] for study in ids])


def _fit(multivariate: Any, y: np.ndarray, v: np.ndarray, rho: Sequence[float], method: str, level: float) -> Any:
    import numpy as np

    sd = np.sqrt(v)
    within = np.array(rho)[:, None, None] * np.einsum("ki,kj->kij", sd, sd)
    m = y.shape[1]
    within[:, np.arange(m), np.arange(m)] = v
    return multivariate(y, within, method=method, level=level)


def _cells(
    every: Mapping[str, Effects], ids: Sequence[str], y: np.ndarray, v: np.ndarray, rho: Sequence[float]
) -> dict[str, list[Any]]:
    """What was fitted, one entry for each effect of a study."""
    places = [(i, j) for i in range(len(ids)) for j in range(len(every)) if y[i, j] == y[i, j]]
    titles = list(every)
    return {
        "study": [ids[i] for i, _ in places],
        "outcome": [titles[j] for _, j in places],
        "yi": [float(y[i, j]) for i, j in places],
        "vi": [float(v[i, j]) for i, j in places],
        "rho": [float(rho[i]) for i, _ in places],
    }


def _sentence(
    data: Data, row: Mapping[str, Any], ends: Sequence[Mapping[str, Any]], fit: Any, every: Mapping[str, Effects],
    own: Effects, stated: float, level: float,
) -> str:  # fmt: skip
    show, others = data.show, join(list(every)[1:])
    more = fit.k - len(own)
    between = [plain(value) for value in fit.correlation[0, 1:]]
    correlated = join(["not estimable" if value is None else number(value) for value in between])
    low, high = (show.value(end["estimate"], end) for end in ends)
    limits = " and ".join(number(value) for value in (_around(stated)[0], _around(stated)[2]))
    return (
        f"{TITLE}: {show.interval(row, level)} in a multivariate model with {others}, of "
        f"{plural(fit.k, 'study', 'studies')}, {more} of which do not report this outcome; correlation within studies "
        f"{number(stated)} where a study gives none, between studies {correlated}; with {limits} in its place the "
        f"estimate is {low} and {high}. Wald intervals."
    )
