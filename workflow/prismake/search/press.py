"""The form for the peer review of a search strategy (PRESS 2015), prefilled from the details of the search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prismake.core.files import read_yaml
from prismake.core.paths import data_file

_JUDGEMENT = "Judgement (no revision, revision suggested, revision required):"


def press_form(title: str, question: str, search: Mapping[str, Any]) -> str:
    """The form as Markdown text. ``search``: label, platform, query, date and limits of ``searches.<name>``."""
    entries = [
        ("Review", title),
        ("Question", question),
        ("Database", search["label"]),
        ("Platform", search["platform"]),
        ("Date of the search", search["date"]),
        ("Limits", search["limits"]),
    ]
    lines = ["# Peer review of a search strategy (PRESS 2015)", ""]
    lines += [f"- {name}: {value or '...'}" for name, value in entries]
    lines += ["- Reviewer of the search:", "- Date of the review:", "", "## Strategy", ""]
    lines += [f"    {line}" for line in (search["query"] or "...").splitlines()]
    for part in read_yaml(data_file("forms/press.yaml")):
        lines += ["", f"## {part['element']}", "", *(f"- {question}" for question in part["questions"]), ""]
        lines += [_JUDGEMENT, "", "Remarks:", ""]
    lines += ["", "## Overall", "", _JUDGEMENT, "", "Remarks:", ""]
    return "\n".join(lines)
