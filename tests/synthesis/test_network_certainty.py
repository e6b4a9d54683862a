"""Certainty of the evidence from networks: a row for each treatment against the reference, and what is proposed."""

from __future__ import annotations

import network_samples as samples
import pandas as pd
import pytest
from prismake.synthesis.certainty.certainty_rows import certainty_rows
from prismake.synthesis.certainty.findings import evidence_profile, findings
from prismake.synthesis.certainty.network_comparisons import by_comparison
from prismake.synthesis.syntheses import synthesis_of

ROWS = samples.drawn(["placebo", "drug A", "drug B"], 14)
LOOP = [
    *(row for s in range(4) for row in ((f"AP{s}", "A", 40, 100), (f"AP{s}", "P", 20, 100))),
    *(row for s in range(4) for row in ((f"AB{s}", "A", 20, 100), (f"AB{s}", "B", 20, 100))),
    *(row for s in range(4) for row in ((f"BP{s}", "B", 20, 100), (f"BP{s}", "P", 20, 100))),
]


def network(rows, high=(), **more):
    reference = "P" if any(row[1] == "P" for row in rows) else "placebo"
    settings = samples.spec(network={"reference": reference, "small_values": "good"}, **more)
    table = samples.table(rows)
    appraisals = {
        study: {"instrument": "rob2", "high_risk": study.removeprefix("id of ") in high, "ratings": []}
        for study in table["study_id"].unique()
    }
    return synthesis_of(settings).analyse(
        "x", table, settings, labels={}, level=95, subgroup_tau2="common", undecided={}, kinds={}, seed=1,
        appraisals=appraisals,
    )  # fmt: skip


def proposed(result, **settings):
    studies = pd.DataFrame({"study_id": [study["study_id"] for study in result["studies"]], "design": "rct"})
    queue = certainty_rows({"x": result}, {"x": settings}, studies, shares=(0.333, 0.5), gate="rolling")
    return queue, {row["item_id"]: (row["proposed"], row["because"]) for row in queue.to_dict("records")}


def test_each_treatment_is_judged_against_the_reference():
    queue, found = proposed(network(ROWS), threshold=0.05)
    assert list(dict.fromkeys(item.partition("|")[0] for item in found)) == ["x.drug_a", "x.drug_b"]
    assert len(found) == 12
    assert queue["result"].iloc[0].startswith("Response: drug A v placebo: ")
    assert "of the evidence is direct" in found["x.drug_a|indirectness"][1]
    assert found["x.drug_a|start"][0] == "high"
    assert found["x.drug_a|publication_bias"][0] == ""


def test_incoherence_lowers_a_level():
    _, found = proposed(network(LOOP))
    answer, reason = found["x.a|inconsistency"]
    assert answer == "serious"
    assert "they disagree (p = 0.002)" in reason and "Incoherence: direct 2.67 (95 % CI " in reason


def test_information_of_studies_at_high_risk_counts_whether_direct_or_not():
    every = network(LOOP, high={"AP0", "AP1", "AP2", "AP3"})
    row = next(row for row in every["network"]["against"] if row["treatment"] == "A")
    share = sum(row["weights"][f"id of AP{s}"] for s in range(4))
    assert sum(row["weights"].values()) == pytest.approx(100.0)
    assert 50 < share < 100
    _, found = proposed(every)
    answer, reason = found["x.a|risk_of_bias"]
    assert answer == "very serious"
    assert reason.startswith(f"{share:.0f} % of the information comes from studies at high risk")
    assert every["network"]["without_high_risk"]["left"] == 8
    alone = network(LOOP[:8], high={"AP0", "AP1", "AP2", "AP3"})
    assert alone["network"]["without_high_risk"] == {"left": 0, "rows": []}
    assert proposed(alone)[1]["x.a|risk_of_bias"] == (
        "serious",
        "100 % of the information comes from studies at high risk of bias or of low quality. Without them the two "
        "treatments are not connected.",
    )


def test_findings_have_a_line_for_each_comparison():
    result = network(ROWS)
    queue, _ = proposed(result, threshold=0.05)
    answers = {"start": "high", "publication_bias": "undetected"}
    decisions = pd.DataFrame(
        {
            "item_id": queue["item_id"],
            "state": "settled",
            "answer": [answers.get(item.partition("|")[2], "not serious") for item in queue["item_id"]],
            "settled_by": "agreement",
        }
    )
    notes = pd.DataFrame(columns=["item_id", "who", "why", "note"])
    profile = evidence_profile(queue, decisions, notes)
    entries = findings({"x": result}, {"x": {"threshold": 0.05}}, queue, profile)["outcomes"]
    assert [entry["title"] for entry in entries] == ["Response: drug A v placebo", "Response: drug B v placebo"]
    assert [entry["certainty"] for entry in entries] == ["high", "high"]
    assert entries[0]["participants"] > 1000 and entries[0]["absolute"]["baseline"] > 0
    assert "compared with placebo" in entries[0]["statement"] and "response" in entries[0]["statement"]


def test_a_network_that_was_not_fitted_asks_nothing():
    apart = network([("S1", "A", 5, 50), ("S1", "B", 9, 50), ("S2", "C", 5, 50), ("S2", "D", 9, 50)])
    assert by_comparison({"x": apart}, {"x": {}}) == ({"x": apart}, {})
    assert proposed(apart)[0].empty


def test_treatments_of_one_spelling_in_file_names_have_rows_of_their_own():
    rows = [("S1", "A+", 5, 50), ("S1", "P", 9, 50), ("S2", "A-x", 5, 50), ("S2", "P", 9, 50), ("S3", "A x", 5, 50)]
    rows += [("S3", "P", 9, 50), ("S4", "α", 5, 50), ("S4", "P", 9, 50), ("S5", "β", 5, 50), ("S5", "P", 9, 50)]
    settings = samples.spec(network={"reference": "P"})
    names = by_comparison({"x": samples.analysed(rows, settings)}, {"x": {}})[1]
    assert len(names) == 4 and {"x.treatment", "x.treatment_2"} <= set(names)
