"""Cells as reports print them: read if they have one meaning, asked about if they have two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prismake.extraction.composite_cells import Sheet, read_row
from prismake.extraction.extracted import Outcome

KINDS = {
    **dict.fromkeys(("deaths", "total", "relapses", "remissions", "n1", "n2"), "count"),
    **dict.fromkeys(("share", "mean1", "sd1", "mean2", "sd2", "hr", "low", "high", "p", "age"), "number"),
    **dict.fromkeys(("stay", "stay_min", "stay_max", "stay_q1", "stay_q3"), "number"),
    **dict.fromkeys(("wait", "wait_q1", "wait_q3"), "number"),
    "country": "text",
}
OUTCOMES = [
    Outcome("death", "PLO", {"events": "deaths", "total": "total"}, {"percent": "share"}),
    Outcome("relapse", "PLO", {"events": "relapses", "total": "remissions"}),
    Outcome("relapse_of_all", "PLO", {"events": "relapses", "total": "total"}),
    Outcome("pain", "MD", {name: name for name in ("mean1", "sd1", "n1", "mean2", "sd2", "n2")}),
    Outcome("survival", "GEN", {"effect": "hr", "lower": "low", "upper": "high"}, {"p": "p"}),
    Outcome(
        "stay",
        "MD",
        {},
        {"median": "stay", "q1": "stay_q1", "q3": "stay_q3", "minimum": "stay_min", "maximum": "stay_max"},
    ),
    Outcome("wait", "MD", {}, {"median": "wait", "q1": "wait_q1", "q3": "wait_q3"}),
]


def sheet(sign=""):
    return Sheet.of(KINDS, {name: name.capitalize() for name in KINDS}, OUTCOMES, sign)


def numbers(sign="", **cells):
    return {name: part.text for name, part in read_row(cells, sheet(sign)).items() if part.text}


def problem(name, **cells):
    part = read_row(cells, sheet())[name]
    assert not part.text
    return part.problem


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        ({"deaths": "12/30"}, {"deaths": "12", "total": "30"}),
        ({"deaths": "12 of 30", "total": "30"}, {"deaths": "12", "total": "30"}),
        ({"remissions": "4 / 18"}, {"relapses": "4", "remissions": "18"}),
        ({"deaths": "12/30 (40%)"}, {"deaths": "12", "total": "30"}),
        ({"deaths": "12/30", "total": "12/30"}, {"deaths": "12", "total": "30"}),
        ({"relapses": "4/18", "total": "30", "remissions": "18"}, {"relapses": "4", "remissions": "18"}),
        ({"deaths": "66.7 %", "total": "27"}, {"deaths": "18"}),
        ({"deaths": "66,7%", "total": "27"}, {"deaths": "18"}),
        ({"deaths": "40 %", "total": "1 030"}, {"total": "1030"}),  # which count is asked back
        ({"deaths": "0 %", "total": "30"}, {"deaths": "0"}),
        ({"deaths": "12 (40 %)", "total": "30"}, {"deaths": "12"}),
        ({"deaths": "12 (40 %)"}, {"deaths": "12"}),
        ({"total": "1 234"}, {"total": "1234"}),
        ({"total": "1\u202f234\u202f567"}, {"total": "1234567"}),
        ({"share": "40 %"}, {"share": "40"}),
        ({"mean1": "3.2 ± 1.1"}, {"mean1": "3.2", "sd1": "1.1"}),
        ({"mean2": "3.2 +/- 1.1", "sd2": "1.1"}, {"mean2": "3.2", "sd2": "1.1"}),
        ({"mean1": "-3.2 (1.1)"}, {"mean1": "-3.2", "sd1": "1.1"}),
        ({"mean1": "−3,2 (SD 1,1)"}, {"mean1": "−3,2", "sd1": "1,1"}),
        ({"hr": "0.72 (0.51–1.02)"}, {"hr": "0.72", "low": "0.51", "high": "1.02"}),
        ({"hr": "0.72 (95 % CI 0.51 to 1.02)"}, {"hr": "0.72", "low": "0.51", "high": "1.02"}),
        ({"hr": "0.72 [0.51; 1.02]"}, {"hr": "0.72", "low": "0.51", "high": "1.02"}),
        ({"stay": "12 (IQR 4–33)"}, {"stay": "12", "stay_q1": "4", "stay_q3": "33"}),
        ({"stay": "12 (range 4–33)"}, {"stay": "12", "stay_min": "4", "stay_max": "33"}),
        ({"wait": "5 [2–9]"}, {"wait": "5", "wait_q1": "2", "wait_q3": "9"}),  # the form has quartiles only
        ({"p": "<0.001"}, {"p": "0.001"}),
        ({"deaths": "12 (from figure)"}, {"deaths": "12"}),
        ({"age": "61.5, from the authors"}, {"age": "61.5"}),
        ({"deaths": "12", "total": "30"}, {}),  # plain numbers are left to the reader of plain numbers
        ({"deaths": "NR", "country": "12/30"}, {}),
    ],
)
def test_one_meaning(cells, read):
    assert numbers(**cells) == read


@pytest.mark.parametrize(
    ("name", "cells", "sentence"),
    [
        (
            "deaths",
            {"deaths": "48.2 %", "total": "27"},
            "no number of 27 gives 48.2 %; 13 gives 48.1 %, 14 gives 51.9 %. Correct the percentage or the total.",
        ),
        ("deaths", {"deaths": "33 %", "total": "200"}, "“33 %” of 200 can be 65, 66 or 67: which? Type the count."),
        ("deaths", {"deaths": "50 %", "total": "9000"}, "“50 %” of 9000 can be 4455 to 4545: which? Type the count."),
        ("deaths", {"deaths": "40 %"}, "“40 %” of how many? Type the total into “Total”, or the count here."),
        ("deaths", {"deaths": "140 %", "total": "30"}, "“140 %” of 30 is no count."),
        (
            "relapses",
            {"relapses": "40 %", "total": "30", "remissions": "18"},
            "“40 %” of how many? Type the total into “Remissions, Total”, or the count here.",
        ),
        ("n1", {"n1": "40 %"}, "“40 %” is no count, and the form has no total for it. Type the count, or NR."),
        ("age", {"age": "40 %"}, "“40 %” can be 40 or 0.4. Type the number that is meant."),
        (
            "deaths",
            {"deaths": "12/31", "total": "30"},
            "“12/31” has two numbers, and the cells of “Total” say different numbers. Type each in its cell.",
        ),
        (
            "relapses",
            {"relapses": "4/18"},
            "“4/18” has two numbers, and the cells of “Remissions” or “Total” are open, and either may be meant. "
            "Type each in its cell.",
        ),
        ("deaths", {"deaths": "12/30 (45 %)"}, "“12/30 (45 %)”: 12 of 30 is 40.0 %. Which number is wrong?"),
        ("deaths", {"deaths": "12 (45 %)", "total": "30"}, "“12 (45 %)”: 12 of 30 is 40.0 %. Which number is wrong?"),
        (
            "mean1",
            {"mean1": "3.2 ± 1.1", "sd1": "1.4"},
            "“3.2 ± 1.1” and “Sd1” 1.4 differ. Type each number in its cell.",
        ),
        (
            "stay",
            {"stay": "12 (4–33)"},
            "“12 (4–33)”: are 4 and 33 quartiles or the range? Write 12 (IQR 4–33) or 12 (range 4–33).",
        ),
        (
            "hr",
            {"hr": "0.7 (0.5–1)", "low": "0.4"},
            "“0.7 (0.5–1)” and “Low” 0.4 differ. Type each number in its cell.",
        ),
        ("deaths", {"deaths": "<5"}, "“<5” says only that the number is below 5. Type the number, or NR."),
        ("age", {"age": ">12"}, "“>12” says only that the number is above 12. Type the number, or NR."),
    ],
)
def test_more_than_one_meaning_or_none(name, cells, sentence):
    assert problem(name, **cells) == sentence


@pytest.mark.parametrize("text", ["1,55,365", "12/30/40", "about 12", "12 %/30", "1 23", "3.2 ± 1.1 ± 2", "12 (a–b)"])
def test_what_is_left_to_be_refused(text):
    assert read_row({"deaths": text, "total": "30"}, sheet()) == {}


def test_how_a_number_was_got_is_kept():
    parts = read_row({"deaths": "66.7 % (from the figure)", "total": "27", "p": "<0.05"}, sheet())
    assert (parts["deaths"].how, parts["p"].how) == ("from 66.7 % of 27; from a figure", "printed as <0.05")


@given(st.integers(1, 2000), st.data())
def test_a_percentage_gives_back_its_count_or_asks(total, data):
    count, decimals = data.draw(st.integers(0, total)), data.draw(st.integers(0, 2))
    text = f"{100 * count / total:.{decimals}f} %"
    part = read_row({"deaths": text, "total": str(total)}, sheet("."))["deaths"]
    if part.text:
        assert part.text == str(count)
    else:
        assert "which?" in part.problem


@given(st.text(max_size=20))
def test_no_text_makes_it_fail(text):
    for name in ("deaths", "total", "mean1", "hr", "stay", "p", "share"):
        read_row({name: text}, sheet())
