"""A source that is read in shares has the bytes of one that is read as a whole."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from prismake.core.errors import ImportFileError
from prismake.core.files import write_json
from prismake.protocol.chased import CHASED
from prismake.search.discovery import shares
from prismake.search.shares import read_share
from prismake.search.sources import read_source

EXPORTS = Path(__file__).parent / "exports"
DETAILS = dict.fromkeys(("label", "kind", "query", "date", "limits", "platform", "live"), "") | {"reviewers": {}}


def details(folder: Path) -> dict[str, object]:
    return {**DETAILS, "files": sorted(map(str, folder.iterdir()))}


def outputs(source: dict[str, object], work: Path, megabytes: float | None) -> dict[str, bytes]:
    """What reading a source leaves, read as a whole or, as the rules do it, in shares of so many megabytes."""
    work.mkdir()
    read, tables = [], []
    for number, files in enumerate([] if megabytes is None else shares(source, megabytes)):
        tables.append(work / f"{number}.parquet")
        write_json(work / f"{number}.json", read_share(files, "many", tables[-1]))
        read.append(json.loads((work / f"{number}.json").read_text(encoding="utf-8")))
    assert bool(read) == (megabytes is not None)
    paths = work / "all.parquet", work / "decisions.csv"
    write_json(work / "log.json", read_source("many", source, "", work, *paths, (read, tables)))
    return {path.name: path.read_bytes() for path in (*paths, work / "log.json")}


def plain(numbers: range, accession: str = "") -> str:
    """RIS without accessions, whose ids are digests of the citation, or all with one and the same."""
    return "".join(
        f"TY  - JOUR\nTI  - Trial {number}\nPY  - 2001\n{accession and f'AN  - {accession}' + chr(10)}ER  - \n\n"
        for number in numbers
    )


@pytest.fixture(scope="module")
def everything(tmp_path_factory) -> dict[str, object]:
    """Files of all formats as one source: exports that repeat others, decisions, warnings, ids that look numbered."""
    folder = tmp_path_factory.mktemp("many") / "many"
    shutil.copytree(EXPORTS, folder)
    shutil.copy(EXPORTS / "embase.ris", folder / "zz_again.ris")
    shutil.copy(EXPORTS / "rayyan.csv", folder / "aa_rayyan_again.csv")
    (folder / "p1.ris").write_text(plain(range(2_300)), encoding="utf-8")
    (folder / "p2.ris").write_text(plain(range(1_900, 2_100)) + "TY  - JOUR\nTI  - cut off\n", encoding="utf-8")
    (folder / "p3.ris").write_text(plain(range(3), "W1") + plain(range(2), "W1.2"), encoding="utf-8")
    (folder / "p4.ris").write_text(plain(range(2), "W1"), encoding="utf-8")
    return details(folder)


@pytest.fixture(scope="module")
def whole(everything, tmp_path_factory) -> dict[str, bytes]:
    return outputs(everything, tmp_path_factory.mktemp("whole") / "work", None)


@pytest.mark.parametrize("megabytes", [0, 0.004, 0.1])
def test_the_bytes_of_a_source_read_as_a_whole(everything, whole, tmp_path, megabytes):
    assert outputs(everything, tmp_path / "work", megabytes) == whole


def test_the_source_has_repeated_ids_decisions_and_warnings(whole):
    log = json.loads(whole["log.json"])
    assert log["warnings"] and log["records"] > 2_500
    assert len(whole["decisions.csv"].splitlines()) > 5


def test_files_are_shared_out_by_their_size(tmp_path):
    for name, size in {"a": 30, "b": 60, "c": 20, "d": 150, "e": 1}.items():
        (tmp_path / name).write_bytes(b"x" * size)
    names = [[Path(file).name for file in share] for share in shares(details(tmp_path), 100 / 1e6)]
    assert names == [["a", "b"], ["c"], ["d"], ["e"]]
    assert shares(details(tmp_path), 1) == []


def test_neither_a_single_file_nor_a_live_search_nor_chased_citations_are_shared_out(tmp_path):
    (tmp_path / "a.ris").write_text(plain(range(3)), encoding="utf-8")
    assert shares(details(tmp_path), 0) == []
    (tmp_path / "b.ris").write_text(plain(range(3)), encoding="utf-8")
    assert len(shares(details(tmp_path), 0)) == 2
    assert shares({**details(tmp_path), "live": "pubmed"}, 0) == []
    (tmp_path / CHASED).write_text("{}", encoding="utf-8")
    assert shares(details(tmp_path), 0) == []


def test_a_file_that_is_no_export_stops_its_share_with_the_sentence_of_the_whole(tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    (folder / "a.ris").write_text(plain(range(3)), encoding="utf-8")
    (folder / "b.ris").write_text("nothing of the kind", encoding="utf-8")
    with pytest.raises(ImportFileError) as undivided:
        outputs(details(folder), tmp_path / "whole", None)
    read_share([str(folder / "a.ris")], "many", tmp_path / "a.parquet")
    with pytest.raises(ImportFileError) as divided:
        read_share([str(folder / "b.ris")], "many", tmp_path / "b.parquet")
    assert str(divided.value) == str(undivided.value)
    assert not (tmp_path / "b.parquet").exists()
