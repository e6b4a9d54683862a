"""One outcome without pooling from its table to plain numbers and sentences."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from statistics import median
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from prismake.core.errors import EstimateDoesNotExist
from prismake.core.measures import measure_of
from prismake.core.names import STUDY_ID
from prismake.extraction.extracted import is_ratio, number
from prismake.protocol.unpooled_outcomes import CONTOURS, DIRECTION, P_VALUE
from prismake.synthesis.data import plain, whole
from prismake.synthesis.result_frame import result_frame
from prismake.synthesis.unpooled import unpooled_words as words
from prismake.synthesis.unpooled.reported_rows import CONFLICTING, SIDE, STATES, UNKNOWN, Reported, reported_rows
from prismake.synthesis.usable import EXTRACTED

if TYPE_CHECKING:
    import pandas as pd

Rows = Sequence[Mapping[str, Any]]
_TEXT = (DIRECTION, P_VALUE)


def analyse(
    outcome: str,
    table: pd.DataFrame,
    spec: Mapping[str, Any],
    *,
    labels: Mapping[str, str],
    level: float,
    undecided: Mapping[str, int],
    appraisals: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    **_: Any,
) -> dict[str, Any]:
    """The complete analysis of one outcome of kind ``without_pooling``; arguments as those of
    ``synthesis.outcome.analyse``.

    What is computed stands under ``without_pooling``: ``by_study`` (one entry for each study, however many rows it
    has), ``counts`` of directions, ``votes``, ``p_values`` (all, and exact ones alone), ``estimates``, ``groups``,
    ``without_high_risk``, ``contours`` and ``words``. Effects of studies are on the natural scale, ``yi`` and ``vi`` on
    that of the analysis.
    """
    result = result_frame(outcome, table, spec, labels=labels, level=level, undecided=undecided)
    own = spec["without_pooling"]
    result |= {"pooled": False, "ratio_scale": is_ratio(spec) and spec["measure"] == "GEN"}
    result["counts"]["statement"] = words.counts(result["counts"])
    towards, away = own["towards"], next(side for side in spec["favours"] if side != own["towards"])
    frame: dict[str, Any] = {
        **{key: own[key] for key in ("reason", "grouping", "prioritised")},
        **{"towards": towards, "away": away, "asked": DIRECTION in spec["columns"]},
        **{"by_study": [], "counts": {}, "votes": None, "p_values": None, "exact_p_values": None, "estimates": None},
        **{"groups": {}, "without_high_risk": None, "contours": _contours(spec), "words": {}},
    }
    result["without_pooling"] = frame
    used = table[table["status"].isin(EXTRACTED)]
    if used.empty:
        result["sentence"] = words.nothing(result["title"], own["reason"])
        return result
    reported = reported_rows(used, spec, level)
    cells = used.to_dict("records")
    result["left_out"] += [
        {STUDY_ID: row[STUDY_ID], "label": row["label"], "reason": entry.reason}
        for row, entry in zip(cells, reported, strict=True)
        if entry.reason
    ]
    result["studies"] = [
        _row(row, entry, spec, level, appraisals)
        for row, entry in zip(cells, reported, strict=True)
        if not entry.reason
    ]
    result["counts"]["studies_pooled"] = len({row[STUDY_ID] for row in result["studies"]})
    result["counts"]["statement"] = words.counts(result["counts"])
    frame["by_study"] = by_study(result["studies"])
    headings = {column: labels.get(column) or column for column in spec["subgroups"]}
    _analyses(result, spec, level, headings)
    return result


def _row(
    row: Mapping[str, Any], entry: Reported, spec: Mapping[str, Any], level: float,
    appraisals: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:  # fmt: skip
    """A row with its numbers as extracted, what they mean, and its effect on the natural scale."""
    from prismake.pooling import back_transform, one_sided_p
    from prismake.pooling.distributions import critical

    side = SIDE.get(entry.state, 0)
    parts = {role: str(row[role]) if role in _TEXT else whole(value) if (value := number(str(row[role]))) is not None
             else None for role in spec["columns"]}  # fmt: skip
    limits: dict[str, float | None] = {"estimate": None, "ci_lb": None, "ci_ub": None}
    if entry.yi is not None:
        measure = measure_of({"measure": spec["measure"], "ratio_scale": spec.get("ratio_scale")})
        half = critical(level) * math.sqrt(entry.vi) if entry.vi else math.nan
        for name, sign in (("estimate", 0.0), ("ci_lb", -half), ("ci_ub", half)):
            limits[name] = plain(back_transform(measure, entry.yi + sign))
    one_sided = None
    if entry.p is not None and side:
        one_sided = one_sided_p(entry.p, side, entry.relation, entry.sides)
    about = {key: value for key, value in dataclasses.asdict(entry).items() if key != "reason"}
    return {
        **{STUDY_ID: row[STUDY_ID], "arm": row["arm"], "label": row["label"]},
        "year": int(row["year"]) if row.get("year", "") else None,
        **parts,
        **about,
        **limits,
        "one_sided_p": one_sided,
        "weight_pct": None,
        "subgroups": {column: str(row[column]) for column in spec["subgroups"]},
        "moderators": {},
        "source": row["source"],
        "how": row.get("how", ""),
        "settled_by": row.get("settled_by", ""),
        "appraisal": appraisals.get(row[STUDY_ID]),
    }


def by_study(rows: Rows) -> list[dict[str, Any]]:
    """One entry for each study, so that each counts once.

    Of several results of a study the direction is that of at least 70 % of them (Boon and Thomson 2021), the one-sided
    p-value the largest, the effect their median, and the people those of the largest.
    """
    from prismake.pooling import study_direction

    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row[STUDY_ID], []).append(row)
    entries = []
    for study, own in groups.items():
        answered = [row for row in own if row["state"] != UNKNOWN]
        side = study_direction([SIDE[row["state"]] for row in answered])
        states = {row["state"] for row in answered}
        state = UNKNOWN if not answered else STATES[0 if side > 0 else 1] if side else (
            states.pop() if len(states) == 1 else CONFLICTING
        )  # fmt: skip
        with_p = [row for row in own if row["one_sided_p"] is not None]
        effects = [row["yi"] for row in own if row["yi"] is not None]
        sizes = [row["people"] for row in own if row["people"] is not None]
        least = max(with_p, key=lambda row: row["one_sided_p"], default=None)
        entries.append(
            {
                **{STUDY_ID: study, "label": own[0]["label"], "year": own[0]["year"], "results": len(own)},
                **{"state": state, "side": side, "yi": median(effects) if effects else None},
                "one_sided_p": least["one_sided_p"] if least else None,
                "bound": bool(least and least["relation"] != "="),
                "people": max(sizes, default=None),
                "subgroups": {key: _shared([row["subgroups"][key] for row in own]) for key in own[0]["subgroups"]},
                "appraisal": own[0]["appraisal"],
            }
        )
    return entries


def _shared(values: Sequence[str]) -> str:
    """The group of all results of a study; "" if they belong to several."""
    return values[0] if len(set(values)) == 1 else ""


def _analyses(result: dict[str, Any], spec: Mapping[str, Any], level: float, headings: Mapping[str, str]) -> None:
    """Enter votes, p-values, summary and groups in the result, each with its sentence."""
    own = result["without_pooling"]
    studies = own["by_study"]
    own["counts"] = {state: sum(row["state"] == state for row in studies) for state in STATES}
    own["votes"] = votes(studies, level)
    own["p_values"] = combined(studies)
    if any(row["bound"] for row in studies if row["one_sided_p"] is not None):
        own["exact_p_values"] = combined([row for row in studies if not row["bound"]])
    own["estimates"] = summary(result, studies)
    for column, title in headings.items():
        names = sorted({row["subgroups"][column] for row in studies if row["subgroups"][column]})
        levels = [_group(result, name, [row for row in studies if row["subgroups"][column] == name]) for name in names]
        own["groups"][column] = {"title": title, "levels": levels}
    if any((row["appraisal"] or {}).get("high_risk") for row in studies):
        rest = [row for row in studies if not (row["appraisal"] or {}).get("high_risk")]
        own["without_high_risk"] = _group(result, "without studies at high risk", rest)
    own["words"] = words.sentences(result)
    result["sentence"] = " ".join(own["words"]["main"])


def votes(studies: Rows, level: float) -> dict[str, Any] | None:
    """Votes of studies with a direction; None without any."""
    from prismake.pooling import direction_votes

    sides = [row["side"] for row in studies]
    if not any(sides):
        return None
    return dataclasses.asdict(direction_votes(sides.count(1), sides.count(-1), level)) | {
        "n": len(sides) - sides.count(0)
    }


def combined(studies: Rows) -> dict[str, Any] | None:
    """The combination of one-sided p-values of studies; None with fewer than two.

    Stouffer's method is weighted by the roots of the numbers of people where all of these studies report them.
    """
    from prismake.pooling import combine_p

    rows = [row for row in studies if row["one_sided_p"] is not None]
    sizes = [row["people"] for row in rows]
    weights = [math.sqrt(size) for size in sizes] if all(sizes) else None
    try:
        both = combine_p([row["one_sided_p"] for row in rows], weights)
    except EstimateDoesNotExist:
        return None
    return dataclasses.asdict(both) | {"bounds": sum(row["bound"] for row in rows), "k": len(rows)}


def summary(result: Mapping[str, Any], studies: Rows) -> dict[str, Any] | None:
    """Median, quartiles and range of the effects on the natural scale; None without effects."""
    from prismake.pooling import back_transform, effect_summary

    try:
        own = effect_summary([row["yi"] if row["yi"] is not None else math.nan for row in studies])
    except EstimateDoesNotExist:
        return None
    values, measure = dataclasses.asdict(own), measure_of(result)
    return {key: value if key == "k" else plain(back_transform(measure, value)) for key, value in values.items()}


def _group(result: Mapping[str, Any], name: str, studies: Rows) -> dict[str, Any]:
    return {
        "level": name,
        "k": len(studies),
        "counts": {state: sum(row["state"] == state for row in studies) for state in STATES},
        "votes": votes(studies, result["level"]),
        "p_values": combined(studies),
        "estimates": summary(result, studies),
    }


def _contours(spec: Mapping[str, Any]) -> dict[str, Any]:
    """What the contours of the albatross plot show, or under ``why`` the reason why there are none."""
    from prismake.pooling.albatross import CONTOURS as CUSTOMARY

    own, measure = spec["without_pooling"], spec["measure"]
    assumed = {"ratio": 1.0, **own["assumed"]}
    if measure not in CONTOURS:
        return {"why": "No contours are drawn: the measure has none."}
    if measure in ("OR", "RR") and assumed.get("baseline") is None:
        return {"why": "No contours are drawn: those of ratios need a baseline risk, which the protocol does not give."}
    if measure == "MD" and assumed.get("sd") is None:
        return {"why": "No contours are drawn: the protocol gives no standard deviation."}
    of = "COR" if measure == "ZCOR" else measure
    scale = assumed["sd"] if measure == "MD" else 1.0
    values = list(own["contours"]) or [scale * value for value in CUSTOMARY[of]]
    if of == "RR" and not own["contours"]:
        values = [value for value in values if value * assumed["baseline"] < 1]
    settings = {name: assumed.get(name) for name in ("ratio", "baseline", "sd")}
    return {"why": "", "measure": of, "values": values, **settings, "lines": _lines(of, values, settings, spec)}


def _lines(
    of: str, values: Sequence[float], settings: Mapping[str, Any], spec: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Each contour on both sides: ``people`` with which the effect lies one standard error from no effect, so that the
    contour has ``people`` × z² at a p-value; ``side`` as that of studies. A risk above 1 has no contour."""
    from prismake.core.errors import PoolingError
    from prismake.pooling import albatross_size
    from prismake.pooling.distributions import normal_two_sided

    right = spec["favours"][1] == spec["without_pooling"]["towards"]
    lines = []
    for value in values:
        for above in (True, False):
            effect = value if above else 1 / value if of in ("OR", "RR") else -value
            try:
                people = float(albatross_size(of, effect, [float(normal_two_sided(1.0))], **settings)[0])
            except PoolingError:
                continue
            lines.append({"value": value, "effect": effect, "side": 1 if above == right else -1, "people": people})
    return lines
