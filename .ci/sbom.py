"""The licences that a bill of materials lacks, from the metadata and licence files of what is installed.

    python .ci/sbom.py dist/sbom.cdx.json

cyclonedx-bom leaves a component without a licence where its metadata have none in a form that it knows. Ends with 1
if a component still has no version or no licence, or if one that is imported is missing.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from licences import licences


def completed(bom: dict[str, Any], table: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """The bill with a licence for each component that has none; ``table``: (version, licence) by distribution."""
    for component in bom["components"]:
        _, licence = table.get(_key(component["name"]), ("", ""))
        if not component.get("licenses") and licence:
            component["licenses"] = [{"license": {"acknowledgement": "concluded", "name": licence}}]
    return bom


def gaps(bom: Mapping[str, Any], table: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    """A line for each distribution that the bill lacks, or of which it has no version or licence."""
    listed = {_key(each["name"]): each for each in (bom["metadata"]["component"], *bom["components"])}
    for name, (version, _) in table.items():
        component = listed.get(name)
        if component is None:
            yield f"{name} is not listed"
        elif component.get("version") != version:
            yield f"{name} is listed as {component.get('version')}, installed is {version}"
    yield from (f"{name} has no licence" for name, component in listed.items() if not component.get("licenses"))


def _key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    path, installed = Path(sys.argv[1]), licences()
    bom = completed(json.loads(path.read_text(encoding="utf-8")), installed)
    path.write_text(json.dumps(bom, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    problems = list(gaps(bom, installed))
    print(
        "\n".join(problems)
        or f"{len(bom['components'])} libraries in the bill of materials, each with version and licence."
    )
    sys.exit(bool(problems))
