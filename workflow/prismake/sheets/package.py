"""The parts of a workbook: which there are, how they refer to each other, and a copy in which few are changed.

A workbook (xlsx, xlsm) is a zip archive of parts (ECMA-376, part 2). Unchanged parts are copied in their compressed
form: charts, text boxes, comments, macros and whatever else a program put there stay the same to the byte.
"""

from __future__ import annotations

import copy
import html
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

LEVEL = 4  # compression level, as in new workbooks
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OUTSIDE = re.compile(rb'<(?:\w+:)?Relationship\b[^>]*\bTargetMode="External"[^>]*/>')
_LOCAL_HEADER = 30  # bytes of a zip entry's header before its name
_SAFE = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": True}

Written = bytes | Callable[[], Iterable[bytes]]


class UnknownStructure(Exception):
    """A workbook, or a part of it, has a structure that this package does not edit part by part."""


@dataclass(frozen=True)
class Relation:
    """Another part that a part refers to, by its full name."""

    id: str
    kind: str
    target: str


class Package:
    """A workbook opened for reading, together with the small parts that are changed."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.names = set(archive.namelist())
        self.changed: dict[str, Written] = {}
        if len(self.names) != len(archive.namelist()):
            raise UnknownStructure("a part is there twice")

    def read(self, name: str) -> bytes:
        """A part with its changes so far."""
        content = self.changed.get(name)
        if isinstance(content, bytes):
            return content
        if name not in self.names:
            raise UnknownStructure(f"{name} is missing")
        return self._archive.read(name)

    def size(self, name: str) -> int:
        """Bytes of an unchanged part."""
        return self._archive.getinfo(name).file_size

    def open(self, name: str) -> Any:
        """An unchanged part, as a stream of bytes."""
        return self._archive.open(name)

    def tree(self, name: str) -> Any:
        """The root element of a small part."""
        return parsed(self.read(name))

    def put(self, name: str, root: Any) -> None:
        """Replace a small part by the tree of ``root``."""
        self.changed[name] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)

    def relations(self, name: str) -> list[Relation]:
        """The parts that a part refers to, without external addresses; ``""`` is the package itself."""
        part = relations_of(name)
        if part not in self.names and part not in self.changed:
            return []
        targets = []
        for entry in parsed(without_addresses(self.read(part))):
            target, base = entry.get("Target", ""), posixpath.dirname(name)
            target = posixpath.normpath(target[1:] if target.startswith("/") else posixpath.join(base, target))
            targets.append(Relation(entry.get("Id", ""), entry.get("Type", "").rpartition("/")[2], target))
        return targets

    def relation_ids(self, name: str) -> frozenset[bytes]:
        """The relation ids of a part, of which there may be tens of thousands."""
        part = relations_of(name)
        exists = part in self.names or part in self.changed
        return frozenset(re.findall(rb'\sId="([^"]*)"', self.read(part))) if exists else frozenset()

    def relate(self, name: str, kind: str, addresses: Mapping[str, str], *, outside: bool = True) -> None:
        """Add relations of a part to external addresses (or to other parts), by id."""
        part = relations_of(name)
        exists = part in self.names or part in self.changed
        old = self.read(part) if exists else f'<Relationships xmlns="{_RELATIONS}"></Relationships>'.encode()
        end = re.search(rb"</((?:\w+:)?)Relationships>\s*$", old)
        if end is None:
            raise UnknownStructure(f"{part} has no end")
        prefix, base = end[1].decode(), _STRICT if _STRICT.encode() in old else OFFICE
        mode = ' TargetMode="External"' if outside else ""
        new = "".join(
            f'<{prefix}Relationship Id="{relation}" Type="{base}/{kind}" Target="{html.escape(address)}"{mode}/>'
            for relation, address in addresses.items()
        )
        self.changed[part] = old[: end.start()] + new.encode() + old[end.start() :]

    def write(self, path: Path) -> None:
        """Write the workbook with its changes; every other part is copied without being unpacked."""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as new:
            for info in self._archive.infolist():
                content = self.changed.get(info.filename)
                if content is None:
                    copy_compressed(self._archive, info, new)
                    continue
                with new.open(_dated(info.filename, info), "w", force_zip64=info.file_size > 1 << 30) as out:
                    for piece in [content] if isinstance(content, bytes) else content():
                        out.write(piece)
            for name in sorted(self.changed.keys() - self.names):
                content = self.changed[name]
                assert isinstance(content, bytes)
                new.writestr(_dated(name, self._archive.infolist()[0]), content)


def without_addresses(relations: bytes) -> bytes:
    """The relations of a part without those to external addresses, of which there may be tens of thousands."""
    return _OUTSIDE.sub(b"", relations)


def parsed(content: bytes) -> Any:
    """The root element of XML written by any program; raises ``UnknownStructure`` if it is not well-formed."""
    try:
        root = etree.fromstring(content, etree.XMLParser(**_SAFE))
    except etree.XMLSyntaxError as error:
        raise UnknownStructure(str(error)) from error
    if root.getroottree().docinfo.doctype:
        raise UnknownStructure("a document type")
    return root


def local(element: Any) -> str:
    """The name of an element without its namespace; empty for a comment."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def relations_of(name: str) -> str:
    """The name of the part that holds the relations of a part."""
    folder, base = posixpath.split(name)
    return posixpath.join(folder, "_rels", f"{base}.rels")


def _dated(name: str, like: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """An entry with the date it had, so that the same content gives the same bytes."""
    info = zipfile.ZipInfo(name, like.date_time)
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, like.external_attr
    info._compresslevel = LEVEL  # type: ignore[attr-defined]  # zipfile offers it for whole contents only
    return info


def copy_compressed(old: zipfile.ZipFile, info: zipfile.ZipInfo, new: zipfile.ZipFile) -> None:
    """Copy an entry without unpacking it, for which zipfile has no function."""
    source, target = old.fp, new.fp
    if source is None or target is None or info.flag_bits & 1:
        raise UnknownStructure(f"{info.filename} cannot be copied")
    source.seek(info.header_offset)
    header = source.read(_LOCAL_HEADER)
    name_length, extra_length = (int.from_bytes(header[at : at + 2], "little") for at in (26, 28))
    source.seek(name_length + extra_length, 1)
    entry = copy.copy(info)
    entry.flag_bits &= ~8  # the sizes are in the header, not after the content
    entry.extra = b""
    target.seek(new.start_dir)
    entry.header_offset = target.tell()
    target.write(entry.FileHeader())
    left = info.compress_size
    while left:
        piece = source.read(min(left, 1 << 20))
        if not piece:
            raise UnknownStructure(f"{info.filename} is cut off")
        target.write(piece)
        left -= len(piece)
    new.start_dir = target.tell()
    new.filelist.append(entry)
    new.NameToInfo[entry.filename] = entry
