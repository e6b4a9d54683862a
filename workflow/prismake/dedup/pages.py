"""What the pages of one record say by themselves: their numbers, and the numbering that they belong to."""

from __future__ import annotations

import re
from typing import Any

# "e1234", "ddq316" and "JCO2200642" number articles, "SAT0456" a poster of Saturday.
_ELECTRONIC = re.compile(
    r"^(?:e|ec|b|c|d|f|bmj)\d{3,}$|^(?!sun|mon|tue|wed|thu|fri|sat|lba|abs|pos|pub|sup)[a-z]{3}\d{3,5}$|^[a-z]+\d{6,}$"
)
_CODED = re.compile(r"^(?:[a-z]+\d*\.|[a-z]{2,}\d|p\d)")
_NUMBER = re.compile(r"^[a-z]*(\d{1,7})")
_NO_LETTER = re.compile(r"[\d.]+")


def signs(first_pages: list[str], last_pages: list[str], lone: list[bool]) -> dict[str, list[Any]]:
    """By name, for each record.

    ``begin`` and ``end``: first and last page as numbers, -1 when missing. ``page_letters``: the letters of the first
    page, which have page numbering of their own. ``supplement``: it is a page of a supplement; ``electronic``: the
    number of an electronic article, e1234; ``coded``: that of a poster, P1.234.
    """
    ranges = list(map(_range, first_pages, last_pages))
    electronic = [
        single and bool(_ELECTRONIC.match(page)) for page, single in zip(first_pages, lone, strict=True)
    ]  # fmt: skip
    return {
        "begin": [begin for begin, _ in ranges],
        "end": [end for _, end in ranges],
        "page_letters": [_NO_LETTER.sub("", page) for page in first_pages],
        "supplement": [page.startswith("s") for page in first_pages],
        "electronic": electronic,
        "coded": [
            single and not other and bool(_CODED.match(page))
            for page, single, other in zip(first_pages, lone, electronic, strict=True)
        ],
    }


def _range(first: str, last: str) -> tuple[int, int]:
    begin = _NUMBER.match(first) if first else None
    if not begin:
        return -1, -1
    end = _NUMBER.match(last)
    return int(begin[1]), max(int(end[1]) if end else 0, int(begin[1]))
