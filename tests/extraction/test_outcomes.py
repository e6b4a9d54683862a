"""From extraction to outcomes: no row is dropped, and each says why it is or is not pooled."""

from __future__ import annotations

import pandas as pd
import pytest
from prismake.extraction.outcomes import Cohorts, collect_outcomes

OUTCOMES = {"cure": {"measure": "PLO", "columns": {"events": "events", "total": "total"}, "subgroups": ["region"]}}
FIELDS = [
    *({"name": name, "label": name.capitalize(), "type": "count"} for name in ("events", "total")),
    *({"name": name, "label": name.capitalize(), "type": "number"} for name in ("effect", "lower", "upper")),
    *({"name": name, "label": name.capitalize(), "type": "text"} for name in ("region", "overlaps_with")),
]


def collect(*rows, outcomes=OUTCOMES):
    decisions = pd.DataFrame(rows, dtype=str).fillna("")
    queue = pd.DataFrame({"item_id": decisions["item_id"], "title": [f"Study {item}" for item in decisions["item_id"]]})
    notes = pd.DataFrame([{"item_id": "a", "who": "anna", "note": "Table 2"}])
    studies = pd.DataFrame({"study_id": ["a", "b"], "year": ["2019", ""]})
    return collect_outcomes(
        queue, decisions, notes, studies, outcomes, Cohorts("overlaps_with", fields=FIELDS)
    ).set_index("study_id")


def row(item, events="3", total="10", state="settled", **more):
    return {
        "item_id": item,
        "state": state,
        "events": events,
        "total": total,
        "region": "north",
        "overlaps_with": "",
        **more,
    }


def test_every_study_is_there_with_its_reason():
    table = collect(
        row("a"),
        row("b", events="NR"),
        row("c", overlaps_with="study A "),
        row("d", state="undecided", events="", total=""),
        row("e", events="11"),
        row("f", total="0"),
        row("g", overlaps_with="Nobody 2020"),
        row("h", overlaps_with="h"),
        row("i", overlaps_with="NR"),
        row("j", events="0", total="6"),
    )
    assert table["status"].to_dict() == {
        "a": "used",
        "b": "not reported",
        "c": "overlap",
        "d": "undecided",
        "e": "impossible",
        "f": "impossible",
        "g": "impossible",
        "h": "impossible",
        "i": "used",
        "j": "used",
    }
    assert "Study a, which is pooled instead" in table.loc["c", "remark"]
    assert "“Events” is 11 of 10 “Total”" in table.loc["e", "remark"]
    assert table.loc["a", "source"] == "Table 2"
    assert table.loc["a", "region"] == "north"
    assert (table.loc["a", "year"], table.loc["b", "year"], table.loc["c", "year"]) == ("2019", "", "")


def test_arms_are_rows_of_their_study():
    table = collect(row("a|CD19"), row("a|CD22"))
    assert list(table.index) == ["a", "a"]
    assert list(table["arm"]) == ["CD19", "CD22"]


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"effect": "0.5", "lower": "0.3", "upper": "0.8"}, "used"),
        ({"effect": "0.9", "lower": "0.3", "upper": "0.8"}, "impossible"),
        ({"effect": "0.5", "lower": "NR", "upper": "0.8"}, "not reported"),
    ],
)
def test_published_effects(values, status):
    outcomes = {"death": {"measure": "GEN", "columns": {name: name for name in values}, "subgroups": []}}
    assert collect({**row("a"), **values}, outcomes=outcomes).loc["a", "status"] == status


def test_a_study_that_was_not_asked_says_why():
    condition = {"name": "events", "label": "Events", "type": "count", "when": ("region", "south")}
    decisions = pd.DataFrame([row("a", events="", total="")], dtype=str)
    queue = pd.DataFrame({"item_id": ["a"], "title": ["Study a"]})
    notes = pd.DataFrame(columns=["item_id", "who", "note"], dtype=str)
    studies = pd.DataFrame({"study_id": ["a"], "year": [""]})
    fields = [condition, *(field for field in FIELDS if field["name"] != "events")]
    table = collect_outcomes(queue, decisions, notes, studies, OUTCOMES, Cohorts("overlaps_with", fields=fields))
    assert table["remark"].tolist() == ["not asked: “Region” is north, not south"]
    unfinished = decisions.assign(state="undecided")  # for another field, which was added later
    table = collect_outcomes(queue, unfinished, notes, studies, OUTCOMES, Cohorts("overlaps_with", fields=fields))
    assert table["remark"].tolist() == ["not asked: “Region” is north, not south"]
    table = collect_outcomes(
        queue, unfinished.assign(region=""), notes, studies, OUTCOMES, Cohorts("overlaps_with", fields=fields)
    )
    assert table["status"].tolist() == ["undecided"]
