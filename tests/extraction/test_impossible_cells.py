"""Whatever is typed as a number, the checks and conversions name it and go on."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st
from prismake.extraction.checks import findings
from prismake.extraction.derived_values import with_conversions
from prismake.extraction.extracted import Column, Outcome, extraction_of
from prismake.protocol.measure_parts import CHECKS, ROLES, conversions_of

NUMBERS = "0 1 2 -1 -4 0.5 1e-300 1e300 1e15 3 5 40 50 99.9 155365 NR 0.001 12.25 -0.8 2.5"
TYPED = st.sampled_from(["", *NUMBERS.split()])


@st.composite
def sheets(draw):
    """An outcome of any measure with some checks and conversions, and what is typed for a few studies."""
    measure = draw(st.sampled_from([*ROLES]))
    possible = conversions_of(measure)
    conversions = draw(st.lists(st.sampled_from([*possible]), unique=True)) if possible else []
    arms = ("1", "2") if "mean1" in ROLES[measure] else ("",)
    further = {f"{part}{arm}" for name in conversions for part in possible[name] for arm in arms} - {*ROLES[measure]}
    checks = {*draw(st.lists(st.sampled_from([*CHECKS]), max_size=4))} - {*ROLES[measure], *further}
    outcome = Outcome(
        "x",
        measure,
        {role: role for role in ROLES[measure]},
        {role: role for role in sorted(checks)},
        scale=draw(st.sampled_from([{}, {"minimum": 0, "maximum": 1, "items": 1}, {"items": 3}])),
        ratio=draw(st.booleans()),
        converted_from={role: role for role in sorted(further)},
    )
    columns = sorted({*ROLES[measure], *checks, *further})
    rows = draw(st.lists(st.fixed_dictionaries(dict.fromkeys(columns, TYPED)), min_size=1, max_size=6))
    return outcome, conversions, columns, {f"Study {2000 + place}": row for place, row in enumerate(rows)}


@settings(max_examples=40, deadline=None)
@given(sheets(), st.booleans())
def test_no_number_stops_the_checks_or_becomes_none_by_conversion(sheet, ratio):
    outcome, conversions, columns, rows = sheet
    extraction = extraction_of([Column(name, name, "number") for name in columns], rows, {}, [outcome])
    assert all(finding.what and {*finding.columns} <= {*columns} for finding in findings(extraction))
    spec = {
        "measure": outcome.measure,
        "columns": outcome.columns,
        "conversions": conversions,
        "converted_from": outcome.converted_from,
        "assumed": {"correlation": 0.5},
        "model": "inverse_variance",
        "level": 95,
        "ratio_scale": ratio,
    }
    derived = with_conversions(rows, {"x": spec})
    assert all(math.isfinite(float(derived.items[study][column])) for study, column in derived.how)
