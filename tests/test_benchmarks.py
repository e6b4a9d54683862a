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


@pytest.mark.parametrize("power", [0.9, 1.0, 1.3])
def test_an_exponent_is_that_of_what_a_step_takes_beyond_its_fixed_cost(run, power):
    growth = run.page.growth
    sizes = (500, 10_000, 20_000, 40_000, 80_000)
    seconds = {size: 3.0 + (0.0 if size == 500 else (size / 20_000) ** power) for size in sizes}
    found = growth(seconds)
    assert found.exponent == pytest.approx(power, abs=1e-12)
    assert (found.fixed, found.smallest, found.largest) == (3.0, 20_000, 80_000)  # half a second is not enough
    assert found.extrapolated(seconds[80_000], 20_000 * 1000) == pytest.approx(3.0 + 1000**power, rel=1e-12)
    without_fixed_cost = {size: value for size, value in seconds.items() if size > 500}
    assert growth(without_fixed_cost) is None and growth({500: 3.0, 20_000: 4.5}) is None


def test_the_page_is_what_its_runs_make(run):
    text = run.page.PAGE.read_text(encoding="utf-8")
    names = text.rpartition("<!-- made from ")[2].partition(" -->")[0].split()
    runs = {name: run.read(run.RUNS / name) for name in names}
    assert run.page.page(runs, run.page.loads(runs)) == text
    assert run.page.FIGURE.is_file()


def test_the_page_shows_what_was_measured_last_and_names_what_grows_too_fast(run):
    def column(power: float, size: int) -> dict:
        seconds = {"one_step": 1.0 + (size / 10_000) ** power, "graph": 1.0, "all": 2.0 + (size / 10_000) ** power}
        return {name: {"seconds": seconds, "peaks": {"one_step": size / 100}} for name in run.page.RUNS_OF_LOAD}

    def measured(power: float, began: str, words: str = "") -> dict:
        sizes = {str(size): column(power, size) for size in (0, 20_000, 100_000)}
        data = {"batch": 0, "sources": 6, "sizes": sizes}
        about = {"began": began, "load": 0.3, "cores": 2, "machine": "Linux", "python": "3.14"}
        return {"about": about, "results": {"load": {"text": words, "failed": False, "data": data}}}

    row = run.ROWS[0]
    runs = {
        "1.json": measured(1.0, "1", f"load table: {row.words}: 7.0 s wall of 180, 5 MiB of 9"),
        "2.json": measured(1.2, "2"),
    }
    text = run.page.page(runs, run.page.loads(runs))
    assert f"| {row.words} | 180 s, 2,560 MiB | 7.0 s, 5 MiB |" in text
    assert "Above 1.1: `one_step` (1.20)." in text and "1.20 from 20,000 to 100,000" in text
    assert "<!-- made from 1.json 2.json -->" in text
    runs["3.json"] = measured(1.05, "3")
    assert "None is above 1.1; the highest is 1.05, of `one_step`." in run.page.page(runs, run.page.loads(runs))


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

    content["finished"], content["results"]["room/good.py"]["arguments"] = False, ["another size"]
    path.write_text(json.dumps(content), encoding="utf-8")
    assert _run(run, monkeypatch, "--short", "--resume") == 0
    assert run.read(path)["results"]["room/good.py"]["arguments"] == []


def test_what_measures_the_load_table_writes_the_page(run, two_benchmarks, monkeypatch):
    written = []
    monkeypatch.setattr(run.page, "write", written.append)
    monkeypatch.setattr(run, "PAGE_FROM", "room/good.py")
    assert _run(run, monkeypatch, "--reach", "--short") == 0
    assert written == []
    assert _run(run, monkeypatch, "--reach") == 0
    [path] = written.pop()
    assert list(run.read(path)["results"]) == ["room/good.py"] and ".short." not in path.name
