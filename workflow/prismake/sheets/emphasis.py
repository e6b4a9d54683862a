"""Key terms emphasised in titles and abstracts. The text itself stays the same: nothing is added to it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

Runs = tuple[tuple[str, bool], ...]  # (text, whether it is emphasised)
_MOST = 200  # terms in one cell; a term that occurs everywhere is no help


def runs(text: str, terms: Sequence[str]) -> Runs:
    """The text in pieces, split at the terms; empty if it contains none of them.

    A term is found in any case, at the beginning of a word: ``CD19`` is found in ``anti-CD19``, ``relaps`` in
    ``relapsed``, and ``CAR`` not in ``scar``.
    """
    pattern = _pattern(tuple(terms))
    pieces: list[tuple[str, bool]] = []
    end = 0
    for count, match in enumerate(pattern.finditer(text) if pattern else ()):
        if count == _MOST:
            break
        pieces += [(text[end : match.start()], False), (match[0], True)]
        end = match.end()
    return tuple(piece for piece in [*pieces, (text[end:], False)] if piece[0]) if pieces else ()


@cache
def _pattern(terms: tuple[str, ...]) -> re.Pattern[str] | None:
    """All terms, longest first, with any white space between their words."""
    words = [r"\s+".join(map(re.escape, term.split())) for term in sorted(terms, key=lambda term: (-len(term), term))]
    return re.compile(rf"(?<!\w)(?:{'|'.join(filter(None, words))})", re.IGNORECASE) if any(words) else None
