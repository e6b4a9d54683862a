"""The queue is read one column at a time, in whatever order its rows are requested."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from prismake.sheets import queue as queue_module
from prismake.sheets.queue import QueueFile

ROWS = 1_000


@pytest.fixture(params=[0, 1 << 30], ids=["through a window", "whole"])
def queue(tmp_path, monkeypatch, request):
    monkeypatch.setattr(queue_module, "_HELD", request.param)
    rows = [
        {"item_id": f"a:{n:04d}", "title": f"Title {n}", "abstract": None if n == 7 else f"{n} " * 50}
        for n in range(ROWS)
    ]
    pd.DataFrame(rows).to_parquet(tmp_path / "queue.parquet", index=False)
    return QueueFile(tmp_path / "queue.parquet")


def test_rows_in_the_order_of_the_file_and_in_any_other(queue):
    assert len(queue) == ROWS
    places = list(range(ROWS)) + random.Random(1).choices(range(ROWS), k=100) + list(range(ROWS))
    items = list(queue)
    for place in places:
        row = queue[items[place]]
        assert row["title"] == f"Title {place}"
        assert row["abstract"] == ("" if place == 7 else f"{place} " * 50)


def test_offering_and_reading_load_neither_pandas_nor_openpyxl(tmp_path):
    """Each of them is as large as everything else together."""
    table = {name: ["a:1", "a:2"] for name in ("item_id", "title", "abstract", "members")}
    pd.DataFrame(table).to_parquet(tmp_path / "queue.parquet", index=False)
    program = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[2] / "scripts")!r})
from pathlib import Path
from prismake.protocol.schema import with_defaults
import read_sheets
protocol = with_defaults(dict(title="t", question="q", reviewers=["anna"], title_abstract=dict(order="id")))
read_sheets.offer_rows("title_abstract", protocol, Path("queue.parquet"), Path("offered"))
read_sheets.read_answers("title_abstract", protocol, Path("queue.parquet"), dict(
    decisions=Path("decisions"), notes=Path("notes"), agreement=Path("agreement"), status=Path("status"),
    undecided=Path("undecided")))
print(sorted({{"pandas", "openpyxl"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert len(list(tmp_path.rglob("title_abstract.anna.xlsx"))) == 1


def test_a_row_is_a_mapping(queue):
    row = queue["a:0003"]
    assert dict(row) == {"item_id": "a:0003", "title": "Title 3", "abstract": "3 " * 50}
    assert row.get("members") is None
    with pytest.raises(KeyError):
        row["members"]
    with pytest.raises(KeyError):
        queue["a:9999"]
