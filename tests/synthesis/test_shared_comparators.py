"""Trials with several arms against one comparator: every person counts once, and studies are counted, not arms."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from prismake.synthesis import analyse
from prismake.synthesis.shared_comparators import count_people_once

COUNTS = ("events1", "total1", "events2", "total2")
MEANS = ("mean1", "sd1", "n1", "mean2", "sd2", "n2")
RATES = ("events1", "time1", "events2", "time2")
SPEC = {
    "title": "Death",
    "measure": "OR",
    "model": "inverse_variance",
    "method": "REML",
    "test": "z",
    "also_inverse_variance": False,
    "subgroups": [],
    "moderators": [],
    "sensitivity": [],
    "published": {},
}


def table(columns, rows, **more):
    """Rows as (study, arm, numbers); ``more`` are further columns."""
    frame = pd.DataFrame(
        [
            {
                "study_id": study,
                "arm": arm,
                "label": f"{study} 2015, {arm}" if arm else f"{study} 2015",
                "year": "2015",
                **dict(zip(columns, numbers, strict=True)),
                "status": "used",
                "remark": "",
                "settled_by": "agreement",
                "source": "page 4",
                **{name: values[place] for name, values in more.items()},
            }
            for place, (study, arm, *numbers) in enumerate(rows)
        ]
    )
    return frame.astype(str)


def spec(columns, **changes):
    return {**SPEC, "columns": {role: role for role in columns}, **changes}


def run(frame, settings):
    return analyse("death", frame, settings, labels={}, level=95.0, subgroup_tau2="common", undecided={})


DOSES = [("Abel", "low dose", 5, 30, 21, 60), ("Abel", "high dose", 7, 30, 21, 60), ("Boyd", "", 4, 50, 9, 50)]


def test_the_arms_of_a_trial_are_combined_unless_the_protocol_says_otherwise():
    found = run(table(COUNTS, DOSES), spec(COUNTS))
    first = found["studies"][0]
    assert [first[role] for role in COUNTS] == [12, 60, 21, 60]
    assert (first["label"], first["arm"]) == ("Abel 2015", "low dose + high dose")
    assert first["yi"] == pytest.approx(math.log(12 / 48 / (21 / 39)), abs=1e-12)
    assert found["analyses"]["main"]["k"] == found["counts"]["studies_pooled"] == 2
    said = "Abel 2015: one comparator for low dose and high dose, which were combined into one"
    assert found["notes"] == [f"{said} (Cochrane Handbook 23.3.4)."]
    assert said in found["sentence"]


def test_a_split_comparator_stands_half_against_each_arm_and_studies_are_counted():
    found = run(table(COUNTS, DOSES), spec(COUNTS, shared_comparator="split"))
    assert [[study[role] for role in COUNTS] for study in found["studies"][:2]] == [
        [5, 30, 10.5, 30],
        [7, 30, 10.5, 30],
    ]
    main = found["analyses"]["main"]
    assert (main["k"], main["studies"]) == (3, 2)
    assert "; 2 studies with 3 results" in main["sentence"]
    assert "so that each stands against half of its events and people" in found["sentence"]


def test_of_means_the_number_of_people_alone_is_split():
    rows = [("Abel", "a", 32.9, 5.8, 50, 30, 5, 41), ("Abel", "b", 36.4, 3.8, 50, 30, 5, 41)]
    split = count_people_once(table(MEANS, rows), spec(MEANS, shared_comparator="split"))
    assert split.rows[list(MEANS)].astype(float).values.tolist() == [
        [32.9, 5.8, 50, 30, 5, 20.5],
        [36.4, 3.8, 50, 30, 5, 20.5],
    ]
    assert "half of its people (" in split.notes[0]


def test_means_are_combined_by_the_formula_of_the_handbook():
    # R: sd(c(scale(rnorm(50)) * 4.5 + 26.5, scale(rnorm(50)) * 5.8 + 32.9)) = 6.084099163085906
    rows = [("Abel", "a", 26.5, 4.5, 50, 30, 5, 41), ("Abel", "b", 32.9, 5.8, 50, 30, 5, 41)]
    (one,) = count_people_once(table(MEANS, rows), spec(MEANS)).rows.to_dict("records")
    assert [float(one[role]) for role in MEANS] == pytest.approx([29.7, 6.084099163085906, 100, 30, 5, 41], abs=1e-9)


def test_person_time_is_divided_with_its_events():
    rows = [("Abel", name, 3, 100.0, 9, 210.0) for name in "abc"]
    split = count_people_once(table(RATES, rows), spec(RATES, measure="IRR", shared_comparator="split"))
    assert split.rows[["events2", "time2"]].astype(float).values.tolist() == [[3.0, 70.0]] * 3
    assert "a third of its events and person-time" in split.notes[0]


def test_arms_of_different_subgroups_stay_apart():
    frame = table(COUNTS, DOSES, antigen=["CD19", "CD22", "CD19"])
    found = run(frame, spec(COUNTS, subgroups=["antigen"]))
    assert [study["events2"] for study in found["studies"]] == [10.5, 10.5, 9]
    levels = {row["level"]: (row["k"], row["studies"]) for row in found["subgroups"]["antigen"]["levels"]}
    assert levels == {"CD19": (2, 2), "CD22": (1, 1)}


def test_one_arm_against_two_comparators_is_counted_once_as_well():
    rows = [("Abel", "placebo", 5, 30, 9, 31), ("Abel", "usual care", 5, 30, 12, 29)]
    (one,) = count_people_once(table(COUNTS, rows), spec(COUNTS)).rows.to_dict("records")
    assert [one[role] for role in COUNTS] == ["5", "30", "21", "60"]
    (note,) = count_people_once(table(COUNTS, rows), spec(COUNTS)).notes
    assert note.startswith("Abel 2015: one first group for placebo and usual care")


def test_comparators_of_one_size_with_other_numbers_are_named():
    rows = [("Abel", "a", 5, 30, 9, 31), ("Abel", "b", 6, 30, 12, 31), ("Boyd", "", 4, 50, 9, 50)]
    settled = count_people_once(table(COUNTS, rows), spec(COUNTS))
    assert len(settled.rows) == 3
    assert "Abel 2015 has several comparators of 31 people with different numbers" in settled.notes[0]


def test_different_people_and_single_rows_stay_as_they_are():
    rows = [("Abel", "children", 5, 30, 9, 31), ("Abel", "adults", 6, 30, 12, 40), ("Boyd", "", 4, 50, 9, 50)]
    frame = table(COUNTS, rows)
    assert count_people_once(frame, spec(COUNTS)) == (frame, [])


def test_published_effects_of_one_study_are_named():
    limits = ("effect", "lower", "upper")
    rows = [("Abel", "a", 0.8, 0.5, 1.28), ("Abel", "b", 0.7, 0.4, 1.225), ("Boyd", "", 0.9, 0.6, 1.35)]
    found = run(table(limits, rows), spec(limits, measure="GEN", ratio_scale=True))
    assert "Abel 2015 gives 2 results, which are pooled as if they were of different people." in found["sentence"]


def test_arms_of_a_study_without_comparator_are_counted_as_one_study():
    rows = [("Abel", "CD19", 5, 30), ("Abel", "CD22", 7, 31), ("Boyd", "", 4, 50)]
    found = run(table(("events", "total"), rows), spec(("events", "total"), measure="PLO"))
    assert "; 2 studies with 3 results, 16 events among 111 participants" in found["sentence"]
