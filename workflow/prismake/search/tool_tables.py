"""Column definitions of tables from reference managers, screening tools and trial registers; data only."""

from __future__ import annotations

from prismake.search.mapping import Dialect, Tags
from prismake.search.tables import PLAIN, table

_ICTRP_FIELDS = Dialect(
    "WHO ICTRP",
    "WHO ICTRP",
    "WHO ICTRP",
    {
        "accession": ("trialid",),
        "title": ("public title", "scientific title"),
        "year": ("date registration", "date registration3", "date enrollement", "date enrolment"),
        "abstract": ("summary",),
        "publication_types": ("study type",),
        "keywords": ("condition:semicolons", "intervention:semicolons"),
        "trial_ids": ("trialid", "secondary ids", "secondary id", "secondary_id", "other records"),
        "url": ("web address",),
    },
    kind="register",
)
_ASREVIEW = Dialect("ASReview CSV", "", "ASReview", {"database": ("database",)}, kind="other")
ASREVIEW_LABELS = {
    "asreview_label": "title_abstract",
    "label_included": "title_abstract",
    "label_abstract_included": "title_abstract",
    "abstract_included": "title_abstract",
    "final_included": "full_text",
    "included": "title_abstract",
}
"""Columns in which ASReview writes 1 for relevant and 0 for irrelevant, and the stage of the decision."""
_SUMMARY = (
    "Scientific title|Condition|Intervention|Primary outcome|Secondary outcome|Study design|Phase|Target size"
    "|Inclusion Criteria|Exclusion Criteria|Primary sponsor|Countries|Recruitment Status"
).split("|")


def summarise(tags: Tags) -> None:
    """Add ``summary`` to an ICTRP registration: its labelled details of the trial, used as the abstract."""
    parts = ((name, " ".join(tags.get(name.lower(), ()))) for name in _SUMMARY)
    if summary := " ".join(f"{name}: {value.rstrip('. ')}." for name, value in parts if value):
        tags["summary"] = [summary]


TABLES = (
    table(
        "trialid|public title",
        _ICTRP_FIELDS,
        "lastrefreshedon|dateregistration3?|exportdate|sourceregister|otherrecords|inclusionagem(?:in|ax)|inclusiongender",
        "dateenroll?e?ment|contact.*|results.*|retrospectiveflag|bridg.*|internalnumber|acronym|primarysponsor|ethics.*",
        "recruitmentstatus|studydesign|phase|targetsize|countries|inclusioncriteria|exclusioncriteria|scientifictitle",
        "primaryoutcomes?|secondaryoutcomes?|secondarysponsor.*|prospectiveregistration|sourcesupport.*|ipd.*|age.*",
    ),
    *(
        table(
            f"title|{decision}",
            _ASREVIEW,
            "asreview.*|exportednotes.*|recordid|(?:final|abstract|fulltext|label)?_?included",
        )
        for decision in (*ASREVIEW_LABELS, "asreview_ranking")
    ),
    table(
        "key|item type|publication title|abstract note",
        Dialect(
            "Zotero CSV",
            "",
            "Zotero",
            {
                **PLAIN,
                "authors": ("author:semicolons",),
                "year": ("publication year", "date"),
                "journal": ("publication title", "journal abbreviation"),
                "doi": ("doi", "url:doi"),
                "pmid": ("extra:pmid-line",),
                "abstract": ("abstract note",),
                "publication_types": ("item type",),
                "keywords": ("manual tags:semicolons", "automatic tags:semicolons"),
                "url": ("url",),
                "database": ("archive",),
            },
            kind="other",
        ),
        r"applicationnumber|assignee|attorneyagent|bookauthor|castmember|codenumber|commenter|committee|composer",
        r"contributor|cosponsor|counsel|court|edition|filingdate|guest|history|interviewer|key|legalstatus",
        r"legislativebody|prioritynumbers|producer|programminglanguage|recipient|reporter|reviewedauthor|scale",
        r"scriptwriter|section|session|type|wordsby",
    ),
    table(
        "title|authors|covidence #",
        Dialect(
            "Covidence CSV",
            "",
            "Covidence",
            {
                **PLAIN,
                "accession": ("covidence #:covidence",),
                "authors": ("authors:people",),
                "year": ("published year",),
                "journal": ("journal",),
                "keywords": (),
            },
            kind="other",
        ),
        r"study",
    ),
    table(
        "key|title|authors|abstract|notes",
        Dialect(
            "Rayyan CSV",
            "",
            "Rayyan",
            {
                **PLAIN,
                "accession": ("key",),
                "authors": ("authors:people",),
                "year": ("year",),
                "journal": ("journal",),
                "doi": ("doi", "url:doi"),
                "pmid": ("pubmed_id",),
                "keywords": ("keywords:semicolons",),
                "url": ("url:first-word",),
            },
            kind="other",
        ),
    ),
    table(
        "nct number|study title",
        Dialect(
            "ClinicalTrials.gov CSV",
            "ClinicalTrials.gov",
            "ClinicalTrials.gov",
            {
                **PLAIN,
                "accession": ("nct number",),
                "title": ("study title",),
                "year": ("start date", "study first submitted", "first posted"),
                "abstract": ("brief summary",),
                "publication_types": ("study type",),
                "keywords": ("conditions:bars", "interventions:bars"),
                "trial_ids": ("nct number", "other ids"),
                "url": ("study url",),
            },
            kind="register",
        ),
    ),
    table(
        "nct number|title|status",
        Dialect(
            "ClinicalTrials.gov CSV (old site)",
            "ClinicalTrials.gov",
            "ClinicalTrials.gov",
            {
                **PLAIN,
                "accession": ("nct number",),
                "year": ("start date", "first posted"),
                "publication_types": ("study type",),
                "keywords": ("conditions:bars", "interventions:bars"),
                "trial_ids": ("nct number", "other ids"),
                "url": ("url",),
            },
            kind="register",
        ),
    ),
)

ICTRP = TABLES[0].dialect
