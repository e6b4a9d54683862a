"""JSON of ClinicalTrials.gov and Europe PMC: records to ``Raw``. A tag is the path of a value, parts joined by dots."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from prismake.core.errors import ImportFileError
from prismake.search.mapping import Dialect, Raw, Tags

TRIALS = Dialect(
    "ClinicalTrials.gov JSON",
    "ClinicalTrials.gov",
    "ClinicalTrials.gov API v2",
    {
        "accession": ("identificationModule.nctId",),
        "title": ("identificationModule.officialTitle", "identificationModule.briefTitle"),
        "year": ("statusModule.startDateStruct.date", "statusModule.studyFirstSubmitDate"),
        "abstract": ("descriptionModule.briefSummary",),
        "publication_types": ("designModule.studyType",),
        "keywords": (
            "conditionsModule.conditions",
            "conditionsModule.keywords",
            "armsInterventionsModule.interventions.name",
        ),
        "trial_ids": ("identificationModule.nctId", "identificationModule.secondaryIdInfos.id"),
        "related_reports": ("results.pmid:report",),
        "url": ("identificationModule.nctId:trial-url",),
    },
    kind="register",
)

EUROPE_PMC = Dialect(
    "Europe PMC JSON",
    "Europe PMC",
    "Europe PMC RESTful web service",
    {
        "accession": ("key",),
        "title": ("title",),
        "authors": ("people:single", "authorString:commas"),
        "year": ("pubYear", "journalInfo.yearOfPublication", "firstPublicationDate"),
        "journal": ("journalInfo.journal.title", "bookOrReportDetails.publisher"),
        "volume": ("journalInfo.volume",),
        "issue": ("journalInfo.issue",),
        "pages": ("pageInfo",),
        "doi": ("doi",),
        "pmid": ("pmid",),
        "pmcid": ("pmcid",),
        "abstract": ("abstractText",),
        "language": ("language",),
        "publication_types": ("pubTypeList.pubType",),
        "keywords": ("meshHeadingList.meshHeading.descriptorName", "keywordList.keyword"),
        "related_reports": ("links",),
        "url": ("address",),
    },
)

_TRIAL_PATHS = sorted({rule[0] for _, _, rules in TRIALS.plan for rule in rules})
_PAPER_PATHS = sorted({rule[0] for _, _, rules in EUROPE_PMC.plan for rule in rules} - {"authorString"})


def read(text: str, where: str) -> tuple[Dialect, Iterator[Raw]]:
    """The dialect of a JSON file and its records: one record, a list, a page of either service, or one a line.

    Raises ``ImportFileError`` when the JSON is broken or holds neither studies nor papers.
    """
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError):
        try:
            data = [json.loads(line) for line in text.split("\n") if line.strip()]
        except (ValueError, RecursionError) as error:
            raise ImportFileError(f"the JSON is broken ({error}).", where=where, remedy="Download it again.") from None
    papers = _papers(data)
    if papers is not None:
        return EUROPE_PMC, (Raw(1, _paper_tags(paper)) for paper in papers)
    studies = _studies(data)
    if not studies:
        raise ImportFileError(
            "the JSON holds no studies of ClinicalTrials.gov and no papers of Europe PMC.",
            where=where,
            remedy="Use Download, JSON on ClinicalTrials.gov, or export RIS from the database.",
        )
    return TRIALS, (Raw(1, _trial_tags(study)) for study in studies)


def _papers(data: Any) -> list[dict[str, Any]] | None:
    """The papers of an answer of Europe PMC, ``None`` when it is something else."""
    if not isinstance(data, dict) or not isinstance(data.get("resultList"), dict):
        return None
    results = data["resultList"].get("result")
    return [one for one in results if isinstance(one, dict)] if isinstance(results, list) else None


def _paper_tags(paper: dict[str, Any]) -> Tags:
    tags = {path: values for path in _PAPER_PATHS if (values := _at(paper, path.split(".")))}
    source, number = (_at(paper, [name])[:1] for name in ("source", "id"))
    if number:
        tags["key"] = number if source in ([], ["MED"], ["PPR"]) else [f"{source[0]}:{number[0]}"]
        tags["address"] = [f"https://europepmc.org/article/{(source or ['MED'])[0]}/{number[0]}"]
    people = _list(paper, "authorList", "author")
    names = [_at(one, ["fullName"]) or _at(one, ["collectiveName"]) for one in people]
    tags["people"] = [name[0] for name in names if name]
    if not tags["people"]:
        tags["authorString"] = [text.rstrip(".") for text in _at(paper, ["authorString"])]
    tags["links"] = [
        "".join(word[:1].upper() + word[1:] for word in kind[0].split()) + f": PMID {other[0]}"
        for one in _list(paper, "commentCorrectionList", "commentCorrection")
        if (kind := _at(one, ["type"])) and (other := _at(one, ["id"]))
    ]
    return tags


def _list(node: dict[str, Any], *path: str) -> list[dict[str, Any]]:
    found: Any = node
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _studies(data: Any) -> list[dict[str, Any]]:
    if isinstance(data, dict):
        if isinstance(data.get("protocolSection"), dict):
            return [data]
        data = data.get("studies") or data.get("study")
        data = [data] if isinstance(data, dict) else data
    if isinstance(data, list):
        return [item for item in data if isinstance(item, dict) and isinstance(item.get("protocolSection"), dict)]
    return []


def _trial_tags(study: dict[str, Any]) -> Tags:
    protocol = study["protocolSection"]
    tags = {path: values for path in _TRIAL_PATHS if (values := _at(protocol, path.split(".")))}
    # Papers that the study only builds upon (BACKGROUND) are no reports of it.
    references = _list(protocol, "referencesModule", "references")
    return tags | {
        "results.pmid": _at([one for one in references if one.get("type") in ("RESULT", "DERIVED")], ["pmid"])
    }


def _at(node: Any, path: list[str]) -> list[str]:
    if isinstance(node, list):
        return [value for item in node for value in _at(item, path)]
    if path:
        return _at(node.get(path[0]), path[1:]) if isinstance(node, dict) else []
    return [str(node)] if isinstance(node, str | int | float) and str(node).strip() else []
