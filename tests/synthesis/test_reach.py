"""What the config offers is what the package has, measure by measure."""

from __future__ import annotations

import pytest
from prismake.pooling import effect_columns, models_for
from prismake.protocol.config import config_schema
from prismake.protocol.measure_parts import MODELS, ROLES
from prismake.synthesis.data import ENGINE, SCALES
from test_analysis import run, spec, table


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


def test_the_table_of_outcomes_says_which_rows_a_measure_can_use():
    from prismake.synthesis.syntheses import with_usability

    arms = ("events1", "total1", "events2", "total2")
    rows = [
        ("Abe 2001", "0", "20", "0", "21"),
        ("Bauer 2002", "3", "25", "6", "24"),
        ("Chen 2003", "0", "31", "4", "30"),
    ]
    frame = table(rows, arms)
    settings = spec("RR", arms) | {"labels": {"events1": "Deaths"}}
    marked = with_usability(frame, {"x": settings})
    assert list(marked["status"]) == ["no events", "used", "used"]
    assert marked["remark"].iloc[0].startswith("Deaths 0, events2 0: no event in either arm")
    assert list(with_usability(frame, {"x": spec("RD", arms)})["status"]) == ["used"] * 3
    beta = with_usability(frame, {"x": spec("RR", arms, model="beta_binomial")})
    assert list(beta["status"]) == ["used"] * 3 and "beta–binomial" in beta["remark"].iloc[0]
    means = ("mean1", "sd1", "n1", "mean2", "sd2", "n2")
    other = table([("Diaz 2004", "-1", "1", "9", "2", "1", "9"), ("Eng 2005", "3", "1", "9", "2", "1", "9")], means)
    assert list(with_usability(other, {"x": spec("ROM", means)})["status"]) == ["not usable", "used"]


def test_a_marked_row_is_analysed_as_if_it_were_not():
    from prismake.synthesis.syntheses import with_usability

    arms = ("events1", "total1", "events2", "total2")
    rows = [
        ("Abe 2001", "0", "20", "0", "21"),
        ("Bauer 2002", "3", "25", "6", "24"),
        ("Chen 2003", "0", "31", "4", "30"),
    ]
    settings = spec("OR", arms)
    frame = table(rows, arms)
    assert run(with_usability(frame, {"x": settings}), settings) == run(frame, settings)


def test_every_measure_of_the_package_can_be_asked_for():
    from prismake.pooling.effects import MEASURES

    by_other_keys = {"GENLN", "PETO"}  # GEN with ratio_scale, OR with model peto
    assert set(outcome_keys()["measure"]["enum"]) == set(ROLES) == set(MEASURES) - by_other_keys
    assert "peto" in MODELS["OR"]
