"""From the settled extraction to one table of outcomes: a row a study, arm and outcome, with its provenance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prismake.core.missing import is_missing
from prismake.core.phrases import normal_word
from prismake.extraction.unfinished import is_unfinished
from prismake.protocol.config import PROPORTIONS, ROLES

if TYPE_CHECKING:
    import pandas as pd

USED, MISSING, OVERLAP, OPEN, WRONG = "used", "not reported", "overlap", "undecided", "impossible"


def collect_outcomes(
    queue: pd.DataFrame,
    decisions: pd.DataFrame,
    notes: pd.DataFrame,
    studies: pd.DataFrame,
    outcomes: Mapping[str, Mapping[str, Any]],
    overlap: str,
) -> pd.DataFrame:
    """One row a study (or arm) and outcome.

    Columns: study_id, arm, label, year (of the report that speaks for the study), outcome, one for each part a measure
    can have (text as extracted), one for each subgroup and moderator column, status (used, not reported, overlap,
    undecided, impossible), remark, settled_by (agreement, or who adjudicated), source (what people noted of it).
    No row is left out: a study that cannot be pooled is there with the reason.
    """
    import pandas as pd

    label = dict(zip(queue["item_id"], queue["title"], strict=True))
    year = dict(zip(studies["study_id"], studies["year"], strict=True))
    said = notes[["item_id", "note"]].drop_duplicates().groupby("item_id")["note"].agg(" / ".join).to_dict()
    roles = sorted({role for spec in outcomes.values() for role in ROLES[spec["measure"]]}, key=_role_order)
    named = (column for spec in outcomes.values() for column in (*spec["subgroups"], *spec.get("moderators", ())))
    groups = list(dict.fromkeys(named))
    rows = []
    for item in decisions.to_dict("records"):
        study, _, arm = item["item_id"].partition("|")
        for name, spec in outcomes.items():
            values = {role: item[column] for role, column in spec["columns"].items()}
            status, remark = _status(item, values, spec, overlap, label)
            rows.append(
                {
                    "study_id": study,
                    "arm": arm,
                    "label": label[item["item_id"]],
                    "year": year.get(study, ""),
                    "outcome": name,
                    **{role: values.get(role, "") for role in roles},
                    **{column: item.get(column, "") for column in groups},
                    "status": status,
                    "remark": remark,
                    "settled_by": item.get("settled_by", ""),
                    "source": said.get(item["item_id"], ""),
                }
            )
    columns = ["study_id", "arm", "label", "year", "outcome", *roles, *groups]
    columns += ["status", "remark", "settled_by", "source"]
    return pd.DataFrame(rows, columns=columns, dtype=str).sort_values(
        ["outcome", "label", "study_id", "arm"], kind="stable"
    )


def _role_order(role: str) -> tuple[int, str]:
    every = list(dict.fromkeys(name for roles in ROLES.values() for name in roles))
    return every.index(role), role


def _status(
    item: Mapping[str, str], values: Mapping[str, str], spec: Mapping[str, Any], overlap: str, label: Mapping[str, str]
) -> tuple[str, str]:
    if is_unfinished(item, spec, overlap):
        return OPEN, f"the extraction of this study is not finished ({item['state']})"
    other = item.get(overlap, "")
    if not is_missing(other):
        known = {normal_word(name): name for key in label for name in (key, label[key])}
        target = known.get(normal_word(other))
        if target is None:
            return WRONG, f"{overlap} names “{other}”, which is no study of this review: correct the extraction sheet"
        if normal_word(target) in (normal_word(item["item_id"]), normal_word(label[item["item_id"]])):
            return WRONG, f"{overlap} names the study itself: correct the extraction sheet"
        return OVERLAP, f"same participants as {target}, which is pooled instead"
    blank = [role for role, value in values.items() if is_missing(value)]
    if blank:
        headings = spec.get("labels", {})
        names = (headings.get(spec["columns"][role]) or spec["columns"][role] for role in blank)
        return MISSING, f"not reported: {', '.join(names)}"
    wrong = _impossible(spec["measure"], {role: float(value) for role, value in values.items()})
    return (WRONG, f"{wrong}: correct the extraction sheet") if wrong else (USED, "")


def _impossible(measure: str, v: Mapping[str, float]) -> str:
    """Why numbers cannot be what they say, or the empty string."""
    if measure in PROPORTIONS or measure in ("RR", "OR", "RD"):
        for suffix in ("",) if measure in PROPORTIONS else ("1", "2"):
            events, total = v[f"events{suffix}"], v[f"total{suffix}"]
            if total <= 0:
                return f"a total of {total:g}"
            if not 0 <= events <= total:
                return f"{events:g} events among {total:g}"
    elif measure in ("MD", "SMD", "ROM"):
        if min(v["sd1"], v["sd2"]) <= 0 or min(v["n1"], v["n2"]) < 2:
            return "a standard deviation or a group size that cannot be"
    elif not v["lower"] <= v["effect"] <= v["upper"] or v["lower"] == v["upper"]:
        return f"an effect of {v['effect']:g} outside its interval {v['lower']:g} to {v['upper']:g}"
    return ""
