"""What damaged kept files are rebuilt from, and what is said if they cannot be."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest
from kept_files import JSON_FILES, LOGS, STAGE
from prismake.core.errors import KeptFileError, PrismakeError
from prismake.kept import answers, ids, repair, sheet_state
from prismake.kept.allocations import load_allocation
from prismake.kept.files import kept_files, kind_of
from prismake.kept.replay import answers_of

HISTORY = "config/sheets/history"


def conflict(ours: str, theirs: str) -> str:
    return f"<<<<<<< HEAD\n{ours}\n=======\n{theirs}\n>>>>>>> of-ben\n"


def restored(path: Path) -> repair.Repair:
    planned = repair.plan(path)
    broken = path.read_bytes()
    assert planned.act, planned.lines
    aside = repair.carry_out(planned)
    assert aside.read_bytes() == broken and aside.name.startswith(f"{path.name}.damaged-")
    assert not path.exists() or repair.problem_of(path, kind_of(path)) is None
    return planned


def test_every_kept_file_has_a_kind_and_a_whole_review_is_fine(review):
    assert {path.name for path, _ in kept_files(review)} == {file.name for file in (*JSON_FILES, *LOGS)}
    assert not repair.damaged_files(review)
    assert kind_of(Path(f"{HISTORY}/title_abstract.anna.0123abcd.xlsx")) is None
    assert kind_of(Path(f"{HISTORY}/notes.json")) is None


def test_every_damaged_file_is_named(review):
    for file in (*JSON_FILES, *LOGS):
        (review / file.place).write_bytes(b"null")
    assert len(repair.damaged_files(review)) == len(JSON_FILES) + len(LOGS)


def test_nothing_is_done_about_a_whole_file_and_one_of_a_newer_prismake(review):
    path = review / HISTORY / "reports.json"
    assert repair.plan(path).act is None
    path.write_text('{"format": 2, "prismake": "0.3.0"}', encoding="utf-8")
    with pytest.raises(KeptFileError, match=r"written by prismake 0\.3\.0"):
        repair.plan(path)
    with pytest.raises(PrismakeError, match="not a kept file"):
        repair.plan(review / HISTORY / "diary.json")
    frozen = review / "config/versions/2025-08-31.json"
    frozen.write_bytes(frozen.read_bytes()[:50])
    with pytest.raises(KeptFileError, match="good copy back from a backup"):
        repair.plan(frozen)


def test_both_sides_of_a_conflict_are_joined_unless_they_contradict(review):
    path = review / HISTORY / "reports.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    sides = [
        json.dumps({"format": 1, "prismake": "0.2.0", "ids": {**whole, who: who}}) for who in ("ours:1", "theirs:1")
    ]
    path.write_text(conflict(*sides), encoding="utf-8")
    assert "joined" in restored(path).lines[0]
    assert ids.load_ids("reports", review / HISTORY) == {**whole, "ours:1": "ours:1", "theirs:1": "theirs:1"}
    # within the file, as git leaves it, and with one record in two reports: the sides are not guessed between
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if '"ours:1"' in line)
    lines[at] = conflict('  "ours:1": "ours:1",', '  "ours:1": "theirs:1",').rstrip()
    path.write_text("\n".join(lines), encoding="utf-8")
    assert "joined" not in repair.plan(path).lines[0]


def test_a_key_that_is_not_known_goes_and_everything_else_stays(review):
    path = review / HISTORY / f"{STAGE}.rounds.json"
    whole = load_allocation(STAGE, review / "config/sheets")
    data = json.loads(path.read_text(encoding="utf-8"))
    data["rounds"][1]["purpose"] = "main"
    path.write_text(json.dumps(data), encoding="utf-8")
    assert restored(path).lines == ("everything stays but what is not known",)
    assert load_allocation(STAGE, review / "config/sheets") == whole


def test_ids_come_from_the_last_run_and_from_what_was_offered(review):
    import pandas as pd
    from prismake.core.files import write_csv

    path = review / HISTORY / "reports.json"
    whole = ids.load_ids("reports", review / HISTORY)
    table = review / "results/duplicates/duplicates.csv"
    table.parent.mkdir(parents=True)
    write_csv(table, pd.DataFrame({"record_id": list(whole), "report_id": list(whole.values())}))
    for with_results in (True, False):
        path.write_text("null", encoding="utf-8")
        if not with_results:
            table.unlink()
        restored(path)
        now = ids.load_ids("reports", review / HISTORY)
        offered = {"pubmed:001": "pubmed:001", "pubmed:002": "pubmed:002"}
        assert now == ({**offered, **whole} if with_results else offered)
        # the id of a group is the one that a member carried first, with either
        assert ids.steady_id(["embase:1", "pubmed:001"], now) == "pubmed:001"
    path = review / HISTORY / "routes.json"
    path.write_text("", encoding="utf-8")
    restored(path)
    assert ids.load_ids("routes", review / HISTORY) == dict.fromkeys(("pubmed:001", "pubmed:002"), "screening")


def test_where_nothing_is_left_it_is_said(review):
    path = review / HISTORY / "studies.json"
    path.write_text("", encoding="utf-8")
    planned = repair.plan(path)
    assert planned.act is None and "It cannot be rebuilt" in planned.lines[0]


@pytest.mark.parametrize("seed", range(5))
def test_answers_are_replayed_from_the_logs(tmp_path, seed, monkeypatch):
    """A hundred readings at random, some within one second: the logs tell what was read last."""
    chance = random.Random(seed)
    moment = iter(sorted(chance.choices(range(60), k=400)))
    monkeypatch.setattr(answers, "_now", lambda: f"2026-01-01T00:00:{next(moment):02d}+00:00")
    snapshot: dict = {}
    for _ in range(100):
        for who in ("anna", "ben", "consensus", "settled"):
            given = snapshot.setdefault(who, {})
            for _ in range(chance.randrange(4)):
                item, name = f"r{chance.randrange(5)}", chance.choice(("decision", "reason"))
                value = chance.choice(("include", "exclude", "maybe", ""))
                entry = {**given.get(item, {}), name: value}
                given[item] = {name: value for name, value in entry.items() if value}
        snapshot = {who: {i: given for i, given in items.items() if given} for who, items in snapshot.items()}
        answers.record("full_text", snapshot, tmp_path)
        assert answers_of("full_text", tmp_path) == {who: items for who, items in snapshot.items() if items}
    file = answers.answers_file("full_text", tmp_path)
    file.write_text("{", encoding="utf-8")
    restored(file)
    assert answers.read_snapshot("full_text", tmp_path) == {who: items for who, items in snapshot.items() if items}


def test_the_answers_of_the_demonstration_are_replayed():
    root = Path(__file__).parents[2] / "config/sheets"
    for file in sorted((root / "history").glob("*.answers.json")):
        stage = file.name.partition(".")[0]
        read = answers.read_snapshot(stage, root)
        filled = {who: {item: given for item, given in items.items() if given} for who, items in read.items()}
        assert answers_of(stage, root) == {who: items for who, items in filled.items() if items}, stage


def test_the_list_of_workbooks_is_made_of_those_that_are_there(review):
    sheets = review / "config/sheets"
    (sheets / f"{STAGE}.ben.xlsx").write_bytes(b"x")
    path = sheets / f"history/{STAGE}.json"
    path.write_text("[]", encoding="utf-8")
    assert "workbooks of anna were there once" in restored(path).lines[1]
    book = sheet_state.read_book(STAGE, sheets)
    assert sheet_state.left(book, STAGE, []) == ["anna", "ben"]
    state = sheet_state.state(STAGE, ["anna", "ben"], sheets)
    assert state[f"{STAGE}.ben.xlsx"].startswith(".xlsx:"), "it counts as edited, and is read"
    assert book["sheets"][f"{STAGE}.anna.xlsx"]["people"], "the sheet of anna is missed"


def test_logs_keep_every_line_that_can_be_read(review):
    path = review / HISTORY / f"{STAGE}.events.jsonl"
    whole = list(answers.read_events(STAGE, review / "config/sheets"))
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text(conflict("\n".join(lines), "\n".join([*lines[:1], "nonsense"])), encoding="utf-8")
    assert restored(path).lines == ("3 lines can be read and stay; 1 cannot",)
    assert list(answers.read_events(STAGE, review / "config/sheets")) == whole


def test_answers_of_exports_come_from_the_queue_of_the_last_run(review):
    import pyarrow as pa
    import pyarrow.parquet as pq
    from prismake.kept.prefilled import load_prefilled

    path = review / HISTORY / f"{STAGE}.taken.json"
    carried = json.dumps({"anna": {"answers": {"decision": "include"}, "file": "rayyan.csv"}})
    queue = review / f"results/{STAGE}/queue.parquet"
    queue.parent.mkdir(parents=True)
    rows = {"item_id": ["pubmed:001", "pubmed:777"], "carried": [carried, carried]}
    pq.write_table(pa.table(rows), queue)
    path.write_text("", encoding="utf-8")
    restored(path)
    taken = load_prefilled(STAGE, review / "config/sheets")
    assert taken["anna"].keys() == {"pubmed:001"}, "the other row was never offered"
    assert taken["anna"]["pubmed:001"]["answers"] == {"decision": "include"}


def test_sources_and_records_come_from_the_last_run(review):
    from prismake.core.records import table
    from prismake.kept.retained_records import kept_ids, read_sources

    log = review / "results/search/embase.json"
    log.parent.mkdir(parents=True)
    log.write_text(json.dumps({"source": "embase", "label": "Embase", "kind": "database"}), encoding="utf-8")
    path = review / HISTORY / "searches.json"
    path.write_text("null", encoding="utf-8")
    restored(path)
    assert read_sources(review / "config/sheets")["sources"] == {"embase": {"label": "Embase", "kind": "database"}}

    copy = review / HISTORY / "records.parquet"
    copy.write_bytes(b"PAR1" + b"\0" * 40)
    assert "It cannot be rebuilt" in repair.plan(copy).lines[0]
    last = review / "results/records/records.parquet"
    last.parent.mkdir()
    table([{"record_id": "embase:1", "source": "embase", "title": "T"}]).to_parquet(last)
    restored(copy)
    assert kept_ids(copy) == ["embase:1"]


def test_what_was_handed_out_is_found_in_the_sheets_by_the_next_run(review):
    path = review / HISTORY / f"{STAGE}.rounds.json"
    path.write_text("{", encoding="utf-8")
    restored(path)
    assert not path.exists()
    shutil.rmtree(review)


def test_all_damaged_files_are_named_before_anything_runs(review):
    repair.refuse_damaged(review)
    (review / "config/versions/2025-08-31.json").write_bytes(b"{")
    repair.refuse_damaged(review)  # it is read only where it is counted from
    (review / HISTORY / "routes.json").write_bytes(b"")
    with pytest.raises(KeptFileError, match=r"routes\.json: .* prismake restore"):
        repair.refuse_damaged(review)
    (review / HISTORY / "records.parquet").write_bytes(b"PAR1 cut")
    with pytest.raises(KeptFileError, match=r"2 problems") as error:
        repair.refuse_damaged(review)
    assert "records.parquet" in str(error.value) and "routes.json" in str(error.value)


def test_a_very_large_file_is_looked_at_from_both_ends(review, monkeypatch):
    monkeypatch.setattr(repair, "_LARGE", 10)
    repair.refuse_damaged(review)
    path = review / HISTORY / "reports.json"
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(KeptFileError, match="cut off"):
        repair.refuse_damaged(review)
