"""Whose fault an error is that a library raises without saying so: of the file that it reads, or of something else."""

from __future__ import annotations

import traceback
from collections.abc import Callable

_NO_FILE_CAUSES = (MemoryError, ImportError, NameError)
_MAY_BE_CAUSED = UnboundLocalError  # a kind of NameError: a library that reads a damaged file may skip an assignment


def is_about_the_file(error: BaseException, read_a_good_one: Callable[[], object]) -> bool:
    """Whether only what is in a file can have caused an error.

    It cannot if our own code raised it, if it is of a kind that no file causes, or if reading a file that is known to
    be good ends in an error too. Libraries with exceptions of their own are asked by these instead.

    Args:
        read_a_good_one: does with a good file what ended in the error.
    """
    no_file_causes = isinstance(error, _NO_FILE_CAUSES) and not isinstance(error, _MAY_BE_CAUSED)
    if no_file_causes or _is_raised_by_us(error):
        return False
    try:
        read_a_good_one()
    except Exception:
        return False
    return True


def _is_raised_by_us(error: BaseException) -> bool:
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return bool(frames) and str(frames[-1].f_globals.get("__name__")).startswith("prismake.")
