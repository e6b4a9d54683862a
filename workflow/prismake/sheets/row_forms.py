"""What each row of a sheet asks, if rows differ: some are about a study, others about one of its results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from prismake.core.states import State
from prismake.panel.decisions import Decision, Verdict
from prismake.protocol.forms import Form
from prismake.sheets.queue import Queue, column_of

ASKS = "asks"  # the column of the queue that names the questions of a row, separated by blanks
_NOT_ASKED = Verdict(State.NOT_APPLICABLE)


@dataclass(frozen=True)
class RowForms:
    """The form of each item: ``form`` unless its row names the questions that it asks."""

    form: Form
    asks: Mapping[str, str]
    forms: Mapping[str, Form]

    @classmethod
    def of(cls, form: Form, queue: Queue) -> RowForms:
        if not form.kinds:
            return cls(form, {}, {})
        asks = dict(column_of(queue, ASKS))
        return cls(form, asks, {names: form.asking(names.split()) for names in set(asks.values())})

    def of_item(self, item: str) -> Form:
        """The questions of an item; all of them if the item is no longer in the queue."""
        return self.forms.get(self.asks.get(item, ""), self.form)

    def asks_item(self, item: str, question: str) -> bool:
        """Whether an item is asked a question."""
        return item not in self.asks or question in self.asks[item].split()

    def groups(self, items: Sequence[str]) -> Iterator[tuple[Form, list[str]]]:
        """The items grouped by the questions that they are asked."""
        by_form: dict[str, list[str]] = {}
        for item in items:
            by_form.setdefault(self.asks.get(item, ""), []).append(item)
        for names, own in by_form.items():
            yield self.forms.get(names, self.form), own

    def in_order(self, decisions: Sequence[Decision], items: Sequence[str]) -> list[Decision]:
        """The decisions in the order of ``items``, each with a verdict on every question of the form."""
        if not self.forms:
            return list(decisions)
        by_item = {decision.item: decision for decision in decisions}
        blank = dict.fromkeys((question.name for question in self.form.fields), _NOT_ASKED)
        return [by_item[item]._replace(fields={**blank, **by_item[item].fields}) for item in items]
