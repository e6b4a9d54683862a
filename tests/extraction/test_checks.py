"""What the corpus of wrong sheets cannot show: what confirms a number, what several outcomes and shared columns change."""

from __future__ import annotations

import pytest
from prismake.extraction.checks import findings
from prismake.extraction.checks.arithmetic import of_many
from prismake.extraction.checks.grades import Grade
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
