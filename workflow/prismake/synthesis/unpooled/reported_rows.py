"""What each row of an outcome without pooling reports: direction, p-value, effect and people.

A published effect comes before one computed from the numbers of the arms, and an exact reported p-value before a
computed one, which comes before a reported bound. A direction is a person's answer; only where the sheet does not ask
for it, it is that of the effect.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prismake.core.missing import is_missing
from prismake.extraction.extracted import is_ratio, number
from prismake.extraction.p_values import p_value_of
from prismake.protocol.measure_parts import ROLES
from prismake.protocol.unpooled_outcomes import CONFLICTING, DIRECTION, EFFECT, NO_DIFFERENCE, P_VALUE
from prismake.synthesis.data import effects

if TYPE_CHECKING:
    import pandas as pd

LEAST_P = 1e-300  # of a computed p-value, which would else be 0 beyond 38 standard errors
TOWARDS, AWAY, UNKNOWN = "towards", "away", "not reported"
STATES = (TOWARDS, AWAY, NO_DIFFERENCE, CONFLICTING, UNKNOWN)
SIDE = {TOWARDS: 1, AWAY: -1, NO_DIFFERENCE: 0, CONFLICTING: 0}
NOTHING = "Neither a direction nor an effect is reported, so that nothing can be counted or described."
_SIZES = (("n1", "n2"), ("total1", "total2"), ("total",), ("n",))


@dataclass(frozen=True)
class Reported:
    """What one row reports.

    ``state``: one of ``STATES``; ``suggested``: the state that its effect suggests where no direction is answered, ""
    otherwise. ``p``: two-sided unless ``sides`` is 1, with ``relation`` (``=``, ``<``, ``>``) and ``p_from`` (reported,
    computed, or ""); ``yi`` and ``vi`` on the scale of the analysis; ``people`` in all; ``reason``: why the row says
    nothing, or "".
    """

    state: str
    suggested: str = ""
    p: float | None = None
    relation: str = "="
    sides: int = 2
    p_from: str = ""
    yi: float | None = None
    vi: float | None = None
    effect_from: str = ""
    people: float | None = None
    reason: str = ""


def reported_rows(rows: pd.DataFrame, spec: Mapping[str, Any], level: float) -> list[Reported]:
    """Each row as what it reports, in order.

    Args:
        rows: of one outcome, as ``extraction/outcomes.csv`` has them.
        spec: ``measure``, ``columns``, ``favours``, ``ratio_scale`` and ``without_pooling`` of the outcome.
        level: of published intervals, in per cent.
    """
    computed = _computed(rows, spec, level)
    return [_of_row(row, own, spec, level) for row, own in zip(rows.to_dict("records"), computed, strict=True)]


def _computed(rows: pd.DataFrame, spec: Mapping[str, Any], level: float) -> list[tuple[float, float] | str | None]:
    """By row: effect and variance from the numbers of the arms, a reason why there is none, or None without numbers."""
    roles = ROLES[spec["measure"]]
    given: list[tuple[float, float] | str | None] = [None] * len(rows)
    if "effect" in roles or not set(roles) <= spec["columns"].keys():
        return given
    whole = [all(number(str(row[role])) is not None for role in roles) for row in rows.to_dict("records")]
    if not any(whole):
        return given
    columns = {role: spec["columns"][role] for role in roles}
    usable = effects(rows[whole], {**spec, "columns": columns}, level, {})
    places = [place for place, complete in enumerate(whole) if complete]
    for position, reason in usable.reasons.items():
        given[places[position]] = reason
    used = [place for position, place in enumerate(places) if usable.used[position]]
    for place, yi, vi in zip(used, usable.data.yi, usable.data.vi, strict=True):
        given[place] = (float(yi), float(vi))
    return given


def _of_row(
    row: Mapping[str, Any], computed: tuple[float, float] | str | None, spec: Mapping[str, Any], level: float
) -> Reported:
    published = _published(row, spec, level)
    if isinstance(published, str):
        return Reported(UNKNOWN, reason=published)
    own = published or (computed if isinstance(computed, tuple) else None)
    yi, vi = own or (None, None)
    p, relation, sides, origin = _p(row, yi, vi)
    people = next((sum(values) for names in _SIZES if (values := _numbers(row, names, spec["columns"]))), None)
    state, suggested = _state(row, yi, spec)
    silent = state == UNKNOWN and yi is None
    reason = (computed if isinstance(computed, str) else NOTHING) if silent else ""
    effect_from = "" if own is None else "published" if published else "computed"
    return Reported(state, suggested, p, relation, sides, origin, yi, vi, effect_from, people, reason)


def _numbers(row: Mapping[str, Any], names: Sequence[str], columns: Mapping[str, str]) -> list[float]:
    """The numbers of these parts, or none if one of them is not reported."""
    values = [number(str(row[name])) if name in columns else None for name in names]
    return [value for value in values if value is not None] if None not in values else []


def _published(
    row: Mapping[str, Any], spec: Mapping[str, Any], level: float
) -> tuple[float, float | None] | str | None:
    """A published effect and its variance on the scale of the analysis; a reason if it has no place there."""
    from prismake.pooling.distributions import critical

    if "effect" not in spec["columns"]:
        return None
    middle, low, high = (number(str(row[part])) if part in spec["columns"] else None for part in EFFECT)
    if middle is None:
        return None
    scaled = [_scaled(value, spec) if value is not None else None for value in (middle, low, high)]
    if scaled[0] is None:
        return f"The effect of {middle:g} does not exist on the scale of this measure. Correct the cell."
    if low is None or high is None:
        return scaled[0], None
    if scaled[1] is None or scaled[2] is None or not scaled[1] <= scaled[0] <= scaled[2] or low == high:
        return f"The interval {low:g} to {high:g} does not fit the effect of {middle:g}. Correct the cells."
    return scaled[0], ((scaled[2] - scaled[1]) / (2 * critical(level))) ** 2


def _scaled(value: float, spec: Mapping[str, Any]) -> float | None:
    if is_ratio(spec):
        return math.log(value) if value > 0 else None
    if spec["measure"] == "ZCOR":
        return math.atanh(value) if abs(value) < 1 else None
    return value


def _p(row: Mapping[str, Any], yi: float | None, vi: float | None) -> tuple[float | None, str, int, str]:
    """P-value, its relation, sides and origin."""
    from prismake.pooling.distributions import normal_two_sided

    reported = p_value_of(str(row.get(P_VALUE, "")))
    if reported is not None and not 0 < reported.value <= 1:
        reported = None
    computed = None if yi is None or not vi else max(float(normal_two_sided(yi / math.sqrt(vi))), LEAST_P)
    if reported is not None and (reported.relation == "=" or not computed):
        return reported.value, reported.relation, reported.sides, "reported"
    return (computed, "=", 2, "computed") if computed else (None, "=", 2, "")


def _state(row: Mapping[str, Any], yi: float | None, spec: Mapping[str, Any]) -> tuple[str, str]:
    """The direction as one of ``STATES``, and the one that the effect suggests where nobody answered."""
    towards, sides = spec["without_pooling"]["towards"], spec["favours"]
    of_effect = ""
    if yi is not None:
        of_effect = NO_DIFFERENCE if yi == 0 else TOWARDS if sides[0 if yi < 0 else 1] == towards else AWAY
    if DIRECTION not in spec["columns"]:
        return of_effect or UNKNOWN, ""
    answer = str(row[DIRECTION])
    if is_missing(answer) or answer not in (*sides, *SIDE):  # where outcomes share a question, it may be another's side
        return UNKNOWN, of_effect
    return (answer if answer in SIDE else TOWARDS if answer == towards else AWAY), ""
