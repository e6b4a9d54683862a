"""The whole history of one record, found under any of its names."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest
from prismake.core.errors import PrismakeError
from prismake.core.files import write_csv, write_json
from prismake.core.records import table
from prismake.kept import answers as history
from prismake.report.audit_trail import audit_trail

FIRST, COPY, OTHER = "pubmed:101", "embase:L7", "pubmed:202"
ROWS = [
    {"record_id": FIRST, "source": "pubmed", "title": "Amber therapy", "journal": "J Ex", "year": 2019, "pmid": "101",
     "doi": "10.5555/amber", "pmcid": "PMC9001"},
    {"record_id": COPY, "source": "embase", "title": "Amber therapy.", "doi": "10.5555/amber"},
    {"record_id": OTHER, "source": "pubmed", "title": "Basil", "pmid": "202", "doi": "10.5555/basil"},
    {"record_id": "cochrane:1", "source": "pubmed", "title": "Basil, version 2", "doi": "10.5555/basil"},
]  # fmt: skip


def said(value, *items, field="decision"):
    return {item: {field: value} for item in items}


@pytest.fixture
def review(tmp_path, monkeypatch):
    """A report of two records that was offered, answered, disputed, settled, changed, included and appraised."""
    moments = itertools.count(10)
    monkeypatch.setattr(history, "_now", lambda: f"2025-09-01T12:00:{next(moments)}+00:00")
    table(ROWS).to_parquet(_made(tmp_path / "results/records/records.parquet"))
    write_json(tmp_path / "results/search/pubmed.json", {"label": "PubMed", "date": "2025-08-31"})
    write_json(tmp_path / "results/search/embase.json", {"label": "Embase", "date": ""})
    clusters = [
        (FIRST, FIRST, "", ""),
        (COPY, FIRST, "doi", "rule"),
        (OTHER, OTHER, "", ""),
        ("cochrane:1", "cochrane:1", "", ""),
    ]
    write_csv(
        _made(tmp_path / "results/duplicates/duplicates.csv"),
        pd.DataFrame(clusters, columns=["record_id", "report_id", "matched_on", "decided_by"]),
    )
    sheets = tmp_path / "config/sheets"
    write_json(sheets / "history/reports.json", {FIRST: FIRST, COPY: FIRST, OTHER: OTHER})
    write_json(sheets / "history/studies.json", {FIRST: "pubmed:099"})
    stage = "title_abstract"
    for who in ("anna", "ben"):
        history.note_offer(stage, who, [FIRST, OTHER], sheets)
    anna, ben = said("include", FIRST, OTHER), said("exclude", FIRST)
    history.record(stage, {"anna": anna, "ben": ben}, sheets)
    history.note_offer(stage, "consensus", [FIRST], sheets)
    ruled = {"anna": anna, "ben": ben, "consensus": said("exclude", FIRST), "settled": said("exclude", FIRST)}
    history.record(stage, ruled, sheets, {FIRST: "consensus"})
    ruled = {**ruled, "consensus": said("include", FIRST), "settled": said("include", FIRST)}
    history.record(stage, ruled, sheets, {FIRST: "consensus"})
    history.record("duplicates", {"anna": said("same", f"{COPY}|{FIRST}", field="same")}, sheets)
    history.record("appraisal", {"ben": said("a", "pubmed:099|nos_cohort|S1", field="answer")}, sheets)
    decisions = pd.DataFrame(
        [(FIRST, "settled", "consensus", "include", "include", "exclude"), (OTHER, "undecided", "", "", "include", "")],
        columns=["item_id", "state", "settled_by", "decision", "decision.anna", "decision.ben"],
    )
    write_csv(_made(tmp_path / f"results/{stage}/decisions.csv"), decisions)
    notes = pd.DataFrame([(FIRST, "ben", "=no comparison")], columns=["item_id", "who", "note"])
    write_csv(tmp_path / f"results/{stage}/notes.csv", notes)
    return tmp_path


def _made(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def told(review, name=FIRST):
    """The story without its times."""
    return [line.split("+00:00: ")[-1] for line in audit_trail(name, review)]


def test_it_tells_where_it_came_from_what_happened_and_where_it_stands(review):
    assert told(review) == [
        "Report pubmed:101: 2 records",
        "  Amber therapy. J Ex 2019",
        "  pubmed:101, found in PubMed on 2025-08-31",
        "  embase:L7, found in Embase (doi, by rule)",
        "title_abstract, offered to anna",
        "title_abstract, offered to ben",
        "title_abstract, anna: decision include",
        "title_abstract, ben: decision exclude",
        "title_abstract, offered to consensus",
        "title_abstract, consensus: decision exclude",
        "title_abstract, settled: decision exclude (by consensus)",
        "title_abstract, decision, consensus: exclude became include",
        "title_abstract, decision, settled: exclude became include (by consensus)",
        "duplicates, anna: same same [embase:L7|pubmed:101]",
        "appraisal, ben: answer a [pubmed:099|nos_cohort|S1]",
        "title_abstract, pubmed:101: settled by consensus",
        "  decision: include (anna: include, ben: exclude)",
        "  note of ben: =no comparison",
    ]


@pytest.mark.parametrize(
    "name",
    [COPY, "10.5555/AMBER", "https://doi.org/10.5555/amber", "101", "PMID: 101", "PMC9001", "pubmed:099", f" {FIRST} "],
)
def test_every_name_of_a_report_has_the_same_audit_trail(review, name):
    assert audit_trail(name, review) == audit_trail(FIRST, review)


def test_another_record_has_a_story_of_its_own(review):
    lines = told(review, OTHER)
    assert "title_abstract, anna: decision include" in lines
    assert not any("ben:" in line or COPY in line for line in lines)


def test_a_name_of_several_reports_is_not_guessed(review):
    with pytest.raises(PrismakeError, match="matches 2 reports: cochrane:1, pubmed:202"):
        audit_trail("10.5555/basil", review)


def test_nothing_known_is_said(review, tmp_path):
    for folder in (review, tmp_path / "elsewhere"):
        with pytest.raises(PrismakeError, match="there is no record, report or study “nobody:1”"):
            audit_trail("nobody:1", folder)


def test_results_that_were_deleted_leave_the_past(review):
    import shutil

    shutil.rmtree(review / "results")
    assert "title_abstract, decision, consensus: exclude became include" in told(review)
