"""A small review from its export to the page: what is said of each study that was known before the search."""

from __future__ import annotations

import re

import page_samples as samples
import pandas as pd
import pytest
from lxml import html
from prismake.core.files import write_json
from prismake.core.records import table
from prismake.flow.recall import recall_summary, recall_table
from prismake.protocol.known_files import known_studies
from prismake.report.page import render
from prismake.report.status import known_studies_told
from prismake.search import read_file
from prismake.search.known_studies import read

EXPORT = """TY  - JOUR
TI  - Cells in children
AU  - Quint, A
PY  - 2019
AN  - PMID: 31000001
DO  - 10.5555/one
ER  -
TY  - JOUR
TI  - Cells in adults
AU  - Roe, C
PY  - 2020
AN  - PMID: 31000002
DO  - 10.5555/two
ER  -
TY  - JOUR
TI  - Cells in mice and men
AU  - Abel, B
PY  - 2021
ER  -
"""
LISTED = "PMID: 31000001  # the pilot\n10.5555/two\n31000009\n10.5555/nine\nthe one by Stone\n"
LIBRARY = """TY  - JOUR
TI  - Cells in Mice and Men.
AU  - Abel, B
PY  - 2022
ER  -
TY  - JOUR
TI  - Nobody's cells
AU  - Poe, E
PY  - 2018
DO  - 10.5555/poe
ER  -
"""


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """(table, what is said of it, folder of the review): the first is included, the second excluded at title."""
    folder = tmp_path_factory.mktemp("review")
    (folder / "config/known_studies").mkdir(parents=True)
    (folder / "config/known_studies.txt").write_text(LISTED, encoding="utf-8")
    (folder / "config/known_studies/library.ris").write_text(LIBRARY, encoding="utf-8")
    (folder / "embase.ris").write_text(EXPORT, encoding="utf-8")
    found = read_file(folder / "embase.ris", "embase")
    records = table([{**record, "source": "embase"} for record in found.records])
    one, two, three = found.record_ids
    screened = [(one, "settled", "include"), (two, "settled", "exclude"), (three, "settled", "include")]
    read_in_full = [(one, "settled", "include", ""), (three, "settled", "exclude", "Wrong population")]
    decisions = {
        "title_abstract": pd.DataFrame(screened, columns=["item_id", "state", "decision"]),
        "full_text": pd.DataFrame(read_in_full, columns=["item_id", "state", "decision", "reason"]),
    }
    studies = pd.DataFrame([(one, "Quint 2019")], columns=["report_ids", "label"])
    listed, problems = read(known_studies(folder / "config"))
    rows = recall_table(
        listed, records, {name: name for name in found.record_ids}, decisions, studies, {"embase": "Embase"}
    )
    summary = recall_summary(rows, problems)
    write_json(folder / "results/flow/known_studies.json", summary)
    return rows, summary, folder, found.record_ids


def test_the_table_says_of_each_where_it_is(followed):
    rows, _, _, (one, two, three) = followed
    columns = ["known", "place", "found_by", "report_id", "stage", "outcome", "reason", "study"]
    by_title = ("Abel 2022 Cells in Mice and Men.", "library.ris, record 1")
    assert sorted(rows[columns].itertuples(index=False, name=None)) == sorted(
        [
            ("PMID: 31000001", "known_studies.txt, line 1", "Embase", one, "full_text", "included", "", "Quint 2019"),
            ("10.5555/two", "known_studies.txt, line 2", "Embase", two, "title_abstract", "excluded", "", ""),
            ("31000009", "known_studies.txt, line 3", "", "", "search", "not found", "", ""),
            ("10.5555/nine", "known_studies.txt, line 4", "", "", "search", "not found", "", ""),
            (*by_title, "Embase", three, "full_text", "excluded", "Wrong population", ""),
            ("Poe 2018 Nobody's cells", "library.ris, record 2", "", "", "search", "not found", "", ""),
        ]
    )


def test_every_lost_one_has_a_sentence_and_the_included_one_none(followed):
    _, summary, folder, (_, two, three) = followed
    assert summary["summary"] == "Of 6 known studies the searches found 3; included so far: 1."
    assert set(summary["lost"]) == {
        f"The known study 10.5555/two (known_studies.txt, line 2) was excluded at title and abstract: {two}.",
        "The known study 31000009 (known_studies.txt, line 3) was not found by any search.",
        "The known study 10.5555/nine (known_studies.txt, line 4) was not found by any search.",
        "The known study Abel 2022 Cells in Mice and Men. (library.ris, record 1) was excluded at full text "
        f"(Wrong population): {three}.",
        "The known study Poe 2018 Nobody's cells (library.ris, record 2) was not found by any search.",
    }
    (problem,) = summary["problems"]
    assert "known_studies.txt, line 5: “the one by Stone” is no PMID, DOI" in problem
    assert known_studies_told(folder) == [summary["summary"], *summary["lost"], problem]


def test_the_page_shows_the_same(followed):
    rows, _, _, (one, two, three) = followed
    page = html.document_fromstring(render(samples.context() | {"known": rows.to_dict("records")}))
    (details,) = page.xpath("//section[@id='flow']//details[summary[contains(., 'known stud')]]")
    assert details.get("open") is not None, "what was lost is not folded away"
    (head,) = details.xpath("summary")
    assert head.text_content() == "6 known studies, 3 found by the searches, 5 missing, excluded or not retrieved"
    shown = [[re.sub(r"\s+", " ", cell.text_content()) for cell in row] for row in details.xpath(".//tbody/tr")]
    assert sorted(shown) == sorted(
        [
            ["Quint 2019", "Embase", one, "included, full text", "–"],
            ["10.5555/two", "Embase", two, "excluded, title and abstract", "–"],
            ["31000009", "no search", "–", "not found", "–"],
            ["10.5555/nine", "no search", "–", "not found", "–"],
            ["Abel 2022 Cells in Mice and Men.", "Embase", three, "excluded, full text", "Wrong population"],
            ["Poe 2018 Nobody's cells", "no search", "–", "not found", "–"],
        ]
    )
    limits = re.sub(r"\s+", " ", page.get_element_by_id("limitations").text_content())
    assert "3 of 6 known studies not found by any search." in limits
