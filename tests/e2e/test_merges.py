"""Merges undone and redone, and pairs that people bring together themselves, with the real graph and real workbooks."""

from __future__ import annotations

import json
import shutil

import openpyxl
import pytest
from quick import QuickReview
from review import IDLE, Review, config, ris

pytestmark = pytest.mark.e2e
TARGETS = ("results/flow/flow.json", "results/title_abstract/status.json", "results/merges/status.json")


def report_of(review: Review) -> dict[str, str]:
    lines = (review.folder / "results/duplicates/duplicates.csv").read_text(encoding="utf-8").splitlines()[1:]
    return dict(line.split(",")[:2] for line in lines)


def removed(review: Review) -> int:
    boxes = json.loads((review.folder / "results/flow/flow.json").read_text(encoding="utf-8"))["boxes"]
    return boxes["removed"]["duplicates"]


def type_in(review: Review, stage: str, who: str, item: str, answer: str) -> None:
    """A row of one's own below the table: two identifiers and an answer."""
    path = review.sheet(stage, who)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    columns = {cell.value: cell.column for cell in sheet[1]}
    number = 2 + len(review.rows(stage, who))
    sheet.cell(number, columns["Item"]).value = item
    sheet.cell(number, columns["Same report?"]).value = answer
    book.save(path)


def test_a_merge_undone_and_redone_and_a_pair_typed_in(tmp_path):
    # three articles stand in both exports; a rule merges each pair
    exports = {"embase.ris": "".join(ris(n) for n in range(6)), "scopus.ris": "".join(ris(n) for n in range(3))}
    review = QuickReview(tmp_path / "review", config(outcomes={}), exports)
    review.run(*TARGETS)
    assert removed(review) == 3
    assert review.open_rows("merges") == (0, 3), "nobody has to look at what a rule has merged"
    merged = report_of(review)
    row = review.rows("merges", "anna")[0]
    assert all(row[name] for name in ("Record A", "Record B", "Merged because of"))
    first, second = row["Item"].split("|")
    assert merged[first] == merged[second]

    # one answer of one reviewer undoes one merge and touches nothing else
    review.fill("merges", "anna", lambda n, _: {"Same report?": "different"} if n == 0 else {})
    review.run(*TARGETS)
    apart = report_of(review)
    assert apart[first] != apart[second]
    others = [one for one in merged if one not in (first, second)]
    assert [apart[one] for one in others] == [merged[one] for one in others]
    assert removed(review) == 2
    assert review.open_rows("title_abstract") == (7, 7)
    assert IDLE in review.run(*TARGETS)

    # the other reviewer objects: a row for the adjudicator; until it is settled the records stay apart
    review.fill("merges", "ben", lambda n, _: {"Same report?": "same"} if n == 0 else {})
    shutil.rmtree(review.folder / "results")
    review.run(*TARGETS)
    assert report_of(review) == apart, "replayed"
    assert [one["Item"] for one in review.rows("merges", "consensus")] == [row["Item"]]

    # settled, the merge is back; and a pair that no rule saw is typed in by one reviewer and offered to the other
    review.fill("merges", "consensus", lambda n, _: {"Settled": "same"})
    left, right = sorted(one for one in merged if list(merged.values()).count(merged[one]) == 1)[:2]
    type_in(review, "duplicates", "anna", f"{right} | {left}", "same")
    review.run(*TARGETS)
    assert report_of(review) == merged
    assert removed(review) == 3
    assert review.open_rows("duplicates") == (1, 1)
    assert [one["Item"] for one in review.rows("duplicates", "ben")] == [f"{right} | {left}"]

    # both say so: merged; slips are told with their place and change nothing
    review.fill("duplicates", "ben", lambda n, _: {"Same report?": "yes"})
    type_in(review, "merges", "ben", f"{left}|embase:nowhere", "different")
    type_in(review, "merges", "ben", "embase:1", "different")
    output = review.run(*TARGETS)
    assert review.open_rows("duplicates") == (0, 1)
    assert report_of(review)[left] == report_of(review)[right]
    assert removed(review) == 4
    assert "is about a record that does not exist" in output
    assert "is not a pair of records" in output
    assert IDLE in review.run(*TARGETS)
