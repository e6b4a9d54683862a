"""Further analyses under other assumptions: Bayesian, selection by p-value, permutation, and several effects of one
study."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from prismake.core.errors import PoolingError
from prismake.core.measures import WITHOUT_NULL
from prismake.core.names import STUDY_ID
from prismake.core.numbers import p_value, percent
from prismake.synthesis.bayesian import TITLE as BAYESIAN
from prismake.synthesis.bayesian import bayesian
from prismake.synthesis.data import Data, natural_interval, plain
from prismake.synthesis.fields import json_ready

Studies = Sequence[Mapping[str, Any]]
STEP = 0.025  # one-sided p-value at which publication becomes more likely
PERMUTATIONS = 1000
TITLES = {
    "bayesian": BAYESIAN,
    "selection_model": "Selection by p-value",
    "permutation": "Permutation test",
    "three_level": "Several effects of one study",
}


def further(
    name: str, data: Data, studies: Studies, spec: Mapping[str, Any], level: float, seed: int
) -> dict[str, Any]:
    """One of these analyses, with the same fields as in ``sensitivity``; raises PoolingError with the reason if it does
    not exist."""
    run: dict[str, Callable[..., dict[str, Any]]] = {
        "bayesian": bayesian,
        "selection_model": _selection,
        "permutation": _permutation,
        "three_level": _three_level,
    }
    return run[name](data, studies, spec, level, seed)


def _selection(data: Data, studies: Studies, spec: Mapping[str, Any], level: float, seed: int) -> dict[str, Any]:
    """Step-function selection model with one step, in the direction of the estimate."""
    from prismake.pooling import pool, selection_model

    if data.measure in WITHOUT_NULL:
        raise PoolingError("selection depends on significance, which the results of a single group do not have.")
    side = "greater" if pool(data.yi, data.vi, "ML", "z").beta >= 0.0 else "less"
    fit = selection_model(data.yi, data.vi, (STEP,), alternative=side, level=level)
    fields = ("beta", "se", "pval", "ci_lb", "ci_ub", "tau2", "delta", "se_delta", "lrt", "lrt_p", "beta_unadjusted")
    row = natural_interval(data, fit.beta, fit.ci_lb, fit.ci_ub)
    sentence = (
        f"{TITLES['selection_model']}: {data.show.interval(row, level)}, if studies that are not significant in the "
        f"direction of the effect are published {percent(100.0 * float(fit.delta[-1]))} as often as the others; "
        f"likelihood-ratio test of selection: {p_value(fit.lrt_p)} (step function at p = {STEP:g}, one-sided)."
    )
    options = {"measure": data.measure, "method": "ML", "steps": [STEP], "alternative": side, "level": level}
    values = {name: json_ready(getattr(fit, name)) for name in fields}
    return {**row, "options": options, "values": values, "sentence": sentence}


def _permutation(data: Data, studies: Studies, spec: Mapping[str, Any], level: float, seed: int) -> dict[str, Any]:
    """Permutation tests: signs of the effects flipped, and with moderators the rows of each regression permuted."""
    import numpy as np

    from prismake.pooling import permutation_test

    how = {"method": spec["method"], "test": spec["test"], "permutations": PERMUTATIONS, "seed": seed}
    tests: dict[str, float | None] = {}
    if data.measure not in WITHOUT_NULL:
        tests["no overall effect"] = plain(permutation_test(data.yi, data.vi, **how).pval[0])
    for column in _columns(spec):
        cells = [study["moderators"][column] for study in studies]
        mask = np.array([cell is not None for cell in cells])
        if len({cell for cell in cells if cell is not None}) > 1 and mask.sum() > 2:
            mods = {column: np.array([cell for cell in cells if cell is not None], dtype=object)}
            part = data.part(mask)
            tests[f"no association with {column}"] = plain(permutation_test(part.yi, part.vi, mods, **how).QM_p)
    if not tests:
        raise PoolingError("a single group has no null effect to test; with moderators, their association is tested.")
    each = "; ".join(f"{what}, {p_value(p)}" for what, p in tests.items())
    options = {"measure": data.measure, **how, "level": level}
    sentence = f"{TITLES['permutation']} ({PERMUTATIONS:,} permutations or all of them): {each}."
    return {"options": options, "values": {"pval": tests}, "sentence": sentence}


def _columns(spec: Mapping[str, Any]) -> list[str]:
    return list(spec["moderators"])


def _three_level(data: Data, studies: Studies, spec: Mapping[str, Any], level: float, seed: int) -> dict[str, Any]:
    """Arms within studies, with cluster-robust standard errors (CR2)."""
    from prismake.pooling import three_level

    names = [study[STUDY_ID] for study in studies]
    if len(set(names)) == len(names):
        raise PoolingError("no study contributes more than one effect.")
    method = spec["method"] if spec["method"] in ("ML", "REML") else "REML"
    fit = three_level(data.yi, data.vi, names, method=method, test="CR2", level=level)
    fields = (
        *("beta", "se", "stat", "ddf", "pval", "ci_lb", "ci_ub", "sigma2_between", "sigma2_within"),
        *("I2_between", "I2_within", "k", "clusters", "Q", "Q_p"),
    )
    row = natural_interval(data, float(fit.beta[0]), float(fit.ci_lb[0]), float(fit.ci_ub[0]))
    show = data.show
    sentence = (
        f"{TITLES['three_level']}: {show.interval(row, level)} in a three-level model of {fit.k} effects in "
        f"{fit.clusters} studies, with cluster-robust standard errors (CR2); variance between studies "
        f"{show.variance(fit.sigma2_between)}, within {show.variance(fit.sigma2_within)}."
    )
    options = {"measure": data.measure, "method": method, "test": "CR2", "level": level}
    values = {name: json_ready(getattr(fit, name)) for name in fields}
    return {**row, "options": options, "values": values, "sentence": sentence}
