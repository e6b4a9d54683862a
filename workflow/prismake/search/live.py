"""The databases and registers that a live search can ask, by their names in the configuration.

A source is a module with three functions: ``search`` asks and archives the answers (see ``entrez.search``),
``archived`` tells what an archive holds, ``archive_files`` are the answers that ``sources.stream`` reads. A source
whose answers come page by page describes itself as a ``paged.Service`` and takes the three from there.
"""

from __future__ import annotations

import importlib
from typing import Any, NamedTuple


class Live(NamedTuple):
    """The module of a source, and whether it has to be told an e-mail address."""

    module: str
    needs_email: bool = False


LIVE = {
    "pubmed": Live("prismake.search.entrez", needs_email=True),
    "europepmc": Live("prismake.search.europepmc"),
    "clinicaltrials": Live("prismake.search.clinicaltrials"),
}
"""A further source needs its module and one line here."""


def named(value: bool | str) -> str:
    """The source that ``searches.<name>.live`` names: ``true`` is PubMed, "" is none."""
    return "pubmed" if value is True else value or ""


def module(name: str) -> Any:
    """The module of a source."""
    return importlib.import_module(LIVE[name].module)
