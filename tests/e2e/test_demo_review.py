"""The demonstration: from the search results to the report, and against what R makes of the same counts."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import warm_r
import yaml
from printed_numbers import Printed, decimals, intervals, source_decimals, source_intervals, values, whole
from prismake.core.errors import PrismakeError
from prismake.core.numbers import format_of
from prismake.core.paths import package_root
from prismake.core.reuse import ANEW
from prismake.core.stamps import Stamps
from prismake.protocol.config import validated
from prismake.report.value_trace import pooled_values, trace
from quick import QuickReview
from review import Review

ROOT = Path(__file__).parents[2]
TABLES = yaml.safe_load((ROOT / "workflow/schemas/tables.yaml").read_text(encoding="utf-8"))
pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("demo")]  # one worker makes it, once

# metafor 3.8-1 on the twelve published trials (Front Immunol 2021;11:569117, Table 1), one row a cohort, logit scale:
# estimate, interval, prediction interval (by t with k - 2 and the classic standard error), tau² of rma(measure="PLO",
# method="REML", test="knha"); estimate, interval and tau² of rma.glmm(nAGQ = 25); four decimals.
R_RESULTS = {
    "remission": ((0.7901, 0.7050, 0.8557, 0.5826, 0.9103, 0.1423), (0.8001, 0.7360, 0.8517, 0.1485)),
    "relapse": ((0.4132, 0.2518, 0.5957, 0.0894, 0.8346, 0.5577), (0.4079, 0.2800, 0.5496, 0.5198)),
    "crs": ((0.8430, 0.7558, 0.9030, 0.6469, 0.9402, 0.1602), (0.8704, 0.7978, 0.9196, 0.3418)),
    "neurotoxicity": ((0.3568, 0.2764, 0.4463, 0.1912, 0.5656, 0.1047), (0.3523, 0.2860, 0.4248, 0.0953)),
}


ODD_NAME = "Anna’s “trials” & 100 % of #1; $HOME {x} [y] é ü 漢 ".ljust(190, "n")  # 200 bytes
ODD_ENVIRONMENT = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "4711"}

# Python runs this before a job's script: it writes down which files the job opens.
NOTE_WHAT_IS_OPENED = """
import atexit, os, sys
opened = set()
sys.addaudithook(lambda event, details: opened.add(str(details[0])) if event == "open" else None)

@atexit.register
def write_down():
    place = os.path.join({folder!r}, f"{{os.path.basename(sys.argv[0])}}.{{os.getpid()}}")
    if ".snakemake/scripts/" in sys.argv[0]:
        with open(place, "w", encoding="utf-8", errors="replace") as file:
            file.write("\\n".join(opened))
"""


def submitted_rules() -> set[str]:
    """The scripts of the rules that a cluster runs."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "rules").glob("*.smk"))
    blocks = re.split(r"(?m)^ *rule\b", text)[1:]
    return {re.search(r"scripts/(\w+)\.py", block)[1] for block in blocks if "localrule: True" not in block}


@pytest.fixture(scope="module")
def opened(tmp_path_factory) -> Path:
    """A folder with a list of the files that each job of the demonstration opened."""
    return tmp_path_factory.mktemp("opened")


@pytest.fixture(scope="module")
def demo(tmp_path_factory, opened) -> Review:
    """A copy of the project, run once by a bare snakemake, where and as few people would.

    In a folder with a name of 200 bytes, in the locale C, at the other end of the days, with another order of sets and
    with files that nobody else may read. It is made once more in the process of the tests, as anybody would.
    """
    review = QuickReview.__new__(QuickReview)
    review.folder = tmp_path_factory.mktemp("demo") / ODD_NAME
    review.folder.mkdir()
    for name in ("Snakefile", "rules", "scripts", "profiles", "config"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, review.folder / name)
    customized = tmp_path_factory.mktemp("customized")
    (customized / "sitecustomize.py").write_text(NOTE_WHAT_IS_OPENED.format(folder=str(opened)), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(customized), prepend=os.pathsep)
        for name, value in ODD_ENVIRONMENT.items():
            patch.setenv(name, value)
        usual = os.umask(0o077)
        try:
            review.output = Review.run(review)
        finally:
            os.umask(usual)
    return review


@pytest.fixture(scope="module")
def pooling(demo, tmp_path_factory) -> Path:
    """The results of the outcomes in another folder: Rscript finds no script below one with quotation marks in its name."""
    return shutil.copytree(demo.folder / "results/pooling", tmp_path_factory.mktemp("outcomes") / "pooling")


def result(demo: Review, outcome: str) -> dict:
    return json.loads((demo.folder / f"results/pooling/{outcome}.json").read_text(encoding="utf-8"))


def test_one_command_finishes_the_review(demo):
    assert "all decisions have been made" in demo.output
    page = (demo.folder / "results/report/report.html").read_text(encoding="utf-8")
    assert "CAR T-cell therapy" in page
    assert "illustrative" in page


@pytest.mark.parametrize("outcome", R_RESULTS)
def test_pooled_results_are_those_of_metafor(demo, outcome):
    found = result(demo, outcome)
    reml, glmm = R_RESULTS[outcome]
    row = found["analyses"]["inverse_variance"]
    assert [row[key] for key in ("estimate", "ci_lb", "ci_ub", "pi_lb", "pi_ub", "tau2")] == pytest.approx(
        reml, abs=6e-5
    )
    row = found["analyses"]["main"]
    assert [row[key] for key in ("estimate", "ci_lb", "ci_ub", "tau2")] == pytest.approx(glmm, abs=6e-5)
    assert row["k"] == {"remission": 9, "relapse": 8, "crs": 9, "neurotoxicity": 9}[outcome]


def test_subgroups_are_those_of_metafor(demo):
    antigen = result(demo, "relapse")["subgroups"]["antigen"]
    assert (antigen["Q"], antigen["df"], antigen["p"]) == pytest.approx((0.342, 1, 0.559), abs=6e-4)
    domain = {row["level"]: row for row in result(demo, "relapse")["subgroups"]["costimulatory_domain"]["levels"]}
    assert [domain["4-1BB"][key] for key in ("estimate", "ci_lb", "ci_ub")] == pytest.approx(
        (0.4039, 0.2433, 0.5883), abs=6e-5
    )
    assert [domain["CD28"][key] for key in ("estimate", "ci_lb", "ci_ub")] == pytest.approx(
        (0.3539, 0.1106, 0.7071), abs=6e-5
    )


@pytest.mark.skipif(
    not warm_r.has_r("metafor", "jsonlite", "lme4"), reason="R with metafor, jsonlite and lme4 is missing"
)
@pytest.mark.parametrize("outcome", R_RESULTS)
def test_r_makes_the_same_results(pooling, outcome):
    script = pooling / f"{outcome}.check.R"
    if outcome == "relapse":  # as a user types it
        done = subprocess.run(["Rscript", str(script)], capture_output=True, text=True, timeout=120, check=False)
    else:
        done = warm_r.rscript(script)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^all \d{3} numbers agree", done.stdout, re.MULTILINE)
    assert done.stdout.count("prismake") > 15


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_r_stops_where_a_number_differs(demo, tmp_path):
    script = (demo.folder / "results/pooling/relapse.check.R").read_text(encoding="utf-8")
    estimate = repr(result(demo, "relapse")["analyses"]["inverse_variance"]["estimate"])
    wrong = tmp_path / "wrong.R"
    wrong.write_text(script.replace(estimate, "0.5"), encoding="utf-8")
    assert subprocess.run(["Rscript", str(wrong)], capture_output=True, timeout=120, check=False).returncode != 0


def test_overlapping_cohorts_are_pooled_once(demo):
    left_out = {row["label"]: row["reason"] for row in result(demo, "relapse")["left_out"]}
    assert set(left_out) == {"Grupp 2013", "Turtle 2016", "Fry 2018", "Frey 2020", "Kantarjian 2017"}
    assert "pooled instead" in left_out["Grupp 2013"]
    assert "not reported" in left_out["Frey 2020"]
    for outcome in ("crs", "neurotoxicity"):  # Shah 2020 reports neither, so that Fry 2018 keeps its numbers
        pooled = {study["label"] for study in result(demo, outcome)["studies"]}
        assert ("Fry 2018" in pooled, "Shah 2020" in pooled) == (True, False)


def test_every_pooled_number_leads_back_to_its_cells(demo):
    protocol = validated(
        yaml.safe_load((demo.folder / "config/config.yaml").read_text(encoding="utf-8")), folder=demo.folder
    )
    values = list(pooled_values(protocol, demo.folder))
    assert len(values) == 2 * (9 + 8 + 9 + 9) + 3  # counts of the cohorts; hazard ratio and limits of the trial
    for value in values:
        typed = {cell.typed for cell in value.cells}
        assert value.value in typed, value
    books = {
        path.name: openpyxl.load_workbook(path) for path in (demo.folder / "config/sheets").glob("extraction.*.xlsx")
    }
    for cell in (cell for value in values for cell in value.cells):
        name, sheet, address = re.fullmatch(r"(.+), sheet “(.+)”, cell ([A-Z]+\d+)", cell.place).groups()
        assert str(books[name][sheet][address].value) == cell.typed


def test_a_trace_names_cells_people_and_report(demo):
    protocol = validated(
        yaml.safe_load((demo.folder / "config/config.yaml").read_text(encoding="utf-8")), folder=demo.folder
    )
    text = "\n".join(trace("neurotoxicity", "Gardner 2017", protocol, demo.folder))
    assert "Gardner 2017, Neurotoxicity (PLO): pooled" in text
    assert "settled by: consensus" in text
    assert "ben: “12” in extraction.ben.xlsx, sheet “Data extraction”, cell M" in text
    assert "consensus: “21” in extraction.consensus.xlsx" in text
    with pytest.raises(PrismakeError, match="There are: Gardner 2017"):
        trace("neurotoxicity", "Gardener 2017", protocol, demo.folder)


def test_the_published_headline_stands_beside_ones_own(demo):
    published = result(demo, "relapse")["published"]
    assert (published["estimate"], published["ci_lb"], published["ci_ub"]) == (0.39, 0.29, 0.49)
    assert "pools other studies" in published["sentence"]


def test_every_record_is_somewhere_in_the_flow(demo):
    boxes = json.loads((demo.folder / "results/flow/flow.json").read_text(encoding="utf-8"))["boxes"]
    assert boxes["identified"]["total"] == 58 + 180 + 120
    assert boxes["other"]["identified"]["total"] == 2
    assert boxes["included"]["studies"] == 13
    assert boxes["undecided_title_abstract"] == boxes["undecided_full_text"] == boxes["possible_duplicates"] == 0


def test_the_numbers_of_the_tutorial_are_those_of_the_demonstration(demo):
    tutorial = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    rows = re.findall(r"\| `results/flow/flow\.csv`, ([^,|]*), ([^,|]*), ?([^|]*) \| (\d+) \|", tutorial)
    assert len(rows) == 7
    with (demo.folder / "results/flow/flow.csv").open(encoding="utf-8", newline="") as file:
        counts = {(row["column"], row["box"], row["item"]): row["count"] for row in csv.DictReader(file)}
    assert {row[:3]: row[3] for row in rows} == {row[:3]: counts[row[:3]] for row in rows}


def test_no_job_opened_a_file_that_its_stamp_does_not_cover(demo, opened):
    """Neither a module nor a form, an instrument, a schema or a template of the package."""
    package = package_root()
    stamps, seen = Stamps(package, ROOT), set()
    for listing in sorted(opened.iterdir()):
        script = listing.name.split(".")[1]  # tmp1a2b3c.find_duplicates.py.4711
        covered = set(stamps.files(script).values())
        for line in listing.read_text(encoding="utf-8").splitlines():
            path = Path(line)
            if path.parent.name == "__pycache__":
                path = path.parents[1] / f"{path.name.partition('.')[0]}.py"
            if path.is_relative_to(package.parent) and path.is_file():
                assert path in covered, (script, path)
                seen.add(script)
    # the demonstration is too small for its exports, records and pairs to be shared out among jobs
    divided = {"read_exports", "normalise_records", "pair_records", "compare_records"}
    assert seen == {path.stem for path in (ROOT / "scripts").glob("*.py")} - divided


def test_steps_that_a_cluster_runs_leave_config_alone(demo, opened):
    """Sheets and history are opened only by steps that run where snakemake was typed."""
    submitted = submitted_rules()
    touched = set()
    for listing in opened.iterdir():
        script = listing.name.split(".")[1]
        if script in submitted:
            paths = {(demo.folder / line).resolve() for line in listing.read_text(encoding="utf-8").splitlines()}
            touched |= {
                (script, path.name) for path in paths if path.is_relative_to((demo.folder / "config").resolve())
            }
    assert touched == set()


def test_nothing_to_do_afterwards_and_the_same_bytes_again(demo, monkeypatch):
    """Also where the jobs share a process: no job lives on what another has left in memory."""
    demo.idle()
    before = demo.digests()
    shutil.rmtree(demo.folder / "results")
    monkeypatch.setenv(ANEW, "1")
    demo.run()
    assert demo.digests() == before
    demo.idle()


def test_an_edited_extraction_column_is_read_in_the_sheets_of_extraction_only(demo):
    config = demo.folder / "config/config.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("help: Participants who received CAR T-cells.", "help: Infused."), encoding="utf-8")
    lines = [line.strip() for line in demo.run("-n").splitlines()]  # steps of one submission are set in
    jobs = Counter(line.split()[1] for line in lines if line.startswith(("rule ", "localrule ")))
    config.write_text(text, encoding="utf-8")
    # those of extraction, and of certainty, which is judged on what is pooled from them
    assert (jobs["read_sheets:"], jobs["collect_outcomes:"]) == (2, 1)
    others = (
        "search_source:",
        "import_records:",
        "find_duplicates:",
        "group_studies:",
        "score_studies:",
        "count_flow:",
    )
    assert not jobs.keys() & set(others)
    demo.idle()


def test_no_sheet_of_the_demonstration_was_changed(demo):
    for path in sorted((ROOT / "config/sheets").rglob("*")):
        if path.is_file():
            assert (demo.folder / path.relative_to(ROOT)).read_bytes() == path.read_bytes(), path.name


def columns_of(path: Path) -> list[str]:
    if path.suffix == ".parquet":
        return list(pd.read_parquet(path).columns)
    return path.read_text(encoding="utf-8").splitlines()[0].split(",")


@pytest.fixture(scope="module")
def printed(demo) -> Printed:
    return Printed(demo.folder)


@pytest.mark.parametrize("outcome", R_RESULTS)
def test_no_printed_number_differs_from_its_source(printed, outcome):
    """Page, manuscript, abstract, supplement, sentences and figures: every interval as a whole, and every decimal."""
    source = printed.json(f"pooling/{outcome}.json")
    surfaces = printed.of_outcome(list(R_RESULTS).index(outcome), outcome)
    known, single = source_intervals(source), source_decimals(source)
    differing = {
        name: (intervals(text) - known, decimals(text) - single)
        for name, text in surfaces.items()
        if intervals(text) - known or decimals(text) - single
    }
    assert differing == {}
    main, show = source["analyses"]["main"], format_of(source)
    result = tuple(show.value(main[name], main) for name in ("estimate", "ci_lb", "ci_ub"))
    everywhere = ("sentences", "page", "manuscript", "abstract", "supplement", f"{outcome}.forest.svg")
    assert [name for name in everywhere if result not in intervals(surfaces[name])] == []
    assert sum(len(intervals(text)) + len(decimals(text)) for text in surfaces.values()) > 300


def test_a_printed_number_that_differs_is_seen(printed):
    source = printed.json("pooling/relapse.json")
    text = printed.of_outcome(0, "relapse")["manuscript"]
    changed = text.replace("0.41 (95 % CI 0.28 to 0.55)", "0.42 (95 % CI 0.28 to 0.55)")
    assert intervals(changed) - source_intervals(source) == {("0.42", "0.28", "0.55")}
    assert decimals(text + " 0.4177") - source_decimals(source) == {"0.4177"}


def test_the_supplement_holds_the_results_unrounded(printed):
    """To 1e-15, the digits that openpyxl writes."""
    for outcome in R_RESULTS:
        source = printed.json(f"pooling/{outcome}.json")
        rows = {row["name"]: row for row in printed.supplement["Syntheses"] if row["outcome"] == outcome}
        for analysis in source["analyses"].values():
            row = rows[analysis["name"]]
            for name in ("estimate", "ci_lb", "ci_ub", "pi_lb", "pi_ub", "tau2", "I2", "Q", "Q_p"):
                assert row[name] == pytest.approx(analysis[name], rel=1e-15, abs=0), (outcome, name)


def test_no_number_of_the_flow_differs(printed, demo):
    """Page, manuscript, figure and the table for R say what the flow says, and nothing else."""
    flow = printed.json("flow/flow.json")
    known = set(values(flow)) | {2020, 2021, 372, 71}  # the flow's own citation: BMJ 2021;372:n71
    boxes = flow["boxes"]
    known |= {
        len(boxes["identified"]["databases"]),
        boxes["identified"]["total"] + boxes["other"]["identified"]["total"],
    }
    surfaces = {
        "page": printed.section("flow"),
        "manuscript": printed.manuscript["Study selection"],
        "figure": printed.svg(demo.folder / "results/flow/flow.svg"),
    }
    assert {name: whole(text) - known for name, text in surfaces.items() if whole(text) - known} == {}
    main = {
        boxes["identified"]["total"],
        boxes["screened"],
        boxes["sought"],
        boxes["assessed"],
        boxes["included"]["studies"],
    }
    assert [name for name in ("manuscript", "figure") if not main <= whole(surfaces[name])] == []
    rows = pd.read_csv(demo.folder / "results/flow/prisma2020.csv", keep_default_na=False).set_index("data")["n"]
    assert int(rows["records_screened"]) == boxes["screened"]
    assert {int(rows["total_studies"]), int(rows["new_studies"])} == {boxes["included"]["studies"]}


@pytest.mark.parametrize("table", TABLES)
def test_tables_have_the_documented_columns(demo, table):
    wanted, found = TABLES[table]["columns"], columns_of(demo.folder / "results" / table)
    if "..." in wanted:
        at = wanted.index("...")
        tail = wanted[at + 1 :]
        assert (found[:at], found[len(found) - len(tail) :]) == (wanted[:at], tail)
        assert len(found) >= len(wanted) - 1  # the protocol may name none
    else:
        assert found == wanted


# tables that are steps between rules, not results that anybody publishes
BETWEEN_RULES = {
    "results/duplicates/carried.csv",
    "results/duplicates/links.csv",
    "results/full_text/fulltexts.csv",
    "results/full_text/linked.csv",
    "results/records/vanished.csv",
    "results/report/studies.csv",
}


def test_the_report_of_snakemake_has_each_figure_and_table_with_a_caption(demo, tmp_path):
    demo.run("--report", str(tmp_path / "report.html"))
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    before = '<script id="results">\n    var results = '
    start = text.index(before) + len(before)
    shown, _ = json.JSONDecoder().raw_decode(text, start)
    results = demo.folder / "results"
    made = {
        path.relative_to(demo.folder).as_posix()
        for path in (*results.rglob("*.svg"), *results.rglob("*.csv"))
        if path.name not in ("notes.csv", "cells.csv") and not path.name.endswith(".decisions.csv")
    }
    assert made - BETWEEN_RULES <= set(shown)
    assert not [path for path, result in shown.items() if not result["caption"] or not result["labels"]]
