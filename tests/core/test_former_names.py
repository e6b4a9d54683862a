"""Modules are found under the names that they had, so that reviews made before go on."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest
from prismake.core.former_names import FORMER


@pytest.mark.parametrize("former", FORMER)
def test_a_former_name_is_the_module_of_today(former):
    code = (
        f"import prismake.{former} as old, importlib; new = importlib.import_module('prismake.{FORMER[former]}'); "
        "assert old is new and new.__spec__.name == new.__name__"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)


def test_the_snakefile_of_an_earlier_review_is_silent():
    code = "from prismake.paths import snakefile; print(snakefile())"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip().endswith("Snakefile")


def test_a_name_that_never_was_is_not_found():
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("prismake.nonsense")
