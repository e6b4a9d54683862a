"""Results in words, ready for a manuscript: every number with its interval and what it rests on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

_STAGES = {
    "duplicates": "possible duplicates",
    "merges": "merged by rule",
    "title_abstract": "title and abstract",
    "appraisal": "risk of bias",
}


# What a pooled number is called; published ratios and differences keep their own name, which is not known here.
MEASURES = {
    **dict.fromkeys(("PLO", "PR", "PAS", "PFT"), "proportion"),
    "RR": "risk ratio",
    "OR": "odds ratio",
    "RD": "risk difference",
    "MD": "mean difference",
    "SMD": "standardised mean difference",
    "ROM": "ratio of means",
    "GENLN": "ratio",
    "GEN": "effect",
}


NARROW = 0.03  # width of an interval from which on two decimals are enough


def p_value(p: float | None) -> str:
    """“p = 0.56”, “p < 0.001”, “p > 0.99”; the empty string when there is none."""
    if p is None or math.isnan(p):
        return ""
    if p < 0.001 or p >= 0.995:
        return "p < 0.001" if p < 0.001 else "p > 0.99"
    return f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def decimals(row: Mapping[str, Any]) -> int:
    """Two; where the confidence interval is narrow, as many (at most five) as give its width two significant digits."""
    low, high = row.get("ci_lb"), row.get("ci_ub")
    width = high - low if low is not None and high is not None else 0.0
    return min(max(2, 1 - math.floor(math.log10(width))), 5) if 0.0 < width < NARROW else 2


def number(value: float | None, digits: int = 2) -> str:
    """“−0.41”: a true minus sign, and none for zero; a dash for what is not defined."""
    if value is None:
        return "–"
    text = f"{value:,.{digits}f}"
    return text.replace("-", "−") if float(text.replace(",", "")) else text.lstrip("-")


def interval(row: Mapping[str, Any], level: float, digits: int | None = None) -> str:
    """“0.41 (95 % CI 0.28 to 0.55)”."""
    places = decimals(row) if digits is None else digits
    estimate, low, high = (number(row[name], places) for name in ("estimate", "ci_lb", "ci_ub"))
    return f"{estimate} ({level:g} % CI {low} to {high})"


def studies(k: int) -> str:
    return f"{k} study" if k == 1 else f"{k} studies"


def analysis(title: str, row: Mapping[str, Any], level: float, *, proportion: bool) -> str:
    """The pooled estimate, its prediction interval and heterogeneity."""
    counts = ""
    if proportion and row.get("events") is not None:
        counts = f", {row['events']:,} events among {row['total']:,} participants"
    model = row["name"][0].lower() + row["name"][1:]
    what = MEASURES[row["options"]["measure"]]
    parts = [f"{title}: pooled {what} {interval(row, level)} ({model}; {studies(row['k'])}{counts})"]
    if row.get("pi_lb") is not None:
        limits = (number(row[name], decimals(row)) for name in ("pi_lb", "pi_ub"))
        parts.append(f"{level:g} % prediction interval {' to '.join(limits)}")
    spread = _tau2(row, level) if row.get("method") != "EE" else "tau² taken to be zero"
    if row.get("I2") is not None:
        spread += f", I² = {row['I2']:.0f} %"
    if row.get("Q") is not None:
        test = "likelihood-ratio test of heterogeneity" if row.get("model") == "glmm" else "Q"
        spread += f", {test} = {row['Q']:.2f} on {row['Q_df']} df, {p_value(row['Q_p'])}"
    return f"{'; '.join([*parts, spread])}."


def _tau2(row: Mapping[str, Any], level: float) -> str:
    """“tau² = 0.52 (95 % CI 0.12 to 2.18)”; an interval of tau² can lack its upper bound, or hold no value at all."""
    words = f"tau² {_small(row['tau2'], '= ')}"
    low, high = row.get("tau2_lb"), row.get("tau2_ub")
    if low is None:
        return words
    if high == 0.0:
        return f"{words} (interval empty: the studies scatter less than chance alone would make them)"
    return f"{words} ({level:g} % CI {_small(low)} to {'no upper bound' if high is None else _small(high)})"


def _small(value: float, equals: str = "") -> str:
    """Three decimals; none where they say nothing."""
    if 0.0 < value < 0.001:
        return "< 0.001"
    return f"{equals}{value:,.0f}" if value == 0.0 or value >= 100 else f"{equals}{value:.3f}"


def no_estimate(title: str, reason: str) -> str:
    """Why an outcome has no pooled estimate."""
    return f"{title}: no pooled estimate. {reason}"


def narrow(classic: Mapping[str, Any]) -> str:
    """That a Hartung-Knapp interval is narrower than Wald's, which is given."""
    low, high = (number(classic[name], decimals(classic)) for name in ("ci_lb", "ci_ub"))
    return (
        f"The studies scatter so little that this Hartung–Knapp interval is narrower than Wald's, {low} to {high}: "
        "rely on the wider one."
    )


def single(title: str, study: Mapping[str, Any], level: float) -> str:
    """One study is reported as what it is, never as a pooled effect."""
    return f"{title}: one study only, {study['label']}, {interval(study, level)}; nothing was pooled."


def subgroup_test(title: str, levels: Sequence[Mapping[str, Any]], Q: float, df: int, p: float, level: float) -> str:
    each = "; ".join(f"{one['level']} {interval(one, level)} in {studies(one['k'])}" for one in levels)
    return f"{title}: {each}. Test for a difference between subgroups: Q = {Q:.2f} on {df} df, {p_value(p)}."


def regression(row: Mapping[str, Any], level: float, least: int) -> str:
    """A meta-regression on one moderator: its coefficients, its test and what it cannot show."""
    slopes = row["coefficients"][1:]
    if row["kind"] == "number":
        each = f"{_change(slopes[0], level)} for each unit more"
    else:
        each = f"compared with {row['reference']}, " + "; ".join(
            f"{one['name']} differs by {_change(one, level)}" for one in slopes
        )
    first, second = row["QM_df"]
    test = f"Q = {row['QM']:.2f} on {first} df" if second is None else f"F = {row['QM']:.2f} on {first} and {second} df"
    explained = "" if row["R2"] is None else f", {row['R2']:.0f} % of tau² explained"
    text = (
        f"{row['title']}: {each} ({row['scale']} scale; {studies(row['k'])}; meta-regression, {row['method']}). "
        f"Test of the moderator: {test}, {p_value(row['QM_p'])}; residual tau² = {row['tau2']:.3f}{explained}."
    )
    if row["dropped"]:
        verb = "does" if row["dropped"] == 1 else "do"
        text += f" {studies(row['dropped']).capitalize()} {verb} not report it and could not be used."
    if row["narrow"]:
        text += (
            " The studies scatter so little around it that these intervals are narrower than Wald's: do not trust them."
        )
    if row["k"] < least:
        text += f" With fewer than {least} studies for a moderator such a result says little and can be due to chance."
    return text


def _change(one: Mapping[str, Any], level: float) -> str:
    signed = {key: f"{one[key]:.3g}".replace("-", "−") for key in ("beta", "ci_lb", "ci_ub")}
    return f"{signed['beta']} ({level:g} % CI {signed['ci_lb']} to {signed['ci_ub']}, {p_value(one['p'])})"


def leave_one_out(rows: Sequence[Mapping[str, Any]], level: float) -> str:
    """Between which estimates the result moves, and whose absence moves it there."""
    low, high = (pick(rows, key=lambda row: row["estimate"]) for pick in (min, max))
    if high["estimate"] - low["estimate"] < 0.5 * 10.0 ** -decimals(low):
        return f"Each study left out in turn: the estimate stays at {number(low['estimate'])} whichever it is."
    return (
        f"Each study left out in turn: the estimate lies between {interval(low, level)}, without {low['label']}, and "
        f"{interval(high, level)}, without {high['label']}."
    )


def cumulative(rows: Sequence[Mapping[str, Any]], level: float) -> str:
    """How the estimate moved as studies came in: halfway, before the last year, and now."""
    half, last = rows[(len(rows) - 1) // 2], rows[-1]
    return (
        f"Cumulative by year of publication: {interval(half, level)} after {studies(half['k'])} "
        f"(up to {half['year']}), {interval(last, level)} after {studies(last['k'])} (up to {last['year']})."
    )


def gosh(row: Mapping[str, Any]) -> str:
    """The spread of the estimates of all subsets, or of a sample of them."""
    which = "all" if row["exhaustive"] else "a sample of"
    low, first, middle, third, high = row["quantiles"]
    return (
        f"Every subset of studies: in {which} {row['subsets']:,} subsets of two studies or more the estimate lies "
        f"between {number(low)} and {number(high)}, half of them between {number(first)} and {number(third)} "
        f"(median {number(middle)})."
    )


def influence(labels: Sequence[str]) -> str:
    """Which studies the cut-offs of Viechtbauer and Cheung (2010) mark."""
    if not labels:
        return "Influence of single studies: none exceeds the usual cut-offs (DFFITS, Cook's distance, hat, DFBETAS)."
    verb = "exceeds" if len(labels) == 1 else "exceed"
    return (
        f"Influence of single studies: {', '.join(labels)} {verb} at least one of the usual cut-offs "
        "(DFFITS, Cook's distance, hat, DFBETAS)."
    )


BAUJAT_ALIKE = "Contributions of single studies: the effects are all the same; no study adds more than another."


def baujat(heterogeneity: str, result: str) -> str:
    """The study that contributes most to heterogeneity, and the one that moves the result most."""
    if heterogeneity == result:
        return f"Contributions of single studies: {result} adds most to heterogeneity and moves the result most."
    return (
        f"Contributions of single studies: {heterogeneity} adds most to heterogeneity, {result} moves the result most."
    )


def trim_and_fill(row: Mapping[str, Any], level: float) -> str:
    """What trim and fill adds, and that other causes than missing studies make a funnel uneven."""
    if not row["k0"]:
        return f"Trim and fill ({row['estimator']}): no study is estimated to be missing on the {row['side']} side."
    added = "it" if row["k0"] == 1 else "them"
    return (
        f"Trim and fill ({row['estimator']}): {studies(row['k0'])} estimated to be missing on the {row['side']} side; "
        f"with {added} {interval(row, level)}. Heterogeneity alone can make a funnel uneven, so this is no correction."
    )


def failsafe(rosenthal: int, rosenberg: int, k: int) -> str:
    """Both fail-safe numbers and how little they mean."""
    return (
        f"Fail-safe number: {rosenthal:,} (Rosenthal) or {rosenberg:,} (Rosenberg) unpublished studies without an "
        f"effect would make the result of these {studies(k)} not significant. It ignores heterogeneity and the size "
        "of the effect."
    )


def small_study(k: int, tests: Mapping[str, Mapping[str, Any]], least: int) -> str:
    if k < least:
        return f"Tests for small-study effects were not run because there are fewer than {least} studies (k = {k})."
    each = "; ".join(f"{name.capitalize()}: {p_value(row['pval'])}" for name, row in tests.items())
    return f"Tests for small-study effects ({k} studies): {each}."


def counts(pooled: int, included: int, undecided: Mapping[str, int]) -> str:
    """What a figure or table rests on."""
    open_rows = {_STAGES.get(name, name.replace("_", " ")): n for name, n in undecided.items() if n}
    base = "No studies are included yet" if not included else f"Rests on {pooled} of {included} included studies"
    if not open_rows:
        return f"{base}; every decision is made."
    each = ", ".join(f"{n:,} at {name}" for name, n in open_rows.items())
    return f"{base}. PROVISIONAL: decisions are open ({each})."


def against_published(title: str, own: Mapping[str, Any], published: Mapping[str, Any], level: float) -> str:
    """One's own result beside a published one."""
    theirs = number(published["estimate"])
    if published.get("ci_lb") is not None and published.get("ci_ub") is not None:
        theirs += f" ({number(published['ci_lb'])} to {number(published['ci_ub'])})"
    if published.get("studies"):
        theirs += f" in {published['studies']} studies"
    source = f" ({published['source']})" if published.get("source") else ""
    why = f" {published['sentence']}" if published.get("sentence") else ""
    return f"{title}: {interval(own, level)} in {studies(own['k'])} here; published {theirs}{source}.{why}"
