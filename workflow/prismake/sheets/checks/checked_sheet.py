"""What a check receives and what it returns.

A check is a function ``check(sheet) -> list[Problem]`` in a file of its own. ``prismake.sheets.problems`` lists those
that run when a stage is read back; ``prismake.sheets.own_sheet`` calls those that decide whether a sheet is trusted.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from prismake.core.names import CONSENSUS
from prismake.kept.offered_forms import Headings
from prismake.protocol.forms import Form
from prismake.sheets.answers import SheetAnswers
from prismake.sheets.checks.row_order import RowOrders
from prismake.sheets.layout import Column
from prismake.sheets.own_path import OwnPath
from prismake.sheets.queue import Queue
from prismake.sheets.reading import SheetTable

SHOWN = 8  # rows or cells that a sentence lists; beyond this it says how many more there are


class Problem(NamedTuple):
    """The place of a problem (file, sheet, cell), and a sentence that says what is wrong and what to do."""

    where: str
    what: str


@dataclass(frozen=True)
class CheckedSheet:
    """One owner's sheet as it was read, and what is known of its stage.

    Attributes:
        stage, owner: whose sheet it is; the owner is a reviewer or ``consensus``.
        form, columns: the questions, and the columns of the sheet.
        table, answers: the cells, and the answers in them.
        queue: the items that the stage asks about now.
        offered: every item that was ever offered, and its former title.
        last_good: the answers of the last good reading, by item and field.
        changes: the log of changed decisions, of all stages and owners, oldest first.
        last_notes: the notes of the last good reading, by item.
        orders: the orders in which rows may stand if nobody has sorted them by their answers.
        ranked: whether rows are offered in order of relevance.
        held: whether the sheet was held back because answers seemed to have moved, and has not been released yet.
        path: where the answers of a reviewer to an instrument lead.
        offered_headings: by column (``Column.identity``), its headings on this sheet, newest last.
    """

    stage: str
    owner: str
    form: Form
    columns: Sequence[Column]
    table: SheetTable
    answers: SheetAnswers
    queue: Queue
    offered: Container[str]
    last_good: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    changes: Iterable[Mapping[str, Any]] = ()
    path: OwnPath | None = None
    offered_headings: Headings = field(default_factory=dict)
    last_notes: Mapping[str, str] = field(default_factory=dict)
    orders: RowOrders = field(default_factory=RowOrders)
    ranked: bool = False
    held: bool = False

    @property
    def owner_is_reviewer(self) -> bool:
        return self.owner != CONSENSUS

    @property
    def place(self) -> str:
        """The sheet as a whole, as ``title_abstract.anna.xlsx, sheet “…”``."""
        return f"{self.table.path.name}, sheet “{self.table.name}”"

    def given(self, item: str) -> Mapping[str, str]:
        """The answers to an item, by field."""
        return self.answers.answers.get(item, {})

    def cell(self, row: int, header: str) -> str:
        """The address of a cell as people write it, ``D7``."""
        return self.table.address(row, header).rpartition(" ")[2]


def listed(shown: Sequence[str], separator: str = ", ") -> str:
    """The first of these, and how many more there are."""
    more = f" and {len(shown) - SHOWN} more" if len(shown) > SHOWN else ""
    return separator.join(shown[:SHOWN]) + more
