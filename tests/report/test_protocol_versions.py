"""The protocol before the review begins, and what was changed in it since."""

from __future__ import annotations

from pathlib import Path

import pytest
from prismake.cli import main
from prismake.core.errors import PrismakeError
from prismake.kept.protocols import keep_protocol, kept_files, name_of, read_protocol, settings, settings_now
from prismake.report.manuscript.protocol_changes import NOW, amendment_words, amendments

CONFIG = """
title: Amber therapy
question: Does amber help?
email: a@example.org
criteria: { include: [Adults] }
extraction:
  fields:
    - { name: relapses, label: Relapses, type: count }
    - { name: remissions, label: Remissions, type: count }
outcomes:
  relapse: { columns: { events: relapses, total: remissions } }
"""


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("config").mkdir()
    Path("config/config.yaml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def change(before: str, after: str) -> None:
    path = Path("config/config.yaml")
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def compared():
    kept = kept_files()
    versions = [(name_of(path), settings(read_protocol(path))) for path in kept]
    return amendments([*versions, (NOW, settings_now())]), [name for name, _ in versions]


def test_an_amendment_has_its_key_its_day_and_both_values(folder):
    keep_protocol("2025-01-31", Path("config/config.yaml"))
    change("include: [Adults]", "include: [Adults, Children]")
    keep_protocol("2025-03-01", Path("config/config.yaml"))
    change("relapse: {", "relapse: { method: PM,")
    change("a@example.org", "b@example.org")  # of no consequence
    table, kept = compared()
    assert table.rows == [
        ("2025-01-31", "2025-03-01", "criteria.include", "Adults", "Adults; Children"),
        ("2025-03-01", NOW, "outcomes.relapse.method", "REML", "PM"),
    ]
    words = amendment_words(table, kept)
    assert words.startswith(
        "The protocol was kept on 2025-01-31, and again on 2025-03-01. 2 amendments: by 2025-03-01, "
    )
    assert "since 2025-03-01, outcomes.relapse.method: “REML” → “PM”" in words


def test_a_field_that_is_moved_is_no_amendment_and_one_that_is_added_is(folder):
    keep_protocol("2025-01-31", Path("config/config.yaml"))
    change("    - { name: relapses, label: Relapses, type: count }\n", "")
    change("  fields:\n", "  fields:\n    - { name: age, help: Mean age }\n")
    change("outcomes:\n", "    - { name: relapses, label: Relapses, type: count }\noutcomes:\n")
    table, _ = compared()
    assert {row[2].split(".")[2] for row in table.rows} == {"age"}


def test_nothing_kept_and_nothing_changed_are_two_things(folder):
    assert amendment_words(*compared()) == ""
    keep_protocol("2025-01-31", Path("config/config.yaml"))
    assert amendment_words(*compared()).endswith("nothing in it has been changed since.")


def test_a_kept_protocol_is_the_file_to_the_byte_and_never_changes(folder, capsys):
    assert main(["protocol", "--keep", "2025-01-31"]) == 0
    path = Path("config/versions/2025-01-31.protocol.yaml")
    assert path.read_text(encoding="utf-8") == CONFIG
    assert main(["protocol", "--keep", "2025-01-31"]) == 1
    assert "it is never changed" in capsys.readouterr().err
    assert main(["protocol", "--keep", "../x"]) == 1
    assert "does not begin with a day" in capsys.readouterr().err


def test_a_damaged_one_is_named(folder):
    path = keep_protocol("2025-01-31", Path("config/config.yaml"))
    path.write_text("title: [", encoding="utf-8")
    with pytest.raises(PrismakeError, match=r"2025-01-31\.protocol\.yaml: this kept protocol is damaged"):
        read_protocol(path)


def test_the_text_has_every_item_and_marks_what_is_owed(folder, capsys):
    assert main(["protocol", "protocol.md"]) == 0
    text = Path("protocol.md").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith("## ")][-1] == "## Strategies"
    assert text.count("(item ") == 17
    assert "## Objectives (item 7)\n\nDoes amber help?" in text
    assert "## Rationale (item 6)\n\n[To write:" in text
    assert "Relapses and Remissions" in text
    assert main(["protocol", "protocol.md"]) == 1
    assert "is there already" in capsys.readouterr().err
    assert main(["protocol"]) == 1
