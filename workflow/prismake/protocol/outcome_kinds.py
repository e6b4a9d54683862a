"""The kinds of synthesis that an outcome can have, as far as the protocol has to know them.

``KINDS`` is the table in which a kind is entered: the columns of each measure, the keys of an outcome that mean
something, mistakes in them, and the figures. What is computed, drawn and written stands in tables of the same keys:
``prismake.synthesis.syntheses``, ``prismake.figures.outcome_figures`` and ``prismake.report.reporting``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prismake.protocol import diagnostic_outcomes, dose_outcomes, network_outcomes, unpooled_outcomes
from prismake.protocol.analyses import DRAWN, LABBE, bubbles
from prismake.protocol.measure_parts import ROLES
from prismake.protocol.outcome_names import DIAGNOSTIC, DOSE_RESPONSE, NETWORK, PAIRWISE, WITHOUT_POOLING, kind_name

Spec = Mapping[str, Any]
Fields = Sequence[Mapping[str, Any]]

# Keys of an outcome that mean something whatever its kind is.
_EVERY = ("title", "kind", "measure", "timepoints", "definitions", "columns", "measure_name", "published")


@dataclass(frozen=True)
class Kind:
    """What the protocol has to know of a kind of synthesis.

    ``parts``: by measure, the parts (columns) of a row of the outcome table; only these measures are allowed.
    ``checked_as``: by measure, the measure under which the checks of the extraction know a row with these parts.
    ``keys``: the keys of an outcome that mean something, besides ``_EVERY``; None for all that belong to no other kind.
    ``group``: the key under which the settings of this kind alone stand, if there is one.
    ``problems``: sentences on mistakes, from path, outcome, extraction fields by name, and shape of the sheet.
    ``figures``: names of the figures, from outcome and extraction fields.
    ``asked``: from an outcome, the parts that its rows ask for, if it can do without some; None for all of the measure.
    ``enough``: whether a row of an outcome can be used although these parts are not reported.
    ``optional``: the parts that may be left blank in a sheet.
    ``beside``: from an outcome, further columns of its rows in the outcome table, each with the extraction column that
    it is taken from; "" for the name of the arm.
    ``together``: whether the rows of a study say something only together, so that all wait for an open one.
    ``rows``: what has a row of its own in a sheet with a row for each result; "" for an arm against a comparator.
    """

    parts: Mapping[str, tuple[str, ...]]
    figures: Callable[[Spec, Fields], list[str]]
    problems: Callable[[str, Spec, Mapping[str, Any], str], Iterator[str]] = lambda *_: iter(())
    checked_as: Mapping[str, str] | None = None
    keys: frozenset[str] | None = None
    group: str = ""
    rows: Callable[[Spec], str] = lambda _: ""
    asked: Callable[[Spec], tuple[str, ...]] | None = None
    enough: Callable[[frozenset[str], Spec], bool] = lambda *_: False
    optional: frozenset[str] = frozenset()
    beside: Callable[[Spec], Mapping[str, str]] = lambda _: {}
    together: bool = False


def _pairwise_figures(spec: Spec, fields: Fields) -> list[str]:
    """Forest and funnel plots, the L'Abbé plot of two arms, subgroups, moderators, sensitivity analyses."""
    return [
        *("forest", "funnel", "risk_of_bias"),
        *(["labbe"] if spec["measure"] in LABBE else []),
        *(f"forest.{column}" for column in spec["subgroups"]),
        *(f"bubble.{name}" for name in bubbles(spec, fields)),
        *(name for name in spec["sensitivity"] if name in DRAWN),
    ]


KINDS: dict[str, Kind] = {
    PAIRWISE: Kind(parts=ROLES, figures=_pairwise_figures),
    DIAGNOSTIC: Kind(
        parts=diagnostic_outcomes.PARTS,
        checked_as=diagnostic_outcomes.CHECKED_AS,
        keys=diagnostic_outcomes.KEYS,
        group=DIAGNOSTIC,
        problems=diagnostic_outcomes.problems,
        figures=diagnostic_outcomes.figures,
        enough=diagnostic_outcomes.enough,
    ),
    NETWORK: Kind(
        parts=network_outcomes.PARTS,
        figures=network_outcomes.figures,
        problems=network_outcomes.problems,
        checked_as=network_outcomes.CHECKED_AS,
        keys=network_outcomes.KEYS,
        group=NETWORK,
        rows=network_outcomes.rows_of,
        beside=network_outcomes.beside,
    ),
    DOSE_RESPONSE: Kind(
        parts=dose_outcomes.PARTS,
        figures=dose_outcomes.figures,
        problems=dose_outcomes.problems,
        checked_as=dose_outcomes.CHECKED_AS,
        keys=dose_outcomes.KEYS,
        group=DOSE_RESPONSE,
        rows=dose_outcomes.rows_of,
        enough=dose_outcomes.enough,
        optional=dose_outcomes.OPTIONAL,
        beside=dose_outcomes.beside,
        together=True,
    ),
    WITHOUT_POOLING: Kind(
        parts=unpooled_outcomes.PARTS,
        asked=unpooled_outcomes.parts_asked,
        figures=unpooled_outcomes.figures,
        problems=unpooled_outcomes.problems,
        checked_as=unpooled_outcomes.CHECKED_AS,
        keys=unpooled_outcomes.KEYS,
        group=WITHOUT_POOLING,
        enough=unpooled_outcomes.enough,
    ),
}


def kind_of(spec: Spec) -> Kind:
    """The kind of an outcome; pairwise if the protocol does not say."""
    return KINDS[kind_name(spec)]


def parts_of(spec: Spec) -> tuple[str, ...]:
    """The parts that a row of an outcome asks for; () for a measure that its kind does not know."""
    asked = kind_of(spec).asked
    return asked(spec) if asked else possible_parts(spec)


def possible_parts(spec: Spec) -> tuple[str, ...]:
    """The parts that a row of an outcome can have."""
    return kind_of(spec).parts.get(spec["measure"], ())


def optional_parts(spec: Spec) -> frozenset[str]:
    """The parts of a row that may be left blank in a sheet."""
    return kind_of(spec).optional


def needed_parts(spec: Spec) -> tuple[str, ...]:
    """The parts for which an outcome must have columns; () if it can do with some of them."""
    own = kind_of(spec)
    return () if own.asked else tuple(part for part in possible_parts(spec) if part not in own.optional)


def checked_as(spec: Spec) -> str:
    """The measure under which the checks of the extraction know the rows of an outcome."""
    return str((kind_of(spec).checked_as or {}).get(spec["measure"], spec["measure"]))


def with_own_rows(outcomes: Mapping[str, Spec]) -> frozenset[str]:
    """The outcomes of which each row of a sheet with a row for each result is a row of the outcome table."""
    return frozenset(name for name, spec in outcomes.items() if kind_of(spec).rows(spec))


def figures_of(spec: Spec, fields: Fields) -> list[str]:
    """The figures of an outcome, in the order in which they are made."""
    return kind_of(spec).figures(spec, fields)


def kind_problems(written: Mapping[str, Any], outcomes: Mapping[str, Spec]) -> Iterator[str]:
    """Measures that a kind does not have, and keys that mean nothing to it.

    Args:
        written: ``outcomes`` as it stands in the protocol.
        outcomes: the same with defaults.
    """
    groups = {kind.group for kind in KINDS.values()} - {""}
    for name, spec in outcomes.items():
        path, own = f"outcomes.{name}", kind_of(spec)
        if spec["measure"] not in own.parts:
            yield (
                f"'{path}.measure' is {spec['measure']}, which an outcome of kind {kind_name(spec)} cannot have. "
                f"Allowed: {', '.join(own.parts)}."
            )
        for key in written.get(name) or {}:
            if key in groups - {own.group} or (own.keys is not None and key not in own.keys | {*_EVERY, own.group}):
                yield f"'{path}.{key}' has no meaning for an outcome of kind {kind_name(spec)}. Take it out."
