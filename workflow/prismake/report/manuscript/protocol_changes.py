"""What was changed in the protocol since it was kept, with the day, for the methods and PRISMA 2020, item 24c."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from prismake.core.files import Table
from prismake.core.phrases import plural

NOW = "now"  # the version that is in force
COLUMNS = ("from", "to", "key", "before", "after")
# of no consequence for methods or results
_ASIDE = ("email", "words", "notice", "authors", "support", "interests", "availability", "previous", "decimal_sign")


def amendments(versions: Sequence[tuple[str, Mapping[str, Any]]]) -> Table:
    """A row a key that differs between two versions that follow each other; "" where a version lacks it.

    Args:
        versions: name and protocol, oldest first, the one in force last as ``NOW``.
    """
    rows: list[tuple[str, ...]] = []
    for (first, before), (second, after) in pairwise(versions):
        old, new = dict(_leaves(before)), dict(_leaves(after))
        for key in dict.fromkeys([*old, *new]):
            if old.get(key, "") != new.get(key, ""):
                rows.append((first, second, key, old.get(key, ""), new.get(key, "")))
    return Table(COLUMNS, rows)


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """``outcomes.relapse.model`` and its value as text; lists of entries by their names."""
    if path and path[0] in _ASIDE:
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, str(key)))
    elif isinstance(value, list) and value and all(isinstance(entry, Mapping) and "name" in entry for entry in value):
        for entry in value:
            yield from _leaves({k: v for k, v in entry.items() if k != "name"}, (*path, str(entry["name"])))
    elif isinstance(value, list):
        yield ".".join(path), "; ".join(map(str, value))
    else:
        yield ".".join(path), "" if value is None else " ".join(str(value).split())


def amendment_words(table: Table, kept: Sequence[str]) -> str:
    """The amendments in words; "" where no protocol was kept.

    Args:
        kept: names of the kept protocols, oldest first.
    """
    if not kept:
        return ""
    begin = f"The protocol was kept on {kept[0]}" + (f", and again on {', '.join(kept[1:])}" if kept[1:] else "")
    if not table.rows:
        return f"{begin}; nothing in it has been changed since."
    parts = []
    for first, second, key, before, after in table.rows:
        when = f"since {first}" if second == NOW else f"by {second}"
        parts.append(f"{when}, {key}: {_shown(before)} → {_shown(after)}")
    return f"{begin}. {plural(len(parts), 'amendment')}: {'; '.join(parts)}."


def _shown(text: str) -> str:
    return f"“{text[:160]}{' …' if len(text) > 160 else ''}”" if text else "nothing"
