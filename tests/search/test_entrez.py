"""A live search against a local server that breaks in every way that is known of the real one."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from eutils_server import Server, article, pmids, running
from prismake.core.errors import SearchError
from prismake.core.progress import Reporter
from prismake.search import entrez, eutils
from prismake.search.transport import Policy
from streamed import read_files

KEY = "0123456789abcdef0123456789abcdef0123"
QUICK = Policy(attempts=4, first_wait=0.005, longest_wait=0.02, timeout=0.4, deadline=5, pause=0)


@pytest.fixture
def pubmed(monkeypatch):
    with running(Server(pmids(30))) as server:
        monkeypatch.setenv(eutils.ADDRESS, server.url)
        yield server


def run(folder, **options):
    options = {"email": "someone@example.org", "api_key": KEY, "date": "2024-05-01", "policy": QUICK, **options}
    return entrez.search(options.pop("query", "example[Title]"), folder, **options)


def archived_ids(folder) -> list[str]:
    rows, imports = read_files(entrez.archive_files(folder), "pubmed")
    assert not [problem for item in imports for problem in item.problems]
    return [row["pmid"] for row in rows]


def snapshot(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_search_is_archived_whole(pubmed, tmp_path):
    said = []
    log = run(tmp_path, batch=10, progress=lambda done, total: said.append((done, total)))
    assert log.records == 30 and not log.missing
    assert archived_ids(tmp_path) == list(pubmed.dates)
    assert [file["records"] for file in log.files] == [10, 10, 10]
    assert said == [(0, 30), (10, 30), (20, 30), (30, 30)]
    assert set(pubmed.methods) == {"POST"}
    stored = json.loads((tmp_path / "search-2024-05-01.json").read_text())
    assert stored["query"] == "example[Title]" and stored["count"] == 30 and stored["ids"] == list(pubmed.dates)
    assert stored["query_translation"] == "example[Title]"
    assert all(asked["email"] == "someone@example.org" and asked["tool"] for _, asked in pubmed.asked)


def test_a_complete_archive_is_read_without_the_network(pubmed, tmp_path, monkeypatch):
    first = run(tmp_path)
    kept, requests = snapshot(tmp_path), len(pubmed.asked)
    monkeypatch.setenv(eutils.ADDRESS, "http://127.0.0.1:9/")
    assert run(tmp_path, date="2030-01-01") == first
    assert entrez.archived(tmp_path) == first
    assert snapshot(tmp_path) == kept and len(pubmed.asked) == requests


def test_the_same_answers_give_the_same_bytes(pubmed, tmp_path):
    run(tmp_path / "one")
    run(tmp_path / "two")
    assert snapshot(tmp_path / "one") == snapshot(tmp_path / "two")


FAULTS = [
    "429",
    "429:0",
    "429:0.05",
    "json",
    "500",
    "502",
    "503",
    "504",
    "empty",
    "html",
    "error:Search Backend failed: Exception: try later",
    "error:Unable to obtain query #1",
    "drop",
    "hang:0.8",
    *[f"cut:{percent}" for percent in range(10, 100, 10)],
    "cut:0",
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_passing_fault_costs_nothing_but_a_retry(pubmed, tmp_path, fault):
    pubmed.faults = [fault, None, None, fault, fault]
    log = run(tmp_path, batch=10)
    assert archived_ids(tmp_path) == list(pubmed.dates) and log.records == 30
    assert sorted(pubmed.handed) == sorted(pubmed.dates), "a batch was fetched again after it had arrived"


@pytest.mark.parametrize("fault", ["fewer:0", "fewer:2", "other"])
def test_an_answer_with_other_or_too_few_records_is_asked_for_again(pubmed, tmp_path, fault):
    pubmed.faults = [None, fault]
    log = run(tmp_path, batch=10)
    assert archived_ids(tmp_path) == list(pubmed.dates) and not log.missing


def test_a_newer_dtd_is_no_fault(pubmed, tmp_path):
    pubmed.faults = [None, "newer-dtd"]
    assert run(tmp_path).records == 30
    assert len(pubmed.asked) == 2


@pytest.mark.parametrize("fault", ["429", "json", "503", "empty", "html", "cut:50", "drop", "hang:0.8"])
def test_a_lasting_fault_is_one_clear_error_and_keeps_what_is_finished(pubmed, tmp_path, fault):
    pubmed.stubborn = {"30000027": fault}
    with pytest.raises(SearchError) as error:
        run(tmp_path, batch=26, policy=QUICK)
    assert "run the same command again" in str(error.value) and KEY not in str(error.value)
    kept = snapshot(tmp_path)
    assert len(entrez.archive_files(tmp_path)) == 1
    with pytest.raises(SearchError, match="not finished"):
        entrez.archived(tmp_path)
    pubmed.stubborn = {}
    handed = list(pubmed.handed)
    assert run(tmp_path, batch=26).records == 30
    assert sorted(pubmed.handed) == sorted(pubmed.dates) and set(handed) < set(pubmed.handed)
    assert len([call for call, _ in pubmed.asked if call == "esearch"]) == 1
    after = snapshot(tmp_path)
    assert all(after[name] == data for name, data in kept.items() if name.endswith(".gz"))


@pytest.mark.parametrize("fault", ["400", "403", "414", "error:Invalid field", "redirect"])
def test_a_final_answer_is_not_asked_for_twice(pubmed, tmp_path, fault):
    pubmed.faults = [fault]
    with pytest.raises(SearchError) as error:
        run(tmp_path)
    assert len(pubmed.asked) == 1 and KEY not in str(error.value)
    assert not list(tmp_path.iterdir())


def test_large_answers_that_fail_are_asked_for_in_smaller_ones(monkeypatch, tmp_path):
    with running(Server(pmids(120), largest_batch=40)) as server:
        monkeypatch.setenv(eutils.ADDRESS, server.url)
        assert run(tmp_path, batch=120, policy=Policy(attempts=2, first_wait=0.001, timeout=1)).records == 120
    assert archived_ids(tmp_path) == list(server.dates)


def test_records_that_stay_away_are_fetched_singly_and_listed(pubmed, tmp_path):
    pubmed.withheld = {"30000004", "30000015"}
    log = run(tmp_path, batch=10)
    assert log.missing == ["30000004", "30000015"] and log.records == 28
    assert sorted(ids for ids in pubmed.fetches() if len(ids) == 1) == [["30000004"], ["30000015"]]
    assert "30000004" in log.warnings[-1]
    requests = len(pubmed.asked)
    assert run(tmp_path, batch=10) == log and len(pubmed.asked) == requests


def test_a_record_missing_from_a_batch_is_found_singly(pubmed, tmp_path):
    pubmed.faults = [None, "fewer:29"]
    log = run(tmp_path)
    assert log.records == 30 and not log.missing and len(log.files) == 2


def test_more_hits_than_pubmed_hands_out_are_sliced_by_entrez_date(monkeypatch, tmp_path):
    days = [dt.date(2000, 1, 1) + dt.timedelta(days=17 * number) for number in range(150)]
    dates = {str(1_000_001 + n): f"{1990 + n % 35}/{day:%m/%d}" for n, day in enumerate(days)}
    monkeypatch.setattr(entrez, "WINDOW", 19)
    with running(Server(dates, window=19)) as server:
        monkeypatch.setenv(eutils.ADDRESS, server.url)
        log = run(tmp_path)
    assert log.records == 150
    assert archived_ids(tmp_path) == sorted(dates, key=lambda pmid: (entrez_slice(server, pmid), int(pmid)))
    assert any("found 150 records" in warning for warning in log.warnings)
    asked = [parameters for call, parameters in server.asked if call == "esearch"]
    assert all(parameters["datetype"] == "edat" for parameters in asked[1:])


def entrez_slice(server: Server, pmid: str) -> str:
    """The first day of the slice in whose answer a record was named."""
    asked = [parameters for call, parameters in server.asked if call == "esearch" and "mindate" in parameters]
    named = [each for each in asked if each["retmax"] != "0"]
    return next(each["mindate"] for each in named if each["mindate"] <= server.dates[pmid] <= each["maxdate"])


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_large_search_through_faults_of_every_kind(seed, monkeypatch, tmp_path):
    """25,000 records in slices, a third of the answers broken in one of the known ways: ``pytest -m slow``."""
    dates = {str(20_000_000 + n): f"{1990 + n % 30}/{1 + n % 12:02d}/{1 + n % 28:02d}" for n in range(25_000)}
    dice = random.Random(seed)
    faults = [dice.choice([None, None, None, *FAULTS, "fewer:0", "newer-dtd"]) for _ in range(300)]
    # Six broken answers in a row would be the end of any patience.
    faults = [fault if number % 5 else None for number, fault in enumerate(faults)]
    with running(Server(dates, faults=faults)) as server:
        monkeypatch.setenv(eutils.ADDRESS, server.url)
        log = run(tmp_path, batch=200, policy=Policy(attempts=7, first_wait=0.001, longest_wait=0.01, timeout=0.7))
    assert log.records == 25_000 and not log.missing
    assert sorted(archived_ids(tmp_path)) == sorted(dates)
    assert any("25,000" in warning for warning in log.warnings)


def test_an_update_fetches_only_new_entrez_dates(monkeypatch, tmp_path):
    dates = {**pmids(5, "2024/01/10"), **pmids(3, "2024/06/01", 31_000_001)}
    with running(Server(dates)) as server:
        monkeypatch.setenv(eutils.ADDRESS, server.url)
        first = run(tmp_path, until="2024-03-31", date="2024-04-02")
        kept = snapshot(tmp_path)
        assert first.records == 5 and first.limits == "Entrez date from the beginning to 2024-03-31"
        second = run(tmp_path, until="2024-06-30", date="2024-07-01")
        requests = len(server.asked)
        assert run(tmp_path, until="2024-06-30", date="2024-07-02") == second and len(server.asked) == requests
    assert second.records == 8 and second.date == "2024-07-01"
    assert second.runs == [
        {"date": "2024-04-02", "since": "", "until": "2024-03-31", "found": 5, "records": 5},
        {"date": "2024-07-01", "since": "2024-04-01", "until": "2024-06-30", "found": 3, "records": 3},
    ]
    assert sorted(archived_ids(tmp_path)) == sorted(dates)
    assert server.asked[2][1]["mindate"] == "2024/04/01"
    assert sorted(server.handed) == sorted(dates)
    assert kept.items() <= snapshot(tmp_path).items(), "an update changed the earlier archive"


def test_the_day_of_a_search_is_searched_again(monkeypatch, tmp_path):
    with running(Server(pmids(2, "2024/05/01"))) as server:
        monkeypatch.setenv(eutils.ADDRESS, server.url)
        run(tmp_path, until="2024-05-01", date="2024-05-01")
        server.dates |= pmids(1, "2024/05/01", 32_000_001)
        assert run(tmp_path, until="2024-06-01", date="2024-06-01").records == 3
    assert sorted(server.handed) == sorted(server.dates)


def test_not_frozen_asks_again_and_adds_what_is_new(pubmed, tmp_path):
    run(tmp_path)
    pubmed.dates["33000001"] = "2019/01/01"
    assert run(tmp_path).records == 30
    log = run(tmp_path, frozen=False)
    assert log.records == 31 and sorted(archived_ids(tmp_path)) == sorted(pubmed.dates)
    assert len(pubmed.handed) == 31


def test_an_archive_is_not_mixed_with_another_search(pubmed, tmp_path):
    run(tmp_path, until="2024-04-30")
    for options, word in (
        ({"query": "other[Title]"}, "query differs"),
        ({"since": "2020-01-01"}, "'since' differs"),
        ({"until": "2024-01-01"}, "already goes to 2024-04-30"),
        ({"until": "May 2024"}, "is no date"),
    ):
        with pytest.raises(SearchError, match=word):
            run(tmp_path, **{"until": "2024-04-30", **options})


def test_a_changed_archive_is_refused(pubmed, tmp_path):
    run(tmp_path)
    (path,) = entrez.archive_files(tmp_path)
    data = path.read_bytes()
    path.write_bytes(gzip.compress(gzip.decompress(data).replace(b"Seven", b"Eight")))
    with pytest.raises(SearchError, match="was changed"):
        run(tmp_path)
    path.unlink()
    with pytest.raises(SearchError, match="is missing"):
        run(tmp_path)
    (tmp_path / "search-2024-05-01.json").write_text("{")
    with pytest.raises(SearchError, match="cannot be read"):
        run(tmp_path)


def test_what_pubmed_did_not_understand_is_told(pubmed, tmp_path):
    pubmed.messages = (
        "<ErrorList><PhraseNotFound>abcXYZ</PhraseNotFound><FieldNotFound>Foo</FieldNotFound></ErrorList>"
        '<WarningList><PhraseIgnored>and</PhraseIgnored><QuotedPhraseNotFound>"a b"</QuotedPhraseNotFound>'
        "<OutputMessage>Wildcard search used</OutputMessage></WarningList>"
    )
    pubmed.translation = "example[All Fields]"
    told = " ".join(run(tmp_path).warnings)
    for word in ("'abcXYZ'", "'Foo'", "'and'", '"a b"', "Wildcard search used", "all fields"):
        assert word in told


def test_a_search_without_hits_is_a_result(monkeypatch, tmp_path):
    with running(Server({})) as server:
        monkeypatch.setenv(eutils.ADDRESS, server.url)
        log = run(tmp_path)
        assert log.records == 0 and "found nothing" in log.warnings[-1]
        assert run(tmp_path) == log and len(server.asked) == 1


def test_the_key_is_shown_and_stored_nowhere(pubmed, tmp_path):
    pubmed.faults = [*["429"] * 3, None, *["json"] * 4]
    with pytest.raises(SearchError) as error:
        run(tmp_path)
    assert "***" in str(error.value) and KEY not in str(error.value)
    pubmed.faults = []
    run(tmp_path)
    assert all(KEY.encode() not in data for data in snapshot(tmp_path).values())
    assert all(asked["api_key"] == KEY for _, asked in pubmed.asked)


def test_a_killed_search_goes_on_where_it_was(pubmed, tmp_path):
    code = (
        f"import sys; sys.path.insert(0, {str(Path(entrez.__file__).parents[2])!r})\n"
        "from prismake.search import entrez\n"
        f"entrez.search('example[Title]', {str(tmp_path)!r}, email='a@example.org', api_key={KEY!r},"
        " date='2024-05-01', batch=3)"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    for _ in range(600):
        if len(entrez.archive_files(tmp_path)) >= 3:
            break
        time.sleep(0.05)
    process.kill()
    process.wait()
    kept = {path.name: path.read_bytes() for path in entrez.archive_files(tmp_path)}
    aside = list(tmp_path.glob("ahead-*"))
    assert 3 <= len(kept) < 10
    (tmp_path / ".efetch-2024-05-01-0009.xml.gz.x.tmp").write_bytes(b"half")
    asked = len(pubmed.fetches())
    assert run(tmp_path, batch=3).records == 30
    assert sorted(archived_ids(tmp_path)) == sorted(pubmed.dates)
    assert all((tmp_path / name).read_bytes() == data for name, data in kept.items())
    later = [pmid for ids in pubmed.fetches()[asked:] for pmid in ids]
    assert len(later) == 30 - 3 * len(kept) - 3 * len(aside), "a stored batch was fetched again"
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/",
        "https://eutils.ncbi.nlm.nih.gov.example.org/",
        "http://127.0.0.1@example.org/",
        "http://eutils.ncbi.nlm.nih.gov/",
        "file:///etc/passwd",
        "//example.org",
    ],
)
def test_queries_go_to_ncbi_or_this_machine_only(address, monkeypatch, tmp_path):
    monkeypatch.setenv(eutils.ADDRESS, address)
    with pytest.raises(SearchError, match=r"neither this machine nor ncbi\.nlm"):
        run(tmp_path)


def test_without_the_variable_the_address_is_ncbi(monkeypatch):
    monkeypatch.delenv(eutils.ADDRESS, raising=False)
    assert eutils.address() == "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"


def test_notices_on_included_studies_are_found(pubmed):
    links = """<CommentsCorrectionsList><CommentsCorrections RefType="{}"><RefSource>J. 2021</RefSource>
    <PMID>31000001</PMID></CommentsCorrections></CommentsCorrectionsList>"""
    marked = {
        "30000002": article("30000002", extra=links.format("RetractionIn")),
        "30000003": article("30000003", extra=links.format("ExpressionOfConcernIn")),
        "30000004": article("30000004", extra=links.format("CommentIn")),
    }
    pubmed.fetch = lambda asked, dtd="": (
        f"<PubmedArticleSet>{''.join(marked.get(i) or article(i) for i in asked['id'].split(','))}</PubmedArticleSet>"
    ).encode()
    found = entrez.notices(["30000001", *marked], email="a@example.org", api_key=KEY, policy=QUICK)
    assert found == {
        "30000002": ["RetractionIn: PMID 31000001"],
        "30000003": ["ExpressionOfConcernIn: PMID 31000001"],
    }


def test_progress_is_told_in_lines_and_on_a_terminal_in_one():
    log, terminal = io.StringIO(), io.StringIO()
    terminal.isatty = lambda: True
    for stream in (log, terminal):
        tell = Reporter("PubMed", stream)
        for done in (0, 100, 200, 1000):
            tell(done, 1000)
    assert log.getvalue().count("\n") == 2 and "1,000 of 1,000 records" in log.getvalue()
    assert terminal.getvalue().count("\r") >= 4 and terminal.getvalue().endswith("]\n")


@pytest.mark.parametrize(
    ("options", "word"), [({"email": ""}, "e-mail"), ({"query": "  "}, "empty"), ({"date": ""}, "day of the search")]
)
def test_a_search_needs_an_address_and_a_query(options, word, tmp_path):
    with pytest.raises(SearchError, match=word):
        run(tmp_path, **options)
