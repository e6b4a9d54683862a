"""Names: of databases behind the codes of platforms, and of sources in record ids."""

from __future__ import annotations

import re
from typing import Any

from prismake.core.records import collapse, normal_pmid
from prismake.search.dialects import LINKS
from prismake.search.mapping import Dialect, Tags

OVID_FILES = (
    (r"^(?:ovid )?medline|^(?:med|prem|ppez|pmoz|mesz|medp|medc)", "MEDLINE"),
    (r"^embase|^(?:emed|emex|emez|oemez|emcz|emca)", "Embase"),
    (r"psyc", "PsycINFO"),
    (r"^(?:cctr|coch|cochrane central)|^ebm reviews - cochrane central|^evid", "CENTRAL"),
    (r"^caba|cab abstracts", "CAB Abstracts"),
    (r"^(?:amed)", "AMED"),
    (r"^(?:glob|global health)", "Global Health"),
)
"""Names of databases behind the ``D=`` parameter of Ovid addresses and in ``DB`` tags."""

EBSCO_FILES = {
    "aph": "Academic Search Premier",
    "a9h": "Academic Search Complete",
    "asn": "Academic Search Ultimate",
    "rzh": "CINAHL",
    "cin20": "CINAHL",
    "ccm": "CINAHL",
    "c8h": "CINAHL",
    "jlh": "CINAHL",
    "cul": "CINAHL",
    "cmedm": "MEDLINE",
    "mnh": "MEDLINE",
    "mdc": "MEDLINE",
    "psyh": "PsycINFO",
    "bth": "Business Source Premier",
    "eric": "ERIC",
    "sph": "SPORTDiscus",
    "s3h": "SPORTDiscus",
}
"""Names of databases behind the ``db=`` parameter of EBSCOhost addresses."""

_SLUGS = {
    "central": "cochrane",
    "cochrane library": "cochrane",
    "cochrane database of systematic reviews": "cochrane",
    "web of science": "wos",
    "clinicaltrials.gov": "clinicaltrials",
}


def slug(name: str) -> str:
    """The name of a database or file as the first part of record ids: lower-case letters, digits and hyphens."""
    name = name.lower().strip()
    return _SLUGS.get(name) or re.sub(r"[^a-z0-9]+", "-", name).strip("-")


def record_database(dialect: Dialect, tags: Tags, record: dict[str, Any]) -> None:
    """Name the database of a record where the platform only gives a code, and read MEDLINE's links between reports."""
    if dialect.platform == "Ovid":
        record["database"] = _ovid(tags) or record["database"]
    elif dialect.platform == "EBSCOhost":
        record["database"] = _ebsco(tags, record["database"])
    elif dialect.name == "MEDLINE text":
        _medline(tags, record)
    if record["database"]:
        record["database"] = collapse(record["database"])


def _ovid(tags: Tags) -> str:
    places = " ".join([*tags.get("L2", ()), *tags.get("UR", ())])
    codes = [*(value.lower() for name in ("DB", "db", "Database") for value in tags.get(name, ()))]
    codes += re.findall(r"[?&]D=([a-z]+)", places)
    for code in codes:
        for pattern, name in OVID_FILES:
            if re.search(pattern, code):
                return name
    return ""


def _ebsco(tags: Tags, given: str) -> str:
    places = " ".join([*tags.get("UR", ()), *tags.get("plink", ())])
    found = re.search(r"[?&]db=(\w+)", places)
    code = found.group(1).lower() if found else given.lower()
    return EBSCO_FILES.get(code, given or (f"EBSCOhost {code}" if code else ""))


def _medline(tags: Tags, record: dict[str, Any]) -> None:
    if any(owner.strip() == "ERIC" for owner in tags.get("OWN", ())):
        record["database"] = "ERIC"
    elif record["pmid"]:
        record["url"] = record["url"] or f"https://pubmed.ncbi.nlm.nih.gov/{record['pmid']}/"
    links = []
    for tag, kind in LINKS.items():
        for value in tags.get(tag, ()):
            found = re.search(r"PMID:?\s*(\d+)", value)
            pmid = normal_pmid(found.group(1)) if found else ""
            links.append(f"{kind}: PMID {pmid}" if pmid else f"{kind}: {collapse(value)}")
    record["related_reports"] = links
    record["retracted"] = record["retracted"] or any(link.startswith("RetractionIn:") for link in links)
