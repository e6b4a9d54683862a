"""A review that goes on: searches come later and later, sheets are half filled in between, and nothing decided is lost."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from quick import UpToFlow
from review import IDLE, Review, config, environment, fill_stage, ris

pytestmark = pytest.mark.e2e
TARGETS = ("results/flow/flow.csv", "results/flow/vanished.csv")


def export(*numbers: int) -> str:
    return "".join(ris(number) for number in numbers)


def number(row) -> int:
    """The number of the invented record that a row is about."""
    return int(row["DOI"].rpartition(".")[2])


def decide(review, stage: str, who: str, answers: dict[int, str]) -> None:
    """Answers by record number; at full text a reason or a design comes with them."""
    beside = {
        "include": {"Study design": "single_arm"},
        "exclude": {"Reason for exclusion": "Wrong outcome"},
        "not retrieved": {},
    }

    def answer(_, row):
        said = answers.get(number(row))
        return {"Decision": said, **(beside[said] if stage == "full_text" else {})} if said else {}

    review.fill(stage, who, answer, again=True)


def drop_in(review, name: str, *numbers: int) -> None:
    (review.folder / "config/searches" / name).write_text(export(*numbers), encoding="utf-8")


def offered(review, stage: str = "title_abstract") -> list[int]:
    return [number(row) for row in review.rows(stage, "anna")]


def boxes(review) -> dict:
    return json.loads((review.folder / "results/flow/flow.json").read_text(encoding="utf-8"))["boxes"]


def counts(review, *names: str) -> tuple:
    found = boxes(review)
    return tuple(found[name]["total"] if name in ("identified", "removed") else found[name] for name in names)


def vanished(review) -> list[tuple[str, ...]]:
    lines = (review.folder / "results/flow/vanished.csv").read_text(encoding="utf-8").splitlines()[1:]
    return [tuple(line.rsplit(",", 4)[1:]) for line in lines]


SCREENED = ("identified", "removed", "screened", "excluded_title_abstract", "undecided_title_abstract")
READ = ("sought", "not_retrieved", "undecided_full_text", "assessed")


@pytest.mark.parametrize("made_by", [UpToFlow, pytest.param(Review, marks=pytest.mark.slow)])
def test_three_updates_with_sheets_half_filled_in_between(tmp_path, made_by):
    """Every run by Snakemake in the long campaign; else the last one, which finds what the quick ones have left."""
    review = made_by(tmp_path / "review", config(), {"embase.ris": export(0, 1, 2, 3, 4), "pubmed.ris": export(1, 10)})
    review.run(*TARGETS)
    assert sorted(offered(review)) == [0, 1, 2, 3, 4, 10]
    assert counts(review, *SCREENED) == (7, 1, 0, 0, 6)
    decide(
        review,
        "title_abstract",
        "anna",
        {0: "include", 1: "include", 2: "exclude", 3: "exclude", 4: "include", 10: "exclude"},
    )
    decide(review, "title_abstract", "ben", {0: "include", 1: "include", 2: "exclude"})

    # first update: one record is new, one duplicates a decided record, one a record that waits for Ben
    drop_in(review, "embase.ris", 0, 1, 2, 3, 4, 5)
    drop_in(review, "pubmed.ris", 1, 10, 2, 4)
    review.run(*TARGETS)
    assert offered(review)[6:] == [5], "below what was there, and nothing else"
    assert counts(review, *SCREENED) == (10, 3, 3, 1, 4)
    assert counts(review, *READ) == (2, 0, 2, 0)
    assert vanished(review) == []
    decide(review, "title_abstract", "ben", {3: "exclude", 4: "include", 5: "include", 10: "exclude"})
    decide(review, "title_abstract", "anna", {5: "include"})
    decide(review, "full_text", "anna", {0: "include", 1: "exclude"})
    decide(review, "full_text", "ben", {0: "include", 1: "exclude"})
    assert "were edited and have not been read" in prismake(review, "freeze", "2025-08-31").stderr

    # second update: an included record is found by nobody now, an excluded one by one search less; two are new
    drop_in(review, "embase.ris", 1, 3, 4, 5, 6, 7)
    review.run(*TARGETS)
    assert sorted(offered(review)[7:]) == [6, 7]
    assert sorted(offered(review, "full_text")) == [0, 1, 4, 5]
    assert counts(review, *SCREENED) == (11, 2, 7, 3, 2)
    assert boxes(review)["identified"]["databases"] == {"embase": 6, "pubmed": 4, "embase, earlier searches": 1}
    assert counts(review, *READ) == (4, 0, 2, 2)
    assert boxes(review)["included"] == {"studies": 1, "reports": 1}
    assert sorted(vanished(review)) == [("embase", "", "include", "include"), ("embase", "pubmed", "exclude", "")]
    told = " ".join(prismake(review, "status").stdout.split())
    assert "is no longer found by embase and keeps its decision (include)" in told

    # the version is published with two rows at title and abstract and two at full text still open
    made = prismake(review, "freeze", "2025-08-31")
    assert "1 included studies (1 reports); 5 reports with a final decision, 4 open" in made.stdout
    assert "already" in prismake(review, "freeze", "2025-08-31").stderr

    # third update, with results/ deleted: the included record is found again, twice; one record is new
    review.configure(config(previous={"version": "2025-08-31"}))
    drop_in(review, "embase.ris", 0, 1, 3, 4, 5, 6, 7, 8)
    drop_in(review, "pubmed.ris", 1, 10, 2, 4, 0)
    shutil.rmtree(review.folder / "results")
    review.run(*TARGETS)
    assert offered(review)[9:] == [8]
    assert vanished(review) == [("embase", "pubmed", "exclude", "")]
    assert boxes(review)["identified"]["databases"] == {"embase": 5, "pubmed": 2}, "4, 5, 6, 7, 8; 4 and 0 again"
    assert counts(review, *SCREENED) == (7, 2, 2, 0, 3)
    assert counts(review, *READ, "included", "previous", "no_longer", "total") == (
        *(2, 0, 2, 0),
        *({"studies": n, "reports": n} for n in (0, 1, 0, 1)),
    )
    for who in ("anna", "ben"):
        decide(review, "title_abstract", who, {6: "exclude", 7: "exclude", 8: "include"})
        decide(review, "full_text", who, {4: "include", 5: "not retrieved"})
    shutil.rmtree(review.folder / "results")
    Review.run(review, *TARGETS)
    assert offered(review, "full_text")[4:] == [8]
    assert counts(review, *SCREENED, *READ) == (7, 2, 5, 2, 0, 3, 1, 1, 1)
    assert counts(review, "included", "total") == ({"studies": 1, "reports": 1}, {"studies": 2, "reports": 2})
    assert IDLE in Review.run(review, *TARGETS)


def prismake(review, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "prismake.cli", *arguments],
        cwd=review.folder, env=environment(), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def twin(of: int) -> str:
    """A record so near to another that only people can say whether it is the same report."""
    return ris(of, DO="10.5555/example.0099", SP="999")


def settle(review, stage: str, column: str, answer: str, *, row: int = -1) -> None:
    path = review.sheet(stage, "consensus")
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    place = next(cell.column for cell in sheet[1] if cell.value == column)
    sheet.cell(sheet.max_row if row < 0 else row, place).value = answer
    book.save(path)


def settled(review, stage: str = "title_abstract") -> dict[str, tuple[str, str]]:
    return {row["item_id"]: (row["state"], row["decision"]) for row in review.table(f"{stage}/decisions.csv")}


def screen_pair(folder: Path) -> None:
    review = UpToFlow(folder, config(), {"embase.ris": export(1, 2, 3), "pubmed.ris": twin(3)})
    review.run()
    for who in ("anna", "ben"):
        decide(review, "title_abstract", who, {1: "include", 2: "exclude", 3: "include", 99: "exclude"})
    review.run()


@pytest.fixture
def pair(built_once, tmp_path):
    """A review in which two records may be one report, and were screened with opposite results."""
    review = UpToFlow.at(built_once("pair", screen_pair, tmp_path / "review"))
    (item,) = (row["item_id"] for row in review.table("duplicates/decisions.csv"))
    review.first, review.second = item.split("|")
    assert settled(review)[review.first] == ("settled", "include")
    assert settled(review)[review.second] == ("settled", "exclude")
    assert counts(review, *SCREENED, "sought") == (4, 0, 4, 2, 0, 2)
    return review


def same(review, answer: str) -> None:
    for who in ("anna", "ben"):
        review.fill("duplicates", who, lambda n, row: {"Same report?": answer}, again=True)
    review.run()


def test_records_with_opposite_decisions_that_become_one_are_settled_by_people(pair):
    same(pair, "same")
    assert settled(pair)[pair.first] == ("conflict", "")
    assert pair.second not in settled(pair)
    assert counts(pair, *SCREENED, "sought") == (4, 1, 2, 1, 1, 1), "undecided, until the panel has settled it"
    (row,) = pair.rows("title_abstract", "consensus")
    assert row["Item"] == f"{pair.first} = {pair.second}"
    settle(pair, "title_abstract", "Settled", "exclude")
    pair.run()
    assert settled(pair)[pair.first] == ("settled", "exclude")
    assert counts(pair, *SCREENED, "sought") == (4, 1, 3, 2, 0, 1)
    assert pair.status_of("title_abstract")["problems"] == []

    # the other way: the same answer in both rows of both sheets
    settle(pair, "title_abstract", "Settled", "")
    for who in ("anna", "ben"):
        decide(pair, "title_abstract", who, {3: "include", 99: "include"})
    pair.run()
    assert settled(pair)[pair.first] == ("settled", "include")
    assert sorted(offered(pair, "full_text")) == [1, 3]


def test_a_cluster_that_is_split_later_has_the_decisions_of_its_records(pair):
    same(pair, "same")
    settle(pair, "title_abstract", "Settled", "include")
    pair.run()
    fill_stage(pair, "full_text")
    pair.run()
    assert boxes(pair)["included"] == {"studies": 2, "reports": 2}

    same(pair, "different")
    assert settled(pair)[pair.first] == ("settled", "include")
    assert settled(pair)[pair.second] == ("settled", "exclude"), "as it was screened when it stood alone"
    assert counts(pair, *SCREENED, "sought") == (4, 0, 4, 2, 0, 2)
    assert boxes(pair)["included"] == {"studies": 2, "reports": 2}
    assert len(pair.rows("title_abstract", "anna")) == 4, "nothing is asked again"


def test_a_record_that_was_never_screened_alone_is_offered_after_a_split(tmp_path):
    review = UpToFlow(tmp_path / "review", config(), {"embase.ris": export(3), "pubmed.ris": twin(3)})
    review.run()
    same(review, "same")
    for who in ("anna", "ben"):
        decide(review, "title_abstract", who, {3: "include"})
    review.run()
    ((kept, how),) = settled(review).items()
    assert how == ("settled", "include")
    same(review, "different")
    found = settled(review)
    assert found.pop(kept) == ("settled", "include")
    assert list(found.values()) == [("undecided", "")]
    assert len(review.rows("title_abstract", "anna")) == 2


def test_a_record_that_vanishes_and_returns_is_as_it_was(tmp_path):
    review = UpToFlow(tmp_path / "review", config(), {"embase.ris": export(1, 2, 3, 4)})
    review.run()
    for who in ("anna", "ben"):
        decide(review, "title_abstract", who, {1: "include", 2: "exclude"})
    decide(review, "title_abstract", "anna", {3: "include"})
    review.run()
    before, rows = boxes(review), review.rows("title_abstract", "anna")

    drop_in(review, "embase.ris", 9)
    review.run()
    assert sorted(vanished(review)) == [
        ("embase", "", "exclude", ""),
        ("embase", "", "include", "undecided"),
        ("embase", "", "undecided", ""),
    ], "judged by both, by both, by one; the one that nobody judged has left"
    assert boxes(review)["identified"]["databases"] == {"embase": 1, "embase, earlier searches": 3}
    remarks = {number(row): row["Remark"] for row in review.rows("title_abstract", "anna")}
    assert remarks == {1: "", 2: "", 3: "", 4: "no longer needed", 9: ""}

    # a judgement that is made on a row that was lost with its record changes nothing until the record is back
    for who in ("anna", "ben"):
        decide(review, "title_abstract", who, {4: "include"})
    review.run()
    assert len(vanished(review)) == 3

    drop_in(review, "embase.ris", 4, 3, 2, 1)
    review.run()
    assert vanished(review) == []
    now = boxes(review)
    assert now["identified"] == before["identified"]
    assert (now["screened"], now["undecided_title_abstract"]) == (3, 1)
    assert [row["Item"] for row in review.rows("title_abstract", "anna")][:4] == [row["Item"] for row in rows]


def test_a_whole_source_that_is_taken_away_or_renamed(tmp_path):
    review = UpToFlow(tmp_path / "review", config(), {"embase.ris": export(1, 2), "hand.ris": export(5)})
    review.configure(config(searches={"hand": {"kind": "other", "label": "Citation searching"}}))
    review.run()
    fill_stage(review, "title_abstract", "full_text")
    review.run()
    fill_stage(review, "full_text")
    review.run()
    included = boxes(review)["included"]
    assert included == {"studies": 3, "reports": 3}

    # the citations are gone: they stay in their column; Embase comes under another name: the decisions are inherited
    (review.folder / "config/searches/hand.ris").unlink()
    (review.folder / "config/searches/embase.ris").rename(review.folder / "config/searches/embase_2026.ris")
    review.configure(config())
    review.run()
    found = boxes(review)
    assert found["included"] == included
    assert found["identified"]["databases"] == {"embase_2026": 2}
    assert found["other"]["identified"]["sources"] == {"Citation searching, earlier searches": 1}
    assert [row["still_found_by"] for row in review.table("flow/vanished.csv")] == ["embase_2026", "embase_2026", ""]
    assert review.open_rows("title_abstract") == (0, 2)


def test_a_citation_that_a_database_finds_later_is_not_screened(tmp_path):
    protocol = config(searches={"hand": {"kind": "other"}})
    review = UpToFlow(tmp_path / "review", config(), {"embase.ris": export(1), "hand.ris": export(5, 1)})
    review.configure(protocol)
    review.run()
    fill_stage(review, "title_abstract", "full_text")
    review.run()
    assert (offered(review), sorted(offered(review, "full_text"))) == ([1], [1, 5])
    drop_in(review, "embase.ris", 1, 5)
    review.run()
    assert offered(review) == [1]
    found = boxes(review)
    assert (found["removed"]["duplicates"], found["other"]["sought"]) == (1, 1)
    assert found["other"]["removed"]["duplicates"] == 1
