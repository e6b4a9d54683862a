"""A rule's stamp changes when a file changes that its script reaches, and only then."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from prismake.core import stamps
from prismake.core.stamps import Stamps, read_source

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(path.stem for path in (ROOT / "scripts").glob("*.py"))
PACKAGE = ROOT / "workflow" / "prismake"


@pytest.fixture(scope="module")
def here() -> Stamps:
    return Stamps(PACKAGE, ROOT)


@pytest.fixture
def copy(tmp_path) -> Path:
    """A copy of the package, its data and the scripts."""
    leave = shutil.ignore_patterns("__pycache__")
    for folder in ("scripts", "workflow"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=leave)
    return tmp_path


def of_all(root: Path) -> dict[str, str]:
    tree = Stamps(root / "workflow" / "prismake", root)
    return {script: tree.stamp(script) for script in SCRIPTS}


def test_files_change_the_stamps_of_the_rules_that_reach_them(copy, here):
    """Modules and data files, one of all that the same rules reach: these rules are stamped anew, all others are not."""
    reached = {script: set(here.files(script)) for script in SCRIPTS}
    before = of_all(copy)
    assert before == {script: here.stamp(script) for script in SCRIPTS}  # the place of the tree does not matter
    alike = {}
    for name in sorted(set().union(*reached.values())):
        alike.setdefault(frozenset(script for script in SCRIPTS if name in reached[script]), name)
    assert len(alike) > 50
    for scripts, name in alike.items():
        folder = copy if name.startswith(("scripts/", "workflow/")) else copy / "workflow"
        file = folder / name
        text = file.read_bytes()
        file.write_bytes(text + b"\n# changed\n")
        after = of_all(copy)
        file.write_bytes(text)
        assert {script for script in SCRIPTS if before[script] != after[script]} == scripts, name


# What a rule must be made again for, and what it has nothing to do with: told by hand, from what the code does.
@pytest.mark.parametrize(
    ("script", "reaches", "does_not"),
    [
        ("score_studies", ["workflow/forms/instruments/nos_cohort.yaml"], ["workflow/report/page.css"]),
        ("draw_appraisal", ["workflow/forms/instruments/nos_cohort.yaml"], ["workflow/schemas/config.schema.yaml"]),
        ("read_sheets", ["workflow/forms/title_abstract.yaml"], ["workflow/report/page.html.j2"]),
        ("write_report", ["workflow/report/page.html.j2", "workflow/report/page.css"], ["workflow/report/new/config.yaml"]),
        ("draw_outcome", ["scripts/draw_outcome.py"], ["scripts/draw_flow.py", "workflow/forms/appraisal.yaml"]),
        ("group_studies", ["workflow/forms/notices.yaml"], ["workflow/report/page.html.j2"]),
    ],
)  # fmt: skip
def test_what_some_rules_reach(here, script, reaches, does_not):
    files = set(here.files(script))
    assert files >= set(reaches)
    assert not files & set(does_not)


def test_names_loaded_on_first_use_lead_to_their_modules(here):
    """``from prismake.dedup import merge_reports`` runs the module of that name and not those of its neighbours."""
    homes = set(here._resolve("prismake", "pool"))  # a name of the root is one of pooling's names
    import prismake

    assert prismake.pool.__module__ in homes
    assert prismake.prisma_flow.__module__ not in homes


@pytest.mark.parametrize("package", ["prismake", "prismake.pooling", "prismake.dedup", "prismake.figures", "prismake.search"])  # fmt: skip
def test_the_tables_are_read_as_the_packages_read_them(here, package):
    """Each public name, loaded by Python itself: its module is among those that the stamp follows."""
    import importlib

    for name in importlib.import_module(package).__all__:
        home = getattr(getattr(importlib.import_module(package), name), "__module__", package)
        reached, waiting = set(), set(here._resolve(package, name))
        while waiting:
            reached |= waiting
            waiting = set().union(*(here._imported(module) for module in waiting)) - reached
        assert home in reached, name


def test_every_way_of_importing_counts():
    text = """
from __future__ import annotations
import importlib
from typing import TYPE_CHECKING
from . import near
from ..above import name
if TYPE_CHECKING:
    from prismake import never
else:
    import other
def later():
    with open("x"):
        import scipy.stats as stats
    try:
        from prismake.elsewhere import score
    except ImportError:
        match 1:
            case 1:
                import rapidfuzz
"""
    found = set(read_source(text.encode(), "prismake.room").imports)
    assert found >= {
        ("prismake.room", "near"),
        ("prismake.above", "name"),
        ("other", ""),
        ("scipy.stats", ""),
        ("prismake.elsewhere", "score"),
        ("rapidfuzz", ""),
    }
    assert ("prismake", "never") not in found


def test_a_data_file_without_a_literal_name_is_refused():
    with pytest.raises(ValueError, match="line 2: data_file\\(name\\) has to name its file in a literal"):
        read_source(b"name = 'forms/a.yaml'\ndata_file(name)\n", "prismake")


def test_there_is_no_other_way_to_data_files(here):
    """Only ``paths`` knows where data lies; what makes a new review and is reached by no rule may copy from there."""
    reached = {module for script in SCRIPTS for module in here.modules(script)}
    for path in PACKAGE.rglob("*.py"):
        module = ".".join(["prismake", *path.relative_to(PACKAGE).with_suffix("").parts]).removesuffix(".__init__")
        if module.rpartition(".")[2] not in ("paths", "stamps") and module in reached:
            ways = re.findall(r"graph_root|package_root|__file__|importlib\.resources|pkgutil", path.read_text("utf-8"))
            assert not ways, module


def test_every_named_data_file_is_there(here):
    for script in SCRIPTS:
        for module in here.modules(script):
            for pattern in here._source(module).data:
                assert list((ROOT / "workflow").glob(pattern)), (module, pattern)


def test_a_new_instrument_and_a_lost_one_are_changes_too(copy):
    before = of_all(copy)
    instruments = copy / "workflow" / "forms" / "instruments"
    shutil.copy(instruments / "nos_cohort.yaml", instruments / "own.yaml")
    more = of_all(copy)
    assert more["score_studies"] != before["score_studies"]
    assert more["draw_outcome"] == before["draw_outcome"]


def test_versions_of_the_libraries_in_use(here, monkeypatch):
    assert {"numpy", "scipy"} <= set(here.libraries("pool_outcome"))
    assert {"RapidFuzz", "numpy"} <= set(here.libraries("find_duplicates"))
    assert "scikit-learn" in here.libraries("read_sheets")  # the order of rows is predicted
    assert "scipy" not in here.libraries("find_duplicates")
    assert "matplotlib" in here.libraries("draw_flow")
    before = {script: here.stamp(script) for script in SCRIPTS}
    real = stamps._version
    monkeypatch.setattr(stamps, "_version", lambda name: "999" if name == "scipy" else real(name))
    changed = {script for script in SCRIPTS if here.stamp(script) != before[script]}
    assert changed == {script for script in SCRIPTS if "scipy" in here.libraries(script)}
    assert "pool_outcome" in changed
    assert "draw_flow" not in changed


def test_stamping_imports_nothing_of_what_it_stamps():
    code = (
        "import sys; from prismake.core.stamps import stamp; "
        f"[stamp(script) for script in {SCRIPTS}]; "
        "print(sorted(name for name in sys.modules if name.startswith('prismake')), "
        "sorted({'pandas','numpy','scipy','sklearn','matplotlib','lxml','yaml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules, heavy = done.stdout.strip().split("] ")
    assert heavy == "[]"
    assert len(modules.split(",")) < 7, modules


def test_scripts_that_no_rule_runs_have_no_stamp_to_take():
    rules = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "rules").glob("*.smk"))
    assert set(re.findall(r'code=code\("(\w+)"\)', rules)) == set(SCRIPTS)
