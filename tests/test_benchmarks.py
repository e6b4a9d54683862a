"""The benchmarks: none is missing from ``run``, runs are compared and kept, and the load table names real commands."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parent / "benchmarks"


def _module(path: Path) -> ModuleType:
    name = f"benchmark_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path, loader=SourceFileLoader(name, str(path)))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def run():
    before, no_bytecode = sys.path[:], sys.dont_write_bytecode
    sys.dont_write_bytecode = True  # `run` has no ending: its bytecode would lie beside it as `runc`
    yield _module(FOLDER / "run")
    sys.path[:], sys.dont_write_bytecode = before, no_bytecode


def test_every_command_is_run(run):
    scripts = {
        path.relative_to(FOLDER).as_posix()
        for path in FOLDER.glob("*/*.py")
        if 'if __name__ == "__main__":' in path.read_text(encoding="utf-8")
    }
    commands = {benchmark.command for benchmark in run.BENCHMARKS}
    assert scripts == commands


def test_every_command_has_a_short_and_a_long_form(run):
    for command in {benchmark.command for benchmark in run.BENCHMARKS} - {"graph/slurm.py"}:
        lines = [benchmark for benchmark in run.BENCHMARKS if benchmark.command == command]
        assert any(each.short is not None for each in lines) and any(each.long is not None for each in lines), command
    assert len({benchmark.name for benchmark in run.BENCHMARKS}) == len(run.BENCHMARKS)


def test_the_long_form_is_an_hour_at_most_on_two_cores(run):
    lines = run.chosen_benchmarks("long", [], reach=False)
    assert all(benchmark.expected("long") > 0 for benchmark, _ in lines)
    assert 600 < sum(benchmark.expected("long") for benchmark, _ in lines) <= 3600


def test_each_row_of_the_load_table_is_measured_by_a_line_of_the_long_form(run):
    rows = {row.command for row in run.ROWS}
    called = {" ".join((each.command, *given)) for each, given in run.chosen_benchmarks("all", [], reach=True)}
    assert rows <= called and all(call.startswith(run.PAGE_FROM) for call in called - rows)


def test_rows_are_printed_with_what_they_should_be_and_read_again(run, capsys):
    reach = sys.modules["reach"]
    reach.show("no row of the table", 1.0)
    assert capsys.readouterr().out == ""
    row = next(row for row in run.ROWS if row.mebibytes)
    reach.show(row.words, row.seconds + 1, cpu=12.34, mebibytes=1234.4)
    found = run.rows_in(capsys.readouterr().out)
    assert found == {
        row.words: f"{row.seconds + 1:.1f} s wall of {row.seconds:.0f}, 12.3 CPU s, 1,234 MiB of {row.mebibytes:,.0f}"
    }
    assert run.exceeded(found[row.words]) and not run.exceeded("2.0 s wall of 3, 1,234 MiB of 2,000")
    lines = run.table(found)
    assert len(lines) == len(run.ROWS) and sum("not measured: " in line for line in lines) == len(lines) - 1


def test_what_differs_by_more_than_a_fifth_is_named(run):
    def results(seconds: float, failed: bool = False) -> dict:
        return {"a.py": {"arguments": ["1"], "figures": {"step": [seconds, 7.0]}, "failed": failed}}

    before = [{"about": {"began": "2026-02-01"}, "results": results(99.0, failed=True)}]
    before.append({"about": {"began": "2026-01-01"}, "results": results(10.0)})
    assert run.changes(results(11.0), before) == []
    assert run.changes(results(13.0), before) == ["a.py, step: 10 on 2026-01-01, 13 now"]
    assert run.changes({"a.py": {**results(13.0)["a.py"], "arguments": ["2"]}}, before) == []


@pytest.fixture
def two_benchmarks(run, tmp_path, monkeypatch):
    """One benchmark that fails and one that does not, in a folder of their own."""
    (tmp_path / "room").mkdir()
    (tmp_path / "room/bad.py").write_text("print('half', 1); raise SystemExit('no such thing')", encoding="utf-8")
    (tmp_path / "room/good.py").write_text("print('figure  3')", encoding="utf-8")
    for name, value in {"RUNS": tmp_path / "runs", "SCRIPTS": tmp_path, "HERE": tmp_path}.items():
        monkeypatch.setattr(run, name, value)
    lines = tuple(run.Benchmark(f"room/{name}.py", (), (), (1, 1)) for name in ("bad", "good"))
    unavailable = run.Benchmark("room/other.py", (), (), (1, 1), needs=("R",))
    monkeypatch.setattr(run, "BENCHMARKS", (*lines, unavailable))
    monkeypatch.setattr(run, "missing", lambda need: need)
    monkeypatch.setattr(run, "BUSY", float("inf"))
    return tmp_path


def _run(run, monkeypatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["run", *arguments])
    return run.main()


def test_a_failed_benchmark_is_named_and_the_others_go_on(run, two_benchmarks, monkeypatch, capsys):
    assert _run(run, monkeypatch) == 1
    printed = capsys.readouterr().out
    assert "failed (exit 1): no such thing" in printed and "failed: room/bad.py" in printed
    assert "figure  3" in printed and "left out: not installed: R" in printed
    [path] = (two_benchmarks / "runs").glob("*.json")
    results = json.loads(path.read_text(encoding="utf-8"))["results"]
    assert results["room/good.py"]["figures"] == {"figure": [3.0]} and results["room/bad.py"]["failed"]


def test_an_interrupted_run_keeps_what_it_has_and_goes_on(run, two_benchmarks, monkeypatch, capsys):
    measured = run.run

    def interrupted(command: str, *given: object) -> dict:
        if "good" in command:
            raise KeyboardInterrupt
        return measured(command, *given)

    (two_benchmarks / "room/bad.py").write_text("print('other  5')", encoding="utf-8")
    monkeypatch.setattr(run, "run", interrupted)
    assert _run(run, monkeypatch, "--short") == 1
    assert "interrupted" in capsys.readouterr().out
    [path] = (two_benchmarks / "runs").glob("*.short.json")
    assert list(json.loads(path.read_text(encoding="utf-8"))["results"]) == ["room/bad.py"]

    monkeypatch.setattr(run, "run", measured)
    (two_benchmarks / "room/bad.py").unlink()  # it is not run again
    assert _run(run, monkeypatch, "--short", "--resume") == 0
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["finished"] and list(content["results"]) == ["room/bad.py", "room/good.py"]
    assert os.listdir(two_benchmarks / "runs") == [path.name]
