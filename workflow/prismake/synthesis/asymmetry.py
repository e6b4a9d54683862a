"""The tests for small-study effects that suit a measure, each with its result or the reason for not having one."""

from __future__ import annotations

from typing import Any

from prismake.synthesis import sentences
from prismake.synthesis.data import Data
from prismake.synthesis.fields import ASYMMETRY, chosen

LEAST = 10  # studies; Cochrane Handbook 13.3.5.4: with fewer studies the power of the tests is too low
FUNNEL_FROM = 3  # studies; one or two always lie evenly around their own mean, so that a funnel plot shows nothing
_SHOWN = ("bias", "se_bias", "stat", "df", "pval")


def fitting_keys(measure: str) -> dict[str, str]:
    """The tests that suit a measure: usual name by short name (for files and fields).

    Empty for a measure without a test.
    """
    from prismake.pooling import fitting_tests

    return {key_of(test.name): test.name for test in fitting_tests(measure) if test.name}


def key_of(name: str) -> str:
    """``peters_mixed_model`` of “Peters (mixed model)”."""
    letters = "".join(letter if letter.isalpha() else " " for letter in name.lower().replace("ü", "ue"))
    return "_".join(letters.split())


def no_tests(measure: str, k: int) -> dict[str, Any]:
    """The entry of an outcome that has too few studies to test, or whose measure has no test."""
    from prismake.pooling import fitting_tests

    tests = [{"name": test.name, "why": test.why} for test in fitting_tests(measure)]
    return {"k": k, "tests": {}, "sentence": sentences.small_study(min(k, LEAST - 1), tests, LEAST)}


def tests_of(data: Data, level: float) -> dict[str, Any]:
    """Each test that suits the measure, by short name: numbers, ``why`` it was chosen, and ``reason`` if it was not
    done; ``sentence`` summarises them."""
    from prismake.pooling import small_study_tests

    k = len(data.yi)
    if k < LEAST:
        return no_tests(data.measure, k)
    tests: dict[str, Any] = {}
    rows = []
    for test in small_study_tests(data.measure, data.engine(), least=LEAST, level=level):
        values = chosen(test.result, ASYMMETRY) if test.result else None
        row = {"name": test.name, "why": test.why, "reason": test.reason, "values": values}
        row |= {name: values[name] if values else None for name in _SHOWN}
        rows.append(row)
        if test.name:
            tests[key_of(test.name)] = row
    return {"k": k, "tests": tests, "sentence": sentences.small_study(k, rows, LEAST)}
