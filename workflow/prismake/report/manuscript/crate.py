"""The review as a research object: an RO-Crate 1.2 that describes one run of a workflow, as a zip archive.

RO-Crate 1.2 (https://w3id.org/ro/crate/1.2) with the profile Workflow Run Crate 0.5
(https://w3id.org/ro/wfrun/workflow/0.5). Only what is listed here is included: exports of databases and PDFs are not
ours to publish, and a key must never leave. Dates come from the config, so that the same review gives the same file.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from prismake import __version__
from prismake.core.errors import PrismakeError
from prismake.core.files import replacing
from prismake.core.paths import graph_root, results_parent
from prismake.core.software import versions

CRATE, RUN, WORKFLOW = "https://w3id.org/ro/crate/1.2", "https://w3id.org/ro/wfrun", "https://w3id.org/workflowhub"
# Workflow Run Crate 0.5 builds on RO-Crate 1.1, which a 1.2 crate also satisfies
CRATES = (CRATE, "https://w3id.org/ro/crate/1.1")
PROFILES = {
    f"{RUN}/process/0.5": "Process Run Crate",
    f"{RUN}/workflow/0.5": "Workflow Run Crate",
    f"{WORKFLOW}/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
METADATA = "ro-crate-metadata.json"
GIVEN = (
    "config/config.yaml",
    "config/sheets/**/*",
    "config/versions/*",
    "config/instruments/*.yaml",
    "config/languages/*.yaml",
    "config/known_*",
)
MADE = (
    *("results/manuscript.docx", "results/supplement.xlsx", "results/supplement/*", "results/report/*"),
    *("results/pooling/**/*.json", "results/pooling/*.R", "results/pooling/*.csv"),
    *(f"results/{room}/*.{each}" for room in ("pooling", "appraisal") for each in ("svg", "pdf", "png")),
    *("results/flow/*", "results/appraisal/*.csv", "results/extraction/*.csv"),
    *("results/certainty/*.csv", "results/certainty/*.json", "results/protocol/*", "results/full_text/studies.csv"),
)
SEARCHES = ("config/searches/**/*",)
_SKIPPED = re.compile(r"^\.|^~\$|\.tmp$|_key\.")
_TYPES = {
    ".csv": "text/csv", ".json": "application/json", ".svg": "image/svg+xml", ".html": "text/html", ".R": "text/x-r",
    ".pdf": "application/pdf", ".png": "image/png",
    ".yaml": "application/yaml", ".ris": "application/x-research-info-systems", ".bib": "application/x-bibtex",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".md": "text/markdown",
}  # fmt: skip
_ORCID = re.compile(r"\(?\s*(?:https?://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])\s*\)?")
_NEVER = (1980, 1, 1, 0, 0, 0)  # the first date that a zip archive can hold


def write_crate(path: Path, config: Mapping[str, Any], folder: Path = Path(), *, with_searches: bool = False) -> int:
    """Write the archive; returns the number of files in it apart from its description.

    Args:
        config: the validated protocol; ``license`` is needed, and ``published`` or the date of a search.
        with_searches: also the exports in ``config/searches/``, if their databases allow it.

    Raises:
        PrismakeError: the archive exists already, or the config lacks something that a crate must state.
    """
    if path.exists():
        raise PrismakeError(f"{path} is there already.", remedy="Move it away, or name another file.")
    published = _published(config)
    given = _files(folder, (*GIVEN, *(SEARCHES if with_searches else ())))
    made = _files(results_parent(folder), MADE)
    workflow = folder / "Snakefile"
    files = {"Snakefile": workflow if workflow.is_file() else graph_root() / "Snakefile", **given, **made}
    if "results/report/report.html" not in made:
        raise PrismakeError("there are no results yet.", remedy="Type snakemake first.")
    text = json.dumps(description(config, published, files, given, made), indent=1, ensure_ascii=False) + "\n"
    with replacing(path) as draft, zipfile.ZipFile(draft, "w") as archive:
        for name, data in [(METADATA, text.encode()), *((name, file.read_bytes()) for name, file in files.items())]:
            entry = zipfile.ZipInfo(name, _NEVER)
            entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return len(files)


def _published(config: Mapping[str, Any]) -> str:
    """The day of publication, or of the newest search."""
    if not config.get("license"):
        raise PrismakeError(
            "a crate must say under which licence it may be used.",
            where="config/config.yaml, license",
            remedy="Write for instance license: CC-BY-4.0 (the names are those of https://spdx.org/licenses).",
        )
    days = [search["date"] for search in config["searches"].values() if search.get("date")]
    day = config.get("published") or max(days, default="")
    if not day:
        raise PrismakeError(
            "a crate must say when it was published.",
            where="config/config.yaml, published",
            remedy="Write the day, for instance published: 2025-08-31.",
        )
    return str(day)


def _files(folder: Path, patterns: tuple[str, ...]) -> dict[str, Path]:
    found = {path for pattern in patterns for path in folder.glob(pattern) if path.is_file() and not path.is_symlink()}
    names = {path.relative_to(folder).as_posix(): path for path in found if not _SKIPPED.search(path.name)}
    return dict(sorted(names.items()))


def description(
    config: Mapping[str, Any],
    published: str,
    files: Mapping[str, Path],
    given: Mapping[str, Path],
    made: Mapping[str, Path],
) -> dict[str, Any]:
    """The content of ``ro-crate-metadata.json``: the crate, its files, its people, and the run that made them."""
    licence = str(config["license"])
    link = licence if licence.startswith("http") else f"https://spdx.org/licenses/{licence}"
    people = list(_people(config.get("authors") or []))
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": config["title"],
        "description": config["question"],
        "datePublished": published,
        "license": _ref(link),
        "author": [_ref(person["@id"]) for person in people],
        "conformsTo": list(map(_ref, PROFILES)),
        "hasPart": list(map(_ref, files)),
        "mainEntity": _ref("Snakefile"),
        "mentions": _ref("#run"),
    }
    run = {
        "@id": "#run",
        "@type": "CreateAction",
        "name": "The run of the review that made these results",
        "instrument": _ref("Snakefile"),
        "object": list(map(_ref, given)),
        "result": list(map(_ref, made)),
        "endTime": published,
        "agent": [_ref(person["@id"]) for person in people],
    }
    graph = [
        {"@id": METADATA, "@type": "CreativeWork", "conformsTo": list(map(_ref, CRATES)), "about": _ref("./")},
        {name: value for name, value in root.items() if value != []},
        *_profiles(),
        {"@id": link, "@type": "CreativeWork", "name": licence, "description": f"The licence {licence}"},
        *people,
        *_workflow(),
        {name: value for name, value in run.items() if value != []},
        *(_file(name, path) for name, path in files.items() if name != "Snakefile"),
    ]
    return {"@context": f"{CRATE}/context", "@graph": graph}


def _ref(name: str) -> dict[str, str]:
    return {"@id": name}


def _profiles() -> Iterator[dict[str, Any]]:
    for link, name in PROFILES.items():
        yield {"@id": link, "@type": ["CreativeWork", "Profile"], "name": name, "version": link.rpartition("/")[2]}


def _workflow() -> Iterator[dict[str, Any]]:
    language = "https://w3id.org/workflowhub/workflow-ro-crate#snakemake"
    yield {
        "@id": "Snakefile",
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
        "name": "A systematic review as one graph",
        "description": "From a protocol and search results to a flow, pooled estimates and a report",
        "programmingLanguage": _ref(language),
        "version": f"prismake {__version__}",
    }
    yield {
        "@id": language,
        "@type": "ComputerLanguage",
        "name": "Snakemake",
        "version": versions()["snakemake"],
        "identifier": _ref("https://doi.org/10.1093/bioinformatics/bts480"),
        "url": _ref("https://snakemake.readthedocs.io"),
    }


def _people(authors: list[str]) -> Iterator[dict[str, Any]]:
    """The authors, identified by the ORCID after their name if there is one."""
    for number, author in enumerate(authors, start=1):
        match = _ORCID.search(author)
        name = " ".join(_ORCID.sub(" ", author).split()).strip(" ,;")
        yield {
            "@id": f"https://orcid.org/{match[1]}" if match else f"#author-{number}",
            "@type": "Person",
            "name": name,
        }


def _file(name: str, path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    made = {
        "@id": name,
        "@type": "File",
        "name": name.rpartition("/")[2],
        "contentSize": str(len(data)),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    kind = _TYPES.get(path.suffix)
    return made | ({"encodingFormat": kind} if kind else {})
