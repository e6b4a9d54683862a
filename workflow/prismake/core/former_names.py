"""Names that modules had before 0.2. They still import the module, with a warning, until 1.0.

The Snakefile of every review made before 0.2 imports ``prismake.paths``, and people have scripts of their own.
"""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

# A single string, so that these names are not mistaken for imports when the source of the package is scanned.
_MOVED = """
analysis=synthesis checkscript=synthesis.check_script config=protocol.config errors=core.errors files=core.files
forms=protocol.forms kappa=panel.agreement paths=core.paths ranking=panel.ranking records=core.records
sentences=synthesis.sentences sources=search stopping=panel.stopping
"""
FORMER = dict(pair.split("=") for pair in _MOVED.split())
# Functions and classes of former modules that have another name or home: ``former module: name=home:name``.
_MOVED_NAMES = """
checkscript: check_script=synthesis.check_script:script_of_columns
forms: understand=protocol.forms:parse_answer score=protocol.instruments:score Appraisal=protocol.instruments:Appraisal
forms: row_choices=protocol.instruments:row_choices load_instrument=protocol.instrument_files:load_instrument
forms: Instrument=protocol.instrument_model:Instrument Item=protocol.instrument_model:Item
"""
FORMER_NAMES: dict[str, dict[str, str]] = {}
for _line in _MOVED_NAMES.strip().splitlines():
    _module, _, _pairs = _line.partition(": ")
    for _name, _, _place in (pair.partition("=") for pair in _pairs.split()):
        FORMER_NAMES.setdefault(_module, {})[_name] = _place
_SILENT = ("paths",)  # the Snakefile of a running review must keep working unchanged


class _FormerNames(MetaPathFinder, Loader):
    """Comes first: an updated checkout keeps empty folders of former packages, which Python would import."""

    def __init__(self) -> None:
        self._specs: dict[str, ModuleSpec | None] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        package, _, name = fullname.partition(".")
        return ModuleSpec(fullname, self) if package == "prismake" and name in FORMER else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        former = spec.name.removeprefix("prismake.")
        module = importlib.import_module(f"prismake.{FORMER[former]}")
        if former not in _SILENT:
            warnings.warn(f"{spec.name} is {module.__name__} now", DeprecationWarning, stacklevel=2)
        for name, place in FORMER_NAMES.get(former, {}).items():
            home, _, present = place.partition(":")
            setattr(module, name, getattr(importlib.import_module(f"prismake.{home}"), present))
        self._specs[spec.name] = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Restore the specification that the import replaced; the module has already run under its own name."""
        assert module.__spec__ is not None
        module.__spec__ = self._specs.pop(module.__spec__.name)


def install() -> None:
    """Make the former names importable; calling it again changes nothing."""
    if not any(isinstance(finder, _FormerNames) for finder in sys.meta_path):
        sys.meta_path.insert(0, _FormerNames())
