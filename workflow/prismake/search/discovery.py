"""The searches of a review: files and folders in ``config/searches/``, and live searches."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from prismake.protocol.chased import CHASED, chased_details
from prismake.protocol.division import by_size
from prismake.protocol.export_files import exports
from prismake.protocol.live_sources import live_name
from prismake.protocol.schema import config_schema

MEGABYTE = 1_000_000


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


def shares(details: Mapping[str, Any], megabytes: float) -> list[list[str]]:
    """The export files of a source in shares of at most so many megabytes (10**6 bytes); none if they are one share.

    Live searches and chased citations are not shared out: of their records each is used once, whatever the file.
    """
    files = details["files"]
    if details["live"] or any(Path(file).name == CHASED for file in files):
        return []
    parts = by_size(files, [Path(file).stat().st_size / MEGABYTE for file in files], megabytes)
    return parts if len(parts) > 1 else []
