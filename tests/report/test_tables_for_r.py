"""Flow and effects as packages of R read them."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess

import pytest
import review_samples as samples
from prismake.core.files import read_table, write_table
from prismake.report.manuscript.metafor_table import escalc_names, metafor_table
from prismake.report.manuscript.prisma_table import prisma_table


def numbers(flow, results=(), reports=None) -> dict[str, str]:
    table = prisma_table(flow, results, reports or {})
    assert table.columns == ("data", "node", "box", "description", "boxtext", "tooltips", "url", "n")
    return {row[0]: row[-1] for row in table.rows if row[0] != "NA"}


def test_every_box_of_the_flow_is_the_number_of_the_flow():
    flow = samples.flow("both")
    boxes, found = flow["boxes"], numbers(flow)
    assert int(found["database_results"]) + int(found["register_results"]) == boxes["identified"]["total"]
    assert int(found["records_screened"]) == boxes["screened"]
    assert int(found["dbr_assessed"]) == boxes["assessed"]
    assert int(found["other_assessed"]) == boxes["other"]["assessed"]
    assert (int(found["total_studies"]), int(found["total_reports"])) == tuple(boxes["included"].values())
    reasons = dict(part.rsplit(", ", 1) for part in found["dbr_excluded"].split("; "))
    assert sum(map(int, reasons.values())) == sum(boxes["excluded_full_text"].values())


def test_names_cannot_break_its_lists():
    flow = samples.flow("both")
    boxes = {**flow["boxes"], "excluded_full_text": {"Companion, no data; old": 3, "Wrong": 2}}
    assert numbers({**flow, "boxes": boxes})["dbr_excluded"] == "Companion – no data – old, 3; Wrong, 2"


def test_studies_in_meta_analysis_are_counted_once():
    results = [samples.relapse(), samples.crs()]
    for result in results:
        for study in result["studies"]:
            study["study_id"] = study["label"]
    labels = {study["study_id"] for result in results for study in result["studies"]}
    found = numbers(samples.flow("both"), results, {min(labels): 3})
    assert int(found["total_studies_ma"]) == len(labels)
    assert int(found["total_reports_ma"]) == len(labels) + 2


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        (["events", "total"], ["xi", "ni"]),
        (["events", "time"], ["xi", "ti"]),
        (["events1", "total1", "events2", "total2"], ["ai", "n1i", "ci", "n2i"]),
        (["events1", "time1", "events2", "time2"], ["x1i", "t1i", "x2i", "t2i"]),
        (["mean1", "sd1", "n1", "mean2", "sd2", "n2"], ["m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"]),
        (["correlation", "n"], ["ri", "ni"]),
        (["effect", "lower", "upper"], ["effect", "lower", "upper"]),
    ],
)
def test_numbers_have_the_names_of_escalc(columns, names):
    assert list(escalc_names(dict.fromkeys(columns, "x")).values()) == names


def test_numbers_lose_nothing_and_texts_are_no_formulas():
    result = samples.relapse()
    result["studies"][0] |= {"label": "=1+1", "yi": -0.1234567890123456}
    rows = list(csv.DictReader(io.StringIO(metafor_table(result))))
    assert rows[0]["study"] == "'=1+1"
    assert float(rows[0]["yi"]) == -0.1234567890123456
    assert [int(row["xi"]) for row in rows] == [study["events"] for study in result["studies"]]


@pytest.mark.skipif(not shutil.which("Rscript"), reason="R is not installed")
def test_escalc_makes_the_same_effects(tmp_path):
    """metafor's escalc(measure = "PLO") on xi and ni gives yi and vi."""
    (tmp_path / "effects.csv").write_text(metafor_table(samples.relapse()), encoding="utf-8")
    code = (
        'suppressPackageStartupMessages(library(metafor)); d <- read.csv("effects.csv"); '
        'e <- escalc(measure="PLO", xi=xi, ni=ni, data=d[c("xi","ni")]); '
        "cat(max(abs(e$yi-d$yi), abs(e$vi-d$vi)) < 1e-9)"
    )
    done = subprocess.run(["Rscript", "-e", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    if "there is no package" in done.stderr:
        pytest.skip("R has no metafor here")
    assert done.stdout == "TRUE", done.stderr


def test_a_table_is_read_as_it_was_written(tmp_path):
    table = prisma_table(samples.flow("both"), [], {})
    write_table(tmp_path / "t.csv", table)
    assert read_table(tmp_path / "t.csv") == table
