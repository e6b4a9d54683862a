"""What the sources of the package say about their imports, kept between runs by the digest of each text.

Parsing four hundred modules takes longer than everything else that Snakemake does when there is nothing to do. The file
lies in Snakemake's own folder; deleting it loses nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

SOURCES_FILE = Path(".snakemake/prismake/sources.json")
_MANY = 2000  # answers: those of texts that have changed since are dropped then


class KeptSources:
    """Answers of a reader of sources, from the file where it has them."""

    def __init__(self, read: Callable[[bytes, str], dict[str, Any]], made_by: str, path: Path = SOURCES_FILE) -> None:
        """Args:
        read: what is asked: the text of a module and its package, to plain lists and dictionaries.
        made_by: the version of that reader; answers of another one do not count.
        """
        self._read, self._made_by, self._path = read, made_by, path
        self._used: dict[str, Any] = {}
        self._earlier: dict[str, Any] = {}
        with contextlib.suppress(OSError, ValueError):  # damaged: everything is read anew
            content = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(content, dict) and content.get("made_by") == made_by:
                self._earlier = content.get("sources", {})

    def of(self, text: bytes, package: str) -> dict[str, Any]:
        """The answer for one text, from the file or read now."""
        key = hashlib.sha256(package.encode() + b"\n" + text).hexdigest()
        if key not in self._used:
            answer = self._earlier.get(key)
            self._used[key] = answer if isinstance(answer, dict) else self._read(text, package)
        return self._used[key]

    def save(self) -> None:
        """Keep the answers used, if any is new and this is a folder in which Snakemake runs."""
        if self._used.keys() <= self._earlier.keys() or not self._path.parents[1].is_dir():
            return
        from prismake.core.errors import FileRefused  # not needed to stamp a rule
        from prismake.core.files import write_text

        sources = {**(self._earlier if len(self._earlier) < _MANY else {}), **self._used}
        with contextlib.suppress(FileRefused):  # a full disk costs the next run half a second
            write_text(self._path, json.dumps({"made_by": self._made_by, "sources": sources}))
