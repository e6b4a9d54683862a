"""JSON of ClinicalTrials.gov, Europe PMC, OpenAlex and reference managers (CSL), read into ``Raw`` records.

A tag is the path of a value, joined by dots.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from prismake.core.errors import ImportFileError
from prismake.core.files import parsed_json
from prismake.core.records import collapse
from prismake.search import known_fields
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

CSL = Dialect(
    "CSL-JSON",
    "",
    "",
    {
        "title": ("title",),
        "authors": ("people:single",),
        "year": ("issued.date-parts", "issued.raw", "issued.literal", "issued", "published.date-parts"),
        "journal": ("container-title",),
        "volume": ("volume",),
        "issue": ("issue", "number"),
        "pages": ("page", "article-number"),
        "doi": ("DOI",),
        "pmid": ("PMID",),
        "pmcid": ("PMCID",),
        "abstract": ("abstract",),
        "language": ("language",),
        "publication_types": ("type",),
        "keywords": ("keyword:loose", "categories"),
        "url": ("URL",),
    },
    kind="other",
    ignored=known_fields.CSL,
)

OPENALEX = Dialect(
    "OpenAlex JSON",
    "OpenAlex",
    "OpenAlex",
    {
        "accession": ("id:openalex",),
        "title": ("title", "display_name"),
        "authors": ("authorships.author.display_name:single",),
        "year": ("publication_year", "publication_date"),
        "journal": ("primary_location.source.display_name", "host_venue.display_name"),
        "volume": ("biblio.volume",),
        "issue": ("biblio.issue",),
        "pages": ("biblio.first_page~biblio.last_page",),
        "doi": ("doi", "ids.doi"),
        "pmid": ("ids.pmid",),
        "pmcid": ("ids.pmcid",),
        "abstract": ("abstract",),
        "language": ("language",),
        "publication_types": ("type",),
        "keywords": ("keywords.display_name", "mesh.descriptor_name"),
        "url": ("primary_location.landing_page_url", "id"),
        "related_reports": ("retraction",),
    },
    ignored=known_fields.OPENALEX,
)

_TRIAL_PATHS = sorted({rule[0] for _, _, rules in TRIALS.plan for rule in rules})
_PAPER_PATHS = sorted({rule[0] for _, _, rules in EUROPE_PMC.plan for rule in rules} - {"authorString"})
_CSL_PATHS, _OPENALEX_PATHS = sorted(CSL.tags), sorted(OPENALEX.tags)


def read(text: str, where: str, problems: list[str]) -> tuple[Dialect, Iterator[Raw]]:
    """The dialect of a JSON file and its records: a single record, a list, a page of a service, or one record per line.

    ``problems`` receives a line for entries of a list that are no records. Raises ``ImportFileError`` if the JSON is
    invalid or contains no records.
    """
    try:
        data: Any = parsed_json(text)
    except ValueError:
        try:
            data = [parsed_json(line) for line in text.split("\n") if line.strip()]
        except ValueError as error:
            raise ImportFileError(f"the JSON is broken ({error}).", where=where, remedy="Download it again.") from None
    papers = _papers(data)
    if papers is not None:
        return EUROPE_PMC, (Raw(1, _paper_tags(paper)) for paper in papers)
    if studies := _studies(data):
        return TRIALS, (Raw(1, _trial_tags(study)) for study in studies)
    items = _items(data)
    if works := [item for item in items if "openalex.org/" in str(item.get("id", ""))]:
        _count_others(len(items) - len(works), "works of OpenAlex", problems)
        return OPENALEX, (Raw(1, _openalex_tags(work)) for work in works)
    if any(item.get("title") and _CSL_MARKS.intersection(item) for item in items):
        cited = [item for item in items if item.get("title")]
        _count_others(len(items) - len(cited), "CSL items with a title", problems)
        return CSL, (Raw(1, _csl_tags(item)) for item in cited)
    raise ImportFileError(
        "the JSON holds no studies of ClinicalTrials.gov, papers of Europe PMC, works of OpenAlex or CSL items.",
        where=where,
        remedy="Use Download, JSON on ClinicalTrials.gov; or export RIS from the database or reference manager.",
    )


def _papers(data: Any) -> list[dict[str, Any]] | None:
    """The papers in an answer of Europe PMC, ``None`` if it is something else."""
    if not isinstance(data, dict) or not isinstance(data.get("resultList"), dict):
        return None
    results = data["resultList"].get("result")
    return [paper for paper in results if isinstance(paper, dict)] if isinstance(results, list) else None


def _paper_tags(paper: dict[str, Any]) -> Tags:
    tags = {path: values for path in _PAPER_PATHS if (values := _at(paper, path.split(".")))}
    source, number = (_at(paper, [name])[:1] for name in ("source", "id"))
    if number:
        tags["key"] = number if source in ([], ["MED"], ["PPR"]) else [f"{source[0]}:{number[0]}"]
        tags["address"] = [f"https://europepmc.org/article/{(source or ['MED'])[0]}/{number[0]}"]
    people = _list(paper, "authorList", "author")
    names = [_at(person, ["fullName"]) or _at(person, ["collectiveName"]) for person in people]
    tags["people"] = [name[0] for name in names if name]
    if not tags["people"]:
        tags["authorString"] = [text.rstrip(".") for text in _at(paper, ["authorString"])]
    tags["links"] = [
        "".join(word[:1].upper() + word[1:] for word in kind[0].split()) + f": PMID {other[0]}"
        for correction in _list(paper, "commentCorrectionList", "commentCorrection")
        if (kind := _at(correction, ["type"])) and (other := _at(correction, ["id"]))
    ]
    return tags


def _count_others(number: int, kind: str, problems: list[str]) -> None:
    if number:
        verb = "entry is" if number == 1 else "entries are"
        problems.append(f"{number:,} {verb} no {kind} and left out.")


def _list(node: dict[str, Any], *path: str) -> list[dict[str, Any]]:
    value: Any = node
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


_CSL_MARKS = {"issued", "container-title", "author", "DOI", "page", "PMID"}


def _items(data: Any) -> list[dict[str, Any]]:
    """What a list, an answer of a service (``results``, ``items``, ``message.items``) or a single record contains."""
    for name in ("message", "results", "items"):
        if isinstance(data, dict) and isinstance(data.get(name), dict | list):
            data = data[name]
    if isinstance(data, list) and all(
        isinstance(item, dict) and set(item) <= {"results", "meta", "group_by"} for item in data
    ):
        data = [entry for page in data for entry in page.get("results") or []]  # pages of one search, one per line
    return [item for item in (data if isinstance(data, list) else [data]) if isinstance(item, dict)]


def _csl_tags(item: dict[str, Any]) -> Tags:
    tags = {path: values for path in _CSL_PATHS if (values := _at(item, path.split(".")))}
    tags["people"] = [name for person in _list(item, "author") if (name := _csl_name(person))]
    for path in ("issued.date-parts", "published.date-parts"):
        tags[path] = tags.get(path, [])[:1]  # the year; month and day follow it
    for key, value in item.items():
        # Notes are searched for identifiers; others are counted, so that an unknown one is named.
        if key not in CSL.tags and key not in {"author", "issued", "published"}:
            tags[key] = _at(value, []) or ["" if isinstance(value, str) else "…"]
    return {tag: values for tag, values in tags.items() if values}


def _csl_name(person: dict[str, Any]) -> str:
    given, family = (collapse(str(person.get(key) or "")) for key in ("given", "family"))
    before = collapse(str(person.get("non-dropping-particle") or person.get("dropping-particle") or ""))
    suffix = collapse(str(person.get("suffix") or ""))
    family = f"{before} {family}".strip()
    given = f"{given} {suffix}".strip()
    return (
        f"{family}, {given}"
        if family and given
        else family or given or str(person.get("literal") or person.get("name") or "")
    )


def _openalex_tags(work: dict[str, Any]) -> Tags:
    tags = {path: values for path in _OPENALEX_PATHS if (values := _at(work, path.split(".")))}
    inverted = work.get("abstract_inverted_index")
    if isinstance(inverted, dict) and not tags.get("abstract"):
        places = [(place, word) for word, at in inverted.items() if isinstance(at, list) for place in at]
        tags["abstract"] = [" ".join(word for _, word in sorted(places, key=lambda pair: pair[0]))]
    if work.get("is_retracted") is True:
        tags["retraction"] = ["RetractionIn: as marked by OpenAlex"]
    for key in set(work) - {path.split(".")[0] for path in _OPENALEX_PATHS} - {"is_retracted"}:
        tags.setdefault(key, [""])
    return tags


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
    # Papers that the study merely builds upon (BACKGROUND) are not reports of it.
    references = _list(protocol, "referencesModule", "references")
    return tags | {
        "results.pmid": _at(
            [reference for reference in references if reference.get("type") in ("RESULT", "DERIVED")], ["pmid"]
        )
    }


def _at(node: Any, path: list[str]) -> list[str]:
    if isinstance(node, list):
        return [value for item in node for value in _at(item, path)]
    if path:
        return _at(node.get(path[0]), path[1:]) if isinstance(node, dict) else []
    return [str(node)] if isinstance(node, str | int | float) and str(node).strip() else []
