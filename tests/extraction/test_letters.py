"""Missing information that the review could use: a list by size, and a letter to the authors of each study."""

from __future__ import annotations

import pandas as pd
import pytest
from prismake.extraction.letters import letters, missing_numbers
from prismake.protocol.config import validated
from prismake.protocol.settings import for_letters

PROTOCOL = validated(
    {
        "title": "Fever {text} in children",
        "question": "How often?",
        "authors": ["A. First"],
        "extraction": {
            "fields": [
                {"name": "ill", "label": "Ill", "type": "count"},
                {"name": "people", "label": "People", "type": "count"},
                {"name": "dead", "label": "Dead", "type": "count"},
                {"name": "age", "label": "Mean age", "type": "number"},
            ]
        },
        "outcomes": {
            "illness": {"columns": {"events": "ill", "total": "people"}, "moderators": ["age"]},
            "death": {"columns": {"events": "dead", "total": "people"}},
        },
    }
)
STUDIES = pd.DataFrame(
    [("s1", "Abel 2015", "A report", "10.1/x"), ("s2", "Böll 2016", "Another", ""), ("s3", "abel 2015", "A third", "")],
    columns=["study_id", "label", "report", "doi"],
)


def row(study, label, outcome, events, total, status="used", remark="", age="40", arm=""):
    return {
        "study_id": study, "arm": arm, "label": f"{label}, {arm}" if arm else label, "outcome": outcome, "events": events,
        "total": total, "age": age, "status": status, "remark": remark,
    }  # fmt: skip


TABLE = pd.DataFrame(
    [
        row("s1", "Abel 2015", "illness", "4", "30", age="NR"),
        row("s1", "Abel 2015", "death", "NR", "30", "not reported", "not reported: Dead"),
        row("s2", "Böll 2016", "illness", "9", "50", arm="high dose"),
        row("s2", "Böll 2016", "death", "NR", "50", "not reported", "not reported: Dead", arm="high dose"),
        row("s3", "abel 2015", "illness", "NR", "NR", "not reported", "not asked: “Design” is cohort, not trial"),
        row("s3", "abel 2015", "death", "", "", "undecided", "the extraction of this study is not finished"),
    ]
)


@pytest.fixture(scope="module")
def missing():
    settings = for_letters(PROTOCOL)
    return missing_numbers(TABLE, settings["outcomes"], settings["titles"], settings["headings"])


def test_only_what_was_asked_for_and_would_matter_is_listed_the_largest_study_first(missing):
    assert missing[["label", "missing", "needed_for", "participants"]].to_numpy().tolist() == [
        ["Böll 2016, high dose", "Dead", "Death", "50"],
        ["Abel 2015", "Dead", "Death", "30"],
        ["Abel 2015", "Mean age", "Illness, meta-regression", "30"],
    ]


def test_each_study_gets_one_letter_with_all_that_it_lacks(missing):
    texts = letters(missing, STUDIES, for_letters(PROTOCOL)["review"], PROTOCOL["authors"])
    assert [*texts] == ["Abel_2015.txt", "Böll_2016.txt"]
    abel = texts["Abel_2015.txt"]
    assert abel.startswith("Question about Abel 2015\n\nDear colleagues,")
    assert "A report https://doi.org/10.1/x" in abel
    assert "- Dead\n  (needed for: Death)\n- Mean age\n  (needed for: Illness, meta-regression)\n" in abel
    assert abel.rstrip().endswith("With kind regards\nA. First")
    assert "- Dead (high dose)\n" in texts["Böll_2016.txt"]


def test_a_text_of_the_protocol_is_never_filled_in_itself(missing):
    texts = letters(missing, STUDIES, for_letters(PROTOCOL)["review"], ())
    assert "Fever {text} in children" in texts["Abel_2015.txt"]
    assert texts["Abel_2015.txt"].rstrip().endswith("The review team")


def test_files_of_studies_differ_where_capitals_do_not_count():
    table = TABLE.assign(status="not reported", remark="not reported: Dead")
    settings = for_letters(PROTOCOL)
    every = missing_numbers(table, settings["outcomes"], settings["titles"], settings["headings"])
    assert sorted(set(every["letter"])) == ["Abel_2015.txt", "Böll_2016.txt", "abel_2015_2.txt"]
