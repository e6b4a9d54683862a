"""The settings that each rule uses: editing any other part of the protocol does not make the rule run again.

Each function gives a part of the protocol in the protocol's own shape, so that what takes it cannot tell it from the
whole. ``config`` is the protocol with its defaults filled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from prismake.core.names import APPRAISAL, EXTRACTION, FULL_TEXT, TITLE_ABSTRACT
from prismake.core.names import STAGES as PANEL_STAGES
from prismake.protocol.analyses import RISK_OF_BIAS
from prismake.protocol.forms import lists_of, load_form
from prismake.protocol.instruments import own_digests
from prismake.protocol.team import reviewers

Settings = dict[str, Any]

# How a stage is shared out, in which order and in which batches: prismake.panel.allocation
_ALLOCATION = ("split", "order", "batch", "ahead", "calibration", "stop", "stop_at")
_CHECKED = ("measure", "columns", "checks", "scale", "favours", "ratio_scale", "analysis_set")
_OUTCOME_TABLE = (*_CHECKED, "subgroups", "moderators")
_METHODS = (
    "title",
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
    """What the sheets of a stage ask, whom, and how they are shared out."""
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
    if stage == APPRAISAL:
        asking = for_appraisal(config)
        settings["appraisal"] |= {"instruments": asking["instruments"], "own_instruments": asking["own_instruments"]}
    if stage == EXTRACTION:
        settings["extraction"] |= _some(config["extraction"], ["fields"])
        settings["outcomes"] = {name: _some(spec, _CHECKED) for name, spec in config["outcomes"].items()}
        settings["overlap_column"] = config["overlap_column"]
    answers = {choice.value for field in load_form(stage, settings).fields for choice in field.choices}
    return {**settings, "words": _some(config["words"], answers)}


def for_offering(stage: str, config: Mapping[str, Any]) -> Settings:
    """What ``for_reading`` gives, and what stands on the first page of a sheet or decides the order of its rows."""
    settings = {**for_reading(stage, config), **_some(config, ["title", "question", "notice", "adjudicator"])}
    return {**settings, "criteria": config["criteria"]} if stage in (TITLE_ABSTRACT, FULL_TEXT) else settings


def for_appraisal(config: Mapping[str, Any]) -> Settings:
    """Instruments by design, the content of those that the review brings itself in digits, titles of the outcomes."""
    instruments = config["appraisal"]["instruments"]
    return {
        "instruments": instruments,
        "own_instruments": own_digests(instruments.values()),
        "outcomes": outcome_titles(config),
    }


def for_certainty(config: Mapping[str, Any]) -> Settings:
    """The outcomes whose certainty is judged, and by which rules levels are proposed."""
    return {"question": config["question"], **_some(config["certainty"], ["gate", "shares", "outcomes"])}


def outcome_titles(config: Mapping[str, Any]) -> dict[str, str]:
    """The outcomes as figures and sheets call them, by name."""
    return {name: spec["title"] or name.replace("_", " ").capitalize() for name, spec in config["outcomes"].items()}


def for_outcome_table(config: Mapping[str, Any]) -> Settings:
    """Of each outcome, the columns that belong to it, and the headings of those that it is pooled from."""
    headings = {field["name"]: field["label"] for field in config["extraction"]["fields"]}
    return {
        name: {
            **_some(spec, _OUTCOME_TABLE),
            # judgements come from the appraisal, not from the extraction sheets
            "subgroups": [column for column in spec["subgroups"] if column in headings],
            "labels": _some(headings, spec["columns"].values()),
        }
        for name, spec in config["outcomes"].items()
    }


def for_cohorts(config: Mapping[str, Any]) -> Settings:
    """How studies with the same participants are told and settled, and what the extraction asks."""
    return {
        "overlap": config["overlap_column"],
        "rule": config["overlap_rule"],
        "follow_up": config["overlap_follow_up"],
        "fields": [
            {"name": question.name, "label": question.label, "type": question.kind, "when": question.when}
            for question in load_form(EXTRACTION, config).fields
        ],
    }


def columns_of(outcome: str, config: Mapping[str, Any]) -> list[Settings]:
    """The extraction columns that an outcome is pooled from, each with name, label and type."""
    spec = config["outcomes"][outcome]
    used = {*spec["columns"].values(), *spec["subgroups"], *spec["moderators"]}
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
            *("pooling", "support", "interests", "availability"),
        ],
    )
    for stage in PANEL_STAGES:
        settings[stage] = _some(config[stage], ["reviewers", "split", "order", "batch"])
    settings["duplicates"] |= _some(config["duplicates"], ["merge_cochrane_versions"])
    settings["appraisal"] |= _some(config["appraisal"], ["instruments", "insist", "overall"])
    settings["certainty"] |= _some(config["certainty"], ["shares", "outcomes"])
    settings["appraisal"]["own_instruments"] = own_digests(config["appraisal"]["instruments"].values())
    fields = config["extraction"]["fields"]
    settings["extraction"]["fields"] = [_some(field, ["name", "label", "help"]) for field in fields]
    shown = (*_METHODS, "sensitivity", "prior", "columns", "ratio_scale")
    settings["outcomes"] = {name: _some(spec, shown) for name, spec in config["outcomes"].items()}
    return settings


def _some(settings: Mapping[str, Any], keys: Iterable[str]) -> Settings:
    """The entries of these keys, in the order of the settings; missing keys are left out."""
    names = set(keys)
    return {key: value for key, value in settings.items() if key in names}
