"""What people do between two runs: every edit is seen in the next run, and the run after that has nothing to do.

One story through all five stages with real workbooks, played twice over with an update in between.
"""

from __future__ import annotations

import shutil

import pytest
from quick import QuickReview
from review import Review, config, fill_stage, include_all, ris

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("made_by", [QuickReview, pytest.param(Review, marks=pytest.mark.slow)])
def test_people_between_two_runs(tmp_path, made_by):
    # two copies of record 3 that differ enough for the rules to leave them to people
    twin = ris(
        3, TI="Outcomes of dahlia therapy in fennel disease: cohort study number 757", DO="", SP="", VL="", PY=""
    )
    exports = {"embase.ris": "".join(ris(n) for n in range(8)), "scopus.ris": twin}
    review = made_by(tmp_path / "review", config(), exports)

    output = review.run()
    assert "title_abstract.anna.xlsx" in output, "the closing table names the file to open"
    assert review.open_rows("full_text") == (0, 0)
    review.idle()

    pairs = review.open_rows("duplicates")[1]
    if pairs:
        for who in ("anna", "ben"):
            review.fill("duplicates", who, lambda _, row: {"Same report?": "different"})
        review.run()
        assert review.open_rows("duplicates") == (0, pairs)
        review.idle()
    of = review.open_rows("title_abstract")[1]

    # half a sheet is read, and the next stage is offered in the same run
    for who in ("anna", "ben"):
        review.fill("title_abstract", who, lambda n, row: include_all(n, row) if n < 4 else {})
    review.run()
    assert review.open_rows("title_abstract") == (of - 4, of)
    assert review.open_rows("full_text") == (4, 4)
    review.idle()

    # an edit and new records from upstream before one run: both are taken
    for who in ("anna", "ben"):
        review.fill("title_abstract", who, lambda n, row: {"Decision": "exclude"} if n == 4 else {})
    (review.folder / "config/searches/pubmed.ris").write_text(ris(20) + ris(21), encoding="utf-8")
    review.run()
    assert review.open_rows("title_abstract") == (of - 5 + 2, of + 2)
    review.idle()

    # stages 2, 3, 4 and 5, one after the other and two at once
    fill_stage(review, "title_abstract")
    review.run()
    included = of + 1
    assert review.open_rows("full_text") == (included, included)
    fill_stage(review, "full_text")
    review.run()
    assert review.open_rows("full_text") == (0, included)
    assert review.open_rows("appraisal") == (6 * included, 6 * included)
    review.idle()
    fill_stage(review, "appraisal", "extraction")
    review.run()
    assert review.open_rows("appraisal")[0] == review.open_rows("extraction")[0] == 0
    review.idle()

    # an update with one new record goes through all stages; only the new one is asked for
    (review.folder / "config/searches/pubmed.ris").write_text(ris(20) + ris(21) + ris(22), encoding="utf-8")
    review.run()
    assert review.open_rows("title_abstract") == (1, of + 3)
    fill_stage(review, "title_abstract")
    review.run()
    assert review.open_rows("full_text") == (1, included + 1)
    fill_stage(review, "full_text")
    review.run()
    fill_stage(review, "appraisal", "extraction")
    review.run()
    assert review.open_rows("extraction") == (0, included + 1)
    review.idle()
    finished = review.digests()

    # results deleted: rebuilt byte for byte, no decision lost
    shutil.rmtree(review.folder / "results")
    review.run()
    assert review.digests() == finished
    review.idle()

    # a touch is no edit
    for sheet in (review.folder / "config/sheets").glob("*.xlsx"):
        sheet.touch()
    review.idle()

    # a changed mind travels to the end
    item = review.rows("title_abstract", "anna")[0]["Item"]
    for who in ("anna", "ben"):
        review.fill("title_abstract", who, lambda n, row: {"Decision": "exclude"} if n == 0 else {}, again=True)
    review.run()
    assert review.open_rows("full_text") == (0, included)
    assert review.open_rows("extraction") == (0, included)
    history = (review.folder / "config/sheets/history/decisions.jsonl").read_text(encoding="utf-8")
    assert item in history and '"old": "include"' in history
    review.idle()

    # a filled sheet that vanished stops the run with what to put back; put back, all is well again
    sheet = review.sheet("full_text", "anna")
    kept = sheet.rename(tmp_path / "kept.xlsx")
    output = review.run(check=False)
    assert review.status != 0
    assert "full_text.anna.xlsx: the sheet was filled in and is gone. Put it back" in output
    assert not sheet.exists()
    shutil.move(kept, sheet)
    review.run()
    assert review.open_rows("full_text") == (0, included)
    review.idle()


def test_disagreements_go_to_the_consensus_sheet(tmp_path):
    review = QuickReview(tmp_path / "review", config(), {"embase.ris": "".join(ris(n) for n in range(4))})
    review.run()
    review.fill("title_abstract", "anna", include_all)
    review.fill(
        "title_abstract", "ben", lambda n, row: {"Decision": "n" if n == 1 else "maybe" if n == 2 else "Include "}
    )
    review.run()
    status = review.status_of("title_abstract")
    assert (status["settled"], status["conflict"], status["open"]) == (3, 1, 1)
    disputed = review.rows("title_abstract", "consensus")
    assert len(disputed) == 1
    assert (disputed[0]["Anna says"], disputed[0]["Ben says"]) == ("include", "exclude")
    review.idle()

    review.fill("title_abstract", "consensus", lambda n, row: {"Settled": "exclude"})
    review.run()
    assert review.open_rows("title_abstract") == (0, 4)
    assert review.open_rows("full_text") == (3, 3)
    review.idle()

    # both now say include, the consensus sheet says exclude: nothing is settled silently
    review.fill("title_abstract", "ben", include_all, again=True)
    output = review.run()
    assert review.status_of("title_abstract")["conflict"] == 1
    assert "all reviewers now say “include”, the consensus sheet says “exclude”" in " ".join(output.split())
    review.idle()
