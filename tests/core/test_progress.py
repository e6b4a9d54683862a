"""Long steps say how far they are; short ones say nothing."""

import io
import threading

import pytest
from prismake.core import progress
from prismake.core.progress import Reporter, tracked


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def screen(monkeypatch):
    """Nothing was written by other tests."""
    monkeypatch.setattr(progress, "_SCREEN", progress._Screen())


@pytest.fixture
def clock(monkeypatch):
    """A clock that goes on by ``step[0]`` seconds whenever it is looked at."""
    now, step = [0.0], [0.0]

    def look():
        now[0] += step[0]
        return now[0]

    monkeypatch.setattr(progress.time, "monotonic", look)
    return step


def test_nothing_is_said_about_a_short_step(clock):
    stream = io.StringIO()
    assert list(tracked(range(1000), 1000, "reading", "rows", stream=stream)) == list(range(1000))
    assert stream.getvalue() == ""


def test_a_long_step_adds_a_line_now_and_then_to_a_log(clock):
    clock[0] = 4.0
    stream = io.StringIO()
    assert list(tracked(range(1280), 1280, "writing", "rows", stream=stream)) == list(range(1280))
    lines = stream.getvalue().splitlines()
    assert 1 < len(lines) < 15
    assert all(line.startswith("writing: ") and "rows" in line for line in lines)
    assert "left" in lines[0] and lines[-1].startswith("writing: 1,280 of 1,280 rows")
    assert "\r" not in stream.getvalue() and "[" not in stream.getvalue()


def test_a_terminal_has_one_line_with_a_bar(clock):
    clock[0] = 4.0
    stream = Terminal()
    list(tracked(range(10), 1000, "comparing", "pairs", size=100, stream=stream))
    text = stream.getvalue()
    assert text.count("\n") == 1 and text.endswith("]\n")
    assert "#" in text and "comparing: 1,000 of 1,000 pairs" in text


def test_of_an_unknown_total_only_what_is_done_is_said(clock):
    clock[0] = 4.0
    stream = io.StringIO()
    list(tracked(iter(range(640)), 0, "reading a.ris", "records", stream=stream))
    assert "of" not in stream.getvalue().splitlines()[0]


def test_what_takes_long_is_said_in_minutes(clock):
    clock[0] = 60.0
    stream = io.StringIO()
    report = Reporter("reading", stream)
    report(0, 1000)
    report(10, 1000)
    assert " min left" in stream.getvalue()


def test_a_few_values_that_take_long_are_followed_one_by_one(clock):
    clock[0] = 20.0
    stream = io.StringIO()
    assert list(tracked("abc", 3, "reading the sheets", "sheets", stream=stream)) == ["a", "b", "c"]
    assert "reading the sheets: 1 of 3 sheets" in stream.getvalue()


def test_a_step_without_countable_parts_says_for_how_long_it_has_run(monkeypatch):
    monkeypatch.setattr(progress, "AFTER", 0.0)
    stream, spoken = io.StringIO(), threading.Event()
    stream.flush = spoken.set
    with progress.watched("merging duplicates", lambda: 50.0, stream):
        assert spoken.wait(10)
    lines = stream.getvalue().splitlines()
    assert lines[0].startswith("merging duplicates: ") and " s so far, about " in lines[0] and len(lines) == 1


def test_a_step_on_a_terminal_ends_its_line(monkeypatch):
    monkeypatch.setattr(progress, "AFTER", 0.0)
    stream, spoken = Terminal(), threading.Event()
    stream.flush = spoken.set
    with progress.watched("merging duplicates", lambda: 50.0, stream):
        assert spoken.wait(10)
    assert stream.getvalue().startswith("\rmerging duplicates: ") and stream.getvalue().endswith("]\n")


def test_a_short_step_is_not_spoken_of():
    stream = io.StringIO()
    with progress.watched("merging duplicates", stream=stream):
        pass
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("seconds", "total", "words"),
    [
        (12, 0, "12 s so far"),
        (30, 90, "30 s so far, about 60 s left"),
        (300, 1200, "5 min so far, about 15 min left"),
        (95, 90, "95 s so far, expected were 90 s"),
    ],
)
def test_what_may_be_left_is_said_in_words(seconds, total, words):
    assert progress._so_far(seconds, total) == words


def test_the_line_of_a_long_step_waits_while_its_parts_are_counted(clock):
    Reporter("comparing", io.StringIO())(1, 10)
    assert progress._SCREEN.written == 0, "a counted line was not noticed"


def test_a_shorter_line_leaves_nothing_of_a_longer_one(clock):
    stream = Terminal()
    screen = progress._Screen()
    screen.write(stream, "a long line", None, ended=False)
    screen.write(stream, "short", None, ended=False)
    shown = stream.getvalue().split("\r")
    assert shown[-2:] == [" " * len("a long line"), "short"]


def test_an_estimate_that_was_too_low_is_not_the_end(clock):
    clock[0] = 4.0
    stream = io.StringIO()
    assert list(tracked(range(640), lambda: 5, "reading a.ris", "records", stream=stream)) == list(range(640))
    lines = stream.getvalue().splitlines()
    assert len(lines) < 170 and lines[-1].startswith("reading a.ris: 640 of 640 records")


def test_hours_do_not_fill_a_log(clock):
    stream, clock[0] = io.StringIO(), 0.0
    reporter = Reporter("comparing", stream)
    clock[0] = 2.0
    for done in range(5_400):
        reporter(done, 10_000_000)
    assert stream.getvalue().count("\n") < 150
