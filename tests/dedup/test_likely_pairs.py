"""Pairs that are likely one report: merged where that is certain, asked where it is not, the most likely first."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from prismake.core.records import table
from prismake.dedup import chance, find_duplicates
from record_pairs import LONG, OTHER, pair, record, rule, same

TITLE = "Tafenoquine for the radical cure of relapsing vivax malaria in adults"
SUBTITLE = ": a double-blind, randomised, dose-selection study in four countries with a follow-up of six months"

# One list of people as eight sources write it.
NAMES = {
    "initials": ["Liu L", "Moody J", "Gall A"],
    "initials with points": ["Liu, L.", "Moody, J.", "Gall, A."],
    "full names": ["Liu, Li", "Moody, John", "Gall, Anna"],
    "full names, family name last": ["Li Liu", "John Moody", "Anna Gall"],
    "joined": ["Liu L.Moody J.Gall A."],
    "joined without points": ["LiuLMoodyJGallA"],
    "joined full names": ["Liu LiMoody JohnGall Anna"],
    "in another order": ["Gall A", "Liu L", "Moody J"],
    "commas": ["Liu L, Moody J, Gall A"],
    "commas and points": ["Liu, L., Moody, J., Gall, A."],
    "semicolons": ["Liu L; Moody J; Gall A"],
}  # fmt: skip


@pytest.mark.parametrize("one", NAMES)
@pytest.mark.parametrize("two", NAMES)
def test_people_are_the_same_however_a_source_writes_them(one: str, two: str) -> None:
    """One exact title in one journal, volume and issue; the page is known to one source only."""
    found = pair({"authors": NAMES[one], "pages": ""}, {"authors": NAMES[two]})
    assert same(found), found.audit.iloc[0].to_dict()


def test_other_people_are_others_however_they_are_joined() -> None:
    for others in (["Sato T", "Abe N", "Ito K"], ["Sato T.Abe N.Ito K."], ["SatoTAbeNItoK"]):
        assert not same(pair({"authors": NAMES["initials"], "pages": ""}, {"authors": others, "pages": ""}))


SUBTITLE_MISSING = {
    "one DOI": ({"doi": "10.1016/a.1"}, {"doi": "10.1016/a.1", "pages": "", "issue": ""}),
    "one DOI, names run together": (
        {"doi": "10.1016/a.1", "authors": ["Llanos-Cuentas A.Lacerda M. V.Rueangweerayut R."], "pages": ""}, {"doi": "10.1016/a.1"}),
    "one range of pages": ({}, {"issue": ""}),
    "one journal, volume and year": ({"pages": ""}, {"pages": "", "issue": ""}),
}  # fmt: skip


@pytest.mark.parametrize("name", SUBTITLE_MISSING)
def test_a_missing_subtitle_makes_no_other_paper(name: str) -> None:
    first, second = SUBTITLE_MISSING[name]
    found = pair({**first, "title": TITLE + SUBTITLE}, {**second, "title": TITLE})
    assert same(found), found.audit.iloc[0].to_dict() if len(found.audit) else "never compared"


ASKED = {
    "a subtitle is missing, and so is the place": (
        {"title": TITLE + SUBTITLE}, {"title": TITLE, "volume": "", "issue": "", "pages": "", "journal": ""}),
    "a subtitle is missing, one DOI, other names": (
        {"title": TITLE + SUBTITLE, "doi": "10.1016/a.1"},
        {"title": TITLE, "doi": "10.1016/a.1", "authors": ["Tafenoquine Study Group"], "pages": ""}),
    "one text at two places": (
        {"abstract": LONG}, {"abstract": LONG, "volume": "384", "issue": "1", "pages": "45-54"}),
    "one title and volume, other pages": ({"pages": "101-109"}, {"pages": "301-309"}),
}  # fmt: skip


@pytest.mark.parametrize("name", ASKED)
def test_people_are_asked(name: str) -> None:
    found = pair(*ASKED[name])
    assert not same(found), rule(found)
    assert found.queue["item_id"].tolist() == ["a:1|b:1"]


def test_people_are_not_asked_about_papers_that_are_unlike() -> None:
    found = pair({"abstract": LONG}, {"title": "Hypnozoites of vivax malaria in cell culture: a dose-finding study in adults",
                                      "abstract": OTHER, "pages": "1059-1066"})  # fmt: skip
    assert found.queue.empty


def _doubtful(count: int) -> pd.DataFrame:
    """Pairs of which one record has no place; the more of the authors agree, the likelier they are one."""
    draw = np.random.default_rng(7)
    syllables = "ba ce di fo gu ha ki lo mu na pe qui ro su ta ve".split()
    rows = []
    for k in range(count):
        words = ["".join(draw.choice(syllables, 4)) for _ in range(8)]
        title = f"{words[0]} and {words[1]} in the {words[2]} of {words[3]} {words[4]}".capitalize()
        names = [f"{word.title()} A" for word in words[5:]]
        bare = {"volume": "", "issue": "", "pages": "", "journal": ""}
        rows.append(
            record(f"a:{k:03}", title=title, authors=names, pages=f"{10 * k + 1}-{10 * k + 9}", volume=str(k + 1))
        )
        rows.append(record(f"b:{k:03}", title=title, authors=[*names[: 1 + k % 3], "Other B"], **bare))
    return table(rows)


def test_the_queue_is_short_and_its_most_likely_pairs_come_first() -> None:
    everything = find_duplicates(_doubtful(15)).queue
    assert len(everything) == 15
    assert everything["probability"].is_monotonic_decreasing
    assert everything["probability"].nunique() > 1
    long = find_duplicates(_doubtful(240)).queue
    assert len(long) == 20  # of 480 records 1.5 % would be 7
    assert long["probability"].min() >= everything["probability"].max() - 0.1


def test_what_was_answered_counts_in_the_length_of_the_queue() -> None:
    records = _doubtful(240)
    first = find_duplicates(records).queue
    answers = dict.fromkeys(first["item_id"].iloc[:12], "different")
    rest = find_duplicates(records, answers=answers).queue
    assert rest["item_id"].tolist() == first["item_id"].iloc[12:].tolist()


def test_the_model_has_a_coefficient_for_each_feature_and_says_how_it_was_fitted() -> None:
    fitted = chance.model()
    assert set(fitted["coefficients"]) == set(chance.NAMES)
    assert fitted["fitted_by"].startswith("python tests/benchmarks/dedup/fit_chance.py")
    assert set(fitted["fitted_on"]) == {"cytology_screening", "haematology", "digital_work", "cardiac", "depression"}
    assert 0 < fitted["true_pairs"] < fitted["pairs"]
    assert 0 < fitted["floor"] <= 0.1


@pytest.mark.parametrize(("likelier", "name"), [
    (True, "same title"), (True, "authors"), (True, "same pages"), (True, "same abstract"), (True, "same volume"),
    (False, "numbers differ"), (False, "other abstract"), (False, "other volume"), (False, "other identifier"),
    (False, "years apart"), (False, "other journal"), (False, "other page"),
])  # fmt: skip
def test_each_sign_counts_in_its_direction(likelier: bool, name: str) -> None:
    assert (chance.model()["coefficients"][name] > 0) == likelier


def test_the_fit_finds_the_maximum_of_the_penalised_likelihood() -> None:
    """Against scipy's general optimiser on made-up pairs."""
    from scipy.optimize import minimize

    sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks" / "dedup"))
    from fit_chance import _AS_IT_IS, _RIDGE, Sample, fit

    draw = np.random.default_rng(4)
    x = draw.random((300, 4))
    y = draw.random(300) < 1 / (1 + np.exp(2 - 3 * x[:, 0] - x[:, 1]))
    sample = Sample("made up", "as it is", 300, x, y, np.zeros((300, 2), dtype=int), np.zeros(300, dtype=bool), [])
    intercept, beta = fit([sample])

    def loss(b: np.ndarray) -> float:
        z = b[0] + x @ b[1:]
        return _AS_IT_IS * float(np.sum(np.logaddexp(0, z) - y * z)) + _RIDGE / 2 * float(b[1:] @ b[1:])

    best = minimize(loss, np.zeros(5), method="BFGS", options={"gtol": 1e-9}).x
    assert np.allclose([intercept, *beta], best, atol=1e-5)
