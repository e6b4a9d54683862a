"""The module behind each database or register that a live search can ask (``prismake.protocol.live_sources``).

A source is a module with three functions: ``search`` asks and archives the answers (see ``entrez.search``),
``archived`` tells what an archive holds, ``archive_files`` are the answers that ``search.stream`` reads. A source
whose answers come page by page describes itself as a ``paged.Service`` and takes the three from there.
"""

from __future__ import annotations

import importlib
from typing import Any

MODULES = {
    "pubmed": "prismake.search.entrez",
    "europepmc": "prismake.search.europepmc",
    "clinicaltrials": "prismake.search.clinicaltrials",
}


def module(name: str) -> Any:
    """The module of a source."""
    return importlib.import_module(MODULES[name])
