"""The parts of a manuscript: headings, paragraphs with named fields, gaps for people, tables and figures."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from prismake.core.notes import PREDICTION

_DIGITS_IN_WORDS = re.compile(r"\d+(?:\.\d+)? % (?:CI|prediction interval)|PRISMA 2020")


@dataclass(frozen=True)
class Field:
    """Text that prismake keeps up to date.

    ``name`` is the same on every run: ``relapse.main.result``. ``wording`` is true for a whole sentence or paragraph,
    which people may rewrite, and false for a number, which is right or wrong.
    """

    name: str
    text: str
    wording: bool = False


Part = str | Field


@dataclass(frozen=True)
class Heading:
    """A heading; ``level`` is 1 for Introduction, Methods, …"""

    text: str
    level: int = 1
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Paragraph:
    """Words and fields in order. ``items`` are the PRISMA 2020 items that it answers: "13a", "A4" of the abstract."""

    parts: tuple[Part, ...]
    items: tuple[str, ...] = ()
    label: str = ""  # printed in bold before the words

    @property
    def text(self) -> str:
        return plain(self.parts)


@dataclass(frozen=True)
class Gap:
    """Text that people have to write: a hint about what belongs there."""

    hint: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table with its caption. ``name`` is that of its field; cells are text."""

    name: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    items: tuple[str, ...] = ()
    ruled: bool = True  # without rules and header: a list of references


@dataclass(frozen=True)
class Figure:
    """A figure with its legend; ``drawing`` is its name in ``drawings.drawing``."""

    name: str
    drawing: str
    title: str
    legend: tuple[Part, ...]
    items: tuple[str, ...] = ()


Block = Heading | Paragraph | Gap | Table | Figure


def plain(parts: Iterable[Part]) -> str:
    """The words without fields."""
    return "".join(part if isinstance(part, str) else part.text for part in parts)


def marked(
    sentence: str, values: Sequence[tuple[str, str]], name: str, harmless: Iterable[str] = ()
) -> tuple[Part, ...]:
    """A sentence with each of its values in a field, or in one field altogether if a number would remain outside.

    Args:
        values: (name, text) in the order of the texts in the sentence; "" and texts that do not occur are skipped.
        name: of the field that the whole sentence becomes.
        harmless: words with digits that are not results, such as titles and names of groups.
    """
    parts: list[Part] = []
    rest = sentence
    for value_name, text in values:
        before, there, after = rest.partition(text) if text else (rest, "", "")
        if there:
            parts += [before, Field(value_name, text)]
            rest = after
    parts.append(rest)
    outside = " ".join(part for part in parts if isinstance(part, str))
    for words in sorted({*harmless, *PREDICTION.values()}, key=len, reverse=True):
        outside = outside.replace(words, " ") if words else outside
    if re.search(r"\d", _DIGITS_IN_WORDS.sub(" ", outside)) or len(parts) == 1:
        return (Field(name, sentence, wording=True),)
    return tuple(part for part in parts if part)


def fields(blocks: Iterable[Block]) -> Iterator[Field]:
    """Every field of the text, in order; tables and figures are not among them."""
    for block in blocks:
        parts = block.parts if isinstance(block, Paragraph) else block.legend if isinstance(block, Figure) else ()
        yield from (part for part in parts if isinstance(part, Field))


def mark_of(text: str) -> str:
    """Eight digits by which a text is recognised, whatever a word processor did to its blanks."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:8]


def mark_of_cells(rows: Iterable[Sequence[str]]) -> str:
    """``mark_of`` a table, including its header if it has one."""
    return mark_of(" / ".join(" | ".join(" ".join(cell.split()) or "–" for cell in row) for row in rows))


def mark_of_picture(image: bytes) -> str:
    """The mark of a picture."""
    return hashlib.sha256(image).hexdigest()[:8]


def named_values(prefix: str, values: Mapping[str, str]) -> list[tuple[str, str]]:
    """Names that share a prefix, for ``marked``."""
    return [(f"{prefix}.{name}", text) for name, text in values.items()]
