"""How the result of an outcome is reported, by its kind of synthesis.

``REPORTS`` is the table in which a kind is entered. Its keys are those of ``prismake.protocol.outcome_kinds.KINDS``
without the pairwise one, whose reports have parts that no other has (``results``, ``manuscript.result_sections``).
Page, manuscript, supplement and exports are made from the same parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prismake.protocol.outcome_names import DIAGNOSTIC, kind_name
from prismake.report.accuracy_report import ACCURACY
from prismake.report.report_parts import Reporting, Spec

REPORTS: dict[str, Reporting] = {DIAGNOSTIC: ACCURACY}


def reporting_of(outcome: Mapping[str, Any]) -> Reporting | None:
    """How an outcome of the protocol, or the result of one, is reported; None for a pairwise one."""
    return REPORTS.get(kind_name(outcome))


def methods_of_kinds(outcomes: Mapping[str, Spec]) -> list[str]:
    """The methods of the kinds that a review has, besides pairwise ones."""
    return [
        sentence
        for kind, report in REPORTS.items()
        if (own := {name: spec for name, spec in outcomes.items() if kind_name(spec) == kind})
        for sentence in report.methods(own)
    ]
