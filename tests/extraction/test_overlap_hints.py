"""Signs that included studies share participants: they are shown, and decide nothing."""

from __future__ import annotations

import pandas as pd
import pytest
from prismake.extraction.overlap_hints import Enrolment, enrolments, overlap_hints

STUDIES = pd.DataFrame(
    [("s1", "Abel 2015", "r1; r2"), ("s2", "Boyd 2016", "r3"), ("s3", "Cruz 2024", "r4")],
    columns=["study_id", "label", "report_ids"],
)
AUTHORS = ["Abel, A. B.", "Boyd C", "Cruz-Diaz, Dora", "Dahl E"]


def reports(*rows):
    return pd.DataFrame(
        [(f"r{place}", people, year, trials) for place, (people, year, trials) in enumerate(rows, 1)],
        columns=["report_id", "authors", "year", "trial_ids"],
    )


def hints(frame, families=()):
    return [tuple(row) for row in overlap_hints(STUDIES, frame, families).to_numpy().tolist()]


def test_a_trial_number_of_any_report_is_a_sign():
    frame = reports((["A B"], 2015, []), (["C D"], 2016, ["NCT01"]), (["E F"], 2016, ["nct01"]), (["G H"], 2024, []))
    assert hints(frame) == [("Abel 2015", "Boyd 2016", "trial number NCT01")]
    assert hints(frame, [{"s1", "s2"}]) == []


def test_three_authors_in_common_within_five_years_are_a_sign_however_names_are_written():
    same = ["Boyd, Carl", "Abel AB", "Cruz-Diaz D"]
    frame = reports((AUTHORS, 2015, []), ([], None, []), (same, 2018, []), (same[:2], 2016, []))
    assert hints(frame) == [("Abel 2015", "Boyd 2016", "3 authors in common, 3 years apart")]


def test_the_same_authors_years_later_are_none():
    frame = reports((AUTHORS, 2015, []), ([], None, []), ([], 2016, []), (AUTHORS, 2024, []))
    assert hints(frame) == []


SIGNS = {"centre": "centre", "start": "begun", "end": "ended"}


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        (("Philadelphia", "2010", "2013"), ("philadelphia; Seattle", "2012", "NR"), "enrolment 2010–2013 and 2012"),
        (("Philadelphia", "2010", "2013"), ("Philadelphia", "2014-01", "2016"), None),
        (("Philadelphia", "2010", "2013"), ("Seattle", "2010", "2013"), None),
        (("Philadelphia and Seattle", "NR", ""), ("Seattle", "2010", "2013"), "years of enrolment unknown"),
        (("NR", "2010", "2013"), ("NR", "2010", "2013"), None),
    ],
)
def test_a_centre_in_common_is_a_sign_unless_the_years_are_apart(first, second, why):
    decisions = pd.DataFrame(
        [("s1|arm", *first), ("s2", *second)], columns=["item_id", "centre", "begun", "ended"], dtype=str
    )
    nobody = reports(*[([], None, [])] * 4)
    table = overlap_hints(STUDIES, nobody, [], enrolments(decisions, SIGNS))
    place = "Seattle" if "Seattle" in first[0] else "Philadelphia"
    expected = [] if why is None else [["Abel 2015", "Boyd 2016", f"centre {place}, {why}"]]
    assert table.to_numpy().tolist() == expected


def test_without_columns_of_the_protocol_nothing_is_read():
    assert enrolments(pd.DataFrame({"item_id": ["s1"], "centre": ["Philadelphia"]}), {}) == {}
    assert Enrolment(start=2010, end=2010).years == "2010"
