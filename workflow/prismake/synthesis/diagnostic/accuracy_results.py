"""One outcome of diagnostic accuracy from its table to plain numbers and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from prismake.core.errors import EstimateDoesNotExist, PoolingError
from prismake.core.names import STUDY_ID
from prismake.extraction.extracted import number
from prismake.protocol.measure_parts import ACCURACY
from prismake.synthesis.data import whole
from prismake.synthesis.diagnostic import accuracy_sentences as words
from prismake.synthesis.diagnostic.accuracy_values import (
    drawn,
    fit_values,
    hsroc_of,
    hsroc_values,
    interval,
    regression_values,
    summary,
)
from prismake.synthesis.groups import in_one_spelling
from prismake.synthesis.moderators import NUMERIC, value_of
from prismake.synthesis.result_frame import result_frame
from prismake.synthesis.usable import EXTRACTED

if TYPE_CHECKING:
    import pandas as pd

LEAST = 3  # studies, for analyses that leave one out
SIDES = {"sensitivity": ("tp", "fn"), "specificity": ("tn", "fp")}
NAMES = {
    "main": "Main analysis",
    "without_high_risk": "Without studies at high risk of bias",
    "leave_one_out": "Each study left out in turn",
}
Studies = Sequence[Mapping[str, Any]]


def analyse_accuracy(
    outcome: str,
    table: pd.DataFrame,
    spec: Mapping[str, Any],
    *,
    labels: Mapping[str, str],
    level: float,
    undecided: Mapping[str, int],
    kinds: Mapping[str, str] = MappingProxyType({}),
    appraisals: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    **_: Any,
) -> dict[str, Any]:
    """The complete analysis of one outcome of kind ``diagnostic``; arguments as those of ``synthesis.outcome.analyse``.

    What is computed stands under ``diagnostic``: ``analyses`` (main, without_high_risk), ``leave_one_out``,
    ``moderators``, curve and regions, and where no joint estimate exists ``one_side``. ``pooled`` says whether there is
    a main result.
    """
    own = spec["diagnostic"]
    result = result_frame(outcome, table, spec, labels=labels, level=level, undecided=undecided)
    condition = own["condition"] or "the condition"
    result |= {"pooled": False, "display": {**result["display"], "measure_name": "sensitivity and specificity"}}
    result["diagnostic"] = {
        "test": own["test"] or result["title"],
        "condition": condition,
        "options": {key: own[key] for key in ("model", "method", "structure", "correction", "correct")},
        "prevalences": [],
        "analyses": {},
        "one_side": {},
        "leave_one_out": None,
        "moderators": {},
        "curve": [],
        "confidence_region": [],
        "prediction_region": [],
    }
    used = table[table["status"].isin(EXTRACTED)]
    if used.empty:
        result["sentence"] = f"{result['title']}: no study can be pooled yet."
        return result
    studies = _studies(used, spec, kinds, level)
    for study in studies:
        study["appraisal"] = appraisals.get(study[STUDY_ID])
        study["high_risk"] = at_high_risk(study["appraisal"] or {})
    result["studies"] = studies
    result["notes"] = _repeated(studies)
    if len(studies) == 1:
        result["sentence"] = words.single(result["title"], studies[0], level)
        return result
    _pool(result, spec, labels, kinds)
    return result


def _studies(
    used: pd.DataFrame, spec: Mapping[str, Any], kinds: Mapping[str, str], level: float
) -> list[dict[str, Any]]:
    """Each study with its table, sensitivity and specificity with exact intervals; a side without people has none."""
    rows = []
    factors = [column for column in spec["moderators"] if kinds[column] not in NUMERIC]
    used = used.assign(**{column: in_one_spelling(used[column]) for column in factors})
    for row in used.to_dict("records"):
        cells = {role: counted(row[role]) for role in ACCURACY}
        sides = {}
        for name, (right, wrong) in SIDES.items():
            sides[name] = _alone(cells[right], side_size(cells, right, wrong), level)
        rows.append(
            {
                STUDY_ID: row[STUDY_ID],
                "arm": row["arm"],
                "label": row["label"],
                "year": int(row["year"]) if row.get("year", "") else None,
                **cells,
                **sides,
                "subgroups": {},
                "moderators": {column: value_of(row[column], kinds[column]) for column in spec["moderators"]},
                "source": row["source"],
                "how": row.get("how", ""),
                "settled_by": row.get("settled_by", ""),
            }
        )
    return rows


def counted(text: Any) -> float | None:
    """A cell as a count; None where it is not reported."""
    value = number(str(text))
    return None if value is None else whole(value)


def side_size(cells: Mapping[str, Any], right: str, wrong: str) -> float:
    """The people of one side; 0 where a cell is not reported, so that the side cannot be used."""
    return 0 if None in (cells[right], cells[wrong]) else float(cells[right] + cells[wrong])


def _alone(correct: float | None, size: float, level: float) -> dict[str, float | None]:
    """A proportion with its exact interval; nothing where nobody was tested."""
    from prismake.pooling import study_interval

    if not size or correct is None:
        return {"estimate": None, "ci_lb": None, "ci_ub": None}
    low, high = study_interval([correct], [size], level)
    return interval((correct / size, float(low[0]), float(high[0])))


def at_high_risk(appraisal: Mapping[str, Any]) -> bool:
    """Whether a study is at high risk of bias: on the whole, or where its instrument has no overall judgement, as
    QUADAS-2, in any domain."""
    if appraisal.get("high_risk") is not None:
        return bool(appraisal["high_risk"])
    return any(rating["rating"] in ("bad", "worst") for rating in appraisal.get("ratings") or ())


def _repeated(studies: Studies) -> list[str]:
    """A sentence on studies with several tables, which the model takes as independent."""
    ids = [study[STUDY_ID] for study in studies]
    several = list(dict.fromkeys(study["label"] for study in studies if ids.count(study[STUDY_ID]) > 1))
    if not several:
        return []
    return [f"Several tables of one study are pooled as if they were of different people: {', '.join(several)}."]


def _pool(result: dict[str, Any], spec: Mapping[str, Any], labels: Mapping[str, str], kinds: Mapping[str, str]) -> None:
    """Enter the analyses in the result."""
    own, studies, level = result["diagnostic"], result["studies"], result["level"]
    own["prevalences"] = spec["diagnostic"]["prevalences"] or _prevalences(studies)
    main = analysis(studies, spec, level, own["prevalences"], "main")
    own["analyses"]["main"] = main
    if main["values"] is None:
        own["one_side"] = _sides_alone(studies, level)
        each = [words.one_side(name, row, level) for name, row in own["one_side"].items()]
        result["sentence"] = " ".join([f"{result['title']}: {main['error']}", *each, *result["notes"]])
        return
    result["pooled"] = True
    own |= main.pop("drawn")
    main["sentence"] = words.main(result["title"], main, studies, own["condition"], level)
    result["sentence"] = " ".join([main["sentence"], *result["notes"]])
    for name in spec["diagnostic"]["sensitivity"]:
        if name == "leave_one_out":
            own[name] = _leave_one_out(studies, spec, level)
        else:
            own["analyses"][name] = _without_high_risk(studies, spec, level, own["prevalences"])
    for column in spec["moderators"]:
        own["moderators"][column] = _moderator(studies, spec, level, column, labels.get(column) or column)


def analysis(
    studies: Studies, spec: Mapping[str, Any], level: float, prevalences: Sequence[float], name: str
) -> dict[str, Any]:
    """One fit as numbers; without an estimate, ``values`` is None and ``error`` the reason."""
    from prismake.pooling import pool_accuracy

    row: dict[str, Any] = {"name": NAMES[name], "error": "", "values": None, "sentence": "", "notes": []}
    try:
        fit = pool_accuracy(
            {role: [study[role] for study in studies] for role in ACCURACY}, level=level,
            labels=[study["label"] for study in studies], **settings(spec),
        )  # fmt: skip
    except PoolingError as error:
        return row | {"error": error.what if isinstance(error, EstimateDoesNotExist) else str(error)}
    parameters = hsroc_of(fit)
    return row | {
        "model": fit.model,
        "method": fit.method,
        "structure": fit.structure,
        "bound": list(fit.bound),
        "notes": list(fit.notes),
        "values": fit_values(fit),
        "hsroc": hsroc_values(parameters),
        **summary(fit, prevalences),
        "drawn": drawn(fit),
    }


def settings(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `pool_accuracy` and `accuracy_regression` that the protocol decides."""
    own = spec["diagnostic"]
    chosen: dict[str, Any] = {"model": own["model"], "structure": own["structure"]}
    if own["model"] == "normal":
        chosen |= {"method": own["method"], "correction": own["correction"] or None, "to": own["correct"]}
    return chosen


def _prevalences(studies: Studies) -> list[float]:
    """Quartiles of the shares of people with the condition, in whole per cent; those of studies with both sides."""
    import numpy as np

    sizes = [(side_size(study, "tp", "fn"), side_size(study, "tn", "fp")) for study in studies]
    shares = [diseased / (diseased + healthy) for diseased, healthy in sizes if diseased and healthy]
    if not shares:
        return []
    quartiles = np.clip(np.round(np.quantile(shares, (0.25, 0.5, 0.75)), 2), 0.01, 0.99)
    return [float(value) for value in np.unique(quartiles)]


def _sides_alone(studies: Studies, level: float) -> dict[str, dict[str, Any]]:
    """Each side by itself: pooled as single proportions, or its counts together where that has no estimate either."""
    from prismake.pooling import natural_scale, pool_proportions, study_interval

    sides = {}
    for name, (right, wrong) in SIDES.items():
        counts = [(study[right], size) for study in studies if (size := side_size(study, right, wrong))]
        if not counts:
            continue
        correct, size = (sum(column) for column in zip(*counts, strict=True))
        row = {"correct": correct, "size": size, "k": len(counts)}
        try:
            fit = pool_proportions([x for x, _ in counts], [n for _, n in counts], level=level)
        except EstimateDoesNotExist:
            low, high = study_interval([correct], [size], level)
            sides[name] = row | {"pooled": False, **interval((correct / size, float(low[0]), float(high[0])))}
        else:
            scale = natural_scale("PLO", fit)
            sides[name] = row | {"pooled": True, **interval((scale.estimate, scale.ci_lb, scale.ci_ub))}
    return sides


def _leave_one_out(studies: Studies, spec: Mapping[str, Any], level: float) -> dict[str, Any]:
    if len(studies) < LEAST:
        return {"studies": [], "sentence": f"{NAMES['leave_one_out']}: not run with fewer than {LEAST} studies."}
    rows = []
    for index, study in enumerate(studies):
        fit = analysis([*studies[:index], *studies[index + 1 :]], spec, level, (), "leave_one_out")
        rows.append(
            {
                STUDY_ID: study[STUDY_ID],
                "label": study["label"],
                "sensitivity": fit.get("sensitivity"),
                "specificity": fit.get("specificity"),
                "structure": fit.get("structure", ""),
            }
        )
    return {"studies": rows, "sentence": words.leave_one_out(rows)}


def _without_high_risk(
    studies: Studies, spec: Mapping[str, Any], level: float, prevalences: Sequence[float]
) -> dict[str, Any]:
    title = NAMES["without_high_risk"]
    rest = [study for study in studies if not study["high_risk"]]
    if len(rest) == len(studies):
        why = f"{title}: no pooled study is judged so; nothing changes."
        return {"name": title, "error": why, "values": None, "sentence": why, "notes": []}
    if len(rest) < 2:
        why = f"{title}: fewer than two studies are left."
        return {"name": title, "error": why, "values": None, "sentence": why, "notes": []}
    row = analysis(rest, spec, level, prevalences, "without_high_risk")
    row.pop("drawn", None)
    if row["values"] is None:
        return row | {"sentence": f"{title}: {row['error']}"}
    sensitivity, specificity = words.within(row["sensitivity"], level), words.within(row["specificity"])
    text = f"{title}: sensitivity {sensitivity}, specificity {specificity} in {len(rest)} studies."
    return row | {"sentence": " ".join([text, *row["notes"]])}


def _moderator(studies: Studies, spec: Mapping[str, Any], level: float, column: str, title: str) -> dict[str, Any]:
    from prismake.pooling import accuracy_regression

    values = [study["moderators"][column] for study in studies]
    row: dict[str, Any] = {"title": title, "error": "", "values": None, "notes": []}
    try:
        fit = accuracy_regression(
            {role: [study[role] for study in studies] for role in ACCURACY}, values, name=title, level=level,
            labels=[study["label"] for study in studies], **settings(spec),
        )  # fmt: skip
    except PoolingError as error:
        return row | {"error": str(error), "sentence": f"{title}: {error}"}
    found = regression_values(fit)
    sentence = " ".join([words.regression(title, found, level), *fit.notes])
    return row | {"values": found, "notes": list(fit.notes), "bound": list(fit.bound), "sentence": sentence}
