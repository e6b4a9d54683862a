"""What a forest plot says, row by row, before anything is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from prismake.core.errors import PrismakeError

from .wording import PROPORTIONS, between_groups, count, heterogeneity, interval, number, percent

# The order in which columns stand beside the study label, whatever the order in the file.
COLUMN_ORDER = (
    *("events", "total", "events1", "total1", "events2", "total2"),
    *("mean1", "sd1", "n1", "mean2", "sd2", "n2", "effect", "lower", "upper"),
)
NOT_STATED = "Not stated"


@dataclass(frozen=True)
class Row:
    """One line: kind is study, pooled, second, subtotal, prediction, heading, note or gap.

    ``estimate``, ``lower`` and ``upper`` are on the natural scale; ``cells`` follow the columns.
    """

    kind: str
    label: str = ""
    cells: tuple[str, ...] = ()
    estimate: float | None = None
    lower: float | None = None
    upper: float | None = None
    weight: float | None = None

    def printed(self, digits: int = 2) -> str:
        """``0.41 [0.28, 0.55]``; for a prediction interval its bounds alone; nothing for words."""
        if self.kind in ("heading", "note", "gap"):
            return ""
        bounds = interval(self.lower, self.upper, digits)
        return bounds if self.kind == "prediction" else f"{number(self.estimate, digits)} {bounds}".strip()


def columns(result: Mapping[str, Any]) -> dict[str, str]:
    """Heading by key of the columns with numbers, in the order they are shown."""
    named = result.get("columns") or {}
    order = [key for key in COLUMN_ORDER if key in named] + sorted(key for key in named if key not in COLUMN_ORDER)
    return {key: str(named[key]) for key in order}


def digits(result: Mapping[str, Any]) -> int:
    """Decimals that tell the estimates apart: three when no proportion reaches 10 %, else two."""
    bounds = [study["ci_ub"] for study in result["studies"] if study.get("ci_ub") is not None]
    return 3 if result["measure"] in PROPORTIONS and max(bounds, default=1.0) < 0.1 else 2


def forest_rows(result: Mapping[str, Any], subgroup: str | None = None) -> list[Row]:
    """The rows of a forest plot of one outcome, in blocks when ``subgroup`` names one of its subgroups.

    Raises PrismakeError when the outcome has no such subgroup.
    """
    known = result.get("subgroups") or {}
    if subgroup is not None and subgroup not in known:
        raise PrismakeError(
            f"The outcome '{result.get('title', '')}' has no subgroup '{subgroup}'.",
            remedy=f"Subgroups there are: {', '.join(sorted(known)) or 'none'}.",
        )
    keys = list(columns(result))
    if not result["studies"]:
        return []
    if subgroup is None:
        rows = [_study(study, keys) for study in result["studies"]] + [Row("gap")]
        rows += _pooled_rows(result, keys)
        for name in sorted(known):
            # One level alone would only repeat the pooled estimate.
            if len(known[name]["levels"]) > 1:
                rows += _summary(result, known[name], keys)
        return rows
    rows = _blocks(result, subgroup, keys)
    rows += _pooled_rows(result, keys)
    return [*rows, Row("note", between_groups(known[subgroup]))]


def _study(study: Mapping[str, Any], keys: list[str]) -> Row:
    return Row(
        "study",
        study_label(study),
        tuple(_cell(study.get(key)) for key in keys),
        study.get("estimate"),
        study.get("ci_lb"),
        study.get("ci_ub"),
        study.get("weight_pct"),
    )


def study_label(study: Mapping[str, Any]) -> str:
    """The label, with the arm where a study has several."""
    arm = study.get("arm") or ""
    return f"{study['label']} ({arm})" if arm and arm not in study["label"] else study["label"]


def _cell(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return count(value) if float(value).is_integer() else number(float(value))


def _sums(row: Mapping[str, Any], keys: list[str]) -> tuple[str, ...]:
    return tuple(_cell(row.get(key)) if key in ("events", "total") else "" for key in keys)


def _diamond(kind: str, label: str, row: Mapping[str, Any], keys: list[str], weight: float | None = None) -> Row:
    cells = _sums(row, keys) if kind != "second" else ("",) * len(keys)
    return Row(kind, label, cells, row.get("estimate"), row.get("ci_lb"), row.get("ci_ub"), weight)


def _pooled_rows(result: Mapping[str, Any], keys: list[str]) -> list[Row]:
    analyses = result.get("analyses") or {}
    if len(result["studies"]) == 1:
        return [Row("note", "A single study: shown as it is, not pooled")]
    if "main" not in analyses or analyses["main"].get("estimate") is None:
        return [Row("note", "No pooled estimate: the reason stands below")]
    main, level = analyses["main"], result.get("level", 95)
    rows = [_diamond("pooled", main["name"], main, keys)]
    if main.get("pi_lb") is not None:
        label = f"{level:g} % prediction interval"
        rows.append(Row("prediction", label, ("",) * len(keys), None, main["pi_lb"], main["pi_ub"]))
    for name in sorted(analyses.keys() - {"main"}):
        if analyses[name].get("estimate") is not None:
            rows.append(_diamond("second", analyses[name]["name"], analyses[name], keys))
    return [*rows, Row("note", heterogeneity(main, level))]


def _level_row(level: Mapping[str, Any], label: str, keys: list[str], weight: float | None = None) -> Row:
    """A subgroup's diamond; one study is a study, never a pooled effect."""
    kind = "subtotal" if level["k"] > 1 else "single"
    return _diamond(kind, label, level, keys, weight)


def _summary(result: Mapping[str, Any], group: Mapping[str, Any], keys: list[str]) -> list[Row]:
    rows = [Row("gap"), Row("heading", group["title"])]
    for level in group["levels"]:
        alone = ", not pooled" if level["k"] == 1 else ""
        rows.append(_level_row(level, f"{level['level'] or NOT_STATED} (k = {level['k']}{alone})", keys))
    return [*rows, Row("note", between_groups(group))]


def _blocks(result: Mapping[str, Any], subgroup: str, keys: list[str]) -> list[Row]:
    group = result["subgroups"][subgroup]
    members: dict[str, list[Mapping[str, Any]]] = {level["level"]: [] for level in group["levels"]}
    # The level of studies without an entry goes by one of these names, or there is none.
    blank = next((name for name in members if name.casefold() in ("", NOT_STATED.casefold())), "")
    for study in result["studies"]:
        members.setdefault((study.get("subgroups") or {}).get(subgroup) or blank, []).append(study)
    levels = {level["level"]: level for level in group["levels"]}
    rows: list[Row] = []
    for name, studies in members.items():
        if not studies:
            continue
        rows += [Row("heading", f"{group['title']}: {name or NOT_STATED}"), *(_study(study, keys) for study in studies)]
        level = levels.get(name)
        if level is None:
            rows.append(Row("note", "Not in the comparison of subgroups"))
        elif level["k"] > 1 and level.get("estimate") is not None:
            weights = [study["weight_pct"] for study in studies if study.get("weight_pct") is not None]
            rows.append(_level_row(level, f"Subtotal (k = {level['k']})", keys, sum(weights) if weights else None))
            rows.append(Row("note", _level_heterogeneity(level)))
        else:
            rows.append(Row("note", "A single study: not pooled" if level["k"] == 1 else "No pooled estimate"))
        rows.append(Row("gap"))
    return rows


def _level_heterogeneity(level: Mapping[str, Any]) -> str:
    parts = [f"τ² = {number(level['tau2'])}"] if level.get("tau2") is not None else []
    if level.get("I2") is not None:
        parts.append(f"I² = {percent(level['I2'])}")
    return "Heterogeneity: " + (", ".join(parts) or "not defined")
