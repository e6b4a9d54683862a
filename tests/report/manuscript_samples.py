"""A review for the manuscript: that of the page, with scores, references and figures of one colour."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import page_samples
import review_samples
from prismake.report.manuscript.content import Manuscript, manuscript

REFERENCES = [
    (1, "Maude SL, Frey N, Shaw PA, et al. T cells. N Engl J Med. 2014;371(16):1507-17. doi:10.1056/x"),
    (2, "Shah NN. CD22 cells. J Clin Oncol. 2020;38(17):1938-50."),
]


def review(open_rows: int = 0, **changes: Any) -> dict[str, Any]:
    scores, _ = review_samples.appraisal()
    rows = [{name: str(value) for name, value in row.items()} for row in scores.to_dict("records")]
    empty = {"result": "", "proposed": "", "why": "", "unsupported": "0", "unanswered": "0"}
    return {
        **page_samples.context(open_rows),
        "appraisal": {"notes": [], "agreement": []},
        "scores": [empty | row for row in rows],
        "references": REFERENCES,
        "reference_numbers": {"Maude 2014": "1", "Shah 2020": "2"},
        "drawn": {"flow", "stars"},
        **changes,
    }


def paper(open_rows: int = 0, **changes: Any) -> Manuscript:
    return manuscript(review(open_rows, **changes))


def png(width: int, height: int, shade: int) -> bytes:
    """A grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + bytes([shade]) * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


class Greys:
    """Pictures without matplotlib; ``shade`` tells two sets apart."""

    def __init__(self, shade: int = 90) -> None:
        self.shade = shade

    def pages(self, name: str) -> list[str]:
        return [name]

    def size(self, name: str) -> tuple[float, float]:
        return (11.0, 6.0) if name == "flow" else (7.0, 5.0)

    def png(self, name: str, width: float) -> bytes:
        return png(70, 50, (self.shade + len(name)) % 256)
