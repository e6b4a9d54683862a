"""The comparison of results made by other versions of libraries: it sees a number, a word, a row and a file."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from compare_results import differences
from matplotlib.figure import Figure


def made(folder: Path, **changes: object) -> Path:
    content = {"number": 0.1, "word": "reml", "cell": "0.25", "row": "a", "version": "1", **changes}
    folder.mkdir()
    (folder / "a.json").write_text(json.dumps({"fit": [content["number"], content["word"]]}), encoding="utf-8")
    (folder / "a.csv").write_text(f"id,estimate\n0012,{content['cell']}\n", encoding="utf-8")
    pq.write_table(
        pa.table({"record_id": [content["row"]]}),
        folder / "a.parquet",
        version={"1": "1.0", "2": "2.6"}[content["version"]],
    )
    figure = Figure(figsize=(1, 1))
    figure.text(0, 0, str(content.get("label", "B")))
    figure.savefig(folder / "a.pdf", metadata={"Creator": f"version {content['version']}", "CreationDate": None})
    (folder / "report.html").write_text(str(content["version"]), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"number": 0.1 + 1e-11}, "a.json.fit[0]: 0.1 and"),
        ({"word": "dl"}, "a.json.fit[1]: reml and dl"),
        ({"cell": "0.26"}, "a.csv[1][1]: 0.25 and 0.26"),
        ({"label": "H"}, "a.pdf[0][17]: b'[ (B) ] TJ' and b'[ (H) ] TJ'"),
        ({"row": "b"}, "a.parquet[0].record_id: a and b"),
    ],
)
def test_what_differs_is_named(tmp_path, changes, words):
    (line,) = differences(made(tmp_path / "one"), made(tmp_path / "two", **changes))
    assert words in line


def test_other_versions_and_the_last_digits_are_no_difference(tmp_path):
    other = made(tmp_path / "two", number=0.1 + 1e-16, cell="0.250000000000001", version="2")
    assert list(differences(made(tmp_path / "one"), other)) == []
    (other / "b.csv").touch()
    assert list(differences(tmp_path / "one", other)) == ["b.csv: only one of the two has it"]
