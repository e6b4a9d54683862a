"""What the config offers is what the package has, measure by measure."""

from __future__ import annotations

import pytest
from prismake.pooling import effect_columns, models_for
from prismake.protocol.config import config_schema
from prismake.protocol.measure_parts import MODELS, ROLES
from prismake.synthesis.data import ENGINE, SCALES


def outcome_keys():
    return config_schema()["properties"]["outcomes"]["additionalProperties"]["properties"]


def test_every_model_of_the_package_can_be_asked_for():
    offered = set(outcome_keys()["model"]["enum"])
    for measure in outcome_keys()["measure"]["enum"]:
        names = {name.replace("-", "_") for name in models_for(measure)}
        assert names == {"inverse_variance", *MODELS.get(measure, ())}, measure
        assert names <= offered


@pytest.mark.parametrize("measure", sorted(ROLES))
def test_every_part_of_a_measure_is_a_column_of_the_package(measure):
    assert set(ROLES[measure]) == set(ENGINE[measure]) and measure in SCALES
    if measure != "GEN":
        totals = {"n1i": "bi", "n2i": "di"} if "ai" in effect_columns(measure) else {}
        assert {totals.get(name, name) for name in ENGINE[measure].values()} == set(effect_columns(measure))


def test_every_remedy_and_prediction_interval_can_be_asked_for():
    from prismake.core.notes import PREDICTION as WORDS
    from prismake.pooling.hartung_knapp import ADHOC
    from prismake.pooling.prediction import PREDICTION

    assert set(outcome_keys()["adhoc"]["enum"]) == set(ADHOC)
    assert set(outcome_keys()["prediction"]["enum"]) == set(PREDICTION) == set(WORDS)
