"""Checks of 2 x 2 tables in the extraction sheet."""

from __future__ import annotations

import pytest
from prismake.extraction.checks import accuracy_tables, findings
from prismake.extraction.checks.grades import Grade
from prismake.extraction.extracted import Extraction, Outcome, Row

CELLS = ("tp", "fp", "fn", "tn")
CHECKS = ("diseased", "healthy", "participants", "sensitivity", "specificity")


def extraction(*rows: dict[str, float]) -> Extraction:
    outcome = Outcome("x", "ACCURACY", {cell: cell for cell in CELLS}, {check: check for check in CHECKS})
    made = [Row(f"s{i}", f"Study {i}", {}, dict(values), 2001) for i, values in enumerate(rows)]
    return Extraction(made, {}, dict.fromkeys((*CELLS, *CHECKS), "number"), [outcome])


def table(tp: float, fp: float, fn: float, tn: float, **checks: float) -> dict[str, float]:
    return {name: float(value) for name, value in {"tp": tp, "fp": fp, "fn": fn, "tn": tn, **checks}.items()}


@pytest.mark.parametrize(
    ("row", "check", "grade", "words"),
    [
        (table(-3, 4, 5, 60), "counts", Grade.STOP, "“tp” is -3 and cannot be below 0"),
        (table(18, 4.5, 5, 60), "counts", Grade.STOP, "“fp” is 4.5 and must be a whole number"),
        (table(18, 4, 5, 60, diseased=24), "sum of a table", Grade.STOP, "18 + 5 = 23, and “diseased” is 24"),
        (table(18, 4, 5, 60, healthy=60), "sum of a table", Grade.STOP, "4 + 60 = 64, and “healthy” is 60"),
        (table(18, 4, 5, 60, participants=86), "sum of a table", Grade.STOP, "= 87, and “participants” is 86"),
        (table(18, 4, 5, 60, sensitivity=82), "printed accuracy", Grade.ASK, "exchanged"),
        (table(18, 4, 5, 60, specificity=0.88), "printed accuracy", Grade.ASK, "60 of 64 is not the specificity"),
        (table(5, 60, 18, 4), "worse than chance", Grade.ASK, "sensitivity 22% and specificity 6%"),
    ],
)
def test_what_is_wrong_is_named_with_its_numbers(row, check, grade, words):
    (finding,) = findings(extraction(row))
    assert (finding.check, finding.grade) == (check, grade) and words in finding.what


@pytest.mark.parametrize(
    "row",
    [
        table(18, 4, 5, 60, diseased=23, healthy=64, participants=87, sensitivity=78.3, specificity=0.94),
        table(18, 4, 5, 60, sensitivity=78, specificity=94),
        table(3, 2, 4, 1),  # below chance, but within what chance allows
        table(12, 0, 0, 40, sensitivity=100, specificity=1),
        table(0, 3, 0, 40),  # nobody with the disease
    ],
)
def test_what_fits_is_left_alone(row):
    assert list(accuracy_tables.check(extraction(row))) == []
