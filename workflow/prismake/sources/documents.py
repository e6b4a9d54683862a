"""EndNote XML, BibTeX and ClinicalTrials.gov JSON: records to ``Raw``."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from typing import IO, Any

from lxml import etree

from prismake.errors import ImportFileError
from prismake.records import collapse
from prismake.sources.dialects import ENDNOTE_XML
from prismake.sources.mapping import Dialect, Raw, Tags
from prismake.sources.pubmed_xml import SAFE

_ENDNOTE_PATHS = sorted(
    {name for _, _, rules in ENDNOTE_XML.plan for rule in rules for name in (rule[0], rule[3]) if name}
    | {"notes", "research-notes", "custom1", "custom7", "label", "caption"}
)


def endnote_xml(stream: IO[bytes], problems: list[str]) -> Iterator[Raw]:
    """Records of an EndNote library; a file that breaks off gives the records before the break and a problem."""
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
            for found in element.iterfind(path)
            if (
                value := (
                    found.get("name") or "".join(found.itertext()) if path == "ref-type" else "".join(found.itertext())
                )
            )
            and value.strip()
        ]
        if values:
            tags[path] = values
    return tags


def bibtex(text: str, problems: list[str]) -> Iterator[Raw]:
    """BibTeX entries through bibtexparser; a block that it cannot read costs one problem.

    Entries with a key or a field that occurs twice are whole: Scopus writes ``funding_details`` several times, other
    exports leave all keys empty.
    """
    import bibtexparser

    quiet = logging.getLogger()
    level, quiet.level = quiet.level, logging.CRITICAL  # bibtexparser logs each problem to the root logger as well
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
        if len(value) > 1 and value[0] + value[-1] in {"{}", '""'}:
            value = value[1:-1]
        # Rayyan's decisions stand in braces of their own.
        if value := value if "RAYYAN-" in value else plain_latex(value):
            tags.setdefault(field.key.lower(), []).append(value)
    return tags


def plain_latex(value: str) -> str:
    """Accents and symbols written as LaTeX commands as Unicode, grouping braces gone."""
    if "\\" not in value:
        return value.replace("{", "").replace("}", "").strip()
    try:
        from pylatexenc.latex2text import LatexNodes2Text

        return LatexNodes2Text(math_mode="verbatim").latex_to_text(value).strip()
    except Exception:  # a stray backslash in an abstract is no LaTeX: keep the text as it stands
        return re.sub(r"[\\{}]", "", value).strip()


# --- ClinicalTrials.gov --------------------------------------------------------------------------------------------

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
        "related_reports": ("referencesModule.references.pmid:report",),
        "url": ("identificationModule.nctId:trial-url",),
    },
    kind="register",
)
_TRIAL_PATHS = sorted({rule[0] for _, _, rules in TRIALS.plan for rule in rules})


def trials_json(text: str, where: str) -> Iterator[Raw]:
    """Studies of ClinicalTrials.gov: one study, a list, a page of the API, or one study a line.

    Raises ``ImportFileError`` when the JSON is broken or holds no studies.
    """
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError):
        try:
            data = [json.loads(line) for line in text.split("\n") if line.strip()]
        except (ValueError, RecursionError) as error:
            raise ImportFileError(f"the JSON is broken ({error}).", where=where, remedy="Download it again.") from None
    studies = _studies(data)
    if not studies:
        raise ImportFileError(
            "the JSON holds no studies of ClinicalTrials.gov.",
            where=where,
            remedy="Use Download, JSON on ClinicalTrials.gov, or export RIS from the database.",
        )
    return (Raw(1, _trial_tags(study)) for study in studies)


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
    return {path: values for path in _TRIAL_PATHS if (values := _at(protocol, path.split(".")))}


def _at(node: Any, path: list[str]) -> list[str]:
    if isinstance(node, list):
        return [value for item in node for value in _at(item, path)]
    if path:
        return _at(node.get(path[0]), path[1:]) if isinstance(node, dict) else []
    return [str(node)] if isinstance(node, str | int | float) and str(node).strip() else []
