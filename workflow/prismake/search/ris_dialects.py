"""Tag definitions of RIS, by exporter; data only.

The dialects are tried in order; the first whose signature matches is used, and the one without a signature is last.
"""

from __future__ import annotations

from typing import Any

from prismake.search import known_fields
from prismake.search.mapping import Dialect


def _dialect(*of: Any, ignored: str = "", **more: Any) -> Dialect:
    more["ignored"] = known_fields.RIS.union(ignored.split())
    return Dialect(*of, **more)


_RIS = {
    "title": ("TI", "T1", "CT", "BT"),
    "authors": ("AU", "A1"),
    "year": ("PY", "Y1", "DA"),
    "journal": (r"JO?UR=sciencedirect\.com/", "T2", "JF", "JO", "JA", "J2"),
    "volume": ("VL",),
    "issue": ("IS",),
    "pages": ("SP~EP", "C7"),
    "doi": ("DO", "L3:doi", "M3:doi", "UR:doi", "L2:doi"),
    "pmid": ("PM",),
    "abstract": ("AB", "N2"),
    "language": ("LA",),
    "publication_types": ("M3", "TY"),
    "keywords": ("KW:semicolons",),
    "url": ("UR",),
    "database": ("DB",),
}

RIS_DIALECTS = (
    _dialect(
        "prismake RIS",
        "",
        "prismake",
        {
            "accession": ("AN:exact",),
            "title": ("TI:exact",),
            "authors": ("AU:exact-one",),
            "year": ("PY",),
            "journal": ("T2:exact",),
            "volume": ("VL:exact",),
            "issue": ("IS:exact",),
            "pages": ("SP~EP",),
            "doi": ("DO",),
            "pmid": ("C1:pmid-line",),
            "pmcid": ("C2",),
            "abstract": ("AB:exact",),
            "language": ("LA:exact",),
            "publication_types": ("C5:exact-one", "M3:exact-one"),
            "keywords": ("KW:exact-one",),
            "trial_ids": ("C3:exact-one",),
            "related_reports": ("C4:exact-one",),
            "retracted": ("C6:exact",),
            "url": ("UR:exact",),
            "database": ("DB:exact",),
        },
        kind="other",
        signature=(r"^DP {2}- prismake$",),
    ),
    _dialect(
        "Rayyan RIS",
        "",
        "Rayyan",
        {
            **_RIS,
            "accession": ("AN:rayyan",),
            "publication_types": ("M3",),
            "database": ("UR:text?UR=^$",),
        },
        kind="other",
        signature=(r"^AN {2}- rayyan-\d+",),
    ),
    _dialect(
        "Covidence RIS",
        "",
        "Covidence",
        {
            **_RIS,
            "journal": ("JO", "T2", "JF"),
            "pages": ("SP~EP", "PG"),
            "publication_types": ("M3",),
            "accession": ("AN",),
        },
        kind="other",
        signature=(r"^PD {2}-", r"^NS {2}-"),
        ignored="PD NS",
    ),
    _dialect(
        "Cochrane RIS",
        "CENTRAL",
        "Cochrane Library",
        {
            **_RIS,
            "accession": ("AN:central-number", "AN"),
            "journal": ("JA", "JO", "JF", "T2"),
            "pages": ("SP~EP",),
            "pmid": ("C3:pmid-pubmed", "PM"),
            "doi": ("DO",),
            "publication_types": ("M3",),
            "database": (),
            "trial_ids": ("C3", "AU"),
        },
        signature=(r"^AN {2}- {1,2}C[ND]-?\d+", r"^(?:Provider: John Wiley|TY {2}- {2}|UR .*cochranelibrary)"),
    ),
    _dialect(
        "Embase.com RIS",
        "Embase",
        "Embase.com",
        {
            **_RIS,
            "title": ("T1", "TI"),
            "accession": ("U2:embase-number", "UR:embase-number", "U2"),
            "journal": ("JF", "JO", "T2"),
            "pages": ("SP~EP",),
            "pmid": ("C5:pmid", "PM"),
            "doi": ("DO", "L2:doi"),
            "publication_types": ("M3",),
            "database": (),
            "trial_ids": ("C4", "C3", "C2", "C1", "CN"),
        },
        signature=(r"^(?:U2 {2}- L\d|UR {2}- https?://www\.embase\.com/)", r"^(?:T1|A1|Y1|N2|JF) {2}- "),
    ),
    _dialect(
        "Ovid RIS",
        "",
        "Ovid",
        {
            **_RIS,
            "title": ("T1", "TI"),
            "accession": ("AN?ID=\\[https?:", "ID:unlinked", "AN", "L2:ovid-number"),
            "journal": ("JF", "JA", "T2", "J2"),
            "pages": ("SP~EP?SP=\\d",),
            "pmid": (
                "ID:pmid?L2=[?&]D=(?:med|prem|pmoz|ppez|mesz)",
                "ID:pmid?DB=(?i:medline)",
                "AN:pmid?DB=(?i:medline)",
                "ID:pmid-linked",
                "PM:pmid-first",
            ),
            "doi": ("DO", "UR:doi"),
            "publication_types": ("PT",),
            "database": (),
        },
        signature=(
            r"(?:^(?:L2|UR) {2}- |Link to the Ovid).*ovid\w*\.\w+.*[?&]D=|^\d+\. *\n+TY {2}- .*\n(?:DB .*\n)?ID ",
        ),
    ),
    _dialect(
        "Web of Science RIS",
        "Web of Science",
        "Web of Science",
        {
            **_RIS,
            "accession": ("AN:wos", "UT:wos"),
            "pmid": ("PM", "AN:wos-medline", "UT:wos-medline"),
            "publication_types": ("M3", "TY"),
            "database": (),
            "pages": ("SP~EP", "C7", "AR"),
        },
        signature=(r"^AN {2}- (?:WOS|MEDLINE|BCI|CCC|KJD|SCIELO):",),
    ),
    _dialect(
        "Scopus RIS",
        "Scopus",
        "Scopus",
        {
            **_RIS,
            "accession": ("UR:eid",),
            "publication_types": ("M3",),
            "doi": ("DO",),
            "database": (),
        },
        signature=(r"^UR {2}- https?://www\.scopus\.com/inward", r"^(?:DB {2}- Scopus|N1 {2}- Export Date)"),
    ),
    _dialect(
        "EBSCOhost RIS",
        "",
        "EBSCOhost",
        {
            **_RIS,
            "title": ("T1", "TI"),
            "accession": ("UR:url-an", "AN", "N1:ebsco-number", "ID:digits"),
            "pmid": (
                "PM",
                "AN:pmid?DB=^(?i:medline\\b|mdc$|mdl$|cmedm$|mnh$|med$)",
                "AN:pmid?UR=(?i:[?&]db=(?:mdc|mdl|cmedm|mnh|med)\\b)",
            ),
            "doi": ("DO", "L3:doi"),
            "abstract": ("AB", "N2"),
            "publication_types": ("M3",),
            "journal": ("JF", "JO", "T2"),
            "database": ("DB",),
        },
        signature=(
            r"^(?:DP {2}- EBSCO|(?:UR|L2) {2}- https?://(?:search\.ebscohost|research\.ebsco|openurl\.ebsco)\.com)",
        ),
    ),
    _dialect(
        "ProQuest RIS",
        "ProQuest",
        "ProQuest",
        {
            **_RIS,
            "title": ("T1", "TI"),
            "accession": ("AN:digits", "UR:digits"),
            "pmid": ("PM", "AN:second-number?DB=(?i:medline|^5$)"),
            "doi": ("DO", "L2:doi"),
            "publication_types": ("M3",),
            "journal": ("JF", "JO", "T2"),
            "database": ("DB",),
        },
        signature=(r"^(?:UR|L2) {2}- https?://(?:search|www)\.proquest\.com",),
    ),
    _dialect(
        "EndNote or other manager RIS",
        "",
        "",
        {
            **_RIS,
            "accession": ("AN:pmid?DP=(?i:nlm|pubmed)",),
            "pmid": ("PM", "AN:pmid?DP=(?i:nlm|pubmed)", "AN:pmid?DB=^(?i:medline|pubmed)"),
            "pmcid": ("C2:pmcid?DP=NLM",),
            "publication_types": ("M3", "TY"),
            "trial_ids": ("C3", "AN"),
        },
        kind="other",
    ),
)
