"""Published networks: what the papers print, to their last digit."""

from __future__ import annotations

import pytest
from examples import BCG
from network_examples import DIABETES, PARKINSON
from prismake.pooling.network import arm_trials, contrast_trials, decomposition, network, splits

ORDER = ["plac", "acar", "benf", "metf", "migl", "piog", "rosi", "sita", "sulf", "vild"]


@pytest.fixture(scope="module")
def diabetes():
    study, first, second, effect, error = zip(*DIABETES, strict=True)
    found = contrast_trials(effect, [value**2 for value in error], study, first, second)
    assert not found.left_out
    return network(found.trials, treatments=ORDER, method="DL")


def test_diabetes_q_within_and_between_designs(diabetes):
    """As printed by R's netmeta for these data (``decomp.design``; Krahn et al., BMC Med Res Methodol 2013;13:35)."""
    tests = decomposition(diabetes)
    assert [round(row.Q, 2) for row in (tests.total, tests.within, tests.between)] == [96.99, 74.46, 22.53]
    assert [row.df for row in (tests.total, tests.within, tests.between)] == [18, 11, 7]
    assert round(tests.between.p, 4) == 0.0021
    within = {tuple(ORDER[i] for i in row.design): (round(row.Q, 2), row.df) for row in tests.designs if row.df}
    assert within == {
        ("plac", "metf"): (42.16, 2), ("plac", "rosi"): (21.27, 5), ("plac", "benf"): (4.38, 1),
        ("plac", "migl"): (6.45, 2), ("metf", "rosi"): (0.19, 1),
    }  # fmt: skip


def test_diabetes_designs_detached(diabetes):
    """netmeta's “Between-designs Q statistic after detaching of single designs”."""
    tests = {tuple(ORDER[i] for i in row.design): row for row in decomposition(diabetes).detached}
    for design, Q, p in (
        (("rosi", "sulf"), 6.77, 0.3425),
        (("metf", "sulf"), 7.51, 0.2760),
        (("plac", "rosi"), 16.29, 0.0123),
    ):
        row = tests[design]
        assert (round(row.Q, 2), row.df, round(row.p, 4)) == (Q, 6, p)


def test_parkinson_against_placebo():
    """Fixed effects of TSD 2, example 5, table A9 of the update of April 2014, as BUGSnet distributes it (file
    data-raw/TSD2_ex5_parkinsons_results.csv): posterior means and SDs under flat priors, to Monte Carlo error in the
    second decimal: pramipexole −1.81 (0.33), ropinirole −0.47 (0.49), bromocriptine −0.52 (0.48), cabergoline −0.82 (0.52)."""
    study, drug, mean, sd, n = zip(*PARKINSON, strict=True)
    fitted = network(arm_trials("MD", {"mean": mean, "sd": sd, "n": n}, study, drug).trials)
    names = fitted.treatments
    for name, middle, error in (
        ("pramipexole", -1.81, 0.33),
        ("ropinirole", -0.47, 0.49),
        ("bromocriptine", -0.52, 0.48),
        ("cabergoline", -0.82, 0.52),
    ):
        place = names.index(name), names.index("placebo")
        assert fitted.common.estimate[place] == pytest.approx(middle, abs=0.011)
        assert fitted.common.se[place] == pytest.approx(error, abs=0.006)


def test_bcg_as_a_network_of_two():
    """Viechtbauer, J Stat Softw 2010;36(3), page 14: −0.7145 (0.1798), tau² = 0.3132; Q = 152.2330 on 12 df."""
    study = [number for number in range(13) for _ in range(2)]
    events = [value for pair in zip(BCG["ai"], BCG["ci"], strict=True) for value in pair]
    others = [value for pair in zip(BCG["bi"], BCG["di"], strict=True) for value in pair]
    total = [a + b for a, b in zip(events, others, strict=True)]
    found = arm_trials("RR", {"events": events, "total": total}, study, ["vaccine", "none"] * 13)
    fitted = network(found.trials, treatments=["none", "vaccine"])
    assert fitted.random.estimate[1, 0] == pytest.approx(-0.7145, abs=5e-5)
    assert fitted.random.se[1, 0] == pytest.approx(0.1798, abs=5e-5)
    assert (fitted.tau2, fitted.Q) == (pytest.approx(0.3132, abs=5e-5), pytest.approx(152.2330, abs=5e-5))
    row = splits(fitted)[0]
    assert (row.share, row.both) == (1.0, False)


def test_the_three_arms_of_willms_give_the_covariance_of_their_effects(diabetes):
    trial = next(trial for trial in diabetes.evidence.trials if trial.name == "Willms 1999")
    place = {name: index for index, name in enumerate(trial.treatments)}
    m, a, p = place["metf"], place["acar"], place["plac"]
    S = trial.covariance
    both = S[m, a] - S[m, p] - S[a, p] + S[p, p]  # of metformin and acarbose, each against placebo
    assert both == pytest.approx((0.3758**2 + 0.4669**2 - 0.3579**2) / 2, rel=1e-12)
