"""One outcome from its table to numbers and sentences."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from prismake.analysis import analyse
from prismake.config import with_defaults

# Table 1 of Front Immunol 2021;11:569117: relapses among complete remissions, one row a cohort.
RELAPSE = {
    "Maude 2014": (7, 27, "4-1BB"),
    "Lee 2015": (2, 14, "CD28"),
    "Gardner 2017": (18, 40, "4-1BB"),
    "Maude 2018": (22, 61, "4-1BB"),
    "Park 2018": (25, 44, "CD28"),
    "Hay 2019": (22, 45, "CD28/4-1BB"),
    "Pan 2019": (5, 24, "4-1BB"),
    "Shah 2020": (30, 40, "4-1BB"),
}
NONE = {"title_abstract": 0, "full_text": 0}


def spec(measure="PLO", columns=("events", "total"), **changes):
    outcome = {"measure": measure, "columns": {name: name for name in columns}, **changes}
    return with_defaults({"title": "t", "question": "q", "outcomes": {"x": outcome}})["outcomes"]["x"]


def table(rows, columns=("events", "total"), **more):
    frame = pd.DataFrame(rows, columns=["label", *columns], dtype=str)
    base = {"study_id": frame["label"], "arm": "", "outcome": "x", "status": "used", "remark": "", "source": "Table 1"}
    return frame.assign(**{**base, **more})


def relapse(**more):
    rows = [(label, str(events), str(total)) for label, (events, total, _) in sorted(RELAPSE.items())]
    return table(rows, domain=[RELAPSE[label][2] for label in sorted(RELAPSE)], **more)


def run(frame, settings, undecided=NONE):
    found = analyse(
        "x",
        frame,
        settings,
        labels={"domain": "Domain"},
        kinds={"domain": "choice", "months": "number", "latitude": "number", "allocation": "choice"},
        level=95,
        subgroup_tau2="common",
        undecided=undecided,
    )
    json.dumps(found, allow_nan=False)  # plain and finite, whatever happened
    return found


def test_relapse_is_what_metafor_makes_of_it():
    found = run(relapse(), spec(subgroups=["domain"]))
    main, other = found["analyses"]["main"], found["analyses"]["inverse_variance"]
    assert main["estimate"] == pytest.approx(0.4079, abs=5e-5)
    assert other["estimate"] == pytest.approx(0.4132, abs=5e-5)
    assert sum(row["weight_pct"] for row in found["studies"]) == pytest.approx(100)
    assert "131 events among 295 participants" in main["sentence"]
    assert [row["level"] for row in found["subgroups"]["domain"]["levels"]] == ["4-1BB", "CD28", "CD28/4-1BB"]
    assert "not run because there are fewer than 10 studies (k = 8)" in found["bias"]["sentence"]
    assert len(found["sensitivity"]["leave_one_out"]) == 8
    assert found["counts"]["statement"] == "Rests on 8 of 8 included studies; every decision is made."


def test_open_decisions_make_a_result_provisional():
    found = run(relapse(), spec(), {"title_abstract": 3, "full_text": 0})
    assert not found["counts"]["current"]
    assert "PROVISIONAL: decisions are open (3 at title and abstract)" in found["counts"]["statement"]


def test_no_study_is_a_result():
    found = run(relapse(status="undecided"), spec(subgroups=["domain"]))
    assert found["analyses"] == {}
    assert len(found["left_out"]) == 8
    assert "no study can be pooled yet" in found["sentence"]


def test_one_study_is_never_pooled():
    found = run(table([("Lee 2015", "2", "14")]), spec())
    assert found["analyses"] == {}
    assert "one study only, Lee 2015, 0.14" in found["sentence"]


@pytest.mark.parametrize("events", ["0", "10"])
def test_no_event_anywhere_says_that_the_estimate_does_not_exist(events):
    found = run(table([(name, events, "10") for name in "abc"]), spec())
    assert found["analyses"]["main"]["estimate"] is None
    assert found["analyses"]["main"]["warnings"]


@pytest.mark.parametrize("measure", ["PLO", "PR", "PAS", "PFT"])
def test_proportions_on_every_scale(measure):
    found = run(relapse(), spec(measure))
    assert 0.3 < found["analyses"]["main"]["estimate"] < 0.5
    if measure == "PFT":
        assert "harmonic mean" in found["analyses"]["main"]["warnings"][0]


@pytest.mark.parametrize(
    ("measure", "columns", "rows", "low", "high"),
    [
        ("RR", ("events1", "total1", "events2", "total2"), [("4", "119", "11", "139"), ("6", "306", "29", "303")], 0.1, 0.9),
        ("OR", ("events1", "total1", "events2", "total2"), [("4", "119", "11", "139"), ("6", "306", "29", "303")], 0.1, 0.9),
        ("RD", ("events1", "total1", "events2", "total2"), [("4", "119", "11", "139"), ("6", "306", "29", "303")], -0.2, 0),
        ("MD", ("mean1", "sd1", "n1", "mean2", "sd2", "n2"), [("55", "47", "155", "75", "64", "156"), ("27", "7", "31", "29", "4", "32")], -20, 0),
        ("SMD", ("mean1", "sd1", "n1", "mean2", "sd2", "n2"), [("55", "47", "155", "75", "64", "156"), ("27", "7", "31", "29", "4", "32")], -1, 0),
        ("ROM", ("mean1", "sd1", "n1", "mean2", "sd2", "n2"), [("55", "47", "155", "75", "64", "156"), ("27", "7", "31", "29", "4", "32")], 0.6, 1),
        ("GEN", ("effect", "lower", "upper"), [("0.5", "0.3", "0.8"), ("0.7", "0.5", "0.98")], 0.5, 0.7),
    ],
)  # fmt: skip
def test_comparisons(measure, columns, rows, low, high):
    named = [(f"Study {number}", *row) for number, row in enumerate(rows)]
    found = run(table(named, columns), spec(measure, columns, test="z"))
    assert low < found["analyses"]["main"]["estimate"] < high
    assert list(found["analyses"]) == ["main"]


def test_ten_studies_are_tested_for_small_study_effects():
    rows = [(f"Study {number}", str(3 + number), str(20 + 3 * number)) for number in range(10)]
    found = run(table(rows), spec())
    assert set(found["bias"]["tests"]) == {"egger", "begg", "peters"}
    assert "Egger: p" in found["bias"]["sentence"]
