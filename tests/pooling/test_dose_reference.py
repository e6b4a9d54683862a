"""Dose-response curves of twelve sets, printed and drawn, against R's metafor; `dose_reference.R` writes its answers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from dose_examples import SETS, studies_of
from prismake import pooling as pl

REFERENCE = json.loads(Path(__file__).with_name("dose_reference.json").read_text(encoding="utf-8"))


def fitted(name: str, **settings) -> pl.DoseResponse:
    raw, model, knots = SETS[name]
    return pl.pool_dose_response(studies_of(raw), model=model, knots=knots or 3, **settings)


@pytest.mark.parametrize("name", SETS)
def test_covariances_and_common_curves_are_those_of_r(name):
    """Closed forms: to 1e-8, apart from the root that R finds to 1e-8 only."""
    fit, r = fitted(name, method="fixed"), REFERENCE[name]
    first = studies_of(SETS[name][0])[0]
    assert pytest.approx(np.array(r["S"]), rel=1e-6) == first.S
    assert fit.beta == pytest.approx(np.atleast_1d(r["fixed"]["b"]), rel=1e-7)
    assert fit.se == pytest.approx(np.atleast_1d(r["fixed"]["se"]), rel=1e-7)
    assert pytest.approx(r["fixed"]["Q"], rel=1e-7) == fit.Q and len(fit.left_out) == r["left_out"]


@pytest.mark.parametrize("form", ["REML", "ML", "one"])
@pytest.mark.parametrize("name", SETS)
def test_curves_with_heterogeneity_are_those_of_r(name, form):
    """To 1e-8; where T lies at its bound, the search of R stops beside it, and agreement is to 1e-6."""
    fit = fitted(name, stage="one") if form == "one" else fitted(name, method=form)
    r, near = REFERENCE[name][form], 1e-6 if fit.bound else 1e-8
    assert fit.loglik == pytest.approx(r["loglik"], abs=1e-8) and fit.decrement < 1e-12
    assert fit.beta == pytest.approx(np.atleast_1d(r["b"]), rel=near, abs=near)
    assert fit.se == pytest.approx(np.atleast_1d(r["se"]), rel=near, abs=near)
    assert pytest.approx(np.atleast_2d(r["T"]), rel=near, abs=near) == fit.T
