"""The databases and registers available for live searches, by their names in the configuration."""

from __future__ import annotations

from typing import NamedTuple


class Live(NamedTuple):
    """``email``: whether the source requires an e-mail address."""

    needs_email: bool = False


LIVE = {"pubmed": Live(needs_email=True), "europepmc": Live(), "clinicaltrials": Live()}
"""A new source needs a line here, and its module in ``prismake.search.live``."""


def live_name(value: bool | str) -> str:
    """The source named in ``searches.<name>.live``: ``true`` is PubMed, "" is none."""
    return "pubmed" if value is True else value or ""
