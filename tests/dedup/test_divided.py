"""A comparison that is shared out among jobs makes the same files, byte for byte, as one job."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prismake.core.record_files import read_rows, writing
from prismake.core.records import table
from prismake.dedup import portions
from prismake.dedup.comparison import Comparison
from prismake.dedup.divided import compare_file, compare_share, pair_up, put_together
from prismake.dedup.normal_forms import row_forms
from prismake.protocol.division import share

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks" / "dedup"))

from shared_sets import load, shared

TITLES = [
    "Amber resin for the radical cure of relapsing fever in adults",
    "Amber resin for the radical cure of relapsing fever in children",
    "Amber resin for the radical cure of relapsing fever",
    "Erratum: Amber resin for the radical cure of relapsing fever in adults",
    "Willow bark in low back pain: a randomised trial",
    "Editorial",
    "",
]
RECORD = st.fixed_dictionaries(
    {
        "source": st.sampled_from(["embase", "pubmed"]),
        "title": st.sampled_from(TITLES),
        "authors": st.sampled_from([["Reed A", "Moss B"], ["Moss B"], []]),
        "year": st.sampled_from([2014, 2015, None]),
        "journal": st.sampled_from(["Lancet", "The Lancet", "Chest", ""]),
        "volume": st.sampled_from(["383", "384", ""]),
        "issue": st.sampled_from(["1", "2", ""]),
        "pages": st.sampled_from(["1049-1058", "1049-58", "3", ""]),
        "doi": st.sampled_from(["10.1016/a.1", "10.1016/a.2", "", ""]),
        "pmid": st.sampled_from(["1", "2", "", ""]),
        "trial_ids": st.sampled_from([[], [], ["NCT00000001"]]),
        "abstract": st.sampled_from(["", "Resin was given to adults with fever. " * 9, "Bark was chewed. " * 20]),
    }
)


def saved(folder: Path, rows: list[dict]) -> Path:
    """The records as a file, in the order of their ids."""
    with writing(folder / "records.parquet") as writer:
        columns = dict.fromkeys(table([]).columns, "") | {"retracted": False, "authors": [], "trial_ids": []}
        lists = {name: [] for name in ("publication_types", "keywords", "related") if name in columns}
        writer.add([{**columns, **lists, "record_id": f"s:{k:04d}", **row} for k, row in enumerate(rows)])
    return folder / "records.parquet"


def written(comparison: Comparison, folder: Path) -> list[bytes]:
    """The two files of a comparison."""
    files = folder / "entries.parquet", folder / "pairs.parquet"
    comparison.write(*files)
    return [file.read_bytes() for file in files]


def divided(records: Path, rows: int, parts: int, above: int = 0) -> Comparison:
    """The comparison by so many jobs for each step."""
    folder = records.parent
    forms, pairs, compared = (
        [folder / f"{step}-{k}.parquet" for k in range(parts)] for step in ("forms", "pairs", "compared")
    )
    for k, path in enumerate(forms):
        row_forms(read_rows(records, *share(rows, parts, k, above))).write(path)
    entries, words = folder / "numbers.parquet", folder / "words.parquet"
    pair_up(records, forms, above, pairs, entries, words)
    for before, after in zip(pairs, compared, strict=True):
        compare_share(records, forms, before, entries, words, after, 1)
    return put_together(records, forms, entries, compared, merge_cochrane_versions="ask")


def assert_same(rows: list[dict], *numbers: int, above: int = 0) -> None:
    with tempfile.TemporaryDirectory() as folder:
        records = saved(Path(folder), rows)
        whole = written(compare_file(records, merge_cochrane_versions="ask", workers=1), Path(folder))
        for parts in numbers:
            assert written(divided(records, len(rows), parts, above), Path(folder)) == whole


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(RECORD, max_size=14), parts=st.integers(2, 5))
def test_any_number_of_shares_makes_the_same_bytes(rows: list[dict], parts: int) -> None:
    assert_same(rows, parts)


def test_few_records_are_all_in_the_first_share() -> None:
    rows = [{"source": "s", "title": TITLES[k % 2], "year": 2014, "pages": "3-9"} for k in range(9)]
    assert_same(rows, 3, above=9)
    with tempfile.TemporaryDirectory() as folder:
        divided(saved(Path(folder), rows), len(rows), 3, above=9)
        sizes = [len(pd.read_parquet(Path(folder) / f"compared-{k}.parquet")) for k in range(3)]
    assert sizes[0] > 0
    assert sizes[1:] == [0, 0]


def test_a_field_that_only_all_shares_together_show_to_be_unreliable() -> None:
    """Twelve pairs speak against the issues of a source; no share of them has the ten that it takes."""
    rows = [
        {"source": source, "title": f"Amber resin number {k} in people who live near the sea", "authors": ["Reed A"],
         "year": 2014, "doi": f"10.1016/a.{k}", "issue": str(k if source == "a" else 100 + k)}
        for k in range(12) for source in "ab"
    ]  # fmt: skip
    assert_same(rows, 4)
    with tempfile.TemporaryDirectory() as folder:
        found = divided(saved(Path(folder), rows), len(rows), 4)
    assert found.entries.silenced == ["a: issue", "b: issue"]


def test_portions_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        {
            "source": "s",
            "title": f"{TITLES[k % 3]} {k // 6}",
            "year": 2014 + k % 2,
            "abstract": "Resin was given. " * 20,
        }
        for k in range(40)
    ]
    with tempfile.TemporaryDirectory() as folder:
        records = saved(Path(folder), rows)
        whole = written(compare_file(records, merge_cochrane_versions="ask", workers=1), Path(folder))
        monkeypatch.setattr(portions, "_CHUNK", 7)
        monkeypatch.setattr(portions, "_CLOSE", 5)
        assert written(compare_file(records, merge_cochrane_versions="ask", workers=1), Path(folder)) == whole


@pytest.mark.parametrize("name", ["special_cases", "copper"])
@pytest.mark.skipif(not shared().is_dir(), reason="the labelled sets are not beside the checkout")
def test_labelled_sets(name: str) -> None:
    records = load(name)
    records["authors"] = [[names] if names else [] for names in records["authors"]]
    records["year"] = [int(year) if year.isdigit() else None for year in records["year"]]
    assert_same(records.drop(columns="record_id").assign(source=name).to_dict("records"), 3)
