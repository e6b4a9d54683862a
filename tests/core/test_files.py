"""Writing files: what is written is read back, and the same content gives the same bytes."""

import csv
import os
import socket
import subprocess
import sys
import time

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prismake.core.files import (
    Table,
    csv_text,
    read_csv,
    read_json,
    read_table,
    sweep_all_drafts,
    write_csv,
    write_entries,
    write_table,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ENTRIES = st.dictionaries(TEXT, st.dictionaries(TEXT, st.dictionaries(TEXT, TEXT, max_size=3), max_size=3), max_size=3)


@given(ENTRIES)
def test_entries_are_read_back_and_have_one_order(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("entries")
    turned = {name: dict(reversed(group.items())) for name, group in reversed(data.items())}
    write_entries(folder / "a.json", data, key="answers", head={"format": 1})
    write_entries(folder / "b.json", turned, key="answers", head={"format": 1})
    assert read_json(folder / "a.json") == {"format": 1, "answers": data}
    assert (folder / "a.json").read_bytes() == (folder / "b.json").read_bytes()


def test_an_entry_is_a_line(tmp_path):
    data = {"anna": {"b": {"decision": "include"}, "a": {"note": "zwei\nZeilen"}}, "ben": {}}
    write_entries(tmp_path / "a.json", data, key="answers", head={"format": 1, "prismake": "0.2.0"})
    assert (tmp_path / "a.json").read_text(encoding="utf-8").splitlines() == [
        '{"format": 1,',
        '"prismake": "0.2.0",',
        '"answers": {"anna": {',
        ' "a": {"note": "zwei\\nZeilen"},',
        ' "b": {"decision": "include"}',
        "},",
        '"ben": {',
        "",
        "}}}",
    ]


def test_headings_are_guarded_like_cells(tmp_path):
    frame = pd.DataFrame({"=Events": ["=1+1"], "study": ["a"]})
    write_csv(tmp_path / "a.csv", frame)
    write_table(tmp_path / "b.csv", Table(("=Events", "study"), [("=1+1", "a")]))
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == "'=Events,study\n'=1+1,a\n"
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert read_csv(tmp_path / "a.csv").to_dict("list") == frame.to_dict("list")


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'=", "''@", "'", "'x"]
)
def test_what_a_spreadsheet_would_run_is_guarded_in_every_writer_and_reads_as_it_was(tmp_path, start):
    text = f"{start}1+1"
    frame = pd.DataFrame({text: [text], "study": ["a"]})
    write_csv(tmp_path / "a.csv", frame)
    write_table(tmp_path / "b.csv", Table((text, "study"), [(text, "a")]))
    written = (tmp_path / "a.csv").read_bytes()
    assert written == (tmp_path / "b.csv").read_bytes() == csv_text([text, "study"], [[text, "a"]]).encode()
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        assert all(row[0].startswith("'") for row in csv.reader(file))
    text = text.replace("\r", "\n")
    assert read_csv(tmp_path / "a.csv").to_dict("list") == {text: [text], "study": ["a"]}
    table = read_table(tmp_path / "b.csv")
    assert (table.columns, table.rows) == ((text, "study"), [(text, "a")])


def test_a_carriage_return_begins_no_row(tmp_path):
    """csv quotes it from Python 3.13 on; unquoted, a spreadsheet would run what follows."""
    write_csv(tmp_path / "a.csv", pd.DataFrame({"title": ["One\r=1+1\r\nTwo"]}))
    write_table(tmp_path / "b.csv", Table(("title",), [("One\r=1+1\r\nTwo",)]))
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes() == b'title\n"One\n=1+1\nTwo"\n'
    assert csv_text(["title"], [["One\r=1+1\r\nTwo"]]) == 'title\n"One\n=1+1\nTwo"\n'


def test_drafts_of_killed_runs_are_swept_wherever_they_lie(tmp_path):
    killed = subprocess.Popen([sys.executable, "-c", "pass"])
    killed.wait()
    host = socket.gethostname().replace(".", "_")
    left = [
        tmp_path / folder / f".x.parquet.{host}-{killed.pid}.abcd_ef1.tmp" for folder in ("", "search", "pooling/cure")
    ]
    kept = [
        tmp_path / "search" / f".x.parquet.{host}-{os.getpid()}.abcd_ef1.tmp",  # still being written
        tmp_path / "search" / f".x.parquet.elsewhere-{killed.pid}.abcd_ef1.tmp",  # by another computer
        tmp_path / "search" / "x.parquet",
    ]
    for path in (*left, *kept):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    sweep_all_drafts(tmp_path, tmp_path / "nowhere")
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in kept)


def test_drafts_of_yesterday_are_swept_whoever_wrote_them_and_files_of_people_never(tmp_path):
    """Whoever wrote them has ended: a laptop has another name in each network, and numbers of processes come again."""
    left = [tmp_path / f".x.parquet.{writer}.abcd_ef1.tmp" for writer in (f"elsewhere-{os.getpid()}", "a1b2c3d4-1")]
    kept = [
        *(tmp_path / name for name in (".notes.tmp", ".x.xlsx.tmp", "x.parquet.host-1.abcd_ef1.tmp", ".a-b.docx.tmp")),
        tmp_path / ".x.parquet.another-1.abcd_ef1.tmp",
    ]
    for path in (*left, *kept):
        path.touch()
    for path in (*left, *kept[:-1]):
        os.utime(path, (0, time.time() - 25 * 3600))
    sweep_all_drafts(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted(kept)
