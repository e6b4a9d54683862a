"""Modules are found under the names that they had, so that reviews made before go on."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest


def test_a_former_name_is_the_module_of_today_with_what_it_had():
    code = """
import importlib
from prismake.core.former_names import FORMER, FORMER_NAMES
for former, present in FORMER.items():
    old, new = importlib.import_module(f"prismake.{former}"), importlib.import_module(f"prismake.{present}")
    assert old is new and new.__spec__.name == new.__name__, former
    for name in FORMER_NAMES.get(former, ()):
        assert callable(getattr(old, name)), name
from prismake.forms import Field, score, understand
assert understand(Field("x", "X", "count"), "12") == "12" and understand(Field("x", "X", "count"), "a") is None
from prismake.checkscript import check_script
assert "metafor" in check_script({"title": "Relapse"}, {"events": [1]}, "relapse.check.R")
"""
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)


def test_the_snakefile_of_an_earlier_review_is_silent():
    code = "from prismake.paths import snakefile; print(snakefile())"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip().endswith("Snakefile")


def test_a_name_that_never_was_is_not_found():
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("prismake.nonsense")
