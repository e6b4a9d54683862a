"""EndNote XML and BibTeX, read into ``Raw`` records."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import IO, Any

from lxml import etree

from prismake.core.blame import is_about_the_file
from prismake.core.records import collapse
from prismake.search import people
from prismake.search.dialects import ENDNOTE_XML
from prismake.search.mapping import Raw, Tags
from prismake.search.pubmed_stream import SAFE

_ENDNOTE_PATHS = sorted(
    {name for _, _, rules in ENDNOTE_XML.plan for rule in rules for name in (rule[0], rule[3]) if name}
    | {"notes", "research-notes", "custom1", "custom7", "label", "caption"}
)


def endnote_xml(stream: IO[bytes], problems: list[str]) -> Iterator[Raw]:
    """Records of an EndNote library; a truncated file yields the records before the break and a problem."""
    try:
        for _, element in etree.iterparse(stream, events=("end",), tag=("record", "RECORD"), **SAFE):
            yield Raw(element.sourceline or 1, _endnote_tags(element))
            element.clear()
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
    except etree.XMLSyntaxError as error:
        problems.append(f"line {error.lineno}: the file is broken from here on ({error.msg}); export it again.")


def _endnote_tags(element: Any) -> Tags:
    tags: Tags = {}
    for path in _ENDNOTE_PATHS:
        values = [
            value
            for field in element.iterfind(path)
            if (
                value := (
                    field.get("name") or "".join(field.itertext()) if path == "ref-type" else "".join(field.itertext())
                )
            )
            and value.strip()
        ]
        if values:
            tags[path] = values
    for child in element.iterchildren(etree.Element):
        if child.tag not in _ENDNOTE_CHILDREN:
            tags.setdefault(child.tag, [""])  # counted, so that an unknown one is named
    return tags


_ENDNOTE_CHILDREN = {path.split("/")[0] for path in _ENDNOTE_PATHS}


def bibtex(text: str, problems: list[str]) -> Iterator[Raw]:
    """BibTeX entries through bibtexparser; each block that it cannot read is reported as a problem.

    Entries with duplicate keys or fields are accepted: Scopus repeats ``funding_details``, and other exports leave all
    keys empty.
    """
    import bibtexparser

    quiet = logging.getLogger()
    level, quiet.level = quiet.level, logging.CRITICAL  # bibtexparser also logs each problem to the root logger
    try:
        library = bibtexparser.parse_string(text)
    finally:
        quiet.level = level
    for block in library.blocks:
        line = (block.start_line or 0) + 1
        entry = block if hasattr(block, "fields") else getattr(block, "ignore_error_block", None)
        if hasattr(entry, "fields"):
            yield Raw(line, _bibtex_tags(entry))
        elif hasattr(block, "error"):
            reason = getattr(block.error, "abort_reason", "") or str(block.error)
            problems.append(f"line {line}: the entry cannot be read ({collapse(reason)[:160]}) and was left out.")


def _bibtex_tags(entry: Any) -> Tags:
    tags: Tags = {"ENTRYKEY": [entry.key or ""], "ENTRYTYPE": [entry.entry_type or ""]}
    for field in entry.fields:
        value = str(field.value).strip()
        if field.key.lower() == "author":
            # Braces distinguish group names from lists of names, so they are evaluated before removal.
            authors = [plain_latex(name) for name in people.bibtex(value)]
            authors = people.names(authors[0]) if len(authors) == 1 and value[:1] != "{" else authors
            tags.setdefault("author", []).extend(filter(None, authors))
            continue
        if len(value) > 1 and value[0] + value[-1] in {"{}", '""'}:
            value = value[1:-1]
        # Rayyan's decisions have braces of their own.
        if value := value if "RAYYAN-" in value else plain_latex(value):
            key = field.key.lower()
            # Scopus numbers the parts of a long field, after a non-breaking space.
            tags.setdefault("funding_text" if key.startswith("funding_text") else key, []).append(value)
    return tags


def plain_latex(value: str) -> str:
    """Convert LaTeX commands for accents and symbols to Unicode and remove grouping braces."""
    if "\\" not in value:
        return value.replace("{", "").replace("}", "").strip()
    from pylatexenc.latex2text import LatexNodes2Text

    reader = LatexNodes2Text(math_mode="verbatim")
    try:
        return reader.latex_to_text(value).strip()
    except Exception as error:  # a stray backslash in an abstract is not LaTeX: keep the text unchanged
        if not is_about_the_file(error, lambda: reader.latex_to_text(r"Mot{\"o}r")):
            raise
        return re.sub(r"[\\{}]", "", value).strip()
