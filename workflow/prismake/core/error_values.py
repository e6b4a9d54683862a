"""Error values that the reader of workbooks does not know, such as ``#SPILL!``, ``#CALC!`` or Google's ``#ERROR!``.

python-calamine knows the seven of ECMA-376 (18.18.11) and refuses a whole workbook for any other, in whatever tab it
stands. The workbook is then read from a copy in memory in which the others are ``#VALUE!``: an error stays an error.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Result = TypeVar("Result")

_UNKNOWN = "Unsupported cell error value"  # how python-calamine words it
_SHEETS = "xl/worksheets/"
_ERROR = re.compile(
    rb"""(<(?:\w+:)?c\b[^>]*\bt=["']e["'][^>]*>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>)([^<]*)(?=<)""", re.DOTALL
)
_READABLE = (b"#DIV/0!", b"#N/A", b"#NAME?", b"#NULL!", b"#NUM!", b"#REF!", b"#VALUE!")


def read_workbook(path: Path, read: Callable[[Any], Result]) -> Result:
    """What ``read`` makes of a workbook, as python-calamine opens it."""
    import python_calamine

    try:
        with python_calamine.CalamineWorkbook.from_path(path) as book:
            return read(book)
    except python_calamine.CalamineError as error:
        if _UNKNOWN not in str(error):
            raise
    with python_calamine.CalamineWorkbook.from_filelike(_with_known_errors(path)) as book:
        return read(book)


def _with_known_errors(path: Path) -> io.BytesIO:
    """A copy of a workbook in which every error value is one that can be read."""
    copy = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename.startswith(_SHEETS) and info.filename.endswith(".xml"):
                content = _ERROR.sub(lambda m: m[0] if m[2] in _READABLE else m[1] + b"#VALUE!", content)
            new.writestr(info.filename, content)
    copy.seek(0)
    return copy
