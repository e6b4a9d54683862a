"""The databases and registers that a live search can ask, by their names in the configuration."""

from __future__ import annotations

from typing import NamedTuple


class Live(NamedTuple):
    """Whether a source has to be told an e-mail address."""

    needs_email: bool = False


LIVE = {"pubmed": Live(needs_email=True), "europepmc": Live(), "clinicaltrials": Live()}
"""A further source needs a line here, and its module in ``prismake.search.live``."""


def live_name(value: bool | str) -> str:
    """The source that ``searches.<name>.live`` names: ``true`` is PubMed, "" is none."""
    return "pubmed" if value is True else value or ""
