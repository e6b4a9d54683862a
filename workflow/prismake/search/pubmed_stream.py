"""The articles of a PubMed XML file, one after the other: entities, DTDs and the network off, memory flat.

A file that begins as PubMed's own do is cut behind every so many ``</PubmedArticle>`` and parsed stretch by stretch:
building a tree in one go takes two thirds of the time of watching for the end of each article. A stretch that was cut
in the wrong place (the mark stood in a comment) or that is broken is not well-formed by itself, so that nothing is
believed that should not be: from there on, and for every file that begins otherwise, the slower way is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any

from lxml import etree

from prismake.search.decode import Limited

SAFE = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
"""Options of every parser: nothing is fetched or put in, and libxml2's limits hold (10 MB for one piece of text)."""
# Nothing is looked up by id: without that index reading is a little faster.
_OPTIONS = {**SAFE, "collect_ids": False}
_ARTICLES = ("PubmedArticle", "PubmedBookArticle")
_OPEN, _END, _CLOSE = b"<PubmedArticleSet>", b"</PubmedArticle>", b"</PubmedArticleSet>"
_PORTION = 64 * 1024
"""Bytes that are read at a time."""
_LONGEST = 8 * 1024**2
"""Most bytes that are held while the end of an article is awaited."""
_PROLOG = re.compile(
    rb"""(?:\xef\xbb\xbf)?(?:<\?xml\s+version=["']1\.0["'](?:\s+encoding=["'](?i:utf-8)["'])?\s*\?>)?\s*"""
    rb"""(?:<!DOCTYPE\s+PubmedArticleSet(?:\s+(?:PUBLIC\s+"[\w .,:/+-]*"|SYSTEM)\s+"[\w.:/-]*")?\s*>)?\s*"""
)
"""What stands before the root of a file in UTF-8 that declares nothing of its own; at most ``_PROLOG_BYTES``."""
_PROLOG_BYTES = 1_000


def articles(stream: IO[bytes] | Limited) -> Iterator[tuple[Any, int]]:
    """The article elements of a file one by one, with the number of lines to add to their ``sourceline``.

    An element may be emptied once the next is asked for. Raises ``lxml.etree.XMLSyntaxError`` where the file is broken.
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
            # Blank lines stand for what was read, so that the place where the file is broken is told rightly.
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
    """The articles of a file of any shape, of which ``ahead`` was read; each is emptied once the next is asked for."""
    for _, element in etree.iterparse(_Joined(ahead, stream), events=("end",), tag=_ARTICLES, **_OPTIONS):
        yield element, 0
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]


class _Joined:
    """A stream with what was read of it put back."""

    def __init__(self, ahead: bytes, stream: IO[bytes] | Limited) -> None:
        self._ahead, self._stream = ahead, stream

    def read(self, size: int = -1) -> bytes:
        ahead, self._ahead = self._ahead, b""
        return ahead or self._stream.read(size)
