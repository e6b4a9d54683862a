"""The module for each database or register that can be searched live (``prismake.protocol.live_sources``).

A source is a module with three functions: ``search`` queries it and archives the answers (see ``entrez.search``),
``archived`` describes an archive, and ``archive_files`` lists the answers that ``search.stream`` reads. A paginated
source is described by a ``paged.Service``, which provides all three.
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
