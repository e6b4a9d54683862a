"""Stream the articles of a PubMed XML file in constant memory, without entities, DTDs or network access.

A file that begins like PubMed's own is cut after every n-th ``</PubmedArticle>`` and parsed in stretches: building
whole trees takes two thirds of the time of incremental parsing. A stretch cut in the wrong place (the tag was in a
comment) or broken is not well-formed, so it is never misread: from there on, and for all other files, the slower
incremental parser is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any

from lxml import etree

from prismake.search.decode import Limited

SAFE = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
"""Options of every parser: nothing is fetched or substituted, and libxml2's limits apply (10 MB per text node)."""
# Elements are not looked up by id; parsing without that index is a little faster.
_OPTIONS = {**SAFE, "collect_ids": False}
_ARTICLES = ("PubmedArticle", "PubmedBookArticle")
_OPEN, _END, _CLOSE = b"<PubmedArticleSet>", b"</PubmedArticle>", b"</PubmedArticleSet>"
_PORTION = 64 * 1024
"""Bytes read at a time."""
_LONGEST = 8 * 1024**2
"""Most bytes buffered before the end of an article."""
_PROLOG = re.compile(
    rb"""(?:\xef\xbb\xbf)?(?:<\?xml\s+version=["']1\.0["'](?:\s+encoding=["'](?i:utf-8)["'])?\s*\?>)?\s*"""
    rb"""(?:<!DOCTYPE\s+PubmedArticleSet(?:\s+(?:PUBLIC\s+"[\w .,:/+-]*"|SYSTEM)\s+"[\w.:/-]*")?\s*>)?\s*"""
)
"""Prolog of a UTF-8 file without declarations of its own; at most ``_PROLOG_BYTES``."""
_PROLOG_BYTES = 1_000


def articles(stream: IO[bytes] | Limited) -> Iterator[tuple[Any, int]]:
    """The article elements of a file one by one, with the number of lines to add to their ``sourceline``.

    An element may be cleared once the next is requested. Raises ``lxml.etree.XMLSyntaxError`` where the file is broken.
    """
    start = stream.read(_PORTION)
    prolog, root, rest = start.partition(_OPEN)
    if not root or len(prolog) > _PROLOG_BYTES or not _PROLOG.fullmatch(prolog):
        yield from _watched(start, stream)
        return
    lines = prolog.count(b"\n")
    parser = etree.XMLParser(**_OPTIONS)
    for stretch, close, behind in _stretches(rest, stream):
        try:
            tree = etree.fromstring(b"".join((_OPEN, stretch, close)), parser)
        except etree.XMLSyntaxError:
            # Blank lines replace what was read, so that the position of an error is reported correctly.
            passed = b"\n" * (lines - prolog.count(b"\n"))
            yield from _watched(b"".join((prolog, _OPEN, passed, stretch, behind)), stream)
            return
        for element in tree.iter(*_ARTICLES):
            yield element, lines
        lines += stretch.count(b"\n")


def _stretches(rest: bytes, stream: IO[bytes] | Limited) -> Iterator[tuple[bytes, bytes, bytes]]:
    """What follows the start of the root in stretches: their text, the end of the root if they lack it, what was read
    behind them."""
    while len(rest) < _LONGEST and (portion := stream.read(_PORTION)):
        rest += portion
        cut = rest.rfind(_END) + len(_END)
        if cut >= len(_END):
            stretch, rest = rest[:cut], rest[cut:]
            yield stretch, _CLOSE, rest
    yield rest, b"", b""


def _watched(ahead: bytes, stream: IO[bytes] | Limited) -> Iterator[tuple[Any, int]]:
    """The articles of any file, of which ``ahead`` was already read; each is cleared once the next is requested."""
    for _, element in etree.iterparse(_Joined(ahead, stream), events=("end",), tag=_ARTICLES, **_OPTIONS):
        yield element, 0
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]


class _Joined:
    """A stream with data already read from it put back."""

    def __init__(self, ahead: bytes, stream: IO[bytes] | Limited) -> None:
        self._ahead, self._stream = ahead, stream

    def read(self, size: int = -1) -> bytes:
        ahead, self._ahead = self._ahead, b""
        return ahead or self._stream.read(size)
