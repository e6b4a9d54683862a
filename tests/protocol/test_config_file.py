"""The text of the configuration: what a reader of YAML passes over or says without a place is named with its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from prismake.core.errors import ConfigError
from prismake.protocol import languages
from prismake.protocol.config import validated
from prismake.protocol.config_file import check_config_file, read_config_file

GOOD = "title: Entzündung\nquestion: What helps?\nreviewers: [anna, ben]\n"


def told(folder: Path, content: str | bytes) -> str:
    path = folder / "config.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigError) as error:
        read_config_file(path)
    assert str(path) in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_utf_8_with_and_without_its_mark_is_read(tmp_path, start):
    (tmp_path / "config.yaml").write_bytes(start + GOOD.encode())
    assert read_config_file(tmp_path / "config.yaml")["title"] == "Entzündung"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD + "reviewers: [carla]\n", ["'reviewers' occurs twice, in lines 3 and 4"]),
        (
            "title_abstract:\n  gate: complete\n  # a remark\n  gate: rolling\n",
            ["'title_abstract.gate' occurs twice, in lines 2 and 4"],
        ),
        ("a: 1\n'a': 2\n\"a\": 3\n", ["'a' occurs 3 times, in lines 1, 2 and 3"]),
        ("fields:\n- {name: x, name: y}\nq: 1\nq: 2\n", ["'fields[1].name'", "'q' occurs twice, in lines 3 and 4"]),
        ("a: &x {b: 1, b: 2}\nc: *x\n", ["'a.b' occurs twice, in lines 1 and 1"]),
        ("title: x\n\treviewers: [a]\n", ["line 2", "a tab"]),
        ("title_abstract:\n\tgate: rolling\n", ["line 2", "a tab"]),
        ("title: a: b\n", ["line 1, column 9", "this is not YAML"]),
        ("reviewers: [anna, ben\nquestion: x\n", ["line 2", "which begins in line 1"]),
        ("title: x\nquestion: a\x07b\n", ["line 2", "invisible character (U+0007)"]),
        ("until: 2025-02-30\n", ["cannot be read", "quotation marks"]),
        ("seed: " + "9" * 5_000, ["a number has thousands of digits"]),
        ("title: a\nsearches:\t\n  a: {}\n", ["line 2", "a tab"]),  # which libyaml reads, and Snakemake does not
        ("email:\ta@b.org\n", ["line 1", "a tab"]),
        (
            "searches:\n  no: {}\n  off: {}\n",
            ["line 2: YAML takes the key no for true or false", "line 3: YAML takes the key off", "quotation marks"],
        ),
        ("searches: {2024-01-01: {}, 12: {}, 1.5: {}, ~: {}}\n", ["for a date", "for a number", "for an empty value"]),
        ("title_abstract:\n\u00a0\u00a0gate: rolling\n", ["line 2", "“gate”", "U+00A0", "ordinary spaces"]),
        ("title: a\n\u200bemail: b\n", ["line 2", "“email”", "U+200B"]),
        ("? [a, b]\n: c\n", ["line 1: a list or group stands where the name of a setting is needed"]),
        ("email: !!python/name:os.system\n", ["line 1: the tag !!python/name:os.system has no meaning"]),
        ("title: a\nemail: !!binary aGk=\n", ["line 2: the tag !!binary"]),
        ("decimal_sign: =\n", ["line 1: put = in quotation marks"]),
        ("__use_yte__: true\ntitle: ?1 + 1\n", ["line 1: templates"]),
        ("criteria: &c\n  include: *c\n", ["line 1", "contains itself"]),
        (
            "a: &a [1, 1]\n"
            + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1 or str()}'] * 9)}]\n" for n in range(1, 9)),
            ["without end"],
        ),
        ("a: &a [1]\n" + "".join(f"a{n}: &a{n} [*a{n - 1 or ''}]\n" for n in range(1, 99)), ["nested deeper"]),
        ("a:\n" + "".join(" " * n + "a:\n" for n in range(1, 60)), ["nested deeper"]),
        ("title: a\n<<<<<<< HEAD\nemail: b\n=======\nemail: c\n>>>>>>> other\n", ["line 2", "conflict"]),
        ("title：a\nquestion: b\n", ["line 2", "wide colon"]),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_what_is_wrong_with_the_text_is_named_with_its_line(tmp_path, text, words):
    message = told(tmp_path, text)
    assert all(word in message for word in words), message


def test_other_encodings_are_named_with_their_lines(tmp_path):
    message = told(tmp_path, (GOOD + "# Größe\r\n").encode("cp1252"))
    assert "line 1 is not text in UTF-8; in Windows-1252 it would be “title: Entzündung”" in message
    assert "line 4" in message and "save it as UTF-8" in message
    for kind in ("utf-16", "utf-16-le", "utf-16-be"):
        assert "UTF-16" in told(tmp_path, GOOD.encode(kind))
    assert "two marks of UTF-8" in told(tmp_path, b"\xef\xbb\xbf" + GOOD.encode("utf-8-sig"))


def test_many_lines_in_another_encoding_are_counted(tmp_path):
    assert "15 more lines" in told(tmp_path, "# ä\n".encode("latin-1") * 20)


def test_merged_groups_are_not_taken_for_repetitions(tmp_path):
    (tmp_path / "config.yaml").write_text("a: &a {x: 1}\nb: {<<: *a, x: 2}\n", encoding="utf-8")
    assert read_config_file(tmp_path / "config.yaml")["b"] == {"x": 2}


def test_nesting_deeper_than_any_setting_ends_in_a_sentence(tmp_path):
    told(tmp_path, "a: " + "[" * 5_000 + "]" * 5_000)


@pytest.mark.parametrize("text", ["", "# title: A\n", "- a\n", "word\n"])
def test_a_file_without_settings_is_named(tmp_path, text):
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"config\.yaml: the file contains no settings"):
        check_config_file(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("headings:\n  Decision: Beschluß\n".encode("cp1252"), "line 2 is not text in UTF-8"),
        (b"page: a: b\n", "line 1, column 8"),
    ],
)
def test_a_language_of_the_review_is_read_as_carefully(tmp_path, monkeypatch, content, words):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(languages, "_files", lambda: {"xx": languages.OWN / "xx.yaml"})
    languages.OWN.mkdir(parents=True)
    (languages.OWN / "xx.yaml").write_bytes(content)
    with pytest.raises(ConfigError, match=f"config/languages/xx.yaml: {words}"):
        languages._parts("xx")


def test_a_file_that_is_not_there_is_left_to_snakemake(tmp_path):
    check_config_file(tmp_path / "config.yaml")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"pooling": {"level": float("nan")}}, "'pooling.level' is .nan"),
        ({"pooling": {"level": float("inf")}}, "'pooling.level' is .inf"),
        ({"reviewers": ["anna\n", "ben"]}, "anna"),
        ({"reviewers": ["anna", False]}, "false, for which YAML also takes no and off; it must be text"),
        ({"reviewers": ["anna", None]}, "empty, for which YAML also takes ~ and null"),
        ({"email": date(2025, 1, 1)}, "the date 2025-01-01"),
    ],
)
def test_values_that_slip_through_a_schema_are_named(change, word):
    with pytest.raises(ConfigError) as error:
        validated({"title": "t", "question": "q", **change}, folder=Path("/nonexistent"))
    assert word in str(error.value)
