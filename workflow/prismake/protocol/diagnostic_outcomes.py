"""Outcomes of diagnostic accuracy: their columns, settings, mistakes in them, and figures.

A row is a study (or an arm of one) with the 2 x 2 table of one test against the reference standard. The measure is PLO:
both proportions are pooled on the logit scale.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from prismake.protocol.extraction_problems import covariate_problems
from prismake.protocol.measure_parts import ACCURACY

PARTS: dict[str, tuple[str, ...]] = {"PLO": ACCURACY}
CHECKED_AS = {"PLO": "ACCURACY"}
KEYS = frozenset({"moderators", "checks", "sort"})
CHECKS = ("diseased", "healthy", "participants", "sensitivity", "specificity")
FIGURES = ("forest", "sroc", "predictive_values")
SORTS = ("name", "year")


def figures(spec: Mapping[str, Any], fields: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of the figures; none of them depends on the studies."""
    return list(FIGURES)


def enough(blank: frozenset[str], spec: Mapping[str, Any]) -> bool:
    """Whether one side of a table is complete although these cells are not reported."""
    return blank <= {"tp", "fn"} or blank <= {"fp", "tn"}


def problems(path: str, spec: Mapping[str, Any], fields: Mapping[str, Any], shape: str) -> Iterator[str]:
    """Sentences on mistakes in moderators, checks, order, and in the group ``diagnostic`` of an outcome.

    Args:
        path: ``outcomes.<name>``.
        fields: the columns of the extraction sheet by name.
        shape: ``extraction.shape``.
    """
    own = spec["diagnostic"]
    for key, written in (("published", "estimate" in spec["published"]), ("measure_name", bool(spec["measure_name"]))):
        if written:
            yield f"'{path}.{key}' has no meaning for an outcome of kind diagnostic. Take it out."
    yield from covariate_problems(f"'{path}.moderators'", spec["moderators"], fields)
    for check in (name for name in spec["checks"] if name not in CHECKS):
        yield f"'{path}.checks.{check}' is no check of a 2 x 2 table. Allowed: {', '.join(CHECKS)}."
    if spec["sort"] not in SORTS:
        yield f"'{path}.sort' is {spec['sort']}; studies of a test are sorted by {' or '.join(SORTS)}."
    if own["model"] == "binomial" and own["correction"]:
        yield (
            f"'{path}.diagnostic.correction' has no meaning for the binomial model, which needs none. Take it out, or "
            "write 'model: normal'."
        )
    for prevalence in sorted({x for x in own["prevalences"] if own["prevalences"].count(x) > 1}):
        yield f"'{path}.diagnostic.prevalences' has {prevalence:g} twice."
