"""The public surface: shapes, order, answers, ids of earlier runs."""

from __future__ import annotations

import pandas as pd
import pytest
from prismake.core.errors import DedupError
from prismake.core.records import table
from prismake.dedup import deduplicate, find_duplicates, merge_reports
from prismake.dedup.answers import settled, without_effect


def record(record_id: str, **fields: object) -> dict:
    base = {
        "record_id": record_id, "source": record_id.split(":", maxsplit=1)[0],
        "title": "Tafenoquine for the radical cure of vivax malaria",
        "authors": ["Llanos-Cuentas A", "Lacerda MV"], "year": 2014, "journal": "Lancet", "volume": "383",
        "issue": "9922", "pages": "1049-1058",
    }  # fmt: skip
    return {**base, **fields}


def test_two_exports_of_one_article_are_one_report() -> None:
    records = table([record("pubmed:1", doi="10.1016/s0140-6736(13)62568-4"), record("embase:9", pages="1049-58")])
    found = deduplicate(records)
    assert list(found.columns) == ["record_id", "report_id", "matched_on", "score"]
    assert found["record_id"].tolist() == ["embase:9", "pubmed:1"]
    assert found["report_id"].tolist() == ["embase:9", "embase:9"]
    assert set(found["matched_on"]) == {"same title and place"}


def test_an_empty_table_gives_empty_tables() -> None:
    found = find_duplicates(table([]))
    assert len(found.clusters) == len(found.queue) == len(found.links) == len(found.audit) == 0
    assert list(found.queue.columns) == [
        "item_id",
        "first",
        "second",
        "probability",
        "reason",
        "differences",
        "members",
    ]
    assert list(found.merges.columns) == ["item_id", "first", "second", "score", "rule", "differences", "members"]
    assert len(merge_reports(table([]), found.clusters)) == 0


def test_an_answer_undoes_a_merge_and_makes_one() -> None:
    records = table(
        [record("a:1"), record("b:1"), record("c:1", title="Quite another thing about the liver stage", pages="3-4")]
    )
    apart = find_duplicates(records, answers={"a:1|b:1": "different"}).clusters
    assert apart["report_id"].nunique() == 3
    joined = find_duplicates(records, answers={"a:1|c:1": "same"}).clusters
    assert joined["report_id"].nunique() == 1
    assert joined.set_index("record_id").loc["c:1", "decided_by"] == "panel"


def test_earlier_ids_stay() -> None:
    records = table([record("a:1"), record("b:1")])
    found = find_duplicates(records, previous={"b:1": "b:1"}).clusters
    assert found["report_id"].tolist() == ["b:1", "b:1"]


def test_merged_reports_keep_all_ids_and_sources() -> None:
    records = table([record("pubmed:1", doi="10.1/x", abstract="Long abstract."), record("embase:9", pages="1049")])
    reports = merge_reports(records, deduplicate(records))
    assert len(reports) == 1
    row = reports.iloc[0]
    assert row["record_ids"] == ["embase:9", "pubmed:1"]
    assert row["sources"] == ["embase", "pubmed"]
    assert (row["doi"], row["abstract"], row["pages"]) == ("10.1/x", "Long abstract.", "1049-1058")


@pytest.mark.parametrize("ids", [["x", "x"], ["", "y"]])
def test_ids_must_be_there_once(ids: list[str]) -> None:
    with pytest.raises(DedupError):
        deduplicate(pd.DataFrame({"record_id": ids, "title": ["a", "b"]}))


def test_one_answer_touches_one_pair_only() -> None:
    title = "Paper {} about the control of malaria in districts"
    rows = [record(f"{s}:{k}", title=title.format("abcdefgh"[k]), pages=f"{9 * k + 1}-{9 * k + 8}")
            for k in range(8) for s in ("a", "b")]  # fmt: skip
    records = table(rows)
    before = find_duplicates(records).clusters
    after = find_duplicates(records, answers={"b:3|a:3": "different"}).clusters
    changed = before["record_id"][before["report_id"] != after["report_id"]].tolist()
    assert changed == ["b:3"]
    again = find_duplicates(records, answers={"a:3|b:3": "different", "a:3|b:4": "same"})
    report = again.clusters.set_index("record_id")["report_id"]
    assert report["a:3"] == report["b:4"] == report["a:4"] != report["b:3"]
    assert again.clusters.set_index("record_id").loc["a:3", "decided_by"] == "panel"


def test_different_wins_over_same_and_the_conflict_is_told() -> None:
    other = {"title": "Quite another thing about the liver stage of malaria", "pages": "3-4"}
    records = table(
        [record("a:1"), record("b:1", **other), record("c:1", title="A third matter altogether", pages="70-71")]
    )
    answers = {"a:1|b:1": "same", "b:1|c:1": "same", "a:1|c:1": "different", "a:1|gone:1": "same"}
    found = find_duplicates(records, answers=answers)
    report = found.clusters.set_index("record_id")["report_id"]
    assert report["a:1"] != report["c:1"]
    assert found.summary["answers_in_conflict"] == ["b:1|c:1"]
    assert found.summary["answers_without_records"] == ["a:1|gone:1"]


def test_a_split_cluster_keeps_its_id_where_the_record_of_that_name_is() -> None:
    records = table([record("a:1"), record("b:1"), record("c:1")])
    previous = dict.fromkeys(("a:1", "b:1", "c:1"), "b:1")
    found = find_duplicates(records, previous=previous, answers={"a:1|b:1": "different", "a:1|c:1": "different"})
    report = found.clusters.set_index("record_id")["report_id"]
    assert report.to_dict() == {"a:1": "a:1", "b:1": "b:1", "c:1": "b:1"}


def test_an_open_pair_is_queued_with_its_differences() -> None:
    records = table(
        [record("a:1", authors=[]), record("b:1", authors=[], volume="", issue="", pages="", journal="", year=None)]
    )
    queue = find_duplicates(records).queue
    assert queue["item_id"].tolist() == ["a:1|b:1"]
    far = table([record("a:1"), record("b:1", issue="9930", pages="1880-1890")])
    row = find_duplicates(far).queue.iloc[0]
    assert row["differences"] == "issue, first page, last page"
    assert 0.3 <= row["probability"] <= 1
    assert find_duplicates(far, answers={"a:1|b:1": "different"}).queue.empty


def _decided(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        [dict(zip(("item_id", "state", "same.anna", "same.ben"), row, strict=True)) for row in rows]
    ).assign(same=lambda t: t["same.anna"].where((t["state"] == "settled") & (t["same.ben"] != "different"), ""))


def test_merges_can_only_be_undone_and_one_objection_does_it() -> None:
    merges = _decided(
        ("a:1|b:1", "settled", "different", ""),
        ("c:1|d:1", "conflict", "same", "different"),
        ("e:1|f:1", "settled", "same", ""),
        ("g:1|h:1", "settled", "", ""),
    )
    duplicates = pd.DataFrame(
        {
            "item_id": ["a:1|b:1", "i:1|j:1", "k:1|l:1"],
            "state": ["settled", "settled", "conflict"],
            "same": ["same", "same", ""],
        }
    )
    assert settled(duplicates, merges) == {"a:1|b:1": "different", "c:1|d:1": "different", "i:1|j:1": "same"}
    clusters = pd.DataFrame({"record_id": ["e:1", "f:1"], "report_id": ["e:1", "f:1"]})
    assert without_effect(merges, clusters) == ["e:1|f:1"]
    assert without_effect(merges, clusters.assign(report_id="e:1")) == []


def test_every_merge_is_listed_once_with_its_rule_the_least_alike_first() -> None:
    records = table(
        [record("a:1"), record("b:1", pages="1049-58", journal="The Lancet"), record("c:1", issue="", pages="1049"),
         record("d:1", title="Quite another thing about the liver stage of malaria", pages="3-4")]
    )  # fmt: skip
    found = find_duplicates(records)
    assert len(found.merges) == len(records) - found.clusters["report_id"].nunique() == 2
    assert found.merges["score"].is_monotonic_increasing
    assert (found.merges["rule"] != "").all()
    listed = {r for item in found.merges["item_id"] for r in item.split("|")}
    assert listed == {"a:1", "b:1", "c:1"}
    for item in found.merges["item_id"]:
        a, b = item.split("|")
        report = find_duplicates(records, answers={item: "different"}).clusters.set_index("record_id")["report_id"]
        assert report[a] != report[b]


def test_an_open_pair_names_the_other_pairs_between_its_clusters() -> None:
    far = {"issue": "9930", "pages": "1880-1890"}
    records = table([record("a:1"), record("b:1"), record("c:1", **far)])
    row = find_duplicates(records).queue.iloc[0]
    assert {row["item_id"], *row["members"].split("\n")} == {"a:1|c:1", "b:1|c:1"}


@pytest.mark.parametrize("workers", [2, 3])
def test_any_number_of_workers_gives_the_same_bytes(workers: int) -> None:
    title = "Paper {} about the control of malaria in districts of {}"
    rows = [record(f"{s}:{k}", title=title.format("abcdefgh"[k % 8], k), pages=f"{9 * k + 1}-{9 * k + 8}", abstract=title * 3)
            for k in range(60) for s in ("a", "b")]  # fmt: skip
    records = table(rows)
    one, several = find_duplicates(records), find_duplicates(records, workers=workers)
    for name in ("clusters", "queue", "merges", "links", "audit"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(several, name), check_exact=True)
    assert one.summary == several.summary
