"""What each stage asks about, and how reports become studies."""

from __future__ import annotations

import pandas as pd
import pytest
from prismake.core.records import table
from prismake.extraction.extraction_rows import extraction_rows
from prismake.fulltexts.full_text_rows import full_text_rows
from prismake.fulltexts.studies import included_studies
from prismake.kept.ids import FULL_TEXT, SCREENING, routes_of, steady_id
from prismake.panel.screening_rows import handed_on, screening_rows

NO_LINKS = pd.DataFrame(columns=["first", "second", "kind"])
KINDS = {"embase": "database", "pubmed": "database", "hand": "other"}


def reports(*rows):
    base = [{"title": f"Title {row['report_id']}", "year": 2020, "authors": ["Maude SL"], **row} for row in rows]
    frame = table(base).drop(columns=["record_id", "source"])
    return frame.assign(
        report_id=[row["report_id"] for row in rows],
        sources=[row.get("sources", ["embase"]) for row in rows],
        record_ids=[row.get("record_ids", [row["report_id"]]) for row in rows],
        route=[row.get("route", SCREENING) for row in rows],
    )


def assessed(*rows):
    base = {"state": "settled", "decision": "include", "reason": "", "design": "single_arm", "study": "", "arms": ""}
    return pd.DataFrame([{**base, **row} for row in rows], dtype=str)


def test_reports_of_other_methods_go_straight_to_full_text():
    table_ = reports(
        {"report_id": "e:1"},
        {"report_id": "h:1", "route": FULL_TEXT},
        {"report_id": "h:2"},
    )
    assert list(screening_rows(table_, NO_LINKS, {})["item_id"]) == ["e:1", "h:2"]
    screened = pd.DataFrame({"item_id": ["e:1", "h:2"], "decision": ["include", "exclude"], "state": "settled"})
    assert list(full_text_rows(table_, screened, NO_LINKS, {}, handed_on=True).queue["item_id"]) == ["e:1", "h:1"]
    assert list(full_text_rows(table_, screened, NO_LINKS, {}, handed_on=False).queue["item_id"]) == ["h:1"]


@pytest.mark.parametrize(
    ("sources", "earlier", "routes", "route"),
    [
        (["hand"], {}, {}, FULL_TEXT),
        (["embase", "hand"], {}, {}, SCREENING),
        (["embase", "hand"], {"h:1": "h:1"}, {"h:1": FULL_TEXT}, FULL_TEXT),
        (["embase", "hand"], {"h:1": "h:1", "e:1": "e:1"}, {"h:1": FULL_TEXT, "e:1": SCREENING}, SCREENING),
        (["embase", "hand"], {"h:1": "h:1"}, {}, SCREENING),
    ],
)
def test_a_report_that_other_methods_found_first_is_not_screened_later(sources, earlier, routes, route):
    table_ = pd.DataFrame({"record_ids": [["e:1", "h:1"]], "sources": [sources]})
    assert routes_of(table_, KINDS, earlier, routes) == [route]


def test_full_texts_name_the_reports_that_may_be_of_the_same_study():
    table_ = reports(
        {"report_id": "e:1", "record_ids": ["e:1", "p:7"], "trial_ids": ["NCT01376167"]},
        {"report_id": "e:2", "authors": ["Lacerda MV"], "year": 2015},
        {"report_id": "e:3", "trial_ids": ["NCT01376167"]},
        {"report_id": "e:4"},
    )
    links = pd.DataFrame({"first": ["e:2"], "second": ["p:7"], "kind": ["correction"]})
    screened = pd.DataFrame({"item_id": ["e:1", "e:2", "e:4"], "decision": "include", "state": "settled"})
    found = full_text_rows(table_, screened, links, {}, handed_on=True).queue.set_index("item_id")["related"].to_dict()
    assert found == {
        "e:1": "correction: Lacerda 2015, Title e:2 [e:2]\nNCT01376167: Maude 2020, Title e:3 [e:3]",
        "e:2": "correction: Maude 2020, Title e:1 [e:1]",
        "e:4": "",
    }
    on_abstract = screening_rows(table_, links, {}).set_index("item_id")["related"].to_dict()
    assert on_abstract == {**found, "e:3": "NCT01376167: Maude 2020, Title e:1 [e:1]"}


def linked_review():
    """e:1 is read in full; its registry entry r:1, the entry's preprint p:1 and its comment c:1 were excluded, its
    abstract a:1 nobody has screened, its correction k:1 waits for a decision; x:1 belongs to nothing that is read."""
    names = ("a:1", "c:1", "e:1", "k:1", "p:1", "r:1", "x:1", "x:2")
    links = [
        ("a:1", "e:1", "conference abstract"),
        ("c:1", "e:1", "comment or reply"),
        ("e:1", "k:1", "correction"),
        ("e:1", "r:1", "registry entry"),
        ("p:1", "r:1", "preprint"),
        ("x:1", "x:2", "preprint"),
    ]
    states = {"a:1": ("not screened", ""), "e:1": ("settled", "include"), "k:1": ("undecided", "")}
    screened = [(name, *states.get(name, ("settled", "exclude"))) for name in names]
    return (
        reports(*({"report_id": name} for name in names)),
        pd.DataFrame(screened, columns=["item_id", "state", "decision"]),
        pd.DataFrame(links, columns=["first", "second", "kind"]),
    )


def test_reports_that_were_left_out_wait_for_the_one_they_are_linked_to():
    rows = full_text_rows(*linked_review(), {}, handed_on=True)
    assert rows.linked.values.tolist() == [
        ["a:1", "e:1", "conference abstract", "not screened"],
        ["p:1", "r:1", "preprint", "exclude"],
        ["r:1", "e:1; p:1", "registry entry; preprint", "exclude"],
    ]
    queue = rows.queue.set_index("item_id")
    assert queue["waits_for"].to_dict() == {"a:1": "e:1", "e:1": "", "p:1": "r:1", "r:1": "e:1\np:1"}
    assert queue.loc["r:1", "related"].startswith("Excluded at title and abstract; asked about here because")
    assert queue.loc["a:1", "related"].startswith("Not screened on title and abstract;")
    assert "registry entry: Maude 2020, Title r:1 [r:1]" in queue.loc["e:1", "related"]


def test_a_stage_that_keeps_its_results_back_reopens_nothing():
    rows = full_text_rows(*linked_review(), {}, handed_on=False)
    assert rows.queue.empty and rows.linked.empty


def test_gates():
    open_stage = pd.DataFrame({"state": ["settled", "undecided"]})
    assert handed_on(open_stage, "rolling")
    assert not handed_on(open_stage, "complete")
    assert handed_on(open_stage[:1], "complete")


def test_reports_with_one_name_are_one_study():
    table_ = reports({"report_id": "a"}, {"report_id": "b", "doi": "10.1/b"}, {"report_id": "c"})
    found = included_studies(
        table_,
        assessed({"item_id": "a", "study": "ELIANA"}, {"item_id": "b", "study": " eliana"}, {"item_id": "c"}),
        {},
    )
    assert list(found["study_id"]) == ["a", "c"]
    assert found["report_ids"].tolist() == ["a; b", "c"]
    assert found["label"].tolist() == ["ELIANA", "Maude 2020"]
    assert found["report"][0] == "Title b", "the article speaks for the study, not the entry without identifiers"


def test_a_study_keeps_the_id_it_was_first_known_by():
    assert steady_id(["b", "c"], {}) == "b"
    assert steady_id(["a", "b", "c"], {"b": "b", "c": "b"}) == "b"
    assert steady_id(["a", "c"], {"b": "b", "c": "b"}) == "a", "an id whose report is gone is not carried on"


def test_equal_labels_are_told_apart():
    found = included_studies(
        reports({"report_id": "a"}, {"report_id": "b"}), assessed({"item_id": "a"}, {"item_id": "b"}), {}
    )
    assert found["label"].tolist() == ["Maude 2020a", "Maude 2020b"]


def test_only_settled_inclusions_are_studies():
    rows = [{"item_id": "a", "state": "conflict"}, {"item_id": "b", "decision": "exclude"}, {"item_id": "c"}]
    found = included_studies(reports(*({"report_id": row["item_id"]} for row in rows)), assessed(*rows), {})
    assert list(found["study_id"]) == ["c"]


def test_different_designs_in_one_study_are_said():
    rows = [{"item_id": "a", "study": "X", "design": "cohort"}, {"item_id": "b", "study": "X", "design": "single_arm"}]
    found = included_studies(reports({"report_id": "a"}, {"report_id": "b"}), assessed(*rows), {})
    assert "cohort, single_arm" in found["problem"][0]


def test_arms_are_extracted_separately():
    found = included_studies(reports({"report_id": "a"}), assessed({"item_id": "a", "arms": "CD19; CD22"}), {})
    assert list(extraction_rows(found, {})["item_id"]) == ["a|CD19", "a|CD22"]
