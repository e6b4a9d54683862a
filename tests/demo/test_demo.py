"""The demonstration's material agrees with itself, with its README and with what it was made from."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import os
import re
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from demo_citations import authors, pages, share, short_pages
from demo_keys import keys_by_record
from judgements import REASONS, TAKEN_UP
from make_searches import DATE, QUERY
from prismake.search import entrez

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
SEARCHES = PROJECT / "config" / "searches"
SHARED = Path(os.environ.get("PRISMAKE_SHARED", PROJECT.parent / "shared")) / "reference" / "car_t_ball"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the list of citations is not at {SHARED}")


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def content(path: Path) -> object:
    """The bytes of a file; of the archive what is inside, because zlib's versions compress differently."""
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    if path.suffix == ".json":
        log = json.loads(path.read_text(encoding="utf-8"))
        return {**log, "files": [(file["name"], file["records"]) for file in log["files"]]}
    return path.read_bytes()


@needs_shared
def test_made_again_every_file_has_the_same_bytes(tmp_path: Path) -> None:
    source = SHARED / "citations.csv"
    run = [sys.executable, HERE / "make_searches.py", source, tmp_path, "--keys", tmp_path / "keys.csv"]
    subprocess.run(run, check=True, capture_output=True)
    run = [sys.executable, HERE / "judgements.py", source, "--out", tmp_path / "judgements.csv"]
    subprocess.run(run, check=True, capture_output=True)
    made = {path.relative_to(tmp_path / "searches"): path for path in (tmp_path / "searches").rglob("*.*")}
    kept = {path.relative_to(SEARCHES): path for path in SEARCHES.rglob("*.*") if path.name != "README.md"}
    assert made.keys() == kept.keys()
    for name, path in made.items():
        assert content(path) == content(kept[name]), name
    for name in ("keys.csv", "judgements.csv"):
        assert (tmp_path / name).read_bytes() == (HERE / name).read_bytes()


@needs_shared
def test_extraction_is_the_published_table() -> None:
    with (SHARED / "published_table.csv").open(encoding="utf-8", newline="") as file:
        published = {row["study_key"]: row for row in csv.DictReader(file)}
    columns = {"infused": "n_infused", "remissions": "cr", "relapses": "relapse", "crs": "crs"}
    columns |= {"neurotoxicity": "neurotoxicity", "antigen": "antigen", "costimulatory_domain": "costimulatory_domain"}
    taken = [row for row in rows("extraction.csv") if row["treatment"] == "CAR T-cells"]
    assert {row["key"] for row in taken} == published.keys()
    for row in taken:
        assert {ours: row[ours] for ours in columns} == {
            ours: published[row["key"]][theirs] or "NR" for ours, theirs in columns.items()
        }


def test_the_hazard_ratio_is_that_of_the_abstract() -> None:
    (trial,) = (row for row in rows("extraction.csv") if row["treatment"] == "blinatumomab")
    # N Engl J Med 2017;376:836, abstract: hazard ratio for death with blinatumomab vs. chemotherapy
    assert [trial[f"hazard_ratio{part}"] for part in ("", "_lower", "_upper")] == ["0.71", "0.55", "0.93"]
    assert {trial[name] for name in ("infused", "remissions", "relapses", "crs", "neurotoxicity")} == {""}


def test_the_archive_holds_what_its_search_log_says() -> None:
    (log,) = (SEARCHES / "pubmed").glob("search-*.json")
    search = json.loads(log.read_text(encoding="utf-8"))
    fetched: list[str] = []
    for file in search["files"]:
        data = (SEARCHES / "pubmed" / file["name"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == file["sha256"]
        pmids = re.findall(r'<MedlineCitation [^>]*><PMID Version="1">(\d+)</PMID>', gzip.decompress(data).decode())
        assert len(pmids) == file["records"]
        fetched += pmids
    assert fetched == search["ids"]
    assert search["count"] == len(set(fetched)) == len(fetched)


def test_the_archive_is_played_back_without_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", None)
    log = entrez.search(QUERY, SEARCHES / "pubmed", email="nobody@example.org", date=DATE, until=DATE, frozen=True)
    assert (log.records, log.query, log.date, log.missing) == (58, QUERY, DATE, [])


def test_every_record_can_be_traced_to_its_citation() -> None:
    found = keys_by_record(SEARCHES)
    assert Counter(found.values()) == Counter(row["key"] for row in rows("keys.csv"))
    assert len(found) == len(rows("keys.csv"))


def test_the_readme_counts_are_those_of_the_files() -> None:
    text = (SEARCHES / "README.md").read_text(encoding="utf-8")
    told = {name.split(".")[0].strip("/"): int(n) for name, n in re.findall(r"^\| `([^`]+)`.*\| (\d+) \|$", text, re.M)}
    numbers = rows("keys.csv")
    assert told == Counter(row["source"] for row in numbers)
    work = {row["key"]: row["work"] for row in rows("judgements.csv")}
    sources: dict[str, set[str]] = {}
    for row in numbers:
        sources.setdefault(work[row["key"]], set()).add(row["source"])
    reports, records = len(sources), len(numbers)
    across = sum(len(found) - 1 for found in sources.values())
    assert f"The {records} records are {reports} different reports, so that {records - reports} records are" in text
    assert f"{sum(len(found) > 1 for found in sources.values())} reports stand in two or three" in text
    assert f"({across} duplicates), and {records - reports - across} records are a second form" in text


def test_judgements_cover_every_citation_and_are_settled_where_they_differ() -> None:
    judged = {row["key"]: row for row in rows("judgements.csv")}
    assert judged.keys() == {row["key"] for row in rows("keys.csv")}
    for row in judged.values():
        first, second = row["title_abstract.anna"] != "exclude", row["title_abstract.ben"] != "exclude"
        assert bool(row["title_abstract.consensus"]) == (first != second), row["key"]
        goes_on = first if first == second else row["title_abstract.consensus"] == "include"
        assessed = goes_on or row["work"] in TAKEN_UP
        assert bool(row["full_text.anna"]) == bool(row["full_text.ben"]) == assessed, row["key"]
        anna, ben = ((row[f"full_text.{who}"], row[f"full_text.{who}.reason"]) for who in ("anna", "ben"))
        settled = (row["full_text.consensus"], row["full_text.consensus.reason"])
        assert bool(settled[0]) == (anna != ben), row["key"]
        for decision, reason in (anna, ben, settled):
            assert (reason in REASONS) if decision == "exclude" else reason == "", row["key"]
        assert bool(row["study"]) == ("include" in (anna[0], ben[0]))
        forms = {name: text for name, text in row.items() if name != "key"}
        assert forms == {name: judged[row["work"]][name] for name in forms}


def test_share_of_disagreements_is_that_of_the_readme() -> None:
    works = [row for row in rows("judgements.csv") if row["key"] == row["work"]]
    screened = sum(bool(row["title_abstract.consensus"]) for row in works)
    sought = [row for row in works if row["full_text.anna"]]
    differ = sum(bool(row["full_text.consensus"]) for row in sought)
    text = " ".join((HERE / "README.md").read_text(encoding="utf-8").split())
    assert f"{screened} of {len(works)} reports ({screened / len(works):.1%})".replace("%", " %") in text
    assert f"{differ} of {len(sought)} reports" in text
    assert 0.04 <= screened / len(works) <= 0.06


def test_duplicate_slips_differ_from_the_consensus() -> None:
    work = {row["key"]: row["work"] for row in rows("judgements.csv")}
    for slip in rows("duplicate_slips.csv"):
        assert (slip["answer"] == "same") != (work[slip["first"]] == work[slip["second"]])


def test_included_studies_are_those_appraised_and_extracted() -> None:
    included = {
        row["study"]
        for row in rows("judgements.csv")
        if (row["full_text.consensus"] or row["full_text.anna"]) == "include"
    }
    extracted = {row["study"]: row for row in rows("extraction.csv")}
    assert included == extracted.keys()
    appraised = rows("appraisal.csv")
    cohorts = [row for row in appraised if not row["result"] and row["item"][0] in "SO"]
    trials = {row["study"] for row in appraised if row["result"]}
    assert Counter(row["study"] for row in cohorts) == dict.fromkeys(included - trials, 6)
    assert trials == {row["study"] for row in rows("judgements.csv") if row["design"] == "rct"}
    for row in appraised:
        assert row["consensus"] in ({row["anna"], row["ben"]} if row["anna"] != row["ben"] else {""})
    assert {row["overlaps_with"] for row in extracted.values()} - {""} <= included
    for slip in rows("extraction_slips.csv"):
        assert extracted[slip["study"]][slip["field"]] != slip["value"]


def test_pieces_of_a_citation() -> None:
    row = {"authors": "De Moerloose B; Lee; Yáñez L; Dulau-Florea A", "pages": "e28092"}
    assert authors(row) == [("De Moerloose", "B"), ("Lee", ""), ("Yáñez", "L"), ("Dulau-Florea", "A")]
    assert pages(row) == ("e28092", "")
    assert [short_pages(*pair) for pair in (("439", "448"), ("20", "28"), ("99", "105"), ("7", ""))] == [
        "439-48",
        "20-8",
        "99-105",
        "7",
    ]
    assert share("a", "x") == share("a", "x") != share("a", "y")
