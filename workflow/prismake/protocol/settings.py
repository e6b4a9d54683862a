"""The settings that each rule uses, so that editing any other part of the protocol does not make the rule run again.

Each function returns a part of the protocol in the shape of the protocol, which can be used in its place. ``config`` is
the protocol with its defaults filled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from prismake.core.names import APPRAISAL, EXTRACTION, FULL_TEXT, TITLE_ABSTRACT
from prismake.core.names import STAGES as PANEL_STAGES
from prismake.protocol.analyses import RISK_OF_BIAS
from prismake.protocol.forms import extracted_fields, lists_of, load_form
from prismake.protocol.instruments import own_digests
from prismake.protocol.joint_problems import JOINTLY, joint_column
from prismake.protocol.languages import own_digest
from prismake.protocol.outcome_columns import asked_parts, of_comparison
from prismake.protocol.outcome_kinds import kind_of
from prismake.protocol.outcome_names import DIAGNOSTIC, DOSE_RESPONSE, NETWORK, WITHOUT_POOLING
from prismake.protocol.outcome_shapes import RESULTS
from prismake.protocol.team import reviewers

Settings = dict[str, Any]

# Settings of the allocation of a stage: prismake.panel.allocation
_ALLOCATION = ("split", "order", "batch", "ahead", "calibration", "pilot", "stop", "stop_at")
_CHECKED = (
    "kind",
    "measure",
    "columns",
    "checks",
    "printed_columns",
    "scale",
    "favours",
    "ratio_scale",
    "analysis_set",
    "sum_of",
    "converted_from",
)
_OUTCOME_TABLE = (
    *_CHECKED,
    NETWORK,
    DIAGNOSTIC,
    DOSE_RESPONSE,
    WITHOUT_POOLING,
    "subgroups",
    "moderators",
    "conversions",
    "assumed",
    JOINTLY,
    "model",
    "shared_comparator",
)
_METHODS = (
    "title",
    "kind",
    NETWORK,
    DIAGNOSTIC,
    DOSE_RESPONSE,
    WITHOUT_POOLING,
    "measure",
    "measure_name",
    "model",
    "method",
    "test",
    "adhoc",
    "prediction",
    "also_inverse_variance",
    "subgroups",
    "moderators",
    "moderators_together",
)


def for_reading(stage: str, config: Mapping[str, Any]) -> Settings:
    """Settings for reading the sheets of a stage: questions, reviewers and allocation."""
    settings = {
        "reviewers": reviewers(dict(config), stage),
        "consensus": config["consensus"],
        "language": config["language"],
        "seed": config["seed"],
        stage: _some(config[stage], (*_ALLOCATION, "highlight")),
    }
    asked = lists_of(stage)
    if "reasons" in asked:
        settings["full_text"] = {**settings.get("full_text", {}), **_some(config["full_text"], ["reasons"])}
    if "designs" in asked:
        settings["appraisal"] = {**settings.get("appraisal", {}), **_some(config["appraisal"], ["instruments"])}
    if stage == FULL_TEXT and config["extraction"]["shape"] == RESULTS:
        settings["extraction"] = {"shape": RESULTS}
    if stage == APPRAISAL:
        asking = for_appraisal(config)
        settings["appraisal"] |= {"instruments": asking["instruments"], "own_instruments": asking["own_instruments"]}
    if stage == EXTRACTION:
        settings["extraction"] |= _some(config["extraction"], ["fields", "shape"])
        settings["outcomes"] = {
            name: {**_some(spec, _CHECKED), **_printed_doses(spec)} for name, spec in config["outcomes"].items()
        }
        settings |= _some(config, ["overlap_column", "overlap_signs", "overlap_follow_up"])
    if own := own_digest(config["language"]):
        settings["own_language"] = own
    answers = {choice.value for field in load_form(stage, settings).fields for choice in field.choices}
    return {**settings, "words": _some(config["words"], answers)}


def for_offering(stage: str, config: Mapping[str, Any]) -> Settings:
    """The settings of ``for_reading``, and those for the first page of a sheet and the order of its rows."""
    settings = {**for_reading(stage, config), **_some(config, ["title", "question", "notice", "adjudicator"])}
    return {**settings, "criteria": config["criteria"]} if stage in (TITLE_ABSTRACT, FULL_TEXT) else settings


def for_appraisal(config: Mapping[str, Any]) -> Settings:
    """Instruments by design, digests of the review's own instruments, and titles of the outcomes."""
    instruments = config["appraisal"]["instruments"]
    return {
        "instruments": instruments,
        "own_instruments": own_digests(instruments.values()),
        "outcomes": outcome_titles(config),
    }


def for_extraction_rows(config: Mapping[str, Any]) -> Settings:
    """The settings for rows of results; empty if a row of the extraction is a study or an arm."""
    if config["extraction"]["shape"] != RESULTS:
        return {}
    form, fields = load_form(EXTRACTION, config), config["extraction"]["fields"]
    labels = {question.name: question.label for question in form.fields}
    return {
        "arms": config["extraction"]["arms"],
        "study": [field["name"] for field in fields if "outcome" not in field and field["per"] == "study"],
        "arm": [field["name"] for field in fields if "outcome" not in field and field["per"] == "arm"],
        "labels": labels,
        "outcomes": {
            name: {
                "title": title,
                "asks": list(asked_parts(name, fields)),
                "of_comparison": list(of_comparison(config["outcomes"][name])),
                "compares": any(role[-1] in "12" for role in config["outcomes"][name]["columns"]),
                **_own_rows(config["outcomes"][name]),
            }
            for name, title in outcome_titles(config).items()
        },
    }


def _printed_doses(spec: Mapping[str, Any]) -> Settings:
    """How printed doses are read, where an outcome is a curve over them."""
    own = spec.get(DOSE_RESPONSE)
    return {DOSE_RESPONSE: _some(own, ["unit", "open_ended"])} if own else {}


def _own_rows(spec: Mapping[str, Any]) -> Settings:
    """What has a row of its own in this outcome, if it is anything else than an arm against a comparator."""
    rows = kind_of(spec).rows(spec)
    return {"rows": rows} if rows else {}


def for_certainty(config: Mapping[str, Any]) -> Settings:
    """The outcomes whose certainty is judged, and the rules by which levels are proposed."""
    return {"question": config["question"], **_some(config["certainty"], ["gate", "shares", "outcomes"])}


def outcome_titles(config: Mapping[str, Any]) -> dict[str, str]:
    """The titles of the outcomes in figures and sheets, by name."""
    return {name: spec["title"] or name.replace("_", " ").capitalize() for name, spec in config["outcomes"].items()}


def for_outcome_table(config: Mapping[str, Any]) -> Settings:
    """For each outcome, its columns, and the headings of those that it is pooled from."""
    headings = {field["name"]: field["label"] for field in config["extraction"]["fields"]}
    return {
        name: {
            **_some(spec, _OUTCOME_TABLE),
            **({"level": config["pooling"]["level"]} if spec["conversions"] else {}),
            # judgements come from the appraisal, not from the extraction sheets
            "subgroups": [column for column in spec["subgroups"] if column in headings],
            "labels": _some(headings, spec["columns"].values()),
        }
        for name, spec in config["outcomes"].items()
    }


def for_letters(config: Mapping[str, Any]) -> Settings:
    """What authors are told when they are asked for numbers, and what the numbers are for."""
    return {
        "outcomes": for_outcome_table(config),
        "titles": outcome_titles(config),
        "headings": {question.name: question.label for question in extracted_fields(config)},
        "review": _some(config, ["title", "question"]),
        "team": config["authors"],
    }


def for_cohorts(config: Mapping[str, Any]) -> Settings:
    """Settings for recognising and resolving overlapping cohorts, and the fields of the extraction."""
    return {
        "overlap": config["overlap_column"],
        "rule": config["overlap_rule"],
        "follow_up": config["overlap_follow_up"],
        "signs": config["overlap_signs"],
        "fields": [
            {
                "name": question.name,
                "label": question.label,
                "type": question.kind,
                "when": question.when,
                **({"per": "arm"} if question.per_arm else {}),
            }
            for question in extracted_fields(config)
        ],
    }


def joint_outcomes(group: Iterable[str], config: Mapping[str, Any]) -> Settings:
    """The outcomes with which those of a group are analysed jointly, by name; empty as a rule."""
    named = (other for outcome in group for other in config["outcomes"][outcome][JOINTLY]["outcomes"])
    return {other: config["outcomes"][other] for other in dict.fromkeys(named)}


def columns_of(outcome: str, config: Mapping[str, Any]) -> list[Settings]:
    """The extraction columns that an outcome is pooled from, each with name, label and type."""
    spec = config["outcomes"][outcome]
    used = {*spec["columns"].values(), *spec["subgroups"], *spec["moderators"], *joint_column(spec)}
    fields = [field for field in config["extraction"]["fields"] if field["name"] in used]
    columns = [_some(field, ["name", "label", "type"]) for field in fields]
    if RISK_OF_BIAS in used and RISK_OF_BIAS not in {field["name"] for field in fields}:
        columns.append({"name": RISK_OF_BIAS, "label": "Risk of bias", "type": "text"})
    return columns


def for_report(config: Mapping[str, Any]) -> Settings:
    """What page and manuscript say about the protocol; what was actually done comes from the tables."""
    settings = _some(
        config,
        [
            *("title", "question", "notice", "authors", "registration", "criteria", "reviewers", "adjudicator"),
            *("pooling", "figures", "support", "interests", "availability"),
        ],
    )
    for stage in PANEL_STAGES:
        settings[stage] = _some(config[stage], ["reviewers", "split", "order", "batch"])
    settings["duplicates"] |= _some(config["duplicates"], ["merge_cochrane_versions"])
    settings["appraisal"] |= _some(config["appraisal"], ["instruments", "insist", "overall"])
    settings["certainty"] |= _some(config["certainty"], ["shares", "outcomes"])
    settings["appraisal"]["own_instruments"] = own_digests(config["appraisal"]["instruments"].values())
    fields = config["extraction"]["fields"]
    if config["extraction"]["shape"] == RESULTS:  # what is asked of the study; its results are the outcomes
        fields = [field for field in fields if "outcome" not in field]
    settings["extraction"]["fields"] = [_some(field, ["name", "label", "help", "per"]) for field in fields]
    shown = (*_METHODS, "sensitivity", "prior", "columns", "ratio_scale")
    settings["outcomes"] = {name: _some(spec, shown) for name, spec in config["outcomes"].items()}
    return settings


def _some(settings: Mapping[str, Any], keys: Iterable[str]) -> Settings:
    """The entries for the given keys, in the order of the settings; missing keys are left out."""
    names = set(keys)
    return {key: value for key, value in settings.items() if key in names}
