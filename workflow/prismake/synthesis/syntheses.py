"""What is computed for an outcome, by its kind of synthesis.

``SYNTHESES`` is the table in which a kind is entered. Its keys are those of ``prismake.protocol.outcome_kinds.KINDS``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from prismake.extraction.outcomes import USED
from prismake.protocol.outcome_names import DIAGNOSTIC, DOSE_RESPONSE, NETWORK, PAIRWISE, WITHOUT_POOLING, kind_name
from prismake.synthesis.check_script import pairwise_script
from prismake.synthesis.diagnostic.accuracy_records import accuracy_records, accuracy_script, unusable_tables
from prismake.synthesis.diagnostic.accuracy_results import analyse_accuracy
from prismake.synthesis.dose_response import dose_records, dose_results, dose_rows
from prismake.synthesis.network import arm_rows, network_records, network_result
from prismake.synthesis.outcome import analyse
from prismake.synthesis.records import records
from prismake.synthesis.unpooled import unpooled_records, unpooled_result
from prismake.synthesis.usable import unusable

if TYPE_CHECKING:
    import pandas as pd


class Synthesis(NamedTuple):
    """How outcomes of a kind become numbers.

    ``analyse``: the content of ``pooling/<outcome>.json``; arguments as those of ``synthesis.outcome.analyse``.
    ``records``: from result, outcome and name of the R script, one document per analysis, by name.
    ``unusable``: from rows with complete numbers and outcome, status and remark of those that cannot be used, by index.
    ``script``: the R script that recomputes a result, from the result and its own file name.
    """

    analyse: Callable[..., dict[str, Any]]
    records: Callable[[Mapping[str, Any], Mapping[str, Any], str], dict[str, dict[str, Any]]]
    unusable: Callable[[pd.DataFrame, Mapping[str, Any]], Mapping[Any, tuple[str, str]]]
    script: Callable[[Mapping[str, Any], str], str]


SYNTHESES: dict[str, Synthesis] = {
    PAIRWISE: Synthesis(analyse, records, unusable, pairwise_script),
    DIAGNOSTIC: Synthesis(analyse_accuracy, accuracy_records, unusable_tables, accuracy_script),
    NETWORK: Synthesis(
        network_result.analyse, network_records.records, arm_rows.unusable, network_records.network_script
    ),
    DOSE_RESPONSE: Synthesis(
        dose_results.analyse_doses, dose_records.records, dose_rows.unusable, dose_records.dose_script
    ),
    WITHOUT_POOLING: Synthesis(
        unpooled_result.analyse, unpooled_records.records, unpooled_records.unusable, unpooled_records.unpooled_script
    ),
}


def synthesis_of(spec: Mapping[str, Any]) -> Synthesis:
    """The synthesis of an outcome of the protocol, or of the result of one."""
    return SYNTHESES[kind_name(spec)]


def with_usability(table: pd.DataFrame, outcomes: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """The table of outcomes, in which rows that their outcome cannot use have a status and a remark.

    Args:
        table: rows as ``prismake.extraction.outcomes.collect_outcomes`` gives them.
        outcomes: by name, ``kind``, ``measure``, ``columns`` and the like of the config, and ``labels``: headings of
            the columns.
    """
    marked = table.copy()
    for name, spec in outcomes.items():
        rows = table[(table["outcome"] == name) & (table["status"] == USED)]
        if rows.empty:
            continue
        for index, cells in synthesis_of(spec).unusable(rows, spec).items():
            marked.loc[index, ["status", "remark"]] = cells
    return marked
