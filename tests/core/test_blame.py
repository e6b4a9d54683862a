"""Whose fault an error of a library is."""

from __future__ import annotations

import pytest
from prismake.core.blame import is_about_the_file


def broken() -> None:
    raise ValueError("nothing can be read")


@pytest.mark.parametrize(
    ("error", "read_a_good_one", "of_the_file"),
    [
        (KeyError("/Pages"), lambda: None, True),
        (KeyError("/Pages"), broken, False),
        (UnboundLocalError("a branch for good files alone assigns it"), lambda: None, True),
        (NameError("a library of another version"), lambda: None, False),
        (MemoryError(), lambda: None, False),
        (ImportError(), lambda: None, False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_is_about_the_file_only_if_nothing_else_can_have_caused_it(error, read_a_good_one, of_the_file):
    assert is_about_the_file(error, read_a_good_one) is of_the_file
