"""What is released: no licence that binds those who use it, a lock that fits the bounds, notes for every version."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / ".ci" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def locked() -> dict[str, str]:
    """Version by name, as requirements.lock has them."""
    text = (ROOT / ".ci" / "requirements.lock").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9.-]+)==([^\s\\]+)", text, re.MULTILINE))


def test_no_library_is_under_a_gnu_licence():
    licences = script("licences")
    table = licences.licences()
    assert len(table) > 50 and list(licences.refused(table)) == []


@pytest.mark.parametrize(
    "licence", ["GPL-3.0-or-later", "GNU Lesser General Public License v3 (LGPLv3)", "AGPL-3.0", ""]
)
def test_a_gnu_licence_and_none_at_all_are_refused(licence):
    assert len(list(script("licences").refused({"x": ("1", licence)}))) == 1


def test_what_an_extra_brings_along_is_looked_at_too():
    licences = script("licences")
    extra = Requirement(
        next(text for text in PROJECT["optional-dependencies"]["test"] if text.startswith("hypothesis"))
    )
    assert licences.licences(extras=["test"]).keys() - licences.licences().keys() >= {extra.name, "pytest", "ruff"}


def test_the_bill_of_materials_has_a_licence_for_every_library():
    script("licences")  # which it imports
    bills, root = script("sbom"), {"name": "prismake", "version": "1", "licenses": [{}]}
    table = {"prismake": ("1", "MIT"), "a-b": ("2", "MIT"), "c": ("3", "BSD"), "d": ("4", "ISC")}
    bill = {
        "metadata": {"component": root},
        "components": [{"name": "A_b", "version": "2"}, {"name": "c", "version": "2"}, {"name": "e", "version": "1"}],
    }
    completed = bills.completed(bill, table)
    assert completed["components"][0]["licenses"][0]["license"]["name"] == "MIT"
    assert list(bills.gaps(completed, table)) == [
        "c is listed as 2, installed is 3",
        "d is not listed",
        "e has no licence",
    ]


def test_every_library_that_is_imported_is_declared():
    declared = {Requirement(text).name.lower() for text in PROJECT["dependencies"]}
    homes = metadata.packages_distributions()
    modules = set()
    for path in (*(ROOT / "workflow/prismake").rglob("*.py"), *(ROOT / "scripts").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.partition(".")[0])
    others = modules - set(sys.stdlib_module_names) - {"prismake"}
    assert len(others) > 20
    undeclared = {name for name in others if not {home.lower() for home in homes[name]} & declared}
    assert undeclared == set()


@pytest.mark.parametrize(
    ("libraries", "status", "says"),
    [
        ([], 1, "Nothing was audited"),
        ([{"name": "a", "skip_reason": "no connection"}], 1, "Nothing was audited"),
        ([{"name": "a", "vulns": []}, {"name": "b", "skip_reason": "not found"}], 1, "1 of 2 libraries could not"),
        ([{"name": "a", "vulns": [{"id": "PYSEC-1"}]}], 1, "a: PYSEC-1"),
        ([{"name": "a", "vulns": []}], 0, "1 libraries looked up, 0 with"),
    ],
)
def test_an_audit_that_looked_nothing_up_is_none(libraries, status, says):
    ended, lines = script("audit").verdict({"dependencies": libraries})
    assert ended == status and says in "\n".join(lines)


def test_the_lock_has_every_library_within_its_bounds_and_with_digests():
    versions = locked()
    for requirement in map(Requirement, PROJECT["dependencies"]):
        assert requirement.specifier.contains(versions[requirement.name.lower()]), requirement
    text = (ROOT / ".ci" / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z0-9.-]+==)", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(versions) and all("--hash=sha256:" in entry for entry in entries)


def test_release_notes_are_those_of_the_changelog():
    notes = script("release_notes")
    assert notes.release_notes("0.1.0") and "\n## " not in notes.release_notes("0.1.0")
    with pytest.raises(LookupError):
        notes.release_notes("9.9")


def test_the_dockerfile_takes_the_steps_of_the_readme():
    """Which differ in what a layer of an image needs: no cache, and no activation in a shell that ends."""
    install = re.search(
        r"^python3 -m venv .*? install -e \.", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert install
    steps = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace(" --no-cache-dir", "")
    assert f"RUN {install[0]}\n" in steps


def test_the_hosted_jobs_run_scripts_of_ci_and_little_else():
    """Each script in a job; besides them one line that installs git and pip; actions by digest; no rights to write."""
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    scripts = {path.name for path in (ROOT / ".ci").iterdir() if not path.suffix}
    assert workflow["permissions"] == {"contents": "read"} and "secrets." not in str(workflow)
    assert {"push", "pull_request", "schedule"} <= set(workflow[True])  # YAML takes a bare `on` for true
    run = set()
    for name, job in workflow["jobs"].items():
        steps = [step["run"] for step in job["steps"] if "run" in step]
        own = [step for step in steps if not re.fullmatch(r"apt-get update -qq && apt-get install [-\w ]+", step)]
        run |= {step.split()[0].removeprefix(".ci/") for step in own}
        assert own and all(step.startswith(".ci/") for step in own) and 0 < job["timeout-minutes"] <= 60, name
        for action in (step["uses"] for step in job["steps"] if "uses" in step):
            assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action), action
    assert run == scripts
    assert workflow["jobs"]["newest"]["strategy"]["matrix"]["python"] == [
        line.rpartition(" ")[2] for line in PROJECT["classifiers"] if re.search(r"Python :: 3\.", line)
    ]
    for name in scripts:
        assert os.access(ROOT / ".ci" / name, os.X_OK), name
