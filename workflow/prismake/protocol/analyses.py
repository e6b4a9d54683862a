"""Analyses of an outcome: which have a figure, which belong to some measures only, which names are taken.

These words stand apart from ``prismake.protocol.config``, which reads schema, forms and instruments: a step that only
needs a word does not depend on those files.
"""

from __future__ import annotations

from prismake.core.names import STUDY_ID
from prismake.protocol.measure_parts import ROLES

DRAWN = ("leave_one_out", "cumulative", "influence", "baujat", "gosh")  # sensitivity analyses with a figure
RISK_OF_BIAS = "risk_of_bias"  # a subgroup by the judgement on the whole, beside those of the extraction sheet
ONLY_PROPORTIONS = {"freeman_tukey", "arcsine"}  # sensitivity analyses
ONLY_OTHERS = {"failsafe_n"}  # a single proportion has no effect of zero to fall to
# Columns of extraction/outcomes.csv that a subgroup or moderator of the same name would overwrite.
TABLE = {STUDY_ID, "arm", "label", "year", "outcome", "status", "remark", "settled_by", "source", "how"}.union(
    *ROLES.values()
)
