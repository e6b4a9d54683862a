"""Kept files as disks, editors, cloud folders and git leave them: a sentence with the way out, never a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from kept_files import JSON_FILES, LOGS
from prismake.core.errors import KeptFileError


def conflict(text: str) -> str:
    middle = len(text) // 2
    return f"{text[:middle]}\n<<<<<<< HEAD\n{text[middle:]}\n=======\n{text[middle:]}>>>>>>> of-ben\n"


def values_become(value: object) -> Callable[[str], str]:
    """Every value at the first level is another one; that of *format* stays, which would be the mark of the file."""
    return lambda text: json.dumps({key: old if key == "format" else value for key, old in json.loads(text).items()})


WHOLE = {
    "empty": lambda text: "",
    "only blanks": lambda text: " \n\n",
    "only zeros": lambda text: "\0" * 300,
    "null": lambda text: "null",
    "a number": lambda text: "12",
    "a text": lambda text: '"anna"',
    "a list": lambda text: "[]",
    "nested without end": lambda text: "[" * 200_000,
    "a number without end": lambda text: '{"arrived": ' + "9" * 5_000 + "}",
    "conflict marks": conflict,
    "a web page of a cloud folder": lambda text: "<!DOCTYPE html><html><body>Sign in</body></html>",
    "UTF-16": lambda text: text.encode("utf-16"),
    "Windows-1252": lambda text: b'{"a": "Universit\xe4t"}',
}
JSON_ONLY = {
    "cut in half": lambda text: text[: len(text) // 2],
    "without the last bracket": lambda text: text.rstrip()[:-1],
    "a comma too many": lambda text: text.rstrip()[:-1] + ",}",
    "something behind the end": lambda text: text + "{}",
    "values that are numbers": values_become(3),
    "values that are null": values_become(None),
    "values that are lists of lists": values_become([["a"]]),
    "values that are true": values_become(True),
}
LOG_ONLY = {
    "a line that is null": lambda text: text + "null\n",
    "a line that is a list": lambda text: "[]\n" + text,
    "a line without its item": lambda text: text + '{"time": "2026-01-01T00:00:00+00:00"}\n',
    "a line whose person is a number": lambda text: text.replace('"anna"', "3", 1),
    "prose between the lines": lambda text: text + "see the minutes of May\n" + text,
}


def damage(path: Path, how: Callable[[str], str | bytes]) -> bytes:
    broken = how(path.read_text(encoding="utf-8"))
    path.write_bytes(broken if isinstance(broken, bytes) else broken.encode())
    return path.read_bytes()


def check(review: Path, file, how) -> None:
    path = review / file.place
    broken = damage(path, how)
    with pytest.raises(KeptFileError) as error:
        file.load(review)
    assert error.value.where == str(path)
    assert "cannot be read" in error.value.what or "not known" in error.value.what
    assert "backup" in error.value.remedy
    assert "versions" in file.place or f"prismake restore {path.as_posix()}" in error.value.remedy
    assert path.read_bytes() == broken, "what is damaged stays as it is"


@pytest.mark.parametrize("how", [*WHOLE, *JSON_ONLY])
@pytest.mark.parametrize("file", JSON_FILES, ids=str)
def test_a_damaged_file_is_named_with_the_way_out(review, file, how):
    check(review, file, {**WHOLE, **JSON_ONLY}[how])


@pytest.mark.parametrize("how", [*WHOLE, *LOG_ONLY])
@pytest.mark.parametrize("file", LOGS, ids=str)
def test_a_damaged_log_is_named_with_the_way_out(review, file, how):
    check(review, file, {**WHOLE, **LOG_ONLY}[how])


@pytest.mark.parametrize("file", LOGS, ids=str)
def test_a_line_that_a_full_disk_cut_off_is_passed_over_and_said(review, file, caplog):
    path = review / file.place
    whole = file.load(review)
    path.write_bytes(path.read_bytes()[:-40])
    assert file.load(review) == whole[:-1]
    assert "is cut off and was skipped" in caplog.text


@pytest.mark.parametrize("file", JSON_FILES, ids=str)
def test_what_editors_do_without_harm_is_read(review, file):
    path = review / file.place
    whole, text = file.load(review), path.read_text(encoding="utf-8")
    for harmless in ("\ufeff" + text, text.replace("\n", "\r\n"), json.dumps(json.loads(text)), text + "\n\n"):
        path.write_bytes(harmless.encode())
        assert file.load(review) == whole
