"""A network from rows of the outcome table: names of treatments, arms, sentences, documents, and the check in R."""

from __future__ import annotations

import json

import network_samples as samples
import numpy as np
import pytest
import warm_r
from prismake.core.files import write_json, write_text
from prismake.report import network_report
from prismake.synthesis.network.network_records import network_script, records
from prismake.synthesis.network.treatment_names import look_alike, named_treatments
from prismake.synthesis.syntheses import with_usability

needs_r = pytest.mark.skipif(
    not warm_r.has_r("metafor", "jsonlite"), reason="R with metafor and jsonlite is not installed"
)
PLAIN = {"treatments": {}}
PAIR = [
    *(row for s in range(1, 4) for row in ((f"S{s}", "A", 10 + s, 100), (f"S{s}", "B", 20 + s, 100))),
    *(("T1", "A", 12, 100), ("T1", "C", 18, 100), ("T2", "B", 22, 100), ("T2", "C", 19, 100)),
]


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (["Placebo", "placebo", " placebo. "], {"Placebo"}),
        (["A + B", "b+a", "A"], {"A + B", "A"}),
        (["low-dose SARI", "Low dose SARI"], {"Low dose SARI"}),
        (["interferon beta 1a", "interferon beta 1b"], {"interferon beta 1a", "interferon beta 1b"}),
        (["drug 10 mg", "drug 20 mg"], {"drug 10 mg", "drug 20 mg"}),
        (["dapagliflozin", "empagliflozin"], {"dapagliflozin", "empagliflozin"}),
        (["CD19", "CD22"], {"CD19", "CD22"}),
    ],
)
def test_spellings_of_one_treatment_and_of_two(texts, names):
    found = named_treatments(texts, PLAIN, pairs=False)
    assert not found.reasons
    assert {name for own in found.names for name in own} == names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("adalimumab", "adalimumb"), ("metformin", "metfromin"), ("no treatment", "notreatment"), ("statin", "statins"),
        ("drug adalimumab", "drug adalimumap"),
    ],
)  # fmt: skip
def test_spellings_that_look_alike_are_asked_back(one, other):
    assert look_alike(one, other) and look_alike(other, one)
    found = named_treatments([one, one, other], PLAIN, pairs=False)
    assert found.names == ((one,), (one,), ())
    assert found.reasons[2].startswith(f"“{other}” looks like “{one}”.")


def test_treatments_that_look_alike_may_be_listed_as_two():
    listed = {"treatments": {"prednisone": [], "prednisonel": ["methylpred"]}}
    found = named_treatments(["Prednisone", "prednisonel", "METHYLPRED", "prednison"], listed, pairs=False)
    assert found.names[:3] == (("prednisone",), ("prednisonel",), ("prednisonel",))
    assert "Did you mean prednisone?" in found.reasons[3]


def test_rows_without_a_treatment_are_named():
    found = named_treatments(["", "NR", "A v B", "A"], PLAIN, pairs=False)
    assert [found.reasons[row].split()[0] for row in (0, 1)] == ["Nothing", "Nothing"]
    assert "two treatments" in found.reasons[2]
    pairs = named_treatments(["A v B", "A vs. B", "A", "A v B v C"], PLAIN, pairs=True)
    assert pairs.names[:2] == (("A", "B"), ("A", "B"))
    assert set(pairs.reasons) == {2, 3}


def test_arms_with_one_treatment_are_combined_and_named():
    rows = [("S1", "A", 5, 50), ("S1", "a", 7, 60), ("S1", "B", 9, 50)]
    found = samples.analysed(rows, samples.spec())
    assert [(arm["events"], arm["total"]) for arm in found["studies"][0]["arms"]] == [(12, 110), (9, 50)]
    assert "S1: 2 arms with A were combined into one (Cochrane Handbook 23.3.4)." in found["sentence"]
    means = samples.analysed(
        [("S1", "A", 1.0, 2.0, 20), ("S1", "a", 3.0, 2.0, 20), ("S1", "B", 2.0, 2.0, 30)], samples.spec("MD")
    )
    assert means["studies"][0]["arms"][0] == {
        "treatments": ["A"],
        "mean": 2,
        "n": 40,
        "sd": pytest.approx((192 / 39) ** 0.5),
    }


def test_the_table_of_outcomes_says_which_rows_a_network_cannot_use():
    rows = [
        ("S1", "A", 0, 50), ("S1", "B", 0, 50), ("S2", "A", 3, 50), ("S2", "B", 9, 50), ("S3", "A", 60, 50),
        ("S3", "B", 2, 50), ("S4", "", 4, 50),
    ]  # fmt: skip
    marked = with_usability(samples.table(rows), {"x": samples.spec()})
    assert list(marked["status"]) == [*["no events"] * 2, *["used"] * 2, *["not usable"] * 3]
    assert marked["remark"].iloc[4].startswith("There are more events than participants.")


def test_reference_and_order():
    default = samples.analysed(PAIR, samples.spec())["network"]
    # A and B are in as many studies with as many people
    assert (default["reference"], [row["name"] for row in default["treatments"]]) == ("A", ["A", "B", "C"])
    named = samples.analysed(PAIR, samples.spec(network={"reference": "c"}))["network"]
    assert named["reference"] == "C"
    listed = samples.analysed(PAIR, samples.spec(network={"treatments": {"C": [], "B": ["b"], "A": []}}))["network"]
    assert [row["name"] for row in listed["treatments"]] == ["C", "B", "A"]


def test_a_network_that_falls_apart_is_drawn_and_named_but_not_fitted():
    rows = [("S1", "A", 5, 50), ("S1", "B", 9, 50), ("S2", "C", 5, 50), ("S2", "D", 9, 50)]
    found = samples.analysed(rows, samples.spec())
    assert not found["pooled"]
    assert found["network"]["parts"] == [["A", "B"], ["C", "D"]]
    assert "falls into 2 parts that no trial connects: A, B; C, D" in found["sentence"]
    assert [part.name for part in network_report.sections(found)] == ["network"]
    documents = records(found, samples.spec(), "x.check.R")
    assert all(document["values"] is None and "falls into" in document["error"] for document in documents.values())


def test_sentences_say_what_was_found():
    found = samples.analysed(PAIR, samples.spec(network={"small_values": "bad", "reference": "A"}))
    words = found["network"]["words"]
    assert words["main"][0] == (
        "Response: 3 treatments in 5 studies with 1,000 participants; 3 of 3 comparisons were made directly."
    )
    assert words["main"][1].startswith("Against A (odds ratio, random effects): B 2.05 (95 % CI ")
    assert words["heterogeneity"][0].startswith("Heterogeneity and inconsistency together: Q = ")
    assert words["splits"][0].startswith("Direct and indirect evidence could be compared for 3 comparisons")
    assert "P-scores, the mean certainty that a treatment is better than another: B " in words["ranks"][0]
    silent = samples.analysed(PAIR, samples.spec())["network"]
    assert "does not say whether small values are good or bad" in silent["words"]["ranks"][0]
    assert "p_score" not in silent["treatments"][0]


def test_one_trial_has_no_heterogeneity_to_assess():
    found = samples.analysed(PAIR[:2], samples.spec())
    assert found["pooled"]
    assert "Every effect was estimated once only" in found["network"]["words"]["heterogeneity"][0]
    assert found["network"]["against"][0]["random"]["pi_lb"] is None


def test_components_are_estimated_and_tested():
    rows = [
        row
        for s, (a, b) in enumerate([("none", "A"), ("none", "B"), ("none", "A + B"), ("A", "A + B"), ("A", "B")])
        for row in ((f"S{s}", a, 10 + s, 100), (f"S{s}", b, 18 + s, 100))
    ]
    found = samples.analysed(rows, samples.spec(network={"components": True, "reference": "none"}))
    assert [row["component"] for row in found["network"]["components"]["rows"]] == ["A", "B"]
    assert found["network"]["components"]["test"]["df"] == 1
    assert "components" in [part.name for part in network_report.sections(found)]


def test_page_exports_and_methods_have_the_numbers():
    settings = samples.spec(network={"small_values": "good", "reference": "A"}, method="DL")
    found = samples.analysed(PAIR, settings)
    parts = {part.name: part for part in network_report.sections(found)}
    assert [row[0] for row in parts["against"].rows] == ["B", "C"]
    assert [row[0] for row in parts["league"].rows] == ["A v B", "A v C", "B v C"]
    assert parts["designs"].rows[-1][0] == "Whole network"
    assert len(parts["studies"].rows) == len(PAIR)
    assert network_report.card(found)[0] == "3 treatments in 5 studies, against A:"
    assert network_report.effects(found).splitlines()[:2] == ["study,year,treatment,events,total", "S1,NA,A,11,100"]
    names = [estimate.name for estimate in network_report.estimates(found)]
    assert names[:2] == ["B v A", "C v A"]
    text = " ".join(network_report.methods({"x": settings}))
    assert "generalised DerSimonian–Laird estimator" in text and "P-scores" in text
    assert network_report.model(settings) == (
        "odds ratios between all treatments, by network meta-analysis with random effects"
    )


ROWS = {
    "OR": [*PAIR, ("U", "A", 0, 50), ("U", "B", 3, 40), ("U", "C", 2, 60)],
    "IRR": [(study, arm, events, 10.5 * total) for study, arm, events, total in PAIR],
    "ROM": [(study, arm, 5 + events / 10, 2.0, total) for study, arm, events, total in PAIR],
    "SMD": [
        *((study, arm, 5 + events / 10, 2.0, total) for study, arm, events, total in PAIR),
        *(("U", arm, 5.0 + place, 1.5 + place / 10, 30) for place, arm in enumerate("ABC")),
    ],
    "GEN": [
        *(("S1", "A v B", 0.8, 0.5, 1.28), ("S2", "B v C", 1.2, 0.9, 1.6), ("S3", "A v C", 0.7, 0.5, 0.98)),
        *(("S4", "A v B", 0.85, 0.6, 1.2), ("S4", "A v C", 0.8, 0.55, 1.16), ("S4", "B v C", 0.94, 0.7, 1.26)),
    ],
}  # fmt: skip


@needs_r
@pytest.mark.parametrize("measure", ROWS)
@pytest.mark.parametrize(("method", "effects"), [("REML", "random"), ("DL", "common")])
def test_r_makes_the_network_again(measure, method, effects, tmp_path):
    more = {"ratio_scale": True} if measure == "GEN" else {}
    settings = samples.spec(measure, network={"effects": effects, "small_values": "bad"}, method=method, **more)
    found = samples.analysed(ROWS[measure], settings, level=90)
    assert found["pooled"], found["sentence"]
    done = checked(found, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_r
def test_a_wrong_number_is_found(tmp_path):
    found = samples.analysed(PAIR, samples.spec())
    found["network"]["league"][1]["estimate"] += 1e-4
    done = checked(found, tmp_path)
    assert done.returncode != 0
    assert "DIFFERS" in done.stdout


def checked(found, folder):
    """The R script of a result, run beside it."""
    write_json(folder / "x.json", found)
    write_text(folder / "x.check.R", network_script(found, "x.check.R"))
    return warm_r.rscript(folder / "x.check.R")


@pytest.mark.filterwarnings("ignore:overflow", "ignore:divide", "ignore:invalid")
@pytest.mark.parametrize("measure", samples.PARTS)
def test_numbers_that_cannot_be_end_in_a_sentence(measure):
    rng = np.random.default_rng(5)
    strange = [0.0, 0.5, -1.0, 1e-9, 1e9, 50.0, 1e-300, 1e300]
    for _ in range(12):
        rows: list[tuple] = []
        for trial in range(int(rng.integers(1, 7))):
            for name in rng.choice(["A", "B", "C", "a", ""], int(rng.integers(1, 4))):
                arm = f"{name} v {rng.choice(['A', 'B'])}" if measure == "GEN" else name
                numbers = [
                    float(rng.choice(strange)) if rng.random() < 0.4 else float(rng.integers(1, 60))
                    for _ in samples.PARTS[measure]
                ]
                rows.append((f"S{trial}", arm, *numbers))
        found = samples.analysed(rows, samples.spec(measure, **({"ratio_scale": True} if measure == "GEN" else {})))
        json.dumps(found, allow_nan=False)
        assert found["sentence"]
        assert network_report.sections(found)
        used = {arm for study in found["studies"] for arm in [study["study_id"]]}
        assert used | {row["study_id"] for row in found["left_out"]} == {f"id of {row[0]}" for row in rows}
