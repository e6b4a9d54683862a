"""Rows that a measure cannot use: missing, impossible or undefined values, and studies without events.

Both functions use the same checks: `effect_sizes` refuses what is impossible, `effect_rows` gives the reason for every
row that is not used.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from prismake.core.errors import PoolingError

MISSING, IMPOSSIBLE, NO_EVENTS, UNDEFINED = "missing", "impossible", "no events", "undefined"
KINDS = (MISSING, IMPOSSIBLE, NO_EVENTS, UNDEFINED)


@dataclass(frozen=True, eq=False)
class Check:
    """``rows`` (k,) marks where ``what`` holds of ``columns``; ``remedy`` is what to do about it."""

    kind: str
    columns: tuple[str, ...]
    rows: np.ndarray
    what: str
    remedy: str = ""


CORRECT = "Correct the cell."
LOOK = "Look the numbers up in the report."


def refuse_impossible(checks: Sequence[Check]) -> None:
    """Raise PoolingError for the first check that finds something impossible, with its rows."""
    for check in checks:
        if check.kind == IMPOSSIBLE and check.rows.any():
            rows = ", ".join(str(i + 1) for i in np.flatnonzero(check.rows)[:10])
            where = f"row {rows} ({', '.join(check.columns)})"
            raise PoolingError(check.what, where=where, remedy=check.remedy)


def missing(names: Sequence[str], values: Sequence[np.ndarray], present: Collection[str] = ()) -> list[Check]:
    """One check per column: what is not there. Totals that stand for non-events are called by their own names, where
    ``present`` says which columns were given."""
    checks = []
    for name, value in zip(names, values, strict=True):
        total = {"bi": "n1i", "di": "n2i"}.get(name, name)
        column = total if name not in present and total in present else name
        checks.append(Check(MISSING, (name,), np.isnan(value), f"{column} is not reported."))
    return checks


def proportions(values: Sequence[np.ndarray]) -> list[Check]:
    x, n = values
    return [
        Check(IMPOSSIBLE, ("xi",), x < 0, "The number of events is negative.", CORRECT),
        Check(IMPOSSIBLE, ("ni",), n <= 0, "The number of participants must be above zero.", CORRECT),
        Check(IMPOSSIBLE, ("xi", "ni"), x > n, "There are more events than participants.", LOOK),
    ]


def tables(values: Sequence[np.ndarray]) -> list[Check]:
    a, b, c, d = values
    checks = [
        Check(IMPOSSIBLE, (name,), cell < 0, text, LOOK)
        for name, cell, text in (
            ("ai", a, "The number of events in arm 1 is negative."),
            ("bi", b, "Arm 1 has more events than participants (its non-events are negative)."),
            ("ci", c, "The number of events in arm 2 is negative."),
            ("di", d, "Arm 2 has more events than participants (its non-events are negative)."),
        )
    ]
    empty = "An arm has no participants."
    checks += [Check(IMPOSSIBLE, ("ai", "bi"), a + b == 0, empty, LOOK)]
    return [*checks, Check(IMPOSSIBLE, ("ci", "di"), c + d == 0, empty, LOOK)]


def rates(values: Sequence[np.ndarray], names: tuple[str, str] = ("xi", "ti")) -> list[Check]:
    x, t = values
    return [
        Check(IMPOSSIBLE, names[:1], x < 0, "The number of events is negative.", CORRECT),
        Check(IMPOSSIBLE, names[1:], t <= 0, "The time at risk must be above zero.", LOOK),
    ]


def two_rates(values: Sequence[np.ndarray]) -> list[Check]:
    return rates(values[:2], ("x1i", "t1i")) + rates(values[2:], ("x2i", "t2i"))


def spread(sd: np.ndarray, n: np.ndarray, names: tuple[str, str]) -> list[Check]:
    """Standard deviations and sizes of one arm."""
    few = "One participant has no standard deviation."
    return [
        Check(IMPOSSIBLE, names[:1], sd < 0, "A standard deviation cannot be negative.", CORRECT),
        Check(IMPOSSIBLE, names[1:], n <= 0, "The number of participants must be above zero.", CORRECT),
        Check(UNDEFINED, names[1:], n == 1, few, LOOK),
    ]


def means(values: Sequence[np.ndarray], *, positive: bool) -> list[Check]:
    """``positive``: the measure takes the logarithm of the mean."""
    m, sd, n = values
    checks = spread(sd, n, ("sdi", "ni"))
    if positive:
        checks.append(Check(UNDEFINED, ("mi",), m <= 0, "A mean that is not above zero has no logarithm.", OTHER))
    return checks


def deviations(values: Sequence[np.ndarray]) -> list[Check]:
    sd, n = values
    zero = "A standard deviation of zero has no logarithm."
    return [*spread(sd, n, ("sdi", "ni")), Check(UNDEFINED, ("sdi",), sd == 0, zero, LOOK)]


OTHER = "Use another measure for this study, or leave it out."


def two_means(values: Sequence[np.ndarray], *, ratio: bool) -> list[Check]:
    """``ratio``: the measure takes the logarithm of the ratio of both means."""
    m1, s1, n1, m2, s2, n2 = values
    checks = spread(s1, n1, ("sd1i", "n1i")) + spread(s2, n2, ("sd2i", "n2i"))
    flat = "Both standard deviations are zero, which leaves no variance."
    checks.append(Check(UNDEFINED, ("sd1i", "sd2i"), (s1 == 0) & (s2 == 0), flat, LOOK))
    if ratio:
        zero = "A mean of zero has no ratio."
        checks.append(Check(UNDEFINED, ("m1i", "m2i"), (m1 == 0) | (m2 == 0), zero, OTHER))
        opposite = "The means have opposite signs: their ratio has no logarithm."
        checks.append(Check(UNDEFINED, ("m1i", "m2i"), m1 * m2 < 0, opposite, OTHER))
    return checks


def correlations(values: Sequence[np.ndarray], *, least: float, bounded: bool) -> list[Check]:
    """``least``: sizes up to this have no variance; ``bounded``: a correlation of 1 is infinite on this scale."""
    r, n = values
    checks = [
        Check(IMPOSSIBLE, ("ri",), np.abs(r) > 1, "A correlation lies between -1 and 1.", CORRECT),
        Check(IMPOSSIBLE, ("ni",), n <= 0, "The number of participants must be above zero.", CORRECT),
        Check(UNDEFINED, ("ni",), n <= least, f"Up to {least:g} participants leave no variance.", "Leave it out."),
    ]
    if bounded:
        checks.append(Check(UNDEFINED, ("ri",), np.abs(r) == 1, "A correlation of 1 is infinite on this scale.", LOOK))
    return checks


def published(yi: np.ndarray, values: dict[str, np.ndarray], *, log: bool) -> list[Check]:
    """Effects of a paper, with vi, sei, or lb and ub, on their own scale (ratios before the logarithm)."""
    checks = []
    if "vi" in values:
        checks.append(Check(IMPOSSIBLE, ("vi",), values["vi"] < 0, "A sampling variance cannot be negative.", CORRECT))
        checks.append(Check(UNDEFINED, ("vi",), values["vi"] == 0, "The sampling variance is zero.", LOOK))
    if "sei" in values:
        checks.append(Check(IMPOSSIBLE, ("sei",), values["sei"] < 0, "A standard error cannot be negative.", CORRECT))
        checks.append(Check(UNDEFINED, ("sei",), values["sei"] == 0, "The standard error is zero.", LOOK))
    if log:
        digits = "Enter it with more digits, or the standard error in its place."
        checks.append(Check(IMPOSSIBLE, ("yi",), yi < 0, "A ratio cannot be negative.", "Is it a logarithm already?"))
        checks.append(Check(UNDEFINED, ("yi",), yi == 0, "A ratio of zero has no logarithm.", digits))
    if "lb" in values:
        lb, ub = values["lb"], values["ub"]
        if log:
            checks.append(Check(IMPOSSIBLE, ("lb",), lb < 0, "The limit of a ratio cannot be negative.", CORRECT))
            checks.append(Check(UNDEFINED, ("lb",), lb == 0, "A limit of zero has no logarithm.", digits))
        above = "The lower limit of the interval is above the upper limit."
        checks.append(Check(IMPOSSIBLE, ("lb", "ub"), lb > ub, above, CORRECT))
        outside = (yi < lb - 1e-9 * np.abs(lb)) | (yi > ub + 1e-9 * np.abs(ub))
        text = "The estimate lies outside its own interval."
        checks.append(Check(IMPOSSIBLE, ("yi", "lb", "ub"), outside & (lb <= ub), text, LOOK))
        checks.append(Check(UNDEFINED, ("lb", "ub"), lb == ub, "The interval has no width.", LOOK))
    return checks


Checker = Callable[[Sequence[np.ndarray]], list[Check]]


def without_events(measure: str, values: Sequence[np.ndarray]) -> list[Check]:
    """Studies that say nothing on a ratio: no event in either arm, or nothing but events in both."""
    leave = "It is counted, and left out of the ratio; a risk difference can include it."
    none = "No event in either arm: such a study gives no information on a ratio (Cochrane Handbook 10.4.4)."
    every = "An event in every participant of both arms: such a study gives no information on an odds ratio."
    alike = "An event in every participant of both arms: only a correction would give the risk ratio a variance."
    if measure == "IRR":
        x1, _, x2, _ = values
        return [Check(NO_EVENTS, ("x1i", "x2i"), x1 + x2 == 0, none, leave)]
    a, b, c, d = values
    checks = [Check(NO_EVENTS, ("ai", "ci"), a + c == 0, none, leave)]
    if measure in {"OR", "PETO"}:
        checks.append(Check(NO_EVENTS, ("bi", "di"), b + d == 0, every, leave))
    if measure == "RR":
        checks.append(Check(NO_EVENTS, ("bi", "di"), b + d == 0, alike, leave))
    return checks
