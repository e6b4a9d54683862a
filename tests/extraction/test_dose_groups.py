"""Doses as reports print them, the doses that are assigned to them, and checks of dose groups in the sheet."""

from __future__ import annotations

import pytest
from prismake.extraction.checks import dose_groups, findings
from prismake.extraction.checks.grades import Grade
from prismake.extraction.composite_cells import Sheet, read_row
from prismake.extraction.doses import Interval, assigned_doses, read_interval
from prismake.extraction.extracted import Extraction, Outcome, Row

PARTS = ("dose", "events", "total", "effect", "lower", "upper")
GOOD = [("0", 90, 300, 1, None, None), ("<5", 95, 290, 1.1, 0.8, 1.51), ("≥5", 99, 280, 1.3, 0.94, 1.8)]


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("10", (10, 10)),
        ("2.5", (2.5, 2.5)),
        ("2,5", (2.5, 2.5)),
        ("10–20", (10, 20)),
        ("10-20 g/day", (10, 20)),
        ("10 to <20", (10, 20)),
        ("≥10 to <20", (10, 20)),
        ("<5", (None, 5)),
        ("≤ 5 g/day", (None, 5)),
        ("up to 5", (None, 5)),
        ("≥ 40", (40, None)),
        (">40", (40, None)),
        ("40+", (40, None)),
        ("40 or more", (40, None)),
        ("0 (reference)", (0, 0)),
        (">0–5", (0, 5)),
        ("0-<5", (0, 5)),
        ("5.0 g/day – 9.9 g/day", (5.0, 9.9)),
        ("between 5 and 10", (5, 10)),
        ("20+ g/day", (20, None)),
        ("Never", (0, 0)),
        ("non-drinkers", (0, 0)),
        ("placebo", (0, 0)),
    ],
)
def test_a_printed_dose_is_read_as_an_interval(text, interval):
    assert read_interval(text, "g/day") == Interval(*interval)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("high", "“high” is no dose: write a number, or an interval such as 10–20, <5 or ≥ 40, in g/day"),
        ("20–10", "does not ascend"),
        ("1.234", "“1.234” can be 1.234 or 1234. Write"),
        ("-5", "is no dose"),
        ("10 mg", "is no dose"),
        ("<0", "below any dose"),
        ("quartile 2", "is no dose"),
    ],
)
def test_what_is_no_dose_is_asked_back(text, words):
    assert words in read_interval(text, "g/day")


@pytest.mark.parametrize(
    ("texts", "rule", "values"),
    [
        (["0", "<5", "5–15", "≥15"], "neighbour", [0, 2.5, 10, 20]),
        (["0", "<5", "5–15", "≥15"], "factor", [0, 2.5, 10, 18]),
        (["0", "<5", "5–15", "≥15"], "ask", [0, 2.5, 10, None]),
        (["0", "10", ">10"], "neighbour", [0, 10, None]),  # no interval says how wide it is
        (["0", "<5", ">5", "NR"], "neighbour", [0, 2.5, 7.5, None]),
        (["≥30", "10-30", "0"], "neighbour", [40, 20, 0]),
    ],
)
def test_a_group_gets_its_middle_and_one_open_above_the_rule_of_the_protocol(texts, rule, values):
    doses = assigned_doses(texts, rule)
    assert [dose.value for dose in doses] == values
    assert all(bool(dose.wrong) == (dose.value is None) for dose in doses)
    assert all(bool(dose.derived) == (not text.isdigit()) for text, dose in zip(texts, doses, strict=True) if dose.value is not None)  # fmt: skip


def test_the_words_say_how_a_dose_was_assigned():
    low, high = assigned_doses(["2–8", ">8"], "neighbour")
    assert low.derived == "the middle of 2 to 8"
    assert high.derived == "the middle of 8 to 14, as wide as the group below it"
    assert assigned_doses(["2–8", ">10"], "factor")[1].derived == "1.2 times 10, where the group begins"
    assert "write its mean or median" in assigned_doses([">8"], "ask")[0].wrong


def extraction(groups: list[tuple]) -> Extraction:
    outcome = Outcome("x", "DOSE", {part: part for part in PARTS}, doses={"unit": "g/day", "open_ended": "neighbour"})
    rows = []
    for dose, *numbers in groups:
        values = {part: float(value) for part, value in zip(PARTS[1:], numbers, strict=True) if value is not None}
        rows.append(Row(f"s|{dose}", f"Study, {dose}", {"dose": dose}, values, 2001))
    return Extraction(rows, {}, {"dose": "text", **dict.fromkeys(PARTS[1:], "number")}, [outcome])


def changed(place: int, **cells) -> list[tuple]:
    rows = [dict(zip(PARTS, row, strict=True)) for row in GOOD]
    rows[place] |= cells
    return [tuple(row.values()) for row in rows]


@pytest.mark.parametrize(
    ("groups", "check", "words"),
    [
        (changed(1, events=300), "dose group", "300 cases are more than the 290 of “total”"),
        (changed(1, effect=-0.1, lower=0.8, upper=0.9), "dose group", "a ratio must be above 0"),
        (changed(1, effect=1.9), "interval", "“effect” is 1.9, outside its interval 0.8 to 1.51"),
        (changed(1, upper=None), "dose group", "“lower” is 0.8, and “upper” is not reported"),
        (changed(2, dose="much"), "dose", "“dose”: “much” is no dose"),
        (changed(1, dose="0"), "doses of a study", "“0” and “0” of Study, 0 are both the dose 0"),
        (changed(0, effect=1.0, lower=0.9, upper=1.11), "reference group", "none is the reference"),
        (changed(1, effect=None, lower=None, upper=None), "reference group", "only one group can be the reference"),
        (changed(0, effect=1.2), "reference group", "“effect” is 1.2 without an interval"),
    ],
)
def test_what_is_wrong_with_a_group_stops_it_with_its_numbers(groups, check, words):
    stops = [finding for finding in findings(extraction(groups)) if finding.grade == Grade.STOP]
    assert any(finding.check == check and words in finding.what for finding in stops), stops


def test_a_ratio_that_is_turned_round_is_doubted():
    groups = [("0", 200, 400, 1, None, None), ("10", 40, 400, 1.9, 1.2, 3.01)]
    (finding,) = findings(extraction(groups))
    assert finding.grade == Grade.ASK and "the other way round" in finding.what


def test_a_single_group_is_noted_with_what_to_do():
    (finding,) = findings(extraction([("5", 20, 100, None, None, None)]))
    assert finding.grade == Grade.NOTE and "“Separate arms”" in finding.what


def test_cells_that_hold_two_numbers_are_read_as_reports_print_them():
    outcomes = extraction(GOOD).outcomes
    kinds = {"events": "count", "total": "count", **dict.fromkeys(("effect", "lower", "upper"), "number")}
    sheet = Sheet.of(kinds, {}, outcomes, "")
    parts = read_row({"events": "96/214", "total": "", "effect": "1.15 (0.80–1.66)", "lower": "", "upper": ""}, sheet)
    assert {name: float(part.text) for name, part in parts.items()} == {
        "events": 96, "total": 214, "effect": 1.15, "lower": 0.8, "upper": 1.66,
    }  # fmt: skip


@pytest.mark.parametrize("text", ["1 (ref)", "1.00 [reference]", "Ref.", "reference group", "1,0 (referent)"])
def test_the_reference_group_may_be_named_in_the_place_of_its_ratio(text):
    sheet = Sheet.of({"effect": "number"}, {}, extraction(GOOD).outcomes, "")
    assert read_row({"effect": text}, sheet)["effect"].text == "1"


@pytest.mark.parametrize("groups", [GOOD, [(*row[:3], None, None, None) for row in GOOD], GOOD[:1] + GOOD[2:]])
def test_groups_that_fit_are_left_alone(groups):
    assert list(dose_groups.check(extraction(groups))) == [] or len(groups) == 2  # >5 alone has no width
