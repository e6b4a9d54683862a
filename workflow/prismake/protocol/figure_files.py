"""The files that a figure is written to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def beside(paths: Iterable[str], config: Mapping[str, Any]) -> dict[str, list[str]]:
    """The files beside those of ``paths``, the SVGs of figures: a PDF, and a PNG if the config asks for it."""
    stems = [path.removesuffix(".svg") for path in paths]
    formats = ("pdf", "png") if config["figures"]["png"] else ("pdf",)
    return {each: [f"{stem}.{each}" for stem in stems] for each in formats}
