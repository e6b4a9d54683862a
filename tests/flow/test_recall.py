"""What became of studies that were known before the search."""

from __future__ import annotations

import pandas as pd
import pytest
from prismake.core.records import table
from prismake.flow.recall import COLUMNS, recall_summary, recall_table
from prismake.search.known_studies import KnownStudy

RECORDS = table(
    [
        {"record_id": "pubmed:1", "source": "pubmed", "pmid": "1", "title": "Cells in children", "year": 2019},
        {"record_id": "embase:L1", "source": "embase", "doi": "10.5555/1", "title": "Cells in children", "year": 2019},
        {"record_id": "pubmed:2", "source": "pubmed", "pmid": "2", "title": "Cells in adults", "year": 2020},
        {"record_id": "pubmed:3", "source": "pubmed", "pmid": "3", "title": "Cells, a letter", "year": 2020},
        {"record_id": "pubmed:4", "source": "pubmed", "title": "Ongoing", "trial_ids": ["NCT01234567"]},
        {"record_id": "pubmed:5", "source": "pubmed", "title": "Results", "pmid": "5", "trial_ids": ["NCT01234567"]},
        {"record_id": "pubmed:6", "source": "pubmed", "pmid": "6", "title": "Unread"},
    ]
)
REPORT_OF = {record: record for record in RECORDS["record_id"]} | {"embase:L1": "pubmed:1"}
SCREENED = pd.DataFrame(
    [
        ("pubmed:1", "settled", "include"),
        ("pubmed:2", "settled", "include"),
        ("pubmed:3", "settled", "exclude"),
        ("pubmed:4", "settled", "exclude"),
        ("pubmed:5", "settled", "include"),
    ],
    columns=["item_id", "state", "decision"],
)
FULL = pd.DataFrame(
    [
        ("pubmed:1", "settled", "include", ""),
        ("pubmed:2", "settled", "exclude", "Wrong population"),
        ("pubmed:5", "disagreement", "", ""),
    ],
    columns=["item_id", "state", "decision", "reason"],
)
STUDIES = pd.DataFrame([("pubmed:1", "Quint 2019")], columns=["report_ids", "label"])
LABELS = {"pubmed": "PubMed", "embase": "Embase"}


def follow(*known, full=FULL):
    decisions = {"title_abstract": SCREENED, "full_text": full}
    return recall_table(known, RECORDS, REPORT_OF, decisions, STUDIES, LABELS)


def study(**identifiers):
    return KnownStudy("Known", "known_studies.txt, line 1", **identifiers)


@pytest.mark.parametrize(
    ("known", "wanted"),
    [
        (study(pmid="1"), ("Embase; PubMed", "full_text", "included", "")),
        (study(doi="10.5555/1"), ("Embase; PubMed", "full_text", "included", "")),
        (study(pmid="2"), ("PubMed", "full_text", "excluded", "Wrong population")),
        (study(pmid="3"), ("PubMed", "title_abstract", "excluded", "")),
        (study(pmid="6"), ("PubMed", "title_abstract", "open", "waits for screening")),
        (study(pmid="9"), ("", "search", "not found", "")),
        # a registration and its report: that which came furthest counts
        (study(trial="NCT01234567"), ("PubMed", "full_text", "open", "disagreement")),
        # by title only where the identifiers find nothing, and not years apart
        (study(pmid="9", title="Cells in Adults.", year=2021), ("PubMed", "full_text", "excluded", "Wrong population")),
        (study(title="Cells in adults", year=2010), ("", "search", "not found", "")),
    ],
)
def test_where_a_known_study_is(known, wanted):
    (row,) = follow(known).to_dict("records")
    assert (row["found_by"], row["stage"], row["outcome"], row["reason"]) == wanted


def test_a_report_that_could_not_be_got_is_told():
    full = FULL.assign(decision=["include", "not retrieved", ""])
    (row,) = follow(study(pmid="2"), full=full).to_dict("records")
    assert (row["stage"], row["outcome"]) == ("full_text", "not retrieved")


def test_none_is_lost_without_a_word():
    found = follow(study(pmid="1"), study(pmid="2"), study(pmid="3"), study(pmid="9"))
    said = recall_summary(found, ["known_studies.txt, line 7: “x” is no PMID."])
    assert said["summary"] == "Of 4 known studies the searches found 3; included so far: 1."
    assert [
        ("excluded at full text (Wrong population)" in text, "excluded at title and abstract" in text)
        for text in said["lost"]
    ] == [
        (True, False),
        (False, True),
        (False, False),
    ]
    assert said["lost"][2].endswith("was not found by any search.") and len(said["problems"]) == 1


def test_without_known_studies_there_is_nothing_to_say():
    empty = follow()
    assert list(empty.columns) == list(COLUMNS) and recall_summary(empty, []) == {
        "summary": "",
        "lost": [],
        "problems": [],
    }
