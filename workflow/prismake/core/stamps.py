"""Stamps: twelve digits per rule that change when anything changes that its script can reach inside the package.

Snakemake runs a rule again when its script changes, but it does not follow what the script imports or which data
files that code reads. A stamp does. Rules take it as the parameter ``code``, so that after an update exactly the
affected results are made again. A stamp covers

- the script and every module of the package that it imports, directly or through others, also inside functions and
  through packages that load their names on first use (``__getattr__`` with a table of names and modules);
- the data files (forms, instruments, schemas, templates) that these modules read: each call of
  ``paths.data_file`` and ``paths.data_files`` names its files in a literal, and data files are reached in no other way;
- the installed versions of the other libraries that these modules import.

All of it is read from the source text: building the graph imports none of these modules. Imports below
``if TYPE_CHECKING:`` never run and do not count.
"""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any

from prismake.core.kept_sources import KeptSources
from prismake.core.paths import graph_root, package_root

READERS = ("data_file", "data_files")  # the functions of ``paths`` that lead to data files
DIGITS = 12


@cache
def stamp(script: str) -> str:
    """The stamp of the rule whose script is ``scripts/<script>.py``."""
    return _installed().stamp(script)


def keep_sources() -> None:
    """Keep what was read from the sources, so that the next run need not parse them again."""
    _kept_sources().save()


@cache
def _installed() -> Stamps:
    return Stamps(package_root(), graph_root(), lambda text, package: Source(**_kept_sources().of(text, package)))


@cache
def _kept_sources() -> KeptSources:
    reader = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    return KeptSources(lambda text, package: read_source(text, package).plain(), f"{reader} {sys.version_info[:3]}")


_PAIRS = ("imports", "tables")


@dataclass(frozen=True)
class Source:
    """What the text of one module says about its imports and its data.

    Attributes:
        imports: (module, name) of each import; the name is "" where the module itself is imported, "*" for all names.
        bound: names that the module defines or imports at its top level.
        tables: (name, module) of each entry of a table of names, where a ``__getattr__`` loads them on first use.
        strings: possible module names in a file that imports modules by name without such tables.
        data: patterns of the data files that it reads, below ``workflow/``.
    """

    imports: Collection[Sequence[str]] = ()
    bound: Collection[str] = ()
    tables: Collection[Sequence[str]] = ()
    strings: Collection[str] = ()
    data: Collection[str] = ()

    def plain(self) -> dict[str, list[Any]]:
        """As lists, whose order does not depend on the run."""
        return {name: sorted(map(list, part) if name in _PAIRS else part) for name, part in vars(self).items()}


class Stamps:
    """The stamps of one tree: a package, and the graph that holds ``scripts/`` and ``workflow/``."""

    def __init__(self, package: Path, graph: Path, read: Callable[[bytes, str], Source] | None = None) -> None:
        """Args:
        read: the reader of a source, given its text and package; by default ``read_source``.
        """
        self.package, self.graph, self._read = package, graph, read or read_source
        self._paths: dict[str, Path | None] = {}
        self._sources: dict[str, Source] = {}
        self._next: dict[str, frozenset[str]] = {}
        self._lazy: dict[str, dict[str, str]] = {}
        self._digests: dict[Path, str] = {}
        # every rule reaches most modules again: what they lead to is worked out once
        self._resolved: dict[tuple[str, str], frozenset[str]] = {}
        self._reached: dict[str, list[str]] = {}
        self._own_files: dict[str, dict[str, Path]] = {}
        self._own_libraries: dict[str, set[str]] = {}

    def stamp(self, script: str) -> str:
        """A hexadecimal digest of all files and library versions that a script reaches."""
        total = hashlib.sha256()
        for name, path in self.files(script).items():
            total.update(f"{name} {self._digest(path)}\n".encode())
        for name, number in self.libraries(script).items():
            total.update(f"{name}=={number}\n".encode())
        return total.hexdigest()[:DIGITS]

    def files(self, script: str) -> dict[str, Path]:
        """The files that a script reaches; the names are the same in a checkout and in an installed package."""
        paths = {f"scripts/{script}.py": self._script(script)}
        for module in self.modules(script):
            paths |= self._files_of(module)
        return dict(sorted(paths.items()))

    def _files_of(self, module: str) -> dict[str, Path]:
        """The file of a module and the data files that it reads."""
        if module not in self._own_files:
            path, data = self._file(module), self.graph / "workflow"
            files = {f"{self.package.name}/{path.relative_to(self.package).as_posix()}": path}
            for pattern in self._source(module).data:
                files |= {f"workflow/{file.relative_to(data).as_posix()}": file for file in data.glob(pattern)}
            self._own_files[module] = files
        return self._own_files[module]

    def libraries(self, script: str) -> dict[str, str]:
        """Installed versions of the distributions that a script or a module reached by it imports."""
        inside = map(self._libraries_of, self.modules(script))
        outside = self._outside(self._script_source(script)).union(*inside)
        names = sorted({name for top in outside for name in _distributions().get(top, [])})
        return {name: _version(name) for name in names}

    def _libraries_of(self, module: str) -> set[str]:
        if module not in self._own_libraries:
            self._own_libraries[module] = self._outside(self._source(module))
        return self._own_libraries[module]

    def _outside(self, source: Source) -> set[str]:
        """The top names that a source imports from neither Python's own library nor this package."""
        tops = {name.partition(".")[0] for name, _ in source.imports}
        return tops - sys.stdlib_module_names - {self.package.name}

    def modules(self, script: str) -> list[str]:
        """The modules of the package that a script imports, directly or through others."""
        if script not in self._reached:
            waiting = self._targets(self._script_source(script))
            reached: set[str] = set()
            while waiting:
                module = waiting.pop()
                reached.add(module)
                waiting |= self._imported(module) - reached
            self._reached[script] = sorted(reached)
        return self._reached[script]

    def _imported(self, module: str) -> frozenset[str]:
        if module not in self._next:
            source = self._source(module)
            by_name = {self._named(string, module) for string in source.strings}
            self._next[module] = frozenset(self._targets(source).union(*map(self._resolve, by_name)))
        return self._next[module]

    def _targets(self, source: Source) -> set[str]:
        return set().union(*(self._resolve(module, name) for module, name in source.imports))

    def _resolve(self, module: str, name: str = "") -> frozenset[str]:
        """The modules that run when ``name`` is taken from ``module`` and used."""
        if (module, name) not in self._resolved:
            self._resolved[module, name] = frozenset(self._steps(module, name))
        return self._resolved[module, name]

    def _steps(self, module: str, name: str) -> Iterator[str]:
        if not self._path(module):
            return
        parts = module.split(".")
        yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1))
        lazy = self._lazy_names(module)
        if name and self._path(f"{module}.{name}"):
            yield from self._resolve(f"{module}.{name}")
        elif name in lazy:
            yield from self._resolve(lazy[name], name)
        elif name not in self._source(module).bound and not name.startswith("__"):
            # the module itself or an unknown name: any of its lazily loaded names may be used
            for each, home in lazy.items():
                yield from self._resolve(home, each)

    def _lazy_names(self, module: str) -> dict[str, str]:
        """The module of each name that a module loads on first use."""
        if module not in self._lazy:
            homes = ((name, self._named(home, module)) for name, home in self._source(module).tables)
            self._lazy[module] = {name: home for name, home in homes if home}
        return self._lazy[module]

    def _named(self, string: str, module: str) -> str:
        """The module that a string in ``module`` names, in full or within its package; "" where it names none.

        The package as a whole is no answer: nobody imports it by name in order to use all that it offers.
        """
        package = module if self._file(module).name == "__init__.py" else module.rpartition(".")[0]
        choices = (string, f"{package}.{string.lstrip('.')}")
        return next((name for name in choices if name != self.package.name and self._path(name)), "")

    def _path(self, module: str) -> Path | None:
        """The file of a module; ``None`` if it is not part of this package."""
        if module not in self._paths:
            top, *rest = module.split(".")
            files = []
            if top == self.package.name:
                base = self.package.joinpath(*rest)
                files = [base / "__init__.py", *([base.with_name(f"{base.name}.py")] if rest else [])]
            self._paths[module] = next((file for file in files if file.is_file()), None)
        return self._paths[module]

    def _file(self, module: str) -> Path:
        """The file of a module of this package."""
        path = self._path(module)
        assert path is not None, module
        return path

    def _script(self, script: str) -> Path:
        return self.graph / "scripts" / f"{script}.py"

    def _script_source(self, script: str) -> Source:
        return self._parsed(f"scripts/{script}", self._script(script), "")

    def _source(self, module: str) -> Source:
        if module in self._sources:
            return self._sources[module]
        path = self._file(module)
        return self._parsed(module, path, module if path.name == "__init__.py" else module.rpartition(".")[0])

    def _parsed(self, name: str, path: Path, package: str) -> Source:
        if name not in self._sources:
            text = path.read_bytes()
            self._digests[path] = hashlib.sha256(text).hexdigest()
            self._sources[name] = self._read(text, package)
        return self._sources[name]

    def _digest(self, path: Path) -> str:
        if path not in self._digests:
            self._digests[path] = hashlib.sha256(path.read_bytes()).hexdigest()
        return self._digests[path]


@cache
def _distributions() -> dict[str, list[str]]:
    """Distributions by the name under which they are imported: ``sklearn`` is scikit-learn."""
    return {top: list(names) for top, names in packages_distributions().items()}


_version = cache(version)


@cache
def read_source(text: bytes, package: str) -> Source:
    """Imports, names loaded on first use and data of one module of a package.

    Raises:
        ValueError: a data file is not named in a literal.
    """
    tree = ast.parse(text)
    imports: list[tuple[str, str]] = []
    for statement in _statements(tree.body):
        if isinstance(statement, ast.Import):
            imports += [(alias.name, "") for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom):
            module = _absolute(statement, package)
            imports += [(module, alias.name) for alias in statement.names]
    bound = set(_bound(tree.body))
    tables: list[tuple[str, str]] = []
    strings: set[str] = set()
    # Expressions are walked only if the text mentions these functions; most files do not.
    if b"import_module" in text or b"__import__" in text:
        if "__getattr__" in bound:
            tables = list(_tables(tree))
        else:
            strings = set(_module_names(tree))
    data = set(_data_patterns(tree)) if b"data_file" in text else set()
    return Source(imports, bound, tables, strings, data)


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """All statements, including those inside functions and branches, without ``TYPE_CHECKING`` blocks."""
    waiting = list(body)
    while waiting:
        statement = waiting.pop()
        yield statement
        if isinstance(statement, ast.If) and _names(statement.test) & {"TYPE_CHECKING"}:
            waiting += statement.orelse
            continue
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            waiting += getattr(statement, part, ())


def _names(expression: ast.expr) -> set[str]:
    if isinstance(expression, ast.Attribute):
        return {expression.attr}
    return {expression.id} if isinstance(expression, ast.Name) else set()


def _absolute(statement: ast.ImportFrom, package: str) -> str:
    """The module of ``from … import``, with the dots of a relative import resolved."""
    if not statement.level:
        return statement.module or ""
    parts = package.split(".")
    base = parts[: len(parts) - statement.level + 1]
    return ".".join([*base, *([statement.module] if statement.module else [])])


def _bound(body: Iterable[ast.stmt]) -> Iterator[str]:
    """Names that the top level of a module binds."""
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield statement.name
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in statement.names)
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            yield from (node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name))


def _tables(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(name, module) of the tables behind a ``__getattr__``: {name: module} or {module: [names]}."""
    for table in (node for node in ast.walk(tree) if isinstance(node, ast.Dict)):
        for key, value in zip(table.keys, table.values, strict=True):
            if isinstance(value, ast.List | ast.Tuple | ast.Set):
                yield from ((name, _text(key)) for name in map(_text, value.elts))
            else:
                yield _text(key), _text(value)


def _module_names(tree: ast.Module) -> Iterator[str]:
    """Strings that may name a module."""
    for node in ast.walk(tree):
        if all(part.isidentifier() for part in _text(node).lstrip(".").split(".")):
            yield _text(node)


def _data_patterns(tree: ast.Module) -> Iterator[str]:
    """What a module gives to ``data_file`` and ``data_files``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _names(node.func) & set(READERS):
            pattern = _text(node.args[0]) if len(node.args) == 1 else ""
            if not pattern:
                raise ValueError(f"line {node.lineno}: {ast.unparse(node)} has to name its file in a literal.")
            yield pattern


def _text(node: ast.AST | None) -> str:
    """The text of a literal string, "" for all else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
