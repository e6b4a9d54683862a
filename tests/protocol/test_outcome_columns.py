"""Outcomes ask for the columns of their measure, and studies only for what their design has."""

from __future__ import annotations

import pytest
from prismake.core.errors import ConfigError
from prismake.protocol.config import ROLES, validated
from prismake.protocol.forms import load_form

BASE = {"title": "t", "question": "q"}


def made(**config):
    return validated({**BASE, **config})


def test_an_outcome_without_columns_gets_those_of_its_measure():
    protocol = made(outcomes={"pain": {"measure": "MD", "title": "Pain", "arms": ["drug", "placebo"]}, "cure": {}})
    assert protocol["outcomes"]["cure"]["columns"] == {"events": "cure_events", "total": "cure_total"}
    fields = {field.name: field for field in load_form("extraction", protocol).fields}
    assert [*fields] == [f"pain_{role}" for role in ROLES["MD"]] + ["cure_events", "cure_total"]
    assert (fields["pain_sd2"].label, fields["pain_sd2"].kind) == ("Pain: SD, placebo", "number")
    assert (fields["cure_total"].label, fields["cure_total"].kind) == ("Cure: participants", "count")


def test_columns_of_ones_own_stay_and_come_first():
    fields = [{"name": "country"}, {"name": "cure_total", "type": "count", "label": "Infused"}]
    protocol = made(extraction={"fields": fields}, outcomes={"cure": {}})
    form = load_form("extraction", protocol).fields
    assert [field.label for field in form] == ["Country", "Infused", "Cure: events"]


@pytest.mark.parametrize("measure", ROLES)
def test_every_measure_can_be_asked_for(measure):
    scale = {"ratio_scale": True} if measure == "GEN" else {}
    protocol = made(outcomes={"x": {"measure": measure, **scale}})
    names = [field.name for field in load_form("extraction", protocol).fields]
    assert names == [f"x_{role}" for role in ROLES[measure]]


DESIGN = {"name": "design", "type": "choice", "choices": ["single arm", "two arms"]}


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        ({"country": "x"}, "names 'country'; it must be a choice further up: design."),
        ({"later": "x"}, "names 'later'; it must be a choice further up: design."),
        ({"design": "crossover"}, "is 'crossover', which is not a choice of design: single arm, two arms."),
        ({"design": "two arms", "country": "x"}, "names 2 columns; it must name one."),
    ],
)
def test_conditions_name_a_choice_further_up(when, sentence):
    later = {"name": "later", "type": "choice", "choices": ["x"]}
    fields = [{"name": "country"}, DESIGN, {"name": "events", "type": "count", "when": when}, later]
    with pytest.raises(ConfigError) as error:
        made(extraction={"fields": fields})
    assert f"'extraction.fields' events: 'when' {sentence}" in str(error.value)
