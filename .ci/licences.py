"""The licences of prismake and of everything that it imports, as a table; fails where one would bind those who use it.

    python .ci/licences.py [EXTRA ...]

Whatever is installed with prismake is looked at, direct or not, and with the extras that are named.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from importlib import metadata

_REFUSED = re.compile(r"\b(A|L)?GPL|GNU (Affero|Lesser|General|Library)", re.IGNORECASE)
# What offers a choice or is told by its files alone; each was read.
_READ = {
    "docutils": "public domain, BSD (COPYING.rst; its GPL covers an Emacs mode that is not installed)",
    "conda-inject": "MIT (its LICENSE)",
}


def licences(name: str = "prismake", extras: Sequence[str] = ()) -> dict[str, tuple[str, str]]:
    """(version, licence) by distribution, of one and of all that it requires, with these extras of its own."""
    from packaging.requirements import Requirement

    table: dict[str, tuple[str, str]] = {}
    waiting = [name]
    while waiting:
        distribution = metadata.distribution(waiting.pop())
        key = re.sub(r"[-_.]+", "-", distribution.metadata["Name"]).lower()
        if key in table:
            continue
        table[key] = (distribution.version, _READ.get(key) or _licence(distribution))
        needed = map(Requirement, distribution.requires or ())
        wanted = ("", *(extras if len(table) == 1 else ()))
        waiting += [
            each.name
            for each in needed
            if not each.marker or any(each.marker.evaluate({"extra": extra}) for extra in wanted)
        ]
    return dict(sorted(table.items()))


def refused(table: dict[str, tuple[str, str]]) -> Iterator[str]:
    """A line for each distribution whose licence is not known, or is one of the GNU licences."""
    for name, (version, licence) in table.items():
        if not licence:
            yield f"{name} {version}: no licence is told"
        elif name not in _READ and _REFUSED.search(licence):
            yield f"{name} {version}: {licence}"


def _licence(distribution: metadata.Distribution) -> str:
    """What a distribution says of its licence: an expression, classifiers, a line, or the first line of its file."""
    told = distribution.metadata
    classifiers = [line.split(" :: ")[-1] for line in told.get_all("Classifier", []) if line.startswith("License ::")]
    lines = (told.get("License") or "").strip().splitlines()
    return told.get("License-Expression") or "; ".join(classifiers) or (lines[0][:80] if lines else _file(distribution))


def _file(distribution: metadata.Distribution) -> str:
    for path in distribution.files or ():
        if re.match(r"licen[cs]e|copying", path.name, re.IGNORECASE):
            lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
            return lines[0][:80] if lines else ""
    return ""


if __name__ == "__main__":
    found = licences(extras=sys.argv[1:])
    for name, (version, licence) in found.items():
        print(f"{name:<42}{version:<18}{licence}")
    problems = list(refused(found))
    print("\n".join(["", *problems]) if problems else f"\n{len(found)} distributions, none under a GNU licence.")
    sys.exit(bool(problems))
