"""One style throughout: formatters and linters agree with what is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# What stands at the top of the tree, and why there: a name is added with its reason, or its file goes elsewhere.
TOP = {
    ".ci": "what a machine runs to test the project",
    ".dockerignore": "docker looks here and nowhere else",
    ".github": "a hosting service looks here: the jobs of .ci, when and with what rights",
    ".gitignore": "git looks here: what runs and tests leave behind",
    ".pre-commit-config.yaml": "pre-commit looks here and nowhere else",
    ".snakemake-workflow-catalog.yml": "the workflow catalogue looks here and nowhere else",
    "CHANGELOG.md": "what a user notices of each version",
    "CITATION.cff": "how to cite; sites that show the project look here",
    "CONTRIBUTING.md": "how to work on the project; sites that show the project look here",
    "Dockerfile": "docker looks here: prismake and its demonstration by the steps of the README",
    "LICENSE": "what one may do with it",
    "README.md": "the first page",
    "SECURITY.md": "what is trusted and how to report; sites that show the project look here",
    "Snakefile": "a bare `snakemake` looks here: the demonstration is run where the project is",
    "config": "the demonstration's protocol, searches and sheets; of a review, all that cannot be rebuilt",
    "docs": "pages longer than the README has room for",
    "profiles": "Snakemake finds its profile only beside the Snakefile",
    "pyproject.toml": "the package, its requirements, and the settings of every tool",
    "results": "where the demonstration's results appear; kept empty",
    "rules": "the graph, one file per stage",
    "scripts": "one script a rule",
    "tests": "tests, benchmarks, and the making of the demonstration",
    "workflow": "the package, forms, schemas and templates",
}


def tool(name: str, *arguments: str) -> None:
    found = Path(sys.executable).with_name(name)
    if not found.exists():
        pytest.skip(f"{name} is not installed in this environment")
    done = subprocess.run([str(found), *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


def test_ruff_finds_nothing():
    tool("ruff", "check", "--no-cache", ".")


def test_python_is_formatted():
    tool("ruff", "format", "--no-cache", "--check", ".")


@pytest.mark.first
def test_types_fit_strictly_where_others_build_on_them():
    """The settings, and which rooms are held to every annotation, stand in pyproject.toml."""
    tool("mypy", "--no-error-summary")


def test_rules_are_formatted():
    tool("snakefmt", "--check", "Snakefile", "rules", "workflow/report/new/Snakefile")


def test_snakemake_asks_nothing_that_the_snakefile_does_not_answer():
    snakemake = Path(sys.executable).with_name("snakemake")
    done = subprocess.run([str(snakemake), "--lint"], cwd=ROOT, capture_output=True, text=True, check=False)
    asked = {line.strip() for line in (done.stdout + done.stderr).splitlines() if line.startswith("    * ")}
    assert asked <= {"* Specify a conda environment or container for each rule.:"}


def blocks_of_rules() -> list[tuple[str, str]]:
    """The name and the body of each rule. A rule in a loop has no name before its colon, but a line ``name:``."""
    blocks = []
    for file in sorted((ROOT / "rules").glob("*.smk")):
        text = file.read_text(encoding="utf-8")
        for named, body in re.findall(r"^ *rule ?(\w*):\n(.*?)(?=\n\n\n|\Z)", text, flags=re.MULTILINE | re.DOTALL):
            given = re.search(r"^ +name:\s+f?\"([a-z_]+?)_?(?:\{\w+\})?\"", body, flags=re.MULTILINE)
            blocks.append((named or (given.group(1) if given else ""), body))
    return blocks


def test_every_rule_is_looked_at():
    named = {name for name, _ in blocks_of_rules()}
    assert named == {path.stem for path in (ROOT / "scripts").glob("*.py")}


@pytest.mark.parametrize(("name", "body"), blocks_of_rules(), ids=[name for name, _ in blocks_of_rules()])
def test_every_rule_has_a_sentence_a_log_and_a_script_of_its_name(name, body):
    lines = [line for line in body.splitlines() if line.strip()]
    assert lines[0].strip().startswith('"""')
    assert re.search(r"^ +log:$", body, flags=re.MULTILINE)
    assert f'"../scripts/{name}.py"' in body
    assert f'code=code("{name}")' in body
    assert len(lines) <= 36


def test_nothing_else_stands_at_the_top():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no git checkout")
    assert {line.split("/")[0] for line in listed.stdout.splitlines()} == set(TOP)
