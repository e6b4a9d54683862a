"""Columns for what a report prints beside the numbers: asked in both shapes of the sheet, and only compared."""

from __future__ import annotations

import pytest
from prismake.core.errors import ConfigError
from prismake.protocol.config import validated
from test_rows_of_results import PROTOCOL, Review

OUTCOME = {
    "title": "Death",
    "measure": "OR",
    "model": "inverse_variance",
    "favours": ["Favours drug", "Favours placebo"],
    "printed": ["percent", "effect", "interval", "favours"],
    "conversions": ["cluster"],
}
RESULTS = {"extraction": {**PROTOCOL["extraction"], "fields": []}, "outcomes": {"death": OUTCOME}}


def protocol(**outcome):
    return validated({"title": "t", "question": "q", "outcomes": {"death": {**OUTCOME, **outcome}}})


def test_a_sheet_of_studies_has_a_column_for_each():
    fields = {field["name"]: field for field in protocol()["extraction"]["fields"]}
    printed = ["death_percent1", "death_percent2", "death_effect", "death_lower", "death_upper", "death_favours"]
    assert [name for name in fields if name in printed] == printed
    assert fields["death_favours"]["choices"] == ["drug", "placebo"]
    assert not any(fields[name]["required"] for name in printed)


def test_the_row_of_an_arm_is_asked_about_its_comparison_and_the_comparator_is_not(tmp_path):
    rows = Review(tmp_path, **RESULTS).queue.set_index("item_id")["asks"]
    arm = {"events", "total", "percent", "effect", "lower", "upper", "favours", "cluster_size", "icc"}
    assert set(rows["s2|drug|death"].split()) == arm
    assert set(rows["s2|placebo|death"].split()) == {"events", "total", "percent"}


@pytest.fixture
def review(tmp_path):
    review = Review(tmp_path, **RESULTS)
    review.offer()
    review.fill(
        {
            "s2|drug|death": {
                "Events": "10 (10 %)",
                "Participants": "100",
                "Percentage as printed": "10 %",
                "Effect": "0.44 (0.20 to 1.00)",
                "Favours, as printed": "drug",
            },
            "s2|placebo|death": {"Events": "20", "Participants": "100", "Percentage as printed": "20.0"},
        }
    )
    return review


def test_what_is_printed_agrees_and_nothing_is_asked(review):
    reading = review.read()
    assert reading.status["problems"] == []
    rows = {row[0]: dict(zip(reading.decisions.columns, row, strict=True)) for row in reading.decisions.rows}
    assert [rows["s2|drug|death"][name] for name in ("effect", "lower", "upper")] == ["0.44", "0.2", "1.0"]


@pytest.mark.parametrize(
    ("item", "typed", "sentence"),
    [
        ("s2|placebo|death", {"Percentage as printed": "25"}, "20 of 100 is 20.0 %, and the report prints 25 %"),
        ("s2|drug|death", {"Favours, as printed": "placebo"}, "the study favours placebo, and its numbers lie"),
        ("s2|drug|death", {"Effect": "4.4 (2.0 to 10.0)"}, "the numbers of the row give 0.444, and “Death: effect"),
    ],
)
def test_what_does_not_agree_is_asked_with_its_cells(review, item, typed, sentence):
    review.fill({item: typed})
    asked = [problem for problem in review.read().status["problems"] if sentence in problem["what"]]
    assert asked
    assert all("extraction.anna.xlsx" in problem["where"] for problem in asked)


@pytest.mark.parametrize(
    ("outcome", "message"),
    [
        ({"measure": "ZCOR", "printed": ["percent"]}, "names percent, which has no place beside ZCOR. It has none."),
        ({"measure": "PLO", "printed": ["effect"]}, "names effect, which has no place beside PLO. Allowed: percent."),
        ({"favours": []}, "names favours, which needs 'outcomes.death.favours'"),
    ],
)
def test_what_cannot_be_printed_is_refused(outcome, message):
    with pytest.raises(ConfigError, match=message):
        protocol(**{"conversions": [], **outcome})
