"""Measures of the protocol: which columns each needs, and which analyses have a figure.

These words stand apart from ``prismake.protocol.config``, which reads schema, forms and instruments: a step that only
needs a word does not depend on those files.
"""

from __future__ import annotations

# Which columns a measure needs, and which it may have instead of others.
ROLES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("PLO", "PR", "PAS", "PFT"), ("events", "total")),
    **dict.fromkeys(("RR", "OR", "RD"), ("events1", "total1", "events2", "total2")),
    **dict.fromkeys(("MD", "SMD", "ROM"), ("mean1", "sd1", "n1", "mean2", "sd2", "n2")),
    "GEN": ("effect", "lower", "upper"),
}
CHECKS: dict[
    str, bool
] = {  # further columns of an outcome that are compared with its numbers, and whether they hold words
    **dict.fromkeys(("percent", "percent1", "percent2", "effect", "lower", "upper", "p"), False),
    **dict.fromkeys(("assigned", "assigned1", "assigned2"), False),
    **dict.fromkeys(("minimum", "q1", "median", "q3", "maximum", "start", "end"), False),
    **dict.fromkeys(("favours", "assessed"), True),
}
PROPORTIONS = ("PLO", "PR", "PAS", "PFT")
DRAWN = ("leave_one_out", "cumulative", "influence", "baujat", "gosh")  # sensitivity analyses with a figure
ONLY_PROPORTIONS = {"freeman_tukey", "arcsine"}  # sensitivity analyses
ONLY_OTHERS = {"failsafe_n"}  # a single proportion has no effect of zero to fall to
# Columns of extraction/outcomes.csv that a subgroup or moderator of the same name would overwrite.
TABLE = {"study_id", "arm", "label", "year", "outcome", "status", "remark", "settled_by", "source"}.union(
    *ROLES.values()
)
