"""XML of the WHO's ICTRP, of Cochrane's RevMan 5 and of EBSCOhost, read into ``Raw`` records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from lxml import etree

from prismake.core.records import collapse
from prismake.search import known_fields
from prismake.search.mapping import Dialect, Raw, Tags
from prismake.search.pubmed_stream import SAFE

REVMAN = Dialect(
    "RevMan 5 review",
    "",
    "RevMan",
    {
        "accession": ("study",),
        "title": ("TI",),
        "authors": ("AU",),
        "year": ("YR", "study year"),
        "journal": ("SO",),
        "volume": ("VL",),
        "issue": ("NO",),
        "pages": ("PG",),
        "doi": ("DOI",),
        "pmid": ("PUBMED", "MEDLINE"),
        "trial_ids": ("CTGOV", "NCT", "ISRCTN", "OTHER", "study name"),
        "publication_types": ("reference type",),
        "url": ("URL",),
    },
    kind="other",
    ignored=known_fields.REVMAN,
)
EBSCO = Dialect(
    "EBSCOhost XML",
    "",
    "EBSCOhost",
    {
        "accession": ("uiterm", "ui"),
        "title": ("atl", "btl"),
        "authors": ("au:single",),
        "year": ("dt year", "dt"),
        "journal": ("jtl",),
        "volume": ("vid",),
        "issue": ("iid",),
        "pages": ("ppf",),
        "doi": ("ui doi",),
        "pmid": ("ui pmid", "uiterm:pmid?shortdbname=^(?i:mdc|mdl|cmedm|mnh|med)$"),
        "pmcid": ("ui other:pmcid", "ui pmcid"),
        "abstract": ("ab",),
        "language": ("language",),
        "publication_types": ("doctype", "pubtype"),
        "keywords": ("subj", "su"),
        "url": ("plink",),
        "database": ("longdbname", "shortdbname"),
    },
    ignored=known_fields.EBSCO_XML,
)
_STATES = {"INCLUDED_STUDIES": "include", "EXCLUDED_STUDIES": "exclude"}
"""Sections of a review and the decision on the studies in them; awaiting and ongoing studies are undecided."""


def ictrp(stream: IO[bytes], problems: list[str]) -> Iterator[Raw]:
    """Registrations of an export of the ICTRP search portal; the tags are the headers of its CSV."""
    try:
        for _, element in etree.iterparse(stream, events=("end",), tag="Trial", **SAFE):
            tags: Tags = {}
            for child in element.iterchildren(etree.Element):
                if value := collapse("".join(child.itertext())):
                    tags.setdefault(child.tag.replace("_", " ").lower(), []).append(value)
            yield Raw(element.sourceline or 1, tags)
            element.clear()
    except etree.XMLSyntaxError as error:
        problems.append(f"line {error.lineno}: the file is broken from here on ({error.msg}); export it again.")


def ebsco(stream: IO[bytes], problems: list[str]) -> Iterator[Raw]:
    """Records of EBSCOhost's XML; the tags are its elements, ``ui doi`` for ``<ui type="doi">``, without paths."""
    try:
        for _, element in etree.iterparse(stream, events=("end",), tag="{*}rec", **SAFE):
            tags: Tags = {}
            for part in element.iter(etree.Element):
                name = etree.QName(part).localname
                if name == "header":
                    for attribute, value in part.attrib.items():
                        tags.setdefault(attribute.lower(), []).append(value)
                elif name == "dt" and part.get("year"):
                    tags.setdefault("dt year", []).append(part.get("year"))
                if len(part) == 0 and (value := collapse(part.text)):
                    kind = part.get("type") if name == "ui" else ""
                    tags.setdefault(f"{name} {kind}" if kind else name, []).append(value)
            yield Raw(element.sourceline or 1, tags)
            element.clear()
    except etree.XMLSyntaxError as error:
        problems.append(f"line {error.lineno}: the file is broken from here on ({error.msg}); export it again.")


def revman(stream: IO[bytes], problems: list[str]) -> Iterator[Raw]:
    """References of the studies of a review, each with the decision on its study and the reason."""
    try:
        root = etree.parse(stream, etree.XMLParser(**SAFE)).getroot()
    except etree.XMLSyntaxError as error:
        problems.append(f"line {error.lineno}: the review cannot be read ({error.msg}); export it from RevMan again.")
        return
    reasons = {
        char.get("STUDY_ID"): collapse(" ".join(char.itertext()))
        for char in root.iter("EXCLUDED_CHAR", "EXCLUDED_STUDY")
    }
    for study in root.iter("STUDY"):
        part = next((parent.tag for parent in study.iterancestors() if str(parent.tag).endswith("_STUDIES")), "")
        for number, reference in enumerate(study.iterchildren("REFERENCE"), 1):
            yield Raw(reference.sourceline or 1, _reference(study, number, reference, part, reasons))


def _reference(study: Any, number: int, reference: Any, part: str, reasons: dict[str | None, str]) -> Tags:
    name = study.get("ID") or study.get("NAME") or ""
    tags: Tags = {
        "study": [name if number == 1 else f"{name}.{number}"],
        "study name": [study.get("NAME") or ""],
        "study year": [study.get("YEAR") or ""],
        "reference type": [(reference.get("TYPE") or "").replace("_", " ").capitalize()],
    }
    for child in reference.iterchildren(etree.Element):
        if value := collapse("".join(child.itertext())):
            tags.setdefault(child.tag, []).append(value)
    for identifier in reference.iter("IDENTIFIER"):
        tags.setdefault(identifier.get("TYPE") or "OTHER", []).append(identifier.get("VALUE") or "")
    if decision := _STATES.get(part):
        tags["decision"] = [decision]
        tags["reason"] = [reasons.get(study.get("ID"), "") if decision == "exclude" else ""]
    return {tag: present for tag, values in tags.items() if (present := [value for value in values if value])}
