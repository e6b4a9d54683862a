"""The rows of a reviewer's sheet as they are handed out: those of the queue, with their checks and imported answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from prismake.kept.prefilled import prefilled_for
from prismake.protocol.forms import Field, Form, shown_answer
from prismake.sheets.layout import PROPOSED, check_of
from prismake.sheets.marks import marked
from prismake.sheets.own_path import OwnPath
from prismake.sheets.queue import Queue, column_of
from prismake.sheets.shown_texts import Shown, shown_texts


class QueueRows(Mapping[str, Mapping[str, Any]]):
    """Rows of a reviewer's sheet by key, in the order of offering; each is built when it is requested."""

    def __init__(
        self, queue: Queue, order: Sequence[str], who: str, mark: str, path: OwnPath | None, form: Form
    ) -> None:
        self._queue, self._order, self._who, self._mark, self._path = queue, dict.fromkeys(order), who, mark, path
        self._fields = {field.name: field for field in form.fields}
        self._shown = shown_texts(form)
        self._carried = {item for item, text in column_of(queue, "carried") if text}

    def __getitem__(self, item: str) -> Mapping[str, Any]:
        if item not in self._order:
            raise KeyError(item)
        row, proposed = self._queue[item], self._path.text(item) if self._path else ""
        answers = _prefilled(row, self._who, self._fields) if item in self._carried else _NOTHING
        return _QueueRow(item, row, self._mark, proposed, answers, self._shown)

    def alike(self) -> Sequence[str]:
        """The keys of the rows if they show the same to every reviewer, apart from their checks; otherwise none."""
        own = self._path is not None or not self._carried.isdisjoint(self._order)
        return () if own else tuple(self._order)

    def __contains__(self, item: object) -> bool:
        return item in self._order

    def __iter__(self) -> Iterator[str]:
        return iter(self._order)

    def __len__(self) -> int:
        return len(self._order)


class _QueueRow(Mapping[str, Any]):
    """A row of the queue, the check that ties its id to sheet and title, and any answers imported from an export."""

    __slots__ = ("_item", "_mark", "_prefilled", "_proposed", "_row", "_shown")

    def __init__(
        self,
        item: str,
        row: Mapping[str, Any],
        mark: str,
        proposed: str,
        prefilled: Mapping[str, str],
        shown: Shown | None,
    ) -> None:
        self._item, self._row, self._mark, self._proposed = item, row, mark, proposed
        self._prefilled, self._shown = prefilled, shown

    def __getitem__(self, name: str) -> Any:
        if name == "check":
            return marked(self._mark, check_of(self._item, str(self._row["title"])))
        if name in self._prefilled:
            return self._prefilled[name]
        return self._as_shown(name, self._proposed if name == PROPOSED else self._row[name])

    def get(self, name: str, default: Any = None) -> Any:
        """As for any mapping; several times faster than by an exception."""
        if name in ("check", PROPOSED) or name in self._prefilled:
            return self[name]
        return self._as_shown(name, self._row.get(name, default))

    def _as_shown(self, name: str, text: Any) -> Any:
        return self._shown(name, text) if self._shown and isinstance(text, str) else text

    def __iter__(self) -> Iterator[str]:
        return iter(("check", *self._prefilled, *self._row))

    def __len__(self) -> int:
        return 1 + len(self._prefilled) + len(self._row)


_NOTHING: Mapping[str, str] = {}


def _prefilled(row: Mapping[str, Any], who: str, fields: Mapping[str, Field]) -> Mapping[str, str]:
    """The imported answers of a row, as they are shown in the sheet."""
    answers = (prefilled_for(row, who) or {}).get("answers", {})
    return {name: shown_answer(fields[name], answer) if name in fields else answer for name, answer in answers.items()}
