"""Memory that has been freed and that the C library still holds."""

from __future__ import annotations

import contextlib
import ctypes
from functools import cache
from typing import Any


def return_freed() -> None:
    """Return freed memory to the system, where the C library can do that.

    glibc holds what was freed in between other objects: after a large workbook was read, a third of the memory of the
    process.
    """
    if trim := _trim():
        trim(0)


@cache
def _trim() -> Any:
    """glibc's ``malloc_trim``; None with another C library."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        return ctypes.CDLL(None).malloc_trim
    return None
