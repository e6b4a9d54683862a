"""What is only worth knowing about extracted numbers is shown at the end of a run, after what has to be corrected."""

from __future__ import annotations

import io
import json

from prismake.report.status import closing_words

NOTE = {"where": "extraction.anna.xlsx, sheet “Data extraction”, cell G7", "what": "Alm 2017: “Deaths” is 0 of 61."}
STATUS = {
    "stage": "extraction",
    "title": "Data extraction",
    "of": 1,
    "open": 0,
    "reviewers": {"anna": {"decided": 1, "of": 1, "file": ""}},
    "consensus": None,
    "rounds": {"words": []},
    "problems": [{"where": "G2", "what": "Correct it."}],
}


def closing(tmp_path, monkeypatch, **status):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "results/extraction"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "status.json").write_text(json.dumps({**STATUS, **status}), encoding="utf-8")
    stream = io.StringIO()
    closing_words({"reviewers": ["anna"], "sources": {}}, stream=stream)
    return " ".join(stream.getvalue().split())


def test_a_note_follows_the_problems_and_says_that_nothing_waits(tmp_path, monkeypatch):
    text = closing(tmp_path, monkeypatch, notes=[NOTE])
    assert text.index("Correct it.") < text.index("cell G7: worth knowing: Alm 2017: “Deaths” is 0 of 61.")


def test_many_notes_are_counted(tmp_path, monkeypatch):
    assert "and 4 more, in results/extraction/status.json" in closing(tmp_path, monkeypatch, notes=[NOTE] * 10)


def test_the_status_of_an_older_run_has_no_notes(tmp_path, monkeypatch):
    assert "worth knowing" not in closing(tmp_path, monkeypatch)
