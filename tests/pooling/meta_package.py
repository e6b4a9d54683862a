"""What the R package meta answers, put together from `prismake.pooling`: each kind of result is one function."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from prismake import pooling as pl
from prismake.core.errors import PoolingError
from scipy.special import logit

NAN = math.nan
STUDY_INTERVALS = {
    "CP": "clopper-pearson",
    "WS": "wilson",
    "WSCC": "wilson-cc",
    "AC": "agresti-coull",
    "SA": "wald",
    "SACC": "wald-cc",
}


def common_fields(common: Any, Q: float, df: int) -> dict:
    h = pl.i2_interval(Q, df)
    return {
        "TE_common": common.beta,
        "seTE_common": common.se,
        "lower_common": common.ci_lb,
        "upper_common": common.ci_ub,
        "pval_common": common.pval,
        "Q": Q,
        "df_Q": df,
        "pval_Q": common.Q_p if df else NAN,
        "H": h.H,
        "lower_H": h.H_lb,
        "upper_H": h.H_ub,
        "I2": h.I2 / 100.0,
        "lower_I2": h.I2_lb / 100.0,
        "upper_I2": h.I2_ub / 100.0,
    }


def random_fields(found: Any) -> dict:
    k = found.k
    return {
        "TE_random": found.beta,
        "seTE_random": found.se,
        "lower_random": found.ci_lb,
        "upper_random": found.ci_ub,
        "stat_random": found.stat,
        "pval_random": found.pval,
        "df_random": math.inf if math.isnan(found.ddf) else found.ddf,
        "lower_predict": found.pi_hts_lb,
        "upper_predict": found.pi_hts_ub,
        "tau2": found.tau2 if k > 1 else NAN,
    }


def one_of(value: str, *known: str) -> None:
    """Refuses a word of meta that would be read as another one."""
    if value not in known:
        raise PoolingError(f"The package meta's '{value}' is not known here.")


def inverse(y: np.ndarray, v: np.ndarray, method: str, ci: str, adhoc: str = "none") -> dict:
    one_of(ci, "classic", "HK")
    common = pl.pool(y, v, "EE", "z", zero_variance="drop")
    found = pl.pool(y, v, method, "knha" if ci == "HK" else "z", adhoc=adhoc, zero_variance="drop")
    return common_fields(common, common.Q, common.Q_df) | random_fields(found)


def wald_limits(y: np.ndarray, v: np.ndarray) -> dict:
    half = 1.959963984540054 * np.sqrt(v)
    return {"TE": y, "seTE": np.sqrt(v), "study_lower": y - half, "study_upper": y + half}


def ask_hk(case: Any, result: dict, expected: dict) -> dict:
    y, v = (np.array(case.data[n], float) for n in ("yi", "vi"))
    o = result["options"]
    answer = inverse(y, v, o["method"], "HK", o["adhoc"]) | wald_limits(y, v)
    answer["seTE"] = np.where(v > 0, np.sqrt(v), NAN)
    for name in ("study_lower", "study_upper"):
        answer[name] = np.where(v > 0, answer[name], NAN)
    return answer


def proportion_effects(x: np.ndarray, n: np.ndarray, sm: str) -> tuple[np.ndarray, np.ndarray]:
    """meta's effects, with its continuity corrections in studies without events or without non-events.

    1/2 to events and non-events (PLOGIT); to events and total (PLN, where all have the event only in the total behind
    the variance); raw proportions in the variance only; none for PAS and PFT.
    """
    measure = {"PLOGIT": "PLO", "PRAW": "PR"}.get(sm, sm)
    if sm in {"PAS", "PFT"}:
        return pl.effect_sizes(measure, {"xi": x, "ni": n}, add=0.0, to="none")
    if sm == "PLN":
        half = 0.5 * ((x == 0) | (x == n))
        y, _ = pl.effect_sizes("PLN", {"xi": x + half * (x == 0), "ni": n + half * (x == 0)}, add=0.0, to="none")
        return y, pl.effect_sizes("PLN", {"xi": x + half * (x == 0), "ni": n + half}, add=0.0, to="none")[1]
    y, v = pl.effect_sizes(measure, {"xi": x, "ni": n})
    return (x / n if sm == "PRAW" else y), v


def on_scale(p: np.ndarray, n: np.ndarray, sm: str) -> np.ndarray:
    with np.errstate(divide="ignore"):
        if sm == "PLOGIT":
            return logit(p)
        if sm == "PLN":
            return np.log(p)
        if sm == "PAS":
            return np.arcsin(np.sqrt(p))
        if sm == "PFT":
            return pl.effect_sizes("PFT", {"xi": p * n, "ni": n}, add=0.0, to="none")[0]
    return p


def ask_prop(case: Any, result: dict, expected: dict) -> dict:
    o = result["options"]
    x, n = (np.array(case.data[name], float) for name in ("xi", "ni"))
    y, v = proportion_effects(x, n, o["sm"])
    lower, upper = pl.study_interval(x, n)
    limits = {"study_lower": on_scale(lower, n, o["sm"]), "study_upper": on_scale(upper, n, o["sm"])}
    base = {"TE": y, "seTE": np.sqrt(v)} | limits
    if "GLMM" in result["name"]:
        return base | glmm_fields(
            pl.pool_proportions(x, n, nodes=7, prediction="metafor")
        )  # as metafor, which meta asks, has by default
    answer = inverse(y, v, o["method"], o["ci"]) | base
    return answer | dict.fromkeys(("pval_common", "pval_random", "stat_random"), NAN)


def glmm_fields(found: Any) -> dict:
    e = found.extra
    b, se = float(e["beta_fixed"][0]), math.sqrt(float(e["vcov_fixed"][0, 0]))
    h = pl.i2_interval(e["Q_wald"], found.Q_df)
    random = random_fields(found)
    if found.k < 3:  # meta falls back to the normal quantile
        random |= {"lower_predict": found.pi_lb, "upper_predict": found.pi_ub}
    return random | {
        "TE_common": b,
        "seTE_common": se,
        "lower_common": b - 1.959963984540054 * se,
        "upper_common": b + 1.959963984540054 * se,
        "pval_common": NAN,
        "pval_random": NAN,
        "Q": [e["Q_wald"], e["Q_lrt"]],
        "df_Q": [found.Q_df] * 2 if found.k > 1 else [NAN, NAN],
        "pval_Q": [e["Q_wald_p"], e["Q_lrt_p"]] if found.k > 1 else [NAN, NAN],
        "H": h.H,
        "lower_H": h.H_lb,
        "upper_H": h.H_ub,
        "I2": h.I2 / 100.0,
        "lower_I2": h.I2_lb / 100.0,
        "upper_I2": h.I2_ub / 100.0,
    }


def ask_study_ci(case: Any, result: dict, expected: dict) -> dict:
    x, n = (np.array(case.data[name], float) for name in ("xi", "ni"))
    method = result["options"]["method_ci"]
    if method == "NAsm":
        y, v = proportion_effects(x, n, "PLOGIT")
        limits = wald_limits(y, v)
        return {"lower": limits["study_lower"], "upper": limits["study_upper"], "scale": "logit"}
    lower, upper = pl.study_interval(x, n, method=STUDY_INTERVALS[method], ends=method == "WS")
    with np.errstate(divide="ignore"):
        return {"lower": logit(np.clip(lower, 0, 1)), "upper": logit(np.clip(upper, 0, 1)), "scale": "proportion"}


def ask_subgroup(case: Any, result: dict, expected: dict) -> dict:
    o = result["options"]
    y, v = (np.array(case.data[n], float) for n in ("yi", "vi"))
    groups = case.data[o["subgroup_column"]]
    levels = list(dict.fromkeys(str(g) for g in groups))
    found = pl.subgroups(y, v, groups, tau2=o["tau2"], method=o["method"])
    fixed = pl.subgroups(y, v, groups, tau2="separate", method="EE")
    rows = [found[level] for level in levels]
    # With one tau² for all groups the test between them is meta's Q of the group estimates.
    between = pl.pool([r.beta for r in rows], [r.se**2 for r in rows], "EE", "z")
    I2 = [pl.i2_interval(r.Q, r.Q_df).I2 / 100.0 for r in rows]
    return (
        inverse(y, v, o["method"], "classic")
        | wald_limits(y, v)
        | {
            "subgroup_levels": levels,
            "k_w": [r.k for r in rows],
            "TE_random_w": [r.beta for r in rows],
            "seTE_random_w": [r.se for r in rows],
            "lower_random_w": [r.ci_lb for r in rows],
            "upper_random_w": [r.ci_ub for r in rows],
            "tau2_w": [r.tau2 for r in rows],
            "Q_w": [r.Q for r in rows],
            "I2_w": I2,
            "Q_b_common": fixed.Q,
            "pval_Q_b_common": fixed.p,
            "df_Q_b": found.df,
            "Q_b_random": between.Q,
            "pval_Q_b_random": between.Q_p,
        }
    )


def cells(case: Any) -> dict[str, np.ndarray]:
    return {name: np.array(case.data[name], float) for name in ("ai", "bi", "ci", "di")}


def table_effects(d: dict, sm: str) -> tuple[np.ndarray, np.ndarray]:
    """meta's effects of 2x2 tables: 1/2 where a cell is empty (once to the total for RR; for RD in the variance only);
    OR and RR are missing in tables without any event or without any non-event."""
    a, b, c, d_ = d["ai"], d["bi"], d["ci"], d["di"]
    half = 0.5 * ((a == 0) | (b == 0) | (c == 0) | (d_ == 0))
    empty = (a + c == 0) | (b + d_ == 0)
    if sm == "RD":
        y, _ = pl.effect_sizes("RD", d, add=0.0, to="none")
        return y, pl.effect_sizes("RD", d)[1]
    if sm == "RR":
        table = {"ai": a + half, "bi": b + 0.0 * half, "ci": c + half, "di": d_ + 0.0 * half}
        y, v = pl.effect_sizes("RR", table, add=0.0, to="none")
    else:
        y, v = pl.effect_sizes("OR", d)
    y[empty] = v[empty] = NAN
    return y, v


def ask_bin(case: Any, result: dict, expected: dict) -> dict:
    o = result["options"]
    d, sm = cells(case), o["sm"]
    one_of(sm, "OR", "RR", "RD")
    one_of(o["pooling"], "Inverse", "MH", "Peto")
    one_of(o["method"], "DL")
    if o["pooling"] == "Peto":
        y, v = pl.effect_sizes("PETO", d)
        return inverse(y, v, "DL", "classic") | wald_limits(y, v)
    y, v = table_effects(d, sm)
    if o["pooling"] == "Inverse":
        return inverse(y, v, "DL", "classic") | wald_limits(y, v)
    common = pl.mantel_haenszel(d, sm, add=0.5, variance="greenland-robins")
    ok = ~np.isnan(y)
    Q = float(((y[ok] - common.beta) ** 2 / v[ok]).sum())
    C = float((1 / v[ok]).sum() - (1 / v[ok] ** 2).sum() / (1 / v[ok]).sum())
    df = int(ok.sum()) - 1
    found = pl.pool(y, v, "DL", "z", tau2=max(0.0, (Q - df) / C))
    answer = common_fields(common, Q, df) | random_fields(found) | wald_limits(y, v)
    return answer | {"pval_Q": float(pl.distributions.chi2_upper(Q, df))}


def ask_bias(case: Any, result: dict, expected: dict) -> dict:
    d, test = cells(case), result["options"]["test"]
    y, v = table_effects(d, "OR")
    n1, n2 = d["ai"] + d["bi"], d["ci"] + d["di"]
    tests = {
        "Peters": lambda: pl.peters(d),
        "Harbord": lambda: pl.harbord(d),
        "Egger": lambda: pl.egger(y, v),
        "Begg": lambda: pl.begg(y, v),
        "Thompson": lambda: pl.thompson_sharp(y, v),
        "Macaskill": lambda: pl.macaskill(y, v, n1 + n2),
        "Schwarzer": lambda: pl.schwarzer(d, add=0.5),
        "Deeks": lambda: pl.deeks(d),
        "Pustejovsky": lambda: pl.pustejovsky(y, v, n1, n2),
    }
    one_of(test, *tests)
    found = tests[test]()
    pval = found.pval
    if math.isnan(found.df):
        pval = float(pl.distributions.normal_two_sided(found.stat))
    return {
        "stat": found.stat,
        "pval": pval,
        "df": found.df,
        "bias": found.bias,
        "se_bias": found.se_bias,
        "tau2": found.tau2,
    }


META = {
    "meta_prop": ask_prop,
    "meta_hk": ask_hk,
    "meta_subgroup": ask_subgroup,
    "meta_bin": ask_bin,
    "meta_bias": ask_bias,
    "study_ci": ask_study_ci,
}
