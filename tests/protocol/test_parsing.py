"""A number is read if it has only one reading; otherwise the question goes back to the reviewer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prismake.protocol.forms import Choice, Field, as_typed, parse_answer, typed_answer
from prismake.protocol.parsing import parse_count, parse_number, question_back, typed_number

SIGNS = ("", ".", ",")


@pytest.mark.parametrize(
    ("text", "unsaid", "point", "comma"),
    [
        ("12", 12, 12, 12),
        ("1.5", 1.5, 1.5, None),
        ("1,5", 1.5, None, 1.5),
        ("1.234", None, 1.234, 1234),
        ("1,234", None, 1234, 1.234),
        ("-1,234", None, -1234, -1.234),
        ("1.000", None, 1, 1000),
        ("0.123", 0.123, 0.123, None),
        ("0,123", 0.123, None, 0.123),
        ("1.2340", 1.234, 1.234, None),
        ("1234.567", 1234.567, 1234.567, None),
        ("1,234.5", 1234.5, 1234.5, None),
        ("1.234,5", 1234.5, None, 1234.5),
        ("1,234,567", 1234567, 1234567, None),
        ("1.234.567", 1234567, None, 1234567),
        ("1.234.56", None, None, None),
        ("1,234,5", None, None, None),
        ("1.234e2", 123.4, 123.4, None),
        ("−1.5", -1.5, -1.5, None),
        ("1 234", None, None, None),
        ("1.5–2", None, None, None),
        ("", None, None, None),
        ("nan", None, None, None),
    ],
)
def test_each_text_under_each_decimal_sign(text, unsaid, point, comma):
    assert [parse_number(text, sign) for sign in SIGNS] == [unsaid, point, comma]


@pytest.mark.parametrize(
    ("text", "unsaid", "point", "comma"),
    [("12.0", 12, 12, None), ("1.000", None, 1, 1000), ("1,000", None, 1000, 1), ("1,234,567", 1234567, 1234567, None), ("-3", None, None, None), ("1e3", None, None, None), ("3.5", None, None, None)],
)  # fmt: skip
def test_counts(text, unsaid, point, comma):
    assert [parse_count(text, sign) for sign in SIGNS] == [unsaid, point, comma]


def test_what_to_ask():
    assert question_back("1,234").startswith("“1,234” can be 1.234 or 1234. Write 1.2340 or 1234; or set")
    assert question_back("1.000").startswith("“1.000” can be 1 or 1000. Write 1 or 1000; or set")
    assert [question_back(text) for text in ("1.5", "twelve", "1,234.5", "")] == ["", "", "", ""]
    assert question_back("1,234", ".") == ""


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(SIGNS))
def test_an_answer_in_normal_form_can_be_typed_again(value, sign):
    question = Field("mean", "Mean", "number", decimal_sign=sign)
    answer = repr(value)
    assert parse_answer(question, typed_answer(question, answer)) == repr(value + 0.0)


def test_a_number_of_the_spreadsheet_has_one_meaning():
    number, count = Field("mean", "Mean", "number"), Field("n", "N", "count")
    assert parse_answer(number, 1.234) == "1.234"
    assert parse_answer(number, as_typed(1.234)) == "1.234"
    assert parse_answer(count, 1.234) is None
    assert parse_answer(count, 12.0) == "12"
    assert typed_number(1.234, ",") == "1,2340"


LETTERS = ("a", "b", "c", "a+b")


@pytest.mark.parametrize("text", ["a+b", "b + a", "a, b", "ab", "A & B", "a; b", "a b"])
def test_letters_that_are_all_given(text):
    assert parse_answer(Field("answer", "Answer", "choice", by_row=True), text, LETTERS) == "a+b"


@pytest.mark.parametrize("text", ["a/b", "a → b", "a? b?", "a (b?)", "a-b", "a|b", "a or b", "a > b", "(a) b", "a ≠ b", "a?", "a, not b"])  # fmt: skip
def test_letters_that_leave_open_which_is_meant(text):
    assert parse_answer(Field("answer", "Answer", "choice", by_row=True), text, LETTERS) is None


@pytest.mark.parametrize("text", ["include/exclude", "include → exclude", "include? exclude?", "include (exclude?)", "include, exclude", "include?"])  # fmt: skip
def test_words_that_leave_open_which_is_meant(text):
    words = Field("decision", "Decision", "choice", (Choice("include"), Choice("exclude"), Choice("maybe", ("?",))))
    assert parse_answer(words, text) is None
