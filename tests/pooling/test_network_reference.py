"""Networks agree with R's metafor on fourteen data sets: closed forms to 1e-8, iterated ones to 1e-6.

The data are those of the R package metadat, which R hands out with its answers (``network_reference.R``).
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from prismake.pooling.network import arm_trials, decomposition, network

SETS = (
    *("senn2013", "hasselblad1998", "dong2013", "franchini2012", "gurusamy2011", "pagliaro1992", "pagliaro1992_RR"),
    *("pagliaro1992_RD", "stowe2010", "dogliotti2014", "baker2009", "baker2009_RR", "linde2015", "senn2013_SMD"),
)


@pytest.fixture(scope="module")
def reference():
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript is not installed")
    run = subprocess.run(
        ["Rscript", str(Path(__file__).with_name("network_reference.R"))],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if run.returncode and "there is no package called" in run.stderr:
        pytest.skip("R's metafor and metadat are not installed")
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.mark.parametrize("name", SETS)
def test_a_network_agrees_with_r(reference, name):
    given, theirs = reference[name]["rows"], reference[name]["R"]
    measure = reference[name]["measure"]
    doubled = {study for study in given["study"] if len(set(arms(given, study))) < len(arms(given, study))}
    keep = [row for row, study in enumerate(given["study"]) if study not in doubled]
    columns = {key: np.array(given[key], float)[keep] for key in given if key not in ("study", "treatment")}
    found = arm_trials(
        measure, columns, [given["study"][row] for row in keep], [given["treatment"][row] for row in keep]
    )
    assert [trial.name for trial in found.trials] == theirs["used"]
    fits = {
        method: network(found.trials, method=method, treatments=theirs["treatments"]) for method in ("REML", "ML", "DL")
    }
    fitted, tests = fits["REML"], decomposition(fits["REML"])
    exact = {"rtol": 1e-8, "atol": 1e-8}
    assert (fitted.df, tests.within.df) == (theirs["df"], theirs["df_within"])
    for ours, theirs_key in (
        (fitted.Q, "Q"),
        (fitted.common.solution.beta[1:], "common"),
        (fitted.common.solution.V[1:, 1:], "common_vcov"),
        (tests.within.Q, "Q_within"),
        (tests.between.Q, "Q_between"),
        (tests.interaction.Q, "Q_interaction"),
        (tests.tau2_within, "tau2_within"),
        (fits["DL"].tau2, "tau2_DL"),
        (fits["DL"].random.solution.beta[1:], "DL"),
        (fits["DL"].random.solution.V[1:, 1:], "DL_vcov"),
    ):
        np.testing.assert_allclose(ours, theirs[theirs_key], err_msg=theirs_key, **exact)
    near = {"rtol": 1e-6, "atol": 1e-6}
    np.testing.assert_allclose(fitted.tau2, theirs["tau2_REML"], **near)
    np.testing.assert_allclose(fits["ML"].tau2, theirs["tau2_ML"], **near)
    np.testing.assert_allclose(fitted.random.solution.beta[1:], theirs["REML"], **near)
    np.testing.assert_allclose(fitted.random.solution.V[1:, 1:], theirs["REML_vcov"], **near)


def arms(given, study):
    return [name for own, name in zip(given["study"], given["treatment"], strict=True) if own == study]
