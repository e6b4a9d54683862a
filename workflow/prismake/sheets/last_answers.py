"""The answers read last, as the present protocol writes them: a protocol that changes is nobody's change of mind.

A count that may have decimals now is ``17.0`` instead of ``17``, and a reason may be written in other letters. Compared
as they were kept, such answers would all count as changed.
"""

from __future__ import annotations

from collections.abc import Mapping

from prismake.kept.answers import Snapshot
from prismake.protocol.forms import Field, Form, parse_answer

Answers = Mapping[str, Mapping[str, str]]


def in_present_form(form: Form, last: Snapshot) -> Snapshot:
    """The same answers in their present normal form; those that are no longer understood stay as they are."""
    fields = {field.name: field for field in form.fields if not field.by_row and field.kind != "text"}
    present: dict[tuple[str, str], str] = {}
    for answers in last.values():
        for given in answers.values():
            for pair in given.items():
                if pair not in present:
                    present[pair] = _present(fields.get(pair[0]), pair[1])
    if all(value == now for (_, value), now in present.items()):
        return last
    return {
        who: {item: {name: present[name, value] for name, value in given.items()} for item, given in answers.items()}
        for who, answers in last.items()
    }


def _present(field: Field | None, value: str) -> str:
    return (parse_answer(field, value) or value) if field else value


def no_longer_understood(form: Form, answers: Answers) -> dict[str, dict[str, str]]:
    """By item and field, the answers that the present protocol does not provide for."""
    fields = {field.name: field for field in form.fields if not field.by_row and field.kind != "text"}
    pairs = {pair for given in answers.values() for pair in given.items()}
    strange = {(name, value) for name, value in pairs if name in fields and parse_answer(fields[name], value) is None}
    if not strange:
        return {}
    strange_answers = {
        item: {name: value for name, value in given.items() if (name, value) in strange}
        for item, given in answers.items()
    }
    return {item: given for item, given in strange_answers.items() if given}
