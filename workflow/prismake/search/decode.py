"""From the bytes of a file to text: compression, encodings, line ends, and limits that no genuine export reaches."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from pathlib import Path
from typing import BinaryIO

from prismake.core.errors import ImportFileError
from prismake.core.refusals import pass_on_refusal, refused

MAX_BYTES = 2 * 1024**3
"""Largest size in bytes after decompression of a file that is read in pieces (PubMed XML)."""
MAX_TEXT = 512 * 1024**2
"""Largest size in bytes of a file that has to be held in memory."""
MAX_RATIO = 200
"""Largest expansion of a compressed file; text expands 4 to 15 times, a zip bomb a thousand times."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_TWICE = re.compile(
    "\u00c3[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
_SPLIT = "Export the search again in parts of a few thousand records."


def _too_large(limit: int, where: str) -> ImportFileError:
    return ImportFileError(
        f"the file holds more than {limit // 1024**2} MiB once unpacked; no export of a search does.",
        where=where,
        remedy=_SPLIT,
    )


class Limited(io.RawIOBase):
    """A readable stream that raises ``ImportFileError`` after more than ``limit`` bytes."""

    def __init__(self, stream: BinaryIO, limit: int, where: str) -> None:
        super().__init__()
        self.stream, self.limit, self.where, self.seen = stream, limit, where, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            data = self.stream.read(size if size >= 0 else self.limit - self.seen + 1)
        except (OSError, EOFError, zlib.error) as error:
            pass_on_refusal(error, self.where)
            raise ImportFileError(
                f"the compressed file is damaged or cut off ({error}).", where=self.where, remedy="Download it again."
            ) from None
        self.seen += len(data)
        if self.seen > self.limit:
            raise _too_large(self.limit, self.where)
        return data

    def close(self) -> None:
        self.stream.close()
        super().close()


def open_stream(path: Path, limit: int = MAX_BYTES) -> Limited:
    """The bytes of a file, unpacked when it is gzip.

    Raises ``ImportFileError`` if the file cannot be opened; reading raises it if the file is damaged or too large.
    """
    where = path.name
    try:
        size = path.stat().st_size
        stream: BinaryIO = path.open("rb", buffering=1024**2)
    except OSError as error:
        refusal = refused(error, path)
        raise ImportFileError(refusal.what, where=refusal.where, remedy=refusal.remedy) from error
    if stream.read(2) == b"\x1f\x8b":
        stream.seek(0)
        packed = gzip.GzipFile(fileobj=stream)
        return Limited(packed, min(limit, max(size * MAX_RATIO, 1024**2)), where)  # type: ignore[arg-type]
    stream.seek(0)
    if size > limit:
        stream.close()
        raise _too_large(limit, where)
    return Limited(stream, limit, where)


def read_all(path: Path) -> bytes:
    """All bytes of a file, unpacked; raises ``ImportFileError`` above ``MAX_TEXT``."""
    with open_stream(path, MAX_TEXT) as stream:
        return stream.read()


def decode(data: bytes, where: str = "") -> tuple[str, list[str]]:
    """Text with LF line ends and no byte order mark, and warnings about assumptions made.

    UTF-8, UTF-16, UTF-32 and Mac Roman are recognised; anything else is read as Windows-1252, whose five undefined byte
    values become U+FFFD. Raises ``ImportFileError`` for text in another script, which that would turn into nonsense.
    """
    warnings: list[str] = []
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            text = data[len(bom) :].decode(encoding, errors="replace")
            break
    else:
        text, assumed = _without_mark(data, where)
        if assumed:
            warnings.append(assumed)
    if "\u00c3" in text and (twice := len(_TWICE.findall(text))):
        warnings.append(
            f"{twice} letters look as if UTF-8 had been read as Windows-1252 and saved (\u00c3\u00bc for \u00fc). "
            "Export again, or choose UTF-8 where the file was opened last."
        )
    if "\ufffd" in text:
        warnings.append(f"{text.count(chr(0xFFFD))} characters are damaged; they are shown as \ufffd.")
    # Concatenated exports have a byte order mark at each joint.
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", ""), warnings


def _without_mark(data: bytes, where: str) -> tuple[str, str]:
    # Only the header shows the encoding: non-Latin letters below it have no zero bytes.
    sample = next((part for part in (data[:4096], data[:64]) if len(part) >= 4 and part.count(0) > len(part) // 5), b"")
    if sample:
        encoding = "utf-16-le" if sample[1::2].count(0) >= sample[::2].count(0) else "utf-16-be"
        return data.decode(encoding, errors="replace"), f"no byte order mark; read as {encoding.upper()}."
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":  # the beginning of a file, cut within a letter
            return data[: error.start].decode("utf-8"), ""
        return _mixed(data, error, where)


def _mixed(data: bytes, error: UnicodeDecodeError, where: str) -> tuple[str, str]:
    """A file that is not entirely UTF-8: Windows-1252, or UTF-8 with a few foreign bytes.

    Tools that concatenate exports leave single lines in another encoding; reading everything as Windows-1252 would
    garble the accents of all other lines.
    """
    line = data.count(b"\n", 0, error.start) + 1
    lines = data.split(b"\n")
    decoded, other_lines, utf8_lines = [], 0, 0
    for raw in lines:
        try:
            decoded.append(raw.decode("utf-8"))
            utf8_lines += not raw.isascii()
        except UnicodeDecodeError:
            decoded.append(raw.decode("cp1252", errors="replace"))
            other_lines += 1
    if utf8_lines > other_lines:
        return "\n".join(decoded), f"line {line} and {other_lines - 1} other lines are not UTF-8; read as Windows-1252."
    _refuse_other_scripts(data, line, where)
    if len(_MAC.findall(data)) > len(_WESTERN.findall(data)):
        return data.decode("mac_roman"), f"not UTF-8 (line {line}); read as Mac Roman, which Excel for Mac writes."
    return (
        data.decode("cp1252", errors="replace"),
        f"not UTF-8 (line {line}); read as Windows-1252. If letters look wrong, export it again as UTF-8.",
    )


_MAC = re.compile(rb"(?<=[A-Za-z])[\x87-\x90\x99\x9b\x9d\x9f\xa7](?=[a-z])")
_WESTERN = re.compile(rb"(?<=[A-Za-z])[\xdf-\xf6\xf8-\xff](?=[a-z])")
"""Bytes within words: those that are no letters in Windows-1252 but are in Mac Roman, and those that are."""
_ALONE, _IN_A_ROW = re.compile(rb"(?<![\x80-\xff])[\x80-\xff]{1,3}(?![\x80-\xff])"), re.compile(rb"[\x80-\xff]{4,}")


def _refuse_other_scripts(data: bytes, line: int, where: str) -> None:
    """Languages in Latin letters have one or two accents in a row, other scripts whole words of such bytes."""
    words = sum(map(len, _IN_A_ROW.findall(data)))
    if words > 2 * sum(map(len, _ALONE.findall(data))):
        raise ImportFileError(
            f"the text is not UTF-8 (line {line}), and by its letters it is not Western European either: Chinese, "
            "Japanese, Korean, Cyrillic or Greek in an older encoding, of which there are several.",
            where=where,
            remedy="Export it as UTF-8, or open it in a text editor that shows it rightly and save it as UTF-8.",
        )
