"""Taking the set of a stage out: the right rows, in a file that gives the same records when it is read again."""

from __future__ import annotations

import pandas as pd
import pytest
from prismake import cli
from prismake.core import records
from prismake.core.errors import PrismakeError
from prismake.core.files import write_csv
from prismake.report.record_export import chosen, export
from prismake.search import read_file

NAMES = ("a:1", "b:1", "b:2", "b:3", "b:4")


@pytest.fixture
def results(tmp_path, monkeypatch):
    """Five records, two of which are one report; four reports at title and abstract, two of them in full text."""
    rows = [
        {"record_id": name, "source": name[0], "title": f"=Title {name}", "authors": ["Doe, J."], "year": 2020}
        for name in NAMES
    ]
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "results"
    for stage in ("records", "duplicates", "title_abstract", "full_text"):
        (folder / stage).mkdir(parents=True)
    table = records.table(rows)
    table.to_parquet(folder / "records/records.parquet")
    clusters = pd.DataFrame({"record_id": NAMES, "report_id": ["b:1", "b:1", *NAMES[2:]]})
    write_csv(folder / "duplicates/duplicates.csv", clusters)
    reports = table[table["record_id"] != "a:1"].rename(columns={"record_id": "report_id"})
    reports.to_parquet(folder / "duplicates/reports.parquet")
    decided = {
        "title_abstract": [("b:1", "settled", "include"), ("b:2", "settled", "include"), ("b:3", "settled", "exclude")],
        "full_text": [("b:1", "settled", "not retrieved"), ("b:2", "conflict", "")],
    }
    decided["title_abstract"].append(("b:4", "open", ""))
    for stage, lines in decided.items():
        frame = pd.DataFrame(lines, columns=["item_id", "state", "decision"])
        write_csv(folder / stage / "decisions.csv", frame)
        frame[["item_id"]].to_parquet(folder / stage / "queue.parquet")
    return folder


@pytest.mark.parametrize(
    ("stage", "what", "names"),
    [
        ("records", "all", NAMES),
        ("duplicates", "all", ("a:1",)),
        ("reports", "all", NAMES[1:]),
        ("title_abstract", "all", NAMES[1:]),
        ("title_abstract", "included", ("b:1", "b:2")),
        ("title_abstract", "excluded", ("b:3",)),
        ("title_abstract", "undecided", ("b:4",)),
        ("full_text", "not_retrieved", ("b:1",)),
        ("full_text", "undecided", ("b:2",)),
        ("full_text", "included", ()),
    ],
)
def test_the_set_of_a_stage(stage, what, names, results):
    assert chosen(stage, what, results)["record_id"].tolist() == list(names)


def test_a_report_that_waits_for_another_is_no_part_of_the_stage_yet(results):
    waits_for = {"b:1": "", "b:2": "b:1", "b:3": "b:1"}  # b:2 has been offered, and stands among the decisions
    queue = pd.DataFrame({"item_id": list(waits_for), "waits_for": list(waits_for.values())})
    queue.to_parquet(results / "full_text/queue.parquet")
    assert chosen("full_text", "all", results)["record_id"].tolist() == ["b:1", "b:2"]
    assert chosen("full_text", "undecided", results)["record_id"].tolist() == ["b:2"]


@pytest.mark.parametrize("format", ["ris", "csv", "bibtex", "nbib"])
def test_the_command_writes_what_is_read_back(format, results, capsys):
    assert cli.main(["export", "title_abstract", "--what", "included", "--format", format]) == 0
    (path,) = results.parent.glob("title_abstract_included.*")
    assert f"2 records to {path.name}" in capsys.readouterr().out
    assert [record["title"] for record in read_file(path).records] == ["=Title b:1", "=Title b:2"]
    if format == "csv":
        assert "'=Title" in path.read_text()


def test_every_part_of_a_stage_is_in_one_set(results):
    parts = [chosen("title_abstract", what, results) for what in ("included", "excluded", "not_retrieved", "undecided")]
    assert sorted(pd.concat(parts)["record_id"]) == list(NAMES[1:])


def test_what_cannot_be_exported_is_told(results, capsys):
    export("reports", "all", "ris")
    for arguments, word in (
        (["reports"], "already exists"),
        (["records", "--what", "included"], "there are no decisions"),
    ):
        assert cli.main(["export", *arguments]) == 1
        assert word in capsys.readouterr().err
    (results / "full_text/queue.parquet").unlink()
    with pytest.raises(PrismakeError, match="Type snakemake first"):
        chosen("full_text", "all", results)


def test_asreview_gets_the_labels_of_today_and_gives_them_back(results):
    """``included`` is 1 or 0 where a decision is settled, and empty where none is."""
    path, _ = export("title_abstract", "all", "asreview", results=results)
    read = read_file(path)
    assert [row["title"] for row in read.records] == [f"'=Title {name}" for name in NAMES[1:]], "no formula for a sheet"
    assert [(decision.index, decision.decision) for decision in read.decisions] == [
        (0, "include"), (1, "include"), (2, "exclude")]  # fmt: skip
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert dict(zip(table["record_id"], table["included"], strict=True)) == {
        "b:1": "1",
        "b:2": "1",
        "b:3": "0",
        "b:4": "",
    }
    with pytest.raises(PrismakeError, match="ASReview could learn from"):
        export("reports", "all", "asreview", results / "x.csv", results)
