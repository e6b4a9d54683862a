"""``prismake translate`` and ``prismake press`` on a search of the review."""

from __future__ import annotations

import pytest
from prismake.cli.search_strategy import translated, write_press
from prismake.core.errors import PrismakeError
from prismake.protocol.schema import with_defaults

CONFIG = with_defaults({"title": "A review", "question": "Which cells?", "searches": {"pubmed": {"query": "a[ti]"}}})


def test_a_search_is_translated(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert translated("pubmed", "ovid", lambda: CONFIG).startswith("Ovid MEDLINE:\n\na.ti.\n")


def test_what_is_missing_is_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PrismakeError, match="no search “embase”"):
        translated("embase", "ovid", lambda: CONFIG)
    empty = with_defaults({"title": "A", "question": "B", "searches": {"pubmed": {}}})
    with pytest.raises(PrismakeError, match=r"searches\.pubmed\.query"):
        translated("pubmed", "ovid", lambda: empty)


def test_a_form_that_somebody_filled_in_stays(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "press.md"
    write_press("pubmed", path, lambda: CONFIG)
    path.write_text("filled in", encoding="utf-8")
    with pytest.raises(PrismakeError, match="is left as it is"):
        write_press("pubmed", path, lambda: CONFIG)
    assert path.read_text(encoding="utf-8") == "filled in"
