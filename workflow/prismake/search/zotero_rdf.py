"""Zotero's own format, RDF, read with rdflib into ``Raw`` records.

A tag is a predicate with a full stop instead of its colon, because the rules of a dialect use colons: ``dc.title``. The
nodes that Zotero puts around an item are part of the tag: ``isPartOf/dc.title`` is the journal, book or website, and
``section/`` and ``series/`` speak for themselves. Source of the vocabulary: Zotero's translator *Zotero RDF*
(github.com/zotero/translators, ``Zotero RDF.js``).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn
from xml.parsers import expat
from xml.sax import SAXParseException

from prismake.core.errors import ImportFileError
from prismake.core.records import collapse
from prismake.search import known_fields
from prismake.search.mapping import Dialect, Raw, Tags

if TYPE_CHECKING:
    from rdflib.term import Node

    Statement = tuple[Node, Node, Node]

ZOTERO_RDF = Dialect(
    "Zotero RDF",
    "",
    "Zotero",
    {
        "accession": ("dc.identifier",),
        "title": ("dc.title",),
        "authors": ("bib.authors:one", "z.presenters:one", "z.inventors:one"),
        "year": ("dc.date", "dcterms.issued"),
        "journal": (
            "isPartOf/dc.title",
            "isPartOf/dcterms.alternative",
            "bib.presentedAt/dc.title",
            # the server of a preprint; for other items this is the publisher
            "z.repository",
            "dc.publisher/foaf.name?z.itemType=^preprint$",
        ),
        "volume": ("isPartOf/prism.volume", "prism.volume"),
        # for other types, this is the number of a report, a patent or a preprint
        "issue": ("isPartOf/prism.number", "prism.number?z.itemType=Article$"),
        "pages": ("bib.pages",),
        "doi": ("dc.identifier DOI", "isPartOf/dc.identifier DOI", "dc.identifier URI:doi"),
        "pmid": ("dc.description:pmid-line",),
        "abstract": ("dcterms.abstract",),
        "publication_types": ("z.itemType", "dc.type"),
        "keywords": ("dc.subject",),
        "url": ("dc.identifier URI",),
        "database": ("z.archive",),
    },
    kind="other",
    ignored=known_fields.ZOTERO_RDF,
)

_NAMESPACES = {
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://purl.org/net/biblio#": "bib",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://prismstandard.org/namespaces/1.2/basic/": "prism",
    "http://xmlns.com/foaf/0.1/": "foaf",
    "http://nwalsh.com/rdf/vCard#": "vcard",
    "http://purl.org/rss/1.0/modules/link/": "link",
    "http://www.zotero.org/namespaces/export#": "z",
}
_LOOSE = {"attachment": "file", "note": "note", "annotation": "annotation"}
"""Types of what is no item of a bibliography, in words."""
_WITHOUT_TYPE = re.compile(
    r"bib\.(?:Article|Book|BookSection|Thesis|Report|Manuscript|Document|ConferenceProceedings)$"
)
_PARTS = {"bib.Part": "section", "bib.Series": "series"}
_PREFIXED = re.compile(r"(DOI|ISSN|ISBN)\s+(.+)", re.DOTALL)
_DECLARATION = re.compile(r"\A\s*<\?xml[^<>]*\?>")
_FILE = re.compile(r"""<rdf:resource\b(?:"[^"]*"|'[^']*'|[^<>"'])*?/>""")
"""The path of an attached file, as ``rdf:resource``, which RDF/XML does not allow as an element and rdflib refuses."""
_BASE = "https://www.zotero.org/"
"""What relative names (``#item_1``) are relative to; nothing is fetched from there."""


def read(text: str, where: str, problems: list[str]) -> Iterator[Raw]:
    """The items of an export, in their order, without files, notes and collections.

    A broken file is read up to the item in which it breaks. Raises ``ImportFileError`` for XML with a document type,
    which could declare entities.
    """
    data = _FILE.sub("", _DECLARATION.sub("", text)).encode()
    broken = _checked(data, where)
    items = _Items(_statements(data, broken, where))
    nodes = items.in_order()
    if broken:
        last = f" The item before, “{items.title(nodes[-1])[:80]}”, is left out with it." if nodes else ""
        problems.append(f"{broken}: the file is broken from here on.{last} Export it again.")
        nodes = nodes[:-1]
    problems.extend(items.loose())
    for node in nodes:
        if len(set(items.values(node, "dc.title"))) > 1:
            problems.append(
                f"several items have the address {node} and cannot be told apart, the first being "
                f"“{items.title(node)[:80]}”: they are left out. Export them as RIS."
            )
        else:
            yield Raw(1, items.tags(node))


def _checked(data: bytes, where: str) -> str:
    """The line in which the XML breaks, as ``line 12``; "" if it is well-formed.

    As in the package defusedxml, the parser's own events reveal declarations anywhere in the file.
    """

    def refuse(*_: object) -> NoReturn:
        raise ImportFileError(
            "the XML declares a document type or entities of its own, which no export does.",
            where=where,
            remedy="Export the library from Zotero again.",
        )

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        return f"line {error.lineno}"
    return ""


def _statements(data: bytes, broken: str, where: str) -> list[Statement]:
    """The statements in the order of the file, which an rdflib graph does not preserve."""
    import rdflib
    from rdflib.exceptions import ParserError

    statements: list[Statement] = []

    class InOrder(rdflib.Graph):
        def add(self, triple: Statement) -> InOrder:
            statements.append(triple)
            return self

    with _without_remarks_on_addresses():
        try:
            InOrder(bind_namespaces="none").parse(data=data, format="xml", publicID=_BASE)
        except SAXParseException:
            if not broken:
                raise
        except ParserError as error:
            raise ImportFileError(
                f"the RDF cannot be read ({str(error).splitlines()[0]}).",
                where=where,
                remedy="Export the library from Zotero as RIS.",
            ) from None
    return statements


@contextmanager
def _without_remarks_on_addresses() -> Iterator[None]:
    """Keep rdflib from logging a warning for each address that contains a blank or a bracket."""
    logger = logging.getLogger("rdflib.term")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _name(predicate: Node) -> str:
    """``dc.title``; the whole address for a vocabulary that Zotero does not use."""
    address = str(predicate)
    cut = max(address.rfind("#"), address.rfind("/")) + 1
    prefix = _NAMESPACES.get(address[:cut])
    return f"{prefix}.{address[cut:]}" if prefix else address


class _Items:
    """The items among the statements."""

    def __init__(self, statements: list[Statement]) -> None:
        self._of: dict[Node, dict[str, list[Node]]] = {}
        for subject, predicate, value in dict.fromkeys(statements):
            self._of.setdefault(subject, {}).setdefault(_name(predicate), []).append(value)
        self._uses: dict[Node, int] = {}
        for predicates in self._of.values():
            for link in ("dcterms.isPartOf", "link.link", "dcterms.isReferencedBy"):
                for value in predicates.get(link, ()):
                    self._uses[value] = self._uses.get(value, 0) + 1

    def values(self, node: Node, predicate: str) -> list[str]:
        """Texts that a node has under a predicate."""
        return [text for value in self._of.get(node, {}).get(predicate, ()) if (text := collapse(str(value)))]

    def title(self, node: Node) -> str:
        return next(iter(self.values(node, "dc.title")), "without a title")

    def _types(self, node: Node) -> list[str]:
        return [_name(value) for value in self._of.get(node, {}).get("rdf.type", ())]

    def in_order(self) -> list[Node]:
        """The items; one written by another program without Zotero's type counts if nothing is part of it."""
        return [node for node in self._of if self._is_item(node)]

    def _is_item(self, node: Node) -> bool:
        kinds = self.values(node, "z.itemType")
        if kinds:
            return kinds[0] not in _LOOSE
        return not self._uses.get(node) and any(map(_WITHOUT_TYPE.match, self._types(node)))

    def loose(self) -> Iterator[str]:
        """A sentence for each kind of file or note that belongs to no item."""
        alone: dict[str, list[str]] = {}
        for node in self._of:
            kind = next(iter(self.values(node, "z.itemType")), "note" if "bib.Memo" in self._types(node) else "")
            if kind in _LOOSE and not self._uses.get(node):
                alone.setdefault(_LOOSE[kind], []).append(self.title(node))
        for word, titles in alone.items():
            yield (
                f"{len(titles):,} {word}{'' if len(titles) == 1 else 's'} without an item, the first "
                f"“{titles[0][:80]}”, cannot be read as records. Where one is a report, give it an item in Zotero "
                "(Create Parent Item…) and export again."
            )

    def tags(self, item: Node) -> Tags:
        """The values of an item by tag."""
        tags: Tags = {}
        seen = {item}
        for predicate, values in self._of[item].items():
            for value in values:
                for tag, text in self._texts(predicate, value, "", seen):
                    if text.strip():
                        tags.setdefault(tag, []).append(text)
        return tags

    def _texts(self, predicate: str, value: Node, place: str, seen: set[Node]) -> Iterator[tuple[str, str]]:
        """(tag, text) of a statement; ``place`` is the node around an item to which it belongs.

        ``seen`` holds the nodes that were read for this item, so that a file in which parts go round in a circle ends.
        """
        statements = self._of.get(value, {}) if self._is_node(value) else {}
        if predicate == "rdf.type":
            return
        if predicate == "dcterms.isPartOf" and statements:
            if value not in seen:
                seen.add(value)
                yield from self._around(value, seen)
        elif any(name.startswith("rdf._") for name in statements):
            for person in self._listed(value):
                yield place + predicate, self._person(person)
        elif predicate in {"dc.identifier", "dc.subject"}:
            yield from self._marked(place + predicate, value)
        elif predicate in {"dc.publisher", "bib.presentedAt"} and statements:
            for name in statements:
                for text in self.values(value, name) if name != "rdf.type" else ():
                    yield f"{place}{predicate}/{name}", text
        elif statements and predicate not in known_fields.ZOTERO_RDF:
            yield place + predicate, "; ".join(self.values(value, "rdf.value") or self.values(value, "dc.title"))
        else:
            yield place + predicate, str(value)

    @staticmethod
    def _is_node(value: Node) -> bool:
        from rdflib.term import Literal

        return not isinstance(value, Literal)

    def _around(self, container: Node, seen: set[Node]) -> Iterator[tuple[str, str]]:
        """The values in the journal, book, section or series of an item."""
        kind = next((_PARTS[name] for name in self._types(container) if name in _PARTS), "isPartOf")
        shared = self._uses.get(container, 0) > 1
        for predicate, values in self._of[container].items():
            several = shared and predicate.startswith("prism.") and len(set(values)) > 1
            for value in values:
                for tag, text in self._texts(predicate, value, f"{kind}/", seen):
                    # one DOI cannot belong to several articles, and of two volumes it is not known which is whose
                    yield (f"{tag} of several items" if several or (shared and tag.endswith(" DOI")) else tag), text

    def _marked(self, tag: str, value: Node) -> Iterator[tuple[str, str]]:
        """An identifier or subject with its kind: ``DOI 10.5555/1``, or a node with the kind as its type."""
        if not self._is_node(value):
            match = _PREFIXED.match(str(value).strip())
            yield (f"{tag} {match.group(1)}", match.group(2)) if match else (tag, str(value))
            return
        kind = next((name for name in self._types(value) if name != "z.AutomaticTag"), "")
        kind = f" {kind.partition('.')[2]}" if kind else ""
        for text in self.values(value, "rdf.value") or [str(value)] * (value not in self._of):
            yield tag + kind, text

    def _listed(self, sequence: Node) -> list[Node]:
        """The members of an ``rdf:Seq`` by their numbers."""
        numbered = [
            (int(name[5:]), member)
            for name, members in self._of[sequence].items()
            if name[5:].isdecimal() and name.startswith("rdf._")
            for member in members
        ]
        return [member for _, member in sorted(numbered, key=lambda pair: pair[0])]

    def _person(self, person: Node) -> str:
        """``Quint, Anna``; an organisation has a surname only."""
        if not self._is_node(person):
            return collapse(str(person))
        parts: dict[str, Any] = {
            name: next(iter(self.values(person, f"foaf.{name}")), "")
            for name in ("surname", "givenName", "givenname", "name")
        }
        given = parts["givenName"] or parts["givenname"]
        return ", ".join(part for part in (parts["surname"], given) if part) or parts["name"]
