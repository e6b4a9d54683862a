"""A result shows itself: table, frame, HTML and plots, on the natural scale."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
from examples import BCG
from prismake import pooling as pl
from prismake.core.errors import PoolingError

LABELS = [f"trial {i + 1}" for i in range(13)]


@pytest.fixture
def fit() -> pl.Pooled:
    y, v = pl.effect_sizes("RR", BCG)
    return pl.pool(y, v, measure="RR", labels=LABELS)


def test_print_is_a_table_on_the_natural_scale(fit):
    text = str(fit)
    assert text.splitlines()[0] == "Risk ratio, random effects (REML), 13 studies"
    assert "0.489  0.330 to 0.726  p = 0.002" in text and "0.134 to 1.78" in text
    assert "I² = 92 %" in text and "Hartung-Knapp, 12 df" in text and "k - 2 degrees of freedom" in text
    assert len(repr(fit)) < 100 and "0.489 (0.330 to 0.726)" in repr(fit)


def test_summary_names_the_studies_and_the_interval_of_tau2(fit):
    text = fit.summary()
    interval = pl.tau2_interval(fit.yi, fit.vi)
    assert f"interval of tau²: {interval.tau2_lb:.3g} to {interval.tau2_ub:.3g}" in text
    assert all(label in text for label in LABELS)


def test_frame_holds_studies_estimate_and_prediction(fit):
    frame = fit.to_frame()
    assert list(frame.index) == [*LABELS, "pooled", "prediction"]
    assert frame.loc["pooled", "estimate"] == pytest.approx(math.exp(fit.beta))
    assert frame.loc["prediction", "ci_ub"] == pytest.approx(math.exp(fit.pi_ub))
    assert frame["weight_pct"].iloc[:13].sum() == pytest.approx(100)
    slopes = pl.pool(fit.yi, fit.vi, mods={"ablat": BCG["ablat"]}).to_frame()
    assert list(slopes.index) == ["intercept", "ablat"] and "pval" in slopes


def test_warnings_stand_below_the_table():
    fit = pl.pool([0.5, 0.5, 0.5], [0.02, 0.03, 0.01], measure="RR")
    assert f"note: {fit.warnings[0]}" in str(fit)
    assert "no prediction interval: at least three studies are needed" in str(pl.pool([0.5, 0.1], [0.02, 0.03]))
    assert "give measure=" in str(pl.pool([0.5, 0.1], [0.02, 0.03]))


@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e5])
def test_digits_follow_the_data(scale):
    y = np.array([1.2, 2.3, 1.9, 3.1]) * scale
    text = str(pl.pool(y, np.array([0.1, 0.2, 0.15, 0.3]) * scale**2, measure="MD"))
    fit = pl.pool(y, np.array([0.1, 0.2, 0.15, 0.3]) * scale**2)
    shown = float(text.splitlines()[3].split()[1])
    assert shown == pytest.approx(fit.beta, rel=0.005)


def test_html_escapes_names():
    fit = pl.pool([0.5, 0.1, 0.3], [0.02, 0.03, 0.02], mods={"<b>dose</b>": [1, 2, 4]})
    html = fit._repr_html_()
    assert "<b>dose" not in html and "&lt;b&gt;dose" in html and html.startswith("<table>")


def test_mixed_models_and_freeman_tukey_know_their_scale():
    glmm = pl.pool_proportions([3, 9, 14], [20, 25, 31], labels=["a", "b", "c"])
    assert (
        str(glmm).startswith("Proportion, random effects (mixed model), 3 studies")
        and " p " not in str(glmm).splitlines()[3]
    )
    angle = pl.pool_proportions([3, 9, 14], [20, 25, 31], "freeman-tukey", labels=["a", "b", "c"])
    own = angle.to_frame()["estimate"].iloc[:3]
    assert own.tolist() == pytest.approx([3 / 20, 9 / 25, 14 / 31], abs=1e-9)
    natural = pl.natural_scale("PFT", angle, ni=[20, 25, 31])
    assert angle.to_frame().loc["pooled", "estimate"] == pytest.approx(natural.estimate)
    assert pl.pool_two_arms({"ai": [2, 4, 3], "n1i": [20] * 3, "ci": [5, 6, 9], "n2i": [20] * 3}).measure == "OR"


def test_plots_return_their_axes(fit):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    axes = fit.forest()
    assert axes.get_xscale() == "log" and "trial 1" in [t.get_text() for t in axes.get_yticklabels()]
    own = plt.subplots()[1]
    assert fit.funnel(own) is own and own.get_ylim()[1] == 0.0
    plt.close("all")
    with pytest.raises(PoolingError, match="moderators"):
        pl.pool(fit.yi, fit.vi, mods={"ablat": BCG["ablat"]}).forest()


def test_neither_plots_nor_frames_are_loaded_before_they_are_asked_for():
    code = "import sys; from prismake import pooling as pl; print(pl.pool([0.1, 0.2, 0.4], [0.1] * 3));"
    code += "print({'matplotlib', 'pandas'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip().endswith("set()")


def test_the_natural_scale_takes_the_measure_first(fit):
    assert pl.natural_scale("RR", fit) == pl.natural_scale(fit, "RR")  # the former order is understood
    assert pl.back_transform("RR", fit.beta) == pl.natural_scale("RR", fit).estimate


def test_labels_must_be_as_many_as_rows():
    with pytest.raises(PoolingError, match="labels"):
        pl.pool([0.1, 0.2], [0.1, 0.1], labels=["a"])
    named = pl.pool([0.1, math.nan, 0.2], [0.1, 0.1, 0.1], labels=["a", "b", "c"])
    assert named.labels == ("a", "c") and named.warnings[0] == "1 incomplete row left out: b."
    pd = pytest.importorskip("pandas")
    series = pd.Series(["a", "b", "c"], index=[7, 8, 9])
    assert pl.pool([0.1, math.nan, 0.2], [0.1, 0.1, 0.1], labels=series).labels == ("a", "c")
    counts = pl.pool_proportions([3, None, 5], [20, 30, 40])
    assert counts.warnings == ("1 incomplete row left out: row 2.",)
    arms = {"ai": [0, 2, 3], "n1i": [20, 30, 40], "ci": [0, 4, 5], "n2i": [20, 30, 40]}
    assert "No event in either arm" in pl.pool_two_arms(arms, labels=["a", "b", "c"]).warnings[0]


def test_subgroups_and_series_show_themselves_too(fit):
    groups = pl.subgroups(fit.yi, fit.vi, BCG["alloc"], measure="RR")
    lines = str(groups).splitlines()
    assert lines[1].split() == ["alternate", "2", "0.596", "0.251", "to", "1.41", "0.362"]
    assert lines[-1].startswith("test between them: 1.77 on 2 df, p = 0.41")
    assert groups.to_frame().loc["random", "estimate"] == pytest.approx(math.exp(groups["random"].beta))
    assert "alternate, random, systematic" in repr(groups)
    rest = pl.leave_one_out(fit.yi, fit.vi)
    frame = rest.to_frame("RR", index=LABELS)
    assert frame.loc["trial 3", "ci_ub"] == pytest.approx(math.exp(rest.ci_ub[2])) and frame["k"].tolist() == [12] * 13
    angle = pl.effect_sizes("PFT", {"xi": [3, 9, 14], "ni": [20, 25, 31]})
    found = pl.leave_one_out(*angle).to_frame("PFT", ni=[20, 25, 31])
    assert ((found["ci_lb"] < found["estimate"]) & (found["estimate"] < found["ci_ub"])).all()
