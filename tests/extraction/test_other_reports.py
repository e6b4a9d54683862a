"""Numbers that two reports of one study give otherwise are asked about by name."""

from __future__ import annotations

import pytest
from prismake.extraction.doubts import Remark, doubts_of
from prismake.extraction.extracted import Column, Outcome, extraction_of
from prismake.extraction.other_reports import numbers_elsewhere

RELAPSE = Outcome("relapse", "PLO", {"events": "relapses", "total": "remissions"})
COLUMNS = [Column("relapses", "Relapses", "count"), Column("remissions", "Remissions", "count")]


def waiting(note, columns=frozenset(), **typed):
    answers = {"s": {"relapses": "14", "remissions": "40", **typed}}
    extraction = extraction_of(COLUMNS, answers, {"s": "Amber 2015"}, [RELAPSE])
    doubts = doubts_of(extraction, {"s": [Remark(note, columns)]})
    return [finding.what for finding in doubts.waiting], [(finding.what, reason) for finding, reason in doubts.checked]


@pytest.mark.parametrize(
    ("note", "typed", "what"),
    [
        ("Table 2; elsewhere Relapses: 12 (Amber 2014)", {}, "“Relapses” is 14 here and 12 in Amber 2014, another report of the study: which one holds?"),
        ("elsewhere relapses: 12 in the abstract", {}, "“Relapses” is 14 here and 12 in the abstract, another report of the study: which one holds?"),
        ("elsewhere Relapses: 12", {"relapses": "NR"}, "“Relapses” is not reported here and 12 in another report of the study: which one holds?"),
        ("elsewhere Relapses: 1,234", {}, "“Relapses” is “1,234” in another report of the study, which can be two numbers: write it without separators"),
        ("anderswo Relapses: 12 (Amber 2014)", {}, "“Relapses” is 14 here and 12 in Amber 2014, another report of the study: which one holds?"),
        ("elsewhere Relapses: 14 (Amber 2014)", {}, None),
        ("elsewhere the authors say: 12 relapses", {}, None),
        ("elsewhere Relapses: 12", {"relapses": ""}, None),
    ],
)  # fmt: skip
def test_a_number_that_another_report_gives_otherwise_is_asked_about(note, typed, what):
    assert waiting(note, **typed) == ([what] if what else [], [])


def test_the_answer_says_which_one_holds():
    found = waiting("elsewhere Relapses: 12 (Amber 2014)\nchecked Relapses: two came after the abstract")
    assert found == ([], [("“Relapses” is 14 here and 12 in Amber 2014, another report of the study: which one holds?", "two came after the abstract")])  # fmt: skip


def test_in_a_row_of_results_a_cell_has_the_heading_of_its_part():
    assert waiting("elsewhere events: 12; checked events: as in the registry", frozenset({"relapses"}))[1]
    assert waiting("elsewhere events: 12", frozenset({"remissions"})) == ([], [])


def test_several_numbers_may_stand_in_one_note():
    note = "elsewhere Relapses: 12 (Amber 2014); elsewhere Remissions: 38"
    assert [tuple(other) for other in numbers_elsewhere(note)] == [
        ("Relapses", "12", "Amber 2014"),
        ("Remissions", "38", ""),
    ]
