"""What is kept of the past: who was asked when, who said what first and when, and every change after that."""

from __future__ import annotations

import json

import pytest
from prismake.kept import answers as history


def events(stage):
    return [{k: v for k, v in one.items() if k != "time"} for one in history.read_events(stage.name, stage.folder)]


def log(stage):
    return list(history.read_changes(stage.folder))


def answers(value, *items):
    return {item: {"decision": value} for item in items}


def test_offers_and_first_answers_are_kept_with_their_time(new_stage):
    stage = new_stage(items=3)
    stage.offer()
    assert events(stage) == [{"event": "offered", "who": who, "items": stage.items} for who in ("anna", "ben")]
    stage.decide("anna", "include", "maybe")
    stage.read()
    stage.decide("ben", "include", "exclude")
    stage.read()
    stage.offer()
    first, second = stage.items[0], stage.items[1]
    assert events(stage)[2:] == [
        {"event": "answered", "who": "anna", "answers": {**answers("include", first), **answers("maybe", second)}},
        {"event": "answered", "who": "ben", "answers": {**answers("include", first), **answers("exclude", second)}},
        {"event": "settled", "who": "settled", "by": "agreement", "answers": answers("include", first)},
        {"event": "offered", "who": "consensus", "items": [second]},
    ]
    assert all(one["time"].endswith("+00:00") for one in history.read_events(stage.name, stage.folder))
    assert log(stage) == [], "a first answer is no change"


def test_reading_and_offering_again_add_nothing(new_stage):
    stage = new_stage(items=3)
    stage.offer()
    stage.decide("anna", "include")
    stage.read()
    before = events(stage)
    for _ in range(2):
        stage.offer()
        stage.read()
    assert events(stage) == before


def test_a_changed_settled_decision_says_who_when_before_and_after(new_stage):
    stage = new_stage(items=2)
    stage.offer()
    for who in ("anna", "ben"):
        stage.decide(who, "include", "include")
    stage.read()
    stage.decide("ben", "exclude", "include")
    stage.read()
    changes = {one["who"]: one for one in log(stage)}
    assert set(changes) == {"ben", "settled"}
    assert (changes["ben"]["old"], changes["ben"]["new"]) == ("include", "exclude")
    assert (changes["settled"]["old"], changes["settled"]["new"]) == ("include", "")
    assert changes["settled"]["by"] == ["ben"] and changes["settled"]["time"]


def test_a_decision_that_changes_because_records_did_is_nobodys(tmp_path):
    settled = {"settled": answers("include", "r1")}
    history.record("title_abstract", {"anna": answers("include", "r1"), **settled}, tmp_path)
    history.record("title_abstract", {"anna": answers("include", "r1"), "settled": {}}, tmp_path)
    change = next(history.read_changes(tmp_path))
    assert (change["who"], change["by"]) == ("settled", [])


def test_settlements_say_how_and_in_which_reading(tmp_path):
    new = {"consensus": answers("exclude", "r2"), "settled": {**answers("include", "r1"), **answers("exclude", "r2")}}
    history.record("full_text", new, tmp_path, {"r1": "agreement", "r2": "consensus"})
    found = [one for one in history.read_events("full_text", tmp_path) if one["event"] == "settled"]
    assert [(one["by"], list(one["answers"])) for one in found] == [("agreement", ["r1"]), ("consensus", ["r2"])]


def test_an_answer_that_was_cleared_and_given_again_is_told(tmp_path):
    for given in ("include", "", "exclude"):
        history.record("full_text", {"anna": answers(given, "r1") if given else {}}, tmp_path)
    assert [one["answers"] for one in history.read_events("full_text", tmp_path)] == [
        answers("include", "r1"),
        answers("exclude", "r1"),
    ]
    change = next(history.read_changes(tmp_path))
    assert (change["old"], change["new"]) == ("include", "")


def test_killed_before_the_snapshot_nothing_is_told_twice(tmp_path, monkeypatch):
    def killed(*_, **__):
        raise KeyboardInterrupt

    old = {"anna": answers("include", "r1", "r2")}
    history.record("full_text", old, tmp_path)
    new = {"anna": {**answers("exclude", "r1"), **answers("include", "r2", "r3")}, "settled": answers("include", "r3")}
    with monkeypatch.context() as patch:
        patch.setattr(history, "write_entries", killed)
        with pytest.raises(KeyboardInterrupt):
            history.record("full_text", new, tmp_path)
    told = [path.read_bytes() for path in sorted((tmp_path / "history").glob("*.jsonl"))]
    history.record("full_text", new, tmp_path)
    assert [path.read_bytes() for path in sorted((tmp_path / "history").glob("*.jsonl"))] == told
    assert history.read_snapshot("full_text", tmp_path) == new


def test_lines_cut_off_and_strange_separators_spoil_no_other_line(tmp_path):
    history.record("full_text", {"anna": {"r1": {"study": "one\u2028two\x85three"}}}, tmp_path)
    file = tmp_path / "history" / "full_text.events.jsonl"
    file.write_bytes(file.read_bytes() + b'{"event": "answered", "who": "an')
    history.note_offer("full_text", "ben", ["r1"], tmp_path)
    found = list(history.read_events("full_text", tmp_path))
    assert [one["event"] for one in found] == ["answered", "offered"]
    assert found[0]["answers"]["r1"]["study"] == "one\u2028two\x85three"


def test_the_files_only_grow(new_stage):
    stage = new_stage(items=4)
    sizes = []
    for round_of in (("include",), ("exclude", "include"), ("exclude", "", "include")):
        stage.offer()
        stage.decide("anna", *round_of)
        stage.read()
        texts = [path.read_text(encoding="utf-8") for path in sorted(stage.folder.glob("history/*.jsonl"))]
        assert all(json.loads(line) for text in texts for line in text.splitlines())
        sizes.append("".join(texts))
    assert len(sizes[0]) < len(sizes[1]) < len(sizes[2])
