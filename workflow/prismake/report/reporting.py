"""How the result of an outcome is reported, by its kind of synthesis.

``REPORTS`` is the table in which a kind is entered. Its keys are those of ``prismake.protocol.outcome_kinds.KINDS``
without the pairwise one, whose reports have parts that no other has (``results``, ``manuscript.result_sections``).
Page, manuscript, supplement and exports are made from the same parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from prismake.protocol.outcome_names import DIAGNOSTIC, DOSE_RESPONSE, NETWORK, WITHOUT_POOLING, kind_name
from prismake.report import accuracy_report, dose_report, network_report, unpooled_report
from prismake.report.report_parts import Estimate, Result, Section, Spec


class Reporting(NamedTuple):
    """How outcomes of a kind are reported.

    ``card``: from a result, the lines of its card at the head of the page.
    ``sections``: from a result, its parts in order; the first one is its main result.
    ``estimates``: from a result, its pooled numbers.
    ``model``: from an outcome of the protocol, what is pooled and how: “odds ratios, pooled by …”.
    ``methods``: from the outcomes of this kind by name, sentences with their sources.
    ``effects``: from a result, the effects of its studies as CSV.
    ``measured``: what is pooled, in a word or two, where that is not the name of the measure.
    """

    card: Callable[[Result], list[str]]
    sections: Callable[[Result], list[Section]]
    estimates: Callable[[Result], Iterable[Estimate]]
    model: Callable[[Spec], str]
    methods: Callable[[Mapping[str, Spec]], list[str]]
    effects: Callable[[Result], str]
    measured: str = ""


REPORTS: dict[str, Reporting] = {
    NETWORK: Reporting(
        network_report.card,
        network_report.sections,
        network_report.estimates,
        network_report.model,
        network_report.methods,
        network_report.effects,
    ),
    DIAGNOSTIC: Reporting(
        accuracy_report.card,
        accuracy_report.sections,
        accuracy_report.estimates,
        accuracy_report.model,
        accuracy_report.methods,
        accuracy_report.effects,
        accuracy_report.MEASURED,
    ),
    DOSE_RESPONSE: Reporting(
        dose_report.card,
        dose_report.sections,
        dose_report.estimates,
        dose_report.model,
        dose_report.methods,
        dose_report.effects,
    ),
    WITHOUT_POOLING: Reporting(
        unpooled_report.card,
        unpooled_report.sections,
        unpooled_report.estimates,
        unpooled_report.model,
        unpooled_report.methods,
        unpooled_report.effects,
        unpooled_report.MEASURED,
    ),
}


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
