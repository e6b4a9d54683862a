"""Tables written portion by portion and joined: the same rows and types as a table made at once."""

from __future__ import annotations

import random

import pandas as pd
import pyarrow.parquet as pq
import pytest
from prismake.core import record_files as recordfile
from prismake.core import records
from prismake.core.records import COLUMNS, LIST_COLUMNS


def rows(source: str, numbers) -> list[dict]:
    empty = {column: [] if column in LIST_COLUMNS else "" for column in COLUMNS}
    return [
        {
            **empty,
            "record_id": f"{source}:{number}",
            "source": source,
            "title": f"Title ünd {number}",
            "authors": ["Doe J", "Roe R"][: number % 3],
            "year": 2000 + number % 20 if number % 4 else None,
            "retracted": number % 5 == 0,
        }
        for number in numbers
    ]


def written(path, given):
    with recordfile.writing(path) as writer:
        for start in range(0, len(given), 3):
            writer.add(given[start : start + 3])
    return path


def plain(table: pd.DataFrame) -> pd.DataFrame:
    """Lists as lists: Parquet gives them back as arrays."""
    return table.assign(
        **{column: pd.Series([list(value) for value in table[column]], dtype=object) for column in LIST_COLUMNS}
    )


@pytest.mark.parametrize("count", [0, 1, 7, 20])
def test_a_written_table_is_the_table_of_its_records(count, tmp_path, monkeypatch):
    monkeypatch.setattr(recordfile, "PORTION", 5)
    given = rows("s", range(count))
    path = written(tmp_path / "a.parquet", given)
    pd.testing.assert_frame_equal(plain(pd.read_parquet(path)), records.table(given))
    assert pq.ParquetFile(path).num_row_groups == -(-count // 5)


def test_joined_tables_are_sorted_whatever_the_order_of_files_and_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(recordfile, "STRETCH", 4)
    given = {name: rows(name, range(count)) for name, count in (("b", 11), ("a", 6), ("none", 0), ("é", 3))}
    whole = sorted((row for part in given.values() for row in part), key=lambda row: row["record_id"])
    joined = []
    for seed in (1, 2):
        names = list(given)
        random.Random(seed).shuffle(names)
        for name in names:
            random.Random(seed).shuffle(given[name])
        paths = [written(tmp_path / f"{name}.parquet", given[name]) for name in names]
        recordfile.join(paths, tmp_path / f"joined{seed}.parquet")
        joined.append((tmp_path / f"joined{seed}.parquet").read_bytes())
    pd.testing.assert_frame_equal(plain(pd.read_parquet(tmp_path / "joined1.parquet")), records.table(whole))
    assert joined[0] == joined[1]


def test_no_sources_give_an_empty_table(tmp_path):
    recordfile.join([], tmp_path / "none.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "none.parquet"), records.table([]))


def test_a_failure_leaves_the_old_file(tmp_path):
    path = written(tmp_path / "a.parquet", rows("s", range(2)))
    before = path.read_bytes()
    with pytest.raises(KeyError), recordfile.writing(path) as writer:
        writer.add([{"record_id": "s:1"}])
    assert path.read_bytes() == before and [one.name for one in tmp_path.iterdir()] == ["a.parquet"]
