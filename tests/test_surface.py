"""The stable names: they are there, take what they say, and cost nothing before they are used."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pandas as pd
import prismake
import pytest

SIGNATURES = {
    "read_records": ["path", "source"],
    "deduplicate": ["records", "thresholds"],
    "rank": ["items", "decisions", "question", "seed"],
    "agreement": ["first", "second"],
    "score": ["form", "answers"],
    "effect_sizes": ["measure", "data"],
    "pool": ["yi", "vi", "method", "test", "mods", "level"],
    "pool_batch": ["yi", "vi", "method"],
    "pool_proportions": ["events", "total", "model"],
    "prisma_flow": ["tables"],
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_every_stable_name_takes_what_it_says(name):
    parameters = list(inspect.signature(getattr(prismake, name)).parameters)
    assert parameters[: len(SIGNATURES[name])] == SIGNATURES[name]
    assert getattr(prismake, name).__doc__


def test_defaults_are_the_documented_ones():
    defaults = {name: p.default for name, p in inspect.signature(prismake.pool).parameters.items()}
    assert (defaults["method"], defaults["test"], defaults["mods"], defaults["level"]) == ("REML", "knha", None, 95)


def test_import_loads_nothing_heavy():
    code = (
        "import sys, prismake; "
        "print(sorted({'pandas','numpy','scipy','sklearn','matplotlib','openpyxl','lxml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_name_that_does_not_exist():
    with pytest.raises(AttributeError, match="no attribute 'pol'"):
        _ = prismake.pol


def test_every_error_is_one_of_ours():
    errors = [value for value in vars(prismake.core.errors).values() if isinstance(value, type)]
    kinds = [error for error in errors if issubclass(error, Exception)]
    assert len(kinds) > 5
    assert all(issubclass(error, prismake.core.errors.PrismakeError) for error in kinds)
    error = prismake.core.errors.SheetError("the file is empty.", where="a.xlsx", remedy="Restore it.")
    assert str(error) == "a.xlsx: the file is empty. Restore it."


def test_used_together_as_the_readme_shows(tmp_path):
    path = tmp_path / "embase.ris"
    path.write_text(
        "TY  - JOUR\nTI  - Cells against leukaemia in children: a trial\nAU  - Maude, S. L.\nPY  - 2018\nJO  - N Engl J Med\n"
        "VL  - 378\nSP  - 439\nDO  - 10.5555/a\nER  - \n\n" * 2,
        encoding="utf-8",
    )
    records = prismake.read_records(path)
    assert len(records) == 2
    clusters = prismake.deduplicate(records)
    assert list(clusters.columns) == ["record_id", "report_id", "matched_on", "score"]
    assert clusters["report_id"].nunique() == 1
    fit = prismake.pool_proportions([7, 2, 18], [27, 14, 40])
    yi, vi = prismake.effect_sizes("PLO", {"xi": [7, 2, 18], "ni": [27, 14, 40]})
    assert abs(prismake.pool(yi, vi, method="REML", test="knha").beta - fit.beta) < 0.2
    order = prismake.rank(
        pd.DataFrame({"title": ["Leukaemia cells", "Knee pain"], "abstract": ["", ""]}, index=["a", "b"]),
        {},
        question="leukaemia",
    )
    assert order["a"] > order["b"]
