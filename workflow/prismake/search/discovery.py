"""The searches of a review: files and folders in ``config/searches/``, and live searches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prismake.protocol.chased import chased_details
from prismake.protocol.export_files import exports
from prismake.protocol.live_sources import live_name
from prismake.protocol.schema import config_schema


def sources(config: dict[str, Any], folder: Path) -> dict[str, dict[str, Any]]:
    """Every search of the review with its details; files not mentioned in the config get the defaults.

    Each value has the keys of ``searches.<name>`` in the config and ``files`` (list of paths as text).
    """
    defaults = {
        key: rule["default"]
        for key, rule in config_schema()["properties"]["searches"]["additionalProperties"]["properties"].items()
    }
    files_of = exports(folder)
    result = {}
    for name in sorted({*files_of, *config["searches"]}):
        details = {**defaults, **config["searches"].get(name, {})}
        details["live"] = live_name(details["live"])
        chased = chased_details(files_of.get(name, ()))
        details |= {key: value for key, value in chased.items() if not details[key]}
        details["files"] = [] if details["live"] else [path.as_posix() for path in files_of.get(name, [])]
        result[name] = details
    return result
