"""The notes of a release, from the changelog: the part of a version, or what is unreleased.

python .ci/release_notes.py [VERSION]
"""

from __future__ import annotations

import sys
from pathlib import Path

CHANGELOG = Path(__file__).parents[1] / "CHANGELOG.md"


def release_notes(version: str = "Unreleased") -> str:
    """The lines below the heading of a version, which may be followed by a date.

    Raises:
        LookupError: the changelog has no such heading, or nothing stands below it.
    """
    for part in CHANGELOG.read_text(encoding="utf-8").split("\n## ")[1:]:
        heading, _, notes = part.partition("\n")
        if heading.split()[0].strip("[]") == version and notes.strip():
            return notes.strip() + "\n"
    raise LookupError(f"CHANGELOG.md says nothing of {version}")


if __name__ == "__main__":
    print(release_notes(*sys.argv[1:2]), end="")
