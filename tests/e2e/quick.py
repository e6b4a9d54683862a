"""The scripts of the graph up to the flow, called one after the other in one process: many runs in little time.

What Snakemake adds, running no more than is needed, is tested with Snakemake itself; here every run makes everything
again, as after results/ was deleted.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import yaml
from prismake.core.files import read_csv
from prismake.flow.inputs import TABLES
from prismake.protocol.config import PANEL_STAGES, SEARCHES, reviewers, validated
from prismake.protocol.known_files import known_studies
from prismake.search.discovery import sources
from prismake.search.imported_decisions import STAGES
from prismake.search.notices import pubmed_search
from review import Review

ROOT = Path(__file__).parents[2]


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"script_{name}", ROOT / "scripts" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


class QuickReview(Review):
    """A review whose runs call the scripts' own ``main``; the rest is that of a review run by Snakemake."""

    def run(self, *_: str, check: bool = True) -> str:
        shutil.rmtree(self.folder / "results", ignore_errors=True)
        with inside(self.folder):
            _run(validated(yaml.safe_load(Path("config/config.yaml").read_text(encoding="utf-8"))))
        return ""

    def flow(self) -> dict:
        return json.loads((self.folder / "results/flow/flow.json").read_text(encoding="utf-8"))

    def log(self, source: str) -> dict:
        return json.loads((self.folder / f"results/search/{source}.json").read_text(encoding="utf-8"))

    def agreement(self, stage: str) -> dict:
        return json.loads((self.folder / f"results/{stage}/agreement.json").read_text(encoding="utf-8"))

    def came_along(self) -> dict[str, int]:
        """What has become of the decisions that came along, without those that follow from others."""
        return dict(Counter(row["became"] for row in self.table("flow/carried.csv") if not row["implied"]))

    def words(self) -> list[str]:
        return json.loads((self.folder / "results/flow/carried.json").read_text(encoding="utf-8"))

    def table(self, path: str) -> list[dict[str, str]]:
        return read_csv(self.folder / "results" / path).to_dict("records")


def _run(config: dict) -> None:
    results = Path("results")
    found = sources(config, SEARCHES)
    kinds = {name: details["kind"] for name, details in found.items()}
    logs = [results / "search" / f"{name}.json" for name in found]
    tables = [results / "search" / f"{name}.parquet" for name in found]
    records, vanished = results / "records/records.parquet", results / "records/vanished.csv"
    came = {name: results / "search" / f"{name}.decisions.csv" for name in found}
    for name, log, table in zip(found, logs, tables, strict=True):
        output = {"log": log, "records": table, "decisions": came[name]}
        script("search_source").main(name, found[name], config["email"], SEARCHES, output)
    script("import_records").main(logs, tables, records, vanished, results / "search/searches.csv")
    folder = results / "duplicates"
    queues = {stage: results / stage / "queue.parquet" for stage in PANEL_STAGES}
    parts = {"found": folder / "found.csv", "queue": queues["duplicates"], "merges": queues["merges"]}
    parts["audit"] = folder / "audit.parquet"
    script("find_duplicates").main(records, True, 1, parts)
    for stage in ("duplicates", "merges"):
        _stage(stage, config)
    reports = folder / "reports.parquet"
    inputs = {"records": records, "vanished": vanished, "decisions": folder / "decisions.csv"}
    inputs["merges"] = results / "merges/decisions.csv"
    output = {name: folder / f"{name}.csv" for name in ("duplicates", "links", "sources", "shared")}
    output |= {"reports": reports, "summary": folder / "summary.json"}
    script("merge_duplicates").main(inputs, kinds, True, 1, output)
    carried, asked = folder / "carried.csv", {stage: reviewers(config, stage) for stage in STAGES}
    names = {name: details["reviewers"] for name, details in found.items()}
    script("carry_decisions").main(came, folder / "duplicates.csv", names, asked, carried)
    script("queue_records").main(reports, carried, results / "title_abstract/queue.parquet")
    _stage("title_abstract", config)
    screened, read = (results / stage / "decisions.csv" for stage in ("title_abstract", "full_text"))
    sought = results / "full_text/sought.parquet"
    inputs = {"reports": reports, "decisions": screened, "links": folder / "links.csv", "carried": carried}
    script("queue_reports").main(inputs, config["title_abstract"]["gate"], config["full_text"]["reasons"], sought)
    names = {"queue": "queue.parquet", "files": "fulltexts.csv", "missing": "missing.csv", "summary": "fulltexts.json"}
    output = {name: results / "full_text" / file for name, file in names.items()}
    script("find_fulltexts").main(sought, [], "", output)
    _stage("full_text", config)
    output = {name: results / name / "queue.parquet" for name in ("appraisal", "extraction")}
    output["studies"] = results / "full_text/studies.csv"
    notices = results / "full_text/notices.csv"
    script("check_notices").main(
        reports, read, pubmed_search(found), config["email"], notices, notices.with_suffix(".json")
    )
    script("group_studies").main(
        reports, read, notices, config["full_text"]["gate"], config["appraisal"]["instruments"], output
    )
    files = {name: results / path for name, path in TABLES.items()}
    output = {"flow": results / "flow/flow.json", "table": results / "flow/flow.csv"}
    script("count_flow").main(logs, records, reports, files, config["previous"], output)
    became = {name: results / f"flow/carried.{name}" for name in ("csv", "json")}
    script("list_carried").main(carried, {"title_abstract": screened, "full_text": read}, *became.values())
    names = ("vanished", "duplicates", "title_abstract", "full_text")
    script("list_vanished").main(logs, records, {n: files[n] for n in names}, results / "flow/vanished.csv")
    names = ("duplicates", "title_abstract", "full_text", "studies")
    output = {"table": results / "flow/known_studies.csv", "words": results / "flow/known_studies.json"}
    known = known_studies(Path("config"))
    script("follow_known_studies").main(known, logs, records, {n: files[n] for n in names}, output)


def _stage(stage: str, config: dict) -> None:
    folder = Path("results") / stage
    script("offer_sheets").main(stage, config, folder / "queue.parquet", folder / "offered.json")
    output = {
        "decisions": folder / "decisions.csv",
        "notes": folder / "notes.csv",
        "agreement": folder / "agreement.json",
        "status": folder / "status.json",
    }
    script("read_sheets").main(stage, config, folder / "queue.parquet", output)
