"""Which searches a review has: the files and folders of ``config/searches/`` and the live ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prismake.protocol.chased import chased_details
from prismake.protocol.export_files import exports
from prismake.protocol.live_sources import live_name
from prismake.protocol.schema import config_schema


def sources(config: dict[str, Any], folder: Path) -> dict[str, dict[str, Any]]:
    """Every search of the review with its details; files that the config does not name have the defaults.

    Each value has the keys of ``searches.<name>`` in the config and ``files`` (list of paths as text).
    """
    defaults = {
        key: rule["default"]
        for key, rule in config_schema()["properties"]["searches"]["additionalProperties"]["properties"].items()
    }
    found = exports(folder)
    result = {}
    for name in sorted({*found, *config["searches"]}):
        details = {**defaults, **config["searches"].get(name, {})}
        details["live"] = live_name(details["live"])
        told = chased_details(found.get(name, ()))
        details |= {key: value for key, value in told.items() if not details[key]}
        details["files"] = [] if details["live"] else [path.as_posix() for path in found.get(name, [])]
        result[name] = details
    return result
