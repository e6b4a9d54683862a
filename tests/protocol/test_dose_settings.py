"""Mistakes in the settings of a dose-response outcome, and the columns that it asks for."""

from __future__ import annotations

import pytest
from prismake.core.errors import ConfigError
from prismake.protocol.config import validated
from prismake.protocol.dose_outcomes import design_of
from prismake.protocol.forms import extracted_fields, parse_answer


def config(outcome: dict, fields: list | None = None) -> dict:
    return {
        "title": "t",
        "question": "q",
        "reviewers": ["anna", "ben"],
        "outcomes": {"x": {"kind": "dose_response", "measure": "OR", **outcome}},
        **({"extraction": {"fields": fields}} if fields else {}),
    }


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ({"measure": "RD"}, "'outcomes.x.measure' is RD, which an outcome of kind dose_response cannot have"),
        ({"moderators": ["a"]}, "'outcomes.x.moderators' has no meaning for an outcome of kind dose_response"),
        ({"sort": "effect"}, "'outcomes.x.sort' is effect; studies of doses are sorted by name or year"),
        ({"dose_response": {"model": "emax"}}, "'outcomes.x.dose_response.model' is 'emax'; allowed: spline"),
        ({"dose_response": {"model": "linear", "knots": [1, 2, 3]}}, "'knots' has no meaning for a linear curve"),
        ({"dose_response": {"knots": [3, 2, 1]}}, "at least three doses in ascending order"),
        ({"dose_response": {"method": "MM"}}, "needs 'stage: two'"),
        ({"dose_response": {"doses": [5, 5]}}, "has 5 twice"),
        ({"dose_response": {"reference": 5, "doses": [5]}}, "names the reference dose alone"),
        ({"dose_response": {"design": "kind"}}, "is 'kind', which is no column of 'extraction.fields'"),
        ({"measure": "MD", "dose_response": {"correlation": 0.5}}, "is about ratios without counts"),
        ({"measure": "MD", "dose_response": {"covariance": "hamling"}}, "has its covariance from the means"),
        ({"published": {"estimate": 1.2}}, "'outcomes.x.published' has no meaning"),
        ({"kind": "network", "dose_response": {}}, "'outcomes.x.dose_response' has no meaning for an outcome of kind"),
    ],
)
def test_a_mistake_is_named_with_its_place(outcome, words):
    with pytest.raises(ConfigError) as error:
        validated(config(outcome))
    assert words.replace("'knots'", "'outcomes.x.dose_response.knots'") in str(error.value)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ({"type": "number"}, "a column of number; it must be text or choice"),
        ({"type": "choice", "choices": ["cohort", "survey"]}, "whose answer “survey” names no design"),
        ({"type": "text", "per": "arm"}, "which is asked of each arm"),
    ],
)
def test_the_column_of_designs_must_say_what_counts_are(field, words):
    with pytest.raises(ConfigError) as error:
        validated(config({"dose_response": {"design": "kind"}}, [{"name": "kind", **field}]))
    assert words in str(error.value)


def test_the_sheet_asks_for_each_group_and_lets_some_cells_be_blank():
    fields = {field["name"]: field for field in validated(config({}))["extraction"]["fields"]}
    assert list(fields) == ["x_dose", "x_events", "x_total", "x_effect", "x_lower", "x_upper"]
    assert fields["x_dose"]["type"] == "text" and fields["x_dose"]["required"] and "10–20" in fields["x_dose"]["help"]
    assert not any(fields[name]["required"] for name in ("x_events", "x_effect", "x_lower"))
    means = validated(config({"measure": "MD"}))["extraction"]["fields"]
    assert [field["role"] for field in means] == ["dose", "mean", "sd", "n"] and all(f["required"] for f in means)


def test_one_dose_is_one_answer_however_its_signs_are_typed():
    (question,) = [field for field in extracted_fields(validated(config({}))) if field.name == "x_dose"]
    assert {parse_answer(question, text) for text in ("10-20", "10 – 20", "10 to 20")} == {"10–20"}
    assert parse_answer(question, ">= 40") == parse_answer(question, "≥40") == "≥40"


def test_a_dose_that_could_be_two_is_read_by_the_decimal_sign_of_the_team():
    fields = extracted_fields(validated({**config({}), "decimal_sign": ","}))
    question = next(field for field in fields if field.name == "x_dose")
    assert [parse_answer(question, text) for text in ("1.250", "<1,250", "5–1.250")] == ["1250", "<1.25", "5–1250"]


def test_words_name_designs():
    assert [design_of(word) for word in ("Case-control", "cohort", "person-years", "", "survey")] == [
        "case_control", "cumulative_incidence", "incidence_rate", "", None,
    ]  # fmt: skip
