"""Extract the text of the first pages of PDF files, as one line of JSON per file.

It runs as a separate program (``python -m prismake.fulltexts.pdftext``, paths as lines of JSON on standard input),
because a damaged PDF can make its reader hang or exhaust memory; then only this process ends.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import sys
from collections.abc import Mapping
from typing import Any

from prismake.core.blame import is_about_the_file
from prismake.core.refusals import comes_from_the_system, refused

PAGES = 2
_MOST_LETTERS = 20_000  # per page; a journal page has about 6,000
_LARGEST_FILE = 300 * 1024**2
_MEMORY = 2 * 1024**3
FAULT = "fault"  # key of an answer that says why no file can be read
_GOOD = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 42>>stream
BT /F 9 Tf 9 9 Td (read by prismake) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
xref
0 6
0000000000 65535 f\x20
0000000009 00000 n\x20
0000000052 00000 n\x20
0000000101 00000 n\x20
0000000208 00000 n\x20
0000000296 00000 n\x20
trailer<</Root 1 0 R/Size 6>>
startxref
357
%%EOF
"""


def first_pages(path: str) -> dict[str, Any]:
    """``{"pages": [text], "title": text, "about": text}``, or ``{"problem": sentence}``."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    try:
        if os.path.getsize(path) > _LARGEST_FILE:
            return {"problem": f"the file is larger than {_LARGEST_FILE // 1024**2} MB and was not read."}
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            return {"problem": "the file has a password and cannot be read."}
        pages = [
            (reader.pages[number].extract_text() or "")[:_MOST_LETTERS]
            for number in range(min(PAGES, len(reader.pages)))
        ]
        metadata: Mapping[str, Any] = reader.metadata or {}
        about = " ".join(str(metadata.get(name) or "") for name in ("/Subject", "/doi", "/WPS-ARTICLEDOI", "/Keywords"))
        return {"pages": pages, "title": str(metadata.get("/Title") or "")[:1000], "about": about[:2000]}
    except DependencyError:
        return {"problem": "the file is encrypted in a way that cannot be read here."}
    except PyPdfError as error:
        return {"problem": f"the file is not a readable PDF ({type(error).__name__})."}
    except OSError as error:
        if comes_from_the_system(error):
            return {"problem": str(refused(error))}
        return {"problem": f"the file is not a readable PDF ({type(error).__name__})."}


def _spare_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def read_a_good_one() -> None:
    """Read a PDF with which nothing is wrong."""
    from pypdf import PdfReader

    assert "prismake" in PdfReader(io.BytesIO(_GOOD)).pages[0].extract_text()


def main() -> None:
    """Read the files named on standard input, one after the other, and first one that is known to be good."""
    _spare_memory()
    logging.disable(logging.CRITICAL)  # pypdf logs every irregularity of a file
    try:
        read_a_good_one()
    except Exception as error:
        print(json.dumps({FAULT: f"{type(error).__name__}: {error}"}), flush=True)
        return
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(_pages(json.loads(line))), flush=True)


def _pages(path: str) -> dict[str, Any]:
    try:
        return first_pages(path)
    except MemoryError:
        with contextlib.suppress(MemoryError):
            read_a_good_one()
            return {"problem": f"reading the file takes more than {_MEMORY // 1024**3} GiB of memory; it was not read."}
        return {FAULT: MemoryError.__name__}
    except Exception as error:  # “broken PDF files might cause other Exceptions” (pypdf.errors)
        name = type(error).__name__
        if is_about_the_file(error, read_a_good_one):
            return {"problem": f"the file is not a readable PDF ({name})."}
        return {FAULT: f"{name}: {error}"}


if __name__ == "__main__":
    main()
