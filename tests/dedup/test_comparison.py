"""Answers applied to a comparison that was kept give what comparing all records again with them gives."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prismake.core.records import table
from prismake.dedup import Comparison, apply_answers, compare_records, find, find_duplicates
from record_pairs import record

_RECORD = st.fixed_dictionaries(
    {
        "title": st.sampled_from(
            [
                "Amber resin for the radical cure of relapsing fever in adults",
                "Amber resin for the radical cure of relapsing fever in children",
                "Erratum: Amber resin for the radical cure of relapsing fever in adults",
                "Editorial",
                "",
            ]
        ),
        "authors": st.sampled_from([["Reed A", "Moss B"], ["Moss B"], []]),
        "year": st.sampled_from([2014, 2015, None]),
        "journal": st.sampled_from(["Lancet", "The Lancet", "Chest", ""]),
        "volume": st.sampled_from(["383", "384", ""]),
        "pages": st.sampled_from(["1049-1058", "1049-58", "3", ""]),
        "doi": st.sampled_from(["10.1016/a.1", "10.1016/a.2", "", ""]),
        "pmid": st.sampled_from(["1", "2", "", ""]),
    }
)
_TABLES = ("clusters", "queue", "merges", "links", "sources", "shared")


def kept(comparison: Comparison) -> Comparison:
    """The comparison as it comes out of its files."""
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder) / "entries.parquet", Path(folder) / "pairs.parquet"
        comparison.write(*files)
        return Comparison.read(*files)


def assert_same(found, wanted) -> None:
    for name in _TABLES:
        pd.testing.assert_frame_equal(getattr(found, name), getattr(wanted, name))
    assert found.summary == wanted.summary


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(_RECORD, min_size=2, max_size=10), versions=st.booleans(), data=st.data())
def test_answers_applied_to_what_was_kept(rows: list[dict], versions: bool, data) -> None:
    records = table([record(f"s{k % 2}:{k:02d}", **row) for k, row in enumerate(rows)])
    pairs = [f"{a}|{b}" for a, b in itertools.combinations(sorted(records["record_id"]), 2)]
    words = st.sampled_from(["same", "different"])
    answers = data.draw(st.dictionaries(st.sampled_from([*pairs, "gone:1|gone:2"]), words, max_size=4))
    previous = dict.fromkeys(data.draw(st.sets(st.sampled_from(records["record_id"].tolist()))), "s0:00")
    comparison = kept(compare_records(records, merge_cochrane_versions=versions))
    options = {"answers": answers, "previous": previous, "merge_cochrane_versions": versions}
    assert_same(apply_answers(comparison, records, **options), find_duplicates(records, **options))


def test_nothing_is_compared_a_second_time(monkeypatch):
    records = table([record("a:1", title="Amber resin in adults"), record("b:1", title="Amber resin in adult people")])
    comparison = kept(compare_records(records))
    monkeypatch.setattr(find, "compare_records", lambda *_, **__: pytest.fail("the records were compared again"))
    for word, reports in (("same", 1), ("different", 2)):
        found = apply_answers(comparison, records, answers={"a:1|b:1": word})
        assert found.clusters["report_id"].nunique() == reports


def test_an_answer_about_one_of_several_like_records_tells_them_apart():
    like = {
        "title": "Amber resin for the radical cure of relapsing fever in adults",
        "authors": ["Reed A"],
        "year": 2014,
    }
    records = table([record("a:1", **like), record("a:2", **like), record("b:1", **like)])
    comparison = kept(compare_records(records))
    assert comparison.entries.folded(["a:2"])
    assert not comparison.entries.folded(["b:1"])
    for answers in ({"a:1|a:2": "different"}, {"a:2|b:1": "different"}):
        assert_same(apply_answers(comparison, records, answers=answers), find_duplicates(records, answers=answers))


def test_no_records():
    records = table([])
    assert_same(apply_answers(kept(compare_records(records)), records, answers={}), find_duplicates(records))


def test_fields_without_a_vote_are_told_of_a_kept_comparison_too():
    rows = [
        record(f"{source}:{k}", title=f"Amber resin number {k} in people who live near the sea", authors=["Reed A"],
               year=2014, doi=f"10.1016/a.{k}", issue=str(k if source == "a" else 100 + k))
        for k in range(12) for source in "ab"
    ]  # fmt: skip
    records = table(rows)
    wanted = find_duplicates(records)
    assert wanted.summary["fields_without_vote"]
    assert_same(apply_answers(kept(compare_records(records)), records, answers={}), wanted)


def test_a_rule_comes_before_the_panel_however_few_pairs_there_are():
    """Two sources share one report by a late rule, and people said so of the same records."""
    like = {"authors": ["Reed A", "Moss B"], "year": 2014, "journal": "Chest", "volume": "8", "issue": "2"}
    title = "Amber resin for the radical cure of relapsing fever in adults"
    records = table([record("a:1", title=title, **like), record("b:1", title=title, pages="1050-1058", **like)])
    ruled = find_duplicates(records).shared
    assert list(ruled["rule"]) == [find_duplicates(records).clusters["matched_on"].iloc[0]]
    pd.testing.assert_frame_equal(find_duplicates(records, answers={"a:1|b:1": "same"}).shared, ruled)
