"""One word for one thing: the glossary, the map and the names of modules agree, and what the documents name exists."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "workflow" / "prismake"
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
SCHEMA = (ROOT / "workflow" / "schemas" / "config.schema.yaml").read_text(encoding="utf-8")
DOCUMENTS = sorted([ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
TERMS = ("record", "report", "study", "item", "panel", "allocation", "consensus", "decision", "provenance")

# A file name that two rooms use is the same thing from two sides. A name comes in here with what it is.
SHARED = {
    "agreement": "how well reviewers agree: on the items of an instrument, and as rows of the page",
    "answers": "what people wrote: read from a sheet, kept, applied to duplicates",
    "bayesian": "the Bayesian analysis: its integration, and its row in a result",
    "fields": "the fields of a record that are compared, and of a result that is written",
    "files": "how files are written, and which of them are kept",
    "groups": "subgroups: their statistics, and their rows in a result",
    "inputs": "the tables that a count, or the page, is made from",
    "matching": "finding the item that a file or a row belongs to",
    "models": "models of pooling: how they are fitted, and which an analysis asks for",
    "moderators": "meta-regression: its statistics, and its rows in a result",
    "priors": "priors of tau: their densities, and which an outcome names",
    "progress": "how far something is: a search, a sheet",
    "ratings": "what raters said: of a result by an instrument, of an item by reviewers",
    "records": "the record table, and the record of an analysis",
    "selection": "selection: models of publication bias, and the reports of a stage that are exported",
    "tables": "tables that are read or written: of exports, of the flow, of the page",
}
# Words that were used for several things, each of which has a name of its own now.
DIALECT = frozenset(
    "account carried halfway handing_out ledger living misplaced oddcells rearranged signs silence splitting story "
    "strangers taken told typed votes withdrawn".split()
)

# Words that say that there is something, not what it is: in these rooms a name is the noun of what it holds.
NAMED_BY_NOUNS = "appraisal cli core dedup extraction figures flow fulltexts kept panel pooling protocol report search sheets sheets/checks synthesis".split()
KEYS_ON_DISK = {("panel/stopping.py", "found")}  # a field of Advice, whose names are the keys of files
VAGUE = frozenset("found gone here kept known lot one said taken theirs there told wanted".split())


def section(title: str) -> str:
    return ARCHITECTURE.partition(f"## {title}\n")[2].partition("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    """The cells of the table of a section, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines[2:]]


def modules() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if not path.name.startswith("__")]


def test_the_glossary_defines_each_word_once_and_names_its_module():
    found = [(term, meaning, home.strip("`")) for term, meaning, home in rows("Glossary")]
    terms = [term for term, _, _ in found]
    assert len(set(terms)) == len(terms)
    assert set(terms) >= set(TERMS)
    assert [home for _, meaning, home in found if not meaning or not (PACKAGE / home).is_file()] == []


def test_the_map_in_the_document_is_the_map_of_the_package():
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert {row[0].strip("`") for row in rows("The map")} == rooms
    drawn = set(re.findall(r"[a-z]+", section("The map").partition("    core ←")[2].partition("\n\n")[0])) | {"core"}
    assert drawn - {"errors"} == rooms


def test_a_module_name_is_used_once_or_for_the_same_thing():
    places = defaultdict(list)
    for path in modules():
        places[path.stem].append(path.relative_to(PACKAGE).as_posix())
    several = {name: paths for name, paths in places.items() if len(paths) > 1}
    assert {name: paths for name, paths in several.items() if name not in SHARED} == {}
    assert SHARED.keys() - several.keys() == set(), "names that are used once need no reason"


def test_no_module_has_a_name_of_the_former_dialect():
    assert [str(path) for path in modules() if path.stem in DIALECT] == []


def names_given(tree: ast.AST) -> list[tuple[int, str]]:
    """Line and name of every variable, parameter, function and class that a module defines."""
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.append((node.lineno, node.id))
        elif isinstance(node, ast.arg):
            names.append((node.lineno, node.arg))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.append((node.lineno, node.name))
    return names


@pytest.mark.parametrize("room", NAMED_BY_NOUNS)
def test_names_are_the_nouns_of_what_they_hold(room):
    vague = [
        f"{path.relative_to(PACKAGE)}:{line} {name}"
        for path in sorted((PACKAGE / room).glob("*.py"))
        for line, name in names_given(ast.parse(path.read_bytes()))
        if name.strip("_").lower() in VAGUE and (path.relative_to(PACKAGE).as_posix(), name) not in KEYS_ON_DISK
    ]
    assert vague == []


def test_the_check_of_names_sees_every_kind_of_name():
    source = "def told(one, *, kept=0):\n    for gone in (found := 1), [here for here in x]: pass\nclass Lot:\n    known: int"
    names = {name.lower() for _, name in names_given(ast.parse(source))}
    assert names == {"told", "one", "kept", "gone", "found", "here", "lot", "known"}


def test_tests_mirror_the_rooms():
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    folders = {path.name for path in (ROOT / "tests").iterdir() if any(path.glob("*.py"))}
    assert folders - {"benchmarks", "demo", "e2e", "faults"} == rooms


# made in a review when they are needed
FOLDERS_OF_A_REVIEW = tuple(f"config/{name}/" for name in ("fulltexts", "instruments", "searches", "versions"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_names_is_there(document):
    """Files by their place in the tree or in the package, and modules as ``room.module``, unless it is a key of the config."""
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    missing = []
    for name in re.findall(r"`([^`\s]+)`", document.read_text(encoding="utf-8")):
        if re.search(r"[A-Z]{3,}|[…*<(]|^\.", name) and name not in ("README.md", "CHANGELOG.md"):
            continue  # a pattern, or a key
        if "/" in name and not name.startswith(("results/", "~", *FOLDERS_OF_A_REVIEW)):
            if not any((base / name).exists() for base in (ROOT, PACKAGE, ROOT / "workflow")):
                missing.append(name)
        elif name.split(".")[0] in rooms and "." in name and "/" not in name:
            path = PACKAGE.joinpath(*name.split("."))
            key = f"{name.rpartition('.')[2]}:" in SCHEMA
            if not path.with_suffix(".py").is_file() and not (path / "__init__.py").is_file() and not key:
                missing.append(name)
    assert missing == []
