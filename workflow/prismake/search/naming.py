"""Names of databases for the codes of platforms, and names of sources in record ids."""

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
"""Names of databases by the ``D=`` parameter of Ovid URLs and in ``DB`` tags."""

EBSCO_FILES = {
    **dict.fromkeys(("rzh", "cin20", "ccm", "c8h", "jlh", "cul", "cinahl"), "CINAHL"),
    **dict.fromkeys(("cmedm", "mnh", "mdc", "medline"), "MEDLINE"),
    **dict.fromkeys(("psyh", "psycinfo"), "PsycINFO"),
    **dict.fromkeys(("sph", "s3h"), "SPORTDiscus"),
    **dict.fromkeys(("sih", "snh"), "SocINDEX"),
    **dict.fromkeys(("lih", "lxh"), "Library, Information Science & Technology Abstracts"),
    **dict.fromkeys(("ecn", "eoh"), "EconLit"),
    "8gh": "GreenFILE",
    "a9h": "Academic Search Complete",
    "amed": "AMED",
    "aph": "Academic Search Premier",
    "asn": "Academic Search Ultimate",
    "awh": "Abstracts in Social Gerontology",
    "bsh": "Business Source Elite",
    "bth": "Business Source Complete",
    "buh": "Business Source Premier",
    "ddu": "OpenDissertations",
    "edsbas": "BASE",
    "ehh": "Education Research Complete",
    "eric": "ERIC",
    "eue": "Education Source",
    "hch": "Health Source: Nursing/Academic Edition",
    "hxh": "Health Source: Consumer Edition",
    "nlebk": "eBook Collection",
    "pbh": "Psychology and Behavioral Sciences Collection",
    "pdh": "PsycARTICLES",
    "swh": "Social Work Abstracts",
    "trh": "Teacher Reference Center",
    "ufh": "Communication & Mass Media Complete",
}
"""Names of databases by the ``db=`` parameter of EBSCOhost URLs, including their short forms in ``DB``."""

PROQUEST_FILES = (
    (r"^medline|^5$|^pqmedline", "MEDLINE"),
    (r"^embase", "Embase"),
    (r"psyc ?info|^psycinfo|psychinfo", "PsycINFO"),
    (r"psyc ?articles", "PsycARTICLES"),
    (r"^ptsdpubs|^pilots", "PTSDpubs"),
    (r"^eric\b", "ERIC"),
    (r"^assia|applied social sciences index", "ASSIA"),
    (r"^ibss|international bibliography of the social sciences", "IBSS"),
    (r"^sociological abstracts|^socabs", "Sociological Abstracts"),
    (r"^social services abstracts", "Social Services Abstracts"),
    (r"^lisa\b|library (?:and|&) information science abstracts", "LISA"),
    (r"^(?:proquest )?dissertations (?:and|&) theses|^pqdt", "ProQuest Dissertations & Theses"),
    (r"^biosis", "BIOSIS Previews"),
    (r"^toxline", "TOXLINE"),
    (r"^coronavirus research", "Coronavirus Research Database"),
    (r"^health (?:and|&) medical collection|^pqhealth|^healthcomplete", "Health & Medical Collection"),
    (r"^nursing (?:and|&) allied health", "Nursing & Allied Health Database"),
    (r"^psychology database|^pqpsych", "Psychology Database"),
    (r"^public health database", "Public Health Database"),
    (r"^proquest central|^pq1c|^pqcentral", "ProQuest Central"),
)
"""Names of databases by what ProQuest writes into ``DB`` and after ``sid=ProQ:ProQ%3A`` in its URLs."""

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
    """Name the database of a record if the platform only gives a code, and read MEDLINE's links between reports."""
    if dialect.platform == "Ovid":
        record["database"] = _ovid(tags) or record["database"]
    elif dialect.platform == "EBSCOhost":
        record["database"] = _ebsco(tags, record["database"])
    elif dialect.platform == "ProQuest":
        record["database"] = _proquest(tags, record["database"])
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


def _ebsco(tags: Tags, stated: str) -> str:
    places = " ".join([*tags.get("UR", ()), *tags.get("plink", ())])
    match = re.search(r"[?&]db=(\w+)", places)
    short = "".join(tags.get("shortdbname", ())[:1])
    code = match.group(1).lower() if match else (short or stated).lower()
    return EBSCO_FILES.get(code, stated or (f"EBSCOhost {code}" if code else ""))


def _proquest(tags: Tags, full_name: str) -> str:
    """The short name if known, else the name as given; if none is given, that in the link resolver URL."""
    stated = next((value for name in ("DB", "database") for value in tags.get(name, ()) if value.strip()), "")
    if not stated:
        places = " ".join([*tags.get("L2", ()), *tags.get("UR", ())])
        match = re.search(r"ProQ(?::|%3A)+(?:ProQ(?::|%3A)+)?(\w+)", places, re.IGNORECASE)
        stated = match.group(1) if match else ""
    plain = re.sub(r"[\u00ae\u2122]|\((?:R|TM)\)", "", stated).strip().lower()
    return next((name for pattern, name in PROQUEST_FILES if re.search(pattern, plain)), "") or full_name


def _medline(tags: Tags, record: dict[str, Any]) -> None:
    if any(owner.strip() == "ERIC" for owner in tags.get("OWN", ())):
        record["database"] = "ERIC"
    elif record["pmid"]:
        record["url"] = record["url"] or f"https://pubmed.ncbi.nlm.nih.gov/{record['pmid']}/"
    links = []
    for tag, kind in LINKS.items():
        for value in tags.get(tag, ()):
            match = re.search(r"PMID:?\s*(\d+)", value)
            pmid = normal_pmid(match.group(1)) if match else ""
            links.append(f"{kind}: PMID {pmid}" if pmid else f"{kind}: {collapse(value)}")
    record["related_reports"] = links
    record["retracted"] = record["retracted"] or any(link.startswith("RetractionIn:") for link in links)
