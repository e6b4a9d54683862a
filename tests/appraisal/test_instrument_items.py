"""Studies put to the instrument of their design, and scored by it."""

from __future__ import annotations

import pandas as pd
import pytest
from prismake.appraisal.appraisal_rows import appraisal_rows
from prismake.appraisal.scores import appraise

INSTRUMENTS = {"cohort": "nos_cohort", "case_control": "nos_case_control", "single_arm": "nos_single_arm"}


def study(design: str) -> pd.DataFrame:
    row = {"study_id": "a", "label": "Maude 2020", "year": "2020", "design": design, "report_ids": "a", "arms": ""}
    return pd.DataFrame([{**row, "report": "Title a", "doi": "", "notices": "", "problem": ""}])


@pytest.mark.parametrize(("design", "items"), [("cohort", 8), ("case_control", 8), ("single_arm", 6)])
def test_each_design_is_asked_its_own_items(design, items):
    queue = appraisal_rows(study(design), INSTRUMENTS)
    assert len(queue) == items
    assert queue["item_id"].is_unique
    assert all(queue["choices"].str.contains("a"))


def test_items_without_a_decision_earn_nothing_and_leave_the_study_without_a_word():
    """A star for S1 only; comparability does not apply to a cohort without a comparison, so that 6 stars can be earned."""
    decisions = pd.DataFrame([{"item_id": "a|nos_single_arm|S1", "answer": "a"}])
    notes = pd.DataFrame([{"item_id": "a|nos_single_arm|S1", "note": text} for text in ("p. 3", "p. 3", "table 1")])
    answers, scores = appraise(study("single_arm"), decisions, notes, INSTRUMENTS, "ahrq")
    given = answers.set_index("item")
    assert (given.loc["S1", "stars"], given.loc["S1", "support"]) == ("1", "p. 3 / table 1")
    assert set(given.loc[given["answer"] == "not applicable", "stars"]) == {""}
    (row,) = scores.to_dict("records")
    assert (int(row["total"]), int(row["maximum"]), row["overall"]) == (1, 6, "")
