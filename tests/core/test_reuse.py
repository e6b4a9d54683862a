"""Results that are put back: only where everything a step is given is the same, and never other bytes than it made."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from prismake.core.reuse import ANEW, RESULTS_OF_STEPS, KeptParts, fingerprint, force, keeping, reused


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(ANEW, raising=False)
    Path("results/logs").mkdir(parents=True)
    Path("in.csv").write_text("a\n", encoding="utf-8")
    return tmp_path


def step(**changes: Any) -> SimpleNamespace:
    """What Snakemake hands to a script, as far as it matters here."""
    given = {
        "rule": "pool_outcome",
        "wildcards": {"outcome": "cure"},
        "params": {"spec": {"columns": ["b", "a"]}, "code": "0123456789ab"},
        "input": ["in.csv"],
        "output": ["results/cure.json", "results/cure"],
        "log": ["results/logs/pool_outcome.cure.log"],
    }
    return SimpleNamespace(**{**given, **changes})


def make(job: SimpleNamespace, text: str = "made") -> None:
    with keeping(job):
        Path("results/cure").mkdir(exist_ok=True)
        Path("results/cure.json").write_text(text, encoding="utf-8")
        Path("results/cure/forest.json").write_text(text + " too", encoding="utf-8")


def clear() -> None:
    """As Snakemake does before a job."""
    Path("results/cure.json").unlink()
    Path("results/cure/forest.json").unlink()
    Path("results/cure").rmdir()


def test_the_same_step_gets_its_results_back(here):
    make(step())
    clear()
    assert reused(step())
    assert Path("results/cure.json").read_text(encoding="utf-8") == "made"
    assert Path("results/cure/forest.json").read_text(encoding="utf-8") == "made too"
    assert Path("results/cure.json").stat().st_mtime >= Path("in.csv").stat().st_mtime
    assert "put back" in Path("results/logs/pool_outcome.cure.log").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "changes",
    [
        {"params": {"spec": {"columns": ["b", "a"]}, "code": "ba9876543210"}},  # other code
        {"params": {"spec": {"columns": ["a", "b"]}, "code": "0123456789ab"}},  # another order
        {"wildcards": {"outcome": "death"}},
        {"rule": "draw_outcome"},
        {"output": ["results/cure.json"]},
        {"input": ["in.csv", "more.csv"]},
    ],
)
def test_a_step_that_is_given_something_else_computes(here, changes):
    Path("more.csv").touch()
    make(step())
    clear()
    assert not reused(step(**changes))
    assert not Path("results/cure.json").exists()


def test_a_changed_input_computes_and_the_former_one_is_not_kept(here):
    make(step())
    Path("in.csv").write_text("b\n", encoding="utf-8")
    assert not reused(step())
    make(step(), "made of b")
    Path("in.csv").write_text("a\n", encoding="utf-8")
    assert not reused(step()), "one set a step"


def test_a_result_that_somebody_changed_is_made_anew(here):
    """Hard links: what is typed into a result also changes what is kept."""
    make(step())
    with Path("results/cure.json").open("a", encoding="utf-8") as file:
        file.write("typed by hand")
    clear()
    assert not reused(step())
    assert not Path("results/cure.json").exists()


def test_a_kept_list_that_was_cut_off_counts_as_none(here):
    make(step())
    Path(".snakemake/prismake/pool_outcome.cure/made_from.json").write_text('{"made', encoding="utf-8")
    assert not reused(step())


def test_a_run_that_is_forced_computes(here, monkeypatch):
    make(step())
    monkeypatch.setenv(ANEW, "")
    force()
    assert not reused(step())


def test_a_step_that_fails_keeps_nothing(here):
    with pytest.raises(ValueError, match="stopped"), keeping(step()):
        raise ValueError("stopped")
    assert not reused(step())


def test_a_folder_as_input_counts_with_all_that_is_in_it(here):
    Path("folder/deep").mkdir(parents=True)
    Path("folder/deep/a").write_text("1", encoding="utf-8")
    before = fingerprint(step(input=["folder"]))
    Path("folder/deep/a").write_text("2", encoding="utf-8")
    assert fingerprint(step(input=["folder"])) != before


def test_parts_are_made_once_for_what_they_are_made_from(here, monkeypatch):
    made = []

    def part(given: object, job: SimpleNamespace | None = None) -> bytes:
        def make() -> bytes:
            made.append(given)
            return f"{given}".encode()

        return KeptParts(job or step(params=SimpleNamespace(code="1"))).get(given, make)

    assert [part({"a": 1}), part({"a": 1}), part({"a": 2})] == [b"{'a': 1}", b"{'a': 1}", b"{'a': 2}"]
    assert made == [{"a": 1}, {"a": 2}]
    part({"a": 1}, step(params=SimpleNamespace(code="2")))
    assert len(made) == 3, "the code has changed"
    for path in (RESULTS_OF_STEPS / "pool_outcome.cure.parts").iterdir():
        path.write_bytes(path.read_bytes()[:-1])  # cut off by a kill
    assert part({"a": 1}) == b"{'a': 1}" and len(made) == 4
    monkeypatch.setenv(ANEW, "1")
    part({"a": 1})
    assert len(made) == 5


def test_parts_that_a_run_does_not_use_go(here):
    parts = KeptParts(step(params=SimpleNamespace(code="1")))
    parts.get("a", lambda: b"a")
    again = KeptParts(step(params=SimpleNamespace(code="1")))
    again.get("b", lambda: b"b")
    again.sweep()
    assert len(list((RESULTS_OF_STEPS / "pool_outcome.cure.parts").iterdir())) == 1


def around() -> list[Path]:
    return sorted(Path("sheets").glob("*"))


def test_files_beside_the_graph_have_to_be_as_the_step_left_them(here):
    Path("sheets").mkdir()
    with keeping(step(), around):
        Path("results/cure").mkdir(exist_ok=True)
        Path("results/cure.json").write_text("made", encoding="utf-8")
        Path("sheets/anna").write_text("rows added by the step itself", encoding="utf-8")
    clear_json()
    assert reused(step(), around)
    clear_json()
    Path("sheets/anna").write_text("an answer", encoding="utf-8")
    assert not reused(step(), around)
    Path("sheets/anna").write_text("rows added by the step itself", encoding="utf-8")
    assert reused(step(), around)
    Path("sheets/ben").touch()
    assert not reused(step(), around)


def test_what_an_older_version_kept_of_a_step_with_files_beside_does_not_count(here):
    make(step())
    manifest = Path(".snakemake/prismake/pool_outcome.cure/made_from.json")
    content = json.loads(manifest.read_text(encoding="utf-8"))
    del content["beside"]
    manifest.write_text(json.dumps(content), encoding="utf-8")
    clear()
    Path("sheets").mkdir()
    Path("sheets/anna").touch()
    assert not reused(step(), around)
    assert reused(step())


def clear_json() -> None:
    Path("results/cure.json").unlink()
