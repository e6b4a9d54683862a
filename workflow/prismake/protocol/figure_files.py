"""The figures that a review has, and the files that they are written to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from prismake.protocol.analyses import DRAWN, bubbles

LABBE = frozenset({"RR", "OR", "RD"})  # measures of the events in two arms, which have a L'Abbé plot


def outcome_figures(spec: Mapping[str, Any], fields: Iterable[Mapping[str, Any]]) -> list[str]:
    """The names of the figures of an outcome: forest and funnel plot, risk of bias, the L'Abbé plot of two arms,
    subgroups, moderators, sensitivity analyses."""
    return [
        *("forest", "funnel", "risk_of_bias"),
        *(["labbe"] if spec["measure"] in LABBE else []),
        *(f"forest.{column}" for column in spec["subgroups"]),
        *(f"bubble.{name}" for name in bubbles(spec, fields)),
        *(name for name in spec["sensitivity"] if name in DRAWN),
    ]


def in_formats(paths: Iterable[str], config: Mapping[str, Any]) -> dict[str, list[str]]:
    """The files of figures whose SVGs are ``paths``, by format: SVG and PDF, and PNG if the config asks for it."""
    stems = [path.removesuffix(".svg") for path in paths]
    formats = ("svg", "pdf", "png") if config["figures"]["png"] else ("svg", "pdf")
    return {each: [f"{stem}.{each}" for stem in stems] for each in formats}
