"""Kept files of every format are read; those of a newer prismake stop the review with a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from kept_files import HERE, JSON_FILES, LOGS, STAGE
from prismake import __version__
from prismake.core.errors import KeptFileError
from prismake.kept import allocations, answers, ids, prefilled, retained_records, sheet_state, store, versions
from prismake.kept.formats import FORMAT
from prismake.kept.migrations import format_of
from prismake.panel.allocation import Allocation

EVERY = (*JSON_FILES, *LOGS)


def first_line(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8").splitlines()[0])


def test_there_is_a_sample_of_every_file_in_every_old_format():
    for number in range(FORMAT):
        assert {path.name for path in (HERE / f"format_{number}").iterdir()} == {file.name for file in EVERY}


def test_samples_say_no_format():
    for file in JSON_FILES:
        assert format_of(json.loads((HERE / "format_0" / file.name).read_text(encoding="utf-8"))) == 0
    for file in LOGS:
        assert format_of(first_line(HERE / "format_0" / file.name)) == 0


def test_what_format_0_held_is_read(review):
    """One value of each file, as prismake 0.1 wrote it; a reviewer may be called *format*."""
    sheets = review / "config/sheets"
    said = answers.read_snapshot(STAGE, sheets)
    assert list(said) == ["anna", "format", "settled"]
    assert said["anna"]["pubmed:002"] == {"decision": "exclude"}
    book = sheet_state.read_book(STAGE, sheets)
    assert book["sheets"]["title_abstract.anna.xlsx"]["people"] == ".xlsx:00f2"
    handed = allocations.load_allocation(STAGE, sheets)
    assert [(part.kind, dict(part.rows)) for part in handed.batches] == [
        ("calibration", {"pubmed:002": ("anna", "format")}),
        ("batch", {"pubmed:001": ("anna", "format")}),
    ]
    assert prefilled.load_prefilled(STAGE, sheets)["anna"]["pubmed:001"]["file"] == "rayyan.csv"
    assert ids.load_ids(ids.REPORTS, sheets / "history") == {"embase:1": "pubmed:001", "pubmed:001": "pubmed:001"}
    assert ids.load_ids(ids.ROUTES, sheets / "history") == {"pubmed:001": "screening"}
    assert retained_records.read_sources(sheets)["vanished"] == ["embase:1"]
    assert [event["event"] for event in answers.read_events(STAGE, sheets)] == ["offered", "answered", "settled"]
    assert [change["who"] for change in answers.read_changes(sheets)] == ["anna", "settled"]
    assert versions.read_version("2025-08-31", review).studies == {"pubmed:001": ("pubmed:001",)}


def test_reading_changes_no_file(review):
    before = {file.name: (review / file.place).read_bytes() for file in EVERY}
    for file in EVERY:
        file.load(review)
    assert {file.name: (review / file.place).read_bytes() for file in EVERY} == before


def test_the_next_writing_brings_a_file_up_to_date_and_loses_nothing(review):
    sheets = review / "config/sheets"
    before = {file.name: file.load(review) for file in EVERY}
    ids.save_ids(ids.REPORTS, {"embase:2": "embase:2"}, sheets / "history")
    allocations.save_allocation(STAGE, sheets, before[f"{STAGE}.rounds.json"])
    row = {"item_id": "pubmed:009", "carried": json.dumps({"anna": {"answers": {}, "file": "a.csv"}})}
    prefilled.save_prefilled(STAGE, "anna", [row], sheets)
    answers.note_offer(STAGE, "anna", ["pubmed:009"], sheets)
    changed = {**before[f"{STAGE}.answers.json"], "anna": {"pubmed:001": {"decision": "exclude"}}}
    answers.record(STAGE, changed, sheets)
    for file in EVERY:
        written = json.loads(
            (review / file.place).read_text(encoding="utf-8").splitlines()[0]
            if file in LOGS
            else (review / file.place).read_text(encoding="utf-8")
        )
        if file.name in ("decisions.jsonl", "reports.json") or (
            file.name.startswith(f"{STAGE}.") and file.name != f"{STAGE}.json"
        ):
            assert (written["format"], written["prismake"]) == (FORMAT, __version__), file.name
    assert ids.load_ids(ids.REPORTS, sheets / "history") == {**before["reports.json"], "embase:2": "embase:2"}
    assert allocations.load_allocation(STAGE, sheets) == before[f"{STAGE}.rounds.json"]
    assert prefilled.load_prefilled(STAGE, sheets)["anna"].keys() == {"pubmed:001", "pubmed:009"}
    assert list(answers.read_events(STAGE, sheets))[:3] == before[f"{STAGE}.events.jsonl"]
    assert list(answers.read_changes(sheets))[:2] == before["decisions.jsonl"]
    assert answers.read_snapshot(STAGE, sheets) == changed


@pytest.mark.parametrize("file", EVERY, ids=str)
def test_a_newer_format_stops_with_a_sentence(review, file):
    path = review / file.place
    marks = {"format": FORMAT + 1, "prismake": "0.3.0"}
    if file in LOGS:
        path.write_text(store.line_of(marks) + '{"something": ["else"]}\n', encoding="utf-8")
    else:
        path.write_text(json.dumps({**marks, "something": ["else"]}), encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(KeptFileError) as error:
        file.load(review)
    assert f"written by prismake 0.3.0; this is prismake {__version__}" in str(error.value)
    assert "Update prismake" in error.value.remedy and error.value.where == str(path)
    assert path.read_bytes() == before


def test_nothing_is_written_over_a_file_of_a_newer_prismake(review):
    sheets = review / "config/sheets"
    for file in EVERY:
        (review / file.place).write_text('{"format": 2, "prismake": "0.3.0"}\n', encoding="utf-8")
    for write in (
        lambda: ids.save_ids(ids.STUDIES, {"a": "b"}, sheets / "history"),
        lambda: answers.note_offer(STAGE, "anna", ["pubmed:001"], sheets),
        lambda: answers.record(STAGE, {"anna": {"pubmed:001": {"decision": "include"}}}, sheets),
        lambda: sheet_state.remember(STAGE, {"a.xlsx": ""}, {}, [sheets / "a.xlsx"]),
    ):
        with pytest.raises(KeptFileError, match=r"0\.3\.0"):
            write()
    assert all(b"0.3.0" in (review / file.place).read_bytes() for file in EVERY)


def test_a_key_that_is_not_known_is_named(review):
    """A newer version may add a key without raising the format, and people edit files."""
    path = review / f"config/sheets/history/{STAGE}.rounds.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["rounds"][0]["purpose"] = "main"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(KeptFileError, match=r"“rounds\[0\]\.purpose” is not known to prismake .* Update prismake"):
        allocations.load_allocation(STAGE, review / "config/sheets")


def test_the_order_of_handing_out_is_kept_although_keys_are_sorted_elsewhere(tmp_path):
    rounds = [
        {"kind": "batch", "batch": 1, "order": "id", "split": "", "team": "anna", "rows": {"b": "anna", "a": "anna"}}
    ]
    handed = Allocation.from_dict({"rounds": rounds, "waiting": [], "arrived": 0, "stopped_by": "", "stopped": []})
    allocations.save_allocation(STAGE, tmp_path, handed)
    assert list(allocations.load_allocation(STAGE, tmp_path).batches[0].rows) == ["b", "a"]
