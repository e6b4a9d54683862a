"""The map of the package: which room may know which, read from the imports in the source.

Every import counts, also one inside a function and one that only a type checker runs: a cycle that is put off is a
cycle all the same. The table below is the map; a new room gets its line there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "workflow" / "prismake"

# From the ground up. A room may import from the floors below its own and from itself, never from its neighbours.
#
# `kept` lies below `sheets`: files in config/ are read and written without opening a workbook, and what only a workbook
# can tell (the records that somebody has judged) is handed in. `report` lies above `figures`, which draws its page.
# `appraisal` lies above `panel`, which knows how well two reviewers agree on anything.
# `flow` and `synthesis` know nothing of each other: the report brings counts and estimates together.
FLOORS = (
    ("core",),
    ("protocol",),
    ("search", "dedup", "panel", "extraction"),
    ("appraisal",),
    ("kept",),
    ("sheets", "fulltexts", "synthesis", "flow"),
    ("figures",),
    ("report",),
    ("cli",),
)
# Statistics stand alone: numbers in, numbers out.
ALONE = {"pooling": {"prismake.core.errors"}}
USERS = {"pooling": {"synthesis"}}  # beside the names that `prismake` itself offers, which it loads by their addresses
ROOT = {"prismake.core.former_names"}  # what `import prismake` loads


def modules() -> dict[str, Path]:
    """Every module of the package by its full name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(module: str, path: Path, known: dict[str, Path]) -> Iterator[tuple[str, int]]:
    """(module of the package, line) for each import in a file."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            base = [".".join(parts[: len(parts) - node.level + 1])] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            names = [f"{source}.{alias.name}" if f"{source}.{alias.name}" in known else source for alias in node.names]
        else:
            continue
        yield from ((name, node.lineno) for name in dict.fromkeys(names) if name in known and name != module)


def edges() -> list[tuple[str, int, str]]:
    known = modules()
    return [(module, line, target) for module, path in known.items() for target, line in imported(module, path, known)]


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def shown(edge: tuple[str, int, str]) -> str:
    module, line, target = edge
    path = modules()[module].relative_to(PACKAGE.parents[1])
    return f"{path}:{line} imports {target}"


def test_every_room_is_on_the_map():
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert rooms == {*(name for floor in FLOORS for name in floor), *ALONE}
    assert sorted(path.name for path in PACKAGE.glob("*.py")) == ["__init__.py"], "every module stands in a room"


def test_imports_run_one_way():
    height = {name: number for number, floor in enumerate(FLOORS) for name in floor}

    def allowed(module: str, target: str) -> bool:
        here, there = room(module), room(target)
        if here == there or not there:
            return True
        if not here:
            return target in ROOT
        if here in ALONE:
            return target in ALONE[here]
        return here in USERS[there] if there in ALONE else height[there] < height[here]

    wrong = [shown(edge) for edge in edges() if not allowed(edge[0], edge[2])]
    assert not wrong, "\n".join(["imports that run against the map in tests/test_directions.py:", *wrong])


def test_no_module_imports_itself_through_others():
    onward: dict[str, list[tuple[str, int, str]]] = {}
    for edge in edges():
        onward.setdefault(edge[0], []).append(edge)
    finished: set[str] = set()

    def circle(module: str, way: list[tuple[str, int, str]]) -> list[tuple[str, int, str]]:
        for edge in onward.get(module, ()):
            start = next((place for place, step in enumerate(way) if step[0] == edge[2]), None)
            if start is not None:
                return [*way[start:], edge]
            if edge[2] not in finished and (found := circle(edge[2], [*way, edge])):
                return found
        finished.add(module)
        return []

    for module in sorted(onward):
        found = circle(module, []) if module not in finished else []
        assert not found, "\n".join(["a circle of imports:", *map(shown, found)])


def test_no_module_is_longer_than_can_be_read_at_a_sitting():
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in PACKAGE.rglob("*.py")}
    long = {str(path.relative_to(PACKAGE)): length for path, length in lengths.items() if length > 400}
    assert not long, long
    assert sorted(lengths.values())[len(lengths) // 2] < 150
