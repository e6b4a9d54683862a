"""Batches, calibration and shares in real workbooks: who gets which rows, what counts, and what is told."""

from __future__ import annotations

import json
from collections import Counter

import openpyxl
import pandas as pd
import pytest
from prismake.kept import sheet_state
from prismake.panel.stopping import tail_needed
from prismake.protocol.schema import with_defaults

THREE = ["anna", "ben", "carl"]


@pytest.fixture
def made(new_stage):
    """Makes a stage that has been offered; keywords are settings of title_abstract."""

    def make(items=12, reviewers=("anna", "ben"), **settings):
        stage = new_stage(items=items, reviewers=list(reviewers), title_abstract=settings)
        stage.offer()
        return stage

    return make


def configure(stage, reviewers=None, **settings):
    """The protocol as people changed it, and the next run."""
    people = list(reviewers or stage.config["reviewers"])
    stage.config = with_defaults({"title": "t", "question": "q", "reviewers": people, "title_abstract": settings})
    stage.offer()


def answer(stage, who, decide):
    """Fill in the empty decisions of a sheet; ``decide`` takes an item."""

    def change(sheet):
        column = next(cell.column for cell in sheet[1] if cell.value == "Decision")
        for row in range(2, sheet.max_row + 1):
            item, cell = sheet.cell(row, 2).value, sheet.cell(row, column)
            if item and not cell.value and (said := decide(item)):
                cell.value = said

    stage.edit(who, change)


def items(stage, who):
    return [row[0] for row in stage.cells(who)[1:] if row[0]]


def remarks(stage, who):
    rows = stage.cells(who)
    place = rows[0].index("Remark")
    return {row[0]: row[place] for row in rows[1:] if row[place]}


def table_of(reading):
    return pd.DataFrame(reading.decisions.rows, columns=reading.decisions.columns).set_index("item_id")


def test_a_batch_reaches_the_sheets_when_the_last_is_read(made):
    stage = made(batch=5)
    assert items(stage, "anna") == items(stage, "ben") == stage.items[:5]
    answer(stage, "anna", lambda item: "include")
    answer(stage, "ben", lambda item: "exclude" if item != "pubmed:004" else "")
    stage.offer()
    assert items(stage, "anna") == stage.items[:5]
    status = stage.read().status
    assert (status["of"], status["conflict"], status["undecided"], status["open"]) == (12, 4, 8, 12)
    assert {who: (share["decided"], share["of"]) for who, share in status["reviewers"].items()} == {
        "anna": (5, 5),
        "ben": (4, 5),
    }
    assert status["rounds"]["words"] == [
        "Batch 1: 4 of 5 records are read by everyone who was asked; 7 wait for later batches. anna has "
        "nothing left to do, and the team waits for ben (1). To go on without waiting, write title_abstract.ahead: 1."
    ]
    answer(stage, "ben", lambda item: "exclude")
    stage.offer()
    assert items(stage, "anna") == stage.items[:10], "a disagreement holds nobody up"
    assert items(stage, "consensus") == stage.items[:5]


def test_an_open_sheet_gets_the_batch_later_and_both_get_the_same(made):
    stage = made(batch=5)
    for who in ("anna", "ben"):
        answer(stage, who, lambda item: "include")
    lock = stage.folder / ".~lock.title_abstract.anna.xlsx#"
    lock.write_text("open")
    stage.offer()
    assert (len(items(stage, "anna")), len(items(stage, "ben"))) == (5, 10)
    answer(stage, "ben", lambda item: "include")
    stage.offer()
    assert len(items(stage, "ben")) == 10, "anna has not read the second batch"
    assert stage.read().status["reviewers"]["anna"] | {"file": ""} == {
        "decided": 5,
        "of": 10,
        "file": "",
        "waiting": 5,
    }
    lock.unlink()
    stage.offer()
    assert items(stage, "anna") == items(stage, "ben") == stage.items[:10]


def test_calibration_with_its_kappa_and_what_to_do_when_it_is_low(made):
    stage = made(reviewers=THREE, calibration={"records": 4}, split={"per_record": 2}, batch=6)
    sample = items(stage, "anna")
    assert len(sample) == 4
    assert [items(stage, who) for who in THREE] == [sample] * 3
    answer(stage, "anna", lambda item: "include")
    status = stage.read().status
    assert status["rounds"]["calibration"]["read"] == 0
    assert "Calibration: 0 of 4 records are read by anna, ben and carl" in status["rounds"]["words"][0]
    answer(stage, "ben", lambda item: "include" if item in sample[:2] else "exclude")
    answer(
        stage, "carl", lambda item: "include" if item in sample[1:3] else "maybe" if item == sample[3] else "exclude"
    )
    stage.offer()
    assert len(items(stage, "anna")) == 4
    found = stage.read().status["rounds"]["calibration"]
    # maybe proceeds as include. By hand (Fleiss 1971): the four items have 2, 3, 2, 2 of 3 raters on include, so that
    # mean agreement is (1/3 + 1 + 1/3 + 1/3) / 4 = 1/2; include has 9 of 12 answers, chance is 9/16 + 1/16 = 5/8.
    assert found["kappa"] == pytest.approx((1 / 2 - 5 / 8) / (3 / 8))
    assert found["n"] == 4 and not found["passed"]
    words = stage.read().status["rounds"]["words"][0]
    assert "kappa -0.33, which is not 0.6 or more" in words
    assert "title_abstract.calibration.passed: true" in words

    # changed answers do not make the sample agree afterwards; people decide
    for who in ("ben", "carl"):
        stage.edit(who, lambda sheet: [cell_of(sheet, row, "Decision", "include") for row in range(2, 6)])
    stage.offer()
    assert len(items(stage, "anna")) == 4
    configure(stage, THREE, calibration={"records": 4, "passed": True}, split={"per_record": 2}, batch=6)
    shares = Counter(item for who in THREE for item in items(stage, who))
    assert Counter(shares.values()) == {3: 4, 2: 6}
    words = stage.read().status["rounds"]["words"][0]
    assert "kappa -0.33" in words and "the team went on because the team decided so" in words


def cell_of(sheet, row, header, value):
    column = next(cell.column for cell in sheet[1] if cell.value == header)
    sheet.cell(row, column).value = value


def test_calibration_passes_by_its_kappa(made):
    stage = made(calibration={"records": 6, "kappa": 0.5}, order="id")
    sample = items(stage, "anna")
    for who in ("anna", "ben"):
        answer(stage, who, lambda item: "include" if item in sample[:3] else "exclude")
    stage.offer()
    assert len(items(stage, "anna")) == 12
    assert stage.read().status["rounds"]["calibration"]["kappa"] == 1.0
    assert items(stage, "anna")[6:] == [item for item in stage.items if item not in sample]


def test_two_of_three_decide_and_the_third_is_not_waited_for(made):
    stage = made(reviewers=THREE, split={"per_record": 2})
    mine = {who: set(items(stage, who)) for who in THREE}
    assert {who: len(rows) for who, rows in mine.items()} == dict.fromkeys(THREE, 8)
    for who in THREE:
        answer(stage, who, lambda item, who=who: "exclude" if who == "carl" else "include")
    stage.offer()
    reading = stage.read()
    table = table_of(reading)
    for item in stage.items:
        people = [who for who in THREE if item in mine[who]]
        assert table.loc[item, "asked"] == " ".join(people)
        assert table.loc[item, "state"] == ("conflict" if "carl" in people else "settled")
    assert reading.status["conflict"] == len(items(stage, "consensus")) == 8
    pairs = {(pair["first"], pair["second"]): pair["n"] for pair in reading.agreement["decision"]["pairs"]}
    assert pairs == dict.fromkeys([("anna", "ben"), ("anna", "carl"), ("ben", "carl")], 4)


def test_a_single_screener_with_a_sample_that_is_checked(made):
    stage = made(split={"check": 0.25})
    assert items(stage, "anna") == stage.items
    sample = items(stage, "ben")
    assert len(sample) == 3
    answer(stage, "anna", lambda item: "include")
    answer(stage, "ben", lambda item: "exclude" if item == sample[0] else "include")
    stage.offer()
    reading = stage.read()
    settled = Counter(table_of(reading)["settled_by"])
    assert settled == {"single": 9, "agreement": 2, "": 1}
    assert items(stage, "consensus") == [sample[0]]
    assert reading.agreement["decision"]["pairs"][0]["n"] == 3


def test_decisions_stay_when_a_reviewer_leaves_and_his_unread_rows_go_on(made):
    stage = made(items=6)
    answer(stage, "anna", lambda item: "include")
    answer(stage, "ben", lambda item: {"pubmed:000": "include", "pubmed:001": "exclude"}.get(item, ""))
    stage.offer()
    stage.read()
    watched = sheet_state.state(stage.name, ["anna", "ben"], stage.folder)
    configure(stage, ["anna", "carl"])
    assert items(stage, "carl") == stage.items[2:]
    reading = stage.read()
    table = table_of(reading)
    assert table.loc["pubmed:000", ["state", "settled_by", "asked"]].tolist() == ["settled", "agreement", "anna ben"]
    assert table.loc["pubmed:001", "state"] == "conflict"
    assert table.loc["pubmed:002", "asked"] == "anna carl"
    assert set(reading.status["reviewers"]) == {"anna", "carl"}
    assert not (stage.folder / "history/decisions.jsonl").exists(), "nothing was changed, and nothing is said to be"
    now = sheet_state.state(stage.name, ["anna", "carl"], stage.folder)
    assert now["title_abstract.ben.xlsx"] == watched["title_abstract.ben.xlsx"]

    # what ben wrote counts on without his sheet, and his later edits are seen
    answer(stage, "ben", lambda item: "include" if item == "pubmed:002" else "")
    assert sheet_state.state(stage.name, ["anna", "carl"], stage.folder) != now
    assert table_of(stage.read()).loc["pubmed:002", "asked"] == "anna carl ben"
    stage.path("ben").unlink()
    stage.offer()
    assert table_of(stage.read()).loc["pubmed:000", "settled_by"] == "agreement"

    # back again: nothing has been lost, and carl keeps what he was asked
    (kept,) = stage.folder.glob("history/*.rounds.json")
    assert json.loads(kept.read_text())["rounds"][0]["rows"]["pubmed:005"] == "anna carl"


def test_people_stop_and_what_nobody_read_is_not_screened(made):
    stage = made(batch=5)
    for who in ("anna", "ben"):
        answer(stage, who, lambda item: "exclude" if item == "pubmed:001" else "include" if item < "pubmed:003" else "")
    answer(stage, "anna", lambda item: "include" if item == "pubmed:003" else "")
    configure(stage, batch=5, stop="2026-05-01, anna and ben")
    status = stage.read().status
    assert (status["settled"], status["undecided"], status["not_screened"], status["open"]) == (3, 1, 8, 1)
    assert remarks(stage, "anna") == remarks(stage, "ben") == {"pubmed:004": "no longer needed"}
    assert status["reviewers"]["ben"] | {"file": ""} == {"decided": 3, "of": 4, "file": ""}
    assert "Screening was stopped: 2026-05-01, anna and ben" in status["rounds"]["words"]
    configure(stage, batch=5)
    assert not remarks(stage, "anna")
    assert stage.read().status["undecided"] == 9


def test_advice_on_stopping_follows_the_order_of_handing_out(made):
    stage = made(items=60, batch=20)
    order = items(stage, "anna")
    for who in ("anna", "ben"):
        answer(stage, who, lambda item: "include" if item in order[:3] else "exclude")
    stage.offer()
    advice = stage.read().status["rounds"]["advice"]
    assert {name: advice[name] for name in ("total", "read", "found", "pending", "sample")} == {
        "total": 60,
        "read": 20,
        "found": 3,
        "pending": 0,
        "sample": 14,
    }
    assert stage.read().status["rounds"]["curve"] == {"read": 20, "included_at": [1, 2, 3], "total": 60}
    # rows that one of the two has read are pending up to the last of them
    more = items(stage, "anna")[20:]
    answer(stage, "anna", lambda item: "exclude" if item in more[:6] else "")
    answer(stage, "ben", lambda item: "exclude" if item in more[:4] else "")
    advice = stage.read().status["rounds"]["advice"]
    assert (advice["read"], advice["pending"]) == (24, 2)
    # records that arrive now were in no sample
    stage.items += [f"pubmed:{number}" for number in range(100, 140)]
    stage.offer()
    advice = stage.read().status["rounds"]["advice"]
    assert (advice["total"], advice["read"], advice["sample"], advice["missed_ub"]) == (100, 24, 0, None)
    assert "Nothing can be said yet" in advice["sentence"]


def test_no_advice_where_the_order_is_that_of_the_ids(made):
    stage = made(order="id")
    for who in ("anna", "ben"):
        answer(stage, who, lambda item: "exclude" if item == "pubmed:001" else "")
    assert stage.read().status["rounds"]["advice"] is None
    assert stage.read().status["rounds"]["curve"] is None


def test_a_run_that_was_killed_after_handing_out_goes_on_from_there(made):
    stage = made(batch=5)
    for who in ("anna", "ben"):
        answer(stage, who, lambda item: "include")
    kept = stage.folder / "history/title_abstract.rounds.json"
    sheets = {path: path.read_bytes() for path in stage.folder.glob("*.xlsx")}
    book = (stage.folder / "history/title_abstract.json").read_bytes()
    stage.offer()
    handed = kept.read_bytes()
    for path, content in sheets.items():  # as if the run had died before any sheet was written
        path.write_bytes(content)
    (stage.folder / "history/title_abstract.json").write_bytes(book)
    stage.offer()
    assert kept.read_bytes() == handed
    assert items(stage, "anna") == items(stage, "ben") == stage.items[:10]


def test_a_review_from_before_this_record_goes_on_as_it_was(made):
    stage = made(items=6)
    answer(stage, "anna", lambda item: "include")
    (stage.folder / "history/title_abstract.rounds.json").unlink()
    before = stage.path("anna").read_bytes()
    stage.offer()
    assert stage.path("anna").read_bytes() == before
    assert not (stage.folder / "history/title_abstract.rounds.json").exists(), "nothing new was handed out"
    assert stage.read().status["reviewers"]["ben"]["of"] == 6
    stage.items.append("pubmed:100")
    stage.offer()
    assert items(stage, "ben")[-1] == "pubmed:100"
    assert (stage.folder / "history/title_abstract.rounds.json").exists()


def test_sorting_a_sheet_changes_nothing_of_what_was_handed_out(made):
    stage = made(batch=5)

    def turn(sheet):
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)][::-1]
        for number, row in enumerate(rows, start=2):
            for column, value in enumerate(row, start=1):
                sheet.cell(number, column).value = value

    stage.edit("anna", turn)
    answer(stage, "anna", lambda item: "include")
    answer(stage, "ben", lambda item: "include")
    stage.offer()
    assert items(stage, "anna") == [*stage.items[4::-1], *stage.items[5:10]]
    assert openpyxl.load_workbook(stage.path("anna")).worksheets[1].max_row == 11


def test_growing_batches_are_small_first(made):
    stage = made(items=230, batch="growing", order="id")
    sizes = []
    for _ in range(5):
        before = sum(sizes)
        sizes.append(len(items(stage, "anna")) - before)
        for who in ("anna", "ben"):
            answer(stage, who, lambda item: "exclude")
        stage.offer()
    assert sizes == [25, 25, 50, 100, 30]


def test_batches_run_ahead_of_one_slow_reviewer(made):
    stage = made(items=12, batch=3, ahead=1, order="id")
    stage.offer()
    assert items(stage, "anna") == stage.items[:3], "nobody has finished: nothing runs ahead"
    answer(stage, "anna", lambda item: "include")
    stage.offer()
    assert items(stage, "anna") == items(stage, "ben") == stage.items[:6]
    stage.offer()
    assert items(stage, "anna") == stage.items[:6]
    answer(stage, "anna", lambda item: "include")
    stage.offer()
    assert items(stage, "anna") == stage.items[:6], "two batches are unfinished: no third one"
    status = stage.read().status["rounds"]
    assert status["waiting_for"] == {"ben": 6}
    assert "anna has nothing left to do, and the team waits for ben (6)." in status["words"][0]
    answer(stage, "ben", lambda item: "include" if item in stage.items[:3] else "")
    stage.offer()
    assert items(stage, "ben") == stage.items[:9]


def test_a_lower_confidence_that_says_nothing_more_is_not_offered(made):
    stage = made(items=14, order="random")
    order = items(stage, "anna")
    for who in ("anna", "ben"):
        answer(stage, who, lambda item: "" if item in order[12:] else "include")
    status = stage.read().status["rounds"]
    assert not status["advice"]["reached"]
    more = status["advice_80"]["recall_lb"] > status["advice"]["recall_lb"]
    assert ("fewer records have to be read" in " ".join(status["words"])) is more
    assert not more, "the two unread items, counted as relevant, bound both alike"


def test_what_the_team_wants_to_know_before_it_stops_is_said_when_it_is_met(made):
    stage = made(items=150, batch=120, order="random", stop_at={"recall": 0.5, "confidence": 0.8})
    early = items(stage, "anna")[:14]
    for who in ("anna", "ben"):
        answer(stage, who, lambda item: "include" if item in early[:12] else "exclude" if item in early else "")
    words = " ".join(stage.read().status["rounds"]["words"])
    assert "stop_at asks for" not in words
    for who in ("anna", "ben"):
        answer(stage, who, lambda item: "exclude")
    status = stage.read().status["rounds"]
    assert (status["advice"]["target"], status["advice"]["level"]) == (0.5, 80)
    words = " ".join(status["words"])
    assert "What title_abstract.stop_at asks for is met: 50 % of the includes with 80 % confidence." in words
    assert "Nothing stops by itself." in words and status["stopped"] == ""
    configure(stage, batch=120, order="random", stop_at={"recall": 0.99, "confidence": 0.95})
    status = stage.read().status["rounds"]
    words = " ".join(status["words"])
    assert "stop_at asks for" not in words
    assert "With 80 % instead of 95 % confidence the share found is at least" in words
    assert status["advice_80"]["recall_lb"] >= status["advice"]["recall_lb"]


def test_a_random_tail_after_the_ranked_part_is_proposed_and_then_rested_on(made):
    stage = made(items=300, batch=60, order="relevance")
    first = set(items(stage, "anna")[:50:2])
    for who in ("anna", "ben"):
        answer(stage, who, lambda item: "include" if item in first else "exclude")
    stage.offer()
    for who in ("anna", "ben"):
        answer(stage, who, lambda item: "exclude")
    words = " ".join(stage.read().status["rounds"]["words"])
    size = tail_needed(180, 25, 0.95, 95)
    assert f"{size} of them, if none is relevant, would show with 95 % confidence" in words
    assert f"({tail_needed(180, 25, 0.95, 80)} with 80 %)" in words
    configure(stage, batch=size, order="random")
    for who in ("anna", "ben"):
        answer(stage, who, lambda item: "exclude")
    status = stage.read().status["rounds"]
    assert status["advice"]["drawn_at_random"] and status["advice"]["sample"] == size
    assert status["advice"]["reached"]
    assert "drawn at random" in " ".join(status["words"])
