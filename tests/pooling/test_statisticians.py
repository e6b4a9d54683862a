"""The page for statisticians: its examples run, the functions it names exist, and its table of settings is whole."""

from __future__ import annotations

import doctest
import inspect
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from prismake import pooling as pl
from prismake.pooling.prediction import confidence_distribution
from prismake.pooling.two_arms import MODELS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "statisticians.md"
TEXT = PAGE.read_text(encoding="utf-8")
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL


def rows(heading: str) -> list[list[str]]:
    """Cells of the first table below a heading."""
    part = TEXT.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines][2:]


def functions() -> set[str]:
    return {name for name in pl.__all__ if inspect.isfunction(getattr(pl, name))}


def test_every_example_gives_what_the_page_shows():
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    plain = re.sub(r"^```.*$", "", TEXT, flags=re.MULTILINE)
    found = runner.run(parser.get_doctest(plain, {}, PAGE.name, str(PAGE), 0))
    assert found.attempted > 30 and found.failed == 0


def test_errors_are_worded_as_the_page_shows():
    """doctest compares only the kind of an error; the words are compared here."""
    shown = re.findall(r"^prismake\.core\.errors\.\w+: (.+)$", TEXT, flags=re.MULTILINE)
    assert len(shown) == 5
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "workflow/prismake/pooling").rglob("*.py"))
    for words in (
        "A standard deviation cannot be negative.",
        "Levels are in per cent:",
        "A logit with an empty cell is",
        "parts that no trial connects: ",
    ):
        assert words in source and any(words in text for text in shown)


def test_what_stands_on_the_right_for_people_from_r_exists():
    known = set(pl.__all__) | set(MODELS)
    for _, ours in rows("Coming from R"):
        for code in re.findall(r"`([^`]+)`", ours):
            name = re.match(r"(Pooled\.)?(\w+)", code)
            if name is None or re.fullmatch(r"[A-Z]{2}\.[A-Z]{2}|\"?[A-Z]+\"?|[a-z]+-[a-z-]+|test=.*|robust\(.*", code):
                continue
            target = getattr(pl.Pooled, name.group(2), None) if name.group(1) else None
            assert target is not None or name.group(2) in known, code


def test_the_table_of_functions_is_whole():
    listed = [re.fullmatch(r"`(\w+)`", row[0]).group(1) for row in rows("Functions and settings")]
    assert len(listed) == len(set(listed))
    assert set(listed) == functions()


def test_every_setting_in_the_table_exists():
    readme = (ROOT / "config" / "README.md").read_text(encoding="utf-8")
    for function, what, setting in rows("Functions and settings"):
        assert len(what) > 8, function
        if setting == "—":
            continue
        for code in re.findall(r"`([^`]+)`", setting):
            for word in [code]:
                assert re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", readme), f"{function}: {word}"


def test_the_confidence_distribution_in_r_is_ours():
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("Rscript is not installed")
    code = re.search(r"```r\n(.+?)```", TEXT, flags=re.DOTALL).group(1)
    y, v = [0.1, 0.9, -0.4, 0.7, 0.2], [0.02, 0.03, 0.05, 0.02, 0.04]
    asked = ", ".join(f"c({', '.join(map(str, values))})" for values in (y, v))
    code += f"cat(format(c(prediction_cd({asked}), prediction_cd({asked}, 90, 0.25)), digits = 12))"
    run = subprocess.run([program, "-e", code], capture_output=True, text=True, check=True)
    theirs = [float(text) for text in run.stdout.split()]
    fit = pl.pool(y, v, prediction="cd")
    around = confidence_distribution(np.array(y), np.array(v), 90.0, 0.25)
    assert theirs == pytest.approx([fit.pi_lb, fit.pi_ub, *around], rel=1e-7)


@pytest.mark.parametrize("name", sorted(functions()))
def test_every_function_has_a_docstring(name):
    assert len(inspect.getdoc(getattr(pl, name)) or "") > 30
