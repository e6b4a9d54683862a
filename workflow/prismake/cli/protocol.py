"""``prismake protocol``: the protocol as text, and a dated version of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from prismake.core.errors import PrismakeError
from prismake.core.files import write_text
from prismake.kept.protocols import keep_protocol
from prismake.report.appraisal_methods import instrument_details
from prismake.report.manuscript.protocol_text import protocol_text


def protocol_words(output: Path | None, keep: str, config_file: Path, read_config: Callable[[], dict[str, Any]]) -> str:
    """Write the protocol as text, or keep it under a date; returns what was done, in a sentence.

    Raises:
        PrismakeError: the file exists already, the date is invalid, or neither was asked for.
    """
    config = read_config()
    if keep:
        path = keep_protocol(keep, config_file)
        return f"Kept {path}. From now on, changes of config.yaml are reported as amendments."
    if output is None:
        raise PrismakeError(
            "what is to be done with the protocol?",
            remedy="prismake protocol protocol.md writes it as text; prismake protocol --keep 2025-08-31 keeps it.",
        )
    if output.exists():
        raise PrismakeError(f"{output} is there already.", remedy="Move it away, or name another file.")
    searches = [
        {**search, "label": search["label"] or name, "kind": search["kind"] or "database"}
        for name, search in config["searches"].items()
    ]
    write_text(output, protocol_text(config, searches, instrument_details(config["appraisal"]["instruments"])))
    return f"Made {output}."
