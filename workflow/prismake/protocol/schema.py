"""The schema of ``config/config.yaml`` and its defaults."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from prismake.core.files import read_yaml
from prismake.core.names import FULL_TEXT, TITLE_ABSTRACT
from prismake.core.paths import data_file
from prismake.protocol.languages import language_codes
from prismake.protocol.live_sources import LIVE


@cache
def config_schema() -> dict[str, Any]:
    rules = read_yaml(data_file("schemas/config.schema.yaml"))
    rules["properties"]["language"]["enum"] = list(language_codes())
    rules["properties"]["searches"]["additionalProperties"]["properties"]["live"]["enum"] += LIVE
    return rules


def with_defaults(config: dict[str, Any]) -> dict[str, Any]:
    """A copy of ``config`` in which every absent key has the schema's default.

    One default depends on another key: if the protocol asks for the order by relevance and gives no batch size, batches
    grow, so that the order soon learns from decisions. If it says neither, everything is handed out at once.
    """
    filled = copy.deepcopy(config)
    unsaid = [
        stage
        for stage in (TITLE_ABSTRACT, FULL_TEXT)
        if _says(filled, stage, "order") and not _says(filled, stage, "batch")
    ]
    _add_groups_of_kinds(filled)
    _fill(filled, config_schema())
    for stage in unsaid:
        settings = filled.get(stage)
        if isinstance(settings, dict) and settings.get("order") == "relevance":
            settings["batch"] = "growing"
    return filled


def _add_groups_of_kinds(config: Any) -> None:
    """Add the group of settings that has the name of an outcome's kind, where there is such a group."""
    outcomes = config.get("outcomes") if isinstance(config, dict) else None
    keys = config_schema()["properties"]["outcomes"]["additionalProperties"]["properties"]
    for spec in outcomes.values() if isinstance(outcomes, dict) else ():
        if isinstance(spec, dict) and isinstance(kind := spec.get("kind"), str) and kind in keys:
            spec.setdefault(kind, {})


def _says(config: Any, stage: str, key: str) -> bool:
    settings = config.get(stage) if isinstance(config, dict) else None
    return isinstance(settings, dict) and key in settings


def _fill(value: Any, rule: dict[str, Any]) -> None:
    if isinstance(value, dict):
        for key, sub in rule.get("properties", {}).items():
            if key not in value and "default" in sub:
                value[key] = copy.deepcopy(sub["default"])
            if key in value:
                _fill(value[key], sub)
        more = rule.get("additionalProperties")
        if isinstance(more, dict):
            for key in value.keys() - rule.get("properties", {}).keys():
                if value[key] is None and more.get("type") == "object":
                    value[key] = {}
                _fill(value[key], more)
    elif isinstance(value, list) and isinstance(rule.get("items"), dict):
        for entry in value:
            _fill(entry, rule["items"])
