"""Decisions that come along with the exports of screening tools."""

from __future__ import annotations

from pathlib import Path

import pytest
from prismake.search import read_file

EXPORTS = Path(__file__).parent / "exports"


@pytest.mark.parametrize("name", ["rayyan.ris", "rayyan.csv", "rayyan.bib"])
def test_rayyan_decisions_are_those_of_its_reviewers(name):
    found = read_file(EXPORTS / name)
    rows = found.decision_rows()
    assert [(row["record_id"], row["reviewer"], row["decision"], row["reason"]) for row in rows] == [
        ("rayyan:rayyan-40000101", "Anna", "include", ""),
        ("rayyan:rayyan-40000101", "Ben", "exclude", "wrong population"),
        ("rayyan:rayyan-40000102", "Anna", "maybe", ""),
    ]
    assert {row["stage"] for row in rows} == {"title_abstract"}
    assert name == "rayyan.bib" or rows[0]["labels"] == "cells"


@pytest.mark.parametrize(
    ("name", "stage", "decision", "reason"),
    [
        ("review_1_irrelevant_csv_20240501.csv", "title_abstract", "exclude", "Wrong population"),
        ("review_1_select_csv_20240501.csv", "title_abstract", "include", ""),
        ("review_1_excluded_csv_20240501.csv", "full_text", "exclude", "Wrong population"),
        ("review_1_included_csv_20240501.csv", "full_text", "include", ""),
        ("review_1_all_csv_20240501.csv", None, None, None),
    ],
)
def test_covidence_tells_the_decision_by_the_name_of_the_file(name, stage, decision, reason, tmp_path):
    text = (EXPORTS / "covidence.csv").read_text(encoding="utf-8")
    (tmp_path / name).write_text(text.replace('"Included"', '"Exclusion reason: Wrong population;"'), encoding="utf-8")
    rows = read_file(tmp_path / name).decision_rows()
    if stage is None:
        assert rows == []
        return
    first = rows[0]
    assert len(rows) == 2 and first["reviewer"] == "consensus"
    assert (first["stage"], first["decision"], first["reason"]) == (stage, decision, reason)


def test_other_exports_carry_no_decisions():
    assert read_file(EXPORTS / "embase.ris").decision_rows() == []


def test_decisions_of_a_real_export(samples):
    found = read_file(samples / "screening-bib/negri_rayyan_export_included.bib")
    rows = found.decision_rows()
    assert {row["reviewer"] for row in rows} == {"Marta", "Giulia", "Chiara Emma"}
    assert {row["record_id"] for row in rows} <= {record["record_id"] for record in found.records}
    assert {row["decision"] for row in rows} <= {"include", "exclude", "maybe"} and len(rows) > 800
