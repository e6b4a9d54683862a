"""The exports that people put into ``config/searches/``: one source per file or folder."""

from __future__ import annotations

import re
from pathlib import Path

from prismake.core.errors import ConfigError
from prismake.core.refusals import refuse_names_in_other_encodings

# Notes that people keep beside the exports; these are never treated as exports.
_NOTES = re.compile(r"^(readme|notes?|licen[cs]e)\b.*|.*\.(md|pdf|docx?|tmp|part|log)$", re.IGNORECASE)

_EXPLAINS = re.compile(r"^(readme|licen[cs]e)\b", re.IGNORECASE)


def slug(name: str) -> str:
    """The short name of a source, derived from a file name: lower case, letters, digits and ``_``."""
    text = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:30].strip("_") or "export"
    return text if text[0].isalpha() else f"s_{text}"[:30]


def exports(folder: Path) -> dict[str, list[Path]]:
    """Export files by source, in order of the names: each folder is one source, and so is each single file.

    Raises:
        ConfigError: two files with the same short name.
        FileRefused: a name that is not text.
    """
    sources: dict[str, list[Path]] = {}
    if not folder.is_dir():
        return sources
    for path in sorted(folder.iterdir(), key=lambda p: p.name):
        if path.name.startswith((".", "~$")) or _NOTES.match(path.name):
            continue
        if not path.is_file() and not path.is_dir():
            raise ConfigError(
                "is neither a file nor a folder: a link that leads nowhere, a device or a pipe.",
                where=str(path),
                remedy="Put the export itself there, or remove it.",
            )
        name = slug(path.name.split(".")[0] if path.is_file() else path.name)
        files = sorted(_files(path)) if path.is_dir() else [path]
        if name in sources and files:
            raise ConfigError(
                f"{path.name} and {sources[name][0].name} would both be the source “{name}”.",
                where=str(folder),
                remedy=f"Rename one of them, or put both into one folder {folder / name}/ if they are one search.",
            )
        if files:
            sources[name] = files
    refuse_names_in_other_encodings(path for files in sources.values() for path in files)
    return sources


def files_passed_over(folder: Path) -> list[Path]:
    """Files in the folder of exports that are not read: notes, documents, unfinished downloads, nested folders.

    Explanations of the folder (README, licence) and hidden files are not listed.
    """
    if not folder.is_dir():
        return []
    inside = [path for place in folder.iterdir() if place.is_dir() for path in place.iterdir()]
    return sorted(
        path
        for path in (*folder.iterdir(), *inside)
        if not path.name.startswith((".", "~$"))
        and not _EXPLAINS.match(path.name)
        and (_NOTES.match(path.name) if path.is_file() else path in inside)
    )


def _files(folder: Path) -> list[Path]:
    return [
        path
        for path in folder.iterdir()
        if path.is_file() and not path.name.startswith((".", "~$")) and not _NOTES.match(path.name)
    ]
