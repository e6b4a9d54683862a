"""The rows of a forest plot, independent of drawing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from prismake.core.errors import PrismakeError
from prismake.core.measures import WITHOUT_NULL, capitalised, measure_of
from prismake.core.missing import is_missing
from prismake.core.notes import NOT_REPORTED, between_groups, equals, heterogeneity, overall_effect
from prismake.core.numbers import Format, count, format_of, percent, typed
from prismake.core.phrases import plural
from prismake.core.states import State
from prismake.extraction.derived_values import CONVERTED

# The columns of each arm from left to right, whatever their order in the file.
ARMS = (("events1", "total1", "time1", "mean1", "sd1", "n1"), ("events2", "total2", "time2", "mean2", "sd2", "n2"))
COLUMN_ORDER = ("events", "total", *ARMS[0], *ARMS[1], "effect", "lower", "upper")
SUMMED = frozenset({"events", "total", "events1", "total1", "events2", "total2", "n1", "n2"})
SHORT = {
    "events": "Events",
    "total": "Total",
    "time": "Time",
    "mean": "Mean",
    "sd": "SD",
    "n": "Total",
}  # below the name of an arm
MOST_DOMAINS = 12  # columns of domains: the seven of ROBINS-I and those of one more instrument
WORDS = ("heading", "note", "gap")  # kinds of rows without a result

Studies = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Row:
    """One line: kind is study, pooled, second, subtotal, single, prediction, heading, note or gap.

    ``estimate``, ``lower`` and ``upper`` are on the natural scale; ``cells`` follow the columns. ``lights``: the rating
    of each domain of ``domains``, "" where its instrument does not have it.
    """

    kind: str
    label: str = ""
    cells: tuple[str, ...] = ()
    estimate: float | None = None
    lower: float | None = None
    upper: float | None = None
    weight: float | None = None
    lights: tuple[str, ...] = ()

    def printed(self, show: Format | None = None) -> str:
        """``0.41 [0.28, 0.55]``; for a prediction interval only its bounds; empty for rows without a result."""
        show = show or Format()
        if self.kind in WORDS:
            return ""
        row = {"estimate": self.estimate, "ci_lb": self.lower, "ci_ub": self.upper}
        return show.brackets(row) if self.kind == "prediction" else show.estimate(row)


def columns(result: Mapping[str, Any]) -> dict[str, str]:
    """Heading by key of the columns with numbers, in the order they are shown.

    Where the protocol names the arms, their columns are called Events, Total, Mean and SD below these names.
    """
    named = result.get("columns") or {}
    order: list[str] = [key for key in COLUMN_ORDER if key in named] + sorted(
        key for key in named if key not in COLUMN_ORDER
    )
    short: dict[str, str] = {key: SHORT[key[:-1]] for arm in ARMS for key in arm}
    named_arms = bool(_arm_names(result))
    return {key: short.get(key, key) if named_arms or named[key] == key else str(named[key]) for key in order}


def arm_headings(result: Mapping[str, Any]) -> list[tuple[str, int, int]]:
    """The headings of the arms: name, and the positions of the first and last column."""
    keys = list(columns(result))
    names = _arm_names(result) or ["Arm 1", "Arm 2"]
    places = [[index for index, key in enumerate(keys) if key in arm] for arm in ARMS]
    return [(name, min(place), max(place)) for name, place in zip(names, places, strict=True) if place]


def _arm_names(result: Mapping[str, Any]) -> list[str]:
    names = (result.get("display") or {}).get("arms") or []
    return [str(name) for name in names] if len(names) == len(ARMS) else []


def in_order(result: Mapping[str, Any], studies: Studies) -> list[Mapping[str, Any]]:
    """The studies as the protocol sorts them: by name, year, weight (largest first) or effect (smallest first)."""
    by = (result.get("display") or {}).get("sort", "name")
    if by == "year":
        return sorted(studies, key=lambda study: (study.get("year") is None, study.get("year") or 0, study["label"]))
    if by == "weight":
        return sorted(studies, key=lambda study: (-(study.get("weight_pct") or 0.0), study["label"]))
    if by == "effect":
        return sorted(studies, key=lambda study: (study.get("estimate") or 0.0, study["label"]))
    return list(studies)  # the table of outcomes is sorted by name


def forest_rows(result: Mapping[str, Any], subgroup: str | None = None) -> list[Row]:
    """The rows of a forest plot of one outcome, in blocks when ``subgroup`` names one of its subgroups.

    Raises PrismakeError when the outcome has no such subgroup.
    """
    subgroups = result.get("subgroups") or {}
    if subgroup is not None and subgroup not in subgroups:
        raise PrismakeError(
            f"The outcome '{result.get('title', '')}' has no subgroup '{subgroup}'.",
            remedy=f"Subgroups there are: {', '.join(sorted(subgroups)) or 'none'}.",
        )
    keys = list(columns(result))
    if not result["studies"]:
        return []
    if subgroup is None:
        rows = [_study(study, keys) for study in in_order(result, result["studies"])] + [Row("gap")]
        rows += _pooled_rows(result, keys)
        for name in sorted(subgroups):
            # One level alone would only repeat the pooled estimate.
            if len(subgroups[name]["levels"]) > 1:
                rows += _summary(result, name, keys)
        return rows
    rows = _blocks(result, subgroup, keys)
    rows += _pooled_rows(result, keys)
    return [*rows, Row("note", between_groups(subgroups[subgroup]))]


def domains(result: Mapping[str, Any]) -> dict[str, str]:
    """Labels by name of the domains shown beside the studies, in order; empty if there are too many."""
    labels: dict[str, str] = {}
    for study in result["studies"]:
        for rating in _of_domains(study):
            labels.setdefault(rating["name"], rating["label"])
    return labels if len(labels) <= MOST_DOMAINS else {}


def _of_domains(study: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Ratings of domains and of the whole, without concerns about applicability and items of a checklist."""
    ratings = (study.get("appraisal") or {}).get("ratings", ())
    return [rating for rating in ratings if rating.get("level", "domain") == "domain"]


def _lights(study: Mapping[str, Any], names: Iterable[str]) -> tuple[str, ...]:
    own = {rating["name"]: rating["rating"] for rating in _of_domains(study)}
    return tuple(own.get(name, "") for name in names)


def light_words(studies: Studies) -> str:
    """The legend of the lights: stars of a domain, or its risk of bias."""
    ratings = [rating for study in studies for rating in _of_domains(study)]
    starred = any("stars" in rating["word"] for rating in ratings)
    judged = any("stars" not in rating["word"] and rating["rating"] != "n/a" for rating in ratings)
    sentences = ["Risk of bias: + low, ! some concerns or moderate, − high or serious, × critical, ? unclear."] * judged
    sentences += ["Stars of a domain: + all, ! some, − none."] * starred
    return " ".join(
        [*sentences, "Dashed: not judged yet."] if any(r["rating"] == State.UNDECIDED for r in ratings) else sentences
    )


def with_lights(rows: Sequence[Row], result: Mapping[str, Any]) -> list[Row]:
    """The rows of a forest plot, each study with the ratings of its domains."""
    names = list(domains(result))
    by_label = {study_label(study): _lights(study, names) for study in result["studies"]}
    return [replace(row, lights=by_label.get(row.label, ())) if row.kind == "study" else row for row in rows]


def _study(study: Mapping[str, Any], keys: Iterable[str]) -> Row:
    as_typed = study.get("typed") or {}
    return Row(
        "study",
        study_label(study),
        tuple(typed(as_typed.get(key, study.get(key))) for key in keys),
        study.get("estimate"),
        study.get("ci_lb"),
        study.get("ci_ub"),
        study.get("weight_pct"),
    )


def study_label(study: Mapping[str, Any]) -> str:
    """The label, with the arm if a study has several, and a mark if a number was converted."""
    arm = study.get("arm") or ""
    label = f"{study['label']} ({arm})" if arm and arm not in study["label"] else study["label"]
    return f"{label} †" if CONVERTED in str(study.get("how", "")) else label


def totals(studies: Studies, keys: Iterable[str]) -> tuple[str, ...]:
    """The sums of events and participants by column; empty for other columns and for those with missing values."""
    cells = []
    for key in keys:
        values = [study.get(key) for study in studies]
        numbers = [value for value in values if isinstance(value, int | float)]
        summed = key in SUMMED and len(numbers) == len(values)
        cells.append(count(sum(numbers)) if summed else "")
    return tuple(cells)


def _diamond(kind: str, label: str, row: Mapping[str, Any], cells: tuple[str, ...], weight: float | None = None) -> Row:
    return Row(kind, label, cells, row.get("estimate"), row.get("ci_lb"), row.get("ci_ub"), weight)


def _pooled_rows(result: Mapping[str, Any], keys: list[str]) -> list[Row]:
    analyses, studies = result.get("analyses") or {}, result["studies"]
    if len(studies) == 1:
        return [Row("note", "Single study: no meta-analysis")]
    if "main" not in analyses or analyses["main"].get("estimate") is None:
        return [Row("note", "No pooled estimate: see the reason below")]
    main, level = analyses["main"], result.get("level", 95)
    blank = ("",) * len(keys)
    rows = [_diamond("pooled", main["name"], main, totals(studies, keys), _sum_of_weights(studies))]
    if main.get("pi_lb") is not None:
        label = f"{level:g} % prediction interval"
        rows.append(Row("prediction", label, blank, None, main["pi_lb"], main["pi_ub"]))
    for name in sorted(analyses.keys() - {"main"}):
        if analyses[name].get("estimate") is not None:
            rows.append(_diamond("second", analyses[name]["name"], analyses[name], blank))
    rows.append(Row("note", heterogeneity(main, level, format_of(result))))
    test = "" if measure_of(result) in WITHOUT_NULL else overall_effect(main)
    return [*rows, *([Row("note", f"Test of the overall effect: {test}")] if test else [])]


def _sum_of_weights(studies: Studies) -> float | None:
    weights = [study.get("weight_pct") for study in studies]
    numbers = [weight for weight in weights if weight is not None]
    return sum(numbers) if numbers and len(numbers) == len(weights) else None


def _level_row(level: Mapping[str, Any], label: str, cells: tuple[str, ...], weight: float | None = None) -> Row:
    """The diamond of a subgroup; a single study is shown as a study, never as a pooled effect."""
    kind = "subtotal" if level["k"] > 1 else "single"
    return _diamond(kind, label, level, cells, weight)


def _members(result: Mapping[str, Any], subgroup: str) -> dict[str, list[Mapping[str, Any]]]:
    """The studies of each subgroup, in the order of its levels; those with a missing label are last."""
    names = [level["level"] for level in result["subgroups"][subgroup]["levels"]]
    blank = next((name for name in names if is_missing(name)), NOT_REPORTED)
    members: dict[str, list[Mapping[str, Any]]] = {name: [] for name in names if name != blank}
    without: list[Mapping[str, Any]] = []
    for study in in_order(result, result["studies"]):
        label = (study.get("subgroups") or {}).get(subgroup)
        if is_missing(label):
            without.append(study)
        else:
            members.setdefault(str(label), []).append(study)
    return members | ({blank: without} if without else {})


def level_name(name: str) -> str:
    """The name of a subgroup in figures; studies without a label are “Not reported”."""
    return capitalised(NOT_REPORTED) if is_missing(name) else name


def _summary(result: Mapping[str, Any], subgroup: str, keys: list[str]) -> list[Row]:
    group, members = result["subgroups"][subgroup], _members(result, subgroup)
    rows = [Row("gap"), Row("heading", group["title"])]
    for level in group["levels"]:
        remarks = [_size(level)]
        remarks += ["not pooled"] if level["k"] == 1 else []
        if level.get("missing"):
            remarks.append("not in the test")
        elif level["k"] == 1 and group.get("Q") is not None:
            remarks.append("in the test as one study")
        label = f"{level_name(level['level'])} ({', '.join(remarks)})"
        rows.append(_level_row(level, label, totals(members.get(level["level"], []), keys)))
    return [*rows, Row("note", between_groups(group))]


def _size(level: Mapping[str, Any]) -> str:
    """``k = 4``, or ``k = 4 of 3 studies`` if a study gives several results."""
    of = f" of {plural(level['studies'], 'study', 'studies')}" if level.get("studies", level["k"]) != level["k"] else ""
    return f"k = {level['k']}{of}"


def _blocks(result: Mapping[str, Any], subgroup: str, keys: list[str]) -> list[Row]:
    group, show = result["subgroups"][subgroup], format_of(result)
    levels = {level["level"]: level for level in group["levels"]}
    rows: list[Row] = []
    for name, studies in _members(result, subgroup).items():
        if not studies:
            continue
        rows.append(Row("heading", f"{group['title']}: {level_name(name)}"))
        rows += [_study(study, keys) for study in studies]
        level = levels.get(name)
        if level is not None and level["k"] > 1 and level.get("estimate") is not None:
            label = f"Subtotal ({_size(level)})"
            rows.append(_level_row(level, label, totals(studies, keys), _sum_of_weights(studies)))
            rows.append(Row("note", _level_heterogeneity(level, show)))
        elif level is not None:
            rows.append(Row("note", "A single study: not pooled" if level["k"] == 1 else "No pooled estimate"))
        if level is None or level.get("missing"):
            rows.append(Row("note", "Not in the test for subgroup differences"))
        rows.append(Row("gap"))
    return rows


def _level_heterogeneity(level: Mapping[str, Any], show: Format) -> str:
    parts = [f"τ² {equals(show.variance(level['tau2']))}"] if level.get("tau2") is not None else []
    if level.get("I2") is not None:
        parts.append(f"I² = {percent(level['I2'])}")
    return "Heterogeneity: " + (", ".join(parts) or "not defined")
