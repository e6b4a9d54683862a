"""Europe PMC and ClinicalTrials.gov against a local server that hands out pages, and breaks."""

from __future__ import annotations

import pytest
from paged_server import Store, running
from prismake.core.errors import SearchError
from prismake.search import clinicaltrials, europepmc
from prismake.search.transport import Policy
from streamed import read_files

QUICK = Policy(attempts=3, first_wait=0.001, longest_wait=0.01, timeout=0.5, pause=0)


@pytest.fixture(params=[europepmc, clinicaltrials], ids=["europepmc", "clinicaltrials"])
def source(request, monkeypatch):
    store = Store(35)
    with running(store) as url:
        monkeypatch.setenv(request.param.SERVICE.variable, url)
        yield request.param, store


def run(module, folder, **options):
    options = {"date": "2024-05-02", "until": "2024-05-01", "policy": QUICK, **options}
    return module.search(options.pop("query", "example"), folder, **options)


def test_all_pages_are_archived_and_replayed(source, tmp_path):
    module, store = source
    said = []
    log = run(module, tmp_path, progress=lambda done, total: said.append((done, total)))
    assert log.records == 35 and log.label == module.SERVICE.name and log.kind == module.SERVICE.kind
    assert said[-1] == (35, 35) and len(log.files) == 4
    requests = len(store.asked)
    assert run(module, tmp_path) == log == module.archived(tmp_path) and len(store.asked) == requests
    rows, imports = read_files(module.archive_files(tmp_path), "x")
    assert len(rows) == len({row["record_id"] for row in rows}) == 35
    assert {item.database for item in imports} == {module.SERVICE.name}


def test_days_are_part_of_the_request(source, tmp_path):
    module, store = source
    run(module, tmp_path, since="2020-01-01")
    asked = " ".join(store.asked[0].values())
    assert "2020-01-01" in asked and "2024-05-01" in asked and "example" in asked


@pytest.mark.parametrize("fault", ["429", "500", "503", "empty", "html", "cut", "other"])
def test_passing_faults(source, tmp_path, fault):
    module, store = source
    store.faults = [fault, None, fault, fault]
    assert run(module, tmp_path).records == 35


def test_a_lasting_fault_keeps_what_is_finished(source, tmp_path):
    module, store = source
    store.faults = [None, None, *["503"] * 3]
    with pytest.raises(SearchError, match="run the same command again"):
        run(module, tmp_path)
    assert len(module.archive_files(tmp_path)) == 2
    before = len(store.asked)
    assert run(module, tmp_path).records == 35
    assert len(store.asked) - before in {2, 3}, "a stored page was fetched again"


def test_a_mark_that_expired_begins_the_search_again(source, tmp_path):
    module, store = source
    store.faults = [None, None, *["503"] * 3]
    with pytest.raises(SearchError, match="run the same command again"):
        run(module, tmp_path)
    kept = {path.name: path.read_bytes() for path in module.archive_files(tmp_path)}
    store.expired = {"m20", "20"}
    log = run(module, tmp_path)
    rows, _ = read_files(module.archive_files(tmp_path), "x", once=True)
    assert len(store.expired) == 1 and len(log.files) == 6
    assert log.records == len(rows) == 35 == sum(file["records"] for file in log.files)
    assert len({row["accession"] for row in rows}) == 35
    assert kept.items() <= {path.name: path.read_bytes() for path in module.archive_files(tmp_path)}.items()


def test_an_update_adds_what_is_new_and_each_record_counts_once(source, tmp_path):
    module, store = source
    first = run(module, tmp_path, until="2024-05-01", date="2024-05-01")
    kept = {path.name: path.read_bytes() for path in module.archive_files(tmp_path)}
    store.count = 48  # the day of the first search is asked for again: its records come a second time
    second = run(module, tmp_path, until="2024-08-01", date="2024-08-02")
    rows, imports = read_files(module.archive_files(tmp_path), "x", once=True)
    assert (first.records, second.records, len(rows)) == (35, 48, 48)
    assert not any(row["record_id"].endswith(".2") for row in rows)
    assert [len(one.record_ids) for one in imports] == [file["records"] for file in second.files]
    assert kept.items() <= {path.name: path.read_bytes() for path in module.archive_files(tmp_path)}.items()
    assert "2024-05-01" in " ".join(store.asked[-1].values()) and "searched on 2024-05-01, 2024-08-02" in second.limits
    requests = len(store.asked)
    assert run(module, tmp_path, until="2024-08-01") == second and len(store.asked) == requests
    path = module.archive_files(tmp_path)[0]
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(SearchError, match=r"damaged|was changed"):
        run(module, tmp_path, until="2024-09-01")


def test_final_faults(source, tmp_path):
    module, store = source
    for fault in ("400", "message"):
        store.faults = [fault]
        with pytest.raises(SearchError, match="refused"):
            run(module, tmp_path / fault)
    assert len(store.asked) == 2


def test_nothing_found_is_a_result(source, tmp_path):
    module, store = source
    store.count = 0
    log = run(module, tmp_path)
    assert log.records == 0 and "found nothing" in log.warnings[-1]


def test_records_of_europe_pmc(monkeypatch, tmp_path):
    with running(Store(1)) as url:
        monkeypatch.setenv(europepmc.SERVICE.variable, url)
        run(europepmc, tmp_path)
    (row,), _ = read_files(europepmc.archive_files(tmp_path), "europepmc")
    assert row["title"] == "Paper number 0." and row["authors"] == ["Doe J", "Example Group"]
    assert (row["year"], row["doi"], row["pmid"]) == (2019, "10.1000/ex.0", "30000000")
    assert row["abstract"] == "Background Cells were given (NCT01234567)."
    assert row["retracted"] and row["related_reports"] == ["RetractionIn: PMID 31000000"]
    assert row["record_id"] == "europepmc:30000000" and row["keywords"] == ["Child"]


def test_records_of_clinicaltrials(monkeypatch, tmp_path):
    with running(Store(1)) as url:
        monkeypatch.setenv(clinicaltrials.SERVICE.variable, url)
        run(clinicaltrials, tmp_path)
    (row,), (found,) = read_files(clinicaltrials.archive_files(tmp_path), "ctgov")
    assert row["trial_ids"] == ["NCT00000000"] and row["related_reports"] == ["Reference: PMID 30000007"]
    assert found.kind == "register" and row["record_id"] == "ctgov:NCT00000000"


def test_other_addresses_are_refused(monkeypatch, tmp_path):
    for module in (europepmc, clinicaltrials):
        monkeypatch.setenv(module.SERVICE.variable, "http://example.org/")
        with pytest.raises(SearchError, match="neither this machine nor"):
            run(module, tmp_path / module.SERVICE.name)
