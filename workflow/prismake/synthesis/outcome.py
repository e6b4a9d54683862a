"""One outcome from its table to plain numbers and sentences."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from prismake.core.labels import join
from prismake.core.measures import measure_of
from prismake.core.names import STUDY_ID
from prismake.core.notes import NOT_REPORTED
from prismake.core.numbers import format_of
from prismake.extraction.assumed_correlations import numbers_of
from prismake.extraction.derived_values import CONVERTED
from prismake.extraction.outcomes import MISSING
from prismake.protocol.analyses import OTHER_CORRELATIONS, TOGETHER
from prismake.protocol.joint_problems import joint_column
from prismake.synthesis import sentences
from prismake.synthesis.asymmetry import no_tests, tests_of
from prismake.synthesis.data import Data, Rows, effects, single_intervals, whole
from prismake.synthesis.groups import by_group, in_one_spelling, no_groups
from prismake.synthesis.joint import Beside
from prismake.synthesis.models import INVERSE, analyses, proposal
from prismake.synthesis.moderators import NUMERIC, joint_regression, no_regression, regression, value_of
from prismake.synthesis.result_frame import result_frame
from prismake.synthesis.sensitivity import no_sensitivity, sensitivity
from prismake.synthesis.shared_comparators import count_people_once
from prismake.synthesis.usable import EXTRACTED

if TYPE_CHECKING:
    import pandas as pd


def analyse(
    outcome: str,
    table: pd.DataFrame,
    spec: Mapping[str, Any],
    *,
    labels: Mapping[str, str],
    level: float,
    subgroup_tau2: str,
    undecided: Mapping[str, int],
    kinds: Mapping[str, str] = MappingProxyType({}),
    seed: int = 0,
    appraisals: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    beside: Beside = MappingProxyType({}),
) -> dict[str, Any]:
    """The complete analysis of one outcome, as plain numbers, lists and sentences (JSON types only).

    Args:
        table: the rows of ``extraction/outcomes.csv`` of this outcome.
        spec: ``outcomes.<outcome>`` of the config.
        labels: headings of the extraction columns.
        level: confidence level in percent.
        subgroup_tau2: ``common`` or ``separate``.
        undecided: open decisions by stage; while there are any, the result is marked as provisional.
        kinds: types of the extraction columns (count, number, choice, text), of the moderators at least.
        seed: seed for drawing subsets of studies where there are too many to use all.
        appraisals: by study_id, the ratings of this outcome (``prismake.appraisal.ratings``).
        beside: rows and settings of the outcomes that are analysed jointly with others, by name.

    An analysis without an estimate is listed with the reason in ``warnings`` and without numbers.
    """
    heading = {column: labels.get(column) or column for column in (*spec["subgroups"], *spec["moderators"])}
    result = result_frame(outcome, table, spec, labels=labels, level=level, undecided=undecided)
    title, parts = result["title"], result["columns"]
    used = table[table["status"].isin(EXTRACTED)]
    result |= {
        "weighting": spec["method"],
        "subgroups": {column: no_groups(heading[column]) for column in spec["subgroups"]},
        "moderators": _no_regressions(spec, heading, kinds),
        "sensitivity": no_sensitivity(spec),
        "bias": no_tests(measure_of(spec), len(used)),
    }
    if used.empty:
        result["sentence"] = f"{title}: no study can be pooled yet."
        return result
    factors = [column for column in spec["moderators"] if kinds.get(column) not in NUMERIC]
    used = used.assign(**{name: in_one_spelling(used[name]) for name in (*spec["subgroups"], *factors)})
    elsewhere = _at_other_correlations(used, spec, level, parts)
    used, shared = count_people_once(used, spec)
    rows = effects(used, spec, level, parts)
    rows = dataclasses.replace(rows, notes=(*shared, *_converted(used, parts), *rows.notes))
    used, data = _only_usable(result, used, rows)
    if used.empty:
        reason = _nothing_but_corrections(rows)
        result["sentence"] = sentences.no_estimate(title, reason or "No study has usable numbers for this measure.")
        return result
    result["studies"] = _studies(used, data, spec, kinds, level)
    for study in result["studies"]:
        study["appraisal"] = appraisals.get(study[STUDY_ID])
    rows = dataclasses.replace(rows, notes=(*rows.notes, *_contradictions(result, appraisals)))
    show = format_of(result)
    data = dataclasses.replace(data, show=show, name=str(spec.get("measure_name") or ""))
    if len(used) == 1:
        single = sentences.single(title, result["studies"][0], level, show)
        result["sentence"] = " ".join([single, *rows.notes])
        return result
    result["proposal"] = proposal(data)
    result["analyses"] = analyses(data, spec, level, title)
    data = dataclasses.replace(data, show=format_of(result))
    _weights(result, data, spec)
    result["subgroups"] = {
        column: by_group(data, list(used[column]), heading[column], spec, level, subgroup_tau2)
        for column in spec["subgroups"]
    }
    for column in spec["moderators"]:
        values = [study["moderators"][column] for study in result["studies"]]
        result["moderators"][column] = regression(data, values, heading[column], kinds[column], spec, level)
    if TOGETHER in result["moderators"]:
        cells = {column: [study["moderators"][column] for study in result["studies"]] for column in spec["moderators"]}
        result["moderators"][TOGETHER] = joint_regression(data, cells, heading, kinds, spec, level)
    joined = {name: beside[name] for name in (spec.get("jointly") or {}).get("outcomes", ())}
    result["sensitivity"] = sensitivity(data, result["studies"], spec, level, title, seed, elsewhere, joined)
    result["bias"] = tests_of(data, level)
    main = result["analyses"]["main"]
    notes = [_for_inverse_variance(note) if main["model"] != INVERSE else note for note in rows.notes]
    result["notes"] = notes
    main["sentence"] = result["sentence"] = " ".join([main["sentence"], *notes])
    if spec["published"].get("estimate") is not None and main["estimate"] is not None:
        sentence = sentences.against_published(title, main, spec["published"], level, data.show)
        result["published"] = {**spec["published"], "sentence": sentence}
    return result


def _for_inverse_variance(note: str) -> str:
    """A note on corrections where the main model needs none: they are those of the model beside it."""
    return note.replace("Continuity correction:", "Continuity correction, in inverse-variance analyses alone:")


def _nothing_but_corrections(rows: Rows) -> str:
    """Why no study is left when all were left out for lack of events, or of participants without one."""
    if not rows.double_zero:
        return ""
    if any("every participant" in rows.reasons[position] for position in rows.double_zero):
        return "No study has both participants with an event and participants without: report the counts."
    return "No study has an event in either arm: report the counts."


def _no_regressions(
    spec: Mapping[str, Any], heading: Mapping[str, str], kinds: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """An entry for each regression that the protocol asks for, before there are studies to compare."""
    rows = {column: no_regression(heading[column], kinds[column]) for column in spec["moderators"]}
    if spec.get("moderators_together") and len(rows) > 1:
        rows[TOGETHER] = no_regression(join([heading[column] for column in rows]), "text")
    return rows


def _converted(used: pd.DataFrame, headings: Mapping[str, str]) -> list[str]:
    """A sentence on each row whose numbers were converted from others."""
    notes = []
    for row in used.to_dict("records"):
        ways = (way.partition(" ") for way in str(row.get("how", "")).split("; ") if CONVERTED in way)
        each = [f"{headings.get(role, role)} {way}" for role, _, way in ways]
        if each:
            notes.append(f"† {row['label']}: {'; '.join(each)}.")
    return notes


def _contradictions(result: Mapping[str, Any], appraisals: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Sentences on studies of which extraction and appraisal do not agree whether they report the outcome."""
    overall = {study: str(own.get("overall", "")) for study, own in appraisals.items()}
    pooled = [row["label"] for row in result["studies"] if overall.get(row[STUDY_ID]) == NOT_REPORTED]
    judged = [
        row["label"]
        for row in result["left_out"]
        if row["reason"].startswith(MISSING) and (appraisals.get(row[STUDY_ID]) or {}).get("by_result")
        if (appraisals[row[STUDY_ID]]).get("high_risk") is not None
    ]
    notes = []
    if pooled:
        notes.append(
            f"To be settled: {join(pooled)} {_is(pooled)} pooled, but not reported according to the appraisal."
        )
    if judged:
        notes.append(
            f"To be settled: {join(judged)} {_is(judged)} appraised, but not reported according to the extraction."
        )
    return notes


def _is(labels: Sequence[str]) -> str:
    return "is" if len(labels) == 1 else "are"


def _at_other_correlations(
    used: pd.DataFrame, spec: Mapping[str, Any], level: float, headings: Mapping[str, str]
) -> dict[str, Data]:
    """The studies with what a lower or higher correlation changes, by the name of the analysis."""
    result = {}
    for name in OTHER_CORRELATIONS:
        if name not in spec["sensitivity"] or name not in used or not used[name].any():
            continue
        cells = [{**row, **numbers_of(row[name])} for row in used.to_dict("records")]
        other = type(used)(cells, columns=list(used.columns), index=used.index)
        result[name] = effects(count_people_once(other, spec).rows, spec, level, headings).data
    return result


def _only_usable(result: dict[str, Any], used: pd.DataFrame, rows: Rows) -> tuple[pd.DataFrame, Data]:
    """The rows that the measure can use; the others are entered in ``result`` with their reasons, and its counts are
    updated."""
    cells = used.to_dict("records")
    for position, reason in rows.reasons.items():
        row = cells[position]
        result["left_out"].append({STUDY_ID: row[STUDY_ID], "label": row["label"], "reason": reason})
    result["notes"] = list(rows.notes)
    result["without_events"] = [
        {STUDY_ID: cells[position][STUDY_ID], "label": cells[position]["label"]}
        | {role: whole(cells[position][role]) for role in rows.data.columns}
        for position in rows.double_zero
    ]
    usable_rows = used[rows.used]
    counts = result["counts"]
    if len(usable_rows) < len(used):
        counts["studies_pooled"] = usable_rows[STUDY_ID].nunique()
        counts["statement"] = sentences.counts(
            counts["studies_pooled"], counts["studies_included"], counts["undecided"]
        )
    result["bias"] = no_tests(rows.data.measure, len(usable_rows))
    return usable_rows, rows.data


def _studies(
    used: pd.DataFrame, data: Data, spec: Mapping[str, Any], kinds: Mapping[str, str], level: float
) -> list[dict[str, Any]]:
    """Each study with its own estimate and interval on the natural scale (exact for proportions)."""
    middle, low, high = single_intervals(data, level)
    joint = joint_column(spec)
    rows = []
    for index, row in enumerate(used.to_dict("records")):
        rows.append(
            {
                STUDY_ID: row[STUDY_ID],
                "arm": row["arm"],
                "label": row["label"],
                "year": int(row["year"]) if row.get("year", "") else None,
                **{role: whole(data.columns[role][index]) for role in spec["columns"]},
                **_typed(row, spec["columns"]),
                "yi": float(data.yi[index]),
                "vi": float(data.vi[index]),
                "estimate": float(middle[index]),
                "ci_lb": float(low[index]),
                "ci_ub": float(high[index]),
                "weight_pct": None,
                "subgroups": {column: row[column] for column in spec["subgroups"]},
                "moderators": {column: value_of(row[column], kinds[column]) for column in spec["moderators"]},
                **({"within_study": row[joint[0]]} if joint else {}),
                "source": row["source"],
                "how": row.get("how", ""),
                "settled_by": row.get("settled_by", ""),
            }
        )
    return rows


def _typed(row: Mapping[str, str], roles: Iterable[str]) -> dict[str, dict[str, str]]:
    """Extracted numbers typed with trailing zeros, which a float would lose: 129.30, not 129.3."""
    texts = {role: str(row[role]).strip() for role in roles}
    typed = {
        role: text for role, text in texts.items() if "." in text and text.endswith("0") and "e" not in text.lower()
    }
    return {"typed": typed} if typed else {}


def _weights(result: dict[str, Any], data: Data, spec: Mapping[str, Any]) -> None:
    """Random-effects weights in percent; a GLMM has none, so those of the inverse-variance model are shown."""
    from prismake.pooling import pool

    weights = pool(data.yi, data.vi, spec["method"], "z").weights_pct
    for row, weight in zip(result["studies"], weights, strict=True):
        row["weight_pct"] = float(weight)
