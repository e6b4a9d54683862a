"""Extract the text of the first pages of PDF files, as one line of JSON per file.

It runs as a separate program (``python -m prismake.fulltexts.pdftext``, paths as lines of JSON on standard input),
because a damaged PDF can make its reader hang or exhaust memory; then only this process ends.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Mapping
from typing import Any

from prismake.core.refusals import comes_from_the_system, refused

PAGES = 2
_MOST_LETTERS = 20_000  # per page; a journal page has about 6,000
_LARGEST_FILE = 300 * 1024**2
_MEMORY = 2 * 1024**3


def first_pages(path: str) -> dict[str, Any]:
    """``{"pages": [text], "title": text, "about": text}``, or ``{"problem": sentence}``."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

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
    except MemoryError:
        return {"problem": "the file needs too much memory and was not read."}
    except (PyPdfError, OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        if isinstance(error, OSError) and comes_from_the_system(error):
            return {"problem": str(refused(error))}
        name = type(error).__name__
        if name == "DependencyError":
            return {"problem": "the file is encrypted and cannot be read."}
        return {"problem": f"the file is not a readable PDF ({name})."}


def _spare_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def main() -> None:
    """Read the files named on standard input, one after the other."""
    _spare_memory()
    logging.disable(logging.CRITICAL)  # pypdf logs every irregularity of a file
    for line in sys.stdin:
        try:
            pages = first_pages(json.loads(line))
        except Exception as error:  # an error raised for a damaged file concerns this file only
            pages = {"problem": f"the file is not a readable PDF ({type(error).__name__})."}
        print(json.dumps(pages), flush=True)


if __name__ == "__main__":
    main()
