"""Models of diagnostic accuracy on ten published sets against R, whose answers `diagnostic_reference.R` writes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from diagnostic_tables import EXAMPLES, HC2, REPEAT_CYTOLOGY
from prismake import pooling as pl

REFERENCE = json.loads(Path(__file__).with_name("diagnostic_reference.json").read_text(encoding="utf-8"))
FORMS = {
    "exact": {},  # base R: trapezoidal rule on a fixed grid, optim
    "laplace": {"nodes": 1},  # lme4 1.1-31: glmer
    "reml": {"model": "normal", "correction": 0.5},  # metafor 3.8-1: rma.mv, struct="UN"
    "ml": {"model": "normal", "method": "ML", "correction": 0.5},
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", EXAMPLES)
def test_estimates_are_those_of_r(name, form):
    fit, r = pl.pool_accuracy(EXAMPLES[name], structure="bivariate", **FORMS[form]), REFERENCE[name][form]
    assert fit.logits == pytest.approx(r["b"], rel=1e-6, abs=1e-6)
    T = np.array([fit.T[0, 0], fit.T[1, 1], fit.T[0, 1]])
    assert pytest.approx(r["T"], rel=1e-6, abs=1e-6) == T
    assert fit.loglik == pytest.approx(r["loglik"], abs=1e-7)
    if "se" in r:  # lme4 differentiates numerically; beside its bound (telomerase) it inverts less
        assert np.sqrt(np.diagonal(fit.vcov)) == pytest.approx(r["se"], rel=5e-6)


def test_a_covariate_is_that_of_r():
    """lme4 with the covariate on both sides: coefficients of the Laplace approximation, whose error is below 1e-3 here."""
    data = {name: REPEAT_CYTOLOGY[name] + HC2[name] for name in HC2}
    fit, r = pl.accuracy_regression(data, ["RepC"] * 10 + ["HC2"] * 10), REFERENCE["exact_covariate"]
    sensitivity, change, specificity, other = (c.beta for c in fit.coefficients)
    assert [sensitivity, specificity, change, other] == pytest.approx(r["b"], abs=1e-3)
    assert fit.statistic == pytest.approx(2.0 * (r["loglik"] - r["loglik_without"]), rel=0.01)
