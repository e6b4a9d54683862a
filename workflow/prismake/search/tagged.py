"""Tokenisers of the tagged text formats. Each yields ``Raw`` records and reports what it left out.

rispy and Bio.Medline split lines into tags; this module adds what real files need: line numbers, records without an end
or a beginning, text between records, and values that continue on the next line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import rispy
from Bio import Medline

from prismake.search.mapping import LONGEST, Raw, Tags, left_out

_TAG = re.compile(r"^\s?([A-Z][A-Z0-9]) {2}-")
_TAG_NARROW = re.compile(r"^\s?([A-Z][A-Z0-9]) {1,2}-")
_TITLES, _AUTHORS = {"TI", "T1"}, {"AU", "A1"}
_TELLING = {*_TITLES, *_AUTHORS, "JF", "JO", "PY"}
_KEYWORDS = {"KW"}
_WORD = re.compile(r"\w")
_BEGINNING = re.compile(r"[%A-Z0-9]{1,4}(?: {0,2}-|:)? |\s*")
"""The tag at the beginning of a line, with what separates it from its value; the indent of a continuation."""
_WIDEST = 20
"""Most characters of such a beginning."""


class _Tokens(rispy.RisParser):
    """rispy, fed with split lines, keeping every tag under its own name as a list of values."""

    def __init__(self) -> None:
        super().__init__(mapping=_Same(), delimiter_tags_mapping={})
        self.line = 0
        self.last = ""

    def parse_line(self, line: Any) -> Any:
        return line

    def _iter_till_start(self, lines: Iterator[Any]) -> dict[str, Any]:
        tag, content = next(lines)
        while tag != self.START_TAG:
            tag, content = next(lines)
        self.last = tag
        return {"": content[1], tag: [content[0]]}

    def _add_tag(self, record: dict, tag: str, content: str, extend_multiline: bool = False) -> None:
        if not extend_multiline:
            self.last = tag
            if content or tag not in record:
                record.setdefault(tag, []).append(content)
        elif content:
            values = record.setdefault(self.last, [""])
            if self.last in _KEYWORDS:
                values.append(content)
            else:
                values[-1] = f"{values[-1]}\n{content}" if values[-1] else content


class _Same(dict):
    """A mapping of every tag to itself."""

    def __missing__(self, key: str) -> str:
        return key


def ris(text: str, problems: list[str]) -> Iterator[Raw]:
    """RIS records. ``problems`` receives one line for each group of tags that is not a complete record.

    A record without ``ER`` ends where the next ``TY`` begins. An empty value ends the one before it. A title or authors
    before a ``TY`` belong to its record if that has none; they are a problem if it has, and where an ``ER`` closes
    them, because then a record has lost its ``TY``. Other tags between records are left out.
    """
    if not re.search(r"(?m)^\s?TY {1,2}-", text):
        # Copied through another program: every line is indented, or a tab follows the tag.
        text = re.sub(r"(?m)^[ \t]*([A-Z][A-Z0-9])[ \t]{1,3}-(?=[ \t]|$)", r"\1  -", text)
    parsed = _Tokens().parse_lines(_ris_lines(text, problems))
    for tags in parsed:
        yield Raw(tags.pop(""), tags)


def cut_long_lines(text: str, problems: list[str]) -> str:
    """The text without what exceeds ``LONGEST`` in a line, but for its tag; each such line is a problem."""
    parts, position, start = [], 0, 0
    while len(text) - position > LONGEST:
        end = text.rfind("\n", position, position + LONGEST + 1)
        if end >= 0:
            position = end + 1
            continue
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        match = _BEGINNING.match(text, position, position + _WIDEST)
        beginning = match[0] if match else ""
        problems.append(left_out(text.count("\n", 0, position) + 1, end - position - len(beginning)))
        # a continuation must not become an empty line, which ends a record in some formats
        parts.append(text[start:position] + (beginning if beginning.strip() else f"{beginning}…"))
        start = position = end
    return text if not parts else "".join([*parts, text[start:]])


def _split(text: str) -> Iterator[tuple[int, str | None, str]]:
    """(line number, tag or None for a continuation line, value) of each line.

    The blank-hyphen-blank of RIS comes with two blanks before it, or in some files with one throughout; Cochrane adds
    one after it. A blank before the tag is a remnant of wrong splitting.
    """
    narrow = not re.search(r"(?m)^\s?TY {2}-", text) and re.search(r"(?m)^\s?TY -", text) is not None
    dash = "- " if narrow else "  - "
    width = 2 + len(dash)
    loose = (_TAG_NARROW if narrow else _TAG).match
    tags = set[str]()
    for number, line in enumerate(text.split("\n"), 1):
        head = line[:2]
        if line[2:width] == dash and head not in tags and head.isupper() and head[0].isalpha():
            tags.add(head)
        if line[2:width] == dash and head in tags:
            content = line[width:].strip()
            # A wrapped abstract may begin a line with "ER  - positive": the end of a record has no value.
            yield (number, head, content) if head != "ER" or not _WORD.search(content) else (number, None, line.strip())
        elif match := loose(line[:8]):
            content = line[match.end(1) :].lstrip(" ")[1:].strip()
            tag = match.group(1)
            yield (number, tag, content) if tag != "ER" or not _WORD.search(content) else (number, None, line.strip())
        else:
            yield number, None, line.strip()


def _ris_lines(text: str, problems: list[str]) -> Iterator[tuple[str | None, Any]]:
    """Tags of complete records only, each ended by ``ER``; the value of ``TY`` includes its line number."""
    inside, outside = False, _Outside(problems)
    own = outside.own.add
    for number, tag, content in _split(text):
        if tag == "TY":
            if inside:
                yield from outside.belonging()
                yield "ER", ""
            inside = True
            outside.begin()
            yield "TY", (content, number)
        elif not inside:
            outside.add(number, tag, content)
        elif tag == "ER":
            yield from outside.belonging()
            yield "ER", ""
            inside = False
        else:
            own(tag)
            yield tag, content
    if inside:
        yield from outside.belonging()
        yield "ER", ""
    else:
        outside.end()


class _Outside:
    """The tags between two records. Those before a ``TY`` belong to its record if it lacks them.

    ``own``: the tags of the current record itself.
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems, self.own = problems, set[str | None]()
        self._held: list[tuple[str | None, str]] = []
        self._before: list[tuple[str | None, str]] = []
        self._line = self._before_line = 0

    def add(self, number: int, tag: str | None, content: str) -> None:
        if tag == "ER":
            if self._line:
                self.problems.append(
                    f"line {self._line}: a record without its TY line was left out (it ends in line {number})."
                )
            self._held, self._line = [], 0
        elif tag or (self._held and content):
            self._held.append((tag, content))
            if tag in _TELLING:
                self._line = self._line or number

    def begin(self) -> None:
        self._before, self._before_line, self._held, self._line = self._held, self._line, [], 0
        self.own.clear()

    def belonging(self) -> Iterator[tuple[str | None, str]]:
        """The tags before the current record that belong to it."""
        tags = {tag for tag, _ in self._before}
        if tags.isdisjoint(_TITLES | _AUTHORS):
            return
        if any(tags & kind and self.own & kind for kind in (_TITLES, _AUTHORS)):
            self.problems.append(
                f"line {self._before_line}: a record without its TY line was left out (another begins behind it)."
            )
        else:
            yield from self._before
        self._before = []

    def end(self) -> None:
        if self._line:
            self.problems.append(
                f"line {self._line}: the rest of the file is no whole record (no TY line) and was left out."
            )


def medline(text: str, problems: list[str]) -> Iterator[Raw]:
    """Records of PubMed's own text format (``.nbib``) through Bio.Medline."""
    starts: list[int] = []
    for number, record in enumerate(Medline.parse(_medline_lines(text, starts, problems))):
        tags: Tags = {key: [value] if isinstance(value, str) else value for key, value in record.items()}
        yield Raw(starts[number], tags)


def _medline_lines(text: str, starts: list[int], problems: list[str]) -> Iterator[str]:
    """Lines for Bio.Medline; ``starts`` receives the line on which each record begins."""
    inside = False
    for number, line in _unwrapped(text):
        if not line.strip():
            if inside:
                yield "\n"
            inside = False
        elif _MEDLINE_LINE.match(line):
            if line.startswith("PMID") and inside:
                yield "\n"
                inside = False
            if not inside:
                starts.append(number)
            inside = True
            yield line + "\n"
        elif inside:
            problems.append(f"line {number}: neither a tag nor the continuation of one, left out: {line[:60]!r}.")


def _unwrapped(text: str) -> Iterator[tuple[int, str]]:
    """Lines with wrapped values joined: Bio.Medline would read each part of a list as a further value."""
    began, pending = 0, ""
    for number, line in enumerate(text.split("\n"), 1):
        if line[:6] == "      " and pending:
            pending += " " + line.strip()
            continue
        if began:
            yield began, pending
        began, pending = number, line
    yield began, pending


_MEDLINE_LINE = re.compile(r"^[A-Z][A-Z0-9]{1,3} *- ")


class _WosTokens(rispy.WokParser):
    """rispy's reader of Web of Science lines, keeping every tag under its own name."""

    def __init__(self) -> None:
        super().__init__(mapping=_Same(), delimiter_tags_mapping={})
        self.last = ""

    def parse_line(self, line: Any) -> Any:
        return line if isinstance(line, tuple) else super().parse_line(line)

    def _iter_till_start(self, lines: Iterator[Any]) -> dict[str, Any]:
        tag, content = self.parse_line(next(lines))
        while tag != self.START_TAG:
            tag, content = self.parse_line(next(lines))
        self.last = tag
        return {"": content[1], tag: [content[0]]}

    def _add_tag(self, record: dict, tag: str, content: str, extend_multiline: bool = False) -> None:
        if not extend_multiline:
            self.last = tag
            record.setdefault(tag, []).append(content)
        elif content:
            values = record.setdefault(self.last, [""])
            values[-1] = f"{values[-1]}\n{content}" if values[-1] else content


def wos(text: str, problems: list[str]) -> Iterator[Raw]:
    """Records of Web of Science's tagged format: ``PT`` begins, ``ER`` ends, three blanks continue."""
    for tags in _WosTokens().parse_lines(_wos_lines(text, problems)):
        yield Raw(tags.pop(""), tags)


def _wos_lines(text: str, problems: list[str]) -> Iterator[Any]:
    inside, stray = False, 0
    for number, line in enumerate(text.split("\n"), 1):
        tag = line[:2]
        if tag == "PT" and line[2:3] == " ":
            if inside:
                yield "ER"
            inside, stray = True, 0
            yield "PT", (line[3:].strip(), number)
        elif tag == "ER" and not line[2:].strip():
            if inside:
                yield "ER"
            elif stray:
                problems.append(f"line {stray}: a record without its PT line was left out.")
            inside, stray = False, 0
        elif inside and line.strip():
            # a line of a wrapped abstract that begins with "ER positive" is not an end
            yield line if tag != "ER" and re.match(r"[A-Z][A-Z0-9] |   ", line) else "   " + line
        elif tag in {"AU", "TI"} and not inside:
            stray = stray or number
    if inside:
        yield "ER"


def blocks(text: str, begin: re.Pattern[str], tag: re.Pattern[str], *, glue: str = "\n") -> Iterator[Raw]:
    """Records of formats without a library: lines that match ``tag`` (groups: tag, value), others continue.

    A record begins at a line that matches ``begin``. Used for EndNote's ``%A`` lines and Cochrane's ``AU:`` lines.
    """
    tags: Tags = {}
    started, last = 1, ""
    for number, line in enumerate(text.split("\n"), 1):
        if begin.match(line) and tags:
            yield Raw(started, tags)
            tags, last = {}, ""
        if match := tag.match(line):
            if not tags:
                started = number
            last = match.group(1)
            tags.setdefault(last, []).append(match.group(2).strip())
        elif last and line.strip():
            tags[last][-1] += glue + line.strip()
    if tags:
        yield Raw(started, tags)


def enw(text: str, problems: list[str]) -> Iterator[Raw]:
    """EndNote's ``%``-tagged records, which begin at ``%0`` or after an empty line, with tags in any order."""
    tags: Tags = {}
    started, last = 1, ""
    for number, line in enumerate(text.split("\n"), 1):
        match = re.match(r"^%([0-9A-Z!@#$^&*()+=~?<>\[\]{}|]) ?(.*)$", line)
        if tags and (not line.strip() or (match and match.group(1) == "0" and "%0" in tags)):
            yield Raw(started, tags)
            tags, last = {}, ""
        if match:
            if not tags:
                started = number
            last = "%" + match.group(1)
            tags.setdefault(last, []).append(match.group(2).strip())
        elif last and line.strip():
            tags[last][-1] += "\n" + line.strip()
    if tags:
        yield Raw(started, tags)


def cochrane_text(text: str, problems: list[str]) -> Iterator[Raw]:
    """The old text export of the Cochrane Library: ``Record #1 of 271`` and lines such as ``AU: Smith J``."""
    return blocks(text, re.compile(r"^Record #\d+ of \d+"), re.compile(r"^([A-Z][A-Z0-9]{1,2}): ?(.*)$"), glue=" ")


def ovid_tagged(text: str, problems: list[str]) -> Iterator[Raw]:
    """Ovid's Citavi, EndNote and Reprint/Medlars exports: ``<8. >``, then lines such as ``AU  - Quint A.``"""
    begin = re.compile(r"^(?:<\d+\.? ?>\s*$|VN {1,2}- Ovid Technologies)")
    return blocks(text, begin, re.compile(r"^([A-Z][A-Z0-9]) {1,2}- ?(.*)$"))


def ovid_text(text: str, problems: list[str]) -> Iterator[Raw]:
    """Ovid's citation text: ``<8>``, then a field name on a line and its value on indented lines below."""
    tags: Tags = {}
    started, last = 1, ""
    for number, line in enumerate(text.split("\n"), 1):
        if re.match(r"^<\d+>\s*$", line):
            if tags:
                yield Raw(started, tags)
            tags, last, started = {}, "", number
        elif line[:2] == "  " or not line.strip():
            if last and line.strip():
                tags[last][-1] = f"{tags[last][-1]}\n{line.strip()}".strip()
        elif re.match(r"^[A-Z][A-Za-z /&()-]{1,50}$", line.strip()):
            last = line.strip()
            tags.setdefault(last, []).append("")
    if tags:
        yield Raw(started, tags)


def drop_empty(raws: Iterable[Raw]) -> Iterator[Raw]:
    """Only records in which some tag has a value."""
    return (raw for raw in raws if any(value for values in raw.tags.values() for value in values))
