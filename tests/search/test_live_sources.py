"""The table of live sources: a further one needs its module and a line, and the whole way from the protocol works."""

from __future__ import annotations

import json
import sys
import types
from functools import partial

import pandas as pd
import pytest
from paged_server import Store, running, study
from prismake.protocol import config as settings
from prismake.protocol import config_readme as configdoc
from prismake.protocol import live_sources
from prismake.protocol.new_review import make_review
from prismake.search import live, paged
from prismake.search.archive import archive_files, archived
from prismake.search.discovery import sources
from prismake.search.sources import API_KEY_FILE, api_key, read_source

REVIEW = {"title": "A review", "question": "Does it work?"}


@pytest.mark.parametrize("name", sorted(live_sources.LIVE))
def test_every_source_has_the_three_functions(name):
    module = live.module(name)
    assert all(callable(getattr(module, part)) for part in ("search", "archived", "archive_files"))


@pytest.fixture
def fifth(monkeypatch):
    """A register of nobody, with a module and a line in the table."""
    service = paged.Service(
        name="Example register",
        kind="register",
        interface="Example API",
        home="https://register.example.org/",
        domain="register.example.org",
        variable="PRISMAKE_EXAMPLE_URL",
        path="studies",
        days="Day of registration",
        parameters=lambda query, since, until, mark: {"q": query, "to": until} | ({"pageToken": mark} if mark else {}),
        read=lambda answer: paged.Page(
            answer.get("totalCount"),
            [one["protocolSection"]["identificationModule"]["nctId"] for one in answer["studies"]],
            answer.get("nextPageToken", ""),
        ),
        pause=0,
    )
    module = types.ModuleType("example_register")
    module.SERVICE, module.search = service, partial(paged.search, service)
    module.archived, module.archive_files = archived, archive_files
    monkeypatch.setitem(sys.modules, "example_register", module)
    monkeypatch.setitem(live_sources.LIVE, "example", live_sources.Live())
    monkeypatch.setitem(live.MODULES, "example", "example_register")
    settings.config_schema.cache_clear()
    yield
    settings.config_schema.cache_clear()


def test_a_fifth_source_needs_its_module_and_one_line(fifth, monkeypatch, tmp_path):
    assert "`example`" in configdoc.readme()
    searches = {"reg": {"live": "example", "query": "cells", "until": "2024-05-01"}}
    protocol = settings.validated({**REVIEW, "searches": searches}, folder=tmp_path)
    details = sources(protocol, tmp_path / "config/searches")["reg"]
    with running(Store(25)) as url:
        monkeypatch.setenv("PRISMAKE_EXAMPLE_URL", url)
        log = read_source(
            "reg", details, "", tmp_path / "config/searches", tmp_path / "reg.parquet", tmp_path / "decisions.csv"
        )
    assert (log["label"], log["kind"], log["platform"]) == ("Example register", "register", "Example API")
    assert log["limits"] == "Day of registration from the beginning to 2024-05-01" and log["date"] == "2024-05-01"
    assert log["records"] == len(pd.read_parquet(tmp_path / "reg.parquet")) == 25
    assert sum(file["records"] for file in log["files"]) == 25


def test_an_unknown_source_is_named_with_those_there_are(tmp_path):
    searches = {"x": {"live": "medline", "query": "cells", "until": "2024-05-01"}}
    with pytest.raises(settings.ConfigError, match="allowed: false, true, pubmed, europepmc, clinicaltrials"):
        settings.validated({**REVIEW, "searches": searches}, folder=tmp_path)


def test_true_is_pubmed_and_only_pubmed_asks_for_an_address(tmp_path):
    search = {"query": "cells", "until": "2024-05-01"}
    with pytest.raises(settings.ConfigError, match="'email' is empty"):
        settings.validated({**REVIEW, "searches": {"a": {**search, "live": True}}}, folder=tmp_path)
    protocol = settings.validated({**REVIEW, "searches": {"a": {**search, "live": "europepmc"}}}, folder=tmp_path)
    assert sources(protocol, tmp_path)["a"]["live"] == "europepmc"
    protocol["searches"]["a"]["live"] = True
    assert sources(protocol, tmp_path)["a"]["live"] == "pubmed"


def test_the_key_comes_from_the_environment_or_from_a_file_that_git_ignores(monkeypatch, tmp_path):
    monkeypatch.delenv("NCBI_API_KEY", raising=False)
    assert api_key(tmp_path) is None
    (tmp_path / API_KEY_FILE).write_text(" abc123\n", encoding="utf-8")
    assert api_key(tmp_path) == "abc123"
    monkeypatch.setenv("NCBI_API_KEY", "def456")
    assert api_key(tmp_path) == "def456"
    make_review(tmp_path / "review")
    assert API_KEY_FILE in (tmp_path / "review/config/.gitignore").read_text(encoding="utf-8").split()


def test_an_export_of_a_register_counts_as_a_register(tmp_path):
    path = tmp_path / "trials.json"
    path.write_text(json.dumps({"studies": [study(1), study(2)]}), encoding="utf-8")
    protocol = settings.with_defaults({**REVIEW, "searches": {"mine": {"kind": "other"}}})
    details = {**sources(protocol, tmp_path)["mine"], "files": [path]}
    for kind, expected in (("", "register"), ("database", "database"), ("other", "other")):
        log = read_source(
            "trials", {**details, "kind": kind}, "", tmp_path, tmp_path / "t.parquet", tmp_path / "decisions.csv"
        )
        assert log["kind"] == expected
    types_ = pd.read_parquet(tmp_path / "t.parquet")["publication_types"]
    assert all("Trial registry record" in kinds for kinds in types_)
