"""The demonstration before a run, with the queue of one stage."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHEET = Path("config/sheets/title_abstract.anna.xlsx")


@pytest.fixture
def demo(tmp_path, monkeypatch):
    """The demonstration before a run, with the queue of one stage."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from prismake.protocol.forms import load_form
    from prismake.protocol.schema import with_defaults
    from prismake.sheets.layout import reviewer_columns
    from prismake.sheets.reading import read_sheet

    shutil.copytree(ROOT / "config", tmp_path / "config")
    monkeypatch.chdir(tmp_path)
    form = load_form("title_abstract", with_defaults({"title": "-", "question": "-"}))
    rows = read_sheet(SHEET, reviewer_columns(form), everything=True).rows
    columns = {column.header: column.key for column in reviewer_columns(form) if column.role in ("item", "context")}
    blank = dict.fromkeys(("types", "members", "choices"), "")
    table = [{**blank, **{key: str(row.get(header) or "") for header, key in columns.items()}} for _, row in rows]
    queue = tmp_path / "results/title_abstract/queue.parquet"
    queue.parent.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(table), queue)
    return tmp_path
