"""Copies of sheets: whenever answers changed, ten and one a month, never two of the same content."""

from __future__ import annotations

import datetime

import pytest
from prismake.kept import sheet_copies
from prismake.kept.sheet_copies import LAST, copies, keep_copy, put_aside


@pytest.fixture
def clock(monkeypatch):
    """A clock that tests set."""

    class Clock:
        now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)

    monkeypatch.setattr(sheet_copies, "_now", lambda: Clock.now)
    return Clock


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "title_abstract.anna.xlsx"
    path.write_bytes(b"first")
    return path


def test_the_same_content_is_kept_once(sheet, clock):
    first = keep_copy(sheet)
    clock.now += datetime.timedelta(days=1)
    assert keep_copy(sheet) == first
    sheet.write_bytes(b"second")
    keep_copy(sheet)
    assert [copy.day for copy in copies(sheet)] == ["2026-01-02", "2026-01-01"]
    assert [copy.path.read_bytes() for copy in copies(sheet)] == [b"second", b"first"]


def test_a_sheet_that_was_saved_since_it_was_read_is_not_copied(sheet):
    from prismake.core.files import digest

    as_read = digest(sheet)
    sheet.write_bytes(b"saved meanwhile")
    assert keep_copy(sheet, as_read) is None
    assert not copies(sheet)


def test_the_last_ten_stay_and_one_a_month_before_them(sheet, clock):
    for number in range(90):  # every second day, January to June
        clock.now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(days=2 * number)
        sheet.write_bytes(b"%d" % number)
        keep_copy(sheet)
    days = [copy.day for copy in copies(sheet)]
    assert days[:LAST] == [f"2026-06-{day:02d}" for day in range(28, 8, -2)]
    assert days[LAST:] == ["2026-06-08", "2026-05-31", "2026-04-29", "2026-03-30", "2026-02-28", "2026-01-31"]


def test_other_sheets_replaced_ones_and_copies_of_0_1_are_never_removed(sheet, clock):
    history = sheet.parent / "history"
    history.mkdir()
    old = history / "title_abstract.anna.0123abcd.xlsx"
    old.write_bytes(b"old")
    other = history / "title_abstract.annalena.2020-01-01T000000000Z.0123abcd.xlsx"
    other.write_bytes(b"other")
    replaced = put_aside(sheet)
    for number in range(30):
        clock.now += datetime.timedelta(hours=1)
        sheet.write_bytes(b"%d" % number)
        keep_copy(sheet)
    assert old.exists() and other.exists() and replaced.exists()
    known = copies(sheet)
    assert known[-1].path == old and known[-1].when == ""
    assert other not in [copy.path for copy in known] and replaced not in [copy.path for copy in known]
