"""``prismake translate`` and ``prismake press``: the strategy of a search for other platforms, and for peer review."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from prismake.core.errors import PrismakeError


def _search(source: str, config: dict[str, Any]) -> dict[str, Any]:
    from prismake.protocol.team import SEARCHES
    from prismake.search.discovery import sources

    searches = sources(config, SEARCHES)
    if source not in searches:
        raise PrismakeError(
            f"there is no search “{source}”.", remedy=f"There are: {', '.join(searches) or 'none yet'}."
        )
    if not searches[source]["query"]:
        raise PrismakeError(
            f"the query of “{source}” is not known.",
            remedy=f"Write it into config/config.yaml: searches.{source}.query.",
        )
    return searches[source]


def translated(source: str, platform: str, read_config: Callable[[], dict[str, Any]]) -> str:
    """The strategy of a search in PubMed's syntax for another platform, and what could not be carried over."""
    from prismake.search.translation import PLATFORMS, translate

    translation = translate(_search(source, read_config())["query"], platform)
    notes = [f"- {note}" for note in translation.notes] or ["- everything was carried over."]
    return "\n".join([f"{PLATFORMS[platform]}:", "", translation.text, "", "To be looked at:", *notes])


def write_press(source: str, path: Path, read_config: Callable[[], dict[str, Any]]) -> None:
    """Write the form for the peer review of a search to a new file.

    Raises:
        PrismakeError: the file exists already; what somebody has written into it stays.
    """
    from prismake.core.files import write_text
    from prismake.search.press import press_form

    if path.exists():
        raise PrismakeError(
            "this file exists already and is left as it is.", where=str(path), remedy="Choose another name."
        )
    config = read_config()
    write_text(path, press_form(config["title"], config["question"], _search(source, config)))
