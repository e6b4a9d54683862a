"""Author lists compared as sets of people, regardless of how a source writes, orders, joins or truncates them."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

from prismake.dedup import fields
from prismake.dedup.text import plain

_LEAST = 3  # letters of a word that identifies a person, if there is a longer one
_MOST = 20  # names compared at most
_ALIKE = 84
_TWO_NAMES = re.compile(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ][a-zß-ÿ])")  # LiuDowney; a McDonald is one by the words in it
_PARTICLES = frozenset("van von der den del della dos the and for jr sr iii".split())


def people(value: object) -> list[tuple[str, ...]]:
    """The distinguishing words of each name: ``(moody,)`` for ``Moody J.``, ``(john, moody)`` for ``John Moody``."""
    tokens_of = []
    for author in fields.split_authors(value)[:_MOST]:
        if not fields.surname(author):
            continue
        name = _TWO_NAMES.sub(" ", fields.GLUED_NAME.sub(" ", author) if "." in author else author)
        words = [w for w in plain(name).split() if w not in _PARTICLES]
        telling = [w for w in words if len(w) >= _LEAST] or [max(words, key=len, default="")]
        # Li and Wu are names too: two letters that are not initials.
        telling += [w for w in words if len(w) == 2 and w not in telling and re.search(rf"\b{w.title()}\b", name)]
        if telling[0]:
            tokens_of.append(tuple(telling))
    return tokens_of


def agreement(x: list[tuple[str, ...]], y: list[tuple[str, ...]]) -> tuple[float, bool]:
    """The share of the shorter list found in the longer one, and whether both name the same people.

    They do if each contains all names of the other in any order, or if the shorter list begins the longer one.
    """
    if not x or not y:
        return float("nan"), False
    if len(x) > len(y):
        x, y = y, x
    if len(x) == 1 and len(y) > 1 and (joined := _joined(x[0], y)):
        return joined, joined == 1
    free = list(range(len(y)))
    places = []
    for name in x:
        place = next((k for k in free if _one_person(name, y[k])), None)
        if place is not None:
            free.remove(place)
            places.append(place)
    share = len(places) / len(x)
    return share, share == 1 and (len(x) == len(y) or places == list(range(len(x))))


def _one_person(v: tuple[str, ...], w: tuple[str, ...]) -> bool:
    if not set(v).isdisjoint(w) or "".join(v) == "".join(w):
        return True
    return any(
        fuzz.ratio(a, b) >= _ALIKE or (min(len(a), len(b)) > 4 and (a in b or b in a))
        for a in v
        for b in w
        if min(len(a), len(b)) > _LEAST
    )


def _joined(run_together: tuple[str, ...], names: list[tuple[str, ...]]) -> float:
    """The share of the names that occur in a single string into which a source has run all of them together."""
    letters = "".join(run_together)
    if len(letters) < 2 * sum(min(map(len, name)) for name in names[:2]):
        return 0.0
    inside = sum(any(len(word) >= _LEAST and word in letters for word in name) for name in names)
    return inside / len(names) if inside > 1 else 0.0
