"""Results in words, ready for a manuscript: every number with its interval and the studies behind it.

Numbers are printed by ``prismake.core.numbers``; ``show`` is the format of the outcome that a sentence is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prismake.core.labels import join
from prismake.core.measures import NAMES, WITHOUT_NULL
from prismake.core.notes import PREDICTION, alone, equals, overall_effect
from prismake.core.numbers import Format, between, number, p_value, percent, significant
from prismake.core.phrases import plural, within_sentence

WITH_Q = ("inverse_variance", "mantel_haenszel", "peto", None)
COMMON_EFFECT = ("EE", "Mantel–Haenszel", "Peto")
BAUJAT_ALIKE = "Contributions of single studies: all effects are equal; no study contributes more than another."
_STAGES = {
    "duplicates": "possible duplicates",
    "merges": "merged by rule",
    "title_abstract": "title and abstract",
    "appraisal": "risk of bias",
}


def studies(k: int) -> str:
    """``1 study``, ``12 studies``."""
    return plural(k, "study", "studies")


def behind(row: Mapping[str, Any]) -> str:
    """``9 studies``, or ``9 studies with 10 results`` where a study gives several."""
    number = row.get("studies") or row["k"]
    return studies(number) + (f" with {row['k']} results" if number != row["k"] else "")


def interval(row: Mapping[str, Any], level: float, show: Format | None = None) -> str:
    """“0.41 (95 % CI 0.28 to 0.55)”; a row that stands alone is printed as its own interval needs."""
    return show.interval(row, level) if show else between(row, level)


def analysis(
    title: str, row: Mapping[str, Any], level: float, *, proportion: bool, show: Format | None = None, name: str = ""
) -> str:
    """The pooled estimate, its prediction interval, the test of the overall effect, and heterogeneity."""
    show = show or alone(row)
    events = ""
    if proportion and row.get("events") is not None:
        events = f", {plural(row['events'], 'event')} among {plural(row['total'], 'participant')}"
    model = row["name"][0].lower() + row["name"][1:]
    measure = row["options"]["measure"]
    what = f"{title}: pooled {name or NAMES[measure]} {show.interval(row, level)}"
    parts = [f"{what} ({model}; {behind(row)}{events})"]
    if row.get("pi_lb") is not None:
        kind = f" ({PREDICTION[row['pi_method']]})" if row.get("pi_method") else ""
        parts.append(f"{level:g} % prediction interval {show.bounds(row, 'pi_lb', 'pi_ub')}{kind}")
    if measure not in WITHOUT_NULL and (test := overall_effect(row)):
        parts.append(f"test of the overall effect: {test}")
    spread = _spread(row, level, show)
    if row.get("I2") is not None:
        spread += f", I² = {percent(row['I2'])}"
    if row.get("Q") is not None:
        test = "Q" if row.get("model") in WITH_Q else "likelihood-ratio test of heterogeneity"
        spread += f", {test} = {number(row['Q'])} on {row['Q_df']} df, {p_value(row['Q_p'])}"
    return f"{'; '.join([*parts, spread])}."


def _spread(row: Mapping[str, Any], level: float, show: Format) -> str:
    if row.get("rho") is not None:
        return f"intraclass correlation {equals(show.variance(row['rho']))}"
    return _tau2(row, level, show) if row.get("method") not in COMMON_EFFECT else "tau² assumed to be zero"


def _tau2(row: Mapping[str, Any], level: float, show: Format) -> str:
    """“tau² = 0.52 (95 % CI 0.12 to 2.18)”; an interval of tau² may have no upper bound, or be empty."""
    words = f"tau² {equals(show.variance(row['tau2']))}"
    low, high = row.get("tau2_lb"), row.get("tau2_ub")
    if low is None:
        return words
    if high == 0.0:
        return f"{words} (empty interval: the effects vary less than expected by chance)"
    upper = "no upper bound" if high is None else show.variance(high)
    return f"{words} ({level:g} % CI {show.variance(low)} to {upper})"


def no_estimate(title: str, reason: str) -> str:
    """Why an outcome has no pooled estimate."""
    return f"{title}: no pooled estimate. {reason}"


def single(title: str, study: Mapping[str, Any], level: float, show: Format | None = None) -> str:
    """A single study is reported as such, never as a pooled effect."""
    return f"{title}: one study only, {study['label']}, {interval(study, level, show)}; no meta-analysis was done."


def subgroup_test(
    title: str,
    levels: Sequence[Mapping[str, Any]],
    test: tuple[float, int, float],
    level: float,
    show: Format | None = None,
) -> str:
    """The estimate in each subgroup, and the test between them; ``test`` is Q, its degrees of freedom and p."""
    Q, df, p = test
    each = "; ".join(f"{row['level']} {interval(row, level, show)} in {behind(row)}" for row in levels)
    return f"{title}: {each}. Test for a difference between subgroups: Q = {number(Q)} on {df} df, {p_value(p)}."


def group_notes(alone: Sequence[str], missing: int) -> str:
    """Limitations of a test between subgroups: subgroups of a single study, and studies without a label."""
    notes = []
    if alone:
        is_are, stands = ("is", "stands") if len(alone) == 1 else ("are", "stand")
        notes.append(
            f"{join(alone)} {is_are} a single study{'' if len(alone) == 1 else ' each'} and {stands} in the test with "
            "the estimate of that study, not a pooled one; the test should be interpreted with caution."
        )
    if missing:
        verb = "does" if missing == 1 else "do"
        notes.append(f"{studies(missing).capitalize()} {verb} not report it and {verb} not take part in the test.")
    return " ".join(notes)


def regression(row: Mapping[str, Any], level: float, least: int, show: Format | None = None) -> str:
    """A meta-regression on one moderator: its coefficients, its test, and what limits it."""
    slopes = row["coefficients"][1:]
    if row["kind"] == "number":
        each = f"{_change(slopes[0], level)} per unit"
    else:
        each = f"compared with {row['reference']}, " + "; ".join(
            f"{slope['name']} differs by {_change(slope, level)}" for slope in slopes
        )
    first, second = row["QM_df"]
    df = f"{first} df" if second is None else f"{first} and {second} df"
    test = f"{'Q' if second is None else 'F'} = {number(row['QM'])} on {df}"
    explained = "" if row["R2"] is None else f", {percent(row['R2'])} of tau² explained"
    residual = equals((show or Format()).variance(row["tau2"]))
    text = (
        f"{row['title']}: {each} ({row['scale']} scale; {behind(row)}; meta-regression, {row['method']}). "
        f"Test of the moderator: {test}, {p_value(row['QM_p'])}; residual tau² {residual}{explained}."
    )
    if row["dropped"]:
        verb = "does" if row["dropped"] == 1 else "do"
        text += f" {studies(row['dropped']).capitalize()} {verb} not report it and could not be used."
    if row["warnings"]:
        text += f" {' '.join(row['warnings'])}"
    if row["k"] < least:
        text += (
            f" With fewer than {least} studies per moderator, this result may be due to chance and should be "
            "interpreted with caution."
        )
    return text


def joint_regression(row: Mapping[str, Any], level: float, least: int, show: Format | None = None) -> str:
    """A meta-regression on several moderators: each coefficient, the test of all of them, and what limits it."""
    each = "; ".join(f"{slope['name']} {_change(slope, level)}" for slope in row["coefficients"][1:])
    first, second = row["QM_df"]
    df = f"{first} df" if second is None else f"{first} and {second} df"
    residual = equals((show or Format()).variance(row["tau2"]))
    explained = "" if row["R2"] is None else f", {percent(row['R2'])} of tau² explained"
    text = (
        f"{row['title']} together: {each} ({row['scale']} scale; {behind(row)}). Test of all moderators: "
        f"{'Q' if second is None else 'F'} = {number(row['QM'])} on {df}, {p_value(row['QM_p'])}; residual tau² "
        f"{residual}{explained}."
    )
    text += "".join(f" {warning}" for warning in row["warnings"])
    if row["k"] < least:
        text += (
            f" With fewer than {least} studies per moderator, this result may be due to chance and should be "
            "interpreted with caution."
        )
    return text


def _change(slope: Mapping[str, Any], level: float) -> str:
    beta, low, high = (significant(slope[name]) for name in ("beta", "ci_lb", "ci_ub"))
    return f"{beta} ({level:g} % CI {low} to {high}, {p_value(slope['p'])})"


def wald_rows(rows: Sequence[Mapping[str, Any]], test: str) -> str:
    """A remark that intervals of a series are Wald-type although Hartung–Knapp was chosen; empty if none is."""
    count = sum(row["test"] != test for row in rows)
    if not count:
        return ""
    which = "all" if count == len(rows) else f"{count} of the {len(rows)}"
    return f" In {which} results, a Wald-type interval replaces the Hartung–Knapp one."


def leave_one_out(rows: Sequence[Mapping[str, Any]], level: float, show: Format | None = None) -> str:
    """The range of the estimate, and the studies without which it is lowest and highest."""
    low, high = (pick(rows, key=lambda row: row["estimate"]) for pick in (min, max))
    show = show or alone(low)
    first, last = (show.value(row["estimate"], row, unit=True) for row in (low, high))
    if first == last:
        return f"Each study left out in turn: the estimate stays at {first} whichever study is left out."
    return (
        f"Each study left out in turn: the estimate lies between {show.interval(low, level)}, without {low['label']}, "
        f"and {show.interval(high, level)}, without {high['label']}."
    )


def cumulative(rows: Sequence[Mapping[str, Any]], level: float, show: Format | None = None) -> str:
    """The estimate halfway through the studies in the order of their years, and with all of them."""
    half, last = rows[(len(rows) - 1) // 2], rows[-1]
    return (
        f"Cumulative by year of publication: {interval(half, level, show)} after {studies(half['k'])} "
        f"(up to {half['year']}), {interval(last, level, show)} after {studies(last['k'])} (up to {last['year']})."
    )


def gosh(row: Mapping[str, Any], show: Format | None = None) -> str:
    """The spread of the estimates of all subsets, or of a sample of them."""
    which = "all" if row["exhaustive"] else "a sample of"
    show = show or Format()
    low, first, middle, third, high = (show.value(value) for value in row["quantiles"])
    return (
        f"Every subset of studies: in {which} {row['subsets']:,} subsets of two studies or more the estimate lies "
        f"between {low} and {high}{show.unit}, half of them between {first} and {third}{show.unit} "
        f"(median {middle}{show.unit})."
    )


def influence(labels: Sequence[str]) -> str:
    """The studies that exceed a cut-off of Viechtbauer and Cheung (2010)."""
    if not labels:
        return "Influence of single studies: none exceeds the usual cut-offs (DFFITS, Cook's distance, hat, DFBETAS)."
    verb = "exceeds" if len(labels) == 1 else "exceed"
    return (
        f"Influence of single studies: {join(labels)} {verb} at least one of the usual cut-offs "
        "(DFFITS, Cook's distance, hat, DFBETAS)."
    )


def baujat(heterogeneous: str, influential: str) -> str:
    """The study that contributes most to heterogeneity, and the one that moves the result most."""
    if heterogeneous == influential:
        return f"Contributions of single studies: {influential} adds most to heterogeneity and moves the result most."
    return (
        f"Contributions of single studies: {heterogeneous} adds most to heterogeneity, {influential} moves the result "
        "most."
    )


def trim_and_fill(row: Mapping[str, Any], level: float, show: Format | None = None) -> str:
    """The number of studies imputed, the estimate with them, and why it is no correction."""
    if not row["k0"]:
        return f"Trim and fill ({row['estimator']}): no study is estimated to be missing on the {row['side']} side."
    added = "it" if row["k0"] == 1 else "them"
    return (
        f"Trim and fill ({row['estimator']}): {studies(row['k0'])} estimated to be missing on the {row['side']} side; "
        f"with {added} {interval(row, level, show)}. Heterogeneity alone can make a funnel plot asymmetric, so this "
        "should be read as a sensitivity analysis, not as a corrected estimate."
    )


def failsafe(rosenthal: int, rosenberg: int, k: int) -> str:
    """Both fail-safe numbers and their limits."""
    return (
        f"Fail-safe number: {rosenthal:,} (Rosenthal) or {rosenberg:,} (Rosenberg) unpublished studies without an "
        f"effect would make the result of these {studies(k)} not significant. It ignores heterogeneity and the size "
        "of the effect."
    )


def small_study(k: int, tests: Sequence[Mapping[str, Any]], least: int) -> str:
    """The tests for small-study effects that fit the measure, or why there are none; ``name`` is empty for no test."""
    if tests and not tests[0]["name"]:
        return f"Small-study effects were not tested. {tests[0]['why']}"
    if k < least:
        return f"Tests for small-study effects were not run because there are fewer than {least} studies (k = {k})."
    each = "; ".join(_test(row) for row in tests)
    why = " ".join(dict.fromkeys(row["why"] for row in tests))
    return f"Tests for small-study effects ({k} studies): {each.rstrip('.')}. {why}"


def _test(row: Mapping[str, Any]) -> str:
    """“Peters' test: p = 0.20”, or the reason why it was not done."""
    name = row["name"].replace("Pustejovsky-Rodgers", "Pustejovsky and Rodgers").replace(" (mixed model)", "")
    suffix = "'" if name.endswith("s") else "'s"
    where = " in the mixed model" if "mixed model" in row["name"] else ""
    result = p_value(row["pval"]) if row["pval"] is not None else within_sentence(row["reason"])
    return f"{name}{suffix} test{where}: {result}"


def counts(pooled: int, included: int, undecided: Mapping[str, int]) -> str:
    """The studies behind a figure or table, and the decisions that are still open."""
    open_rows = {_STAGES.get(name, name.replace("_", " ")): n for name, n in undecided.items() if n}
    base = "No studies are included yet" if not included else f"Based on {pooled} of {included} included studies"
    if not open_rows:
        return f"{base}; all decisions have been made."
    each = ", ".join(f"{n:,} at {name}" for name, n in open_rows.items())
    return f"{base}. PROVISIONAL: decisions are open ({each})."


def against_published(
    title: str, own: Mapping[str, Any], published: Mapping[str, Any], level: float, show: Format | None = None
) -> str:
    """The result of this review beside a published one."""
    show = show or Format()
    result = show.value(published["estimate"], unit=True)
    if published.get("ci_lb") is not None and published.get("ci_ub") is not None:
        result += f" ({show.bounds(published)})"
    if published.get("studies"):
        result += f" in {studies(published['studies'])}"
    source = f" ({published['source']})" if published.get("source") else ""
    why = f" {published['sentence']}" if published.get("sentence") else ""
    return f"{title}: {show.interval(own, level)} in {behind(own)} here; published {result}{source}.{why}"
