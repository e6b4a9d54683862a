"""What ends a run before the Snakefile is read: one sentence, through the logger plugin that the profiles name."""

from __future__ import annotations

import logging

import pytest
from prismake.core.errors import ConfigError
from prismake.core.jobs import sentence_of
from prismake.protocol.config import validated
from quick import QuickReview
from review import config, ris
from snakemake.settings.types import ConfigSettings
from snakemake_logger_plugin_prismake import LogHandler, explanation, fault, reword

pytestmark = pytest.mark.e2e
FILES = {
    "windows.yaml": (
        "title: Entzündung\n".encode("cp1252"),
        "line 1 is not text in UTF-8; in Windows-1252 it would be",
    ),
    "utf16.yaml": ("title: a\n".encode("utf-16"), "saved as UTF-16"),
    "tab.yaml": (b"title_abstract:\n\tgate: rolling\n", "line 2, column 1: there is a tab"),
    "broken.yaml": (b"title: a: b\n", "line 1, column 9: this is not YAML"),
    "list.yaml": (b"- a\n", "the file contains no settings"),
    "python.yaml": (b"title: !!python/object/apply:os.getcwd []\n", "line 1: the tag !!python/object/apply:os.getcwd"),
    "deep.yaml": (b"a: " + b"[" * 1_000 + b"]" * 1_000, "nested deeper"),
    "twice.yaml": (b"title: a\ntitle: b\n", "'title' occurs twice, in lines 1 and 2"),
}


def caught(make) -> BaseException:
    """The error as it is when Snakemake reports it, with its traceback."""
    with pytest.raises(BaseException) as error:
        make()
    return error.value


@pytest.mark.parametrize("name", ["windows.yaml", "utf16.yaml", "tab.yaml", "broken.yaml", "list.yaml", "python.yaml"])
def test_a_file_given_with_configfile_is_named_with_its_line(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    content, words = FILES[name]
    (tmp_path / name).write_bytes(content)
    sentence = explanation(caught(lambda: ConfigSettings(configfiles=[tmp_path / name])))
    assert sentence.startswith(f"{tmp_path / name}: ") and words in sentence


def test_what_the_system_refuses_is_a_sentence_and_all_else_is_left_to_snakemake(tmp_path):
    assert "the disk can only be read" in explanation(OSError(30, "Read-only file system", "/home/anna/.cache"))
    assert "too little memory" in explanation(MemoryError())
    assert explanation(ValueError("a fault of Snakemake")) == explanation(OSError("no number")) == ""


def test_an_error_of_our_own_is_no_fault_of_a_file(tmp_path):
    assert fault(caught(lambda: validated(None, folder=None))).startswith("a fault of prismake itself (")
    assert fault(caught(lambda: __import__("a_library_that_is_missing"))) == "", "nothing of prismake was at work"
    assert "prismake doctor" in sentence_of(ImportError("No module named 'rispy'"))


def test_all_files_are_told_at_once_and_nothing_is_left_behind(tmp_path):
    review = QuickReview(tmp_path / "review", config(), {"embase.ris": ris(1)})
    for name, (content, _) in FILES.items():
        (review.folder / name).write_bytes(content)
    output = review.run("-n", "--configfile", *FILES, "missing.yaml", check=False)
    assert review.status == 1 and "Traceback" not in output and 'File "' not in output
    _, last = output.split("Nothing was run. ")
    assert last.startswith(f"{len(FILES) + 1} problems:")
    assert all(f"  - {name}: " in last and words in last for name, (_, words) in FILES.items())
    assert "missing.yaml: there is no such file" in last
    assert reword not in logging.getLogger("snakemake.logging").filters
    (review.folder / "unknown.yaml").write_text("titel: a\n", encoding="utf-8")
    for name, words in (("twice.yaml", "'title' occurs twice"), ("unknown.yaml", "unknown key 'titel'")):
        output = review.run("-n", "--configfile", name, check=False)  # found by the Snakefile
        last = output.splitlines()[-1]
        assert review.status == 1 and last.startswith("Nothing was run. ") and name in last and words in last


def test_a_home_that_cannot_be_written_does_no_harm(tmp_path, monkeypatch):
    review = QuickReview(tmp_path / "review", config(), {"embase.ris": ris(1)})
    (tmp_path / "home").touch()  # a file in place of the folder refuses root as well
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    review.run("results/search/embase.parquet")
    assert (review.folder / "results/search/embase.parquet").exists()


def test_a_run_that_listens_is_told_by_its_closing_words(monkeypatch):
    """The plugin speaks only before the Snakefile does."""
    from prismake.report.run_record import RunRecord

    logger, record = (
        logging.getLogger("snakemake.logging"),
        logging.makeLogRecord({"msg": "as it was", "event": "error"}),
    )
    monkeypatch.setattr(logger, "handlers", [RunRecord()])
    try:
        raise ConfigError("wrong") from None
    except ConfigError:
        assert reword(record) and record.msg == "as it was"


def test_the_handler_shows_nothing_itself():
    handler = LogHandler(None, None)
    assert not (handler.writes_to_stream or handler.writes_to_file)
    assert reword in logging.getLogger("snakemake.logging").filters
    handler.close()
    assert reword not in logging.getLogger("snakemake.logging").filters
