"""Names of the analyses of an outcome: those with a figure, those for some measures only, and reserved names.

They are separate from ``prismake.protocol.config``, which reads schema, forms and instruments, so that a step that only
needs a name does not depend on those files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from prismake.core.names import STUDY_ID
from prismake.protocol.measure_parts import ACCURACY, ROLES

DRAWN = ("leave_one_out", "cumulative", "influence", "baujat", "gosh")  # sensitivity analyses with a figure
LABBE = frozenset({"RR", "OR", "RD"})  # measures of the events in two arms, which have a L'Abbé plot
RISK_OF_BIAS = "risk_of_bias"  # subgroups by overall judgement, besides those of the extraction sheet
ONLY_PROPORTIONS = {"freeman_tukey", "arcsine"}  # sensitivity analyses
ONLY_OTHERS = {"failsafe_n"}  # not for single proportions, which have no null effect
OTHER_CORRELATIONS = {"lower_correlation": -0.2, "higher_correlation": 0.2}  # sensitivity analyses, and their columns
# Columns of extraction/outcomes.csv that a subgroup or moderator of the same name would overwrite.
TABLE = {STUDY_ID, "arm", "label", "year", "outcome", "status", "remark", "settled_by", "source", "how"}.union(
    *ROLES.values(), ACCURACY, ("direction", "p_value", "dose", "design", "treatment"), OTHER_CORRELATIONS
)
TOGETHER = "together"  # the regression on all moderators at once


def bubbles(spec: Mapping[str, Any], fields: Iterable[Mapping[str, Any]]) -> list[str]:
    """The regressions of an outcome that have a bubble plot: on a column of numbers, and on several moderators of
    which at least one is."""
    numbers = {field["name"] for field in fields if field["type"] in ("count", "number")}
    drawn = [column for column in spec["moderators"] if column in numbers]
    together = spec.get("moderators_together") and len(spec["moderators"]) > 1 and drawn
    return [*drawn, TOGETHER] if together else drawn
