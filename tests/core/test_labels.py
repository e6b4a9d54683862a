"""What studies, authors and arms are called."""

from __future__ import annotations

import pandas as pd
import pytest
from prismake.core.labels import arm_names, by_reason, study_label, surname_of


def test_arms_are_separated_by_semicolons():
    assert arm_names("CD19; CD22 ;; a|b") == ["CD19", "CD22", "a/b"]


@pytest.mark.parametrize(
    ("author", "surname"),
    [("Maude SL", "Maude"), ("Maude, S. L.", "Maude"), ("De Moerloose B", "De Moerloose"), ("Wang Y.", "Wang"), ("Li", "Li"), ("Takeaki S.", "Takeaki")],
)  # fmt: skip
def test_surnames(author, surname):
    assert surname_of(author) == surname


def test_labels_fall_back_on_the_title():
    assert study_label([], 2019, "A trial of cells", "") == "A trial of cells 2019"
    assert study_label([], pd.NA, "x" * 20 + " " + "y" * 40, "") == "x" * 20


def test_studies_left_out_for_one_reason_stand_together():
    left = [
        ("Abel 2001", "not reported"),
        ("Bell 2002", "same participants as Cole 2003"),
        ("Dean 2004", "not reported"),
    ]
    rows = [{"label": label, "reason": reason} for label, reason in left]
    assert by_reason(rows) == [
        "Abel 2001 and Dean 2004 (not reported)",
        "Bell 2002 (same participants as Cole 2003)",
    ]
    assert by_reason([]) == []
