"""Each analysis as a document: the fields of the reference, the input rows, and where they come from."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from prismake import pooling
from prismake.synthesis import records
from prismake.synthesis.records import names
from test_analysis import MONTHS, relapse, run, spec, table

# Values a kind of question has, as the table "Kinds" of the reference names them.
KINDS = {
    "fit": "beta se stat ddf pval ci_lb ci_ub vcov tau2 se_tau2 I2 H2 Q Q_df Q_p QM QM_df QM_p loglik weights_pct "
    "pi_lb pi_ub pi_riley_lb pi_riley_ub",
    "glmm": "k beta se stat pval ci_lb ci_ub tau2 I2 H2 Q_wald Q_wald_p Q_lrt Q_lrt_p Q_df loglik QM QM_p",
    "metareg": "coef_names beta se stat ddf pval ci_lb ci_ub vcov tau2 se_tau2 I2 H2 R2 Q Q_df Q_p QM QM_df QM_p loglik",
    "between_q": "groups Q_between df pval",
    "leave1out": "estimate se stat pval ci_lb ci_ub Q Qp tau2 I2 H2",
    "cumulative": "estimate se stat pval ci_lb ci_ub Q Qp tau2 I2 H2",
    "influence": "rstudent dffits cook_d cov_r tau2_del Q_del hat weight_pct dfbs is_influential",
    "baujat": "x y",
    "trimfill": "k0 se_k0 side k beta se pval ci_lb ci_ub tau2 Q filled yi vi",
    "meta_bias": "stat pval df bias se_bias tau2",
}
EVERY = ["leave_one_out", "cumulative", "influence", "baujat", "gosh", "trim_and_fill", "fixed_effect", "arcsine"]


def settings(**changes):
    return spec(subgroups=["domain"], moderators=["domain", "months"], sensitivity=EVERY, **changes)


def documents(frame, asked):
    found = records(run(frame, asked), asked, "x.check.R")
    json.dumps(found, allow_nan=False)
    return found


def many(k=12):
    rows = [
        (f"Study {2000 + number % 5} {number:02}", str(3 + number % 4), str(20 + 3 * number)) for number in range(k)
    ]
    frame = table(rows, domain=["a", "b", "c"][:k] * (k // 3 + 1) if k < 3 else ["a", "b", "c"] * (k // 3))
    return frame.assign(months=[str(number**2) for number in range(k)])


def test_every_analysis_has_the_fields_of_its_kind():
    found = documents(many(), settings())
    assert {row["kind"] for row in found.values()} == {*KINDS, "gosh"}
    for name, row in found.items():
        assert row["error"] is None, name
        assert set(KINDS.get(row["kind"], "").split()) <= set(row["values"]), name


def test_fields_are_those_of_the_reference(shared_reference):
    told = dict(re.findall(r"^\| `(\w+)` \| (.*)\|$", shared_reference, flags=re.MULTILINE))
    for field in re.findall(r"`([^`]+)`", told["fit"])[0].split():
        assert field in KINDS["fit"].split()


@pytest.fixture
def shared_reference():
    from pathlib import Path

    file = Path(__file__).parents[2].parent / "shared" / "reference" / "pooling" / "README.md"
    if not file.is_file():
        pytest.skip("no shared reference material beside the project")
    return file.read_text(encoding="utf-8")


def test_values_are_those_of_the_pooling_core():
    frame = relapse(months=MONTHS)
    found = documents(frame, settings())
    x, n = (frame[name].astype(float) for name in ("events", "total"))
    y, v = pooling.effect_sizes("PLO", {"xi": x, "ni": n})
    own, row = pooling.pool(y, v), found["inverse_variance"]["values"]
    assert row["beta"] == [own.beta] and row["vcov"] == own.vcov.tolist()
    assert row["weights_pct"] == own.weights_pct.tolist()
    assert (row["pi_riley_lb"], row["QM"], row["QM_df"]) == (own.pi_riley_lb, own.QM, [1, 7])
    interval = found["inverse_variance"]["tau2_interval"]
    assert interval["tau2_ub"] == pooling.tau2_interval(y, v).tau2_ub
    glmm = pooling.pool_proportions(x, n)
    assert found["main"]["values"]["Q_wald"] == glmm.extra["Q_wald"]
    assert found["main"]["back_transformed"]["pred"] == pytest.approx(1 / (1 + np.exp(-glmm.beta)))
    left_out = pooling.leave_one_out(y, v, "REML", "knha")
    assert found["leave_one_out"]["values"]["se"] == left_out.se.tolist()


def test_input_rows_say_where_their_numbers_stand():
    frame = relapse(months=MONTHS)
    frame.loc[frame.index[0], ["status", "remark"]] = ["overlap", "same participants as another"]
    row = documents(frame, settings())["moderators.months"]
    assert row["input"]["study_id"] == list(frame["study_id"])[1:]
    assert row["input"]["events"] == [int(x) for x in frame["events"]][1:]
    assert row["input"]["source"] == ["Table 1"] * 7 and row["input"]["settled_by"] == ["agreement"] * 7
    assert row["input"]["months"][2] is None and row["input"]["year"][0] == 2019
    assert row["columns"] == {"events": "events", "total": "total"}
    assert row["left_out"][0]["reason"] == "same participants as another"
    assert row["check"] == "x.check.R"


@pytest.mark.parametrize("k", [0, 1, 2, 12])
def test_the_protocol_alone_says_which_documents_there_are(k):
    asked = settings()
    found = documents(many(max(k, 1)).iloc[:k], asked)
    assert list(found) == names(asked)
    for row in found.values():
        assert (row["values"] is None) == bool(row["error"])
        assert row["sentence"].endswith(".")
    assert (found["main"]["values"] is None) == (k < 2)


def test_cumulative_goes_by_year_then_label():
    rows = [("Late 2010", "5", "20"), ("Early 2001", "2", "20"), ("Also 2010", "9", "20"), ("Mid 2005", "4", "20")]
    asked = spec(sensitivity=["cumulative"])
    row = documents(table(rows), asked)["cumulative"]
    assert row["values"]["order"] == ["Early 2001", "Mid 2005", "Also 2010", "Late 2010"]
    assert row["sentence"].startswith("Cumulative by year of publication: ")
    whole = documents(table(rows), spec())["inverse_variance"]["values"]
    assert row["values"]["estimate"][-1] == pytest.approx(whole["beta"][0], abs=1e-12)


def test_cumulative_without_a_year_says_whose_is_missing():
    rows = [("Late 2010", "5", "20"), ("Nowhen", "2", "20"), ("Mid 2005", "4", "20")]
    row = documents(table(rows), spec(sensitivity=["cumulative"]))["cumulative"]
    assert row["values"] is None
    assert row["error"] == "Cumulative by year of publication: the year of publication is missing for Nowhen."


def test_subsets_are_all_taken_for_few_studies():
    row = documents(many(9), spec(sensitivity=["gosh"]))["gosh"]
    assert len(row["values"]["estimate"]) == 2**9 - 1 - 9
    assert "all 502 subsets" in row["sentence"]
    drawn = documents(many(15), spec(sensitivity=["gosh"]))["gosh"]
    assert "a sample of" in drawn["sentence"]
    assert drawn["values"] == documents(many(15), spec(sensitivity=["gosh"]))["gosh"]["values"]
