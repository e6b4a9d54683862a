"""Mistakes in the settings of a network of treatments, and the rows and columns that it asks for."""

from __future__ import annotations

import pandas as pd
import pytest
from prismake.core.errors import ConfigError
from prismake.extraction.result_rows import Studies, result_rows
from prismake.protocol.config import validated
from prismake.protocol.settings import for_extraction_rows


def config(outcome: dict, extraction: dict | None = None, **more) -> dict:
    return {
        "title": "t",
        "question": "q",
        "reviewers": ["anna", "ben"],
        "outcomes": {"x": {"kind": "network", "measure": "OR", **outcome}},
        **({"extraction": extraction} if extraction else {}),
        **more,
    }


DRUG = {"name": "drug", "type": "text", "per": "arm"}


@pytest.mark.parametrize(
    ("outcome", "extraction", "words"),
    [
        ({"measure": "PLO"}, None, "'outcomes.x.measure' is PLO, which an outcome of kind network cannot have"),
        ({"subgroups": ["drug"]}, None, "'outcomes.x.subgroups' has no meaning for an outcome of kind network"),
        ({"model": "peto"}, None, "'outcomes.x.model' has no meaning for an outcome of kind network"),
        (
            {"kind": "pairwise", "network": {}},
            None,
            "'outcomes.x.network' has no meaning for an outcome of kind pairwise",
        ),
        ({"method": "EB"}, None, "'outcomes.x.method' is EB; a network is fitted with one of REML, ML, DL"),
        ({"network": {"treatment": "drug"}}, None, "'outcomes.x.network.treatment' is 'drug', which is no column"),
        ({"network": {"effects": "fixed"}}, None, "'outcomes.x.network.effects' is 'fixed'; allowed: random, common"),
        (
            {"network": {"treatment": "drug"}},
            {"fields": [{**DRUG, "type": "number"}]},
            "a column of number; it must be text or choice",
        ),
        (
            {"network": {"treatment": "drug"}},
            {"shape": "results", "fields": [{"name": "drug", "type": "text"}]},
            "Write 'per: arm' beside the column",
        ),
        (
            {"measure": "GEN", "ratio_scale": True, "network": {"treatment": "drug"}},
            {"shape": "results", "fields": [DRUG]},
            "has no place where 'extraction.shape' is results and effects are extracted",
        ),
        ({"measure": "GEN"}, None, "'outcomes.x.ratio_scale' is missing"),
        ({"network": {"treatments": {"A": ["b"], "B": []}}}, None, "has “B” for A and for B"),
        ({"network": {"treatments": {"A": []}, "reference": "P"}}, None, "is 'P', which is none of 'treatments'"),
        (
            {"published": {"estimate": 1.2}},
            None,
            "'outcomes.x.published' has no meaning for an outcome of kind network",
        ),
        ({"favours": ["one"]}, None, "'outcomes.x.favours' must have two texts"),
        ({"network": {"reference": ["A"]}}, None, "'outcomes.x.network.reference' is ['A']; it must be text"),
    ],
)
def test_each_mistake_is_named(outcome, extraction, words):
    with pytest.raises(ConfigError, match="config") as raised:
        validated(config(outcome, extraction))
    assert words in str(raised.value)


def test_an_outcome_without_columns_gets_those_of_an_arm():
    found = validated(config({"measure": "MD", "conversions": ["se"]}))
    assert found["outcomes"]["x"]["columns"] == {"mean": "x_mean", "sd": "x_sd", "n": "x_n"}
    assert found["outcomes"]["x"]["converted_from"] == {"se": "x_se"}
    assert found["outcomes"]["x"]["network"] == {
        "treatment": "", "treatments": {}, "reference": "", "small_values": "", "effects": "random", "components": False,
    }  # fmt: skip
    assert "network" not in validated(config({"kind": "pairwise"}))["outcomes"]["x"]


def test_every_arm_or_every_pair_has_a_row():
    found = validated(
        config(
            {"network": {"treatment": "drug"}}, {"shape": "results", "fields": [DRUG]},
        )
        | {"outcomes": {
            "x": {"kind": "network", "measure": "OR", "network": {"treatment": "drug"}},
            "y": {"kind": "network", "measure": "GEN", "ratio_scale": True},
            "z": {"measure": "RR"},
        }}
    )  # fmt: skip
    study = {
        "study_id": "s",
        "label": "S",
        "report": "",
        "doi": "",
        "report_ids": "r",
        "arms": "A; B v P",
        "design": "rct",
    }
    alone = {**study, "study_id": "t", "label": "T", "arms": "", "report_ids": "q"}
    rows = result_rows(pd.DataFrame([study, alone]), {}, for_extraction_rows(found)).to_dict("records")
    arms = {
        name: [row["arm"] for row in rows if row["item_id"].startswith("s|") and row["item_id"].endswith(f"|{name}")]
        for name in ("arm", "x", "y", "z")
    }
    assert arms == {
        "arm": ["A", "B", "P"], "x": ["A", "B", "P"], "y": ["A v B", "A v P", "B v P"], "z": ["A", "B", "P"],
    }  # fmt: skip
    columns = {name: spec["columns"] for name, spec in found["outcomes"].items()}
    studies = Studies.of(rows, {"drug": True}, columns, {"x", "y"})
    assert list(studies.by_row) == ["s|A", "s|B", "s|P", "s|A v B", "s|A v P", "s|B v P", "t"]
    assert ("s|P", "z") in studies.absent and ("s|A", "z") not in studies.absent
    assert ("s|A", "y") in studies.absent and ("s|A v B", "y") not in studies.absent
    assert studies.by_row["s|P"]["drug"].item == "s|P|arm"
    assert studies.by_row["s|A"]["z_events2"].item == "s|P|z"
    assert studies.labels["s|A v B"] == "S, A v B"
