"""One outcome pooled: what ``pool_outcome`` writes, from the table of outcomes to plain numbers and sentences."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from prismake import sentences
from prismake.config import PROPORTIONS
from prismake.errors import PoolingError
from prismake.outcomes import USED

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

LEAST_FOR_BIAS = 10  # studies; Cochrane Handbook 13.3.5.4: with fewer, tests have too little power to mean anything
_ARMS = {"RR", "OR", "RD"}
_NAMES = {
    "PLO": "logit",
    "PR": "untransformed",
    "PAS": "arcsine",
    "PFT": "Freeman–Tukey",
    "RR": "log risk ratio",
    "OR": "log odds ratio",
    "RD": "risk difference",
    "MD": "mean difference",
    "SMD": "standardised mean difference (Hedges)",
    "ROM": "log ratio of means",
    "GEN": "published effects",
}


@dataclasses.dataclass(frozen=True)
class Data:
    """The studies of one outcome on the scale of its analysis; arrays of shape (k,)."""

    measure: str
    columns: Mapping[str, np.ndarray]
    yi: np.ndarray
    vi: np.ndarray

    @property
    def proportion(self) -> bool:
        return self.measure in PROPORTIONS

    @property
    def scale(self) -> str:
        """The name under which ``back_transform`` knows the measure."""
        return self.measure


def analyse(
    outcome: str,
    table: pd.DataFrame,
    spec: Mapping[str, Any],
    *,
    labels: Mapping[str, str],
    level: float,
    subgroup_tau2: str,
    undecided: Mapping[str, int],
) -> dict[str, Any]:
    """Everything that is known of one outcome, as plain numbers, lists and sentences (JSON types only).

    Args:
        table: the rows of ``extraction/outcomes.csv`` of this outcome.
        spec: ``outcomes.<outcome>`` of the config.
        labels: headings of the extraction columns.
        level: confidence level in percent.
        subgroup_tau2: ``common`` or ``separate``.
        undecided: open decisions by stage; while there are any, the result says that it is provisional.

    An analysis whose estimate does not exist is there with its reason in ``warnings`` and no numbers.
    """
    title = spec["title"] or outcome.replace("_", " ").capitalize()
    used = table[table["status"] == USED]
    left_out = [
        {"study_id": row["study_id"], "label": row["label"], "reason": row["remark"]}
        for row in table[table["status"] != USED].to_dict("records")
    ]
    result: dict[str, Any] = {
        "outcome": outcome,
        "title": title,
        "measure": spec["measure"],
        "ratio_scale": spec["measure"] == "GEN" and spec["ratio_scale"],
        "level": level,
        "columns": {role: labels.get(column) or column for role, column in spec["columns"].items()},
        "left_out": left_out,
        "studies": [],
        "analyses": {},
        "subgroups": {column: _no_subgroups(labels.get(column) or column) for column in spec["subgroups"]},
        "sensitivity": {"leave_one_out": []},
        "bias": {"k": len(used), "tests": {}, "sentence": sentences.small_study(len(used), {}, LEAST_FOR_BIAS)},
        "published": None,
        "counts": _counts(table, used, undecided),
    }
    if used.empty:
        result["sentence"] = f"{title}: no study can be pooled yet."
        return result
    data = effects(used, spec, level)
    result["studies"] = _studies(used, data, spec, level)
    if len(used) == 1:
        result["sentence"] = sentences.single(title, result["studies"][0], level)
        return result
    result["analyses"] = _analyses(data, spec, level, title)
    _weights(result, data, spec)
    result["subgroups"] = {
        column: _subgroups(data, list(used[column]), labels.get(column) or column, spec, level, subgroup_tau2)
        for column in spec["subgroups"]
    }
    result["sensitivity"]["leave_one_out"] = _leave_one_out(data, result["studies"], spec, level)
    result["bias"] = _bias(data)
    main = result["analyses"]["main"]
    result["sentence"] = main["sentence"]
    if spec["published"].get("estimate") is not None and main["estimate"] is not None:
        sentence = sentences.against_published(title, main, spec["published"], level)
        result["published"] = {**spec["published"], "sentence": sentence}
    return result


def effects(used: pd.DataFrame, spec: Mapping[str, Any], level: float) -> Data:
    """Effect sizes of the rows that can be pooled."""
    import numpy as np

    from prismake.pooling import effect_sizes

    columns = {role: np.array([float(value) for value in used[role]]) for role in spec["columns"]}
    measure = spec["measure"]
    if measure in PROPORTIONS:
        yi, vi = effect_sizes(measure, {"xi": columns["events"], "ni": columns["total"]})
    elif measure in _ARMS:
        first, second = (columns[f"total{i}"] - columns[f"events{i}"] for i in (1, 2))
        cells = {"ai": columns["events1"], "bi": first, "ci": columns["events2"], "di": second}
        yi, vi = effect_sizes(measure, cells)
    elif measure == "GEN":
        measure, yi, vi = _generic(columns, level, ratio=spec["ratio_scale"])
    else:
        names = {"mean1": "m1i", "sd1": "sd1i", "n1": "n1i", "mean2": "m2i", "sd2": "sd2i", "n2": "n2i"}
        yi, vi = effect_sizes(measure, {names[role]: values for role, values in columns.items()})
    return Data(measure, columns, np.asarray(yi), np.asarray(vi))


def _generic(columns: Mapping[str, np.ndarray], level: float, *, ratio: bool) -> tuple[str, np.ndarray, np.ndarray]:
    import numpy as np

    from prismake.pooling import standard_error_from_ci

    if ratio and min(columns["effect"].min(), columns["lower"].min()) <= 0:
        raise PoolingError(
            "a ratio and its interval must be above zero.",
            remedy="Correct the extraction sheet, or set ratio_scale: false if the effects are differences.",
        )
    error = standard_error_from_ci(columns["lower"], columns["upper"], level, log=ratio)
    return ("GENLN", np.log(columns["effect"]), error**2) if ratio else ("GEN", columns["effect"], error**2)


def _counts(table: pd.DataFrame, used: pd.DataFrame, undecided: Mapping[str, int]) -> dict[str, Any]:
    included, pooled = table["study_id"].nunique(), used["study_id"].nunique()
    return {
        "studies_included": included,
        "studies_pooled": pooled,
        "undecided": dict(undecided),
        "current": not any(undecided.values()),
        "statement": sentences.counts(pooled, included, undecided),
    }


def _studies(used: pd.DataFrame, data: Data, spec: Mapping[str, Any], level: float) -> list[dict[str, Any]]:
    """Each study with its own estimate and interval on the natural scale (exact for proportions)."""
    import numpy as np

    from prismake.pooling import back_transform, study_interval
    from prismake.pooling.distributions import critical

    if data.proportion:
        low, high = study_interval(data.columns["events"], data.columns["total"], level)
        middle = data.columns["events"] / data.columns["total"]
    else:
        half = critical(level) * np.sqrt(data.vi)
        middle, low, high = (back_transform(data.scale, data.yi + sign * half) for sign in (0, -1, 1))
    rows = []
    for index, row in enumerate(used.to_dict("records")):
        rows.append(
            {
                "study_id": row["study_id"],
                "arm": row["arm"],
                "label": row["label"],
                **{role: _whole(data.columns[role][index]) for role in spec["columns"]},
                "yi": float(data.yi[index]),
                "vi": float(data.vi[index]),
                "estimate": float(middle[index]),
                "ci_lb": float(low[index]),
                "ci_ub": float(high[index]),
                "weight_pct": None,
                "subgroups": {column: row[column] for column in spec["subgroups"]},
                "source": row["source"],
            }
        )
    return rows


def _analyses(data: Data, spec: Mapping[str, Any], level: float, title: str) -> dict[str, dict[str, Any]]:
    """The main model first, then the inverse-variance model beside a GLMM."""
    plans: dict[str, tuple[str, str, str]] = {}
    if data.measure == "PLO" and spec["model"] == "glmm":
        plans["main"] = ("glmm", "ML", "z")
        if spec["also_inverse_variance"]:
            plans["inverse_variance"] = ("inverse_variance", spec["method"], spec["test"])
    else:
        plans["main"] = ("inverse_variance", spec["method"], spec["test"])
    return {name: _analysis(data, *plan, level, title) for name, plan in plans.items()}


def _analysis(data: Data, model: str, method: str, test: str, level: float, title: str) -> dict[str, Any]:
    from prismake.pooling import FREEMAN_TUKEY_WARNING

    row: dict[str, Any] = {
        "name": _model_name(data, model, method, test),
        "model": model,
        "method": method,
        "test": test,
        "k": len(data.yi),
        "events": _whole(data.columns["events"].sum()) if data.proportion else None,
        "total": _whole(data.columns["total"].sum()) if data.proportion else None,
        "warnings": [FREEMAN_TUKEY_WARNING] if data.measure == "PFT" else [],
    }
    empty = dict.fromkeys(
        [
            "beta",
            "se",
            "estimate",
            "ci_lb",
            "ci_ub",
            "pi_lb",
            "pi_ub",
            "tau2",
            "tau2_lb",
            "tau2_ub",
            "I2",
            "H2",
            "Q",
            "Q_df",
            "Q_p",
        ]
    )
    try:
        pooled = fit(data, model, method, test, level)
    except PoolingError as error:
        return {**row, **empty, "warnings": [*row["warnings"], str(error)], "sentence": f"{title}: {error}"}
    row.update(_numbers(pooled, data))
    row["tau2_lb"], row["tau2_ub"] = _tau2_limits(data, model, method, level)
    row["warnings"] += list(pooled.warnings)
    row["sentence"] = sentences.analysis(title, row, level, proportion=data.proportion)
    return row


def fit(data: Data, model: str, method: str, test: str, level: float) -> Any:
    """The pooled result of one model (``prismake.pooling.Pooled``)."""
    from prismake.pooling import pool, pool_proportions

    if model == "glmm":
        return pool_proportions(data.columns["events"], data.columns["total"], "glmm", level)
    return pool(data.yi, data.vi, method, test, level=level)


def _numbers(pooled: Any, data: Data) -> dict[str, Any]:
    """The fields of a result, estimates on the natural scale."""
    from prismake.pooling import natural_scale

    natural = natural_scale(pooled, data.scale, ni=data.columns["total"] if data.measure == "PFT" else None)
    return {
        "beta": _plain(pooled.beta),
        "se": _plain(pooled.se),
        "estimate": _plain(natural.estimate),
        "ci_lb": _plain(natural.ci_lb),
        "ci_ub": _plain(natural.ci_ub),
        "pi_lb": _plain(natural.pi_lb),
        "pi_ub": _plain(natural.pi_ub),
        "tau2": _plain(pooled.tau2),
        "I2": _plain(pooled.I2),
        "H2": _plain(pooled.H2),
        "Q": _plain(pooled.Q),
        "Q_df": _whole(pooled.Q_df),
        "Q_p": _plain(pooled.Q_p),
    }


def _tau2_limits(data: Data, model: str, method: str, level: float) -> tuple[float | None, float | None]:
    """The interval of tau² on the scale of the analysis: profile likelihood for a GLMM, else Q-profile."""
    from prismake.pooling import tau2_interval, tau2_interval_proportions

    try:
        if model == "glmm":
            limits = tau2_interval_proportions(data.columns["events"], data.columns["total"], level)
        else:
            limits = tau2_interval(data.yi, data.vi, "REML" if method in ("ML", "EE") else method, level)
    except PoolingError:
        return None, None
    return _plain(limits.tau2_lb), _plain(limits.tau2_ub)


def _weights(result: dict[str, Any], data: Data, spec: Mapping[str, Any]) -> None:
    """Random-effects weights in percent; a GLMM has none, so that those of its inverse-variance twin are shown."""
    from prismake.pooling import pool

    method = spec["method"]
    weights = pool(data.yi, data.vi, method, "z").weights_pct
    for row, weight in zip(result["studies"], weights, strict=True):
        row["weight_pct"] = float(weight)


def _subgroups(
    data: Data, groups: Sequence[str], title: str, spec: Mapping[str, Any], level: float, tau2: str
) -> dict[str, Any]:
    """Estimates by subgroup from the main model, and the test between them (inverse variance, Wald)."""
    import numpy as np

    from prismake.pooling import subgroups

    names = np.array([group if group else "not stated" for group in groups])
    levels = []
    for name in sorted(set(names)):
        part = _part(data, names == name)
        levels.append(_level(part, str(name), spec, level))
    between: dict[str, Any] = {"Q": None, "df": None, "p": None}
    method = f"{tau2} tau², {spec['method']}, Wald test on the {_NAMES[spec['measure']]} scale"
    if len(levels) < 2:
        sentence = f"{title}: all studies are in one subgroup; there is nothing to test."
    else:
        try:
            tested = subgroups(data.yi, data.vi, list(names), tau2, spec["method"], "z", level)
            between = {"Q": _plain(tested.Q), "df": _whole(tested.df), "p": _plain(tested.p)}
            shown = [one for one in levels if one["estimate"] is not None]
            sentence = sentences.subgroup_test(title, shown, tested.Q, tested.df, tested.p, level)
        except PoolingError as error:
            sentence = f"{title}: the subgroups cannot be tested. {error}"
    return {"title": title, "levels": levels, **between, "method": method, "sentence": sentence}


def _no_subgroups(title: str) -> dict[str, Any]:
    """The entry of subgroups that cannot be formed yet."""
    sentence = f"{title}: fewer than two studies; there are no subgroups."
    return {"title": title, "levels": [], "Q": None, "df": None, "p": None, "method": "", "sentence": sentence}


def _part(data: Data, mask: np.ndarray) -> Data:
    columns = {role: values[mask] for role, values in data.columns.items()}
    return Data(data.measure, columns, data.yi[mask], data.vi[mask])


def _level(part: Data, name: str, spec: Mapping[str, Any], level: float) -> dict[str, Any]:
    model, method, test = (
        ("glmm", "ML", "z")
        if part.measure == "PLO" and spec["model"] == "glmm"
        else ("inverse_variance", spec["method"], spec["test"])
    )
    row = {"level": name, "k": len(part.yi)}
    if part.proportion:
        row |= {"events": _whole(part.columns["events"].sum()), "total": _whole(part.columns["total"].sum())}
    blank = dict.fromkeys(("estimate", "ci_lb", "ci_ub", "pi_lb", "pi_ub", "tau2", "I2"))
    if len(part.yi) == 1:
        return {**row, **blank, **_one_study(part, level), "warnings": ["one study, not pooled"]}
    try:
        numbers = _numbers(fit(part, model, method, test, level), part)
    except PoolingError as error:
        return {**row, **blank, "warnings": [str(error)]}
    return {**row, **{key: numbers[key] for key in blank}, "warnings": []}


def _one_study(part: Data, level: float) -> dict[str, float]:
    import numpy as np

    from prismake.pooling import back_transform, study_interval
    from prismake.pooling.distributions import critical

    if part.proportion:
        low, high = study_interval(part.columns["events"], part.columns["total"], level)
        middle = part.columns["events"] / part.columns["total"]
    else:
        half = critical(level) * np.sqrt(part.vi)
        middle, low, high = (back_transform(part.scale, part.yi + sign * half) for sign in (0, -1, 1))
    return {"estimate": float(middle[0]), "ci_lb": float(low[0]), "ci_ub": float(high[0])}


def _leave_one_out(
    data: Data, studies: Sequence[Mapping[str, Any]], spec: Mapping[str, Any], level: float
) -> list[dict[str, Any]]:
    """The inverse-variance result without each study in turn, on the natural scale."""
    from prismake.pooling import back_transform, leave_one_out

    if len(studies) < 3:
        return []
    series = leave_one_out(data.yi, data.vi, spec["method"], spec["test"], level)
    ni = data.columns["total"] if data.measure == "PFT" else None
    rows = []
    for index, study in enumerate(studies):
        natural = [
            back_transform(data.scale, float(values[index]), ni=ni)
            for values in (series.estimate, series.ci_lb, series.ci_ub)
        ]
        rows.append(
            {
                "study_id": study["study_id"],
                "label": study["label"],
                **{name: _plain(value) for name, value in zip(("estimate", "ci_lb", "ci_ub"), natural, strict=True)},
                "tau2": _plain(series.tau2[index]),
                "I2": _plain(series.I2[index]),
            }
        )
    return rows


def _bias(data: Data) -> dict[str, Any]:
    """Egger's, Begg's and (for proportions) Peters' tests, from ten studies on."""
    from prismake.pooling import begg, egger, peters

    k = len(data.yi)
    tests: dict[str, Any] = {}
    if k >= LEAST_FOR_BIAS:
        asked = {"egger": lambda: egger(data.yi, data.vi), "begg": lambda: begg(data.yi, data.vi)}
        if data.proportion:
            asked["peters"] = lambda: peters({"xi": data.columns["events"], "ni": data.columns["total"]})
        for name, ask in asked.items():
            try:
                found = ask()
            except PoolingError:
                continue
            tests[name] = {key: _plain(getattr(found, key)) for key in ("bias", "se_bias", "stat", "df", "pval")}
    return {"k": k, "tests": tests, "sentence": sentences.small_study(k, tests, LEAST_FOR_BIAS)}


def _plain(value: Any) -> float | None:
    """A float for JSON; ``None`` where the number is not defined."""
    number = float(value)
    return number if math.isfinite(number) else None


def _whole(value: Any) -> int | float | None:
    number = _plain(value)
    return int(number) if number is not None and number.is_integer() else number


def _model_name(data: Data, model: str, method: str, test: str) -> str:
    if model == "glmm":
        return "Random effects, binomial–normal GLMM"
    kind = "Common effect" if method == "EE" else f"Random effects, {method}"
    interval = "Hartung–Knapp" if test == "knha" else "Wald"
    return f"{kind}, {interval} interval, {_NAMES.get(data.measure, _NAMES['GEN'])} scale"
