"""Long steps say how far they are; short ones say nothing."""

import io

import pytest
from prismake.core import progress
from prismake.core.progress import Reporter, tracked


class Terminal(io.StringIO):
    def isatty(self):
        return True


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
