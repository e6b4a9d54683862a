"""What pip-audit found, so that an audit that could look nothing up does not pass for a clean one.

    pip-audit --format json -r .ci/requirements.lock | python .ci/audit.py

Ends with 0 only if every library was looked up and none is known to be vulnerable. pip-audit itself also ends with 0
when it has skipped libraries, all of them if its database is out of reach.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any


def verdict(report: Mapping[str, Any]) -> tuple[int, list[str]]:
    """The exit status and the lines to print for a report in pip-audit's JSON format."""
    libraries = report.get("dependencies", [])
    skipped = [library for library in libraries if "vulns" not in library]
    vulnerable = [library for library in libraries if library.get("vulns")]
    lines = [
        f"{library['name']}: {', '.join(sorted(each['id'] for each in library['vulns']))}" for library in vulnerable
    ]
    looked_up = len(libraries) - len(skipped)
    if skipped:
        reasons = sorted({str(library.get("skip_reason", "no reason given")) for library in skipped})
        lines.append(f"{len(skipped)} of {len(libraries)} libraries could not be looked up: {'; '.join(reasons[:3])}")
    if not looked_up:
        return 1, [*lines, "Nothing was audited. Is the advisory database within reach?"]
    lines.append(f"{looked_up} libraries looked up, {len(vulnerable)} with known vulnerabilities.")
    return int(bool(skipped or vulnerable)), lines


def main() -> int:
    text = sys.stdin.read()
    try:
        status, lines = verdict(json.loads(text))
    except json.JSONDecodeError:
        status, lines = 1, ["Nothing was audited: pip-audit gave no report."]
    print("\n".join(lines), file=sys.stderr if status else sys.stdout)
    return status


if __name__ == "__main__":
    sys.exit(main())
