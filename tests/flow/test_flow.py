"""The PRISMA flow: every box counted from the tables, every arrow an identity that is seen to fail."""

from __future__ import annotations

import copy
import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prismake.core.errors import FlowError, PrismakeError
from prismake.flow import NO_REASON, check, identities, outcomes, prisma_flow
from prismake.flow.places import DATABASES, OTHER, counted, places
from prismake.kept.versions import Version, freeze, read_version


def behind_agrees(tables: dict) -> None:
    """The records behind each box are as many as the box says, whatever it counts."""
    flow, table = prisma_flow(tables), places(tables)
    for column, boxes in ((DATABASES, flow.boxes), (OTHER, flow.boxes.get("other", {}))):
        for box in ("identified", "removed"):
            assert counted(table, column, box) == boxes.get(box, {"total": 0})["total"], (column, box)
        for box in ("sought", "not_retrieved", "undecided_full_text", "assessed"):
            assert counted(table, column, box) == boxes.get(box, 0), (column, box)
        reasons = table[(table["column"] == column) & (table["reason"] != "")]["reason"].value_counts().to_dict()
        assert reasons == boxes.get("excluded_full_text", {})
    for box in ("screened", "excluded_title_abstract", "undecided_title_abstract"):
        assert counted(table, DATABASES, box) == flow.boxes[box]
    assert table["record_id"].is_unique


def decisions(rows: list[tuple], columns: tuple[str, ...] = ("item_id", "state", "decision", "reason")) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(columns))


def review() -> dict:
    """Nine records, three of them seen twice, one found by citation searching alone.

    pubmed: p1 p2 p3 p4; embase: e1 (= p1) e2; trials (a register): t1; citations: c1 (= p2) c2 c3 (= c2).
    """
    record_ids = ["p1", "p2", "p3", "p4", "e1", "e2", "t1", "c1", "c2", "c3"]
    source = {"p": "pubmed", "e": "embase", "t": "trials", "c": "citations"}
    report = {"e1": "p1", "c1": "p2", "c3": "c2"}
    return {
        "searches": [
            {"source": "pubmed", "label": "PubMed", "kind": "database", "records": 4},
            {"source": "embase", "label": "Embase", "kind": "database", "records": 2},
            {"source": "trials", "label": "ClinicalTrials.gov", "kind": "register", "records": None},
            {"source": "citations", "label": "Citation searching", "kind": "other", "records": 3},
        ],
        "records": pd.DataFrame({"record_id": record_ids, "source": [source[name[0]] for name in record_ids]}),
        "duplicates": pd.DataFrame({"record_id": record_ids, "report_id": [report.get(n, n) for n in record_ids]}),
        "title_abstract": decisions(
            [
                ("p1", "settled", "include", ""),
                ("p2", "settled", "include", ""),
                ("p3", "settled", "exclude", ""),
                ("p4", "conflict", "", ""),
                ("e2", "settled", "include", ""),
            ]
        ),
        "full_text": decisions(
            [
                ("p1", "settled", "include", ""),
                ("p2", "settled", "exclude", "Wrong outcome"),
                ("e2", "settled", "not retrieved", ""),
                ("c2", "settled", "include", ""),
            ]
        ),
        "studies": pd.DataFrame({"study_id": ["smith2020"], "report_ids": ["p1; c2"]}),
    }


def test_a_report_that_is_taken_up_again_is_screened_and_sought():
    tables = review()
    before = prisma_flow(tables).boxes
    tables["full_text"].loc[4] = ["p3", "undecided", "", ""]
    flow = prisma_flow(tables | {"reopened": {"p3"}})
    boxes = flow.boxes
    assert boxes["screened"] == before["screened"]
    assert (boxes["excluded_title_abstract"], boxes["sought"]) == (0, before["sought"] + 1)
    assert (boxes["undecided_full_text"], boxes["included"]) == (1, before["included"])
    assert "p3" not in outcomes(tables | {"reopened": {"p3"}}), "it waits for a decision"
    assert flow.notes == (
        "Excluded at title and abstract but sought in full text, because they belong to an included report: 1.",
    )
    tables["full_text"].loc[4] = ["p3", "settled", "exclude", "Registration"]
    boxes = prisma_flow(tables | {"reopened": {"p3"}}).boxes
    assert boxes["excluded_full_text"] == {"Registration": 1, "Wrong outcome": 1}
    assert outcomes(tables | {"reopened": {"p3"}})["p3"] == "excluded at full text"


def test_a_report_that_nobody_had_screened_is_no_longer_removed_once_it_is_read():
    tables = review()
    tables["title_abstract"].loc[3] = ["p4", "not screened", "", ""]
    tables["removed"] = pd.DataFrame({"report_id": ["p4"], "why": ["automation"]})
    before = prisma_flow(tables).boxes
    tables["full_text"].loc[4] = ["p4", "settled", "include", ""]
    tables["studies"].loc[0, "report_ids"] = "p1; c2; p4"
    after = prisma_flow(tables | {"reopened": {"p4"}}).boxes
    assert (before["removed"]["automation"], after["removed"]["automation"]) == (1, 0)
    assert after["screened"] == before["screened"] + 1 and after["included"]["reports"] == 3


def test_both_columns_are_counted():
    flow = prisma_flow(review())
    boxes = flow.boxes
    assert boxes["identified"] == {
        "databases": {"PubMed": 4, "Embase": 2},
        "registers": {"ClinicalTrials.gov": 1},
        "total": 7,
    }
    assert boxes["removed"] == {"duplicates": 1, "automation": 0, "other": 0, "total": 1}
    assert (boxes["screened"], boxes["excluded_title_abstract"], boxes["undecided_title_abstract"]) == (4, 1, 2)
    assert (boxes["sought"], boxes["not_retrieved"], boxes["undecided_full_text"], boxes["assessed"]) == (3, 1, 0, 2)
    assert boxes["excluded_full_text"] == {"Wrong outcome": 1}
    other = boxes["other"]
    assert other["identified"] == {"sources": {"Citation searching": 3}, "total": 3}
    assert other["removed"]["duplicates"] == 2, "one duplicates a database report, one the other citation"
    assert (other["sought"], other["assessed"], other["excluded_full_text"]) == (1, 1, {})
    assert boxes["included"] == {"studies": 1, "reports": 2}
    assert "previous" not in boxes
    assert flow.undecided == 2
    assert flow.notes == ()


def test_databases_only_has_one_column():
    tables = review()
    tables["searches"] = tables["searches"][:3]
    keep = ~tables["records"]["record_id"].str.startswith("c")
    tables["records"], tables["duplicates"] = tables["records"][keep], tables["duplicates"][keep]
    tables["full_text"] = tables["full_text"][tables["full_text"]["item_id"] != "c2"]
    tables["studies"] = pd.DataFrame({"study_id": ["smith2020"], "report_ids": ["p1"]})
    flow = prisma_flow(tables)
    assert "other" not in flow.boxes
    assert flow.boxes["included"] == {"studies": 1, "reports": 1}


def test_updated_review_adds_the_previous_studies():
    boxes = prisma_flow(review() | {"previous": {"studies": 10, "reports": 14}}).boxes
    assert boxes["total"] == {"studies": 11, "reports": 16}


def test_a_review_that_has_not_begun():
    tables = review()
    for name in ("title_abstract", "full_text", "studies"):
        tables[name] = tables[name].iloc[:0]
    flow = prisma_flow(tables | {"possible_duplicates": 3})
    assert flow.boxes["screened"] == 0
    assert flow.boxes["undecided_title_abstract"] == 6
    assert flow.boxes["other"]["undecided_full_text"] == 1
    assert flow.undecided == 6 + 1 + 3


def test_removed_before_screening_by_automation_and_other_reasons():
    tables = review()
    tables["removed"] = pd.DataFrame({"report_id": ["p4", "t1"], "why": ["automation", "retracted"]})
    boxes = prisma_flow(tables).boxes
    assert boxes["removed"] == {"duplicates": 1, "automation": 1, "other": 1, "total": 3}
    assert boxes["undecided_title_abstract"] == 0


def test_decisions_are_found_through_any_member_of_a_cluster():
    tables = review()
    tables["title_abstract"] = tables["title_abstract"].replace({"item_id": {"p1": "e1"}})
    assert prisma_flow(tables).boxes["sought"] == 3


def test_a_merged_report_that_was_decided_differently_is_undecided():
    tables = review()
    tables["title_abstract"].loc[len(tables["title_abstract"])] = ["e1", "settled", "exclude", ""]
    tables["full_text"] = tables["full_text"][tables["full_text"]["item_id"] != "p1"]
    tables["studies"] = pd.DataFrame({"study_id": ["smith2020"], "report_ids": ["c2"]})
    flow = prisma_flow(tables)
    assert flow.boxes["undecided_title_abstract"] == 3
    assert "decided differently at title and abstract" in flow.notes[0]


def test_what_is_not_counted_is_said():
    tables = review()
    tables["title_abstract"].loc[len(tables["title_abstract"])] = ["gone", "settled", "include", ""]
    tables["title_abstract"].loc[len(tables["title_abstract"])] = ["c2", "settled", "include", ""]
    tables["full_text"].loc[len(tables["full_text"])] = ["p3", "settled", "exclude", "Wrong outcome"]
    flow = prisma_flow(tables)
    assert len(flow.notes) == 3
    assert flow.boxes == prisma_flow(review()).boxes


def test_reasons_by_count_then_name_and_none_given():
    tables = review()
    tables["title_abstract"]["state"] = "settled"
    tables["title_abstract"]["decision"] = "include"
    rows = [
        (name, "settled", "exclude", reason)
        for name, reason in zip(["p1", "p2", "p3", "p4", "e2"], ["b", "a", "c", "c", float("nan")], strict=True)
    ]
    tables["full_text"] = decisions([*rows, ("c2", "settled", "include", "")])
    tables["studies"] = pd.DataFrame({"study_id": ["smith2020"], "report_ids": ["c2"]})
    boxes = prisma_flow(tables).boxes
    assert list(boxes["excluded_full_text"].items()) == [("c", 2), (NO_REASON, 1), ("a", 1), ("b", 1)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t["searches"][0].update(records=5), "Records retrieved from PubMed"),
        (lambda t: t.update(records=t["records"].iloc[1:]), "not in the record table, the first being p1"),
        (lambda t: t.update(duplicates=t["duplicates"].iloc[:-1]), "no row in the table of duplicates"),
        (lambda t: t["searches"].pop(), "'citations', which is not among the searches"),
        (lambda t: t["searches"][0].update(kind="website"), "of kind 'website'"),
        (lambda t: t["searches"].append(dict(t["searches"][0])), "is listed twice among the searches"),
        (lambda t: t.update(records=pd.concat([t["records"], t["records"].iloc[:1]])), "twice in the record table"),
        (lambda t: t["studies"].update({"report_ids": ["p1"]}), "belong to no study, the first being c2"),
        (lambda t: t["studies"].update({"report_ids": ["p1; c2; p2"]}), "not included, the first being p2"),
        (lambda t: t["title_abstract"].replace("exclude", "perhaps", inplace=True), "Records screened − records excl"),
        (lambda t: t["full_text"].replace("exclude", "perhaps", inplace=True), "Reports sought − reports not retr"),
    ],
)
def test_each_broken_table_is_named(change, words):
    tables = review()
    change(tables)
    with pytest.raises(FlowError, match="PRISMA flow") as caught:
        prisma_flow(tables)
    assert words in str(caught.value)


def test_every_count_stands_in_an_identity():
    """A count that is off by one anywhere is noticed: no box escapes the check."""
    flow = prisma_flow(review() | {"previous": {"studies": 10, "reports": 14}})
    paths = [
        *[(name,) for name in ("screened", "excluded_title_abstract", "undecided_title_abstract", "sought")],
        *[(name,) for name in ("not_retrieved", "undecided_full_text", "assessed")],
        *[("removed", name) for name in ("duplicates", "automation", "other", "total")],
        *[("other", "removed", name) for name in ("duplicates", "automation", "other", "total")],
        *[("other", name) for name in ("sought", "not_retrieved", "undecided_full_text", "assessed")],
        ("identified", "total"),
        ("identified", "databases", "PubMed"),
        ("other", "identified", "sources", "Citation searching"),
        ("other", "identified", "total"),
        ("excluded_full_text", "Wrong outcome"),
        *[(box, name) for box in ("included", "previous", "no_longer", "total") for name in ("studies", "reports")],
    ]
    for path in paths:
        boxes = copy.deepcopy(flow.to_dict()["boxes"])
        place = boxes
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] += 1
        with pytest.raises(FlowError):
            check(boxes)


def test_rows_and_dict_hold_the_same_counts():
    flow = prisma_flow(review())
    rows = flow.rows()
    assert {"column": "databases", "box": "identified", "item": "databases: PubMed", "count": 4} in rows
    assert {"column": "other methods", "box": "sought", "item": "", "count": 1} in rows
    assert {"column": "review", "box": "included", "item": "reports", "count": 2} in rows
    assert json.loads(json.dumps(flow.to_dict()))["boxes"] == flow.boxes


def drawn_decisions(data, reports: list[str], database: set[str], states: st.SearchStrategy[str]) -> tuple[list, list]:
    """Any decisions at title and abstract on what databases found, and in full text on what passed or came otherwise."""
    screening = [
        (r, data.draw(states), data.draw(st.sampled_from(["include", "exclude"])), "") for r in sorted(database)
    ]
    passed = {r for r, state, said, _ in screening if (state, said) == ("settled", "include")}
    reading = [
        (r, data.draw(states), data.draw(st.sampled_from(["include", "exclude", "not retrieved"])), "Because")
        for r in reports
        if r in passed or r not in database
    ]
    return screening, reading


@given(st.data())
def test_identities_hold_at_every_moment_of_any_review(data):
    """Any clustering, any state of the decisions: the arrows add up, and every record is in exactly one end box."""
    count = data.draw(st.integers(0, 25))
    sources = data.draw(st.lists(st.sampled_from(["a", "b", "reg", "web"]), min_size=count, max_size=count))
    cluster = data.draw(st.lists(st.integers(0, 12), min_size=count, max_size=count))
    names = [f"{source}:{index:02d}" for index, source in enumerate(sources)]
    first: dict[int, str] = {}
    report = [first.setdefault(number, name) for number, name in zip(cluster, names, strict=True)]
    reports = sorted(set(report))
    database = {r for r, s in zip(report, sources, strict=True) if s != "web"}
    states = st.sampled_from(["settled", "undecided", "conflict", "problem"])
    screening, reading = drawn_decisions(data, reports, database, states)
    included = [r for r, state, said, _ in reading if (state, said) == ("settled", "include")]
    kinds = {"a": "database", "b": "database", "reg": "register", "web": "other"}
    tables = {
        "searches": [{"source": s, "label": s, "kind": kind, "records": sources.count(s)} for s, kind in kinds.items()],
        "records": pd.DataFrame({"record_id": names, "source": sources}),
        "duplicates": pd.DataFrame({"record_id": names, "report_id": report}),
        "title_abstract": decisions(screening),
        "full_text": decisions(reading),
        "studies": pd.DataFrame({"study_id": included, "report_ids": included}),
    }
    flow = prisma_flow(tables)
    behind_agrees(tables)
    assert all(one == other for _, one, other in identities(flow.boxes))
    ends = 0
    for boxes in (flow.boxes, flow.boxes["other"]):
        ends += boxes["removed"]["total"] + boxes["not_retrieved"] + sum(boxes["excluded_full_text"].values())
    ends += flow.boxes["excluded_title_abstract"] + flow.undecided + flow.boxes["included"]["reports"]
    assert ends == count


# --- updated reviews -------------------------------------------------------------------------------------------------


def frozen(tables: dict) -> Version:
    """The tables as a version: what had ended, by report."""
    report_of = dict(zip(tables["duplicates"]["record_id"], tables["duplicates"]["report_id"], strict=True))
    ended = outcomes(tables)
    studies = {row["study_id"]: tuple(row["report_ids"].split("; ")) for row in tables["studies"].to_dict("records")}
    return Version("first", ended, {one: report for one, report in report_of.items() if report in ended}, studies)


def grown(tables: dict, source: str, report: str, name: str) -> None:
    """A record more, as a later search gives it."""
    tables["records"].loc[len(tables["records"])] = [name, source]
    tables["duplicates"].loc[len(tables["duplicates"])] = [name, report]
    for search in tables["searches"]:
        if search["source"] == source and search["records"] is not None:
            search["records"] += 1


def test_an_update_counts_what_is_new_since_the_version():
    version = frozen(review())
    assert set(version.outcome) == {"p1", "p2", "p3", "e2", "c2"}, "p4 and t1 waited for a decision"
    assert version.included == {"p1", "c2"}

    tables = review()
    grown(tables, "pubmed", "p5", "p5")
    grown(tables, "embase", "p1", "e9")  # a duplicate of a study of the version
    boxes = prisma_flow(tables | {"version": version}).boxes
    assert boxes["identified"]["databases"] == {"PubMed": 2, "Embase": 1}, "p4 waited when the version was frozen"
    assert boxes["identified"]["registers"] == {"ClinicalTrials.gov": 1}
    assert boxes["removed"]["duplicates"] == 1
    assert (boxes["screened"], boxes["undecided_title_abstract"]) == (0, 3)
    assert boxes["other"]["identified"]["total"] == 0
    assert boxes["previous"] == boxes["total"] == {"studies": 1, "reports": 2}
    assert boxes["included"] == boxes["no_longer"] == {"studies": 0, "reports": 0}


def test_what_changed_since_the_version_is_counted_anew_and_said():
    version = frozen(review())
    tables = review()
    # the included p1 is excluded now, the excluded p2 is included with a study of its own
    tables["full_text"].loc[0] = ["p1", "settled", "exclude", "Retracted"]
    tables["full_text"].loc[1] = ["p2", "settled", "include", ""]
    tables["studies"] = pd.DataFrame({"study_id": ["smith2020", "lee2021"], "report_ids": ["c2", "p2"]})
    flow = prisma_flow(tables | {"version": version})
    boxes = flow.boxes
    assert boxes["previous"] == {"studies": 1, "reports": 2}
    assert boxes["no_longer"] == {"studies": 0, "reports": 1}
    assert boxes["included"] == {"studies": 1, "reports": 1}
    assert boxes["total"] == {"studies": 2, "reports": 2}
    assert boxes["excluded_full_text"] == {"Retracted": 1}
    assert boxes["removed"]["duplicates"] == 1, "e1, which came with p1"
    assert "previous version (first) that were reassessed and count among the new ones: 2." in flow.notes[0]


def test_a_new_report_of_a_previous_study_is_no_new_study():
    version = frozen(review())
    tables = review()
    tables["title_abstract"].loc[3] = ["p4", "settled", "include", ""]
    tables["full_text"].loc[len(tables["full_text"])] = ["p4", "settled", "include", ""]
    tables["studies"] = pd.DataFrame({"study_id": ["smith2020"], "report_ids": ["p1; c2; p4"]})
    flow = prisma_flow(tables | {"version": version})
    assert flow.boxes["included"] == {"studies": 0, "reports": 1}
    assert flow.boxes["total"] == {"studies": 1, "reports": 3}
    assert "New reports of studies that the previous version had included" in flow.notes[0]


def test_studies_of_a_version_that_were_brought_together_are_one():
    tables = review()
    tables["studies"] = pd.DataFrame({"study_id": ["a", "b"], "report_ids": ["p1", "c2"]})
    version = frozen(tables)
    boxes = prisma_flow(review() | {"version": version}).boxes
    assert boxes["previous"] == {"studies": 2, "reports": 2}
    assert boxes["no_longer"] == {"studies": 1, "reports": 0}
    assert boxes["total"] == {"studies": 1, "reports": 2}


def test_a_report_that_another_method_found_first_is_not_screened_when_a_database_finds_it():
    tables = review()
    grown(tables, "embase", "c2", "e9")
    strays = prisma_flow(copy.deepcopy(tables) | {"studies": review()["studies"].replace("p1; c2", "p1")})
    assert strays.boxes["undecided_title_abstract"] == 3 and "no longer part of that stage" in strays.notes[0]
    boxes = prisma_flow(tables | {"direct": {"c2"}}).boxes
    assert boxes["undecided_title_abstract"] == 2
    assert boxes["removed"]["duplicates"] == 2
    assert boxes["other"]["assessed"] == 1


def test_a_version_is_written_once_and_read_back(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tables = review()
    report_of = dict(zip(tables["duplicates"]["record_id"], tables["duplicates"]["report_id"], strict=True))
    studies = tables["studies"].assign(label="Smith 2020")
    searches = [{**one, "date": "2025-08-31"} for one in tables["searches"]]
    path = freeze("2025-08-31", outcomes(tables), report_of, studies, searches)
    assert path.as_posix() == "config/versions/2025-08-31.json"
    version = read_version("2025-08-31")
    assert (version.outcome, version.members) == (frozen(tables).outcome, frozen(tables).members)
    assert version.studies == {"smith2020": ("p1", "c2")}
    with pytest.raises(PrismakeError, match="already"):
        freeze("2025-08-31", {}, {}, studies, [])
    with pytest.raises(PrismakeError, match="Name one of these: 2025-08-31"):
        read_version("2025")
    with pytest.raises(PrismakeError, match="is not a valid name"):
        freeze("../2025", {}, {}, studies, [])
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(PrismakeError, match="good copy back from a backup"):
        read_version("2025-08-31")


def drawn_review(data, count: int, names: list[str], report: list[str]) -> dict:
    """Any state of the decisions on given records and clusters, and any grouping of included reports."""
    kinds = {"a": "database", "b": "database", "reg": "register", "web": "other"}
    sources = [name.split(":")[0] for name in names]
    reports = sorted(set(report))
    database = {r for r, s in zip(report, sources, strict=True) if s != "web"}
    states = st.sampled_from(["settled", "settled", "undecided"])
    screening, reading = drawn_decisions(data, reports, database, states)
    groups: dict[int, list[str]] = {}
    for r, state, said, _ in reading:
        if (state, said) == ("settled", "include"):
            groups.setdefault(data.draw(st.integers(0, 6)), []).append(r)
    return {
        "searches": [{"source": s, "label": s, "kind": kind, "records": sources.count(s)} for s, kind in kinds.items()],
        "records": pd.DataFrame({"record_id": names, "source": sources}),
        "duplicates": pd.DataFrame({"record_id": names, "report_id": report}),
        "title_abstract": decisions(screening),
        "full_text": decisions(reading),
        "studies": pd.DataFrame(
            {
                "study_id": [members[0] for members in groups.values()],
                "report_ids": ["; ".join(m) for m in groups.values()],
            },
            dtype=str,
        ),
    }


def clustered(data, names: list[str]) -> list[str]:
    first: dict[int, str] = {}
    return [first.setdefault(data.draw(st.integers(0, 8)), name) for name in names]


@given(st.data())
def test_identities_hold_for_any_update_of_any_version(data):
    """Whatever was frozen and whatever happened since: both columns add up, and the total is the studies there are."""
    count = data.draw(st.integers(0, 14))
    names = [f"{data.draw(st.sampled_from(['a', 'b', 'reg', 'web']))}:{index:02d}" for index in range(count)]
    earlier = names[: data.draw(st.integers(0, count))]
    before = drawn_review(data, len(earlier), earlier, clustered(data, earlier))
    version = frozen(before)
    now = drawn_review(data, count, names, clustered(data, names))
    boxes = prisma_flow(now | {"version": version}).boxes
    behind_agrees(now | {"version": version})
    assert all(one == other for _, one, other in identities(boxes))
    assert boxes["total"] == {"studies": len(now["studies"]), "reports": sum(
        len(one.split("; ")) for one in now["studies"]["report_ids"]
    )}  # fmt: skip
    assert boxes["previous"] == {"studies": len(version.studies), "reports": len(version.included)}
    assert min(*boxes["included"].values(), *boxes["no_longer"].values()) >= 0
    same = prisma_flow(before | {"version": version}).boxes
    assert same["included"] == same["no_longer"] == {"studies": 0, "reports": 0}, "nothing happened since"
    ended = [report for report in before["duplicates"]["report_id"].unique() if report in version.outcome]
    everything = prisma_flow(before).boxes
    assert same["undecided_title_abstract"] == everything["undecided_title_abstract"]
    assert same["identified"]["total"] + same["other"]["identified"]["total"] == len(earlier) - sum(
        before["duplicates"]["report_id"].isin(ended)
    )
