"""What the corpus of wrong sheets cannot show: what confirms a number, what several outcomes and shared columns change."""

from __future__ import annotations

from itertools import combinations_with_replacement
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prismake.extraction.checks import findings
from prismake.extraction.checks.arithmetic import of_many
from prismake.extraction.checks.grades import Grade
from prismake.extraction.checks.whole_numbers import grimmer
from prismake.extraction.extracted import Column, Outcome, extraction_of

PLAIN = {"a": (10, 100), "b": (12, 120), "c": (8, 90), "d": (31, 300), "e": (9, 85)}


def one_arm(rows, percents=None):
    """A sheet of one outcome, with the percentage beside the count if any are given."""
    names = ["events", "total", *(["percent"] if percents else [])]
    answers = {
        study: {"events": str(events), "total": str(total), **({"percent": percents[study]} if percents else {})}
        for study, (events, total) in rows.items()
    }
    checks = {"percent": "percent"} if percents else {}
    outcome = Outcome("ill", "PLO", {"events": "events", "total": "total"}, checks)
    return extraction_of([Column(name, name, "number") for name in names], answers, {}, [outcome])


def test_a_zero_that_the_report_prints_as_0_percent_is_only_a_note():
    rows = {**PLAIN, "f": (0, 200)}
    asked = findings(one_arm(rows))
    assert [(finding.item, finding.grade) for finding in asked] == [("f", Grade.ASK)]
    percents = {study: f"{100 * events / total:.1f}" for study, (events, total) in rows.items()}
    noted = findings(one_arm(rows, percents))
    assert [(finding.item, finding.check, finding.grade) for finding in noted] == [
        ("f", "zero or not reported", Grade.NOTE)
    ]


def two_outcomes(totals, number=7):
    """Two outcomes with a total each, equal in all studies but the one named by ``totals``."""
    columns = [Column(name, name, "count") for name in ("x", "nx", "y", "ny")]
    answers = {f"s{k}": {"x": "5", "nx": "50", "y": "9", "ny": totals.get(f"s{k}", "50")} for k in range(number)}
    outcomes = [Outcome(name, "PLO", {"events": name, "total": f"n{name}"}) for name in "xy"]
    return findings(extraction_of(columns, answers, {}, outcomes))


def test_the_only_study_in_which_two_totals_differ_is_asked_about():
    (finding,) = [finding for finding in two_outcomes({"s3": "46"}) if finding.check == "denominators"]
    assert (finding.item, finding.columns) == ("s3", ("ny", "nx"))
    assert finding.what == "“nx” is 50 and “ny” 46, and the same in each of the other 6 studies"


@pytest.mark.parametrize("totals", [{}, {"s1": "44", "s3": "46"}])
def test_totals_that_differ_in_several_studies_or_in_none_are_not_odd(totals):
    assert not [finding for finding in two_outcomes(totals) if finding.check == "denominators"]


def test_two_equal_totals_of_few_studies_say_nothing():
    assert not [finding for finding in two_outcomes({"s3": "46"}, number=5) if finding.check == "denominators"]


def test_a_limit_for_several_outcomes_keeps_the_chance_of_a_normal_tail():
    from statistics import NormalDist

    tail = NormalDist().cdf
    assert of_many(3.5, 1) == 3.5
    assert 10 * tail(-of_many(3.5, 10)) == pytest.approx(tail(-3.5), rel=0.35)  # 2 log m is the leading term


def test_a_pair_of_columns_that_two_outcomes_share_is_named_once():
    columns = [Column(name, name, "count") for name in ("x", "y", "x2", "y2", "n", "n2")]
    answers = {f"s{k}": {"x": "5", "x2": "6", "y": "9", "y2": "8", "n": f"5{k}", "n2": "50"} for k in range(7)}
    answers["s3"]["n2"] = "500"
    outcomes = [
        Outcome(name, "OR", {"events1": name, "total1": "n", "events2": f"{name}2", "total2": "n2"}) for name in "xy"
    ]
    sizes = [f for f in findings(extraction_of(columns, answers, {}, outcomes)) if f.check == "sizes of the arms"]
    assert [(finding.item, finding.columns) for finding in sizes] == [("s3", ("n", "n2"))]


def subgroups(**typed):
    """Fever in everybody, in children and in adults."""
    names = [f"{part}{group}" for group in ("", "_children", "_adults") for part in ("fever", "n")]
    plain = {"fever": "12", "n": "50", "fever_children": "5", "n_children": "20", "fever_adults": "7", "n_adults": "30"}
    outcomes = [
        Outcome(
            f"fever{group}",
            "PLO",
            {"events": f"fever{group}", "total": f"n{group}"},
            sum_of=() if group else ("fever_children", "fever_adults"),
        )
        for group in ("", "_children", "_adults")
    ]
    columns = [Column(name, name, "count") for name in names]
    return findings(extraction_of(columns, {"a": {**plain, **typed}}, {}, outcomes))


@pytest.mark.parametrize(
    ("typed", "grade", "what"),
    [
        ({}, None, ""),
        (
            {"fever_adults": "9"},
            Grade.STOP,
            "“fever_children” 5 and “fever_adults” 9 are 14 together, more than “fever” 12",
        ),
        ({"n_adults": "29"}, Grade.ASK, "“n_children” 20 and “n_adults” 29 are 49 together, and “n” is 50"),
        ({"n_adults": "NR"}, None, ""),
        ({"n_adults": "NR", "n_children": "60"}, Grade.STOP, "“n_children” 60 are 60 together, more than “n” 50"),
    ],
)
def test_subgroups_add_up_to_everybody(typed, grade, what):
    found = [finding for finding in subgroups(**typed) if finding.check == "sum of subgroups"]
    assert [(finding.grade, finding.what) for finding in found] == ([(grade, what)] if grade else [])


def test_both_arms_are_no_more_than_the_people_assigned():
    columns = [Column(name, name, "count") for name in ("e1", "n1", "e2", "n2", "randomised")]
    arms = {"events1": "e1", "total1": "n1", "events2": "e2", "total2": "n2"}
    outcome = Outcome("x", "OR", arms, {"assigned": "randomised"})
    typed = {"e1": "3", "n1": "50", "e2": "4", "n2": "52", "randomised": "100"}
    (finding,) = findings(extraction_of(columns, {"a": typed}, {}, [outcome]))
    assert (finding.grade, finding.what) == (
        Grade.STOP,
        "“n1” 50 and “n2” 52 are 102 together, more than “randomised” 100",
    )
    assert not findings(extraction_of(columns, {"a": {**typed, "randomised": "102"}}, {}, [outcome]))


def of_one_cohort(first, second):
    columns = [Column("x", "x", "count"), Column("n", "n", "count"), Column("same", "same", "text")]
    answers = {
        "a": {"x": str(first[0]), "n": str(first[1]), "same": "Berg 2020"},
        "b": {"x": str(second[0]), "n": str(second[1]), "same": ""},
    }
    outcomes = [Outcome("ill", "PLO", {"events": "x", "total": "n"})]
    return findings(extraction_of(columns, answers, {"a": "Alm 2017", "b": "Berg 2020"}, outcomes, overlap="same"))


@pytest.mark.parametrize(
    ("first", "second", "grade"),
    [
        ((5, 20), (5, 20), None),
        ((5, 20), (7, 31), None),
        ((5, 20), (7, 20), Grade.ASK),
        ((5, 20), (4, 31), Grade.NOTE),
    ],
)
def test_a_later_report_on_the_same_participants_prints_other_numbers(first, second, grade):
    assert [finding.grade for finding in of_one_cohort(first, second)] == ([grade] if grade else [])


def test_a_changed_report_is_told_with_both_numbers():
    assert of_one_cohort((5, 20), (4, 31))[0].what == (
        "“x” is 4 of 31 here and 5 of 20 in Alm 2017, which has the same participants: fewer, although more people were "
        "counted"
    )


@given(st.lists(st.integers(1, 7), min_size=2, max_size=60), st.integers(0, 3), st.integers(1, 3))
def test_grimmer_refuses_no_numbers_that_exist(answers, decimals, items):
    mean, sd = fmean(answers) / items, stdev(answers) / items
    assert grimmer(round(mean, decimals), round(sd, decimals), len(answers), items)


def test_grimmer_finds_what_no_answers_have():
    """Every mean and SD of five answers from 1 to 5, by enumeration; nothing else to two decimals is whole numbers."""
    exist = {(round(fmean(five), 2), round(stdev(five), 2)) for five in combinations_with_replacement(range(1, 6), 5)}
    asked = {(mean / 5, sd / 100) for mean in range(5, 26) for sd in range(230)}
    passed = {pair for pair in asked if grimmer(*pair, 5)}
    assert exist <= passed
    assert len(passed) < len(asked) / 5
