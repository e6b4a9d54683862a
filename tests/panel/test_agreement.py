"""Agreement between reviewers against published figures, limits and one another.

Where the figures come from. *irrCAC vignette*: what the R package irrCAC 1.0 of K. L. Gwet prints for its own data, as
published in https://cran.r-project.org/web/packages/irrCAC/vignettes/overview.html. *vcd*: ``Kappa(table)`` of the R
package vcd 1.4-11 under R 4.2.2. *irrCAC for Python*: version 0.4.4 of the package of that name on PyPI,
``irrCAC.table.CAC(table, digits=12)`` and ``irrCAC.raw.CAC(ratings, digits=12)``; on 400 random tables with gaps it and
this package differ by less than 1e-12 in AC1, Cohen's and Fleiss' kappa and their standard errors.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prismake import agreement
from prismake.panel.agreement import (
    AgreementError,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    landis_koch,
    many,
    weighted_kappa,
    wilson,
)


def ratings_of(table):
    """Two columns of ratings with the cross table given."""
    cells = [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    return [i for i, _ in cells], [j for _, j in cells]


# Four raters and twelve subjects with gaps: the data set cac.raw4raters as the irrCAC vignette prints it.
FOUR = {
    "A": [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    "B": [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    "C": [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    "D": [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
}

# Fourteen raters, ten subjects, five categories: counts by subject (also in the tests of statsmodels' inter_rater).
FOURTEEN = [
    (0, 0, 0, 0, 14),
    (0, 2, 6, 4, 2),
    (0, 0, 3, 5, 6),
    (0, 3, 9, 2, 0),
    (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0),
    (3, 2, 6, 3, 0),
    (2, 5, 3, 2, 2),
    (6, 5, 2, 1, 0),
    (0, 2, 2, 3, 7),
]

# Six psychiatrists, fifteen patients, five diagnoses: the data set distrib.6raters as the irrCAC vignette prints it.
SIX = [
    (0, 0, 0, 6, 0),
    (0, 3, 0, 0, 3),
    (0, 1, 4, 0, 1),
    (0, 0, 0, 0, 6),
    (0, 3, 0, 3, 0),
    (2, 0, 4, 0, 0),
    (0, 0, 4, 0, 2),
    (2, 0, 3, 1, 0),
    (2, 0, 0, 4, 0),
    (0, 0, 0, 0, 6),
    (1, 0, 0, 5, 0),
    (1, 1, 0, 4, 0),
    (0, 3, 3, 0, 0),
    (1, 0, 0, 5, 0),
    (0, 2, 0, 3, 1),
]


def columns_of(counts):
    """A column of ratings a rater from the counts by subject and category."""
    rows = [[i for i, count in enumerate(row) for _ in range(count)] for row in counts]
    return list(zip(*rows, strict=True))


@pytest.mark.parametrize(
    ("table", "kappa", "se"),
    [
        # vcd; of the second table the irrCAC vignette prints 0.7964094 and 0.05891072 (cont3x3abstractors).
        ([[75, 1, 4], [5, 4, 1], [0, 0, 10]], 0.6764705882352940, 0.0877029534752125),
        ([[13, 0, 0], [0, 20, 7], [0, 4, 56]], 0.7964094021839719, 0.0589107183260814),
        ([[53, 5, 2], [11, 14, 5], [1, 6, 3]], 0.4285714285714285, 0.0759588315346638),
        ([[118, 5], [2, 0]], -0.0233918128654961, 0.0122867566728453),
        ([[88, 14], [10, 10]], 0.335753176043557, 0.106637770567499),
    ],
)
def test_cohens_kappa_and_its_standard_error(table, kappa, se):
    found = agreement(*ratings_of(table))
    assert found.kappa == pytest.approx(kappa, abs=1e-13)
    assert found.kappa_se == pytest.approx(se, abs=1e-13)
    assert found.kappa_lb == pytest.approx(kappa - 1.959963985 * se, abs=1e-8)
    assert found.table == tuple(map(tuple, table))
    assert sum(map(sum, table)) == found.n


@pytest.mark.parametrize(
    ("table", "ac1", "ac1_se", "bp", "bp_se"),
    [
        # The irrCAC vignette prints 0.8493305, 0.04321747, 0.835, 0.04693346 (cont3x3abstractors).
        ([[13, 0, 0], [0, 20, 7], [0, 4, 56]], 0.849330548231, 0.04321747, 0.835, 0.046933463541),
        # irrCAC for Python
        ([[118, 5], [2, 0]], 0.940776337609, 0.02296455, 0.888, 0.041129648673),
        ([[88, 14], [10, 10]], 0.72071728348, 0.05966948, 0.606557377049, 0.071979513726),
    ],
)
def test_ac1_and_brennan_prediger_with_their_standard_errors(table, ac1, ac1_se, bp, bp_se):
    found = agreement(*ratings_of(table))
    assert found.ac1 == pytest.approx(ac1, abs=1e-12)
    assert found.ac1_se == pytest.approx(ac1_se, abs=1e-8)
    assert (found.pabak, found.pabak_se) == pytest.approx((bp, bp_se), abs=1e-12)
    low, high = wilson(sum(row[i] for i, row in enumerate(table)), found.n)
    size = len(table)  # PABAK is a linear function of the observed agreement, and so is its interval
    assert (found.pabak_lb, found.pabak_ub) == pytest.approx([(size * v - 1) / (size - 1) for v in (low, high)])


def test_high_agreement_and_low_kappa_are_told_apart():
    """The paradox of a rare category: 94 % of the answers agree, and kappa is below zero."""
    found = agreement(*ratings_of([[118, 5], [2, 0]]))
    assert found.observed == pytest.approx(0.944)
    assert found.kappa < 0 and found.pabak == pytest.approx(0.888) and found.ac1 > found.pabak
    assert found.prevalence_index == pytest.approx(118 / 125)
    assert found.bias_index == pytest.approx(3 / 125)
    assert found.specific == pytest.approx((236 / 243, 0.0))
    assert (found.kappa_word, found.ac1_word) == ("poor", "almost perfect")


def test_four_raters_with_gaps_as_published():
    # The irrCAC vignette prints AC1 0.77544 (se 0.14295), Fleiss' kappa 0.76117 (0.15302), alpha 0.74342; the further
    # digits are irrCAC for Python. Interval alpha: krippendorff.alpha(..., level_of_measurement="interval"), PyPI 0.9.0.
    nominal, interval = krippendorff_alpha(FOUR), krippendorff_alpha(FOUR, metric="interval")
    assert (nominal.value, interval.value) == pytest.approx((0.743421052631579, 0.849107142857143), abs=1e-13)
    assert nominal.lb < nominal.value <= nominal.ub
    assert (nominal.n, nominal.n_missing, nominal.ratings, nominal.reviewers) == (11, 1, 40, 4)
    fleiss, ac1 = fleiss_kappa(FOUR), gwet_ac1(FOUR)
    assert (fleiss.value, fleiss.se) == pytest.approx((0.761169275422, 0.153019203469), abs=1e-11)
    assert (ac1.value, ac1.se) == pytest.approx((0.775444068127, 0.142949950641), abs=1e-11)


@pytest.mark.parametrize(
    ("counts", "fleiss", "fleiss_se", "ac1", "ac1_se", "alpha"),
    [
        # The irrCAC vignette prints 0.4139265 (0.08119291), 0.4448007 (0.08418757) and 0.4204384 (distrib.6raters).
        (SIX, 0.413926499033, 0.081192909196, 0.444800732936, 0.084187566774, 0.420438426821),
        # irrCAC for Python
        (FOURTEEN, 0.209930704422, 0.092371111606, 0.225614150817, 0.093324074471, 0.215574056533),
    ],
)
def test_several_raters_without_gaps(counts, fleiss, fleiss_se, ac1, ac1_se, alpha):
    columns, size = columns_of(counts), len(counts)
    found, gwet, krippendorff = fleiss_kappa(columns), gwet_ac1(columns), krippendorff_alpha(columns)
    assert (found.value, found.se) == pytest.approx((fleiss, fleiss_se), abs=1e-11)
    assert (gwet.value, gwet.se) == pytest.approx((ac1, ac1_se), abs=1e-11)
    assert krippendorff.value == pytest.approx(alpha, abs=1e-11)
    assert (found.n, found.ratings) == (size, sum(map(sum, counts)))
    assert found.lb == pytest.approx(fleiss - 1.959963985 * fleiss_se, abs=1e-9)


def test_undecided_items_are_left_out_and_counted():
    first = ["include", None, "exclude", float("nan"), pd.NA, "", "include"]
    second = ["include", "exclude", "exclude", "include", "include", "include", np.nan]
    found = agreement(first, second)
    assert (found.n, found.n_missing, found.observed) == (2, 5, 1.0)


def test_no_variation_is_a_reason_not_a_crash():
    found = agreement(["exclude"] * 8, ["exclude"] * 8, categories=("include", "exclude"))
    assert found.kappa is None and found.kappa_se is None and found.kappa_lb is None
    assert "same answer" in found.kappa_reason and found.kappa_word == ""
    assert (found.pabak, found.ac1, found.observed) == (1.0, 1.0, 1.0)
    assert found.observed_lb == pytest.approx(wilson(8, 8)[0]) and found.observed_lb < 0.7
    bare = agreement(["exclude"] * 8, ["exclude"] * 8)
    assert bare.pabak is None and bare.ac1 is None and "one answer" in bare.pabak_reason


def test_one_reviewer_without_variation_has_kappa_zero_and_a_note():
    found = agreement(["exclude"] * 4, ["exclude", "include", "exclude", "exclude"])
    assert found.kappa == 0 and "first reviewer gave one answer" in found.notes[0]


def test_nothing_to_compare():
    for pair in (([], []), ([None, "include"], ["include", None])):
        found = agreement(*pair)
        assert found.n == 0 and found.kappa is None and found.observed is None
        assert "no item" in found.kappa_reason and json.dumps(found.to_dict())
    assert fleiss_kappa([[], []]).value is None
    assert krippendorff_alpha([["a", None], [None, "a"]]).reason


def test_ratings_are_matched_by_item():
    first = pd.Series({"r1": "include", "r2": "exclude", "r3": "include"})
    second = {"r3": "include", "r2": "include", "r9": "exclude"}
    found = agreement(first, second, categories=("include", "exclude"))
    assert (found.n, found.n_missing, found.table) == (2, 2, ((1, 0), (1, 0)))


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(AgreementError, match="differ in number"):
        agreement(["include"], [])
    with pytest.raises(AgreementError, match="Not among the possible answers: perhaps"):
        agreement(["perhaps"], ["include"], categories=("include", "exclude"))
    with pytest.raises(AgreementError, match="occurs twice"):
        agreement(pd.Series(["a", "b"], index=["r1", "r1"]), {"r1": "a"})
    with pytest.raises(AgreementError, match="confidence level"):
        agreement(["a", "b"], ["a", "b"], level=0)
    with pytest.raises(AgreementError, match="numbers"):
        krippendorff_alpha([["a", "b"], ["a", "b"]], metric="interval")
    with pytest.raises(AgreementError, match="metric"):
        krippendorff_alpha([[1], [1]], metric="ratio")


def test_panel_of_three_with_maybe():
    frame = pd.DataFrame(
        {
            "anna": ["include", "exclude", "maybe", "exclude", None],
            "ben": ["include", "exclude", "include", "include", "exclude"],
            "cleo": ["include", "exclude", None, "exclude", "exclude"],
        }
    )
    three = many(frame, categories=("include", "maybe", "exclude"))
    binary = many(frame, categories=("include", "exclude"), merge={"maybe": "include"})
    assert [pair[:2] for pair in three.pairs] == [("anna", "ben"), ("anna", "cleo"), ("ben", "cleo")]
    assert (three.n_items, three.n_compared, three.unanimous, binary.unanimous) == (5, 5, 3, 4)
    plain = binary.to_dict()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain["pairs"][0]["second"] == "ben" and plain["fleiss"]["reviewers"] == 3
    assert many({"anna": ["include"]}).fleiss is None


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (-0.01, "poor"),
        (0, "slight"),
        (0.2, "slight"),
        (0.21, "fair"),
        (0.6, "moderate"),
        (0.8, "substantial"),
        (1, "almost perfect"),
    ],
)
def test_words(value, word):
    assert landis_koch(value) == word


answers = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=2, max_size=60)


@given(answers, st.randoms(use_true_random=False))
def test_symmetry_order_and_bounds(pairs, random):
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    found, turned = agreement(first, second), agreement(second, first)
    for name in ("observed", "kappa", "kappa_se", "ac1", "ac1_se", "pabak"):
        assert getattr(found, name) == pytest.approx(getattr(turned, name), abs=1e-9)
    shuffled = list(pairs)
    random.shuffle(shuffled)
    assert agreement([a for a, _ in shuffled], [b for _, b in shuffled]) == found
    for name in ("kappa", "ac1", "pabak"):
        value, low, high = (getattr(found, f"{name}{end}") for end in ("", "_lb", "_ub"))
        if value is not None:
            assert -1 - 1e-9 <= low <= value + 1e-9 and value <= high + 1e-9 <= 1 + 2e-9
    alpha = krippendorff_alpha([first, second])
    assert alpha == krippendorff_alpha([[a for a, _ in shuffled], [b for _, b in shuffled]])
    # Two reviewers without gaps: alpha is Scott's pi (here Fleiss' kappa) corrected for the size of the sample.
    fleiss = fleiss_kappa([first, second])
    if alpha.value is not None and fleiss.value is not None:
        n = 2 * len(pairs)
        assert alpha.value == pytest.approx(1 - (1 - fleiss.value) * (n - 1) / n, abs=1e-9)
    if found.ac1 is not None:
        assert gwet_ac1([first, second]).value == pytest.approx(found.ac1, abs=1e-9)


def test_intervals_hold_at_their_rate():
    """Exact coverage of the 95 % intervals at a known truth: every table of 80 items, weighted by its probability."""
    n, p = 80, np.array([[0.22, 0.10], [0.08, 0.60]])
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    pe, share, po = float(rows @ columns), float((rows + columns)[0] / 2), float(np.trace(p))
    gwet = 2 * share * (1 - share)
    truth = {"kappa": (po - pe) / (1 - pe), "pabak": 2 * po - 1, "observed": po, "ac1": (po - gwet) / (1 - gwet)}
    covered = dict.fromkeys(truth, 0.0)
    for a in range(n + 1):
        for b in range(n + 1 - a):
            for c in range(n + 1 - a - b):
                cells = (a, b, c, n - a - b - c)
                chance = math.exp(
                    math.lgamma(n + 1)
                    + sum(k * math.log(q) - math.lgamma(k + 1) for k, q in zip(cells, p.flat, strict=True))
                )
                if chance < 1e-7:
                    continue
                found = agreement(*ratings_of([cells[:2], cells[2:]]), categories=(0, 1))
                for name, value in truth.items():
                    low, high = getattr(found, f"{name}_lb"), getattr(found, f"{name}_ub")
                    covered[name] += chance * (low <= value <= high)
    assert all(0.925 <= share <= 0.975 for share in covered.values()), covered


def test_import_costs_nothing():
    code = "import sys, prismake.panel.agreement; print([m for m in ('numpy', 'pandas', 'scipy', 'sklearn') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("weights", ["linear", "quadratic"])
def test_weighted_kappa_is_that_of_scikit_learn(weights):
    from sklearn.metrics import cohen_kappa_score

    rng = np.random.default_rng(11)
    first = rng.integers(0, 4, 90)
    second = np.clip(first + rng.integers(-1, 2, 90), 0, 3)
    found = weighted_kappa(first, second, range(4), weights=weights)
    assert found.kappa == pytest.approx(cohen_kappa_score(first, second, weights=weights), abs=1e-12)
    assert found.lb < found.kappa < found.ub


def test_weighted_kappa_of_two_answers_is_kappa_with_its_standard_error():
    first, second = [0, 1, 1, 0, 1, 0, 1, 1], [0, 1, 0, 0, 1, 1, 1, 1]
    plain, found = agreement(first, second), weighted_kappa(first, second, [0, 1])
    assert (found.n, found.kappa) == (8, pytest.approx(plain.kappa, abs=1e-12))
    assert found.se == pytest.approx(plain.kappa_se, abs=1e-12)  # Fleiss, Cohen & Everitt 1969: unit weights, eq. 13


def test_weighted_kappa_that_does_not_exist_says_why():
    assert weighted_kappa(["low"] * 3, ["low"] * 3, ["low", "high"]).reason.startswith("both reviewers gave one")
    assert weighted_kappa([None], ["low"], ["low", "high"]).n == 0
