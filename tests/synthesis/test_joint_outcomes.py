"""Outcomes analysed together: published numbers, studies that report one of them, mistakes, and R."""

from __future__ import annotations

import math
import runpy
from pathlib import Path

import pandas as pd
import pytest
import warm_r
from prismake.core.errors import ConfigError
from prismake.core.files import read_json, write_csv, write_json, write_text
from prismake.protocol.config import validated
from prismake.protocol.schema import with_defaults
from prismake.synthesis.outcome import analyse
from prismake.synthesis.syntheses import synthesis_of

SCRIPT = Path(__file__).parents[2] / "scripts/pool_outcome.py"
Z = 1.959963984540054
# Berkey et al. 1998 (Stat Med 17:2537), as metadat's dat.berkey1998 has them: improvement in probing depth and in
# attachment level, variances and covariance in units of 1e-4.
DEPTH, LEVEL = [0.47, 0.20, 0.40, 0.26, 0.56], [-0.32, -0.60, -0.12, -0.31, -0.39]
WITHIN = [(75, 30, 77), (57, 9, 8), (21, 7, 14), (29, 9, 15), (148, 72, 304)]
PARTS = ("effect", "lower", "upper")


def spec(title: str, **own) -> dict:
    written = {"measure": "GEN", "ratio_scale": False, "title": title, "method": "REML", "test": "z", **own}
    filled = with_defaults({"outcomes": {"x": {"sensitivity": [], **written}}})["outcomes"]["x"]
    return {**filled, "columns": {part: f"{title}_{part}" for part in PARTS}}


def rows(outcome: str, middle: list[float], variance: list[float], rho: list[str], first: int = 0) -> pd.DataFrame:
    studies = []
    for n, (yi, vi, within) in enumerate(zip(middle, variance, rho, strict=True), start=first):
        half = Z * math.sqrt(vi)
        cells = dict(zip(PARTS, (repr(yi), repr(yi - half), repr(yi + half)), strict=True))
        studies.append(
            {
                **{"study_id": f"s{n}", "arm": "", "label": f"Study {n}", "year": "1990", "outcome": outcome, **cells},
                **{"within": within, "status": "used", "remark": "", "settled_by": "", "source": "", "how": ""},
            }
        )
    return pd.DataFrame(studies)


def joined(correlation: float = 0.3, *, column: bool = True, alone: int = 0) -> dict:
    """Probing depth with attachment level; ``alone``: further studies that report attachment level only."""
    rho = [repr(b / math.sqrt(a * c)) if column else "NR" for a, b, c in WITHIN]
    own = spec(
        "Depth", sensitivity=["jointly"], assumed={"within_study": correlation},
        jointly={"outcomes": ["level"], "column": "within" if column else ""},
    )  # fmt: skip
    table = rows("depth", DEPTH, [a / 1e4 for a, _, _ in WITHIN], rho)
    other = rows("level", LEVEL + [-0.3] * alone, [c / 1e4 for *_, c in WITHIN] + [0.002] * alone, rho + ["NR"] * alone)
    return analyse(
        "depth", table, own, labels={}, level=95.0, subgroup_tau2="common", undecided={},
        beside={"level": (other, spec("Attachment level"))},
    )  # fmt: skip


def test_two_outcomes_of_periodontal_trials():
    """metafor's page on Berkey et al. 1998: 0.3534 (0.0588) and −0.3392 (0.0879) by REML, correlation 0.6088."""
    row = joined()["sensitivity"]["jointly"]
    assert row["values"]["beta"] == pytest.approx([0.3534, -0.3392], abs=5e-5)
    assert row["values"]["se"] == pytest.approx([0.0588, 0.0879], abs=5e-5)
    assert row["estimate"] == pytest.approx(row["values"]["beta"][0]) and row["ci_lb"] < row["estimate"] < row["ci_ub"]
    for words in ("Attachment level", "5 studies, 0 of which", "between studies 0.61", "with 0.00 and 0.60"):
        assert words in row["sentence"], row["sentence"]


def test_the_script_finds_the_rows_of_the_other_outcome(tmp_path):
    """``pool_outcome`` of one outcome alone, as where outcomes are divided into groups."""
    rho = [repr(b / math.sqrt(a * c)) for a, b, c in WITHIN]
    tables = [rows("depth", DEPTH, [w[0] / 1e4 for w in WITHIN], rho)]
    tables += [rows("level", LEVEL, [w[2] / 1e4 for w in WITHIN], rho)]
    write_csv(tmp_path / "outcomes.csv", pd.concat(tables, ignore_index=True))
    scores = ["study_id", "label", "instrument", "overall", "result"]
    write_csv(tmp_path / "scores.csv", pd.DataFrame(columns=scores, dtype=str))
    own = spec(
        "Depth", sensitivity=["jointly"], assumed={"within_study": 0.3},
        jointly={"outcomes": ["level"], "column": "within"},
    )  # fmt: skip
    settings = {
        **{"specs": {"depth": own}, "beside": {"level": spec("Attachment level")}, "fields": {"depth": []}},
        **{"level": 95.0, "subgroup_tau2": "common", "seed": 1},
    }
    paths = {"results": tmp_path / "depth.json", "analyses": tmp_path / "depth", "check": tmp_path / "depth.check.R"}
    inputs = {name: tmp_path / f"{name}.csv" for name in ("outcomes", "scores")}
    runpy.run_path(str(SCRIPT))["main"](inputs, [], settings, {"depth": paths})
    document = read_json(tmp_path / "depth/jointly.json")
    assert document["values"]["beta"] == pytest.approx([0.3534, -0.3392], abs=5e-5) and document["error"] is None


def test_studies_that_report_the_other_outcome_alone_take_part():
    row = joined(alone=3)["sensitivity"]["jointly"]
    assert row["values"]["k"] == 8 and row["values"]["reported"] == [5, 8] and "3 of which do not" in row["sentence"]


def test_the_stated_correlation_serves_where_a_study_gives_none():
    row = joined(0.45, column=False)["sensitivity"]["jointly"]
    assert set(row["values"]["rho"]) == {0.45} and row["options"]["correlation"] == 0.45


def test_an_outcome_of_one_study_has_a_reason():
    own = spec("Depth", sensitivity=["jointly"], assumed={"within_study": 0.5}, jointly={"outcomes": ["level"]})
    table = rows("depth", DEPTH, [0.01] * 5, ["NR"] * 5)
    other = rows("level", [0.1], [0.01], ["NR"])
    result = analyse(
        "depth", table, own, labels={}, level=95.0, subgroup_tau2="common", undecided={},
        beside={"level": (other, spec("Attachment level"))},
    )  # fmt: skip
    row = result["sensitivity"]["jointly"]
    assert row["values"] is None and "fewer than two studies report Attachment level" in row["sentence"]


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"sensitivity": ["jointly"]}, "names jointly: write under"),
        ({"jointly": {"outcomes": ["level"]}, "sensitivity": []}, "add jointly to"),
        ({"jointly": {"outcomes": ["other"]}, "sensitivity": ["jointly"]}, "has other, which cannot join it"),
        ({"jointly": {"outcomes": ["level", "level"]}, "sensitivity": ["jointly"]}, "has level twice"),
        ({"jointly": {"outcomes": ["level"]}, "sensitivity": ["jointly"]}, "assumed.within_study', their correlation"),
        ({"jointly": {"outcomes": ["level"], "column": "x"}, "sensitivity": ["jointly"]}, "jointly.column' is 'x'"),
    ],
)
def test_mistakes_in_the_protocol_are_explained(own, words):
    every = {"depth": {"measure": "MD", **own}, "level": {"measure": "MD"}}
    with pytest.raises(ConfigError) as error:
        validated({"title": "A", "question": "Q", "outcomes": every})
    assert words in str(error.value)


@pytest.mark.skipif(not warm_r.has_r("metafor", "jsonlite"), reason="R with metafor and jsonlite is not installed")
def test_metafor_agrees(tmp_path):
    result = joined(alone=3)
    write_json(tmp_path / "depth.json", result)
    write_text(tmp_path / "depth.check.R", synthesis_of({}).script(result, "depth.check.R"))
    made = warm_r.rscript(tmp_path / "depth.check.R")
    assert made.returncode == 0 and "jointly, beta" in made.stdout, made.stdout + made.stderr
