"""Word content controls: the elements by which prismake finds its own numbers, tables and figures again.

A control is identified by its title (``w:alias``), ``prismake:<name>#<mark>``, or ``prismake~…`` if it holds wording,
which people may change. The mark is ``blocks.mark_of`` the text that prismake wrote there, so a copy shows by itself
where people have typed over a number.

LibreOffice 7 keeps the title of a control only for plain text or a picture, drops ``w:tag``, and keeps little of
controls around whole paragraphs or tables. Therefore controls are within a paragraph and hold plain text; a table is
the one that follows the paragraph with its caption, and a figure is the picture inside its control.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn
from lxml import etree

_OURS = re.compile(r"prismake([:~])(.+)#([0-9a-f]{8})")
_LONGEST = 44  # characters of a name: Word allows 64 in a title
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # characters that XML cannot hold
_CHANGES = ("ins", "del", "moveFrom", "moveTo")  # tracked changes


def clean(text: str) -> str:
    """Text without control characters."""
    return _FORBIDDEN.sub("", text)


def short(name: str) -> str:
    """A name that fits into a title; a long one is cut and ends in a digest of the whole."""
    name = clean(name).replace("#", "·")
    if len(name) <= _LONGEST:
        return name
    return f"{name[: _LONGEST - 9]}~{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def element(tag: str, **attributes: str) -> Any:
    """An element of WordprocessingML: ``element("w:tag", val="x")``."""
    made = etree.Element(qn(tag))
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def control(
    name: str, mark: str, number: int, content: Iterable[Any], *, wording: bool = False, kind: str = "w:text"
) -> Any:
    """A content control around runs; ``number`` is its id in the document, ``kind`` w:text or w:picture."""
    title = f"prismake{'~' if wording else ':'}{short(name)}#{mark}"
    made, properties, inside = element("w:sdt"), element("w:sdtPr"), element("w:sdtContent")
    properties.extend(
        [element("w:alias", val=title), element("w:tag", val=title), element("w:id", val=str(number)), element(kind)]
    )
    inside.extend(content)
    made.extend([properties, inside])
    return made


def run(text: str, bold: bool = False) -> Any:
    """A run of text; line breaks and tabs are kept as such."""
    made = element("w:r")
    if bold:
        properties = element("w:rPr")
        properties.append(element("w:b"))
        made.append(properties)
    for number, line in enumerate(clean(text).split("\n")):
        if number:
            made.append(element("w:br"))
        words = element("w:t")
        words.text = line
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        made.append(words)
    return made


@dataclass(frozen=True)
class Control:
    """A control of prismake in a document: its element, its name, and the mark of the text written into it."""

    element: Any
    name: str
    mark: str
    wording: bool = False

    @property
    def content(self) -> Any:
        return self.element.find(qn("w:sdtContent"))

    @property
    def text(self) -> str:
        return text_of(self.content)

    @property
    def tracked(self) -> bool:
        """Whether changes inside are waiting to be accepted or rejected."""
        return any(next(self.element.iter(qn(f"w:{name}")), None) is not None for name in _CHANGES)

    def paragraph(self) -> Any:
        """The paragraph around it; itself where Word has put it around the paragraph."""
        return next(self.element.iterancestors(qn("w:p")), self.element)

    def with_mark(self, mark: str) -> None:
        """Change the mark in the title."""
        title = f"prismake{'~' if self.wording else ':'}{self.name}#{mark}"
        for name in ("w:alias", "w:tag"):
            for each in self.element.find(qn("w:sdtPr")).iter(qn(name)):
                each.set(qn("w:val"), title)

    def write(self, text: str) -> None:
        """Replace its text, keeping the format of its first run."""
        runs = list(self.content.iter(qn("w:r")))
        fresh = run(text)
        if runs and (look := runs[0].find(qn("w:rPr"))) is not None:
            fresh.insert(0, look)
        first, *others = self.content.findall(qn("w:p")) or [self.content]
        for paragraph in others:
            self.content.remove(paragraph)
        for child in list(first):
            if child.tag != qn("w:pPr"):
                first.remove(child)
        first.append(fresh)


def controls(root: Any) -> Iterator[Control]:
    """Every control of prismake below an element, in order."""
    for found in root.iter(qn("w:sdt")):
        properties = found.find(qn("w:sdtPr"))
        if properties is None or found.find(qn("w:sdtContent")) is None:
            continue
        for name in ("w:alias", "w:tag"):
            title = properties.find(qn(name))
            match = _OURS.fullmatch(title.get(qn("w:val"), "")) if title is not None else None
            if match:
                yield Control(found, match[2], match[3], match[1] == "~")
                break


def text_of(parent: Any) -> str:
    """The words below an element as a reader sees them, without tracked deletions."""
    parts = []
    for each in parent.iter(qn("w:t"), qn("w:br"), qn("w:tab"), qn("w:noBreakHyphen")):
        parts.append({qn("w:t"): each.text or "", qn("w:br"): "\n", qn("w:noBreakHyphen"): "-"}.get(each.tag, "\t"))
    return "".join(parts)
