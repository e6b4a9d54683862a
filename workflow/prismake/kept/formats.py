"""The content of each kept file in the current format: the single description that reading, writing and tests share.

Every kept file states its format. A JSON file has the keys ``format`` and ``prismake`` (the version that wrote it)
beside its own; a log of lines (JSONL) begins with a line of these two; the table of records (Parquet) has them in its
metadata. A file without them has format 0, written by prismake 0.1; ``prismake.kept.migrations`` migrates it when it is
read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FORMAT = 1
MARKS = ("format", "prismake")


@dataclass(frozen=True)
class Of:
    """A mapping of text to values of one shape."""

    shape: Any


@dataclass(frozen=True)
class Kind:
    """A kind of kept file.

    ``name``: its name in sentences, singular. ``shape``: the type of each key (see ``mismatch``); for a log, of each
    key of a line. ``bare``: the key that now holds what was the whole file in format 0. ``rebuilt``: whether
    ``prismake restore`` can rebuild it from other sources.
    """

    name: str
    shape: Mapping[str, Any]
    bare: str = ""
    rebuilt: bool = True


_TEXT_OF = Of(str)
_SHEET = {
    "bytes": (str, None),
    "people": str,
    "waiting?": int,
    "waits?": int,
    "accepted?": str,
    "taken_for_own?": [str],
    "held?": int,
    "live?": Of(Of([str])),
}
_ROUND = {
    "kind": str,
    "batch": int,
    "order": str,
    "split": str,
    "team": str,
    "rows": _TEXT_OF,
    "asked_for?": int,
    "kappa?": (float, None),
}

ANSWERS = Kind("list of the answers read last", {"answers": Of(Of(_TEXT_OF)), "notes?": Of(_TEXT_OF)}, bare="answers")
SHEET_STATE = Kind("list of the workbooks that were offered", {"sheets": Of(_SHEET), "review?": str, "unmarked?": int})
ALLOCATION = Kind(
    "list of what was handed out",
    {"rounds": [_ROUND], "waiting": [str], "arrived": int, "stopped_by": str, "stopped": [str]},
)
PREFILLED = Kind(
    "list of answers taken over from exports",
    {"prefilled": Of(Of({"answers": _TEXT_OF, "file": str, "time": str, "team?": str}))},
    bare="prefilled",
)
IDS = Kind("list of ids", {"ids": _TEXT_OF}, bare="ids")
SOURCES = Kind("list of sources", {"sources": Of({"label": str, "kind": str}), "vanished": [str]})
VERSION = Kind(
    "frozen version",
    {
        "version": str,
        "searches": Of(Of(object)),
        "reports": Of({"outcome": str, "records": [str]}),
        "studies": Of({"label": str, "reports": [str]}),
    },
    rebuilt=False,
)
EVENTS = Kind(
    "log of offers and first answers",
    {"event": str, "who": str, "time": str, "items?": [str], "answers?": Of(_TEXT_OF), "by?": str},
)
CHANGES = Kind(
    "log of changed decisions",
    {
        **dict.fromkeys(("stage", "item", "field", "who", "old", "new", "sheet", "time"), str),
        "by?": [str],
    },
)
RECORDS = Kind("copy of the records", {})
OFFERED_FORM = Kind(
    "list of what the sheets asked",
    {
        "columns": Of(Of([str])),
        "labels": _TEXT_OF,
        "choices": Of([str]),
        "pages": _TEXT_OF,
        "criteria": [Of([str])],
        "shown": Of(int),
        "judged": Of(Of([str])),
    },
)


def mismatch(value: Any, shape: Any, place: str = "") -> tuple[str, bool]:
    """The first part of ``value`` that does not match ``shape``, and whether it is an unknown key.

    A shape is a type, ``None``, a tuple of shapes of which one has to fit, a list of one shape, ``Of`` a shape, or a
    dictionary of shapes, in which a name that ends in ``?`` may be absent. ``object`` is anything, ``float`` a number.

    Returns:
        ``("", False)`` if everything matches.
    """
    if isinstance(shape, tuple):
        mismatches = [mismatch(value, each, place) for each in shape]
        return ("", False) if ("", False) in mismatches else mismatches[0]
    if isinstance(shape, Of):
        if not isinstance(value, dict):
            return _wrong(value, place, "a group of keys")
        if _all_text(value, shape):  # what answers are: it would take as long to look at each as to read the file
            return "", False
        return _first((value[key], shape.shape, _inside(place, key)) for key in value)
    if isinstance(shape, list):
        if not isinstance(value, list):
            return _wrong(value, place, "a list")
        if shape[0] is str and all(type(each) is str for each in value):
            return "", False
        return _first((each, shape[0], f"{place}[{number}]") for number, each in enumerate(value))
    if isinstance(shape, Mapping):
        return _mismatch_of_keys(value, shape, place)
    return ("", False) if _is(value, shape) else _wrong(value, place, _CALLED[shape])


def _all_text(value: dict[str, Any], shape: Of) -> bool:
    """Whether a group of keys holds nothing but text, or groups of text if that is its shape."""
    if shape.shape is str:
        return all(type(each) is str for each in value.values())
    if not isinstance(shape.shape, Of) or shape.shape.shape is not str:
        return False
    return all(type(each) is dict and all(type(text) is str for text in each.values()) for each in value.values())


def without_unknown(value: Any, shape: Any) -> Any:
    """``value`` without keys unknown to ``shape``, at any depth."""
    if isinstance(shape, Of) and isinstance(value, dict):
        return {key: without_unknown(each, shape.shape) for key, each in value.items()}
    if isinstance(shape, list) and isinstance(value, list):
        return [without_unknown(each, shape[0]) for each in value]
    if isinstance(shape, Mapping) and isinstance(value, dict):
        shapes = {name.removesuffix("?"): each for name, each in shape.items()}
        return {key: without_unknown(each, shapes[key]) for key, each in value.items() if key in shapes}
    return value


_CALLED = {str: "text", int: "a whole number", float: "a number", None: "nothing"}


def _is(value: Any, kind: Any) -> bool:
    if kind is None or kind is object:
        return kind is object or value is None
    return isinstance(value, (int, float) if kind is float else kind) and not isinstance(value, bool)


def _mismatch_of_keys(value: Any, shape: Mapping[str, Any], place: str) -> tuple[str, bool]:
    if not isinstance(value, dict):
        return _wrong(value, place, "a group of keys")
    shapes = {name.removesuffix("?"): each for name, each in shape.items()}
    for key in value:
        if key not in shapes:
            return f"“{_inside(place, key)}” is not known", True
    for name in shape:
        if not name.endswith("?") and name not in value:
            return f"“{_inside(place, name)}” is missing", False
    return _first((value[key], shapes[key], _inside(place, key)) for key in value)


def _first(parts: Any) -> tuple[str, bool]:
    for value, shape, place in parts:
        if (difference := mismatch(value, shape, place))[0]:
            return difference
    return "", False


def _inside(place: str, key: str) -> str:
    return f"{place}.{key}" if place else str(key)


def _wrong(value: Any, place: str, expected: str) -> tuple[str, bool]:
    shown = repr(value) if isinstance(value, (str, int, float, bool, type(None))) else type(value).__name__
    shown = {"None": "null", "dict": "a group of keys", "list": "a list"}.get(shown, shown)[:40]
    return f"“{place}” is {shown} and not {expected}" if place else f"it holds {shown} and not {expected}", False
