"""Normal forms of rows that are computed in parts are those that are computed at once."""

import numpy as np
import pandas as pd
import pytest
from prismake.core.record_files import read_rows, row_count, writing
from prismake.core.records import table
from prismake.dedup.form_tables import SavedForms
from prismake.dedup.normal_forms import _as_text, row_forms
from prismake.protocol.division import stretch

ROWS = [
    {
        "record_id": f"s:{k:03d}",
        "source": "s" if k % 2 else "t",
        "title": ["Aspirin after stroke", "Aspirin after stroke.", "Hip fracture in the old", ""][k % 4],
        "authors": [["Berg, A.", "Stein, B."], [], ["Berg A"]][k % 3],
        "year": [2001, None, 2002][k % 3],
        "journal": "Lancet",
        "volume": str(1 + k % 2),
        "pages": f"{k % 4 + 1}-9",
        "doi": "10.1000/a" if k % 5 == 0 else "",
        "trial_ids": ["NCT00000001", "ISRCTN12345678"][: k % 3],
        "publication_types": ["Journal Article"],
        "abstract": "Words of an abstract that is long enough to be told from others by its beginning. " * (k % 3),
    }
    for k in range(23)
]


def test_parts_together_are_the_whole(tmp_path):
    with writing(tmp_path / "records.parquet") as writer:
        writer.add([{**dict.fromkeys(table([]).columns, ""), "retracted": False, **row} for row in ROWS])
    path = tmp_path / "records.parquet"
    records, rows = pd.read_parquet(path), row_count(path)
    parts = []
    for number in range(4):
        share = read_rows(path, *stretch(rows, 4, number))
        parts.append(tmp_path / f"{number}.parquet")
        row_forms(share).write(parts[-1])
    together, once = SavedForms(parts), row_forms(records)
    chosen = np.array([22, 0, 7, 7, 11])
    for name in once.names():
        assert together.column(name).to_pylist() == once.column(name).to_pylist(), name
        assert together.column(name).type == once.column(name).type, name
    assert together.take(chosen, once.names()).to_pylist() == once.take(chosen, once.names()).to_pylist()


def test_no_rows(tmp_path):
    none = row_forms(table([]))
    none.write(tmp_path / "none.parquet")
    saved = SavedForms([tmp_path / "none.parquet"])
    assert {name: len(saved.column(name)) for name in none.names()} == dict.fromkeys(none.names(), 0)
    assert saved.take(np.empty(0, dtype=np.int64), ["title"]).num_rows == 0


def test_half_a_character_is_no_reason_to_stop():
    broken = pd.DataFrame({"record_id": ["a"], "source": ["Fever \ud83d"], "title": ["Fever"]}, dtype=object)
    assert row_forms(broken).column("source").to_pylist() == ["Fever \ufffd"]


LISTS = [
    [],
    ["a"],
    ["it's", 'a "b"'],
    ["NCT00000001"] * 4,
    ["Randomized Controlled Trial", "Journal Article", "ä"],
    ["x" * 80],
    ["a"] * 2000,
]


@pytest.mark.parametrize("value", LISTS, ids=lambda value: f"{len(value)} words")
def test_lists_of_a_file_become_the_text_that_numpy_makes_of_them(value):
    """The order of entries, and with it the pairs on people's sheets, rests on this text."""
    array = np.array(value, dtype=object)
    assert _as_text(array) == str(array)
