"""The ids of rows of the appraisal sheets: ``study|instrument|item``, or with the outcome before the item."""

from __future__ import annotations

from typing import NamedTuple


class Asked(NamedTuple):
    """What a row of the sheet is about; ``result`` is "" for items about the study."""

    study: str
    instrument: str
    result: str
    item: str


def item_id(study: str, instrument: str, result: str, item: str) -> str:
    return "|".join((study, instrument, *([result] if result else []), item))


def asked_by(row: str) -> Asked:
    study, instrument, *rest = row.split("|")
    return Asked(study, instrument, rest[0] if len(rest) > 1 else "", rest[-1])
