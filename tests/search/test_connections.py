"""Several connections to one database: the same archive whoever answers first, one pace, and one end."""

from __future__ import annotations

import pytest
from eutils_server import Server, pmids, running
from prismake.core.errors import SearchError
from prismake.search import entrez, eutils, pace
from prismake.search.archive import archive_files
from prismake.search.pace import Pace, StoppedError, side_by_side
from prismake.search.transport import PassingError, Policy, patiently
from test_entrez import QUICK, run, snapshot

WHOLE = pmids(70)


@pytest.fixture
def pubmed(monkeypatch):
    with running(Server(dict(WHOLE), withheld={"30000009", "30000010", "30000044"})) as server:
        monkeypatch.setenv(eutils.ADDRESS, server.url)
        yield server


def undisturbed(folder, **options):
    run(folder, batch=10, connections=1, **options)
    return snapshot(folder)


@pytest.mark.parametrize("connections", [2, 3, 8])
def test_the_archive_is_the_same_bytes_whoever_answers_first(connections, pubmed, tmp_path):
    whole = undisturbed(tmp_path / "one")
    pubmed.delays = {"30000001": 0.06, "30000021": 0.04}
    run(tmp_path / "several", batch=10, connections=connections)
    assert snapshot(tmp_path / "several") == whole


@pytest.mark.parametrize("moment", range(1, 10))
def test_a_search_that_was_interrupted_at_any_moment_ends_in_the_same_bytes(moment, pubmed, tmp_path):
    whole = undisturbed(tmp_path / "one")
    pubmed.handed.clear()
    told = 0

    def interrupted(done: int, total: int) -> None:
        nonlocal told
        told += 1
        if told == moment:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "several", batch=10, progress=interrupted)
    run(tmp_path / "several", batch=10)
    assert snapshot(tmp_path / "several") == whole
    assert sorted(pubmed.handed) == sorted(set(WHOLE) - pubmed.withheld), "a record was fetched twice"


def test_answers_that_came_before_their_turn_outlive_a_failure(pubmed, tmp_path):
    whole = undisturbed(tmp_path / "one")
    pubmed.stubborn, pubmed.delays = {"30000003": "403"}, {"30000003": 0.1}
    pubmed.handed.clear()
    with pytest.raises(SearchError) as error:
        run(tmp_path / "several", batch=10)
    assert "HTTP 403" in error.value.what and "run the same command again" in error.value.remedy
    aside = [name for name in snapshot(tmp_path / "several") if name.startswith("ahead-")]
    assert aside and not entrez.archive_files(tmp_path / "several")
    pubmed.stubborn, pubmed.delays = {}, {}
    run(tmp_path / "several", batch=10)
    assert snapshot(tmp_path / "several") == whole
    assert sorted(pubmed.handed) == sorted(set(WHOLE) - pubmed.withheld)


def test_an_answer_set_aside_that_the_disk_has_damaged_is_fetched_again(pubmed, tmp_path):
    whole = undisturbed(tmp_path / "one")
    pubmed.stubborn, pubmed.delays = {"30000003": "403"}, {"30000003": 0.1}
    with pytest.raises(SearchError):
        run(tmp_path / "several", batch=10)
    for path in (tmp_path / "several").glob("ahead-*"):
        path.write_bytes(path.read_bytes()[:40])
    pubmed.stubborn, pubmed.delays = {}, {}
    run(tmp_path / "several", batch=10)
    assert snapshot(tmp_path / "several") == whole


def test_a_lost_file_of_an_unfinished_search_is_fetched_again_whole(pubmed, tmp_path):
    pubmed.stubborn = {"30000051": "403"}
    with pytest.raises(SearchError):
        run(tmp_path, batch=10, connections=1)
    (tmp_path / "efetch-2024-05-01-0002.xml.gz").unlink()
    pubmed.stubborn = {}
    pubmed.asked.clear()
    assert run(tmp_path, batch=10).records == 67
    assert [str(30_000_000 + n) for n in range(11, 21)] in pubmed.fetches()


def test_a_final_error_ends_the_patience_of_all_connections(pubmed, tmp_path):
    pubmed.stubborn = {"30000001": "500", "30000011": "403", "30000021": "500"}
    pubmed.delays = {"30000011": 0.1}
    with pytest.raises(SearchError, match="HTTP 403"):
        run(tmp_path, batch=10, policy=Policy(attempts=9, first_wait=3600, longest_wait=3600, pause=0))
    assert len({ids[0] for ids in pubmed.fetches()}) == 3, "further batches were asked for after the end"


def test_a_server_that_fails_on_large_answers_gets_smaller_questions_from_all(monkeypatch, tmp_path):
    with running(Server(pmids(400), largest_batch=60)) as server:
        monkeypatch.setenv(eutils.ADDRESS, server.url)
        quick = Policy(attempts=2, first_wait=0.001, timeout=1, pause=0)
        for connections in (1, 3):
            run(tmp_path / str(connections), batch=100, connections=connections, policy=quick)
    assert snapshot(tmp_path / "1") == snapshot(tmp_path / "3")
    assert len(entrez.archive_files(tmp_path / "3")) == 8


@pytest.fixture
def growing(monkeypatch):
    """A server with 60 records in slices of 19; ``growing(arrivals)`` adds records by the number of requests so far."""
    dates = {str(1_000_001 + n): f"{1990 + n % 30}/{1 + n % 12:02d}/01" for n in range(60)}
    monkeypatch.setattr(entrez, "WINDOW", 19)
    with running(Server(dates, window=19)) as server:
        monkeypatch.setenv(eutils.ADDRESS, server.url)
        answered = server.search

        def grows(arrivals) -> None:
            def search(asked):
                server.dates = {**server.dates, **arrivals(len(server.asked))}
                return answered(asked)

            server.search = search

        yield grows


def test_slices_that_change_while_they_are_counted_are_counted_again(growing, tmp_path):
    growing(lambda number: {"1900000": "1991/01/02"} if number >= 4 else {})
    log = run(tmp_path)
    assert log.records == 61 and log.runs[0]["found"] == 61


def test_slices_that_never_add_up_end_in_a_sentence(growing, tmp_path):
    growing(lambda number: {str(1_900_000 + number): f"1991/{1 + number % 12:02d}/{1 + number % 28:02d}"})
    with pytest.raises(SearchError, match="index probably changed"):
        run(tmp_path)
    assert not list(tmp_path.iterdir())


class Clock:
    """A clock that only waiting moves on."""

    def __init__(self, monkeypatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(pace.time, "monotonic", lambda: self.now)

    def of(self, line: Pace) -> Pace:
        line.sleep = self.sleep
        return line

    def sleep(self, seconds: float) -> None:
        self.now += max(0.0, seconds)


def test_requests_keep_their_distance(monkeypatch):
    clock = Clock(monkeypatch)
    line = clock.of(Pace(0.37))
    sent = []
    for _ in range(4):
        line.wait_turn()
        sent.append(clock.now)
    assert sent == pytest.approx([100, 100.37, 100.74, 101.11])


@pytest.mark.parametrize(
    ("error", "held"),
    [
        (PassingError("too many requests (HTTP 429)", 30.0), True),
        (PassingError("too many requests (HTTP 429)", busy=True), True),
        (PassingError("the server failed (HTTP 503)", 12.0), True),
        (PassingError("the server failed (HTTP 500)"), False),
        (PassingError("too many requests (HTTP 429)", 86_400.0), True),
    ],
)
def test_a_server_that_is_busy_is_left_alone_by_all_connections(error, held, monkeypatch):
    clock = Clock(monkeypatch)
    line = clock.of(Pace(0.1))
    answers = iter([error, None])

    def call():
        line.wait_turn()
        if (answer := next(answers)) is not None:
            raise answer
        # What the others see in the moment in which this one may go on: until then nobody was let through.
        return line._next

    waits = []
    monkeypatch.setattr(line, "hold", lambda seconds, hold=line.hold: (waits.append(seconds), hold(seconds)))
    patiently(call, Policy(first_wait=1.0), doing="It", pace=line)
    assert bool(waits) == held
    if held and error.wait is not None:
        assert waits == [min(error.wait, 600.0)] and clock.now >= 100 + waits[0]


def test_a_busy_server_is_asked_more_slowly_until_it_answers_again(monkeypatch):
    clock = Clock(monkeypatch)
    monkeypatch.setattr(pace, "_SLOWER", 2.0)
    line = clock.of(Pace(0.4))
    for _ in range(3):  # three connections that were turned away at once
        line.hold(2)
        clock.now += 0.01
    assert line.pause == pytest.approx(0.8)
    clock.now += 2
    line.hold(2)
    assert line.pause == pytest.approx(1.6)
    for _ in range(20):
        line.hold(0)
        clock.now += 5
    assert line.pause == 10
    for _ in range(50):
        line.answered()
    assert line.pause == 0.4


def test_a_message_about_the_rate_is_one_for_all_connections():
    with pytest.raises(PassingError) as error:
        eutils._judged(b'{"error":"API rate limit exceeded","api-key":"203.0.113.5"}', None)
    assert error.value.busy and "203.0.113.5" not in str(error.value)


def test_the_first_error_is_raised_and_nobody_waits_any_longer():
    line = Pace(0)

    def call(number):
        if number == 2:
            raise SearchError("final")
        line.sleep(600)

    with pytest.raises(SearchError, match="final"):
        side_by_side(call, range(5), 3, line)
    with pytest.raises(StoppedError):
        line.wait_turn()


def test_notices_of_many_reports_are_asked_side_by_side(pubmed):
    asked = [str(30_000_000 + number) for number in range(1, 71)] + [str(40_000_000 + n) for n in range(400)]
    assert entrez.notices(asked, email="a@example.org", policy=QUICK) == {}
    assert sorted(len(ids) for ids in set(map(tuple, pubmed.fetches()))) == [70, 200, 200]


def test_answers_are_in_the_order_in_which_they_were_fetched_also_beyond_four_digits(tmp_path):
    names = [f"efetch-2026-01-{day}-{number}.xml.gz" for day in ("01", "02") for number in ("0002", "9999", "10000")]
    for name in names:
        (tmp_path / name).touch()
    assert [path.name for path in archive_files(tmp_path)] == names
