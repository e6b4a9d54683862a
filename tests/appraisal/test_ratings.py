"""What figures and analyses get of an appraisal."""

from __future__ import annotations

import pandas as pd
import pytest
from prismake.appraisal.ratings import kind_of, of_concern, ratings_for, with_risk_of_bias
from prismake.protocol.instruments import load_instrument

COLUMNS = ["study_id", "instrument", "selection", "comparability", "outcome", "overall", "result", "D1", "D2"]
SCORES = pd.DataFrame(
    [
        ("a", "rob2", "", "", "", "high risk of bias", "relapse", "low risk of bias", "high risk of bias"),
        ("a", "rob2", "", "", "", "low risk of bias", "crs", "low risk of bias", "low risk of bias"),
        ("b", "nos_cohort", "4", "1", "0", "moderate quality", "", "", ""),
        ("c", "nos_single_arm", "0", "0", "2", "low quality", "", "", ""),
        ("d", "none", "", "", "", "not appraised", "", "", ""),
        ("e", "rob2", "", "", "", "", "relapse", "some concerns", ""),
    ],
    columns=COLUMNS,
)


def test_a_result_has_the_judgement_of_its_own_outcome():
    found = ratings_for("relapse", SCORES)
    assert list(found) == ["a", "b", "c", "e"]
    assert [found[study]["high_risk"] for study in found] == [True, False, True, None]
    assert ratings_for("crs", SCORES)["a"]["high_risk"] is False
    lights = {study: {row["name"]: row["rating"] for row in found[study]["ratings"]} for study in found}
    assert (lights["a"]["D1"], lights["a"]["D2"], lights["a"]["overall"]) == ("good", "bad", "bad")
    assert lights["b"] == {"selection": "good", "comparability": "some", "outcome": "bad"}
    assert lights["c"] == {"selection": "bad", "comparability": "n/a", "outcome": "some"}
    assert (lights["e"]["D1"], lights["e"]["D2"]) == ("some", "undecided")


@pytest.mark.parametrize(
    ("name", "kinds", "concern"),
    [
        ("rob2", "good some bad", {"high risk of bias"}),
        ("robins_i", "good some bad worst unclear", {"serious risk of bias", "critical risk of bias"}),
        ("robins_i_v2", "good good some bad worst", {"serious risk of bias", "critical risk of bias"}),
        ("quadas2", "good unclear bad", {"high risk of bias"}),
        ("nos_cohort", "", {"low quality", "poor"}),
    ],
)
def test_kinds_of_judgements_and_what_is_of_concern(name, kinds, concern):
    scale = load_instrument(name)
    assert [kind_of(scale, word) for word in (*scale.judgements, *scale.aside)] == kinds.split()
    assert of_concern(scale) == concern


def test_the_judgement_becomes_a_column_unless_people_extract_one_of_that_name():
    table = pd.DataFrame({"study_id": ["a", "d"]})
    found = with_risk_of_bias(table, ratings_for("relapse", SCORES))
    assert found["risk_of_bias"].tolist() == ["high risk of bias", ""]
    own = table.assign(risk_of_bias="ours")
    assert with_risk_of_bias(own, {})["risk_of_bias"].tolist() == ["ours", "ours"]
