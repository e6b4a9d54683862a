"""What a step took is remembered for the next time, in proportion to the records."""

import json

import pytest
from prismake.core import durations
from prismake.core.durations import STEPS, expected_seconds, timed


@pytest.fixture
def logs(tmp_path):
    (tmp_path / "results/logs").mkdir(parents=True)
    (tmp_path / "results/records").mkdir()
    return tmp_path / "results/logs"


def records(logs, number):
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"record_id": ["a"] * number}), logs.parent / "records/records.parquet")


def test_before_anything_is_known_nothing_is_expected(logs):
    assert expected_seconds(logs / "find_duplicates.log") == 0
    records(logs, 500)
    assert expected_seconds(logs / "draw_flow.log") == 0


def test_the_first_run_is_expected_to_take_what_was_measured(logs):
    records(logs, 2_000)
    expected = STEPS["find_duplicates"][1] * 2_000 / 1_000_000
    assert expected_seconds(logs / "find_duplicates.log") == pytest.approx(expected)


def test_a_later_run_is_expected_to_take_as_long_as_the_last(logs):
    log = logs / "read_sheets.title_abstract.log"
    (logs / f"{log.name}.seconds").write_text(json.dumps({"records": 1_000, "seconds": 40.0}))
    assert expected_seconds(log) == 40
    records(logs, 2_000)
    assert expected_seconds(log) == 80


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"records": 1, "seconds": null}', '{"records": "x", "seconds": 1}']
)
def test_a_damaged_note_is_no_fault(logs, content):
    (logs / "draw_flow.log.seconds").write_text(content)
    assert expected_seconds(logs / "draw_flow.log") in (0, 1)


def test_only_a_long_step_leaves_a_note(logs, monkeypatch):
    log = logs / "merge_duplicates.log"
    with timed(str(log)):
        pass
    assert not list(logs.iterdir())
    monkeypatch.setattr(durations, "AFTER", -1)
    with timed(str(log)):
        pass
    assert json.loads((logs / "merge_duplicates.log.seconds").read_text())["records"] == 0


def test_rules_that_are_described_exist():
    from pathlib import Path

    rules = "".join(path.read_text() for path in (Path(__file__).parents[2] / "rules").glob("*.smk"))
    assert [rule for rule in STEPS if f"rule {rule}:" not in rules and f"{rule}.py" not in rules] == []
