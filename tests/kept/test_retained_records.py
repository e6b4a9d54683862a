"""The copy of the records: not rewritten for the same records, and not confused with that of a newer prismake."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest
from prismake import __version__
from prismake.core.errors import KeptFileError
from prismake.core.records import table
from prismake.kept.retained_records import join_and_keep, kept_ids, read_sources, same_records

LOG = {"source": "embase", "label": "Embase", "kind": "database"}


@pytest.fixture
def run(tmp_path):
    """Runs the import of records with these titles; the copy."""

    def run(*titles, judged=()):
        rows = [{"record_id": f"embase:{n}", "source": "embase", "title": title} for n, title in enumerate(titles)]
        table(rows).to_parquet(tmp_path / "embase.parquet", index=False)
        join_and_keep(
            [tmp_path / "embase.parquet"], [LOG], tmp_path / "all.parquet", lambda: judged, tmp_path / "sheets"
        )
        return tmp_path / "sheets/history/records.parquet"

    return run


def test_the_copy_says_its_format(run):
    told = pq.ParquetFile(run("one", "two")).metadata.metadata
    assert (told[b"prismake.format"], told[b"prismake.prismake"]) == (b"1", __version__.encode())


def test_the_same_records_in_other_bytes_are_not_written_again(run):
    """What a newer pyarrow, another compression or a version without marks makes of the same rows."""
    copy = run("one", "two", "three")
    rows = pq.read_table(copy)
    for how in ({"compression": "zstd"}, {"row_group_size": 1}, {"version": "1.0", "use_dictionary": False}):
        pq.write_table(rows, copy, **how)
        before = copy.read_bytes()
        assert run("one", "two", "three").read_bytes() == before
    assert run("one", "2", "three").read_bytes() != before
    assert pq.read_table(copy)["title"].to_pylist() == ["one", "2", "three"]


def test_tables_that_differ_are_told_apart(run, tmp_path):
    copy = run("one", "two")
    other = tmp_path / "other.parquet"
    rows = pq.read_table(copy)
    for different in (rows[:1], rows.drop_columns(["abstract"]), rows.take([1, 0])):
        pq.write_table(different, other)
        assert not same_records(copy, other)


def test_a_copy_of_format_0_is_read_and_a_newer_one_stops(run):
    copy = run("one", "two")
    rows = pq.read_table(copy)
    pq.write_table(rows, copy)
    assert kept_ids(copy) == ["embase:0", "embase:1"]
    with pq.ParquetWriter(copy, rows.schema) as file:
        file.add_key_value_metadata({"prismake.format": "2", "prismake.prismake": "0.3.0"})
        file.write_table(rows)
    before = copy.read_bytes()
    with pytest.raises(KeptFileError, match=rf"written by prismake 0\.3\.0; this is prismake {__version__}"):
        run("one")
    assert copy.read_bytes() == before


DAMAGE = {
    "empty": lambda data: b"",
    "cut in half": lambda data: data[: len(data) // 2],
    "only the mark": lambda data: b"PAR1",
    "the footer gone": lambda data: data[:-20],
    "the head gone": lambda data: data[20:],
    "zeros": lambda data: b"\0" * len(data),
    "zeros in the footer": lambda data: data[:-600] + b"\0" * 500 + data[-100:],
    "null": lambda data: b"null",
    "conflict marks": lambda data: b"<<<<<<< HEAD\n" + data + b"=======\n" + data + b">>>>>>> ben\n",
    "a pointer of Git LFS": lambda data: b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 63107\n",
    "a web page": lambda data: b"<!DOCTYPE html><html></html>",
    "a longer footer than the file": lambda data: data[:-8] + b"\xff\xff\xff\x7fPAR1",
    "line ends of Windows": lambda data: data.replace(b"\n", b"\r\n") + b"\r\n",
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_copy_is_named_with_the_way_out(run, how):
    copy = run("one", "two")
    copy.write_bytes(DAMAGE[how](copy.read_bytes()))
    with pytest.raises(KeptFileError, match=r"prismake restore \S*records\.parquet"):
        run("one")


def test_a_copy_without_its_columns_is_damaged(run):
    copy = run("one")
    pq.write_table(pq.read_table(copy).drop_columns(["title"]), copy)
    with pytest.raises(KeptFileError, match="it has no column title"):
        run("one")


def test_a_judged_record_that_vanishes_stays_with_its_source(run, tmp_path):
    copy = run("one", "two", "three")
    assert kept_ids(run("one", judged={"embase:2"})) == ["embase:0", "embase:2"]
    assert read_sources(tmp_path / "sheets") == {
        "sources": {"embase": {"label": "Embase", "kind": "database"}},
        "vanished": ["embase:2"],
    }
    assert copy.exists()


def test_damage_in_other_columns_stops_only_a_run_that_needs_them(run):
    copy = run("one", "two " * 40)
    place = pq.ParquetFile(copy).metadata.row_group(0).column(list(pq.read_schema(copy).names).index("title"))
    start = place.dictionary_page_offset or place.data_page_offset
    data = copy.read_bytes()
    copy.write_bytes(data[:start] + b"\xff" * place.total_compressed_size + data[start + place.total_compressed_size :])
    broken = copy.read_bytes()
    with pytest.raises(KeptFileError, match="cannot be read"):
        run("one", judged={"embase:1"})
    assert copy.read_bytes() == broken
    assert run("one", "two " * 40).read_bytes() == data, "nothing of it was needed: all records were found again"
