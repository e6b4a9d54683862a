"""What must hold for any table: order and ids are no evidence, answers are kept, every id is in one cluster."""

from __future__ import annotations

import itertools
import random

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from prismake.core.records import table
from prismake.dedup import find_duplicates, merge_reports
from prismake.dedup.fields import pages
from record_pairs import partition, record

_TITLES = (
    "Tafenoquine for the radical cure of relapsing vivax malaria in adults",
    "Tafenoquine for the radical cure of relapsing vivax malaria in children",
    "[Tafenoquine for the radical cure of relapsing vivax malaria in adults]. [Russian]",
    "Benzodiazepines in the rat brain. Part I",
    "Benzodiazepines in the rat brain. Part II",
    "Erratum: Tafenoquine for the radical cure of relapsing vivax malaria in adults",
    "Editorial",
    "",
)
_RECORD = st.fixed_dictionaries(
    {
        "title": st.sampled_from(_TITLES),
        "authors": st.sampled_from([["Llanos-Cuentas A", "Lacerda MV"], ["Lacerda MV"], ["Sato T"], []]),
        "year": st.sampled_from([2014, 2015, None]),
        "journal": st.sampled_from(["Lancet", "The Lancet", "Chest", ""]),
        "volume": st.sampled_from(["383", "384", ""]),
        "issue": st.sampled_from(["1", "2", ""]),
        "pages": st.sampled_from(["1049-1058", "1049-58", "3", "7-Mar", ""]),
        "doi": st.sampled_from(["10.1016/a.1", "10.1016/a.2", "", ""]),
        "pmid": st.sampled_from(["1", "2", "", "", ""]),
    }
)
_TABLE = st.lists(_RECORD, min_size=2, max_size=14)


def _records(rows: list[dict]) -> pd.DataFrame:
    return table([record(f"s{k % 3}:{k:02d}", **row) for k, row in enumerate(rows)])


@given(rows=_TABLE, seed=st.integers(0, 999))
def test_order_and_ids_are_no_evidence(rows: list[dict], seed: int) -> None:
    records = _records(rows)
    found = find_duplicates(records)
    shuffled = records.sample(frac=1, random_state=seed)
    again = find_duplicates(shuffled)
    for name in ("clusters", "queue", "links", "audit"):
        pd.testing.assert_frame_equal(getattr(found, name), getattr(again, name))
    names = [f"x{k:03d}" for k in range(len(records))]
    random.Random(seed).shuffle(names)
    renamed = dict(zip(records["record_id"], names, strict=True))
    other = find_duplicates(records.assign(record_id=records["record_id"].map(renamed)))
    expected = {frozenset(renamed[r] for r in members) for members in partition(found.clusters)}
    assert partition(other.clusters) == expected


@given(rows=_TABLE)
def test_every_id_is_in_one_cluster_named_after_a_member(rows: list[dict]) -> None:
    records = _records(rows)
    clusters = find_duplicates(records).clusters
    assert clusters["record_id"].tolist() == sorted(records["record_id"])
    for report, members in clusters.groupby("report_id")["record_id"]:
        assert report == min(members)
    alone = clusters.groupby("report_id")["record_id"].transform("size") == 1
    assert (clusters.loc[alone, "matched_on"] == "").all()
    assert (clusters.loc[~alone, "matched_on"] != "").all()
    assert clusters.loc[alone, "score"].isna().all()
    assert clusters.loc[~alone, "score"].between(0, 1).all()


@given(rows=_TABLE)
def test_twice_is_once(rows: list[dict]) -> None:
    """The same table gives the same bytes; and the clusters, kept as ids of an earlier run, stay."""
    records = _records(rows)
    first = find_duplicates(records).clusters
    previous = first.set_index("record_id")["report_id"].to_dict()
    second = find_duplicates(records, previous=previous).clusters
    pd.testing.assert_frame_equal(first, second)


@given(rows=_TABLE, keep=st.integers(1, 13))
def test_an_update_leaves_ids_as_they_are(rows: list[dict], keep: int) -> None:
    records = _records(rows)
    before = find_duplicates(records.iloc[-keep:]).clusters.set_index("record_id")["report_id"].to_dict()
    after = find_duplicates(records, previous=before).clusters
    report = after.set_index("record_id")["report_id"]
    for _, members in after.groupby("report_id")["record_id"]:
        earlier = {before[m] for m in members if m in before}
        if earlier:
            # New evidence may join two old clusters, or part one: then one of its old ids stays or it gets a new one.
            together = {r for r, old in before.items() if old in earlier}
            if len({report[r] for r in together}) == 1:
                assert report[members.iloc[0]] in earlier


@given(rows=_TABLE, data=st.data())
def test_no_merge_across_a_veto(rows: list[dict], data: st.DataObject) -> None:
    records = _records(rows)
    ids = records["record_id"].tolist()
    pairs = [f"{a}|{b}" for a, b in itertools.combinations(sorted(ids), 2)]
    apart = data.draw(st.lists(st.sampled_from(pairs), max_size=5, unique=True))
    joined = data.draw(
        st.lists(st.sampled_from([p for p in pairs if p not in apart] or pairs), max_size=3, unique=True)
    )
    answers = dict.fromkeys(joined, "same") | dict.fromkeys(apart, "different")
    found = find_duplicates(records, answers=answers)
    report = found.clusters.set_index("record_id")["report_id"]
    for item in apart:
        a, b = item.split("|")
        assert report[a] != report[b]
        assert item not in set(found.queue["item_id"])
    conflicts = set(found.summary["answers_in_conflict"])
    for item in set(joined) - set(apart) - conflicts:
        a, b = item.split("|")
        assert report[a] == report[b]


@given(rows=_TABLE)
def test_kinds_and_numbers_that_exclude_each_other_never_meet(rows: list[dict]) -> None:
    records = _records(rows)
    clusters = find_duplicates(records).clusters
    data = records.set_index("record_id")
    for _, members in clusters.groupby("report_id")["record_id"]:
        group = data.loc[list(members)]
        assert len(set(group["pmid"]) - {""}) <= 1
        titles = set(group["title"])
        assert not {_TITLES[3], _TITLES[4]} <= titles
        if (
            group["pages"].map(lambda text: pages(text).first).nunique() == len(group) > 1  # "7-Mar" is 3 to 7
            and "" not in set(group["pages"])
            and not (group["doi"] != "").any()
        ):
            assert not {_TITLES[0], _TITLES[5]} <= titles


@given(rows=_TABLE)
def test_merging_loses_no_record_and_no_identifier(rows: list[dict]) -> None:
    records = _records(rows)
    clusters = find_duplicates(records).clusters
    reports = merge_reports(records, clusters)
    assert sorted(r for ids in reports["record_ids"] for r in ids) == sorted(records["record_id"])
    assert reports["report_id"].tolist() == sorted(set(clusters["report_id"]))
    known = set(records["doi"]) - {""}
    shown = set(reports["doi"])
    for doi in known:
        members = clusters.loc[clusters["record_id"].isin(records.loc[records["doi"] == doi, "record_id"]), "report_id"]
        assert doi in shown or any(reports.set_index("report_id")["doi"][m] for m in members)


@given(rows=_TABLE)
def test_counts_by_source_add_up(rows: list[dict]) -> None:
    records = _records(rows)
    found = find_duplicates(records)
    source = records.set_index("record_id")["source"]
    held: dict[str, list[str]] = {}
    for record_id, report in zip(found.clusters["record_id"], found.clusters["report_id"], strict=True):
        held.setdefault(report, []).append(source[record_id])
    table = found.sources.set_index("source")
    assert table["records"].to_dict() == records["source"].value_counts().to_dict()
    for name, row in table.iterrows():
        assert row["reports"] == sum(name in members for members in held.values())
        assert row["repeated"] == row["records"] - row["reports"]
        assert row["only_here"] == sum(set(members) == {name} for members in held.values())
        assert row["only_here"] + row["shared"] == row["reports"]
    pairs = found.shared.groupby(["first", "second"])["reports"].sum().to_dict()
    wanted: dict[tuple[str, str], int] = {}
    for members in held.values():
        names = set(itertools.combinations(sorted(members), 2))
        for pair in names:
            wanted[pair] = wanted.get(pair, 0) + 1
    assert pairs == wanted
