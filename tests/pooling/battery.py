"""Asks `prismake.pooling` what a reference file asked R. One function a kind; a kind without one is unanswered."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Any

import numpy as np
from meta_package import META
from prismake import pooling as pl
from prismake.core.errors import PoolingError
from prismake.pooling import moderators

MISSING = None


def column(values: list) -> list:
    return [math.nan if v is None else float(v) if isinstance(v, str) and "Infinity" in v else v for v in values]


class Case:
    """One reference file."""

    def __init__(self, document: dict) -> None:
        self.document = document
        self.data = {name: column(values) for name, values in document["input"].items()}

    def call_columns(self, text: str) -> dict[str, list]:
        """Arguments of an R call that name a column of the input: ``xi=x2i`` and the like."""
        return {k: self.data[v] for k, v in re.findall(r"(\w+)=(\w+)", text) if v in self.data}

    def effects(self, result: dict) -> tuple[np.ndarray, np.ndarray]:
        """yi and vi of the question: computed where R computed them, else given; one subgroup where asked."""
        options = result["options"]
        found = re.search(r"\b(?:escalc|rma|rma\.uni)\(([^()]*measure=[^()]*)\)", result["call"])
        if found is None or "measure" not in options:
            y, v = np.array(self.data["yi"], float), np.array(self.data["vi"], float)
        else:
            names = self.call_columns(found.group(1))
            if re.search(r"drop00=T", found.group(1)):
                names = without_double_zeros(names)
            how = correction(found.group(1))
            if options["measure"] == "PETO" and how["add"] is None:  # which R corrects like any odds ratio
                how["add"] = 0.5
            y, v = pl.effect_sizes(options["measure"], names, **how, drop00=False)
        if "subgroup" in options:
            chosen = np.array([g == options["subgroup"] for g in self.data[options["subgroup_column"]]])
            y, v = y[chosen], v[chosen]
        return y, v

    def sizes(self, result: dict) -> list | None:
        """Sample sizes or times at risk, for measures whose way back depends on them."""
        names = self.call_columns(result["call"])
        return next((names[n] for n in ("ni", "ti") if n in names), self.data.get("ni"))


def correction(text: str) -> dict[str, Any]:
    add, to = re.search(r"\badd=([^,()]+)", text), re.search(r"\bto=['\"](\w+)['\"]", text)
    return {"add": float(Fraction(add.group(1))) if add else None, "to": to.group(1) if to else None}


def without_double_zeros(columns: dict[str, list]) -> dict[str, np.ndarray]:
    """Two-arm counts with NaN in studies that have no event in either arm, or nothing else in either."""
    cells = {name: np.array(values, float) for name, values in columns.items()}
    pairs = [pair for pair in (("ai", "ci"), ("bi", "di"), ("x1i", "x2i")) if pair[0] in cells]
    if not pairs:
        raise PoolingError("drop00 means nothing for a single arm.")
    empty = np.any([cells[a] + cells[b] == 0 for a, b in pairs], axis=0)
    return {name: np.where(empty, math.nan, values) for name, values in cells.items()}


def test_of(options: dict) -> dict[str, str]:
    """The test of the coefficients; R's ``adhoc`` is Hartung-Knapp with a factor of at least one."""
    test = options.get("test", "z")
    if options["method"] in ("EE", "FE", "CE") and test in ("knha", "adhoc"):
        raise PoolingError("A common-effect model has no Hartung-Knapp form here.")
    return {"test": "knha", "adhoc": "se"} if test == "adhoc" else {"test": test, "adhoc": "none"}


def design(formula: str, data: dict) -> tuple[dict[str, list], bool]:
    """An R formula of names, factor(name) and I(name^power) as columns, and whether it has an intercept."""
    formula = re.sub(r"\s", "", formula)
    without = re.search(r"-1|\+0|~0", formula) is not None
    terms = [term for term in re.sub(r"-1|\b0\b|~", "", formula).split("+") if term]
    chosen = {}
    for term in terms:
        power = re.fullmatch(r"I\((\w+)\^(\d+)\)", term)
        name = re.sub(r"(?:as\.)?factor\((\w+)\)", r"\1", term)
        if power:
            chosen[term] = [v ** int(power.group(2)) if v is not None else v for v in data[power.group(1)]]
        else:
            chosen[name] = [None if v is None else str(v) for v in data[name]] if name != term else data[name]
    return chosen, not without


def model_formula(result: dict) -> str:
    return re.search(r"mods=(~(?:[^,()]|\([^()]*\))*)", result["call"]).group(1)


def fitted(case: Case, result: dict) -> pl.Pooled:
    o = result["options"]
    y, v = case.effects(result)
    how = {"level": o.get("level", 95), "zero_variance": "keep", "prediction": "metafor"}
    return pl.pool(y, v, o["method"], **test_of(o), **how)


def regression(case: Case, result: dict) -> pl.Pooled:
    o = result["options"]
    mods, intercept = design(model_formula(result), case.data)
    y, v = case.effects(result)
    return pl.pool(y, v, o["method"], mods=mods, **test_of(o), level=o.get("level", 95), intercept=intercept)


FIT_FIELDS = (
    *("k", "p", "beta", "se", "stat", "ddf", "pval", "ci_lb", "ci_ub", "vcov", "tau2", "se_tau2", "I2", "H2", "R2"),
    *("Q", "Q_df", "Q_p", "QM", "QM_df", "QM_p", "loglik", "weights_pct", "pi_lb", "pi_ub"),
)


def describe(pooled: pl.Pooled, expected: dict) -> dict:
    answer = {name: getattr(pooled, name) for name in FIT_FIELDS}
    # metafor 3.8-1 takes pi.type="Riley" without effect: the values are those of its default interval, to the bit.
    same = expected.get("pi_riley_lb") == expected.get("pi_lb")
    answer["pi_riley_lb"] = pooled.pi_lb if same else pooled.pi_riley_lb
    answer["pi_riley_ub"] = pooled.pi_ub if same else pooled.pi_riley_ub
    return answer


def ask_escalc(case: Case, result: dict, expected: dict) -> dict:
    y, v = case.effects(result)
    return {"yi": y, "vi": v, "sei": np.sqrt(v)}


def ask_fit(case: Case, result: dict, expected: dict) -> dict:
    return describe(fitted(case, result), expected)


def ask_metareg(case: Case, result: dict, expected: dict) -> dict:
    return describe(regression(case, result), expected)


NATURAL = {"I": "GEN", "exp": "GENLN", "transf.ilogit": "PLO", "transf.iarcsin": "PAS", "tanh": "ZCOR"}


def ask_back_transformed(case: Case, result: dict, expected: dict) -> dict:
    o = result["options"]
    measure = o.get("measure") or NATURAL[o["back_transform"]]
    values = pl.natural_scale(measure, fitted(case, result), ni=case.sizes(result))
    return {"pred": values.estimate, "se": math.nan} | {
        n: getattr(values, n) for n in ("ci_lb", "ci_ub", "pi_lb", "pi_ub")
    }


def ask_back_transform(case: Case, result: dict, expected: dict) -> dict:
    y, _ = case.effects(result)
    return {"p": pl.back_transform(result["options"]["measure"], y, ni=case.sizes(result))}


def ask_tau2_interval(case: Case, result: dict, expected: dict) -> dict:
    o = result["options"]
    mods = design(o["formula"], case.data)[0] if o.get("formula") else None
    if mods is None and "mods=" in result["call"]:
        mods = design(model_formula(result), case.data)[0]
    found = pl.tau2_interval(*case.effects(result), o["method"], o.get("level", 95), mods=mods)
    return {name: getattr(found, name) for name in expected}


def ask_between(case: Case, result: dict, expected: dict) -> dict:
    o = result["options"]
    y, v = case.effects(result)
    found = pl.subgroups(y, v, case.data[o["subgroup_column"]], tau2=o["tau2"], method=o["method"])
    return {"groups": list(found.levels), "Q_between": found.Q, "df": found.df, "pval": found.p}


def new_rows(text: str) -> list[list[float]]:
    """``c(1, 2)`` are values of one moderator, ``rbind(c(1, 2), c(3, 4))`` rows of several."""
    rows = [[float(x) for x in row.split(",")] for row in re.findall(r"c\(([^()]*)\)", text)]
    return rows if text.startswith("rbind") else [[x] for x in rows[0]]


def ask_predict(case: Case, result: dict, expected: dict) -> dict:
    new = new_rows(result["options"]["newmods"])
    level = result["options"].get("level")
    found = moderators.predict(regression(case, result), new, level=level, prediction="metafor")
    return {name: getattr(found, name) for name in expected}


def spread(values: np.ndarray, keep: np.ndarray, expected: Any) -> np.ndarray:
    """Put values of complete rows back among all rows where R kept the incomplete ones as missing."""
    if expected is None or len(expected) == values.shape[0]:
        return values
    full = np.full((keep.size, *values.shape[1:]), math.nan)
    full[keep] = values
    return full


SERIES = {"Qp": "Q_p"}


def ask_leave1out(case: Case, result: dict, expected: dict) -> dict:
    o = result["options"]
    asked = (*case.effects(result), o["method"], o.get("test", "z"), o.get("level", 95))
    found = pl.leave_one_out(*asked, adhoc="none")
    names = {n: SERIES.get(n, n) for n in expected}
    absent = {n: MISSING for n, e in expected.items() if e is None}  # tau² of a common-effect model
    return {n: spread(getattr(found, own), found.keep, expected[n]) for n, own in names.items()} | absent


def ask_cumulative(case: Case, result: dict, expected: dict) -> dict:
    o = result["options"]
    order = case.data[o["order_column"]] if "order_column" in o else None
    asked = (*case.effects(result), o["method"], o.get("test", "z"), o.get("level", 95))
    found = pl.cumulative(*asked, order=order, adhoc="none")
    names = {n: SERIES.get(n, n) for n in expected}
    absent = {n: MISSING for n, e in expected.items() if e is None}  # tau² of a common-effect model
    return {n: spread(getattr(found, own), found.keep, expected[n]) for n, own in names.items()} | absent


def ask_influence(case: Case, result: dict, expected: dict) -> dict:
    o = result["options"]
    found = pl.influence(*case.effects(result), o["method"], o.get("test", "z"))
    answer = {
        n: spread(np.asarray(getattr(found, n), float), found.keep, e) for n, e in expected.items() if n != "dfbs"
    }
    return answer | {"dfbs": spread(found.dfbs[:, None], found.keep, expected["dfbs"])}


def ask_points(case: Case, result: dict, expected: dict) -> dict:
    y, v = case.effects(result)
    o = result["options"]
    found = (
        pl.funnel(y, v) if result["kind"] == "funnel" else pl.baujat(y, v, o.get("method", "REML"), o.get("test", "z"))
    )
    return {"x": spread(found.x, found.keep, expected["x"]), "y": spread(found.y, found.keep, expected["y"])}


def ask_regtest(case: Case, result: dict, expected: dict) -> dict:
    o = result["options"]
    model = "lm" if o["model"] == "lm" else "mixed"
    found = pl.egger(
        *case.effects(result),
        model=model,
        predictor=o["predictor"],
        ni=case.data.get("ni"),
        method=o["method"],
        test=o.get("test", "z"),
        level=o.get("level", 95),
    )
    answer = {"stat": found.stat, "df": found.df, "pval": found.pval}
    return answer | {n: getattr(found, n) for n in ("limit_est", "limit_lb", "limit_ub")}


def ask_ranktest(case: Case, result: dict, expected: dict) -> dict:
    found = pl.begg(*case.effects(result))
    return {"tau": found.tau, "pval": found.pval}


def ask_trimfill(case: Case, result: dict, expected: dict) -> dict:
    o = result["options"]
    side = re.search(r"side='(\w+)'", result["call"])
    found = pl.trim_and_fill(
        *case.effects(result),
        o["method"],
        o["estimator"],
        side.group(1) if side else o.get("side", "auto"),
        test="z",  # metafor 3.8-1 pools the filled data so, whatever the test of the model was
        level=o.get("level", 95),
    )
    answer = {n: getattr(found, n) for n in ("k0", "se_k0", "side")}
    answer |= {n: getattr(found.pooled, n) for n in ("k", "beta", "se", "pval", "ci_lb", "ci_ub", "tau2", "Q")}
    filled = found.filled.astype(float)
    if len(expected["filled"]) > filled.size:  # R marks the incomplete rows too
        filled = np.concatenate((np.zeros(found.keep.size), np.ones(found.k0)))
    return answer | {"filled": filled, "yi": found.yi, "vi": found.vi}


def ask_failsafe(case: Case, result: dict, expected: dict) -> dict:
    o = result["options"]
    found = pl.failsafe_n(*case.effects(result), o["type"], alpha=o.get("alpha", 0.05), target=o.get("target"))
    return {"n": found.n, "pval": found.pval}


def ask_mantel_haenszel(case: Case, result: dict, expected: dict) -> dict:
    o = result["options"]
    data = case.call_columns(result["call"]) or case.data
    found = pl.mantel_haenszel(data, o["measure"], o.get("level", 95), correct=o.get("correct", True))
    return {name: getattr(found, name) for name in expected}


def ask_peto(case: Case, result: dict, expected: dict) -> dict:
    found = pl.peto(case.call_columns(result["call"]) or case.data, result["options"].get("level", 95))
    return {name: getattr(found, name) for name in expected}


TWO_ARMS = {"UM.FS": "fixed-study", "UM.RS": "random-study", "CM.AL": "conditional", "CM.EL": "conditional"}
DEFAULT_NODES = {"UM.FS": 7, "UM.RS": 1, "CM.AL": 7, "CM.EL": 7}  # of lme4::glmer as metafor calls it
GLMM_EXTRA = ("Q_wald", "Q_wald_p", "Q_lrt", "Q_lrt_p")


def fit_glmm(case: Case, result: dict) -> pl.Pooled:
    o = result["options"]
    args = case.call_columns(result["call"]) or case.data
    nodes, how = o.get("nAGQ"), {"test": o.get("test"), "level": o.get("level", 95), "prediction": "metafor"}
    mods = design(o["mods"], case.data)[0] if o.get("mods") else None
    measure = o.get("measure", "PLO")
    if measure == "PLO":
        nodes = nodes or 7  # of lme4::glmer as metafor calls it
        return pl.pool_proportions(args["xi"], args["ni"], mods=mods, nodes=nodes, **how)
    if measure == "IRLN":
        nodes = nodes or 7
        return pl.pool_rates(args["xi"], args["ti"], mods=mods, nodes=nodes, **how)
    exact = o["model"] == "CM.EL" and measure == "OR"
    model = "exact-conditional" if exact else TWO_ARMS[o["model"]]
    nodes = None if exact else 1 if o["model"] == "UM.RS" else nodes or DEFAULT_NODES[o["model"]]
    return pl.pool_two_arms(args, measure, model=model, mods=mods, nodes=nodes, **how)


def ask_glmm(case: Case, result: dict, expected: dict) -> dict:
    found = fit_glmm(case, result)
    names = [n for n in expected if n not in (*GLMM_EXTRA, "QM", "QM_p", "loglik")]
    answer = {n: getattr(found, n) for n in names} | {
        n: found.extra.get(n, math.nan) for n in GLMM_EXTRA if n in expected
    }
    moderated = result["options"].get("mods") is not None
    answer |= {"QM": found.QM, "QM_p": found.QM_p} if moderated else {"QM": math.nan, "QM_p": math.nan}
    return answer


def ask_glmm_exact(case: Case, result: dict, expected: dict) -> dict:
    found = pl.pool_proportions(case.data["xi"], case.data["ni"])
    return {n: getattr(found, n) for n in ("beta", "se", "tau2", "loglik")}


def ask_generic(case: Case, result: dict, expected: dict) -> dict:
    estimate, upper, lower = re.findall(r"log\(dat\$([\w.]+)\)", result["call"])
    data = {"yi": case.data[estimate], "lb": case.data[lower], "ub": case.data[upper]}
    y, v = pl.effect_sizes("GENLN", data, level=result["options"]["level"])
    return {"yi": y, "sei": np.sqrt(v)}


KINDS = {
    "escalc": ask_escalc,
    "fit": ask_fit,
    "fit_default_control": ask_fit,
    "metareg": ask_metareg,
    "pooled_back_transformed": ask_back_transformed,
    "back_transform": ask_back_transform,
    "tau2_ci_qprofile": ask_tau2_interval,
    "between_q": ask_between,
    "predict": ask_predict,
    "leave1out": ask_leave1out,
    "cumulative": ask_cumulative,
    "influence": ask_influence,
    "baujat": ask_points,
    "funnel": ask_points,
    "regtest": ask_regtest,
    "ranktest": ask_ranktest,
    "trimfill": ask_trimfill,
    "failsafe_n": ask_failsafe,
    "mantel_haenszel": ask_mantel_haenszel,
    "peto": ask_peto,
    "glmm": ask_glmm,
    "glmm_exact": ask_glmm_exact,
    "generic_from_ci": ask_generic,
    **META,
}
