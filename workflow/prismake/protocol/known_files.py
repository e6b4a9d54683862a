"""The files that list known studies, which the search is expected to find."""

from __future__ import annotations

from pathlib import Path

NAME = "known_studies"


def known_studies(folder: Path) -> list[Path]:
    """``known_studies`` with any extension, and the files of a folder of that name, in ``folder`` (``config/``)."""
    if not folder.is_dir():
        return []
    paths = [path for path in folder.glob(f"{NAME}*") if path.name.partition(".")[0] == NAME]
    inside = [path for place in paths if place.is_dir() for path in place.iterdir()]
    return sorted(
        path
        for path in (*paths, *inside)
        if path.is_file() and not path.name.startswith((".", "~$")) and not path.stem.lower().startswith("readme")
    )
