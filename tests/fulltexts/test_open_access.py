"""Free copies, asked of a local server that speaks for PubMed Central and Unpaywall, and kept."""

from __future__ import annotations

import json

import pytest
from links_server import Links, running
from prismake.core.errors import PrismakeError
from prismake.fulltexts.folder import attempts
from prismake.fulltexts.matching import Sought
from prismake.fulltexts.openaccess import PMC, UNPAYWALL, free_copies, look_up
from prismake.search.transport import Policy

FAST = Policy(attempts=2, first_wait=0.0, longest_wait=0.0, timeout=5, pause=0.0)
BOTH = (PMC, UNPAYWALL)
PDF = "https://repository.example.org/1?file=a%20b.pdf&x=1"


def report(number, *, pmid="", doi="", pmcid=""):
    return Sought(f"r{number}", (), doi, pmid, pmcid, "")


REPORTS = [
    report(1, pmid="101", doi="10.5555/a(1)"),
    report(2, doi="10.5555/b<2>"),
    report(3, pmid="103"),
    report(4),
    report(5, pmid="105", pmcid="PMC5"),
]


@pytest.fixture
def server(monkeypatch):
    links = Links(
        pmcids={"101": "PMC1001", "10.5555/b<2>": "PMC1002"},
        copies={"10.5555/a(1)": {"url_for_pdf": None, "url": PDF, "version": "publishedVersion", "license": "cc-by"}},
    )
    with running(links):
        monkeypatch.setenv("PRISMAKE_IDCONV_URL", f"{links.url}idconv/")
        monkeypatch.setenv("PRISMAKE_UNPAYWALL_URL", f"{links.url}v2/")
        yield links


def ask(tmp_path, reports=REPORTS, services=BOTH, today="2025-09-01"):
    file = tmp_path / "open_access.json"
    answers, problems = look_up(reports, services, "team@example.org", file, policy=FAST, today=today)
    return [free_copies(answers, services, one) for one in reports], problems


def test_numbers_and_addresses_come_from_both_services(tmp_path, server):
    found, problems = ask(tmp_path)
    assert not problems
    assert found == [("PMC1001", PDF), ("PMC1002", ""), ("", ""), ("", ""), ("PMC5", "")]
    assert all("email=team@example.org" in path for path in server.asked)
    assert sum("/idconv" in path for path in server.asked) == 2, "one request for PMIDs, one for DOIs"
    assert not any("105" in path for path in server.asked), "what is known is not asked for"


def test_an_answer_is_kept_with_its_day_and_never_asked_for_again(tmp_path, server):
    first, _ = ask(tmp_path)
    kept = (tmp_path / "open_access.json").read_bytes()
    data = json.loads(kept)
    assert data["answers"]["pmc"]["101"] == {"date": "2025-09-01", "pmcid": "PMC1001"}
    assert data["answers"]["unpaywall"]["10.5555/a(1)"]["licence"] == "cc-by"
    server.asked.clear()
    server.pmcids.clear()
    assert ask(tmp_path, today="2031-01-01")[0] == first
    assert (tmp_path / "open_access.json").read_bytes() == kept and not server.asked
    ask(tmp_path, [*REPORTS, report(6, pmid="106")], today="2026-01-01")
    assert [path.split("ids=")[1].split("&")[0] for path in server.asked] == ["106"], "only what is new"
    assert json.loads((tmp_path / "open_access.json").read_bytes())["answers"]["pmc"]["101"]["date"] == "2025-09-01"


def test_only_the_services_that_the_protocol_names_are_asked_and_shown(tmp_path, server):
    ask(tmp_path)
    server.asked.clear()
    assert ask(tmp_path, services=(PMC,))[0][0] == ("PMC1001", "")
    assert ask(tmp_path, services=(UNPAYWALL,))[0][0] == ("", PDF)
    assert ask(tmp_path / "other", services=(UNPAYWALL,))[0][0] == ("", PDF)
    assert all("/v2/" in path for path in server.asked)


@pytest.mark.parametrize("fault", ["500", "429", "403", "page"])
def test_a_service_that_fails_is_a_sentence_and_asked_again_by_the_next_run(tmp_path, server, fault):
    file = tmp_path / "open_access.json"
    server.fault = fault
    found, problems = ask(tmp_path)
    assert [text.split(":")[0] for text in problems] == ["PubMed Central", "Unpaywall"]
    assert found[4] == ("PMC5", "") and attempts(file) == 1
    ask(tmp_path)
    assert attempts(file) == 2, "another failure is another state"
    server.fault = ""
    found, problems = ask(tmp_path)
    assert found[0] == ("PMC1001", PDF) and not problems
    assert attempts(file) == 2, "success changes nothing, so that the run after it rests"


def test_what_was_answered_before_a_failure_is_kept(tmp_path, server):
    many = [report(number, doi=f"10.5555/m{number:03d}") for number in range(60)]
    server.copies = {one.doi: {"url": f"https://example.org/{one.doi}"} for one in many[:40]}
    server.copies[many[40].doi] = "no dictionary, and the answer names another DOI"
    answer = server.unpaywall
    server.unpaywall = lambda doi: (500, {}) if doi == many[45].doi else answer(doi)
    found, problems = ask(tmp_path, many, (UNPAYWALL,))
    assert problems and found[39][1] == "https://example.org/10.5555/m039"
    kept = json.loads((tmp_path / "open_access.json").read_bytes())["answers"]["unpaywall"]
    assert sorted(kept) == [one.doi for one in many[:45]]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "https://a b", 'https://x"onclick="y', "", 5]
)
def test_an_address_that_is_none_never_becomes_a_link(tmp_path, server, url):
    server.copies["10.5555/a(1)"] = {"url": url}
    assert ask(tmp_path)[0][0] == ("PMC1001", "")


def test_the_pdf_is_preferred_to_the_page(tmp_path, server):
    server.copies["10.5555/a(1)"] = {"url_for_pdf": "http://x.org/a.pdf", "url": "https://x.org/a"}
    assert ask(tmp_path)[0][0][1] == "http://x.org/a.pdf"


def test_an_answer_about_another_report_is_not_taken(tmp_path, server):
    server.unpaywall = lambda doi: (200, {"doi": "10.5555/zzz", "best_oa_location": {"url": "https://x.org"}})
    found, problems = ask(tmp_path, services=(UNPAYWALL,))
    assert "concerns another report" in problems[0] and found[0] == ("", "")


@pytest.mark.parametrize("variable", ["PRISMAKE_IDCONV_URL", "PRISMAKE_UNPAYWALL_URL"])
def test_the_address_goes_nowhere_else(tmp_path, server, monkeypatch, variable):
    monkeypatch.setenv(variable, "https://example.org/")
    problems = ask(tmp_path)[1]
    assert len(problems) == 1 and variable in problems[0]


def test_an_archive_that_was_spoilt_is_named_and_not_overwritten(tmp_path, server):
    file = tmp_path / "open_access.json"
    file.write_text("[1", encoding="utf-8")
    with pytest.raises(PrismakeError, match=r"open_access\.json"):
        ask(tmp_path)
    assert file.read_text(encoding="utf-8") == "[1" and attempts(file) == -1


def test_nothing_is_written_where_nothing_is_asked(tmp_path, server):
    ask(tmp_path, [report(4), report(5, pmcid="PMC5")])
    assert not (tmp_path / "open_access.json").exists() and not server.asked
