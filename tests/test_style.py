"""One style throughout: formatters and linters agree with what is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


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


def test_rules_are_formatted():
    tool("snakefmt", "--check", "Snakefile", "rules", "workflow/report/new/Snakefile")


def test_every_rule_has_a_sentence_a_log_and_a_script_of_its_name():
    for file in sorted((ROOT / "rules").glob("*.smk")):
        text = file.read_text(encoding="utf-8")
        for block in text.split("\nrule ")[1:]:
            name, _, body = block.partition(":")
            lines = [line for line in body.split("\n\n\n")[0].splitlines() if line.strip()]
            assert lines[0].strip().startswith('"""'), name
            assert "    log:" in body, name
            assert f'"../scripts/{name}.py"' in body, name
            assert (ROOT / "scripts" / f"{name}.py").is_file(), name
            assert f'code=code("{name}")' in body, name
            assert len(lines) <= 36, name


def test_nothing_else_stands_at_the_top():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no git checkout")
    tops = {line.split("/")[0] for line in listed.stdout.splitlines()}
    assert tops == {
        ".ci",
        "CHANGELOG.md",
        "CITATION.cff",
        "LICENSE",
        "README.md",
        "Snakefile",
        "config",
        "docs",
        "profiles",
        "pyproject.toml",
        "results",
        "rules",
        "scripts",
        "tests",
        "workflow",
    }
