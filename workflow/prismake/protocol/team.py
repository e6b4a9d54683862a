"""The reviewers of a stage, and the folders of a review."""

from __future__ import annotations

from pathlib import Path
from typing import Any

EVERYBODY = "all"  # in searches.<name>.reviewers: every reviewer of the stage
SEARCHES = Path("config/searches")
VERSIONS = Path("config/versions")
TEMPLATE = Path("config/manuscript_template.docx")  # the styles of the manuscript, if the team has its own


def reviewers(config: dict[str, Any], stage: str) -> list[str]:
    """The reviewers of a stage, in the order of the configuration."""
    return list(config[stage].get("reviewers") or config["reviewers"])
