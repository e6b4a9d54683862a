"""The crate says what RO-Crate and its profile for runs of workflows ask for, and holds nothing that must not leave."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from prismake.core.errors import PrismakeError
from prismake.protocol.schema import with_defaults
from prismake.report.manuscript.crate import CRATE, METADATA, write_crate

SCHEMA_ORG = (
    "CreativeWork Person SoftwareApplication SoftwareSourceCode ComputerLanguage CreateAction about agent author "
    "contentSize datePublished description encodingFormat endTime hasPart identifier instrument license mainEntity "
    "mentions name object programmingLanguage result sha256 softwareRequirements url version"
).split()
# what https://w3id.org/ro/crate/1.2/context says of the words that a crate of ours uses
CONTEXT = {
    **{word: f"http://schema.org/{word}" for word in SCHEMA_ORG},
    "Dataset": "http://schema.org/Dataset",
    "File": "http://schema.org/MediaObject",
    "ComputationalWorkflow": "https://bioschemas.org/ComputationalWorkflow",
    "conformsTo": "http://purl.org/dc/terms/conformsTo",
    "Profile": "http://www.w3.org/ns/dx/prof/Profile",
}
AUTHORS = ["Anna Roe (0000-0002-1825-0097)", "Ben <Doe>"]


@pytest.fixture
def folder(tmp_path) -> Path:
    for name in (
        "Snakefile", "config/config.yaml", "config/sheets/full_text.anna.xlsx", "config/sheets/.~lock.x.xlsx#",
        "config/sheets/history/full_text.json", "config/ncbi_api_key.txt", "config/searches/embase.ris",
        "config/fulltexts/roe.pdf", "results/report/report.html", "results/pooling/relapse.json", "results/logs/x.log",
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    return tmp_path


def config(**changes) -> dict:
    searches = {"embase": {"date": "2025-08-31"}}
    return with_defaults(
        {
            "title": "Amber & <b>",
            "question": "Does it help?",
            "license": "CC-BY-4.0",
            "searches": searches,
            "authors": AUTHORS,
        }
        | changes
    )


def entities(path: Path) -> dict[str, dict]:
    with zipfile.ZipFile(path) as archive:
        return {entity["@id"]: entity for entity in json.loads(archive.read(METADATA))["@graph"]}


def test_what_goes_in_and_what_does_not(folder):
    assert write_crate(folder / "a.zip", config(), folder) == 6
    with zipfile.ZipFile(folder / "a.zip") as archive:
        names = set(archive.namelist())
    assert names == {
        METADATA, "Snakefile", "config/config.yaml", "config/sheets/full_text.anna.xlsx",
        "config/sheets/history/full_text.json", "results/report/report.html", "results/pooling/relapse.json",
    }  # fmt: skip
    write_crate(folder / "b.zip", config(), folder, with_searches=True)
    with zipfile.ZipFile(folder / "b.zip") as archive:
        assert set(archive.namelist()) - names == {"config/searches/embase.ris"}


def test_the_same_review_is_the_same_bytes(folder):
    write_crate(folder / "a.zip", config(), folder)
    write_crate(folder / "b.zip", config(), folder)
    assert (folder / "a.zip").read_bytes() == (folder / "b.zip").read_bytes()


def test_every_file_is_described_and_every_reference_leads_somewhere(folder):
    write_crate(folder / "a.zip", config(), folder)
    found = entities(folder / "a.zip")
    root = found["./"]
    assert {"@id": CRATE} in found[METADATA]["conformsTo"]
    assert (root["datePublished"], root["license"]["@id"]) == ("2025-08-31", "https://spdx.org/licenses/CC-BY-4.0")
    with zipfile.ZipFile(folder / "a.zip") as archive:
        assert {part["@id"] for part in root["hasPart"]} == set(archive.namelist()) - {METADATA}
    referred = {
        part["@id"]
        for entity in found.values()
        for value in entity.values()
        for part in (value if isinstance(value, list) else [value])
        if isinstance(part, dict)
    }
    outside = {link for link in referred - found.keys() if not link.startswith("https://")}
    assert outside == set()
    assert found["#run"]["instrument"] == root["mainEntity"] == {"@id": "Snakefile"}
    assert found["https://orcid.org/0000-0002-1825-0097"]["name"] == "Anna Roe"
    assert found["#author-2"]["name"] == "Ben <Doe>"


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"license": ""}, "under which licence"), ({"searches": {}}, "when it was published")],
)
def test_what_a_crate_must_say_is_asked_for(folder, changes, words):
    with pytest.raises(PrismakeError, match=words):
        write_crate(folder / "a.zip", config(**changes), folder)
    assert not (folder / "a.zip").exists()


def test_nothing_is_overwritten_and_nothing_made_of_nothing(folder):
    write_crate(folder / "a.zip", config(), folder)
    with pytest.raises(PrismakeError, match="is there already"):
        write_crate(folder / "a.zip", config(), folder)
    (folder / "results/report/report.html").unlink()
    with pytest.raises(PrismakeError, match="Type snakemake first"):
        write_crate(folder / "b.zip", config(), folder)


@pytest.mark.parametrize("profile", ["ro-crate-1.2", "workflow-run-crate-0.5"])
def test_roc_validator_finds_nothing_that_must_be_otherwise(folder, monkeypatch, profile):
    """All that is required; the context of RO-Crate is handed over, not downloaded."""
    services = pytest.importorskip("rocrate_validator.services", reason="roc-validator is not installed")
    from rdflib.plugins.shared.jsonld import context
    from rocrate_validator import models
    from rocrate_validator.utils import http

    text = json.dumps({"@context": CONTEXT})

    class Answer:
        status_code, headers = 200, {"Content-Type": "application/ld+json"}
        content = text.encode()

        def json(self):
            return json.loads(text)

    monkeypatch.setattr(http.HttpRequester, "get", lambda *_, **__: Answer(), raising=False)
    monkeypatch.setattr(context, "source_to_json", lambda *_, **__: (json.loads(text), None))
    write_crate(folder / "a.zip", config(), folder)
    with zipfile.ZipFile(folder / "a.zip") as archive:
        archive.extractall(folder / "crate")
    settings = services.ValidationSettings(
        rocrate_uri=str(folder / "crate"),
        profile_identifier=profile,
        requirement_severity=models.Severity.REQUIRED,
    )
    issues = services.validate(settings).get_issues()
    assert [f"{issue.check.identifier}: {issue.message}" for issue in issues] == []
